import { Hono } from "hono";
import { requireActor } from "../auth/actor.ts";
import type { AppEnv } from "../context.ts";
import { openDb } from "../db/db.ts";
import { missing, problem } from "../http/problem.ts";
import { changesOf } from "./changes.ts";
import { happenedTo } from "./happened.ts";

/** What was. Mounted at /api. */
export const historyRoutes = new Hono<AppEnv>();

/** For *what changed since I looked*: who changed which field of an account, and from what. */
historyRoutes.get("/accounts/:id/changes", requireActor, async (c) => {
  const since = Number(c.req.query("since") ?? 0);
  if (!Number.isSafeInteger(since) || since < 0) return problem({ code: "invalid", fields: ["since"] });
  const door = { db: openDb(c.env.DB, c.get("cost")), actor: c.get("actor"), now: Date.now(), cell: c.env.CELL };
  const items = await changesOf(door, c.req.param("id"), since);
  return items ? c.json({ items }) : missing();
});

/** For the timeline: who was let in, whose access ended, what an import brought. */
historyRoutes.get("/accounts/:id/happened", requireActor, async (c) => {
  const door = { db: openDb(c.env.DB, c.get("cost")), actor: c.get("actor"), now: Date.now(), cell: c.env.CELL };
  const items = await happenedTo(door, c.req.param("id"));
  return items ? c.json({ items }) : missing();
});
