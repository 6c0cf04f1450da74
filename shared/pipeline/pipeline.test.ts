import { describe, expect, test } from "vitest";
import { makeId } from "../kernel/id.ts";
import { dayMs, limits } from "../kernel/limits.ts";
import type { RecordOf, Row } from "../records/entities.ts";
import type { Line } from "../records/field.ts";
import type { Fields, Mutation, Tx } from "../records/mutation.ts";
import { mutations } from "../sync/registry.ts";
import { forecastOf } from "./forecast.ts";
import { netOf, priceOf } from "./lines.ts";
import { paceOf } from "./pace.ts";
import { amountOf, sumOf } from "./sums.ts";

const idOf = (kind: string, number: number): string => makeId("local", kind, new Uint8Array(13).fill(number));
const base = { anchor: idOf("acc", 1), compartment: "sales", createdAt: 1_000, createdBy: "m" };
const opp = idOf("opp", 1);
const stages = { open: idOf("stg", 1), next: idOf("stg", 2), won: idOf("stg", 3), lost: idOf("stg", 4) };
const start = Date.parse("2026-11-01T10:00:00Z");
const product = idOf("prd", 1);

/** The mutation itself over a handful of rows. */
function world(opportunity: Fields = {}) {
  const rows = new Map<string, Row>();
  const put = (id: string, fields: Fields): void => void rows.set(id, { ...base, id, ...fields } as Row);
  const stage = (id: string, outcome: string): void => put(id, { pipeline: "p", outcome, next: null });
  stage(stages.open, "open");
  stage(stages.next, "open");
  stage(stages.won, "won");
  stage(stages.lost, "lost");
  put(product, { name: "Seat" });
  // prettier-ignore
  put(opp, { name: "Renewal", pipeline: "p", stage: stages.open, stageSince: start, cameFrom: null, closeDay: "2026-11-20",
    closeMoves: 0, outcomeCode: null, outcomeReason: null, amountMinor: 500, currency: "EUR", discountPct: null, lines: null, ...opportunity });
  const run = (name: string, args: object, now = start, edge = true) => {
    const mutation = mutations.get(name) as Mutation;
    const parsed = mutation.args.safeParse({ id: opp, ...args });
    if (!parsed.success) return "unfit";
    const tx: Partial<Tx> = {
      now,
      cell: "local",
      edge,
      asks: [],
      actor: { member: "m", teams: [], regions: [] },
      get: (id) => rows.get(id) ?? null,
      edit: (id, set) => void rows.set(id, { ...rows.get(id), ...set } as Row),
      endShares: () => undefined,
      share: () => undefined,
    };
    const done = mutation.run(tx as Tx, parsed.data);
    return done.ok ? "ok" : `${done.error.code} ${done.error.fields?.join() ?? ""}`.trim();
  };
  return { run, row: (): Row => rows.get(opp) as Row };
}
const move = (from: string, to: string, more: object = {}) => ({ from, to, ...more });

describe("[PIPE-1] a move", () => {
  test("says since when it is there, by the clock of who decides", () => {
    const { run, row } = world();
    expect(run("opportunity.advance@1", move(stages.open, stages.next), start + dayMs)).toBe("ok");
    expect(row()).toMatchObject({
      stage: stages.next,
      stageSince: start + dayMs,
      cameFrom: { stage: stages.open, since: start },
    });
    expect(run("opportunity.advance@1", move(stages.open, stages.next))).toBe("version_conflict stage");
  });
  test("back at once is as if it had never been; later it is a move like any other", () => {
    for (const [after, since] of [[limits.stageReturnMs - 1, start], [limits.stageReturnMs, start + dayMs + limits.stageReturnMs]] as const) {
      const { run, row } = world();
      run("opportunity.advance@1", move(stages.open, stages.next), start + dayMs);
      run("opportunity.advance@1", move(stages.next, stages.open), start + dayMs + after);
      expect([row()["stage"], row()["stageSince"]]).toEqual([stages.open, since]);
    }
  }); // prettier-ignore
  test("of a record from before there was such a field counts from when it was made", () => {
    const { run, row } = world({ stageSince: null });
    run("opportunity.advance@1", move(stages.open, stages.next), start);
    expect(row()["cameFrom"]).toEqual({ stage: stages.open, since: base.createdAt });
  });
});

describe("[PIPE-2] stuck and slipping", () => {
  const at = start + 21 * dayMs;
  const of = (row: Fields, stage: Fields = { outcome: "open", limitDays: 20 }) =>
    paceOf({ ...world(row).row() } as RecordOf<"opportunity">, stage as never, at, "2026-11-22");
  test("an open one is stuck past the limit of its stage, to the day, and never without a limit", () => {
    expect(of({ closeDay: null }).stuck).toEqual({ days: 21, limit: 20 });
    expect(of({ closeDay: null, stageSince: start + dayMs }).stuck).toBe(null);
    expect(of({}, { outcome: "open", limitDays: null }).stuck).toBe(null);
    expect(of({}, { outcome: "won", limitDays: 1 })).toEqual({ days: 21, stuck: null, slipping: null });
  });
  test("it slips when its close day has passed, or went back twice", () => {
    expect(of({ closeDay: "2026-11-21" }).slipping).toEqual({ why: "passed", days: 1 });
    expect(of({ closeDay: "2026-11-22" }).slipping).toBe(null);
    expect(of({ closeDay: "2026-12-22", closeMoves: 2 }).slipping).toEqual({ why: "moved", times: 2 });
    expect(of({ closeDay: null, closeMoves: 1 }).slipping).toBe(null);
  });
  test("an edit counts a day that goes back, and takes one off for a day that comes nearer", () => {
    const { run, row } = world();
    const close = (day: string | null): unknown => {
      expect(run("opportunity.edit@1", { set: { closeDay: day } })).toBe("ok");
      return row()["closeMoves"];
    };
    const days = [
      "2026-11-25",
      "2026-11-30",
      "2026-11-25",
      "2026-11-25",
      "2026-11-01",
      "2026-10-01",
      null,
      "2027-01-01",
    ];
    expect(days.map(close)).toEqual([1, 2, 1, 1, 0, 0, 0, 0]);
    expect(run("opportunity.edit@1", { set: { closeMoves: 0 } })).toBe("unfit");
  });
});

describe("[PIPE-3] why it was won or lost", () => {
  test("comes with the move, fits the end, and goes when it is open again", () => {
    const { run, row } = world();
    const lost = { outcomeCode: "competitor", outcomeReason: "They were there first" };
    expect(run("opportunity.advance@1", move(stages.open, stages.won, lost))).toBe("invalid outcomeCode");
    expect(run("opportunity.advance@1", move(stages.open, stages.next, lost))).toBe("invalid outcomeCode");
    expect(run("opportunity.advance@1", move(stages.open, stages.lost, lost))).toBe("ok");
    expect(row()).toMatchObject(lost);
    expect(run("opportunity.advance@1", move(stages.lost, stages.won))).toBe("ok");
    expect(row()).toMatchObject({ outcomeCode: null, outcomeReason: null });
    run("opportunity.advance@1", move(stages.won, stages.lost, { outcomeCode: "price" }));
    expect(run("opportunity.advance@1", move(stages.lost, stages.open))).toBe("ok");
    expect(row()).toMatchObject({ stage: stages.open, outcomeCode: null });
    expect(run("opportunity.edit@1", { set: { outcomeCode: "because" } })).toBe("unfit");
  });
});

const opportunity = (more: Fields): RecordOf<"opportunity"> =>
  ({ ...base, id: "o", ...more }) as RecordOf<"opportunity">;
const euro = (amountMinor: number, more: Fields = {}) => opportunity({ amountMinor, currency: "EUR", ...more });
describe("[PIPE-4] sums", () => {
  test("know an amount, an empty one, a hidden one and one that is elsewhere apart", () => {
    const band = { from: 1_000_000, to: 5_000_000 };
    expect(amountOf(euro(5), undefined)).toEqual({ minor: 5, currency: "EUR" });
    expect(amountOf(opportunity({}), euro(5))).toEqual({ minor: 5, currency: "EUR" });
    expect(amountOf(opportunity({ amountMinor: null }), undefined)).toBe("empty");
    expect(amountOf(opportunity({ amountMinor_shared: null }), undefined)).toBe("empty");
    expect(amountOf(opportunity({ amountMinor_shared: band }), undefined)).toBe("away");
    expect(amountOf(opportunity({}), opportunity({ amountMinor_shared: band }))).toBe("hidden");
  });
  test("are one for each currency, and say how many they leave out; a band adds nothing", () => {
    const rows = [euro(5), euro(7), opportunity({ amountMinor: 3, currency: "USD" }), opportunity({ amountMinor: null }),
      opportunity({ amountMinor_shared: { from: 1_000_000, to: null } })]; // prettier-ignore
    const sum = sumOf(rows, (row) => amountOf(row, undefined));
    expect({ ...sum, totals: [...sum.totals] }).toEqual({ count: 5, totals: [["EUR", 12], ["USD", 3]], hidden: 0, away: 1 }); // prettier-ignore
  });
});

describe("[PIPE-5] the forecast", () => {
  const chances = { a: ["open", 25], b: ["open", null], won: ["won", 100], lost: ["lost", 0] } as const;
  const stageOf = (row: RecordOf<"opportunity">) => {
    const [outcome, probabilityPct] = chances[row.stage as keyof typeof chances];
    return { outcome, probabilityPct } as unknown as RecordOf<"stage">;
  };
  const today = "2026-11-22";
  const of = (rows: readonly RecordOf<"opportunity">[]) =>
    forecastOf(rows, { key: (row) => (row.closeDay ?? "").slice(0, 7), stageOf, amountOf: (row) => amountOf(row, undefined), today }); // prettier-ignore
  test("weighs by the chance of the stage, counts what was won from this month on, and leaves out what was lost", () => {
    const { lines, all } = of([
      euro(1_001, { stage: "a", closeDay: "2026-12-01" }),
      euro(1_001, { stage: "a", closeDay: "2026-12-31" }),
      euro(50, { stage: "b", closeDay: "2026-12-01" }),
      euro(300, { stage: "won", closeDay: "2026-11-01" }),
      euro(900, { stage: "won", closeDay: "2026-10-31" }),
      euro(900, { stage: "lost", closeDay: "2026-12-01" }),
      opportunity({ stage: "a" }),
    ]);
    expect(lines.map(({ key, sum, weighted, unweighed }) => [key, sum.count, [...sum.totals], [...weighted], unweighed])).toEqual([
      ["2026-12", 3, [["EUR", 2_052]], [["EUR", 501]], 1], // a quarter of 2,002, once rounded
      ["2026-11", 1, [["EUR", 300]], [["EUR", 300]], 0],
      ["", 1, [], [], 0],
    ]); // prettier-ignore
    expect([all.sum.count, all.sum.away, [...all.weighted]]).toEqual([5, 1, [["EUR", 801]]]);
  });
});

describe("[PIPE-6] lines", () => {
  const line = (more: Partial<Line> = {}): Line => ({ product, name: "Seat", quantity: 10, unitMinor: 2_000, discountPct: 0, ...more }); // prettier-ignore
  test("make the amount and the discount, which is rounded down so that a limit means what it says", () => {
    expect(priceOf([line(), line({ quantity: 1, unitMinor: 5_000, discountPct: 50 })])).toEqual({ amountMinor: 22_500, grossMinor: 25_000, discountPct: 10 }); // prettier-ignore
    expect(priceOf([line({ discountPct: 9 }), line({ discountPct: 10 })])?.discountPct).toBe(9);
    expect(netOf(line({ quantity: 3, unitMinor: 333, discountPct: 33 }))).toBe(999 - 330);
    expect(priceOf([])).toEqual({ amountMinor: 0, grossMinor: 0, discountPct: 0 });
    expect(priceOf([line({ quantity: limits.lineQuantityMax, unitMinor: limits.lineUnitMinorMax })])).toBe(null);
  });
  test("are written all at once, over what was seen, and by their act alone", () => {
    const { run, row } = world();
    expect(run("opportunity.price@1", { lines: [line({ discountPct: 15 })], currency: "USD", seen: null })).toBe("ok");
    expect(row()).toMatchObject({ amountMinor: 17_000, discountPct: 15, currency: "USD", lines: [line({ discountPct: 15 })] }); // prettier-ignore
    expect(run("opportunity.price@1", { lines: [line()], seen: null })).toBe("version_conflict lines");
    expect(run("opportunity.price@1", { lines: [line({ product: idOf("prd", 9) })] })).toBe("invalid lines");
    expect(run("opportunity.price@1", { lines: [line({ quantity: 0 })] })).toBe("unfit");
    expect(run("opportunity.edit@1", { set: { lines: [] } })).toBe("unfit");
    expect(run("opportunity.edit@1", { set: { amountMinor: 1 } })).toBe("invalid amountMinor");
    expect(run("opportunity.edit@1", { set: { amountMinor: 17_000, name: "Other" } })).toBe("ok");
    expect(run("opportunity.price@1", { lines: [] })).toBe("ok");
    expect(row()).toMatchObject({ lines: null, amountMinor: 17_000 });
    expect(run("opportunity.edit@1", { set: { amountMinor: 1 } })).toBe("ok");
  });
  test("are not written by who does not see them; a device that holds none lets the edge decide", () => {
    const blind = world({ lines: undefined });
    expect(blind.run("opportunity.price@1", { lines: [line()] })).toMatch("denied");
    expect(blind.run("opportunity.price@1", { lines: [line()] }, start, false)).toBe("ok");
  });
});
