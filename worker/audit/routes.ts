import { Hono } from "hono";
import * as z from "zod/mini";
import { auditClasses, eventKinds } from "../../shared/audit/kinds.ts";
import { writeCsv } from "../../shared/exchange/csv.ts";
import { orgAnchor } from "../../shared/kernel/id.ts";
import { dayMs, edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { inPerson, requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { readUnder } from "../db/door.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { contextOf } from "../governance/http.ts";
import { maySomewhere } from "../governance/problems.ts";
import { countRead, record } from "./record.ts";
import { verifyFrom } from "./seal.ts";
import { streamPage, type Filter, type StreamItem } from "./stream.ts";
import * as store from "./store.ts";

export const auditBodies = {
  "POST /api/audit/alarms/:id/seen": z.strictObject({
    why: z.string().check(z.trim(), z.minLength(3), z.maxLength(limits.textMax)),
  }),
} as const;

/** What was done, by whom, and whether it still says what it said. For whoever may read the audit. Mounted at /api. */
export const auditRoutes = new Hono<AppEnv>();

const reads = (c: AppContext): boolean => maySomewhere(c.get("actor").bound, "read_audit", c.env.CELL, Date.now());

const text = z.optional(z.string().check(z.maxLength(80)));
const instant = z.optional(z.coerce.number().check(z.gte(0), z.lte(Number.MAX_SAFE_INTEGER)));
const asked = z.object({
  actor: text,
  record: text,
  entity: text,
  mutation: text,
  class: z.optional(z.enum(auditClasses)),
  kind: z.optional(z.enum(["change", ...eventKinds])),
  from: instant,
  until: instant,
  cursor: text,
  limit: z.optional(z.coerce.number().check(z.int(), z.gte(1), z.lte(limits.listMax))),
});
function askOf(c: AppContext): { filter: Filter; cursor: string | null; limit: number } | Response {
  const query = Object.fromEntries(Object.entries(c.req.query()).filter(([, value]) => value !== ""));
  const ask = asked.safeParse(query);
  if (!ask.success)
    return problem({ code: "invalid", fields: ask.error.issues.map((issue) => String(issue.path[0] ?? "")) });
  const { actor, record: about, entity, mutation, class: of, kind, from, until, cursor, limit } = ask.data;
  const filter: Filter = {
    actor: actor ?? null, record: about ?? null, entity: entity ?? null, mutation: mutation ?? null,
    class: of ?? null, kind: kind ?? null, from: from ?? 0, until: until ?? Number.MAX_SAFE_INTEGER,
  }; // prettier-ignore
  return { filter, cursor: cursor ?? null, limit: limit ?? limits.listDefault };
}

auditRoutes.get("/audit", requireActor, async (c) => {
  if (!reads(c)) return missing();
  const ask = askOf(c);
  if (ask instanceof Response) return ask;
  const context = contextOf(c);
  const page = await streamPage(context, ask.filter, ask.cursor, ask.limit);
  if (!page) return problem({ code: "invalid", fields: ["cursor"] });
  countRead(c, "audit", page.items.length, true);
  const [head, waiting] = await Promise.all([store.lastSeal(context.db), store.unsealed(context.db)]);
  return c.json({ ...page, sealedAt: head?.at ?? null, ranges: head?.n ?? 0, waiting });
});

/** The filtered stream as a table, as its reader sees it; that it was taken is in the stream first. */
auditRoutes.get("/audit/export", requireActor, async (c) => {
  if (!reads(c)) return missing();
  const ask = askOf(c);
  if (ask instanceof Response) return ask;
  const context = contextOf(c);
  const items: StreamItem[] = [];
  let cursor: string | null = ask.cursor;
  do {
    const page = await streamPage(context, ask.filter, cursor, limits.listMax);
    if (!page) return problem({ code: "invalid", fields: ["cursor"] });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < edgeLimits.auditExportRows);
  const { actor, cell, now } = context;
  const filters = Object.entries(ask.filter).flatMap(([name, value]) => (value === null || value === 0 || value === Number.MAX_SAFE_INTEGER ? [] : [`${name}=${String(value)}`])); // prettier-ignore
  await record(context.db, { kind: "export", actor: actor.member, what: "audit", n: items.length, detail: { filters } }, now); // prettier-ignore
  const people = [
    ...new Set(items.flatMap(({ actor: by, subject }) => (subject === undefined ? [by] : [by, subject]))),
  ];
  const { rows } = await readUnder(context, orgAnchor(cell), people);
  const name = (id: string | undefined): string => (id === undefined ? "" : String(rows.get(id)?.["name"] ?? id));
  const header = ["at", "who", "class", "kind", "what", "record", "title", "subject", "rows", "field", "before", "after", "detail", "sealed"]; // prettier-ignore
  const csv = writeCsv(
    header,
    items.flatMap((item) => {
      const head = [new Date(item.at).toISOString(), name(item.actor), item.class, item.kind, item.mutation ?? item.what ?? "", item.record ?? "", item.title ?? "", name(item.subject), item.n ?? ""]; // prettier-ignore
      const end = [item.detail === undefined ? "" : JSON.stringify(item.detail), item.sealedAt === null ? "" : new Date(item.sealedAt).toISOString()]; // prettier-ignore
      const said = (value: unknown): string => (value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value)); // prettier-ignore
      const fields = item.fields ?? [];
      if (fields.length === 0) return [[...head, "", "", "", ...end]];
      return fields.map((one) => [...head, one.field, one.hidden ? "(hidden)" : said(one.before), one.hidden ? "(hidden)" : said(one.after), ...end]); // prettier-ignore
    }),
    "quoted",
  );
  c.header("content-type", "text/csv; charset=utf-8");
  c.header("content-disposition", `attachment; filename="audit-${new Date(now).toISOString().slice(0, 10)}.csv"`);
  return c.body(`\uFEFF${csv}`);
});

/** A few ranges from `after` on, compared with what lies there now. Whoever asks goes on until there are no more. */
auditRoutes.get("/audit/verify", requireActor, async (c) => {
  if (!reads(c)) return missing();
  const after = Number(c.req.query("after") ?? 0);
  if (!Number.isSafeInteger(after) || after < 0) return problem({ code: "invalid", fields: ["after"] });
  const { db, now, cell } = contextOf(c);
  const { findings, seals, more } = await verifyFrom(c.env, db, after, rangesAtOnce, now);
  return c.json({ cell, findings, more, waiting: await store.unsealed(db), seals: seals.map(({ n, hash, prev, signature, at, lines }) => ({ n, hash, prev, signature, at, lines })) }); // prettier-ignore
});
const rangesAtOnce = 10;

const alarmDays = 90;
const alarmsMax = 200;
/** What somebody should look at, and what was said of those that somebody has looked at. */
auditRoutes.get("/audit/alarms", requireActor, async (c) => {
  if (!reads(c)) return missing();
  const { db, now } = contextOf(c);
  const events = await store.eventsSince(db, ["alarm", "alarm_seen"], now - alarmDays * dayMs, alarmsMax);
  const seen = new Map(events.flatMap((row) => {
    const detail = JSON.parse(row.detail ?? "{}") as { alarm?: string; why?: string };
    return row.kind === "alarm_seen" && detail.alarm ? [[detail.alarm, { by: row.actor, at: row.at, why: detail.why ?? "" }] as const] : [];
  })); // prettier-ignore
  const items = events.flatMap((row) => {
    const { usual } = JSON.parse(row.detail ?? "{}") as { usual?: number };
    const one = { id: `e${row.seq}`, at: row.at, kind: row.what, member: row.subject, n: row.n, usual: usual ?? 0, seen: seen.get(`e${row.seq}`) ?? null }; // prettier-ignore
    return row.kind === "alarm" ? [one] : [];
  });
  return c.json({ items });
});
auditRoutes.post("/audit/alarms/:id/seen", requireActor, async (c) => {
  if (!reads(c)) return missing();
  const actor = c.get("actor");
  const own = inPerson(actor, false);
  if (!own.ok) return problem(own.error);
  const body = await readBody(c.req.raw, auditBodies["POST /api/audit/alarms/:id/seen"]);
  if (!body.ok) return problem(body.error);
  const { db, now } = contextOf(c);
  const id = c.req.param("id");
  const alarm = await store.readEvent(db, Number(/^e(\d{1,15})$/.exec(id)?.[1] ?? 0));
  if (alarm?.kind !== "alarm") return missing();
  if (alarm.subject === actor.member)
    return problem({ code: "denied", detail: "Somebody else looks at what is said of you." });
  await record(db, { kind: "alarm_seen", actor: actor.member, subject: alarm.subject, what: alarm.what, detail: { alarm: id, why: body.value.why }, once: `seen|${id}` }, now); // prettier-ignore
  return c.body(null, 204);
});
