import { Hono } from "hono";
import { pullRequest, pushRequest } from "../../shared/sync/protocol.ts";
import { requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { openDb } from "../db/db.ts";
import { namesOf } from "../db/lent.ts";
import { readBody } from "../http/body.ts";
import { problem } from "../http/problem.ts";
import { cursorKey } from "./cursor.ts";
import type { Listener } from "./hub.ts";
import { pull } from "./pull.ts";
import { push } from "./push.ts";
import { tell } from "./tell.ts";
import { hubOf } from "../env.ts";

/** The record sync of docs/spec/sync.md. Mounted at /sync. */
export const syncRoutes = new Hono<AppEnv>();

syncRoutes.post("/pull", requireActor, async (c) => {
  const body = await readBody(c.req.raw, pullRequest);
  if (!body.ok) return problem(versionFirst(body.error));
  const pulled = await pull(
    {
      db: openDb(c.env.DB, c.get("cost")),
      actor: c.get("actor"),
      now: Date.now(),
      cell: c.env.CELL,
      epoch: Number(c.env.EPOCH),
      cursorKey: await cursorKey(c.env.CURSOR_KEY),
    },
    body.value,
  );
  if (!pulled.ok) return problem(pulled.error);
  const { lines, interest } = pulled.value;
  // Before the answer: a change right after this page must find the device's interest.
  if (interest.reset || interest.keys.length > 0)
    await hubOf(c.env).interest(ownDevice(c, body.value.device), interest.reset, interest.keys);
  return c.body(lines.map((line) => `${JSON.stringify(line)}\n`).join(""), 200, {
    "content-type": "application/x-ndjson",
  });
});

syncRoutes.post("/push", requireActor, async (c) => {
  const body = await readBody(c.req.raw, pushRequest);
  if (!body.ok) return problem(versionFirst(body.error));
  const pushed = await push(
    { db: openDb(c.env.DB, c.get("cost")), actor: c.get("actor"), now: Date.now(), cell: c.env.CELL },
    body.value,
  );
  if (!pushed.ok) return problem(pushed.error);
  if (pushed.value.announcement) await tell(c, pushed.value.announcement, ownDevice(c, body.value.device));
  return c.json(pushed.value.answer);
});

/** A device is its member's: who names another's is told of nothing that the other holds. */
const ownDevice = (c: AppContext, device: string): string => `${c.get("actor").member}/${device}`;

/** Another protocol version is told apart from a malformed request: the device keeps its queue and asks for an update. */
function versionFirst(error: { code: string; fields?: readonly string[] }) {
  return error.code === "invalid" && error.fields?.includes("v")
    ? ({ code: "unsupported_version" } as const)
    : (error as Parameters<typeof problem>[0]);
}

syncRoutes.get("/hub", requireActor, async (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
    return problem({ code: "invalid", detail: "This address speaks WebSocket." });
  const { member, session, facts } = c.get("actor");
  const device = c.req.query("device") ?? "";
  if (!/^[\w-]{1,64}$/.test(device)) return problem({ code: "invalid", fields: ["device"] });
  const listener: Listener = { device: ownDevice(c, device), member, session, teams: namesOf(facts).slice(1) };
  const headers = new Headers({ upgrade: "websocket", "x-principal": JSON.stringify(listener) });
  return hubOf(c.env).fetch(new Request("https://hub/", { headers }));
});
