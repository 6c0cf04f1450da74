import { createEffect, createSignal, on, onCleanup, Show, type JSX } from "solid-js";
import { bringsOnlyNamesOf } from "../../shared/sections/names.ts";
import type { OpenSection } from "../data/rooms.ts";
import { t } from "../i18n/i18n.ts";
import { Bone } from "../ui/bits.tsx";
import { Reader, Writer, type Caret, type OnShown } from "./editor.tsx";
import css from "./notes.module.css";
import { isFullyKnown } from "./schema.ts";

/**
 * The text of an open section, to write in or to read. An editor that does not know all of it must not be bound to it,
 * because it would delete what it does not know, for everyone (SECTION-3).
 */
export function Paper(props: {
  readonly section: OpenSection;
  readonly place: { readonly id: string; readonly account: string };
  /** The schema number of this app's editor. */
  readonly schema: number;
  readonly mayWrite: boolean;
  /** The section's own number is higher than that. */
  readonly newer: boolean;
  readonly onShown?: OnShown | undefined;
  readonly me: { readonly member: string; readonly name: string };
}): JSX.Element {
  const { section } = props;
  const caret: Caret = { wanted: false, at: 0 };
  const [known, setKnown] = createSignal(true);
  const [filled, setFilled] = createSignal(false);
  const look = () => {
    setKnown(isFullyKnown(section.doc, props.schema));
    setFilled(true);
  };
  createEffect(on(section.state, (state) => state !== "loading" && look()));
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (update: Uint8Array, origin: unknown) => {
    if (typeof origin === "symbol") return; // typed here, with the schema that is known
    // At once, before the editor gets it: what it does not know it deletes when it draws it.
    if (!bringsOnlyNamesOf(update, props.schema)) setKnown(false);
    clearTimeout(timer);
    timer = setTimeout(look, 50);
  };
  section.doc.on("update", later);
  onCleanup(() => {
    clearTimeout(timer);
    section.doc.off("update", later);
  });
  const current = () => known() && !props.newer;
  const writing = () => current() && props.mayWrite;
  return (
    <Show when={filled()} fallback={<Opening />}>
      <Show
        when={writing()}
        fallback={
          <>
            <Show when={section.state() !== "loading"}>
              <p class={css.said}>{current() ? t("notes.readOnly") : t("notes.newer")}</p>
            </Show>
            <Reader section={section} schema={props.schema} caret={caret} onShown={props.onShown} />
          </>
        }
      >
        <Writer
          section={section}
          place={props.place}
          schema={props.schema}
          caret={caret}
          onShown={props.onShown}
          member={props.me.member}
          name={props.me.name}
        />
      </Show>
    </Show>
  );
}

export const Opening = (): JSX.Element => (
  <div class={css.opening} role="status" aria-busy="true" aria-label={t("notes.loading")}>
    <Bone of={6} />
    <Bone of={5} />
    <Bone of={4} />
  </div>
);
