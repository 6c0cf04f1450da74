import { createEffect, createSignal, on, Show, untrack, type JSX } from "solid-js";
import { LogForm } from "../accounts/log-form.tsx";
import { AccountPick } from "../accounts/pick.tsx";
import { t } from "../i18n/i18n.ts";
import { Dialog } from "../ui/dialog.tsx";
import { now, useSession, type LogAsk } from "./context.ts";
import css from "./log-sheet.module.css";
import { recent } from "./recent.ts";

/** A meeting that begins or ended about now is what somebody comes from. */
const aboutNowMs = 2 * 3_600_000;

/** Log from anywhere: the account one looks at, comes from or opened last, or another of this device. Works offline. */
export function LogSheet(props: { readonly ask: LogAsk; readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog open onClose={props.onClose} title={t("account.log")}>
      <Inside ask={props.ask} onClose={props.onClose} />
    </Dialog>
  );
}

function Inside(props: { readonly ask: LogAsk; readonly onClose: () => void }): JSX.Element {
  const { data } = useSession();
  const near = data.list("activity", () => ({
    where: (row) =>
      (row.owner ?? row.createdBy) === data.me.member &&
      (row.left ?? []).includes("outcome") &&
      Math.abs((row.at ?? 0) - untrack(now)) < aboutNowMs,
    sort: "at",
    limit: 1,
  }));
  const suggested = () =>
    props.ask.account ?? near()[0]?.anchor ?? recent().find((id) => data.record("account", () => id)() !== undefined);
  const [chosen, choose] = createSignal(untrack(suggested));
  createEffect(on(() => props.ask.account, (account) => account && choose(account), { defer: true })); // prettier-ignore
  const account = data.record("account", chosen);
  const activity = data.record("activity", () => props.ask.activity);
  return (
    <Show when={account()?.id} keyed fallback={<AccountPick onPick={choose} />}>
      {(id) => (
        <div class={css.form}>
          <p class={css.for}>
            <strong class="clip">{account()?.name}</strong>
            <Show when={!props.ask.activity}>
              <button type="button" class={css.other} onClick={() => choose(undefined)}>
                {t("act.change")}
              </button>
            </Show>
          </p>
          <LogForm account={id} activity={activity()} onDone={props.onClose} onCancel={props.onClose} />
        </div>
      )}
    </Show>
  );
}
