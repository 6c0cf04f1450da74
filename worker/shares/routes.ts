import { Hono } from "hono";
import * as z from "zod/mini";
import { compartments } from "../../shared/records/compartments.ts";
import { entityOfId } from "../../shared/records/entities.ts";
import { groupsIn } from "../../shared/records/groups.ts";
import { requireActor } from "../auth/actor.ts";
import type { AppEnv } from "../context.ts";
import { loadPlaces, loadRows, loadShares } from "../db/rows.ts";
import { namesOf } from "../db/lent.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { answer, doorOf, mutate, newId } from "../records/routes.ts";

/** Letting somebody in by name, over HTTP: the same mutations as on a device. Mounted at /api. */
export const shareRoutes = new Hono<AppEnv>();

const id = z.string().check(z.maxLength(64));
const sharing = z.strictObject({ record: id, to: id, until: z.optional(z.int()) });
const ending = z.strictObject({ record: id, to: id });
const commenting = z.strictObject({
  anchor: id,
  compartment: z.enum(compartments),
  about: id,
  body: z.string(),
  group: z.optional(z.string()),
  letIn: z.array(id),
});
export const shareBodies: Record<string, z.ZodMiniType> = {
  "POST /api/shares": sharing,
  "POST /api/shares/end": ending,
  "POST /api/comments/add": commenting,
};

/** Who is let in to a record by name: all of them for who may share it, else what lets oneself in. */
shareRoutes.get("/shares", requireActor, async (c) => {
  const door = doorOf(c);
  const { actor, now, db } = door;
  const record = c.req.query("record") ?? "";
  const stored = (await loadRows(db, [record])).get(record);
  const names = namesOf(actor.facts);
  const places = stored && (await loadPlaces(db, [stored.row.anchor], actor.member, names.slice(1)));
  const place = stored && places?.get(stored.row.anchor);
  const { row, entity } = stored ?? {};
  if (!row || !entity || !place || stored?.deletedAt !== null) return missing();
  if (actor.bound.recordMask(entity, row, place, now) === 0) return missing();
  const state = { compartment: row.compartment, place, row };
  const all = actor.bound.decideWrite("share", entity, state, state, [], now).allowed;
  const shares = [...(await loadShares(db, [row.anchor], [record])).values()];
  const live = shares.filter(({ until, to }) => (until === null || now < until) && (all || names.includes(to)));
  const items = live.map((share) => ({
    to: share.to,
    record: share.record ?? null,
    compartment: share.compartment,
    groups: groupsIn(share.groups),
    until: share.until,
  }));
  return c.json({ items, nextCursor: null, note: all ? "All who are let in by hand" : "What lets you in" });
});

shareRoutes.post("/shares", requireActor, async (c) => {
  const body = await readBody(c.req.raw, sharing);
  if (!body.ok) return problem(body.error);
  const name = entityOfId(body.value.record) === "account" ? "account.share@1" : "record.share@1";
  const error = await mutate(c, name, body.value);
  return error ? problem(error) : c.body(null, 204);
});

shareRoutes.post("/shares/end", requireActor, async (c) => {
  const body = await readBody(c.req.raw, ending);
  if (!body.ok) return problem(body.error);
  const error = await mutate(c, "share.end@1", body.value);
  return error ? problem(error) : c.body(null, 204);
});

/** A comment that also lets somebody in; a plain one is made like any record. */
shareRoutes.post("/comments/add", requireActor, async (c) => {
  const body = await readBody(c.req.raw, commenting);
  if (!body.ok) return problem(body.error);
  const record = await newId(c, "com");
  const error = await mutate(c, "comment.add@1", { ...body.value, id: record });
  return error ? problem(error) : answer(c, "comment", record, 201);
});
