import { and, getTableColumns, sql, type SQL } from "drizzle-orm";
import { ownAnchors } from "../../shared/records/anchors.ts";
import { entity, entityOfId as entityNameOf, type EntityName, type Row } from "../../shared/records/entities.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import { touchesAnchor, type Planned, type Write } from "../sync/plan.ts";
import type { ShareWrite } from "../sync/shares.ts";
import { batch, type Db, type Query } from "./db.ts";
import { inIds } from "./rows.ts";
import * as tables from "./schema.ts";
import { forgetWords } from "./section-text.ts";

/** One mutation on its way into the tables. */
export interface CommitItem {
  readonly client: string;
  readonly device: string;
  readonly member: string;
  readonly n: number;
  readonly mutation: string;
  readonly planned: Planned;
  /** Directory version that the rights were read at. */
  readonly directory: number;
  /** A refusal takes no effect but advances the watermark, and is kept until the device has seen it. */
  readonly outcome?: object;
  /** What belongs to the act and is no record: a proposal, a grant, a policy. Written after the records. */
  readonly also?: readonly Query[];
}

/** The guard of some mutation failed: something that was read has changed, or the number was not the next one. */
export class GuardFailed extends Error {}

/** The changes of a commit: after `after`, up to `upTo`. Dense, so that the hub sees by it when a word was lost. */
export interface Span {
  readonly after: number;
  readonly upTo: number;
}
const head = (db: Db): Query =>
  db.select({ seq: sql<number>`coalesce(max(${tables.change.seq}), 0)` }).from(tables.change);

/**
 * Writes mutations in one D1 batch, all or nothing (SYNC-W3). Per mutation: the client's watermark, which is replay
 * guard, base guard and right guard at once · the records · the anchor's row and what it was · one change row a record.
 * Rows written: a field edit 4 (5 with an indexed column), a stage move 4, reassigning an account 6 (SYNC-D2).
 */
export async function commit(db: Db, items: readonly CommitItem[], now: number): Promise<Span> {
  try {
    const written = await batch(db, [head(db), ...items.flatMap((item) => statements(db, item, now)), head(db)]);
    const [before, after] = [written[0], written.at(-1)] as [{ seq: number }[], { seq: number }[]];
    return { after: before[0]?.seq ?? 0, upTo: after[0]?.seq ?? 0 };
  } catch (error) {
    if (isGuard(error)) throw new GuardFailed();
    throw error;
  }
}
const isGuard = (error: unknown): boolean => {
  for (let at: unknown = error; at instanceof Error; at = at.cause)
    if (at.message.includes("CHECK constraint failed")) return true;
  return false;
};

function statements(db: Db, item: CommitItem, now: number): Query[] {
  const { writes, shares = [] } = item.planned;
  const creates = writes.filter((write) => write.op === "create");
  const queries: Query[] = [db.run(guard(item, now))];
  for (const name of new Set(creates.map((write) => write.entity))) {
    queries.push(
      db.run(
        insertRows(
          name,
          creates.filter((write) => write.entity === name),
          now,
        ),
      ),
    );
  }
  const newAnchors = creates.filter((write) => ownAnchors.has(write.entity));
  if (newAnchors.length > 0) queries.push(db.run(insertAnchors(newAnchors)));
  for (const write of writes) {
    if (write.op === "create") continue;
    queries.push(...partsOf(db, item, write, now));
    const own = ownColumns(write);
    const anchorOnly = write.op === "edit" && Object.keys(own).length === 0;
    if (!anchorOnly) {
      const table = tables.recordTables[write.entity];
      const deletedAt = write.op === "delete" ? now : write.op === "restore" ? null : undefined;
      queries.push(
        db
          .update(table)
          .set({ ...own, ...(deletedAt === undefined ? {} : { deletedAt }), ver: write.ver + 1, updatedAt: now })
          .where(sql`${table.id} = ${write.id}`),
      );
    }
    if (touchesAnchor(write)) queries.push(db.run(updateAnchor(write, now)));
  }
  queries.push(...forgetWords(db, writes));
  if (writes.length + shares.length > 0) queries.push(db.run(insertChanges(item, now)));
  queries.push(...writeShares(db, shares, now));
  const inputs = [...writes.flatMap(rightsInput), ...shares.map(shareInput)];
  if (inputs.length > 0) queries.push(db.run(insertWas(inputs)));
  const teamAnchors = [
    ...new Set(writes.filter((write) => write.entity === "account_team").map((write) => write.after.anchor)),
  ];
  for (const id of teamAnchors) queries.push(db.run(sql`update anchor set ver = ver + 1 where id = ${id}`));
  const given = item.planned.reassigned;
  if (given)
    queries.push(
      db.run(sql`insert into reassigned (actor, day, n) values (${item.member}, ${dayOf(now)}, ${given.before + given.more})
        on conflict (actor, day) do update set n = excluded.n`),
    );
  for (const [rule, dealt] of Map.groupBy(item.planned.turns ?? [], (turn) => turn.rule))
    queries.push(
      db.run(sql`insert into lead_turn (rule, n, last) values (${rule}, ${dealt.at(-1)?.n ?? 0}, ${dealt.at(-1)?.last ?? null})
        on conflict (rule) do update set n = excluded.n, last = excluded.last`),
    );
  queries.push(...(item.also ?? []));
  if (item.outcome)
    queries.push(db.insert(tables.outcome).values({ client: item.client, n: item.n, body: item.outcome }));
  return queries;
}

/**
 * The watermark moves to n only from n - 1, only for the client's own member, and only if every record, anchor and the
 * directory are as they were read. Otherwise `ok` becomes 0 and the CHECK rolls the whole batch back.
 */
function guard(item: CommitItem, now: number): SQL {
  const held: SQL[] = [sql`(select v from meta where k = 'directory') = ${item.directory}`];
  // One parameter per table, whatever the number of records: an import guards hundreds, D1 allows 100 parameters.
  const pairs = new Map<EntityName, [string, number][]>();
  for (const [id, ver] of item.planned.guards) {
    const name = entityNameOf(id);
    if (name) pairs.set(name, [...(pairs.get(name) ?? []), [id, ver]]);
  }
  for (const [name, seen] of pairs) held.push(unmoved(sql`${tables.recordTables[name]}`, seen));
  const anchors = [...item.planned.anchors].filter(([, ver]) => ver > 0);
  if (anchors.length > 0) held.push(unmoved(sql`anchor`, anchors));
  const given = item.planned.reassigned;
  if (given)
    held.push(
      sql`coalesce((select n from reassigned where actor = ${item.member} and day = ${dayOf(now)}), 0) = ${given.before}`,
    );
  // Of two pushes that deal at once the second is planned anew, so that each turn is dealt to one.
  for (const [rule, dealt] of Map.groupBy(item.planned.turns ?? [], (turn) => turn.rule))
    held.push(sql`coalesce((select n from lead_turn where rule = ${rule}), 0) = ${dealt[0]?.before ?? 0}`);
  return sql`insert into client (id, member, device, n, ok, at) values (${item.client}, ${item.member}, ${item.device}, ${item.n}, coalesce((${and(...held)}), 0), ${now})
    on conflict (id) do update set n = excluded.n, at = excluded.at,
      ok = (excluded.ok and client.n = excluded.n - 1 and client.member = excluded.member and client.device = excluded.device)`;
}

/** Days (UTC) since 1970. */
export const dayOf = (at: number): number => Math.floor(at / dayMs);

const unmoved = (table: SQL, seen: readonly (readonly [string, number])[]): SQL =>
  sql`not exists (select 1 from json_each(${JSON.stringify(seen)}) g left join ${table} t on t.id = g.value ->> 0 where t.ver is not g.value ->> 1)`;

const isOwn = (name: EntityName, key: string): boolean =>
  entity(name).fields[key]?.of === undefined && key in entity(name).fields;

function ownColumns(write: Write): Record<string, unknown> {
  return Object.fromEntries(
    write.changed.filter((key) => isOwn(write.entity, key)).map((key) => [key, write.after[key] ?? null]),
  );
}

/** Many rows of one entity in one statement: one JSON parameter, whatever the number. */
function insertRows(name: EntityName, writes: readonly Write[], now: number): SQL {
  const table = tables.recordTables[name];
  const columns = Object.entries(getTableColumns(table));
  const values = writes.map((write) => ({ ...write.after, ver: 1, updatedAt: now, deletedAt: null }));
  const names = sql.join(
    columns.map(([, column]) => sql.identifier(column.name)),
    sql`, `,
  );
  const picks = sql.join(
    columns.map(([key]) => sql`json_extract(value, ${sql.raw(`'$.${key}'`)})`),
    sql`, `,
  );
  return sql`insert into ${table} (${names}) select ${picks} from json_each(${JSON.stringify(values)})`;
}

function insertAnchors(writes: readonly Write[]): SQL {
  const rows = writes.map(({ id, after }) => [
    id,
    after["owner"],
    after["team"],
    after["region"],
    after["restricted"] === true ? 1 : 0,
  ]);
  return sql`insert into anchor (id, owner, team, region, restricted, deleted_at, ver)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, null, 1 from json_each(${JSON.stringify(rows)})`;
}

function updateAnchor(write: Write, now: number): SQL {
  const moved = write.changed.filter((key) => entity(write.entity).fields[key]?.of === "anchor");
  const sets = moved.map(
    (key) =>
      sql`${sql.identifier(key)} = ${key === "restricted" ? Number(write.after[key] === true) : (write.after[key] ?? null)}`,
  );
  if (write.op !== "edit") sets.push(sql`deleted_at = ${write.op === "delete" ? now : null}`);
  return sql`update anchor set ${sql.join([...sets, sql`ver = ver + 1`], sql`, `)} where id = ${write.id}`;
}

const changeOp = { create: "in", restore: "in", edit: "edit", delete: "del" } as const;

/**
 * The comments of a section go where it goes, in the same batch: to the readers of its new group, away with it, back with
 * it; the tasks of its text to the readers of its new group. Before the section's own row, which still says when it was
 * deleted. A row each in the feed, whatever their number.
 */
function partsOf(db: Db, item: CommitItem, write: Write, now: number): Query[] {
  const group = write.after["group"] ?? null;
  const moved = write.op === "edit" && write.changed.includes("group");
  if (write.entity !== "section" || (write.op === "edit" && !moved)) return [];
  const there = write.op === "restore" ? sql`deleted_at = (select deleted_at from section where id = ${write.id})` : sql`deleted_at is null`; // prettier-ignore
  const patch = moved ? sql`json_object('group', json_array("group", ${group}))` : sql`null`;
  const set = moved ? sql`"group" = ${group}` : sql`deleted_at = ${write.op === "delete" ? now : null}`;
  const all = (name: "section_comment" | "task", mine: SQL): Query[] => [
    db.run(sql`insert into change (anchor, compartment, entity, record, op, actor, client, n, at, mutation, patch)
      select anchor, compartment, ${name}, id, ${changeOp[write.op]}, ${item.member}, ${item.client}, ${item.n}, ${now}, ${item.mutation}, ${patch}
      from ${sql.identifier(name)} where ${mine} and ${there}`),
    // Those that are gone move too, so that nothing can bring them back to who may not read them.
    db.run(sql`update ${sql.identifier(name)} set ${set}, ver = ver + 1, updated_at = ${now} where ${mine}${moved ? sql`` : sql` and ${there}`}`),
  ];
  return [
    ...all("section_comment", sql`section = ${write.id}`),
    ...(moved ? all("task", sql`anchor = ${write.after.anchor} and about = ${write.id}`) : []),
  ];
} // prettier-ignore

/** One change row per record written, in the order of the writes. The patch holds before and after, for history. */
function insertChanges(item: CommitItem, now: number): SQL {
  const { writes, shares = [] } = item.planned;
  const rows: unknown[][] = writes.map((write) => [
    write.after.anchor,
    write.after.compartment,
    write.entity,
    write.id,
    changeOp[write.op],
    write.op === "edit" ? Object.fromEntries(write.changed.map((key) => [key, patched(write, key)])) : null,
  ]);
  // A share is told with the act that gives it; one that is all there is stands for itself.
  for (const { before, after } of writes.length > 0 ? [] : shares) {
    const share = after ?? before;
    const patch = after && { to: [before?.to ?? null, after.to], until: [before?.until ?? null, after.until] };
    rows.push([share?.anchor, share?.compartment, "share", share?.id, before ? (after ? "edit" : "del") : "in", patch]);
  }
  return sql`insert into change (anchor, compartment, entity, record, op, actor, client, n, at, mutation, patch)
    select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, ${item.member}, ${item.client}, ${item.n}, ${now}, ${item.mutation}, value ->> 5
    from json_each(${JSON.stringify(rows)})`;
}

/** Before and after; and whose words they were, where nobody had looked at them (SYNC-W8). */
function patched({ before, after, over }: Write, key: string): unknown[] {
  const loser = over?.[key];
  return [before?.[key] ?? null, after[key] ?? null, ...(loser === undefined ? [] : [loser])];
}

type Input = readonly [kind: string, id: string, anchor: string | null, member: string | null, before: object | null];

/** Whoever changes a rights input writes, in the same batch, what it was (SYNC-T1). */
function rightsInput(write: Write): Input[] {
  if (touchesAnchor(write))
    return [
      [
        "anchor",
        write.id,
        write.id,
        null,
        write.op === "create" || write.op === "restore" ? null : anchorFields(write.before),
      ],
    ];
  if (write.entity === "account_team") {
    const before = write.op === "create" || write.op === "restore" ? null : write.before;
    return [
      [
        "account_team",
        write.id,
        write.after.anchor,
        String(write.after["member"]),
        before && { member: before["member"], from: before["from"] ?? null, until: before["until"] ?? null },
      ],
    ];
  }
  if (write.entity === "member") return [["member", write.id, null, write.id, write.before && factsOf(write.before)]];
  return [];
}
const shareInput = ({ before, after }: ShareWrite): Input => {
  const share = before ?? after;
  const kept = before && { ...before, toId: before.to };
  return ["share", share?.id ?? "", share?.anchor ?? null, share?.to ?? null, kept];
};
/** Ended or given; one that is given again after its end is the same row. What a push read of an anchor's shares is guarded by `ver`. */
function writeShares(db: Db, shares: readonly ShareWrite[], now: number): Query[] {
  const queries: Query[] = [];
  const ended = shares.flatMap(({ before, after }) => (before && !after ? [before.id] : []));
  const { share } = tables;
  if (ended.length > 0) queries.push(db.run(sql`update ${share} set ended_at = ${now} where ${inIds(sql`id`, ended)}`));
  const rows = shares.flatMap(({ after: one }) =>
    one
      ? [[one.id, one.anchor, one.compartment, one.record, kindOfName(one.to), one.to, one.groups, one.recipe, one.from, one.until, one.cause]]
      : [],
  ); // prettier-ignore
  const picks = sql.raw(Array.from({ length: 10 }, (_, at) => `value ->> ${at}`).join(", "));
  if (rows.length > 0)
    queries.push(
      db.run(sql`insert into ${share} (id, anchor, compartment, record, to_kind, to_id, groups, recipe, from_t, until_t, ended_at, cause)
        select ${picks}, null, value ->> 10 from json_each(${JSON.stringify(rows)}) where true
        on conflict (id) do update set groups = excluded.groups, from_t = excluded.from_t, until_t = excluded.until_t, ended_at = null`),
    );
  // A new share takes nothing from anyone: only what is changed or ended fails a push that was planned with it.
  for (const [anchor, moved] of Map.groupBy(
    shares.filter(({ before }) => before),
    ({ before }) => before?.anchor ?? "",
  ))
    queries.push(db.run(sql`update anchor set ver = ver + ${moved.length} where id = ${anchor}`));
  return queries;
}
const kindOfName = (name: string): string =>
  name.includes("@") ? "role" : entityNameOf(name) === "team" ? "team" : "member";
const anchorFields = (row: Row | null): object | null =>
  row && {
    id: row.id,
    owner: row["owner"] ?? null,
    team: row["team"] ?? null,
    region: row["region"] ?? null,
    restricted: row["restricted"] === true,
  };
const factsOf = (row: Row): object => ({
  base: row["base"],
  duties: row["duties"],
  teams: row["teams"],
  regions: row["regions"],
  employment: row["employment"],
});

function insertWas(inputs: readonly Input[]): SQL {
  return sql`insert into was (seq, kind, id, anchor, member, before)
    select (select max(seq) from change), value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 from json_each(${JSON.stringify(inputs)})`;
}
