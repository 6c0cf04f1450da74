/**
 * Field groups are the unit of field rights. Their names are common to all entities and few, so that a mask is one
 * integer. `keep` says where values may stay, `existence` whether a member without the group may know of the fields.
 */
export const groupNames = [
  "identity",
  "shared",
  "qualification",
  "terms",
  "billing",
  "contract",
  "personal",
  "consent",
  "resolution",
  "handoff",
  "internal",
  "compensation",
  "legal",
  "private",
  "unclassified",
] as const;
export type Group = (typeof groupNames)[number];

export const keeps = ["never", "online", "device"] as const;
export type Keep = (typeof keeps)[number];
export type Existence = "shown" | "secret";

export const groupDefaults: Readonly<Record<Group, { keep: Keep; existence: Existence }>> = {
  identity: { keep: "device", existence: "shown" },
  shared: { keep: "device", existence: "shown" },
  qualification: { keep: "device", existence: "shown" },
  terms: { keep: "online", existence: "shown" },
  billing: { keep: "online", existence: "shown" },
  contract: { keep: "online", existence: "shown" },
  personal: { keep: "online", existence: "shown" },
  consent: { keep: "device", existence: "shown" },
  resolution: { keep: "device", existence: "shown" },
  handoff: { keep: "device", existence: "shown" },
  internal: { keep: "device", existence: "secret" },
  compensation: { keep: "online", existence: "secret" },
  legal: { keep: "online", existence: "secret" },
  private: { keep: "device", existence: "secret" },
  unclassified: { keep: "never", existence: "secret" },
};

/** A set of field groups as bits, in the order of `groupNames`. */
export type Mask = number;
export const noGroups: Mask = 0;

const bitOf = new Map<string, number>(groupNames.map((name, index) => [name, 1 << index]));

export function groupBit(group: Group): Mask {
  return bitOf.get(group) ?? 0;
}
export function maskOf(groups: Iterable<Group>): Mask {
  let mask = 0;
  for (const group of groups) mask |= groupBit(group);
  return mask;
}
export function groupsIn(mask: Mask): Group[] {
  return groupNames.filter((name) => (mask & groupBit(name)) !== 0);
}
export const hasGroup = (mask: Mask, group: Group): boolean => (mask & groupBit(group)) !== 0;
export const allGroups: Mask = maskOf(groupNames);
