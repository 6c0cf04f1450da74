/** What sync costs in bytes, D1 rows and requests, in workerd: the product, a raw select, and a pull by row versions. */
import { gzipSync } from "node:zlib";
import { randomUUID } from "node:crypto";
import { packedSnaps, unpackSnaps } from "../../shared/sync/columns.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { startOrganisation, type Cell } from "../access/cell.ts";
import {
  one,
  rowsOf,
  say,
  type BenchRow,
  type Check,
  type Figure,
  type SuiteResult,
  type Unit,
} from "../lib/report.ts";
import type { Options } from "../run.ts";
import { pullByVersions } from "./versions.ts";
import { fill, type Organisation } from "./world.ts";

type Line = Readonly<Record<string, unknown>>;
const sizes = [2_000, 200_000] as const;
const changes = 10;

/** A device of the seller's, over the wire. */
class Device {
  readonly id = randomUUID();
  cursor: unknown = null;
  private readonly cell: Cell;
  private readonly as: string;
  constructor(cell: Cell, as: string) {
    this.cell = cell;
    this.as = as;
  }
  async pull(want: readonly { h: string; after?: string }[] = []) {
    const body = { v: protocolVersion, device: this.id, client: `${this.id}-c`, cursor: this.cursor, want, ask: [], follow: [], seen: 0 };
    const sent = await this.cell.send(this.as, "/sync/pull", body);
    if (sent.status !== 200) throw new Error(`pull: ${sent.status} ${sent.text}`);
    const lines = sent.text.trimEnd().split("\n").flatMap((text): Line[] => {
      const line = JSON.parse(text) as Line;
      return line["t"] === "cols" ? ((unpackSnaps(packedSnaps.parse(line), want.map(({ h }) => h)) ?? []) as unknown as Line[]) : [line];
    }); // prettier-ignore
    this.cursor = lines.at(-1)?.["cursor"];
    return { ...sent, lines };
  }
  async push(muts: readonly { n: number; name: string; args: unknown }[]) {
    const body = { v: protocolVersion, device: this.id, client: `${this.id}-c`, seen: 0, muts: muts.map((mut) => ({ ...mut, at: Date.now() })) };
    const sent = await this.cell.send(this.as, "/sync/push", body);
    const results = (JSON.parse(sent.text) as { results?: readonly { ok: boolean }[] }).results ?? [];
    if (results.length !== muts.length || results.some(({ ok }) => !ok)) throw new Error(`push: ${sent.status} ${sent.text}`);
    return sent;
  }
} // prettier-ignore

const edits = (ids: readonly string[], word: string, from = 1) =>
  ids.map((id, index) => ({
    n: from + index,
    name: "opportunity.edit@1",
    args: { id, set: { nextAction: `${word} ${index}` } },
  }));
/** As a device of its own, as many pushes as it takes. */
async function write(cell: Cell, as: string, ids: readonly string[], word: string): Promise<void> {
  const device = new Device(cell, as);
  const all = edits(ids, word);
  for (let start = 0; start < all.length; start += limits.pushMutationsMax) await device.push(all.slice(start, start + limits.pushMutationsMax));
} // prettier-ignore

interface Pulled {
  readonly bytes: number;
  readonly rows: number;
  readonly trips: number;
}
interface Sized {
  readonly records: number;
  readonly ours: Pulled;
  readonly idle: Pulled;
  readonly versions: Pulled;
  readonly floor: Pulled;
}

export async function syncSuite({ progress }: Options): Promise<SuiteResult> {
  const rows: BenchRow[] = [];
  const checks: Check[] = [];
  const sized: Sized[] = [];
  let large: Large | null = null;
  for (const records of sizes) {
    progress(`${records.toLocaleString("en")} records`);
    const cell = await startOrganisation();
    try {
      const organisation = await fill(cell, records);
      sized.push(await tenChanges(cell, organisation, records, checks));
      if (records !== sizes[1]) continue;
      progress("a first copy, a week offline, a queue, a revocation");
      large = await largeOnes(cell, organisation, checks);
    } finally {
      await cell.stop();
    }
  }
  const [small, big] = sized;
  if (!small || !big || !large) throw new Error("not all was measured");
  for (const { records, ours, idle, versions, floor } of sized) {
    const name = `pull of ${changes} changes out of ${records.toLocaleString("en")}`;
    for (const [metric, unit, of] of [
      ["on the wire", "bytes", (one: Pulled) => one.bytes],
      ["D1 rows read", "rows", (one: Pulled) => one.rows],
      ["round trips to D1", "count", (one: Pulled) => one.trips],
    ] as const)
      rows.push(...rowsOf(name, metric, unit, new Map([["baton", one(of(ours))], ["row versions", one(of(versions))], ["floor", one(of(floor))]]))); // prettier-ignore
    rows.push(...single(`pull that finds nothing, out of ${records.toLocaleString("en")}`, "on the wire", "bytes", idle.bytes));
    rows.push(...single(`pull that finds nothing, out of ${records.toLocaleString("en")}`, "D1 rows read", "rows", idle.rows));
  } // prettier-ignore
  const { snapshot, week, queue, revoked, written } = large;
  rows.push(
    ...single("first copy", "rows", "count", snapshot.rows),
    ...single("first copy", "bytes a row", "bytes", snapshot.bytes / snapshot.rows),
    ...single("first copy", "D1 rows read, a row", "ratio", snapshot.read / snapshot.rows),
    ...single("a week offline", "on the wire", "bytes", week.bytes),
    ...single("a week offline", "D1 rows read", "rows", week.read),
    ...single("a week offline", "changes in the cell", "count", week.cell),
    ...single("queue of 100 edits", "requests", "count", queue.requests),
    ...single("queue of 100 edits", "D1 rows written, an edit", "rows", queue.written / 100),
    ...single("queue of 100 edits", "D1 rows read, an edit", "rows", queue.read / 100),
    ...single("account with 800 tasks goes", "on the wire", "bytes", revoked),
    ...single("account with 800 tasks to another owner", "D1 rows written", "rows", written.reassign),
    ...single("edit of a field", "D1 rows written", "rows", written.edit),
  );
  const times = (value: number): string => say(value, "ratio");
  const bytes = (value: number): string => say(value, "bytes");
  const atMost = (name: string, value: number, most: number, words: (value: number) => string): Figure => ({
    name,
    target: `at most ${words(most)}`,
    measured: words(value),
    met: value <= most,
  });
  const pulls = `pull of ${changes} changes out of ${big.records.toLocaleString("en")}`;
  return {
    suite: "sync",
    rounds: 1,
    peers: new Map([["a pull by row versions", "as Replicache's documentation has it"]]),
    rows,
    figures: [
      atMost(`${pulls}: on the wire`, big.ours.bytes, 1_500, bytes),
      atMost(`${pulls}: D1 rows read, a change`, big.ours.rows / changes, 5, times),
      atMost(`${pulls}: rows to those out of ${small.records.toLocaleString("en")}`, big.ours.rows / small.ours.rows, 1.2, times),
      atMost("snapshot, a row", snapshot.bytes / snapshot.rows, 50, bytes),
      atMost("a week offline: rows sent to rows changed", week.sent / week.changed, 1, times),
      atMost("account with 800 tasks goes: on the wire", revoked, 600, bytes),
      atMost("queue of 100 edits: requests", queue.requests, 3, String),
      atMost("edit of a field: D1 rows written", written.edit, 6, String),
      atMost("account with 800 tasks to another owner: D1 rows written", written.reassign, 12, String),
    ], // prettier-ignore
    checks,
    notes: [
      "Bytes are those of the answer's body over a plain HTTP connection, compressed by the Worker (gzip); the peer's and the floor's are compressed here. D1 rows are those of the whole request, session and policy version included, as `meta.rows_read` says in workerd; the peer and the floor have neither session nor rights in theirs.",
      "floor: the changed rows selected by their ids, which somebody would have to know.",
      "row versions: the row version strategy of Replicache's documentation, made after it (bench/sync/versions.ts), no product: each pull reads id and version of all that the client may see, compares them with what it had (kept in memory here, where D1 would have to keep it), and fetches what differs. It asks the owner's column alone and knows no field rights.",
      "Of 200,000 records the seller may hold 20,000, of 2,000 she may hold 200.",
      "A week offline: 200 edits of 100 records that she holds, 1,000 of others that she does not.",
    ],
  };
}
const single = (name: string, metric: string, unit: Unit, value: number): BenchRow[] =>
  rowsOf(name, metric, unit, new Map([["baton", one(value)]]));

/** Ten records of ten accounts are edited by a colleague; the three pull. */
async function tenChanges(cell: Cell, org: Organisation, records: number, checks: Check[]): Promise<Sized> {
  const device = new Device(cell, org.seller);
  await device.pull();
  await device.pull(); // the device is known, the policy held
  const versions = pullByVersions(cell, org.sellerId);
  await versions();
  const nothing = await device.pull();
  const ids = org.own.slice(0, changes).map(({ opportunities }) => opportunities[0] ?? "");
  await write(cell, org.writer, ids, "Call");
  const got = await device.pull();
  const theirs = await versions();
  const floor = await cell.counted<Line>(
    `select * from opportunity where ${ids.map((id) => `id = '${id}'`).join(" or ")}`,
  );
  const stored = new Map(floor.results.map((row) => [row["id"], row["next_action"]]));
  const patches = got.lines.slice(0, -1);
  const right = patches.filter(({ id, set }) => stored.get(id) === (set as Line)["nextAction"]).length;
  const same = theirs.changed.filter((row) => stored.has(row["id"])).length;
  checks.push(
    { peer: "the tables", what: `patches, ${records.toLocaleString("en")} records`, compared: patches.length, wrong: changes - right + Math.abs(patches.length - changes), note: "" },
    { peer: "the tables", what: `row versions, ${records.toLocaleString("en")} records`, compared: theirs.changed.length, wrong: changes - same + Math.abs(theirs.changed.length - changes), note: "" },
  ); // prettier-ignore
  const of = ({ bytesDown, rowsRead, queries }: typeof got): Pulled => ({
    bytes: bytesDown,
    rows: rowsRead,
    trips: queries,
  });
  return {
    records,
    ours: of(got),
    idle: of(nothing),
    versions: { bytes: theirs.bytes, rows: theirs.rowsRead, trips: theirs.trips },
    floor: { bytes: gzipSync(JSON.stringify(floor.results)).length, rows: floor.rowsRead, trips: 1 },
  };
}

interface Large {
  readonly snapshot: { readonly rows: number; readonly bytes: number; readonly read: number };
  readonly week: { readonly bytes: number; readonly read: number; readonly cell: number; readonly sent: number; readonly changed: number };
  readonly queue: { readonly requests: number; readonly written: number; readonly read: number };
  readonly revoked: number;
  readonly written: { readonly edit: number; readonly reassign: number };
} // prettier-ignore

async function largeOnes(cell: Cell, org: Organisation, checks: Check[]): Promise<Large> {
  const device = new Device(cell, org.seller);
  const first = await device.pull();
  let want: { h: string; after?: string }[] = first.lines.flatMap(({ t, h }) =>
    t === "rights" ? [{ h: String(h) }] : [],
  );
  const held = new Map<unknown, unknown>();
  const snapshot = { rows: 0, bytes: 0, read: 0 };
  while (want.length > 0) {
    const asked = want.slice(0, limits.wantMax);
    const page = await device.pull(asked);
    const to = new Map<string, string | null>();
    for (const line of page.lines) {
      if (line["t"] !== "snap") continue;
      to.set(String(line["h"]), line["to"] as string | null);
      for (const [, row] of line["rows"] as [string, Line][]) held.set(row["id"], row["name"]);
    }
    snapshot.bytes += page.bytesDown;
    snapshot.read += page.rowsRead;
    if (to.size === 0) throw new Error("a wanted key does not come");
    want = want.flatMap((key) => {
      const past = to.get(key.h);
      return past === undefined ? [key] : past === null ? [] : [{ h: key.h, after: past }];
    });
  }
  snapshot.rows = held.size;
  const names = await cell.rows<{ id: string; name: string }>(
    ["account", "contact", "opportunity"].map((table) => `select r.id, r.name from ${table} r join anchor a on a.id = r.anchor where a.owner = '${org.sellerId}'`).join(" union all "),
  ); // prettier-ignore
  checks.push({ peer: "the tables", what: "records of a first copy", compared: names.length, wrong: names.filter(({ id, name }) => held.get(id) !== name).length, note: "" }); // prettier-ignore

  const mine = org.own.flatMap(({ opportunities }) => opportunities.slice(0, 1)).slice(0, 100);
  await write(cell, org.writer, [...mine, ...mine], "Week");
  await write(cell, org.stranger, org.hidden.slice(0, 1_000), "Elsewhere");
  const week = { bytes: 0, read: 0, cell: 1_200, sent: 0, changed: mine.length };
  const told = new Map<unknown, unknown>();
  for (let more = true; more;) {
    const page = await device.pull();
    week.bytes += page.bytesDown;
    week.read += page.rowsRead;
    for (const { t, id, set } of page.lines)
      if (t === "patch") {
        week.sent += 1;
        told.set(id, (set as Line)["nextAction"]);
      }
    more = page.lines.at(-1)?.["more"] === true;
  }
  const right = mine.filter((id, index) => told.get(id) === `Week ${mine.length + index}`).length;
  checks.push({ peer: "what was written", what: "a week offline", compared: mine.length, wrong: mine.length - right + Math.abs(told.size - mine.length), note: "" }); // prettier-ignore

  const queue = { requests: 0, written: 0, read: 0 };
  const queued = edits(mine, "Queued");
  for (let start = 0; start < queued.length; start += limits.pushMutationsMax) {
    const sent = await device.push(queued.slice(start, start + limits.pushMutationsMax));
    queue.requests += 1;
    queue.written += sent.rowsWritten;
    queue.read += sent.rowsRead;
  }
  const confirmed = await device.pull();
  queue.requests += 1;
  queue.read += confirmed.rowsRead;
  checks.push({ peer: "the watermark", what: "a queue of 100", compared: 100, wrong: confirmed.lines.at(-1)?.["lmid"] === 100 ? 0 : 100, note: "" }); // prettier-ignore

  const account = org.own[0]?.account ?? "";
  await cell.sql(
    `insert into task (id, anchor, compartment, name, ver, created_at, created_by, updated_at)
     with recursive n(i) as (select 0 union all select i + 1 from n where i < 799)
     select 'local_tas_' || printf('%020d', i), '${account}', 'core', 'Task ' || i, 1, 0, 'bench', 0 from n`,
  );
  const boss = new Device(cell, org.writer);
  const edit = await boss.push(edits(org.own[1]?.opportunities.slice(0, 1) ?? [], "Once"));
  await device.pull();
  const args = { id: account, from: org.sellerId, to: org.strangerId, team: null, region: null };
  const reassign = await boss.push([{ n: 2, name: "account.reassign@1", args }]);
  const gone = await device.pull();
  const dropped = gone.lines.filter(({ t, g }) => t === "rights" && Object.keys(g as object).length === 0).length;
  checks.push({ peer: "the keys held", what: "an account that goes", compared: dropped, wrong: gone.lines.length === dropped + 1 && dropped > 0 ? 0 : 1, note: "" }); // prettier-ignore
  return {
    snapshot,
    week,
    queue,
    revoked: gone.bytesDown,
    written: { edit: edit.rowsWritten, reassign: reassign.rowsWritten },
  };
}
