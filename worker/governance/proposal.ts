import * as z from "zod/mini";
import { limits } from "../../shared/kernel/limits.ts";
import { grantBody } from "../db/lent.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));
const reason = z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.textMax));
const interval = { from: z.int(), until: z.int() };

/** What an approval would do. Kept as JSON, read strictly again when it is decided. */
export const proposalShape = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["widen", "email"]), mutation: z.string(), args: z.any() }),
  /** Rows of an import that the gate held back: one yes for a whole cohort. */
  z.strictObject({ kind: z.literal("import"), rows: z.array(z.any()) }),
  z.strictObject({ kind: z.literal("grant"), grant: id, member: id, body: grantBody, reason, ...interval }),
  /** A longer end for a grant that is there. */
  z.strictObject({ kind: z.literal("renewal"), grant: id, until: z.int() }),
  z.strictObject({ kind: z.literal("cover"), cover: id, of: id, member: id, reason, ...interval }),
  /** Many rows are taken out of the cell. */
  z.strictObject({ kind: z.literal("export"), what: z.string(), format: z.string(), rows: z.int() }),
  z.strictObject({ kind: z.literal("policy"), policy: z.any(), parent: z.int() }),
]);
export type Proposal = z.infer<typeof proposalShape>;
