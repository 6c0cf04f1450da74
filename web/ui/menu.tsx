import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import { Popover as BasePopover } from "@kobalte/core/popover";
import Check from "lucide-solid/icons/check";
import { For, Show, type JSX, type ParentProps } from "solid-js";
import css from "./overlay.module.css";

export interface Choice {
  readonly id: string;
  readonly text: string;
  readonly dot?: string | undefined;
  /** Present: can't be chosen, and this is why. The item stays focusable and says so. */
  readonly reason?: string | undefined;
}

interface TriggerProps {
  readonly trigger: JSX.Element;
  readonly triggerClass?: string | undefined;
  readonly label: string;
  readonly placement?: "bottom-start" | "bottom-end" | "top-start" | "top-end" | "right-start";
}

export function Menu(
  props: ParentProps<TriggerProps & { readonly onOpenChange?: (open: boolean) => void }>,
): JSX.Element {
  return (
    <DropdownMenu
      placement={props.placement ?? "bottom-start"}
      gutter={4}
      modal={false}
      {...(props.onOpenChange ? { onOpenChange: props.onOpenChange } : {})}
    >
      <DropdownMenu.Trigger class={props.triggerClass} aria-label={props.label} type="button">
        {props.trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class={css.pop}>{props.children}</DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}

export function MenuItem(
  props: ParentProps<{ readonly icon?: JSX.Element; readonly onSelect: () => void }>,
): JSX.Element {
  return (
    <DropdownMenu.Item class={css.item} onSelect={() => props.onSelect()}>
      {props.icon}
      <span class={css.text}>{props.children}</span>
    </DropdownMenu.Item>
  );
}
export const MenuRule = (): JSX.Element => <DropdownMenu.Separator class={css.rule} />;

/** One of a few, with the present one marked. */
export function MenuChoices(props: {
  readonly label?: string;
  readonly value: string | null | undefined;
  readonly choices: readonly Choice[];
  readonly onChoose: (id: string) => void;
}): JSX.Element {
  return (
    <DropdownMenu.Group>
      <Show when={props.label}>
        <DropdownMenu.GroupLabel class={css.label}>{props.label}</DropdownMenu.GroupLabel>
      </Show>
      <DropdownMenu.RadioGroup
        value={props.value ?? ""}
        onChange={(id) => {
          if (id !== props.value && !props.choices.find((choice) => choice.id === id)?.reason) props.onChoose(id);
        }}
      >
        <For each={props.choices}>
          {(choice) => (
            <DropdownMenu.RadioItem
              class={css.item}
              value={choice.id}
              closeOnSelect={!choice.reason}
              aria-disabled={choice.reason ? "true" : undefined}
            >
              <span class={css.mark}>
                <DropdownMenu.ItemIndicator>
                  <Check size={14} />
                </DropdownMenu.ItemIndicator>
              </span>
              <span class={css.text}>
                {choice.text}
                <Show when={choice.reason}>
                  <span class={css.reason}>{choice.reason}</span>
                </Show>
              </span>
            </DropdownMenu.RadioItem>
          )}
        </For>
      </DropdownMenu.RadioGroup>
    </DropdownMenu.Group>
  );
}

/** A small panel of text and buttons beside what opened it. */
export function Popover(props: ParentProps<TriggerProps & { readonly title: string }>): JSX.Element {
  return (
    <BasePopover placement={props.placement ?? "bottom-start"} gutter={6}>
      <BasePopover.Trigger class={props.triggerClass} aria-label={props.label} type="button">
        {props.trigger}
      </BasePopover.Trigger>
      <BasePopover.Portal>
        <BasePopover.Content class={`${css.pop} ${css.roomy}`}>
          <BasePopover.Title class="sr">{props.title}</BasePopover.Title>
          {props.children}
        </BasePopover.Content>
      </BasePopover.Portal>
    </BasePopover>
  );
}
