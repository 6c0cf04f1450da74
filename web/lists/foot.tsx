import { createMemo, For, Show, type JSX } from "solid-js";
import { kindOf } from "../../shared/lists/query.ts";
import { money, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { Bone } from "../ui/bits.tsx";
import { template, type Shown } from "./columns.tsx";
import type { ListKind } from "./kind.ts";
import css from "./list.module.css";
import type { Rows } from "./table.tsx";
import table from "./table.module.css";

/** How many, of which part, and what their numbers come to: over what one may see, and saying so. */
export function Foot(props: {
  readonly kind: ListKind;
  readonly columns: readonly Shown[];
  readonly rows: Rows;
  readonly online: boolean;
  readonly arriving: boolean;
  readonly held: number;
  readonly filtered: boolean;
  readonly more: boolean;
  readonly away: readonly string[];
}): JSX.Element {
  const note = (): string => {
    const count = props.rows.length();
    if (props.away.length > 0) return t("which.away", props.away.map((cell) => cell.toUpperCase()).join(", "));
    if (props.online) return props.more ? t("list.noteOnline", count) : t("list.noteOnlineAll", count);
    return props.filtered ? t("list.noteDeviceOf", count, props.held) : t("list.noteDevice", props.held);
  };
  return (
    <div class={css.foot}>
      <p class={`${css.note} num`} classList={{ [css.lacks ?? ""]: props.away.length > 0 }} aria-live="polite">
        {props.arriving ? "" : note()}
      </p>
      <For each={props.columns.filter(({ field }) => isSummed(props.kind, field))}>
        {(column) => <Sum kind={props.kind} column={column} rows={props.rows} />}
      </For>
    </div>
  );
}
const isSummed = (kind: ListKind, field: string): boolean => {
  const of = kindOf(kind.entity, field);
  return (of === "number" || of === "money") && !field.endsWith("Pct");
};

/** One sum a currency. Rows whose number is hidden are counted, and the sum says that it is of the others. */
function Sum(props: { readonly kind: ListKind; readonly column: Shown; readonly rows: Rows }): JSX.Element {
  const sum = createMemo(() => {
    const { field } = props.column;
    const isMoney = kindOf(props.kind.entity, field) === "money";
    const sums = new Map<string, number>();
    let hidden = 0;
    for (let at = 0; at < props.rows.length(); at += 1) {
      const row = props.rows.at(at);
      const value = row?.[field];
      if (row && value === undefined) hidden += 1;
      if (typeof value !== "number") continue;
      const currency = isMoney ? String(row?.["currency"] ?? "") : "";
      sums.set(currency, (sums.get(currency) ?? 0) + value);
    }
    const words = [...sums].map(([currency, value]) =>
      !isMoney ? number(value, locale()) : currency ? money(value, currency, locale()) : number(value / 100, locale()),
    );
    return { words: words.join(" · "), hidden };
  });
  return (
    <Show when={sum().words}>
      <span class={`${css.sum} num`}>
        {props.column.label()} Σ {sum().hidden > 0 ? t("list.sumSome", sum().words, sum().hidden) : sum().words}
      </span>
    </Show>
  );
}

export const Waiting = (props: { readonly columns: readonly Shown[] }): JSX.Element => (
  <div class={table.table} style={{ "--cols": template(props.columns) }} role="status" aria-busy="true" aria-label={t("list.fetching")}>
    <For each={[5, 4, 6, 3, 5, 4, 6, 5, 3, 4]}>
      {(of) => (
        <div class={`${table.cells} ${table.bones}`}>
          <For each={props.columns}>{() => <Bone of={of} />}</For>
        </div>
      )}
    </For>
  </div>
); // prettier-ignore
