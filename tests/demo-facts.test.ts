import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readDemoFiles } from "../demo/files.ts";
import { demoOrganisation } from "../demo/organisation.ts";
import { demoMembers, memberSource } from "../demo/people.ts";
import { idOfSource, planImport, seedOf, sourcesIn } from "../shared/exchange/import-plan.ts";
import { amountIsOfLines, linesOf, priceOf } from "../shared/pipeline/lines.ts";
import { paceOf } from "../shared/pipeline/pace.ts";
import { fitsOutcome } from "../shared/pipeline/reasons.ts";
import { entityOfId, type EntityName, type Row } from "../shared/records/entities.ts";
import {
  incidentFacts,
  incidentFactsOf,
  northwindFacts,
  northwindFactsOf,
  salesforceFacts,
  salesforceFactsOf,
} from "./demo-facts.ts";

const batches = demoOrganisation(readDemoFiles(), "2026-11-24");
const rows = batches.flatMap((batch) => batch.rows);
const ids = new Map(
  sourcesIn(rows).map((source) => [
    source,
    idOfSource("local", source, createHash("sha256").update(seedOf("local", source)).digest().subarray(0, 13)) ?? "",
  ]),
);
const plan = planImport(rows, "local", ids, new Map());
const stored = new Map<string, Row>();
const records = new Map<EntityName, Row[]>();
for (const write of plan.writes) {
  if (write.act !== "create") continue;
  const row: Row = { ...write.row, createdAt: 0, createdBy: "" };
  stored.set(row.id, row);
  records.set(write.entity, [...(records.get(write.entity) ?? []), row]);
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

describe("the demo organisation, planned", () => {
  it("equals every reference fact about the Salesforce org", () => {
    expect(salesforceFactsOf(records)).toEqual(salesforceFacts);
  });
  it("equals every reference fact about the incidents and their handovers", () => {
    expect(incidentFactsOf(records)).toEqual(incidentFacts);
  });
  it("equals every reference fact about the companies with accents", () => {
    expect(northwindFactsOf(records)).toEqual(northwindFacts);
  });
  it("keeps a stored lag equal to the difference of its two instants", () => {
    for (const row of records.get("handoff") ?? []) {
      if (row["acceptedAt"]) expect(row["lagMs"]).toBe(Number(row["acceptedAt"]) - Number(row["offeredAt"]));
    }
  });
  it("refuses no row, and keeps and lists each reference to an opportunity that the cut leaves out", () => {
    expect(plan.errors).toEqual([]);
    expect(plan.created).toBe(rows.length);
    expect(plan.unresolved).toHaveLength(1_305 + 3_012); // every task and every event
    expect(new Set(plan.unresolved.map(({ field }) => field))).toEqual(new Set(["about"]));
    for (const { source, ref } of plan.unresolved)
      expect(stored.get(ids.get(source) ?? "")?.["unresolved"]).toEqual({ about: ref });
  });
  it("has two pipelines, in which some opportunities are stuck or slipping, and those at an end say why", () => {
    const stages = new Map((records.get("stage") ?? []).map((stage) => [stage.id, stage]));
    const paces = (records.get("opportunity") ?? []).map((row) => {
      const stage = stages.get(text(row["stage"]));
      return {
        row,
        stage,
        pace: paceOf(row as never, stage as never, Date.parse("2026-11-24T12:00:00Z"), "2026-11-24"),
      };
    });
    for (const pipeline of records.get("pipeline") ?? []) {
      const own = paces.filter(({ row }) => row["pipeline"] === pipeline.id);
      const open = own.filter(({ stage }) => stage?.["outcome"] === "open");
      const part = (of: number): number => of / open.length;
      expect(open.length).toBeGreaterThan(50);
      expect(part(open.filter(({ pace }) => pace.stuck).length)).toBeGreaterThan(0.1);
      expect(part(open.filter(({ pace }) => pace.stuck).length)).toBeLessThan(0.35);
      expect(part(open.filter(({ pace }) => pace.slipping).length)).toBeGreaterThan(0.1);
      expect(
        own.filter(({ row, stage }) => fitsOutcome(row["outcomeCode"] ?? undefined, stage?.["outcome"])).length,
      ).toBe(own.length - open.length);
    }
    const priced = paces.filter(({ row }) => amountIsOfLines(row));
    expect(priced.length).toBeGreaterThan(30);
    for (const { row } of priced) expect(row).toMatchObject({ amountMinor: priceOf(linesOf(row))?.amountMinor });
    expect(priced.flatMap(({ row }) => linesOf(row)).every(({ product }) => product && stored.has(product))).toBe(true);
  });
  it("changes nothing when it is imported a second time", () => {
    const again = planImport(rows, "local", ids, stored);
    expect(again).toMatchObject({ created: 0, updated: 0, skipped: rows.length, errors: [] });
  });
  it("is the same for the same day", () => {
    expect(demoOrganisation(readDemoFiles(), "2026-11-24")).toEqual(batches);
  });
  it("names ids whose kind is that of their record", () => {
    for (const [name, list] of records) for (const row of list) expect(entityOfId(row.id)).toBe(name);
    expect(stored.size).toBe(rows.length);
  });
  it("gives every account a region, a team and an owner who is here", () => {
    for (const row of records.get("account") ?? []) {
      expect(stored.has(String(row["region"]))).toBe(true);
      expect(stored.has(String(row["team"]))).toBe(true);
      expect(stored.get(String(row["owner"]))?.["employment"]).toBe("active");
    }
  });
  it("has twelve named members over the templates, two sellers of different regions, one in Chinese", () => {
    expect(demoMembers).toHaveLength(12);
    expect(new Set(demoMembers.map(({ base }) => base))).toEqual(
      new Set(["seller", "qualifier", "sales_manager", "support", "finance", "marketing", "exec_viewer", "ops_admin"]),
    );
    const holders = (duty: string): number =>
      demoMembers.filter(({ duties }) => (duties as string[]).includes(duty)).length;
    expect([
      holders("policy_admin"),
      holders("data_steward"),
      holders("discount_approver"),
      holders("escalation_lead"),
    ]).toEqual([2, 1, 1, 1]);
    const sellers = demoMembers.filter(({ base }) => base === "seller");
    expect(new Set(sellers.map(({ regions }) => regions[0])).size).toBe(2);
    expect(demoMembers.filter(({ locale }) => locale === "zh-CN")).toHaveLength(1);
    const owned = (handle: string): number =>
      (records.get("account") ?? []).filter((row) => row["owner"] === ids.get(memberSource(handle))).length;
    expect(owned("ana")).toBeGreaterThan(30);
    expect(owned("bo")).toBeGreaterThan(30);
  });
});
