import { Hono } from "hono";
import * as z from "zod/mini";
import { orgAnchor } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { slice } from "../../shared/access/engine.ts";
import { lint } from "../../shared/access/lint.ts";
import { policyJsonSchema, validatePolicy, type Problem } from "../../shared/access/policy.ts";
import { inPerson, requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { openDb, batch } from "../db/db.ts";
import { isHome } from "../directory/cells.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { policyBody } from "../sync/store.ts";
import { policyFrom } from "./gate.ts";
import { contextOf, tellOf, wait } from "./http.ts";
import { maySomewhere, problemsOf } from "./problems.ts";
import { preview, publish } from "./publish.ts";
import * as store from "./store.ts";

/** As it came, so that its strict reader sees every key. */
const policyJson = z.custom<object>((value) => typeof value === "object" && value !== null);
const why = z.string().check(z.trim(), z.minLength(3), z.maxLength(limits.textMax));

/** Bodies of these routes, for validation here and for openapi.json. */
export const policyBodies = {
  "POST /api/policy/draft": z.strictObject({ policy: policyJson }),
  "POST /api/policy/check": z.strictObject({ policy: policyJson }),
  "POST /api/policy/diff": z.strictObject({ policy: policyJson }),
  "POST /api/policy/publish": z.strictObject({ policy: policyJson, why }),
  "POST /api/policy/revert": z.strictObject({ version: z.optional(z.int()), why }),
} as const;

/** The policy of the organisation: reading it, changing it by two people, going back. Mounted at /api. */
export const policyRoutes = new Hono<AppEnv>();

const may = (c: AppContext, ...actions: readonly Parameters<typeof maySomewhere>[1][]): boolean =>
  actions.some((action) => maySomewhere(c.get("actor").bound, action, c.env.CELL, Date.now()));
const reads = (c: AppContext): boolean => may(c, "edit_policy", "approve_policy", "read_audit", "simulate");

/** A policy with problems: each with its path and a sentence; nothing of it is in force. */
const refused = (problems: readonly Problem[]): Response =>
  new Response(
    JSON.stringify({
      type: "about:blank",
      title: "Not valid",
      status: 422,
      code: "invalid",
      detail: "This policy can't be published.",
      fields: problems.map(({ path }) => path),
      problems,
    }),
    { status: 422, headers: { "content-type": "application/problem+json" } },
  );

/** Whole for those who keep or watch it; for everybody else what concerns them, which their device has anyway. */
policyRoutes.get("/policy/current", requireActor, async (c) => {
  const actor = c.get("actor");
  const policy = policyFrom(actor.policyBody);
  if (!policy) return problem({ code: "unavailable" });
  if (!reads(c)) return c.json({ whole: false, slice: slice(policy, actor.facts) });
  const { db, now } = contextOf(c);
  const keepers = await store.holdersOf(db, store.rolesWith(policy, "approve_policy"), now);
  // One-admin mode, and what was done under it: whoever comes second looks at it first.
  const oneAdmin = { now: keepers.length < limits.policyAdminsMin, done: await store.doneAlone(db) };
  return c.json({ whole: true, version: policy.version, policy, oneAdmin });
});

/** The shape of a policy, for editors. It says nothing of this organisation. */
policyRoutes.get("/policy/schema", requireActor, (c) => c.json(policyJsonSchema()));

policyRoutes.get("/policy/versions", requireActor, async (c) =>
  reads(c) ? c.json({ items: await store.listVersions(openDb(c.env.DB, c.get("cost"))) }) : missing(),
);
policyRoutes.get("/policy/versions/:version", requireActor, async (c) => {
  const version = Number(c.req.param("version"));
  if (!reads(c) || !Number.isSafeInteger(version)) return missing();
  const body = await policyBody(openDb(c.env.DB, c.get("cost")), version);
  return body === null ? missing() : c.json({ version, policy: JSON.parse(body) as unknown });
});

const draftId = (member: string): string => `draft_${member}`;
policyRoutes.get("/policy/draft", requireActor, async (c) => {
  if (!may(c, "edit_policy")) return missing();
  const id = draftId(c.get("actor").member);
  const row = (await store.readProposals(openDb(c.env.DB, c.get("cost")), [id])).get(id);
  return row ? c.json({ at: row.at, policy: JSON.parse(row.body) as unknown }) : missing();
});
policyRoutes.post("/policy/draft", requireActor, async (c) => {
  if (!isHome(c.env) || !may(c, "edit_policy")) return missing();
  const body = await readBody(c.req.raw, policyBodies["POST /api/policy/draft"]);
  if (!body.ok) return problem(body.error);
  const { db, actor, now } = contextOf(c);
  const row = {
    id: draftId(actor.member), kind: "draft", body: JSON.stringify(body.value.policy), hash: "", author: actor.member, beneficiary: null, at: now, doneAt: null,
  }; // prettier-ignore
  await batch(db, [store.keepProposal(db, row)]);
  return c.json({ at: now });
});

policyRoutes.post("/policy/check", requireActor, async (c) => {
  if (!reads(c)) return missing();
  const body = await readBody(c.req.raw, policyBodies["POST /api/policy/check"]);
  if (!body.ok) return problem(body.error);
  const { policy, problems, people } = await problemsOf(contextOf(c), body.value.policy);
  const { now, cell } = contextOf(c);
  const at = { now, today: new Date(now).toISOString().slice(0, 10), organisation: orgAnchor(cell) };
  return c.json({ ok: problems.length === 0, problems, warnings: policy ? lint(policy, people, at) : [] });
});

policyRoutes.post("/policy/diff", requireActor, async (c) => {
  if (!may(c, "edit_policy", "approve_policy")) return missing();
  const body = await readBody(c.req.raw, policyBodies["POST /api/policy/diff"]);
  if (!body.ok) return problem(body.error);
  const valid = validatePolicy(body.value.policy);
  if (!valid.ok) return refused((await problemsOf(contextOf(c), body.value.policy)).problems);
  const found = await preview(contextOf(c), valid.value);
  return found.ok ? c.json(found.value) : problem(found.error);
});

policyRoutes.post("/policy/publish", requireActor, async (c) => {
  if (!isHome(c.env) || !may(c, "edit_policy")) return missing();
  const body = await readBody(c.req.raw, policyBodies["POST /api/policy/publish"]);
  return body.ok ? put(c, body.value.policy, body.value.why) : problem(body.error);
});

/** One click back: what an older version says becomes the newest one, through the same gate. */
policyRoutes.post("/policy/revert", requireActor, async (c) => {
  if (!isHome(c.env) || !may(c, "edit_policy")) return missing();
  const body = await readBody(c.req.raw, policyBodies["POST /api/policy/revert"]);
  if (!body.ok) return problem(body.error);
  const current = policyFrom(c.get("actor").policyBody);
  const version = body.value.version ?? current?.parent ?? 0;
  const text = current && (await policyBody(openDb(c.env.DB, c.get("cost")), version));
  if (!current || !text) return problem({ code: "invalid", fields: ["version"], detail: "There is no such version." });
  return put(c, { ...(JSON.parse(text) as object), version: current.version }, body.value.why);
});

async function put(c: AppContext, json: unknown, why: string): Promise<Response> {
  const own = inPerson(c.get("actor"), false);
  if (!own.ok) return problem(own.error);
  const done = await publish(contextOf(c), json, why);
  if ("problems" in done) return refused(done.problems);
  if (!done.ok) return problem(done.error);
  const { value } = done;
  if ("waiting" in value)
    return wait(c, contextOf(c), value.waiting, "This gives somebody more rights: a second person must agree.");
  await tellOf(c, [], { everyone: true });
  return c.json({ version: value.version }, 201);
}
