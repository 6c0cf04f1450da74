import { Popover as BasePopover } from "@kobalte/core/popover";
import type { JSX, ParentProps } from "solid-js";
import type { PopoverProps } from "./menu.tsx";
import css from "./overlay.module.css";

/** A panel beside anything on the page, for as long as it is shown. */
export function RealCard(
  props: ParentProps<{ readonly anchor: HTMLElement; readonly title: string; readonly onClose: () => void }>,
): JSX.Element {
  let content: HTMLElement | undefined;
  return (
    <BasePopover
      open
      onOpenChange={(open) => !open && props.onClose()}
      anchorRef={() => props.anchor}
      placement="bottom-start"
      gutter={6}
    >
      <BasePopover.Portal>
        <BasePopover.Content
          ref={(element) => (content = element)}
          class={`${css.pop} ${css.roomy}`}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            (content?.querySelector<HTMLElement>("[data-autofocus]") ?? content)?.focus();
          }}
          onCloseAutoFocus={(event) => event.preventDefault()}
        >
          <BasePopover.Title class={css.popTitle}>{props.title}</BasePopover.Title>
          {props.children}
        </BasePopover.Content>
      </BasePopover.Portal>
    </BasePopover>
  );
}

export function RealPopover(props: PopoverProps): JSX.Element {
  return (
    <BasePopover placement={props.placement ?? "bottom-start"} gutter={6} defaultOpen>
      <BasePopover.Trigger
        class={props.triggerClass}
        aria-label={props.label}
        aria-disabled={props.disabled ? "true" : undefined}
        type="button"
      >
        {props.trigger}
      </BasePopover.Trigger>
      <BasePopover.Portal>
        <BasePopover.Content class={`${css.pop} ${css.roomy}`}>
          <BasePopover.Title class={props.showTitle ? css.popTitle : "sr"}>{props.title}</BasePopover.Title>
          {props.children}
        </BasePopover.Content>
      </BasePopover.Portal>
    </BasePopover>
  );
}
