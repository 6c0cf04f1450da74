import type { Cond, FactName, Literal, Reach } from "./rules.ts";

/**
 * A condition bound to one member: facts put in, `not` pushed to the leaves, constants folded away. It is plain JSON,
 * because it is also what a client's slice of the policy consists of.
 */
export type BoundedReach = Exclude<Reach, "all">;
export type Leaf =
  | { readonly reach: BoundedReach; readonly not?: true }
  | { readonly op: "eq" | "gte" | "lt"; readonly column: string; readonly value: Literal; readonly not?: true }
  | { readonly op: "in"; readonly column: string; readonly value: readonly Literal[]; readonly not?: true }
  | { readonly op: "present"; readonly column: string; readonly not?: true };
export type Node = boolean | Leaf | { readonly all: readonly Node[] } | { readonly any: readonly Node[] };

/** Facts as they may arrive: from a token or a stale copy any of them may be missing. */
export type LooseFacts = Partial<Record<FactName, string | readonly string[] | null | undefined>>;

/** Any of these facts missing: nothing that hangs on it is decided in the member's favour. A share may be to any of them. */
const needs: Record<BoundedReach, readonly FactName[]> = {
  own: ["member"],
  team: ["teams"],
  region: ["regions"],
  account_team: ["member"],
  participant: ["member", "teams", "regions", "base", "duties"],
};

function fact(facts: LooseFacts, name: FactName): string | readonly string[] | null {
  const value = facts[name];
  return value === undefined || value === null || value === "" ? null : value;
}

/** `missing`: what a leaf whose fact is missing counts as, whatever stands before it: false in an allow, true in a forbid. */
export function reduce(cond: Cond, facts: LooseFacts, roles: ReadonlySet<string>, missing: boolean, not = false): Node {
  if ("not" in cond) return reduce(cond.not, facts, roles, missing, !not);
  if ("all" in cond || "any" in cond) {
    const parts = "all" in cond ? cond.all : cond.any;
    const nodes = parts.map((part) => reduce(part, facts, roles, missing, not));
    return fold("all" in cond !== not, nodes);
  }
  if ("holds" in cond)
    return fact(facts, "base") === null || fact(facts, "duties") === null ? missing : roles.has(cond.holds) !== not;
  if ("reach" in cond) {
    if (cond.reach === "all") return !not;
    const { reach } = cond;
    const known = (needs[reach] ?? []).map((name) => fact(facts, name));
    if (known.length === 0 || known.includes(null)) return missing;
    if ((reach === "team" || reach === "region") && known[0]?.length === 0) return not; // in no team: never within reach of one
    return leaf({ reach }, not);
  }
  if ("present" in cond) return leaf({ op: "present", column: cond.present }, not);
  if ("gte" in cond) return leaf({ op: "gte", column: cond.gte[0], value: cond.gte[1] }, not);
  if ("lt" in cond) return leaf({ op: "lt", column: cond.lt[0], value: cond.lt[1] }, not);
  const [column, given] = "eq" in cond ? cond.eq : cond.in;
  const value = typeof given === "object" && "$m" in given ? fact(facts, given.$m) : given;
  if (value === null) return missing;
  if (typeof value !== "object") return leaf({ op: "eq", column, value }, not);
  return value.length === 0 ? not : leaf({ op: "in", column, value }, not);
}

const leaf = (positive: Leaf, not: boolean): Leaf => (not ? { ...positive, not: true } : positive);

/** And (`every`) or or. Empty: true for and, false for or. */
function fold(every: boolean, nodes: readonly Node[]): Node {
  if (nodes.includes(!every)) return !every;
  const left = nodes.filter((node) => node !== every);
  const [only] = left;
  if (only === undefined) return every;
  if (left.length === 1) return only;
  return every ? { all: left } : { any: left };
}

/** What leaves are asked of. */
export interface Oracle {
  reach(reach: BoundedReach): boolean;
  column(name: string): Literal | null;
}

/** Two-valued: a comparison with null is false, and `not` is the exact complement. */
export const holds = (node: Node, oracle: Oracle): boolean => testOf(node)(oracle);

export type Test = (oracle: Oracle) => boolean;
const made = new WeakMap<object, Test>();
/** A condition as a function, made once: it is asked a million times. */
export function testOf(node: Node): Test {
  if (typeof node === "boolean") return () => node;
  const known = made.get(node) ?? compile(node);
  made.set(node, known);
  return known;
}
function compile(node: Exclude<Node, boolean>): Test {
  if ("all" in node || "any" in node) {
    const cost = (part: Node): number => leavesOf(part).reduce((sum, leaf) => sum + ("reach" in leaf ? 2 : 1), 0);
    const every = "all" in node;
    const parts = [...(every ? node.all : node.any)].sort((a, b) => cost(a) - cost(b)); // cheap ones first
    const both = (one: Test, other: Test): Test =>
      every ? (oracle) => one(oracle) && other(oracle) : (oracle) => one(oracle) || other(oracle);
    return parts.map(testOf).reduceRight((rest, part) => both(part, rest));
  }
  const asked = leafTest(node);
  return node.not ? (oracle) => !asked(oracle) : asked;
}
function leafTest(leaf: Leaf): Test {
  if ("reach" in leaf) {
    const { reach } = leaf;
    return (oracle) => oracle.reach(reach);
  }
  const { column } = leaf;
  switch (leaf.op) {
    case "present":
      return (oracle) => oracle.column(column) !== null;
    case "eq": {
      const { value } = leaf;
      return (oracle) => oracle.column(column) === value;
    }
    case "in": {
      const values: readonly (Literal | null)[] = leaf.value;
      return (oracle) => values.includes(oracle.column(column));
    }
    case "gte":
    case "lt": {
      const { value, op } = leaf;
      return (oracle) => {
        const its = oracle.column(column);
        return its !== null && typeof its === typeof value && its >= value === (op === "gte");
      };
    }
  }
}

export function leavesOf(node: Node): Leaf[] {
  if (typeof node === "boolean") return [];
  if ("all" in node) return node.all.flatMap(leavesOf);
  if ("any" in node) return node.any.flatMap(leavesOf);
  return [node];
}

/** True if the condition may hold where no bounded reach does: such a rule goes over the whole organisation. */
export function isWide(node: Node): boolean {
  if (typeof node === "boolean") return node;
  if ("all" in node) return node.all.every(isWide);
  if ("any" in node) return node.any.some(isWide);
  return !("reach" in node) || node.not === true;
}
