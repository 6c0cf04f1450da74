import { Hono } from "hono";
import * as z from "zod/mini";
import type { AppEnv } from "../context.ts";
import { importRow } from "../exchange/routes.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { bootstrapDemo, demoState, markLoaded } from "./store.ts";

const bootstrapBody = z.strictObject({ people: z.array(importRow).check(z.minLength(1), z.maxLength(100)) });

/**
 * What loading the demo needs besides signing in and importing. Exists only with the binding DEMO, else these are
 * unknown routes. Mounted at /api.
 */
export const demoRoutes = new Hono<AppEnv>();

demoRoutes.get("/demo/state", async (c) => (c.env.DEMO ? c.json(await demoState(c.env.DB, c.env.CELL)) : missing()));

demoRoutes.post("/demo/bootstrap", async (c) => {
  if (!c.env.DEMO) return missing();
  const body = await readBody(c.req.raw, bootstrapBody);
  if (!body.ok) return problem(body.error);
  return c.json({ made: await bootstrapDemo(c.env.DB, c.env.CELL, body.value.people, Date.now()) });
});

demoRoutes.post("/demo/loaded", async (c) => {
  if (!c.env.DEMO) return missing();
  await markLoaded(c.env.DB, Date.now());
  return c.json({ loaded: true });
});
