import { governActions, seeActions, type Action } from "../../shared/kernel/actions.ts";
import type { Cover, Grant, KeyShare, Place, State } from "../../shared/access/engine.ts";
import type { AllowRule, Cond, ForbidRule, Literal, Policy } from "../../shared/access/rules.ts";
import { compartmentsOf, entity as entityOf, type EntityName, type Row } from "../../shared/records/entities.ts";
import { groupDefaults, groupNames, type Group } from "../../shared/records/groups.ts";

/**
 * A second evaluator, written from the text of docs/spec/access.md and sharing no code with the engine: sets of group
 * names instead of bits, three truth values instead of pushed-in negation, a scan of every instant instead of turning
 * points. Slow and plain on purpose.
 */
export interface LooseFacts {
  readonly member: string | null;
  readonly base: string | null;
  readonly duties: readonly string[] | null;
  readonly teams: readonly string[] | null;
  readonly regions: readonly string[] | null;
  readonly employment: string;
  readonly grants?: readonly Grant[];
  readonly covers?: readonly Cover[];
}
interface World {
  readonly policy: Policy;
  readonly facts: LooseFacts;
  readonly entity: EntityName;
  readonly compartment: string;
  readonly place: Place;
  readonly at: number;
  /** Null: reading. */
  readonly row: Row | null;
  /** The record that is asked about; null or absent: its key. */
  readonly record?: string | null;
  /** In whose names besides their own the member is judged. */
  readonly lent?: readonly string[];
}
type Truth = true | false | "unknown";

const running = (x: { from: number | null; until: number | null }, at: number): boolean =>
  !(x.from !== null && at < x.from) && !(x.until !== null && at >= x.until);
const count = (w: World): KeyShare[] =>
  w.place.shares.filter(
    (s) =>
      s.anchor === w.place.anchor.id &&
      s.compartment === w.compartment &&
      (s.record ? s.record === (w.row?.id ?? w.record) : w.entity !== "approval") &&
      (s.to === undefined ||
        s.to === w.facts.member ||
        (w.facts.teams ?? []).includes(s.to) ||
        rolesOf(w).some((role) => (w.facts.regions ?? []).some((region) => s.to === `${role}@${region}`)) ||
        (w.lent ?? []).includes(s.to)) &&
      running(s, w.at),
  );

function rolesOf(w: World): string[] {
  const has = (name: string, kind: string): boolean =>
    Object.entries(w.policy.roles).some(([key, role]) => key === name && role.kind === kind);
  return [
    ...(w.facts.base !== null && has(w.facts.base, "base") ? [w.facts.base] : []),
    ...(w.facts.duties ?? []).filter((name) => has(name, "duty")),
  ];
}

function holder(w: World): string | null {
  if (w.row && w.entity === "member") return w.row.id;
  if (w.row && (w.entity === "comment" || w.entity === "file")) return w.row.createdBy;
  const field: { readonly of?: string } | undefined = entityOf(w.entity).fields["owner"];
  if (w.row && field && field.of !== "anchor" && w.row["owner"] !== null) return w.row["owner"] as string;
  return w.place.anchor.owner;
}
function isParty(w: World): boolean {
  if (!w.row) return false;
  const names = w.entity === "handoff" ? ["fromMember", "toMember"] : w.entity === "approval" ? ["requester"] : [];
  const field: { readonly of?: string } | undefined = entityOf(w.entity).fields["owner"];
  return [...names, ...(field && field.of !== "anchor" ? ["owner"] : [])].some(
    (name) => w.row?.[name] === w.facts.member,
  );
}
function column(w: World, name: string): Literal | null {
  if (name === "restricted") return w.place.anchor.restricted;
  if (name === "region") return w.place.anchor.region;
  if (name === "team") return w.place.anchor.team;
  if (name === "owner") return holder(w);
  return (w.row?.[name] ?? null) as Literal | null;
}

function truth(w: World, cond: Cond): Truth {
  if ("not" in cond) {
    const inner = truth(w, cond.not);
    return inner === "unknown" ? inner : !inner;
  }
  if ("all" in cond) {
    const parts = cond.all.map((part) => truth(w, part));
    return parts.includes(false) ? false : parts.includes("unknown") ? "unknown" : true;
  }
  if ("any" in cond) {
    const parts = cond.any.map((part) => truth(w, part));
    return parts.includes(true) ? true : parts.includes("unknown") ? "unknown" : false;
  }
  const { member, base, duties, teams, regions } = w.facts;
  if ("holds" in cond) return base === null || duties === null ? "unknown" : rolesOf(w).includes(cond.holds);
  if ("reach" in cond) {
    switch (cond.reach) {
      case "all":
        return true;
      case "own":
        return member === null ? "unknown" : [member, ...(w.lent ?? [])].some((name) => name === holder(w));
      case "team":
        return teams === null ? "unknown" : teams.some((team) => team === w.place.anchor.team);
      case "region":
        return regions === null ? "unknown" : regions.some((region) => region === w.place.anchor.region);
      case "account_team":
        return member === null ? "unknown" : w.place.accountTeam.some((x) => running(x, w.at));
      case "participant":
        return [member, base, duties, teams, regions].includes(null) ? "unknown" : count(w).length > 0 || isParty(w);
    }
  }
  if ("present" in cond) return column(w, cond.present) !== null;
  const [name, given] = "eq" in cond ? cond.eq : "in" in cond ? cond.in : "gte" in cond ? cond.gte : cond.lt;
  const wanted = typeof given === "object" && "$m" in given ? w.facts[given.$m] : given;
  if (wanted === null) return "unknown";
  const value = column(w, name);
  if (value === null) return false;
  if ("gte" in cond) return value >= (wanted as Literal);
  if ("lt" in cond) return value < (wanted as Literal);
  return Array.isArray(wanted) ? (wanted as readonly Literal[]).includes(value) : value === wanted;
}

const of = (rule: AllowRule | ForbidRule, w: World): boolean => {
  const names: readonly string[] = typeof rule.entity === "string" ? [rule.entity] : rule.entity;
  return (
    (names.includes("*") || names.includes(w.entity)) &&
    (!rule.in || (rule.in as readonly string[]).includes(w.compartment))
  );
};

const live = (w: World): Grant[] =>
  w.facts.member === null
    ? []
    : (w.facts.grants ?? []).filter((grant) => {
        const { to } = grant;
        const { anchor } = w.place;
        const there =
          "anchors" in to
            ? to.anchors.includes(anchor.id)
            : "region" in to
              ? to.region === anchor.region
              : "team" in to
                ? to.team === anchor.team
                : to.records.some((id) => id === (w.row?.id ?? w.record));
        return (
          there &&
          running(grant, w.at) &&
          (grant.entities === "*" || grant.entities.includes(w.entity)) &&
          (!grant.in || (grant.in as readonly string[]).includes(w.compartment))
        );
      });
const gives = (grant: Grant, action: Action): boolean =>
  grant.actions.includes(action === "find" ? "read" : action) &&
  (grant.kind === "grant" || (action !== "export" && !(governActions as readonly string[]).includes(action)));
const cuts = (w: World, action: Action, hard: boolean, given: Set<Group>): void => {
  given.delete("unclassified");
  for (const rule of w.policy.forbid) {
    if (!of(rule, w) || !(rule.actions as readonly string[]).some((name) => name === "*" || name === action)) continue;
    if (hard && !rule.unbreakable) continue;
    if (truth(w, rule.when) === false || (rule.except && truth(w, rule.except) === true)) continue;
    for (const group of rule.groups ?? groupNames) given.delete(group);
  }
};

/** One action in one set of names: matching allows, grants, and for find and read live shares, minus matching forbids. */
function plain(w: World, action: Action, before: World | null): Set<Group> {
  const given = new Set<Group>();
  for (const rule of w.policy.allow) {
    const asked = rule.state === "before" && before ? before : w;
    if (
      of(rule, w) &&
      rule.actions.includes(action) &&
      rule.to.some((name) => rolesOf(w).includes(name)) &&
      truth(asked, rule.when) === true
    )
      for (const group of rule.groups) given.add(group);
  }
  if (action === "read" || action === "find") {
    for (const share of w.facts.member === null ? [] : count(w)) {
      const recipe = w.policy.shares?.find(({ id }) => id === share.recipe);
      for (const group of recipe?.groups ?? []) if (share.groups & (1 << groupNames.indexOf(group))) given.add(group);
    }
  }
  if (!w.lent)
    for (const grant of live(w))
      if (grant.kind === "grant" && gives(grant, action)) for (const group of grant.groups) given.add(group);
  cuts(w, action, false, given);
  return given;
}

/** What a broken glass gives: only what no unbreakable guardrail takes. */
function glass(w: World, action: Action): Set<Group> {
  const given = new Set(
    live(w).flatMap((grant) => (grant.kind === "break_glass" && gives(grant, action) ? grant.groups : [])),
  );
  cuts(w, action, true, given);
  return given;
}

/** What cover lends of an action: reach `own` and shares of the members stood in for, and of that not all. */
function lentNames(w: World, action: Action): string[] {
  if ((governActions as readonly string[]).includes(action) || action === "decide") return [];
  if (w.compartment === "private" || w.facts.member === null || (w.row && w.entity === "member")) return [];
  return (w.facts.covers ?? []).filter((cover) => running(cover, w.at)).map((cover) => cover.of);
}

/** Every way in which the member may be judged of an action on this record or key, each with what it gives. */
function ways(w: World, action: Action, before: World | null): { names: World; given: Set<Group>; glass: boolean }[] {
  // A part is read by who reads the whole, and written with it.
  const whole = entityOf(w.entity).part;
  if (whole)
    return (seeActions as readonly string[]).includes(action) ? ways({ ...w, entity: whole }, action, null) : [];
  if (w.facts.employment !== "active" || !(compartmentsOf(w.entity) as readonly string[]).includes(w.compartment))
    return [];
  const reading = (seeActions as readonly string[]).includes(action);
  const found: { names: World; given: Set<Group>; glass: boolean }[] = [];
  for (const world of reading && w.record ? [w, { ...w, record: null }] : [w]) {
    found.push({ names: world, given: plain(world, action, before), glass: false });
    found.push({ names: world, given: glass(world, action), glass: true });
    const lent = lentNames(w, action);
    if (lent.length === 0) continue;
    const given = plain({ ...world, lent }, action, before && { ...before, lent });
    for (const group of ["compensation", "private"] as const) given.delete(group);
    found.push({ names: { ...world, lent }, given, glass: false });
  }
  return found;
}
const all = (w: World, action: Action, before: World | null): Set<Group> =>
  new Set(ways(w, action, before).flatMap(({ given }) => [...given]));

const none = new Set<Group>();
const both = (a: Set<Group>, b: Set<Group>): Set<Group> => new Set([...a].filter((group) => b.has(group)));

/** Reading one way: what `read` and `find` both give in the same names. */
function readWays(w: World): { names: World; given: Set<Group>; glass: boolean }[] {
  const reading = { ...w, row: null };
  const finds = ways(reading, "find", null);
  return ways(reading, "read", null).map((way, index) => ({
    ...way,
    given: both(way.given, finds[index]?.given ?? none),
  }));
}
export function readable(w: World): Set<Group> {
  const seen = new Set(readWays(w).flatMap(({ given }) => [...given]));
  return seen.has("identity") ? seen : none;
}

export function allowed(w: World, action: Action, before: World | null = null): Set<Group> {
  if (!(seeActions as readonly string[]).includes(action)) return all(w, action, before);
  const reading = { ...w, row: null, record: w.row?.id ?? w.record ?? null };
  if (action === "read" || action === "find") return readable(reading);
  const alone = all(reading, action, null);
  const given = action === "see_label" ? alone : both(alone, readable(reading));
  return given.has("identity") ? given : none;
}

/** Could the condition hold with no bounded reach in play, whatever its columns say? */
function values(w: World, cond: Cond): Set<Truth> {
  const combine = (parts: Set<Truth>[], stop: boolean): Set<Truth> => {
    let out = new Set<Truth>([!stop]);
    for (const part of parts) {
      const next = new Set<Truth>();
      for (const a of out)
        for (const b of part)
          next.add(a === stop || b === stop ? stop : a === "unknown" || b === "unknown" ? "unknown" : !stop);
      out = next;
    }
    return out;
  };
  if ("not" in cond) return new Set([...values(w, cond.not)].map((value) => (value === "unknown" ? value : !value)));
  if ("all" in cond)
    return combine(
      cond.all.map((part) => values(w, part)),
      false,
    );
  if ("any" in cond)
    return combine(
      cond.any.map((part) => values(w, part)),
      true,
    );
  if ("holds" in cond) return new Set([truth(w, cond)]);
  if ("reach" in cond) {
    const value = truth(w, cond);
    return new Set([cond.reach === "all" ? true : value === "unknown" ? value : false]);
  }
  const given = "eq" in cond ? cond.eq[1] : "in" in cond ? cond.in[1] : null;
  if (given !== null && typeof given === "object" && "$m" in given) {
    const known = w.facts[given.$m];
    if (known === null) return new Set(["unknown"]);
    if (known.length === 0) return new Set([false]);
  }
  return new Set([true, false]);
}

export function holdable(w: World): Set<Group> {
  const held = new Set<Group>();
  const setting = (group: Group) => (w.policy.groups?.[group] ?? groupDefaults[group]).keep;
  const may = (group: Group, keep: "online" | "device" | "never"): boolean =>
    keep === "device" && setting(group) !== "never";
  for (const { names, given, glass: broken } of readWays(w)) {
    if (broken) continue; // seen, and gone with the emergency
    const kept = new Set<Group>();
    for (const rule of w.policy.allow) {
      if (
        !of(rule, w) ||
        !rule.actions.includes("read") ||
        !rule.to.some((name) => rolesOf(w).includes(name)) ||
        truth(names, rule.when) !== true
      )
        continue;
      const possible = values(names, rule.when);
      const wide = possible.has(true) || possible.has("unknown");
      for (const group of rule.groups) if (may(group, rule.keep ?? (wide ? "online" : setting(group)))) kept.add(group);
    }
    for (const share of w.facts.member === null ? [] : count(names)) {
      const recipe = w.policy.shares?.find(({ id }) => id === share.recipe);
      for (const group of recipe?.groups ?? [])
        if (share.groups & (1 << groupNames.indexOf(group)) && may(group, recipe?.keep ?? setting(group)))
          kept.add(group);
    }
    if (!names.lent)
      for (const grant of live(names))
        if (grant.kind === "grant" && gives(grant, "read"))
          for (const group of grant.groups) if (may(group, grant.keep)) kept.add(group);
    for (const group of both(kept, given)) held.add(group);
  }
  return held.has("identity") ? held : none;
}

/** By looking at every instant up to `last`. */
export function rightsUntil(w: World, last: number): Record<string, number | null> {
  const out: Record<string, number | null> = {};
  for (const group of holdable(w)) {
    out[group] = null;
    for (let at = w.at + 1; at <= last && out[group] === null; at++)
      if (!holdable({ ...w, at }).has(group)) out[group] = at;
  }
  return out;
}

/** Allowed before and after, in every field that changes. */
export function writable(
  w: World,
  action: Action,
  before: State | null,
  after: State | null,
  changed: readonly string[],
): boolean {
  const first = before ?? after;
  if (!first) return false;
  if (readable({ ...w, ...first, row: null, record: first.row.id }).size === 0) return false;
  const past = before ? { ...w, ...before } : null;
  const groups = [before, after]
    .filter((state) => state !== null)
    .map((state) => all({ ...w, ...state }, action, past));
  if (groups.some((set) => set.size === 0)) return false;
  const restricted = (state: State | null): boolean => state?.place.anchor.restricted ?? false;
  if (before && after && restricted(before) && !restricted(after)) return false;
  if (w.entity === "account_team" && restricted(after) && !["delete", "archive"].includes(action)) return false;
  const fields: Record<string, { group: Group; act?: string }> = entityOf(w.entity).fields as never;
  return changed.every((name) => {
    const field = fields[name];
    if (!field || !groups.every((set) => set.has(field.group))) return false;
    return before === null || field.act === undefined || field.act === action;
  });
}
export type { World };
