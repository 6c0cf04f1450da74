/** A grouped list as lines: heads with their rows, of which shut groups show none. Pure. */
export interface GroupRun {
  /** The value that its rows have in common; "" is none. */
  readonly key: string;
  /** Places of its rows in the list, the second not within. */
  readonly from: number;
  readonly to: number;
}
type Line = { readonly head: GroupRun } | { readonly place: number };
export interface Lines {
  readonly count: number;
  at(line: number): Line | undefined;
  /** The line of a row by its place; -1: it is in a group that is shut. */
  lineOf(place: number): number;
  lineOfHead(key: string): number;
}

/** Rows of the same group stand together: their ends are found by halving, not by looking at each. */
export function runsOf(length: number, keyAt: (place: number) => string): GroupRun[] {
  const runs: GroupRun[] = [];
  for (let from = 0; from < length;) {
    const key = keyAt(from);
    let step = 1;
    let low = from;
    while (low + step < length && keyAt(low + step) === key) {
      low += step;
      step *= 2;
    }
    let high = Math.min(length, low + step);
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (keyAt(middle) === key) low = middle;
      else high = middle;
    }
    runs.push({ key, from, to: low + 1 });
    from = low + 1;
  }
  return runs;
}

export function plainLines(length: number): Lines {
  return {
    count: length,
    at: (line) => (line >= 0 && line < length ? { place: line } : undefined),
    lineOf: (place) => place,
    lineOfHead: () => -1,
  };
}
export function groupedLines(runs: readonly GroupRun[], shut: ReadonlySet<string>): Lines {
  const heads: number[] = [];
  let count = 0;
  for (const { key, from, to } of runs) {
    heads.push(count);
    count += 1 + (shut.has(key) ? 0 : to - from);
  }
  /** The last of the starts that is not beyond. */
  const find = (starts: (at: number) => number, wanted: number): number => {
    let low = 0;
    let high = runs.length;
    while (low + 1 < high) {
      const middle = (low + high) >>> 1;
      if (starts(middle) <= wanted) low = middle;
      else high = middle;
    }
    return low;
  };
  return {
    count,
    at: (line) => {
      if (line < 0 || line >= count) return undefined;
      const index = find((at) => heads[at] ?? 0, line);
      const [head, run] = [heads[index] ?? 0, runs[index]];
      if (!run) return undefined;
      return line === head ? { head: run } : { place: run.from + line - head - 1 };
    },
    lineOf: (place) => {
      const index = find((at) => runs[at]?.from ?? 0, place);
      const run = runs[index];
      if (!run || place < run.from || place >= run.to || shut.has(run.key)) return -1;
      return (heads[index] ?? 0) + 1 + place - run.from;
    },
    lineOfHead: (key) => {
      const index = runs.findIndex((run) => run.key === key);
      return index < 0 ? -1 : (heads[index] ?? -1);
    },
  };
}
