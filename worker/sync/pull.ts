import { bind, bindNothing, type Bound, type Facts } from "../../shared/access/engine.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { isId, orgAnchors } from "../../shared/kernel/id.ts";
import type { Compartment } from "../../shared/records/compartments.ts";
import {
  entities,
  entitiesAt,
  entityOfId,
  isEntity,
  type EntityName,
  type Row,
} from "../../shared/records/entities.ts";
import { maskOf, type Group, type Mask } from "../../shared/records/groups.ts";
import { looksAlike, maskedName, type MaskRule, type Masks } from "../../shared/records/masked.ts";
import type { Value } from "../../shared/records/field.ts";
import type { Fields } from "../../shared/records/mutation.ts";
import { isVisible, project } from "../../shared/records/record.ts";
import { weigher } from "../../shared/sync/columns.ts";
import { digestOf, type Digest } from "../../shared/sync/digest.ts";
import type { KeyRights, Lost, PullLine, PullRequest } from "../../shared/sync/protocol.ts";
import { capsOf, chosenOf, cutOf, rankOf, type Chosen } from "../../shared/sync/follow.ts";
import { holdingOf, noHolding, sameRights, type Holding } from "../../shared/sync/rights.ts";
import { validatePolicy } from "../../shared/access/policy.ts";
import type { Actor } from "../context.ts";
import type { Db } from "../db/db.ts";
import { batch } from "../db/db.ts";
import { coverOf, grantOf, namesOf, turnsOf, withLent, type Lent } from "../db/lent.ts";
import { loadAllPlaces, loadRows, loadUnder, type Stored, type StoredPlace } from "../db/rows.ts";
import { Handles, newSecret, openCursor, sealCursor, type Cursor } from "./cursor.ts";
import { fullKey, type Interest } from "./poke/held.ts";
import * as store from "./store.ts";

/**
 * One page of a pull. A page is complete in itself: it first takes away everything that the rights of this instant
 * forbid, then adds; so it may be lost, repeated, or be the last before a crash. Rules: docs/spec/sync.md.
 */
export interface PullContext {
  readonly db: Db;
  readonly actor: Actor;
  readonly now: number;
  readonly cell: string;
  readonly epoch: number;
  readonly cursorKey: CryptoKey;
  /** Seeded bugs of the simulation's harness; never set elsewhere. */
  readonly bug?: string;
}
export interface Pulled {
  readonly lines: readonly PullLine[];
  /** What this device's socket is to be poked for from now on. */
  readonly interest: { readonly reset: boolean; readonly keys: readonly Interest[]; readonly at: number };
}

export async function pull(context: PullContext, request: PullRequest): Promise<Result<Pulled>> {
  for (let tries = 0; tries < limits.guardTries; tries += 1) {
    const pulled = await tryPull(context, request);
    if (pulled !== "again") return pulled;
  }
  return fail("busy");
}

async function tryPull(context: PullContext, request: PullRequest): Promise<Result<Pulled> | "again"> {
  const { db, actor, cell } = context;
  const bug = (name: string): boolean => context.bug === name;
  const sent = request.cursor === null ? null : await openCursor(context.cursorKey, request.device, request.cursor);
  let state = await store.readDevice(db, {
    device: request.device,
    client: request.client,
    member: actor.member,
    seen: request.seen,
    t: Math.min(sent?.t ?? context.now, context.now),
    a: sent?.a ?? Number.MAX_SAFE_INTEGER, // without a cursor nothing was held, so nothing that was matters
    p: Math.min(sent?.p ?? 0, sent?.a ?? 0),
    scan: sent ? limits.scanRowsMax : 0,
  });
  if (state.directory !== actor.directory) return fail("busy"); // facts were read at another version: ask again
  if (state.device && state.device.member !== actor.member) return fail("unauthenticated"); // SYNC-E4
  // A retired client may still hear what changed; its next push is refused, and it goes on as a new one (SYNC-D5).
  const client = state.client?.member === store.retired ? null : state.client;
  if (client && (client.member !== actor.member || client.device !== request.device)) return fail("client_unknown");
  const secret = state.device?.secret ?? newSecret();
  if (!state.device) await store.addDevice(db, request.device, actor.member, secret, context.now);
  else if (state.device.seenAt < context.now - limits.deviceSeenMs)
    await store.seeDevice(db, request.device, context.now);
  if (request.follow.length > 0) {
    const newest = state.choices.at(-1)?.v ?? 0;
    await store.addChoices(db, request.device, newest, request.follow, sent?.f ?? 0);
    const added = request.follow.map((choice, index) => ({ ...choice, v: newest + index + 1 }));
    state = { ...state, choices: [...state.choices, ...added] };
  }
  if (state.outcomes.length === 0 && request.seen > 0) await store.dropOutcomes(db, request.client, request.seen);

  // A cursor of another epoch or key shape says nothing about now: start again. So does one from before the floor, of
  // which changes may be gone: an instant, so that it tells nothing of how busy others are, and that of the cursor's
  // data, for the last page of a long pull is younger (SYNC-T6).
  const floor = context.now - limits.hotMs;
  const hot =
    sent !== null &&
    (bug("floor_by_seq")
      ? sent.p >= (await store.oldestChange(db)) - 1
      : bug("no_floor") || (bug("floor_by_page") ? sent.t : sent.tp) >= floor);
  const usable =
    sent !== null &&
    sent.epoch === context.epoch &&
    sent.shape === state.shape &&
    state.device !== null &&
    sent.p <= state.head &&
    hot;
  const cursor: Cursor | null = usable ? sent : null;
  const now = Math.max(context.now, cursor?.t ?? 0); // the edge's clock never goes back for a device (SYNC-C2)
  const handles = await Handles.of(secret);

  // --- then and now
  const factsThen = cursor ? factsAt(state, actor) : null;
  const boundThen = cursor && factsThen ? await boundAt(db, state.was, factsThen, actor) : null;
  // What is lent begins and ends by the clock, and may touch any anchor: a turn since the last page is a difference (SYNC-T2).
  const turned =
    cursor !== null && [actor.facts, ...(factsThen ? [factsThen] : [])].flatMap(turnsOf).some((turn) => turn > cursor.t && turn <= now); // prettier-ignore
  const everything = !cursor || factsThen !== actor.facts || boundThen !== actor.bound || turned;
  const caps = capsOf(actor.bound);
  const meant = bug("unfollow_ignored") ? state.choices.filter(({ kind }) => kind !== "unfollow") : state.choices;
  const chosenNow = chosenOf(meant, caps);
  const chosenThen = bug("follow_ignored_then")
    ? chosenNow
    : chosenOf(meant.filter((choice) => choice.v <= (cursor?.f ?? 0)), capsOf(boundThen ?? actor.bound)); // prettier-ignore

  const teams = [...new Set([...actor.facts.teams, ...(factsThen?.teams ?? [])])];
  const coveredFor = [...new Set([actor.facts, factsThen].flatMap((facts) => (facts ? namesOf(facts) : [])))].filter(
    (name) => name !== actor.member && !teams.includes(name),
  );
  const names: store.Names = { member: actor.member, teams, coveredFor };
  /** Anchors that are followed for any reason but a choice, then or now. */
  const followed = async (): Promise<string[]> => {
    const grants = [actor.facts, factsThen].flatMap((facts) => facts?.grants ?? []);
    return [...(await store.candidateAnchors(db, names)), ...grants.flatMap(({ to }) => ("anchors" in to ? to.anchors : []))];
  }; // prettier-ignore
  const check = request.check ?? [];
  const handed = [...request.want.map((want) => want.h), ...request.ask, ...check];
  const opened = await openHandles(db, handles, handed);
  const named = new Set(handed.filter(isRecordHandle));
  const grantedIds = [actor.facts, factsThen].flatMap((facts) => grantedRecords(facts));
  const namedRows = await loadRows(db, [...named, ...grantedIds]);
  const touched = new Set<string>();
  for (const row of state.was) if (row.anchor) touched.add(row.anchor);
  for (const id of grantedIds) touched.add(namedRows.get(id)?.row.anchor ?? actor.member);
  for (const id of new Set([...chosenNow.keys(), ...chosenThen.keys()])) {
    const [then, present] = [chosenThen.get(id), chosenNow.get(id)];
    if (everything || then?.kind !== present?.kind || then?.v !== present?.v) touched.add(id);
  }
  if (everything) {
    for (const id of orgAnchors(cell, actor.member)) touched.add(id);
    for (const id of await followed()) touched.add(id);
  } else if (cursor && cursor.turn <= now && !bug("no_time_difference")) {
    for (const id of await store.clockedAnchors(db, names, cursor.t, now)) touched.add(id);
  }
  // When the clock alone will next make a difference is known until it does, or until an input is written.
  const asksClock = everything || !cursor || cursor.turn <= now;
  const nextTurn = asksClock ? await store.nextTurn(db, names, now) : cursor.turn;
  const asked = new Set<string>();
  for (const handle of request.ask) {
    const key = opened.get(handle);
    if (key) asked.add(`${key.anchor}|${key.compartment}`);
  }
  const needed = new Set(touched);
  for (const row of state.changes) needed.add(row.anchor);
  for (const key of opened.values()) needed.add(key.anchor);
  for (const id of named) needed.add(namedRows.get(id)?.row.anchor ?? actor.member);
  const places = new Map(await loadAllPlaces(db, [...needed], actor.member, [...teams, ...coveredFor]));

  const grantedIn = (anchor: string): Map<string, string> =>
    new Map(
      grantedIds.flatMap((id) => {
        const row = namedRows.get(id)?.row;
        return row?.anchor === anchor ? [[id, row.compartment] as const] : [];
      }),
    );
  const nowIn = (id: string, seated: boolean): Holding => {
    const place = mine(places.get(id), actor.facts);
    if (!place || place.deleted) return noHolding;
    const follower = { ...actor.facts, choice: chosenNow.get(id)?.kind };
    return holdingOf(actor.bound, place, follower, now, grantedIn(id), seated);
  };
  const thenIn = (id: string, seated: boolean): Holding => {
    if (!cursor || !boundThen || !factsThen) return noHolding;
    const place = placeThen(id, mine(places.get(id), factsThen), state.was, factsThen);
    if (!place) return noHolding;
    const follower = { ...factsThen, choice: chosenThen.get(id)?.kind };
    return holdingOf(boundThen, place, follower, cursor.t, grantedIn(id), seated);
  };
  const mayNow = memo((id) => nowIn(id, true));
  const mayThen = memo((id) => thenIn(id, true));

  // --- who has a place (SYNC-H1). As long as all have, differences are enough to count by; else all are looked at.
  const rankIn = (may: (id: string) => Holding, chosen: ReadonlyMap<string, Chosen>) => (id: string): number | null => {
    const { reason } = may(id);
    if (bug("cap_counts_hidden") && reason === null && chosen.has(id)) return rankOf("opened", 0, chosen.get(id)?.v ?? 0);
    return reason && rankOf(reason, places.get(id)?.no ?? 0, chosen.get(id)?.v ?? 0);
  }; // prettier-ignore
  const rankNow = rankIn(mayNow, chosenNow);
  const rankThen = rankIn(mayThen, chosenThen);
  const counts = (rank: (id: string) => number | null): number => [...touched].filter((id) => rank(id) !== null).length;
  let n = everything ? counts(rankNow) : cursor.n + counts(rankNow) - counts(rankThen);
  let cut = cursor?.cut ?? 0;
  const moved = everything || (cut !== 0) !== (n > caps.accounts) || [...touched].some((id) => rankNow(id) !== rankThen(id)); // prettier-ignore
  if (moved) {
    cut = 0;
    if (n > caps.accounts || (cursor?.cut ?? 0) !== 0) {
      for (const id of [...chosenNow.keys(), ...(await followed())]) touched.add(id);
      const lacking = [...touched].filter((id) => !places.has(id));
      for (const [id, place] of await loadAllPlaces(db, lacking, actor.member, [...teams, ...coveredFor])) {
        places.set(id, place);
        mayNow.forget(id);
        mayThen.forget(id);
      }
      n = counts(rankNow);
      cut = cutOf([...touched].flatMap((id) => rankNow(id) ?? []), caps.accounts); // prettier-ignore
    }
  }
  const hasPlace = (rank: number | null, last: number): boolean => last === 0 || rank === null || rank <= last;
  const holdingNow = memo((id) => (hasPlace(rankNow(id), cut) ? mayNow(id) : nowIn(id, false)));
  const cutThen = cursor?.cut ?? 0;
  const holdingThen = memo((id) => (hasPlace(rankThen(id), cutThen) ? mayThen(id) : thenIn(id, false)));
  const rights: PullLine[] = [];
  const interest: Interest[] = [];
  // Choices of which only the newest count leave some without a place as well.
  const isFull = (last: number, chosen: ReadonlyMap<string, Chosen>, all: readonly store.Choice[]): boolean =>
    last !== 0 || chosen.size < new Set(all.map(({ anchor }) => anchor)).size;
  const isNow = isFull(cut, chosenNow, state.choices);
  const wasFull = cursor !== null && isFull(cutThen, chosenThen, state.choices.filter(({ v }) => v <= cursor.f)); // prettier-ignore
  if (isNow !== wasFull) interest.push({ key: fullKey, rights: isNow ? { full: {} } : {} });
  const masks = actor.bound.rules.masks ?? {};
  /** Groups in which a masked value is not what it was at the cursor: taken away and told anew, key by key (SYNC-T7). */
  const remasked =
    boundThen && !bug("mask_kept")
      ? movedMasks(boundThen.rules.masks ?? {}, masks)
      : new Map<string, ReadonlySet<string>>();
  const tellRights = (h: string, next: KeyRights): boolean => {
    const less = without(next, remasked);
    if (less) rights.push({ t: "rights", h, g: less });
    return less !== null;
  };
  const announce = async (id: string, compartment: Compartment, force: boolean): Promise<void> => {
    const place = places.get(id);
    if (!place) return;
    const next = holdingNow(id).keys.get(compartment) ?? {};
    const h = await handles.seal(place.no, compartment);
    if (!tellRights(h, next) && !force && sameRights(holdingThen(id).keys.get(compartment) ?? {}, next)) return;
    rights.push({ t: "rights", h, g: next });
    interest.push({ key: `${id}|${compartment}`, rights: next });
  };
  /** A record is let in by name, or no longer; missing and hidden ones are answered alike. */
  const announceRecord = (id: string, record: string, where: Compartment | undefined, force: boolean): void => {
    const next = holdingNow(id).records.get(record)?.rights ?? {};
    if (!tellRights(record, next) && !force && sameRights(holdingThen(id).records.get(record)?.rights ?? {}, next))
      return;
    rights.push({ t: "rights", h: record, g: next });
    if (where) interest.push({ key: `${id}|${where}|${record}`, rights: next });
  };
  /** Records that leave the key of their own: where they are held now is told at once, for nothing else tells it. */
  const back = new Set<string>();
  // In the order of ids: what was touched first may have been touched in a way that this member can't see.
  for (const id of bug("touched_order") ? touched : [...touched].sort()) {
    const [then, present] = [holdingThen(id), holdingNow(id)];
    for (const compartment of new Set([...then.keys.keys(), ...present.keys.keys()]))
      await announce(id, compartment, false);
    for (const record of new Set([...then.records.keys(), ...present.records.keys()])) {
      const where = (present.records.get(record) ?? then.records.get(record))?.compartment;
      announceRecord(id, record, where, false);
      if (!present.records.has(record)) back.add(record);
    }
  }
  for (const record of named) {
    const anchor = namedRows.get(record)?.row.anchor ?? "";
    const held = holdingNow(anchor).records.get(record);
    const told = rights.some((line) => line.t === "rights" && line.h === record);
    if (!told && (!held || request.ask.includes(record))) announceRecord(anchor, record, held?.compartment, true);
  }
  // In an order of the keys' own: that of the request is the device's, and handles are random.
  const inOrder = [...opened.values()].sort((a, b) => (`${a.anchor}|${a.compartment}` < `${b.anchor}|${b.compartment}` ? -1 : 1)); // prettier-ignore
  for (const key of inOrder) {
    const text = `${key.anchor}|${key.compartment}`;
    const lost = !holdingNow(key.anchor).keys.has(key.compartment);
    if ((asked.has(text) || lost) && !interest.some((line) => line.key === text))
      await announce(key.anchor, key.compartment, true);
  }
  if (rights.length > limits.removalsMax && cursor) return tryPull(context, { ...request, cursor: null });

  // --- removals and the delta
  const maskNow: MaskOf = (name, at) => maskFrom(holdingNow(at.anchor), name, at);
  const maskThen: MaskOf = (name, at) => maskFrom(holdingThen(at.anchor), name, at);
  const changesOf = Map.groupBy(state.changes, (change) => change.record);
  const ids = new Set(
    state.changes
      .filter((row) => !everythingHidden(row) && !isPlain(changesOf.get(row.record) ?? []))
      .map((row) => row.record),
  );
  function everythingHidden(row: store.ChangeHeader): boolean {
    if (!isEntity(row.entity)) return true;
    const at = { id: row.record, anchor: row.anchor, compartment: row.compartment };
    return maskNow(row.entity, at) === 0 && maskThen(row.entity, at) === 0;
  }
  for (const record of back) ids.add(record);
  const rows = await loadRows(db, [...ids]);

  const removals: PullLine[] = [];
  for (const change of state.changes) {
    if (!cursor || change.seq <= cursor.a || !isEntity(change.entity) || bug("no_removals")) continue;
    const stored = rows.get(change.record);
    if (!stored || removals.some((line) => line.t === "gone" && line.id === change.record)) continue;
    const before = beforeOf(stored.row, change);
    const at = { id: change.record, anchor: change.anchor, compartment: change.compartment };
    // Where nothing of its kind may be held now, the rights above have taken it: what became of it since is not told.
    if (maskNow(change.entity, at) === 0 && !bug("gone_after_right")) continue;
    const wasHeld = isVisible(change.entity, before, maskThen(change.entity, at));
    if (wasHeld && !isHeld(stored, maskNow(stored.entity, stored.row))) removals.push({ t: "gone", id: change.record });
  }
  for (const record of bug("no_moved") ? [] : back) {
    const stored = rows.get(record);
    const mask = stored ? maskNow(stored.entity, stored.row) : 0;
    const row = stored && isHeld(stored, mask) ? project(stored.entity, stored.row, mask, masks) : null;
    if (stored && row)
      removals.push({
        t: "moved",
        e: stored.entity,
        h: await handleAt(handles, places, stored.row, holdingNow),
        row,
      });
  }

  const delta: PullLine[] = [];
  let covered = cursor ? cursor.p : state.head;
  let complete = true;
  let bytes: number = limits.pageBytesMax; // visible ones, as rows are: others' hidden work ends no page (SYNC-P5)
  const done = new Set<string>();
  const pending = cursor ? state.changes.filter((change) => change.seq > cursor.p) : [];
  const byRecord = Map.groupBy(pending, (change) => change.record);
  let scanned = covered;
  let full = false;
  for (const [index, change] of pending.entries()) {
    const endsMutation = pending[index + 1]?.client !== change.client || pending[index + 1]?.n !== change.n;
    const mine = byRecord.get(change.record) ?? [];
    const line = done.has(change.record)
      ? null
      : isPlain(changesOf.get(change.record) ?? [])
        ? plainLine(change, mine, maskNow, masks, bug, actor.member)
        : deltaLine(change, mine, rows, maskNow, masks, bug, actor.member);
    if (line && full) {
      complete = false; // only what can be seen makes another page: the rest is scanned to know that
      break;
    }
    if (line) {
      done.add(change.record);
      delta.push({ ...line, h: await handleAt(handles, places, whereOf(change), holdingNow) });
      bytes -= JSON.stringify(line).length;
    }
    if (!endsMutation) continue;
    scanned = change.seq;
    if (full) continue;
    covered = change.seq;
    full = (bug("cut_by_scan") ? index + 1 : delta.length) >= limits.pageRowsMax || bytes <= 0;
    if (full && bug("cut_by_scan")) {
      complete = index + 1 === pending.length;
      break;
    }
  }
  if (cursor && complete) {
    const scannedAll = state.changes.length < limits.scanRowsMax;
    complete = scannedAll;
    covered = scannedAll ? state.head : scanned;
  }
  if (bug("cursor_ahead")) covered = state.head;

  // --- whole keys: what of them may be held now, by record id
  const loadKeys = (some: readonly string[]): Promise<Stored[]> => {
    const held = some.flatMap((h) => {
      const key = opened.get(h);
      const own = key && holdingNow(key.anchor).keys.get(key.compartment);
      return key && own ? [{ key, rights: own }] : [];
    });
    const names = new Set(
      held.flatMap(({ key, rights: given }) => entitiesAt(key.anchor, key.compartment).filter((name) => name in given)),
    );
    return loadUnder(db, [...new Set(held.map(({ key }) => key.anchor))], [...names]);
  };
  const projected = (stored: Stored): (readonly [EntityName, Row])[] => {
    const row =
      stored.deletedAt === null && project(stored.entity, stored.row, maskNow(stored.entity, stored.row), masks);
    return row ? [[stored.entity, row]] : [];
  };
  /** Null: the key is not held. */
  const rowsOf = (h: string, loaded: readonly Stored[]): (readonly [EntityName, Row])[] | null => {
    if (named.has(h)) {
      const stored = namedRows.get(h);
      return stored && isNamed(holdingNow(stored.row.anchor), stored.row) ? projected(stored) : null;
    }
    const key = opened.get(h);
    if (!key || !holdingNow(key.anchor).keys.has(key.compartment)) return null;
    const inKey = loaded.filter(({ row }) => row.anchor === key.anchor && row.compartment === key.compartment);
    const rest = inKey.filter(({ row }) => !isNamed(holdingNow(key.anchor), row));
    return rest.flatMap(projected).sort(([, left], [, right]) => (left.id < right.id ? -1 : 1));
  };

  // --- snapshots of wanted keys, while the page has room
  const snaps: PullLine[] = [];
  let starved = false;
  if (complete) {
    let room = limits.snapshotRowsMax - delta.length;
    const weigh = weigher();
    const snap = (h: string, from: string, rows: readonly (readonly [EntityName, Row])[]): void => {
      const page: (readonly [EntityName, Row])[] = [];
      for (const row of rows) {
        if (page.length >= room || bytes <= 0) break;
        page.push(row);
        bytes -= weigh(...row);
      }
      room -= page.length + 1; // an empty key costs something as well
      const to = page.length === rows.length ? null : (page.at(-1)?.[1].id ?? "");
      snaps.push({ t: "snap", h, from, to, rows: page });
    };
    const wants = [...request.want];
    for (let start = 0; start < wants.length && room > 0 && bytes > 0; start += snapshotKeys) {
      const some = wants.slice(start, start + snapshotKeys);
      const loaded = await loadKeys(some.map(({ h }) => h));
      for (const want of some) {
        if (room <= 0 || bytes <= 0) break;
        const mine = rowsOf(want.h, loaded);
        const from = want.after ?? "";
        if (mine) snap(want.h, from, named.has(want.h) ? mine : mine.filter(([, row]) => row.id > from)); // prettier-ignore
      }
    }
    starved = snaps.length === 0 && wants.length > 0 && (room <= 0 || bytes <= 0);
  }

  // --- digests of keys that the device doubts (SYNC-K1)
  const checks = new Map<string, Digest>();
  for (let start = 0; complete && start < check.length; start += snapshotKeys) {
    const some = check.slice(start, start + snapshotKeys);
    const loaded = await loadKeys(some);
    for (const h of some) {
      const mine = rowsOf(h, loaded);
      if (mine) checks.set(h, digestOf(mine));
    }
  }

  // If a right changed while rows were read, what was read may be newer than the right that allowed it (SYNC-P1).
  const [inputs, late] = (await batch(db, [
    store.inputsHeadQuery(db),
    ...(checks.size > 0 ? [store.changesAfter(db, state.head)] : []),
  ])) as [{ seq: number }[], store.ChangeHeader[] | undefined];
  if ((inputs[0]?.seq ?? 0) > state.head) return "again";
  // And a digest may be of rows newer than the page. Only what this member sees of it counts: else it would tell.
  if (late && late.length > 0) {
    const moved = await loadRows(db, [...new Set(late.map(({ record }) => record))]);
    for (const change of late) {
      const stored = moved.get(change.record);
      if (!stored) continue;
      const seen =
        change.op === "edit"
          ? deltaLine(change, [change], moved, maskNow, masks, bug, actor.member) !== null
          : isVisible(stored.entity, stored.row, maskNow(stored.entity, stored.row));
      if (seen) checks.delete(await handleAt(handles, places, stored.row, holdingNow));
    }
  }

  const next: Cursor = {
    epoch: context.epoch,
    p: covered,
    tp: complete ? now : (cursor?.tp ?? now),
    a: state.head,
    t: now,
    f: state.choices.at(-1)?.v ?? 0,
    turn: Math.min(nextTurn, ...[...places.values()].flatMap(turnsAt).filter((turn) => turn > now)),
    n,
    cut,
    shape: state.shape,
  };
  const page: PullLine = {
    t: "page",
    cursor: await sealCursor(context.cursorKey, request.device, next),
    // A key that no row was left for would wait for the next poll.
    more: !complete || starved,
    lmid: complete ? (client?.n ?? 0) : null,
    outcomes: state.outcomes,
    now,
    ...(n > caps.accounts ? { over: n - caps.accounts } : {}),
    lease: now + limits.leaseMs,
    ...(complete && check.length > 0 ? { checks: Object.fromEntries(checks) } : {}),
  };
  const reset: PullLine[] = request.cursor !== null && !cursor ? [{ t: "reset" }] : [];
  const lines = bug("removals_last")
    ? [...reset, ...delta, ...snaps, ...rights, ...removals, page]
    : [...reset, ...rights, ...removals, ...delta, ...snaps, page];
  return ok({ lines, interest: { reset: !cursor, keys: interest, at: state.head } });
}

/** Instants at which a place's intervals begin or end. */
const turnsAt = ({ accountTeam, shares }: StoredPlace): number[] =>
  [...accountTeam, ...shares].flatMap(({ from, until }) => [from, until]).filter((turn) => turn !== null);

/** The groups of masked values that are new, another or no more, by entity. */
function movedMasks(was: Masks, now: Masks): Map<string, ReadonlySet<string>> {
  const names = new Set([...Object.keys(was), ...Object.keys(now)]) as Set<EntityName>;
  const moved = [...names].map((name) => {
    const [old, fresh] = [was[name] ?? {}, now[name] ?? {}];
    const fields = [...new Set([...Object.keys(old), ...Object.keys(fresh)])].filter((field) => !sameMask(old[field], fresh[field])); // prettier-ignore
    return [
      name,
      new Set(fields.flatMap((field) => [old[field]?.group ?? [], fresh[field]?.group ?? []].flat())),
    ] as const;
  });
  return new Map(moved.filter(([, groups]) => groups.size > 0));
}
const sameMask = (left?: MaskRule, right?: MaskRule): boolean =>
  JSON.stringify({ ...left, why: "" }) === JSON.stringify({ ...right, why: "" });
/** The rights without these groups; null: none of them is there. */
function without(rights: KeyRights, moved: ReadonlyMap<string, ReadonlySet<string>>): KeyRights | null {
  let touched = false;
  const less = Object.entries(rights).flatMap(([name, groups]) => {
    const left = Object.entries(groups).filter(([group]) => !moved.get(name)?.has(group));
    if (left.length === Object.keys(groups).length) return [[name, groups] as const];
    touched = true;
    return left.some(([group]) => group === "identity") ? [[name, Object.fromEntries(left)] as const] : [];
  });
  return touched ? Object.fromEntries(less) : null;
}

const snapshotKeys = 60; // keys loaded at once: a page is rarely filled by fewer, and a query stays small

function memo<T>(make: (id: string) => T): ((id: string) => T) & { readonly forget: (id: string) => void } {
  const known = new Map<string, T>();
  const ask = (id: string): T => {
    let value = known.get(id);
    if (value === undefined) known.set(id, (value = make(id)));
    return value;
  };
  return Object.assign(ask, { forget: (id: string): void => void known.delete(id) });
}

/** The oldest was row after the cursor is what it was then; without one it is as now (SYNC-T1). */
function factsAt({ was, lent }: store.DeviceState, actor: Actor): Facts | null {
  const oldest = was.find((row) => row.kind === "member" && row.id === actor.member);
  if (oldest && !oldest.before) return null;
  const moved = was.some((row) => isLent(row) && row.member === actor.member);
  const count = ({ grants = [], covers = [] }: Partial<Lent>): number => grants.length + covers.length;
  if (!oldest && !moved && count(lent) === count(actor.facts)) return actor.facts; // else one ended since the cursor
  const before = (oldest?.before ?? actor.facts) as unknown as Omit<Facts, "member">;
  const facts: Facts = {
    member: actor.member,
    base: before.base ?? "",
    duties: before.duties ?? [],
    teams: before.teams ?? [],
    regions: before.regions ?? [],
    employment: before.employment ?? "active",
  };
  return withLent(facts, {
    grants: putBack("grant", lent.grants, was, actor.member, grantOf),
    covers: putBack("cover", lent.covers, was, actor.member, coverOf),
  });
}
const isLent = (row: store.WasRow): boolean => row.kind === "grant" || row.kind === "cover";
function putBack<T extends { readonly id: string }>(
  kind: "grant" | "cover",
  now: readonly T[],
  was: readonly store.WasRow[],
  member: string,
  read: (before: unknown) => T | null,
): T[] {
  const then = new Map(now.map((one) => [one.id, one]));
  // Newest first, so that the oldest has the last word.
  for (const row of was.toReversed()) {
    if (row.kind !== kind || row.member !== member) continue;
    const one = row.before === null ? null : read(row.before);
    if (one) then.set(row.id, one);
    else then.delete(row.id);
  }
  return [...then.values()];
}
async function boundAt(db: Db, was: readonly store.WasRow[], facts: Facts, actor: Actor): Promise<Bound> {
  const oldest = was.find((row) => row.kind === "policy");
  if (!oldest && facts === actor.facts) return actor.bound;
  const version = oldest ? Number(oldest.before?.["version"] ?? 0) : null;
  const body = version === null ? actor.policyBody : await store.policyBody(db, version);
  const policy = body === null ? null : validatePolicy(JSON.parse(body));
  return policy?.ok && facts.employment === "active" ? bind(policy.value, facts) : bindNothing;
}

/** Places are loaded for the names of then and of now; a share to a team counts only for who is in it. */
function mine(place: StoredPlace | undefined, facts: Facts): StoredPlace | undefined {
  const names = namesOf(facts);
  return place && { ...place, shares: place.shares.filter(({ to }) => names.includes(to)) };
}

/** The place as it was: every input of it that has a later was row is put back to its oldest one. */
function placeThen(
  id: string,
  place: StoredPlace | undefined,
  was: readonly store.WasRow[],
  facts: Facts,
): StoredPlace | null {
  if (!place) return null;
  const mine = was.filter((row) => row.anchor === id);
  const anchorRow = mine.find((row) => row.kind === "anchor");
  if (anchorRow ? anchorRow.before === null : place.deleted) return null;
  const put = new Map<string, store.WasRow>();
  for (const row of mine)
    if (row.kind !== "anchor" && !put.has(`${row.kind}|${row.id}`)) put.set(`${row.kind}|${row.id}`, row);
  const accountTeam = place.accountTeam.filter((interval) => !put.has(`account_team|${interval.id}`));
  const shares = place.shares.filter((share) => !put.has(`share|${share.id}`));
  const names = namesOf(facts);
  for (const row of put.values()) {
    if (!row.before) continue;
    if (row.kind === "account_team" && row.before["member"] === facts.member)
      accountTeam.push({ id: row.id, ...(row.before as { from: number | null; until: number | null }) });
    const toId = row.before["toId"];
    if (row.kind === "share" && names.includes(String(toId)))
      shares.push({ ...(row.before as unknown as StoredPlace["shares"][number]), to: String(toId) });
  }
  return {
    ...place,
    deleted: false,
    accountTeam,
    shares,
    anchor: anchorRow ? (anchorRow.before as unknown as StoredPlace["anchor"]) : place.anchor,
  };
}

async function openHandles(
  db: Db,
  handles: Handles,
  texts: readonly string[],
): Promise<Map<string, { anchor: string; compartment: Compartment }>> {
  const keys = await Promise.all([...new Set(texts)].map(async (text) => [text, await handles.open(text)] as const));
  const ids = await store.anchorsByNumber(db, [...new Set(keys.flatMap(([, key]) => (key ? [key.no] : [])))]);
  return new Map(
    keys.flatMap(([text, key]) => {
      const anchor = key && ids.get(key.no);
      return key && anchor ? [[text, { anchor, compartment: key.compartment }] as const] : [];
    }),
  );
}

/** A record is named on the wire by its id, which is longer than any handle. */
const isRecordHandle = (text: string): boolean => isId(text) && entityOfId(text) !== null;

function grantedRecords(facts: Facts | null): readonly string[] {
  return (facts?.grants ?? []).flatMap(({ to }) => ("records" in to ? to.records : []));
}

type Where = Pick<Row, "id" | "anchor" | "compartment">;
type MaskOf = (name: EntityName, at: Where) => Mask;
const isNamed = ({ records }: Holding, { id, compartment }: Where): boolean =>
  records.get(id)?.compartment === compartment;
/** What may be held of a record: of the key of its own if it has one, else of the key that it lies in. */
const maskFrom = (holding: Holding, name: EntityName, at: Where): Mask =>
  maskIn(
    isNamed(holding, at) ? holding.records.get(at.id)?.rights : holding.keys.get(at.compartment as Compartment),
    name,
  );

const maskIn = (rights: KeyRights | undefined, name: EntityName): Mask =>
  maskOf(Object.keys(rights?.[name] ?? {}) as Group[]);
const isHeld = (stored: Stored, mask: Mask): boolean =>
  stored.deletedAt === null && isVisible(stored.entity, stored.row, mask);

/** The record with the change's fields put back: whether it could be seen before. */
function beforeOf(row: Row, change: store.ChangeHeader): Row {
  if (!change.patch) return row;
  return { ...row, ...Object.fromEntries(Object.entries(change.patch).map(([key, [before]]) => [key, before])) } as Row;
}

interface DeltaPatch {
  t: "patch";
  e: string;
  id: string;
  set: Fields;
  lost?: Lost;
}
/** What a record's changes since p mean for this device: its whole row, the fields that it may see, or silence (SYNC-P4). */
function deltaLine(
  first: store.ChangeHeader,
  mine: readonly store.ChangeHeader[],
  rows: ReadonlyMap<string, Stored>,
  maskNow: MaskOf,
  masks: Masks,
  bug: (name: string) => boolean,
  me: string,
): { t: "set"; e: string; row: Row } | DeltaPatch | null {
  const stored = rows.get(first.record);
  if (!stored) return null;
  const mask = maskNow(stored.entity, stored.row);
  if (!isHeld(stored, mask)) return null;
  const row = project(stored.entity, stored.row, mask, masks);
  if (!row) return null;
  const opened = mine.some((change) => change.patch && "group" in change.patch);
  const entering = bug("patch_before_in") ? mine.slice(0, 1) : mine;
  if (opened || (entering.some((change) => change.op === "in") && !bug("move_as_patch")))
    return { t: "set", e: stored.entity, row };
  const fields = new Set([
    ...mine.flatMap((change) => Object.keys(change.patch ?? {})),
    ...crossed(stored.entity, mine, masks, bug),
  ]);
  const set = Object.fromEntries(
    [...fields].filter((field) => row[field] !== undefined).map((field) => [field, row[field]]),
  );
  if (Object.keys(set).length === 0 && !bug("silence_sent")) return null;
  const lost = lostTo(me, mine, set);
  return { t: "patch", e: stored.entity, id: first.record, set, ...(lost ? { lost } : {}) };
}
/**
 * Masked values that changes moved. Inside one band there is nothing to tell; over its border and back is told, for a
 * snapshot may have been made in between.
 */
function crossed(
  name: EntityName,
  mine: readonly store.ChangeHeader[],
  masks: Masks,
  bug: (name: string) => boolean,
): string[] {
  return Object.entries(masks[name] ?? {}).flatMap(([field, rule]) =>
    mine.some(({ patch }) => {
      const moved = patch && Object.hasOwn(patch, field) ? patch[field] : undefined;
      return moved && (bug("band_unchanged_sent") || !looksAlike(rule, moved[0] as Value, moved[1] as Value));
    })
      ? [maskedName(field, rule.group)]
      : [],
  );
}
/** My words that others wrote over without having seen them, of fields that I see now and did not write since. */
function lostTo(me: string, changes: readonly store.ChangeHeader[], set: Fields): Lost | null {
  const lost = new Map<string, Lost[string]>();
  for (const { actor, at, patch } of changes) {
    for (const [field, [before, , loser]] of Object.entries(patch ?? {})) {
      if (actor === me) lost.delete(field);
      else if (loser === me && field in set)
        lost.set(field, { mine: (before as Fields[string]) ?? null, by: actor, at });
    }
  }
  return lost.size > 0 ? Object.fromEntries(lost) : null;
}

async function handleAt(
  handles: Handles,
  places: ReadonlyMap<string, StoredPlace>,
  at: Where,
  holdingNow: (anchor: string) => Holding,
): Promise<string> {
  const place = places.get(at.anchor);
  if (!place) throw new Error("a line for a record without a place");
  if (isNamed(holdingNow(at.anchor), at)) return at.id;
  return handles.seal(place.no, at.compartment as Compartment);
}
const whereOf = ({ record, anchor, compartment }: store.ChangeHeader): Where => ({ id: record, anchor, compartment });

/**
 * Nothing but edits of a record whose visibility hangs on its key alone: their values are in the changes, and its row
 * need not be read. It was there at the first of them, and if it went, that would be a change too.
 */
const isPlain = (changes: readonly store.ChangeHeader[]): boolean =>
  changes.every(({ entity: name, op, patch }) => op === "edit" && patch !== null && isEntity(name) && !isGated(name));
const isGated = (name: EntityName): boolean => "group" in entities[name].fields;

/** The present values of the fields that such a record's changes name, as far as they may be seen. */
function plainLine(
  { entity: name, record: id, anchor, compartment }: store.ChangeHeader,
  mine: readonly store.ChangeHeader[],
  maskNow: MaskOf,
  masks: Masks,
  bug: (name: string) => boolean,
  me: string,
): DeltaPatch | null {
  if (!isEntity(name)) return null;
  const after: Record<string, unknown> = {};
  for (const { patch } of mine) for (const [field, [, value]] of Object.entries(patch ?? {})) after[field] = value;
  const seen = project(name, { ...after, id, anchor, compartment } as unknown as Row, maskNow(name, { id, anchor, compartment }), masks); // prettier-ignore
  if (!seen) return null;
  const set = Object.fromEntries([...Object.keys(after), ...crossed(name, mine, masks, bug)].flatMap((field) => (seen[field] === undefined ? [] : [[field, seen[field]]]))) as Fields; // prettier-ignore
  if (Object.keys(set).length === 0 && !bug("silence_sent")) return null;
  const lost = lostTo(me, mine, set);
  return { t: "patch", e: name, id, set, ...(lost ? { lost } : {}) };
}
