import { seeActions, type Action } from "../kernel/actions.ts";
import { isCompartment, type Compartment } from "../records/compartments.ts";
import { compartmentsOf, entity as entityOf, isEntity, type EntityName, type Row } from "../records/entities.ts";
import type { Value } from "../records/field.ts";
import { groupsIn, hasGroup, type Group, type Mask } from "../records/groups.ts";
import { holds, isWide, leavesOf, type BoundedReach, type Oracle } from "./condition.ts";
import { isAnchorColumn, reaches, type Literal, type Policy, type Reach } from "./rules.ts";
import { slice, type BoundAllow, type BoundForbid, type Slice } from "./slice.ts";
import { readSql, type SqlPlan } from "./sql.ts";

/**
 * Who may do what: one policy, bound to one member's facts, asked five ways (mask, decision, device rights, SQL,
 * explanation). Default deny; forbid wins; unknown, missing and failing mean deny (ACCESS-2). Pure: the same code
 * decides in the browser, where its answer is a courtesy, and at the edge, where it counts.
 */
export interface Facts {
  readonly member: string;
  readonly base: string;
  readonly duties: readonly string[];
  readonly teams: readonly string[];
  readonly regions: readonly string[];
  readonly employment: "active" | "suspended" | "left";
  readonly grants?: readonly Grant[];
  readonly covers?: readonly Cover[];
}
/** One more allow, apart from the roles, asked for and given with an end (ACCESS-R27). */
export interface Grant extends Interval {
  readonly id: string;
  /** A broken glass lifts guardrails that may be broken; a grant lifts none. */
  readonly kind: "grant" | "break_glass";
  readonly actions: readonly Action[];
  readonly entities: readonly EntityName[] | "*";
  readonly in?: readonly Compartment[];
  readonly to:
    | { readonly anchors: readonly string[] }
    | { readonly region: string }
    | { readonly team: string }
    | { readonly records: readonly string[] };
  readonly groups: readonly Group[];
  readonly keep: "online" | "device";
  readonly why: string;
}
/** A member whom this one stands in for, acting under their own name (ACCESS-R28). */
export interface Cover extends Interval {
  readonly id: string;
  readonly of: string;
}
/** The one row that visibility hangs on. */
export interface Anchor {
  readonly id: string;
  readonly owner: string | null;
  readonly team: string | null;
  readonly region: string | null;
  readonly restricted: boolean;
}
/** From `from` on, up to but without `until`; null: open. */
export interface Interval {
  readonly from: number | null;
  readonly until: number | null;
}
/** A share to this member or one of their teams. */
export interface KeyShare extends Interval {
  readonly id: string;
  readonly anchor: string;
  readonly compartment: string;
  readonly groups: Mask;
  readonly recipe: string;
  /** A share of one record opens nothing else of its key. */
  readonly record?: string | null;
  /** Whom it lets in; absent: this member or a team of theirs. To a member stood in for it counts through the cover. */
  readonly to?: string;
}
export interface Place {
  readonly anchor: Anchor;
  /** This member's intervals on the anchor's account team. */
  readonly accountTeam: readonly Interval[];
  readonly shares: readonly KeyShare[];
}
export interface State {
  readonly compartment: string;
  readonly place: Place;
  readonly row: Row;
}
export type Decision =
  | { readonly allowed: true; readonly groups: Mask; readonly rule: string }
  | { readonly allowed: false; readonly why: string; readonly askTo?: string };

export interface Explanation {
  readonly allowed: boolean;
  readonly because: readonly string[];
  readonly wouldNeed: readonly string[];
  readonly askTo: readonly string[];
}
/** Ids of anchors, regions, teams and records that a live grant on reading names. */
interface Granted {
  readonly anchors: readonly string[];
  readonly regions: readonly string[];
  readonly teams: readonly string[];
  readonly records: readonly string[];
}
interface SqlAliases {
  readonly anchor: string;
  readonly record: string;
}

export interface Bound {
  readonly member: string;
  /** The field groups of an entity's records in this key that may be seen; 0 unless `identity` is among them. */
  readMask(entity: EntityName, compartment: string, place: Place, at: number): Mask;
  /** Those that may also stay on a device; 0 unless `identity` is among them. */
  holdMask(entity: EntityName, compartment: string, place: Place, at: number, record?: string): Mask;
  /** The same by name, each with the first instant at which it ends if nothing is written. */
  holdRights(
    entity: EntityName,
    compartment: string,
    place: Place,
    at: number,
    record?: string,
  ): { readonly [group: string]: number | null };
  /**
   * `readMask` of one record: of its key, and what shares and grants of just this record add. `holdMask` and
   * `holdRights` answer for one record where they are given its id.
   */
  recordMask(entity: EntityName, row: Row, place: Place, at: number): Mask;
  /** What live grants reach, for the lists that are driven by indexes. */
  granted(at: number): Granted;
  grantedAnchors(at: number): string[];
  /** This member, and those whom they stand in for now: whose anchors are `own`, to whom shares count. */
  ownNames(at: number): string[];
  /** What the member's rules are, with facts put in. */
  readonly rules: Slice;
  decide(action: Action, entity: EntityName, compartment: string, place: Place, at: number, row: Row | null): Decision;
  /** A write is allowed on the state before and on the state after, in every field that changes. */
  decideWrite(
    action: Action,
    entity: EntityName,
    before: State | null,
    after: State | null,
    changed: readonly string[],
    at: number,
  ): Decision;
  /** The ways in which records can be in sight at all: every visible record is found by one of them. */
  readReaches(entity: EntityName, compartment: string): ReadonlySet<Reach>;
  /** SQL twin of "this record is visible", over the anchor's row and the record's compartment. */
  visibleSql(entity: EntityName, aliases: SqlAliases, at: number): SqlPlan;
  /** SQL twin of "this group of the record is visible". Sort and filter on a field only where it is true. */
  groupSql(entity: EntityName, group: Group, aliases: SqlAliases, at: number): SqlPlan;
  explain(
    action: Action,
    entity: EntityName,
    compartment: string,
    place: Place,
    at: number,
    row: Row | null,
    field?: string,
  ): Explanation;
}
/** Told when a decision had to be refused because its inputs were broken; never with values. */
export type Alarm = (fact: string) => void;

export function bind(policy: Policy | null, facts: Facts, onAlarm?: Alarm): Bound {
  return policy === null || facts.employment !== "active"
    ? bindNothing
    : bindSlice(slice(policy, facts, "whole"), onAlarm);
}

const see = new Set<string>(seeActions);
/** Acts that undo or answer another one move the same policy-bearing fields. */
const counterparts: { readonly [act: string]: readonly Action[] } = {
  hand_off: ["accept_handoff"],
  qualify: ["disqualify"],
  advance: ["reopen"],
  resolve: ["reopen", "escalate"],
};
/** Where a record is. Only these acts move a record to another key. */
const keyColumns = ["anchor", "compartment"];
const keyActs: readonly Action[] = ["link", "qualify"];

const notIncluded = "Your role does not include this.";
const notThere = "There is nothing here that you can open.";
/** Whose a record is that has no owner of its own: its author's, not the account's. */
const authored = new Set<EntityName>(["comment", "file"]);
const partyColumns: { readonly [entity: string]: readonly string[] } = {
  handoff: ["fromMember", "toMember"],
  approval: ["requester"],
};

class Unloaded extends Error {}

/** Rules of one action on one entity in one compartment, and the columns that they look at. */
interface Rules {
  readonly allow: readonly BoundAllow[];
  readonly forbid: readonly BoundForbid[];
  readonly columns: readonly string[];
  readonly own: boolean;
  readonly participant: boolean;
}
interface Scene {
  readonly entity: EntityName;
  readonly compartment: string;
  readonly place: Place;
  readonly at: number;
  /** Null when reading: rules on reading see the key and never the record. */
  readonly row: Row | null;
  readonly writing: boolean;
}

const live = (interval: Interval, at: number): boolean =>
  (interval.from === null || interval.from <= at) && (interval.until === null || at < interval.until);

/** What a client binds: its own rules, with its own facts already in them. */
export function bindSlice(own: Slice, onAlarm?: Alarm): Bound {
  const memo = new Map<string, Rules>();
  const recipes = new Map(own.shares.map((recipe) => [recipe.id, recipe]));
  const { member, teams, regions } = own.facts;

  /** Rules for an action; `guards`: further actions whose guardrails also count. */
  function rulesFor(
    action: Action,
    entity: EntityName,
    compartment: string,
    guards: readonly Action[] = [action],
  ): Rules {
    const id = `${action} ${entity} ${compartment} ${guards.length}`;
    const known = memo.get(id);
    if (known) return known;
    const inPlace = (rule: { entity: readonly EntityName[] | "*"; in?: readonly Compartment[] }): boolean =>
      (rule.entity === "*" || rule.entity.includes(entity)) &&
      (!rule.in || rule.in.some((name) => name === compartment));
    const allow = own.allow.filter((rule) => inPlace(rule) && rule.actions.includes(action));
    const forbid = own.forbid.filter(
      (rule) => inPlace(rule) && (rule.actions === "*" || rule.actions.some((name) => guards.includes(name))),
    );
    const leaves = [
      ...allow.flatMap((rule) => leavesOf(rule.when)),
      ...forbid.flatMap((rule) => [...leavesOf(rule.when), ...leavesOf(rule.except)]),
    ];
    const columns = new Set(
      leaves.flatMap((leaf) => ("column" in leaf && !isAnchorColumn(leaf.column) ? [leaf.column] : [])),
    );
    const reach = new Set(leaves.flatMap((leaf) => ("reach" in leaf ? [leaf.reach] : [])));
    const rules: Rules = {
      allow,
      forbid,
      columns: [...columns],
      own: reach.has("own"),
      participant: reach.has("participant"),
    };
    memo.set(id, rules);
    return rules;
  }
  const readRules = (entity: EntityName, compartment: string): Rules =>
    rulesFor("read", entity, compartment, ["read", "find"]);

  const liveShares = (scene: Scene): KeyShare[] =>
    scene.place.shares.filter(
      (share) =>
        share.anchor === scene.place.anchor.id &&
        share.compartment === scene.compartment &&
        !share.record &&
        live(share, scene.at),
    );

  function owner(scene: Scene): string | null {
    const { anchor } = scene.place;
    if (!scene.writing || !scene.row) return anchor.owner;
    if (scene.entity === "member") return scene.row.id;
    if (authored.has(scene.entity)) return scene.row.createdBy;
    return ownOwner(scene.entity) ? (text(scene.row, "owner") ?? anchor.owner) : anchor.owner;
  }
  /** A party to the record itself: its assignee, either side of a handover, whoever asked for an approval. */
  function isParty(scene: Scene): boolean {
    if (!scene.writing || !scene.row) return false;
    const { row, entity } = scene;
    const columns = [...(ownOwner(entity) ? ["owner"] : []), ...(partyColumns[entity] ?? [])];
    return columns.some((column) => text(row, column) === member);
  }

  const oracleOf = (scene: Scene): Oracle => ({
    reach(reach: BoundedReach): boolean {
      const { anchor } = scene.place;
      switch (reach) {
        case "own":
          return owner(scene) === member;
        case "team":
          return anchor.team !== null && teams.includes(anchor.team);
        case "region":
          return anchor.region !== null && regions.includes(anchor.region);
        case "account_team":
          return scene.place.accountTeam.some((interval) => live(interval, scene.at));
        case "participant":
          return liveShares(scene).length > 0 || isParty(scene);
      }
    },
    column(name: string): Literal | null {
      if (isAnchorColumn(name)) return scene.place.anchor[name];
      if (name === "owner") return owner(scene);
      const value = scene.row?.[name];
      if (value === undefined) throw new Unloaded(`${scene.entity}.${name}`);
      return value === null || typeof value === "object" ? null : value;
    },
  });

  /** Everything that the rules look at is there, or nothing is decided: else a guardrail could miss its column. */
  function loaded(scene: Scene, rules: Rules): void {
    const { anchor, accountTeam, shares } = scene.place;
    for (const column of ["id", "owner", "team", "region", "restricted"] as const) {
      if (anchor[column] === undefined) throw new Unloaded(`anchor.${column}`);
    }
    if (!Array.isArray(accountTeam) || !Array.isArray(shares)) throw new Unloaded("place");
    const { row, entity } = scene;
    if (!scene.writing) return;
    if (row && (row.anchor !== anchor.id || row.compartment !== scene.compartment))
      throw new Unloaded(`${entity}.anchor`);
    const needed = [
      ...rules.columns,
      ...((rules.own || rules.participant) && ownOwner(entity) ? ["owner"] : []),
      ...(rules.participant ? (partyColumns[entity] ?? []) : []),
    ];
    if (!row && rules.columns.length > 0) throw new Unloaded(entity);
    for (const column of row ? needed : [])
      if (row?.[column] === undefined && ownColumn(entity, column)) throw new Unloaded(`${entity}.${column}`);
  }

  const forbidden = (rule: BoundForbid, oracle: Oracle): boolean =>
    holds(rule.when, oracle) && !holds(rule.except, oracle);

  /** Groups that matching allows (and, when reading, live shares) give, minus those of matching guardrails. */
  function maskFor(
    scene: Scene,
    rules: Rules,
    shared: boolean,
    before: Scene | null = null,
  ): { mask: Mask; rule: string; cut: BoundForbid | null } {
    loaded(scene, rules);
    const oracle = oracleOf(scene);
    if (before) loaded(before, rules);
    const past = before ? oracleOf(before) : oracle;
    let mask = 0;
    let rule = "";
    for (const allow of rules.allow) {
      if ((mask | allow.groups) === mask || !holds(allow.when, allow.state ? past : oracle)) continue;
      mask |= allow.groups;
      rule ||= allow.id;
    }
    for (const share of shared ? liveShares(scene) : []) {
      const given = share.groups & (recipes.get(share.recipe)?.groups ?? 0);
      mask |= given;
      if (given) rule ||= share.recipe;
    }
    let cut: BoundForbid | null = null;
    for (const forbid of rules.forbid) {
      if ((mask & forbid.groups) === 0 || !forbidden(forbid, oracle)) continue;
      mask &= ~forbid.groups;
      cut ??= forbid;
    }
    return { mask, rule, cut };
  }

  function read(entity: EntityName, compartment: string, place: Place, at: number): Mask {
    if (!livesIn(entity, compartment)) return 0;
    const scene: Scene = { entity, compartment, place, at, row: null, writing: false };
    return visible(maskFor(scene, readRules(entity, compartment), true).mask);
  }

  function hold(entity: EntityName, compartment: string, place: Place, at: number): Mask {
    const seen = read(entity, compartment, place, at);
    if (seen === 0) return 0;
    const scene: Scene = { entity, compartment, place, at, row: null, writing: false };
    const oracle = oracleOf(scene);
    let kept = 0;
    for (const allow of readRules(entity, compartment).allow) if (holds(allow.when, oracle)) kept |= allow.device;
    for (const share of liveShares(scene)) kept |= share.groups & (recipes.get(share.recipe)?.device ?? 0);
    return visible(kept & seen);
  }

  function decideUnsafe(
    action: Action,
    entity: EntityName,
    compartment: string,
    place: Place,
    at: number,
    row: Row | null,
    before: State | null = null,
  ): Decision {
    if (!livesIn(entity, compartment)) return { allowed: false, why: notIncluded };
    const writing = !see.has(action);
    const reading = action === "read" || action === "find";
    const rules = reading ? readRules(entity, compartment) : rulesFor(action, entity, compartment);
    const scene: Scene = { entity, compartment, place, at, row: writing ? row : null, writing };
    const past: Scene | null = before && { ...before, entity, at, writing };
    const { mask, rule, cut } = maskFor(scene, rules, reading, past);
    // Nothing is exported, reported on or looked up in the history that can't be read; a label alone may be.
    const given = writing || action === "see_label" ? mask : mask & read(entity, compartment, place, at);
    const groups = writing ? given : visible(given);
    if (groups !== 0) return { allowed: true, groups, rule };
    if (cut) return { allowed: false, why: cut.why };
    const [near] = rules.allow;
    if (!near) return { allowed: false, why: notIncluded };
    return near.askTo === undefined
      ? { allowed: false, why: near.why }
      : { allowed: false, why: near.why, askTo: near.askTo };
  }

  /** A thrown error is an answer too: no. Only broken inputs throw. */
  function guarded<T>(refusal: T, work: () => T): T {
    try {
      return work();
    } catch (error) {
      onAlarm?.(error instanceof Unloaded ? `not_loaded ${error.message}` : "decision_failed");
      return refusal;
    }
  }

  const decideOn = (
    action: Action,
    entity: EntityName,
    state: { compartment: string; place: Place; row: Row | null },
    at: number,
    before: State | null,
  ): Decision =>
    guarded<Decision>({ allowed: false, why: notIncluded }, () =>
      decideUnsafe(action, entity, state.compartment, state.place, at, state.row, before),
    );

  const bound: Bound = {
    member,
    rules: own,
    recordMask: (entity, row, place, at) => bound.readMask(entity, row.compartment, place, at),
    granted: () => ({ anchors: [], regions: [], teams: [], records: [] }),
    grantedAnchors: () => [],
    ownNames: () => [member],
    readMask: (entity, compartment, place, at) => guarded(0, () => read(entity, compartment, place, at)),
    holdMask: (entity, compartment, place, at) => guarded(0, () => hold(entity, compartment, place, at)),
    holdRights(entity, compartment, place, at) {
      const now = bound.holdMask(entity, compartment, place, at);
      const rights: Record<string, number | null> = {};
      if (now === 0) return rights;
      for (const group of groupsIn(now)) rights[group] = null;
      // Between two of these instants nothing changes by the clock alone, so asking at each is exact.
      const turns = [...place.accountTeam, ...place.shares].flatMap(({ from, until }) => [from, until]);
      const coming = [...new Set(turns)]
        .filter((turn) => turn !== null && turn > at)
        .sort((a, b) => Number(a) - Number(b));
      let left = now;
      for (const turn of coming) {
        if (turn === null || left === 0) break;
        const lost = left & ~bound.holdMask(entity, compartment, place, turn);
        for (const group of groupsIn(lost)) rights[group] = turn;
        left &= ~lost;
      }
      return rights;
    },
    decide: (action, entity, compartment, place, at, row) =>
      decideOn(action, entity, { compartment, place, row }, at, null),
    decideWrite(action, entity, before, after, changed, at) {
      const states = [before, after].filter((state) => state !== null);
      if (states.length === 0 || see.has(action) || !isEntity(entity)) return { allowed: false, why: notIncluded };
      // What can't be seen can't be written, and nothing is put where its maker could not see it.
      const subject = before ?? after;
      if (!subject || bound.readMask(entity, subject.compartment, subject.place, at) === 0)
        return { allowed: false, why: notThere };
      if (opens(action, entity, before, after))
        return { allowed: false, why: "Opening a restricted account needs a second person." };
      let groups = -1;
      let rule = "";
      for (const state of states) {
        const decision = decideOn(action, entity, state, at, before);
        if (!decision.allowed) return decision;
        groups &= decision.groups;
        rule ||= decision.rule;
      }
      const fields = entityOf(entity).fields;
      for (const name of changed) {
        if (keyColumns.includes(name)) {
          if (before && after && !keyActs.includes(action))
            return { allowed: false, why: "This can't be moved that way." };
          continue;
        }
        const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (!field) {
          onAlarm?.(`unknown_field ${entity}`);
          return { allowed: false, why: notIncluded };
        }
        const act = field.act;
        if (act !== undefined && before && act !== action && !(counterparts[act] ?? []).includes(action))
          return { allowed: false, why: "This changes by an act of its own, not by editing." };
        if (!hasGroup(groups, field.group)) return { allowed: false, why: notIncluded };
      }
      return { allowed: true, groups, rule };
    },
    readReaches(entity, compartment) {
      const found = new Set<Reach>();
      if (!livesIn(entity, compartment)) return found;
      for (const rule of readRules(entity, compartment).allow) {
        if (!hasGroup(rule.groups, "identity")) continue;
        if (isWide(rule.when)) found.add("all");
        for (const leaf of leavesOf(rule.when)) if ("reach" in leaf && !leaf.not) found.add(leaf.reach);
      }
      if (own.shares.some((recipe) => hasGroup(recipe.groups, "identity"))) found.add("participant");
      return new Set(reaches.filter((reach) => found.has(reach)));
    },
    visibleSql: (entity, aliases, at) => readSql(own, entity, null, aliases, at),
    groupSql: (entity, group, aliases, at) => readSql(own, entity, group, aliases, at),
    explain: (action, entity, compartment, place, at, row, field) =>
      guarded<Explanation>({ allowed: false, because: [notIncluded], wouldNeed: [], askTo: [] }, () => {
        const seen = read(entity, compartment, place, at);
        if (seen === 0 && action !== "create") return { allowed: false, because: [notThere], wouldNeed: [], askTo: [] };
        const decision = decideUnsafe(action, entity, compartment, place, at, row);
        const asked = field === undefined ? undefined : entityOf(entity).fields[field];
        const allowed =
          decision.allowed && (field === undefined || (asked !== undefined && hasGroup(decision.groups, asked.group)));
        const rules =
          action === "read" || action === "find"
            ? readRules(entity, compartment)
            : rulesFor(action, entity, compartment);
        const useful = rules.allow.filter((rule) => asked === undefined || hasGroup(rule.groups, asked.group));
        if (allowed) {
          const oracle = oracleOf({
            entity,
            compartment,
            place,
            at,
            row: see.has(action) ? null : row,
            writing: !see.has(action),
          });
          const matching = useful.filter((rule) => holds(rule.when, oracle)).map((rule) => rule.why);
          return {
            allowed,
            because: matching.length > 0 ? unique(matching) : ["It was shared with you."],
            wouldNeed: [],
            askTo: [],
          };
        }
        const near = useful
          .flatMap((rule) => leavesOf(rule.when))
          .flatMap((leaf) => ("reach" in leaf && !leaf.not ? [wayIn[leaf.reach]] : []));
        return {
          allowed,
          because: [decision.allowed ? notIncluded : decision.why],
          wouldNeed: unique(near),
          askTo: unique(useful.flatMap((rule) => rule.askTo ?? [])),
        };
      }),
  };
  return bound;
}

/** The account's own row says it too, and says it first: the place may still be the one before the act. */
function isRestricted(entity: EntityName, { place, row }: State): boolean {
  const own = entity === "account" ? row["restricted"] : undefined;
  return typeof own === "boolean" ? own : place.anchor.restricted;
}
/** Lifting a restriction, or letting someone in past it, is never one person's act (ACCESS-4). A cut never waits. */
function opens(action: Action, entity: EntityName, before: State | null, after: State | null): boolean {
  const open = before !== null && after !== null && isRestricted(entity, before) && !isRestricted(entity, after);
  const joins =
    entity === "account_team" &&
    action !== "delete" &&
    action !== "archive" &&
    after !== null &&
    isRestricted(entity, after);
  return open || joins;
}

const wayIn: Record<BoundedReach, string> = {
  own: "To be the one who answers for it.",
  team: "To be in the team that it belongs to.",
  region: "To work in its region.",
  account_team: "To be on its account team.",
  participant: "To have it shared with you.",
};

const unique = (texts: readonly string[]): string[] => [...new Set(texts)];
const visible = (mask: Mask): Mask => (hasGroup(mask, "identity") ? mask : 0);
const livesIn = (entity: EntityName, compartment: string): boolean =>
  isEntity(entity) && isCompartment(compartment) && compartmentsOf(entity).includes(compartment);
/** True if records of the entity may have an owner other than their key's. */
const ownOwner = (entity: EntityName): boolean => {
  const field = entityOf(entity).fields["owner"];
  return field !== undefined && field.of === undefined;
};
const ownColumn = (entity: EntityName, column: string): boolean => Object.hasOwn(entityOf(entity).fields, column);
const text = (row: Row, column: string): string | null => {
  const value: Value | undefined = row[column];
  return typeof value === "string" ? value : null;
};

/** May do nothing and see nothing: nobody signed in, employment ended, no policy. */
export const bindNothing: Bound = bindSlice({
  v: 1,
  facts: { member: "", teams: [], regions: [] },
  allow: [],
  forbid: [],
  shares: [],
});

export const explain = (
  bound: Bound,
  action: Action,
  entity: EntityName,
  compartment: string,
  place: Place,
  at: number,
  row: Row | null,
  field?: string,
): Explanation => bound.explain(action, entity, compartment, place, at, row, field);

export { slice };
export type { Slice, SqlPlan };
