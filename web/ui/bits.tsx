import Lock from "lucide-solid/icons/lock";
import CloudOff from "lucide-solid/icons/cloud-off";
import { For, Show, type JSX, type ParentProps } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { hueOf, initials } from "../i18n/person.ts";
import css from "./bits.module.css";
import { Popover } from "./menu.tsx";

/** Two letters of a person. Colour is for people who are here now; in lists the quiet one is used. */
export function Avatar(props: { readonly id: string; readonly name: string; readonly quiet?: boolean }): JSX.Element {
  return (
    <span
      class={`${css.avatar} ${props.quiet ? css.quiet : css[`p${hueOf(props.id)}`]}`}
      aria-hidden="true"
      title={props.name}
    >
      {initials(props.name)}
    </span>
  );
}
export function AvatarStack(props: {
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly label: string;
}): JSX.Element {
  return (
    <Show when={props.people.length > 0}>
      <span class={css.stack} role="img" aria-label={props.label} title={props.label}>
        <For each={props.people.slice(0, 5)}>{(person) => <Avatar id={person.id} name={person.name} />}</For>
      </span>
    </Show>
  );
}
export function Person(props: { readonly id: string; readonly name: string }): JSX.Element {
  return (
    <span class={css.person}>
      <Show when={props.id}>
        <Avatar id={props.id} name={props.name} quiet />
      </Show>
      <span class="clip">{props.name}</span>
    </span>
  );
}

export type Tone = "plain" | "warn" | "bad" | "info" | "ok";
export function Chip(props: ParentProps<{ readonly tone?: Tone }>): JSX.Element {
  return (
    <span class={[css.chip, props.tone && props.tone !== "plain" && css[props.tone]].filter(Boolean).join(" ")}>
      {props.children}
    </span>
  );
}

/** Health says something only when it is not good: colour is for exceptions. */
export function Health(props: { readonly value: string | null | undefined; readonly say?: boolean }): JSX.Element {
  return (
    <Show
      when={props.value === "watch" || props.value === "at_risk"}
      fallback={<Show when={props.value === "good"}>{t("health.good")}</Show>}
    >
      <Chip tone={props.value === "watch" ? "warn" : "bad"}>
        {props.value === "watch" ? t("health.watch") : t("health.at_risk")}
      </Chip>
    </Show>
  );
}

/** A field group that exists and is not mine: the same chip whether its values are set or empty. `shown`: what a mask lets through. */
export function HiddenChip(
  props: ParentProps<{ readonly group: string; readonly shown?: string | undefined }>,
): JSX.Element {
  return (
    <Popover
      label={`${props.group}: ${props.shown ?? t("chip.hidden")}`}
      title={t(props.shown === undefined ? "chip.hidden" : "chip.masked")}
      triggerClass={`${css.chip} ${props.shown === undefined ? css.hidden : ""}`}
      trigger={
        <>
          <Lock size={12} />
          {props.shown ?? t("chip.hidden")}
        </>
      }
    >
      <p class={css.pop}>{t("chip.hiddenWhy", props.group)}</p>
      {props.children}
    </Popover>
  );
}
/** Values that may not stay on a device, while there is no network. */
export function OnlineChip(props: { readonly group: string; readonly shown?: string | undefined }): JSX.Element {
  return (
    <Popover
      label={`${props.group}: ${props.shown ?? t("chip.online")}`}
      title={t("chip.online")}
      triggerClass={css.chip}
      trigger={
        <>
          <CloudOff size={12} />
          {props.shown ?? t("chip.online")}
        </>
      }
    >
      <p class={css.pop}>{t("chip.onlineWhy")}</p>
    </Popover>
  );
}

export const Dot = (props: { readonly color: string }): JSX.Element => (
  <span class={css.dot} style={{ color: props.color }} aria-hidden="true" />
);

export function Empty(
  props: ParentProps<{ readonly title?: string; readonly act?: JSX.Element; readonly big?: boolean }>,
): JSX.Element {
  return (
    <div class={`${css.empty} ${props.big ? css.emptyBig : ""}`}>
      <Show when={props.title}>
        <h2 class={css.emptyTitle}>{props.title}</h2>
      </Show>
      <p>{props.children}</p>
      {props.act}
    </div>
  );
}
/** Grey bars, only while nothing at all is on this device. `of`: eighths of the width. */
export const Bone = (props: { readonly of: number }): JSX.Element => (
  <span class={css.bone} style={{ width: `${props.of * 12.5}%` }} />
);
