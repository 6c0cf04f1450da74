import { idBytes, makeId, orgAnchor } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { bind } from "../../shared/access/engine.ts";
import { decideAction, governanceKinds, type ApprovalKind } from "../../shared/approvals/state.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { sha256 } from "../auth/secrets.ts";
import type { Actor } from "../context.ts";
import type { CommitItem } from "../db/commit.ts";
import type { Db, Query } from "../db/db.ts";
import { bringIn } from "../exchange/bring-in.ts";
import type { PlannedWrite } from "../../shared/exchange/import-plan.ts";
import { planMutation, type Planned, type World, type Write } from "../sync/plan.ts";
import { loadWorld } from "../sync/world.ts";
import { policyFrom, widensBy } from "./gate.ts";
import { daysOf, endOf, lends, renewalsOf } from "./lend.ts";
import { maySomewhere, problemsOf } from "./problems.ts";
import { proposalShape, type Proposal } from "./proposal.ts";
import * as store from "./store.ts";
import { agreesToCover, targetsFor, teamsOf } from "./targets.ts";

/**
 * The second person (ACCESS-4). What waits is kept as a proposal beside an approval; whoever decides "yes" has it carried
 * out in the batch of their decision, as its author, under the rights and the policy of that instant.
 */
export interface Context {
  readonly db: Db;
  readonly actor: Actor;
  readonly now: number;
  readonly cell: string;
}
const dayMs = 86_400_000;
const newId = (cell: string, kind: string): string =>
  makeId(cell, kind, crypto.getRandomValues(new Uint8Array(idBytes)));
const newApproval = (cell: string): string => newId(cell, "apr");

/** The kind of approval that a proposal of each kind hangs on. */
const kindOf = ({ kind }: Proposal): ApprovalKind =>
  kind === "renewal" ? "grant" : kind === "import" ? "widen" : kind;

export interface AskedFor {
  readonly proposal: Proposal;
  readonly name: string;
  readonly reason: string;
  /** The record that it is about. */
  readonly about: string;
  readonly beneficiary: string | null;
  /** All who may not decide, besides the author and whom they stand in for. */
  readonly parties: readonly string[];
  /** What it rests on; if that has moved when it is decided, it is stale. */
  readonly restsOn: unknown;
  /** Who is asked: one member, or holders of a role who pass `may`. */
  readonly asked?: { readonly member: string } | { readonly role: string } | undefined;
  readonly may?: ((person: store.Person) => boolean) | undefined;
  /** It waits in the same words whether anybody can answer or not: else asking would tell what is there. */
  readonly quiet?: boolean;
}
export interface Waiting {
  readonly approval: string;
  readonly planned: Planned;
  readonly also: readonly Query[];
  /** Members who see something new. */
  readonly told: readonly string[];
}
/**
 * The approval record, its proposal and who sees it; refused if there is nobody who could say yes, and to whom asks for
 * nothing for a day. What waits already in the same words is not asked anew.
 */
export async function waitFor(context: Context, ask: AskedFor): Promise<Result<Waiting>> {
  const { db, actor, now, cell } = context;
  const kind = kindOf(ask.proposal);
  const policy = policyFrom(actor.policyBody);
  if (!policy) return nobody;
  if (await store.addressMoved(db, [actor.member], now - limits.emailPauseMs)) return paused;
  const hash = await sha256(JSON.stringify(ask.restsOn));
  const open = await store.openProposals(db, actor.member, ask.proposal.kind, hash, now);
  const words = wordsOf(ask.proposal, now);
  const twin = open.find(({ body, at }) => wordsOf(JSON.parse(body) as Proposal, at) === words);
  if (twin) return ok({ approval: twin.id, planned: nothing, also: [], told: [] });
  const standsFor = actor.bound.ownNames(now);
  const parties = [...new Set([actor.member, ...standsFor, ...ask.parties])];
  const roles = store.rolesWith(policy, decideAction[kind]);
  const rule = policy.approvals?.find((one) => one.kind === kind && one.on === "organisation");
  const wanted = ask.asked && "role" in ask.asked ? ask.asked.role : (rule?.asked.holds ?? roles[0]);
  const named = ask.asked && "member" in ask.asked ? ask.asked.member : null;
  const found = named === null ? await store.holdersOf(db, roles, now) : [];
  const able = found.filter((person) => !parties.includes(person.facts.member) && (ask.may?.(person) ?? true));
  const holds = ({ facts }: store.Person, role: string | undefined): boolean =>
    role !== undefined && (facts.base === role || facts.duties.includes(role));
  const first = able.filter((person) => holds(person, wanted));
  const asked = first.length > 0 ? first : able;
  const role = first.length > 0 ? wanted : roles.find((one) => able.some((person) => holds(person, one)));
  if (named === null && (asked.length === 0 || role === undefined) && !ask.quiet) return nobody;
  // Asked quietly, it is one role whatever was found: others who could answer would show by being asked.
  const answering = ask.quiet ? first : asked;
  const to = named === null ? answering.map(({ facts }) => facts.member) : [named];

  const approval = newApproval(cell);
  const expiresAt = now + (rule?.expiresDays ?? limits.approvalOpenDays) * dayMs;
  const row: Row = {
    ...emptyFields("approval"),
    id: approval,
    anchor: orgAnchor(cell),
    compartment: "core",
    createdAt: now,
    createdBy: actor.member,
    name: ask.name,
    about: ask.about,
    approvalKind: kind,
    asked: named ?? (ask.quiet ? wanted : role) ?? "",
    state: "open",
    requester: actor.member,
    parties: named === null ? parties : parties.filter((one) => one !== named),
    reason: ask.reason,
    expiresAt,
  };
  const write: Write = {
    op: "create",
    entity: "approval",
    id: approval,
    before: null,
    after: row,
    changed: Object.keys(row),
    ver: 0,
  };
  const proposal = store.keepProposal(db, {
    id: approval,
    kind: ask.proposal.kind,
    body: JSON.stringify(ask.proposal),
    hash,
    author: actor.member,
    beneficiary: ask.beneficiary,
    at: now,
    doneAt: null,
  });
  const seers = [actor.member, ...to].map((member) => ({ id: member, share: newId(cell, "shr") }));
  const seenUntil = expiresAt + limits.shareDays * dayMs;
  return ok({
    approval,
    planned: { writes: [write], guards: new Map(), anchors: new Map() },
    also: [proposal, ...store.shareApproval(db, cell, approval, seers, now, seenUntil)],
    told: seers.map((one) => one.id),
  });
}
const nobody = fail("denied", { detail: "There is nobody who could agree to this." });

/** What is asked for, without what differs between two times of asking: new ids, and the instant of "from now on". */
function wordsOf(proposal: Proposal, at: number): string {
  switch (proposal.kind) {
    case "grant":
    case "cover": {
      const { from, until, ...rest } = proposal;
      return JSON.stringify({
        ...rest,
        [proposal.kind]: "",
        from: Math.max(from, at) - at && from,
        days: until - from,
      });
    }
    case "widen":
    case "email": {
      const { mutation, args } = proposal;
      const isNew = mutation.endsWith(".create@1");
      return JSON.stringify([mutation, isNew ? { ...(args as object), id: "" } : args]);
    }
    default:
      return JSON.stringify(proposal);
  }
}

// --- mutations that wait

/**
 * What the writes rest on: the values that they would change, and all else that rights hang on there. Else a yes to
 * somebody's coming back would be one to what they were given while they were away.
 */
const before = (writes: readonly Write[]): unknown =>
  writes.map(({ entity, id, before: row, changed, ver }) =>
    row ? [id, [...new Set([...changed, ...(rightsIn[entity] ?? [])])].map((key) => [key, row[key] ?? null])] : ver,
  );
const rightsIn: Partial<Record<EntityName, readonly string[]>> = {
  member: ["base", "duties", "teams", "regions", "employment", "email"],
  account: ["owner", "team", "region", "restricted"],
};

/** A mutation that the gate held back. `alone`: it goes on without a second person, because there is none yet. */
export async function waitForMutation(
  context: Context,
  mutation: string,
  args: unknown,
): Promise<Result<Waiting | { readonly alone: readonly Query[] }>> {
  const { db, actor, now, cell } = context;
  const known = mutations.get(mutation);
  if (!known) return fail("unsupported_version");
  const parsed = known.args.safeParse(args);
  if (!parsed.success) return fail("invalid");
  const world = await loadWorld(db, actor, known.reads(parsed.data));
  const planned = planMutation({ ...actor, seconded: true }, world, known, parsed.data, now, cell);
  if (!planned.ok) return planned;
  const { writes } = planned.value;
  const policy = policyFrom(actor.policyBody);
  const widened = writes.flatMap((write) => widensBy(policy, write) ?? []);
  const kind = widened.some((one) => one.kind === "email") ? "email" : "widen";
  const beneficiary = widened[0]?.beneficiary ?? joining(writes) ?? receiving(writes);
  const subject = writes.find(({ entity }) => entity === "member");
  const waiting = await waitFor(context, {
    proposal: { kind, mutation, args: parsed.data },
    name: subject
      ? `${kind === "email" ? "Address" : "Rights"} of ${String(subject.after["name"])}`
      : titleOf(writes[0]),
    reason: "reason" in (args as object) ? String((args as { reason?: unknown }).reason) : mutation,
    about: writes[0]?.id ?? actor.member,
    beneficiary,
    parties: beneficiary === null ? [] : [beneficiary],
    restsOn: before(writes),
  });
  if (waiting.ok || waiting.error !== nobody.error) return waiting;
  // One-admin mode: there is nobody else, so inviting is the one thing that goes on, and is kept for whoever comes.
  const keepers = policy ? store.rolesWith(policy, decideAction.widen) : [];
  const others = (await store.holdersOf(db, keepers, now)).filter(({ facts }) => facts.member !== actor.member);
  if (others.length > 0)
    return fail("denied", { detail: "Whoever could agree to this is whom it is for, or whom you stand in for." });
  if (mutation !== "member.create@1")
    return fail("denied", { detail: "Nobody else could agree to this yet: invite a second policy admin first." });
  // Whoever cuts the others first does not get it that way.
  if (await store.keeperCut(db, keepers, now - limits.emailPauseMs))
    return fail("denied", {
      detail: "A policy admin was cut a short while ago: until tomorrow nobody is invited alone.",
    });
  const body = JSON.stringify({ mutation, args: parsed.data });
  const kept = { id: newApproval(cell), kind: "alone", body, hash: "", author: actor.member, beneficiary: writes[0]?.id ?? null, at: now, doneAt: now }; // prettier-ignore
  return ok({ alone: [store.keepProposal(db, kept)] });
}
const titleOf = (write: Write | undefined): string =>
  write?.entity === "stage" || write?.entity === "pipeline"
    ? `What the policy means by ${String(write.before?.["name"])}`
    : write?.entity === "account" && write.changed.includes("owner")
      ? "Many accounts change hands on one day"
      : "Restricted account";
/** Who becomes the owner of an account. */
const receiving = (writes: readonly Write[]): string | null => {
  const owner = writes.find(({ entity, changed }) => entity === "account" && changed.includes("owner"))?.after["owner"];
  return typeof owner === "string" ? owner : null;
};
/** Whom an account team lets in. */
const joining = (writes: readonly Write[]): string | null => {
  const member = writes.find(({ entity }) => entity === "account_team")?.after["member"];
  return typeof member === "string" ? member : null;
};
export const paused = fail("denied", {
  detail: "The address of this member was changed a short while ago. Until tomorrow they approve and govern nothing.",
});

/** Rows of an import that wait, all beside one approval; null: there are none, or nobody could agree. */
export async function heldBack(context: Context, world: World, rows: readonly PlannedWrite[]): Promise<Waiting | null> {
  if (rows.length === 0) return null;
  const planned = planRows({ ...context.actor, seconded: true }, copyOf(world), rows, context);
  if (!planned.ok) return null;
  const { writes } = planned.value;
  const waiting = await waitFor(context, {
    proposal: { kind: "import", rows: [...rows] },
    name: `Import of ${rows.length} member${rows.length === 1 ? "" : "s"}`,
    reason: bringIn.name,
    about: context.actor.member,
    beneficiary: null,
    parties: writes.flatMap((write) => [write.id, joining([write]) ?? write.id]),
    restsOn: before(writes),
  });
  return waiting.ok ? waiting.value : null;
}
const copyOf = (world: World): World => ({ rows: new Map(world.rows), places: new Map(world.places) });
/** All rows, or the first refusal. Each touches a record of its own, so their guards add up. */
function planRows(actor: Actor, world: World, rows: readonly PlannedWrite[], { now, cell }: Context): Result<Planned> {
  const writes: Write[] = [];
  const guards = new Map<string, number>();
  for (const row of rows) {
    const planned = planMutation(actor, world, bringIn, row, now, cell);
    if (!planned.ok) return planned;
    writes.push(...planned.value.writes);
    for (const [id, ver] of planned.value.guards) if (!guards.has(id)) guards.set(id, ver);
  }
  return ok({ writes, guards, anchors: new Map() });
}

// --- carrying out

export interface Carried {
  readonly items: readonly CommitItem[];
  /** Whose rights moved by something that is no record. */
  readonly members: readonly string[];
  readonly everyone: boolean;
  /** When rights begin and end with nobody writing. */
  readonly turns: readonly { readonly member: string; readonly at: readonly number[] }[];
}
/** The approval that these writes decide "yes" about rights, if they do. */
export const decidedIn = (writes: readonly Write[]): Write | undefined =>
  writes.find(
    ({ entity, before: was, after }) =>
      entity === "approval" &&
      governanceKinds.has(String(after["approvalKind"])) &&
      was?.["state"] !== after["state"] &&
      (after["state"] === "approved" || after["state"] === "used"),
  );

/** What an approval's "yes" does, for the same batch. The decision itself was judged before. */
export async function carryOut(context: Context, decided: Write): Promise<Result<Carried>> {
  const { db, actor, now, cell } = context;
  const row = (await store.readProposals(db, [decided.id])).get(decided.id);
  const parsed = row && proposalShape.safeParse(JSON.parse(row.body));
  if (!row || row.doneAt !== null || !parsed?.success) return fail("missing");
  const proposal = parsed.data;
  const approval = decided.after;
  if (await store.addressMoved(db, [actor.member, row.author], now - limits.emailPauseMs)) return paused;
  // Its author acts, with the rights that they have now; who has left proposes nothing any more.
  const author = (await store.peopleById(db, [row.author], now)).get(row.author);
  const policy = policyFrom(actor.policyBody);
  if (!author || !policy) return fail("denied", { detail: "Who proposed this is not in office any more." });
  const acting: Actor = {
    ...actor,
    member: row.author,
    facts: author.facts,
    bound: bind(policy, author.facts),
    capabilities: null,
    seconded: true,
  };
  const client = `second-${decided.id}`; // once, whatever is sent twice
  const act: store.Act = { actor: row.author, client, n: 1, mutation: "", at: now };
  const item = (mutation: string, planned: Planned, also: readonly Query[]): CommitItem => ({
    client,
    device: client,
    member: row.author,
    n: 1,
    mutation,
    planned,
    directory: actor.directory,
    also: [...also, store.markDone(db, row.id, now)],
  });
  const stale = fail("version_conflict", { fields: ["state"], detail: "It changed since it was asked." });

  switch (proposal.kind) {
    case "widen":
    case "email": {
      const known = mutations.get(proposal.mutation);
      const args = known?.args.safeParse(proposal.args);
      if (!known || !args?.success) return fail("unsupported_version");
      const world = await loadWorld(db, acting, known.reads(args.data));
      const planned = planMutation(acting, world, known, args.data, now, cell);
      if (!planned.ok) return planned;
      if ((await sha256(JSON.stringify(before(planned.value.writes)))) !== row.hash) return stale;
      return ok({ items: [item(known.name, planned.value, [])], members: [], everyone: false, turns: [] });
    }
    case "import": {
      const rows = proposal.rows as readonly PlannedWrite[]; // as it was planned when it was asked
      const ids = rows.flatMap((one) => (one.act === "create" ? [one.row.id, one.row.anchor] : [one.id]));
      const planned = planRows(acting, await loadWorld(db, acting, ids), rows, context);
      if (!planned.ok) return planned;
      if ((await sha256(JSON.stringify(before(planned.value.writes)))) !== row.hash) return stale;
      return ok({ items: [item(bringIn.name, planned.value, [])], members: [], everyone: false, turns: [] });
    }
    case "grant": {
      const { grant, member, body, reason, from, until } = proposal;
      const length = until - from;
      if (!(await store.peopleById(db, [member], now)).has(member)) return stale;
      if (endOf(from, length / dayMs, daysOf(policy, "grantMaxDays")) === null) return stale; // the policy has changed
      if (!lends(actor.bound, await targetsFor(context, body), body.groups, now)) return above;
      const begins = Math.max(from, now);
      const made: store.GrantRow = {
        id: grant, member, kind: "grant", body, requestedBy: row.author, approver: actor.member, reason,
        from: begins, until: begins + length, endedAt: null, renewals: 0, reviewBy: null,
      }; // prettier-ignore
      const also = store.writeGrant(db, made, { ...act, mutation: "grant.give@1" });
      const turns = [{ member, at: [made.from, made.until] }];
      return ok({ items: [item("grant.give@1", nothing, also)], members: [member], everyone: false, turns });
    }
    case "renewal": {
      const held = await store.readGrant(db, proposal.grant);
      if (!held || held.endedAt !== null || held.until <= now || held.renewals >= renewalsOf(policy)) return stale;
      if ((await sha256(JSON.stringify(held.until))) !== row.hash) return stale; // it was renewed meanwhile
      if (!lends(actor.bound, await targetsFor(context, held.body), held.body.groups, now)) return above;
      const longer = { ...held, until: proposal.until, renewals: held.renewals + 1, approver: actor.member };
      const also = store.writeGrant(db, longer, { ...act, mutation: "grant.renew@1" });
      const turns = [{ member: held.member, at: [longer.until] }];
      return ok({ items: [item("grant.renew@1", nothing, also)], members: [held.member], everyone: false, turns });
    }
    case "cover": {
      const { cover, of, member, reason, from, until } = proposal;
      const standIn = (await store.peopleById(db, [member], now)).get(member);
      const begins = Math.max(from, now);
      if (!standIn || begins >= until) return stale;
      if (endOf(from, (until - from) / dayMs, daysOf(policy, "coverDays")) === null) return stale;
      // Between two of one team it is theirs; they may be of two teams by now.
      const teams = await teamsOf(db, of);
      const theirs = row.author === of && teams.some((team) => standIn.facts.teams.includes(team));
      if (actor.member === member ? !theirs : !agreesToCover(actor.bound, teams, cell, now)) return above;
      const made: store.CoverRow = {
        id: cover, of, member, from: begins, until, endedAt: null, approver: actor.member, reason,
      }; // prettier-ignore
      const also = store.writeCover(db, made, { ...act, mutation: "cover.give@1" });
      const turns = [{ member, at: [begins, until] }];
      return ok({ items: [item("cover.give@1", nothing, also)], members: [member], everyone: false, turns });
    }
    case "export": // whoever asked fetches it: nothing is done in their stead
      return ok({ items: [], members: [], everyone: false, turns: [] });
    case "policy": {
      if (!maySomewhere(acting.bound, "edit_policy", cell, now))
        return fail("denied", { detail: "Who proposed this may not change the policy any more." });
      // Who could mend it may have left since it was asked.
      const { policy: wanted, problems } = await problemsOf(context, proposal.policy);
      if (!wanted || problems.length > 0 || policy.version !== proposal.parent) return stale;
      const next = {
        ...wanted,
        version: policy.version + 1,
        parent: policy.version,
        author: row.author,
        approver: actor.member,
        effectiveAt: instantText(now),
        why: String(approval["reason"] ?? wanted.why),
      };
      const also = store.writePolicy(db, next, { ...act, mutation: "policy.publish@1" });
      return ok({ items: [item("policy.publish@1", nothing, also)], members: [], everyone: true, turns: [] });
    }
  }
}
const above = fail("denied", { detail: "Nobody lends above what they may lend themselves." });
const nothing: Planned = { writes: [], guards: new Map(), anchors: new Map() };
export const instantText = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
