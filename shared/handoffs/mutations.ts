import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { entityOfId, type Row } from "../records/entities.ts";
import { defineMutation, type Mutation, type Tx } from "../records/mutation.ts";
import { briefOf, createBrief, findBrief } from "./brief.ts";
import { lateAt, offerEnds } from "./ends.ts";
import { movable, type Movable } from "./movable.ts";

/**
 * A handover: offered by who holds the thing to one member or to a queue's team, taken by one of those it was offered to.
 * Nobody is ever in between: the same batch moves the owner, with the giver's own records that go along, ends the offer and
 * lets the sender go on reading for a while. An offer is open while what it lets the receiver see is: silence goes to
 * whoever the receiver reports to, and ends both by the clock. Rules: docs/spec/handoffs.md.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const parties = { id, account: id };
interface Parties {
  readonly id: string;
  readonly account: string;
}

const handoffOf = (tx: Tx, a: Parties): Row | null => {
  const handoff = entityOfId(a.id) === "handoff" ? tx.get(a.id) : null;
  return handoff?.anchor === a.account ? handoff : null;
};
/** The record that changes hands, and whose it is now: its own owner, else the account's. */
function subjectOf(tx: Tx, about: string, account: string): { readonly row: Row; readonly holder: unknown } | null {
  const row = tx.get(about);
  const key = tx.get(account);
  if (!row || !key || row.anchor !== account || row["owner"] === undefined) return null;
  return { row, holder: row["owner"] ?? key["owner"] };
}
const abouts = (handoff: Row, about: string, account: string): boolean => (handoff["about"] ?? account) === about;

const isMovable = (name: string | null): name is Movable => (movable as readonly (string | null)[]).includes(name);

const offerArgs = z.strictObject({
  ...parties,
  about: id,
  /** A member, or a queue. */
  to: id,
  /** The queue's team. */
  team: z.optional(id),
  /** Who answers for the receiver: their manager, the queue's steward. */
  late: z.optional(id),
  moves: z.optional(z.array(z.enum(movable)).check(z.maxLength(movable.length))),
});
type Offer = z.infer<typeof offerArgs>;
const optional = (...ids: readonly (string | undefined)[]): string[] => ids.filter((one) => one !== undefined);

const offerHandoff = defineMutation<Offer>({
  name: "handoff.offer@1",
  args: offerArgs,
  reads: (a) => [a.id, a.account, a.about, a.to, briefOf(a.id), ...optional(a.team, a.late)],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const handoff = handoffOf(tx, a);
    const subject = subjectOf(tx, a.about, a.account);
    if (!handoff || !subject) return fail("missing");
    if (!abouts(handoff, a.about, a.account)) return fail("invalid", { fields: ["about"] });
    const offeredAt = handoff["offeredAt"];
    const silent = handoff["state"] === "offered" && typeof offeredAt === "number" && offerEnds(offeredAt) <= tx.now;
    if (handoff["state"] !== "draft" && handoff["state"] !== "returned" && !silent)
      return fail("transition_unknown", { fields: ["state"] });
    const { member } = tx.actor;
    if (handoff["fromMember"] !== member || subject.holder !== member)
      return fail("denied", { detail: "Whoever holds it hands it over." });
    const receiver = receiverOf(tx, a);
    if (!receiver.ok) return receiver;
    const { value: to } = receiver;
    const offered = { state: "offered", offeredAt: tx.now, acceptedAt: null, lagMs: null, doneAt: null };
    const from = a.about === a.account ? {} : { fromQueue: subject.row["queue"] ?? null };
    const moves = a.moves?.length ? [...new Set(a.moves)] : null;
    tx.edit(a.id, { ...offered, ...to, ...from, moves, returnReason: null }, "hand_off");
    // One that was brought in has none yet. A device may not hold it, and leaves that to the edge.
    if (tx.edge && !tx.get(briefOf(a.id)))
      createBrief(tx, { id: a.id, anchor: a.account, about: a.about, name: handoff["name"] });
    tx.endShares(a.id, { all: true });
    const until = offerEnds(tx.now);
    tx.share({ record: a.about, cause: a.id, to: to.toTeam ?? to.toMember ?? "", until, needed: true });
    if (to.late) tx.share({ record: a.id, cause: a.id, to: to.late, from: lateAt(tx.now), until });
    return ok(undefined);
  },
});
interface Receiver {
  readonly toMember: string | null;
  readonly toTeam: string | null;
  readonly toQueue: string | null;
  readonly late: string | null;
}
/** A member; or of a queue its team, else its steward. Whom silence goes to is theirs to answer for, and never the giver. */
function receiverOf(tx: Tx, a: Offer): Result<Receiver> {
  const { member } = tx.actor;
  const row = tx.get(a.to);
  if (!row || a.to === member) return fail("invalid", { fields: ["to"] });
  const isQueue = entityOfId(a.to) === "queue";
  const answers = isQueue ? row["steward"] : row["manager"];
  const late = a.late !== undefined && a.late === answers && a.late !== member && tx.get(a.late) ? a.late : null;
  if (!isQueue) return ok({ toMember: a.to, toTeam: null, toQueue: null, late });
  const toQueue = String(row["name"] ?? "");
  const { team, steward } = row;
  if (typeof team === "string")
    return team === a.team && tx.get(team) ? ok({ toMember: null, toTeam: team, toQueue, late }) : fail("invalid", { fields: ["to"] }); // prettier-ignore
  if (typeof steward !== "string" || steward === member || steward !== a.late) return fail("invalid", { fields: ["to"] }); // prettier-ignore
  return ok({ toMember: steward, toTeam: null, toQueue, late: null });
}

const acceptArgs = z.strictObject({
  ...parties,
  about: id,
  from: id,
  team: z.optional(id),
  region: z.optional(id),
  /** The team that was asked. */
  asked: z.optional(id),
  /** Records that go along, as the receiver saw them. */
  moves: z.optional(z.array(id).check(z.maxLength(limits.handoffMovesMax))),
});
export const acceptHandoff = defineMutation<z.infer<typeof acceptArgs>>({
  name: "handoff.accept@1",
  args: acceptArgs,
  reads: (a) => [a.id, a.account, a.about, a.from, briefOf(a.id), ...optional(a.asked), ...(a.moves ?? [])],
  causes: (a) => [a.id, a.about, ...(a.moves ?? [])],
  run: (tx, a) => {
    const handoff = handoffOf(tx, a);
    if (!handoff) return fail("missing");
    const open = offeredToMe(tx, handoff);
    if (!open.ok) return open;
    const subject = subjectOf(tx, a.about, a.account);
    if (!subject) return fail("missing");
    if (!abouts(handoff, a.about, a.account)) return fail("invalid", { fields: ["about"] });
    // Compare-and-set: it is taken from who offered it, or not at all.
    if (handoff["fromMember"] !== a.from || subject.holder !== a.from)
      return fail("version_conflict", { fields: ["owner"] });
    const { member } = tx.actor;
    const isAccount = a.about === a.account;
    const goes = goingAlong(tx, a, handoff);
    if (isAccount) {
      const place = placeFor(tx, subject.row, a);
      if (!place.ok) return place;
      tx.edit(a.about, { owner: member, ...place.value }, "accept_handoff");
    } else {
      const queue = handoff["toQueue"] && subject.row["queue"] !== undefined ? { queue: handoff["toQueue"] } : {};
      tx.edit(a.about, { owner: ownerIn(tx, a.about, a.account), ...queue }, "accept_handoff");
    }
    for (const record of goes) {
      tx.edit(record, { owner: ownerIn(tx, record, a.account) }, "accept_handoff");
      tx.endShares(record); // of who had it before
    }
    const lagMs = tx.now - Number(handoff["offeredAt"]);
    tx.edit(a.id, { state: "accepted", toMember: member, acceptedAt: tx.now, lagMs }, "accept_handoff");
    const brief = findBrief(tx, handoff);
    const writer = a.about === a.account ? null : member; // of an account its owner writes, whoever that will be
    if (brief) tx.edit(brief.id, { owner: writer }, "accept_handoff");
    tx.endShares(a.id);
    tx.endShares(a.about);
    tx.share({ record: a.about, cause: a.id, to: a.from });
    // Whoever was asked besides sees who has it.
    const { toTeam } = handoff;
    if (typeof toTeam === "string" && a.asked === toTeam) tx.share({ record: a.id, cause: a.id, to: toTeam });
    // An account brings what is under it; a single record brings the words that came with it.
    if (!isAccount)
      for (const record of [a.about, a.id, ...(brief ? [brief.id] : []), ...goes])
        tx.share({ record, cause: a.about, named: a.id, to: member });
    return ok(undefined);
  },
});
/** Whose a record is once it is taken: of its account's owner it needs no owner of its own, but a case says whose it is. */
const ownerIn = (tx: Tx, record: string, account: string): string | null => {
  const { member } = tx.actor;
  return tx.get(account)?.["owner"] === member && entityOfId(record) !== "case" ? null : member;
};
/** Of what was named, what is the giver's and of a kind that was offered with it; with a single record, what is about it. */
function goingAlong(
  tx: Tx,
  a: { readonly id: string; readonly account: string; readonly about: string; readonly from: string; readonly moves?: readonly string[] | undefined },
  handoff: Row,
): string[] {
  const kinds = Array.isArray(handoff["moves"]) ? handoff["moves"] : [];
  const isAccount = a.about === a.account;
  return (a.moves ?? []).filter((record) => {
    const kind = entityOfId(record);
    const row = tx.get(record);
    if (record === a.about || row?.anchor !== a.account || !isMovable(kind) || !kinds.includes(kind)) return false;
    if (isAccount) return row["owner"] === a.from; // without an owner of its own it is the account's owner's anyway
    const near = row["about"] === a.about || row["about"] === a.id;
    return near && (row["owner"] ?? tx.get(a.account)?.["owner"]) === a.from;
  });
} // prettier-ignore

/** Whose offer it is; and it is still open: what it let the receiver see has not ended. */
function offeredToMe(tx: Tx, handoff: Row): Result<void> {
  if (handoff["state"] !== "offered") return fail("version_conflict", { fields: ["state"] });
  const { toMember, toTeam } = handoff;
  const mine = typeof toTeam === "string" ? tx.actor.teams.includes(toTeam) : toMember === tx.actor.member;
  if (!mine) return fail("denied", { detail: "It was offered to somebody else." });
  return stillOpen(tx, handoff);
}
const stillOpen = (tx: Tx, handoff: Row): Result<void> =>
  tx.isShared(handoff.id)
    ? ok(undefined)
    : fail("transition_unknown", { fields: ["state"], detail: "This offer has ended." });

/** The account goes to a team and region of who takes it; where it is already one of theirs, it stays. */
function placeFor(
  tx: Tx,
  account: Row,
  { team, region }: { readonly team?: string | undefined; readonly region?: string | undefined },
): Result<{ team: string | null; region: string | null }> {
  const { teams, regions } = tx.actor;
  if (team !== undefined && !teams.includes(team)) return fail("invalid", { fields: ["team"] });
  if (region !== undefined && !regions.includes(region)) return fail("invalid", { fields: ["region"] });
  const stay = (now: unknown, mine: readonly string[]): string | null =>
    typeof now === "string" && (mine.includes(now) || mine.length === 0) ? now : (mine[0] ?? null);
  return ok({ team: team ?? stay(account["team"], teams), region: region ?? stay(account["region"], regions) });
}

const returnArgs = z.strictObject({
  ...parties,
  reason: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.textMax)),
});
const returnHandoff = defineMutation<z.infer<typeof returnArgs>>({
  name: "handoff.return@1",
  args: returnArgs,
  reads: (a) => [a.id, a.account],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const handoff = handoffOf(tx, a);
    if (!handoff) return fail("missing");
    const open = mayReturn(tx, handoff);
    if (!open.ok) return open;
    tx.edit(a.id, { state: "returned", returnReason: a.reason }, "accept_handoff");
    tx.endShares(a.id, { all: true });
    return ok(undefined);
  },
}); // prettier-ignore
/** The receiver; of what was offered to a queue its steward, since one of many does not answer for all; and who hears of silence. */
function mayReturn(tx: Tx, handoff: Row): Result<void> {
  const { late, toTeam, offeredAt } = handoff;
  const isLate = late === tx.actor.member && (typeof toTeam === "string" || lateAt(Number(offeredAt)) <= tx.now);
  if (handoff["state"] === "offered" && isLate) return stillOpen(tx, handoff);
  if (handoff["state"] === "offered" && typeof toTeam === "string")
    return fail("denied", { detail: "What was offered to a queue its steward returns." });
  return offeredToMe(tx, handoff);
}

const oneArgs = z.strictObject(parties);
const withdrawHandoff = defineMutation<z.infer<typeof oneArgs>>({
  name: "handoff.withdraw@1",
  args: oneArgs,
  reads: (a) => [a.id, a.account],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const handoff = handoffOf(tx, a);
    if (!handoff) return fail("missing");
    if (handoff["state"] !== "offered") return fail("version_conflict", { fields: ["state"] });
    if (handoff["fromMember"] !== tx.actor.member)
      return fail("denied", { detail: "Whoever offered it takes it back." });
    const nobody = { toMember: null, toTeam: null, toQueue: null, late: null };
    tx.edit(a.id, { state: "draft", offeredAt: null, ...nobody }, "hand_off");
    tx.endShares(a.id, { all: true });
    return ok(undefined);
  },
});

/** What came of it is done: whoever took it says so. */
const finishHandoff = defineMutation<z.infer<typeof oneArgs>>({
  name: "handoff.finish@1",
  args: oneArgs,
  reads: (a) => [a.id, a.account],
  run: (tx, a) => {
    const handoff = handoffOf(tx, a);
    if (!handoff) return fail("missing");
    if (handoff["state"] !== "accepted") return fail("version_conflict", { fields: ["state"] });
    if (handoff["toMember"] !== tx.actor.member)
      return fail("denied", { detail: "Whoever took it says when it is done." });
    tx.edit(a.id, { state: "done", doneAt: tx.now }, "accept_handoff");
    return ok(undefined);
  },
});

/** A draft is thrown away with its brief, by who made it; and kept after all. */
const discardHandoff = defineMutation<z.infer<typeof oneArgs>>({
  name: "handoff.discard@1",
  args: oneArgs,
  reads: (a) => [a.id, a.account, briefOf(a.id)],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const handoff = handoffOf(tx, a);
    if (!handoff) return fail("missing");
    if (handoff["state"] !== "draft" && handoff["state"] !== "returned")
      return fail("transition_unknown", { fields: ["state"] });
    if (handoff["fromMember"] !== tx.actor.member) return fail("denied", { detail: "Whoever made it throws it away." });
    const brief = findBrief(tx, handoff);
    if (brief) tx.remove(brief.id, "edit");
    tx.remove(a.id, "hand_off");
    tx.endShares(a.id, { all: true });
    return ok(undefined);
  },
});
const keepHandoff = defineMutation<z.infer<typeof oneArgs>>({
  name: "handoff.keep@1",
  args: oneArgs,
  reads: (a) => [a.id, a.account, briefOf(a.id)],
  run: (tx, a) => {
    if (entityOfId(a.id) !== "handoff" || !tx.restore(a.id, "hand_off")) return fail("missing");
    if (tx.edge && tx.get(a.id)?.["fromMember"] !== tx.actor.member) return fail("missing");
    tx.restore(briefOf(a.id), "edit");
    return ok(undefined);
  },
});

export const handoffMutations: readonly Mutation[] = [
  offerHandoff,
  acceptHandoff,
  returnHandoff,
  withdrawHandoff,
  finishHandoff,
  discardHandoff,
  keepHandoff,
];
