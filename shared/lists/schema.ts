import * as z from "zod/mini";
import { listLimits, ops } from "./query.ts";

/** The form of a query as it may be saved. Whether it says something that can be judged is `isSound`'s to say. */
const word = z.string().check(z.regex(/^[A-Za-z]{1,40}$/));
const filter = z.strictObject({
  field: word,
  op: z.enum(ops),
  values: z.array(z.string().check(z.minLength(1), z.maxLength(listLimits.textMax))).check(z.maxLength(listLimits.values)),
}); // prettier-ignore
const column = z.strictObject({
  field: word,
  width: z.optional(z.int().check(z.gte(listLimits.widthMin), z.lte(listLimits.widthMax))),
});
export const filtersSchema = z.array(filter).check(z.maxLength(listLimits.filters));
/** A query without its conditions, which a saved view keeps by field group. */
export const layoutSchema = z.strictObject({
  columns: z.optional(z.array(column).check(z.minLength(1), z.maxLength(listLimits.columns))),
  sort: z.optional(z.string().check(z.regex(/^-?[A-Za-z]{1,40}$/))),
  group: z.optional(word),
});
