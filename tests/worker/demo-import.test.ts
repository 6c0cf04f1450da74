import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { demoOrganisation } from "../../demo/organisation.ts";
import { loader, memberSource, peopleRows } from "../../demo/people.ts";
import { bind, type Facts } from "../../shared/access/engine.ts";
import { validatePolicy } from "../../shared/access/policy.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { chunksOf } from "../../shared/exchange/chunks.ts";
import type { ImportReport, ImportRow } from "../../shared/exchange/import-plan.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import type { Actor } from "../../worker/context.ts";
import { openDb } from "../../worker/db/db.ts";
import { loadRows } from "../../worker/db/rows.ts";
import { bootstrapDemo } from "../../worker/demo/store.ts";
import { idsOf, importRows } from "../../worker/exchange/import.ts";
import {
  incidentFacts,
  incidentFactsOf,
  northwindFacts,
  northwindFactsOf,
  salesforceFacts,
  salesforceFactsOf,
} from "../demo-facts.ts";

const sources = import.meta.glob("../../demo/sources/**", { query: "?raw", import: "default", eager: true });
const source = (path: string): string => sources[`../../demo/sources/${path}`] ?? "";
const salesforce = (object: string): string => source(`crm-salesforce-org/${object}.csv`);
const files = {
  salesforce: {
    Account: salesforce("Account"),
    Contact: salesforce("Contact"),
    Event: salesforce("Event"),
    Task: salesforce("Task"),
    User: salesforce("User"),
  },
  incidents: source("incidents/incident-events.csv"),
  northwind: source("companies-accents/customers.csv"),
  names: source("person-names/names.json"),
};
const batches = demoOrganisation(files, "2026-11-24");
const db = openDb(env.DB);
const now = Date.UTC(2026, 10, 24, 12);

/** The member as the database has them, bound to the shipped policy. */
async function actorOf(handle: string): Promise<Actor> {
  const id = (await idsOf(env.CELL, [memberSource(handle)])).get(memberSource(handle)) ?? "";
  const row = (await loadRows(db, [id])).get(id)?.row;
  const list = (field: string): readonly string[] => (row?.[field] ?? []) as readonly string[];
  const facts: Facts = {
    member: id,
    base: String(row?.["base"]),
    duties: list("duties"),
    teams: list("teams"),
    regions: list("regions"),
    employment: "active",
  };
  const policy = validatePolicy({ ...shippedPolicy, author: id });
  if (!policy.ok) throw new Error("the shipped policy is not valid");
  const directory = await env.DB.prepare(`SELECT "v" FROM "meta" WHERE "k" = 'directory'`).first<{ v: number }>();
  return {
    member: id,
    session: "test",
    facts,
    bound: bind(policy.value, facts),
    policyBody: "",
    directory: directory?.v ?? 0,
    capabilities: null,
    freshAt: now,
  };
}
async function bring(handle: string, rows: readonly ImportRow[], write = true): Promise<ImportReport> {
  const done = await importRows({ db, actor: await actorOf(handle), now, cell: env.CELL }, rows, write);
  if (!done.ok) throw new Error(done.error.code);
  return done.value.report;
}
async function bringAll(): Promise<ImportReport> {
  const total = {
    created: 0,
    updated: 0,
    skipped: 0,
    errors: [] as ImportReport["errors"][number][],
    unresolved: [] as ImportReport["unresolved"][number][],
  };
  for (const { rows } of batches) {
    for (const chunk of chunksOf(rows)) {
      const report = await bring(loader, chunk);
      total.created += report.created;
      total.updated += report.updated;
      total.skipped += report.skipped;
      total.errors.push(...report.errors);
      total.unresolved.push(...report.unresolved);
    }
  }
  return total;
}
const rowsOf = (name: string): readonly ImportRow[] => batches.find((batch) => batch.name === name)?.rows ?? [];
const countOf = async (table: string): Promise<number> =>
  (await env.DB.prepare(`SELECT COUNT(*) AS n FROM "${table}"`).first<{ n: number }>())?.n ?? 0;

const records = new Map<EntityName, Row[]>();

describe("the demo organisation, loaded", () => {
  const rows = batches.flatMap((batch) => batch.rows);
  let first: ImportReport;

  beforeAll(async () => {
    expect(await bootstrapDemo(env.DB, env.CELL, peopleRows(), now)).toBe(true);
    first = await bringAll();
    const ids = await idsOf(
      env.CELL,
      rows.map(({ source }) => source),
    );
    const all = [...ids.values()];
    for (let at = 0; at < all.length; at += 1_000) {
      for (const { entity, row } of (await loadRows(db, all.slice(at, at + 1_000))).values())
        records.set(entity, [...(records.get(entity) ?? []), row]);
    }
  }, 60_000);

  it("refuses no row and creates each once", () => {
    expect(first.errors).toEqual([]);
    expect(first.created + first.skipped).toBe(rows.length); // the bootstrap made people, teams and regions
    expect([...records.values()].reduce((sum, list) => sum + list.length, 0)).toBe(rows.length);
  });
  it("keeps and lists every reference that leads nowhere", () => {
    expect(first.unresolved).toHaveLength(1_305 + 3_012);
    const kept = [...(records.get("task") ?? []), ...(records.get("activity") ?? [])].filter(
      (row) => row["unresolved"] !== null,
    );
    expect(kept).toHaveLength(1_305 + 3_012);
  });
  it("equals every reference fact about its sources", () => {
    expect(salesforceFactsOf(records)).toEqual(salesforceFacts);
    expect(incidentFactsOf(records)).toEqual(incidentFacts);
    expect(northwindFactsOf(records)).toEqual(northwindFacts);
  });
  it("makes one anchor for each account and member, and one for the organisation", async () => {
    expect(await countOf("anchor")).toBe((records.get("account")?.length ?? 0) + (await countOf("member")) + 1);
  });
  it("writes nothing when it is loaded a second time", async () => {
    const before = await countOf("change");
    const again = await bringAll();
    expect(again).toMatchObject({ created: 0, errors: [] });
    expect(await countOf("change")).toBe(before);
  }, 60_000);
  it("is not bootstrapped a second time", async () => {
    expect(await bootstrapDemo(env.DB, env.CELL, peopleRows(), now)).toBe(false);
  });
});

describe("importing", () => {
  const account = (fields: ImportRow["fields"]): ImportRow => ({
    entity: "account",
    source: "test:account:1",
    fields: { name: "Probe", ...fields },
  });

  it("writes nothing in a dry run, and reports what a real one would", async () => {
    const before = await countOf("change");
    const dry = await bring(loader, [account({})], false);
    expect(dry).toMatchObject({ created: 1, errors: [] });
    expect(await countOf("change")).toBe(before);
    expect(await bring(loader, [account({})])).toEqual(dry);
    expect(await countOf("change")).toBe(before + 1);
  });
  it("is refused row by row to those who may not import", async () => {
    const before = await countOf("change");
    for (const handle of ["ana", "lina", "helen", "femi"]) {
      const report = await bring(handle, [
        { entity: "account", source: `test:account:${handle}`, fields: { name: "Mine" } },
      ]);
      expect(report).toMatchObject({ created: 0, errors: [{ source: `test:account:${handle}`, code: "denied" }] });
    }
    expect(await countOf("change")).toBe(before);
  });
  it("[ACCESS-4] never raises the importer's own rights", async () => {
    const me: ImportRow = {
      entity: "member",
      source: memberSource(loader),
      fields: { name: "Greta Vogel", base: "seller", duties: ["auditor"] },
    };
    await bring(loader, [me]);
    const { facts } = await actorOf(loader);
    expect([facts.base, facts.duties]).toEqual(["ops_admin", ["policy_admin", "data_steward"]]);
  });
  it("[ACCESS-3] [LEAK-46] tells nothing about the value of a field that the importer can't read, allowed to import or not", async () => {
    // ana sees this account but not its billing and may not import; greta may bring billing in but not read it.
    const row = (fields: ImportRow["fields"]): ImportRow => ({
      entity: "account",
      fields: { name: "Great Lakes Food Market", ...fields },
      source: "northwind:account:GREAL",
    });
    const stored = records.get("account")?.find((each) => each["source"] === "northwind:account:GREAL");
    expect(stored?.["billingStatus"]).toBe("current");
    await bring(loader, [account({ internalNote: "No." })]);
    for (const handle of [loader, "ana"]) {
      for (const [right, wrong] of [
        [row({ billingStatus: "current" }), row({ billingStatus: "late" })],
        [account({ internalNote: "No." }), account({ internalNote: "Yes." })],
      ] as const) {
        expect(await bring(handle, [right], false)).toEqual(await bring(handle, [wrong], false));
      }
    }
  });
  it("leaves a record alone that the importer can't see, and says only that it was skipped", async () => {
    const row = rowsOf("sections").find(({ compartment }) => compartment === "service");
    if (!row) throw new Error("the demo has no internal section");
    const before = await countOf("change");
    expect(await bring(loader, [{ ...row, fields: { ...row.fields, title: "Taken over" } }])).toMatchObject({
      created: 0,
      updated: 0,
      skipped: 1,
      errors: [],
    });
    expect(await countOf("change")).toBe(before);
  });
  it("[ACCESS-3] answers one who may not import the same, whether a hidden record is there or not", async () => {
    const [there] = rowsOf("sections").filter(({ compartment }) => compartment === "service");
    if (!there) throw new Error("the demo has no internal section");
    const gone = { ...there, source: `${there.source}-no` };
    const [yes, no] = await Promise.all([bring("yuki", [there]), bring("yuki", [gone])]);
    expect({ ...yes, errors: yes.errors.map(({ code, fields }) => [code, fields]) }).toEqual({
      ...no,
      errors: no.errors.map(({ code, fields }) => [code, fields]),
    });
    expect(yes).toMatchObject({ created: 0, skipped: 0, errors: [{}] });
  });
  it("does not bring back what was deleted", async () => {
    await env.DB.prepare(`UPDATE "contact" SET "deleted_at" = 1 WHERE "source" = 'northwind:contact:ALFKI'`).run();
    const row = rowsOf("contacts").filter(({ source }) => source === "northwind:contact:ALFKI");
    expect((await bring(loader, row)).errors).toEqual([
      { source: "northwind:contact:ALFKI", code: "deleted", fields: [] },
    ]);
  });
  it("takes a row that changed meanwhile in a second try, and never half a chunk", async () => {
    const context = { db, actor: await actorOf(loader), now, cell: env.CELL };
    const row = (city: string): ImportRow => account({ city });
    const done = await Promise.all([
      importRows(context, [row("Lund")], true),
      importRows(context, [row("Turku")], true),
    ]);
    expect(done.every((each) => each.ok)).toBe(true);
    const id = (await idsOf(env.CELL, ["test:account:1"])).get("test:account:1") ?? "";
    expect(["Lund", "Turku"]).toContain((await loadRows(db, [id])).get(id)?.row["city"]);
  });
  it("reports a row under an account that is not there, and writes the others", async () => {
    const good: ImportRow = {
      entity: "contact",
      source: "test:contact:1",
      anchor: "test:account:1",
      fields: { name: "Zoë" },
    };
    const report = await bring(loader, [good, { ...good, source: "test:contact:2", anchor: "test:account:404" }]);
    expect(report).toMatchObject({
      created: 1,
      errors: [{ source: "test:contact:2", code: "missing", fields: ["anchor"] }],
    });
  });
});
