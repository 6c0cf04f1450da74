import { expect, it } from "vitest";
import { limits } from "../kernel/limits.ts";
import { chunksOf } from "./chunks.ts";
import { importRowsMax, type ImportRow } from "./import-plan.ts";

const row = (key: number, description: string): ImportRow => ({
  entity: "account",
  source: `x:account:${key}`,
  fields: { name: "A", description },
});

it("no portion is more than a request may hold, in rows or in bytes, and none is lost or reordered", () => {
  for (const text of ["", "a".repeat(15_000), "李".repeat(15_000), "😀".repeat(7_000)]) {
    const rows = Array.from({ length: 1_201 }, (_, key) => row(key, text));
    const chunks = [...chunksOf(rows)];
    expect(chunks.flat()).toEqual(rows);
    for (const chunk of chunks) {
      expect(chunk.length).toBeLessThanOrEqual(importRowsMax);
      expect(Buffer.byteLength(JSON.stringify({ rows: chunk, commit: true }))).toBeLessThanOrEqual(limits.bodyBytesMax);
    }
  }
});
it("no rows make no portion", () => {
  expect([...chunksOf([])]).toEqual([]);
});
