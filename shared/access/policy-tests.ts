import * as z from "zod/mini";
import { actions, type Action } from "../kernel/actions.ts";
import { compartments } from "../records/compartments.ts";
import { compartmentsOf, entity, wholeEntities, type EntityName, type Row } from "../records/entities.ts";
import { groupNames, maskOf } from "../records/groups.ts";
import type { Facts, Place } from "./engine.ts";
import { examples } from "./examples.ts";
import { can } from "./explain.ts";
import type { Policy } from "./rules.ts";

/**
 * A policy's own tests, as files that people can read and run before they publish: `allow/*.json` must be allowed,
 * `deny/*.json` must not. Names that start with `me` in a place or record are the member of the case.
 */
const memberText = z.string().check(z.minLength(1), z.maxLength(80));
const caseSchema = z.strictObject({
  /** An example person by role (`seller`), or facts; what is not said is as in the example of the base. */
  member: z.union([
    memberText,
    z.strictObject({
      base: memberText,
      duties: z.optional(z.array(memberText)),
      teams: z.optional(z.array(memberText)),
      regions: z.optional(z.array(memberText)),
    }),
  ]),
  action: z.union([z.enum(actions), z.array(z.enum(actions)).check(z.minLength(1))]),
  entity: z.enum(wholeEntities as [EntityName, ...EntityName[]]),
  compartment: z.optional(z.enum(compartments)),
  place: z.strictObject({
    owner: z.optional(z.nullable(memberText)),
    team: z.optional(z.nullable(memberText)),
    region: z.optional(z.nullable(memberText)),
    restricted: z.optional(z.boolean()),
    onAccountTeam: z.optional(z.boolean()),
    shares: z.optional(z.array(z.strictObject({ recipe: memberText, groups: z.array(z.enum(groupNames)) }))),
  }),
  row: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  field: z.optional(memberText),
});
const fileSchema = z.strictObject({
  why: z.string().check(z.minLength(3)),
  cases: z.array(caseSchema).check(z.minLength(1)),
});
type Case = z.infer<typeof caseSchema>;

export interface PolicyTestFile {
  /** Its path; the folder says what is expected. */
  readonly name: string;
  readonly expected: "allow" | "deny";
  readonly body: unknown;
}
export interface PolicyTestResult {
  readonly file: string;
  /** How many cases were tried, and what was wrong with them. */
  readonly tried: number;
  readonly wrong: readonly string[];
}

export function runPolicyTests(policy: Policy, files: readonly PolicyTestFile[]): PolicyTestResult[] {
  return files.map(({ name, expected, body }) => {
    const read = z.safeParse(fileSchema, body);
    if (!read.success) {
      const wrong = read.error.issues.map(
        (issue) => `${issue.path.map(String).join(".")}: can't be read (${issue.code})`,
      );
      return { file: name, tried: 0, wrong };
    }
    let tried = 0;
    const wrong = read.data.cases.flatMap((one, index) =>
      [one.action].flat().flatMap((action) => {
        tried += 1;
        const said = decide(policy, one, action);
        if (typeof said === "string") return [`case ${index}: ${said}`];
        const verb = said ? "may" : "may not";
        return said === (expected === "allow")
          ? []
          : [`case ${index}: ${who(one)} ${verb} ${action} this ${one.entity}`];
      }),
    );
    return { file: name, tried, wrong };
  });
}
const withoutEmpty = (given: object): Partial<Facts> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
const who = ({ member }: Case): string => (typeof member === "string" ? member : member.base);

function factsOf(policy: Policy, { member }: Case): Facts | string {
  const given = typeof member === "string" ? { base: member } : member;
  const example = examples.find(({ role }) => role === given.base);
  if (!example) return `there is no example of ${given.base}`;
  if (!Object.hasOwn(policy.roles, given.base)) return `the policy has no role ${given.base}`;
  const { duties, teams, regions } = { ...example.facts, ...withoutEmpty(given) };
  return { ...example.facts, member: "me", duties, teams, regions };
}

function decide(policy: Policy, one: Case, action: Action): boolean | string {
  const facts = factsOf(policy, one);
  if (typeof facts === "string") return facts;
  const lives = compartmentsOf(one.entity);
  const compartment = one.compartment ?? lives[0] ?? "core";
  if (!lives.includes(compartment)) return `${one.entity} is never in ${compartment}`;
  const { owner = null, team = null, region = null, restricted = false, onAccountTeam, shares = [] } = one.place;
  const always = { from: null, until: null };
  const id = "place";
  const place: Place = {
    anchor: { id, owner, team, region, restricted },
    accountTeam: onAccountTeam ? [always] : [],
    shares: shares.map(({ recipe, groups }) => ({
      ...always,
      ...{ id: recipe, anchor: id, compartment, groups: maskOf(groups), recipe },
    })),
  };
  const empty = Object.fromEntries(Object.keys(entity(one.entity).fields).map((name) => [name, null]));
  const row: Row = { ...empty, id: "record", anchor: id, compartment, createdAt: 0, createdBy: "somebody", ...one.row };
  const { entity: name, field } = one;
  return can(policy, facts, place, { action, entity: name, compartment, at: 0, row, field }) !== 0;
}
