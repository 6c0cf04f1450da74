import { Hono } from "hono";
import { actorOf } from "../auth/actor.ts";
import type { AppEnv } from "../context.ts";
import { missing, problem } from "../http/problem.ts";
import { askingCell, isHome } from "./cells.ts";
import { pull } from "./pull.ts";
import { publicKeys, signSessionToken } from "./session-token.ts";
import { readFeed } from "./store.ts";

/** Between cells, and what a member needs to speak to the others. Mounted at /api. */
export const directoryRoutes = new Hono<AppEnv>();

directoryRoutes.get("/.well-known/jwks.json", async (c) =>
  isHome(c.env) ? c.json(await publicKeys(c.env)) : missing(),
);

directoryRoutes.post("/session/token", async (c) => {
  if (!isHome(c.env)) return missing();
  const actor = await actorOf(c.req.raw, c.env, c.get("cost"));
  return actor.ok ? c.json(await signSessionToken(c.env, actor.value, Date.now())) : problem(actor.error);
});

directoryRoutes.get("/directory/feed", async (c) => {
  const cell = await askingCell(c.req.raw, c.env);
  if (!cell.ok || !isHome(c.env)) return missing();
  const after = Number(c.req.query("after") ?? "0");
  if (!Number.isSafeInteger(after) || after < 0) return problem({ code: "invalid", fields: ["after"] });
  return c.json(await readFeed(c.env.DB, after));
});

directoryRoutes.post("/directory/poke", async (c) => {
  const cell = await askingCell(c.req.raw, c.env);
  if (!cell.ok || cell.value !== c.env.HOME || isHome(c.env)) return missing();
  return (await pull(c.env)) ? c.body(null, 204) : problem({ code: "unavailable" });
});
