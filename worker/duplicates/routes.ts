import { Hono } from "hono";
import * as z from "zod/mini";
import { isTwinEntity, kindOfTwins, twinOf } from "../../shared/duplicates/rows.ts";
import { mailKey, nameWords, phoneKey, score, seen, siteKey } from "../../shared/duplicates/score.ts";
import { thresholds } from "../../shared/duplicates/twins.ts";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { entityOfId, type RecordOf, type Row } from "../../shared/records/entities.ts";
import { isVisible, project } from "../../shared/records/record.ts";
import { requireActor } from "../auth/actor.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { readRecord } from "../db/door.ts";
import { namesOf } from "../db/lent.ts";
import { loadPlaces } from "../db/rows.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { answer, doorOf, mutate } from "../records/routes.ts";
import { candidates, countAsk, wroteOf } from "./store.ts";

/** Twins: merged, told apart, asked for (docs/spec/duplicates.md). Finding them is the client's. Mounted at /api. */
export const duplicateRoutes = new Hono<AppEnv>();

const id = z.string().check(z.maxLength(64));
const text = z.string().check(z.maxLength(limits.textMax));
const merging = z.strictObject({ id, other: id, take: z.optional(z.array(text)) });
const parting = z.strictObject({ id, other: id, apart: z.optional(z.boolean()) });
const undoing = z.strictObject({ id });
const asking = z.strictObject({
  entity: z.enum(["account", "contact"]),
  name: text,
  email: z.optional(text),
  phone: z.optional(text),
  website: z.optional(text),
  city: z.optional(text),
});
export const duplicateBodies: Record<string, z.ZodMiniType> = {
  "POST /api/duplicates/merge": merging,
  "POST /api/duplicates/apart": parting,
  "POST /api/duplicates/undo": undoing,
  "POST /api/duplicates/ask": asking,
};

/** A record that could have a twin, as the member sees it. */
async function own(c: AppContext, record: string): Promise<Row | null> {
  const name = entityOfId(record);
  return name && isTwinEntity(name) ? readRecord(doorOf(c), name, record) : null;
}

duplicateRoutes.post("/duplicates/merge", requireActor, async (c) => {
  const body = await readBody(c.req.raw, merging);
  if (!body.ok) return problem(body.error);
  const [one, other] = [await own(c, body.value.id), await own(c, body.value.other)];
  const name = entityOfId(body.value.id);
  if (!one || !other || !name) return missing();
  const under = one.anchor === other.anchor ? [] : [one.anchor, other.anchor];
  const error = await mutate(c, `${name}.merge@1`, { ...body.value, ...(under.length > 0 ? { under } : {}) });
  return error ? problem(error) : answer(c, name, body.value.id, 200);
});

duplicateRoutes.post("/duplicates/apart", requireActor, async (c) => {
  const body = await readBody(c.req.raw, parting);
  if (!body.ok) return problem(body.error);
  const name = entityOfId(body.value.id);
  if (!name || !isTwinEntity(name)) return missing();
  const error = await mutate(c, `${name}.keep_apart@1`, body.value);
  return error ? problem(error) : answer(c, name, body.value.id, 200);
});

duplicateRoutes.post("/duplicates/undo", requireActor, async (c) => {
  const body = await readBody(c.req.raw, undoing);
  if (!body.ok) return problem(body.error);
  const goes = await own(c, body.value.id);
  const name = entityOfId(body.value.id);
  if (!goes || !name || !isTwinEntity(name)) return missing();
  const into = typeof goes["mergedInto"] === "string" ? await own(c, goes["mergedInto"]) : null;
  if (!into) return problem({ code: "version_conflict", fields: ["mergedInto"] });
  if (Date.now() - Number(goes["mergedAt"] ?? 0) > edgeLimits.mergeUndoMs)
    return problem({ code: "denied", detail: "A merge can be undone for thirty days." });
  const back = await wroteOf(doorOf(c).db, name, goes, into);
  const error = await mutate(c, `${name}.unmerge@1`, { id: goes.id, into: into.id, back });
  return error ? problem(error) : answer(c, name, goes.id, 200);
});

/**
 * DUP-10: whether a colleague has something that is surely this, and whom to ask. Only of what is hidden from who asks and
 * what the policy lets be matched (`match`); never how many, which, or why. Nothing there, nothing that may be told of,
 * and what one sees oneself are one answer.
 */
duplicateRoutes.post("/duplicates/ask", requireActor, async (c) => {
  const body = await readBody(c.req.raw, asking);
  if (!body.ok) return problem(body.error);
  const door = doorOf(c);
  const { actor, db, now } = door;
  const { entity: name, email, phone, ...said } = body.value;
  const asks = actor.bound.rules.allow.some(({ actions, entity }) => actions.includes("match") && entity.includes(name)); // prettier-ignore
  if (!asks || (actor.capabilities && !actor.capabilities.has("match")))
    return problem({ code: "denied", detail: "Your role does not ask this." });
  const counted = await countAsk(db, actor.member, now);
  if (counted.hour > edgeLimits.twinAsksPerHour || counted.day > edgeLimits.twinAsksPerDay)
    return problem({ code: "too_many_requests", detail: "That is asked a few times an hour. Ask a data steward." });

  const kind = kindOfTwins(name);
  const asked = { id: "", ...said, emails: [email], phones: [phone] };
  const one = seen(asked, kind);
  const found = await candidates(db, name, {
    phones: phone ? [phoneKey(phone) ?? ""].filter((key) => key !== "") : [],
    emails: email ? [mailKey(email)] : [],
    site: said.website ? siteKey(said.website) : "",
    word: nameOf(said.name, kind),
  });
  const [, ...names] = namesOf(actor.facts);
  const anchors = [...new Set(found.map(({ row }) => row.anchor))];
  const places = await loadPlaces(db, anchors, actor.member, names);
  let best: { readonly bits: number; readonly owner: string | null } | null = null;
  for (const { entity, row } of found) {
    const place = places.get(row.anchor);
    if (!place || isVisible(entity, row, actor.bound.recordMask(entity, row, place, now))) continue;
    const may = actor.bound.decide("match", entity, row.compartment, place, now, row);
    const matched = may.allowed ? project(entity, row, may.groups) : null;
    if (!matched) continue;
    const { bits, by, clash } = score(one, seen(twinOf(name, matched as RecordOf<typeof name>), kind), kind);
    const sure = (bits >= thresholds.automatic && !clash) || (name === "account" && by.includes("same.name"));
    if (sure && bits > (best?.bits ?? 0)) best = { bits, owner: place.anchor.owner };
  }
  return c.json({ found: best !== null, ask: best?.owner ?? null });
});
/** The longest word of a name, which a twin has too: as it is written, for it is looked for as it is written. */
function nameOf(name: string, kind: ReturnType<typeof kindOfTwins>): string {
  if (nameWords(name, kind).length === 0) return "";
  const words = name.toLowerCase().split(/[^\p{L}\p{N}]+/u);
  return words.toSorted((a, b) => b.length - a.length)[0] ?? "";
}
