/** Compartments split an account into a handful of keys; what visibility hangs on is (anchor, compartment). */
export const compartments = ["core", "sales", "service", "finance", "legal", "handoff", "private"] as const;
export type Compartment = (typeof compartments)[number];

export const isCompartment = (text: string): text is Compartment => (compartments as readonly string[]).includes(text);

/** A visibility key: everything that has it is seen, or not, together (per entity and field group). */
export interface Key {
  readonly anchor: string;
  readonly compartment: Compartment;
}
export const keyText = (key: Key): string => `${key.anchor}|${key.compartment}`;
export function parseKey(text: string): Key | null {
  const cut = text.indexOf("|");
  const compartment = text.slice(cut + 1);
  return cut > 0 && isCompartment(compartment) ? { anchor: text.slice(0, cut), compartment } : null;
}
