import Plus from "lucide-solid/icons/plus";
import X from "lucide-solid/icons/x";
import { createEffect, createMemo, createSignal, Index, Match, on, Show, Switch, type JSX } from "solid-js";
import { isNeeded } from "../../shared/approvals/gates.ts";
import { amountOf } from "../../shared/pipeline/sums.ts";
import { linesOf, netOf, priceOf } from "../../shared/pipeline/lines.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { Line } from "../../shared/records/field.ts";
import { linesSchema } from "../../shared/records/record.ts";
import { editing } from "../accounts/edit.ts";
import { NeedsYes } from "../approvals/missing.tsx";
import { minorDigits, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { buttonClass } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import { Amount, moneyWords } from "./amount.tsx";
import type { Opportunity } from "./filter.ts";
import css from "./lines.module.css";
import { p } from "./words.ts";

/** What an opportunity sells, line by line, each saved as it is left; amount and discount follow. */
export function Lines(props: { readonly row: Opportunity; readonly online: Opportunity | undefined }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const from = () => (props.row.lines === undefined ? props.online : props.row);
  const there = createMemo(() => linesOf((from() ?? {}) as Row));
  const currency = () => (props.row.currency === undefined ? props.online?.currency : props.row.currency) ?? account()?.currency ?? "USD"; // prettier-ignore
  const account = data.record("account", () => props.row.anchor);
  const products = data.list("product", () => ({ sort: "name", where: (one) => one.active !== false }));
  const isHeld = () => data.record("opportunity", () => props.row.id)() !== undefined;
  const mayWrite = () => isHeld() && from()?.lines !== undefined && data.can("edit", props.row as Row, "amountMinor").allowed; // prettier-ignore
  const priced = () => priceOf(there());
  const words = (minor: number) => moneyWords({ minor, currency: currency() });
  /** Drawn by place: what is being typed in a line stays while the others move. */
  const [drawn, setDrawn] = createSignal<readonly Line[]>([]);
  createEffect(on(there, setDrawn));

  const save = async (lines: readonly Line[]): Promise<void> => {
    const before = from()?.lines ?? null;
    if (!linesSchema.safeParse(lines).success) return toast({ text: p("lineInvalid"), bad: true });
    setDrawn(lines);
    const price = (next: readonly Line[], seen: readonly Line[] | null) =>
      data.mutate("opportunity.price@1", { id: props.row.id, lines: next, seen, currency: currency() });
    const done = await price(lines, before);
    if (!done.ok) {
      setDrawn(there());
      return toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    }
    toast({ text: p("priced"), undo: () => void price(before ?? [], lines) });
  };
  const change = (at: number, more: Partial<Line>) => void save(drawn().map((line, index) => (index === at ? { ...line, ...more } : line))); // prettier-ignore
  const add = (id: string) => {
    const product = products().find((one) => one.id === id);
    const fits = product?.currency === currency();
    if (product && !fits && product.currency) toast({ text: p("otherCurrency", product.currency) });
    void save([
      ...drawn(),
      { product: product?.id ?? null, name: product?.name ?? p("freeLine"), quantity: 1, unitMinor: fits ? (product?.priceMinor ?? 0) : 0, discountPct: 0 },
    ]); // prettier-ignore
  };
  const guard = () => data.asks.find((one) => one.kind === "discount" && one.on === "opportunity");
  /** The same question as the gate asks when it is won. */
  const needsYes = () => {
    const rule = guard();
    const shown = { ...(props.online as Row | undefined), ...(props.row as Row) };
    return rule !== undefined && from() !== undefined && isNeeded(rule.when, shown) === true;
  };

  return (
    <section class={css.lines} aria-label={p("lines")}>
      <h3 class={css.title}>{p("lines")}</h3>
      <Switch>
        <Match when={from()?.lines === undefined}>
          <div class={css.total}>
            <span class={css.label}>{p("total")}</span>
            <span class="num">
              <Amount row={props.row} online={props.online} />
            </span>
          </div>
          <Show when={amountOf(props.row, props.online) !== "empty"}>
            <p class={css.soft}>{props.online ? p("linesHidden") : p("linesAway")}</p>
          </Show>
        </Match>
        <Match when={from()?.lines !== undefined}>
          <Show
            when={drawn().length > 0}
            fallback={
              <Field
                label={p("total")}
                kind="number"
                show={<Amount row={props.row} online={props.online} />}
                {...editing(
                  session,
                  "opportunity",
                  { ...(props.online as Row | undefined), ...(props.row as Row) },
                  "amountMinor",
                  from()?.currency ? {} : { currency: currency() },
                )}
              />
            }
          >
            <ul class={css.list}>
              <Index each={drawn()}>
                {(line, at) => (
                  <li class={css.line}>
                    <Show when={mayWrite()} fallback={<span class={`${css.name} clip`}>{line().name}</span>}>
                      <input
                        class={`${css.input} ${css.name}`}
                        aria-label={p("product")}
                        value={line().name}
                        readOnly={line().product !== null}
                        maxLength={200}
                        onChange={(event) => change(at, { name: event.currentTarget.value.trim() })}
                      />
                    </Show>
                    <span class={`${css.sum} num`}>{words(netOf(line()))}</span>
                    <Show
                      when={mayWrite()}
                      fallback={
                        <span class={`${css.how} num`}>
                          {`${number(line().quantity, locale())} × ${words(line().unitMinor)}${line().discountPct > 0 ? ` − ${line().discountPct} %` : ""}`}
                        </span>
                      }
                    >
                      <span class={css.numbers}>
                        <Cell
                          label={p("quantity")}
                          value={String(line().quantity)}
                          onSay={(value) => change(at, { quantity: value })}
                          whole
                        />
                        <span aria-hidden="true">×</span>
                        <Cell
                          label={p("unit")}
                          value={String(line().unitMinor / 10 ** minorDigits(currency()))}
                          onSay={(value) =>
                            change(at, { unitMinor: Math.round(value * 10 ** minorDigits(currency())) })
                          }
                          wide
                        />
                        <span aria-hidden="true">−</span>
                        <Cell
                          label={p("discount")}
                          value={String(line().discountPct)}
                          onSay={(value) => change(at, { discountPct: value })}
                          whole
                        />
                        <span aria-hidden="true">%</span>
                      </span>
                      <button
                        type="button"
                        class={css.remove}
                        aria-label={p("removeLine", line().name)}
                        onClick={() => void save(drawn().filter((_, index) => index !== at))}
                      >
                        <X size={14} />
                      </button>
                    </Show>
                  </li>
                )}
              </Index>
            </ul>
            <div class={css.total}>
              <span class={css.label}>{p("total")}</span>
              <span class={`${css.amount} num`}>{words(priced()?.amountMinor ?? 0)}</span>
            </div>
            <Show when={(priced()?.grossMinor ?? 0) > (priced()?.amountMinor ?? 0)}>
              <p class={`${css.soft} num`}>{p("totalDiscount", number(given(priced()), locale()))}</p>
            </Show>
          </Show>
          <Show when={needsYes()}>
            <p class={css.yes}>{p("needsYes")}</p>
            <Show when={isHeld()}>
              <NeedsYes kind="discount" row={props.row} online={props.online} />
            </Show>
          </Show>
          <Show when={mayWrite()}>
            <Menu
              label={p("addLine")}
              triggerClass={buttonClass({ look: "quiet", small: true })}
              trigger={
                <>
                  <Plus size={14} />
                  {p("addLine")}
                </>
              }
              parts={[
                {
                  value: null,
                  choices: [
                    ...products().map((one) => ({
                      id: one.id,
                      text: `${one.name ?? ""}${one.priceMinor ? ` · ${moneyWords({ minor: one.priceMinor, currency: one.currency ?? "" })}` : ""}`,
                    })),
                    { id: "free", text: p("freeLine") },
                  ],
                  onChoose: add,
                },
              ]}
            />
          </Show>
        </Match>
      </Switch>
    </section>
  );
}
/** With one digit, for people; what the policy compares is rounded down. */
const given = (priced: ReturnType<typeof priceOf>): number =>
  priced && priced.grossMinor > 0 ? Math.round((1_000 * (priced.grossMinor - priced.amountMinor)) / priced.grossMinor) / 10 : 0; // prettier-ignore

function Cell(props: {
  readonly label: string;
  readonly value: string;
  readonly whole?: true;
  readonly wide?: true;
  readonly onSay: (value: number) => void;
}): JSX.Element {
  const value = createMemo(() => props.value); // what is being typed stays when the same value comes again
  return (
    <input
      class={`${css.input} ${css.number} num`}
      classList={{ [css.wide ?? ""]: props.wide ?? false }}
      aria-label={props.label}
      inputmode={props.whole ? "numeric" : "decimal"}
      value={value()}
      maxLength={15}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Escape") {
          event.currentTarget.value = props.value;
          event.currentTarget.blur();
        } else if (event.key === "Enter" && !event.isComposing) event.currentTarget.blur();
      }}
      onChange={(event) => {
        const said = Number(event.currentTarget.value.replaceAll(/[\s,，']/g, ""));
        if (Number.isFinite(said) && (!props.whole || Number.isInteger(said))) return props.onSay(said);
        event.currentTarget.value = props.value;
        toast({ text: p("lineInvalid"), bad: true });
      }}
    />
  );
}
