/**
 * The same rules for CASL, for Cedar, and as plain functions. All three are made from the slice: the policy with one
 * member's facts put in, which is the smallest form of the question and so the kindest to each of them.
 */
import type { Leaf, Node } from "../../shared/access/condition.ts";
import type { Slice } from "../../shared/access/engine.ts";
import type { Literal } from "../../shared/access/rules.ts";
import { actions, type Action } from "../../shared/kernel/actions.ts";
import type { EntityName } from "../../shared/records/entities.ts";
import { groupBit, groupNames, groupsIn, type Group, type Mask } from "../../shared/records/groups.ts";
import { loadPeer } from "../lib/peers.ts";
import type { Doc } from "./world.ts";

const writes = actions.filter((action) => action !== "read" && action !== "find");
/** To read means to find as well, so a guardrail on either closes both. */
const actsOf = (list: readonly Action[] | "*", forbid: boolean): { reads: boolean; writes: readonly Action[] } => ({
  reads: list === "*" || list.includes("read") || (forbid && list.includes("find")),
  writes: list === "*" ? writes : list.filter((action) => action !== "read" && action !== "find"),
});
const all: Mask = groupNames.reduce((mask, name) => mask | groupBit(name), 0);

const listOf = (value: Literal | readonly Literal[]): readonly Literal[] =>
  typeof value === "object" ? value : [value];

/** Or of ands. */
function disjuncts(node: Node): Leaf[][] {
  if (typeof node === "boolean") return node ? [[]] : [];
  if ("any" in node) return node.any.flatMap(disjuncts);
  if ("all" in node)
    return node.all
      .map(disjuncts)
      .reduce<Leaf[][]>((left, right) => left.flatMap((l) => right.map((r) => [...l, ...r])), [[]]);
  return [[node]];
}
function negated(node: Node): Node {
  if (typeof node === "boolean") return !node;
  if ("all" in node) return { any: node.all.map(negated) };
  if ("any" in node) return { all: node.any.map(negated) };
  if (!node.not) return { ...node, not: true };
  const { not: _gone, ...positive } = node;
  return positive;
}

interface Columns {
  readonly owner: "keyOwner" | "owner";
  readonly participant: readonly string[];
}
/** A rule on reading looks at the key, a rule on writing at the record. */
const forReading: Columns = { owner: "keyOwner", participant: ["sharedWith"] };
const forWriting: Columns = { owner: "owner", participant: ["sharedWith", "parties"] };
type Facts = Slice["facts"];

// --- CASL: one rule for each way in which a condition can hold, since its conditions have no `or`

interface CaslRule {
  readonly action: readonly string[];
  readonly subject: readonly string[] | string;
  readonly fields?: readonly Group[];
  readonly conditions?: Readonly<Record<string, unknown>>;
  readonly inverted?: true;
}
interface CaslAbility {
  can(action: string, subject: unknown, field?: string): boolean;
}
interface Casl {
  readonly createMongoAbility: (
    rules: readonly CaslRule[],
    options: { readonly detectSubjectType: (doc: Doc) => string },
  ) => CaslAbility;
}
interface CaslExtra {
  readonly permittedFieldsOf: (
    ability: CaslAbility,
    action: string,
    subject: unknown,
    options: { readonly fieldsFrom: (rule: { readonly fields?: readonly string[] }) => readonly string[] },
  ) => readonly string[];
  readonly rulesToAST: (ability: CaslAbility, action: string, subject: string) => unknown;
}

interface Test {
  $in?: readonly unknown[];
  $nin?: readonly unknown[];
  $gte?: unknown;
  $lt?: unknown;
  $ne?: unknown;
}
/** One set of conditions for each way in which the leaves can all hold; none: they never can. */
function caslConditions(
  leaves: readonly Leaf[],
  compartments: readonly string[] | undefined,
  facts: Facts,
  columns: Columns,
): Record<string, unknown>[] {
  let made: Record<string, Test>[] = [{}];
  const each = (column: string, change: (test: Test) => Test | null): void => {
    made = made.flatMap((conditions) => {
      const changed = change(conditions[column] ?? {});
      return changed === null ? [] : [{ ...conditions, [column]: changed }];
    });
  };
  const within = (column: string, values: readonly unknown[]): void =>
    each(column, (test) => {
      const left = test.$in ? test.$in.filter((value) => values.includes(value)) : values;
      return left.length === 0 ? null : { ...test, $in: left };
    });
  const outside = (column: string, values: readonly unknown[]): void =>
    each(column, (test) => ({ ...test, $nin: [...(test.$nin ?? []), ...values] }));
  if (compartments) within("compartment", compartments);
  for (const leaf of leaves) {
    const not = leaf.not === true;
    if ("reach" in leaf) {
      const lists: Record<typeof leaf.reach, [columns: readonly string[], values: readonly string[]]> = {
        own: [[columns.owner], [facts.member]],
        team: [["team"], facts.teams],
        region: [["region"], facts.regions],
        account_team: [["crew"], [facts.member]],
        participant: [columns.participant, [facts.member]],
      };
      const [on, values] = lists[leaf.reach];
      if (not) for (const column of on) outside(column, values);
      else {
        const before = made;
        made = on.flatMap((column) => {
          made = before;
          within(column, values);
          return made;
        });
      }
    } else if (leaf.op === "eq" || leaf.op === "in") {
      const values = listOf(leaf.value);
      (not ? outside : within)(leaf.column, values);
    } else if (leaf.op === "present") {
      if (not) within(leaf.column, [null]);
      else outside(leaf.column, [null]);
    } else if (not) throw new Error(`CASL has no word for not ${leaf.op} over a column that may be empty`);
    else each(leaf.column, (test) => ({ ...test, [leaf.op === "gte" ? "$gte" : "$lt"]: leaf.value, $ne: null }));
  }
  // A single value is written as one, as people write it.
  const brief = (test: Test): unknown =>
    test.$in?.length === 1 && Object.keys(test).length === 1 ? test.$in[0] : test;
  return made.map((conditions) =>
    Object.fromEntries(Object.entries(conditions).map(([column, test]) => [column, brief(test)])),
  );
}

function caslRules(own: Slice): CaslRule[] {
  const rules: CaslRule[] = [];
  const put = (
    rule: {
      readonly entity: readonly EntityName[] | "*";
      readonly in?: readonly string[];
      readonly actions: readonly Action[] | "*";
      readonly groups: Mask;
    },
    node: Node,
    inverted: boolean,
  ): void => {
    const acts = actsOf(rule.actions, inverted);
    if (inverted && acts.writes.length > 0 && rule.groups !== all) {
      if (
        acts.writes.some(
          (action) => !["read_history", "export", "report_on", "see_label", "see_presence"].includes(action),
        )
      )
        throw new Error("CASL forbids a write whole or not at all");
    }
    for (const [list, columns, fields] of [
      [acts.reads ? ["read"] : [], forReading, groupsIn(rule.groups)],
      [acts.writes, forWriting, null],
    ] as const) {
      if (list.length === 0 || (inverted && fields === null && rule.groups !== all)) continue;
      for (const leaves of disjuncts(node))
        for (const conditions of caslConditions(leaves, rule.in, own.facts, columns))
          rules.push({
            action: list,
            subject: rule.entity === "*" ? "all" : rule.entity,
            ...(fields && rule.groups !== all ? { fields } : {}),
            ...(Object.keys(conditions).length > 0 ? { conditions } : {}),
            ...(inverted ? { inverted: true } : {}),
          });
    }
  };
  for (const group of groupNames)
    if (own.shares.some((recipe) => recipe.groups & groupBit(group)))
      rules.push({ action: ["read"], subject: "all", fields: [group], conditions: { given: group } });
  for (const rule of own.allow) put(rule, rule.when, false);
  for (const rule of own.forbid) put(rule, { all: [rule.when, negated(rule.except)] }, true);
  return rules;
}

export interface CaslSubject {
  decide(action: Action, doc: Doc): boolean;
  mask(doc: Doc): readonly string[];
  /** Values in the condition by which a list of the entity would be filtered: each is a parameter of the statement. */
  whereParameters(entity: EntityName): number;
}
export function casl(own: Slice): CaslSubject {
  const { createMongoAbility } = loadPeer<Casl>("access", "@casl/ability");
  const { permittedFieldsOf, rulesToAST } = loadPeer<CaslExtra>("access", "@casl/ability/extra");
  const ability = createMongoAbility(caslRules(own), { detectSubjectType: (doc) => doc.type });
  const options = { fieldsFrom: (rule: { readonly fields?: readonly string[] }) => rule.fields ?? groupNames };
  return {
    decide: (action, doc) => (action === "read" ? ability.can("read", doc, "identity") : ability.can(action, doc)),
    mask: (doc) => permittedFieldsOf(ability, "read", doc, options),
    whereParameters: (entity) => valuesIn(rulesToAST(ability, "read", entity)),
  };
}
/** ucast's tree: compounds hold a list of conditions in `value`, fields one value or a list of them. */
function valuesIn(condition: unknown): number {
  if (typeof condition !== "object" || condition === null || !("value" in condition)) return 0;
  const { value } = condition;
  const isCondition = (one: unknown): boolean => typeof one === "object" && one !== null && "operator" in one;
  if (Array.isArray(value))
    return value.some(isCondition) ? value.reduce<number>((sum, one) => sum + valuesIn(one), 0) : value.length;
  return isCondition(value) ? valuesIn(value) : 1;
}

// --- Cedar

interface CedarCall {
  readonly principal: EntityUid;
  readonly action: EntityUid;
  readonly resource: EntityUid;
  readonly context: Record<string, unknown>;
  readonly preparsedPolicySetId: string;
  readonly entities: readonly CedarResource[];
}
type CedarAnswer =
  | {
      readonly type: "success";
      readonly response: {
        readonly decision: "allow" | "deny";
        readonly diagnostics: { readonly errors: readonly unknown[] };
      };
    }
  | { readonly type: "failure"; readonly errors: readonly { readonly message: string }[] };
interface Cedar {
  readonly preparsePolicySet: (
    id: string,
    policies: { readonly staticPolicies: Readonly<Record<string, string>> },
  ) => { readonly type: string; readonly errors?: readonly { readonly message: string }[] };
  readonly statefulIsAuthorized: (call: CedarCall) => CedarAnswer;
}
interface EntityUid {
  readonly type: string;
  readonly id: string;
}
const quoted = (value: unknown): string => JSON.stringify(value);
const setOf = (values: readonly unknown[]): string => `[${values.map(quoted).join(", ")}]`;

function cedarText(node: Node, facts: Facts, columns: Columns): string {
  if (typeof node === "boolean") return String(node);
  if ("all" in node) return `(${node.all.map((part) => cedarText(part, facts, columns)).join(" && ")})`;
  if ("any" in node) return `(${node.any.map((part) => cedarText(part, facts, columns)).join(" || ")})`;
  const has = (column: string, test: string): string => `(resource has ${column} && ${test})`;
  const leaf = (): string => {
    if ("reach" in node) {
      if (node.reach === "own") return has(columns.owner, `resource.${columns.owner} == ${quoted(facts.member)}`);
      if (node.reach === "team") return has("team", `${setOf(facts.teams)}.contains(resource.team)`);
      if (node.reach === "region") return has("region", `${setOf(facts.regions)}.contains(resource.region)`);
      if (node.reach === "account_team") return `resource.crew.contains(${quoted(facts.member)})`;
      return `(${columns.participant.map((column) => `resource.${column}.contains(${quoted(facts.member)})`).join(" || ")})`;
    }
    if (node.op === "present") return `(resource has ${node.column})`;
    if (node.op === "eq") return has(node.column, `resource.${node.column} == ${quoted(node.value)}`);
    if (node.op === "in") return has(node.column, `${setOf(node.value)}.contains(resource.${node.column})`);
    return has(node.column, `resource.${node.column} ${node.op === "gte" ? ">=" : "<"} ${quoted(node.value)}`);
  };
  return node.not ? `!(${leaf()})` : leaf();
}

function cedarPolicies(own: Slice): Record<string, string> {
  const policies: Record<string, string> = {};
  const put = (
    id: string,
    rule: {
      readonly entity: readonly EntityName[] | "*";
      readonly in?: readonly string[];
      readonly actions: readonly Action[] | "*";
      readonly groups: Mask;
    },
    node: Node,
    effect: "permit" | "forbid",
  ): void => {
    const acts = actsOf(rule.actions, effect === "forbid");
    for (const [list, columns, reading] of [
      [acts.reads ? ["read"] : [], forReading, true],
      [acts.writes, forWriting, false],
    ] as const) {
      if (list.length === 0 || (effect === "forbid" && !reading && rule.groups !== all)) continue;
      const parts = [
        ...(rule.entity === "*" ? [] : [`${setOf(rule.entity)}.contains(resource.type)`]),
        ...(rule.in ? [`${setOf(rule.in)}.contains(resource.compartment)`] : []),
        ...(reading && rule.groups !== all ? [`${setOf(groupsIn(rule.groups))}.contains(context.group)`] : []),
        cedarText(node, own.facts, columns),
      ];
      policies[`${id}.${reading ? "read" : "write"}`] =
        `${effect}(principal, action in [${list.map((name) => `Action::${quoted(name)}`).join(", ")}], resource) when { ${parts.join(" && ")} };`;
    }
  };
  policies["shares"] =
    `permit(principal, action == Action::"read", resource) when { resource.given.contains(context.group) };`;
  for (const rule of own.allow) put(rule.id, rule, rule.when, "permit");
  for (const rule of own.forbid) put(rule.id, rule, { all: [rule.when, negated(rule.except)] }, "forbid");
  return policies;
}

/** A resource as Cedar takes it: no null; made beforehand. */
export interface CedarResource {
  readonly uid: EntityUid;
  readonly attrs: Record<string, unknown>;
  readonly parents: readonly EntityUid[];
}
export const cedarResource = (doc: Doc): CedarResource => ({
  uid: { type: "Record", id: String(doc["id"]) },
  attrs: Object.fromEntries(Object.entries(doc).filter(([, value]) => value !== null)),
  parents: [],
});
export function cedar(own: Slice, name: string): (action: Action, resource: CedarResource) => boolean {
  const { preparsePolicySet, statefulIsAuthorized } = loadPeer<Cedar>("access", "@cedar-policy/cedar-wasm/nodejs");
  const parsed = preparsePolicySet(name, { staticPolicies: cedarPolicies(own) });
  if (parsed.type !== "success") throw new Error(`Cedar: ${parsed.errors?.[0]?.message}`);
  const principal = { type: "Member", id: own.facts.member };
  return (action, resource) => {
    const answer = statefulIsAuthorized({
      principal,
      action: { type: "Action", id: action },
      resource: resource.uid,
      context: { group: "identity" },
      preparsedPolicySetId: name,
      entities: [resource],
    });
    if (answer.type !== "success") throw new Error(`Cedar: ${answer.errors[0]?.message}`);
    if (answer.response.diagnostics.errors.length > 0) throw new Error("Cedar: a policy could not be evaluated");
    return answer.response.decision === "allow";
  };
}

// --- the floor: for each action and entity the one expression that a programmer would write by hand

function plainText(node: Node, facts: Facts, columns: Columns): string {
  if (typeof node === "boolean") return String(node);
  if ("all" in node) return `(${node.all.map((part) => plainText(part, facts, columns)).join(" && ")})`;
  if ("any" in node) return `(${node.any.map((part) => plainText(part, facts, columns)).join(" || ")})`;
  const oneOf = (column: string, values: readonly unknown[]): string =>
    `(${values.map((value) => `d.${column} === ${quoted(value)}`).join(" || ") || "false"})`;
  const leaf = (): string => {
    if ("reach" in node) {
      if (node.reach === "own") return oneOf(columns.owner, [facts.member]);
      if (node.reach === "team") return oneOf("team", facts.teams);
      if (node.reach === "region") return oneOf("region", facts.regions);
      const lists = node.reach === "account_team" ? ["crew"] : columns.participant;
      return `(${lists.map((column) => `d.${column}.includes(${quoted(facts.member)})`).join(" || ")})`;
    }
    if (node.op === "present") return `d.${node.column} !== null`;
    if (node.op === "eq" || node.op === "in") return oneOf(node.column, listOf(node.value));
    return `(d.${node.column} !== null && d.${node.column} ${node.op === "gte" ? ">=" : "<"} ${quoted(node.value)})`;
  };
  return node.not ? `!${leaf()}` : leaf();
}

export type Plain = (doc: Doc) => boolean;
export function plain(own: Slice, action: Action, entity: EntityName): Plain {
  const reading = action === "read";
  const columns = reading ? forReading : forWriting;
  const concerns = (
    rule: {
      readonly entity: readonly EntityName[] | "*";
      readonly actions: readonly Action[] | "*";
      readonly groups: Mask;
    },
    forbid: boolean,
  ): boolean => {
    const acts = actsOf(rule.actions, forbid);
    return (
      (rule.entity === "*" || rule.entity.includes(entity)) &&
      (reading
        ? acts.reads && (rule.groups & groupBit("identity")) !== 0
        : acts.writes.includes(action) && (!forbid || rule.groups === all))
    );
  };
  const text = (rule: { readonly in?: readonly string[] }, node: Node): string => {
    const inside = rule.in ? `(${rule.in.map((name) => `d.compartment === ${quoted(name)}`).join(" || ")}) && ` : "";
    return `(${inside}${plainText(node, own.facts, columns)})`;
  };
  const allows = own.allow.filter((rule) => concerns(rule, false)).map((rule) => text(rule, rule.when));
  if (reading) allows.push(`d.given.includes("identity")`);
  const forbids = own.forbid
    .filter((rule) => concerns(rule, true))
    .map((rule) => text(rule, { all: [rule.when, negated(rule.except)] }));
  const source = `return (${allows.join(" || ") || "false"}) && !(${forbids.join(" || ") || "false"})`;
  // oxlint-disable-next-line typescript/no-implied-eval -- the floor is what a compiler would make of the rules
  return new Function("d", source) as Plain;
}
