import { expect, test } from "vitest";
import { dutiesOf, hasDuties, keptDuties, personFor } from "./duties.ts";
import { isTold } from "./told.ts";

test("[PIPE-9] what a stage says of roles is read as it was kept; what is no role is left out", () => {
  const duties = dutiesOf({ responsible: "seller", accountable: "sales_manager", consulted: "finance, finance,marketing", informed: 5 }); // prettier-ignore
  expect(duties).toEqual({ responsible: ["seller"], accountable: ["sales_manager"], consulted: ["finance", "marketing"], informed: [] }); // prettier-ignore
  expect(dutiesOf(keptDuties(duties))).toEqual(duties);
  expect(keptDuties(dutiesOf(null))).toBe(null);
  expect(hasDuties(dutiesOf({ responsible: "<b>, A B" }))).toBe(false);
});
test("[PIPE-9] a role is a person where the owner or somebody above them holds it; whoever left is nobody, and circles end", () => {
  const member = (id: string, base: string, manager: string | null, more = {}) => ({ id, base, duties: [] as string[], employment: "active" as const, manager, ...more }); // prettier-ignore
  const all = [
    member("ana", "seller", "marcus"),
    member("marcus", "sales_manager", "helen", { duties: ["discount_approver"] }),
    member("helen", "exec_viewer", "ana"),
    member("bo", "seller", "gone"),
    { ...member("gone", "sales_manager", null), employment: "left" as const },
  ];
  const of = (id: string) => all.find((one) => one.id === id);
  expect(personFor("seller", "ana", of)).toBe("ana");
  expect(personFor("sales_manager", "ana", of)).toBe("marcus");
  expect(personFor("discount_approver", "ana", of)).toBe("marcus");
  expect(personFor("finance", "ana", of)).toBe(null);
  expect(personFor("sales_manager", "bo", of)).toBe(null);
  expect(personFor("seller", null, of)).toBe(null);
});
test("[NOTICE-11] who holds a role that is told of a stage is told", () => {
  const duties = { informed: "support, finance" };
  expect(isTold(duties, ["seller", "finance"])).toBe(true);
  expect(isTold(duties, ["seller"])).toBe(false);
  expect(isTold({ responsible: "seller" }, ["seller"])).toBe(false);
  expect(isTold(null, [""])).toBe(false);
});
