import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId } from "../records/entities.ts";
import { emptyFields } from "../records/generic.ts";
import { defineMutation } from "../records/mutation.ts";
import { taskGroup } from "./kinds.ts";

/**
 * A task that an item of a note stands for, its writer's until they give it away (SECTION-11). Its id follows from the
 * item, so whoever makes it of the same item makes the same record: done twice is done once, and what was deleted comes
 * back.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const name = z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.textMax));
const args = z.strictObject({ id, section: id, name });

export const addTask = defineMutation<z.infer<typeof args>>({
  name: "section.add_task@1",
  args,
  reads: (a) => [a.id, a.section],
  run: (tx, a) => {
    const section = entityOfId(a.section) === "section" ? tx.get(a.section) : null;
    if (!section) return fail("missing");
    const group = taskGroup(section); // as it is now: it may have been narrowed since the item was written
    if (group === undefined) return fail("denied");
    const there = tx.get(a.id) ?? (tx.edge && tx.restore(a.id) ? tx.get(a.id) : null);
    if (there ? there["about"] !== section.id : entityOfId(a.id) !== "task") return fail("invalid", { fields: ["id"] });
    if (there) return ok(undefined);
    const { anchor, compartment } = section;
    const own = { id: a.id, anchor, compartment, name: a.name, about: section.id, owner: tx.actor.member, group };
    tx.create("task", { ...emptyFields("task"), ...own, done: false });
    return tx.get(a.id) ? ok(undefined) : fail("denied"); // who would not see it does not make it
  },
});
