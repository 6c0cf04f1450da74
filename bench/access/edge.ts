/** What lists and a publish cost in D1 rows, in workerd, as D1 counts them; every page compared with the engine's own. */
import { randomUUID } from "node:crypto";
import { bind, type Facts } from "../../shared/access/engine.ts";
import { validatePolicy } from "../../shared/access/policy.ts";
import type { Policy } from "../../shared/access/rules.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { one, rowsOf, type BenchRow, type Check } from "../lib/report.ts";
import { startOrganisation, type Cell } from "./cell.ts";

export interface Edge {
  readonly rows: readonly BenchRow[];
  readonly checks: readonly Check[];
  /** D1 rows read by the dearest list of the member, for each row shown. */
  readonly list: { readonly narrow: number; readonly wide: number };
  /** D1 rows read for each key held, over all members' pulls after a publish. */
  readonly publish: number;
}
interface MemberRow {
  readonly id: string;
  readonly handle: string;
  readonly base: string;
  readonly duties: string;
  readonly teams: string;
  readonly regions: string;
}
/** What sellers see of their own and of the team's, in every compartment that they have. */
const cutRules = new Set(["account.own", "sales.own", "account.team", "sales.team", "case.around", "handoff.read"]);
const page = 50;
const records = 100_000;
const perAccount = 5;
/** One account in this many is the narrow member's team's. */
const narrowShare = 1_000;

/** 0 to n - 1 as a table. */
const numbers = (n: number): string =>
  `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${n - 1})`;
/** Ids in an order that has nothing to do with who owns what. */
const idSql = (kind: string, i: string): string => `'local_${kind}_' || printf('%020d', (${i} * 48271) % 2147483647)`;
const stamps = `1, 0, 'bench', 0`; // ver, created_at, created_by, updated_at

const listOf = (text: string): string[] => JSON.parse(text) as string[];
const factsOf = (row: MemberRow): Facts => ({
  member: row.id,
  base: row.base,
  duties: listOf(row.duties),
  teams: listOf(row.teams),
  regions: listOf(row.regions),
  employment: "active",
});

export async function edge(members: number): Promise<Edge> {
  const cell = await startOrganisation();
  try {
    const listed = await lists(cell);
    const published = await publish(cell, members);
    return {
      rows: [...listed.rows, ...published.rows],
      checks: [...listed.checks, ...published.checks],
      list: listed.list,
      publish: published.perKey,
    };
  } finally {
    await cell.stop();
  }
}

/** A hundred thousand accounts; a hundred thousand opportunities, five an account. */
async function lists(cell: Cell): Promise<Pick<Edge, "rows" | "checks" | "list">> {
  const people = await cell.rows<MemberRow>(`select id, handle, base, duties, teams, regions from member`);
  const person = (handle: string): MemberRow => {
    const found = people.find((row) => row.handle === handle);
    if (!found) throw new Error(`${handle} is not in the demo`);
    return found;
  };
  const [few, many] = [person("bo"), person("marcus")];
  const place = (column: "teams" | "regions"): string =>
    `case when i % ${narrowShare} = 0 then '${listOf(few[column])[0]}' else '${listOf(many[column])[0]}' end`;
  await cell.sql(
    `insert into anchor (id, owner, team, region, restricted, ver) ${numbers(records)}
     select ${idSql("acc", "i")}, case i % ${2 * narrowShare} when 0 then '${few.id}' else '${many.id}' end, ${place("teams")}, ${place("regions")}, i % 97 = 5, 1 from n`,
    `insert into account (id, anchor, compartment, name, ver, created_at, created_by, updated_at) ${numbers(records)}
     select ${idSql("acc", "i")}, ${idSql("acc", "i")}, 'core', 'Account ' || i, ${stamps} from n`,
    `insert into opportunity (id, anchor, compartment, name, ver, created_at, created_by, updated_at) ${numbers(records)}
     select ${idSql("opp", "i")}, ${idSql("acc", `((i / ${perAccount}) * ${perAccount})`)}, 'sales', 'Opportunity ' || i, ${stamps} from n`,
  );
  const everything = (entity: string) =>
    cell.rows<{ record: string; id: string; owner: string; team: string; region: string; restricted: number }>(
      `select r.id as record, a.id, a.owner, a.team, a.region, a.restricted from ${entity} r join anchor a on a.id = r.anchor order by r.anchor, r.id`,
    );
  const all = { account: await everything("account"), opportunity: await everything("opportunity") };
  const rows: BenchRow[] = [];
  let wrong = 0;
  let compared = 0;
  const dearest = new Map<string, number>();
  for (const [who, handle] of [
    ["narrow", "bo"],
    ["team", "marcus"],
    ["wide", "helen"],
  ] as const) {
    const bound = bind(shippedPolicy, factsOf(person(handle)));
    for (const [plural, entity, compartment] of [
      ["accounts", "account", "core"],
      ["opportunities", "opportunity", "sales"],
    ] as const) {
      const visible: string[] = [];
      for (const { record, restricted, ...anchor } of all[entity]) {
        const at = { anchor: { ...anchor, restricted: restricted === 1 }, accountTeam: [], shares: [] };
        if (bound.readMask(entity, compartment, at, 0) !== 0) visible.push(record);
        if (visible.length === 2 * page) break;
      }
      const expected = (from: number): string => visible.slice(from, from + page).join();
      await cell.ask(handle, `/api/${plural}?limit=1`); // signed in, and the policy is held
      const first = await cell.ask(handle, `/api/${plural}?limit=${page}`);
      const shown = JSON.parse(first.text) as { items: { id: string }[]; nextCursor: string };
      const next = await cell.ask(
        handle,
        `/api/${plural}?limit=${page}&cursor=${encodeURIComponent(shown.nextCursor)}`,
      );
      const after = JSON.parse(next.text) as typeof shown;
      compared += 2;
      for (const [from, { items }] of [
        [0, shown],
        [page, after],
      ] as const)
        // prettier-ignore
        if (items.map(({ id }) => id).join() !== expected(from) || expected(from) === "") wrong += 1;
      const read = Math.max(first.rowsRead, next.rowsRead);
      dearest.set(who, Math.max(dearest.get(who) ?? 0, read / page));
      rows.push(
        ...rowsOf(
          `${page} of ${records.toLocaleString("en")} ${plural}, ${who} member`,
          "D1 rows read",
          "rows",
          new Map([["baton", one(read)], ["page", one(page)]]),
        ).filter(({ subject }) => subject === "baton"),
      ); // prettier-ignore
    }
  }
  return {
    rows,
    checks: [
      { peer: "engine in memory", what: "pages of lists", compared, wrong, note: "which records, in which order" },
    ],
    list: { narrow: dearest.get("narrow") ?? Number.NaN, wide: dearest.get("wide") ?? Number.NaN },
  };
}

interface Line {
  readonly t: string;
  readonly h?: string;
  readonly g?: { readonly [entity: string]: { readonly [group: string]: unknown } };
  readonly cursor?: string;
  readonly more?: boolean;
}
/** Ten sellers a team, ten accounts each: who has a hundred accounts on the device before a publish that cuts them all. */
async function publish(cell: Cell, members: number): Promise<{ rows: BenchRow[]; checks: Check[]; perKey: number }> {
  const team = `'local_tea_' || printf('%020d', i / 10)`;
  await cell.sql(
    `insert into member (id, anchor, compartment, name, handle, email, base, duties, teams, regions, employment, locale, zone, ver, created_at, created_by, updated_at) ${numbers(members)}
     select ${idSql("mem", "(i + 1)")}, 'local_org_00000000000000000000', 'core', 'Seller ' || i, 'seller' || i, 'seller' || i || '@bench.example', 'seller', '[]',
       json_array(${team}), json_array('local_reg_00000000000000000001'), 'active', 'en', 'Europe/Berlin', ${stamps} from n`,
    `insert into anchor (id, owner, team, region, restricted, ver) ${numbers(members * 10)}
     select ${idSql("acc", "(i + 200000)")}, ${idSql("mem", "(i / 10 + 1)")}, 'local_tea_' || printf('%020d', i / 100), 'local_reg_00000000000000000001', 0, 1 from n`,
    `insert into account (id, anchor, compartment, name, ver, created_at, created_by, updated_at) ${numbers(members * 10)}
     select ${idSql("acc", "(i + 200000)")}, ${idSql("acc", "(i + 200000)")}, 'core', 'Account ' || i, ${stamps} from n`,
  );
  const pull = async (
    handle: string,
    device: string,
    cursor: string | null,
  ): Promise<{ lines: Line[]; rowsRead: number }> => {
    const body = { v: protocolVersion, device, client: `${device}-c`, cursor, want: [], ask: [], follow: [], seen: 0 };
    const { text, rowsRead } = await cell.ask(handle, "/sync/pull", body);
    return {
      lines: text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Line),
      rowsRead,
    };
  };
  const held = new Map<string, { device: string; cursor: string; keys: Map<string, string> }>();
  for (let n = 0; n < members; n += 1) {
    const device = randomUUID();
    const { lines } = await pull(`seller${n}`, device, null);
    const keys = new Map(
      lines.flatMap((line) => (line.t === "rights" && line.h ? [[line.h, JSON.stringify(line.g)] as const] : [])),
    );
    held.set(`seller${n}`, { device, cursor: lines.at(-1)?.cursor ?? "", keys });
  }
  const narrower: Policy = {
    ...shippedPolicy,
    version: 2,
    parent: 1,
    allow: shippedPolicy.allow.map((rule) =>
      cutRules.has(rule.id) ? { ...rule, groups: rule.groups.filter((group) => group !== "shared") } : rule,
    ),
  };
  const valid = validatePolicy(JSON.parse(JSON.stringify(narrower)));
  if (!valid.ok) throw new Error(`the changed policy is not valid: ${JSON.stringify(valid.error)}`);
  const body = JSON.stringify(narrower).replaceAll("'", "''");
  // Together, as a publish writes them: the policy, its place in the order of changes, and which one was before.
  await cell.sql(
    `insert into change (seq, anchor, compartment, entity, record, op, actor, client, n, at, mutation)
     select coalesce(max(seq), 0) + 1, 'directory', 'core', 'policy', '2', 'in', 'bench', 'bench', 1, 0, 'policy.publish@1' from change`,
    `insert into was (seq, kind, id, before) select max(seq), 'policy', 'policy', json_object('version', 1) from change`,
    `insert into policy (version, body, author, why, at) select 2, '${body}', 'bench', 'narrower', 1`,
  );
  let keys = 0;
  let read = 0;
  let told = 0;
  let wrong = 0;
  for (const [handle, { device, cursor, keys: had }] of held) {
    const { lines, rowsRead } = await pull(handle, device, cursor);
    keys += had.size;
    read += rowsRead;
    for (const line of lines) {
      if (line.t !== "rights" || !line.h) continue;
      told += 1;
      if (!had.has(line.h) || had.get(line.h) === JSON.stringify(line.g)) wrong += 1;
    }
    // Less, not nothing: a policy that can't be read would take all, and cost less.
    if (!lines.some((line) => line.t === "rights" && line.g?.["account"]?.["identity"] !== undefined)) wrong += 1;
  }
  return {
    rows: rowsOf(
      `pulls of ${members} members after a publish that changes ${told.toLocaleString("en")} of ${keys.toLocaleString("en")} keys`,
      "D1 rows read",
      "rows",
      new Map([["baton", one(read)], ["keys held", one(keys)]]),
    ).filter(({ subject }) => subject === "baton"),
    checks: [{ peer: "rights before", what: "keys told anew after a publish", compared: told, wrong, note: "each one held, each one changed" }],
    perKey: read / keys,
  }; // prettier-ignore
}
