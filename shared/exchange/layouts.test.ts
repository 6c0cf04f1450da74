import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ImportRow } from "./import-plan.ts";
import { guessAs, layouts, mappingOf, recognise } from "./layouts.ts";
import { dayIn, instantIn, mapRow, numberIn, settableFields, type Mapping } from "./mapping.ts";
import { openFile } from "./read/open.ts";
import { isBad } from "./read/rows.ts";

const file = (path: string) => {
  const data = readFileSync(new URL(`../../${path}`, import.meta.url));
  return openFile({ name: path, size: data.length, async *read() { yield data; } });
}; // prettier-ignore
const only = (rows: readonly ImportRow[]): ImportRow => rows.at(-1) ?? { entity: "account", source: "", fields: {} };
/** The rows of one line under these columns, as they are recognised. */
const mapped = (cells: Record<string, string>, name = "export") => {
  const { layout, mapping } = recognise({ name, columns: Object.keys(cells) });
  return { layout: layout?.id ?? null, ...mapRow(mapping, cells, 2) };
};

describe("[EXCH-2] layouts", () => {
  it.each([
    ["demo/sources/crm-salesforce-org/Account.csv", ["salesforce-account"]],
    ["demo/sources/crm-salesforce-org/Contact.csv", ["salesforce-contact"]],
    ["demo/sources/crm-salesforce-org/Task.csv", ["salesforce-task"]],
    ["demo/sources/crm-salesforce-org/Event.csv", ["salesforce-event"]],
    ["demo/sources/crm-salesforce-org/User.csv", ["salesforce-user"]],
    ["demo/sources/companies-accents/customers.csv", ["northwind"]],
    ["tests/fixtures/exchange/crm-atomic/contacts.csv", ["atomic-contacts"]],
    ["tests/fixtures/exchange/crm-atomic/contacts-template.csv", ["atomic-contacts"]],
    ["tests/fixtures/exchange/crm-atomic/import-sample.json", ["atomic-sales", "atomic-companies", "atomic-contacts", "atomic-notes", "atomic-tasks"]],
    ["tests/fixtures/exchange/crm-salesforce/Accounts.json", ["salesforce-tree-account"]],
    ["tests/fixtures/exchange/vcards/gmail-list.vcf", ["vcard"]],
    ["tests/fixtures/exchange/emails/plain_emails-basic_email.eml", ["mail"]],
  ])("recognises %s", async (path, ids) => {
    const { tables } = await file(path);
    expect(tables.map((table) => recognise(table).layout?.id)).toEqual(ids);
  }); // prettier-ignore
  it("names only fields that there are, each layout once, and knows all systems that it should", () => {
    expect(new Set(layouts.map(({ id }) => id)).size).toBe(layouts.length);
    const everywhere = new Set(["description", "currency"]); // of all files of a system: kept under its own name where it has no place
    for (const { id, entity, columns } of layouts)
      for (const target of Object.values(columns).flat()) {
        if (everywhere.has(target.field ?? "")) continue;
        if (target.to !== "field" && target.to !== "ref") continue;
        const known = settableFields(entity).map(({ field }) => field);
        expect([id, target.field, [...known, "given", "family"].includes(target.field ?? "")]).toEqual([id, target.field, true]); // prettier-ignore
      }
    expect([...new Set(layouts.map(({ system }) => system))]).toEqual(expect.arrayContaining(["salesforce", "hubspot", "pipedrive", "bitrix24", "dynamics", "zoho", "google"])); // prettier-ignore
  });
  it.each<[string, Record<string, string>, Partial<ImportRow>]>([
    [
      "hubspot-contacts",
      { "Record ID": "51", "First Name": "Lee", "Last Name": "Wong", Email: "lee@x.example", "Contact owner": "Ana Ribeiro", "Associated Company": "Orchard", "Associated Company IDs": "9;10", "Create Date": "2024-03-01 10:30", "Lifecycle Stage": "customer" },
      { source: "hubspot:contact:51", anchor: "hubspot:account:9", fields: { given: "Lee", family: "Wong", name: "Lee Wong", email: "lee@x.example", marketingConsent: "unknown", customShared: { "Lifecycle Stage": "customer" } }, refs: { owner: "name:member:Ana Ribeiro" }, origin: { at: Date.UTC(2024, 2, 1, 10, 30) } },
    ],
    [
      "hubspot-deals",
      { "Record ID": "7", "Deal Name": "Renewal", "Deal Stage": "Proposal", Pipeline: "Sales", Amount: "12,500.50", "Close Date": "2026-12-01", "Deal owner": "bo@x.example", "Associated Company": "Orchard" },
      { source: "hubspot:opportunity:7", anchor: "name:account:Orchard", fields: { name: "Renewal", amountMinor: 1_250_050, closeDay: "2026-12-01", closeZone: "Etc/UTC", customShared: { stageInSource: "Proposal", pipelineInSource: "Sales" } }, refs: { stage: "name:stage:Proposal", pipeline: "name:pipeline:Sales", owner: "email:member:bo@x.example" } },
    ],
    [
      "pipedrive-persons",
      { "Person - ID": "3", "Person - Name": "Lee Wong", "Person - Organization": "Orchard", "Person - Email - Work": "lee@x.example", "Person - Phone - Work": "+1 555", "Person - Owner": "Ana Ribeiro" },
      { source: "pipedrive:contact:3", anchor: "name:account:Orchard", fields: { name: "Lee Wong", email: "lee@x.example", phone: "+1 555", marketingConsent: "unknown" } },
    ],
    [
      "bitrix24-companies-ru",
      { ID: "12", "Название компании": "Сад", "Ответственный": "Анна", "Дата создания": "03.02.2024 11:20:00", "Рабочий телефон": "8 800" },
      { source: "bitrix24:account:12", fields: { name: "Сад", phone: "8 800" }, origin: { at: Date.UTC(2024, 1, 3, 11, 20) }, refs: { owner: "name:member:Анна" } },
    ],
    [
      "dynamics-opportunity",
      { "(Do Not Modify) Opportunity": "a-b", "(Do Not Modify) Row Checksum": "x", Topic: "Fleet", "Potential Customer": "Orchard", "Est. Revenue": "$1,200.00", "Est. Close Date": "12/31/2026", Owner: "Ana Ribeiro" },
      { source: "dynamics:opportunity:a-b", anchor: "name:account:Orchard", fields: { name: "Fleet", amountMinor: 120_000, customShared: { "Est. Close Date": "12/31/2026" } } },
    ],
    [
      "zoho-leads",
      { "Record Id": "zcrm_1", "Lead Owner": "Ana Ribeiro", Company: "Orchard", "First Name": "Lee", "Last Name": "Wong", "Lead Status": "Junk Lead", Email: "lee@x.example" },
      { source: "zoho:lead:zcrm_1", anchor: "name:account:Orchard", fields: { name: "Lee Wong", company: "Orchard", status: "disqualified", email: "lee@x.example", customShared: { statusInSource: "Junk Lead" } } },
    ],
    [
      "google-contacts",
      { "First Name": "Lee", "Last Name": "Wong", "Organization Name": "Orchard", "Organization Title": "Buyer", "E-mail 1 - Value": "lee@x.example", "Phone 1 - Value": "+1 555", Labels: "* myContacts", Photo: "https://x.example/p" },
      { anchor: "name:account:Orchard", fields: { given: "Lee", family: "Wong", name: "Lee Wong", title: "Buyer", email: "lee@x.example", phone: "+1 555", marketingConsent: "unknown", customShared: { labels: "* myContacts" } } },
    ],
  ])("maps a row of %s", (id, cells, expected) => {
    const { layout, rows } = mapped(cells);
    expect(layout).toBe(id);
    expect(only(rows)).toMatchObject(expected);
  }); // prettier-ignore
  it("makes the account that a row names, and only refers to one that is there", () => {
    const { rows } = mapped({ Name: "Lee Wong", Company: "Orchard", Email: "lee@x.example" });
    expect(rows).toMatchObject([
      { entity: "account", source: "name:account:Orchard", only: "create", fields: { name: "Orchard" } },
      { entity: "contact", anchor: "name:account:Orchard" },
    ]);
  });
  it("drops nothing: what has no field, what can't be read, what is too long", () => {
    const { rows, notes } = mapped({ Company: "Orchard", Employees: "many", Colour: "red", Story: "x".repeat(600) });
    expect(only(rows).fields).toEqual({ name: "Orchard", customShared: { Employees: "many", Colour: "red" }, description: `Story: ${"x".repeat(600)}` }); // prettier-ignore
    expect(notes).toEqual(["Employees can't be read as int; it is kept under its own name."]);
  });
  it("says why there is no row", () => {
    expect(mapped({ Name: "Lee", Email: "lee@x.example" })).toMatchObject({ rows: [], refused: expect.stringContaining("names no account") }); // prettier-ignore
    const { mapping } = recognise({ name: "sales", columns: ["id", "first_name", "last_name", "email"] });
    expect(mapRow(mapping, { id: "1", first_name: "John", last_name: "Doe" }, 2).refused).toBe("It has no email.");
  });
  it("knows the same row again without a key, and takes an id or source for what it is", () => {
    const one = only(mapped({ Company: "Orchard", City: "Köln" }).rows).source;
    expect(only(mapped({ Company: "Orchard", City: "Köln" }).rows).source).toBe(one);
    expect(only(mapped({ Company: "Orchard", City: "Bonn" }).rows).source).not.toBe(one);
    const mapping: Mapping = { ...guessAs({ name: "x", columns: ["key", "name"] }, "account") };
    expect(only(mapRow(mapping, { key: "demo:account:1", name: "A" }, 2).rows).source).toBe("demo:account:1");
  });
  it("maps owners as somebody said", () => {
    const { mapping } = recognise({ name: "a", columns: ["Company", "Owner"] });
    const members = { "A. Ribeiro": "local_mem_00000000000000000001" };
    expect(only(mapRow({ ...mapping, members }, { Company: "Orchard", Owner: "A. Ribeiro" }, 2).rows).refs).toEqual({ owner: "local_mem_00000000000000000001" }); // prettier-ignore
  });
  it("keeps every cell of Atomic's contacts somewhere", async () => {
    const { tables } = await file("tests/fixtures/exchange/crm-atomic/contacts.csv");
    const table = tables[0];
    if (!table) throw new Error("no table");
    const { mapping } = recognise(table);
    const left = Object.entries(mapping.columns).filter(([, targets]) => targets.every(({ to }) => to === "leave")).map(([column]) => column); // prettier-ignore
    for await (const row of table.rows()) {
      if (isBad(row)) throw new Error(row.bad);
      const said = JSON.stringify(mapRow(mapping, row.cells, row.line));
      for (const [column, cell] of Object.entries(row.cells))
        if (cell && !left.includes(column) && !["first_seen", "has_newsletter"].includes(column)) expect(said).toContain(JSON.stringify(cell).slice(1, -1)); // prettier-ignore
    }
    expect(left).toEqual(["sales_id", "company_name", "nb_tasks"].filter((name) => left.includes(name)).sort((a, b) => left.indexOf(a) - left.indexOf(b))); // prettier-ignore
  });
});

describe("[EXCH-2] cells", () => {
  it.each<[string, "." | ",", number | null]>([
    ["1,234.5", ".", 1234.5], ["1.234,5", ",", 1234.5], ["1 234,5", ",", 1234.5], ["$500M", ".", 500_000_000], ["(12)", ".", -12],
    ["12 %", ".", 12], ["€ 3", ".", 3], ["1.234.567", ",", 1_234_567], ["12,34", ".", null], ["abc", ".", null], ["", ".", null], ["1-2", ".", null],
  ])("%j with %j is the number %j", (text, decimal, value) => {
    expect(numberIn(text, decimal)).toBe(value);
  }); // prettier-ignore
  it.each<[string, "ymd" | "dmy" | "mdy", string | null]>([
    ["2026-11-27", "ymd", "2026-11-27"], ["27.11.2026", "dmy", "2026-11-27"], ["11/27/2026", "mdy", "2026-11-27"], ["2026年11月7日", "ymd", "2026-11-07"],
    ["2026/1/5", "dmy", "2026-01-05"], ["31.02.2026", "dmy", null], ["27.11.2026", "ymd", null], ["soon", "dmy", null],
  ])("%j read as %s is the day %j", (text, order, day) => {
    expect(dayIn(text, order)).toBe(day);
  }); // prettier-ignore
  it.each<[string, "ymd" | "dmy" | "mdy", number | null]>([
    ["2022-05-16T16:18:39.000Z", "ymd", Date.UTC(2022, 4, 16, 16, 18, 39)], ["2024-08-13T18:04:34.666+00:00", "ymd", Date.UTC(2024, 7, 13, 18, 4, 34, 666)],
    ["2024-03-01 10:30", "ymd", Date.UTC(2024, 2, 1, 10, 30)], ["03.02.2024 11:20:05", "dmy", Date.UTC(2024, 1, 3, 11, 20, 5)], ["3/2/2024 1:05 PM", "mdy", Date.UTC(2024, 2, 2, 13, 5)],
    ["2024-03-01", "ymd", Date.UTC(2024, 2, 1)], ["1700000000000", "ymd", 1_700_000_000_000], ["yesterday", "ymd", null],
  ])("%j read as %s is the instant %j", (text, order, at) => {
    expect(instantIn(text, order)).toBe(at);
  }); // prettier-ignore
  it("keeps what a layout maps apart from what its file lacks", () => {
    const layout = layouts.find(({ id }) => id === "zoho-deals");
    if (!layout) throw new Error("no layout");
    expect(Object.keys(mappingOf(layout, ["Deal Name", "Strange"]).columns)).toEqual(["Deal Name", "Strange"]);
  });
});
