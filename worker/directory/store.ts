/** The SQL of the directory feed and of this cell's copy. Triggers write the feed (migrations/0003_directory.sql). */
import * as z from "zod/mini";
import { limits } from "../../shared/kernel/limits.ts";
import { lentBefore } from "../db/lent.ts";

const feedEntry = z.object({
  version: z.int(),
  at: z.int(),
  kind: z.enum(["member", "team", "region", "policy", "cut", "grant", "cover"]),
  subject: z.string(),
  body: z.record(z.string().check(z.regex(/^[a-z_]+$/)), z.union([z.string(), z.number(), z.null()])),
});
export const feedPage = z.object({ version: z.int(), more: z.boolean(), entries: z.array(feedEntry) });
type FeedEntry = z.infer<typeof feedEntry>;
export type FeedPage = z.infer<typeof feedPage>;

/** A page is taken in one batch of up to three statements an entry, and D1 runs a thousand for one request. */
const pageEntries = 200;

interface FeedRow {
  readonly version: number;
  readonly at: number;
  readonly kind: string;
  readonly subject: string;
  readonly body: string;
}

export async function readFeed(d1: D1Database, after: number): Promise<FeedPage> {
  const [rows, state] = await d1.batch<FeedRow | { v: number }>([
    d1
      .prepare(`SELECT * FROM "directory_feed" WHERE "version" > ?1 ORDER BY "version" LIMIT ?2`)
      .bind(after, pageEntries),
    d1.prepare(`SELECT "v" FROM "meta" WHERE "k" = 'directory'`),
  ]);
  const entries = ((rows?.results ?? []) as FeedRow[]).map((row) =>
    feedEntry.parse({ ...row, body: JSON.parse(row.body) }),
  );
  const more = entries.length === pageEntries;
  const current = (state?.results[0] as { v: number } | undefined)?.v ?? 0;
  return { version: more ? (entries.at(-1)?.version ?? current) : current, more, entries };
}

export async function copyVersion(d1: D1Database): Promise<{ readonly version: number; readonly checkedAt: number }> {
  const { results } = await d1
    .prepare(`SELECT "k", "v" FROM "meta" WHERE "k" IN ('directory_home', 'directory_at')`)
    .all<{ k: string; v: number }>();
  const value = (key: string): number => results.find((row) => row.k === key)?.v ?? 0;
  return { version: value("directory_home"), checkedAt: value("directory_at") };
}

const position = `COALESCE((SELECT MAX("seq") FROM "change"), 0)`;
const factColumns = ["base", "duties", "teams", "regions", "employment"] as const;

/**
 * One entry into the copy. It takes a place in this cell's own order of changes, so that devices here get it, and facts
 * and policy, which are rights inputs of this cell too, leave what they were (SYNC-T1).
 */
function copyStatements(d1: D1Database, entry: FeedEntry, now: number): D1PreparedStatement[] {
  const { version, kind, subject, body } = entry;
  if (kind === "cut")
    return [d1.prepare(`INSERT OR IGNORE INTO "directory_cut" ("session", "at") VALUES (?1, ?2)`).bind(subject, now)];
  const names = Object.keys(body);
  const columns = names.map((name) => `"${name}"`); // the schema above lets only letters and _ through
  const marks = names.map((_, index) => `?${index + 1}`);
  const values = Object.values(body);
  const place = (anchor: string, compartment: string): D1PreparedStatement =>
    d1
      .prepare(
        `INSERT INTO "change" ("seq", "anchor", "compartment", "entity", "record", "op", "actor", "client", "n", "at", "mutation")
         VALUES (${position} + 1, ?1, ?2, ?3, ?4, 'in', 'directory', 'directory', ?5, ?6, 'directory.copy@1')`, // in: the whole row goes out anew
      )
      .bind(anchor, compartment, kind, subject, version, now);
  const remember = (was: string, ...given: readonly (string | number | null)[]): D1PreparedStatement =>
    d1
      .prepare(`INSERT INTO "was" ("seq", "kind", "id", "anchor", "member", "before") SELECT ${position}, ${was}`)
      .bind(...given);

  if (kind === "policy") {
    return [
      place("directory", "core"),
      remember(
        `'policy', 'policy', NULL, NULL, json_object('version', MAX(m."version")) FROM "policy" m HAVING MAX(m."version") < ?1`,
        Number(subject),
      ),
      d1
        .prepare(`INSERT INTO "policy" (${columns.join(", ")}) VALUES (${marks.join(", ")}) ON CONFLICT DO NOTHING`)
        .bind(...values),
    ];
  }
  const sets = columns.filter((column) => column !== `"id"`).map((column) => `${column} = excluded.${column}`);
  if (kind === "grant" || kind === "cover") {
    return [
      place("directory", "core"),
      remember(`'${kind}', ?1, NULL, ?2, ${lentBefore[kind]}`, subject, body["member"] ?? null),
      d1
        .prepare(
          `INSERT INTO "${kind}" (${columns.join(", ")}) VALUES (${marks.join(", ")}) ON CONFLICT ("id") DO UPDATE SET ${sets.join(", ")}`,
        )
        .bind(...values),
    ];
  }
  const facts = factColumns.map((name) => `m."${name}"`).join(", ");
  const before = factColumns
    .map((name) => `'${name}', ${name === "base" || name === "employment" ? `m."${name}"` : `json(m."${name}")`}`)
    .join(", ");
  const differs = `FROM "member" m WHERE m."id" = ?1 AND (${facts}) IS NOT (?2, ?3, ?4, ?5, ?6)`;
  return [
    place(String(body["anchor"]), String(body["compartment"])),
    ...(kind === "member"
      ? [
          remember(
            `'member', m."id", NULL, m."id", json_object(${before}) ${differs}`,
            subject,
            ...factColumns.map((name) => body[name] ?? null),
          ),
        ]
      : []),
    d1
      .prepare(
        `INSERT INTO "${kind}" (${columns.join(", ")}, "ver") VALUES (${marks.join(", ")}, ${position})
         ON CONFLICT ("id") DO UPDATE SET ${sets.join(", ")}, "ver" = excluded."ver"`,
      )
      .bind(...values),
  ];
}

/**
 * Takes one page into the copy, all or nothing, and only onto the version that it follows: two pulls at once would else
 * put an older state over a newer one. False: another pull was first. `anchors`: what configuration hangs on here, the
 * home cell's for what is copied, and our own.
 */
export async function applyFeed(
  d1: D1Database,
  anchors: readonly string[],
  after: number,
  page: FeedPage,
  now: number,
): Promise<boolean> {
  const following = `UPDATE "meta" SET "v" = CASE "v" WHEN ?1 THEN ?2 END WHERE "k" = 'directory_home'`; // else null, which the column refuses
  try {
    await d1.batch([
      d1.prepare(following).bind(after, page.version),
      ...anchors.map((id) =>
        d1
          .prepare(`INSERT INTO "anchor" ("id", "restricted", "ver") VALUES (?1, 0, 1) ON CONFLICT DO NOTHING`)
          .bind(id),
      ),
      ...page.entries.flatMap((entry) => copyStatements(d1, entry, now)),
      ...(page.more ? [] : [d1.prepare(`UPDATE "meta" SET "v" = MAX("v", ?1) WHERE "k" = 'directory_at'`).bind(now)]),
    ]);
    return true;
  } catch (error) {
    if ((await copyVersion(d1)).version !== after) return false;
    throw error;
  }
}

/** Sessions cut since the last time that all were told of, and up to which version that is. */
export async function untoldCuts(
  d1: D1Database,
): Promise<{ readonly version: number; readonly told: number; readonly sessions: readonly string[] }> {
  const told = `(SELECT "v" FROM "meta" WHERE "k" = 'directory_told')`;
  const [state, rows] = await d1.batch<{ version: number; told: number } | { subject: string }>([
    d1.prepare(`SELECT "v" AS "version", ${told} AS "told" FROM "meta" WHERE "k" = 'directory'`),
    d1.prepare(`SELECT "subject" FROM "directory_feed" WHERE "version" > ${told} AND "kind" = 'cut'`),
  ]);
  const { version, told: toldUpTo } = (state?.results[0] ?? { version: 0, told: 0 }) as {
    version: number;
    told: number;
  };
  return {
    version,
    told: toldUpTo,
    sessions: ((rows?.results ?? []) as { subject: string }[]).map((row) => row.subject),
  };
}
export async function markTold(d1: D1Database, version: number): Promise<void> {
  await d1.prepare(`UPDATE "meta" SET "v" = MAX("v", ?1) WHERE "k" = 'directory_told'`).bind(version).run();
}
/** Cuts of tokens that ran out long ago say nothing any more. */
export async function sweepCuts(d1: D1Database, now: number): Promise<void> {
  await d1
    .prepare(`DELETE FROM "directory_cut" WHERE "at" < ?1`)
    .bind(now - 6 * limits.sessionTokenMs)
    .run();
}
