import { describe, expect, it } from "vitest";
import { concernsMe, stateNow, toUse, valuesOf, waitsForMe, type Approval } from "./model.ts";

const row = (more: Partial<Approval> = {}): Approval => ({
  id: "local_apr_1", anchor: "a", compartment: "sales", createdAt: 0, createdBy: "bo", name: "Discount", about: "o",
  approvalKind: "discount", asked: "discount_approver", state: "open", requester: "bo", parties: ["bo", "ana"], expiresAt: 100, ...more,
}); // prettier-ignore
const tomas = { member: "tomas", base: "sales_manager", duties: ["discount_approver"] };

describe("what waits on me", () => {
  it("is open, asked of me or of my role, and neither by me nor for me", () => {
    expect(waitsForMe(row(), tomas, 1)).toBe(true);
    expect(waitsForMe(row({ asked: "tomas" }), { ...tomas, duties: [] }, 1)).toBe(true);
    expect(waitsForMe(row(), { ...tomas, duties: [] }, 1)).toBe(false);
    expect(waitsForMe(row({ requester: "tomas" }), tomas, 1)).toBe(false);
    expect(waitsForMe(row({ parties: ["bo", "tomas"] }), tomas, 1)).toBe(false);
    expect(waitsForMe(row({ state: "approved" }), tomas, 1)).toBe(false);
    expect(waitsForMe(row(), tomas, 100)).toBe(false);
  });
  it("goes by the clock, whatever is written", () => {
    expect([stateNow(row(), 99), stateNow(row(), 100)]).toEqual(["open", "expired"]);
  });
});
describe("what I asked for", () => {
  it("shows until it is over, and an answer for some days", () => {
    const me = { member: "bo", base: "seller", duties: [] };
    for (const state of ["open", "returned", "approved"] as const) expect(concernsMe(row({ state }), me, 1)).toBe(true);
    expect(concernsMe(row({ state: "used" }), me, 1)).toBe(false);
    expect(concernsMe(row({ state: "refused", decidedAt: 0 }), me, 86_400_000)).toBe(true);
    expect(concernsMe(row({ state: "refused", decidedAt: 0 }), me, 9 * 86_400_000)).toBe(false);
    expect(concernsMe(row(), tomas, 1)).toBe(false);
  });
  it("is used once it is approved; a used one may still stand", () => {
    const used = row({ id: "local_apr_2", state: "used" });
    const yes = row({ id: "local_apr_3", state: "approved" });
    expect(toUse([used, yes], "o", "bo", 1)).toBe(yes);
    expect(toUse([used, yes], "o", "bo", 100)).toBe(used); // the yes is over by the clock
    expect(toUse([used, yes], "other", "bo", 1)).toBeUndefined();
  });
  it("names old and new of the values that are here", () => {
    const change = row({
      binds: "contractEndDay,contractTerms",
      boundContract: { contractEndDay: "2027-01-01" },
      proposedContract: { contractEndDay: null },
    });
    expect(valuesOf(change)).toEqual({
      values: [{ field: "contractEndDay", now: "2027-01-01", next: null }],
      lacking: true,
    });
  });
});
