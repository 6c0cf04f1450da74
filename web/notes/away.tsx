import type { Editor } from "@tiptap/core";
import { PluginKey } from "@tiptap/pm/state";
import type { DecorationSet } from "@tiptap/pm/view";
import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronUp from "lucide-solid/icons/chevron-up";
import { createEffect, createMemo, createSignal, on, onCleanup, Show, type JSX } from "solid-js";
import type { OpenSection } from "../data/rooms.ts";
import { t } from "../i18n/i18n.ts";
import { Button } from "../ui/button.tsx";
import css from "./away.module.css";
import { drawOn, placesIn } from "./drawn.ts";
import { changedSince, textBlocks, type Changed } from "./changed.ts";
import { authorOf } from "./mirror.ts";
import { root } from "./schema.ts";

const none: Changed = { blocks: new Set(), removed: 0 };
const key = new PluginKey<DecorationSet>("away");

/** Says how many paragraphs changed since this device last showed the note, and steps through them (SECTION-9). */
export default function Away(props: {
  readonly section: OpenSection;
  readonly editor: Editor | undefined;
}): JSX.Element {
  const { doc } = props.section;
  const [found, setFound] = createSignal(none);
  const [at, setAt] = createSignal(-1);
  const [moved, move] = createSignal(0);
  /** The places of those that are still there; looked at again with every change. */
  const places = createMemo(() => {
    if (moved() < 0) return [];
    const all = textBlocks(doc.getXmlFragment(root));
    return all.flatMap((block, place) => (found().blocks.has(block) ? [place] : []));
  });
  createEffect(
    on(props.section.since, (since) => {
      if (!since) return;
      setFound(changedSince(doc, since, new Set([doc.clientID, authorOf(doc)])));
      setAt(-1);
    }),
  );
  let frame = 0;
  const later = () => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => move((n) => n + 1));
  };
  doc.on("update", later);
  onCleanup(() => {
    cancelAnimationFrame(frame);
    doc.off("update", later);
    if (props.editor) drawOn(props.editor, key, new Map());
  });
  createEffect(() => {
    const now = places()[at()];
    const marks = places().map((place) => {
      const cls = place === now ? `${css.changed} ${css.current}` : (css.changed ?? "");
      return [place, { class: cls }] as const;
    });
    if (props.editor) drawOn(props.editor, key, new Map(marks));
  });
  const step = (by: number): void => {
    const count = places().length;
    const next = at() < 0 ? (by > 0 ? 0 : count - 1) : (at() + by + count) % count;
    setAt(next);
    const { editor } = props;
    const place = editor && placesIn(editor)[places()[next] ?? -1];
    const node = place && editor.view.nodeDOM(place.pos);
    if (node instanceof Element) node.scrollIntoView({ block: "center" });
  };
  const words = () =>
    [
      places().length > 0 ? t("notes.awayChanged", places().length) : "",
      found().removed > 0 ? t("notes.awayRemoved", found().removed) : "",
    ]
      .filter(Boolean)
      .join(" · ");
  return (
    <Show when={words()}>
      <div
        class={css.bar}
        role="group"
        aria-label={t("notes.away")}
        onKeyDown={(event) => event.key === "Escape" && setFound(none)}
      >
        <p class={css.words} role="status" aria-live="polite">
          {words()}
        </p>
        <Show when={places().length > 0}>
          <span class={`${css.at} num`}>{at() < 0 ? "" : `${at() + 1}/${places().length}`}</span>
          <Button small square look="quiet" aria-label={t("notes.awayBack")} onClick={() => step(-1)}>
            <ChevronUp size={15} />
          </Button>
          <Button small square look="quiet" aria-label={t("notes.awayNext")} onClick={() => step(1)}>
            <ChevronDown size={15} />
          </Button>
        </Show>
        <Button small look="quiet" onClick={() => setFound(none)}>
          {t("notes.awayDone")}
        </Button>
      </div>
    </Show>
  );
}
