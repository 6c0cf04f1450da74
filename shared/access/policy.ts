import * as z from "zod/mini";
import { actions, seeActions } from "../kernel/actions.ts";
import { isDay } from "../kernel/clock.ts";
import { limits } from "../kernel/limits.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { compartments, isCompartment } from "../records/compartments.ts";
import { compartmentsOf, entity, entityNames, type EntityName } from "../records/entities.ts";
import type { Field } from "../records/field.ts";
import { groupNames, keeps } from "../records/groups.ts";
import {
  entitiesOf,
  factNames,
  isAnchorColumn,
  reaches,
  type AllowRule,
  type Cond,
  type FactRef,
  type ForbidRule,
  type Literal,
  type Policy,
} from "./rules.ts";

export type { AllowRule, Cond, ForbidRule, Policy, ShareRecipe } from "./rules.ts";

const why = z.string().check(z.trim(), z.minLength(3), z.maxLength(limits.textMax));
const ruleId = z.string().check(z.regex(/^[a-z][a-z0-9_.]{1,63}$/));
const roleName = z.string().check(z.regex(/^[a-z][a-z0-9_]{1,39}$/));
const memberText = z.string().check(z.minLength(1), z.maxLength(80));
const column = z.string().check(z.minLength(1), z.maxLength(64));
const literal = z.union([z.string().check(z.maxLength(80)), z.number(), z.boolean()]);
const factRef = z.strictObject({ $m: z.enum(factNames) });
const groups = z.array(z.enum(groupNames)).check(z.minLength(1));
const within = z.array(z.enum(compartments)).check(z.minLength(1));
const entityName = z.enum(entityNames as [EntityName, ...EntityName[]]);
const entityList = z.union([entityName, z.array(entityName).check(z.minLength(1))]);
const action = z.enum(actions);

const cond: z.ZodMiniType<Cond> = z.lazy(() =>
  z.union([
    z.strictObject({ all: z.array(cond).check(z.minLength(1)) }),
    z.strictObject({ any: z.array(cond).check(z.minLength(1)) }),
    z.strictObject({ not: cond }),
    z.strictObject({ reach: z.enum(reaches) }),
    z.strictObject({ holds: roleName }),
    z.strictObject({ eq: z.tuple([column, z.union([literal, factRef])]) }),
    z.strictObject({
      in: z.tuple([column, z.union([z.array(literal).check(z.minLength(1), z.maxLength(50)), factRef])]),
    }),
    z.strictObject({ gte: z.tuple([column, literal]) }),
    z.strictObject({ lt: z.tuple([column, literal]) }),
    z.strictObject({ present: column }),
  ]),
);

const policySchema = z.strictObject({
  $schema: z.literal("policy/v1"),
  version: z.int().check(z.gte(1)),
  parent: z.nullable(z.int().check(z.gte(0))),
  author: memberText,
  approver: z.nullable(memberText),
  effectiveAt: z.string().check(
    z.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    z.refine((text) => !Number.isNaN(Date.parse(text)), "not an instant"),
  ),
  why,
  compartments: z.optional(z.partialRecord(z.enum(compartments), z.strictObject({ queue: z.optional(memberText) }))),
  groups: z.optional(
    z.partialRecord(
      z.enum(groupNames),
      z.strictObject({ keep: z.enum(keeps), existence: z.enum(["shown", "secret"]) }),
    ),
  ),
  roles: z.record(
    roleName,
    z.strictObject({
      kind: z.enum(["base", "duty"]),
      owner: memberText,
      review: z.string().check(z.refine(isDay, "not a day")),
      why,
      assignableBy: z.optional(z.array(roleName).check(z.minLength(1))),
    }),
  ),
  allow: z.array(
    z.strictObject({
      id: ruleId,
      to: z.array(roleName).check(z.minLength(1)),
      entity: entityList,
      in: z.optional(within),
      actions: z.array(action).check(z.minLength(1)),
      when: cond,
      state: z.optional(z.literal("before")),
      groups,
      keep: z.optional(z.enum(["online", "device"])),
      why,
      askTo: z.optional(roleName),
      discloses: z.optional(why),
    }),
  ),
  forbid: z.array(
    z.strictObject({
      id: ruleId,
      entity: z.union([entityList, z.literal("*")]),
      in: z.optional(within),
      actions: z.union([z.tuple([z.literal("*")]), z.array(action).check(z.minLength(1))]),
      groups: z.optional(groups),
      when: cond,
      except: z.optional(cond),
      unbreakable: z.boolean(),
      why,
      discloses: z.optional(why),
    }),
  ),
  shares: z.optional(
    z.array(
      z.strictObject({
        id: ruleId,
        on: z.string().check(z.regex(/^[a-z_]+\.[a-z_]+$/)),
        give: z.enum(["record", "key"]),
        in: z.optional(within),
        beyond: z.optional(z.boolean()),
        groups,
        keep: z.optional(z.enum(["online", "device"])),
        to: z.union([
          z.strictObject({ column }),
          z.strictObject({ holds: roleName }),
          z.strictObject({ member: z.literal(true) }),
        ]),
        ends: z.array(z.string().check(z.regex(/^[a-z_]+\.[a-z_]+$/))),
        maxDays: z.optional(z.int().check(z.gte(1), z.lte(366))),
        why,
      }),
    ),
  ),
});

/** Short texts that hold a word of a closed list; all other text is free, and free text is not compared. */
const codeColumns = new Set(["group", "sectionKind", "approvalKind", "asked", "queue", "fromQueue", "toQueue"]);
const ordered = new Set<Field["type"]>(["int", "money", "instant", "day"]);
const seen = new Set<string>(seeActions);

const seesAny = (rule: { readonly actions: readonly string[] }): boolean =>
  rule.actions.some((name) => name === "*" || seen.has(name));

/** Reads a policy. Every problem is named by the rule that has it; a policy with one problem is refused whole. */
export function validatePolicy(json: unknown): Result<Policy> {
  const parsed = z.safeParse(policySchema, json);
  if (!parsed.success) {
    const fields = parsed.error.issues.map((issue) => {
      const names = issue.code === "unrecognized_keys" ? ` ${issue.keys.join(", ")}` : "";
      return `${issue.path.join(".")}: ${issue.code}${names}`;
    });
    return fail("invalid", { fields });
  }
  const policy = parsed.data as Policy; // the same shape; entity arrays narrow further below
  const problems = check(policy);
  return problems.length === 0 ? ok(policy) : fail("invalid", { fields: problems });
}

function check(policy: Policy): string[] {
  const problems: string[] = [];
  const roles = policy.roles;
  const role = (name: string, where: string): void => {
    if (!Object.hasOwn(roles, name)) problems.push(`${where}: unknown role ${name}`);
  };
  if (Object.keys(roles).length > limits.rolesHard) problems.push("roles: too many");
  for (const [name, { assignableBy }] of Object.entries(roles))
    for (const by of assignableBy ?? []) role(by, `roles.${name}`);
  if (policy.groups?.unclassified && policy.groups.unclassified.keep !== "never")
    problems.push("groups.unclassified: nobody reads it");

  const ids = new Set<string>();
  for (const { id } of [...policy.allow, ...policy.forbid, ...(policy.shares ?? [])]) {
    if (ids.has(id)) problems.push(`${id}: twice`);
    ids.add(id);
  }
  if (policy.forbid.length > limits.guardrailsMax) problems.push("forbid: too many");
  for (const name of entityNames) {
    const rules = policy.allow.filter((rule) => entitiesOf(rule).includes(name));
    if (rules.length > limits.rulesPerEntity) problems.push(`${name}: too many rules`);
  }
  const predicates = new Set(policy.allow.filter(seesAny).map((rule) => JSON.stringify(rule.when)));
  if (predicates.size > limits.readPredicates) problems.push("allow: too many different conditions for reading");

  for (const rule of policy.allow) {
    for (const name of rule.to) role(name, rule.id);
    if (rule.askTo !== undefined) role(rule.askTo, rule.id);
    if (rule.groups.includes("unclassified")) problems.push(`${rule.id}: nobody reads unclassified fields`);
    if (rule.actions.includes("read") && !rule.actions.includes("find")) problems.push(`${rule.id}: read without find`);
    if (rule.state && seesAny(rule)) problems.push(`${rule.id}: reading knows one state`);
    if (rule.state && rule.actions.includes("create")) problems.push(`${rule.id}: there is nothing before a create`);
    checkWithin(rule, problems);
    checkCond(rule, rule.when, roles, problems);
    checkDiscloses(policy, rule, rule.to, problems);
  }
  for (const rule of policy.forbid) {
    checkWithin(rule, problems);
    checkCond(rule, rule.when, roles, problems);
    if (rule.except) checkCond(rule, rule.except, roles, problems);
    checkDiscloses(policy, rule, Object.keys(roles), problems);
  }
  for (const recipe of policy.shares ?? []) {
    if (recipe.groups.includes("unclassified")) problems.push(`${recipe.id}: nobody reads unclassified fields`);
    if ("holds" in recipe.to) role(recipe.to.holds, recipe.id);
    if (recipe.beyond && !("holds" in recipe.to)) problems.push(`${recipe.id}: beyond is for holders of a named duty`);
    if (recipe.ends.length === 0 && recipe.maxDays === undefined && !("column" in recipe.to))
      problems.push(`${recipe.id}: needs an end, or a person that it follows`);
  }
  return problems;
}

type Rule = AllowRule | ForbidRule;

function checkWithin(rule: Rule, problems: string[]): void {
  if (!rule.in || rule.entity === "*") return;
  for (const name of entitiesOf(rule)) {
    if (!rule.in.some((compartment) => isCompartment(compartment) && compartmentsOf(name).includes(compartment)))
      problems.push(`${rule.id}: ${name} is in none of its compartments`);
  }
}

/** The columns that a condition compares, each with the operator and what it is compared with. */
function comparisons(
  cond: Cond,
): { op: "eq" | "in" | "gte" | "lt" | "present"; column: string; values: readonly (Literal | FactRef)[] }[] {
  if ("all" in cond) return cond.all.flatMap(comparisons);
  if ("any" in cond) return cond.any.flatMap(comparisons);
  if ("not" in cond) return comparisons(cond.not);
  if ("eq" in cond) return [{ op: "eq", column: cond.eq[0], values: [cond.eq[1]] }];
  if ("in" in cond) return [{ op: "in", column: cond.in[0], values: "$m" in cond.in[1] ? [cond.in[1]] : cond.in[1] }];
  if ("gte" in cond) return [{ op: "gte", column: cond.gte[0], values: [cond.gte[1]] }];
  if ("lt" in cond) return [{ op: "lt", column: cond.lt[0], values: [cond.lt[1]] }];
  if ("present" in cond) return [{ op: "present", column: cond.present, values: [] }];
  return [];
}
const depth = (cond: Cond): number =>
  "all" in cond
    ? 1 + Math.max(...cond.all.map(depth))
    : "any" in cond
      ? 1 + Math.max(...cond.any.map(depth))
      : "not" in cond
        ? 1 + depth(cond.not)
        : 1;
const rolesIn = (cond: Cond): string[] =>
  "all" in cond
    ? cond.all.flatMap(rolesIn)
    : "any" in cond
      ? cond.any.flatMap(rolesIn)
      : "not" in cond
        ? rolesIn(cond.not)
        : "holds" in cond
          ? [cond.holds]
          : [];
const negated = (cond: Cond): Cond[] =>
  "all" in cond
    ? cond.all.flatMap(negated)
    : "any" in cond
      ? cond.any.flatMap(negated)
      : "not" in cond
        ? [cond.not]
        : [];

function checkCond(rule: Rule, cond: Cond, roles: Policy["roles"], problems: string[]): void {
  if (depth(cond) > limits.conditionDepth) problems.push(`${rule.id}: nested too deep`);
  for (const name of rolesIn(cond)) if (!Object.hasOwn(roles, name)) problems.push(`${rule.id}: unknown role ${name}`);
  const reading = seesAny(rule);
  const all = comparisons(cond);
  for (const { op, column, values } of all) {
    if (reading && (!isAnchorColumn(column) || (op !== "eq" && op !== "in"))) {
      problems.push(`${rule.id}: a rule on reading can't use ${op} on ${column}`);
      continue;
    }
    for (const name of isAnchorColumn(column) ? [null] : entitiesOf(rule)) {
      const field = name === null ? anchorField(column) : entity(name).fields[column];
      if (!field) problems.push(`${rule.id}: ${name} has no column ${column}`);
      else checkComparison(rule.id, op, column, field, values, problems);
    }
  }
  if (reading) return;
  const asked = new Set(all.filter(({ op }) => op === "present").map((leaf) => leaf.column));
  for (const { column, op } of negated(cond).flatMap(comparisons)) {
    if (op !== "present" && column !== "restricted" && !asked.has(column))
      problems.push(`${rule.id}: not over ${column}, which may be empty, needs present`);
  }
}

function anchorField(column: string): Field {
  return column === "restricted" ? { type: "bool", group: "shared" } : { type: "ref", group: "shared" };
}

function checkComparison(
  id: string,
  op: string,
  column: string,
  field: Field,
  values: readonly (Literal | FactRef)[],
  problems: string[],
): void {
  if (op === "present") return;
  if (op === "gte" || op === "lt") {
    if (!ordered.has(field.type)) problems.push(`${id}: ${column} has no order`);
  } else if (
    !ordered.has(field.type) &&
    !["bool", "enum", "ref", "currency"].includes(field.type) &&
    !codeColumns.has(column)
  ) {
    problems.push(`${id}: ${column} is not compared`);
  }
  for (const value of values) {
    if (typeof value === "object") {
      const many = value.$m !== "member" && value.$m !== "base";
      if (many !== (op === "in")) problems.push(`${id}: ${value.$m} does not fit ${op}`);
      else if (field.type !== "ref" && !codeColumns.has(column))
        problems.push(`${id}: ${column} is not compared with ${value.$m}`);
    } else if (
      typeof value !==
      (field.type === "bool" ? "boolean" : ["int", "money", "instant"].includes(field.type) ? "number" : "string")
    ) {
      problems.push(`${id}: ${column} is compared with another type`);
    } else if (field.type === "enum" && !field.values?.includes(String(value))) {
      problems.push(`${id}: ${column} is never ${value}`);
    } else if (field.type === "day" && !isDay(String(value))) {
      problems.push(`${id}: ${value} is no day`);
    }
  }
}

/** A write rule that reads what its roles can't lets them probe a hidden value by trying: it must say so. */
function checkDiscloses(policy: Policy, rule: Rule, to: readonly string[], problems: string[]): void {
  if (rule.discloses !== undefined || seesAny(rule)) return;
  const used = [...comparisons(rule.when), ...("except" in rule && rule.except ? comparisons(rule.except) : [])];
  for (const name of entitiesOf(rule)) {
    for (const { column } of used) {
      // The anchor's columns are what reading itself hangs on: whoever sees the record knows that much.
      const group = isAnchorColumn(column) ? undefined : entity(name).fields[column]?.group;
      if (!group) continue;
      const blind = to.filter(
        (held) =>
          policy.allow.some((allow) => allow.to.includes(held) && entitiesOf(allow).includes(name)) &&
          !policy.allow.some(
            (allow) =>
              allow.to.includes(held) &&
              entitiesOf(allow).includes(name) &&
              allow.actions.includes("read") &&
              allow.groups.includes(group),
          ),
      );
      if (blind.length > 0)
        problems.push(`${rule.id}: ${blind.join(", ")} can't read ${column}, so it must say what it discloses`);
    }
  }
}
