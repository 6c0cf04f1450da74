/**
 * An organisation of any size, its rows made by SQL. One account in ten is the seller's own; the rest lies in a region of
 * which she sees nothing.
 */
import type { Cell } from "../access/cell.ts";

export interface Organisation {
  readonly seller: string;
  readonly sellerId: string;
  /** A colleague who works on the same accounts, and one who works elsewhere. */
  readonly writer: string;
  readonly stranger: string;
  readonly strangerId: string;
  /** The seller's accounts, each with its opportunities. */
  readonly own: readonly { readonly account: string; readonly opportunities: readonly string[] }[];
  /** Opportunities of the stranger. */
  readonly hidden: readonly string[];
}
/** 0 to n - 1 as a table. */
const numbers = (n: number): string =>
  `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${n - 1})`;
/** Ids in an order that has nothing to do with who owns what. */
const idSql = (kind: string, i: string): string => `'local_${kind}_' || printf('%020d', (${i} * 48271) % 2147483647)`;
const stamps = `1, 0, 'bench', 0`; // ver, created_at, created_by, updated_at
const perAccount = 10; // records: the account itself, four contacts, five opportunities

export async function fill(cell: Cell, records: number): Promise<Organisation> {
  const accounts = records / perAccount;
  const people = await cell.rows<{ id: string; handle: string; teams: string; regions: string }>(
    `select id, handle, teams, regions from member`,
  );
  const person = (handle: string) => {
    const found = people.find((row) => row.handle === handle);
    if (!found) throw new Error(`${handle} is not in the demo`);
    const first = (list: string): string => `'${String((JSON.parse(list) as string[])[0])}'`;
    return { id: found.id, team: first(found.teams), region: first(found.regions) };
  };
  const [ana, bo] = [person("ana"), person("bo")];
  const own = "i % 10 = 0";
  await cell.sql(
    `insert into anchor (id, owner, team, region, restricted, ver) ${numbers(accounts)}
     select ${idSql("acc", "i")}, iif(${own}, '${ana.id}', '${bo.id}'), iif(${own}, ${ana.team}, ${bo.team}), iif(${own}, ${ana.region}, ${bo.region}), 0, 1 from n`,
    `insert into account (id, anchor, compartment, name, city, website, phone, industry, ver, created_at, created_by, updated_at) ${numbers(accounts)}
     select ${idSql("acc", "i")}, ${idSql("acc", "i")}, 'core', 'Account ' || i, 'City ' || (i % 300), 'www.account' || i || '.example', '+1 555 ' || (i * 7919 % 100000), 'industry ' || (i % 20), ${stamps} from n`,
    `insert into contact (id, anchor, compartment, name, title, email, phone, ver, created_at, created_by, updated_at) ${numbers(accounts * 4)}
     select ${idSql("con", "i")}, ${idSql("acc", "(i / 4)")}, 'core', 'Contact ' || i, 'Title ' || (i % 40), 'c' || i || '@example.com', '+1 555 ' || (i * 104729 % 1000000), ${stamps} from n`,
    `insert into opportunity (id, anchor, compartment, name, amount_minor, currency, close_day, ver, created_at, created_by, updated_at) ${numbers(accounts * 5)}
     select ${idSql("opp", "i")}, ${idSql("acc", "(i / 5)")}, 'sales', 'Opportunity ' || i, i * 7919 % 900000, 'USD', '2027-01-' || printf('%02d', 1 + i % 28), ${stamps} from n`,
  );
  const of = (owner: string, limit: number) =>
    cell.rows<{ account: string; opportunity: string }>(
      `select o.anchor as account, o.id as opportunity from anchor a join opportunity o on o.anchor = a.id where a.owner = '${owner}' order by a.id, o.id limit ${limit}`,
    );
  const mine = Map.groupBy(await of(ana.id, 2_000), ({ account }) => account);
  const theirs = await of(bo.id, 1_000);
  return {
    seller: "ana",
    sellerId: ana.id,
    writer: "marcus",
    stranger: "bo",
    strangerId: bo.id,
    own: [...mine].map(([account, rows]) => ({ account, opportunities: rows.map(({ opportunity }) => opportunity) })),
    hidden: theirs.map(({ opportunity }) => opportunity),
  };
}
