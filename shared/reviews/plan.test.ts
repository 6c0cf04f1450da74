import { expect, test } from "vitest";
import { examples } from "../access/examples.ts";
import { shippedPolicy } from "../access/templates.ts";
import { dayMs, limits } from "../kernel/limits.ts";
import { dueScope, heldNow, isSharp, unanswered } from "./plan.ts";

const people = examples.map(({ facts }) => facts);
test("[ADMIN-6] a review asks of every duty and every live grant; a sharp one of what approves, exports or governs", () => {
  const grants = [{ id: "g", member: "m", reason: "A while" }];
  const all = heldNow(shippedPolicy, people, grants, "all");
  expect(all.filter(({ kind }) => kind === "grant")).toEqual([{ member: "m", kind: "grant", what: "g", reason: "A while" }]);
  expect(all.every(({ reason }) => reason.length > 3)).toBe(true);
  const sharp = heldNow(shippedPolicy, people, grants, "sharp");
  expect(sharp.map(({ what }) => what)).toContain("policy_admin");
  expect(sharp.every(({ what }) => isSharp(shippedPolicy, what))).toBe(true);
  expect(isSharp(shippedPolicy, "handoff_coordinator")).toBe(false);
}); // prettier-ignore
test("[ADMIN-6] the schedule: all of it after its days, the sharp part oftener, and neither while it is young", () => {
  const now = 1_000 * dayMs;
  expect(dueScope(shippedPolicy, { all: null, sharp: null }, now)).toBe("all");
  expect(dueScope(shippedPolicy, { all: now - limits.reviewDays * dayMs, sharp: now }, now)).toBe("all");
  expect(dueScope(shippedPolicy, { all: now - limits.reviewSharpDays * dayMs, sharp: null }, now)).toBe("sharp");
  expect(dueScope(shippedPolicy, { all: now - limits.reviewSharpDays * dayMs, sharp: now - dayMs }, now)).toBe(null);
  expect([unanswered("grant"), unanswered("duty")]).toEqual(["ended", "escalated"]);
});
