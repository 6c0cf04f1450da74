import { Hono } from "hono";
import * as z from "zod/mini";
import { idBytes, isId, makeId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { DomainError } from "../../shared/kernel/result.ts";
import { noticeId, noticeKinds, noticeModes, preferenceId } from "../../shared/notices/kinds.ts";
import { holdersOf } from "../../shared/approvals/holders.ts";
import { ownAnchors } from "../../shared/records/anchors.ts";
import {
  compartmentsOf,
  configuration,
  entity,
  entityNames,
  entityOfId,
  personal,
  type EntityName,
  type Row,
} from "../../shared/records/entities.ts";
import { fieldsSchema, linesSchema } from "../../shared/records/record.ts";
import { requireActor } from "../auth/actor.ts";
import { countRead } from "../audit/record.ts";
import { sha256 } from "../auth/secrets.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { openDb } from "../db/db.ts";
import { listRecords, ops, readRecord, type DoorContext, type ListAsk, type Op } from "../db/door.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { push } from "../sync/push.ts";
import { readClient } from "../sync/store.ts";
import { tell } from "../sync/tell.ts";

/** Records over HTTP: the same door for reading and the same mutations for writing as the devices have. Mounted at /api. */
export const recordRoutes = new Hono<AppEnv>();

const id = z.string().check(z.maxLength(64));
const where = {
  id: z.optional(id),
  anchor: z.optional(id),
  compartment: z.optional(z.string().check(z.maxLength(20))),
};

const fields = z.looseObject(where);
/** The fields of a new record and where it goes, as one body. */
const creating = (name: EntityName) =>
  z.extend(fieldsSchema(name, "create") as typeof fields, where) as z.ZodMiniType<z.infer<typeof fields>>;

/** Acts that are not edits, each with its mutation. `args` makes the mutation's arguments from the body. */
interface Act {
  readonly entity: EntityName;
  readonly verb: string;
  readonly body: z.ZodMiniType<Record<string, unknown>>;
  readonly mutation: string;
  /** Of a record that it makes besides. */
  readonly makes?: EntityName;
  readonly args: (row: Row, body: Record<string, unknown>, made: string) => unknown;
}
/** Of a handover: the account, and what changes hands; the account itself if nothing is named. */
const handing = (row: Row, body: Record<string, unknown>): Record<string, unknown> => ({
  ...body,
  id: row.id,
  account: row.anchor,
  about: row["about"] ?? row.anchor,
});
const plain = (row: Row, body: Record<string, unknown>): unknown => ({ ...body, id: row.id });
function inSection(row: Row, body: Record<string, unknown>): unknown {
  return { ...body, id: row.id, section: row["section"] };
}
const acts: readonly Act[] = [
  {
    entity: "opportunity", verb: "advance", mutation: "opportunity.advance@1",
    body: z.strictObject({
      to: id, from: z.optional(id), order: z.optional(z.string()), outcomeCode: z.optional(z.string()), outcomeReason: z.optional(z.string()),
      approval: z.optional(id), handoff: z.optional(id),
    }),
    args: (row, body) => ({ from: row["stage"], ...body, id: row.id }),
  },
  {
    entity: "opportunity", verb: "price", mutation: "opportunity.price@1",
    body: z.strictObject({ lines: linesSchema, currency: z.optional(z.string()), seen: z.optional(z.nullable(linesSchema)) }),
    args: plain,
  },
  {
    entity: "account", verb: "reassign", mutation: "account.reassign@1",
    body: z.strictObject({ to: id, from: z.optional(z.nullable(id)), team: z.optional(z.nullable(id)), region: z.optional(z.nullable(id)) }),
    args: (row, body) => ({ from: row["owner"] ?? null, ...body, id: row.id }),
  },
  { entity: "account", verb: "restrict", mutation: "account.restrict@1", body: z.strictObject({ restricted: z.boolean() }), args: plain },
  {
    entity: "task", verb: "complete", mutation: "task.complete@1",
    body: z.strictObject({ done: z.boolean(), due: z.optional(z.nullable(z.string())) }), args: plain,
  },
  {
    entity: "task", verb: "check", mutation: "task.check@1",
    body: z.strictObject({ at: z.int(), text: z.string(), done: z.boolean() }), args: plain,
  },
  {
    entity: "member", verb: "facts", mutation: "member.set_facts@1",
    body: z.strictObject({ teams: z.optional(z.array(z.string())), regions: z.optional(z.array(z.string())), employment: z.optional(z.string()) }),
    args: plain,
  },
  { entity: "member", verb: "email", mutation: "member.set_email@1", body: z.strictObject({ email: z.string() }), args: plain },
  {
    entity: "member", verb: "assign", mutation: "member.assign@1",
    body: z.strictObject({ base: z.optional(z.string()), duties: z.optional(z.array(z.string())) }),
    args: plain,
  },
  {
    entity: "approval", verb: "decide", mutation: "approval.decide@1",
    body: z.strictObject({ decision: z.string(), note: z.optional(z.string()), to: z.optional(id), seen: z.optional(z.record(z.string(), z.any())) }),
    args: (row, body) => ({ ...body, id: row.id, about: row["about"], anchor: row.anchor }),
  },
  {
    entity: "approval", verb: "answer", mutation: "approval.answer@1",
    body: z.strictObject({ answer: z.string(), seen: z.optional(z.record(z.string(), z.any())) }),
    args: (row, body) => ({ ...body, id: row.id, about: row["about"] }),
  },
  { entity: "handoff", verb: "offer", mutation: "handoff.offer@1", args: handing,
    body: z.strictObject({ to: id, team: z.optional(id), late: z.optional(id), moves: z.optional(z.array(z.string())) }),
  },
  {
    entity: "handoff", verb: "accept", mutation: "handoff.accept@1",
    body: z.strictObject({ team: z.optional(id), region: z.optional(id), moves: z.optional(z.array(id)) }),
    args: (row, body) => ({ from: row["fromMember"], ...(row["toTeam"] ? { asked: row["toTeam"] } : {}), ...body, ...handing(row, {}) }),
  },
  { entity: "handoff", verb: "return", mutation: "handoff.return@1", body: z.strictObject({ reason: z.string() }), args: (row, body) => ({ ...body, id: row.id, account: row.anchor }) },
  { entity: "handoff", verb: "withdraw", mutation: "handoff.withdraw@1", body: z.strictObject({}), args: (row) => ({ id: row.id, account: row.anchor }) },
  {
    entity: "case", verb: "assign", mutation: "case.assign@1", body: z.strictObject({ to: z.nullable(id), from: z.optional(z.nullable(id)) }),
    args: (row, body) => ({ from: row["owner"] ?? null, ...body, id: row.id, account: row.anchor }),
  },
  {
    entity: "case", verb: "move", mutation: "case.move@1",
    body: z.strictObject({
      to: z.string(), from: z.optional(z.string()), nextAction: z.string(), nextActionDay: z.string(), nextActionZone: z.optional(z.nullable(z.string())),
    }),
    args: (row, body) => ({ from: row["status"] ?? "new", ...body, id: row.id }),
  },
  {
    entity: "case", verb: "tell", mutation: "case.tell@1", body: z.strictObject({ words: z.string() }), makes: "activity",
    args: (row, body, line) => ({ ...body, id: row.id, account: row.anchor, line }),
  },
  ...(["finish", "discard"] as const).map((verb): Act => ({
    entity: "handoff", verb, mutation: `handoff.${verb}@1`, body: z.strictObject({}), args: (row) => ({ id: row.id, account: row.anchor }),
  })),
  { entity: "case", verb: "escalate", mutation: "case.escalate@1", body: z.strictObject({ to: id }), args: plain },
  { entity: "case", verb: "deescalate", mutation: "case.deescalate@1", body: z.strictObject({}), args: plain },
  {
    entity: "case", verb: "resolve", mutation: "case.resolve@1",
    body: z.strictObject({ status: z.optional(z.string()), cause: z.optional(z.string()), fix: z.optional(z.string()) }), args: plain,
  },
  { entity: "case", verb: "reopen", mutation: "case.reopen@1", body: z.strictObject({}), args: plain },
  ...(["task", "opportunity", "lead"] as const).map((name): Act => ({
    entity: name, verb: "assign", mutation: `${name}.assign@1`, body: z.strictObject({ to: id, from: z.optional(z.nullable(id)) }),
    args: (row, body) => ({ from: row["owner"] ?? null, ...body, id: row.id, account: row.anchor, ...(row["about"] ? { about: row["about"] } : {}) }),
  })),
  {
    entity: "lead", verb: "qualify", mutation: "lead.qualify@1",
    body: z.strictObject({ to: z.string(), need: z.optional(z.string()), timeline: z.optional(z.string()) }), args: plain,
  },
  { entity: "lead", verb: "disqualify", mutation: "lead.disqualify@1", body: z.strictObject({ reason: z.string(), words: z.optional(z.string()) }), args: plain },
  { entity: "lead", verb: "reopen", mutation: "lead.reopen@1", body: z.strictObject({}), args: plain },
  {
    entity: "lead", verb: "convert", mutation: "lead.convert@1",
    body: z.strictObject({ into: z.optional(id), contact: z.optional(z.looseObject({ id })), opportunity: z.optional(z.looseObject({ id })) }),
    args: (row, body) => ({ into: row.anchor, ...body, id: row.id, account: row.anchor }),
  },
  { entity: "view", verb: "share", mutation: "view.share@1", body: z.strictObject({ team: z.nullable(id) }), args: plain },
  { entity: "approval", verb: "withdraw", mutation: "approval.withdraw@1", body: z.strictObject({}), args: plain },
  { entity: "section_comment", verb: "edit", mutation: "section_comment.edit@1", body: z.strictObject({ body: z.string() }), args: inSection },
  { entity: "section_comment", verb: "resolve", mutation: "section_comment.resolve@1", body: z.strictObject({ resolved: z.boolean() }), args: inSection },
]; // prettier-ignore

export const doorOf = (c: AppContext): DoorContext => ({
  db: openDb(c.env.DB, c.get("cost")),
  actor: c.get("actor"),
  now: Date.now(),
  cell: c.env.CELL,
});
/** Hash of the record as this member sees it: a change that is hidden from them moves no tag (access.md 57). */
const etagOf = async (row: Row): Promise<string> => `"${(await sha256(JSON.stringify(row))).slice(0, 22)}"`;

export async function answer(c: AppContext, name: EntityName, record: string, status: 200 | 201): Promise<Response> {
  const row = await readRecord(doorOf(c), name, record);
  if (!row) return c.body(null, 204); // done, and out of the actor's own sight by it
  c.header("etag", await etagOf(row));
  return c.json(row, status);
}

/** One mutation of a client that lives for this request; with an Idempotency-Key, for every repeat of it. */
export async function mutate(c: AppContext, name: string, args: unknown): Promise<DomainError | null> {
  const client = await clientOf(c);
  const pushed = await push({ ...doorOf(c), inside: true }, { client, device: "http", muts: [{ n: 1, name, args }] });
  if (!pushed.ok) return pushed.error;
  if (pushed.value.announcement) await tell(c, pushed.value.announcement);
  const result = pushed.value.answer.results[0];
  if (!result || result.ok) return null;
  return {
    code: result.code,
    ...(result.fields ? { fields: result.fields } : {}),
    ...(result.detail ? { detail: result.detail } : {}),
    ...(result.unmet ? { unmet: result.unmet } : {}),
    ...(result.approval ? { approval: result.approval } : {}),
  };
}
async function clientOf(c: AppContext): Promise<string> {
  const key = c.req.header("idempotency-key");
  return key
    ? `http_${(await sha256(`${c.get("actor").member}|${c.req.method} ${c.req.path}|${key}`)).slice(0, 32)}`
    : `http_${crypto.randomUUID()}`;
}
/**
 * True if this request, by its Idempotency-Key, was carried out before. Then it answers as before, whatever has become
 * of the record since: of its mutation only the outcome is asked.
 */
async function isRepeat(c: AppContext): Promise<boolean> {
  return (
    !!c.req.header("idempotency-key") && (await readClient(openDb(c.env.DB, c.get("cost")), await clientOf(c))) !== null
  );
}
/** A repeat with the same Idempotency-Key makes the same id, so that it answers as before. */
export async function newId(c: AppContext, kind: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(`${await clientOf(c)}|${kind}`));
  return makeId(c.env.CELL, kind, new Uint8Array(digest).subarray(0, idBytes));
}

function askOf(c: AppContext): ListAsk | DomainError {
  const url = new URL(c.req.url);
  const limit = Number(url.searchParams.get("limit") ?? limits.listDefault);
  if (!Number.isInteger(limit) || limit < 1 || limit > limits.listMax) return { code: "invalid", fields: ["limit"] };
  const filters: { field: string; op: Op; value: string }[] = [];
  for (const [key, value] of url.searchParams) {
    if (["limit", "cursor", "sort", "q"].includes(key)) continue;
    const [, field, op] = /^filter\[(\w{1,40})\]\[(\w{2,8})\]$/.exec(key) ?? [];
    const known = ops.find((one) => one === op);
    if (!field || !known || value.length > limits.textMax) return { code: "invalid", fields: [key.slice(0, 60)] };
    filters.push({ field, op: known, value });
  }
  if (filters.length > 10) return { code: "invalid", fields: ["filter"] };
  const text = (key: string): string | null => url.searchParams.get(key)?.slice(0, limits.textMax) || null;
  return { limit, cursor: text("cursor"), sort: text("sort"), q: text("q"), filters };
}

/** Bodies of these routes, for openapi.json; the mutations validate the fields once more. */
export const recordBodies: Record<string, z.ZodMiniType> = {};

/** Whose reach is all sees everybody's work: what they open is written down (AUDIT-4). What all know is not. */
const isWide = (c: AppContext, name: EntityName): boolean =>
  !configuration.has(name) &&
  compartmentsOf(name).some((compartment) => c.get("actor").bound.readReaches(name, compartment).has("all"));

for (const name of entityNames) {
  const path = `/${entity(name).plural}`;

  recordRoutes.get(path, requireActor, async (c) => {
    const ask = askOf(c);
    if ("code" in ask) return problem(ask);
    const listing = await listRecords(doorOf(c), name, ask);
    if (listing.ok) countRead(c, name, listing.value.items.length, isWide(c, name));
    return listing.ok ? c.json(listing.value) : problem(listing.error);
  });

  recordRoutes.get(`${path}/:id`, requireActor, async (c) => {
    const row = await readRecord(doorOf(c), name, c.req.param("id"));
    if (!row) return missing();
    if (isWide(c, name)) countRead(c, name, 1, true);
    c.header("etag", await etagOf(row));
    return c.json(row);
  });

  const ownActs = acts.filter((one) => one.entity === name);
  if (name === "approval") recordRoutes.post(path, requireActor, askForApproval);
  else if (name === "section_comment") commentRoutes(path);
  else if (personal.has(name)) personalRoutes(name, path);
  else freely(name, path);
  for (const act of ownActs) {
    recordBodies[`POST /api${path}/:id/${act.verb}`] = act.body;
    recordRoutes.post(`${path}/:id/${act.verb}`, requireActor, async (c) => {
      const body = await readBody(c.req.raw, act.body);
      if (!body.ok) return problem(body.error);
      const id = c.req.param("id");
      const row = await readRecord(doorOf(c), name, id);
      if (!row && !(await isRepeat(c))) return missing();
      const error = await mutate(
        c,
        act.mutation,
        row && act.args(row, body.value, act.makes ? await newId(c, entity(act.makes).kind) : ""),
      );
      return error ? problem(error) : answer(c, name, id, 200);
    });
  }
}

function making(name: EntityName, path: string): void {
  const created = creating(name);
  recordBodies[`POST /api${path}`] = created;
  recordRoutes.post(path, requireActor, async (c) => {
    const body = await readBody(c.req.raw, created);
    if (!body.ok) return problem(body.error);
    const { id: given, anchor, compartment, ...fields } = body.value;
    const record = given ?? (await newId(c, entity(name).kind));
    if (!isId(record)) return problem({ code: "invalid", fields: ["id"] });
    const at = ownAnchors.has(name) ? record : anchor;
    if (at === undefined)
      return problem({ code: "invalid", fields: ["anchor"], detail: "Say under which account: `anchor`." });
    const error = await mutate(c, `${name}.create@1`, {
      id: record,
      anchor: at,
      ...(compartment === undefined ? {} : { compartment }),
      fields,
    });
    return error ? problem(error) : answer(c, name, record, 201);
  });
}

/** Making, editing and deleting, for the entities that have it. What needs somebody's yes names it: `?approval=`. */
function freely(name: EntityName, path: string): void {
  if (name !== "file") making(name, path); // worker/files
  recordBodies[`PATCH /api${path}/:id`] = fieldsSchema(name, "edit");
  const named = (c: AppContext): { readonly approval?: string } => {
    const approval = c.req.query("approval");
    return approval ? { approval } : {};
  };

  recordRoutes.patch(`${path}/:id`, requireActor, async (c) => {
    const body = await readBody(c.req.raw, z.record(z.string(), z.any()));
    if (!body.ok) return problem(body.error);
    const id = c.req.param("id");
    const row = await readRecord(doorOf(c), name, id); // visibility first, then version, then the rest
    const tag = c.req.header("if-match");
    if (!(await isRepeat(c))) {
      if (!row) return missing();
      if (tag !== undefined && tag !== "*" && tag !== (await etagOf(row))) return problem({ code: "version_conflict" });
    }
    const error = await mutate(c, `${name}.edit@1`, {
      id,
      set: body.value,
      seen: tag === undefined ? {} : row,
      ...named(c),
    });
    return error ? problem(error) : answer(c, name, id, 200);
  });

  recordRoutes.delete(`${path}/:id`, requireActor, async (c) => {
    const error = await mutate(c, `${name}.delete@1`, { id: c.req.param("id"), ...named(c) });
    return error ? problem(error) : c.body(null, 204);
  });

  recordRoutes.post(`${path}/:id/restore`, requireActor, async (c) => {
    const error = await mutate(c, `${name}.restore@1`, { id: c.req.param("id") });
    return error ? problem(error) : answer(c, name, c.req.param("id"), 200);
  });
}

const commenting = z.strictObject({
  id: z.optional(id),
  section: id,
  body: z.string(),
  parent: z.optional(id),
  gen: z.optional(z.int()),
  place: z.optional(z.strictObject({ start: z.optional(z.string()), end: z.optional(z.string()), quote: z.string() })),
});
recordBodies["POST /api/section_comments"] = commenting;

/** A comment on a section, or an answer to one: by whoever may comment there, with or without the right to write. */
function commentRoutes(path: string): void {
  recordRoutes.post(path, requireActor, async (c) => {
    const body = await readBody(c.req.raw, commenting);
    if (!body.ok) return problem(body.error);
    const { id: given, parent, gen, place, ...rest } = body.value;
    const record = given ?? (await newId(c, entity("section_comment").kind));
    if (!isId(record)) return problem({ code: "invalid", fields: ["id"] });
    const section = await readRecord(doorOf(c), "section", rest.section);
    const error = parent
      ? await mutate(c, "section_comment.reply@1", { ...rest, id: record, parent })
      : await mutate(c, "section_comment.add@1", { ...rest, id: record, gen: gen ?? section?.["gen"] ?? 1, ...(place ? { place } : {}) });
    return error ? problem(error) : answer(c, "section_comment", record, 201);
  }); // prettier-ignore
  recordRoutes.delete(`${path}/:id`, requireActor, async (c) => {
    const row = await readRecord(doorOf(c), "section_comment", c.req.param("id"));
    if (!row && !(await isRepeat(c))) return missing();
    const error = await mutate(c, "section_comment.delete@1", row && inSection(row, {}));
    return error ? problem(error) : c.body(null, 204);
  });
}

const minute = z.optional(z.nullable(z.int()));
const marking = z.strictObject({
  kind: z.enum(noticeKinds),
  about: id,
  until: z.optional(z.nullable(z.string())),
  shown: z.optional(z.int()),
  opened: z.optional(z.int()),
});
const choosing = z.strictObject({
  modes: z.optional(z.record(z.string(), z.enum(noticeModes))),
  quietFrom: minute,
  quietTo: minute,
});

recordBodies["POST /api/notices"] = marking;
recordBodies["POST /api/preferences"] = choosing;

/** What is a member's own is moved by that member alone, under their own name: nobody says whose it is. */
function personalRoutes(name: EntityName, path: string): void {
  recordRoutes.post(path, requireActor, async (c) => {
    const anchor = c.get("actor").member;
    if (name === "preference") {
      const body = await readBody(c.req.raw, choosing);
      if (!body.ok) return problem(body.error);
      const error = await mutate(c, "preference.set@1", { anchor, ...body.value });
      return error ? problem(error) : answer(c, name, preferenceId(anchor), 200);
    }
    const body = await readBody(c.req.raw, marking);
    if (!body.ok) return problem(body.error);
    const { kind, about, until, ...mark } = body.value;
    const error =
      until === undefined
        ? await mutate(c, "notice.mark@1", { anchor, marks: [{ kind, about, ...mark }] })
        : await mutate(c, "notice.snooze@1", { anchor, kind, about, until });
    return error ? problem(error) : answer(c, name, noticeId(anchor, kind, about), 200);
  });
}

const asking = z.strictObject({
  about: id,
  kind: z.string(),
  reason: z.string(),
  name: z.optional(z.string()),
  member: z.optional(id),
  set: z.optional(z.record(z.string(), z.any())),
  seen: z.optional(z.record(z.string(), z.any())),
  again: z.optional(id),
});
recordBodies["POST /api/approvals"] = asking;

/** Asks for somebody's yes. Who is asked follows from the kind, or is one member by name. */
async function askForApproval(c: AppContext): Promise<Response> {
  const body = await readBody(c.req.raw, asking);
  if (!body.ok) return problem(body.error);
  const door = doorOf(c);
  const { about, kind, name, ...rest } = body.value;
  const of = entityOfId(about);
  const record = await newId(c, entity("approval").kind);
  const subject = of && (await readRecord(door, of, about));
  if (!subject) return (await isRepeat(c)) ? answer(c, "approval", record, 201) : missing();
  const account = await readRecord(door, "account", subject.anchor);
  const rule = door.actor.bound.rules.approvals?.find((one) => one.kind === kind && one.on === of);
  const members = rule && (await listRecords(door, "member", everyone));
  const place = { team: textOf(account?.["team"]), region: textOf(account?.["region"]) };
  const parties = [
    door.actor.member,
    ...door.actor.bound.ownNames(door.now),
    textOf(subject["owner"]) ?? textOf(account?.["owner"]) ?? "",
  ];
  const holders = rule && members?.ok ? holdersOf(members.value.items, rule.asked, place, parties) : [];
  if (rule && holders.length === 0 && !rest.member)
    return problem({ code: "invalid", fields: ["to"], detail: "There is nobody in reach who could decide." });
  const error = await mutate(c, "approval.ask@1", {
    ...rest,
    id: record,
    about,
    anchor: subject.anchor,
    kind,
    name: name ?? (String(subject["name"] ?? "").slice(0, limits.nameMax) || kind),
    to: rest.member ? [rest.member] : rule ? holders.slice(0, 50).map((holder) => holder.id) : [door.actor.member],
  });
  return error ? problem(error) : answer(c, "approval", record, 201);
}
const everyone: ListAsk = { limit: limits.listMax, cursor: null, sort: null, q: null, filters: [] };
const textOf = (value: Row[string]): string | null => (typeof value === "string" ? value : null);
