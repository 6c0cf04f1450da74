import CircleAlert from "lucide-solid/icons/circle-alert";
import { createMemo, For, Match, Show, Switch, type JSX } from "solid-js";
import type { Unmet } from "../../shared/kernel/result.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { editing } from "../accounts/edit.ts";
import { roleName, t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { Field } from "../ui/field.tsx";
import { askedWords, askFor, kindWords, names } from "./ask.ts";
import { Saying } from "./saying.tsx";
import { holdersFor, stateNow, toUse, waiting } from "./model.ts";
import css from "./approvals.module.css";

/** Filled in meanwhile. */
export function isMet(one: Unmet, row: RecordOf<"opportunity">, online: RecordOf<"opportunity"> | undefined): boolean {
  if (one.kind !== "field") return false;
  const value = (row as Row)[one.field ?? ""] ?? (online as Row | undefined)?.[one.field ?? ""];
  return value !== undefined && value !== null && value !== "";
}

/** What a step asks for first, each with the way to it: fill in, ask somebody, or wait. */
export function MissingList(props: {
  readonly row: RecordOf<"opportunity">;
  readonly online: RecordOf<"opportunity"> | undefined;
  readonly unmet: readonly Unmet[];
}): JSX.Element {
  // By what they are: a field stays open while it is typed in, whatever else is met meanwhile.
  const items = createMemo<readonly Unmet[]>(
    (before) => props.unmet.map((one) => before.find((was) => JSON.stringify(was) === JSON.stringify(one)) ?? one),
    [],
  );
  return (
    <ul class={css.list}>
      <For each={items()}>
        {(one) => (
          <li class={css.item}>
            <CircleAlert size={16} />
            <div class={css.itemBody}>
              <One one={one} row={props.row} online={props.online} />
            </div>
          </li>
        )}
      </For>
    </ul>
  );
}

function One(props: {
  readonly one: Unmet;
  readonly row: RecordOf<"opportunity">;
  readonly online: RecordOf<"opportunity"> | undefined;
}): JSX.Element {
  const session = useSession();
  const field = () => props.one.field ?? "";
  const account = session.data.record("account", () => props.row.anchor);
  /** A day has its zone, an amount its currency: the account's, where none is said. */
  const more = (): Record<string, string> => {
    if (field().endsWith("Day")) return { closeZone: session.data.me.zone };
    const { currency } = shown();
    return field() === "amountMinor" && !currency ? { currency: account()?.currency ?? "USD" } : {};
  };
  const shown = (): Row => ({ ...(props.online as Row | undefined), ...(props.row as Row) });
  return (
    <Switch fallback={<p>{props.one.why ?? t("why.gate_unmet")}</p>}>
      <Match when={props.one.kind === "field"}>
        <Field
          label={fieldLabel(field())}
          kind={field().endsWith("Day") ? "day" : "text"}
          placeholder={t("missing.fill")}
          {...editing(session, "opportunity", shown(), field(), more())}
        />
      </Match>
      <Match when={props.one.kind === "hidden"}>
        <p>
          {t(
            "missing.hidden",
            props.one.count ?? 1,
            props.one.heldBy ? roleName(props.one.heldBy) : t("missing.somebody"),
          )}
        </p>
      </Match>
      <Match when={props.one.kind === "handoff"}>
        <p>{t("missing.handoff")}</p>
      </Match>
      <Match when={props.one.kind === "approval"}>
        <NeedsYes kind={props.one.approval ?? ""} row={props.row} online={props.online} />
      </Match>
    </Switch>
  );
}

/** Ask in place; then whom, and what they said. */
export function NeedsYes(props: {
  readonly kind: string;
  readonly row: RecordOf<"opportunity">;
  readonly online: RecordOf<"opportunity"> | undefined;
}): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const mine = data.list("approval", () => ({
    anchor: props.row.anchor,
    where: (row) => row.about === props.row.id,
    sort: "-createdAt",
  }));
  const open = () => waiting(mine(), props.row.id, props.kind, now());
  const yes = () => {
    const found = toUse(mine(), props.row.id, data.me.member, now());
    return found && stateNow(found, now()) === "approved" ? found : undefined;
  };
  const account = data.record("account", () => props.row.anchor);
  const members = data.list("member", () => ({ sort: "name" }));
  const holders = createMemo(() =>
    holdersFor(data, members() as readonly Row[], props.kind, "opportunity", account(), props.row.owner),
  );
  return (
    <>
      <p class={css.itemTitle}>{t("missing.approval", kindWords(props.kind))}</p>
      <Switch
        fallback={
          <Show when={holders().length > 0} fallback={<p class={css.soft}>{t("missing.nobody")}</p>}>
            <p class={css.soft}>{t("missing.whom", names(session, holders()))}</p>
            <Saying
              label={t("missing.reason")}
              act={t("missing.ask")}
              onSay={(reason) =>
                void askFor(session, {
                  on: "opportunity",
                  row: props.row as Row,
                  kind: props.kind,
                  reason,
                  holders: holders(),
                  online: props.online as Row | undefined,
                })
              }
            />
          </Show>
        }
      >
        <Match when={yes()}>
          {(row) => <p class={css.soft}>{t("approval.approvedBy", memberName(row().decidedBy))}</p>}
        </Match>
        <Match when={open()}>
          {(row) => <p class={css.soft}>{t("approval.waits", askedWords(session, row()))}</p>}
        </Match>
      </Switch>
    </>
  );
}
