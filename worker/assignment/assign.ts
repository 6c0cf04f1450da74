import { bind, type Bound } from "../../shared/access/engine.ts";
import { choose, conditionsOf, type Roster, type Turn } from "../../shared/assignment/rules.ts";
import { keptLine } from "../../shared/leads/assigned.ts";
import { fail, type Result } from "../../shared/kernel/result.ts";
import type { Row } from "../../shared/records/entities.ts";
import { hasGroup } from "../../shared/records/groups.ts";
import { policyFrom } from "../governance/gate.ts";
import type { Write } from "../sync/plan.ts";
import { giveShares, type ShareScene, type ShareWrite } from "../sync/shares.ts";
import type { Assignments } from "./store.ts";

/** What a rule made of a new lead: fields over those that its maker said, who is let in, and whose turn it was. */
export interface Given {
  readonly fields: Pick<Row, "owner" | "queue" | "assigned">;
  readonly shares: readonly ShareWrite[];
  readonly turn: Dealt | null;
}
export interface Dealt {
  readonly rule: string;
  readonly before: number;
  readonly n: number;
  readonly last: string;
}

/** Whether a mutation may make a lead that nobody owns: only then rules, queues and people are read. */
export function makesLead(name: string, args: unknown): boolean {
  if (name !== "lead.create@1" && name !== "lead.capture@1") return false;
  const { fields } = args as { readonly fields?: { readonly owner?: unknown } };
  return typeof fields?.owner !== "string";
}

/**
 * A rule is written, by whatever path, only as one that can be judged (LEAD-8): conditions on what a lead's readers may
 * know, and one target. Here and not in its mutation, so that no device carries it.
 */
export function unsoundRule(writes: readonly Pick<Write, "entity" | "op" | "after">[]): Result<never> | null {
  for (const { entity, op, after } of writes) {
    if (entity !== "lead_rule" || op === "delete") continue;
    if (conditionsOf(after["where"]) === null)
      return fail("invalid", { fields: ["where"], detail: "A rule asks for what everybody who sees a lead may know." });
    if (["toMember", "toTeam", "toQueue"].filter((to) => typeof after[to] === "string").length !== 1)
      return fail("invalid", { fields: ["toMember"], detail: "A rule gives to one person, one team or one queue." });
  }
  return null;
}

/**
 * Gives a new lead to whom the rules say, in the mutation that makes it: decided here and nowhere else, once, over what
 * its maker wrote (LEAD-6). Nobody gets one who would not see it or could not work on it when it is theirs (LEAD-9); they
 * see it by the recipe of `lead.assign`, as if its maker had given it by hand.
 */
export function assignNew(scene: ShareScene, known: Assignments, lead: Row): Given | null {
  const { actor, now } = scene;
  const bounds = new Map<string, Bound>();
  const boundOf = (member: string): Bound | null => {
    const person = known.people.get(member);
    if (!person) return null;
    const bound = bounds.get(member) ?? bind(policyFrom(actor.policyBody), person.facts);
    bounds.set(member, bound);
    return bound;
  };
  const sharesFor = (to: string): readonly ShareWrite[] => {
    const row = { ...lead, owner: to };
    const present: ShareScene["present"] = (id) =>
      id === lead.id
        ? { entity: "lead", row, ver: 0, deletedAt: null }
        : (scene.present(id) ?? known.people.get(id)?.stored);
    const ask = { record: lead.id, cause: lead.id, to };
    const given = giveShares({ ...scene, act: "lead.assign", present }, new Map(), ask);
    return given.ok ? given.value : [];
  };
  const may = (member: string, act: "qualify" | "reassign"): boolean => {
    const place = scene.place(lead.anchor);
    const bound = member === actor.member ? actor.bound : boundOf(member);
    if (!place || !bound) return false;
    const row = { ...lead, owner: member };
    // Who makes it stands there as they do; of another no more is known than what they are let in to.
    const theirs = member === actor.member ? place : { anchor: place.anchor, accountTeam: [], shares: sharesFor(member).flatMap(({ after }) => after ?? []) }; // prettier-ignore
    const sees = bound.recordMask("lead", row, theirs, now);
    return hasGroup(sees, "identity") && hasGroup(sees, "shared") && bound.decide(act, "lead", lead.compartment, theirs, now, row).allowed; // prettier-ignore
  };
  const roster: Roster = {
    team: (id) => [...known.people.values()].flatMap(({ facts }) => (facts.teams.includes(id) ? [facts.member] : [])),
    acting: (member) => {
      const to = known.covers.get(member) ?? member;
      return known.people.has(to) ? to : null;
    },
    queue: (id) => known.queues.get(id) ?? null,
    intake: [...known.queues.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)).find(({ intake }) => intake) ?? null,
  };
  const turnOf = (rule: string): Turn => known.turns.get(rule) ?? { n: 0, last: null };
  const choice = choose(known.rules, lead, roster, turnOf, may);
  if (!choice) return null;
  const { turn, ...line } = choice;
  const { n } = turnOf(choice.rule ?? "");
  return {
    fields: { owner: line.to, queue: line.queue, assigned: keptLine({ ...line, at: now }) } as Given["fields"],
    shares: line.to === null ? [] : sharesFor(line.to),
    turn: turn === null || choice.rule === null ? null : { rule: choice.rule, before: n, n: n + 1, last: turn },
  };
}
