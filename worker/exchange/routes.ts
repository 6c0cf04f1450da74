import { Hono } from "hono";
import * as z from "zod/mini";
import { importRowsMax } from "../../shared/exchange/import-plan.ts";
import { dayMs, edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { compartments } from "../../shared/records/compartments.ts";
import { entityOfPlural, personal, wholeEntities, type EntityName } from "../../shared/records/entities.ts";
import { linesSchema } from "../../shared/records/record.ts";
import { requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import type { Env } from "../env.ts";
import type { Announcement, PushContext } from "../sync/push.ts";
import { openDb, type Db } from "../db/db.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { ok } from "../../shared/kernel/result.ts";
import { exportFormats } from "../../shared/exchange/export.ts";
import { wait } from "../governance/http.ts";
import { askExport, sendExport } from "./export.ts";
import { importRows, type PartBody } from "./import.ts";
import { finishRun, startRun, undoRun } from "./runs.ts";
import * as store from "./store.ts";

const source = z.string().check(z.minLength(1), z.maxLength(200));
const value = z.union([
  z.string(),
  z.number(),
  z.boolean(),
  z.null(),
  z.array(z.string()),
  linesSchema,
  z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
]);

/** The form of one row; what its fields may hold is judged row by row. */
export const importRow = z.strictObject({
  entity: z.enum(wholeEntities as [EntityName, ...EntityName[]]),
  source,
  fields: z.record(z.string(), value),
  refs: z.optional(z.record(z.string(), z.union([source, z.array(source).check(z.maxLength(32))]))),
  anchor: z.optional(source),
  compartment: z.optional(z.enum(compartments)),
  under: z.optional(source),
  only: z.optional(z.literal("create")),
  origin: z.optional(z.strictObject({ at: z.optional(z.int()), by: z.optional(source) })),
  line: z.optional(z.int().check(z.gte(0))),
});
const said = z.array(
  z.strictObject({ line: z.int().check(z.gte(0)), detail: z.string().check(z.maxLength(limits.textMax)) }),
).check(z.maxLength(edgeLimits.importUnreadMax)); // prettier-ignore

/** Bodies of these routes, for validation here and for openapi.json. */
export const exchangeBodies = {
  "POST /api/imports": z.strictObject({
    rows: z.array(importRow).check(z.maxLength(importRowsMax)),
    commit: z.optional(z.boolean()),
    /** The import that it is a portion of, and which; both absent: an import of its own. */
    run: z.optional(z.string().check(z.maxLength(64))),
    n: z.optional(z.int().check(z.gte(1))),
    unread: z.optional(said),
    notes: z.optional(said),
    /** Answers what became of each row, and what would differ on those that are there. */
    whole: z.optional(z.boolean()),
  }),
  "POST /api/imports/start": z.strictObject({
    name: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.nameMax)),
    print: z.string().check(z.minLength(1), z.maxLength(200)),
    mapping: z.optional(z.string().check(z.maxLength(100_000))),
  }),
  "POST /api/exports": z.strictObject({
    of: z.string().check(z.maxLength(40)),
    format: z.enum(exportFormats),
    why: z.optional(z.string().check(z.maxLength(limits.textMax))),
  }),
} as const;

/**
 * Imports. A dry run unless `commit` is true: the report of both is the same. Mounted at /api; `tell` is how other
 * devices hear of what was written, after the answer. An import is its member's alone: to all others it is missing.
 */
export function exchangeRoutes(tell: (env: Env, announcement: Announcement) => Promise<void>): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  const contextOf = (c: AppContext): PushContext => ({
    db: openDb(c.env.DB, c.get("cost")),
    actor: c.get("actor"),
    now: Date.now(),
    cell: c.env.CELL,
  });
  const told = (c: AppContext, announcement: Announcement | null): void => {
    if (announcement) c.executionCtx.waitUntil(tell(c.env, announcement));
  };

  routes.post("/imports", requireActor, async (c) => {
    const body = await readBody(c.req.raw, exchangeBodies["POST /api/imports"]);
    if (!body.ok) return problem(body.error);
    const { rows, commit = false, run, n, unread = [], notes = [], whole = false } = body.value;
    if ((run === undefined) !== (n === undefined)) return problem({ code: "invalid", fields: ["run", "n"] });
    if (rows.length + unread.length === 0) return problem({ code: "invalid", fields: ["rows"] });
    const context = contextOf(c);
    const own =
      commit && run === undefined
        ? await startRun(context, { name: "HTTP", print: crypto.randomUUID(), mapping: "" })
        : null;
    const part = commit ? { run: own?.id ?? run ?? "", n: n ?? 1, unread, notes } : null;
    const done = await importRows(context, rows, commit, part);
    if (own) await finishRun(context, own.id);
    if (!done.ok) return problem(done.error);
    const { report, fates, differences } = done.value;
    told(c, done.value.announcement);
    return c.json({ ...report, ...(own ? { import: own.id } : {}), ...(whole ? { fates, differences } : {}) });
  });
  routes.post("/imports/start", requireActor, async (c) => {
    const body = await readBody(c.req.raw, exchangeBodies["POST /api/imports/start"]);
    if (!body.ok) return problem(body.error);
    const { name, print, mapping = "" } = body.value;
    return c.json(shown(await startRun(contextOf(c), { name, print, mapping })), 201);
  });
  routes.get("/imports", requireActor, async (c) => {
    const { db, actor } = contextOf(c);
    return c.json({ items: (await store.listRuns(db, actor.member, edgeLimits.importRunsShown)).map(shown) });
  });
  routes.get("/imports/:id", requireActor, async (c) => {
    const { db, actor } = contextOf(c);
    const run = await store.readRun(db, actor.member, c.req.param("id"));
    return run ? c.json({ ...shown(run), mapping: run.mapping }) : missing();
  });
  routes.get("/imports/:id/report", requireActor, async (c) => {
    const { db, actor } = contextOf(c);
    const run = await store.readRun(db, actor.member, c.req.param("id"));
    if (!run) return missing();
    return new Response(reportOf(db, run), {
      headers: {
        "content-type": "application/x-ndjson; charset=utf-8",
        "content-disposition": `attachment; filename="import-report.ndjson"`,
      },
    });
  });
  for (const [verb, act] of [
    ["finish", finishRun],
    ["undo", undoRun],
  ] as const)
    routes.post(`/imports/:id/${verb}`, requireActor, async (c) => {
      const { actor } = contextOf(c);
      if (actor.capabilities && !actor.capabilities.has("import"))
        return problem({ code: "denied", detail: "This token may not do that." });
      const done = await act(contextOf(c), c.req.param("id"));
      if (!done.ok) return done.error.code === "missing" ? missing() : problem(done.error);
      told(c, done.value.announcement);
      return c.json({
        ...shown(done.value.run),
        left: done.value.done ? 0 : (done.value.run.undone ?? done.value.run.parts - done.value.run.settled) || 1,
      });
    });
  routes.post("/exports", requireActor, async (c) => {
    const body = await readBody(c.req.raw, exchangeBodies["POST /api/exports"]);
    if (!body.ok) return problem(body.error);
    const { of, format, why = "" } = body.value;
    const name = entityOfPlural(of);
    if (!name || personal.has(name)) return problem({ code: "invalid", fields: ["of"] });
    const context = contextOf(c);
    const asked = await askExport(context, { of: name, format, why });
    if (!asked.ok) return problem(asked.error);
    if (asked.value.waiting)
      return wait(c, context, ok(asked.value.waiting), "So many rows leave only when a second person agrees.");
    return c.json(listed(asked.value.run), 201);
  });
  routes.get("/exports", requireActor, async (c) => {
    const { db, actor } = contextOf(c);
    return c.json({ items: (await store.listExports(db, actor.member, edgeLimits.importRunsShown)).map(listed) });
  });
  routes.get("/exports/:id", requireActor, async (c) => {
    const sent = await sendExport(contextOf(c), c.req.param("id"));
    if (!sent.ok) return sent.error.code === "missing" ? missing() : problem(sent.error);
    return sent.value;
  });
  return routes;
}
/** An export as its member sees it. */
const listed = ({ member: _member, what, ...run }: store.Export) => ({
  ...run,
  of: (JSON.parse(what) as { of: string }).of,
});
/** A run as its member sees it. */
const shown = ({ member: _member, print: _print, mapping: _mapping, ...run }: store.Run) => ({
  ...run,
  undoUntil: run.at + edgeLimits.importUndoDays * dayMs,
});

/** Every row's fate, one a line, portion by portion: no more than one of them is in memory. */
function reportOf(db: Db, run: store.Run): ReadableStream {
  const encoder = new TextEncoder();
  let next = 1;
  return new ReadableStream({
    async pull(controller) {
      if (next > run.parts) {
        controller.close();
        return;
      }
      const [part] = await store.readParts<PartBody>(db, run.id, next, next);
      next += 1;
      const kept = Array.isArray(part?.kept) ? part.kept.map((one: object) => ({ ...one, fate: "kept" })) : [];
      const notes = (part?.body.notes ?? []).map((one) => ({ ...one, fate: "note" }));
      const unresolved = (part?.body.report.unresolved ?? []).map((one) => ({ ...one, fate: "unresolved" }));
      const lines = [...(part?.body.fates ?? []), ...notes, ...unresolved, ...kept].map(
        (one) => `${JSON.stringify(one)}\n`,
      );
      controller.enqueue(encoder.encode(lines.join("")));
    },
  });
}
