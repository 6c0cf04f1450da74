import { Hono } from "hono";
import * as z from "zod/mini";
import { importRowsMax } from "../../shared/exchange/import-plan.ts";
import { compartments } from "../../shared/records/compartments.ts";
import { wholeEntities, type EntityName } from "../../shared/records/entities.ts";
import { linesSchema } from "../../shared/records/record.ts";
import { record } from "../audit/record.ts";
import { requireActor } from "../auth/actor.ts";
import type { AppEnv } from "../context.ts";
import type { Env } from "../env.ts";
import type { Announcement } from "../sync/push.ts";
import { openDb } from "../db/db.ts";
import { readBody } from "../http/body.ts";
import { problem } from "../http/problem.ts";
import { importRows } from "./import.ts";

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
});

/** Bodies of these routes, for validation here and for openapi.json. */
export const exchangeBodies = {
  "POST /api/imports": z.strictObject({
    rows: z.array(importRow).check(z.minLength(1), z.maxLength(importRowsMax)),
    commit: z.optional(z.boolean()),
  }),
} as const;

/**
 * Imports. A dry run unless `commit` is true: the report of both is the same. Mounted at /api; `tell` is how other
 * devices hear of what was written, after the answer.
 */
export function exchangeRoutes(tell: (env: Env, announcement: Announcement) => Promise<void>): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.post("/imports", requireActor, async (c) => {
    const body = await readBody(c.req.raw, exchangeBodies["POST /api/imports"]);
    if (!body.ok) return problem(body.error);
    const context = { db: openDb(c.env.DB, c.get("cost")), actor: c.get("actor"), now: Date.now(), cell: c.env.CELL };
    const done = await importRows(context, body.value.rows, body.value.commit === true);
    if (!done.ok) return problem(done.error);
    const { created, updated } = done.value.report;
    const kinds = [...new Set(body.value.rows.map(({ entity }) => entity))];
    if (body.value.commit === true && created + updated > 0)
      await record(context.db, { kind: "import", actor: context.actor.member, what: kinds.length === 1 ? (kinds[0] ?? null) : null, n: created + updated, detail: { created, updated, kinds } }, context.now); // prettier-ignore
    if (done.value.announcement) c.executionCtx.waitUntil(tell(c.env, done.value.announcement));
    return c.json(done.value.report);
  });
  return routes;
}
