import { Hono } from "hono";
import * as z from "zod/mini";
import { limits } from "../../shared/kernel/limits.ts";
import { record } from "../audit/record.ts";
import type { AppEnv } from "../context.ts";
import { openDb } from "../db/db.ts";
import { isHome } from "../directory/cells.ts";
import { spread } from "../directory/spread.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { inPerson, requireActor } from "./actor.ts";
import { apiTokenPrefix, capabilities } from "./capabilities.ts";
import { randomSecret, sha256 } from "./secrets.ts";
import { addToken, dropToken, readList, tokensOf } from "./store.ts";

const dayMs = 86_400_000;

export const tokenBodies = {
  "POST /api/tokens": z.strictObject({
    name: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.nameMax)),
    capabilities: z.array(z.enum(capabilities)).check(z.maxLength(capabilities.length)),
    expiresInDays: z.int().check(z.gte(1), z.lte(limits.apiTokenDaysMax)),
  }),
} as const;

/** API tokens: made by a person, shown once, reading only unless more was chosen, dead with their member. Mounted at /api. */
export const tokenRoutes = new Hono<AppEnv>();

tokenRoutes.post("/tokens", requireActor, async (c) => {
  if (!isHome(c.env)) return missing();
  const actor = c.get("actor");
  const own = inPerson(actor, true);
  if (!own.ok) return problem(own.error);
  const body = await readBody(c.req.raw, tokenBodies["POST /api/tokens"]);
  if (!body.ok) return problem(body.error);
  const now = Date.now();
  const token = apiTokenPrefix + randomSecret();
  const chosen = [...new Set(body.value.capabilities)];
  const row = {
    id: crypto.randomUUID(),
    name: body.value.name,
    capabilities: JSON.stringify(chosen),
    created_at: now,
    expires_at: now + body.value.expiresInDays * dayMs,
  };
  const event = { kind: "token_made", actor: actor.member, subject: row.id, detail: { name: row.name, capabilities: chosen, until: row.expires_at } } as const; // prettier-ignore
  await record(openDb(c.env.DB, c.get("cost")), event, now);
  await addToken(c.env.DB, { ...row, member: actor.member, hash: await sha256(token) });
  return c.json({ id: row.id, token, name: row.name, capabilities: chosen, expiresAt: row.expires_at }, 201);
});

tokenRoutes.get("/tokens", requireActor, async (c) => {
  const rows = await tokensOf(c.env.DB, c.get("actor").member, Date.now());
  const items = rows.map((row) => ({
    id: row.id,
    name: row.name,
    capabilities: readList(row.capabilities),
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }));
  return c.json({ items });
});

tokenRoutes.delete("/tokens/:id", requireActor, async (c) => {
  const actor = c.get("actor");
  const own = inPerson(actor, false);
  if (!own.ok) return problem(own.error);
  if (!(await dropToken(c.env.DB, c.req.param("id"), actor.member))) return missing();
  const event = { kind: "token_ended", actor: actor.member, subject: c.req.param("id") } as const;
  await record(openDb(c.env.DB, c.get("cost")), event, Date.now());
  await spread(c.env);
  return c.body(null, 204);
});
