import { createMemo, createResource, createSignal, For, Show, type JSX } from "solid-js";
import type { Row } from "../../shared/records/entities.ts";
import { reasons, type Reason } from "../data/follow.ts";
import { bytes, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { forgetRecent } from "../shell/recent.ts";
import { useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import css from "./settings.module.css";
import { tell } from "./words.ts";

/** What this device keeps and why, how much room it takes, and the way to be rid of it. */
export function DeviceCopy(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const accounts = data.list("account", () => ({}));
  const counts = createMemo(() => {
    const by = new Map<Reason, number>();
    for (const row of accounts()) {
      const reason = data.reason(row as Row);
      if (reason) by.set(reason, (by.get(reason) ?? 0) + 1);
    }
    return reasons.flatMap((reason) => {
      const count = by.get(reason);
      return count ? [{ reason, count }] : [];
    });
  });
  const [room] = createResource(
    () => data.sync().at ?? 0,
    async () => {
      const { usage } = (await navigator.storage?.estimate?.()) ?? {};
      return { usage, isKept: (await navigator.storage?.persisted?.()) ?? false };
    },
  );
  const [asking, ask] = createSignal(false);
  const remove = async (force: boolean) => {
    session.leaving = true;
    if (!(await data.removeCopy(force))) {
      session.leaving = false;
      return void ask(true);
    }
    forgetRecent();
    location.reload(); // nothing of the old copy stays in memory
  };
  const unsent = () => data.sync().waiting + data.sync().attention;

  return (
    <>
      <dl class={css.facts}>
        <For each={counts()}>
          {({ reason, count }) => (
            <>
              <dt>{tell(`copy.by.${reason}`)}</dt>
              <dd class="num">{number(count, locale())}</dd>
            </>
          )}
        </For>
        <dt class={css.sum}>{tell("copy.accounts")}</dt>
        <dd class={`${css.sum} num`}>{number(accounts().length, locale())}</dd>
        <Show when={data.sync().over}>
          {(over) => (
            <>
              <dt>{tell("copy.over")}</dt>
              <dd class="num">{number(over(), locale())}</dd>
            </>
          )}
        </Show>
        <dt>{tell("copy.records")}</dt>
        <dd class="num">{number(data.sync().records, locale())}</dd>
        <Show when={room.latest?.usage}>
          {(usage) => (
            <>
              <dt>{tell("copy.room")}</dt>
              <dd class="num">{bytes(usage(), locale())}</dd>
            </>
          )}
        </Show>
      </dl>
      <Show when={room.latest?.isKept === false}>
        <p class={css.why}>{tell("copy.mayGo")}</p>
      </Show>
      <div class={css.act}>
        <Button onClick={() => (unsent() > 0 ? ask(true) : void remove(false))}>{tell("copy.remove")}</Button>
        <span class={css.more}>{tell("copy.removeWhy")}</span>
      </div>
      <Show when={asking()}>
        <Dialog
          open
          onClose={() => ask(false)}
          title={tell("copy.askTitle")}
          actions={
            <>
              <Button look="danger" onClick={() => void remove(true)}>
                {tell("copy.askForce")}
              </Button>
              <Button look="primary" onClick={() => ask(false)}>
                {t("act.cancel")}
              </Button>
            </>
          }
        >
          {tell("copy.askBody", Math.max(1, unsent()))}
        </Dialog>
      </Show>
    </>
  );
}
