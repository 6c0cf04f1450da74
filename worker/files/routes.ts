import { Hono } from "hono";
import * as z from "zod/mini";
import { cleanFileName, fileTypes } from "../../shared/files/types.ts";
import { isId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { entity, entityOfId, type RecordOf, type Row } from "../../shared/records/entities.ts";
import { requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { readRecord } from "../db/door.ts";
import { namesOf } from "../db/lent.ts";
import { loadPlaces } from "../db/rows.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { answer, doorOf, mutate, newId } from "../records/routes.ts";
import { keepBytes, readBytes, sizeOf, type Part } from "./bucket.ts";

/**
 * What files hold (docs/spec/files.md). Their records are read, renamed and deleted like all others
 * (worker/records/routes.ts); here they are announced, and their bytes come and go. Mounted at /api.
 */
export const fileRoutes = new Hono<AppEnv>();

const text = z.string().check(z.maxLength(limits.textMax));
const adding = z.strictObject({
  id: z.optional(z.string().check(z.maxLength(64))),
  about: z.string().check(z.maxLength(64)),
  name: text,
  mediaType: text,
  bytes: z.int().check(z.gte(0)),
  sha256: text,
});
export const fileBodies: Record<string, z.ZodMiniType> = { "POST /api/files": adding };

fileRoutes.post("/files", requireActor, async (c) => {
  const body = await readBody(c.req.raw, adding);
  if (!body.ok) return problem(body.error);
  const { id: given, ...said } = body.value;
  const record = given ?? (await newId(c, entity("file").kind));
  if (!isId(record)) return problem({ code: "invalid", fields: ["id"] });
  const error = await mutate(c, "file.add@1", { id: record, ...said });
  if (error) return problem(error);
  c.header("location", contentPath(record));
  return answer(c, "file", record, 201);
});
const contentPath = (id: string): string => `/api/files/${id}/content`;

type FileRow = RecordOf<"file">;
/**
 * The file, if this member may have what is in it now: its record with the fields that tell of its bytes, and what it is
 * about. What that is gone from, or was moved out of sight, has no files (FILE-4).
 */
async function shown(c: AppContext): Promise<FileRow | null> {
  const door = doorOf(c);
  const row = (await readRecord(door, "file", c.req.param("id") ?? "")) as FileRow | null;
  if (row?.sha256 === undefined) return null;
  const about = row.about ?? row.anchor;
  const of = entityOfId(about);
  return of && (await readRecord(door, of, about)) ? row : null;
}

fileRoutes.put("/files/:id/content", requireActor, async (c) => {
  const row = await shown(c);
  if (!row) return missing();
  const why = await mayNotSend(c, row);
  if (why !== null) return problem({ code: "denied", detail: why });
  const bucket = c.env.SEGMENTS;
  const announced = { bytes: row.bytes ?? 0, sha256: row.sha256 ?? "" };
  // Sent again because the answer was lost: what is there is what was announced, for nothing else is kept.
  if ((await sizeOf(bucket, row.id)) === null) {
    const said = Number(c.req.header("content-length") ?? announced.bytes);
    if (said > limits.fileBytesMax) return problem({ code: "too_large", detail: "A file may have 25 MB at most." });
    const whole = said === announced.bytes && c.req.raw.body !== null;
    if (!whole || !(await keepBytes(bucket, row.id, c.req.raw.body as ReadableStream, announced)))
      return problem({ code: "invalid", fields: ["sha256"], detail: "These are not the bytes that were announced. Send the file again." }); // prettier-ignore
  }
  const error = row.state === "here" ? null : await mutate(c, "file.arrive@1", { id: row.id });
  return error ? problem(error) : c.body(null, 204);
});

/** Whoever announced it sends it, as long as they may add files there; else why not. */
async function mayNotSend(c: AppContext, row: FileRow): Promise<string | null> {
  const { db, actor, now } = doorOf(c);
  if (row.createdBy !== actor.member) return "A file is sent by who added it.";
  if (actor.capabilities && !actor.capabilities.has("create")) return "This token may not do that.";
  const [, ...names] = namesOf(actor.facts);
  const place = (await loadPlaces(db, [row.anchor], actor.member, names)).get(row.anchor);
  const decision = place && actor.bound.decide("create", "file", row.compartment, place, now, row as Row);
  return decision?.allowed ? null : (decision?.why ?? "");
}

/** Asked with HEAD it answers the same without the bytes. */
fileRoutes.get("/files/:id/content", requireActor, async (c) => {
  const row = await shown(c);
  const size = row && (await sizeOf(c.env.SEGMENTS, row.id));
  if (!row || size === null) return missing();
  const kept = row.mediaType ?? "";
  const type = Object.hasOwn(fileTypes, kept) ? kept : "application/octet-stream";
  const headers = new Headers({
    "content-type": type,
    "content-disposition": `attachment; filename*=UTF-8''${escaped(cleanFileName(row.name ?? "", type))}`,
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "accept-ranges": "bytes",
    etag: `"${(row.sha256 ?? "").slice(0, 32)}"`,
  });
  const range = rangeOf(c.req.header("range"), size);
  if (range === "unmet") {
    headers.set("content-range", `bytes */${size}`);
    return new Response(null, { status: 416, headers });
  }
  // What is in a file never changes, so that a part always fits the part before it; a client that thinks of another file gets all.
  const part =
    c.req.header("if-range") === undefined || c.req.header("if-range") === headers.get("etag") ? range : null;
  if (part) headers.set("content-range", `bytes ${part.offset}-${part.offset + part.length - 1}/${size}`);
  headers.set("content-length", String(part?.length ?? size));
  const bytes = c.req.raw.method === "HEAD" ? null : await readBytes(c.env.SEGMENTS, row.id, part);
  return new Response(bytes, { status: part ? 206 : 200, headers });
});

/** One part of so many bytes. Null: all of them, also where several parts are asked for, or something else than bytes. */
function rangeOf(header: string | undefined, size: number): Part | "unmet" | null {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return null;
  const offset = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size : Math.min(size, Number(to) + 1);
  return offset >= end ? "unmet" : { offset, length: end - offset };
}
const escaped = (name: string): string =>
  encodeURIComponent(name).replaceAll(/['()*]/g, (one) => `%${one.codePointAt(0)?.toString(16).toUpperCase()}`);
