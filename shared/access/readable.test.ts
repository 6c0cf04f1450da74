import { describe, expect, it } from "vitest";
import { coverage, roleTable, stageMatrix } from "./readable.ts";
import { shippedPolicy } from "./templates.ts";

describe("[ADMIN-1] the policy as tables", () => {
  it("says of each role what it sees, changes and approves, how far, and why", () => {
    const seller = roleTable(shippedPolicy, "seller");
    const deal = seller.find(({ entity }) => entity === "opportunity");
    expect(deal?.rights.see?.reaches).toEqual(["own", "team", "account_team"]);
    expect(deal?.rights.see?.groups).toContain("terms");
    expect(deal?.rights.change?.actions).toContain("advance");
    expect(deal?.rights.approve).toBeUndefined();
    for (const role of Object.keys(shippedPolicy.roles))
      for (const { rights } of roleTable(shippedPolicy, role))
        for (const right of Object.values(rights)) {
          expect(right.rules.length).toBeGreaterThan(0);
          expect(right.rules.every(({ why }) => why.length > 3)).toBe(true);
        }
    const admin = roleTable(shippedPolicy, "policy_admin").find(({ entity }) => entity === "member");
    expect(admin?.rights.approve?.actions).toContain("edit_policy");
  });
  it("names what nobody in office sees or changes, and what many change", () => {
    const all = new Map(Object.keys(shippedPolicy.roles).map((role) => [role, 1]));
    expect(coverage(shippedPolicy, all).filter(({ gap }) => gap === "see")).toEqual([]);
    const none = coverage(shippedPolicy, new Map([["exec_viewer", 2]]));
    expect(none.find(({ entity }) => entity === "lead")?.gap).toBe("see");
    expect(none.find(({ entity }) => entity === "opportunity")?.gap).toBe("change");
    expect(coverage(shippedPolicy, all).find(({ entity }) => entity === "account")?.changedBy).toBeGreaterThan(1);
  });
  it("shows stages against roles, with what a move in asks first", () => {
    const stages = [{ id: "s1", name: "Open", outcome: "open" }, { id: "s2", name: "Won", outcome: "won" }]; // prettier-ignore
    const matrix = stageMatrix(shippedPolicy.stages ?? [], { id: "p", name: "Sales" }, stages);
    expect(matrix[1]?.cells.find(({ role }) => role === "seller")).toMatchObject({ out: true, into: true, gates: ["closeDay", "amountMinor", "outcomeCode", "discount"] }); // prettier-ignore
    expect(matrix[0]?.cells.map(({ role }) => role)).toEqual(["seller", "sales_manager"]);
  });
});
