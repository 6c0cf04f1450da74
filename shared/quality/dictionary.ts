import { entity, type EntityName } from "../records/entities.ts";
import type { Field } from "../records/field.ts";
import { hasGroup, type Group, type Mask } from "../records/groups.ts";
import { measured, required, type Measured } from "./standards.ts";

/** One line of the field dictionary, as one member may have it. */
export interface Entry {
  readonly field: string;
  readonly type: Field["type"];
  readonly group: Group;
  /** Asked for after it was saved, alone or as one of several. */
  readonly required: boolean;
  /** Without it nothing is saved. */
  readonly atOnce: boolean;
  readonly choices: readonly string[];
  /** It moves by an act of its own and is not edited. */
  readonly byAct: boolean;
  /** It may stay on this member's devices. */
  readonly onDevice: boolean;
}

const isMeasured = (name: EntityName): name is Measured => (measured as readonly EntityName[]).includes(name);

/** Fields of an entity that this member reads somewhere: what is secret, or not classified, has no line (QUAL-4). */
export function dictionaryOf(name: EntityName, sees: { readonly here: Mask; readonly online: Mask }): Entry[] {
  const asked = new Set<string>(isMeasured(name) ? required[name].flat() : []);
  return Object.entries<Field>(entity(name).fields).flatMap(([field, { type, group, values, act, apart, required: must }]) =>
    hasGroup(sees.online | sees.here, group) && group !== "unclassified"
      ? [{ field, type, group, required: asked.has(field), atOnce: must === true, choices: values ?? [], byAct: act !== undefined || apart === true, onDevice: hasGroup(sees.here, group) }]
      : [],
  ); // prettier-ignore
}
