/** Seeded chance, and times taken in turn: A B A B, so that whatever else the machine does meets all alike. */

export interface Random {
  /** From 0 up to but without `below`. */
  int(below: number): number;
  chance(share: number): boolean;
  pick<T>(list: readonly T[]): T;
}
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const int = (below: number): number => Math.floor(next() * below);
  return {
    int,
    chance: (share) => next() < share,
    pick<T>(list: readonly T[]): T {
      const one = list[int(list.length)];
      if (one === undefined) throw new Error("nothing to pick from");
      return one;
    },
  };
}

export interface Times {
  readonly median: number;
  readonly p95: number;
}
export function timesOf(values: readonly number[]): Times {
  const sorted = [...values].sort((left, right) => left - right);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { median: at(0.5), p95: at(0.95) };
}

/** What is done again and again, in pieces that take well under a time slice of the machine's scheduler. */
export interface Subject {
  readonly name: string;
  /** Does the piece with this number; answers a number made of its results, so that no work can be optimised away. */
  readonly run: (piece: number) => number;
}
/**
 * Nanoseconds an operation, by subject. In every round each subject does every piece, one after the other. Of each
 * piece the median over the rounds counts, so that a round in which the machine was busy elsewhere does not; the first
 * quarter of the rounds warms up and does not count. `size`: operations in a piece.
 */
export function interleaved(
  subjects: readonly Subject[],
  pieces: number,
  size: number,
  rounds: number,
): Map<string, Times> {
  const taken = new Map(subjects.map(({ name }) => [name, Array.from({ length: pieces }, () => [] as number[])]));
  const answers = new Map<string, number>();
  const warm = Math.ceil(rounds / 4);
  for (let round = 0; round < rounds + warm; round += 1) {
    for (let piece = 0; piece < pieces; piece += 1) {
      for (const { name, run } of subjects) {
        const start = process.hrtime.bigint();
        const sum = run(piece);
        const ns = Number(process.hrtime.bigint() - start) / size;
        const key = `${name} ${piece}`;
        if ((answers.get(key) ?? sum) !== sum) throw new Error(`${name} answers otherwise from round to round`);
        answers.set(key, sum);
        if (round >= warm) taken.get(name)?.[piece]?.push(ns);
      }
    }
  }
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  return new Map(
    [...taken].map(([name, byPiece]) => {
      const times = byPiece.map(timesOf);
      return [name, { median: mean(times.map(({ median }) => median)), p95: mean(times.map(({ p95 }) => p95)) }];
    }),
  );
}
