/** What sync costs in D1 rows, bytes and requests, whatever the size of the organisation. Times are the bench's business. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import { packedSnaps, unpackSnaps } from "../../shared/sync/columns.ts";
import { account, accountSource, ask, boot, bring, device, idOf, memberId, opportunity, pullBody, pushBody } from "./app-rig.ts"; // prettier-ignore

type Line = Record<string, unknown>;
interface Measured {
  readonly lines: readonly Line[];
  readonly read: number;
  readonly written: number;
  readonly queries: number;
  /** Of the answer, compressed. */
  readonly bytes: number;
}
async function measured(path: string, as: string, body: unknown): Promise<Measured> {
  const answer = await ask(path, { as, body, headers: { "x-measure": "1", "accept-encoding": "" } });
  const text = new TextDecoder().decode(await answer.arrayBuffer());
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
  const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  const header = (name: string): number => Number(answer.headers.get(`x-d1-${name}`) ?? Number.NaN);
  return {
    lines: text.trimEnd().split("\n").flatMap((line) => linesOf(JSON.parse(line) as Line, body as { want?: { h: string }[] })), // prettier-ignore
    read: header("rows-read"),
    written: header("rows-written"),
    queries: header("queries"),
    bytes: (await new Response(zipped).arrayBuffer()).byteLength,
  };
}
/** Snapshots stand together in columns. */
function linesOf(line: Line, { want = [] }: { want?: readonly { h: string }[] }): readonly Line[] {
  if (line["t"] !== "cols") return [line];
  return (unpackSnaps(packedSnaps.parse(line), want.map(({ h }) => h)) ?? []) as unknown as Line[]; // prettier-ignore
}
const pageOf = ({ lines }: Measured): Line => lines.at(-1) ?? {};

/** A device of Ana's that holds all that it may. */
class Held {
  readonly dev = device();
  cursor: unknown = null;
  async pull(more: Line = {}): Promise<Measured> {
    const got = await measured("/sync/pull", "ana", pullBody(this.dev, { cursor: this.cursor, ...more }));
    this.cursor = pageOf(got)["cursor"];
    return got;
  }
  async begin(): Promise<this> {
    const first = await this.pull();
    let want = first.lines.filter(({ t }) => t === "rights").map(({ h }): Line => ({ h }));
    for (let pages = 0; want.length > 0 && pages < 50; pages += 1) {
      const to = new Map<unknown, unknown>();
      for (const line of (await this.pull({ want })).lines) if (line["t"] === "snap") to.set(line["h"], line["to"]);
      want = want.flatMap((one) =>
        to.get(one["h"]) === null ? [] : [{ ...one, ...(to.has(one["h"]) ? { after: to.get(one["h"]) } : {}) }],
      );
    }
    expect(want).toEqual([]);
    return this;
  }
}
const sql = (query: string) => env.DB.prepare(query).run();
/** Records of others, of which Ana sees nothing. */
const others = (records: number): Promise<unknown> =>
  env.DB.batch(
    [
      `insert into anchor (id, owner, restricted, ver) with recursive n(i) as (select 0 union all select i + 1 from n where i < ${records / 10 - 1})
       select 'local_acc_x' || printf('%019d', i + (select count(*) from anchor)), 'nobody', 0, 1 from n`,
      `insert into opportunity (id, anchor, compartment, name, ver, created_at, created_by, updated_at) with recursive n(i) as (select 0 union all select i + 1 from n where i < ${records - 1})
       select 'local_opp_x' || printf('%019d', i + (select count(*) from opportunity)), 'local_acc_x' || printf('%019d', i / 10 + 100), 'sales', 'Theirs', 1, 0, 'x', 0 from n`,
    ].map((text) => env.DB.prepare(text)),
  );
const keys = Array.from({ length: 30 }, (_, n) => `p${n}`);
let deals: readonly string[] = [];
let big = "";

beforeAll(async () => {
  await boot();
  await bring(
    keys.flatMap((key) => [account(key, "ana", "west", "americas"), opportunity(key, key, { amountMinor: 5 })]),
  );
  await bring([account("big", "ana", "west", "americas")]);
  big = await idOf(accountSource("big"));
  deals = await Promise.all(keys.map((key) => idOf(`test:opportunity:${key}`)));
  await sql(`insert into task (id, anchor, compartment, name, owner, ver, created_at, created_by, updated_at)
    with recursive n(i) as (select 0 union all select i + 1 from n where i < 799)
    select 'local_tas_' || printf('%020d', i), '${big}', 'core', 'Task ' || i, null, 1, 0, 'x', 0 from n`);
}, 60_000);

/** Marcus writes ten records, each of another account. */
async function tenEdits(word: string): Promise<void> {
  for (const id of deals.slice(0, 10)) {
    const muts = [{ n: 1, name: "opportunity.edit@1", args: { id, set: { nextAction: `${word} about the offer` } } }];
    const { lines } = await measured("/sync/push", "marcus", pushBody(device(), muts));
    expect(lines[0]).toEqual({ results: [{ n: 1, ok: true }] });
  }
}

describe("a pull", () => {
  it("[SYNC-D2] of ten changed rows costs by the changes: five D1 rows each at most, 1.5 kB, the same in any organisation", async () => {
    const costs: number[] = [];
    for (const [index, more] of [2_000, 18_000].entries()) {
      await others(more);
      const held = await new Held().begin();
      await tenEdits(`Call ${index}`);
      const got = await held.pull();
      expect(got.lines.map(({ t }) => t)).toEqual([...Array.from({ length: 10 }, () => "patch"), "page"]);
      expect(got.lines.slice(0, 10).map(({ id, set }) => [id, set])).toEqual(
        deals.slice(0, 10).map((id) => [id, { nextAction: `Call ${index} about the offer` }]),
      );
      expect(got.read).toBeLessThanOrEqual(50);
      expect(got.bytes).toBeLessThanOrEqual(1_500);
      expect([got.written, got.queries <= 5]).toEqual([0, true]);
      costs.push(got.read);
    }
    expect(Math.max(...costs)).toBeLessThanOrEqual(1.2 * Math.min(...costs));
  }, 120_000);

  it("[SYNC-D2] that finds nothing reads two dozen rows and writes none", async () => {
    const held = await new Held().begin();
    const got = await held.pull();
    expect([got.lines.length, got.read <= 24, got.written]).toEqual([1, true, 0]);
  });

  it("[SYNC-D2] that takes an account away is under 600 bytes, however many records it has", async () => {
    const held = await new Held().begin();
    const move = {
      name: "account.reassign@1",
      args: { id: big, from: await memberId("ana"), to: await memberId("bo"), team: null, region: null },
    };
    const pushed = await measured("/sync/push", "marcus", pushBody(device(), [{ n: 1, ...move }]));
    expect(pushed.lines[0]).toEqual({ results: [{ n: 1, ok: true }] });
    expect(pushed.written).toBeGreaterThan(0);
    expect(pushed.written).toBeLessThanOrEqual(12); // 800 tasks lie below it
    const got = await held.pull();
    expect(
      got.lines.every(({ t, g }) => t === "page" || (t === "rights" && Object.keys(g as object).length === 0)),
    ).toBe(true);
    expect(got.lines.length).toBeGreaterThan(2);
    expect(got.bytes).toBeLessThan(600);
  });
});

describe("a queue", () => {
  it("[SYNC-D2] of a hundred edits lands in three requests: two pushes and the pull that confirms them", async () => {
    const held = await new Held().begin();
    const muts = Array.from({ length: 100 }, (_, index) => ({
      n: index + 1,
      name: "opportunity.edit@1",
      args: { id: deals[index % 20], set: { nextAction: `Offline ${index}` } },
    }));
    for (let start = 0; start < muts.length; start += limits.pushMutationsMax) {
      const some = muts.slice(start, start + limits.pushMutationsMax);
      const pushed = await measured("/sync/push", "ana", pushBody(held.dev, some));
      expect(pushed.lines[0]?.["results"]).toEqual(some.map(({ n }) => ({ n, ok: true })));
      expect(pushed.queries).toBeLessThanOrEqual(6);
      expect(pushed.written / some.length).toBeLessThanOrEqual(6);
    }
    const got = await held.pull();
    expect([pageOf(got)["lmid"], pageOf(got)["more"], got.lines.length]).toEqual([100, false, 21]);
    expect(limits.pushMutationsMax * 2).toBeGreaterThanOrEqual(100);
  });
});
