import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type DomainError, type Result } from "../../shared/kernel/result.ts";
import { reassignAccount } from "../../shared/records/account.ts";
import { ownAnchors } from "../../shared/records/anchors.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import type { Mutation } from "../../shared/records/mutation.ts";
import type { Mask } from "../../shared/records/groups.ts";
import type { Masks } from "../../shared/records/masked.ts";
import { isVisible, project } from "../../shared/records/record.ts";
import type { Outcome, PushAnswer, PushedMutation } from "../../shared/sync/protocol.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { upgraded } from "../../shared/sync/ups.ts";
import type { Actor } from "../context.ts";
import { commit, GuardFailed, type CommitItem, type Span } from "../db/commit.ts";
import { makesLead } from "../assignment/assign.ts";
import type { Db, Query } from "../db/db.ts";
import { carryOut, decidedIn, waitForMutation, type Carried, type Waiting } from "../governance/second.ts";
import {
  groupsTouched,
  maskOn,
  planMutation,
  sameValue,
  touchesAnchor,
  type Planned,
  type World,
  type Write,
} from "./plan.ts";
import type { ShareWrite } from "./shares.ts";
import { lastWriters, readOutcomes, readSender, retired, type WriterAsk } from "./store.ts";
import { loadWorld } from "./world.ts";

/**
 * Applies mutations of one client in order (SYNC-W1..W7): one read for all of them, planned in memory, written in one
 * batch. Whoever writes comes through here: devices, the REST routes, imports. There is no second way.
 */
export interface PushContext {
  readonly db: Db;
  readonly actor: Actor;
  readonly now: number;
  readonly cell: string;
  /** A route of the Worker says it, not a device. */
  readonly inside?: true;
  /** Seeded bugs of the simulation's harness, and a pause between its reads and writes; never set elsewhere. */
  readonly bug?: string;
  readonly betweenReadAndWrite?: () => Promise<void>;
}
export interface PushInput {
  readonly client: string;
  readonly device: string;
  readonly muts: readonly (Pick<PushedMutation, "n" | "name" | "args"> & Partial<Pick<PushedMutation, "base">>)[];
}
/** What others are told after the commit: keys with the group bits touched, and whose rights moved. Never contents. */
export interface Announcement {
  readonly keys: readonly { readonly key: string; readonly entity: EntityName; readonly bits: Mask }[];
  /**
   * Anchors whose rights inputs changed, and those that are new; names of those who may be concerned, and members whose
   * own facts moved. Empty: nobody's rights moved.
   */
  readonly rights: {
    readonly anchors: readonly string[];
    readonly fresh?: readonly string[];
    /** Where somebody was let in by name, or no longer. */
    readonly shared?: readonly string[];
    readonly to: readonly string[];
    readonly members: readonly string[];
  };
  /** Accounts whose rooms read their rights and sections again. */
  readonly rooms: readonly string[];
  readonly directory: boolean;
  /** The policy is another one: everybody looks again. */
  readonly everyone?: boolean;
  /** When rights of a member or team begin and end with nobody writing; on one anchor, or on any. */
  readonly turns?: readonly Turn[];
  /** Which changes this is about; absent where more than one batch wrote them. */
  readonly span?: Span;
}
export interface Turn {
  readonly member: string;
  readonly anchor?: string;
  readonly at: readonly number[];
}
export interface Pushed {
  readonly answer: PushAnswer;
  readonly announcement: Announcement | null;
  readonly writes: readonly Write[];
}

const none: Planned = { writes: [], guards: new Map(), anchors: new Map() };

export async function push(context: PushContext, input: PushInput): Promise<Result<Pushed>> {
  for (let tries = 0; tries < limits.guardTries; tries += 1) {
    try {
      return await tryPush(context, input, tries > 0);
    } catch (error) {
      if (!(error instanceof GuardFailed)) throw error; // a bug or the store's own failure
    }
  }
  return fail("busy");
}

/** After a failed guard only the oldest mutation is planned again, so that one contested record can't starve the rest. */
async function tryPush(context: PushContext, input: PushInput, one: boolean): Promise<Result<Pushed>> {
  const { db, actor, now } = context;
  const { client: watermark, holder } = await readSender(db, input);
  // What one member queued is never sent in the name of another who signed in on the same device (SYNC-E4).
  const others = (member = actor.member): boolean => member !== actor.member;
  if (others(holder ?? undefined) || (others(watermark?.member) && watermark?.member !== retired))
    return fail("unauthenticated");
  if (watermark && (watermark.member === retired || watermark.device !== input.device)) return fail("client_unknown");
  const last = watermark?.n ?? 0;
  const fresh = input.muts
    .filter((mut) => mut.n > last || context.bug === "no_replay_guard")
    .slice(0, one ? 1 : undefined);
  const replayed = input.muts.filter((mut) => !fresh.includes(mut) && mut.n <= last);
  if (!watermark && (fresh[0]?.n ?? 1) !== 1) return fail("client_unknown");
  for (const [index, mut] of fresh.entries())
    if (mut.n !== last + index + 1 && context.bug !== "no_replay_guard") return fail("out_of_order");

  const parsed = fresh.map((mut) => ({ mut, known: parse(mut, context.inside) }));
  const ids = parsed.flatMap(({ known }) => (known.ok ? known.value.mutation.reads(known.value.args) : []));
  const causes = parsed.flatMap(({ known }) =>
    known.ok ? (known.value.mutation.causes?.(known.value.args) ?? []) : [],
  );
  const gives = fresh.some(({ name }) => name === reassignAccount.name);
  const leads = parsed.some(({ known }) => known.ok && makesLead(known.value.mutation.name, known.value.args));
  const world: World = await loadWorld(db, actor, ids, causes, gives ? now : null, leads ? now : null);
  await context.betweenReadAndWrite?.();

  const results: PushAnswer["results"][number][] = [];
  const items: CommitItem[] = [];
  const carried: Carried[] = [];
  const told: string[] = [];
  for (const { mut, known } of parsed) {
    const done: Done = known.ok ? await run(context, world, known.value.mutation, known.value.args) : known;
    const outcome = done.ok ? null : await outcomeOf(context, mut, done.error, world);
    results.push(outcome ? { ok: false, ...outcome } : { n: mut.n, ok: true });
    const waiting = done.ok ? null : (done.waiting ?? null);
    if (waiting) told.push(...waiting.told);
    items.push({
      client: input.client,
      device: input.device,
      member: actor.member,
      n: context.bug === "no_replay_guard" ? Math.max(mut.n, last + 1) : mut.n,
      mutation: mut.name,
      directory: actor.directory,
      planned: done.ok ? await withLosers(context, done.value.planned, mut.base ?? {}) : (waiting?.planned ?? none),
      also: done.ok ? (done.value.also ?? []) : (waiting?.also ?? []),
      ...(outcome ? { outcome } : {}),
    });
    if (!done.ok || !done.value.carried) continue;
    items.push(...done.value.carried.items);
    carried.push(done.value.carried);
  }
  if (context.bug === "poison_blocks" && items.some((item) => item.outcome)) return fail("busy");
  const span =
    items.length > 0
      ? await commit(db, context.bug ? items.map((item) => withoutGuards(item, context.bug)) : items, now)
      : undefined;

  const stored =
    replayed.length > 0
      ? await readOutcomes(
          db,
          input.client,
          replayed.map((mut) => mut.n),
        )
      : new Map<number, Outcome>();
  const before = replayed.map(({ n }) => {
    const outcome = stored.get(n);
    return outcome ? { ok: false as const, ...outcome } : { n, ok: true as const };
  });
  const writes = items.flatMap((item) => item.planned.writes);
  const shares = items.flatMap((item) => item.planned.shares ?? []);
  return ok({
    answer: { results: [...before, ...results] },
    announcement:
      writes.length + shares.length + carried.length > 0
        ? {
            ...widened(announce(writes, context.actor.bound.rules.masks, shares), carried, told),
            ...(span ? { span } : {}),
          }
        : null,
    writes,
  });
}

type Done =
  | {
      readonly ok: true;
      readonly value: { readonly planned: Planned; readonly carried: Carried | null; readonly also?: readonly Query[] };
    }
  | { readonly ok: false; readonly error: DomainError; readonly waiting?: Waiting };

/** Plans one mutation. What a second person is needed for waits beside an approval; a "yes" about rights is carried out. */
async function run(context: PushContext, world: World, mutation: Mutation, args: unknown): Promise<Done> {
  const { actor, now, cell } = context;
  let planned = planMutation(actor, world, mutation, args, now, cell);
  let also: readonly Query[] = [];
  if (!planned.ok && planned.error.code === "needs_approval") {
    const asked = await waitForMutation(context, mutation.name, args);
    if (!asked.ok) return asked;
    if ("approval" in asked.value)
      return { ok: false, error: { ...planned.error, approval: asked.value.approval }, waiting: asked.value };
    also = asked.value.alone;
    planned = planMutation({ ...actor, seconded: true }, world, mutation, args, now, cell);
  }
  if (!planned.ok) return planned;
  const decided = decidedIn(planned.value.writes);
  if (!decided) return { ok: true, value: { planned: planned.value, carried: null, also } };
  const carried = await carryOut(context, decided);
  if (carried.ok) return { ok: true, value: { planned: planned.value, carried: carried.value } };
  const { before, ver } = decided;
  const stored = world.rows.get(decided.id);
  if (stored && before) world.rows.set(decided.id, { ...stored, row: before, ver }); // as if it had not been decided
  return carried;
}

/** What is no record moves rights too: grants, covers, policies, approvals that somebody is let see. */
function widened(what: Announcement, carried: readonly Carried[], told: readonly string[]): Announcement {
  if (carried.length + told.length === 0) return what;
  const members = [...what.rights.members, ...carried.flatMap((one) => one.members), ...told];
  return {
    ...what,
    rights: { ...what.rights, members: [...new Set(members)] },
    directory: what.directory || carried.length > 0,
    everyone: carried.some((one) => one.everyone),
    turns: [...(what.turns ?? []), ...carried.flatMap((one) => one.turns)],
  };
}

function withoutGuards(item: CommitItem, bug: string | undefined): CommitItem {
  const { planned } = item;
  if (bug === "no_base_guard") return { ...item, planned: { ...planned, guards: new Map() } };
  if (bug === "no_right_guard") return { ...item, planned: { ...planned, anchors: new Map() } };
  return item;
}

function parse(
  mut: Pick<PushedMutation, "name" | "args">,
  inside: true | undefined,
): Result<{ mutation: Mutation; args: unknown }> {
  const { name, args } = upgraded(mut, mutations); // a device of the version before says it in its own words
  const mutation = mutations.get(name);
  if (!mutation || (mutation.edge && !inside))
    return fail("unsupported_version", { detail: "This app is older or newer than the server." });
  const parsed = mutation.args.safeParse(args);
  if (parsed.success) return ok({ mutation, args: parsed.data });
  return fail("invalid", { fields: [...new Set(parsed.error.issues.map(fieldOf))] });
}
/** The name of the field that an issue is about; for an unknown field its own name. */
function fieldOf(issue: { path: readonly PropertyKey[]; keys?: readonly string[] }): string {
  const path = issue.path.filter((part) => part !== "fields" && part !== "set");
  return [...path.map(String), ...(issue.keys ?? []).slice(0, 1)].join(".") || "args";
}

/** A refusal in words that tell nothing hidden; for a conflict, the present values as far as this member sees them. */
async function outcomeOf(
  context: PushContext,
  mut: Pick<PushedMutation, "n" | "args">,
  error: DomainError,
  world: World,
): Promise<Outcome> {
  const base: Outcome = {
    n: mut.n,
    code: error.code,
    ...(error.fields ? { fields: error.fields } : {}),
    ...(error.detail ? { detail: error.detail } : {}),
    ...(error.unmet ? { unmet: error.unmet } : {}),
    ...(error.approval ? { approval: error.approval } : {}),
  };
  if (error.code === "missing") return deletedOutcome(context, mut, base, world);
  if (error.code !== "version_conflict") return base;
  const { actor, now } = context;
  const theirs: Record<string, Row[string]> = {};
  let ask: WriterAsk | null = null;
  for (const id of idsIn(mut.args)) {
    const stored = world.rows.get(id);
    const seen = stored && project(stored.entity, stored.row, maskOn(actor, world, stored, now));
    if (!stored || !seen) continue;
    for (const field of error.fields ?? []) {
      if (field in theirs || seen[field] === undefined) continue;
      theirs[field] = seen[field];
      ask ??= askOf(stored.row, field);
    }
  }
  return { ...base, theirs, ...(ask ? await writerOf(context.db, ask) : {}) };
}
/** The record that an act is about, then what it is for: an acceptance is about a handoff, and may fail at its subject. */
function idsIn(args: unknown): string[] {
  const { id, about } = (args ?? {}) as { readonly id?: unknown; readonly about?: unknown };
  return [id, about].filter((one) => typeof one === "string");
}
const askOf = ({ anchor, compartment, id }: Row, field: string | null): WriterAsk => ({
  anchor,
  compartment,
  record: id,
  field,
});
async function writerOf(db: Db, ask: WriterAsk): Promise<Pick<Outcome, "by" | "when">> {
  const [writer] = await lastWriters(db, [ask]);
  return writer ? { by: writer.actor, when: writer.at } : {};
}

/**
 * Deleted meanwhile, said to those who would see it if it were there: they may put it back. To all others it is missing,
 * as if it had never been (ACCESS-3).
 */
async function deletedOutcome(
  context: PushContext,
  mut: Pick<PushedMutation, "args">,
  missing: Outcome,
  world: World,
): Promise<Outcome> {
  const { actor, now } = context;
  const stored = world.rows.get(idsIn(mut.args)[0] ?? "");
  const found = stored && world.places.get(stored.row.anchor);
  if (!stored || !found || stored.deletedAt === null) return missing;
  const place = ownAnchors.has(stored.entity) ? { ...found, deleted: false } : found;
  if (
    place.deleted ||
    !isVisible(stored.entity, stored.row, actor.bound.recordMask(stored.entity, stored.row, place, now))
  )
    return missing;
  const may =
    (actor.capabilities?.has("restore") ?? true) &&
    actor.bound.decide("restore", stored.entity, stored.row.compartment, place, now, stored.row).allowed;
  return {
    ...missing,
    code: "deleted",
    ...(may ? { restore: stored.row.id } : {}),
    ...(await writerOf(context.db, askOf(stored.row, null))),
  };
}

/**
 * The last to arrive wins, field by field. Where its author had seen another value than the one that stood there, the
 * change says whose words were written over, and their next page tells them.
 */
async function withLosers(
  context: PushContext,
  planned: Planned,
  base: NonNullable<PushedMutation["base"]>,
): Promise<Planned> {
  const asks = planned.writes.flatMap((write) => {
    const seen = base[write.id];
    if (write.op !== "edit" || !seen) return [];
    return write.changed.flatMap((field) =>
      field in seen && !sameValue(seen[field], write.before?.[field]) ? [askOf(write.after, field)] : [],
    );
  });
  if (asks.length === 0) return planned;
  const writers = await lastWriters(context.db, asks);
  const losers = new Map<string, Record<string, string>>();
  for (const [index, { record, field }] of asks.entries()) {
    const loser = writers[index]?.actor;
    if (!loser || field === null || loser === context.actor.member) continue;
    losers.set(record, { ...losers.get(record), [field]: loser });
  }
  return {
    ...planned,
    writes: planned.writes.map((write) => {
      const over = losers.get(write.id);
      return over ? { ...write, over } : write;
    }),
  };
}

/** What a commit tells others, from its writes, under the masks of the policy. */
export function announce(
  writes: readonly Write[],
  masks: Masks | undefined,
  shares: readonly ShareWrite[] = [],
): Announcement {
  const keys = new Map<string, Announcement["keys"][number]>();
  const rooms = new Set<string>();
  const [anchors, fresh, shared] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const [to, members] = [new Set<string>(), new Set<string>()];
  const turns: Turn[] = [];
  let directory = false;
  for (const write of writes) {
    const key = `${write.after.anchor}|${write.after.compartment}`;
    const touched = `${key}|${write.entity}`;
    const bits = groupsTouched(write, masks);
    keys.set(touched, { key, entity: write.entity, bits: (keys.get(touched)?.bits ?? 0) | bits });
    const alone = `${key}|${write.id}`; // for whom it is let in by name
    keys.set(alone, { key: alone, entity: write.entity, bits: (keys.get(alone)?.bits ?? 0) | bits });
    if (touchesAnchor(write)) {
      (write.op === "create" ? fresh : anchors).add(write.id);
      for (const row of [write.before, write.after])
        for (const field of ["owner", "team"])
          if (typeof row?.[field] === "string" && !(field === "team" && row["restricted"] === true)) to.add(row[field]);
    }
    if (write.entity === "account_team") {
      const member = String(write.after["member"]);
      anchors.add(write.after.anchor);
      to.add(member);
      const at = [write.after["from"], write.after["until"]].filter((turn) => typeof turn === "number");
      if (write.op !== "delete") turns.push({ member, anchor: write.after.anchor, at });
    }
    if (write.entity === "member") {
      members.add(write.id);
      directory = true;
    }
    if (write.entity === "section") rooms.add(write.after.anchor);
  }
  // Only whom it lets in is told, for nobody else's rights moved; the room of the account looks again.
  for (const { before, after } of shares) {
    for (const share of [before, after]) {
      if (!share) continue;
      to.add(share.to);
      shared.add(share.anchor);
      rooms.add(share.anchor);
    }
    if (after)
      turns.push({
        member: after.to,
        anchor: after.anchor,
        at: [after.from, after.until].filter((turn) => turn !== null),
      });
  }
  return {
    turns: turns.filter(({ at }) => at.length > 0),
    keys: [...keys.values()],
    rights: { anchors: [...anchors], fresh: [...fresh], shared: [...shared], to: [...to], members: [...members] },
    rooms: [...new Set([...anchors, ...fresh, ...rooms])],
    directory,
  };
}
