import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { entityOfId, type Row } from "../records/entities.ts";
import { emptyFields } from "../records/generic.ts";
import { defineMutation, type Mutation, type Tx } from "../records/mutation.ts";

/**
 * Comments on a section's text (COMMENT-1). Where one lies is said twice: as a range of Yjs relative positions, which
 * hold in the generation that they were taken in, and as a quote, by which the place is found again in a later one.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const body = z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.commentMax));
const end = z.string().check(z.maxLength(limits.rangeEndMax), z.regex(/^[A-Za-z0-9+/]+={0,2}$/));
/** Without a range where the editor shows less than the document holds: then the quote alone says where. */
const place = z.strictObject({
  start: z.optional(end),
  end: z.optional(end),
  quote: z.string().check(z.minLength(1), z.maxLength(limits.quoteMax)),
});

const addArgs = z.strictObject({ id, section: id, body, gen: z.int().check(z.gte(1)), place: z.optional(place) });
const replyArgs = z.strictObject({ id, parent: id, section: id, body });
const editArgs = z.strictObject({ id, section: id, body });
const deleteArgs = z.strictObject({ id, section: id });
const resolveArgs = z.strictObject({ id, section: id, resolved: z.boolean() });

type Fields = Parameters<Tx["edit"]>[1];
function create(tx: Tx, comment: string, section: Row, fields: Fields): Result<void> {
  if (entityOfId(comment) !== "section_comment") return fail("invalid", { fields: ["id"] });
  const { anchor, compartment } = section;
  const own = { section: section.id, group: section["group"], at: tx.now };
  tx.create("section_comment", { ...emptyFields("section_comment"), ...own, ...fields, id: comment, anchor, compartment }, "comment"); // prettier-ignore
  return ok(undefined);
} // prettier-ignore

const sectionIn = (tx: Tx, record: string): Row | null => (entityOfId(record) === "section" ? tx.get(record) : null);
/** A comment that is there, of just this section. */
function commentIn(tx: Tx, record: string, section: string): Row | null {
  const row = entityOfId(record) === "section_comment" ? tx.get(record) : null;
  return row && row["section"] === section && sectionIn(tx, section) ? row : null;
}
const reads = (a: { readonly id: string; readonly section: string }): string[] => [a.id, a.section];

const add = defineMutation<z.infer<typeof addArgs>>({
  name: "section_comment.add@1",
  args: addArgs,
  reads,
  run: (tx, a) => {
    const section = sectionIn(tx, a.section);
    if (!section) return fail("missing");
    const where = a.place && { rangeStart: a.place.start ?? null, rangeEnd: a.place.end ?? null, quote: a.place.quote };
    return create(tx, a.id, section, { body: a.body, gen: a.gen, ...where });
  },
});

const reply = defineMutation<z.infer<typeof replyArgs>>({
  name: "section_comment.reply@1",
  args: replyArgs,
  reads: (a) => [...reads(a), a.parent],
  run: (tx, a) => {
    const section = sectionIn(tx, a.section);
    const parent = commentIn(tx, a.parent, a.section);
    if (!section || !parent) return fail("missing");
    if (parent["parent"] !== null) return fail("invalid", { fields: ["parent"] }); // one level: an answer is to the thread
    return create(tx, a.id, section, { body: a.body, gen: parent["gen"], parent: parent.id });
  },
});

/** Words are their author's alone. */
function own(tx: Tx, a: { readonly id: string; readonly section: string }): Result<Row> {
  const row = commentIn(tx, a.id, a.section);
  if (!row) return fail("missing");
  return row.createdBy === tx.actor.member ? ok(row) : fail("denied", { detail: "A comment is its author's." });
}

const edit = defineMutation<z.infer<typeof editArgs>>({
  name: "section_comment.edit@1",
  args: editArgs,
  reads,
  run: (tx, a) => {
    const row = own(tx, a);
    if (!row.ok) return row;
    if (row.value["body"] === null) return fail("missing");
    if (row.value["body"] !== a.body) tx.edit(a.id, { body: a.body, editedAt: tx.now }, "comment");
    return ok(undefined);
  },
});

/** What others may have answered to stays, without its words; an answer goes whole. */
const remove = defineMutation<z.infer<typeof deleteArgs>>({
  name: "section_comment.delete@1",
  args: deleteArgs,
  reads,
  run: (tx, a) => {
    const row = own(tx, a);
    if (!row.ok) return row;
    if (row.value["parent"] === null) tx.edit(a.id, { body: null }, "comment");
    else tx.remove(a.id);
    return ok(undefined);
  },
});

const resolve = defineMutation<z.infer<typeof resolveArgs>>({
  name: "section_comment.resolve@1",
  args: resolveArgs,
  reads,
  run: (tx, a) => {
    const row = commentIn(tx, a.id, a.section);
    if (!row) return fail("missing");
    if (row["parent"] !== null) return fail("invalid", { fields: ["id"] });
    // Who was first stays: done already is done.
    if ((row["resolvedAt"] !== null) !== a.resolved)
      tx.edit(a.id, a.resolved ? { resolvedAt: tx.now, resolvedBy: tx.actor.member } : { resolvedAt: null, resolvedBy: null }, "comment"); // prettier-ignore
    return ok(undefined);
  },
});

export const sectionCommentMutations: readonly Mutation[] = [add, reply, edit, remove, resolve];
