import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { bind, type Facts, type Place } from "../../shared/access/engine.ts";
import { can, explainToAdmin, whoCan, type Question } from "../../shared/access/explain.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type { Row } from "../../shared/records/entities.ts";
import { groupsIn, maskOf } from "../../shared/records/groups.ts";
import * as arbitrary from "./arbitrary.ts";
import * as oracle from "./oracle.ts";

vi.setConfig({ testTimeout: arbitrary.runs(60_000) });

const asked = fc
  .record({
    policy: arbitrary.policies,
    facts: arbitrary.facts,
    place: arbitrary.places,
    home: arbitrary.homes,
    at: arbitrary.instants,
    action: arbitrary.asked,
  })
  .map(({ facts, ...drawn }) => ({
    ...drawn,
    facts: {
      ...facts,
      member: facts.member ?? "ann",
      base: facts.base ?? "seller",
      duties: facts.duties ?? [],
      teams: facts.teams ?? [],
      regions: facts.regions ?? [],
      employment: "active",
    } as Facts,
  }))
  .chain((drawn) => arbitrary.rowOf(drawn.place, drawn.home.compartment).map((row) => ({ ...drawn, row })));

/** By the second evaluator: allowed, and seen if there is anything to see first. */
function byText(
  c: { policy: typeof shippedPolicy; facts: Facts; place: Place; row: Row },
  question: Question,
): string[] {
  const world = { ...c, ...question, row: null, record: c.row.id };
  const isBare = question.action === "create" || question.action === "see_label";
  if (!isBare && oracle.readable(world).size === 0) return [];
  const given = oracle.allowed({ ...world, row: c.row }, question.action);
  return groupsIn(maskOf(given));
}

describe("[ACCESS-R35] an explanation says what is so", () => {
  test("allowed means can, by the text too; what is given covers what is allowed; each need, added, makes it true", () => {
    const needs = { reach: 0, role: 0 };
    let allowed = 0;
    fc.assert(
      fc.property(asked, (c) => {
        const { policy, facts, place, row, home, at, action } = c;
        const question: Question = { action, ...home, at, row };
        const told = explainToAdmin(policy, facts, place, question);
        const bound = bind(policy, facts);
        expect(told.groups).toEqual(byText(c, question));
        expect(told.allowed).toBe(told.groups.length > 0);
        const member = bound.explain(action, home.entity, home.compartment, place, at, row);
        expect(member.allowed).toBe(told.allowed);
        expect(can(policy, facts, place, question)).toBe(maskOf(told.groups));
        const given = new Set(told.given.flatMap(({ groups }) => groups));
        if (told.allowed) allowed += 1;
        for (const group of told.groups) expect(given, group).toContain(group);

        const { anchor } = place;
        const always = { from: null, until: null };
        const nearer: Record<string, [Place, Row][]> = {
          own: [
            [
              { ...place, anchor: { ...anchor, owner: facts.member } },
              { ...row, owner: facts.member },
            ],
          ],
          team: facts.teams.map((team) => [{ ...place, anchor: { ...anchor, team } }, row]),
          region: facts.regions.map((region) => [{ ...place, anchor: { ...anchor, region } }, row]),
          account_team: [[{ ...place, accountTeam: [always] }, row]],
          participant: [
            [
              {
                ...place,
                shares: [
                  ...place.shares,
                  {
                    id: "",
                    ...always,
                    anchor: anchor.id,
                    compartment: home.compartment,
                    groups: 0,
                    recipe: "",
                    record: "rec",
                  },
                ],
              },
              row,
            ],
          ],
        };
        for (const need of told.wouldNeed) {
          needs[need.kind] += 1;
          if (need.kind === "reach") {
            const worlds = nearer[need.reach] ?? [];
            expect(
              worlds.some(
                ([there, record]) =>
                  byText({ ...c, place: there, row: record }, { ...question, row: record }).length > 0,
              ),
            ).toBe(true);
            continue;
          }
          const isBase = policy.roles[need.role]?.kind === "base";
          const more = isBase ? { ...facts, base: need.role } : { ...facts, duties: [...facts.duties, need.role] };
          expect(byText({ ...c, facts: more }, question).length).toBeGreaterThan(0);
        }
      }),
      { numRuns: arbitrary.runs(1_000), seed: 41 },
    );
    expect(allowed).toBeGreaterThan(40);
    expect(needs.reach).toBeGreaterThan(20);
    expect(needs.role).toBeGreaterThan(20);
  });

  const ana: Facts = {
    member: "ana",
    base: "seller",
    duties: [],
    teams: ["west"],
    regions: ["americas"],
    employment: "active",
  };
  const place: Place = {
    anchor: { id: "acc", owner: "carl", team: "west", region: "americas", restricted: false },
    accountTeam: [],
    shares: [],
  };
  const reading = { action: "read", entity: "opportunity", compartment: "sales", at: 5, row: null } as const;
  test("to admins it names rules, the recipe and the cause of a share, guardrails, facts, and what is nearest", () => {
    const share = {
      id: "shr_1",
      anchor: "acc",
      compartment: "sales",
      groups: maskOf(["identity", "terms"]),
      recipe: "sh.owner",
      from: 0,
      until: 9,
    };
    const told = explainToAdmin(shippedPolicy, ana, { ...place, shares: [share] }, reading);
    expect(told.given).toContainEqual({
      kind: "rule",
      id: "sales.team",
      groups: ["identity", "shared"],
      why: "One picture for the team.",
      until: null,
    });
    expect(told.given).toContainEqual(
      expect.objectContaining({
        kind: "share",
        id: "sh.owner",
        share: "shr_1",
        cause: "opportunity.assign",
        groups: ["identity", "terms"],
        until: 9,
      }),
    );
    expect(told.facts).toMatchObject({ base: "seller", teams: ["west"] });
    const closed = explainToAdmin(
      shippedPolicy,
      ana,
      { ...place, anchor: { ...place.anchor, restricted: true } },
      reading,
    );
    expect(closed.allowed).toBe(false);
    expect(closed.cut.map(({ id }) => id)).toContain("g.restricted");
    const terms = explainToAdmin(shippedPolicy, ana, place, { ...reading, field: "amountMinor" });
    expect(terms.allowed).toBe(false);
    expect(terms.wouldNeed).toContainEqual({ kind: "reach", rule: "sales.own", reach: "own" });
    expect(terms.wouldNeed.map((need) => (need.kind === "role" ? need.role : ""))).toContain("sales_manager");
  });
  test("a grant, a broken glass and a cover are named", () => {
    const grant = {
      id: "grt_1",
      kind: "grant",
      actions: ["find", "read"],
      entities: "*",
      to: { anchors: ["acc"] },
      groups: ["identity", "contract"],
      keep: "online",
      why: "For a while.",
      from: 0,
      until: 9,
    } as const;
    const cover = { id: "cov_1", of: "carl", from: 0, until: 9 };
    const told = explainToAdmin(
      shippedPolicy,
      { ...ana, grants: [grant, { ...grant, id: "bg_1", kind: "break_glass" }], covers: [cover] },
      place,
      reading,
    );
    expect(told.given.map(({ kind, id }) => `${kind} ${id}`)).toEqual(
      expect.arrayContaining(["grant grt_1", "break_glass bg_1", "cover cov_1"]),
    );
    expect(told.given.find(({ kind }) => kind === "cover")?.groups).toContain("terms");
  });
  test("who can: of some members, each with their own view of the place", () => {
    const members: Facts[] = [
      ana,
      { ...ana, member: "carl" },
      { ...ana, member: "marcus", base: "sales_manager" },
      { ...ana, member: "femi", base: "finance" },
      { ...ana, member: "gone", employment: "left" },
    ];
    const found = whoCan(shippedPolicy, members, (member) => (member === "marcus" ? null : place), {
      ...reading,
      field: "amountMinor",
    });
    expect(found.map(({ member }) => member)).toEqual(["carl"]);
    expect(whoCan(shippedPolicy, members, () => place, reading).map(({ member }) => member)).toEqual([
      "ana",
      "carl",
      "marcus",
    ]);
  });
});
