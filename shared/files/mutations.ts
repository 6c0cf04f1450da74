import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId, type EntityName } from "../records/entities.ts";
import { editMutation, emptyFields } from "../records/generic.ts";
import { defineMutation, type Mutation } from "../records/mutation.ts";
import { cleanFileName, fileTypes } from "./types.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));

/** What files hang on. A note has its own text, and a task its checklist. */
const carries: ReadonlySet<EntityName | null> = new Set<EntityName | null>([
  "account", "contact", "lead", "opportunity", "case", "handoff",
]); // prettier-ignore

const addArgs = z.strictObject({
  id,
  about: id,
  name: z.string().check(z.minLength(1), z.maxLength(limits.textMax)),
  mediaType: z.string().check(z.maxLength(100)),
  bytes: z.int().check(z.gte(0)),
  sha256: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
});
/**
 * `file.add@1`: the record of a file, in the place of what it is about. What is in it follows (worker/files), and must be
 * what was announced: so many bytes, with this hash.
 */
const addFile = defineMutation<z.infer<typeof addArgs>>({
  name: "file.add@1",
  args: addArgs,
  reads: (a) => [a.id, a.about],
  run: (tx, { id: file, about, name, mediaType, bytes, sha256 }) => {
    if (entityOfId(file) !== "file") return fail("invalid", { fields: ["id"] });
    const subject = tx.get(about);
    if (!subject) return fail("missing");
    if (!carries.has(entityOfId(about))) return fail("invalid", { fields: ["about"], detail: "Files hang on accounts, people, leads, opportunities, cases and handoffs." }); // prettier-ignore
    if (!Object.hasOwn(fileTypes, mediaType))
      return fail("invalid", { fields: ["mediaType"], detail: "Files of this type are not kept: PDF, pictures, office documents, text and mails are." }); // prettier-ignore
    if (bytes === 0) return fail("invalid", { fields: ["bytes"], detail: "This file is empty." });
    if (bytes > limits.fileBytesMax) return fail("too_large", { fields: ["bytes"], detail: "A file may have 25 MB at most." }); // prettier-ignore
    const { anchor, compartment } = subject;
    const said = { name: cleanFileName(name, mediaType), about, mediaType, bytes, sha256, state: "expected" };
    tx.create("file", { ...emptyFields("file"), ...said, id: file, anchor, compartment });
    return ok(undefined);
  },
});

const arriveArgs = z.strictObject({ id });
/** `file.arrive@1`: what was announced lies in the cell's bucket. By the Worker, in the name of who sent it. */
const arriveFile = defineMutation<z.infer<typeof arriveArgs>>({
  name: "file.arrive@1",
  args: arriveArgs,
  reads: (a) => [a.id],
  edge: true,
  run: (tx, a) => {
    const file = entityOfId(a.id) === "file" ? tx.get(a.id) : null;
    if (!file) return fail("missing");
    tx.edit(a.id, { state: "here" }, "create");
    return ok(undefined);
  },
});

/** Nobody makes one by its fields, and of one that is there the name alone is edited. */
export const fileMutations: readonly Mutation[] = [addFile, arriveFile, editMutation("file")];
