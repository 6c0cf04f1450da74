import type { RecordOf } from "../records/entities.ts";
import type { Custom } from "../records/field.ts";

/**
 * The line that a lead carries of how it came to its owner: which rule, whose, and what the lead said (LEAD-7). Kept as
 * the custom field `assigned`, written by the edge alone.
 */
export interface Assigned {
  /** `waits`: no rule fitted, so it lies in the intake queue. `none`: nor is there one; it stays with who holds its account. */
  readonly kind: "rule" | "waits" | "none";
  readonly rule: string | null;
  readonly name: string;
  /** Whose rule it was. */
  readonly keeper: string | null;
  readonly to: string | null;
  /** For whom `to` stands in. */
  readonly cover: string | null;
  readonly queue: string | null;
  readonly at: number;
  /** Field and value of each that the rule asked for. */
  readonly why: readonly (readonly [field: string, value: string | number | null])[];
}

export const keptLine = ({ why, ...line }: Assigned): Custom => ({ ...line, why: JSON.stringify(why) });

/** The line out of its field; null: there is none, or one that this version can't read. */
export function assignedOf(kept: Custom | null | undefined): Assigned | null {
  const { kind, at } = kept ?? {};
  if ((kind !== "rule" && kind !== "waits" && kind !== "none") || typeof at !== "number") return null;
  const said = (key: string): string | null => {
    const value = kept?.[key];
    return typeof value === "string" && value !== "" ? value : null;
  };
  return {
    kind,
    at,
    rule: said("rule"),
    name: said("name") ?? "",
    keeper: said("keeper"),
    to: said("to"),
    cover: said("cover"),
    queue: said("queue"),
    why: whyOf(said("why")),
  };
}
function whyOf(kept: string | null): Assigned["why"] {
  try {
    const read: unknown = JSON.parse(kept ?? "[]");
    if (!Array.isArray(read)) return [];
    return read.flatMap((pair: unknown): Assigned["why"] => {
      const [field, value] = Array.isArray(pair) ? (pair as unknown[]) : [];
      if (typeof field !== "string") return [];
      return [[field, typeof value === "string" || typeof value === "number" ? value : null]];
    });
  } catch {
    return [];
  }
}

/** Leads with their lines, for the timeline of their account. */
export const linesOf = (leads: readonly RecordOf<"lead">[]): readonly (readonly [lead: string, line: Assigned])[] =>
  leads.flatMap(({ id, assigned }) => {
    const line = assignedOf(assigned);
    return line ? [[id, line] as const] : [];
  });
