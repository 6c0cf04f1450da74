import { seeActions, type Action } from "../kernel/actions.ts";
import { isCompartment, type Compartment } from "../records/compartments.ts";
import { compartmentsOf, entity as entityOf, isEntity, type EntityName, type Row } from "../records/entities.ts";
import type { Value } from "../records/field.ts";
import { groupsIn, hasGroup, type Group, type Mask } from "../records/groups.ts";
import { holds, isWide, leavesOf, testOf, type BoundedReach, type Node, type Oracle, type Test } from "./condition.ts";
import { isAnchorColumn, type Literal, type Policy, type Reach } from "./rules.ts";
import {
  rolesIn,
  mayLend,
  notLent,
  slice,
  type BoundAllow,
  type BoundForbid,
  type BoundGrant,
  type Slice,
} from "./slice.ts";
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
  | {
      readonly allowed: false;
      readonly why: string;
      readonly askTo?: string;
      /** It would be allowed if somebody else agreed (ACCESS-4). */
      readonly second?: true;
    };

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
  /** Whether a condition of a write rule holds of a record; null: a column that it looks at is not here. */
  meets(when: Node, entity: EntityName, compartment: string, place: Place, at: number, row: Row): boolean | null;
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
  if (policy === null || facts.employment !== "active") return bindNothing;
  try {
    return bindSlice(slice(policy, facts, "whole"), onAlarm, readSql);
  } catch {
    onAlarm?.("policy_unreadable"); // a condition of another version: nobody may take it for none
    return bindNothing;
  }
}

const see = new Set<string>(seeActions);
/** Acts that undo or answer another one move the same policy-bearing fields. */
const counterparts: { readonly [act: string]: readonly Action[] } = {
  hand_off: ["accept_handoff"],
  qualify: ["disqualify"],
  advance: ["reopen"],
  resolve: ["reopen", "escalate"],
  escalate: ["resolve"],
  reassign: ["accept_handoff"],
  raise_schema: ["write"],
  regen: ["tighten"],
  // Whoever decides on an approval moves what its asker wrote: only by the approval's own mutations.
  ask: ["approve_discount", "approve_stage", "approve_grant", "approve_export", "approve_change", "approve_policy"],
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

/** Rules of one action on one entity in one compartment, with their conditions as functions. */
interface Rules {
  /** Those that give most come first: what gives nothing more is not asked. */
  readonly allow: readonly { readonly rule: BoundAllow; readonly test: Test }[];
  readonly forbid: readonly { readonly rule: BoundForbid; readonly test: Test }[];
  readonly grants: readonly BoundGrant[];
  /** Whose `why` a refusal tells. */
  readonly near: BoundAllow | undefined;
  /** Columns of the record that they look at, and those that must be loaded before any of them is asked. */
  readonly columns: readonly string[];
  readonly needed: readonly string[];
}
interface Self {
  readonly member: string;
  readonly teams: readonly string[];
  readonly regions: readonly string[];
  /** Teams, and roles in regions, to which a share lets this member in. */
  readonly lets: ReadonlySet<string>;
}
/** One question: where, when, of which record, in whose names. It remembers the reaches that it was asked for. */
class Scene implements Oracle {
  readonly own: Self;
  readonly entity: EntityName;
  readonly compartment: string;
  readonly place: Place;
  readonly at: number;
  /** Null when reading: rules on reading see the key and never the record. */
  readonly row: Row | null;
  readonly writing: boolean;
  /** The record that is asked about, so that shares and grants of just it count. */
  readonly record: string | null;
  /** Members stood in for: what is theirs counts as own, shares to them as shares to me. */
  readonly lent: readonly string[];
  #asked = 0;
  #found = 0;
  #shares: readonly KeyShare[] | null = null;
  constructor(
    own: Self,
    entity: EntityName,
    compartment: string,
    place: Place,
    at: number,
    record: string | null,
    row: Row | null,
    writing: boolean,
    lent: readonly string[],
  ) {
    this.own = own;
    this.entity = entity;
    this.compartment = compartment;
    this.place = place;
    this.at = at;
    this.record = record;
    this.row = row;
    this.writing = writing;
    this.lent = lent;
  }
  with(record: string | null, lent: readonly string[] = nobody): Scene {
    return new Scene(
      this.own,
      this.entity,
      this.compartment,
      this.place,
      this.at,
      record,
      this.row,
      this.writing,
      lent,
    );
  }
  reach(reach: BoundedReach): boolean {
    const bit = reachBits[reach];
    if ((this.#asked & bit) === 0) {
      this.#asked |= bit;
      if (this.#reaches(reach)) this.#found |= bit;
    }
    return (this.#found & bit) !== 0;
  }
  #reaches(reach: BoundedReach): boolean {
    const { anchor, accountTeam } = this.place;
    const { member, teams, regions } = this.own;
    switch (reach) {
      case "own": {
        const whose = this.#owner();
        return whose !== null && (whose === member || this.lent.includes(whose));
      }
      case "team":
        return anchor.team !== null && teams.includes(anchor.team);
      case "region":
        return anchor.region !== null && regions.includes(anchor.region);
      case "account_team":
        return accountTeam.some((interval) => live(interval, this.at));
      case "participant":
        return this.shares().length > 0 || this.#isParty();
    }
    throw new Unloaded("reach"); // of another version
  }
  column(name: string): Literal | null {
    const { anchor } = this.place;
    switch (name) {
      case "team":
        return anchor.team;
      case "region":
        return anchor.region;
      case "restricted":
        return anchor.restricted;
      case "owner":
        return this.#owner();
    }
    const value = this.row?.[name];
    if (value === undefined) throw new Unloaded(`${this.entity}.${name}`);
    return value === null || typeof value === "object" ? null : value;
  }
  /** Shares to this member that are live, of the key or of just this record. */
  shares(): readonly KeyShare[] {
    const { anchor, shares } = this.place;
    if (shares.length === 0) return shares;
    this.#shares ??= shares.filter(
      (share) =>
        share.anchor === anchor.id &&
        share.compartment === this.compartment &&
        // What somebody was asked to agree to is opened one by one, never with its key.
        (share.record ? share.record === this.record : this.entity !== "approval") &&
        this.#isMine(share.to) &&
        live(share, this.at),
    );
    return this.#shares;
  }
  #isMine(to: string | undefined): boolean {
    return to === undefined || to === this.own.member || this.own.lets.has(to) || this.lent.includes(to);
  }
  #owner(): string | null {
    const { place, row, entity } = this;
    if (!this.writing || !row) return place.anchor.owner;
    if (entity === "member") return row.id;
    if (authored.has(entity)) return row.createdBy;
    return ownOwner(entity) ? (text(row, "owner") ?? place.anchor.owner) : place.anchor.owner;
  }
  /** A party to the record itself: its assignee, either side of a handover, whoever asked for an approval. */
  #isParty(): boolean {
    const { row, entity } = this;
    if (!this.writing || !row) return false;
    const columns = [...(ownOwner(entity) ? ["owner"] : []), ...(partyColumns[entity] ?? [])];
    return columns.some((column) => text(row, column) === this.own.member);
  }
}
const reachBits: Record<BoundedReach, number> = { own: 1, team: 2, region: 4, account_team: 8, participant: 16 };
interface Want {
  /** Shares count, as they do for reading alone. */
  readonly shared: boolean;
  /** It matters too what may stay on a device. */
  readonly keeping: boolean;
}
interface Given {
  mask: Mask;
  /** Of these, what may also stay on a device. */
  kept: Mask;
  rule: string;
  cut: BoundForbid | null;
}

const live = (interval: Interval, at: number): boolean =>
  (interval.from === null || interval.from <= at) && (interval.until === null || at < interval.until);
const nobody: readonly string[] = [];
const add = (given: Given, groups: Mask, device: Mask, rule: string): void => {
  given.mask |= groups;
  given.kept |= device;
  if (groups) given.rule ||= rule;
};
const nothing: Given = { mask: 0, kept: 0, rule: "", cut: null };

/** What a client binds: its own rules, with its own facts already in them. Only the edge gives it SQL. */
export function bindSlice(own: Slice, onAlarm?: Alarm, toSql?: typeof readSql): Bound {
  const memo = new Map<string, Map<string, Map<string, Rules | null>>>();
  const recipes = new Map(own.shares.map((recipe) => [recipe.id, recipe]));
  const { member, teams, regions } = own.facts;
  const { grants = [], covers = [] } = own;
  const self = { member, teams, regions, lets: new Set([...teams, ...rolesIn(own.facts.roles ?? [], regions)]) };

  /** Rules for an action; reading asks the guardrails of `find` too. Null: there are no such records there. */
  function rulesFor(action: Action, entity: EntityName, compartment: string): Rules | null {
    const ofEntity = memo.get(entity) ?? new Map<string, Map<string, Rules | null>>();
    if (ofEntity.size === 0) memo.set(entity, ofEntity);
    const ofAction = ofEntity.get(action) ?? new Map<string, Rules | null>();
    if (ofAction.size === 0) ofEntity.set(action, ofAction);
    const known = ofAction.get(compartment);
    if (known !== undefined) return known;
    // A part is written by who may write on the whole: nobody is asked about it alone.
    const none = !livesIn(entity, compartment) || (entityOf(entity).part !== undefined && !see.has(action));
    const rules = none ? null : gather(action, entity, compartment);
    ofAction.set(compartment, rules);
    return rules;
  }
  function gather(action: Action, entity: EntityName, compartment: string): Rules {
    const isRead = action === "read" || action === "find";
    const guards: readonly string[] = isRead ? ["read", "find"] : [action];
    const inPlace = (rule: { entity: readonly EntityName[] | "*"; in?: readonly Compartment[] }): boolean =>
      (rule.entity === "*" || rule.entity.includes(entity)) &&
      (!rule.in || rule.in.some((name) => name === compartment));
    const acts = (rule: { actions: readonly Action[] }): boolean => rule.actions.includes(isRead ? "read" : action);
    const allow = own.allow.filter((rule) => inPlace(rule) && acts(rule));
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
    const needed = [
      ...columns,
      ...((reach.has("own") || reach.has("participant")) && ownOwner(entity) ? ["owner"] : []),
      ...(reach.has("participant") ? (partyColumns[entity] ?? []) : []),
    ].filter((column) => ownColumn(entity, column));
    const many = (rule: BoundAllow): number => groupsIn(rule.groups).length;
    return {
      allow: [...allow].sort((a, b) => many(b) - many(a)).map((rule) => ({ rule, test: testOf(rule.when) })),
      forbid: forbid.map((rule) => {
        const [when, except] = [testOf(rule.when), testOf(rule.except)];
        return { rule, test: (scene) => when(scene) && !except(scene) };
      }),
      grants: grants.filter((grant) => inPlace(grant) && acts(grant)),
      near: allow[0],
      columns: [...columns],
      needed,
    };
  }

  /** Everything that the rules look at is there, or nothing is decided: else a guardrail could miss its column. */
  function loaded(scene: Scene, rules: Rules): void {
    const { anchor, accountTeam, shares } = scene.place;
    const { id, owner, team, region, restricted } = anchor;
    if (
      id === undefined ||
      owner === undefined ||
      team === undefined ||
      region === undefined ||
      restricted === undefined
    )
      throw new Unloaded(
        `anchor.${Object.entries({ id, owner, team, region, restricted }).find(([, value]) => value === undefined)?.[0]}`,
      );
    if (!Array.isArray(accountTeam) || !Array.isArray(shares)) throw new Unloaded("place");
    const { row, entity } = scene;
    if (!scene.writing) return;
    if (row && (row.anchor !== anchor.id || row.compartment !== scene.compartment))
      throw new Unloaded(`${entity}.anchor`);
    if (!row && rules.columns.length > 0) throw new Unloaded(entity);
    if (row)
      for (const column of rules.needed) if (row[column] === undefined) throw new Unloaded(`${entity}.${column}`);
  }

  const reaches = (grant: BoundGrant, { place: { anchor }, record, at }: Scene): boolean => {
    if (!live(grant, at)) return false;
    const { to } = grant;
    if ("anchors" in to) return to.anchors.includes(anchor.id);
    if ("records" in to) return record !== null && to.records.includes(record);
    return "region" in to ? anchor.region === to.region : anchor.team === to.team;
  };

  /** Groups that matching allows, grants and (when reading) shares give, minus those of matching guardrails. */
  function give(scene: Scene, rules: Rules, { shared, keeping }: Want, past: Scene | null): Given {
    const given: Given = { mask: 0, kept: 0, rule: "", cut: null };
    for (const { rule, test } of rules.allow) {
      const more = (rule.groups & ~given.mask) | (keeping ? rule.device & ~given.kept : 0);
      if (more !== 0 && test(rule.state && past ? past : scene)) add(given, rule.groups, rule.device, rule.id);
    }
    if (shared)
      for (const share of scene.shares()) {
        const recipe = recipes.get(share.recipe);
        if (recipe) add(given, share.groups & recipe.groups, share.groups & recipe.device, share.recipe);
      }
    for (const grant of rules.grants)
      if (!grant.glass && scene.lent.length === 0 && reaches(grant, scene))
        add(given, grant.groups, grant.device, grant.id);
    for (const { rule, test } of rules.forbid) {
      if ((given.mask & rule.groups) === 0 || !test(scene)) continue;
      given.mask &= ~rule.groups;
      given.cut ??= rule;
    }
    given.kept &= given.mask;
    return given;
  }

  /** A broken glass gives what no unbreakable guardrail takes. */
  function giveGlass(scene: Scene, rules: Rules): Given {
    const given: Given = { ...nothing };
    for (const grant of rules.grants) if (grant.glass && reaches(grant, scene)) add(given, grant.groups, 0, grant.id);
    for (const { rule, test } of given.mask === 0 ? [] : rules.forbid)
      if (rule.hard && test(scene)) given.mask &= ~rule.groups;
    return given;
  }

  /** All that counts for this member: in their own name, in the names they stand in for, and by broken glass. */
  function giveAll(action: Action, scene: Scene, before: Scene | null = null, keeping = false): Given {
    const rules = rulesFor(action, scene.entity, scene.compartment);
    if (!rules) return nothing;
    const want: Want = { shared: action === "read" || action === "find", keeping };
    loaded(scene, rules);
    if (before) loaded(before, rules);
    const out = give(scene, rules, want, before);
    const join = (more: Given, groups: Mask = ~0): void => {
      out.mask |= more.mask & groups;
      out.kept |= more.kept & groups;
      out.rule ||= more.rule;
    };
    // What the key gives, no share of a record takes away.
    const alone = scene.writing || scene.record === null ? null : scene.with(null);
    if (alone) join(give(alone, rules, want, null));
    const lent = covers.length > 0 && mayLend(action, scene) ? coveredAt(scene.at) : nobody;
    if (lent.length > 0) {
      join(give(scene.with(scene.record, lent), rules, want, before && before.with(before.record, lent)), ~notLent);
      if (alone) join(give(scene.with(null, lent), rules, want, null), ~notLent);
    }
    if (rules.grants.length > 0) {
      join(giveGlass(scene, rules));
      if (alone) join(giveGlass(alone, rules));
    }
    return out;
  }
  const coveredAt = (at: number): readonly string[] =>
    covers.length === 0 ? nobody : covers.filter((cover) => live(cover, at)).map((cover) => cover.of);

  const sceneOf = (
    entity: EntityName,
    compartment: string,
    place: Place,
    at: number,
    record: string | null = null,
    row: Row | null = null,
    writing = false,
  ): Scene => new Scene(self, entity, compartment, place, at, record, row, writing, nobody);

  const read = (
    entity: EntityName,
    compartment: string,
    place: Place,
    at: number,
    record: string | null = null,
    keeping = false,
  ): Given => {
    const scene = sceneOf(entity, compartment, place, at, countsApart(place, record) ? record : null);
    const given = giveAll("read", scene, null, keeping);
    return visible(given.mask) === 0 ? nothing : given;
  };
  /** True if a share or grant names just this record; else its key says all. */
  const countsApart = (place: Place, record: string | null): boolean =>
    record !== null &&
    (place.shares.some((share) => share.record === record) ||
      grants.some(({ to }) => "records" in to && to.records.includes(record)));

  function decideUnsafe(
    action: Action,
    entity: EntityName,
    compartment: string,
    place: Place,
    at: number,
    row: Row | null,
    before: State | null = null,
  ): Decision {
    const writing = !see.has(action);
    const record = row && (writing || countsApart(place, row.id)) ? row.id : null;
    const scene = sceneOf(entity, compartment, place, at, record, writing ? row : null, writing);
    const past = before && sceneOf(entity, before.compartment, before.place, at, before.row.id, before.row, writing);
    const { mask, rule, cut } = giveAll(action, scene, past);
    // Nothing is exported, reported on or looked up in the history that can't be read; a label alone may be.
    const isWhole = writing || action === "see_label" || action === "read" || action === "find";
    const given = isWhole || mask === 0 ? mask : mask & read(entity, compartment, place, at, record).mask;
    const groups = writing ? given : visible(given);
    if (groups !== 0) return { allowed: true, groups, rule };
    if (cut) return { allowed: false, why: cut.why };
    const near = rulesFor(action, entity, compartment)?.near;
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
    readMask: (entity, compartment, place, at) => guarded(0, () => read(entity, compartment, place, at).mask),
    recordMask: (entity, row, place, at) => guarded(0, () => read(entity, row.compartment, place, at, row.id).mask),
    holdMask: (entity, compartment, place, at, record) =>
      guarded(0, () => visible(read(entity, compartment, place, at, record, true).kept)),
    holdRights(entity, compartment, place, at, record) {
      const now = bound.holdMask(entity, compartment, place, at, record);
      const rights: Record<string, number | null> = {};
      if (now === 0) return rights;
      for (const group of groupsIn(now)) rights[group] = null;
      // Between two of these instants nothing changes by the clock alone, so asking at each is exact.
      const turns = [...place.accountTeam, ...place.shares, ...grants, ...covers].flatMap(({ from, until }) => [
        from,
        until,
      ]);
      const coming = [...new Set(turns)]
        .filter((turn) => turn !== null && turn > at)
        .sort((a, b) => Number(a) - Number(b));
      let left = now;
      for (const turn of coming) {
        if (turn === null || left === 0) break;
        const lost = left & ~bound.holdMask(entity, compartment, place, turn, record);
        for (const group of groupsIn(lost)) rights[group] = turn;
        left &= ~lost;
      }
      return rights;
    },
    granted(at) {
      const now = grants.filter((grant) => live(grant, at) && grant.actions.includes("read")).map(({ to }) => to);
      return {
        anchors: now.flatMap((to) => ("anchors" in to ? to.anchors : [])),
        regions: now.flatMap((to) => ("region" in to ? [to.region] : [])),
        teams: now.flatMap((to) => ("team" in to ? [to.team] : [])),
        records: now.flatMap((to) => ("records" in to ? to.records : [])),
      };
    },
    grantedAnchors: (at) => [...bound.granted(at).anchors],
    ownNames: (at) => [member, ...coveredAt(at)],
    meets: (when, entity, compartment, place, at, row) => {
      try {
        const scene = sceneOf(entity, compartment, place, at, row.id, row, true);
        return holds(when, scene) || holds(when, scene.with(row.id, coveredAt(at)));
      } catch {
        return null; // a column is not here
      }
    },
    decide: (action, entity, compartment, place, at, row) =>
      decideOn(action, entity, { compartment, place, row }, at, null),
    decideWrite(action, entity, before, after, changed, at) {
      const states = [before, after].filter((state) => state !== null);
      if (states.length === 0 || see.has(action) || !isEntity(entity)) return { allowed: false, why: notIncluded };
      // What can't be seen can't be written, and nothing is put where its maker could not see it.
      const subject = before ?? after;
      if (!subject || bound.recordMask(entity, subject.row, subject.place, at) === 0)
        return { allowed: false, why: notThere };
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
      // Last: what a second person is asked for is allowed but for them.
      if (opens(action, entity, before, after))
        return { allowed: false, why: "Opening a restricted account needs a second person.", second: true };
      return { allowed: true, groups, rule };
    },
    readReaches(entity, compartment) {
      const found = new Set<Reach>();
      for (const { rule } of rulesFor("read", entity, compartment)?.allow ?? []) {
        if (!hasGroup(rule.groups, "identity")) continue;
        if (isWide(rule.when)) found.add("all");
        for (const leaf of leavesOf(rule.when)) if ("reach" in leaf && !leaf.not) found.add(leaf.reach);
      }
      if (livesIn(entity, compartment) && own.shares.some((recipe) => hasGroup(recipe.groups, "identity")))
        found.add("participant");
      return found;
    },
    visibleSql: (entity, aliases, at) => toSql?.(own, entity, null, aliases, at) ?? { kind: "none" },
    groupSql: (entity, group, aliases, at) => toSql?.(own, entity, group, aliases, at) ?? { kind: "none" },
    explain: (action, entity, compartment, place, at, row, field) =>
      guarded<Explanation>({ allowed: false, because: [notIncluded], wouldNeed: [], askTo: [] }, () => {
        const seen = read(entity, compartment, place, at, row?.id).mask;
        if (seen === 0 && action !== "create" && action !== "see_label")
          return { allowed: false, because: [notThere], wouldNeed: [], askTo: [] };
        const asked = field !== undefined && ownColumn(entity, field) ? entityOf(entity).fields[field] : undefined;
        const covers = (decision: Decision): boolean =>
          decision.allowed && (field === undefined || (asked !== undefined && hasGroup(decision.groups, asked.group)));
        const decision = decideUnsafe(action, entity, compartment, place, at, row);
        const allowed = covers(decision);
        const rules = rulesFor(action, entity, compartment);
        const useful = (rules?.allow ?? [])
          .map(({ rule }) => rule)
          .filter((rule) => asked === undefined || hasGroup(rule.groups, asked.group));
        if (allowed) {
          const writing = !see.has(action);
          const scene = sceneOf(entity, compartment, place, at, row?.id, writing ? row : null, writing);
          const matching = [
            ...useful.filter((rule) => holds(rule.when, scene)),
            ...(rules?.grants ?? []).filter((grant) => reaches(grant, scene)),
          ].map((rule) => rule.why);
          const lent = coveredAt(at).length > 0 ? "You stand in for somebody." : "It was shared with you.";
          return { allowed, because: matching.length > 0 ? unique(matching) : [lent], wouldNeed: [], askTo: [] };
        }
        // Tried, not guessed: each of these alone would have been enough.
        const reach = new Set(
          useful
            .flatMap((rule) => leavesOf(rule.when))
            .flatMap((leaf) => ("reach" in leaf && !leaf.not ? [leaf.reach] : [])),
        );
        const near = [...reach]
          .filter((one) =>
            nearer(one, own, { entity, compartment, place, row }).some((it) =>
              covers(decideUnsafe(action, entity, compartment, it.place, at, it.row)),
            ),
          )
          .map((one) => wayIn[one]);
        return {
          allowed,
          because: [decision.allowed ? notIncluded : decision.why],
          wouldNeed: near,
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

/** The worlds in which just this reach holds too: whose it is, where it belongs, who is let in. */
export function nearer(
  reach: BoundedReach,
  { facts: { member, teams, regions } }: Slice,
  at: { entity: EntityName; compartment: string; place: Place; row: Row | null },
): { place: Place; row: Row | null }[] {
  const { place, row, entity, compartment } = at;
  const { anchor } = place;
  const always: Interval = { from: null, until: null };
  const moved = (change: Partial<Anchor>) => ({ place: { ...place, anchor: { ...anchor, ...change } }, row });
  switch (reach) {
    case "own": {
      const column =
        entity === "member" ? "id" : authored.has(entity) ? "createdBy" : ownOwner(entity) ? "owner" : null;
      return [{ ...moved({ owner: member }), row: row && column !== null ? { ...row, [column]: member } : row }];
    }
    case "team":
      return teams.map((team) => moved({ team }));
    case "region":
      return regions.map((region) => moved({ region }));
    case "account_team":
      return [{ place: { ...place, accountTeam: [...place.accountTeam, always] }, row }];
    case "participant": {
      const share = {
        ...always,
        id: "",
        anchor: anchor.id,
        compartment,
        groups: 0,
        recipe: "",
        record: row?.id ?? null,
      };
      return [{ place: { ...place, shares: [...place.shares, share] }, row }];
    }
  }
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
