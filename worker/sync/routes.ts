import { Hono } from "hono";
import * as z from "zod/mini";
import { limits } from "../../shared/kernel/limits.ts";
import { hubProtocol, type PullLine } from "../../shared/sync/protocol.ts";
import { countDenied, countPull } from "../audit/record.ts";
import { requireActor } from "../auth/actor.ts";
import { randomSecret, sha256 } from "../auth/secrets.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { openDb } from "../db/db.ts";
import { namesOf } from "../db/lent.ts";
import { readBody } from "../http/body.ts";
import { problem } from "../http/problem.ts";
import { cursorKey } from "./cursor.ts";
import type { Listener } from "./hub.ts";
import { pull } from "./pull.ts";
import { addDrift } from "./store.ts";
import { push } from "./push.ts";
import { tell } from "./tell.ts";
import { hubOf } from "../env.ts";
import { readPull, readPush } from "./versions.ts";

/** The record sync of docs/spec/sync.md. Mounted at /sync. */
export const syncRoutes = new Hono<AppEnv>();

syncRoutes.post("/pull", requireActor, async (c) => {
  const read = await readPull(c.req.raw);
  if (!read.ok) return problem(read.error);
  const { body, write } = read.value;
  const pulled = await pull(
    {
      db: openDb(c.env.DB, c.get("cost")),
      actor: c.get("actor"),
      now: Date.now(),
      cell: c.env.CELL,
      epoch: Number(c.env.EPOCH),
      cursorKey: await cursorKey(c.env.CURSOR_KEY),
    },
    body,
  );
  if (!pulled.ok) return problem(pulled.error);
  const { lines, interest } = pulled.value;
  countPull(c, rowsIn(lines));
  if (body.drift) {
    console.warn("drift", body.device, body.drift); // never contents
    await addDrift(openDb(c.env.DB, c.get("cost")), body.drift);
  }
  // Before the answer: a change right after this page must find the device's interest.
  if (interest.reset || interest.keys.length > 0) await hubOf(c.env).interest(ownDevice(c, body.device), interest);
  return c.body(write(lines), 200, {
    "content-type": "application/x-ndjson",
    // Not among the types that the platform compresses by itself; named here, workerd does it while it sends.
    ...(readsGzip(c.req.raw) ? { "content-encoding": "gzip" } : {}),
  });
});

syncRoutes.post("/push", requireActor, async (c) => {
  const body = await readPush(c.req.raw);
  if (!body.ok) return problem(body.error);
  const pushed = await push(
    { db: openDb(c.env.DB, c.get("cost")), actor: c.get("actor"), now: Date.now(), cell: c.env.CELL },
    body.value,
  );
  if (!pushed.ok) return problem(pushed.error);
  for (const [index, result] of pushed.value.answer.results.entries())
    if (!result.ok && (result.code === "missing" || result.code === "denied"))
      countDenied(c, `push ${body.value.muts[index]?.name.slice(0, 60) ?? ""}`);
  if (pushed.value.announcement) await tell(c, pushed.value.announcement, ownDevice(c, body.value.device));
  return c.json(pushed.value.answer);
});

/** Rows that go to the device as a whole: snapshots and what was moved there. */
const rowsIn = (lines: readonly PullLine[]): number =>
  lines.reduce((sum, line) => sum + (line.t === "snap" ? line.rows.length : line.t === "set" || line.t === "moved" ? 1 : 0), 0); // prettier-ignore

/** What the client itself said: the platform puts its own list into the header. */
function readsGzip({ cf, headers }: Request): boolean {
  const said = cf?.["clientAcceptEncoding"] ?? headers.get("accept-encoding");
  return typeof said === "string" && /\bgzip\b/i.test(said);
}

/** A device is its member's: who names another's is told of nothing that the other holds. */
const ownDevice = (c: AppContext, device: string): string => `${c.get("actor").member}/${device}`;

const deviceName = /^[\w-]{1,64}$/;
const listenerOf = (c: AppContext, device: string): Listener => {
  const { member, session, facts } = c.get("actor");
  return { device: ownDevice(c, device), member, session, teams: namesOf(facts).slice(1) };
};

/** For a page of another cell, which has no cookie here: shown once, as the socket's protocol and never in an address. */
syncRoutes.post("/hub/ticket", requireActor, async (c) => {
  const body = await readBody(c.req.raw, ticketRequest);
  if (!body.ok) return problem(body.error);
  const ticket = randomSecret();
  await hubOf(c.env).keepTicket(await sha256(ticket), listenerOf(c, body.value.device));
  return c.json({ ticket, expiresInMs: limits.roomTicketMs });
});
const ticketRequest = z.strictObject({ device: z.string().check(z.regex(deviceName)) });

syncRoutes.get("/hub", async (c, next) => {
  const [protocol, ticket] = (c.req.header("sec-websocket-protocol") ?? "").split(",").map((part) => part.trim());
  if (protocol !== hubProtocol || !ticket || c.req.header("upgrade")?.toLowerCase() !== "websocket") return next();
  const headers = new Headers({ upgrade: "websocket", "x-principal-ticket": await sha256(ticket) });
  const answer = await hubOf(c.env).fetch(new Request("https://hub/", { headers }));
  return answer.status === 101 ? answer : problem({ code: "unauthenticated" });
});
syncRoutes.get("/hub", requireActor, async (c) => {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
    return problem({ code: "invalid", detail: "This address speaks WebSocket." });
  const device = c.req.query("device") ?? "";
  if (!deviceName.test(device)) return problem({ code: "invalid", fields: ["device"] });
  const headers = new Headers({ upgrade: "websocket", "x-principal": JSON.stringify(listenerOf(c, device)) });
  return hubOf(c.env).fetch(new Request("https://hub/", { headers }));
});
