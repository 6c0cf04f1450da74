import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  approvalActs,
  approvalKinds,
  approvalStates,
  decideAction,
  isEnded,
  samePerson,
  stateAt,
  step,
  type ApprovalAct,
  type ApprovalParty,
  type ApprovalState,
} from "./state.ts";

const parties: readonly ApprovalParty[] = ["requester", "asked", "mutation", "clock", "value"];

/** The table of the spec once more, as sentences. Everything that does not stand here is no step. */
const allowed = `
  draft open requester open
  open approve asked approved
  open refuse asked refused
  open return asked returned
  open pass_on asked open
  open pass_back asked open
  open withdraw requester withdrawn
  open expire clock expired
  open spoil value stale
  returned answer requester open
  returned withdraw requester withdrawn
  returned expire clock expired
  approved use mutation used
  approved expire clock expired
  approved spoil value stale`
  .trim()
  .split("\n")
  .map((line) => line.trim());

describe("[APPROVAL-1] an approval's state", () => {
  it("has the steps of the table and no other: every state, act and party", () => {
    const found = approvalStates.flatMap((state) =>
      approvalActs.flatMap((act) =>
        parties.flatMap((by) => {
          const to = step(state, act, by);
          return to === null ? [] : [`${state} ${act} ${by} ${to}`];
        }),
      ),
    );
    expect(found.sort()).toEqual([...allowed].sort());
  });

  it("never leaves an end, whatever is tried", () => {
    const ends: readonly ApprovalState[] = ["refused", "withdrawn", "expired", "stale", "used"];
    expect(approvalStates.filter(isEnded)).toEqual(ends);
    for (const end of ends)
      for (const act of approvalActs) for (const by of parties) expect(step(end, act, by)).toBeNull();
  });

  it("is used at most once, and only after a holder approved what stands", () => {
    const acts = fc.array(fc.record({ act: fc.constantFrom(...approvalActs), by: fc.constantFrom(...parties) }), {
      maxLength: 40,
    });
    fc.assert(
      fc.property(acts, (tried) => {
        let state: ApprovalState = "draft";
        const done: ApprovalAct[] = [];
        for (const { act, by } of tried) {
          const to = step(state, act, by);
          if (to === null) continue;
          state = to;
          done.push(act);
        }
        const used = done.filter((act) => act === "use").length;
        expect(used).toBeLessThanOrEqual(1);
        if (used === 1) expect(done.slice(-2)).toEqual(["approve", "use"]);
        if (done.length > 0) expect(done[0]).toBe("open");
      }),
    );
  });
});

describe("[APPROVAL-2] the clock and the values decide when somebody acts", () => {
  it("ends at the exact instant and not before", () => {
    for (const state of ["open", "returned", "approved"] as const) {
      expect(stateAt(state, 1_000, false, 999)).toBe(state);
      expect(stateAt(state, 1_000, false, 1_000)).toBe("expired");
    }
    expect(stateAt("used", 1_000, true, 2_000)).toBe("used");
    expect(stateAt("refused", 1_000, true, 2_000)).toBe("refused");
  });
  it("is stale once a value moved, and expired first of all", () => {
    expect(stateAt("open", null, true, 5)).toBe("stale");
    expect(stateAt("approved", 10, true, 5)).toBe("stale");
    expect(stateAt("approved", 10, true, 10)).toBe("expired");
    expect(stateAt("returned", null, true, 5)).toBe("returned"); // answering it binds the values of that time
  });
});

describe("[APPROVAL-3] two persons", () => {
  it("are two only if no name stands on both sides", () => {
    expect(samePerson(["ann"], ["bo"])).toBe(false);
    expect(samePerson(["ann", "bo"], ["cy", "bo"])).toBe(true);
    expect(samePerson(["ann"], ["bo", "ann"])).toBe(true);
  });
  it("are needed for every kind: each has a right of its own to decide", () => {
    for (const kind of approvalKinds) expect(decideAction[kind]).toMatch(/^approve_/);
  });
});
