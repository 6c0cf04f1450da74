/** Decisions and masks in memory, beside CASL, Cedar and plain functions, each answer compared. */
import { bind } from "../../shared/access/engine.ts";
import type { Policy } from "../../shared/access/rules.ts";
import { groupsIn } from "../../shared/records/groups.ts";
import { interleaved, type Subject, type Times } from "../lib/measure.ts";
import { rowsOf, type BenchRow, type Check } from "../lib/report.ts";
import { casl, cedar, cedarResource, plain, type Plain } from "./peers.ts";
import { at, type Asker, type Question } from "./world.ts";

export interface Measured {
  readonly rows: readonly BenchRow[];
  readonly checks: readonly Check[];
  readonly times: ReadonlyMap<string, Times>;
}
const inPieces = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.floor(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));
const count = <T>(list: readonly T[] | undefined, test: (one: T) => boolean): number => {
  let sum = 0;
  for (const one of list ?? []) if (test(one)) sum += 1;
  return sum;
};

/** `label` names the policy; `pieceSize` keeps a piece under a millisecond for the slowest of the three. */
export function decisions(label: string, askers: readonly Asker[], pieceSize: number, rounds: number): Measured {
  const asked = askers.flatMap((asker) => {
    const peers = { casl: casl(asker.slice), cedar: cedar(asker.slice, `${label} ${asker.facts.member}`) };
    const known = new Map<string, Plain>();
    return asker.questions.map((question) => {
      const key = `${question.action} ${question.entity}`;
      const test = known.get(key) ?? plain(asker.slice, question.action, question.entity);
      known.set(key, test);
      return { ...peers, ...question, test, bound: asker.bound, resource: cedarResource(question.doc) };
    });
  });
  type Asked = (typeof asked)[number];
  const tests: { readonly [name: string]: (one: Asked) => boolean } = {
    baton: ({ bound, action, entity, compartment, place, row }) =>
      bound.decide(action, entity, compartment, place, at, row).allowed,
    casl: (one) => one.casl.decide(one.action, one.doc),
    floor: ({ test, doc }) => test(doc),
    cedar: (one) => one.cedar(one.action, one.resource),
  };
  const what = `decision, ${label}`;
  const answers = asked.map((one) => tests["baton"]?.(one));
  const note = `${Math.round((100 * answers.filter(Boolean).length) / answers.length)} % allowed`;
  const checks = ["casl", "floor", "cedar"].map((peer): Check => {
    // Cedar takes a thousand times as long; it is asked some of the questions, of all the members.
    const every = peer === "cedar" ? 7 : 1;
    const some = asked.flatMap((one, index) => (index % every === 0 ? [tests[peer]?.(one) === answers[index]] : []));
    return { peer, what, compared: some.length, wrong: some.filter((same) => !same).length, note };
  });
  const pieces = inPieces(asked, pieceSize);
  const subject = (name: string): Subject => ({
    name,
    run: (piece) => count(pieces[piece], tests[name] ?? (() => false)),
  });
  const times = interleaved(["baton", "casl", "floor"].map(subject), pieces.length, pieceSize, rounds);
  const few = asked.filter((_, index) => index % Math.ceil(asked.length / 30) === 0);
  const slow: Subject = {
    name: "cedar",
    run: (piece) => count(few.slice(piece, piece + 1), tests["cedar"] ?? (() => false)),
  };
  for (const [name, value] of interleaved([slow], few.length, 1, Math.min(rounds, 12))) times.set(name, value);
  return { rows: rowsOf(what, "", "ns", times), checks, times };
}

/** The field masks of 500 records at once, as a list needs them; of the member for whom they take longest. */
export const maskRecords = 500;
const maskPiece = 25;
export function masks(askers: readonly Asker[], rounds: number): Measured {
  let wrong = 0;
  let slowest: { base: string; times: Map<string, Times> } | null = null;
  for (const { bound, facts, slice, questions } of askers) {
    const peer = casl(slice);
    const lot = questions
      .slice(0, maskRecords)
      .map((one: Question) => ({ ...one, test: plain(slice, "read", one.entity) }));
    for (const { entity, compartment, place, doc } of lot) {
      const theirs = peer.mask(doc);
      const mine = groupsIn(bound.readMask(entity, compartment, place, at))
        .sort()
        .join();
      if ((theirs.includes("identity") ? [...theirs].sort().join() : "") !== mine) wrong += 1;
    }
    const pieces = inPieces(lot, maskPiece);
    const sum = (piece: number, of: (one: (typeof lot)[number]) => number): number =>
      (pieces[piece] ?? []).reduce((total, one) => total + of(one), 0);
    const times = interleaved(
      [
        {
          name: "baton",
          run: (piece) => sum(piece, (one) => bound.readMask(one.entity, one.compartment, one.place, at)),
        },
        { name: "casl", run: (piece) => sum(piece, ({ doc }) => peer.mask(doc).length) },
        { name: "floor", run: (piece) => (pieces[piece] ?? []).filter(({ test, doc }) => test(doc)).length },
      ],
      pieces.length,
      maskPiece,
      rounds,
    );
    if ((times.get("baton")?.median ?? 0) > (slowest?.times.get("baton")?.median ?? -1))
      slowest = { base: facts.base, times };
  }
  const what = `mask of ${maskRecords} records`;
  const times = new Map(
    [...(slowest?.times ?? [])].map(([name, { median, p95 }]) => [
      name,
      { median: median * maskRecords, p95: p95 * maskRecords },
    ]),
  );
  return {
    rows: rowsOf(`${what} (${slowest?.base}, who takes longest)`, "", "ns", times),
    checks: [{ peer: "casl", what, compared: askers.length * maskRecords, wrong, note: "every field group of each" }],
    times,
  };
}

/** What a request pays when nothing is held in memory: binding, and the condition of a list. */
export function making(policy: Policy, askers: readonly Asker[], rounds: number): BenchRow[] {
  const facts = askers.map((asker) => asker.facts);
  const bounds = askers.map((asker) => asker.bound);
  const aliases = { anchor: "a", record: "r" };
  const bindTimes = interleaved(
    [
      { name: "baton", run: (piece) => facts.slice(piece, piece + 1).map((one) => bind(policy, one)).length },
      { name: "casl", run: (piece) => askers.slice(piece, piece + 1).map((one) => casl(one.slice)).length },
    ],
    facts.length,
    1,
    rounds,
  );
  const whereTimes = interleaved(
    [
      {
        name: "baton",
        run: (piece) =>
          bounds.slice(piece, piece + 1).filter((one) => one.visibleSql("opportunity", aliases, at).kind === "where")
            .length,
      },
    ],
    bounds.length,
    1,
    rounds,
  );
  return [
    ...rowsOf("binding the policy to a member", "", "ns", bindTimes),
    ...rowsOf("condition of a list", "", "ns", whereTimes),
  ];
}
