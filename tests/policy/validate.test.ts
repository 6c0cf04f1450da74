import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { policyJsonSchema, policyWarnings, validatePolicy } from "../../shared/access/policy.ts";

/** A small policy that is valid; each case below breaks one thing in it. */
// prettier-ignore
const good = {
  $schema: "policy/v1",
  version: 2,
  parent: 1,
  author: "m_ana",
  approver: "m_bo",
  effectiveAt: "2026-11-23T09:00:00Z",
  why: "Large discounts need a second person.",
  compartments: { core: {}, service: { queue: "q_support" } },
  groups: { terms: { keep: "online", existence: "shown" } },
  roles: {
    seller: { kind: "base", owner: "m_ana", review: "2027-02-01", why: "Works own opportunities." },
    approver: { kind: "duty", owner: "m_ana", review: "2027-02-01", assignableBy: ["seller"], why: "Second pair of eyes." },
  },
  allow: [
    { id: "opp.read", to: ["seller"], entity: "opportunity", actions: ["find", "read"], when: { all: [{ reach: "team" }, { not: { eq: ["restricted", true] } }] }, groups: ["identity", "shared", "terms"], keep: "device", why: "One picture." },
    { id: "opp.edit", to: ["seller"], entity: "opportunity", actions: ["edit"], when: { all: [{ reach: "own" }, { any: [{ lt: ["discountPct", 30] }, { not: { present: "discountPct" } }] }] }, groups: ["identity", "terms"], why: "Beyond that it is no sale.", askTo: "approver" },
  ],
  forbid: [{ id: "g.restricted", entity: "*", actions: ["*"], when: { eq: ["restricted", true] }, except: { reach: "account_team" }, unbreakable: false, why: "Closed accounts." }],
  stages: [
    { id: "st.propose", pipeline: "new-business", roles: ["seller"], reach: "own", from: ["qualified"], to: ["proposal", "outcome:won"],
      gates: { require: ["closeDay", "amountMinor"], approval: { kind: "discount", when: { gte: ["discountPct", 10] } }, handoff: "none" },
      after: { readOnlyFor: ["approver"], locks: ["discountPct"] }, why: "A proposal binds us." },
    { id: "st.edit", pipeline: "*", roles: ["seller"], reach: "all", in: ["outcome:open"], edit: ["shared"], create: true, why: "While it is open." },
  ],
  approvals: [{ kind: "discount", on: "opportunity", asked: { holds: "approver", reach: "region" }, sees: ["identity", "terms"], binds: ["discountPct"], expiresDays: 7, why: "Two pairs of eyes." }],
  breakGlass: [{ id: "bg.outage", to: ["seller"], reach: "region", in: ["core", "service"], groups: ["identity", "shared"], why: "Customers down." }],
  sections: [{ kind: "internal:sales", compartment: "sales", group: "internal" }],
  masks: { opportunity: { amountMinor: { kind: "band", steps: [10, 50], group: "shared", why: "Size, not price." } },
    contact: { mobile: { kind: "last", count: 4, group: "shared", why: "To tell two apart." }, birthday: { kind: "set", group: "shared", why: "To tell two apart." } } },
  lower: { grantMaxDays: 14, exportRows: 500 },
  shares: [{ id: "sh.escalate", on: "case.escalate", give: "key", in: ["service"], beyond: true, groups: ["identity"], to: { holds: "approver" }, ends: ["case.resolve"], maxDays: 14, why: "While it burns." }],
};

/** The policy with the value at a path replaced; undefined removes it. */
function broken(path: string, value: unknown): unknown {
  const copy = structuredClone(good) as Record<string, unknown>;
  const keys = path.split(".");
  let at: Record<string, unknown> = copy;
  for (const key of keys.slice(0, -1)) at = at[key] as Record<string, unknown>;
  const last = keys.at(-1) ?? "";
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}
const deep = (n: number): unknown => (n === 0 ? { reach: "own" } : { not: deep(n - 1) });

describe("[ACCESS-R26] a policy with one fault is refused whole, and the fault is named", () => {
  const when = "allow.0.when";
  const edit = "allow.1.when";
  // prettier-ignore
  const table: [fault: string, path: string, value: unknown, said: string][] = [
    ["an unknown key", "color", "red", "color"],
    ["an unknown key in a rule", "allow.0.color", "red", "allow.0"],
    ["no why", "allow.0.why", undefined, "allow.0.why"],
    ["a why of blanks", "allow.0.why", "   ", "allow.0.why"],
    ["a guardrail without why", "forbid.0.why", undefined, "forbid.0.why"],
    ["a role without why", "roles.seller.why", undefined, "roles.seller.why"],
    ["a role without owner", "roles.seller.owner", undefined, "roles.seller.owner"],
    ["a role without review", "roles.seller.review", undefined, "roles.seller.review"],
    ["a review on no day", "roles.seller.review", "2027-02-30", "roles.seller.review"],
    ["an unknown role", "allow.0.to", ["sailor"], "unknown role sailor"],
    ["an inherited name as a role", "allow.0.to", ["constructor"], "unknown role constructor"],
    ["an unknown role to ask", "allow.1.askTo", "sailor", "unknown role sailor"],
    ["an unknown role held", when, { all: [{ reach: "own" }, { holds: "sailor" }] }, "unknown role sailor"],
    ["an unknown role that assigns", "roles.approver.assignableBy", ["sailor"], "unknown role sailor"],
    ["an unknown entity", "allow.0.entity", "boat", "allow.0.entity"],
    ["every entity in an allow", "allow.0.entity", "*", "allow.0.entity"],
    ["an unknown action", "allow.0.actions", ["sail"], "allow.0.actions"],
    ["no action", "allow.0.actions", [], "allow.0.actions"],
    ["read without find", "allow.0.actions", ["read"], "read without find"],
    ["an unknown group", "allow.0.groups", ["secrets"], "allow.0.groups"],
    ["the unclassified group", "allow.0.groups", ["identity", "unclassified"], "unclassified"],
    ["unclassified fields kept", "groups.unclassified", { keep: "device", existence: "secret" }, "unclassified"],
    ["a mask of an unknown entity", "masks.boat", {}, "masks"],
    ["a mask of an unknown field", "masks.opportunity.size", { kind: "set", group: "shared", why: "Some." }, "masks.opportunity.size: opportunity has no column size"],
    ["a mask of an inherited name", "masks.opportunity.constructor", { kind: "set", group: "shared", why: "Some." }, "opportunity has no column constructor"],
    ["an unknown kind of mask", "masks.opportunity.amountMinor.kind", "blur", "masks.opportunity.amountMinor.kind"],
    ["an unknown key in a mask", "masks.opportunity.amountMinor.color", "red", "masks.opportunity.amountMinor"],
    ["a mask without why", "masks.opportunity.amountMinor.why", undefined, "masks.opportunity.amountMinor.why"],
    ["steps that do not ascend", "masks.opportunity.amountMinor.steps", [10, 50, 50], "masks.opportunity.amountMinor.steps: Steps ascend"],
    ["steps that are too many", "masks.opportunity.amountMinor.steps", Array.from({ length: 13 }, (_, n) => n), "masks.opportunity.amountMinor.steps"],
    ["a band without steps", "masks.opportunity.amountMinor.steps", undefined, "masks.opportunity.amountMinor.steps"],
    ["steps that are no band's", "masks.contact.mobile.steps", [1], "masks.contact.mobile.steps"],
    ["last without a count", "masks.contact.mobile.count", undefined, "masks.contact.mobile.count"],
    ["last of too many", "masks.contact.mobile.count", 7, "masks.contact.mobile.count"],
    ["a band of a text", "masks.contact.mobile", { kind: "band", steps: [1], group: "shared", why: "Some." }, "masks.contact.mobile.kind: mobile has no band"],
    ["the end of a number", "masks.opportunity.discountPct", { kind: "last", count: 2, group: "shared", why: "Some." }, "masks.opportunity.discountPct.kind"],
    ["a mask into an unknown group", "masks.opportunity.amountMinor.group", "secrets", "masks.opportunity.amountMinor.group"],
    ["a mask into its own group", "masks.opportunity.amountMinor.group", "terms", "masks.opportunity.amountMinor.group: Whoever reads terms reads amountMinor itself"],
    ["a mask into the unclassified group", "masks.opportunity.amountMinor.group", "unclassified", "masks.opportunity.amountMinor.group: Nobody reads"],
    ["a mask of an unclassified field", "masks.opportunity.customUnclassified", { kind: "set", group: "shared", why: "Some." }, "masks.opportunity.customUnclassified"],
    ["an unknown compartment", "allow.0.in", ["attic"], "allow.0.in"],
    ["a compartment that its entity is not in", "allow.0.in", ["core"], "none of its compartments"],
    ["an unknown reach", when, { reach: "galaxy" }, when],
    ["an unknown operator", when, { like: ["region", "n%"] }, when],
    ["two operators in one", when, { reach: "own", holds: "seller" }, when],
    ["an empty any", when, { any: [] }, when],
    ["an empty all", when, { all: [] }, when],
    ["an empty list", edit, { in: ["stage", []] }, edit],
    ["nesting without end", when, deep(9), "nested too deep"],
    ["a rule on reading by value", when, { lt: ["discountPct", 30] }, "rule on reading can't use"],
    ["a rule on reading by a column of the record", when, { eq: ["stage", "local_stg_1"] }, "rule on reading can't use"],
    ["a rule on reading by owner column", when, { eq: ["owner", { $m: "member" }] }, "rule on reading can't use"],
    ["a rule on reading that asks for presence", when, { present: "region" }, "rule on reading can't use"],
    ["a guardrail on everything by value", "forbid.0.when", { gte: ["discountPct", 30] }, "rule on reading can't use"],
    ["an unknown column", edit, { eq: ["discount", 3] }, "no column discount"],
    ["text compared with a number", edit, { gte: ["discountPct", "30"] }, "another type"],
    ["yes or no compared with a number", edit, { eq: ["restricted", 1] }, "another type"],
    ["free text compared", edit, { eq: ["blockers", "none"] }, "is not compared"],
    ["text put in order", edit, { gte: ["currency", "EUR"] }, "has no order"],
    ["an unknown fact", edit, { eq: ["owner", { $m: "shoe" }] }, edit],
    ["one fact where many are", edit, { in: ["team", { $m: "member" }] }, "does not fit"],
    ["many facts where one is", edit, { eq: ["team", { $m: "teams" }] }, "does not fit"],
    ["not over what may be empty", edit, { not: { gte: ["discountPct", 30] } }, "needs present"],
    ["a probe of a hidden value", edit, { eq: ["commissionMinor", 5] }, "disclose"],
    ["one state for reading", "allow.0.state", "before", "reading knows one state"],
    ["a rule with an id twice", "allow.1.id", "opp.read", "twice"],
    ["a recipe beyond its actor for anyone", "shares.0.to", { member: true }, "named duty"],
    ["a recipe of unclassified fields", "shares.0.groups", ["unclassified"], "unclassified"],
    ["a day that is none", "effectiveAt", "tomorrow", "effectiveAt"],
    ["another schema", "$schema", "policy/v2", "$schema"],
    ["a column that every object has", edit, { eq: ["constructor", 3] }, "no column constructor"],
    ["a stage rule of an unknown role", "stages.0.roles", ["sailor"], "unknown role sailor"],
    ["a gate on an unknown column", "stages.0.gates.require", ["closeDate"], "stages.0.gates.require: An opportunity has no column closeDate."],
    ["a lock of an unknown column", "stages.0.after.locks", ["discount"], "no column discount"],
    ["a gate that asks for an undeclared approval", "stages.0.gates.approval", { kind: "stage" }, "No approval of kind stage"],
    ["a gate with text for a number", "stages.0.gates.approval.when", { gte: ["discountPct", "ten"] }, "another type"],
    ["a gate on a hidden value", "stages.0.gates.require", ["commissionMinor"], "must say what it discloses"],
    ["a stage rule about no stage", "stages.1.in", undefined, "stages that it is about"],
    ["rights in a stage without the stage", "stages.0.edit", ["shared"], "need in"],
    ["unclassified fields in a stage", "stages.1.edit", ["unclassified"], "unclassified"],
    ["reading by stage", "stages.1.read", true, "no such key here: read"],
    ["a stage rule with another's id", "stages.1.id", "opp.read", "twice"],
    ["a stage rule without why", "stages.0.why", undefined, "stages.0.why: This is missing."],
    ["an approval twice", "approvals", [good.approvals[0], good.approvals[0]], "declared twice"],
    ["an approval of nobody", "approvals.0.asked.holds", "sailor", "unknown role sailor"],
    ["an approval bound to an unknown column", "approvals.0.binds", ["discount"], "no column discount"],
    ["an approval open for ever", "approvals.0.expiresDays", 99, "too large"],
    ["an approval about rights that asks a record", "approvals.1", { ...good.approvals[0], on: "organisation", when: { reach: "own" } }, "not asked of a record"],
    ["a glass over private notes", "breakGlass.0.in", ["private"], "Private notes"],
    ["a glass for everything at once", "breakGlass.0.reach", "galaxy", "one of"],
    ["sections where there are none", "sections.0.compartment", "legal", "no sections in legal"],
    ["a limit raised", "lower.grantMaxDays", 31, "lower.grantMaxDays: A policy may go below 30, never above."],
    ["an unknown limit", "lower.sessionMs", 5, "lower"],
  ];
  test.each(table)("%s", (_fault, path, value, said) => {
    const result = validatePolicy(broken(path, value));
    expect(result.ok).toBe(false);
    expect(result.ok ? "" : (result.error.fields ?? []).join("; ")).toContain(said);
  });

  test("the same policy without the fault is accepted", () => {
    const result = validatePolicy(good);
    expect(result.ok ? [] : result.error.fields).toEqual([]);
  });
  test("a recipe needs an act that ends it, or a longest time", () => {
    const [{ maxDays: _none, ...recipe }] = good.shares as [(typeof good.shares)[0]];
    expect(validatePolicy({ ...good, shares: [{ ...recipe, ends: [] }] }).ok).toBe(false);
    expect(validatePolicy({ ...good, shares: [{ ...recipe, ends: [], maxDays: 3 }] }).ok).toBe(true);
    expect(validatePolicy({ ...good, shares: [recipe] }).ok).toBe(true);
  });
  test("every fault is said, each with its path and a sentence", () => {
    const twice = { ...good, why: "", roles: { ...good.roles, seller: { ...good.roles.seller, review: "soon" } } };
    const result = validatePolicy(twice);
    expect(result.ok ? [] : result.error.fields).toEqual([
      "why: This is empty, too short or too small.",
      "roles.seller.review: This is no day.",
    ]);
    const nested = validatePolicy(
      broken("allow.0.when", { all: [{ reach: "own" }, { not: { eq: ["restricted", {}] } }] }),
    );
    expect(nested.ok ? [] : nested.error.fields?.[0]).toContain("allow.0.when.all.1.not");
  });
  test("what people may want to look at is said and refuses nothing", () => {
    const read = validatePolicy({ ...good, roles: { ...good.roles, idle: good.roles.seller } });
    expect(read.ok && policyWarnings(read.value).map(({ path }) => path)).toEqual(["roles.approver", "roles.idle"]);
  });
  test("the published JSON Schema is the reader's own", () => {
    const published: unknown = JSON.parse(
      readFileSync(new URL("../../docs/policy.schema.json", import.meta.url), "utf8"),
    );
    expect(published).toEqual(policyJsonSchema());
  });
  test.each([null, 5, "policy", [], {}])("%j is no policy", (json) => {
    expect(validatePolicy(json).ok).toBe(false);
  });
  test("more rules on one entity, more guardrails or roles than a person can read are refused", () => {
    const many = (n: number, path: "allow" | "forbid"): unknown => ({
      ...good,
      [path]: Array.from({ length: n }, (_, index) => ({ ...good[path][0], id: `rule.n${index}` })),
    });
    expect(validatePolicy(many(26, "allow")).ok).toBe(false);
    expect(validatePolicy(many(25, "allow")).ok).toBe(true);
    expect(validatePolicy(many(11, "forbid")).ok).toBe(false);
    expect(validatePolicy(many(10, "forbid")).ok).toBe(true);
    const crowd = Object.fromEntries(Array.from({ length: 29 }, (_, index) => [`role${index}`, good.roles.seller]));
    expect(validatePolicy({ ...good, roles: { ...good.roles, ...crowd } }).ok).toBe(false);
  });
});
