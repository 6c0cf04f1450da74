import ChevronDown from "lucide-solid/icons/chevron-down";
import type { JSX, ParentProps } from "solid-js";
import { held, useCommands } from "../commands/registry.ts";
import { Menu, type Choice } from "./menu.tsx";
import css from "./split.module.css";

/** Steps through the rows of a list with J and K and the arrows; a row is a link, so that Enter opens it. */
export function rowKeys(list: () => HTMLElement | undefined, onStep: (row: HTMLElement) => void): void {
  const step = (by: number) => {
    const rows = [...(list()?.querySelectorAll<HTMLElement>("a[data-row]") ?? [])];
    const at = rows.findIndex((row) => row === document.activeElement);
    const from = at >= 0 ? at : rows.findIndex((row) => row.hasAttribute("aria-current"));
    const next = rows[Math.min(rows.length - 1, Math.max(0, from + by))];
    if (!next) return;
    next.focus();
    onStep(next);
  };
  const arrow = (by: number) => () => (list()?.contains(document.activeElement) ? step(by) : false);
  useCommands({
    "row.next": () => step(1),
    "row.previous": () => step(-1),
    "row.down": arrow(1),
    "row.up": arrow(-1),
    "row.open": held,
  });
}

/** One part of a sentence that says what a list shows. */
export function FilterMenu(props: {
  readonly label: string;
  readonly value: string;
  /** What stands there when nothing is chosen. */
  readonly usual: string;
  readonly choices: readonly Choice[];
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  const shown = () => props.choices.find(({ id }) => id === props.value)?.text ?? props.value;
  return (
    <Menu
      label={`${props.label}: ${shown()}`}
      triggerClass={`${css.filter} ${props.value === props.usual ? "" : css.set}`}
      trigger={
        <>
          {shown()}
          <ChevronDown size={12} />
        </>
      }
      parts={[{ label: props.label, value: props.value, choices: props.choices, onChoose: props.onChoose }]}
    />
  );
}

export const Split = (props: ParentProps): JSX.Element => <div class={css.split}>{props.children}</div>;
