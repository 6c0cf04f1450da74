import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { entity, entityOfId, type Row } from "../records/entities.ts";
import type { Field, Value } from "../records/field.ts";
import { defineMutation, type Fields, type Mutation, type Tx } from "../records/mutation.ts";
import { fieldsSchema } from "../records/record.ts";
import { twinEntities, type TwinEntity } from "./rows.ts";

/**
 * A merge makes one record stand for another of its kind: the other says which one it is now (`mergedInto`), and values
 * that were chosen go over. Nothing else moves: what hangs on the other stays under its key, so nobody sees more or less
 * than before, undoing is exact, and the history of both goes on (decision 0035). Rules: docs/spec/duplicates.md.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
/** As many as a list holds; of those before the pair is asked about again. */
const apartMost = 32;

/** Of two that are one the elder stays, whoever merges them and in whichever order they are named. */
export function survivor<R extends Pick<Row, "id" | "createdAt">>(one: R, other: R): readonly [stays: R, goes: R] {
  const elder = one.createdAt < other.createdAt || (one.createdAt === other.createdAt && one.id < other.id);
  return elder ? [one, other] : [other, one];
}

/** Fields that a merge may take over: free to edit, of the record itself, and no reference. */
export const isTakable = (name: TwinEntity, key: string): boolean => {
  const field = (entity(name).fields as Readonly<Record<string, Field>>)[key];
  return field !== undefined && !field.act && !field.apart && !field.of && !["ref", "lines", "list"].includes(field.type) && !left.has(key); // prettier-ignore
};
const left = new Set(["source", "unresolved"]);

/**
 * True if both lie in the same hands, so that a value that goes from one to the other comes to nobody who could not read
 * it there: one account, or two of one owner, team, region and restriction. What is not seen is not the same.
 */
export function inSameHands(one: Row, other: Row, look: (id: string) => Row | null | undefined): boolean {
  if (one.anchor === other.anchor) return true;
  const [a, b] = [one, other].map((row) => (entityOfId(row.id) === "account" ? row : look(row.anchor)));
  if (!a || !b) return false;
  return ["owner", "team", "region", "restricted"].every((key) => a[key] !== undefined && (a[key] ?? null) === (b[key] ?? null)); // prettier-ignore
}

const own = (name: TwinEntity, tx: Tx, record: string): Row | null =>
  entityOfId(record) === name ? tx.get(record) : null;

/** DUP-7. `take`: fields that the one that stays gets from the other; `under`: accounts of the two, where they differ. */
function mergeMutation(name: TwinEntity): Mutation {
  const args = z.strictObject({
    id,
    other: id,
    take: z.optional(z.array(id)),
    under: z.optional(z.array(id).check(z.maxLength(2))),
  });
  return defineMutation<z.infer<typeof args>>({
    name: `${name}.merge@1`,
    args,
    reads: (a) => [a.id, a.other, ...(a.under ?? [])],
    run: (tx, a) => {
      const [one, other] = [own(name, tx, a.id), own(name, tx, a.other)];
      if (!one || !other || a.id === a.other) return fail("missing");
      const [stays, goes] = survivor(one, other);
      const into = goes["mergedInto"] ?? null;
      if ((into !== null && into !== stays.id) || (stays["mergedInto"] ?? null) !== null)
        return fail("version_conflict", { fields: ["mergedInto"] });
      const take = [...new Set(a.take ?? [])];
      const strange = take.filter((key) => !isTakable(name, key) || goes[key] === undefined);
      if (strange.length > 0) return fail("invalid", { fields: strange });
      if (take.length > 0 && !inSameHands(stays, goes, (record) => tx.get(record)))
        return fail("denied", { detail: "They lie in different hands: they can be merged, and no value goes over." });
      tx.edit(stays.id, {}, "merge");
      if (take.length > 0) tx.edit(stays.id, Object.fromEntries(take.map((key) => [key, goes[key] ?? null])), "edit");
      tx.edit(goes.id, { mergedInto: stays.id, mergedAt: tx.now }, "merge"); // again: the history says by which acts
      return ok(undefined);
    },
  });
}

/**
 * DUP-8. Said by the Worker, which knows from the history what the merge wrote: `back` has for each field what it wrote and
 * what was there before. What somebody changed since stays.
 */
function unmergeMutation(name: TwinEntity): Mutation {
  const args = z.strictObject({
    id,
    into: id,
    back: z.object({ wrote: fieldsSchema(name, "edit"), before: fieldsSchema(name, "edit") }),
  });
  return defineMutation<z.infer<typeof args>>({
    name: `${name}.unmerge@1`,
    args,
    edge: true,
    reads: (a) => [a.id, a.into],
    run: (tx, a) => {
      const [goes, stays] = [own(name, tx, a.id), own(name, tx, a.into)];
      if (!goes || !stays) return fail("missing");
      if (goes["mergedInto"] !== a.into) return fail("version_conflict", { fields: ["mergedInto"] });
      const same = (x: Value | undefined, y: Value | undefined) => JSON.stringify(x ?? null) === JSON.stringify(y ?? null); // prettier-ignore
      const set: Fields = Object.fromEntries(Object.entries(a.back.before).filter(([key]) => same(stays[key], a.back.wrote[key]))); // prettier-ignore
      tx.edit(stays.id, {}, "merge");
      if (Object.keys(set).length > 0) tx.edit(stays.id, set, "edit");
      tx.edit(goes.id, { mergedInto: null, mergedAt: null }, "merge");
      return ok(undefined);
    },
  });
}

/** DUP-6. Told apart: the two are not offered as twins any more; `apart: false` takes it back. */
function apartMutation(name: TwinEntity): Mutation {
  const args = z.strictObject({ id, other: id, apart: z.optional(z.boolean()) });
  return defineMutation<z.infer<typeof args>>({
    name: `${name}.keep_apart@1`,
    args,
    reads: (a) => [a.id, a.other],
    run: (tx, a) => {
      const [one, other] = [own(name, tx, a.id), own(name, tx, a.other)];
      if (!one || !other || a.id === a.other) return fail("missing");
      const [stays, goes] = survivor(one, other);
      const others = apartFrom(goes).filter((each) => each !== stays.id);
      const next = a.apart === false ? others : [...others, stays.id].slice(-apartMost);
      tx.edit(stays.id, {}, "merge");
      tx.edit(goes.id, { apart: next.length > 0 ? next : null }, "merge");
      return ok(undefined);
    },
  });
}
const apartFrom = (row: Row): readonly string[] => (Array.isArray(row["apart"]) ? (row["apart"] as string[]) : []);
/** True if somebody said that the two are not one. */
export const areApart = (one: Row, other: Row): boolean =>
  apartFrom(one).includes(other.id) || apartFrom(other).includes(one.id);

export const duplicateMutations: readonly Mutation[] = twinEntities.flatMap((name) => [
  mergeMutation(name),
  unmergeMutation(name),
  apartMutation(name),
]);
