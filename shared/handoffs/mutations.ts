import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { entityOfId, type Row } from "../records/entities.ts";
import { defineMutation, type Tx } from "../records/mutation.ts";
import { briefOf, createBrief, findBrief } from "./brief.ts";
import { offerEnds } from "./ends.ts";

/**
 * A handover: offered by who holds the thing, taken by whom it was offered to. Nobody is ever in between: the same batch
 * moves the owner, ends the offer and lets the sender go on reading for a while. An offer is open while what it lets the
 * receiver see is: silence ends both by the clock.
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

const offerArgs = z.strictObject({ ...parties, about: id, to: id });
export const offerHandoff = defineMutation<z.infer<typeof offerArgs>>({
  name: "handoff.offer@1",
  args: offerArgs,
  reads: (a) => [a.id, a.account, a.about, a.to, briefOf(a.id)],
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
    if (a.to === member || !tx.get(a.to)) return fail("invalid", { fields: ["to"] });
    const offered = { state: "offered", toMember: a.to, offeredAt: tx.now, acceptedAt: null, lagMs: null };
    tx.edit(a.id, { ...offered, returnReason: null }, "hand_off");
    // One that was brought in has none yet. A device may not hold it, and leaves that to the edge.
    if (tx.edge && !tx.get(briefOf(a.id))) createBrief(tx, { id: a.id, anchor: a.account, name: handoff["name"] });
    tx.endShares(a.id, { all: true });
    tx.share({ record: a.about, cause: a.id, to: a.to, until: offerEnds(tx.now), needed: true });
    return ok(undefined);
  },
});

const acceptArgs = z.strictObject({ ...parties, about: id, from: id, team: z.optional(id), region: z.optional(id) });
export const acceptHandoff = defineMutation<z.infer<typeof acceptArgs>>({
  name: "handoff.accept@1",
  args: acceptArgs,
  reads: (a) => [a.id, a.account, a.about, a.from, briefOf(a.id)],
  causes: (a) => [a.id, a.about],
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
    if (a.about === a.account) {
      const place = placeFor(tx, subject.row, a);
      if (!place.ok) return place;
      tx.edit(a.about, { owner: member, ...place.value }, "accept_handoff");
    } else {
      tx.edit(a.about, { owner: tx.get(a.account)?.["owner"] === member ? null : member }, "accept_handoff");
    }
    const lagMs = tx.now - Number(handoff["offeredAt"]);
    tx.edit(a.id, { state: "accepted", acceptedAt: tx.now, lagMs }, "accept_handoff");
    const brief = findBrief(tx, handoff);
    if (brief) tx.edit(brief.id, { owner: member }, "accept_handoff");
    tx.endShares(a.id);
    tx.endShares(a.about); // of who had the record before
    tx.share({ record: a.about, cause: a.id, to: a.from });
    // An account brings what is under it; a single record brings the words that came with it.
    if (a.about !== a.account)
      for (const record of [a.about, a.id, ...(brief ? [brief.id] : [])])
        tx.share({ record, cause: a.about, named: a.id, to: member });
    return ok(undefined);
  },
});

/** Whose offer it is; and it is still open: what it let the receiver see has not ended. */
function offeredToMe(tx: Tx, handoff: Row): Result<void> {
  if (handoff["state"] !== "offered") return fail("version_conflict", { fields: ["state"] });
  if (handoff["toMember"] !== tx.actor.member) return fail("denied", { detail: "It was offered to somebody else." });
  return tx.isShared(handoff.id)
    ? ok(undefined)
    : fail("transition_unknown", { fields: ["state"], detail: "This offer has ended." });
}

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
export const returnHandoff = defineMutation<z.infer<typeof returnArgs>>({
  name: "handoff.return@1",
  args: returnArgs,
  reads: (a) => [a.id, a.account],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const handoff = handoffOf(tx, a);
    if (!handoff) return fail("missing");
    const open = offeredToMe(tx, handoff);
    if (!open.ok) return open;
    tx.edit(a.id, { state: "returned", returnReason: a.reason }, "accept_handoff");
    tx.endShares(a.id, { all: true });
    return ok(undefined);
  },
}); // prettier-ignore

const withdrawArgs = z.strictObject(parties);
export const withdrawHandoff = defineMutation<z.infer<typeof withdrawArgs>>({
  name: "handoff.withdraw@1",
  args: withdrawArgs,
  reads: (a) => [a.id, a.account],
  causes: (a) => [a.id],
  run: (tx, a) => {
    const handoff = handoffOf(tx, a);
    if (!handoff) return fail("missing");
    if (handoff["state"] !== "offered") return fail("version_conflict", { fields: ["state"] });
    if (handoff["fromMember"] !== tx.actor.member)
      return fail("denied", { detail: "Whoever offered it takes it back." });
    tx.edit(a.id, { state: "draft", toMember: null, offeredAt: null }, "hand_off");
    tx.endShares(a.id, { all: true });
    return ok(undefined);
  },
});
