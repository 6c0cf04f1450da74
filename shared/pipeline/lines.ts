import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import type { Row } from "../records/entities.ts";
import type { Line } from "../records/field.ts";
import { defineMutation, type Fields, type Mutation } from "../records/mutation.ts";
import { linesSchema } from "../records/record.ts";

/** What an opportunity sells, line by line; its amount and its discount follow from that (PIPE-6). */
export const linesOf = (row: { readonly [field: string]: unknown }): readonly Line[] =>
  Array.isArray(row["lines"]) ? (row["lines"] as readonly Line[]) : [];
export const amountIsOfLines = (row: { readonly [field: string]: unknown }): boolean => linesOf(row).length > 0;
/** What nobody writes by hand as long as there are lines. */
export const lineFields: readonly string[] = ["amountMinor", "currency", "discountPct"];

const grossOf = ({ quantity, unitMinor }: Line): number => quantity * unitMinor;
export const netOf = (line: Line): number => grossOf(line) - Math.round((grossOf(line) * line.discountPct) / 100);
const sum = (lines: readonly Line[], of: (line: Line) => number): number =>
  lines.reduce((total, line) => total + of(line), 0);

export interface Priced {
  readonly amountMinor: number;
  /** Whole percent that was given over all lines, rounded down: "from 10 %" means what it says. */
  readonly discountPct: number;
  readonly grossMinor: number;
}
/** Null: more than an amount can be. */
export function priceOf(lines: readonly Line[]): Priced | null {
  if (lines.some((line) => grossOf(line) > limits.amountMinorMax)) return null;
  const [gross, net] = [sum(lines, grossOf), sum(lines, netOf)];
  if (gross > limits.amountMinorMax) return null;
  const given = gross - net;
  return { amountMinor: net, grossMinor: gross, discountPct: gross === 0 ? 0 : Math.floor((given * 100) / gross) };
}

const id = z.string().check(z.minLength(1), z.maxLength(64));
const args = z.strictObject({
  id,
  lines: linesSchema,
  currency: z.optional(z.string().check(z.regex(/^[A-Z]{3}$/))),
  /** The lines that were looked at: of two who price at once the second is told. */
  seen: z.optional(z.nullable(linesSchema)),
});
type Args = z.infer<typeof args>;
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a ?? []) === JSON.stringify(b ?? []);

/** All lines of an opportunity at once, with the amount and the discount that they make. Without lines both stay. */
export const priceOpportunity = defineMutation<Args>({
  name: "opportunity.price@1",
  args,
  reads: (a) => [a.id, ...a.lines.flatMap(({ product }) => product ?? [])],
  run: (tx, a) => {
    const row = tx.get(a.id);
    if (!row) return fail("missing");
    const there = row["lines"];
    if (there === undefined && tx.edge) return fail("denied", { detail: "Whoever prices has to see the price." });
    if (there !== undefined && a.seen !== undefined && !same(there, a.seen) && !same(there, a.lines))
      return fail("version_conflict", { fields: ["lines"] });
    const lines = linesSchema.parse(a.lines); // each in the one order of its fields
    // A product that left the list stays where it was sold.
    const known = new Set(linesOf(row).flatMap(({ product }) => product ?? []));
    if (lines.some(({ product }) => product !== null && !known.has(product) && tx.get(product) === null))
      return fail("invalid", { fields: ["lines"] });
    if (lines.length === 0) {
      tx.edit(a.id, { lines: null });
      return ok(undefined);
    }
    const priced = priceOf(lines);
    if (!priced) return fail("invalid", { fields: ["amountMinor"] });
    const { amountMinor, discountPct } = priced;
    tx.edit(a.id, {
      lines,
      amountMinor,
      discountPct,
      ...(a.currency === undefined ? {} : { currency: a.currency }),
    });
    return ok(undefined);
  },
});

/** Editing leaves alone what follows from lines, as far as its editor sees them. */
export function withLines(edit: Mutation): Mutation {
  interface EditArgs {
    readonly id: string;
    readonly set: Fields;
  }
  const base = edit as unknown as Mutation<EditArgs>;
  return defineMutation<EditArgs>({
    ...base,
    run(tx, a) {
      const row: Row | null = tx.get(a.id);
      const counted = row && amountIsOfLines(row) ? lineFields.filter((field) => field in a.set) : [];
      if (row && counted.some((field) => (a.set[field] ?? null) !== (row[field] ?? null)))
        return fail("invalid", { fields: counted, detail: "The amount follows from what is sold." });
      return base.run(tx, a);
    },
  });
}

/** Made with lines, an opportunity is made with their amount. */
export function createPriced(create: Mutation): Mutation {
  interface CreateArgs {
    readonly id: string;
    readonly fields: Fields;
  }
  const base = create as unknown as Mutation<CreateArgs>;
  return defineMutation<CreateArgs>({
    ...base,
    run(tx, a) {
      const lines = linesOf(a.fields);
      if (lines.length === 0) return base.run(tx, a);
      const priced = priceOf(lines);
      if (!priced) return fail("invalid", { fields: ["amountMinor"] });
      const { amountMinor, discountPct } = priced;
      return base.run(tx, { ...a, fields: { ...a.fields, amountMinor, discountPct } });
    },
  });
}
