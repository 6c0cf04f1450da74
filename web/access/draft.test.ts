import { expect, test } from "vitest";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { changesIn, ruleKinds, rulesOf, withRule } from "./draft.ts";

test("[ADMIN-3] a draft is the policy with one rule another, one more or one less, and says which", () => {
  expect(changesIn(shippedPolicy, shippedPolicy)).toEqual([]);
  for (const kind of ruleKinds) {
    const [first, second] = rulesOf(shippedPolicy, kind);
    if (!first || !second) throw new Error(kind);
    const other = withRule(shippedPolicy, kind, first.id, { ...first.body, why: "Another reason." });
    expect(changesIn(shippedPolicy, other)).toEqual([{ kind, id: first.id }]);
    expect(rulesOf(other, kind).map(({ id }) => id)).toEqual(rulesOf(shippedPolicy, kind).map(({ id }) => id));
    const less = withRule(other, kind, second.id, null);
    expect(changesIn(shippedPolicy, less).map(({ id }) => id)).toEqual([first.id, second.id]);
    expect(withRule(shippedPolicy, kind, first.id, first.body)).toEqual(shippedPolicy);
  }
  const more = withRule(shippedPolicy, "roles", null, { name: "caller", ...shippedPolicy.roles["seller"] });
  expect(changesIn(shippedPolicy, more)).toEqual([{ kind: "roles", id: "caller" }]);
});
