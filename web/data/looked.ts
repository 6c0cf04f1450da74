/**
 * When this device last looked at an account, and names of fields that others changed since (LOOK-1): no values. It lies
 * in `meta` of the account's cell, and goes with the account.
 */
import { entity, type EntityName, type Row } from "../../shared/records/entities.ts";
import { drop, put, type Write } from "./disk.ts";
import type { Change, Replica } from "./replica.ts";
import type { Source } from "./source.ts";

export interface Looked {
  readonly at: number;
  /** By record, of each field when the change came here. */
  readonly moved: { readonly [record: string]: { readonly [field: string]: number } };
}
/** Kinds whose fields stand on an account's page. */
const compared: readonly EntityName[] = ["account", "contact", "opportunity", "case"];
const recordsMost = 50; // more than that, and nobody reads it line by line

const prefix = "looked:";
export function lookedAt(replica: Replica, account: string): Looked | undefined {
  const said = replica.table("meta").get(prefix + account);
  return typeof said === "string" ? (JSON.parse(said) as Looked) : undefined;
}
export const putLooked = (account: string, looked: Looked): Write =>
  put("meta", prefix + account, JSON.stringify(looked));
/** Of accounts that are here no more. */
export const dropLooked = (replica: Replica, isLost: (id: string) => boolean): readonly Write[] =>
  [...replica.table("meta").keys()].flatMap((key) =>
    key.startsWith(prefix) && isLost(key.slice(prefix.length)) ? [drop("meta", key)] : [],
  );

/**
 * What these changes make of what is known, by account. Only what the edge has said counts, so that own edits, which show
 * before they are sent, are no news.
 */
export function noted(
  replica: Pick<Replica, "record" | "confirmed">,
  changes: readonly Change[],
  knownOf: (account: string) => Looked | undefined,
  at: number,
): ReadonlyMap<string, Looked> {
  const found = new Map<string, Looked>();
  for (const { id, entity: name, before } of changes) {
    if (!before || !compared.includes(name)) continue;
    const row = replica.record(id);
    const said = replica.confirmed(id)?.row;
    const known = row && (found.get(row.anchor) ?? knownOf(row.anchor));
    if (!known || !said) continue;
    const differs = (field: string, one: Row, other: Row) => JSON.stringify(one[field] ?? null) !== JSON.stringify(other[field] ?? null); // prettier-ignore
    const fresh = Object.keys(entity(name).fields).filter(
      (field) =>
        // What is hidden from one moment to the next, or shown, is no change that anybody made.
        Object.hasOwn(before, field) &&
        Object.hasOwn(row, field) &&
        known.moved[id]?.[field] === undefined &&
        differs(field, before, row) &&
        !differs(field, said, row),
    );
    if (fresh.length === 0 || (!known.moved[id] && Object.keys(known.moved).length >= recordsMost)) continue;
    const moved = { ...known.moved[id], ...Object.fromEntries(fresh.map((field) => [field, at])) };
    found.set(row.anchor, { ...known, moved: { ...known.moved, [id]: moved } });
  }
  return found;
}
/** Notes what came, for accounts that were looked at. */
export function noteLooked(source: Source, changes: readonly Change[]): void {
  const { replica } = source;
  const found = noted(
    replica,
    changes,
    (account) => lookedAt(replica, account),
    Math.floor(source.clock.now() || Date.now()),
  );
  if (found.size === 0) return;
  const writes = [...found].map(([account, looked]) => putLooked(account, looked));
  void source.write(writes).catch((error: unknown) => console.error(error));
}
