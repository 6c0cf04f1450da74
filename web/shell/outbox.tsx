import Copy from "lucide-solid/icons/copy";
import RefreshCw from "lucide-solid/icons/refresh-cw";
import Undo from "lucide-solid/icons/undo-2";
import { For, lazy, Show, Suspense, type JSX } from "solid-js";
import { entityOfId } from "../../shared/records/entities.ts";
import type { OutboxLine } from "../data/types.ts";
import { clock, instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { toast } from "../ui/toast.tsx";
import { now, useSession, type Session } from "./context.ts";
import css from "./outbox.module.css";
import { aboutWords, actWords, peek, rowOf, said, valueWords } from "./words.ts";

const WaitingFiles = lazy(() => import("../files/waiting.tsx"));

/** One change of one field in words: what it was, what it becomes. */
interface Step {
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string;
}
function stepsOf(session: Session, line: OutboxLine): Step[] {
  const row = rowOf(session, line.args);
  return said(line).map(([field, value]) => {
    const change = line.changes.find(({ after }) => field in after);
    const of = entityOfId(change?.id ?? "") ?? entityOfId((line.args as { id?: string } | null)?.id ?? "");
    const known = change !== undefined && field in change.before;
    return {
      field,
      before: known ? valueWords(session, of, field, change.before[field], row) : undefined,
      after: valueWords(session, of, field, value, { ...row, ...change?.after }),
    };
  });
}
/** A change as text, for the clipboard and for lists of what would be lost. */
export function lineText(session: Session, line: OutboxLine): string {
  const steps = stepsOf(session, line).map(({ field, before, after }) =>
    before === undefined
      ? `${fieldLabel(field)}: ${after}`
      : `${fieldLabel(field)}: ${t("sync.fromTo", before, after)}`,
  );
  return [`${aboutWords(session, line)} (${actWords(line)})`, ...steps].join("\n");
}
export async function copyText(text: string): Promise<void> {
  await navigator.clipboard.writeText(text);
  toast({ text: t("act.copied") });
}

/** Everything that is saved here and not confirmed, oldest last; all of it can be reached, copied, and taken back until it leaves. */
export function Outbox(props: { readonly onTray: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const lines = () => data.outbox().toReversed();
  return (
    <>
      <Show when={lines().length > 0}>
        <div class={css.head}>
          <h3 class={css.title}>{t("sync.outbox")}</h3>
          <button
            type="button"
            class={css.all}
            onClick={() =>
              void copyText(
                peek(() =>
                  data
                    .outbox()
                    .map((line) => lineText(session, line))
                    .join("\n\n"),
                ),
              )
            }
          >
            {t("sync.copyAll")}
          </button>
        </div>
        <ul class={css.lines} tabindex="0" aria-label={t("sync.outbox")}>
          <For each={lines()}>{(line) => <Line line={line} />}</For>
        </ul>
      </Show>
      <Show when={data.files().length > 0}>
        <Suspense>
          <WaitingFiles />
        </Suspense>
      </Show>
      <div class={css.acts}>
        <Show when={data.attention().length > 0}>
          <Button small look="primary" onClick={() => props.onTray()}>
            {t("sync.openTray")}
          </Button>
        </Show>
        <button type="button" class={buttonClass({ small: true })} onClick={() => data.syncNow()}>
          <RefreshCw size={14} />
          {t("sync.now")}
        </button>
      </div>
    </>
  );
}

function Line(props: { readonly line: OutboxLine }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const name = () => aboutWords(session, props.line);
  const discard = async () => {
    const done = await data.discard(props.line);
    toast(done ? { text: t("sync.takenBack") } : { text: t("sync.tooLate"), bad: true });
  };
  const at = () => {
    const { zone } = data.me;
    const day = instant(props.line.at, { locale: locale(), zone, now: now() });
    const time = clock(props.line.at, locale(), zone);
    return day === time ? time : `${day} ${time}`;
  };
  const states = { saved: "sync.lineSaved", sending: "sync.lineSending", waiting: "sync.lineWaiting" } as const;
  return (
    <li class={css.line}>
      <div class={css.about}>
        <span class={`${css.name} clip`}>{name()}</span>
        <span class="meta clip">{actWords(props.line)}</span>
      </div>
      <For each={stepsOf(session, props.line)}>
        {(step) => (
          <p class={css.step}>
            <span class={css.field}>{fieldLabel(step.field)}</span>{" "}
            <Show when={step.before !== undefined}>
              <s class={css.before}>{step.before}</s> <span aria-hidden="true">→</span>{" "}
            </Show>
            <span class={css.after}>{step.after}</span>
          </p>
        )}
      </For>
      <div class={css.end}>
        <ChangeMark state={props.line.state} />
        <span class="meta num">
          {at()} · {t(states[props.line.state])}
        </span>
        <span class={css.tools}>
          <button
            type="button"
            class={buttonClass({ look: "quiet", square: true, small: true })}
            aria-label={`${t("act.copy")}: ${name()}`}
            title={t("act.copy")}
            onClick={() => void copyText(peek(() => lineText(session, props.line)))}
          >
            <Copy size={14} />
          </button>
          <Show when={props.line.state === "saved"}>
            <button
              type="button"
              class={buttonClass({ look: "quiet", square: true, small: true })}
              aria-label={t("sync.takeBack", name())}
              title={t("sync.takeBack", name())}
              onClick={() => void discard()}
            >
              <Undo size={14} />
            </button>
          </Show>
        </span>
      </div>
    </li>
  );
}
