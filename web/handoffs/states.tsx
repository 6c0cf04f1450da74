import ArrowRight from "lucide-solid/icons/arrow-right";
import { Show, type JSX } from "solid-js";
import { offerEnds } from "../../shared/handoffs/ends.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { Chip, Person, type Tone } from "../ui/bits.tsx";
import css from "./handoffs.module.css";
import { h } from "./words.ts";

export type Handoff = RecordOf<"handoff">;
const tones: Readonly<Record<string, Tone>> = { draft: "plain", offered: "info", accepted: "ok", returned: "warn" };

export const State = (props: { readonly row: Handoff }): JSX.Element => (
  <Chip tone={tones[props.row.state ?? "draft"] ?? "plain"}>{h(`handoff.state.${props.row.state ?? "draft"}`)}</Chip>
);

/** From whom to whom: members by name, queues by theirs. `short`: without me, where the list says it. */
export function Parties(props: { readonly row: Handoff; readonly short?: boolean }): JSX.Element {
  const { data, memberName } = useSession();
  const to = () => (props.row.toMember ? memberName(props.row.toMember) : "");
  const isMine = (member: string | null | undefined) => props.short && member === data.me.member;
  return (
    <span class={css.parties}>
      <Show when={!isMine(props.row.fromMember)}>
        <Show when={props.row.fromMember} fallback={<span>{props.row.fromQueue}</span>}>
          {(from) => <Person id={from()} name={memberName(from())} />}
        </Show>
      </Show>
      <Show when={!isMine(props.row.toMember) && (to() || props.row.toQueue)}>
        <ArrowRight size={14} aria-label={h("handoff.to")} />
        <Show when={to()} fallback={<span>{h("handoff.queue", props.row.toQueue ?? "")}</span>}>
          <Person id={props.row.toMember ?? ""} name={to()} />
        </Show>
      </Show>
    </span>
  );
}

/** Until when it has to be answered, or what is next and when, in a few words; late: nobody did. */
export function dueWords(row: Handoff, zone: string): { readonly text: string; readonly late: boolean } {
  const today = dayIn(now(), zone);
  const on = (at: number): string => day(dayIn(at, zone), { locale: locale(), today });
  if (row.state === "offered" && row.offeredAt) {
    const end = offerEnds(row.offeredAt);
    return end <= now() ? { text: h("handoff.unanswered"), late: true } : { text: h("handoff.answerBy", on(end)), late: false }; // prettier-ignore
  }
  if (row.state === "done" && row.doneAt) return { text: on(row.doneAt), late: false };
  if (!row.nextActionDay) return { text: row.acceptedAt ? on(row.acceptedAt) : "", late: false };
  return { text: day(row.nextActionDay, { locale: locale(), today }), late: row.state === "accepted" && row.nextActionDay < today }; // prettier-ignore
}
