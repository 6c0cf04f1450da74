/** Who asks, what of, and under which policy: everything from fixed seeds, so that every run asks the same. */
import { demoMembers } from "../../demo/people.ts";
import {
  bind,
  slice,
  type Bound,
  type Facts,
  type KeyShare,
  type Place,
  type Slice,
} from "../../shared/access/engine.ts";
import type { AllowRule, Cond, Policy } from "../../shared/access/rules.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type { Action } from "../../shared/kernel/actions.ts";
import { compartmentsOf, entity as entityOf, type EntityName, type Row } from "../../shared/records/entities.ts";
import { groupsIn, maskOf, type Group } from "../../shared/records/groups.ts";
import { seeded, type Random } from "../lib/measure.ts";

export const at = 1_800_000_000_000;
const hourMs = 3_600_000;

/** A member bound to a policy, and what they ask. */
export interface Asker {
  readonly facts: Facts;
  /** The policy with the member's facts put in: what every subject, ours and the peers', starts from. */
  readonly slice: Slice;
  readonly bound: Bound;
  readonly questions: readonly Question[];
}
export interface Question {
  readonly action: Action;
  readonly entity: EntityName;
  readonly compartment: string;
  readonly place: Place;
  readonly row: Row;
  readonly doc: Doc;
}
/**
 * The same record as peers get it: one flat document, with what hangs on the clock worked out beforehand (live
 * intervals, what live shares give). That is work which the engine does within its time and they do not.
 */
export interface Doc {
  readonly type: EntityName;
  readonly compartment: string;
  readonly keyOwner: string | null;
  readonly owner: string | null;
  readonly team: string | null;
  readonly region: string | null;
  readonly restricted: boolean;
  readonly crew: readonly string[];
  readonly sharedWith: readonly string[];
  readonly parties: readonly string[];
  readonly given: readonly Group[];
  readonly [column: string]: unknown;
}

const authored: ReadonlySet<EntityName> = new Set(["comment", "file"]);
const partyColumns: Partial<Record<EntityName, readonly string[]>> = {
  handoff: ["fromMember", "toMember"],
  approval: ["requester"],
};

function docOf(question: Omit<Question, "doc">, own: Slice): Doc {
  const { entity, compartment, place, row } = question;
  const { anchor } = place;
  const member = own.facts.member;
  const live = (from: number | null, until: number | null): boolean =>
    (from === null || from <= at) && (until === null || at < until);
  const shares = place.shares.filter(
    (share) => share.anchor === anchor.id && share.compartment === compartment && live(share.from, share.until),
  );
  const ownOwner = entityOf(entity).fields["owner"] !== undefined && entityOf(entity).fields["owner"]?.of === undefined;
  const text = (column: string): string | null => (typeof row[column] === "string" ? String(row[column]) : null);
  return {
    ...row,
    type: entity,
    compartment,
    keyOwner: anchor.owner,
    owner: authored.has(entity) ? row.createdBy : ownOwner ? (text("owner") ?? anchor.owner) : anchor.owner,
    team: anchor.team,
    region: anchor.region,
    restricted: anchor.restricted,
    crew: place.accountTeam.some(({ from, until }) => live(from, until)) ? ["somebody", member] : ["somebody"],
    sharedWith: shares.length > 0 ? [member] : [],
    parties: [...(ownOwner ? ["owner"] : []), ...(partyColumns[entity] ?? [])].flatMap((column) => text(column) ?? []),
    given: groupsIn(
      shares.reduce(
        (mask, share) => mask | (share.groups & (own.shares.find(({ id }) => id === share.recipe)?.groups ?? 0)),
        0,
      ),
    ),
  };
}

interface Names {
  readonly members: readonly string[];
  readonly teams: readonly string[];
  readonly regions: readonly string[];
  readonly entities: readonly EntityName[];
  readonly actions: readonly Action[];
}
function question(random: Random, own: Slice, names: Names, serial: number): Question {
  const entity = random.pick(names.entities);
  const compartment = random.pick(compartmentsOf(entity));
  const action = random.pick(names.actions);
  const me = own.facts.member;
  const somebody = (): string => (random.chance(0.25) ? me : random.pick(names.members));
  const interval = () => ({
    from: random.chance(0.3) ? at - random.int(9) * hourMs : null,
    until: random.chance(0.6) ? at + (random.int(9) - 3) * hourMs : null,
  });
  const id = `acc_${serial}`;
  const share = (n: number): KeyShare => ({
    id: `shr_${serial}_${n}`,
    anchor: id,
    compartment,
    groups: maskOf(["identity", "shared", ...(random.chance(0.3) ? (["terms", "resolution"] as const) : [])]),
    recipe: random.pick(own.shares.length > 0 ? own.shares.map((recipe) => recipe.id) : ["none"]),
    ...interval(),
  });
  const near = (list: readonly string[], mine: readonly string[]): string | null =>
    random.chance(0.05) ? null : random.pick(mine.length > 0 && random.chance(0.4) ? mine : list);
  const place: Place = {
    anchor: {
      id,
      owner: random.chance(0.05) ? null : somebody(),
      team: near(names.teams, own.facts.teams),
      region: near(names.regions, own.facts.regions),
      restricted: random.chance(0.1),
    },
    accountTeam: random.chance(0.2) ? [interval()] : [],
    shares: random.chance(0.15) ? [share(0), ...(random.chance(0.3) ? [share(1)] : [])] : [],
  };
  const row: Row = {
    id: `rec_${serial}`,
    anchor: id,
    compartment,
    createdAt: at,
    createdBy: somebody(),
    owner: random.chance(0.6) ? null : somebody(),
    requester: somebody(),
    fromMember: somebody(),
    toMember: somebody(),
    sectionKind: random.pick(["shared", "scratch", "internal:sales"]),
    group: "shared",
    amountMinor: random.int(1000) * 1000,
    discountPct: random.chance(0.3) ? null : random.int(40),
  };
  const asked = { action, entity, compartment, place, row };
  return { ...asked, doc: docOf(asked, own) };
}

function askers(policy: Policy, members: readonly Facts[], names: Names, seed: number, each: number): Asker[] {
  return members.map((facts, index) => {
    const random = seeded(seed + index);
    const own = slice(policy, facts, "whole");
    const questions = Array.from({ length: each }, (_, n) => question(random, own, names, n));
    return { facts, slice: own, bound: bind(policy, facts), questions };
  });
}
const unique = (list: readonly string[]): string[] => [...new Set(list)];

/** The demo's twelve members under the policy that an organisation starts with. */
export function shippedWorld(each: number, ask: Partial<Names> = {}): Asker[] {
  const members: Facts[] = demoMembers.map(({ handle, base, duties, teams, regions }) => ({
    member: handle, base, duties, teams, regions, employment: "active",
  })); // prettier-ignore
  return askers(
    shippedPolicy,
    members,
    {
      members: members.map(({ member }) => member),
      teams: unique(members.flatMap(({ teams }) => teams)),
      regions: unique(members.flatMap(({ regions }) => regions)),
      entities: [
        "account",
        "contact",
        "opportunity",
        "lead",
        "case",
        "task",
        "activity",
        "comment",
        "handoff",
        "section",
      ],
      actions: ["read", "read", "read", "edit", "comment", "create", "advance", "reassign", "resolve", "delete"],
      ...ask,
    },
    1,
    each,
  );
}

/** Eighty rules on one entity for one base role: more than the validator lets through, which stops at a third of it. */
export const crowdedRules = 80;
const crowd = {
  teams: Array.from({ length: 40 }, (_, n) => `team_${n}`),
  regions: Array.from({ length: 20 }, (_, n) => `region_${n}`),
};
function crowdedPolicy(): Policy {
  const random = seeded(80);
  const groups: readonly Group[] = ["shared", "qualification", "terms", "internal", "contract", "consent"];
  const regions = (): Cond => ({ in: ["region", [random.pick(crowd.regions), random.pick(crowd.regions)]] });
  const when = (): Cond => {
    const team: Cond = { eq: ["team", random.pick(crowd.teams)] };
    return random.pick<() => Cond>([
      () => ({ all: [{ reach: random.pick(["own", "team", "account_team"]) }, regions()] }),
      () => ({ all: [team, regions()] }),
      () => ({ all: [{ any: [team, { reach: "own" }] }, regions(), { not: { eq: ["restricted", true] } }] }),
      () => ({
        any: [{ all: [team, { reach: "region" }, regions()] }, { all: [{ reach: "participant" }, regions()] }],
      }),
    ])();
  };
  const allow = Array.from({ length: crowdedRules }, (_, n): AllowRule => ({
    id: `rule.${n}`,
    to: ["seller"],
    entity: "opportunity",
    actions: ["find", "read", "edit"],
    when: when(),
    groups: [...(random.chance(0.7) ? (["identity"] as const) : []), random.pick(groups), random.pick(groups)],
    why: "One of many.",
  }));
  return { ...shippedPolicy, allow };
}
export function crowdedWorld(each: number): Asker[] {
  const random = seeded(81);
  const some = (list: readonly string[], n: number): string[] =>
    unique(Array.from({ length: n }, () => random.pick(list)));
  const members = Array.from({ length: 6 }, (_, n): Facts => ({
    member: `m_${n}`,
    base: "seller",
    duties: [],
    teams: some(crowd.teams, 3),
    regions: some(crowd.regions, 3),
    employment: "active",
  }));
  const names = { members: members.map(({ member }) => member), ...crowd };
  return askers(crowdedPolicy(), members, { ...names, entities: ["opportunity"], actions: ["read", "edit"] }, 82, each);
}
