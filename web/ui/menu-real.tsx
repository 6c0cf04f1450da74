import { DropdownMenu } from "@kobalte/core/dropdown-menu";
import Check from "lucide-solid/icons/check";
import { For, Match, Show, Switch, type JSX } from "solid-js";
import type { MenuChoice, MenuProps } from "./menu.tsx";
import css from "./overlay.module.css";

/** An entry acts when the finger leaves it, and the menu goes: the click that follows would press what lay under it. */
const noGhost = (event: TouchEvent): void => {
  if (event.cancelable) event.preventDefault();
};

/** The opened menu; menu.tsx fetches this when one is first opened. */
export function RealMenu(props: MenuProps): JSX.Element {
  return (
    <DropdownMenu placement={props.placement ?? "bottom-start"} gutter={4} modal={false} defaultOpen>
      <DropdownMenu.Trigger class={props.triggerClass} aria-label={props.label} type="button">
        {props.trigger}
      </DropdownMenu.Trigger>
      <DropdownMenu.Portal>
        <DropdownMenu.Content class={css.pop} on:touchend={noGhost}>
          <For each={props.parts}>
            {(part, at) => (
              <>
                <Show when={at() > 0 && !("onSelect" in part && "onSelect" in (props.parts[at() - 1] ?? {}))}>
                  <DropdownMenu.Separator class={css.rule} />
                </Show>
                <Switch>
                  <Match when={"text" in part && part}>{(text) => <div class={css.said}>{text().text}</div>}</Match>
                  <Match when={"choices" in part && part}>{(group) => <Choices part={group()} />}</Match>
                  <Match when={"onSelect" in part && part}>
                    {(item) => (
                      <DropdownMenu.Item class={css.item} onSelect={() => item().onSelect()}>
                        {item().icon}
                        <span class={css.text}>{item().words}</span>
                      </DropdownMenu.Item>
                    )}
                  </Match>
                </Switch>
              </>
            )}
          </For>
        </DropdownMenu.Content>
      </DropdownMenu.Portal>
    </DropdownMenu>
  );
}

function Choices(props: { readonly part: MenuChoice }): JSX.Element {
  return (
    <DropdownMenu.Group>
      <Show when={props.part.label}>
        <DropdownMenu.GroupLabel class={css.label}>{props.part.label}</DropdownMenu.GroupLabel>
      </Show>
      <DropdownMenu.RadioGroup
        value={props.part.value ?? ""}
        onChange={(id) => {
          if (id !== props.part.value && !props.part.choices.find((choice) => choice.id === id)?.reason)
            props.part.onChoose(id);
        }}
      >
        <For each={props.part.choices}>
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
