import { expect, it } from "vitest";
import type { Row } from "../records/entities.ts";
import { digestOf } from "./digest.ts";

const row = (id: string, more: object = {}): Row =>
  ({ id, anchor: "a", compartment: "core", createdAt: 1, createdBy: "m", ...more }) as Row;

it("[SYNC-K1] the same rows have the same digest, in whatever order rows and names come", () => {
  const one = digestOf([["contact", row("1", { name: "A", custom: { p: 1, q: null } })], ["contact", row("2")]]); // prettier-ignore
  const custom = { q: null, p: 1 };
  const other = digestOf([["contact", row("2")], ["contact", { custom, name: "A", ...row("1") } as unknown as Row]]); // prettier-ignore
  expect(other).toEqual(one);
  expect(one).toEqual({ count: 2, hash: expect.stringMatching(/^[0-9a-f]{16}$/) });
});
it("[SYNC-K1] a row or value more, less or different has another", () => {
  const base = [["contact", row("1", { name: "A", title: null })], ["contact", row("2", { name: "B" })]] as const; // prettier-ignore
  const others: (readonly (readonly [string, Row])[])[] = [
    base.slice(0, 1),
    [...base, base[0]],
    [...base, ["contact", row("3")]],
    [["contact", row("1", { name: "a", title: null })], base[1]],
    [["contact", row("1", { name: "A", title: "" })], base[1]],
    [["contact", row("1", { name: "A" })], base[1]], // hidden is not empty
    [["contact", row("1", { name: "B", title: null })], ["contact", row("2", { name: "A" })]],
    [["lead", row("1", { name: "A", title: null })], base[1]],
  ]; // prettier-ignore
  const hashes = new Set([digestOf(base), ...others.map(digestOf)].map(({ hash }) => hash));
  expect(hashes.size).toBe(others.length + 1);
});
