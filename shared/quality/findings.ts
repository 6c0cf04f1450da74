import { dayMs, limits } from "../kernel/limits.ts";
import { dayIn, daysBetween } from "../kernel/clock.ts";
import type { RecordOf, Row } from "../records/entities.ts";
import { fieldsOfType, measured, required, type Measured } from "./standards.ts";

/**
 * What in the records of this member could be put right, one by one. Counted in things and not in percent, so that each
 * is a list of work. Only what one sees is looked at: a field that is hidden is not missing, not wrong and not there (QUAL-1).
 */
export const piles = ["missing", "stale", "unowned", "orphaned", "unreachable", "inconsistent"] as const;
type Pile = (typeof piles)[number];
export const rules = [
  "missing",
  "untouched",
  "closePassed",
  "leadWaits",
  "actPassed",
  "noOwner",
  "ownerLeft",
  "noStage",
  "mail",
  "phone",
  "dayWithoutAct",
  "amountWithoutCurrency",
  "wonWithoutDay",
  "becameNothing",
  "reasonWithoutEnd",
] as const;
type Rule = (typeof rules)[number];
export interface Finding {
  readonly pile: Pile;
  readonly rule: Rule;
  readonly entity: Measured;
  readonly id: string;
  /** What to look at and fill in: names of fields that this member sees. */
  readonly fields: readonly string[];
  /** The account under which it lies. */
  readonly account: string;
  readonly maker: string;
}
export interface Looked {
  readonly rows: { readonly [E in Measured]: readonly RecordOf<E>[] };
  readonly outcomes: ReadonlyMap<string, string>; // of stages
  readonly left: ReadonlySet<string>; // members who are no longer here
  /** When somebody last did something with an account; absent where nobody can tell (online). */
  readonly touched?: (account: string) => number | null;
  readonly now: number;
  readonly zone: string;
}

const empty = (value: unknown): boolean => value === null || value === "";
/** Hidden, or not on this device: nothing is said of it. */
const known = (row: Row, keys: readonly string[]): readonly string[] => keys.filter((key) => row[key] !== undefined);
const passed = (day: unknown, today: string, by = 0): boolean =>
  typeof day === "string" && daysBetween(day, today) > by;
const isMail = (mail: string): boolean => /^[^\s@,;]+@[^\s@.,;]+(\.[^\s@.,;]+)+$/u.test(mail.trim());

export function findingsOf(looked: Looked): Finding[] {
  const { now, zone } = looked;
  const today = dayIn(now, zone);
  const found: Finding[] = [];
  for (const entity of measured)
    for (const row of looked.rows[entity] as readonly Row[]) {
      if (row["mergedInto"]) continue; // another stands for it
      const add = (pile: Pile, rule: Rule, fields: readonly string[]): void =>
        void found.push({ pile, rule, entity, id: row.id, fields, account: row.anchor, maker: row.createdBy });
      if (isOver(entity, row, looked)) continue;
      const lacks = required[entity].flatMap((some) => {
        const seen = known(row, some);
        // Of several one is enough; what is hidden may be it.
        return seen.length === some.length && seen.every((key) => empty(row[key])) ? seen.slice(0, 1) : [];
      });
      const isUnowned = entity === "account" && row["owner"] === null;
      const asked = lacks.filter((key) => key !== "owner");
      if (asked.length > 0) add("missing", "missing", asked);
      if (isUnowned) add("unowned", "noOwner", ["owner"]);
      if (typeof row["owner"] === "string" && looked.left.has(row["owner"])) add("orphaned", "ownerLeft", ["owner"]);
      for (const key of known(row, fieldsOfType(entity, "email")))
        if (typeof row[key] === "string" && row[key] !== "" && !isMail(row[key])) add("unreachable", "mail", [key]);
      for (const key of known(row, fieldsOfType(entity, "phone")))
        if (typeof row[key] === "string" && row[key] !== "" && row[key].replace(/\D/g, "").length < 6)
          add("unreachable", "phone", [key]);
      if (empty(row["nextAction"]) && row["nextActionDay"] && row["nextAction"] !== undefined)
        add("inconsistent", "dayWithoutAct", ["nextAction", "nextActionDay"]);
      else if (passed(row["nextActionDay"], today, limits.finishDays)) add("stale", "actPassed", ["nextAction", "nextActionDay"]);
      byKind(entity, row, looked, today, add);
    }
  return found;
} // prettier-ignore

/** What has come to its end is history, and nobody tidies it. */
function isOver(entity: Measured, row: Row, { outcomes }: Looked): boolean {
  if (entity === "case") return row["status"] === "closed" || row["status"] === "resolved";
  if (entity === "lead") return row["status"] === "disqualified" || (row["status"] === "converted" && row["becameAccount"] !== null); // prettier-ignore
  return entity === "opportunity" && outcomes.get(String(row["stage"])) === "lost";
}

function byKind(
  entity: Measured,
  row: Row,
  { outcomes, touched, now }: Looked,
  today: string,
  add: (pile: Pile, rule: Rule, fields: readonly string[]) => void,
): void {
  if (entity === "account" && touched && row["nextAction"] === null) {
    if (now - (touched(row.id) ?? row.createdAt) > limits.staleAfterDays * dayMs)
      add("stale", "untouched", ["nextAction"]);
  }
  if (entity === "lead") {
    if (row["status"] === "converted") add("inconsistent", "becameNothing", ["becameAccount"]);
    else if (daysBetween(dayIn(row.createdAt, "UTC"), dayIn(now, "UTC")) > limits.staleAfterDays) add("stale", "leadWaits", ["status"]); // prettier-ignore
  }
  if (entity !== "opportunity") return;
  const outcome = outcomes.get(String(row["stage"]));
  if (row["stage"] === null) add("orphaned", "noStage", ["pipeline"]);
  if (outcome === "open" && passed(row["closeDay"], today)) add("stale", "closePassed", ["closeDay"]);
  if (outcome === "won" && row["closeDay"] === null) add("inconsistent", "wonWithoutDay", ["closeDay"]);
  if (outcome === "open" && row["outcomeCode"]) add("inconsistent", "reasonWithoutEnd", ["outcomeCode"]);
  if (typeof row["amountMinor"] === "number" && row["currency"] === null)
    add("inconsistent", "amountWithoutCurrency", ["currency"]);
}

/** How many things there are of each pile, in groups: by team or region of the account; the largest first. */
export function tallied(
  findings: readonly Finding[],
  groupOf: (finding: Finding) => string | null,
): readonly { readonly group: string | null; readonly count: number }[] {
  const groups = new Map<string | null, number>();
  for (const finding of findings) groups.set(groupOf(finding), (groups.get(groupOf(finding)) ?? 0) + 1);
  return [...groups].map(([group, count]) => ({ group, count })).toSorted((a, b) => b.count - a.count);
}
