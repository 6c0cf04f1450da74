import { describe, expect, it } from "vitest";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { figureOf } from "./figures.ts";
import {
  concernsMe,
  remindsAt,
  stateNow,
  toUse,
  valuesOf,
  waitsForMe as waits,
  type Approval,
  type Instead,
} from "./model.ts";
import { wasLookedAt } from "../notices/model.ts";

const row = (more: Partial<Approval> = {}): Approval => ({
  id: "local_apr_1", anchor: "a", compartment: "sales", createdAt: 0, createdBy: "bo", name: "Discount", about: "o",
  approvalKind: "discount", asked: "discount_approver", state: "open", requester: "bo", parties: ["bo", "ana"], expiresAt: 100, ...more,
}); // prettier-ignore
const tomas = { member: "tomas", base: "sales_manager", duties: ["discount_approver"] };

const asks = shippedPolicy.approvals ?? [];
const alone = { standsFor: [], asks };
const waitsForMe = (one: Approval, me: typeof tomas, now: number, instead: Instead = alone): boolean => waits(one, me, now, instead); // prettier-ignore

describe("what waits on me", () => {
  it("[APPROVAL-11] is what was asked of who is away, for who stands in and holds the role themselves", () => {
    const opportunity = "eu_opp_0123456789abcdefghjk";
    const asked = row({ asked: "maria", about: opportunity });
    const instead = { ...alone, standsFor: ["maria"] };
    expect(waitsForMe(asked, tomas, 1)).toBe(false);
    expect(waitsForMe(asked, tomas, 1, instead)).toBe(true);
    expect(waitsForMe(asked, { ...tomas, duties: [] }, 1, instead)).toBe(false);
    expect(waitsForMe(row({ asked: "maria", about: opportunity, parties: ["bo", "maria"] }), tomas, 1, instead)).toBe(
      false,
    );
    expect(waitsForMe(row(), tomas, 1, { ...alone, standsFor: ["bo"] })).toBe(false); // of the one for whom I stand in
  });
  it("[APPROVAL-12] reminds once, some days before it ends", () => {
    const ends = 100 * dayMs;
    const at = remindsAt({ expiresAt: ends });
    expect(at).toBe(ends - limits.approvalRemindDays * dayMs);
    expect(remindsAt({ expiresAt: null })).toBe(null);
    const when = Number(at);
    expect(wasLookedAt(undefined, at, when)).toBe(false);
    expect([when - 1, when, when + dayMs].map((now) => wasLookedAt(when - 5, at, now))).toEqual([true, false, false]);
    expect(wasLookedAt(when + 1, at, when + dayMs)).toBe(true); // looked at since: no second time
  });
  it("[APPROVAL-13] shows the number that is asked about beside the one from which the policy asks", () => {
    const asked = row({
      about: "eu_opp_0123456789abcdefghjk",
      binds: "amountMinor,currency,discountPct",
      boundTerms: { amountMinor: 1, currency: "EUR", discountPct: 18 },
    });
    expect(figureOf(asked, valuesOf(asked).values, asks)).toEqual({
      field: "discountPct",
      now: 18,
      limit: 10,
      from: "up",
    });
    expect(figureOf(asked, [], asks)).toBeUndefined(); // hidden here
    expect(
      figureOf(row({ approvalKind: "stage", about: asked.about ?? "" }), valuesOf(asked).values, asks),
    ).toBeUndefined();
  });
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
