import { Hono } from "hono";
import * as z from "zod/mini";
import { actions, type Action } from "../../shared/kernel/actions.ts";
import { idBytes, makeId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { bind, type Explanation } from "../../shared/access/engine.ts";
import { explainToAdmin, withMask } from "../../shared/access/explain.ts";
import { governanceKinds } from "../../shared/approvals/state.ts";
import { compartments } from "../../shared/records/compartments.ts";
import {
  entity as entityOf,
  wholeEntities,
  entityOfId,
  type EntityName,
  type Row,
} from "../../shared/records/entities.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import { groupDefaults, groupNames, hasGroup, type Group } from "../../shared/records/groups.ts";
import { isVisible } from "../../shared/records/record.ts";
import { inPerson, requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { listRecords } from "../db/door.ts";
import { namesOf, type GrantBody } from "../db/lent.ts";
import { loadPlaces, loadRows } from "../db/rows.ts";
import { isHome } from "../directory/cells.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import type { Write } from "../sync/plan.ts";
import { policyFrom } from "./gate.ts";
import { actOf, contextOf, tellOf, wait, write } from "./http.ts";
import {
  afterWorkingDays,
  daysOf,
  endOf,
  helper,
  lendable,
  isSoon,
  lender,
  lends,
  renewalsOf,
  type Target,
} from "./lend.ts";
import { agreesToCover, targetsFor, teamsOf } from "./targets.ts";
import { proposalShape } from "./proposal.ts";
import { maySomewhere } from "./problems.ts";
import { paused, waitFor, type Context } from "./second.ts";
import * as store from "./store.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));
const ids = z.array(id).check(z.minLength(1), z.maxLength(20));
const reason = z.string().check(z.trim(), z.minLength(3), z.maxLength(limits.textMax));
const days = z.optional(z.int().check(z.gte(1), z.lte(366)));
const entityName = z.enum(wholeEntities as [EntityName, ...EntityName[]]);

/** Bodies of these routes, for validation here and for openapi.json. */
export const accessBodies = {
  "POST /api/grants": z.strictObject({
    member: id,
    actions: z.optional(z.array(z.enum(lendable)).check(z.minLength(1))),
    entities: z.array(entityName).check(z.minLength(1)),
    in: z.optional(z.array(z.enum(compartments)).check(z.minLength(1))),
    to: z.union([
      z.strictObject({ anchors: ids }),
      z.strictObject({ records: ids }),
      z.strictObject({ region: id }),
      z.strictObject({ team: id }),
    ]),
    groups: z.array(z.enum(groupNames)).check(z.minLength(1)),
    keep: z.optional(z.enum(["online", "device"])),
    from: z.optional(z.int()),
    days,
    reason,
  }),
  "POST /api/grants/:id/renew": z.strictObject({ days, reason }),
  "POST /api/grants/:id/end": z.strictObject({}),
  "POST /api/covers": z.strictObject({
    of: z.optional(id),
    member: z.optional(id),
    from: z.optional(z.int()),
    days,
    reason,
  }),
  "POST /api/covers/:id/end": z.strictObject({}),
  "POST /api/break-glass": z.strictObject({
    glass: z.optional(z.string().check(z.maxLength(64))),
    accounts: ids,
    reason,
  }),
  "POST /api/break-glass/:id/review": z.strictObject({}),
  "POST /api/access/requests": z.strictObject({
    entity: entityName,
    id,
    field: z.optional(z.string().check(z.maxLength(64))),
    reason,
    days,
  }),
} as const;

/** What is lent apart from roles, who may ask for it, and why somebody may or may not. Mounted at /api. */
export const accessRoutes = new Hono<AppEnv>();

const newId = (c: AppContext, kind: string): string =>
  makeId(c.env.CELL, kind, crypto.getRandomValues(new Uint8Array(idBytes)));
const may = (c: AppContext, ...wanted: readonly Parameters<typeof maySomewhere>[1][]): boolean =>
  wanted.some((action) => maySomewhere(c.get("actor").bound, action, c.env.CELL, Date.now()));
/** Acts on rights are a person's, at the home cell, where the directory is. */
const refusedHere = (c: AppContext, fresh = false): Response | null => {
  if (!isHome(c.env)) return missing();
  const own = inPerson(c.get("actor"), fresh);
  return own.ok ? null : problem(own.error);
};
const tooLate = {
  code: "invalid" as const,
  fields: ["from"],
  detail: `What is lent begins within ${limits.reviewDays} days: its reason is of today.`,
};
const done = (c: AppContext): Response => c.body(null, 204);

// --- grants

accessRoutes.get("/grants", requireActor, async (c) => {
  const { db, actor } = contextOf(c);
  return c.json({ items: await store.listGrants(db, may(c, "read_audit", "manage_member") ? null : actor.member) });
});

accessRoutes.post("/grants", requireActor, async (c) => {
  const refused = refusedHere(c);
  if (refused) return refused;
  const body = await readBody(c.req.raw, accessBodies["POST /api/grants"]);
  if (!body.ok) return problem(body.error);
  const context = contextOf(c);
  const { db, actor, now } = context;
  const {
    member,
    actions: wanted,
    entities,
    in: within,
    to,
    groups,
    keep,
    from,
    days: asked,
    reason: why,
  } = body.value;
  const policy = policyFrom(actor.policyBody);
  const begins = Math.max(from ?? now, now);
  if (!isSoon(begins, now)) return problem(tooLate);
  const until = endOf(begins, asked ?? daysOf(policy, "grantDefaultDays"), daysOf(policy, "grantMaxDays"));
  if (until === null) return problem({ code: "invalid", fields: ["days"], detail: "A grant does not last that long." });
  if (!(await store.peopleById(db, [member], now)).has(member)) return problem({ code: "invalid", fields: ["member"] });
  // Private words are nobody's to lend; a grant that names no compartments means the others.
  const places = within ?? ("records" in to ? undefined : compartments.filter((one) => one !== "private"));
  const grant: GrantBody = {
    actions: wanted ?? ["find", "read"], entities, ...(places ? { in: places } : {}), to, groups, keep: keep ?? "online",
  }; // prettier-ignore
  const waiting = await lend(context, grant, {
    member, from: begins, until, reason: why, about: member, name: `A grant for ${days_(until - begins)}`,
    grant: newId(c, "grt"),
  }); // prettier-ignore
  return wait(c, context, waiting, "A grant is given by a second person.");
});
const days_ = (ms: number): string => `${Math.round(ms / 86_400_000)} days`;

interface Lending {
  readonly grant: string;
  readonly member: string;
  readonly from: number;
  readonly until: number;
  readonly reason: string;
  readonly about: string;
  readonly name: string;
  /** Asked in the same words whether there is somebody, something, or nothing. */
  readonly quiet?: { readonly role: string };
}
async function lend(context: Context, body: GrantBody, lending: Lending) {
  const { actor, now } = context;
  const policy = policyFrom(actor.policyBody);
  const targets = await targetsFor(context, body);
  const { grant, member, from, until, reason: why, about, name, quiet } = lending;
  const entity = body.entities === "*" ? undefined : body.entities[0];
  const role = quiet?.role ?? (policy && entity ? helper(policy, entity) : undefined);
  return waitFor(context, {
    proposal: { kind: "grant", grant, member, body, reason: why, from, until },
    name,
    reason: why,
    about,
    beneficiary: member,
    parties: [member],
    restsOn: null,
    asked: role === undefined ? undefined : { role },
    may: ({ facts }) => policy !== null && lends(bind(policy, facts), targets, body.groups, now),
    quiet: quiet !== undefined,
  });
}

accessRoutes.post("/grants/:id/renew", requireActor, async (c) => {
  const refused = refusedHere(c);
  if (refused) return refused;
  const body = await readBody(c.req.raw, accessBodies["POST /api/grants/:id/renew"]);
  if (!body.ok) return problem(body.error);
  const context = contextOf(c);
  const { db, actor, now } = context;
  const held = await store.readGrant(db, c.req.param("id"));
  if (!held || held.kind !== "grant" || ![held.member, held.requestedBy].includes(actor.member)) return missing();
  if (held.endedAt !== null || held.until <= now)
    return problem({ code: "deleted", detail: "It has ended: ask for a new one." });
  const policy = policyFrom(actor.policyBody);
  const until = endOf(
    held.until,
    body.value.days ?? daysOf(policy, "grantDefaultDays"),
    daysOf(policy, "grantMaxDays"),
  );
  if (held.renewals >= renewalsOf(policy) || until === null)
    return problem({
      code: "invalid",
      fields: ["days"],
      detail: "It can't be renewed like that: make it a rule, or ask for a new one.",
    });
  const targets = await targetsFor(context, held.body);
  const waiting = await waitFor(context, {
    proposal: { kind: "renewal", grant: held.id, until },
    name: "A grant for longer",
    reason: body.value.reason,
    about: held.member,
    beneficiary: held.member,
    parties: [held.member, held.requestedBy],
    restsOn: held.until,
    may: ({ facts }) => policy !== null && lends(bind(policy, facts), targets, held.body.groups, now),
  });
  return wait(c, context, waiting, "A grant is made longer by a second person.");
});

accessRoutes.post("/grants/:id/end", requireActor, async (c) => {
  const refused = refusedHere(c);
  if (refused) return refused;
  const context = contextOf(c);
  const held = await store.readGrant(context.db, c.req.param("id"));
  const mine = held && [held.member, held.requestedBy, held.approver].includes(context.actor.member);
  if (!held || (!mine && !may(c, "manage_member"))) return missing();
  if (held.endedAt !== null || held.until <= context.now) return done(c);
  const act = actOf(context, "grant.end@1");
  const also = store.writeGrant(context.db, { ...held, endedAt: context.now }, act);
  if (!(await write(context, act, also))) return problem({ code: "busy" });
  await tellOf(c, [], { members: [held.member] });
  return done(c);
});

// --- covers

accessRoutes.get("/covers", requireActor, async (c) => {
  const { db, actor } = contextOf(c);
  return c.json({ items: await store.listCovers(db, may(c, "read_audit", "manage_member") ? null : actor.member) });
});

/** Of one team: Ann offers and Bo accepts. Any other, or for somebody who can't act: an approver who is neither. */
accessRoutes.post("/covers", requireActor, async (c) => {
  const refused = refusedHere(c);
  if (refused) return refused;
  const body = await readBody(c.req.raw, accessBodies["POST /api/covers"]);
  if (!body.ok) return problem(body.error);
  const context = contextOf(c);
  const { db, actor, now } = context;
  const { of = actor.member, member = actor.member, from, days: asked, reason: why } = body.value;
  if (of === member) return problem({ code: "invalid", fields: ["member"] });
  const policy = policyFrom(actor.policyBody);
  const begins = Math.max(from ?? now, now);
  if (!isSoon(begins, now)) return problem(tooLate);
  const most = daysOf(policy, "coverDays");
  const until = endOf(begins, asked ?? most, most);
  if (until === null) return problem({ code: "invalid", fields: ["days"], detail: "A cover does not last that long." });
  const found = await store.peopleById(db, [member], now);
  const bo = found.get(member);
  const absent = (await loadRows(db, [of])).get(of);
  if (!bo || absent?.entity !== "member") return problem({ code: "invalid", fields: [bo ? "of" : "member"] });
  const teams = await teamsOf(db, of);
  const together = of === actor.member && teams.some((team) => bo.facts.teams.includes(team));
  const waiting = await waitFor(context, {
    proposal: { kind: "cover", cover: newId(c, "cov"), of, member, reason: why, from: begins, until },
    name: "Standing in for a colleague",
    reason: why,
    about: of,
    beneficiary: member,
    parties: together ? [of] : [of, member],
    restsOn: null,
    ...(together ? { asked: { member } } : {}),
    may: ({ facts }) => policy !== null && agreesToCover(bind(policy, facts), teams, c.env.CELL, now),
  });
  return wait(c, context, waiting, together ? "Your colleague has been asked." : "A second person has been asked.");
});

accessRoutes.post("/covers/:id/end", requireActor, async (c) => {
  const refused = refusedHere(c);
  if (refused) return refused;
  const context = contextOf(c);
  const held = await store.readCover(context.db, c.req.param("id"));
  const mine = held && [held.member, held.of].includes(context.actor.member);
  if (!held || (!mine && !may(c, "manage_member"))) return missing();
  if (held.endedAt !== null || held.until <= context.now) return done(c);
  const act = actOf(context, "cover.end@1");
  if (!(await write(context, act, store.writeCover(context.db, { ...held, endedAt: context.now }, act))))
    return problem({ code: "busy" });
  await tellOf(c, [], { members: [held.member] });
  return done(c);
});

// --- break-glass

/** The only act that opens something without a second person at that moment: its declaration in the policy had one. */
accessRoutes.post("/break-glass", requireActor, async (c) => {
  const refused = refusedHere(c, true);
  if (refused) return refused;
  const body = await readBody(c.req.raw, accessBodies["POST /api/break-glass"]);
  if (!body.ok) return problem(body.error);
  const context = contextOf(c);
  const { db, actor, now, cell } = context;
  const policy = policyFrom(actor.policyBody);
  const { glass, accounts, reason: why } = body.value;
  const roles = [actor.facts.base, ...actor.facts.duties];
  const rule = policy?.breakGlass?.find(
    (one) =>
      (glass === undefined || one.id === glass) &&
      (one.to ?? Object.keys(policy.roles)).some((role) => roles.includes(role)),
  );
  if (!policy || !rule) return problem({ code: "denied", detail: "Your role does not include this." });
  const keepers = await store.holdersOf(db, store.rolesWith(policy, "approve_policy"), now);
  if (keepers.length < limits.policyAdminsMin)
    return problem({ code: "denied", detail: "With one policy admin nobody could look after this." });
  if (await store.addressMoved(db, [actor.member], now - limits.emailPauseMs)) return problem(paused.error);
  const places = await loadPlaces(db, accounts, actor.member, []);
  const { teams, regions } = actor.facts;
  const reached = accounts.every((account) => {
    const place = entityOfId(account) === "account" ? places.get(account) : undefined;
    if (!place || place.deleted) return false;
    const { anchor } = place;
    if (rule.reach === "region") return anchor.region !== null && regions.includes(anchor.region);
    return rule.reach === "all" || (anchor.team !== null && teams.includes(anchor.team));
  });
  if (!reached) return missing(); // hidden, gone and out of reach are one
  const minutes = Math.min(limits.breakGlassMinutes, policy.lower?.breakGlassMinutes ?? limits.breakGlassMinutes);
  const grant: store.GrantRow = {
    id: newId(c, "grt"), member: actor.member, kind: "break_glass", requestedBy: actor.member, approver: null, reason: why,
    body: { actions: ["find", "read"], entities: "*", in: [...rule.in], to: { anchors: accounts }, groups: [...rule.groups], keep: "online" },
    from: now, until: now + minutes * 60_000, endedAt: null, renewals: 0, reviewBy: afterWorkingDays(now, limits.breakGlassReviewWorkingDays),
  }; // prettier-ignore
  // Whoever answers for the account finds it on its timeline at once; auditors find it in their list.
  const writes = accounts.map((account): Write => {
    const row: Row = {
      ...emptyFields("activity"), id: newId(c, "act"), anchor: account, compartment: "core", createdAt: now, createdBy: actor.member,
      name: "Glass was broken here", activityKind: "note", about: account, at: now, body: why, owner: places.get(account)?.anchor.owner ?? null,
    }; // prettier-ignore
    return {
      op: "create",
      entity: "activity",
      id: row.id,
      before: null,
      after: row,
      changed: Object.keys(row),
      ver: 0,
    };
  });
  const act = actOf(context, "glass.break@1");
  if (!(await write(context, act, store.writeGrant(db, grant, act), writes))) return problem({ code: "busy" });
  await tellOf(c, writes, {
    members: [actor.member, ...keepers.map(({ facts }) => facts.member)],
    turns: [{ member: actor.member, at: [grant.until] }],
  });
  return c.json({ id: grant.id, until: grant.until, cell }, 201);
});

accessRoutes.get("/break-glass", requireActor, async (c) => {
  const { db, actor } = contextOf(c);
  const items = await store.listGrants(db, may(c, "read_audit", "approve_policy") ? null : actor.member);
  return c.json({ items: items.filter(({ kind }) => kind === "break_glass") });
});
accessRoutes.post("/break-glass/:id/review", requireActor, async (c) => {
  const refused = refusedHere(c);
  if (refused) return refused;
  const context = contextOf(c);
  const held = await store.readGrant(context.db, c.req.param("id"));
  if (!may(c, "approve_policy") || held?.kind !== "break_glass") return missing();
  if (held.member === context.actor.member)
    return problem({ code: "denied", detail: "Nobody reviews what they did themselves." });
  const act = actOf(context, "glass.review@1");
  const also = store.writeGrant(context.db, { ...held, approver: context.actor.member, reviewBy: null }, act);
  return (await write(context, act, also)) ? done(c) : problem({ code: "busy" });
});

// --- asking for access

/** One answer, whether the record is hidden or not there; who is asked sees what it is, if it is. */
accessRoutes.post("/access/requests", requireActor, async (c) => {
  const refused = refusedHere(c);
  if (refused) return refused;
  const body = await readBody(c.req.raw, accessBodies["POST /api/access/requests"]);
  if (!body.ok) return problem(body.error);
  const context = contextOf(c);
  const { actor, now } = context;
  const { entity, id: record, field, reason: why, days: asked } = body.value;
  const policy = policyFrom(actor.policyBody);
  if (!policy) return problem({ code: "unavailable" });
  const subject = await subjectOf(context, entity, record);
  const group = groupOf(entity, field, subject?.mask ?? 0, policy.groups);
  if (group === undefined) return problem({ code: "invalid", fields: ["field"] });
  if (subject && subject.mask !== 0 && (group === null || hasGroup(subject.mask, group)))
    return problem({ code: "invalid", fields: ["field"], detail: "You can see this already." });
  const until = endOf(now, asked ?? daysOf(policy, "grantDefaultDays"), daysOf(policy, "grantMaxDays"));
  if (until === null) return problem({ code: "invalid", fields: ["days"], detail: "A grant does not last that long." });
  const groups: Group[] = [
    "identity",
    ...(group === null ? (["shared"] as const) : group === "identity" ? [] : [group]),
  ];
  const grant: GrantBody = {
    actions: ["find", "read"],
    entities: [entity],
    to: { records: [record] },
    groups,
    keep: "online",
  };
  const role = lender(policy, entity, groups) ?? store.rolesWith(policy, "approve_grant")[0] ?? "";
  const waiting = await lend(context, grant, {
    grant: newId(c, "grt"), member: actor.member, from: now, until, reason: why, about: record,
    name: field === undefined ? `Access to a record (${entity})` : `Access to a field (${entity})`, quiet: { role },
  }); // prettier-ignore
  return wait(c, context, waiting, "Whoever may decide this has been asked.");
});

interface Subject {
  readonly row: Row;
  readonly place: Target["place"];
  readonly mask: number;
}
/** The record with what the actor may see of it; null: it is not there. */
async function subjectOf({ db, actor, now }: Context, entity: EntityName, record: string): Promise<Subject | null> {
  const stored = (await loadRows(db, [record])).get(record);
  if (!stored || stored.entity !== entity || stored.deletedAt !== null) return null;
  const [, ...names] = namesOf(actor.facts);
  const place = (await loadPlaces(db, [stored.row.anchor], actor.member, names)).get(stored.row.anchor);
  if (!place) return null;
  const mask = actor.bound.recordMask(entity, stored.row, place, now);
  return { row: stored.row, place, mask: isVisible(entity, stored.row, mask) ? mask : 0 };
}
/** The field's group; null: no field was named; undefined: there is no such field for whoever asks. */
function groupOf(
  entity: EntityName,
  field: string | undefined,
  mask: number,
  settings: NonNullable<ReturnType<typeof policyFrom>>["groups"],
): Group | null | undefined {
  if (field === undefined) return null;
  const group = entityOf(entity).fields[field]?.group;
  if (group === undefined || hasGroup(mask, group)) return group;
  return (settings?.[group] ?? groupDefaults[group]).existence === "secret" ? undefined : group;
}

/** What waits about rights: mine, and what I am asked; the latter with what a "yes" would do. */
accessRoutes.get("/access/requests", requireActor, async (c) => {
  const context = contextOf(c);
  const filters = [{ field: "approvalKind", op: "in" as const, value: [...governanceKinds].join(",") }];
  const listing = await listRecords(context, "approval", {
    limit: limits.listMax,
    cursor: null,
    sort: null,
    q: null,
    filters,
  });
  if (!listing.ok) return problem(listing.error);
  const asked = listing.value.items.filter((row) => row["requester"] !== context.actor.member).map((row) => row.id);
  const proposals = await store.readProposals(context.db, asked);
  const items = listing.value.items.map((row) => {
    const proposal = proposals.get(row.id);
    const does = proposal && proposalShape.safeParse(JSON.parse(proposal.body));
    return does?.success ? { ...row, does: does.data } : row;
  });
  return c.json({ items });
});

// --- explaining

const asking = z.object({
  action: z.enum(actions),
  entity: entityName,
  id,
  field: z.optional(z.string()),
  member: z.optional(id),
});
const notThere: Explanation = {
  allowed: false,
  because: ["There is nothing here that you can open."],
  wouldNeed: [],
  askTo: [],
};

accessRoutes.get("/access/explain", requireActor, async (c) => {
  const ask = asking.safeParse(c.req.query());
  if (!ask.success)
    return problem({ code: "invalid", fields: ask.error.issues.map((issue) => String(issue.path[0] ?? "")) });
  const context = contextOf(c);
  const { db, actor, now } = context;
  const { action, entity, id: record, field, member = actor.member } = ask.data;
  const others = member !== actor.member;
  if (others && !may(c, "simulate", "read_audit")) return missing();
  const subject = await subjectOf(context, entity, record);
  const policy = policyFrom(actor.policyBody);
  if (!subject || subject.mask === 0 || !policy) return c.json(notThere);
  if (groupOf(entity, field, subject.mask, policy.groups) === undefined)
    return problem({ code: "invalid", fields: ["field"] });
  const { compartment } = subject.row;
  if (!others) {
    const own = actor.bound.explain(action, entity, compartment, subject.place, now, subject.row, field);
    return c.json(withMask(own, policy, subject.mask, ask.data));
  }
  const [who, standing] = await Promise.all([
    store.peopleById(db, [member], now),
    store.standing(db, subject.row.anchor),
  ]);
  const person = who.get(member);
  if (!person || !standing) return missing();
  const place = standing(person.facts);
  // In the words that the member would read, and in those of whoever keeps the policy.
  const theirs = bind(policy, person.facts);
  const seen = theirs.recordMask(entity, subject.row, place, now);
  const said = withMask(
    theirs.explain(action, entity, compartment, place, now, subject.row, field),
    policy,
    seen,
    ask.data,
  );
  const admin = explainToAdmin(policy, person.facts, place, {
    action,
    entity,
    compartment,
    at: now,
    row: subject.row,
    field,
  });
  return c.json({ ...said, admin });
});

const peopleMax = 500;
/** Who may do this, and by which rule: for those who keep or watch the policy, on records that they can open. */
accessRoutes.get("/access/who-can", requireActor, async (c) => {
  const ask = asking.safeParse(c.req.query());
  if (!ask.success)
    return problem({ code: "invalid", fields: ask.error.issues.map((issue) => String(issue.path[0] ?? "")) });
  if (!may(c, "simulate", "read_audit")) return missing();
  const context = contextOf(c);
  const { db, actor, now } = context;
  const { action, entity, id: record, field } = ask.data;
  const subject = await subjectOf(context, entity, record);
  const policy = policyFrom(actor.policyBody);
  if (!subject || subject.mask === 0 || !policy) return missing();
  if (groupOf(entity, field, subject.mask, policy.groups) === undefined)
    return problem({ code: "invalid", fields: ["field"] });
  const [people, standing] = await Promise.all([
    store.allPeople(db, now, peopleMax),
    store.standing(db, subject.row.anchor),
  ]);
  const items = people.flatMap(({ name, facts }) => {
    if (!standing) return [];
    const bound = bind(policy, facts);
    const place = standing(facts);
    const said = bound.explain(action as Action, entity, subject.row.compartment, place, now, subject.row, field);
    if (!said.allowed) return [];
    const decision = bound.decide(action, entity, subject.row.compartment, place, now, subject.row);
    return [{ member: facts.member, name, because: said.because, rule: decision.allowed ? decision.rule : null }];
  });
  return c.json({ items, note: people.length === peopleMax ? "Not everybody was looked at." : "" });
});
