/** What is found to be put right, and what is not looked at because it is hidden, over, or one with another. */
import { expect, test } from "vitest";
import type { Row } from "../records/entities.ts";
import { emptyFields } from "../records/generic.ts";
import { findingsOf, rules, tallied, type Finding, type Looked } from "./findings.ts";
import { measured, type Measured } from "./standards.ts";

const now = Date.UTC(2026, 10, 27);
const row = (entity: Measured, id: string, fields: Record<string, unknown>): Row =>
  ({
    ...emptyFields(entity),
    id,
    anchor: "acc",
    compartment: "core",
    createdAt: now,
    createdBy: "ana",
    ...fields,
  }) as Row;
const whole: Readonly<Record<Measured, Record<string, unknown>>> = {
  account: { owner: "ana", region: "eu", city: "Lyon", phone: "0123456", nextAction: "Call" },
  contact: { email: "a@b.test", title: "Buyer" },
  lead: { email: "a@b.test", leadSource: "Web", status: "new" },
  opportunity: { pipeline: "p", stage: "open", closeDay: "2026-12-01", nextAction: "Call" },
  case: { severity: "low", nextAction: "Call", status: "open" },
}; // prettier-ignore
function look(entity: Measured, fields: Record<string, unknown>, more: Partial<Looked> = {}): Finding[] {
  const rows = Object.fromEntries(measured.map((name) => [name, name === entity ? [row(name, "x", { ...whole[name], ...fields })] : []])); // prettier-ignore
  return findingsOf({
    rows: rows as unknown as Looked["rows"],
    outcomes: new Map([["open", "open"], ["won", "won"], ["lost", "lost"]]),
    left: new Set(["zoe"]),
    touched: () => now,
    now,
    zone: "UTC",
    ...more,
  }); // prettier-ignore
}
const said = (found: readonly Finding[]) => found.map(({ pile, rule, fields }) => `${pile} ${rule} ${fields.join()}`);

test("[QUAL-1] each rule finds its thing and names the field; what is in order is not named", () => {
  for (const entity of measured) expect(look(entity, {}), entity).toEqual([]);
  const old = Date.UTC(2026, 8, 1);
  const cases: readonly (readonly [Measured, Record<string, unknown>, string])[] = [
    ["account", { city: null, country: null }, "missing missing country"],
    ["account", { owner: null }, "unowned noOwner owner"],
    ["account", { owner: "zoe" }, "orphaned ownerLeft owner"],
    ["account", { phone: "12", website: "x.test" }, "unreachable phone phone"],
    ["account", { nextActionDay: "2026-11-01" }, "stale actPassed nextAction,nextActionDay"],
    ["contact", { email: "nobody@nowhere" }, "unreachable mail email"],
    ["contact", { email: null }, "missing missing email"],
    ["lead", { createdAt: old }, "stale leadWaits status"],
    ["lead", { status: "converted" }, "inconsistent becameNothing becameAccount"],
    ["opportunity", { stage: null }, "orphaned noStage pipeline"],
    ["opportunity", { closeDay: "2026-11-26" }, "stale closePassed closeDay"],
    ["opportunity", { outcomeCode: "price" }, "inconsistent reasonWithoutEnd outcomeCode"],
    ["opportunity", { amountMinor: 5 }, "inconsistent amountWithoutCurrency currency"],
  ];
  for (const [entity, fields, finding] of cases) expect(said(look(entity, fields)), finding).toEqual([finding]);
  expect(said(look("account", { nextAction: null }, { touched: () => old }))).toEqual(["missing missing nextAction", "stale untouched nextAction"]); // prettier-ignore
  expect(said(look("case", { nextAction: null, nextActionDay: "2026-12-01" }))).toContain("inconsistent dayWithoutAct nextAction,nextActionDay"); // prettier-ignore
  expect(said(look("opportunity", { stage: "won", closeDay: null }))).toContain("inconsistent wonWithoutDay closeDay");
  expect(rules.length).toBe(15);
});
test("[QUAL-1] [ACCESS-3] a hidden field is neither missing nor wrong, and might be the one that is enough", () => {
  const hide = (entity: Measured, ...keys: string[]) => look(entity, Object.fromEntries(keys.map((key) => [key, undefined]))); // prettier-ignore
  expect(hide("lead", "email", "phone")).toEqual([]);
  expect(look("contact", { email: null, phone: null, mobile: undefined })).toEqual([]);
  expect(look("opportunity", { amountMinor: 5, currency: undefined })).toEqual([]);
  for (const entity of measured)
    expect(hide(entity, ...Object.keys(whole[entity]).filter((key) => key !== "status" && key !== "stage"))).toEqual([]); // prettier-ignore
});
test("[QUAL-1] what is over, and what another stands for, is not tidied", () => {
  expect(look("opportunity", { stage: "lost", closeDay: null, nextAction: null })).toEqual([]);
  expect(look("case", { status: "closed", severity: null })).toEqual([]);
  expect(look("lead", { status: "disqualified", email: null })).toEqual([]);
  expect(look("contact", { email: null, title: null, mergedInto: "y" })).toEqual([]);
  expect(look("account", { nextAction: null, touched: undefined })).toHaveLength(1);
});
test("[QUAL-3] things are counted by group, the largest first, each once", () => {
  const found = look("account", { owner: null, city: null, phone: null, nextAction: null });
  expect(found.map(({ pile }) => pile)).toEqual(["missing", "unowned"]);
  expect(tallied([...found, ...found.slice(0, 1)], ({ pile }) => pile)).toEqual([
    { group: "missing", count: 2 },
    { group: "unowned", count: 1 },
  ]);
});
