/** The SQL of reviews and of those who left. */
import { sql } from "drizzle-orm";
import type { Held, Scope } from "../../shared/reviews/plan.ts";
import { batch, type Db, type Query } from "../db/db.ts";

export interface Review {
  readonly id: string;
  readonly scope: Scope;
  readonly by: string | null;
  readonly at: number;
  readonly due: number;
  readonly closedAt: number | null;
}
export interface Item extends Held {
  readonly id: string;
  readonly review: string;
  readonly lastUse: number | null;
  readonly decision: string | null;
  readonly why: string | null;
  readonly decidedBy: string | null;
  readonly decidedAt: number | null;
}
const reviewColumns = sql.raw(`id, scope, "by", at, due, closed_at as "closedAt"`);
const itemColumns = sql.raw(`id, review, member, kind, what, reason, last_use as "lastUse", decision, why, decided_by as "decidedBy", decided_at as "decidedAt"`); // prettier-ignore

export async function reviews(db: Db, limit: number): Promise<Review[]> {
  const [rows] = (await batch(db, [db.all<Review>(sql`select ${reviewColumns} from review order by at desc limit ${limit}`)])) as [Review[]]; // prettier-ignore
  return rows;
}
export async function itemsOf(db: Db, review: string): Promise<Item[]> {
  const [rows] = (await batch(db, [db.all<Item>(sql`select ${itemColumns} from review_item where review = ${review} order by decision is not null, member, kind, what`)])) as [Item[]]; // prettier-ignore
  return rows;
}
export async function readItem(db: Db, id: string): Promise<Item | null> {
  const [rows] = (await batch(db, [db.all<Item>(sql`select ${itemColumns} from review_item where id = ${id}`)])) as [Item[]]; // prettier-ignore
  return rows[0] ?? null;
}
/** One review with all its lines, or none of it. */
export async function openReview(db: Db, review: Review, items: readonly (Held & { readonly id: string; readonly lastUse: number | null })[], also: readonly Query[]): Promise<void> {
  const rows = items.map(({ id, member, kind, what, reason, lastUse }) => [id, member, kind, what, reason, lastUse]);
  await batch(db, [
    db.run(sql`insert into review (id, scope, "by", at, due, closed_at) values (${review.id}, ${review.scope}, ${review.by}, ${review.at}, ${review.due}, null)`),
    db.run(sql`insert into review_item (id, review, member, kind, what, reason, last_use)
      select value ->> 0, ${review.id}, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 from json_each(${JSON.stringify(rows)})`),
    ...also,
  ]);
} // prettier-ignore
/** An answer counts once. A review closes with its last one. */
export const decide = (db: Db, item: Pick<Item, "id" | "review">, decision: string, why: string, by: string | null, now: number): Query[] => [
  db.run(sql`update review_item set decision = ${decision}, why = ${why}, decided_by = ${by}, decided_at = ${now} where id = ${item.id} and (decision is null or decision = 'escalated')`),
  db.run(sql`update review set closed_at = ${now} where id = ${item.review} and closed_at is null and not exists (select 1 from review_item where review = ${item.review} and decision is null)`),
]; // prettier-ignore
export async function lateItems(db: Db, now: number, limit: number): Promise<Item[]> {
  const query = sql`select ${itemColumns} from review_item where decision is null and review in (select id from review where due <= ${now} and closed_at is null) limit ${limit}`;
  const [rows] = (await batch(db, [db.all<Item>(query)])) as [Item[]];
  return rows;
}
/** When members last changed anything, in the newest changes. */
export async function lastUses(db: Db, newest: number): Promise<Map<string, number>> {
  const query = sql`select actor, max(at) as at from change where seq > (select coalesce(max(seq), 0) from change) - ${newest} group by actor`;
  const [rows] = (await batch(db, [db.all<{ actor: string; at: number }>(query)])) as [{ actor: string; at: number }[]];
  return new Map(rows.map(({ actor, at }) => [actor, at]));
}

/** The policy in force, as it is stored. */
export async function newestPolicy(db: Db): Promise<string | null> {
  const [rows] = (await batch(db, [db.all<{ body: string }>(sql`select body from policy order by version desc limit 1`)])) as [{ body: string }[]]; // prettier-ignore
  return rows[0]?.body ?? null;
}

// --- those who leave

/** What is theirs to hand over, by number. */
export async function ownedBy(db: Db, member: string): Promise<{ accounts: number; opportunities: number; cases: number; tasks: number }> {
  const query = sql`select (select count(*) from anchor where owner = ${member} and deleted_at is null and id like '%\\_acc\\_%' escape '\\') as accounts,
    (select count(*) from opportunity where owner = ${member} and deleted_at is null) as opportunities,
    (select count(*) from "case" where owner = ${member} and deleted_at is null and status not in ('resolved', 'closed')) as cases,
    (select count(*) from task where owner = ${member} and deleted_at is null and coalesce(done, 0) = 0 and anchor <> ${member}) as tasks`;
  const [rows] = (await batch(db, [db.all<{ accounts: number; opportunities: number; cases: number; tasks: number }>(query)])) as [{ accounts: number; opportunities: number; cases: number; tasks: number }[]];
  return rows[0] ?? { accounts: 0, opportunities: 0, cases: 0, tasks: 0 };
} // prettier-ignore
/** What somebody read widely, took along or brought in: by kind and what, in numbers. */
export async function traceOf(db: Db, member: string, since: number): Promise<{ kind: string; what: string | null; n: number; times: number; last: number }[]> {
  const query = sql`select kind, what, coalesce(sum(n), 0) as n, count(*) as times, max(at) as last from audit_event
    where actor = ${member} and at >= ${since} and kind in ('read', 'pull', 'export', 'import', 'token_made', 'denied', 'view_as') group by kind, what order by n desc limit 100`;
  const [rows] = (await batch(db, [db.all<{ kind: string; what: string | null; n: number; times: number; last: number }>(query)])) as [{ kind: string; what: string | null; n: number; times: number; last: number }[]];
  return rows;
} // prettier-ignore
