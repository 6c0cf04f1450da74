import * as z from "zod/mini";
import { sql, type SQL } from "drizzle-orm";
import type { Cover, Facts, Grant } from "../../shared/access/engine.ts";
import { rolesIn } from "../../shared/access/slice.ts";
import { actions } from "../../shared/kernel/actions.ts";
import { compartments } from "../../shared/records/compartments.ts";
import { wholeEntities } from "../../shared/records/entities.ts";
import { groupNames } from "../../shared/records/groups.ts";

/** The rights that a member has for a while: grants, and covers of others. Everyone who makes facts reads them here. */
export interface Lent {
  readonly grants: readonly Grant[];
  readonly covers: readonly Cover[];
}
export const nothingLent: Lent = { grants: [], covers: [] };

const ids = z.array(z.string().check(z.minLength(1), z.maxLength(64))).check(z.minLength(1), z.maxLength(50));
/** What a grant opens. Kept as JSON in the row. */
export const grantBody = z.strictObject({
  actions: z.array(z.enum(actions)).check(z.minLength(1)),
  entities: z.union([z.literal("*"), z.array(z.enum(wholeEntities)).check(z.minLength(1))]),
  in: z.optional(z.array(z.enum(compartments)).check(z.minLength(1))),
  to: z.union([
    z.strictObject({ anchors: ids }),
    z.strictObject({ region: z.string().check(z.minLength(1), z.maxLength(64)) }),
    z.strictObject({ team: z.string().check(z.minLength(1), z.maxLength(64)) }),
    z.strictObject({ records: ids }),
  ]),
  groups: z.array(z.enum(groupNames)).check(z.minLength(1)),
  keep: z.enum(["online", "device"]),
});
export type GrantBody = z.infer<typeof grantBody>;

const interval = { id: z.string(), from: z.number(), until: z.number() };
const grantShape = z.object({ ...interval, kind: z.enum(["grant", "break_glass"]), body: grantBody, why: z.string() });
const coverShape = z.object({ ...interval, of: z.string() });

/** One grant out of its JSON; null: it can't be read, so it gives nothing. */
export function grantOf(value: unknown): Grant | null {
  const read = grantShape.safeParse(value);
  if (!read.success) return null;
  const { body, ...rest } = read.data;
  const { in: within, ...what } = body;
  return { ...rest, ...what, ...(within ? { in: within } : {}) };
}
export function coverOf(value: unknown): Cover | null {
  const read = coverShape.safeParse(value);
  return read.success ? read.data : null;
}

function listed<T>(text: string | null | undefined, one: (value: unknown) => T | null): T[] {
  const values: unknown = JSON.parse(text ?? "[]");
  return (Array.isArray(values) ? values : []).flatMap((value: unknown) => one(value) ?? []);
}
/** From the two columns that `lentColumns` asks for. */
export const lentOf = (row: { readonly grants: string | null; readonly covers: string | null }): Lent => ({
  grants: listed(row.grants, grantOf),
  covers: listed(row.covers, coverOf),
});

const grantJson = `json_object('id', g."id", 'kind', g."kind", 'body', json(g."body"), 'from', g."from_t", 'until', g."until_t", 'why', g."reason")`;
const coverJson = `json_object('id', c."id", 'of', c."of", 'from', c."from_t", 'until', c."until_t")`;

/** What the row ?1 is now, as its `was` row keeps it (SYNC-T1): null if it is not there or was ended. */
export const lentBefore = {
  grant: `(SELECT ${grantJson} FROM "grant" g WHERE g."id" = ?1 AND g."ended_at" IS NULL)`,
  cover: `(SELECT ${coverJson} FROM "cover" c WHERE c."id" = ?1 AND c."ended_at" IS NULL)`,
} as const;

export const lentNow = (kind: "grant" | "cover", id: string): SQL =>
  kind === "grant"
    ? sql`(select ${sql.raw(grantJson)} from "grant" g where g.id = ${id} and g.ended_at is null)`
    : sql`(select ${sql.raw(coverJson)} from "cover" c where c.id = ${id} and c.ended_at is null)`;

/** Two columns of a member `m`: what was not ended by hand and ends after `after`, begun or not, in a steady order. */
export const lentColumns = (after: string): string => `
  (SELECT json_group_array(json(g."one")) FROM (SELECT ${grantJson} AS "one" FROM "grant" g
    WHERE g."member" = m."id" AND g."until_t" > ${after} AND g."ended_at" IS NULL ORDER BY g."id") g) AS "grants",
  (SELECT json_group_array(json(c."one")) FROM (SELECT ${coverJson} AS "one" FROM "cover" c
    WHERE c."member" = m."id" AND c."until_t" > ${after} AND c."ended_at" IS NULL ORDER BY c."id") c) AS "covers"`;

/** The same for one member as two lists of JSON, which reads no row where nothing is lent. */
export const lentLists = (member: string, after: number): readonly [SQL<LentOne>, SQL<LentOne>] => [
  sql`select ${sql.raw(grantJson)} as one from "grant" g where g.member = ${member} and g.until_t > ${after} and g.ended_at is null`,
  sql`select ${sql.raw(coverJson)} as one from "cover" c where c.member = ${member} and c.until_t > ${after} and c.ended_at is null`,
];
export interface LentOne {
  readonly one: string;
}
export const lentFrom = (grants: readonly LentOne[], covers: readonly LentOne[]): Lent => ({
  grants: grants.flatMap(({ one }) => grantOf(JSON.parse(one)) ?? []).sort(byIdOrder),
  covers: covers.flatMap(({ one }) => coverOf(JSON.parse(one)) ?? []).sort(byIdOrder),
});
const byIdOrder = (left: { readonly id: string }, right: { readonly id: string }): number =>
  left.id < right.id ? -1 : 1;

/** The same for members by id, for who writes queries with drizzle. */
export const lentQuery = (members: readonly string[], after: number): SQL<LentRow> =>
  sql`select m.id as id, ${sql.raw(lentColumns(String(Math.trunc(after))))} from member m
    where m.id in (select value from json_each(${JSON.stringify(members)}))`;
export interface LentRow {
  readonly id: string;
  readonly grants: string | null;
  readonly covers: string | null;
}

/** Facts as they are bound: without a grant or cover they are as they ever were. */
export const withLent = (facts: Omit<Facts, "grants" | "covers">, { grants, covers }: Lent): Facts =>
  grants.length + covers.length === 0 ? facts : { ...facts, grants, covers };

/** All names that a share may bear to count for these facts: the member, their teams, their roles where they work, those they stand in for. */
export const namesOf = (facts: Omit<Facts, "employment" | "grants">): string[] => [
  facts.member,
  ...facts.teams,
  ...rolesIn([facts.base, ...facts.duties], facts.regions),
  ...(facts.covers ?? []).map(({ of }) => of),
];
/** Instants at which a grant or cover begins or ends. */
export const turnsOf = ({ grants = [], covers = [] }: Pick<Facts, "grants" | "covers">): number[] =>
  [...grants, ...covers].flatMap(({ from, until }) => [from, until]).filter((turn) => turn !== null);
