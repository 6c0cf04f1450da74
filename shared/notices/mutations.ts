import * as z from "zod/mini";
import { isDay } from "../kernel/clock.ts";
import { isId } from "../kernel/id.ts";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import type { EntityName, Row } from "../records/entities.ts";
import type { Custom } from "../records/field.ts";
import { emptyFields } from "../records/generic.ts";
import { defineMutation, type Fields, type Mutation, type Tx } from "../records/mutation.ts";
import { noticeId, noticeKinds, noticeModes, preferenceId } from "./kinds.ts";

/**
 * What a member did with their notices, and how they want to hear of them. All of it lies in their own key and is asked
 * for by its owner alone. What a notice is about is not looked at: the answer is the same whether it is there, hidden or
 * was never (NOTICE-3).
 */
const id = z.string().check(z.refine(isId, "not an id"));
const at = z.int().check(z.gte(0));
const minute = z.nullable(z.int().check(z.gte(0), z.lte(1439)));
const day = z.string().check(z.refine(isDay, "not a day"));
const naming = { kind: z.enum(noticeKinds), about: id };

const markArgs = z.strictObject({
  anchor: id,
  marks: z
    .array(
      z.strictObject({
        ...naming,
        shown: z.optional(at),
        opened: z.optional(at),
        /** It no longer asks for anything; null: it does again. */
        gone: z.optional(z.nullable(at)),
        forget: z.optional(z.boolean()),
      }),
    )
    .check(z.minLength(1), z.maxLength(limits.noticeMarksMax)),
});
const mark = defineMutation<z.infer<typeof markArgs>>({
  name: "notice.mark@1",
  args: markArgs,
  reads: (a) => [a.anchor, ...a.marks.map(({ kind, about }) => noticeId(a.anchor, kind, about))],
  run: (tx, a) => {
    if (a.anchor !== tx.actor.member) return fail("missing");
    for (const { kind, about, shown, opened, gone, forget } of a.marks) {
      const notice = noticeId(a.anchor, kind, about);
      const row = tx.get(notice);
      if (row && row["about"] !== about) return fail("invalid", { fields: ["about"] });
      if (forget) {
        if (row) tx.remove(notice);
        continue;
      }
      const first = row?.["shownAt"];
      keep(tx, "notice", notice, row, {
        noticeKind: kind,
        about,
        ...(shown === undefined
          ? {}
          : { shownAt: Math.min(shown, tx.now, typeof first === "number" ? first : tx.now) }),
        ...(opened === undefined ? {} : { openedAt: Math.min(opened, tx.now) }),
        ...(gone === undefined ? {} : { goneAt: gone === null ? null : Math.min(gone, tx.now) }),
      });
    }
    return ok(undefined);
  },
});

/** Puts something off until a day of the member's own calendar; null: it is back. Nobody else sees that, nor the record. */
const snoozeArgs = z.strictObject({ anchor: id, ...naming, until: z.nullable(day) });
const snooze = defineMutation<z.infer<typeof snoozeArgs>>({
  name: "notice.snooze@1",
  args: snoozeArgs,
  reads: (a) => [a.anchor, noticeId(a.anchor, a.kind, a.about)],
  run: (tx, { anchor, kind, about, until }) => {
    if (anchor !== tx.actor.member) return fail("missing");
    const notice = noticeId(anchor, kind, about);
    const row = tx.get(notice);
    if (row && row["about"] !== about) return fail("invalid", { fields: ["about"] });
    keep(tx, "notice", notice, row, { noticeKind: kind, about, snoozeDay: until });
    return ok(undefined);
  },
});

const flags = z.record(z.string().check(z.minLength(1), z.maxLength(20)), z.union([z.boolean(), z.int()]));
const setArgs = z.strictObject({
  anchor: id,
  modes: z.optional(z.partialRecord(z.enum(noticeKinds), z.enum(noticeModes))),
  quietFrom: z.optional(minute),
  quietTo: z.optional(minute),
  /** Of the first steps: which were done, and whether the member wants to see them. */
  steps: z.optional(flags),
});
const set = defineMutation<z.infer<typeof setArgs>>({
  name: "preference.set@1",
  args: setArgs,
  reads: (a) => [a.anchor, preferenceId(a.anchor)],
  run: (tx, { anchor, modes, steps, ...plain }) => {
    if (anchor !== tx.actor.member) return fail("missing");
    const preference = preferenceId(anchor);
    const row = tx.get(preference);
    const merged = (field: string, more: object | undefined): Fields =>
      more ? { [field]: { ...customOf(row?.[field]), ...(more as Custom) } } : {};
    keep(tx, "preference", preference, row, { ...plain, ...merged("modes", modes), ...merged("steps", steps) });
    return ok(undefined);
  },
});
const customOf = (value: Row[string]): Custom =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Custom) : {};

/** Made when it is first needed; brought back if it was forgotten, which the edge alone can tell. */
function keep(tx: Tx, name: EntityName, record: string, row: Row | null, fields: Fields): void {
  const anchor = tx.actor.member;
  if (row || (tx.edge && tx.restore(record))) tx.edit(record, { ...(row ? {} : emptyFields(name)), ...fields });
  else tx.create(name, { ...emptyFields(name), ...fields, id: record, anchor, compartment: "private" });
}

export const noticeMutations: readonly Mutation[] = [mark, snooze, set];
