import { describe, expect, test } from "vitest";
import { policyAdmins } from "../../shared/access/admins.ts";
import { bind, bindSlice, slice, type Bound, type Facts, type Place } from "../../shared/access/engine.ts";
import { validatePolicy } from "../../shared/access/policy.ts";
import type { Policy } from "../../shared/access/rules.ts";
import { gateFailures, stageRefusal, type StageMove, type StageRef } from "../../shared/access/stages.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type { Row } from "../../shared/records/entities.ts";

const role = { owner: "m_ana", review: "2027-02-01", why: "For the test." };
// prettier-ignore
const policy: Policy = {
  $schema: "policy/v1", version: 1, parent: null, author: "m", approver: null, effectiveAt: "2026-11-01T00:00:00Z", why: "For the test.",
  roles: { seller: { ...role, kind: "base" }, finance: { ...role, kind: "base" }, closer: { ...role, kind: "duty" } },
  allow: [
    { id: "opp.own", to: ["seller"], entity: "opportunity", actions: ["find", "read", "edit", "advance"], when: { reach: "team" }, groups: ["identity", "shared", "terms"], keep: "device", why: "Own work." },
    { id: "opp.pay", to: ["finance"], entity: "opportunity", actions: ["find", "read", "edit"], when: { reach: "all" }, groups: ["identity", "shared", "terms", "compensation"], why: "Pay." },
  ],
  forbid: [],
  stages: [
    { id: "st.qualify", pipeline: "New business", roles: ["seller"], reach: "own", from: ["open"], to: ["qualified"], why: "First we ask." },
    { id: "st.propose", pipeline: "New business", roles: ["seller"], reach: "all", from: ["qualified"], to: ["stg_proposal"], why: "A proposal binds us.", askTo: "finance",
      gates: { require: ["closeDay", "amountMinor", "commissionMinor"], approval: { kind: "discount", when: { gte: ["discountPct", 10] } } },
      after: { readOnlyFor: ["finance"], locks: ["discountPct"] }, discloses: "That pay is not set." },
    { id: "st.close", pipeline: "*", roles: ["closer"], reach: "all", from: ["*"], to: ["outcome:won"], gates: { handoff: "accepted" }, why: "Onboarding knows." },
    { id: "st.edit", pipeline: "New business", roles: ["seller"], reach: "all", in: ["qualified"], edit: ["shared"], delete: true, why: "Only the shared part." },
  ],
  approvals: [{ kind: "discount", on: "opportunity", asked: { holds: "closer", reach: "region" }, sees: ["identity", "terms"], binds: ["discountPct"], why: "Two people." }],
};
const stage = (id: string, name: string, outcome = "open", pipeline = "pip_new"): StageRef => ({
  id,
  pipeline,
  name,
  pipelineName: pipeline === "pip_new" ? "New business" : "Renewals",
  outcome,
});
const stages = {
  open: stage("stg_open", "Open"),
  qualified: stage("stg_q", "Qualified"),
  proposal: stage("stg_proposal", "Proposal"),
  won: stage("stg_won", "Won", "won"),
  renewal: stage("stg_r", "Qualified", "open", "pip_renew"),
  renewed: stage("stg_r2", "Sent", "open", "pip_renew"),
};
const place: Place = {
  anchor: { id: "acc", owner: "ana", team: "west", region: "americas", restricted: false },
  accountTeam: [],
  shares: [],
};
const full = {
  closeDay: "2026-12-01",
  amountMinor: 500,
  commissionMinor: 5,
  discountPct: 5,
  owner: null,
  name: "Deal",
};
const row = (more: Partial<Row> = {}): Row => ({
  id: "opp",
  anchor: "acc",
  compartment: "sales",
  createdAt: 0,
  createdBy: "ana",
  ...full,
  ...more,
});
const facts = (member: string, more: Partial<Facts> = {}): Facts => ({
  member,
  base: "seller",
  duties: [],
  teams: ["west"],
  regions: ["americas"],
  employment: "active",
  ...more,
});
const edge = (member: string, more: Partial<Facts> = {}): Bound => bind(policy, facts(member, more));
const move = (from: StageRef | null, to: StageRef, more: Partial<StageMove> = {}): StageMove => ({
  entity: "opportunity",
  row: row(),
  place,
  from,
  to,
  approved: new Set(),
  handoff: "none",
  ...more,
});
const { open, qualified, proposal, won } = stages;

describe("[ACCESS-R30] a move needs a rule out of X and one into Y, with the gates of both", () => {
  test("the policy of this test can be published", () => {
    const read = validatePolicy(JSON.parse(JSON.stringify(policy)));
    expect(read.ok ? [] : read.error.fields).toEqual([]);
  });
  test("out without into, and into without out, are no move; a pipeline that no rule names moves by its allow rules", () => {
    expect(gateFailures(edge("ana"), move(open, qualified), 0)).toEqual({ state: "open", failures: [] });
    expect(gateFailures(edge("ana"), move(open, proposal), 0).state).toBe("open"); // out by one rule, into by another
    expect(gateFailures(edge("ana"), move(proposal, qualified), 0)).toEqual({
      state: "shut",
      failures: [{ kind: "move", why: "First we ask." }],
    });
    expect(gateFailures(edge("ana"), move(qualified, won), 0).failures).toEqual([
      { kind: "move", why: "A proposal binds us.", askTo: "finance" },
    ]);
    const { stages: _all, ...rest } = policy;
    expect(gateFailures(bind(rest, facts("ana")), move(proposal, qualified), 0).state).toBe("open");
    const named = { ...policy, stages: (policy.stages ?? []).filter((rule) => rule.pipeline !== "*") };
    expect(gateFailures(bind(named, facts("ana")), move(stages.renewal, stages.renewed), 0).state).toBe("open");
    expect(gateFailures(edge("ana"), move(stages.renewal, stages.renewed), 0).state).toBe("shut");
  });
  test("reach is asked of the record", () => {
    expect(gateFailures(edge("cy"), move(open, qualified), 0).state).toBe("shut");
    expect(gateFailures(edge("cy"), move(open, qualified, { row: row({ owner: "cy" }) }), 0).state).toBe("open");
  });
  test("stages are meant by id, by name in any case, by outcome; others are not", () => {
    const closer = edge("ana", { duties: ["closer"] });
    expect(gateFailures(closer, move(stages.renewal, won, { handoff: "accepted" }), 0).state).toBe("open");
    expect(gateFailures(closer, move(open, stage("stg_x", "Lost", "lost")), 0).state).toBe("shut");
  });
  test("a gate lists the fields that the member may see, and of the rest how many and who can fill them in", () => {
    const empty = row({ closeDay: null, amountMinor: null, commissionMinor: null });
    expect(gateFailures(edge("ana"), move(qualified, proposal, { row: empty }), 0)).toEqual({
      state: "shut",
      failures: [
        { kind: "field", field: "closeDay" },
        { kind: "field", field: "amountMinor" },
        { kind: "hidden", count: 1, heldBy: "finance" },
      ],
    });
  });
  test("gates of both sides that ask for the same kind are both asked", () => {
    const [out, into] = (["from", "to"] as const).map((side) => ({
      id: `st.${side}`, pipeline: "*", roles: ["seller"], reach: "all" as const, [side]: [side === "from" ? "Open" : "Proposal"], why: "Both.",
      gates: { approval: { kind: "discount", ...(side === "to" ? { when: { gte: ["discountPct", 90] as const } } : {}) } },
    })); // prettier-ignore
    const both: Policy = { ...policy, stages: [out, into].flatMap((rule) => rule ?? []) };
    expect(gateFailures(bind(both, facts("ana")), move(open, proposal), 0)).toEqual({
      state: "shut",
      failures: [{ kind: "approval", approval: "discount", askTo: "closer" }],
    });
    const late = row({ discountPct: 95 });
    expect(gateFailures(bind(both, facts("ana")), move(open, proposal, { row: late }), 0).failures).toHaveLength(1);
  });
  test("an approval is asked for where the condition holds of the state after, and met by a yes of that kind alone", () => {
    const large = { row: row({ discountPct: 30 }) };
    expect(gateFailures(edge("ana"), move(qualified, proposal, large), 0)).toEqual({
      state: "shut",
      failures: [{ kind: "approval", approval: "discount", askTo: "closer" }],
    });
    expect(
      gateFailures(edge("ana"), move(qualified, proposal, { ...large, approved: new Set(["stage"]) }), 0).state,
    ).toBe("shut");
    expect(
      gateFailures(edge("ana"), move(qualified, proposal, { ...large, approved: new Set(["discount"]) }), 0).state,
    ).toBe("open");
    expect(gateFailures(edge("ana"), move(qualified, proposal), 0).state).toBe("open");
  });
  test("a handoff gate wants it accepted", () => {
    const closer = edge("ana", { duties: ["closer"] });
    for (const handoff of ["open", "none"] as const)
      expect(gateFailures(closer, move(proposal, won, { handoff }), 0).failures).toEqual([{ kind: "handoff" }]);
    expect(gateFailures(closer, move(proposal, won, { handoff: null }), 0).state).toBe("proposed");
    expect(gateFailures(closer, move(proposal, won, { handoff: "accepted" }), 0).state).toBe("open");
  });
  test("where the device lacks a value the move is proposed, and what it can tell is told all the same", () => {
    const device = bindSlice(JSON.parse(JSON.stringify(slice(policy, facts("ana")))));
    expect(JSON.stringify(device.rules)).not.toContain("commission");
    expect(gateFailures(device, move(qualified, proposal), 0)).toEqual({ state: "proposed", failures: [] });
    const { discountPct: _gone, ...online } = row();
    expect(gateFailures(device, move(qualified, proposal, { row: online as Row }), 0).state).toBe("proposed");
    expect(
      gateFailures(device, move(qualified, proposal, { approved: null, row: row({ discountPct: 30 }) }), 0).state,
    ).toBe("proposed");
    expect(gateFailures(device, move(qualified, proposal, { row: row({ closeDay: null }) }), 0)).toEqual({
      state: "shut",
      failures: [{ kind: "field", field: "closeDay" }],
    });
    expect(gateFailures(device, move(open, qualified), 0)).toEqual({ state: "open", failures: [] });
  });
});

describe("[ACCESS-R31] a stage keeps what its rules say from being written", () => {
  const refusal = (bound: Bound, action: "create" | "edit" | "delete", at: StageRef, changed: readonly string[]) =>
    stageRefusal(bound, action, { entity: "opportunity", row: row(), place, stage: at }, changed, 0)?.fields ?? null;
  test("locked fields, roles that only read, groups that may be edited", () => {
    expect(refusal(edge("ana"), "edit", proposal, ["name", "discountPct"])).toEqual(["discountPct"]);
    expect(refusal(edge("ana"), "edit", proposal, ["name"])).toBeNull();
    const finance = edge("femi", { base: "finance" });
    expect(refusal(finance, "edit", proposal, ["name"])).toEqual(["name"]);
    expect(refusal(finance, "delete", proposal, [])).toEqual([]);
    expect(refusal(finance, "edit", qualified, ["name"])).toBeNull();
    expect(refusal(edge("ana"), "edit", qualified, ["closeDay", "amountMinor"])).toEqual(["amountMinor"]);
    expect(refusal(edge("ana"), "delete", qualified, [])).toBeNull();
    expect(refusal(edge("ana"), "create", qualified, [])).toEqual([]);
    expect(refusal(edge("ana"), "edit", open, ["amountMinor"])).toBeNull();
  });
});

describe("[ACCESS-R32] nobody is locked out", () => {
  const org = "local_org_00000000000000000000";
  const admin = (member: string, more: Partial<Facts> = {}): Facts =>
    facts(member, { duties: ["policy_admin"], ...more });
  test("policy admins are those who can change the policy and agree to another's change, for good", () => {
    const lent = facts("cy", {
      grants: [
        {
          id: "g",
          kind: "grant",
          actions: ["edit_policy", "approve_policy"],
          entities: "*",
          to: { anchors: [org] },
          groups: ["identity"],
          keep: "online",
          why: "For a while.",
          from: null,
          until: null,
        },
      ],
    });
    const members = [admin("ana"), admin("bo", { employment: "left" }), facts("cy"), lent, admin("dee")];
    expect(policyAdmins(shippedPolicy, members, org)).toEqual(["ana", "dee"]);
    const without = {
      ...shippedPolicy,
      allow: shippedPolicy.allow.filter((rule) => !rule.actions.includes("approve_policy")),
    };
    expect(policyAdmins(without, members, org)).toEqual([]);
  });
});
