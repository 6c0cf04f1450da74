import { describe, expect, it } from "vitest";
import { makeId, orgAnchor } from "../kernel/id.ts";
import type { Row } from "../records/entities.ts";
import { entityOfSource, idOfSource, type ImportPlan, type ImportRow, planImport, sourcesIn } from "./import-plan.ts";

/** A digest that differs by source; the real one is SHA-256. */
const digest = (source: string): Uint8Array => {
  const bytes = new Uint8Array(13);
  [...source].forEach((char, index) => (bytes[index % 13] = (bytes[index % 13] ?? 0) * 31 + char.charCodeAt(0)));
  return bytes;
};
const idOf = (source: string): string => idOfSource("local", source, digest(source)) ?? "";
function plan(rows: readonly ImportRow[], existing: ReadonlyMap<string, Row> = new Map()): ImportPlan {
  return planImport(rows, "local", new Map(sourcesIn(rows).map((source) => [source, idOf(source)])), existing);
}
function stored(from: ImportPlan): Map<string, Row> {
  return new Map(
    from.writes.flatMap((write) =>
      write.act === "create" ? [[write.row.id, { ...write.row, createdAt: 1, createdBy: "x" } satisfies Row]] : [],
    ),
  );
}

const account: ImportRow = {
  entity: "account",
  source: "crm:Account:1",
  fields: { name: "Århus Mejeri", postcode: "01307" },
};
const contact: ImportRow = {
  entity: "contact",
  source: "crm:Contact:1",
  anchor: "crm:Account:1",
  fields: { name: "李娜" },
};
const task: ImportRow = {
  entity: "task",
  source: "crm:Task:1",
  anchor: "crm:Account:1",
  fields: { name: "Call" },
  refs: { about: "crm:Opportunity:404" },
};

describe("the plan of an import", () => {
  it("files a contact under its account, and configuration under the organisation", () => {
    const { writes } = plan([contact, account, { entity: "team", source: "crm:team:1", fields: { name: "West" } }]);
    const homes = writes.map((write) => write.act === "create" && [write.row.anchor, write.row.compartment]);
    expect(homes).toEqual([
      [idOf("crm:Account:1"), "core"],
      [idOf("crm:Account:1"), "core"],
      [orgAnchor("local"), "core"],
    ]);
  });
  it("keeps and lists a reference that leads nowhere, and resolves it when its record has come", () => {
    const first = plan([account, task]);
    expect(first.unresolved).toEqual([{ source: "crm:Task:1", field: "about", ref: "crm:Opportunity:404" }]);
    const opportunity: ImportRow = {
      entity: "opportunity",
      source: "crm:Opportunity:404",
      anchor: "crm:Account:1",
      compartment: "sales",
      fields: { name: "Renewal" },
    };
    const second = plan([opportunity, task], stored(first));
    expect(second.unresolved).toEqual([]);
    expect(second.writes).toContainEqual({
      act: "update",
      entity: "task",
      id: idOf("crm:Task:1"),
      set: { about: idOf("crm:Opportunity:404"), unresolved: null },
    });
  });
  it("skips what is equal and changes only what differs", () => {
    const first = plan([account, contact]);
    const second = plan([{ ...account, fields: { ...account.fields, city: "Århus" } }, contact], stored(first));
    expect(second).toMatchObject({ created: 0, updated: 1, skipped: 1 });
    expect(second.writes).toEqual([
      { act: "update", entity: "account", id: idOf("crm:Account:1"), set: { city: "Århus" } },
    ]);
  });
  it("never moves an owner, a team or a region of a record that is there already", () => {
    const people: ImportRow[] = ["1", "2"].map((key) => ({
      entity: "member",
      source: `crm:User:${key}`,
      fields: { name: key },
    }));
    const first = plan([...people, { ...account, refs: { owner: "crm:User:1" } }]);
    const second = plan([{ ...account, refs: { owner: "crm:User:2" } }], stored(first));
    expect(second).toMatchObject({ updated: 0, skipped: 1, errors: [] });
  });
  it.each<[string, ImportRow, string, readonly string[]]>([
    ["an unknown field", { ...account, fields: { name: "A", colour: "red" } }, "invalid", ["colour"]],
    ["a missing name", { ...account, fields: {} }, "invalid", ["name"]],
    [
      "a day that does not exist",
      { ...account, fields: { name: "A", contractEndDay: "2026-02-30" } },
      "invalid",
      ["contractEndDay"],
    ],
    [
      "an amount out of range",
      { ...account, fields: { name: "A", annualRevenueMinor: 1e17 } },
      "invalid",
      ["annualRevenueMinor"],
    ],
    [
      "an amount that is no number",
      { ...account, fields: { name: "A", annualRevenueMinor: Number.NaN } },
      "invalid",
      ["annualRevenueMinor"],
    ],
    ["a source of another entity", { ...account, source: "crm:Contact:7" }, "invalid", ["source"]],
    ["a source without a key", { ...account, source: "crm:Account:" }, "invalid", ["source"]],
    [
      "an id of another kind of record as its source",
      { ...account, source: makeId("local", "con", new Uint8Array(13)) },
      "invalid",
      ["source"],
    ],
    [
      "an id of another cell as its source",
      { ...account, source: makeId("eu", "acc", new Uint8Array(13)) },
      "invalid",
      ["source"],
    ],
    ["a compartment where such records never live", { ...contact, compartment: "finance" }, "invalid", ["compartment"]],
    ["an account that is not here", { ...contact, anchor: "crm:Account:404" }, "missing", ["anchor"]],
    ["no account at all", { entity: "contact", source: contact.source, fields: contact.fields }, "missing", ["anchor"]],
    ["a reference in a field of text", { ...account, refs: { city: "crm:User:1" } }, "invalid", ["city"]],
    ["a hand-made unresolved field", { ...account, fields: { name: "A", unresolved: {} } }, "invalid", ["unresolved"]],
  ])("refuses a row with %s, and names the field", (_what, row, code, fields) => {
    const { errors, writes } = plan([row]);
    expect(writes).toEqual([]);
    expect(errors).toEqual([{ source: row.source, code, fields: expect.arrayContaining([...fields]) as string[] }]);
  });
  it("refuses the second row of one source", () => {
    expect(plan([account, account])).toMatchObject({
      created: 1,
      errors: [{ source: account.source, code: "invalid", fields: ["source"] }],
    });
  });
  it("refuses a row whose required reference is not here, instead of keeping half of it", () => {
    const row: ImportRow = {
      entity: "account_team",
      source: "crm:account_team:1",
      anchor: "crm:Account:1",
      fields: {},
      refs: { member: "crm:User:404" },
    };
    expect(plan([account, row]).errors).toEqual([{ source: row.source, code: "missing", fields: ["member"] }]);
  });
  it("knows Salesforce's objects and its own entities by the middle of a source", () => {
    expect(["salesforce:Event:1", "x:case:a:b", "x:Thing:1", "nonsense"].map(entityOfSource)).toEqual([
      "activity",
      "case",
      null,
      null,
    ]);
  });
});
