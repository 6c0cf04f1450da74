/** The one read of a room: everything that its rights hang on, of one instant. */
import { sql } from "drizzle-orm";
import { bind, type Facts } from "../../shared/access/engine.ts";
import { briefOf } from "../../shared/handoffs/brief.ts";
import { validatePolicy, type Policy } from "../../shared/access/policy.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { batch, openDb, type Db, type Query } from "../db/db.ts";
import { lentOf, lentQuery, namesOf, nothingLent, turnsOf, withLent, type LentRow } from "../db/lent.ts";
import { anchorOf, inIds, shareOf, stored, type AnchorRow } from "../db/rows.ts";
import * as tables from "../db/schema.ts";
import type { Env } from "../env.ts";
import { roomMember } from "./versions.ts";
import type { Attendee, MemberFacts, Projected, RoomRead } from "./authority.ts";
import type { Words } from "./projection.ts";
import type { Regen } from "./log.ts";

interface StateRow {
  readonly directory: number;
  readonly checkedAt: number;
  readonly policy: number | null;
  readonly policyAt: number | null;
  readonly body: string | null;
}
interface MemberRow {
  readonly id: string;
  readonly name: string;
  readonly base: string | null;
  readonly duties: readonly string[] | null;
  readonly teams: readonly string[] | null;
  readonly regions: readonly string[] | null;
}
/** Kept between reads of an isolate: the text of a policy comes only when it is another one. */
let held: { readonly version: number; readonly at: number; readonly policy: Policy | null } | null = null;

/** Null: this cell's copy of the directory is too old to be believed. */
export async function readRoom(
  env: Env,
  account: string,
  attendees: readonly Attendee[],
  at: number,
): Promise<RoomRead | null> {
  const db = openDb(env.DB);
  const { anchor, share, recordTables, regen } = tables;
  const { member, section, account_team: team } = recordTables;
  const members = attendees.map((attendee) => attendee.member);
  const sessions = JSON.stringify(attendees.map(({ session }) => session));
  const asked = sql`(select value from json_each(${sessions}))`;
  // Sessions live in the home cell; another cell knows those that were cut.
  const live =
    env.CELL === env.HOME
      ? sql`select id from auth_session where id in ${asked} and expires_at > ${at} union select id from api_token where id in ${asked} and expires_at > ${at}`
      : sql`select value as id from json_each(${sessions}) where value not in (select session from directory_cut)`;
  const state = sql<StateRow>`select (select v from meta where k = 'directory') as directory, (select v from meta where k = 'directory_at') as checkedAt,
    p.version as policy, p.at as policyAt, case when p.version = ${held?.version ?? null} and p.at = ${held?.at ?? null} then null else p.body end as body
    from (select 1) left join (select * from policy order by version desc limit 1) p`;
  const [states, sections, anchors, teams, shares, rows, lent, lives, projected, regens, handoffs] = (await batch(db, [
    db.all<StateRow>(state),
    db
      .select()
      .from(section)
      .where(sql`${section.anchor} = ${account} and ${section.deletedAt} is null`),
    db
      .select()
      .from(anchor)
      .where(sql`${anchor.id} = ${account} and ${anchor.deletedAt} is null`),
    db
      .select()
      .from(team)
      .where(
        sql`${team.anchor} = ${account} and ${team.deletedAt} is null and ${inIds(sql`${sql.identifier("member")}`, members)}`,
      ),
    db
      .select()
      .from(share)
      .where(sql`${share.anchor} = ${account} and ${share.endedAt} is null`),
    db
      .select()
      .from(member)
      .where(sql`${inIds(sql`${member.id}`, members)} and ${member.deletedAt} is null and employment = 'active'`),
    db.all<LentRow>(lentQuery(members, at)),
    db.all<{ id: string }>(live),
    db.all<Projected & { section: string }>(
      sql`select section, gen, upto from section_text where section in (select id from section where anchor = ${account})`,
    ),
    db
      .select()
      .from(regen)
      .where(sql`${regen.section} in (select id from section where anchor = ${account})`),
    db.all<HandoffRow>(
      sql`select id, from_member as giver, to_member as receiver, offered_at as offeredAt, accepted_at as acceptedAt
        from handoff where anchor = ${account} and offered_at is not null and deleted_at is null`,
    ),
  ])) as [
    StateRow[],
    Parameters<typeof stored>[1][],
    AnchorRow[],
    TeamRow[],
    (typeof share.$inferSelect)[],
    MemberRow[],
    LentRow[],
    { id: string }[],
    (Projected & { section: string })[],
    (typeof regen.$inferSelect)[],
    HandoffRow[],
  ];

  const [now] = states;
  if (!now || (env.CELL !== env.HOME && at - now.checkedAt > limits.directoryStaleMs)) return null;
  const policy = policyOf(now);
  const place = anchors[0] && anchorOf(anchors[0]);
  const found = new Map<string, MemberFacts>();
  const lentTo = new Map(lent.map((row) => [row.id, lentOf(row)]));
  for (const row of place ? rows : []) {
    const own: Facts = {
      member: row.id, base: row.base ?? "", duties: row.duties ?? [], teams: row.teams ?? [], regions: row.regions ?? [], employment: "active",
    }; // prettier-ignore
    const facts = withLent(own, lentTo.get(row.id) ?? nothingLent);
    const names = namesOf(facts);
    found.set(row.id, {
      name: row.name,
      bound: bind(policy, facts, (fact) => console.error("rights_input_broken", fact)),
      place: {
        anchor: place as NonNullable<typeof place>,
        accountTeam: teams.filter((entry) => entry.member === row.id).map(({ from, until }) => ({ from, until })),
        shares: shares.filter(({ toId }) => names.includes(toId)).map(shareOf),
      },
      // Who was let in without a word about since when was let in when it was written down.
      since: teams
        .filter((entry) => entry.member === row.id)
        .map((entry) => ({ until: entry.until, from: Math.max(entry.from ?? 0, entry.createdAt) })),
      turns: turnsOf(facts),
    });
  }
  // Not by `found`: of an account that is not there a socket learns no more than of a hidden one.
  const inOffice = new Set(rows.map(({ id }) => id));
  const uncut = new Set(lives.map(({ id }) => id));
  return {
    directory: now.directory,
    sections: place ? sections.map((row) => stored("section", row).row) : [],
    projected: new Map(projected.map(({ section: id, gen, upto }) => [id, { gen, upto }])),
    regens: new Map(regens.map(({ section: id, gen, why, version, by }) => [id, { gen, why, version, by }])),
    handed: new Map(
      handoffs.map(({ id, giver, receiver, offeredAt, acceptedAt }) => [
        briefOf(id),
        acceptedAt === null ? { at: offeredAt, by: giver ?? "" } : { at: acceptedAt, by: receiver ?? "" },
      ]),
    ),
    members: found,
    liveSessions: new Set(
      attendees.filter((one) => inOffice.has(one.member) && uncut.has(one.session)).map(({ session }) => session),
    ),
  };
}

interface HandoffRow {
  readonly id: string;
  readonly giver: string | null;
  readonly receiver: string | null;
  readonly offeredAt: number;
  readonly acceptedAt: number | null;
}
interface TeamRow {
  readonly member: string;
  readonly from: number | null;
  readonly until: number | null;
  readonly createdAt: number;
}

function policyOf({ policy: version, policyAt: at, body }: StateRow): Policy | null {
  if (version === null || at === null) return null;
  if (body !== null) {
    const valid = validatePolicy(JSON.parse(body));
    if (!valid.ok) console.error("policy_unreadable", version, valid.error.fields);
    held = { version, at, policy: valid.ok ? valid.value : null };
  }
  return held?.version === version && held.at === at ? held.policy : null;
}

/**
 * Writes the words of a section beside its record: nothing if the section is gone, of another account or generation, or if what is there was
 * read from a later row of the log. Two D1 rows the first time, then one; three for each member who is named for the
 * first time.
 */
export async function storeWords(
  db: Db,
  account: string,
  {
    id,
    gen,
    upto,
    clients,
  }: {
    readonly id: string;
    readonly gen: number;
    readonly upto: number;
    readonly clients?: ReadonlyMap<number, string>;
  },
  { text, mentions, tasks, links }: Words,
  at = Date.now(),
): Promise<void> {
  const lists = [mentions.map(({ kind, id }) => ({ kind, id })), tasks, links].map((list) => JSON.stringify(list));
  const named = JSON.stringify(
    mentions.flatMap(({ kind, id: member, client = -1 }) => {
      const by = clients?.get(client) ?? null;
      return kind === "member" ? [[member, by === roomMember ? null : by]] : [];
    }),
  );
  const isTaken = sql`exists (select 1 from section_text where section = ${id} and gen = ${gen} and upto = ${upto})`;
  await batch(db, [
    db.run(sql`insert into section_text (section, gen, upto, text, mentions, tasks, links)
      select id, gen, ${upto}, ${text}, ${lists[0]}, ${lists[1]}, ${lists[2]} from section
      where id = ${id} and gen = ${gen} and anchor = ${account} and deleted_at is null
      on conflict (section) do update set gen = excluded.gen, upto = excluded.upto, text = excluded.text,
        mentions = excluded.mentions, tasks = excluded.tasks, links = excluded.links
      where (excluded.gen, excluded.upto) > (section_text.gen, section_text.upto)`),
    // Whoever was named before stays as they are: they were told of it.
    db.run(sql`delete from section_mention where section = ${id} and ${isTaken}
      and member not in (select value ->> 0 from json_each(${named}))`),
    ...(named === "[]"
      ? []
      : [
          db.run(sql`insert into section_mention (section, member, by, at)
            select ${id}, value ->> 0, value ->> 1, ${at} from json_each(${named}) where ${isTaken}
            on conflict do nothing`),
        ]),
  ]);
}

/** Sections that name a member by another's hand since an instant, the newest first, whoever may read them. */
export const namingSections = (
  db: Db,
  member: string,
  since: number,
  { from, count }: { readonly from: number; readonly count: number },
): Promise<{ readonly section: string; readonly at: number; readonly by: string | null }[]> =>
  db.all(sql`select section, at, by from section_mention
    where member = ${member} and at > ${since} and coalesce(by, '') <> ${member}
    order by at desc, section limit ${count} offset ${from}`);

/** What the batch that raises a section's generation writes beside the record. */
export function regenQuery(db: Db, section: string, regen: Regen, at: number): Query {
  const set = { ...regen, at };
  return db
    .insert(tables.regen)
    .values({ section, ...set })
    .onConflictDoUpdate({ target: tables.regen.section, set });
}

export async function readDirectory(db: Db): Promise<number> {
  const [[row]] = (await batch(db, [db.all<{ v: number }>(sql`select v from meta where k = 'directory'`)])) as [
    { v: number }[],
  ];
  return row?.v ?? 0;
}
