import { fieldsOf, groupOf, isSound, kindOf, targetOf, valuesOf, type Filter } from "../lists/query.ts";
import { jsonOf } from "../lists/parts.ts";
import type { Row } from "../records/entities.ts";
import type { Assigned } from "../leads/assigned.ts";

/**
 * To whom a new lead goes that nobody owns: the first rule that fits and can give it to somebody, else the intake queue
 * (LEAD-6 to LEAD-10). Pure: the rules, who could take it and whose turn it is come in, so that the same push is decided
 * in the same way wherever and however often it is planned.
 */

export const ruleLimits = {
  rulesMax: 100, // more than that nobody reads; those beyond are not asked
  conditionsMax: 8,
  valuesMax: 30, // of one condition: the countries of a continent
  valueMax: 120, // characters of one value
} as const;

/** Of the lead itself, and known to everybody who sees one: neither rules nor lines tell more than it does (decision 0032). */
export const ruledFields: readonly string[] = fieldsOf("lead").filter((field) => {
  const [group, kind] = [groupOf("lead", field), kindOf("lead", field)];
  if (!["identity", "shared"].includes(group) || !["text", "number", "ref"].includes(kind ?? "")) return false;
  if (field === "outcomeReason") return false; // of one that has ended
  const to = targetOf("lead", field);
  return to === null || to === "region";
});

/** A rule as it stands in its record, without what is no use here. */
export interface AssignmentRule {
  readonly id: string;
  readonly name: string;
  readonly keeper: string | null;
  readonly order: string;
  readonly paused: boolean;
  /** Null: they can't be read, so the rule fits nothing. */
  readonly where: readonly Filter[] | null;
  readonly target: Target | null;
}
export type Target = { readonly kind: "member" | "team" | "queue"; readonly id: string };

const text = (value: unknown): string | null => (typeof value === "string" && value !== "" ? value : null);

/** The conditions of a rule out of the text that keeps them; null: not one that this version can judge. */
export function conditionsOf(kept: unknown): readonly Filter[] | null {
  if (text(kept) === null) return [];
  const read = jsonOf(kept);
  if (!Array.isArray(read) || read.length > ruleLimits.conditionsMax || !read.every(isCondition)) return null;
  return read;
}
function isCondition(one: unknown): one is Filter {
  const { field, op, values } = (one ?? {}) as Record<string, unknown>;
  if (typeof field !== "string" || typeof op !== "string" || !Array.isArray(values)) return false;
  if (!values.every((value) => typeof value === "string" && value.length <= ruleLimits.valueMax)) return false;
  return isJudged({ field, op, values } as Filter);
}
/** A condition as lists have them; of texts any of some may be meant. */
export function isJudged(filter: Filter): boolean {
  if (!ruledFields.includes(filter.field) || filter.values.length > ruleLimits.valuesMax) return false;
  if (kindOf("lead", filter.field) !== "text" || filter.values.length < 2) return isSound("lead", filter);
  return takesSome(filter) && filter.values.every((value) => isSound("lead", { ...filter, values: [value] }));
}
export const takesSome = ({ field, op }: Pick<Filter, "field" | "op">): boolean => {
  const kind = kindOf("lead", field);
  return kind === "text" ? op === "is" || op === "not" || op === "has" || op === "lacks" : kind !== null && valuesOf(op, kind) === "some"; // prettier-ignore
};

function targetOfRule(row: Row): Target | null {
  for (const [kind, field] of [["member", "toMember"], ["team", "toTeam"], ["queue", "toQueue"]] as const) {
    const id = text(row[field]);
    if (id !== null) return { kind, id };
  }
  return null;
} // prettier-ignore

export const ruleOf = (row: Row): AssignmentRule => ({
  id: row.id,
  name: text(row["name"]) ?? "",
  keeper: text(row["keeper"]),
  order: text(row["order"]) ?? "",
  paused: row["paused"] === true,
  where: conditionsOf(row["where"]),
  target: targetOfRule(row),
});
/** In the order in which they are asked. Two with one place: the older id first, on every device and at the edge. */
export const inOrder = (rules: readonly AssignmentRule[]): AssignmentRule[] =>
  rules.toSorted((a, b) => compare(a.order, b.order) || compare(a.id, b.id));
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const fold = (said: string): string => said.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase().trim();
const isEmpty = (value: unknown): boolean => value === undefined || value === null || value === "";

/** Whether a lead is as one condition says. What is empty or hidden is nothing, and is not anything. */
export function meets(row: Row, { field, op, values }: Filter): boolean {
  const value = row[field];
  if (op === "empty") return isEmpty(value);
  if (op === "filled") return !isEmpty(value);
  switch (kindOf("lead", field)) {
    case "text": {
      const said = typeof value === "string" ? fold(value) : "";
      const wanted = values.map(fold);
      if (op === "is") return wanted.includes(said);
      if (op === "not") return !wanted.includes(said);
      const has = wanted.some((one) => said.includes(one));
      return op === "has" ? has : !has;
    }
    case "ref": {
      const among = typeof value === "string" && values.includes(value);
      return op === "is" ? among : !among;
    }
    case "number": {
      const [bound] = values.map(Number);
      if (typeof value !== "number" || bound === undefined) return false;
      return op === "gt" ? value > bound : op === "lt" ? value < bound : value === bound;
    }
    default:
      return false;
  }
}
export const fits = (rule: Pick<AssignmentRule, "where">, row: Row): boolean =>
  rule.where !== null && rule.where.every((condition) => meets(row, condition));

/** What the lead said to each condition: field and value, as the line keeps them. */
const reasons = (rule: Pick<AssignmentRule, "where">, row: Row): Assigned["why"] =>
  [...new Set((rule.where ?? []).map(({ field }) => field))].map((field) => {
    const value = row[field];
    const said = typeof value === "number" ? value : typeof value === "string" ? value.slice(0, ruleLimits.valueMax) : null; // prettier-ignore
    return [field, said];
  });

/** Who works here, as far as a lead may go to them. */
export interface Roster {
  /** Members of a team who work here, in a steady order. */
  readonly team: (id: string) => readonly string[];
  /** Who does the work of somebody now: themselves, who stands in for them, or nobody. */
  readonly acting: (member: string) => string | null;
  readonly queue: (id: string) => Queue | null;
  /** Where leads wait that no rule fits. */
  readonly intake: Queue | null;
}
export interface Queue {
  readonly id: string;
  readonly name: string;
  readonly steward: string | null;
}
/** Whose turn it was: how often the rule has dealt one out, and to which member of its team last. */
export interface Turn {
  readonly n: number;
  readonly last: string | null;
}
/** Whether somebody could hold the lead: sees it once it is theirs, and may work on it (`qualify`) or pass it on (`reassign`). */
export type May = (member: string, act: "qualify" | "reassign") => boolean;

export interface Choice extends Omit<Assigned, "at"> {
  /** The member of the team whose turn it was. */
  readonly turn: string | null;
}

/** What becomes of a new lead. Null: there are no rules and no intake queue, so nothing is done to it. */
export function choose(
  rules: readonly AssignmentRule[],
  lead: Row,
  roster: Roster,
  turnOf: (rule: string) => Turn,
  may: May,
): Choice | null {
  const live = inOrder(rules).filter(({ paused }) => !paused);
  if (live.length === 0 && roster.intake === null) return null;
  for (const rule of live) {
    if (!fits(rule, lead)) continue;
    const found = takerOf(rule, roster, turnOf(rule.id), may);
    if (found) return { ...found, kind: "rule", rule: rule.id, name: rule.name, keeper: rule.keeper, why: reasons(rule, lead) };
  }
  const none = { rule: null, name: "", keeper: null, why: [], turn: null };
  const waits = roster.intake && stewardOf(roster.intake, roster, may);
  return waits ? { ...none, ...waits, kind: "waits" } : { ...none, kind: "none", to: null, cover: null, queue: null };
} // prettier-ignore

type Taker = Pick<Choice, "to" | "cover" | "queue" | "turn">;
/** Who takes what the rule gives; null: nobody of them can now, so the next rule is asked. */
function takerOf({ target }: AssignmentRule, roster: Roster, turn: Turn, may: May): Taker | null {
  if (target === null) return null;
  if (target.kind === "queue") {
    const queue = roster.queue(target.id);
    return queue && stewardOf(queue, roster, may);
  }
  if (target.kind === "member") {
    const who = actingFor(target.id, roster, may, "qualify");
    return who && { ...who, queue: null, turn: null };
  }
  for (const member of from(roster.team(target.id), turn.last)) {
    const who = actingFor(member, roster, may, "qualify");
    if (who) return { ...who, queue: null, turn: member };
  }
  return null;
}
function stewardOf(queue: Queue, roster: Roster, may: May): Taker | null {
  const who = queue.steward === null ? null : actingFor(queue.steward, roster, may, "reassign");
  return who && { ...who, queue: queue.id, turn: null };
}
function actingFor(member: string, roster: Roster, may: May, act: "qualify" | "reassign"): Pick<Taker, "to" | "cover"> | null {
  const to = roster.acting(member);
  if (to === null || !may(to, act)) return null;
  return { to, cover: to === member ? null : member };
} // prettier-ignore
/** The team from whoever comes after the last one: everybody once, whoever came or went meanwhile. */
function from(members: readonly string[], last: string | null): readonly string[] {
  const sorted = members.toSorted();
  const at = last === null ? 0 : sorted.findIndex((one) => one > last);
  return at <= 0 ? sorted : [...sorted.slice(at), ...sorted.slice(0, at)];
}
