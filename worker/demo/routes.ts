import { Hono } from "hono";
import { restrictedAccounts } from "../../demo/showcase.ts";
import type { AppEnv } from "../context.ts";
import { missing } from "../http/problem.ts";
import { bootstrapDemo, demoState } from "./store.ts";

/** What loading the demo needs before anyone can sign in. Exists only with the binding DEMO, else unknown routes. */
export const demoRoutes = new Hono<AppEnv>();

demoRoutes.get("/demo/state", async (c) => {
  if (!c.env.DEMO) return missing();
  const last = restrictedAccounts.at(-1)?.account ?? "";
  return c.json(await demoState(c.env.DB, c.env.CELL, last));
});

demoRoutes.post("/demo/bootstrap", async (c) => {
  if (!c.env.DEMO) return missing();
  return c.json({ made: await bootstrapDemo(c.env.DB, c.env.CELL, Date.now()) });
});
