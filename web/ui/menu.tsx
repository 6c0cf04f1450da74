import { createSignal, lazy, Show, Suspense, type JSX, type ParentProps } from "solid-js";

export interface Choice {
  readonly id: string;
  readonly text: string;
  /** Present: can't be chosen, and this is why. The item stays focusable and says so. */
  readonly reason?: string | undefined;
}
/** One of a few, with the present one marked. */
export interface MenuChoice {
  readonly label?: string;
  readonly value: string | null | undefined;
  readonly choices: readonly Choice[];
  readonly onChoose: (id: string) => void;
}
interface MenuAct {
  readonly icon?: JSX.Element;
  readonly words: string;
  readonly onSelect: () => void;
}
interface Trigger {
  readonly trigger: JSX.Element;
  readonly triggerClass?: string | undefined;
  readonly label?: string | undefined;
  readonly placement?: "bottom" | "bottom-start" | "bottom-end" | "top-start" | "top-end";
}
export interface MenuProps extends Trigger {
  /** Parts with a line between them, but between two acts. */
  readonly parts: readonly (MenuChoice | MenuAct | { readonly text: JSX.Element })[];
}
export type PopoverProps = ParentProps<
  Trigger & { readonly title: string; readonly showTitle?: boolean; readonly disabled?: boolean }
>;

// What opens is fetched when it is first opened: no screen pays for menus that nobody looks at.
const RealMenu = lazy(async () => ({ default: (await import("./menu-real.tsx")).RealMenu }));
const RealPopover = lazy(async () => ({ default: (await import("./popover-real.tsx")).RealPopover }));

export function Menu(props: MenuProps): JSX.Element {
  return (
    <Opener {...props} kind="menu">
      <RealMenu {...props} />
    </Opener>
  );
}
/** A small panel of text and buttons beside what opened it. */
export function Popover(props: PopoverProps): JSX.Element {
  return (
    <Opener {...props} kind="dialog">
      <RealPopover {...props} />
    </Opener>
  );
}

function Opener(
  props: ParentProps<Trigger & { readonly kind: "menu" | "dialog"; readonly disabled?: boolean }>,
): JSX.Element {
  const [opened, open] = createSignal(false);
  const button = (busy: boolean) => (
    <button
      type="button"
      class={props.triggerClass}
      aria-label={props.label}
      aria-haspopup={props.kind}
      aria-expanded="false"
      aria-busy={busy}
      aria-disabled={props.disabled ? "true" : undefined}
      onClick={() => open(true)}
      onKeyDown={(event) => {
        if (props.kind !== "menu" || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
        event.preventDefault();
        open(true);
      }}
    >
      {props.trigger}
    </button>
  );
  return (
    <Show when={opened()} fallback={button(false)}>
      <Suspense fallback={button(true)}>{props.children}</Suspense>
    </Show>
  );
}
