import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { runPolicyTests, type PolicyTestFile } from "../../shared/access/policy-tests.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";

const files = (["allow", "deny"] as const).flatMap((expected) => {
  const folder = new URL(`${expected}/`, import.meta.url);
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name): PolicyTestFile => ({
      name: `${expected}/${name}`,
      expected,
      body: JSON.parse(readFileSync(new URL(name, folder), "utf8")) as unknown,
    }));
});

describe("[ACCESS-R37] the policy's own tests, as files", () => {
  test.each(runPolicyTests(shippedPolicy, files))("$file", ({ wrong, tried }) => {
    expect(wrong).toEqual([]);
    expect(tried).toBeGreaterThan(0);
  });
  test("every role has one file of what it may and one of what it may not", () => {
    const names = new Set(files.map(({ name }) => name));
    for (const role of Object.keys(shippedPolicy.roles))
      for (const expected of ["allow", "deny"])
        expect(names, role).toContain(`${expected}/${role.replaceAll("_", "-")}.json`);
  });
  test("they see a fault: without its rules a role fails, without guardrails the denials do", () => {
    const failing = (policy: typeof shippedPolicy): string[] =>
      runPolicyTests(policy, files).flatMap(({ file, wrong }) => (wrong.length > 0 ? [file] : []));
    for (const role of Object.keys(shippedPolicy.roles)) {
      const without = {
        ...shippedPolicy,
        allow: shippedPolicy.allow.map((rule) => ({ ...rule, to: rule.to.filter((name) => name !== role) })),
      };
      expect(failing(without), role).toContain(`allow/${role.replaceAll("_", "-")}.json`);
    }
    expect(failing({ ...shippedPolicy, forbid: [] }).length).toBeGreaterThan(2);
  });
  test("a file that can't be read, an unknown person, a record where it never is: said, and never passed over", () => {
    const [only] = runPolicyTests(shippedPolicy, [
      {
        name: "deny/x.json",
        expected: "deny",
        body: {
          why: "Wrong.",
          cases: [
            { member: "sailor", action: "read", entity: "account", place: {} },
            { member: "seller", action: "read", entity: "account", compartment: "sales", place: {} },
          ],
        },
      },
    ]);
    expect(only?.wrong).toEqual(["case 0: there is no example of sailor", "case 1: account is never in sales"]);
    const [broken] = runPolicyTests(shippedPolicy, [
      { name: "allow/y.json", expected: "allow", body: { why: "Wrong.", cases: [], more: 1 } },
    ]);
    expect(broken?.wrong.length).toBeGreaterThan(0);
  });
});
