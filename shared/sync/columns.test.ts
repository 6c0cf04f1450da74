import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readDemoFiles } from "../../demo/files.ts";
import { demoOrganisation } from "../../demo/organisation.ts";
import { idOfSource, planImport, seedOf, sourcesIn } from "../exchange/import-plan.ts";
import { limits } from "../kernel/limits.ts";
import { entities, type EntityName, type Row } from "../records/entities.ts";
import { groupDefaults, groupNames, maskOf } from "../records/groups.ts";
import { project } from "../records/record.ts";
import { packedSnaps, packSnaps, unpackSnaps, weigher } from "./columns.ts";
import type { PullLine } from "./protocol.ts";

type Snap = Extract<PullLine, { t: "snap" }>;
/** Over the wire and through the reader's schema. */
const sent = (snaps: readonly Snap[], wanted: readonly string[]): Snap[] | null =>
  unpackSnaps(packedSnaps.parse(JSON.parse(JSON.stringify(packSnaps(snaps, wanted)))), wanted);
const sorted = (snaps: readonly Snap[] | null): unknown =>
  snaps?.map((snap) => ({ ...snap, rows: [...snap.rows].sort(([, a], [, b]) => (a.id < b.id ? -1 : 1)) }));

/** The same with names in order, for a comparison of bytes: thousands of rows are slow to compare as objects. */
const inOrder = (snaps: readonly Snap[] | null): unknown =>
  snaps?.map(({ rows }) =>
    rows
      .map(([e, row]) => [e, Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))] as const)
      .sort(([, a], [, b]) => (String(a) < String(b) ? -1 : 1)),
  );

const hash = (text: string): Uint8Array => createHash("sha256").update(text).digest().subarray(0, 13);

/** The demo's accounts and contacts as the cell has them, projected to all groups that a device may keep, key by key. */
function demoSnaps(): Snap[] {
  const rows = demoOrganisation(readDemoFiles(), "2026-11-24").flatMap((batch) => batch.rows);
  const ids = new Map(sourcesIn(rows).map((text) => [text, idOfSource("local", text, hash(seedOf("local", text)))]));
  const plan = planImport(rows, "local", ids as ReadonlyMap<string, string>, new Map());
  const kept = maskOf(groupNames.filter((group) => groupDefaults[group].keep === "device"));
  const keys = new Map<string, [EntityName, Row][]>();
  let number = 0;
  for (const write of plan.writes) {
    if (write.act !== "create" || (write.entity !== "account" && write.entity !== "contact")) continue;
    const chunk = Math.floor((number += 1) / 500); // an import commits so many at once
    const row: Record<string, unknown> = { ...write.row, createdAt: 1_795_647_386_123 + chunk * 812, createdBy: ids.get("demo:member:greta") }; // prettier-ignore
    for (const field of Object.keys(entities[write.entity].fields)) row[field] ??= null;
    const seen = project(write.entity, row as Row, kept);
    const key = `${write.row.anchor}|${write.row.compartment}`;
    if (seen) keys.set(key, [...(keys.get(key) ?? []), [write.entity, seen]]);
  }
  return [...keys].map(([key, held]) => ({
    t: "snap",
    h: hash(key).toString().slice(0, 22),
    from: "",
    to: null,
    rows: held.sort(([, a], [, b]) => (a.id < b.id ? -1 : 1)),
  }));
}
/** As pages are cut. */
function pagesOf(snaps: readonly Snap[]): Snap[][] {
  const pages: Snap[][] = [[]];
  let [rows, weigh, bytes] = [0, weigher(), 0];
  for (const snap of snaps) {
    if (rows >= limits.snapshotRowsMax || bytes >= limits.pageBytesMax) {
      pages.push([]);
      [rows, weigh, bytes] = [0, weigher(), 0];
    }
    pages.at(-1)?.push(snap);
    rows += snap.rows.length;
    for (const [e, row] of snap.rows) bytes += weigh(e, row);
  }
  return pages;
}

describe("snapshots in columns", () => {
  it("[SYNC-P6] a row of the demo's accounts and contacts costs at most 50 bytes after gzip", () => {
    const snaps = demoSnaps();
    const wanted = snaps.map(({ h }) => h);
    const count = snaps.reduce((sum, { rows }) => sum + rows.length, 0);
    expect(count).toBeGreaterThan(3_000);
    const texts = pagesOf(snaps).map((page) => JSON.stringify(packSnaps(page, wanted)));
    const bytes = texts.reduce((sum, text) => sum + gzipSync(text).length, 0);
    expect(bytes / count).toBeLessThanOrEqual(50);
    for (const text of texts) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(limits.pageBytesMax);
    expect(JSON.stringify(inOrder(sent(snaps, wanted)))).toBe(JSON.stringify(inOrder(snaps)));
  }, 60_000);
  it("[SYNC-P6] whatever stands in the rows, the device reads what the edge wrote", () => {
    const text = fc.oneof(
      fc.constantFrom("", "^", "^a", "^^", "\t", "a\tb", "Ada", "ada", "Ada Lovelace", "ada@x", "Éva", "éva@x", "İ", "😀", "x".repeat(130)),
      fc.string({ unit: "grapheme", maxLength: 8 }),
    ); // prettier-ignore
    const value = fc.oneof(
      { weight: 6, arbitrary: text },
      fc.constant(null),
      fc.integer(),
      fc.boolean(),
      fc.array(text, { maxLength: 2 }),
      fc.dictionary(fc.constantFrom("p", "q"), fc.oneof(text, fc.integer(), fc.constant(null))),
    );
    const row = fc.record(
      {
        createdAt: fc.integer({ min: 0, max: 3 }),
        createdBy: fc.constant("local_mem_1"),
        name: text,
        given: text,
        family: text,
        email: value,
        extra: value,
      },
      { requiredKeys: ["createdAt", "createdBy"], noNullPrototype: true },
    );
    const key = fc.record({
      to: fc.constantFrom(null, "local_con_9"),
      from: fc.constantFrom("", "local_con_1"),
      rows: fc.array(fc.tuple(fc.constantFrom("account", "contact"), row), { maxLength: 12 }),
    });
    fc.assert(
      fc.property(fc.array(key, { maxLength: 6 }), fc.boolean(), (keys, gap) => {
        const snaps = keys.map(({ from, to, rows }, at): Snap => ({
          t: "snap",
          h: `h${at}`,
          from,
          to,
          rows: rows.map(([e, fields], index) => [
            e,
            { ...fields, id: index === 0 && e === "account" ? `local_acc_${at}` : `local_con_${at}_${String(index).padStart(3, "0")}`, anchor: `local_acc_${at}`, compartment: "core" } as Row,
          ]),
        })); // prettier-ignore
        const wanted = snaps.flatMap(({ h }) => (gap ? [`${h}-hidden`, h] : [h]));
        expect(sorted(sent(snaps, wanted))).toEqual(sorted(snaps));
      }),
      { numRuns: 300 },
    );
  }, 60_000);
  it("[SYNC-P6] a quote is never taken for text, and small letters are quoted in ASCII alone", () => {
    const people = (of: (n: number) => object): Snap[] => [
      { t: "snap", h: "h", from: "", to: null, rows: Array.from({ length: 8 }, (_, n) => ["contact", { id: `c${n}`, anchor: "acc", compartment: "core", createdAt: 1, createdBy: "m", ...of(n) } as Row]) },
    ]; // prettier-ignore
    // After the given name is quoted, `^b x0` holds the family name, beginning in the sign.
    const signs = people((n) => ({ given: `Ada${n}`, family: `b x${n}`, name: `Ada${n} x${n}` }));
    expect(sent(signs, ["h"])).toEqual(signs);
    expect(JSON.stringify(packSnaps(signs, ["h"]))).toContain('"^b x"');
    const letters = people((n) => ({ given: n < 4 ? `Évangeline${n}` : `Evangeline${n}`, email: `${n < 4 ? "évangeline" : "evangeline"}${n}@x.example` })); // prettier-ignore
    expect(sent(letters, ["h"])).toEqual(letters);
    expect(JSON.stringify(packSnaps(letters, ["h"]))).toMatch(/évangeline3@x\.example\\t\^B@x/);
  });
  it("columns that do not fit together are no page", () => {
    const snaps: Snap[] = [{ t: "snap", h: "h", from: "", to: null, rows: [["contact", { id: "a", anchor: "b", compartment: "core", createdAt: 1, createdBy: "m" }]] }]; // prettier-ignore
    const good = packSnaps(snaps, ["h"]);
    expect(unpackSnaps(good, ["h"])).toEqual(snaps);
    expect(unpackSnaps(good, [])).toBeNull(); // of a key that was not wanted
    expect(unpackSnaps({ ...good, from: { v: ["", ""] } }, ["h"])).toBeNull();
    const [first] = good.tables;
    if (!first) throw new Error("a table");
    expect(unpackSnaps({ ...good, tables: [{ ...first, cols: [["id", { v: [] }]] }] }, ["h"])).toBeNull();
  });
});
