import { createSignal, Match, Switch, type JSX } from "solid-js";
import type { EntityName } from "../../shared/records/entities.ts";
import { http } from "../http.ts";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import { HiddenChip } from "../ui/bits.tsx";
import css from "./approvals.module.css";

/** What was asked for in this session: the chip goes on saying so. */
const [sent, setSent] = createSignal<ReadonlySet<string>>(new Set());

/** A field group that is not mine, and the way to it: one tap asks whoever may decide, who sees it in their Today. */
export function HiddenField(props: {
  readonly group: string;
  readonly entity: EntityName;
  readonly id: string;
  /** One field of the group: the whole group is asked for. */
  readonly field: string;
  /** What a mask lets through of it. */
  readonly shown?: string | undefined;
}): JSX.Element {
  return (
    <HiddenChip group={props.group} shown={props.shown}>
      <Request {...props} />
    </HiddenChip>
  );
}

/** Asks whoever may decide for sight of a record, or of a field of it; the same answer whether it is there or not. */
export function Request(props: {
  readonly entity: EntityName;
  readonly id: string;
  readonly field?: string;
}): JSX.Element {
  const session = useSession();
  const [reason, setReason] = createSignal("");
  const [failed, setFailed] = createSignal(false);
  const [busy, setBusy] = createSignal(false);
  const key = () => `${props.id} ${props.field ?? ""}`;
  const ask = async () => {
    if (busy()) return;
    setBusy(true);
    const done = await http(
      "/api/access/requests",
      {
        entity: props.entity,
        id: props.id,
        ...(props.field === undefined ? {} : { field: props.field }),
        reason: reason().trim() || t("request.default"),
      },
      undefined,
      session.data.source(session.data.me.member)?.link,
    );
    setBusy(false);
    setFailed(!done.ok);
    if (done.ok) setSent((before) => new Set([...before, key()]));
  };
  return (
    <Switch
      fallback={
        <form
          class={css.saying}
          onSubmit={(event) => {
            event.preventDefault();
            void ask();
          }}
        >
          <input
            class={css.text}
            aria-label={t("request.reason")}
            placeholder={t("request.reason")}
            maxLength={500}
            value={reason()}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
          <div class={css.acts}>
            <Button
              small
              look="primary"
              type="submit"
              aria-busy={busy()}
              disabledReason={session.offline() ? t("request.offline") : undefined}
            >
              {t("request.ask")}
            </Button>
          </div>
          <p class={css.failed} role="status">
            {failed() ? t("request.failed") : ""}
          </p>
        </form>
      }
    >
      <Match when={sent().has(key())}>
        <p class={css.sent} role="status">
          {t("request.sent")}
        </p>
      </Match>
    </Switch>
  );
}
