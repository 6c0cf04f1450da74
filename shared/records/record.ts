import * as z from "zod/mini";
import { isDay, isZone } from "../kernel/clock.ts";
import { isId } from "../kernel/id.ts";
import { limits } from "../kernel/limits.ts";
import { entity, type EntityName, type Row } from "./entities.ts";
import type { Field, Value } from "./field.ts";
import { groupBit, hasGroup, type Mask } from "./groups.ts";
import { groupOf, masked, maskedName, type Masks } from "./masked.ts";

const scalar = z.union([z.string().check(z.maxLength(limits.textMax)), z.number(), z.boolean(), z.null()]);
const customSchema = z
  .record(z.string().check(z.minLength(1), z.maxLength(64)), scalar)
  .check(z.refine((value) => JSON.stringify(value).length <= limits.customBytesMax, "too long"));

/** As of an import `product` may be the source of a product, which becomes its id. */
export const linesSchema = z
  .array(
    z.strictObject({
      product: z.nullable(z.string().check(z.minLength(1), z.maxLength(200))),
      name: z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.nameMax)),
      quantity: z.int().check(z.gte(1), z.lte(limits.lineQuantityMax)),
      unitMinor: z.int().check(z.gte(0), z.lte(limits.lineUnitMinorMax)),
      discountPct: z.int().check(z.gte(0), z.lte(100)),
    }),
  )
  .check(z.maxLength(limits.linesMax));

function typeSchema(field: Field): z.ZodMiniType<Value> {
  switch (field.type) {
    case "name":
      return z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.nameMax));
    case "text":
    case "phone":
    case "url":
      return field.required
        ? z.string().check(z.trim(), z.minLength(1), z.maxLength(field.max ?? limits.textMax))
        : z.string().check(z.maxLength(field.max ?? limits.textMax));
    case "email":
      return z.string().check(z.maxLength(254), z.regex(/^[^\s@]+@[^\s@]+$/u));
    case "long":
      return z.string().check(z.maxLength(limits.longTextMax));
    case "int":
      return z.int().check(z.gte(0), z.lte(field.max ?? 9_000_000_000_000));
    case "money":
      return z.int().check(z.gte(-limits.amountMinorMax), z.lte(limits.amountMinorMax));
    case "instant":
      return z.int().check(z.gte(-2_208_988_800_000), z.lte(7_258_118_400_000)); // 1900 to 2200
    case "currency":
      return z.string().check(z.regex(/^[A-Z]{3}$/));
    case "bool":
      return z.boolean();
    case "day":
      return z.string().check(z.refine(isDay, "not a day"));
    case "zone":
      return z.string().check(z.refine(isZone, "not a time zone"));
    case "enum":
      return z.string().check(z.refine((value) => field.values?.includes(value) ?? false, "not one of the choices"));
    case "ref":
      return z.string().check(z.refine(isId, "not an id"));
    case "order":
      return z.string().check(z.regex(/^[0-9A-Za-z]{1,64}$/));
    case "custom":
      return customSchema;
    case "lines":
      return linesSchema;
    case "list":
      return z.array(z.string().check(z.minLength(1), z.maxLength(80))).check(z.maxLength(32));
  }
}

/** The schema of one field's value; null empties it unless the field is required. */
export function fieldSchema(field: Field): z.ZodMiniType<Value> {
  const schema = typeSchema(field);
  return field.required ? schema : z.nullable(schema);
}

const memo = new Map<string, z.ZodMiniType<{ readonly [name: string]: Value | undefined }>>();

/**
 * Fields of an entity as they may be sent: unknown names are refused. `partial` is for edits. Fields with an `act` of
 * their own are accepted in a create (an account is born with its owner) and never in an edit.
 */
export function fieldsSchema(
  name: EntityName,
  mode: "create" | "edit",
): z.ZodMiniType<{ readonly [name: string]: Value | undefined }> {
  const known = memo.get(name + mode);
  if (known) return known;
  const shape: Record<string, z.ZodMiniType<Value | undefined>> = {};
  for (const [key, field] of Object.entries(entity(name).fields)) {
    if (mode === "edit" && (field.act || field.apart)) continue;
    shape[key] = mode === "edit" || !field.required ? z.optional(fieldSchema(field)) : fieldSchema(field);
  }
  const schema = z.strictObject(shape);
  memo.set(name + mode, schema);
  return schema;
}

/** Fields that hang on no group: where a record is and who made it. They go with `identity`. */
export const baseFields = ["id", "anchor", "compartment", "createdAt", "createdBy"] as const;

/**
 * The record as a member with this mask may have it: hidden fields are absent, not null, so that nothing tells an
 * empty value from a hidden one. Null when the record itself is not visible (ACCESS-1). `masks`: of the policy, where a
 * whole record is projected; without them masked values that the row has already are kept by their groups.
 */
export function project(name: EntityName, row: Row, mask: Mask, masks?: Masks): Row | null {
  if (!isVisible(name, row, mask)) return null;
  const out: Record<string, Value | undefined> = {};
  for (const key of baseFields) out[key] = row[key];
  for (const [key, field] of Object.entries(entity(name).fields)) {
    if (hasGroup(mask, field.group) && row[key] !== undefined) out[key] = row[key];
  }
  for (const [key, rule] of Object.entries(masks?.[name] ?? {}))
    if (hasGroup(mask, rule.group) && row[key] !== undefined) out[maskedName(key, rule.group)] = masked(rule, row[key]);
  if (!masks) for (const key of Object.keys(row)) if (key.includes("_")) keepMasked(name, row, key, mask, out);
  return out as Row; // every base field was copied above
}

function keepMasked(name: EntityName, row: Row, key: string, mask: Mask, out: Record<string, Value | undefined>): void {
  const group = groupOf(name, key);
  if (group && hasGroup(mask, group)) out[key] = row[key];
}

/**
 * Visible iff `identity` is in the mask. A record with a `group` column (section, comment, file) names the one group
 * whose readers get it at all: who may not read a section's text sees neither its title nor that it exists.
 */
export function isVisible(name: EntityName, row: Row, mask: Mask): boolean {
  if (!hasGroup(mask, "identity")) return false;
  const gate = entity(name).fields["group"] ? row["group"] : undefined;
  if (gate === undefined || gate === null) return true;
  return (mask & groupBit(gate as never)) !== 0;
}
