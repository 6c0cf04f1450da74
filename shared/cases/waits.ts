import type { Custom, Value } from "../records/field.ts";

/**
 * What a case remembers of its own past: when it waited for the customer, and who was called in. Both are kept on the
 * case as moments with what followed, so that devices have them offline: `{"<from>": <until> | null}` and
 * `{"<at>": "<by> <to> [<ended>]"}`.
 */
export interface Pause {
  readonly from: number;
  /** Null: it still waits. */
  readonly until: number | null;
}
/** Somebody still works on it. */
export const isOpen = (status: unknown): boolean => status !== "resolved" && status !== "closed";

const most = 100; // a custom field holds some kilobytes
const momentsOf = (value: Value | null | undefined): [at: number, what: Custom[string]][] =>
  typeof value !== "object" || value === null || Array.isArray(value)
    ? []
    : Object.entries(value as Custom)
        .map(([at, what]): [number, Custom[string]] => [Number(at), what])
        .filter(([at]) => Number.isSafeInteger(at))
        .sort(([a], [b]) => a - b);

export const pausesOf = (value: Value | null | undefined): Pause[] =>
  momentsOf(value).map(([from, until]) => ({ from, until: typeof until === "number" ? until : null }));

const written = (pauses: readonly Pause[]): Custom =>
  Object.fromEntries(pauses.map(({ from, until }) => [String(from), until]));

/** From now on it waits; the two oldest become one where there are too many. */
export function waitFrom(value: Value | null | undefined, at: number): Custom {
  const [first, second, ...rest] = waitEnded(pausesOf(value), at);
  const before = first && second && rest.length + 2 >= most ? [{ from: first.from, until: second.until }, ...rest] : [first, second, ...rest]; // prettier-ignore
  return written([...before.filter((one) => one !== undefined), { from: at, until: null }]);
}
/** It waits no longer; null where it never did. */
export function waitUntil(value: Value | null | undefined, at: number): Custom | null {
  const pauses = pausesOf(value);
  return pauses.length === 0 ? null : written(waitEnded(pauses, at));
}
const waitEnded = (pauses: readonly Pause[], at: number): Pause[] =>
  pauses.map(({ from, until }) => ({ from, until: until ?? Math.max(from, at) }));
/** Time in which it was done with counts for nobody, should it be opened again. */
export const restedBetween = (value: Value | null | undefined, from: number, until: number): Custom =>
  written([...waitEnded(pausesOf(value), from), { from, until }].slice(-most));

export interface Escalation {
  readonly at: number;
  readonly by: string;
  readonly to: string;
  /** Null: still, or ended by the clock alone. */
  readonly ended: number | null;
}
export const escalationsOf = (value: Value | null | undefined): Escalation[] =>
  momentsOf(value).flatMap(([at, what]) => {
    const [by, to, ended] = typeof what === "string" ? what.split(" ") : [];
    return by && to ? [{ at, by, to, ended: ended ? Number(ended) : null }] : [];
  });
const told = (all: readonly Escalation[]): Custom =>
  Object.fromEntries(all.slice(-most / 2).map(({ at, by, to, ended }) => [String(at), [by, to, ended ?? ""].join(" ").trim()])); // prettier-ignore

export const escalated = (value: Value | null | undefined, at: number, by: string, to: string): Custom =>
  told([...escalationsOf(value), { at, by, to, ended: null }]);
/** Null where there is nothing to end. */
export function escalationEnded(value: Value | null | undefined, at: number): Custom | null {
  const all = escalationsOf(value);
  return all.length === 0 ? null : told(all.map((one) => ({ ...one, ended: one.ended ?? at })));
}
