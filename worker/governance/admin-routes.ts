import { Hono } from "hono";
import * as z from "zod/mini";
import { bind, type Facts } from "../../shared/access/engine.ts";
import { lint } from "../../shared/access/lint.ts";
import { dayIn } from "../../shared/kernel/clock.ts";
import { idBytes, makeId, orgAnchor } from "../../shared/kernel/id.ts";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { compartmentsOf, entity as entityOf, entityNames, entityOfPlural, isEntity, type EntityName, type Row } from "../../shared/records/entities.ts"; // prettier-ignore
import { emptyFields } from "../../shared/records/generic.ts";
import { groupsIn, type Group, type Mask } from "../../shared/records/groups.ts";
import { isVisible, project } from "../../shared/records/record.ts";
import { recorded } from "../audit/record.ts";
import { lookedSince } from "../audit/store.ts";
import { inPerson, requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { listRecords } from "../db/door.ts";
import { loadRows } from "../db/rows.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import type { Write } from "../sync/plan.ts";
import { policyFrom } from "./gate.ts";
import { actOf, contextOf, tellOf, write } from "./http.ts";
import { maySomewhere } from "./problems.ts";
import * as store from "./store.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));
const why = z.string().check(z.trim(), z.minLength(3), z.maxLength(limits.textMax));
export const adminBodies = { "POST /api/access/view-as": z.strictObject({ member: id, why }) } as const;

/** For those who keep or watch the policy: what drifts, two people side by side, and sight through another's eyes. Mounted at /api. */
export const adminRoutes = new Hono<AppEnv>();

const may = (c: AppContext, ...wanted: readonly Parameters<typeof maySomewhere>[1][]): boolean =>
  wanted.some((action) => maySomewhere(c.get("actor").bound, action, c.env.CELL, Date.now()));

const peopleMax = 1_000;
/** What drifts while every rule is valid (ACCESS-R38, ADMIN-2): of the policy, of what is lent, and of what nobody uses. */
adminRoutes.get("/access/drift", requireActor, async (c) => {
  if (!may(c, "edit_policy", "approve_policy", "read_audit", "simulate")) return missing();
  const { db, actor, now, cell } = contextOf(c);
  const policy = policyFrom(actor.policyBody);
  if (!policy) return problem({ code: "unavailable" });
  const [people, grants, uses] = await Promise.all([
    store.allPeople(db, now, peopleMax),
    store.listGrants(db, null),
    store.usesOf(db, usesMax),
  ]);
  const at = { now, today: new Date(now).toISOString().slice(0, 10), organisation: orgAnchor(cell) };
  const items = lint(policy, people.map(({ facts }) => facts), at); // prettier-ignore
  for (const grant of grants)
    if (grant.kind === "grant" && grant.renewals >= limits.grantRenewalsMax)
      items.push({ path: `grants.${grant.id}`, says: "This was renewed to its limit: a rule would say it once." });
  for (const { facts } of people)
    for (const role of facts.duties) {
      const unused = unusedOf(policy, role, facts, uses);
      if (unused) items.push({ path: `duties.${role}.${facts.member}`, says: "Nothing that only this duty gives was done lately." }); // prettier-ignore
    }
  return c.json({ items, held: Object.fromEntries(await store.rolesHeld(db)), looked: usesMax });
});
const usesMax = 20_000;
/** Whether a duty gives its holder acts of their own, and none of them was done in the changes that were looked at. */
function unusedOf(policy: NonNullable<ReturnType<typeof policyFrom>>, role: string, { member, base }: Facts, uses: ReadonlyMap<string, ReadonlySet<string>>): boolean {
  const verbs = (name: string): Set<string> =>
    new Set(policy.allow.flatMap((rule) => (rule.to.includes(name) ? [rule.entity].flat().flatMap((one) => rule.actions.map((action) => `${one}.${action}`)) : [])));
  const own = [...verbs(role)].filter((one) => !verbs(base).has(one) && !/\.(find|read|read_history|report_on|see_label|see_presence|export|simulate|read_audit|attest_access)$/.test(one));
  if (own.length === 0) return false;
  const done = uses.get(member) ?? new Set();
  // Acts and mutations share the kind of record; who did anything of that kind used it.
  return !own.some((one) => done.has(one.split(".")[0] ?? ""));
} // prettier-ignore

// --- two people side by side

interface Seen {
  readonly entity: EntityName;
  readonly group: Group;
  readonly onlyA: number;
  readonly onlyB: number;
  readonly both: number;
}
const recordsMax = 20_000;
/** What each of two people sees of the records that there are, by kind and field group, in numbers (ADMIN-4). */
adminRoutes.get("/access/compare", requireActor, async (c) => {
  if (!may(c, "simulate", "read_audit")) return missing();
  const ask = z.object({ a: z.optional(id), b: z.optional(id) }).safeParse(c.req.query());
  if (!ask.success) return problem({ code: "invalid", fields: ask.error.issues.map((issue) => String(issue.path[0] ?? "")) }); // prettier-ignore
  const { db, actor, now } = contextOf(c);
  const policy = policyFrom(actor.policyBody);
  const { a = actor.member, b = actor.member } = ask.data;
  const found = await store.peopleById(db, [a, b], now);
  const [one, other] = [found.get(a), found.get(b)];
  if (!policy || !one || !other) return missing();
  const world = await store.worldOf(db, [one, other], recordsMax);
  const [boundA, boundB] = [bind(policy, one.facts), bind(policy, other.facts)];
  const masks = new Map<string, readonly [Mask, Mask]>();
  const sums = new Map<string, [number, number, number]>();
  for (const { id: record, entity, compartment, anchor } of world.records) {
    const [placeA, placeB] = [world.place(one.facts.member, anchor), world.place(other.facts.member, anchor)];
    if (!placeA || !placeB) continue;
    const named = placeA.shares.length + placeB.shares.length > 0 || one.facts.grants?.length || other.facts.grants?.length; // prettier-ignore
    const key = `${anchor} ${entity} ${compartment}`;
    const row = { id: record, anchor, compartment, createdAt: 0, createdBy: "" };
    const pair = (!named && masks.get(key)) || ([boundA.recordMask(entity, row, placeA, now), boundB.recordMask(entity, row, placeB, now)] as const); // prettier-ignore
    masks.set(key, pair);
    const real = new Set(Object.values(entityOf(entity).fields).map(({ group }) => group));
    for (const group of groupsIn(pair[0] | pair[1])) {
      if (!real.has(group)) continue;
      const bit = groupsIn(pair[0]).includes(group) ? (groupsIn(pair[1]).includes(group) ? 2 : 0) : 1;
      const sum = sums.get(`${entity} ${group}`) ?? [0, 0, 0];
      sum[bit] += 1;
      sums.set(`${entity} ${group}`, sum);
    }
  }
  const items = [...sums].map(([key, [onlyA, onlyB, both]]): Seen => {
    const [entity, group] = key.split(" ") as [EntityName, Group];
    return { entity, group, onlyA, onlyB, both };
  });
  const said = ({ facts, name }: store.Person) => ({ member: facts.member, name, base: facts.base, duties: facts.duties, teams: facts.teams, regions: facts.regions }); // prettier-ignore
  return c.json({ a: said(one), b: said(other), items, all: world.records.length < recordsMax });
});

// --- sight through another's eyes

/** Who looks says why, it stands in the stream, and the one whose sight it is finds it on their list (ADMIN-5). */
adminRoutes.post("/access/view-as", requireActor, async (c) => {
  if (!may(c, "simulate")) return missing();
  const own = inPerson(c.get("actor"), false);
  if (!own.ok) return problem(own.error);
  const body = await readBody(c.req.raw, adminBodies["POST /api/access/view-as"]);
  if (!body.ok) return problem(body.error);
  const context = contextOf(c);
  const { db, actor, now, cell } = context;
  const { member } = body.value;
  const subject = (await store.peopleById(db, [member], now)).get(member);
  if (!subject || member === actor.member) return problem({ code: "invalid", fields: ["member"] });
  const names = await loadRows(db, [member, actor.member]);
  const zone = String(names.get(member)?.row["zone"] ?? "UTC");
  const zh = names.get(member)?.row["locale"] === "zh-CN";
  const who = String(names.get(actor.member)?.row["name"] ?? "");
  const task: Row = {
    ...emptyFields("task"), id: makeId(cell, entityOf("task").kind, crypto.getRandomValues(new Uint8Array(idBytes))),
    anchor: member, compartment: "private", owner: member, createdAt: now, createdBy: actor.member,
    name: (zh ? `${who} 以您的视角查看了系统` : `${who} looked at what you see`).slice(0, limits.nameMax),
    description: body.value.why, done: false, dueDay: dayIn(now, zone), dueZone: zone,
  }; // prettier-ignore
  const writes: Write[] = [{ op: "create", entity: "task", id: task.id, before: null, after: task, changed: Object.keys(task), ver: 0 }]; // prettier-ignore
  const act = actOf(context, "access.view_as@1");
  const told = recorded(db, { kind: "view_as", actor: actor.member, subject: member, detail: { why: body.value.why } }, now); // prettier-ignore
  if (!(await write(context, act, [told], writes))) return problem({ code: "busy" });
  await tellOf(c, writes, {});
  return c.json({ member, name: subject.name, until: now + edgeLimits.viewAsMs }, 201);
});

/** A page of records that both may see, each with what both may read of it; there is no way to write. */
adminRoutes.get("/access/view-as/:member/:plural", requireActor, async (c) => {
  if (!may(c, "simulate")) return missing();
  const name = entityOfPlural(c.req.param("plural"));
  const { db, actor, now } = contextOf(c);
  const member = c.req.param("member");
  const policy = policyFrom(actor.policyBody);
  // Only while the sight that was announced lasts.
  if (!name || !isEntity(name) || !policy || !(await lookedSince(db, actor.member, member, now - edgeLimits.viewAsMs))) return missing(); // prettier-ignore
  const subject = (await store.peopleById(db, [member], now)).get(member);
  if (!subject) return missing();
  const cursor = c.req.query("cursor")?.slice(0, limits.textMax) || null;
  const listing = await listRecords(contextOf(c), name, { limit: limits.listDefault, cursor, sort: null, q: null, filters: [] }); // prettier-ignore
  if (!listing.ok) return problem(listing.error);
  const theirs = bind(policy, subject.facts);
  const stored = await loadRows(db, listing.value.items.map((row) => row.id)); // prettier-ignore
  const places = new Map<string, Awaited<ReturnType<typeof store.standing>>>();
  for (const anchor of new Set([...stored.values()].map(({ row }) => row.anchor))) places.set(anchor, await store.standing(db, anchor)); // prettier-ignore
  let more = 0;
  const items = listing.value.items.flatMap((mine) => {
    const held = stored.get(mine.id);
    const standing = held && places.get(held.row.anchor);
    if (!held || !standing) return [];
    const place = standing(subject.facts);
    const mask = theirs.recordMask(name, held.row, place, now);
    if (!isVisible(name, held.row, mask)) return [];
    const shown = project(name, held.row, mask, theirs.rules.masks ?? {});
    // Mine is what left the door for me already: the one in the other.
    const both = Object.fromEntries(Object.entries(mine).filter(([field]) => shown && Object.hasOwn(shown, field)));
    more = Math.max(more, shown ? Object.keys(shown).filter((field) => !Object.hasOwn(mine, field)).length : 0);
    return [both];
  });
  return c.json({ items, nextCursor: listing.value.nextCursor, more });
});

/** Kinds of records that such a sight goes through. */
adminRoutes.get("/access/view-as", requireActor, (c) =>
  may(c, "simulate")
    ? c.json({ items: entityNames.filter((name) => compartmentsOf(name).length > 0).map((name) => ({ entity: name, plural: entityOf(name).plural })) }) // prettier-ignore
    : missing(),
);
