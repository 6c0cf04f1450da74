import type { Action } from "../../shared/kernel/actions.ts";
import { cellOf } from "../../shared/kernel/id.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { judge, type Drafted } from "../../shared/approvals/gates.ts";
import { ownAnchors } from "../../shared/records/anchors.ts";
import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import { groupBit, groupDefaults, hasGroup, maskOf, type Group, type Mask } from "../../shared/records/groups.ts";
import { looksAlike, type Masks } from "../../shared/records/masked.ts";
import type { Mutation, NewRow, Origin, ShareAsk, ShareEnd, Tx } from "../../shared/records/mutation.ts";
import { isVisible, project } from "../../shared/records/record.ts";
import type { Compartment } from "../../shared/records/compartments.ts";
import { mayIn } from "../../shared/sections/mode.ts";
import type { Actor } from "../context.ts";
import { assignNew, unsoundRule, type Dealt } from "../assignment/assign.ts";
import type { Assignments } from "../assignment/store.ts";
import { namesOf } from "../db/lent.ts";
import { policyFrom, reassigned, secondNeeded, waitsForMany, waitsForSecond } from "../governance/gate.ts";
import type { HeldShare, Stored, StoredPlace } from "../db/rows.ts";
import { endShares, giveShares, placeWith, type ShareScene, type ShareWrite } from "./shares.ts";

/**
 * Plans mutations in memory: load -> decide -> mutate, each seeing those before it. Nothing is written here;
 * `worker/db/commit.ts` does that, and refuses if anything that was read has changed meanwhile.
 */
export interface World {
  readonly rows: Map<string, Stored>;
  readonly places: Map<string, StoredPlace>;
  /** Shares to whomever, of the records that a mutation names as causes. */
  readonly shares?: Map<string, HeldShare>;
  /** Rules that give new leads to somebody; not read where no mutation makes any, null where there are none. */
  readonly assignments?: Assignments | null;
  /** Accounts that the actor gave to others today without a second person; not read where no mutation gives any. */
  reassigned?: number;
}
export interface Write {
  readonly op: "create" | "edit" | "delete" | "restore";
  readonly entity: EntityName;
  readonly id: string;
  readonly before: Row | null;
  readonly after: Row;
  /** Names of the fields that differ; for a create those that are not empty. */
  readonly changed: readonly string[];
  /** Whose words an edit writes over without its author having seen them, by field. */
  readonly over?: Readonly<Record<string, string>>;
  /** Version that the record is guarded at; 0 for a create. */
  readonly ver: number;
}
export interface Planned {
  readonly writes: readonly Write[];
  /** Records whose version the commit guards, with the version seen. */
  readonly guards: ReadonlyMap<string, number>;
  readonly anchors: ReadonlyMap<string, number>;
  readonly shares?: readonly ShareWrite[];
  /** Turns that rules dealt out, each after the one before. */
  readonly turns?: readonly Dealt[];
  /** Accounts given to others without a second person: how many were before it, and how many these are. */
  readonly reassigned?: { readonly before: number; readonly more: number };
}

/** The mask of what the actor may see of a record; 0: it is not there for them. */
export function maskOn(actor: Actor, world: World, stored: Stored, now: number): Mask {
  const place = world.places.get(stored.row.anchor);
  if (!place || place.deleted) return 0;
  const mask = actor.bound.recordMask(stored.entity, stored.row, place, now);
  return isVisible(stored.entity, stored.row, mask) ? mask : 0;
}

/** Runs one mutation on the world and returns its writes; on success the world is as after it. Errors change nothing. */
export function planMutation(
  actor: Actor,
  world: World,
  mutation: Mutation,
  args: unknown,
  now: number,
  cell: string,
): Result<Planned> {
  const rows = new Map<string, Stored>(); // overlay of this mutation
  const places = new Map<string, StoredPlace>();
  const guards = new Map<string, number>();
  const anchors = new Map<string, number>();
  const acts = new Map<string, Set<Action>>();
  const named = new Map<string, Set<string>>(); // fields that edits name, whether they differ or not
  const gives: ShareAsk[] = [];
  const ends: (readonly [cause: string, end: ShareEnd])[] = [];
  let bad: Result<never> | null = null;

  const present = (id: string): Stored | undefined => rows.get(id) ?? world.rows.get(id);
  /** A mutation sees what its actor sees: what it does must not depend on hidden values, or its outcome would tell them. */
  const seen = (id: string, restoring = false): { stored: Stored; row: Row } | null => {
    const stored = present(id);
    if (!stored) return null;
    const place = placeOf(stored.row.anchor);
    if (!rows.has(id)) guards.set(id, stored.ver);
    if (!place || (place.deleted && !(restoring && ownAnchors.has(stored.entity)))) return null;
    const mask = actor.bound.recordMask(stored.entity, stored.row, place, now);
    const row = project(stored.entity, stored.row, mask);
    return row && { stored, row };
  };
  const placeOf = (anchor: string): StoredPlace | undefined => {
    const place = places.get(anchor) ?? world.places.get(anchor);
    if (place && !places.has(anchor)) anchors.set(anchor, place.ver);
    return place;
  };
  const act = (id: string, action: Action) => acts.set(id, (acts.get(id) ?? new Set<Action>()).add(action));

  const tx: Tx = {
    now,
    cell,
    actor: {
      member: actor.member,
      teams: actor.facts.teams,
      regions: actor.facts.regions,
      roles: [actor.facts.base, ...actor.facts.duties],
      standsFor: actor.bound.ownNames(now).filter((name) => name !== actor.member),
    },
    edge: true,
    asks: actor.bound.rules.approvals ?? [],
    get: (id) => {
      const there = seen(id);
      return there && there.stored.deletedAt === null ? there.row : null;
    },
    create: (name: EntityName, row: NewRow, action: Action = "create", origin?: Origin) => {
      if (present(row.id)) {
        bad ??= fail("invalid", { fields: ["id"] });
        return;
      }
      const full: Row = { ...row, createdAt: origin?.at ?? now, createdBy: origin?.by ?? actor.member };
      rows.set(row.id, { entity: name, row: full, ver: 0, deletedAt: null });
      if (ownAnchors.has(name)) places.set(row.id, newPlace(full));
      act(row.id, action);
    },
    edit: (id, set, action = "edit") => {
      const stored = present(id);
      if (!stored) throw new Error("edit of a record that was not read");
      rows.set(id, { ...stored, row: { ...stored.row, ...set } });
      named.set(id, new Set([...(named.get(id) ?? []), ...Object.keys(set)]));
      act(id, action);
    },
    remove: (id, action = "delete") => {
      const stored = present(id);
      if (!stored) throw new Error("delete of a record that was not read");
      rows.set(id, { ...stored, deletedAt: now });
      act(id, action);
    },
    restore: (id, action = "restore") => {
      const there = seen(id, true);
      if (!there || there.stored.deletedAt === null) return false;
      rows.set(id, { ...there.stored, deletedAt: null });
      act(id, action);
      return true;
    },
    share: (ask) => void gives.push(ask),
    endShares: (cause, end = {}) => void ends.push([cause, end]),
    isShared: (cause) =>
      [...(world.shares?.values() ?? [])].some(
        ({ cause: of, to, from, until }) =>
          of === cause &&
          (to === actor.member || actor.facts.teams.includes(to)) &&
          (from === null || from <= now) &&
          (until === null || now < until),
      ),
  };

  const result = mutation.run(tx, args as never);
  if (!result.ok) return result;
  if (bad) return bad;

  const writes: Write[] = [];
  const drafts: Drafted[] = [];
  const made = [...rows].map(([id, next]) => writeOf(id, world.rows.get(id), next));
  /** The place as all of this leaves it: moves of owner, team and region, of the account team, and of its restriction. */
  const placeAfter = (anchor: string): StoredPlace | undefined => {
    const place = placeOf(anchor);
    return place && made.reduce((moved, write) => movedPlace(moved, write, actor.member), place);
  };
  for (const write of made) {
    const { id, after: next } = write;
    const still = write.op === "edit" && write.changed.length === 0; // an edit to what is there already is done
    // A record lives in the cell that its id names: of another cell's there are copies here (the directory), to be read.
    if (!still && cellOf(id) !== cell)
      return write.op === "create"
        ? fail("invalid", { fields: ["id"] })
        : fail("denied", { detail: "This is kept in another cell." });
    // Decided over all fields that are named: a refusal must not tell whether a hidden value was guessed (ACCESS-3).
    const asked = { ...write, changed: [...new Set([...write.changed, ...(named.get(id) ?? [])])] };
    const { part } = entity(write.entity);
    if (part) {
      const denied = decidePart(actor, present(text(next[part]) ?? ""), placeOf(next.anchor), now);
      if (denied) return denied;
    } else
      for (const action of acts.get(id) ?? []) {
        const denied = decide(actor, action, asked, placeOf(next.anchor), placeAfter(next.anchor), now);
        if (denied) return denied;
      }
    if (!still) writes.push(write);
    drafts.push({ ...asked, named: asked.changed });
  }
  // Gates see every field, and answer yes or no. What they looked at is guarded like what a mutator read.
  const judged = judge(drafts, {
    bound: actor.bound,
    mutation: mutation.name,
    now,
    edge: true,
    place: placeOf,
    whole: (id) => {
      const stored = present(id);
      if (stored && !rows.has(id)) guards.set(id, stored.ver);
      return stored && stored.deletedAt === null ? stored.row : undefined;
    },
    reads: mutation.reads(args as never),
  });
  if (!judged.ok) return judged;
  const unsound = unsoundRule(writes);
  if (unsound) return unsound;
  const given = actor.seconded ? 0 : reassigned(mutation.name, writes);
  const waits = waitsForSecond(actor, writes) ?? waitsForMany(actor, given, world.reassigned);
  if (waits) return waits;

  const scene: ShareScene = {
    actor,
    policy: gives.length + ends.length > 0 || world.assignments ? policyFrom(actor.policyBody) : null,
    act: mutation.name.split("@")[0] ?? "",
    now,
    present,
    found: (id) => world.rows.get(id),
    place: placeAfter,
  };
  for (const [cause, { action }] of ends) {
    const allowed = action === undefined ? ok(undefined) : mayShare({ record: cause, action });
    if (!allowed.ok) return allowed;
  }
  const shares = sharesOf(scene, world.shares ?? new Map(), gives, ends, (ask) => mayShare(ask));
  if (!shares.ok) return shares;
  /** What is not seen is not shared; and somebody's right to do what shares it was decided, or is now. */
  function mayShare({ record, action }: Pick<ShareAsk, "record" | "action">): Result<unknown> {
    const there = seen(record);
    if (!there || there.stored.deletedAt !== null) return fail("missing");
    if (action === undefined) return acts.size > 0 ? ok(undefined) : fail("denied");
    const { stored } = there;
    const place = placeOf(stored.row.anchor);
    const write: Write = { op: "edit", entity: stored.entity, id: record, before: stored.row, after: stored.row, changed: [], ver: stored.ver };
    return decide(actor, action, write, place, place, now) ?? ok(undefined);
  } // prettier-ignore

  // What rules make of new leads follows from what was decided: it takes no right of who makes them.
  const known = world.assignments;
  const turns: Dealt[] = [];
  const led: ShareWrite[] = [];
  for (const [index, write] of known ? writes.entries() : []) {
    if (!known || write.op !== "create" || write.entity !== "lead" || typeof write.after["owner"] === "string")
      continue;
    const assigned = assignNew(scene, known, write.after);
    if (!assigned) continue;
    const after: Row = { ...write.after, ...assigned.fields };
    writes[index] = { ...write, after, changed: [...new Set([...write.changed, ...Object.keys(assigned.fields)])] };
    rows.set(write.id, { entity: "lead", row: after, ver: 0, deletedAt: null });
    led.push(...assigned.shares);
    if (!assigned.turn) continue;
    turns.push(assigned.turn);
    known.turns.set(assigned.turn.rule, assigned.turn);
  }
  const allShares = [...shares.value, ...led];

  const before = world.reassigned ?? 0;
  if (given > 0) world.reassigned = before + given;
  for (const [id, next] of rows) world.rows.set(id, { ...next, ver: next.ver + 1 });
  for (const [anchor, place] of places) world.places.set(anchor, place);
  for (const write of writes) {
    const place = world.places.get(write.after.anchor);
    if (place) world.places.set(write.after.anchor, movedPlace(place, write, actor.member));
  }
  const names = new Set(namesOf(actor.facts));
  for (const share of allShares) {
    const anchor = (share.after ?? share.before)?.anchor ?? "";
    const place = world.places.get(anchor);
    if (place) world.places.set(anchor, placeWith(place, share, names));
    if (share.after) world.shares?.set(share.after.id, share.after);
    else if (share.before) world.shares?.delete(share.before.id);
  }
  return ok({
    writes,
    guards,
    anchors,
    shares: allShares,
    ...(turns.length > 0 ? { turns } : {}),
    ...(given > 0 ? { reassigned: { before, more: given } } : {}),
  });
}

/** Ends first, then what is given: who comes next is let in by the same act that lets the one before go. */
function sharesOf(
  scene: ShareScene,
  held: ReadonlyMap<string, HeldShare>,
  gives: readonly ShareAsk[],
  ends: readonly (readonly [cause: string, end: ShareEnd])[],
  may: (ask: ShareAsk) => Result<unknown>,
): Result<ShareWrite[]> {
  const all = new Map<string, ShareWrite>();
  for (const [cause, end] of ends)
    for (const write of endShares(scene, held, cause, end)) all.set(write.before?.id ?? "", write);
  for (const ask of gives) {
    const allowed = may(ask);
    if (!allowed.ok) return allowed;
    const given = giveShares(scene, held, ask);
    if (!given.ok) return given;
    for (const { before, after } of given.value) {
      const id = after?.id ?? "";
      // Given again as it is: it stays, also if this act would have ended it.
      if (before && before.groups === after?.groups && before.until === after.until && before.from === after.from)
        all.delete(id);
      else all.set(id, { before, after });
    }
  }
  return ok([...all.values()]);
}

function writeOf(id: string, old: Stored | undefined, next: Stored): Write {
  if (!old) {
    const changed = Object.keys(entity(next.entity).fields).filter((key) => (next.row[key] ?? null) !== null);
    return { op: "create", entity: next.entity, id, before: null, after: next.row, changed, ver: 0 };
  }
  const changed = Object.keys(next.row).filter((key) => !sameValue(old.row[key], next.row[key]));
  const op =
    old.deletedAt === null && next.deletedAt !== null
      ? "delete"
      : old.deletedAt !== null && next.deletedAt === null
        ? "restore"
        : "edit";
  return { op, entity: next.entity, id, before: old.row, after: next.row, changed, ver: old.ver };
}

export function sameValue(left: Value | undefined, right: Value | undefined): boolean {
  if ((left ?? null) === (right ?? null)) return true;
  return typeof left === "object" && typeof right === "object" && JSON.stringify(left) === JSON.stringify(right);
}

/**
 * Decided on the state before and after, each in the place as it then is. Shares that the act itself gives or ends are
 * no part of it: they follow from what is decided here.
 */
function decide(
  actor: Actor,
  action: Action,
  write: Write,
  place: StoredPlace | undefined,
  placeAfter: StoredPlace | undefined,
  now: number,
): Result<never> | null {
  const restoring = write.op === "restore" && ownAnchors.has(write.entity);
  if (!place || !placeAfter || (place.deleted && !restoring)) return fail("missing"); // nothing is made under a deleted account either
  if (actor.capabilities && !actor.capabilities.has(action))
    return fail("denied", { detail: "This token may not do that." });
  const compartment = (row: Row): Compartment => row.compartment as Compartment;
  // Nothing is made under an account that is hidden, in the words for one that is not there.
  const sees = (name: EntityName, where: Compartment) => actor.bound.readMask(name, where, place, now) !== 0;
  const hiddenPlace = !sees("account", "core") && !sees(write.entity, compartment(write.after));
  if (write.op === "create" && !ownAnchors.has(write.entity) && hiddenPlace) return fail("missing");
  const before = write.before && { compartment: compartment(write.before), place, row: write.before };
  const after = { compartment: compartment(write.after), place: placeAfter, row: write.after };
  const hidden = hiddenSecrets(actor, write, before ?? after, now);
  if (hidden.length > 0) return fail("invalid", { fields: hidden });
  const decision = actor.bound.decideWrite(action, write.entity, before, after, write.changed, now);
  if (decision.allowed || (decision.second && actor.seconded)) return null;
  return decision.second ? secondNeeded({ kind: "widen", beneficiary: "" }) : fail("denied", { detail: decision.why });
}

/** A comment is written by who may comment on its section, whatever is done to it; whose it is its mutations know. */
function decidePart(actor: Actor, section: Stored | undefined, place: StoredPlace | undefined, now: number): Result<never> | null {
  if (!section || section.deletedAt !== null || !place || place.deleted) return fail("missing");
  if (actor.capabilities && !actor.capabilities.has("comment"))
    return fail("denied", { detail: "This token may not do that." });
  const decision = mayIn(actor.bound, "comment", section.row, place, now);
  return decision.allowed ? null : fail("denied", { detail: decision.why });
} // prettier-ignore

/** A secret field that the actor may not see does not exist for them: naming it is naming an unknown field. */
function hiddenSecrets(actor: Actor, write: Write, at: { row: Row; place: StoredPlace }, now: number): string[] {
  const mask = actor.bound.recordMask(write.entity, at.row, at.place, now);
  return write.changed.filter((key) => {
    const field = entity(write.entity).fields[key];
    if (!field || hasGroup(mask, field.group)) return false;
    return write.before !== null && groupDefaults[field.group].existence === "secret";
  });
}

function newPlace(row: Row): StoredPlace {
  return {
    no: 0,
    ver: 0,
    deleted: false,
    anchor: {
      id: row.id,
      owner: text(row["owner"]),
      team: text(row["team"]),
      region: text(row["region"]),
      restricted: row["restricted"] === true,
    },
    accountTeam: [],
    shares: [],
  };
}
const text = (value: Value | undefined): string | null => (typeof value === "string" ? value : null);

/** A place as a write leaves it: the rights inputs that it moves, as far as this member is concerned. */
function movedPlace(place: StoredPlace, write: Write, member: string): StoredPlace {
  if (write.after.anchor !== place.anchor.id) return place;
  if (touchesAnchor(write)) {
    const { anchor } = newPlace(write.after);
    return { ...place, anchor, ver: place.ver + 1, deleted: write.op === "delete" };
  }
  if (write.entity !== "account_team") return place;
  const others = place.accountTeam.filter(({ id }) => id !== write.id);
  const joined = write.op !== "delete" && write.after["member"] === member;
  const instant = (value: Value | undefined): number | null => (typeof value === "number" ? value : null);
  const own = { id: write.id, from: instant(write.after["from"]), until: instant(write.after["until"]) };
  return { ...place, ver: place.ver + 1, accountTeam: joined ? [...others, own] : others };
}

/** True if the write changes the anchor's row (owner, team, region, restricted, or its being there at all). */
export function touchesAnchor(write: Write): boolean {
  if (!ownAnchors.has(write.entity)) return false;
  return write.op !== "edit" || write.changed.some((key) => entity(write.entity).fields[key]?.of === "anchor");
}

/** Bits of the field groups of which a reader must have one to see anything of a write. */
export function groupsTouched(write: Write, masks: Masks | undefined): Mask {
  const gates = [write.before?.["group"], write.after["group"]].filter((group) => typeof group === "string");
  if (entity(write.entity).fields["group"] && gates.length > 0) return maskOf(gates as Group[]); // its readers alone
  if (write.op !== "edit") return groupBit("identity");
  const { before, after } = write;
  return write.changed.reduce((mask, key) => {
    const rule = masks?.[write.entity]?.[key];
    // Inside one band there is nothing to see for those who see the band.
    const crosses = rule && before && !looksAlike(rule, before[key] ?? null, after[key] ?? null);
    return (
      mask | groupBit(entity(write.entity).fields[key]?.group ?? "identity") | (crosses ? groupBit(rule.group) : 0)
    );
  }, 0);
}
