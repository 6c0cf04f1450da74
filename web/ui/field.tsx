import ChevronDown from "lucide-solid/icons/chevron-down";
import { createEffect, createSignal, createUniqueId, For, on, onCleanup, Show, untrack, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { AvatarStack } from "./bits.tsx";
import css from "./field.module.css";
import { buttonClass } from "./button.tsx";
import { ChangeMark, type MarkState } from "./mark.tsx";
import { Menu, type Choice } from "./menu.tsx";
import { holdPage } from "./unsaved.ts";

/** What I tried and what was said, until I deal with it. */
export interface Trouble {
  readonly tone: "bad" | "both";
  readonly words: string;
  /** Opens the field with the words that were not accepted. */
  readonly fix?: string | undefined;
  readonly acts: readonly { readonly words: string; readonly run: () => void }[];
}
/** Who else is in a field now. */
export interface Others {
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly label: string;
}
export interface FieldProps {
  readonly label: string;
  /** As typed. Null is empty. */
  readonly value: string | null | undefined;
  /** As shown, when that differs. */
  readonly show?: JSX.Element;
  readonly kind?: "text" | "long" | "day" | "number";
  readonly choices?: readonly Choice[];
  readonly placeholder?: string;
  /** Absent: this member can't change it, and it is plain text. */
  readonly onCommit?: ((value: string | null) => Promise<string | undefined> | undefined) | undefined;
  readonly mark?: MarkState | undefined;
  readonly trouble?: Trouble | undefined;
  readonly required?: boolean;
  readonly look?: "row" | "bare" | "title";
  readonly maxLength?: number;
  readonly others?: Others | undefined;
  /** In words, that it changed since it was looked at. */
  readonly changed?: string | undefined;
  /** It is being edited, or no longer. */
  readonly onOpen?: ((open: boolean) => void) | undefined;
}

/**
 * A value that is edited where it stands: click or Enter opens, Enter commits, Esc restores, leaving commits.
 * No Save button. `onCommit` may answer with a sentence; then the field stays open and says it.
 */
export function Field(props: FieldProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  const [said, setSaid] = createSignal<string>();
  const id = createUniqueId();
  let opener: HTMLButtonElement | undefined;
  let settled = false;

  const close = (refocus: boolean) => {
    settled = true;
    setOpen(false);
    setSaid(undefined);
    if (refocus) queueMicrotask(() => opener?.focus());
  };
  const commit = async (text: string, refocus: boolean) => {
    if (settled) return;
    const next = props.kind === "long" ? text : text.trim();
    const value = next === "" ? null : next;
    if (value === (props.value ?? null)) return close(refocus);
    if (value === null && props.required) return void setSaid(t("field.invalid"));
    settled = true; // leaving the field while it is being saved must not save it twice
    const answer = await props.onCommit?.(value);
    settled = false;
    if (answer) setSaid(answer);
    else close(refocus);
  };
  const keys = (event: KeyboardEvent & { currentTarget: HTMLInputElement | HTMLTextAreaElement }) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.stopPropagation();
      close(true);
    } else if (event.key === "Enter" && (props.kind !== "long" || event.metaKey || event.ctrlKey)) {
      event.preventDefault();
      event.stopPropagation();
      void commit(event.currentTarget.value, true);
    }
  };
  let fixing: string | undefined;
  let typing: HTMLInputElement | HTMLTextAreaElement | undefined;
  const begin = (words?: string) => {
    fixing = words;
    settled = false;
    setOpen(true);
  };
  const dirty = () => open() && typing !== undefined && typing.value !== (props.value ?? "");
  onCleanup(holdPage(() => untrack(dirty)));
  createEffect(on(open, (now) => props.onOpen?.(now), { defer: true }));
  onCleanup(() => untrack(open) && props.onOpen?.(false));
  const take = (element: HTMLInputElement | HTMLTextAreaElement) => {
    typing = element;
    // Once: bound, it would be written again whenever the record moves, over what is being typed.
    element.value = fixing ?? untrack(() => props.value ?? "");
    queueMicrotask(() => {
      element.focus();
      if (element.type === "text") element.select();
    });
  };
  const inside = () => (
    <>
      <Show when={props.onCommit}>
        <span class="sr">{t("field.edit", props.label)}: </span>
      </Show>
      <span class={`${css.text} ${props.value || props.show ? "" : css.none}`}>
        {props.show ?? (props.value || (props.placeholder ?? (props.onCommit ? t("field.empty") : "–")))}
      </span>
      <ChangeMark state={props.mark} />
    </>
  );
  const shared = () => `${props.look === "title" ? css.title : ""}`;

  return (
    <div
      class={[
        css.row,
        props.kind === "long" && `${css.tall} ${css.long}`,
        (props.look === "bare" || props.look === "title") && css.bare,
      ]
        .filter(Boolean)
        .join(" ")}
    >
      <span class={css.label} id={id}>
        {props.label}
      </span>
      <Show when={props.onCommit} fallback={<span class={`${css.value} ${css.fixed} ${shared()}`}>{inside()}</span>}>
        <Show
          when={!props.choices}
          fallback={
            <Menu
              triggerClass={`${css.value} ${css.menu}`}
              trigger={
                <>
                  {inside()}
                  <ChevronDown size={14} />
                </>
              }
              parts={[
                {
                  value: props.value,
                  choices: props.choices ?? [],
                  onChoose: (choice) => void props.onCommit?.(choice),
                },
              ]}
            />
          }
        >
          <Show
            when={open()}
            fallback={
              <button
                type="button"
                ref={(element) => (opener = element)}
                class={`${css.value} ${shared()}`}
                onClick={() => begin()}
              >
                {inside()}
              </button>
            }
          >
            <Show
              when={props.kind === "long"}
              fallback={
                <input
                  ref={take}
                  class={`${css.input} ${shared()} ${said() ? css.bad : ""}`}
                  type={props.kind === "day" ? "date" : "text"}
                  inputmode={props.kind === "number" ? "numeric" : undefined}
                  maxlength={props.maxLength ?? 500}
                  aria-labelledby={id}
                  aria-invalid={said() ? "true" : undefined}
                  title={t("field.hint")}
                  onKeyDown={keys}
                  onBlur={(event) => void commit(event.currentTarget.value, false)}
                />
              }
            >
              <textarea
                ref={take}
                class={`${css.input} ${said() ? css.bad : ""}`}
                maxlength={props.maxLength ?? 20_000}
                aria-labelledby={id}
                onKeyDown={keys}
                onBlur={(event) => void commit(event.currentTarget.value, false)}
              />
            </Show>
          </Show>
        </Show>
      </Show>
      <Show when={props.others ?? props.changed}>
        <span class={css.beside}>
          <Show when={props.changed}>
            {(words) => <span class={css.changed} role="img" aria-label={words()} title={words()} />}
          </Show>
          <Show when={props.others}>{(others) => <AvatarStack people={others().people} label={others().label} />}</Show>
        </span>
      </Show>
      <Show when={said()}>
        <p class={css.said} role="alert">
          {said()}
        </p>
      </Show>
      <Show when={props.trouble}>
        {(trouble) => (
          <div class={`${css.said} ${css.tried} ${trouble().tone === "both" ? css.both : ""}`}>
            <p>{trouble().words}</p>
            <p class={css.triedActs}>
              <Show when={trouble().fix !== undefined && props.onCommit && !props.choices}>
                <button
                  type="button"
                  class={buttonClass({ look: "quiet", small: true })}
                  onClick={() => begin(trouble().fix)}
                >
                  {t("tray.fix")}
                </button>
              </Show>
              <For each={trouble().acts}>
                {(act) => (
                  <button type="button" class={buttonClass({ look: "quiet", small: true })} onClick={() => act.run()}>
                    {act.words}
                  </button>
                )}
              </For>
            </p>
          </div>
        )}
      </Show>
    </div>
  );
}
