import { describe, expect, test } from "vitest";
import { differences } from "../access/differences.ts";
import { shippedPolicy } from "../access/templates.ts";
import { widens } from "../access/widen.ts";
import type { Row } from "./entities.ts";
import { maskOf } from "./groups.ts";
import { bandOf, groupOf, masked, type MaskRule, type Masks } from "./masked.ts";
import { project } from "./record.ts";

const why = "For the test.";
const band: MaskRule = { kind: "band", steps: [10, 50], group: "shared", why };
const row = { id: "opp", anchor: "acc", compartment: "sales", createdAt: 0, createdBy: "mem", name: "Deal", amountMinor: 17 } as Row; // prettier-ignore
const masks: Masks = { opportunity: { amountMinor: band } };

describe("[ACCESS-R39] masked values", () => {
  test("a band names its ends, and its lower one belongs to it", () => {
    const bands = [-5, 9, 10, 49, 50, 1_000].map((value) => Object.values(masked(band, value) as object));
    expect(bands).toEqual([[null, 10], [null, 10], [10, 50], [10, 50], [50, null], [50, null]]); // prettier-ignore
    expect(masked(band, null)).toBeNull();
  });
  test("the last characters are not told of a text that is hardly longer", () => {
    const last: MaskRule = { kind: "last", count: 4, group: "shared", why };
    expect(["+46 70 123 4567", "1234567", "12345678", "", null, "😀😀😀😀😀😀😀😀x"].map((text) => masked(last, text)))
      .toEqual(["4567", "", "5678", null, null, "😀😀😀x"]); // prettier-ignore
  });
  test("set tells whether there is anything, and no more", () => {
    const set: MaskRule = { kind: "set", group: "shared", why };
    expect(["a", 0, false, "", null].map((value) => masked(set, value))).toEqual([true, true, true, false, false]);
  });
  test("go with the group that they are for, and never without it", () => {
    const seen = (...groups: Parameters<typeof maskOf>[0][]): string[] =>
      Object.keys(project("opportunity", row, maskOf(groups.flatMap((some) => [...some])), masks) ?? {}).slice(5);
    expect(seen(["identity"])).toEqual(["name"]);
    expect(seen(["identity", "shared"])).toEqual(["name", "amountMinor_shared"]);
    expect(seen(["identity", "terms"])).toEqual(["name", "amountMinor"]);
    expect(seen(["shared"])).toEqual([]);
  });
  test("a device cuts them by the group in their name, without the policy", () => {
    const held = project("opportunity", row, maskOf(["identity", "shared"]), masks) as Row;
    expect(project("opportunity", held, maskOf(["identity", "shared"]))).toEqual(held);
    expect(project("opportunity", held, maskOf(["identity", "terms"]))).not.toHaveProperty("amountMinor_shared");
    const odd = { ...held, ["no_shared"]: 1, ["amountMinor_"]: 1, ["amountMinor_boat"]: 1, ["_shared"]: 1 } as Row;
    expect(project("opportunity", odd, maskOf(["identity", "shared"]))).toEqual(held);
    expect(groupOf("opportunity", "constructor_shared")).toBeUndefined();
    expect(bandOf(held, "amountMinor")).toEqual({ from: 10, to: 50 });
  });
});

describe("[ACCESS-R39] [ACCESS-R33] [LEAK-70] a mask passes the gate", () => {
  const withMasks = (own: Masks | undefined) => ({ policy: { ...shippedPolicy, masks: own }, facts: [] });
  const rule = (more: Partial<MaskRule>): Masks => ({ opportunity: { amountMinor: { ...band, ...more } } });
  test.each([
    ["a new one", undefined, masks, "wider"],
    ["one that is gone", masks, undefined, "narrower"],
    ["one more step", masks, rule({ steps: [10, 20, 50] }), "wider"],
    ["another step", masks, rule({ steps: [10, 40] }), "wider"],
    ["a step less", masks, rule({ steps: [50] }), "narrower"],
    ["another group", masks, rule({ group: "identity" }), "wider"],
    ["only whether there is any", masks, rule({ kind: "set", steps: undefined }), "narrower"],
    ["another field", masks, { opportunity: { commissionMinor: band } }, "wider"],
    ["another reason", masks, rule({ why: "Said better." }), "same"],
  ] as const)("%s is as wide as it is", (_what, was, now, verdict) => {
    expect(widens(withMasks(was), withMasks(now))).toBe(verdict);
  });
  test("and the preview says it in words", () => {
    const said = (was: Masks | undefined, now: Masks | undefined) =>
      differences(withMasks(was), withMasks(now), { place: () => null, records: [] }, 0).masks;
    expect(said(undefined, masks)).toEqual(["amountMinor of opportunity: now the band between 10, 50 for readers of shared"]); // prettier-ignore
    expect(said(masks, undefined)).toEqual(["amountMinor of opportunity: no longer the band between 10, 50 for readers of shared"]); // prettier-ignore
    expect(said(masks, masks)).toEqual([]);
  });
});
