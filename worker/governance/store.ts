/** The SQL of governance: proposals, grants, covers, published policies, and who is in office with which facts. */
import { sql, type SQL } from "drizzle-orm";
import { rightsRecipe } from "../../shared/access/admins.ts";
import type { World } from "../../shared/access/differences.ts";
import type { Facts, Place } from "../../shared/access/engine.ts";
import type { Policy } from "../../shared/access/policy.ts";
import { orgAnchor } from "../../shared/kernel/id.ts";
import { configuration, entityNames } from "../../shared/records/entities.ts";
import { maskOf } from "../../shared/records/groups.ts";
import { batch, type Db, type Query } from "../db/db.ts";
import { lentColumns, lentNow, lentOf, namesOf, withLent, type GrantBody } from "../db/lent.ts";
import { anchorOf, shareOf, type AnchorRow } from "../db/rows.ts";
import * as tables from "../db/schema.ts";

// --- members

interface MemberRow {
  readonly id: string;
  readonly name: string | null;
  readonly base: string | null;
  readonly duties: string | null;
  readonly teams: string | null;
  readonly regions: string | null;
  readonly grants: string | null;
  readonly covers: string | null;
}
export interface Person {
  readonly name: string;
  readonly facts: Facts;
}
const list = (text: string | null): string[] => {
  const value: unknown = JSON.parse(text ?? "[]");
  return Array.isArray(value) ? value.map(String) : [];
};
const personOf = (row: MemberRow): Person => ({
  name: row.name ?? "",
  facts: withLent(
    {
      member: row.id,
      base: row.base ?? "",
      duties: list(row.duties),
      teams: list(row.teams),
      regions: list(row.regions),
      employment: "active",
    },
    lentOf(row),
  ),
});

async function people(db: Db, where: SQL, now: number, limit: number): Promise<Person[]> {
  const query = sql`select m.id, m.name, m.base, m.duties, m.teams, m.regions, ${sql.raw(lentColumns(String(Math.trunc(now))))}
    from member m where m.employment = 'active' and m.deleted_at is null and ${where} order by m.id limit ${limit}`;
  const [rows] = (await batch(db, [db.all<MemberRow>(query)])) as [MemberRow[]];
  return rows.map(personOf);
}
/** Members in office, by id. */
export const peopleById = async (db: Db, ids: readonly string[], now: number): Promise<Map<string, Person>> => {
  const found = await people(db, sql`m.id in (select value from json_each(${JSON.stringify(ids)}))`, now, ids.length);
  return new Map(found.map((person) => [person.facts.member, person]));
};
/** Members in office who hold one of the roles, or have something lent to them. */
export const holdersOf = (db: Db, roles: readonly string[], now: number): Promise<Person[]> => {
  const names = JSON.stringify(roles);
  return people(
    db,
    sql`(m.base in (select value from json_each(${names}))
      or exists (select 1 from json_each(m.duties) d where d.value in (select value from json_each(${names}))))`,
    now,
    1_000,
  );
};
/** Everybody who can have rights at all. */
export const allPeople = (db: Db, now: number, limit: number): Promise<Person[]> =>
  people(db, sql`(m.base is not null or exists (select 1 from json_each(m.duties)))`, now, limit);

/** One member of each kind: with the same roles, teams and regions, and everybody to whom something is lent. */
export const kindsOfPeople = (db: Db, now: number, limit: number): Promise<Person[]> =>
  people(
    db,
    sql`(m.base is not null or exists (select 1 from json_each(m.duties))) and (
      m.id in (select min(id) from member where employment = 'active' and deleted_at is null group by base, duties, teams, regions)
      or exists (select 1 from "grant" g where g.member = m.id and g.until_t > ${now} and g.ended_at is null)
      or exists (select 1 from "cover" c where c.member = m.id and c.until_t > ${now} and c.ended_at is null))`,
    now,
    limit,
  );
/** Kinds of records that members changed, in the newest changes: what a duty was used for lately. */
export async function usesOf(db: Db, newest: number): Promise<Map<string, Set<string>>> {
  const query = sql`select distinct actor, entity from change where seq > (select coalesce(max(seq), 0) from change) - ${newest}`;
  const [rows] = (await batch(db, [db.all<{ actor: string; entity: string }>(query)])) as [
    { actor: string; entity: string }[],
  ];
  const uses = new Map<string, Set<string>>();
  for (const { actor, entity } of rows) uses.set(actor, (uses.get(actor) ?? new Set()).add(entity));
  return uses;
}
/** How many members in office hold each role. */
export async function rolesHeld(db: Db): Promise<Map<string, number>> {
  const query = sql`select role, count(*) as held from (
      select base as role from member m where m.employment = 'active' and m.deleted_at is null and base is not null
      union all select d.value from member m, json_each(m.duties) d where m.employment = 'active' and m.deleted_at is null
    ) group by role`;
  const [rows] = (await batch(db, [db.all<{ role: string; held: number }>(query)])) as [
    { role: string; held: number }[],
  ];
  return new Map(rows.map(({ role, held }) => [role, held]));
}

/** Which roles may do something, by the rules of a policy. That one may answer an approval says nothing about what for. */
export const rolesWith = (policy: Policy, action: string): string[] => [
  ...new Set(
    policy.allow
      // Of most, the right to lend or change says who could agree; to an export only the approval itself.
      .filter(
        (rule) =>
          (rule.entity !== "approval" || action === "approve_export") && rule.actions.some((one) => one === action),
      )
      .flatMap((rule) => rule.to),
  ),
];

/** The records that there are, newest accounts and all, and where each of these members stands to them; bounded. */
export async function worldOf(db: Db, members: readonly Person[], limit: number): Promise<World> {
  const work = entityNames.filter((name) => !configuration.has(name));
  const names = JSON.stringify([...new Set(members.flatMap(({ facts }) => namesOf(facts)))]);
  const [anchors, crew, shares, ...found] = (await batch(db, [
    db
      .select()
      .from(tables.anchor)
      .where(sql`${tables.anchor.deletedAt} is null`)
      .limit(limit),
    db.all<Crew>(sql`select anchor, member, "from", until from account_team where deleted_at is null limit ${limit}`),
    db
      .select()
      .from(tables.share)
      .where(sql`${tables.share.endedAt} is null and ${tables.share.toId} in (select value from json_each(${names}))`)
      .limit(limit),
    // One statement an entity: D1 takes few terms in one.
    ...work.map((name) =>
      db.all<Spot>(
        sql`select id, compartment, anchor from ${tables.recordTables[name]} where deleted_at is null order by id limit ${limit}`,
      ),
    ),
  ])) as [AnchorRow[], Crew[], (typeof tables.share.$inferSelect)[], ...Spot[][]];
  const records = work.flatMap((entity, index) => (found[index] ?? []).map((spot) => ({ ...spot, entity })));
  const anchorsById = new Map(anchors.map((row) => [row.id, anchorOf(row)]));
  const namesByMember = new Map(members.map(({ facts }) => [facts.member, new Set(namesOf(facts))]));
  const crewAt = Map.groupBy(crew, (row) => `${row.member} ${row.anchor}`);
  const sharesAt = Map.groupBy(shares, (row) => row.anchor);
  return {
    records: records.slice(0, limit),
    place: (member, id) => {
      const anchor = anchorsById.get(id);
      const mine = namesByMember.get(member);
      return anchor
        ? {
            anchor,
            accountTeam: crewAt.get(`${member} ${id}`) ?? [],
            shares: (sharesAt.get(id) ?? []).filter(({ toId }) => mine?.has(toId)).map(shareOf),
          }
        : null;
    },
  };
}
interface Spot {
  readonly id: string;
  readonly compartment: string;
  readonly anchor: string;
}
interface Crew {
  readonly anchor: string;
  readonly member: string;
  readonly from: number | null;
  readonly until: number | null;
}

// --- proposals

export interface ProposalRow {
  readonly id: string;
  readonly kind: string;
  readonly body: string;
  readonly hash: string;
  readonly author: string;
  readonly beneficiary: string | null;
  readonly at: number;
  readonly doneAt: number | null;
}
const proposalColumns = sql.raw(`id, kind, body, hash, author, beneficiary, at, done_at as "doneAt"`);

export async function readProposals(db: Db, ids: readonly string[]): Promise<Map<string, ProposalRow>> {
  const query = sql`select ${proposalColumns} from proposal where id in (select value from json_each(${JSON.stringify(ids)}))`;
  const [rows] = (await batch(db, [db.all<ProposalRow>(query)])) as [ProposalRow[]];
  return new Map(rows.map((row) => [row.id, row]));
}
/** What somebody has asked for and is open, resting on the same; newest first. */
export async function openProposals(
  db: Db,
  author: string,
  kind: string,
  hash: string,
  now: number,
): Promise<Pick<ProposalRow, "id" | "body" | "at">[]> {
  const query = sql`select p.id, p.body, p.at from proposal p join approval a on a.id = p.id
    where p.author = ${author} and p.kind = ${kind} and p.hash = ${hash} and p.done_at is null
      and a.state in ('open', 'returned') and a.expires_at > ${now} order by p.at desc limit 50`;
  const [rows] = (await batch(db, [db.all<ProposalRow>(query)])) as [ProposalRow[]];
  return rows;
}
export const keepProposal = (db: Db, row: ProposalRow): Query =>
  db.run(sql`insert into proposal (id, kind, body, hash, author, beneficiary, at, done_at)
    values (${row.id}, ${row.kind}, ${row.body}, ${row.hash}, ${row.author}, ${row.beneficiary}, ${row.at}, ${row.doneAt})
    on conflict (id) do update set body = excluded.body, hash = excluded.hash, at = excluded.at where proposal.kind = 'draft'`);
export const markDone = (db: Db, id: string, now: number): Query =>
  db.run(sql`update proposal set done_at = ${now} where id = ${id}`);

/** Whose address a second person changed a short while ago: the address is the person, so they wait before they govern. */
export async function addressMoved(db: Db, members: readonly string[], since: number): Promise<boolean> {
  const query = sql`select 1 as found from proposal where kind = 'email' and done_at > ${since}
    and beneficiary in (select value from json_each(${JSON.stringify(members)})) limit 1`;
  const [rows] = (await batch(db, [db.all<{ found: number }>(query)])) as [{ found: number }[]];
  return rows.length > 0;
}

/** Whether somebody who kept the policy had their facts changed a short while ago. */
export async function keeperCut(db: Db, roles: readonly string[], since: number): Promise<boolean> {
  const names = JSON.stringify(roles);
  const query = sql`select 1 as found from was w join change c on c.seq = w.seq where w.kind = 'member' and w.before is not null and c.at > ${since}
    and (w.before ->> 'base' in (select value from json_each(${names}))
      or exists (select 1 from json_each(w.before, '$.duties') d where d.value in (select value from json_each(${names})))) limit 1`;
  const [rows] = (await batch(db, [db.all<{ found: number }>(query)])) as [{ found: number }[]];
  return rows.length > 0;
}
/** What was done while there was nobody who could agree. */
export async function doneAlone(db: Db): Promise<{ at: number; author: string; beneficiary: string | null }[]> {
  const query = sql`select at, author, beneficiary from proposal where kind = 'alone' order by at desc limit 50`;
  const [rows] = (await batch(db, [db.all<{ at: number; author: string; beneficiary: string | null }>(query)])) as [
    { at: number; author: string; beneficiary: string | null }[],
  ];
  return rows;
}

/** Lets the requester and those who are asked see one approval under the organisation's anchor. */
export function shareApproval(
  db: Db,
  cell: string,
  approval: string,
  to: readonly { readonly id: string; readonly share: string }[],
  from: number,
  until: number,
): Query[] {
  const anchor = orgAnchor(cell);
  const rows = JSON.stringify(to.map(({ id, share }) => [share, id]));
  const groups = maskOf(["identity", "shared"]);
  return [
    db.run(sql`insert into share (id, anchor, compartment, record, to_kind, to_id, groups, recipe, from_t, until_t, ended_at, cause)
      select value ->> 0, ${anchor}, 'core', ${approval}, 'member', value ->> 1, ${groups}, ${rightsRecipe}, ${from}, ${until}, null, ${approval}
      from json_each(${rows})`),
    db.run(sql`update anchor set ver = ver + 1 where id = ${anchor}`),
    db.run(sql`insert into was (seq, kind, id, anchor, member, before)
      select (select max(seq) from change), 'share', value ->> 0, ${anchor}, value ->> 1, null from json_each(${rows})`),
  ];
}

// --- what is lent

export interface GrantRow {
  readonly id: string;
  readonly member: string;
  readonly kind: "grant" | "break_glass";
  readonly body: GrantBody;
  readonly requestedBy: string;
  readonly approver: string | null;
  readonly reason: string;
  readonly from: number;
  readonly until: number;
  readonly endedAt: number | null;
  readonly renewals: number;
  readonly reviewBy: number | null;
}
export interface CoverRow {
  readonly id: string;
  readonly of: string;
  readonly member: string;
  readonly from: number;
  readonly until: number;
  readonly endedAt: number | null;
  readonly approver: string | null;
  readonly reason: string;
}
export interface Act {
  readonly actor: string;
  readonly client: string;
  readonly n: number;
  readonly mutation: string;
  readonly at: number;
}
/** A place in the order of changes for what is no record, and what it was until then (SYNC-T1). */
const placed = (db: Db, kind: string, id: string, act: Act, patch: object | null): Query =>
  db.run(sql`insert into change (anchor, compartment, entity, record, op, actor, client, n, at, mutation, patch)
    values ('directory', 'core', ${kind}, ${id}, 'in', ${act.actor}, ${act.client}, ${act.n}, ${act.at}, ${act.mutation}, ${patch === null ? null : JSON.stringify(patch)})`);
const remembered = (db: Db, kind: string, id: string, member: string | null, before: SQL): Query =>
  db.run(
    sql`insert into was (seq, kind, id, anchor, member, before) select (select max(seq) from change), ${kind}, ${id}, null, ${member}, ${before}`,
  );

export const writeGrant = (db: Db, row: GrantRow, act: Act): Query[] => [
  placed(db, "grant", row.id, act, { until: row.until, endedAt: row.endedAt }),
  remembered(db, "grant", row.id, row.member, lentNow("grant", row.id)),
  db.run(sql`insert into "grant" (id, member, kind, body, requested_by, approver, reason, from_t, until_t, ended_at, renewals, review_by)
    values (${row.id}, ${row.member}, ${row.kind}, ${JSON.stringify(row.body)}, ${row.requestedBy}, ${row.approver}, ${row.reason},
      ${row.from}, ${row.until}, ${row.endedAt}, ${row.renewals}, ${row.reviewBy})
    on conflict (id) do update set until_t = excluded.until_t, ended_at = excluded.ended_at, renewals = excluded.renewals,
      approver = excluded.approver, review_by = excluded.review_by`),
];
export const writeCover = (db: Db, row: CoverRow, act: Act): Query[] => [
  placed(db, "cover", row.id, act, { until: row.until, endedAt: row.endedAt }),
  remembered(db, "cover", row.id, row.member, lentNow("cover", row.id)),
  db.run(sql`insert into "cover" (id, "of", member, from_t, until_t, ended_at, approver, reason)
    values (${row.id}, ${row.of}, ${row.member}, ${row.from}, ${row.until}, ${row.endedAt}, ${row.approver}, ${row.reason})
    on conflict (id) do update set until_t = excluded.until_t, ended_at = excluded.ended_at`),
];

const grantColumns = sql.raw(
  `id, member, kind, body, requested_by as "requestedBy", approver, reason, from_t as "from", until_t as "until", ended_at as "endedAt", renewals, review_by as "reviewBy"`,
);
const coverColumns = sql.raw(
  `id, "of", member, from_t as "from", until_t as "until", ended_at as "endedAt", approver, reason`,
);
type RawGrant = Omit<GrantRow, "body"> & { readonly body: string };

/** Grants, newest end first: of one member, or of all. */
export async function listGrants(db: Db, member: string | null): Promise<GrantRow[]> {
  const query = sql`select ${grantColumns} from "grant" where ${member === null ? sql`1` : sql`member = ${member}`} order by until_t desc, id limit 200`;
  const [rows] = (await batch(db, [db.all<RawGrant>(query)])) as [RawGrant[]];
  return rows.map((row) => ({ ...row, body: JSON.parse(row.body) as GrantBody }));
}
export async function readGrant(db: Db, id: string): Promise<GrantRow | null> {
  const [rows] = (await batch(db, [db.all<RawGrant>(sql`select ${grantColumns} from "grant" where id = ${id}`)])) as [
    RawGrant[],
  ];
  return rows[0] ? { ...rows[0], body: JSON.parse(rows[0].body) as GrantBody } : null;
}
/** Covers in which the member has a part, or all. */
export async function listCovers(db: Db, member: string | null): Promise<CoverRow[]> {
  const query = sql`select ${coverColumns} from "cover" where ${member === null ? sql`1` : sql`(member = ${member} or "of" = ${member})`} order by until_t desc, id limit 200`;
  const [rows] = (await batch(db, [db.all<CoverRow>(query)])) as [CoverRow[]];
  return rows;
}
export async function readCover(db: Db, id: string): Promise<CoverRow | null> {
  const [rows] = (await batch(db, [db.all<CoverRow>(sql`select ${coverColumns} from "cover" where id = ${id}`)])) as [
    CoverRow[],
  ];
  return rows[0] ?? null;
}

// --- policies

export interface VersionRow {
  readonly version: number;
  readonly author: string;
  readonly approver: string | null;
  readonly why: string;
  readonly at: number;
}
export async function listVersions(db: Db): Promise<VersionRow[]> {
  const [rows] = (await batch(db, [
    db.all<VersionRow>(sql`select version, author, approver, why, at from policy order by version desc limit 200`),
  ])) as [VersionRow[]];
  return rows;
}
/** The insert fails if the version is there already: a version is never changed. */
export const writePolicy = (db: Db, policy: Policy, act: Act): Query[] => [
  placed(db, "policy", String(policy.version), act, { version: [policy.parent, policy.version] }),
  remembered(
    db,
    "policy",
    "policy",
    null,
    sql`(select json_object('version', max(version)) from policy having max(version) < ${policy.version})`,
  ),
  db.insert(tables.policy).values({
    version: policy.version,
    body: JSON.stringify(policy),
    author: policy.author,
    approver: policy.approver,
    why: policy.why,
    at: act.at,
  }),
];

/** Where anybody stands to one anchor: its row, its account team and its shares, read once for all who are asked about. */
export async function standing(db: Db, anchor: string): Promise<((facts: Facts) => Place) | null> {
  const [anchors, crew, shares] = (await batch(db, [
    db
      .select()
      .from(tables.anchor)
      .where(sql`${tables.anchor.id} = ${anchor} and ${tables.anchor.deletedAt} is null`),
    db.all<Crew>(
      sql`select anchor, member, "from", until from account_team where anchor = ${anchor} and deleted_at is null`,
    ),
    db
      .select()
      .from(tables.share)
      .where(sql`${tables.share.anchor} = ${anchor} and ${tables.share.endedAt} is null`),
  ])) as [AnchorRow[], Crew[], (typeof tables.share.$inferSelect)[]];
  const [row] = anchors;
  if (!row) return null;
  return (facts) => {
    const names = namesOf(facts);
    return {
      anchor: anchorOf(row),
      accountTeam: crew.filter(({ member }) => member === facts.member).map(({ from, until }) => ({ from, until })),
      shares: shares.filter(({ toId }) => names.includes(toId)).map(shareOf),
    };
  };
}
