import type { RecordOf } from "../../shared/records/entities.ts";

/** What somebody new tries first: four acts of their role, each seen by what it leaves behind. */
export const stepNames = [
  "log",
  "next",
  "tick",
  "move",
  "give",
  "contact",
  "comment",
  "task",
  "repeat",
  "pin",
  "notices",
] as const;
export type Step = (typeof stepNames)[number];

const byBase: Readonly<Record<string, readonly Step[]>> = {
  seller: ["log", "next", "tick", "move"],
  sales_manager: ["log", "next", "give", "move"],
  qualifier: ["log", "contact", "comment", "task"],
  support: ["log", "comment", "task", "tick"],
  finance: ["task", "tick", "pin", "notices"],
  marketing: ["task", "tick", "pin", "notices"],
  exec_viewer: ["task", "tick", "pin", "notices"],
  ops_admin: ["task", "tick", "repeat", "notices"], // by itself it sees no account to pin
};
export const stepsOf = (base: string): readonly Step[] => byBase[base] ?? ["task", "tick", "pin", "notices"];
/** Those who may open an account get one to try on. */
export const hasSample = (base: string): boolean => base === "seller" || base === "sales_manager";
export const sampleSource = "first-steps:sample";

/** Records that tell of it, as this device holds them. */
export interface Traces {
  readonly me: string;
  /** Since when: what was done before is no first step. */
  readonly since: number;
  readonly sample: RecordOf<"account"> | undefined;
  readonly activities: readonly RecordOf<"activity">[];
  readonly contacts: readonly RecordOf<"contact">[];
  readonly comments: readonly { readonly createdBy: string; readonly createdAt: number }[];
  readonly tasks: readonly RecordOf<"task">[];
  readonly opportunities: readonly RecordOf<"opportunity">[];
  /** Stages of each pipeline, the first one first. */
  readonly firstStages: ReadonlySet<string>;
  readonly pinned: boolean;
  readonly chose: boolean;
}
/** Which of the steps have left a trace. */
export function stepsDone(steps: readonly Step[], from: Traces): ReadonlySet<Step> {
  const mine = (row: { readonly createdBy: string; readonly createdAt: number }): boolean =>
    row.createdBy === from.me && row.createdAt >= from.since;
  const done: Readonly<Record<Step, () => boolean>> = {
    log: () => from.activities.some(mine),
    next: () => !!from.sample?.nextAction,
    tick: () => from.tasks.some((row) => row.done === true && (row.doneAt ?? 0) >= from.since && (row.owner ?? row.createdBy) === from.me),
    move: () => from.firstStages.size > 0 && from.opportunities.some((row) => row.anchor === from.sample?.id && !from.firstStages.has(row.stage ?? "")),
    give: () => from.tasks.some((row) => row.createdBy === from.me && row.createdAt >= from.since && !!row.owner && row.owner !== from.me),
    contact: () => from.contacts.some(mine),
    comment: () => from.comments.some(mine),
    task: () => from.tasks.some(mine),
    repeat: () => from.tasks.some((row) => mine(row) && !!row.repeat),
    pin: () => from.pinned,
    notices: () => from.chose,
  };
  return new Set(steps.filter((step) => done[step]()));
} // prettier-ignore
