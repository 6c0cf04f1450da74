import { batch, createEffect, createRoot, createSignal, on, onCleanup, Show, type JSX } from "solid-js";
import { line, onLine, practise, tally, type Line } from "../data/practice.ts";
import type { LocalData } from "../data/store.ts";
import { useSession } from "../shell/context.ts";
import { toast } from "../ui/toast.tsx";
import css from "./practice.module.css";
import { tell as say } from "./words.ts";

const [now, setNow] = createSignal<Line>(line());
const [told, tell] = createSignal("");
createRoot(() => onLine(setNow));
/** The line that is practised, and how the last practice went; for Settings. */
export { now as lineNow, told as lastPractice };

/** Whoever practises sees it on every screen, ends it with one tap, and hears how it went. */
export function PracticeBar(): JSX.Element {
  watch(useSession().data);
  return (
    <Show when={now() !== "off"}>
      <p class={css.bar} role="status">
        <span>{say("practice.on", say(`practice.${now()}`))}</span>
        <button type="button" class={css.stop} onClick={() => practise("off")}>
          {say("practice.stop")}
        </button>
      </p>
    </Show>
  );
}

/**
 * How it went, once everything has gone: what was done in this tab and kept, how long it took to be sent after the line
 * was good again, and how many came back. A refusal's card comes with the page that confirms it, so that is waited for.
 */
function watch(data: LocalData): void {
  const [endedAt, setEnded] = createSignal<number | null>(null);
  let cards = 0;
  let sentAt: number | null = null;
  createEffect(
    on(now, (line, before = "off") => {
      if (line === before) return;
      if (line !== "off" && before === "off") {
        cards = data.attention().length;
        batch(() => (setEnded(null), tell("")));
      }
      data.syncNow(); // what the line is like now shows at once
      if (line !== "off" || before === "off") return;
      sentAt = null;
      setEnded(Date.now());
    }),
  );
  createEffect(() => {
    const ended = endedAt();
    const back = data.attention().length - cards; // each step of the sync renews it, so this looks again
    if (ended === null || data.sync().waiting > 0) return;
    sentAt ??= Date.now();
    if ([...data.allSources()].some(({ replica }) => replica.table("outbox").size > 0)) return;
    setEnded(null);
    const { acts, kept } = tally();
    const seconds = Math.max(1, Math.round((sentAt - ended) / 1_000));
    tell(acts === 0 ? say("practice.over") : say("practice.told", acts, kept, seconds, Math.max(0, back)));
    toast({ text: told() });
  });
  onCleanup(() => setEnded(null));
}
