import type { Custom } from "../records/field.ts";
import type { RecordOf } from "../records/entities.ts";

/**
 * Who does what in a stage, by role: who does it, who decides, who is asked, who is told (PIPE-9). Kept with the stage as
 * names of roles; what a role is and may do the policy says. Pure.
 */
export const parts = ["responsible", "accountable", "consulted", "informed"] as const;
export type Part = (typeof parts)[number];
export type Duties = Readonly<Record<Part, readonly string[]>>;

const namesIn = (kept: unknown): string[] =>
  typeof kept === "string" ? [...new Set(kept.split(",").map((name) => name.trim()).filter((name) => /^[a-z_]{1,60}$/.test(name)))] : []; // prettier-ignore

/** The roles of a stage, each at most once a part; empty where nobody said it. */
export const dutiesOf = (kept: Custom | null | undefined): Duties => ({
  responsible: namesIn(kept?.["responsible"]),
  accountable: namesIn(kept?.["accountable"]),
  consulted: namesIn(kept?.["consulted"]),
  informed: namesIn(kept?.["informed"]),
});
/** As it is kept; null: nothing is said of the stage. */
export function keptDuties(duties: Duties): Custom | null {
  const said = parts.flatMap((part) => (duties[part].length > 0 ? [[part, duties[part].join(",")] as const] : []));
  return said.length > 0 ? Object.fromEntries(said) : null;
}
export const hasDuties = (duties: Duties): boolean => parts.some((part) => duties[part].length > 0);

type Member = Pick<RecordOf<"member">, "id" | "base" | "duties" | "employment" | "manager">;
const holds = (member: Member | undefined, role: string): boolean =>
  member !== undefined &&
  member.employment === "active" &&
  (member.base === role || (member.duties ?? []).includes(role));

/**
 * Who it is of an opportunity: its owner if they hold the role, else the nearest of those whom they report to who does;
 * else the role has no one person here, and stands for itself.
 */
export function personFor(
  role: string,
  owner: string | null,
  memberOf: (id: string) => Member | undefined,
): string | null {
  const seen = new Set<string>();
  for (let at = owner; at !== null && !seen.has(at);) {
    seen.add(at);
    const member = memberOf(at);
    if (holds(member, role)) return at;
    at = member?.manager ?? null;
  }
  return null;
}
