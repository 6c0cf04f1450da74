import { Hono } from "hono";
import { heeded, heededSpan } from "../../shared/notices/heeded.ts";
import { requireActor } from "../auth/actor.ts";
import type { AppEnv } from "../context.ts";
import { openDb } from "../db/db.ts";
import { maySomewhere } from "../governance/problems.ts";
import { missing } from "../http/problem.ts";
import { countedLines } from "./store.ts";

/** What is told of all members' notices together. Mounted at /api. */
export const noticeRoutes = new Hono<AppEnv>();

/** For who looks after members: how notices of each kind are heeded by those who agreed to be counted (NOTICE-9). */
noticeRoutes.get("/notices/heeded", requireActor, async (c) => {
  const now = Date.now();
  if (!maySomewhere(c.get("actor").bound, "manage_member", c.env.CELL, now)) return missing();
  const span = heededSpan(now);
  const items = heeded(await countedLines(openDb(c.env.DB, c.get("cost")), span.from, span.until));
  return c.json({ ...span, items });
});
