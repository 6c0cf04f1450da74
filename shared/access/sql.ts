import { compartmentsOf, entity as entityOf, isEntity, type EntityName } from "../records/entities.ts";
import { groupBit, groupNames, type Group, type Mask } from "../records/groups.ts";
import { compartments } from "../records/compartments.ts";
import { leavesOf, type Leaf, type Node } from "./condition.ts";
import type { Interval } from "./engine.ts";
import { isAnchorColumn } from "./rules.ts";
import { notLent, rolesIn, type BoundForbid, type BoundGrant, type Slice } from "./slice.ts";

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
/** `lent`: asked in the names the member stands in for too. `one`: with shares of just this record. */
interface Mode {
  readonly lent: boolean;
  readonly one: boolean;
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

const lendable = compartments.filter((name) => name !== "private");
/** Names inside end in `_`, those outside don't: they never meet. Quoted, because `case` is a table of ours. */
const alias = /^[a-z]([a-z0-9_]*[a-z0-9])?$/i;

export function readSql(own: Slice, entity: EntityName, group: Group | null, aliases: Aliases, at: number): SqlPlan {
  if (!alias.test(aliases.anchor) || !alias.test(aliases.record)) throw new Error("an alias is a plain name");
  if (!isEntity(entity)) return { kind: "none" };
  const [a, r] = [`"${aliases.anchor}"`, `"${aliases.record}"`];
  const literals: unknown[] = [];
  const literal = (value: unknown): string => `'$.l[${literals.push(value) - 1}]'`;
  const { member, teams, regions } = own.facts;
  const live = ({ from, until }: Interval): boolean => (from === null || from <= at) && (until === null || at < until);
  const covered = (own.covers ?? []).filter(live).map((cover) => cover.of);

  const within = (names: readonly string[] | undefined): Text => {
    const lives: readonly string[] = compartmentsOf(entity);
    const inside = names ? lives.filter((name) => names.includes(name)) : lives;
    if (inside.length === lives.length) return true; // checked once, below
    return inside.length === 0 ? false : `${r}.compartment in (${inside.map((name) => `'${name}'`).join(", ")})`;
  };
  const running = (row: string, from: string, until: string): string =>
    `(${row}.${from} is null or ${row}.${from} <= facts_.j ->> '$.t') and (${row}.${until} is null or facts_.j ->> '$.t' < ${row}.${until})`;
  const sharesTo = ({ lent, one }: Mode, more: string): string =>
    `exists (select 1 from share share_ where share_.anchor = ${a}.id and share_.compartment = ${r}.compartment and ${whole(one)} and share_.ended_at is null` +
    ` and ${running("share_", "from_t", "until_t")}` +
    ` and ((share_.to_kind = 'member' and ${lent ? "share_.to_id in (select value from json_each(facts_.j, '$.n'))" : "share_.to_id = facts_.j ->> '$.m'"}) or (share_.to_kind <> 'member' and share_.to_id in (select value from json_each(facts_.j, '$.e'))))${more})`;
  /** A share of the key, or of this one record. A share of a key opens no approvals. */
  const whole = (one: boolean): string =>
    entity === "approval"
      ? one
        ? `share_.record = ${r}.id`
        : "0"
      : one
        ? `(share_.record is null or share_.record = ${r}.id)`
        : "share_.record is null";

  /** Each by its place in the facts: a search in them (`json_each`) would count as a row read for every record. */
  const oneOf = (column: string, path: string, length: number): Text =>
    or(Array.from({ length }, (_, index) => `(${column} is facts_.j ->> '${path}[${index}]')`));

  function leaf(node: Leaf, mode: Mode): Text {
    if ("reach" in node) {
      switch (node.reach) {
        case "own":
          return mode.lent ? oneOf(`${a}.owner`, "$.n", 1 + covered.length) : `(${a}.owner is facts_.j ->> '$.m')`;
        case "team":
          return oneOf(`${a}.team`, "$.d", teams.length);
        case "region":
          return oneOf(`${a}.region`, "$.r", regions.length);
        case "account_team":
          return (
            `exists (select 1 from account_team crew_ where crew_.anchor = ${a}.id and crew_.member = facts_.j ->> '$.m' and crew_.deleted_at is null` +
            ` and ${running("crew_", '"from"', '"until"')})`
          );
        case "participant":
          return sharesTo(mode, "");
      }
    }
    // The validator lets rules on reading compare nothing else; a column that is not the anchor's must not pass as one.
    if (!isAnchorColumn(node.column)) throw new Error(`a rule on reading compares ${node.column}`);
    if (node.op === "eq") return `(${a}.${node.column} is facts_.j ->> ${literal(node.value)})`;
    if (node.op === "in")
      return `exists (select 1 from json_each(facts_.j, ${literal(node.value)}) where value = ${a}.${node.column})`;
    throw new Error(`a rule on reading uses ${node.op}`);
  }
  function render(node: Node, mode: Mode): Text {
    if (typeof node === "boolean") return node;
    if ("all" in node) return and(node.all.map((part) => render(part, mode)));
    if ("any" in node) return or(node.any.map((part) => render(part, mode)));
    return node.not ? not(leaf(node, mode)) : leaf(node, mode);
  }

  const concerns = (rule: { entity: readonly EntityName[] | "*" }): boolean =>
    rule.entity === "*" || rule.entity.includes(entity);
  const allows = own.allow.filter((rule) => concerns(rule) && rule.actions.includes("read"));
  const forbids = own.forbid.filter(
    (rule) => concerns(rule) && (rule.actions === "*" || rule.actions.some((act) => act === "read" || act === "find")),
  );
  const grants = (own.grants ?? []).filter((rule) => concerns(rule) && rule.actions.includes("read") && live(rule));
  const granted = ({ to, in: names }: BoundGrant): Text => {
    const listed = (ids: readonly string[], column: string): string =>
      `exists (select 1 from json_each(facts_.j, ${literal(ids)}) where value = ${column})`;
    const place =
      "anchors" in to
        ? listed(to.anchors, `${a}.id`)
        : "records" in to
          ? listed(to.records, `${r}.id`)
          : `(${a}.${"region" in to ? `region is facts_.j ->> ${literal(to.region)}` : `team is facts_.j ->> ${literal(to.team)}`})`;
    return and([within(names), place]);
  };

  /** In the member's own name and in the names they stand in for; of the record, and where a share of just it could cost something, of its key alone too. */
  const modes: Mode[] = [{ lent: false, one: true }];
  const asks = (node: Node, sign: boolean): boolean =>
    leavesOf(node).some((part) => "reach" in part && part.reach === "participant" && (part.not === true) === sign);
  const costs =
    allows.some((rule) => asks(rule.when, true)) ||
    forbids.some((rule) => asks(rule.when, false) || asks(rule.except, true));
  if (costs) modes.push({ lent: false, one: false });
  if (covered.length > 0) modes.push(...modes.map(({ one }): Mode => ({ lent: true, one })));

  const cut = (bit: Mask, mode: Mode, which: readonly BoundForbid[] = forbids): Text =>
    or(
      which
        .filter((rule) => rule.groups & bit)
        .map((rule) => and([within(rule.in), render(rule.when, mode), not(render(rule.except, mode))])),
    );
  function inMode(bit: Mask, mode: Mode): Text {
    if (mode.lent && (bit & notLent) !== 0) return false;
    const recipes = own.shares.filter((recipe) => (recipe.groups & bit) !== 0).map((recipe) => recipe.id);
    const given = or([
      ...allows.filter((rule) => rule.groups & bit).map((rule) => and([within(rule.in), render(rule.when, mode)])),
      recipes.length > 0 &&
        sharesTo(
          mode,
          ` and (share_.groups & ${bit}) <> 0 and share_.recipe in (select value from json_each(facts_.j, ${literal(recipes)}))`,
        ),
      ...grants.filter((rule) => !mode.lent && !rule.glass && rule.groups & bit).map(granted),
    ]);
    if (given === false) return false;
    return and([given, not(cut(bit, mode)), mode.lent ? within(lendable) : true]);
  }
  function byGlass(bit: Mask): Text {
    const given = or(grants.filter((rule) => rule.glass && rule.groups & bit).map(granted));
    const hard = forbids.filter((rule) => rule.hard);
    return given === false
      ? false
      : or(modes.filter((mode) => !mode.lent).map((mode) => and([given, not(cut(bit, mode, hard))])));
  }
  const seen = new Map<Mask, Text>();
  /** This one group is in the union of what matching rules, shares and grants give, and in no matching guardrail. */
  function has(bit: Mask): Text {
    const known = seen.get(bit);
    if (known !== undefined) return known;
    const text = or([...modes.map((mode) => inMode(bit, mode)), byGlass(bit)]);
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
  const groups = [...teams, ...rolesIn(own.facts.roles ?? [], regions)];
  const names = covered.length > 0 ? { n: [member, ...covered] } : {};
  const facts = JSON.stringify({ m: member, d: teams, e: groups, r: regions, t: at, l: literals, ...names });
  return {
    kind: "where",
    sql: `exists (select 1 from (select ? as j) facts_ where ${home} and ${condition})`,
    params: [facts],
  };
}
