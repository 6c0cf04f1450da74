import { compartmentsOf, entity as entityOf, isEntity, type EntityName } from "../records/entities.ts";
import { groupBit, groupNames, type Group, type Mask } from "../records/groups.ts";
import type { Leaf, Node } from "./condition.ts";
import { isAnchorColumn } from "./rules.ts";
import type { Slice } from "./slice.ts";

/**
 * The read mask as SQL. All facts travel in ONE parameter, a JSON text bound by `(select ? as j) facts_`: D1 allows 100
 * parameters a statement, and teams, regions and literals would eat them. Every leaf is total (`is`, `exists`, `in` over
 * rows without null), so that SQL's third truth value never appears and `not` is the exact complement, as in memory.
 */
export type SqlPlan =
  | { readonly kind: "none" | "all" }
  | { readonly kind: "where"; readonly sql: string; readonly params: readonly [string] };

interface Aliases {
  readonly anchor: string;
  readonly record: string;
}
/** Conditions of SQL text, folded like those of the policy; `true` and `false` are known before any row is read. */
type Text = boolean | string;

const and = (parts: readonly Text[]): Text => join("and", parts);
const or = (parts: readonly Text[]): Text => join("or", parts);
const not = (part: Text): Text => (typeof part === "boolean" ? !part : `not ${part}`);
function join(word: "and" | "or", parts: readonly Text[]): Text {
  const stop = word === "or";
  if (parts.includes(stop)) return stop;
  const left = [...new Set(parts.filter((part) => typeof part === "string"))];
  return left.length === 0 ? !stop : left.length === 1 ? (left[0] ?? !stop) : `(${left.join(` ${word} `)})`;
}

/** Names inside end in `_`, those outside don't: they never meet. Quoted, because `case` is a table of ours. */
const alias = /^[a-z]([a-z0-9_]*[a-z0-9])?$/i;

export function readSql(own: Slice, entity: EntityName, group: Group | null, aliases: Aliases, at: number): SqlPlan {
  if (!alias.test(aliases.anchor) || !alias.test(aliases.record)) throw new Error("an alias is a plain name");
  if (!isEntity(entity)) return { kind: "none" };
  const [a, r] = [`"${aliases.anchor}"`, `"${aliases.record}"`];
  const literals: unknown[] = [];
  const literal = (value: unknown): string => `'$.l[${literals.push(value) - 1}]'`;
  const { member, teams, regions } = own.facts;

  const within = (names: readonly string[] | undefined): Text => {
    const lives: readonly string[] = compartmentsOf(entity);
    const inside = names ? lives.filter((name) => names.includes(name)) : lives;
    if (inside.length === lives.length) return true; // checked once, below
    return inside.length === 0 ? false : `${r}.compartment in (${inside.map((name) => `'${name}'`).join(", ")})`;
  };
  const live = (row: string, from: string, until: string): string =>
    `(${row}.${from} is null or ${row}.${from} <= facts_.j ->> '$.t') and (${row}.${until} is null or facts_.j ->> '$.t' < ${row}.${until})`;
  const sharesTo = (more: string): string =>
    `exists (select 1 from share share_ where share_.anchor = ${a}.id and share_.compartment = ${r}.compartment and share_.record is null and share_.ended_at is null` +
    ` and ${live("share_", "from_t", "until_t")}` +
    ` and ((share_.to_kind = 'member' and share_.to_id = facts_.j ->> '$.m') or (share_.to_kind = 'team' and share_.to_id in (select value from json_each(facts_.j, '$.d'))))${more})`;

  function leaf(node: Leaf): Text {
    if ("reach" in node) {
      switch (node.reach) {
        case "own":
          return `(${a}.owner is facts_.j ->> '$.m')`;
        case "team":
          return `exists (select 1 from json_each(facts_.j, '$.d') where value = ${a}.team)`;
        case "region":
          return `exists (select 1 from json_each(facts_.j, '$.r') where value = ${a}.region)`;
        case "account_team":
          return (
            `exists (select 1 from account_team crew_ where crew_.anchor = ${a}.id and crew_.member = facts_.j ->> '$.m' and crew_.deleted_at is null` +
            ` and ${live("crew_", '"from"', '"until"')})`
          );
        case "participant":
          return sharesTo("");
      }
    }
    // The validator lets rules on reading compare nothing else; a column that is not the anchor's must not pass as one.
    if (!isAnchorColumn(node.column)) throw new Error(`a rule on reading compares ${node.column}`);
    if (node.op === "eq") return `(${a}.${node.column} is facts_.j ->> ${literal(node.value)})`;
    if (node.op === "in")
      return `exists (select 1 from json_each(facts_.j, ${literal(node.value)}) where value = ${a}.${node.column})`;
    throw new Error(`a rule on reading uses ${node.op}`);
  }
  function render(node: Node): Text {
    if (typeof node === "boolean") return node;
    if ("all" in node) return and(node.all.map(render));
    if ("any" in node) return or(node.any.map(render));
    return node.not ? not(leaf(node)) : leaf(node);
  }

  const concerns = (rule: { entity: readonly EntityName[] | "*" }): boolean =>
    rule.entity === "*" || rule.entity.includes(entity);
  const allows = own.allow.filter((rule) => concerns(rule) && rule.actions.includes("read"));
  const forbids = own.forbid.filter(
    (rule) => concerns(rule) && (rule.actions === "*" || rule.actions.some((act) => act === "read" || act === "find")),
  );

  const seen = new Map<Mask, Text>();
  /** This one group is in the union of what matching rules and shares give, and in no matching guardrail. */
  function has(bit: Mask): Text {
    const known = seen.get(bit);
    if (known !== undefined) return known;
    const recipes = own.shares.filter((recipe) => (recipe.groups & bit) !== 0).map((recipe) => recipe.id);
    const shared =
      recipes.length === 0
        ? false
        : sharesTo(
            ` and (share_.groups & ${bit}) <> 0 and share_.recipe in (select value from json_each(facts_.j, ${literal(recipes)}))`,
          );
    const given = or([
      ...allows.filter((rule) => rule.groups & bit).map((rule) => and([within(rule.in), render(rule.when)])),
      shared,
    ]);
    const cut = or(
      forbids
        .filter((rule) => rule.groups & bit)
        .map((rule) => and([within(rule.in), render(rule.when), not(render(rule.except))])),
    );
    const text = given === false ? false : and([given, not(cut)]);
    seen.set(bit, text);
    return text;
  }

  const identity = has(groupBit("identity"));
  let parts: Text[] = [identity];
  if (group !== null) parts.push(has(groupBit(group)));
  if (entityOf(entity).fields["group"] && identity !== false) parts.push(gate());
  if (parts.includes(false)) parts = [false];

  /** A record with a `group` column is there only for readers of that group. */
  function gate(): Text {
    const byText = new Map<Text, Group[]>();
    for (const name of groupNames) {
      const text = has(groupBit(name));
      byText.set(text, [...(byText.get(text) ?? []), name]);
    }
    const open = [...byText].map(([text, names]) =>
      and([`${r}."group" in (${names.map((name) => `'${name}'`).join(", ")})`, text]),
    );
    return or([`(${r}."group" is null)`, ...open.map((text) => (typeof text === "string" ? total(text) : text))]);
  }
  /** `in` over a null column is null in SQL; a gate is a yes or a no. */
  function total(text: string): string {
    return `(${r}."group" is not null and ${text})`;
  }

  const condition = and(parts);
  if (condition === false) return { kind: "none" };
  const lives = compartmentsOf(entity);
  if (condition === true) return { kind: "all" };
  const home = `${r}.compartment in (${lives.map((name) => `'${name}'`).join(", ")})`;
  const facts = JSON.stringify({ m: member, d: teams, r: regions, t: at, l: literals });
  return {
    kind: "where",
    sql: `exists (select 1 from (select ? as j) facts_ where ${home} and ${condition})`,
    params: [facts],
  };
}
