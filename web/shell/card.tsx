import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { entity, entityOfId, type RecordOf } from "../../shared/records/entities.ts";
import type { Field, Value } from "../../shared/records/field.ts";
import { fieldSchema } from "../../shared/records/record.ts";
import { Request } from "../approvals/request.tsx";
import type { AttentionCard } from "../data/types.ts";
import { keptUntil } from "../data/kept.ts";
import { clock, day, dayIn, instant, minorDigits } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { Button } from "../ui/button.tsx";
import { now, useSession, type Session } from "./context.ts";
import { idOf } from "./id-of.ts";
import { copyText } from "./outbox.tsx";
import { isBoth } from "./sync-words.ts";
import css from "./tray.module.css";
import {
  aboutWords, actWords, entityOf, isOutOfSight, peek, reasonWords, refusalWords, rowOf, said, valueWords,
} from "./words.ts"; // prettier-ignore
import { unmetWords } from "./unmet-words.ts";

type Args = { readonly id?: string; readonly set?: Readonly<Record<string, Value>>; readonly fields?: Readonly<Record<string, Value>> }; // prettier-ignore

const ofCard = (card: AttentionCard) => entityOfId(idOf(card.args)) ?? entityOf(card.name);
/** A time that is not today's has its day with it. */
function whenWords(session: Session, at: number): string {
  const { zone } = session.data.me;
  const short = instant(at, { locale: locale(), zone, now: now() });
  const time = clock(at, locale(), zone);
  return short === time ? time : `${short} ${time}`;
}
/** A card as text: what it is about, what was written, why it did not count. */
export function cardText(session: Session, card: AttentionCard): string {
  const of = ofCard(card);
  const row = rowOf(session, card.args);
  const lines = said(card).map(
    ([field, value]) => `${fieldLabel(field)}: ${valueWords(session, of, field, value, { ...row, ...card.mine })}`,
  );
  return [
    `${aboutWords(session, card)} (${actWords(card)})`,
    ...lines,
    ...(card.with ?? []).map((one) => cardText(session, one)),
  ].join("\n");
}

/** One refused act: why, mine, what stands there if I may still see it, and what to do. */
export function Card(props: { readonly card: AttentionCard; readonly onDone: (words: string) => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [editing, edit] = createSignal(false);
  const [asking, ask] = createSignal(false);
  const [failed, setFailed] = createSignal("");
  const of = () => ofCard(props.card);
  const row = createMemo(() => rowOf(session, props.card.args));
  const both = () => isBoth(props.card);
  const over = () => props.card.code === "overwritten";
  const ended = () => props.card.code === "missing" && isOutOfSight(session, props.card.args);
  const draft = () => props.card.name === "section.draft@1";
  const lines = () => said(props.card);
  /** Of a stage that moved the way on is a step from where it is now. */
  const moves = () => props.card.name === "opportunity.advance@1" && both();
  const again = () => !draft() && !ended() && !moves() && !["deleted", "needs_approval"].includes(props.card.code);
  /** What stands there now: as it is here, else as the edge said; nothing once it is out of sight. */
  const theirs = (field: string): Value | undefined =>
    both() ? (row()?.[field] ?? props.card.theirs?.[field]) : undefined;
  const who = () => session.memberName(props.card.by);
  const hasTheirs = () => both() && shown().some((field) => theirs(field) !== undefined);
  /** Fields of the table: what I wrote, and what was said to have moved. */
  const shown = () => [
    ...new Set([...lines().map(([field]) => field), ...Object.keys(both() ? (props.card.theirs ?? {}) : {})]),
  ];

  const done = async (work: ReturnType<typeof data.retry>): Promise<void> => {
    const answer = await work;
    if (answer.ok) props.onDone(t("act.sent"));
    else setFailed(refusalWords(session, answer));
  };
  const drop = async (): Promise<void> => {
    await data.dismiss(props.card);
    props.onDone(t("act.done"));
  };
  const reason = () =>
    over()
      ? t("tray.over", who() || t("tray.somebody"))
      : both()
        ? t("tray.both")
        : t("tray.notAccepted", reasonWords(session, props.card));

  return (
    <li class={css.card}>
      <div class={css.head}>
        <span class={css.name}>{aboutWords(session, props.card)}</span>
        <span class="meta num">{whenWords(session, props.card.at)}</span>
      </div>
      <p class="meta">{actWords(props.card)}</p>
      <p class={both() ? css.both : css.refused}>{reason()}</p>
      <Show when={both() && (who() || props.card.detail)}>
        <p class="meta">
          {[
            who() && props.card.when ? t("tray.by", who(), whenWords(session, props.card.when)) : who(),
            over() ? "" : props.card.detail && reasonWords(session, props.card),
          ]
            .filter(Boolean)
            .join(" · ")}
        </p>
      </Show>
      <Show when={unmetWords(props.card).length > 0}>
        <ul class={css.unmet}>
          <For each={unmetWords(props.card)}>{(words) => <li>{words}</li>}</For>
        </ul>
      </Show>
      <Show
        when={!editing()}
        fallback={
          <CardEdit
            card={props.card}
            onSend={(args) => void done(data.retry(props.card, { args }))}
            onClose={() => edit(false)}
          />
        }
      >
        <Show when={shown().length > 0}>
          <table class={css.values}>
            <thead>
              <tr>
                <th scope="col">
                  <span class="sr">{t("tray.field")}</span>
                </th>
                <th scope="col">{t("tray.yours")}</th>
                <Show when={hasTheirs()}>
                  <th scope="col">{t("tray.theirs")}</th>
                </Show>
              </tr>
            </thead>
            <tbody>
              <For each={shown()}>
                {(field) => (
                  <tr>
                    <th scope="row">{fieldLabel(field)}</th>
                    <td>{mineWords(session, props.card, field, row())}</td>
                    <Show when={hasTheirs()}>
                      <td>
                        <Show when={theirs(field) !== undefined}>
                          {valueWords(session, of(), field, theirs(field), row())}
                        </Show>
                      </td>
                    </Show>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
        </Show>
      </Show>
      <Show when={props.card.with}>
        {(rest) => (
          <>
            <p class="meta">{t("tray.withIt")}</p>
            <ul class={css.rest}>
              <For each={rest()}>
                {(one) => (
                  <li>
                    <span class={css.restName}>{aboutWords(session, one)}</span>{" "}
                    <span class="meta">{actWords(one)}</span>
                    <For each={said(one)}>
                      {([field, value]) => (
                        <span class={css.restValue}>
                          {fieldLabel(field)}:{" "}
                          {valueWords(session, ofCard(one), field, value, { ...rowOf(session, one.args), ...one.mine })}
                        </span>
                      )}
                    </For>
                  </li>
                )}
              </For>
            </ul>
          </>
        )}
      </Show>
      <Show when={failed()}>
        <p class={css.refused} role="alert">
          {failed()}
        </p>
      </Show>
      <Show when={moves()}>
        <NextSteps
          card={props.card}
          onStep={(to) => void done(data.retry(props.card, { args: { ...(props.card.args as object), to } }))}
        />
      </Show>
      <div class={css.acts}>
        <Show when={props.card.code === "deleted" && props.card.restore}>
          <Button small look="primary" onClick={() => void done(data.retry(props.card, { restore: true }))}>
            {t("tray.restore")}
          </Button>
        </Show>
        <Show when={again()}>
          <Button small look={both() ? "primary" : "plain"} onClick={() => void done(data.retry(props.card))}>
            {over() ? t("tray.restoreMine") : both() ? t("tray.useMine") : t("tray.again")}
          </Button>
        </Show>
        <Show when={ended() && !draft() && of()}>
          <Button small onClick={() => ask((open) => !open)} aria-expanded={asking()}>
            {t("request.ask")}
          </Button>
        </Show>
        <Show when={canEdit(props.card) && !ended() && props.card.code !== "deleted" && !editing()}>
          <Button small onClick={() => edit(true)}>
            {t("tray.edit")}
          </Button>
        </Show>
        <Button small onClick={() => void drop()}>
          {both() ? t("tray.keepTheirs") : props.card.code === "needs_approval" ? t("tray.ok") : t("tray.discard")}
        </Button>
        <Button small look="quiet" onClick={() => void copyText(peek(() => cardText(session, props.card)))}>
          {t("act.copy")}
        </Button>
      </div>
      <Show when={asking() && of()}>{(name) => <Request entity={name()} id={idOf(props.card.args)} />}</Show>
      <p class="meta">
        {t(
          "tray.keptUntil",
          day(dayIn(keptUntil(props.card), data.me.zone), { locale: locale(), today: dayIn(now(), data.me.zone) }),
        )}
      </p>
    </li>
  );
}

function mineWords(
  session: Session,
  card: AttentionCard,
  field: string,
  row: Readonly<Record<string, unknown>> | undefined,
): string {
  const own = said(card).find(([name]) => name === field);
  return own ? valueWords(session, ofCard(card), field, own[1], { ...row, ...card.mine }) : "";
}

/** Where the stage is now, the steps that are allowed from there. */
function NextSteps(props: { readonly card: AttentionCard; readonly onStep: (to: string) => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const stages = data.list("stage", () => ({ sort: "order" }));
  const present = () => {
    const id = rowOf(session, props.card.args)?.["stage"] ?? props.card.theirs?.["stage"];
    return stages().find((stage) => stage.id === id);
  };
  const mine = () => (props.card.args as { readonly to?: string }).to;
  const steps = (): readonly RecordOf<"stage">[] => {
    const at = present();
    const next = at?.next ?? [];
    return stages().filter(
      (stage) =>
        at && stage.pipeline === at.pipeline && stage.id !== at.id && (next.length === 0 || next.includes(stage.id)),
    );
  };
  return (
    <Show when={present() && steps().length > 0}>
      <p class="meta">{t("tray.next", present()?.name ?? "")}</p>
      <div class={css.acts}>
        <For each={steps()}>
          {(stage) => (
            <Button small look={stage.id === mine() ? "primary" : "plain"} onClick={() => props.onStep(stage.id)}>
              {stage.name}
            </Button>
          )}
        </For>
      </div>
    </Show>
  );
}

// --- other words

const plainTypes = new Set(["name", "text", "long", "phone", "url", "email", "int", "money", "day"]);
const fieldsOf = (card: AttentionCard): Readonly<Record<string, Field>> => {
  const of = ofCard(card);
  return of ? (entity(of).fields as Readonly<Record<string, Field>>) : {};
};
const isPlain = (card: AttentionCard, field: string): boolean => plainTypes.has(fieldsOf(card)[field]?.type ?? "");
const canEdit = (card: AttentionCard): boolean =>
  /\.(edit|create)@\d+$/.test(card.name) && said(card).some(([field]) => isPlain(card, field));

/** The same act with other words: what may be typed is typed here, the rest stays as it was. */
function CardEdit(props: {
  readonly card: AttentionCard;
  readonly onSend: (args: unknown) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const session = useSession();
  const [wrong, setWrong] = createSignal<readonly string[]>([]);
  const row = () => ({ ...rowOf(session, props.card.args), ...props.card.mine });
  const digits = () => minorDigits(typeof row()["currency"] === "string" ? String(row()["currency"]) : "USD");
  const text = (field: string, value: Value): string =>
    value === null
      ? ""
      : fieldsOf(props.card)[field]?.type === "money"
        ? String(Number(value) / 10 ** digits())
        : String(value);
  const typed = new Map<string, string>();
  const parse = (field: string, words: string): Value => {
    const { type } = fieldsOf(props.card)[field] ?? {};
    if (words.trim() === "") return null;
    if (type === "money") return Math.round(Number(words.replaceAll(/[\s,，']/g, "")) * 10 ** digits());
    return type === "int" ? Number(words.replaceAll(/[\s,，']/g, "")) : type === "long" ? words : words.trim();
  };
  const send = () => {
    const next = Object.fromEntries([...typed].map(([field, words]) => [field, parse(field, words)]));
    const bad = Object.entries(next).filter(([field, value]) => {
      const about = fieldsOf(props.card)[field];
      return !about || Number.isNaN(value) || !fieldSchema(about).safeParse(value).success;
    });
    setWrong(bad.map(([field]) => field));
    if (bad.length > 0) return;
    const args = props.card.args as Args;
    props.onSend(
      args.set ? { ...args, set: { ...args.set, ...next } } : { ...args, fields: { ...args.fields, ...next } },
    );
  };
  return (
    <form
      class={css.edit}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <For each={said(props.card).filter(([field]) => isPlain(props.card, field))}>
        {([field, value], index) => {
          const input = (element: HTMLInputElement | HTMLTextAreaElement) => {
            element.value = text(field, value);
            if (index() === 0) queueMicrotask(() => element.focus());
          };
          const { type } = fieldsOf(props.card)[field] ?? {};
          return (
            <label class={css.label}>
              <span>{fieldLabel(field)}</span>
              <Show
                when={type === "long"}
                fallback={
                  <input
                    ref={input}
                    class={css.input}
                    type={type === "day" ? "date" : "text"}
                    inputmode={type === "money" || type === "int" ? "decimal" : undefined}
                    aria-invalid={wrong().includes(field) ? "true" : undefined}
                    onInput={(event) => typed.set(field, event.currentTarget.value)}
                  />
                }
              >
                <textarea
                  ref={input}
                  class={css.input}
                  rows={4}
                  aria-invalid={wrong().includes(field) ? "true" : undefined}
                  onInput={(event) => typed.set(field, event.currentTarget.value)}
                />
              </Show>
            </label>
          );
        }}
      </For>
      <p class={css.refused} role="status">
        {wrong().length > 0 ? t("field.invalid") : ""}
      </p>
      <div class={css.acts}>
        <Button small look="primary" type="submit">
          {t("tray.send")}
        </Button>
        <Button small onClick={() => props.onClose()}>
          {t("act.cancel")}
        </Button>
      </div>
    </form>
  );
}
