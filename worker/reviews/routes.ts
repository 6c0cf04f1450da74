import { Hono } from "hono";
import * as z from "zod/mini";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import { recorded, record } from "../audit/record.ts";
import { inPerson, requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { batch } from "../db/db.ts";
import { loadRows } from "../db/rows.ts";
import { isHome } from "../directory/cells.ts";
import { policyFrom } from "../governance/gate.ts";
import { actOf, contextOf, tellOf, write } from "../governance/http.ts";
import { maySomewhere } from "../governance/problems.ts";
import * as governance from "../governance/store.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { push } from "../sync/push.ts";
import { tell } from "../sync/tell.ts";
import { openReview } from "./run.ts";
import * as store from "./store.ts";

const why = z.string().check(z.trim(), z.minLength(3), z.maxLength(limits.textMax));
export const reviewBodies = {
  "POST /api/reviews": z.strictObject({ scope: z.enum(["sharp", "all"]) }),
  "POST /api/reviews/items/:id": z.strictObject({ decision: z.enum(["keep", "remove"]), why }),
  "POST /api/leavers/:id/cut": z.strictObject({ why }),
} as const;

/** Reviews of what members hold, and the way out for those who leave. Mounted at /api. */
export const reviewRoutes = new Hono<AppEnv>();
const may = (c: AppContext, action: "attest_access" | "manage_member" | "read_audit"): boolean =>
  maySomewhere(c.get("actor").bound, action, c.env.CELL, Date.now());

reviewRoutes.get("/reviews", requireActor, async (c) => {
  if (!may(c, "attest_access") && !may(c, "read_audit")) return missing();
  const { db } = contextOf(c);
  const items = await store.reviews(db, 20);
  const open = items.find(({ closedAt }) => closedAt === null) ?? items[0];
  return c.json({ items, open: open ? { ...open, lines: await store.itemsOf(db, open.id) } : null });
});
reviewRoutes.post("/reviews", requireActor, async (c) => {
  if (!isHome(c.env) || !may(c, "attest_access")) return missing();
  const own = inPerson(c.get("actor"), false);
  if (!own.ok) return problem(own.error);
  const body = await readBody(c.req.raw, reviewBodies["POST /api/reviews"]);
  if (!body.ok) return problem(body.error);
  const { db, actor, now, cell } = contextOf(c);
  const policy = policyFrom(actor.policyBody);
  if (!policy) return problem({ code: "unavailable" });
  if ((await store.reviews(db, 1)).some(({ closedAt }) => closedAt === null))
    return problem({ code: "invalid", detail: "A review is open: answer it first." });
  return c.json(await openReview(db, cell, policy, body.value.scope, actor.member, now), 201);
});

/** Keep with a reason, or remove: what is removed goes at once, for a cut never waits. Nobody reviews themselves. */
reviewRoutes.post("/reviews/items/:id", requireActor, async (c) => {
  if (!isHome(c.env) || !may(c, "attest_access")) return missing();
  const own = inPerson(c.get("actor"), false);
  if (!own.ok) return problem(own.error);
  const body = await readBody(c.req.raw, reviewBodies["POST /api/reviews/items/:id"]);
  if (!body.ok) return problem(body.error);
  const context = contextOf(c);
  const { db, actor, now } = context;
  const item = await store.readItem(db, c.req.param("id"));
  if (!item) return missing();
  if (item.member === actor.member) return problem({ code: "denied", detail: "Nobody reviews what they hold themselves." }); // prettier-ignore
  if (item.decision !== null && item.decision !== "escalated") return problem({ code: "version_conflict", detail: "Somebody answered this already." }); // prettier-ignore
  const { decision, why: reason } = body.value;
  if (decision === "remove") {
    const removed = await remove(c, item);
    if (removed) return removed;
  }
  await batch(db, [
    ...store.decide(db, item, decision, reason, actor.member, now),
    recorded(db, { kind: "review", actor: actor.member, subject: item.member, what: item.what, detail: { decision, why: reason } }, now), // prettier-ignore
  ]);
  return c.body(null, 204);
});
async function remove(c: AppContext, item: store.Item): Promise<Response | null> {
  const context = contextOf(c);
  const { db, actor, now, cell } = context;
  if (item.kind === "grant") {
    const held = await governance.readGrant(db, item.what);
    if (!held || held.endedAt !== null || held.until <= now) return null;
    const act = actOf(context, "grant.end@1");
    if (!(await write(context, act, governance.writeGrant(db, { ...held, endedAt: now }, act)))) return problem({ code: "busy" }); // prettier-ignore
    await tellOf(c, [], { members: [held.member] });
    return null;
  }
  const duties = (await loadRows(db, [item.member])).get(item.member)?.row["duties"];
  const left = (Array.isArray(duties) ? duties.map(String) : []).filter((duty) => duty !== item.what);
  return pushed(c, { db, actor, now, cell }, "member.assign@1", { id: item.member, duties: left });
}
/** One mutation under the actor's own rights, told like any other; a refusal is the answer. */
async function pushed(c: AppContext, context: ReturnType<typeof contextOf>, name: string, args: unknown): Promise<Response | null> {
  const client = `http_${crypto.randomUUID()}`;
  const done = await push(context, { client, device: client, muts: [{ n: 1, name, args }] });
  if (!done.ok) return problem(done.error);
  const [result] = done.value.answer.results;
  if (result && !result.ok) return problem({ code: result.code, ...(result.detail ? { detail: result.detail } : {}) });
  if (done.value.announcement) await tell(c, done.value.announcement);
  return null;
} // prettier-ignore

// --- those who leave

/** What is theirs, and what they read widely or took along: for whoever manages members or watches. */
reviewRoutes.get("/leavers/:id", requireActor, async (c) => {
  if (!may(c, "manage_member") && !may(c, "read_audit")) return missing();
  const { db, now } = contextOf(c);
  const id = c.req.param("id");
  const row = (await loadRows(db, [id])).get(id);
  if (row?.entity !== "member") return missing();
  const [owned, trace] = await Promise.all([store.ownedBy(db, id), store.traceOf(db, id, now - limits.reviewDays * dayMs)]); // prettier-ignore
  return c.json({ member: id, employment: row.row["employment"] ?? null, owned, trace });
});
/** First of all the cut: sessions, tokens and what is lent end at once; one person is enough for it. */
reviewRoutes.post("/leavers/:id/cut", requireActor, async (c) => {
  if (!isHome(c.env) || !may(c, "manage_member")) return missing();
  const own = inPerson(c.get("actor"), false);
  if (!own.ok) return problem(own.error);
  const body = await readBody(c.req.raw, reviewBodies["POST /api/leavers/:id/cut"]);
  if (!body.ok) return problem(body.error);
  const context = contextOf(c);
  const { db, actor, now } = context;
  const id = c.req.param("id");
  if (id === actor.member) return problem({ code: "denied", detail: "Nobody cuts themselves off." });
  const refused = await pushed(c, context, "member.set_facts@1", { id, employment: "left" });
  if (refused) return refused;
  const [grants, covers] = await Promise.all([governance.listGrants(db, id), governance.listCovers(db, id)]);
  const live = (one: { until: number; endedAt: number | null }): boolean => one.endedAt === null && one.until > now;
  for (const [kind, rows] of [["grant", grants], ["cover", covers]] as const)
    for (const row of rows.filter(live)) {
      const act = { ...actOf(context, `${kind}.end@1`) };
      await batch(db, kind === "grant" ? governance.writeGrant(db, { ...(row as governance.GrantRow), endedAt: now }, act) : governance.writeCover(db, { ...(row as governance.CoverRow), endedAt: now }, act));
    }
  await record(db, { kind: "left", actor: actor.member, subject: id, detail: { why: body.value.why, ended: grants.filter(live).length + covers.filter(live).length } }, now);
  await tellOf(c, [], { members: [id, ...covers.map(({ member }) => member)] });
  return c.json({ member: id, at: now });
}); // prettier-ignore
