import { Hono } from "hono";
import { fromBase64, toBase64 } from "lib0/buffer";
import * as Y from "yjs";
import * as z from "zod/mini";
import { cellOf, isId, kindOf } from "../../shared/kernel/id.ts";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { richOf } from "../../shared/sections/json.ts";
import { hasSchema } from "../../shared/sections/kinds.ts";
import { textOf } from "../../shared/sections/text.ts";
import { actorOf, requireActor } from "../auth/actor.ts";
import { randomSecret, sha256 } from "../auth/secrets.ts";
import type { Actor, AppContext, AppEnv } from "../context.ts";
import { openDb } from "../db/db.ts";
import { firstLines } from "../db/section-text.ts";
import type { Env } from "../env.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { tell } from "../sync/tell.ts";
import type { SectionAt } from "./account-room.ts";
import { mentionsOf } from "./mentions.ts";
import { databaseAuthority, type RoomRights, type SectionFacts } from "./authority.ts";
import { readersOf } from "./readers.ts";
import { raiseAs } from "./regen.ts";
import { bounds, type VersionInfo } from "./versions.ts";
import { parseAddress } from "./protocol.ts";
import { grantedTo, type Principal } from "./rights.ts";
import { roomOf } from "../env.ts";

const wordsMax = 60; // of a name that is looked for
const wroteMs = 60 * dayMs; // as far back as the timeline tells of it
const wroteMost = 200;
const statesMax = 500; // sections that a device may hold
const snapshotCharsMax = 100_000; // base64; 5,000 sessions make 30 KB

export const roomBodies = {
  "POST /api/rooms/ticket": z.strictObject({ accountId: z.string().check(z.maxLength(64)) }),
  "POST /api/accounts/:id/sections/states": z.strictObject({
    sections: z.array(z.string().check(z.maxLength(64))).check(z.maxLength(statesMax)),
    have: z.optional(z.record(z.string().check(z.maxLength(64)), z.base64().check(z.maxLength(snapshotCharsMax)))),
  }),
  "POST /api/accounts/:id/sections/:section/versions": z.strictObject({
    name: z.optional(z.string().check(z.minLength(1), z.maxLength(bounds.versionNameMax))),
  }),
  "POST /api/accounts/:id/sections/:section/versions/:version/restore": z.strictObject({ gen: z.int() }),
} as const;

const principalOf = ({ member, session, directory, capabilities }: Actor): Principal => ({
  member,
  session,
  directory,
  writes: capabilities === null || capabilities.has("write"),
  exp: Date.now() + limits.sessionTokenMs,
});

/** True for an account that would live in this cell. Says nothing about whether it exists. */
const isOurs = (env: Env, account: string): boolean =>
  isId(account) && kindOf(account) === "acc" && cellOf(account) === env.CELL;

/** What this member may do in the account's sections. Missing and hidden accounts are one answer. */
async function rightsOf(c: AppContext, account: string): Promise<Result<RoomRights>> {
  if (!isOurs(c.env, account)) return fail("missing");
  const actor = c.get("actor");
  const rights = await databaseAuthority(c.env).read(account, [actor], Date.now());
  if (!rights) return fail("unavailable"); // the cell's copy of the directory is too old to answer for anybody
  return rights.sees(actor.member) ? ok(rights) : fail("missing");
}

/** Sections over HTTP. Mounted at /api. */
export const roomRoutes = new Hono<AppEnv>();

/** For other cells, the command line and tools, which have no cookie here: into the Auth frame, never into a query string. */
roomRoutes.post("/rooms/ticket", requireActor, async (c) => {
  const body = await readBody(c.req.raw, roomBodies["POST /api/rooms/ticket"]);
  if (!body.ok) return problem(body.error);
  const rights = await rightsOf(c, body.value.accountId);
  if (!rights.ok) return problem(rights.error);
  const ticket = randomSecret();
  await roomOf(c.env, body.value.accountId).keepTicket(await sha256(ticket), principalOf(c.get("actor")));
  return c.json({ ticket, expiresInMs: limits.roomTicketMs });
});

/** Notes in which somebody names me, the newest first (NOTICE-8). */
roomRoutes.get("/mentions", requireActor, async (c) =>
  c.json({
    items: await mentionsOf({
      db: openDb(c.env.DB, c.get("cost")),
      actor: c.get("actor"),
      now: Date.now(),
      cell: c.env.CELL,
    }),
  }),
);

roomRoutes.get("/accounts/:id/sections", requireActor, async (c) => {
  const rights = await rightsOf(c, c.req.param("id"));
  if (!rights.ok) return problem(rights.error);
  const principal = principalOf(c.get("actor"));
  const items = [...rights.value.modes(principal.member)].flatMap(([id, mode]) => {
    const facts = rights.value.sections.get(id);
    if (!facts) return [];
    const { gen, schema, kind, title } = facts;
    return [{ id, gen, schema, kind, title, mode: principal.writes ? mode : "read" }];
  });
  return c.json({ items: items.sort((a, b) => (a.id < b.id ? -1 : 1)) });
});

/** For naming people in a note: those who may read it. A section that the asker may not read is missing. */
roomRoutes.get("/accounts/:id/sections/:section/readers", requireActor, async (c) => {
  const { id: account, section } = c.req.param();
  const words = (c.req.query("q") ?? "").trim();
  if (words.length > wordsMax) return problem({ code: "invalid", fields: ["q"] });
  const rights = await rightsOf(c, account);
  if (!rights.ok) return problem(rights.error);
  if (!rights.value.modes(c.get("actor").member).has(section)) return missing();
  const door = { db: openDb(c.env.DB, c.get("cost")), actor: c.get("actor"), now: Date.now(), cell: c.env.CELL };
  return c.json({ items: await readersOf(c.env, door, account, section, words) });
});

/** For a device that prepares to be offline: whole, or what is beyond the Yjs snapshot that it has. What may not be read is left out, like what is not there. */
roomRoutes.post("/accounts/:id/sections/states", requireActor, async (c) => {
  const body = await readBody(c.req.raw, roomBodies["POST /api/accounts/:id/sections/states"]);
  if (!body.ok) return problem(body.error);
  const account = c.req.param("id");
  const rights = await rightsOf(c, account);
  if (!rights.ok) return problem(rights.error);
  const principal = principalOf(c.get("actor"));
  const wanted = body.value.sections.filter((address) => {
    const named = parseAddress(address);
    return named !== null && grantedTo(rights.value, principal, named, 0) !== null;
  });
  const have = Object.entries(body.value.have ?? {}).map(
    ([address, snapshot]) => [address, fromBase64(snapshot)] as const,
  );
  const states = wanted.length > 0 ? await roomOf(c.env, account).states(principal, wanted, have) : [];
  return c.json({ items: states.map(({ id, gen, state }) => ({ id, gen, state: toBase64(state) })) });
});

/**
 * Who wrote in which note of an account, by day, the newest first: for those who may see what the note was, as of each
 * instant (ROOM-13). `line`: the first line of what it says now.
 */
roomRoutes.get("/accounts/:id/wrote", requireActor, async (c) => {
  const account = c.req.param("id");
  const rights = await rightsOf(c, account);
  if (!rights.ok) return problem(rights.error);
  const now = Date.now();
  const { member } = c.get("actor");
  const open = [...rights.value.sections].filter(
    ([id, { kind }]) => hasSchema(kind) && rights.value.readsHistory(member, id, now),
  );
  const ids = open.map(([id]) => id);
  const wrote = ids.length > 0 ? await roomOf(c.env, account).wrote(ids, now - wroteMs) : [];
  const found = wrote
    .filter(({ section, at }) => rights.value.readsHistory(member, section, at))
    .map(({ section, member: by, at }) => ({ section, by, at }));
  const newest = found.sort((a, b) => b.at - a.at || (a.section < b.section ? -1 : 1)).slice(0, wroteMost);
  const facts = new Map(open);
  const told = [...new Set(newest.map(({ section }) => section))];
  const lines = await firstLines(
    openDb(c.env.DB, c.get("cost")),
    told.map((id) => [id, facts.get(id)?.gen ?? 0]),
  );
  return c.json({
    items: newest.map((one) => ({
      ...one,
      title: facts.get(one.section)?.title ?? "",
      line: lines.get(one.section) ?? "",
    })),
  });
});

// --- what a section was (versions.ts)

interface History {
  readonly room: ReturnType<typeof roomOf>;
  readonly at: SectionAt;
  readonly facts: SectionFacts;
  /** Whether they may see what the section was then. */
  readonly sees: (when: number) => boolean;
  /** A version as they are told of it: that a handoff was its cause is for those who may know of handoffs (ROOM-23). */
  readonly told: (version: VersionInfo) => VersionInfo;
  readonly writes: boolean;
  readonly restores: boolean;
}
/** Of a section whose history this member may see; anything else is missing. */
async function historyOf(c: AppContext): Promise<Result<History>> {
  const [account, section] = [c.req.param("id") ?? "", c.req.param("section") ?? ""];
  const rights = await rightsOf(c, account);
  if (!rights.ok) return rights;
  const { member, writes } = principalOf(c.get("actor"));
  const facts = rights.value.sections.get(section);
  if (!facts || !rights.value.readsHistory(member, section, Date.now())) return fail("missing");
  return ok({
    room: roomOf(c.env, account),
    at: { section, gen: facts.gen, regen: facts.regen, handed: facts.handed },
    facts,
    sees: (when) => rights.value.readsHistory(member, section, when),
    told: (version) =>
      version.why === "handoff" && !rights.value.seesHandoffs(member) ? { ...version, why: "idle", by: null } : version,
    writes: writes && rights.value.modes(member).get(section) === "write",
    restores: writes && rights.value.restores(member, section),
  });
}

roomRoutes.get("/accounts/:id/sections/:section/versions", requireActor, async (c) => {
  const history = await historyOf(c);
  if (!history.ok) return problem(history.error);
  const { room, at, sees, told, writes, restores } = history.value;
  const items = (await room.versions(at)).filter((version) => sees(version.at)).map(told);
  return c.json({ gen: at.gen, writes, restores, items });
});

/** As it is now, with or without a name. */
roomRoutes.post("/accounts/:id/sections/:section/versions", requireActor, async (c) => {
  const body = await readBody(c.req.raw, roomBodies["POST /api/accounts/:id/sections/:section/versions"]);
  if (!body.ok) return problem(body.error);
  const history = await historyOf(c);
  if (!history.ok) return problem(history.error);
  const { room, at, told, writes } = history.value;
  if (!writes) return problem({ code: "denied" });
  const version = await room.keepVersion(at, c.get("actor").member, body.value.name ?? null);
  if (version === "too_many") return problem({ code: "too_many_requests", detail: "It has too many named versions." });
  if (version === "empty") return problem({ code: "invalid", detail: "Nothing is written yet." });
  return c.json(told(version), 201);
});

/** Its words as text, and as data in the shape that ProseMirror reads; whoever shows that checks it like any content. */
roomRoutes.get("/accounts/:id/sections/:section/versions/:version", requireActor, async (c) => {
  const history = await historyOf(c);
  if (!history.ok) return problem(history.error);
  const { room, at, facts, sees, told } = history.value;
  const version = await room.version(at.section, c.req.param("version"));
  if (!version || !sees(version.info.at)) return missing();
  const doc = new Y.Doc();
  Y.applyUpdate(doc, version.state);
  return c.json({
    ...told(version.info),
    text: textOf(doc, facts.kind),
    rich: hasSchema(facts.kind) ? richOf(doc) : null,
  });
});

/** Into the next generation with a version's words. D1 first, then everybody in the room is told, then it is answered. */
roomRoutes.post("/accounts/:id/sections/:section/versions/:version/restore", requireActor, async (c) => {
  const body = await readBody(
    c.req.raw,
    roomBodies["POST /api/accounts/:id/sections/:section/versions/:version/restore"],
  );
  if (!body.ok) return problem(body.error);
  const history = await historyOf(c);
  if (!history.ok) return problem(history.error);
  const { room, at, sees, restores } = history.value;
  const info = (await room.versions(at)).find(({ id }) => id === c.req.param("version"));
  if (!info || !sees(info.at)) return missing();
  if (!restores) return problem({ code: "denied" });
  const raise = { section: at.section, gen: body.value.gen, why: "restore", version: info.id } as const;
  const raised = await raiseAs(openDb(c.env.DB, c.get("cost")), c.get("actor"), raise, c.env.CELL, Date.now());
  if (!raised.ok) return problem(raised.error);
  await tell(c, raised.value.announcement);
  const { regen } = raised.value;
  await room.follow({ ...at, gen: regen.gen, regen });
  return c.json({ gen: regen.gen });
});

/** Whose Yjs client ids stand in the text of this generation. `room`: carried over, its versions say the rest. */
roomRoutes.get("/accounts/:id/sections/:section/authors", requireActor, async (c) => {
  const history = await historyOf(c);
  if (!history.ok) return problem(history.error);
  const { room, at } = history.value;
  return c.json({ gen: at.gen, items: await room.authors(at) });
});

/** The upgrade. Mounted at /. Who brings no session may knock too: they show a ticket in the first Auth frame. */
export const roomSockets = new Hono<AppEnv>();

roomSockets.get("/rooms/:account", async (c) => {
  const account = c.req.param("account");
  if (!isOurs(c.env, account)) return missing();
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket")
    return problem({ code: "invalid", detail: "This address speaks WebSocket." });
  const headers = new Headers(c.req.raw.headers);
  for (const name of [...headers.keys()])
    if (name === "cookie" || name === "authorization" || name.startsWith("x-principal")) headers.delete(name);
  if (c.req.header("cookie") !== undefined || c.req.header("authorization") !== undefined) {
    const actor = await actorOf(c.req.raw, c.env, c.get("cost"));
    if (!actor.ok) return problem(actor.error);
    headers.set("x-principal", JSON.stringify(principalOf(actor.value)));
  }
  return roomOf(c.env, account).fetch(new Request("https://room/", { headers }));
});
