import * as z from "zod/mini";
import { actions, seeActions } from "../kernel/actions.ts";
import { isDay } from "../kernel/clock.ts";
import { limits } from "../kernel/limits.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { compartments, isCompartment } from "../records/compartments.ts";
import { compartmentsOf, entity, wholeEntities, type EntityName } from "../records/entities.ts";
import type { Field } from "../records/field.ts";
import { groupNames, keeps } from "../records/groups.ts";
import { maskKinds, type MaskRule } from "../records/masked.ts";
import {
  entitiesOf,
  factNames,
  isAnchorColumn,
  lowerable,
  reaches,
  type AllowRule,
  type Cond,
  type FactRef,
  type ForbidRule,
  type Literal,
  type Lowerable,
  type Policy,
} from "./rules.ts";

export type { AllowRule, Cond, ForbidRule, Policy, ShareRecipe } from "./rules.ts";

/**
 * The strict reader of a policy. Every problem is said with its path and a sentence; a policy with one problem is
 * refused whole. Its schema is published as docs/policy.schema.json.
 */
export interface Problem {
  readonly path: string;
  readonly says: string;
}

const why = z.string().check(z.trim(), z.minLength(3), z.maxLength(limits.textMax));
const ruleId = z.string().check(z.regex(/^[a-z][a-z0-9_.]{1,63}$/));
const roleName = z.string().check(z.regex(/^[a-z][a-z0-9_]{1,39}$/));
const kindName = z.string().check(z.regex(/^[a-z][a-z0-9_:]{1,39}$/));
const actName = z.string().check(z.regex(/^[a-z_]+\.[a-z_]+$/));
const memberText = z.string().check(z.minLength(1), z.maxLength(80));
const column = z.string().check(z.minLength(1), z.maxLength(64));
const literal = z.union([z.string().check(z.maxLength(80)), z.number(), z.boolean()]);
const factRef = z.strictObject({ $m: z.enum(factNames) });
const groups = z.array(z.enum(groupNames)).check(z.minLength(1));
const within = z.array(z.enum(compartments)).check(z.minLength(1));
const entityName = z.enum(wholeEntities as [EntityName, ...EntityName[]]);
const entityList = z.union([entityName, z.array(entityName).check(z.minLength(1))]);
const action = z.enum(actions);
const keep = z.optional(z.enum(["online", "device"]));
const roleNames = z.array(roleName).check(z.minLength(1));
const columns = z.array(column).check(z.minLength(1), z.maxLength(30));
/** A stage or pipeline: by id, by name, `outcome:…` or `*`. */
const stageName = z.string().check(z.minLength(1), z.maxLength(limits.nameMax));
const stageNames = z.array(stageName).check(z.minLength(1), z.maxLength(50));

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
    z.refine((text) => !Number.isNaN(Date.parse(text)), "This is no instant."),
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
      review: z.string().check(z.refine(isDay, "This is no day.")),
      why,
      assignableBy: z.optional(roleNames),
    }),
  ),
  allow: z.array(
    z.strictObject({
      id: ruleId,
      to: roleNames,
      entity: entityList,
      in: z.optional(within),
      actions: z.array(action).check(z.minLength(1)),
      when: cond,
      state: z.optional(z.literal("before")),
      groups,
      keep,
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
        on: actName,
        give: z.enum(["record", "key"]),
        in: z.optional(within),
        beyond: z.optional(z.boolean()),
        groups,
        keep,
        to: z.union([
          z.strictObject({ column }),
          z.strictObject({ holds: roleName }),
          z.strictObject({ member: z.literal(true) }),
        ]),
        ends: z.array(actName),
        maxDays: z.optional(z.int().check(z.gte(1), z.lte(366))),
        why,
      }),
    ),
  ),
  stages: z.optional(
    z.array(
      z.strictObject({
        id: ruleId,
        pipeline: stageName,
        roles: roleNames,
        reach: z.enum(reaches),
        from: z.optional(stageNames),
        to: z.optional(stageNames),
        gates: z.optional(
          z.strictObject({
            require: z.optional(columns),
            approval: z.optional(z.strictObject({ kind: kindName, when: z.optional(cond) })),
            handoff: z.optional(z.enum(["none", "accepted"])),
          }),
        ),
        after: z.optional(z.strictObject({ readOnlyFor: z.optional(roleNames), locks: z.optional(columns) })),
        in: z.optional(stageNames),
        edit: z.optional(z.array(z.enum(groupNames))),
        create: z.optional(z.boolean()),
        delete: z.optional(z.boolean()),
        why,
        askTo: z.optional(roleName),
        discloses: z.optional(why),
      }),
    ),
  ),
  approvals: z.optional(
    z.array(
      z.strictObject({
        kind: kindName,
        on: z.union([entityName, z.literal("organisation")]),
        asked: z.strictObject({ holds: roleName, reach: z.enum(reaches) }),
        sees: z.array(z.enum(groupNames)),
        binds: z.array(column).check(z.maxLength(30)),
        when: z.optional(cond),
        expiresDays: z.optional(z.int().check(z.gte(1), z.lte(limits.approvalOpenDays))),
        why,
      }),
    ),
  ),
  breakGlass: z.optional(
    z.array(
      z.strictObject({
        id: ruleId,
        to: z.optional(roleNames),
        reach: z.enum(["region", "team", "all"]),
        in: within,
        groups,
        why,
      }),
    ),
  ),
  sections: z.optional(
    z.array(z.strictObject({ kind: kindName, compartment: z.enum(compartments), group: z.enum(groupNames) })),
  ),
  masks: z.optional(
    z.partialRecord(
      entityName,
      z.record(
        column,
        z.strictObject({
          kind: z.enum(maskKinds),
          steps: z.optional(z.array(z.int()).check(z.minLength(1), z.maxLength(limits.maskStepsMax))),
          count: z.optional(z.int().check(z.gte(1), z.lte(limits.maskLastMax))),
          group: z.enum(groupNames),
          why,
        }),
      ),
    ),
  ),
  lower: z.optional(
    z.partialRecord(z.enum(Object.keys(lowerable) as [Lowerable, ...Lowerable[]]), z.int().check(z.gte(0))),
  ),
});

/** Short texts that hold a word of a closed list; all other text is free, and free text is not compared. */
const codeColumns = new Set(["group", "sectionKind", "approvalKind", "asked", "queue", "fromQueue", "toQueue"]);
const ordered = new Set<Field["type"]>(["int", "money", "instant", "day"]);
const seen = new Set<string>(seeActions);

const seesAny = (rule: { readonly actions: readonly string[] }): boolean =>
  rule.actions.some((name) => name === "*" || seen.has(name));

/** Deeper than any policy; far above `conditionDepth`, which is said at its place. */
const levelsMax = 40;
/** What no schema is asked about: it would run out of stack, or read a key that is JavaScript's own. */
function unreadable(json: unknown): Problem | null {
  const left: { readonly value: unknown; readonly path: readonly string[] }[] = [{ value: json, path: [] }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { value, path } = next;
    if (typeof value !== "object" || value === null) continue;
    if (path.length > levelsMax) return { path: path.slice(0, 4).join("."), says: "It is nested too deep." };
    if (Object.hasOwn(value, "__proto__"))
      return { path: path.join("."), says: "There is no such key here: __proto__." };
    for (const [key, part] of Object.entries(value)) left.push({ value: part, path: [...path, key] });
  }
  return null;
}

export function validatePolicy(json: unknown): Result<Policy> {
  const broken = unreadable(json);
  if (broken) return fail("invalid", { fields: [`${broken.path}: ${broken.says}`] });
  const parsed = z.safeParse(policySchema, json);
  const problems = parsed.success
    ? check(parsed.data as Policy)
    : parsed.error.issues.flatMap((issue) => inWords(json, issue as Issue, []));
  return problems.length === 0 && parsed.success
    ? ok(parsed.data as Policy)
    : fail("invalid", { fields: problems.map(({ path, says }) => `${path}: ${says}`) });
}

/** The shape of a policy for other tools; what a shape can't say is said by `validatePolicy`. */
export const policyJsonSchema = (): Record<string, unknown> => ({
  ...(z.toJSONSchema(policySchema, { io: "input" }) as Record<string, unknown>),
  title: "Baton policy",
});

/** What people may want to look at before they publish; nothing of it refuses a policy. */
export function policyWarnings(policy: Policy): Problem[] {
  const said: Problem[] = [];
  const count = Object.keys(policy.roles).length;
  if (count > limits.rolesSoft) said.push({ path: "roles", says: `${count} roles are more than people keep apart.` });
  for (const name of Object.keys(policy.roles))
    if (!policy.allow.some((rule) => rule.to.includes(name)))
      said.push({ path: `roles.${name}`, says: "No rule gives this role anything." });
  for (const [index, { why: reason }] of policy.allow.entries())
    if ((reason.match(/[.!?](\s|$)/g) ?? []).length > limits.sentencesPerRule)
      said.push({ path: `allow.${index}.why`, says: "A rule reads best as two sentences at most." });
  return said;
}

interface Issue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
  readonly values?: readonly unknown[];
  readonly errors?: readonly (readonly Issue[])[];
  readonly issues?: readonly Issue[];
}
function inWords(json: unknown, issue: Issue, above: readonly PropertyKey[]): Problem[] {
  const at = [...above, ...issue.path];
  const path = at.map(String).join(".");
  const say = (says: string): Problem[] => [{ path, says }];
  switch (issue.code) {
    case "unrecognized_keys":
      return say(`There is no such key here: ${(issue.keys ?? []).join(", ")}.`);
    case "invalid_type":
      return say(valueAt(json, at) === undefined ? "This is missing." : `This has to be: ${issue.expected}.`);
    case "invalid_value":
      return say(`This has to be one of: ${(issue.values ?? []).map(String).join(", ")}.`);
    case "too_small":
      return say("This is empty, too short or too small.");
    case "too_big":
      return say("This is too long or too large.");
    case "invalid_format":
      return say("This is not written as it has to be.");
    case "custom":
      return say(issue.message);
    case "invalid_union": {
      // The form that was meant is the one whose own key is there; its problems are the ones that help.
      const meant = (issue.errors ?? []).filter((form) => form.every((one) => one.path.length > 0));
      const [only] = meant;
      return meant.length === 1 && only
        ? only.flatMap((one) => inWords(json, one, at))
        : say("No known form fits: one operator with its operands, a name, or a list of names.");
    }
    default:
      return say("This can't be read.");
  }
}

function valueAt(json: unknown, path: readonly PropertyKey[]): unknown {
  let at = json;
  for (const key of path)
    at =
      typeof at === "object" && at !== null && Object.hasOwn(at, key)
        ? (at as Record<PropertyKey, unknown>)[key]
        : undefined;
  return at;
}

type Say = (path: string, says: string) => void;

function check(policy: Policy): Problem[] {
  const problems: Problem[] = [];
  const say: Say = (path, says) => problems.push({ path, says });
  const { roles } = policy;
  const role = (name: string, path: string): void => {
    if (!Object.hasOwn(roles, name)) say(path, `There is an unknown role ${name}.`);
  };
  const classified = (names: readonly string[] | undefined, path: string): void => {
    if (names?.includes("unclassified")) say(path, "Nobody reads unclassified fields.");
  };
  if (Object.keys(roles).length > limits.rolesHard) say("roles", "There are too many roles.");
  for (const [name, { assignableBy }] of Object.entries(roles))
    for (const by of assignableBy ?? []) role(by, `roles.${name}.assignableBy`);
  if (policy.groups?.unclassified && policy.groups.unclassified.keep !== "never")
    say("groups.unclassified", "Nobody reads unclassified fields, so nothing of them is kept.");

  const ids = new Set<string>();
  for (const part of ["allow", "forbid", "shares", "stages", "breakGlass"] as const)
    for (const [index, { id }] of (policy[part] ?? []).entries()) {
      if (ids.has(id)) say(`${part}.${index}.id`, `The id ${id} is there twice.`);
      ids.add(id);
    }
  if (policy.forbid.length > limits.guardrailsMax) say("forbid", "There are too many guardrails.");
  if ((policy.stages ?? []).length > limits.stageRulesMax) say("stages", "There are too many stage rules.");
  for (const name of wholeEntities) {
    const rules = policy.allow.filter((rule) => entitiesOf(rule).includes(name));
    if (rules.length > limits.rulesPerEntity) say("allow", `There are too many rules on ${name}.`);
  }
  const predicates = new Set(policy.allow.filter(seesAny).map((rule) => JSON.stringify(rule.when)));
  if (predicates.size > limits.readPredicates) say("allow", "There are too many different conditions for reading.");

  for (const [index, rule] of policy.allow.entries()) {
    const at = `allow.${index}`;
    for (const name of rule.to) role(name, `${at}.to`);
    if (rule.askTo !== undefined) role(rule.askTo, `${at}.askTo`);
    classified(rule.groups, `${at}.groups`);
    if (rule.actions.includes("read") && !rule.actions.includes("find"))
      say(`${at}.actions`, "There is read without find: what can't be found can't be read.");
    if (rule.state && seesAny(rule)) say(`${at}.state`, "A rule on reading knows one state.");
    if (rule.state && rule.actions.includes("create")) say(`${at}.state`, "There is nothing before a create.");
    checkWithin(rule, at, say);
    checkCond(rule, rule.when, roles, `${at}.when`, say);
    checkDiscloses(policy, rule, rule.to, at, say);
  }
  for (const [index, rule] of policy.forbid.entries()) {
    const at = `forbid.${index}`;
    checkWithin(rule, at, say);
    checkCond(rule, rule.when, roles, `${at}.when`, say);
    if (rule.except) checkCond(rule, rule.except, roles, `${at}.except`, say);
    checkDiscloses(policy, rule, Object.keys(roles), at, say);
  }
  for (const [index, recipe] of (policy.shares ?? []).entries()) {
    const at = `shares.${index}`;
    classified(recipe.groups, `${at}.groups`);
    if ("holds" in recipe.to) role(recipe.to.holds, `${at}.to`);
    if (recipe.beyond && !("holds" in recipe.to))
      say(`${at}.to`, "What goes beyond its giver goes to holders of a named duty.");
    if (recipe.ends.length === 0 && recipe.maxDays === undefined && !("column" in recipe.to))
      say(`${at}.ends`, "It needs an end, or a person that it follows.");
  }
  checkStages(policy, role, classified, say);
  checkExceptions(policy, role, classified, say);
  for (const [name, masks] of Object.entries(policy.masks ?? {}))
    for (const [field, rule] of Object.entries(masks ?? {}))
      checkMask(name as EntityName, field, rule, (part, says) => say(`masks.${name}.${field}${part}`, says));
  return problems;
}

const maskable: Readonly<Record<MaskRule["kind"], (type: Field["type"]) => boolean>> = {
  band: (type) => type === "money" || type === "int",
  last: (type) => ["text", "name", "phone", "email", "url"].includes(type),
  set: (type) => type !== "custom" && type !== "list" && type !== "lines", // what is in them is of several fields
};
function checkMask(name: EntityName, key: string, { kind, steps, count, group }: MaskRule, say: Say): void {
  const { fields } = entity(name);
  const field = Object.hasOwn(fields, key) ? fields[key] : undefined;
  if (!field) return say("", `${name} has no column ${key}.`);
  if (field.group === "unclassified" || group === "unclassified")
    say(".group", "Nobody reads unclassified fields, masked or not.");
  else if (field.group === group) say(".group", `Whoever reads ${group} reads ${key} itself.`);
  if (!maskable[kind](field.type)) say(".kind", `${key} has no ${kind}: it is of type ${field.type}.`);
  if ((kind === "band") !== (steps !== undefined)) say(".steps", "Steps are of a band, and every band has some.");
  if ((kind === "last") !== (count !== undefined)) say(".count", "A count of characters is of last, which needs one.");
  if (steps?.some((step, index) => index > 0 && step <= (steps[index - 1] ?? step)))
    say(".steps", "Steps ascend, each above the one before.");
}

/** Stages are of opportunities; a gate is a write rule, asked of the state after. */
function checkStages(
  policy: Policy,
  role: (name: string, path: string) => void,
  classified: (names: readonly string[] | undefined, path: string) => void,
  say: Say,
): void {
  const { fields } = entity("opportunity");
  for (const [index, rule] of (policy.stages ?? []).entries()) {
    const at = `stages.${index}`;
    const { gates, after } = rule;
    for (const name of rule.roles) role(name, `${at}.roles`);
    for (const name of after?.readOnlyFor ?? []) role(name, `${at}.after.readOnlyFor`);
    if (rule.askTo !== undefined) role(rule.askTo, `${at}.askTo`);
    classified(rule.edit, `${at}.edit`);
    for (const [part, names] of [
      ["gates.require", gates?.require],
      ["after.locks", after?.locks],
    ] as const)
      for (const name of names ?? [])
        if (!Object.hasOwn(fields, name)) say(`${at}.${part}`, `An opportunity has no column ${name}.`);
    if (!rule.from && !rule.to && !rule.in) say(at, "It needs from, to or in: stages that it is about.");
    if (gates && !rule.from && !rule.to) say(`${at}.gates`, "A gate stands between stages: it needs from or to.");
    if (after && !rule.to) say(`${at}.after`, "What holds afterwards holds in the stages of to.");
    if ((rule.edit ?? rule.create ?? rule.delete) !== undefined && !rule.in)
      say(at, "Rights in a stage need in: the stages.");
    if (gates?.approval) {
      const { kind, when } = gates.approval;
      if (!policy.approvals?.some((one) => one.kind === kind && one.on === "opportunity"))
        say(`${at}.gates.approval.kind`, `No approval of kind ${kind} is declared on opportunity.`);
      if (when)
        checkCond(asWrite(rule, "opportunity", ["advance"]), when, policy.roles, `${at}.gates.approval.when`, say);
    }
    const used = [...(gates?.require ?? []), ...(gates?.approval?.when ? columnsIn(gates.approval.when) : [])];
    const blind = used.filter((name) => blindTo(policy, "opportunity", name, rule.roles).length > 0);
    if (blind.length > 0 && rule.discloses === undefined)
      say(at, `Not all of its roles can read ${blind.join(", ")}, so it must say what it discloses.`);
  }
}

function checkExceptions(
  policy: Policy,
  role: (name: string, path: string) => void,
  classified: (names: readonly string[] | undefined, path: string) => void,
  say: Say,
): void {
  const kinds = new Set<string>();
  for (const [index, rule] of (policy.approvals ?? []).entries()) {
    const at = `approvals.${index}`;
    const { kind, on } = rule;
    if (kinds.has(`${kind} ${on}`)) say(at, `${kind} on ${on} is declared twice.`);
    kinds.add(`${kind} ${on}`);
    role(rule.asked.holds, `${at}.asked.holds`);
    classified(rule.sees, `${at}.sees`);
    if (on === "organisation") {
      if (rule.when) say(`${at}.when`, "What is about rights is not asked of a record.");
      continue;
    }
    for (const name of rule.binds)
      if (!Object.hasOwn(entity(on).fields, name)) say(`${at}.binds`, `${on} has no column ${name}.`);
    if (rule.when) checkCond(asWrite({ id: kind }, on, ["edit"]), rule.when, policy.roles, `${at}.when`, say);
  }
  for (const [index, rule] of (policy.breakGlass ?? []).entries()) {
    const at = `breakGlass.${index}`;
    for (const name of rule.to ?? []) role(name, `${at}.to`);
    classified(rule.groups, `${at}.groups`);
    if (rule.in.includes("private")) say(`${at}.in`, "Private notes are not opened by breaking a glass.");
  }
  const sections = new Set<string>();
  const homes: readonly string[] = compartmentsOf("section");
  for (const [index, { kind, compartment, group }] of (policy.sections ?? []).entries()) {
    const at = `sections.${index}`;
    if (sections.has(kind)) say(`${at}.kind`, `The kind ${kind} is there twice.`);
    sections.add(kind);
    classified([group], `${at}.group`);
    if (!homes.includes(compartment)) say(`${at}.compartment`, `There are no sections in ${compartment}.`);
  }
  for (const [name, value] of Object.entries(policy.lower ?? {})) {
    const most = limits[lowerable[name as Lowerable]];
    if (value > most) say(`lower.${name}`, `A policy may go below ${most}, never above.`);
  }
}

type Rule = AllowRule | ForbidRule;
/** What a condition outside the allow rules is checked as. */
const asWrite = (
  { id, discloses }: { readonly id: string; readonly discloses?: string | undefined },
  on: EntityName,
  acts: AllowRule["actions"],
): AllowRule => ({ id, to: [], entity: on, actions: acts, when: { all: [] }, groups: [], why: "", discloses });

function checkWithin(rule: Rule, at: string, say: Say): void {
  if (!rule.in || rule.entity === "*") return;
  for (const name of entitiesOf(rule)) {
    if (!rule.in.some((compartment) => isCompartment(compartment) && compartmentsOf(name).includes(compartment)))
      say(`${at}.in`, `${name} is in none of its compartments.`);
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
const columnsIn = (cond: Cond): string[] => comparisons(cond).map((leaf) => leaf.column);
const depth = (cond: Cond): number => {
  const parts = partsOf(cond);
  return parts.length === 0 ? 1 : 1 + Math.max(...parts.map(depth));
};
const rolesIn = (cond: Cond): string[] => ("holds" in cond ? [cond.holds] : partsOf(cond).flatMap(rolesIn));
const negated = (cond: Cond): Cond[] => ("not" in cond ? [cond.not] : partsOf(cond).flatMap(negated));
const partsOf = (cond: Cond): readonly Cond[] =>
  "all" in cond ? cond.all : "any" in cond ? cond.any : "not" in cond ? [cond.not] : [];

function checkCond(rule: Rule, cond: Cond, roles: Policy["roles"], at: string, say: Say): void {
  if (depth(cond) > limits.conditionDepth) say(at, "It is nested too deep.");
  for (const name of rolesIn(cond)) if (!Object.hasOwn(roles, name)) say(at, `There is an unknown role ${name}.`);
  const reading = seesAny(rule);
  const all = comparisons(cond);
  for (const { op, column, values } of all) {
    if (reading && (!isAnchorColumn(column) || (op !== "eq" && op !== "in"))) {
      say(at, `A rule on reading can't use ${op} on ${column}.`);
      continue;
    }
    for (const name of isAnchorColumn(column) ? [null] : entitiesOf(rule)) {
      const { fields } = entity(name ?? "account");
      const field = name === null ? anchorField(column) : Object.hasOwn(fields, column) ? fields[column] : undefined;
      if (!field) say(at, `${name} has no column ${column}.`);
      else checkComparison(op, column, field, values, (says) => say(at, says));
    }
  }
  if (reading) return;
  const asked = new Set(all.filter(({ op }) => op === "present").map((leaf) => leaf.column));
  for (const { column, op } of negated(cond).flatMap(comparisons)) {
    if (op !== "present" && column !== "restricted" && !asked.has(column))
      say(at, `A not over ${column}, which may be empty, needs present.`);
  }
}

function anchorField(column: string): Field {
  return column === "restricted" ? { type: "bool", group: "shared" } : { type: "ref", group: "shared" };
}

function checkComparison(
  op: string,
  column: string,
  field: Field,
  values: readonly (Literal | FactRef)[],
  say: (says: string) => void,
): void {
  if (op === "present") return;
  if (op === "gte" || op === "lt") {
    if (!ordered.has(field.type)) say(`${column} has no order.`);
  } else if (
    !ordered.has(field.type) &&
    !["bool", "enum", "ref", "currency"].includes(field.type) &&
    !codeColumns.has(column)
  ) {
    say(`${column} is not compared: it is free text.`);
  }
  for (const value of values) {
    if (typeof value === "object") {
      const many = value.$m !== "member" && value.$m !== "base";
      if (many !== (op === "in")) say(`The fact ${value.$m} does not fit ${op}.`);
      else if (field.type !== "ref" && !codeColumns.has(column)) say(`${column} is not compared with ${value.$m}.`);
    } else if (
      typeof value !==
      (field.type === "bool" ? "boolean" : ["int", "money", "instant"].includes(field.type) ? "number" : "string")
    ) {
      say(`${column} is compared with another type.`);
    } else if (field.type === "enum" && !field.values?.includes(String(value))) {
      say(`${column} is never ${value}.`);
    } else if (field.type === "day" && !isDay(String(value))) {
      say(`${value} is no day.`);
    }
  }
}

/** Roles that work with an entity and can't read a column of it. */
function blindTo(policy: Policy, name: EntityName, column: string, roles: readonly string[]): string[] {
  // Whoever may write a record sees it, so knows its identity and the columns of the anchor that reading hangs on.
  const group = isAnchorColumn(column) ? undefined : entity(name).fields[column]?.group;
  if (!group || group === "identity") return [];
  const of = (role: string): AllowRule[] =>
    policy.allow.filter((rule) => rule.to.includes(role) && entitiesOf(rule).includes(name));
  return roles.filter((role) => {
    const rules = of(role);
    return rules.length > 0 && !rules.some((rule) => rule.actions.includes("read") && rule.groups.includes(group));
  });
}

/** A write rule that reads what its roles can't lets them probe a hidden value by trying: it must say so. */
function checkDiscloses(policy: Policy, rule: Rule, to: readonly string[], at: string, say: Say): void {
  if (rule.discloses !== undefined || seesAny(rule)) return;
  const used = [...columnsIn(rule.when), ...("except" in rule && rule.except ? columnsIn(rule.except) : [])];
  for (const name of entitiesOf(rule))
    for (const column of used) {
      const blind = blindTo(policy, name, column, to);
      if (blind.length > 0) say(at, `${blind.join(", ")} can't read ${column}, so it must say what it discloses.`);
    }
}
