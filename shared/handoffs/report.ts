import type { RecordOf } from "../records/entities.ts";

/**
 * How handovers go: how long they take, who hands over to whom, and what comes straight back. Only what was taken counts:
 * the lag is from the offer to the acceptance. A ping-pong is a handover that goes back to where the one before it came
 * from (A to B, B to A), of the same record. Pure; over the rows that it is given (HAND-7).
 */
export type HandoffRow = Pick<
  RecordOf<"handoff">,
  | "id" | "anchor" | "about" | "state" | "handoffKind" | "fromMember" | "toMember" | "fromQueue" | "toQueue"
  | "offeredAt" | "acceptedAt" | "source" | "name"
>; // prettier-ignore
interface Handover {
  readonly row: HandoffRow;
  /** A queue by its name, a member by the id. */
  readonly from: string;
  readonly to: string;
  readonly lagMs: number;
  readonly pingPong: boolean;
}
interface Lag {
  readonly count: number;
  readonly median: number | null;
  readonly mean: number | null;
  /** Nine in ten were taken sooner. */
  readonly p90: number | null;
}
interface GroupLag extends Lag {
  readonly group: string;
  readonly given: number;
  readonly pingPongs: number;
}
export interface HandoffReport {
  readonly handovers: readonly Handover[];
  /** Records that changed hands at least once. */
  readonly records: number;
  readonly most: number;
  readonly pingPongs: number;
  readonly lag: Lag;
  /** By who took it, the most first. */
  readonly groups: readonly GroupLag[];
  readonly pairs: readonly { readonly from: string; readonly to: string; readonly count: number }[];
}

/** `groupOf`: the team of a member; queues are groups of their own. */
export function handoffReport(rows: readonly HandoffRow[], groupOf: (member: string) => string | null): HandoffReport {
  const perRecord = new Map<string, HandoffRow[]>();
  for (const row of rows) {
    if ((row.state !== "accepted" && row.state !== "done") || typeof row.offeredAt !== "number" || typeof row.acceptedAt !== "number") continue; // prettier-ignore
    const about = row.about ?? row.anchor;
    const held = perRecord.get(about);
    if (held) held.push(row);
    else perRecord.set(about, [row]);
  }
  const handovers = [...perRecord.values()].flatMap((held) => {
    const ordered = held.toSorted(inTurn);
    return ordered.map((row, index): Handover => {
      const [from, to] = [partyOf(row.fromQueue, row.fromMember), partyOf(row.toQueue, row.toMember)];
      const before = ordered[index - 1];
      const pingPong = before !== undefined && to !== "" && to === partyOf(before.fromQueue, before.fromMember);
      return { row, from, to, pingPong, lagMs: Number(row.acceptedAt) - Number(row.offeredAt) };
    });
  });
  const group = (party: string, isQueue: boolean): string => (isQueue ? party : (groupOf(party) ?? party));
  const by = new Map<string, { taken: Handover[]; given: number }>();
  const of = (name: string) => {
    const known = by.get(name) ?? { taken: [], given: 0 };
    by.set(name, known);
    return known;
  };
  const pairs = new Map<string, { from: string; to: string; count: number }>();
  for (const one of handovers) {
    const [from, to] = [group(one.from, !!one.row.fromQueue), group(one.to, !!one.row.toQueue)];
    of(to).taken.push(one);
    of(from).given += 1;
    const key = JSON.stringify([from, to]);
    const pair = pairs.get(key) ?? { from, to, count: 0 };
    pair.count += 1;
    pairs.set(key, pair);
  }
  return {
    handovers,
    records: perRecord.size,
    most: Math.max(0, ...[...perRecord.values()].map(({ length }) => length)),
    pingPongs: handovers.filter(({ pingPong }) => pingPong).length,
    lag: lagOf(handovers),
    groups: [...by]
      .map(([name, { taken, given }]) => ({
        group: name,
        given,
        pingPongs: taken.filter(({ pingPong }) => pingPong).length,
        ...lagOf(taken),
      })) // prettier-ignore
      .sort((a, b) => b.count - a.count || b.given - a.given || (a.group < b.group ? -1 : 1)),
    pairs: [...pairs.values()].sort((a, b) => b.count - a.count || (a.from + a.to < b.from + b.to ? -1 : 1)),
  };
}
const partyOf = (queue: string | null | undefined, member: string | null | undefined): string => queue ?? member ?? "";
/** In the order in which they were taken; those of one moment as the log that they came from has them. */
const inTurn = (a: HandoffRow, b: HandoffRow): number =>
  Number(a.acceptedAt) - Number(b.acceptedAt) ||
  Number(a.offeredAt) - Number(b.offeredAt) ||
  ((a.source ?? a.id) < (b.source ?? b.id) ? -1 : 1);

function lagOf(taken: readonly Handover[]): Lag {
  const sorted = taken.map(({ lagMs }) => lagMs).sort((a, b) => a - b);
  const { length } = sorted;
  if (length === 0) return { count: 0, median: null, mean: null, p90: null };
  const at = (index: number): number => sorted[index] ?? 0;
  const half = length >> 1;
  return {
    count: length,
    median: length % 2 ? at(half) : (at(half - 1) + at(half)) / 2,
    mean: sorted.reduce((sum, one) => sum + one, 0) / length,
    p90: at(Math.min(length - 1, Math.floor(0.9 * length))),
  };
}
