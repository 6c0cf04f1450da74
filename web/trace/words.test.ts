import { describe, expect, it } from "vitest";
import { levelFor } from "../../shared/cases/service.ts";
import { escalated, escalationEnded } from "../../shared/cases/waits.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import { linesOf } from "../../shared/leads/assigned.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import { traceOf } from "../../shared/reporting/trace.ts";
import { traceEn as en } from "../i18n/en/trace.ts";
import { traceZh as zhCN } from "../i18n/zh-CN/trace.ts";
import { traceWords, type Named } from "./words.ts";

const start = Date.parse("2026-11-23T10:00Z"); // a Monday
const base = { anchor: "local_acc_1", compartment: "service", createdAt: start, createdBy: "x" };
const one: RecordOf<"case"> = { ...base, id: "local_cas_1", number: "CS-1", status: "open", severity: "critical", openedAt: start, owner: "sofia", escalations: escalated(null, start + 60_000, "sofia", "priya") }; // prettier-ignore
const offer: RecordOf<"handoff"> = { ...base, id: "local_han_1", name: "Over", state: "offered", offeredAt: start, fromMember: "ana", toMember: "bo", late: "tomas" }; // prettier-ignore
const taken: RecordOf<"handoff"> = { ...offer, id: "local_han_2", state: "accepted", acceptedAt: start };
const yes: RecordOf<"approval"> = { ...base, id: "local_apr_1", name: "18 %", state: "used", usedAt: start, decidedBy: "tomas", requester: "ana" }; // prettier-ignore
const given: RecordOf<"lead"> = { ...base, id: "local_lea_1", compartment: "sales", name: "Siti", assigned: { kind: "rule", rule: "r", name: "Nordics", keeper: "tomas", to: "bo", at: start, why: "[]" } }; // prettier-ignore
const sources = {
  assigned: [],
  cases: [one],
  handoffs: [offer, taken],
  approvals: [yes],
  level: levelFor([], null),
};
const named: Named = {
  member: (id) => id && id.charAt(0).toUpperCase() + id.slice(1),
  record: (id) => ({ [one.id]: "CS-1", [offer.id]: "Over", [taken.id]: "Over", [yes.id]: "18 %" })[id] ?? null,
  day: (at) => new Date(at).toISOString().slice(5, 10),
  role: (id) => id.replace("_", " "),
};

describe("[CASE-8] what a rule did leaves a line", () => {
  it("of an escalation, a broken promise, an offer that nobody answered, what was kept and what was agreed to: when it came about, and not before", () => {
    const at = (now: number) => traceOf({ ...sources, now }).map(({ what }) => what);
    expect(at(start)).toEqual(["sight_kept", "carried_out"]);
    expect(at(start + 60_000)).toContain("sight");
    expect(at(start + dayMs).filter((what) => /not_|offer/.test(what))).toEqual(["offer_late", "not_solved", "not_answered"]); // prettier-ignore
    expect(at(start + 3 * dayMs)).toContain("offer_ended");
    expect(at(start + 15 * dayMs)).toContain("sight_ended");
    const over = traceOf({ ...sources, cases: [{ ...one, escalations: escalationEnded(one.escalations ?? null, start + 2 * 60_000) }], now: start + 3 * 60_000 }); // prettier-ignore
    expect(over.find(({ what }) => what === "sight_ended")?.at).toBe(start + 2 * 60_000);
    expect(new Set(traceOf({ ...sources, now: start + 20 * dayMs }).map(({ id }) => id)).size).toBe(8);
  });
  it("[LEAD-7] and of a lead that a rule gave to somebody, with the line that it carries", () => {
    const [line] = traceOf({ ...sources, cases: [], handoffs: [], approvals: [], assigned: linesOf([given, { ...given, id: "local_lea_2", assigned: null }]), now: start }); // prettier-ignore
    expect(line).toMatchObject({ rule: "assignment", what: "assigned", cause: given.id, at: start, by: "tomas", to: "bo", line: { name: "Nordics" } }); // prettier-ignore
    expect(
      traceOf({ ...sources, cases: [], handoffs: [], approvals: [], assigned: linesOf([given]), now: start - 1 }),
    ).toEqual([]);
  });
  it.each([["en", en, "Priya got sight of this account: case CS-1 was escalated by Sofia", "kept by policy admin"], ["zh", zhCN, "Priya 可以看到此客户：工单 CS-1 由 Sofia 升级", "policy admin"]] as const)(
    "says in %s which rule it was, because of what, until when, and who keeps it", (_language, dict, sentence, keeper) => {
      const lines = traceOf({ ...sources, now: start + 20 * dayMs }).map((line) => traceWords(line, dict, named));
      const sight = lines.find(({ text }) => text === sentence);
      expect(sight?.rule).toContain(keeper);
      expect(sight?.rule).toContain("12-07"); // fourteen days
      expect(lines.every(({ text, rule }) => text.length > 5 && rule.length > 5 && !/undefined|null/.test(text + rule))).toBe(true);
    }); // prettier-ignore
  it("says of a cause that one may not see that it was a rule, and names nothing and nobody", () => {
    for (const line of traceOf({ ...sources, now: start + 20 * dayMs })) {
      const { text, rule } = traceWords(line, en, { ...named, record: () => null });
      expect([text, rule]).toEqual(["Something was done by a rule", "a rule"]);
    }
  });
});
