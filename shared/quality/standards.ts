import { entity, type EntityName } from "../records/entities.ts";
import type { Field } from "../records/field.ts";

/**
 * What the organisation asks of its records: which fields should hold something, and from when on. Nothing here refuses to
 * keep what somebody knows: a record is saved without them, also on a phone without a network, and they are asked for
 * afterwards, one by one (QUAL-2). What a stage asks for first is a gate of the policy. Source: docs/spec/quality.md.
 */
export const measured = ["account", "contact", "lead", "opportunity", "case"] as const satisfies readonly EntityName[];
export type Measured = (typeof measured)[number];

/** Fields of which one is enough stand together. */
export const required: Readonly<Record<Measured, readonly (readonly string[])[]>> = {
  account: [["owner"], ["region"], ["country", "city"], ["phone", "website"], ["nextAction"]],
  contact: [
    ["email", "phone", "mobile"],
    ["title", "role"],
  ],
  lead: [["email", "phone"], ["leadSource"]],
  opportunity: [["pipeline"], ["closeDay"], ["nextAction"]],
  case: [["severity"], ["nextAction"]],
};
/** Fields that hold addresses of people: by their type. */
export const fieldsOfType = (name: EntityName, ...types: readonly Field["type"][]): string[] =>
  Object.entries<Field>(entity(name).fields).flatMap(([key, { type }]) => (types.includes(type) ? [key] : []));
