/** Compartments split an account into a handful of keys; what visibility hangs on is (anchor, compartment). */
export const compartments = ["core", "sales", "service", "finance", "legal", "handoff", "private"] as const;
export type Compartment = (typeof compartments)[number];

export const isCompartment = (text: string): text is Compartment => (compartments as readonly string[]).includes(text);
