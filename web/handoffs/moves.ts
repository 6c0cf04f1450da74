import { createMemo, type Accessor } from "solid-js";
import { isOpen } from "../../shared/cases/waits.ts";
import { movable, type Movable } from "../../shared/handoffs/movable.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { useSession } from "../shell/context.ts";

type Handoff = RecordOf<"handoff">;
export interface Moving {
  readonly kind: Movable;
  /** What goes by itself, because it is whose account it is. */
  readonly follows: readonly Row[];
  /** The giver's own, which go along if their kind was chosen. */
  readonly own: readonly Row[];
  readonly stays: number;
}

/** What would change hands with a handoff, over what this device holds of the account (HAND-2). */
export function moving(row: Accessor<Handoff>): Accessor<readonly Moving[]> {
  const { data } = useSession();
  const account = data.record("account", () => row().anchor);
  const anchor = () => ({ anchor: row().anchor });
  const stages = data.list("stage", () => ({}));
  const lists = {
    contact: data.list("contact", anchor),
    task: data.list("task", () => ({ ...anchor(), where: (one) => one.done !== true })),
    opportunity: data.list("opportunity", () => {
      const over = new Set(stages().flatMap(({ id, outcome }) => (outcome === "open" ? [] : [id])));
      return { ...anchor(), where: (one) => !over.has(one.stage ?? "") };
    }),
    case: data.list("case", () => ({ ...anchor(), where: (one) => isOpen(one.status) })),
  };
  return createMemo(() => {
    const { about, anchor: place, fromMember, id } = row();
    const isAccount = (about ?? place) === place;
    const giver = fromMember ?? data.me.member;
    return movable.map((kind): Moving => {
      const all = lists[kind]() as readonly Row[];
      if (isAccount)
        return {
          kind,
          follows: all.filter((one) => !one["owner"] && kind !== "case"),
          own: all.filter((one) => one["owner"] === giver),
          stays: all.filter((one) => (one["owner"] || kind === "case") && one["owner"] !== giver).length,
        };
      const near = all.filter((one) => one.id !== about && (one["about"] === about || one["about"] === id));
      const own = near.filter((one) => (one["owner"] ?? account()?.owner) === giver);
      return { kind, follows: [], own, stays: near.length - own.length };
    });
  });
}

/** Files that go with their account. */
export function filesGoing(row: Accessor<Handoff>): Accessor<number> {
  const { data } = useSession();
  const files = data.count("file", () => ({ anchor: row().anchor, where: (one) => one.state !== "failed" }));
  return () => ((row().about ?? row().anchor) === row().anchor ? files() : 0);
}

/** Records that are named at the acceptance: what was chosen, as many as one batch takes. */
export const goingAlong = (all: readonly Moving[], chosen: readonly string[]): string[] =>
  all
    .flatMap(({ kind, own }) => (chosen.includes(kind) ? own.map(({ id }) => id) : []))
    .slice(0, limits.handoffMovesMax);
