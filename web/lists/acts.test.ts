import { describe, expect, test } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import type { Mutated } from "../data/types.ts";
import { pullOnce } from "../data/exchange.ts";
import { drop } from "../data/disk.ts";
import { contact, Device, idOf, me, page, rights, snap } from "../data/testing/bench.ts";
import { changeActs, planChanges, planDeletes, runActs, slowly, undoActs, wayOf, type Act, type Change, type Host, type Plan } from "./acts.ts"; // prettier-ignore

const bo = idOf("mem", 2);
const gone = idOf("mem", 3);
const member = (id: string, employment: string): Row =>
  ({ id, anchor: "local_org", compartment: "core", createdAt: 1, createdBy: me, name: id, employment }) as Row;
const account = (number: number, more: Partial<Row> = {}): Row =>
  ({
    ...{ id: idOf("acc", number), anchor: idOf("acc", number), compartment: "core", createdAt: 1, createdBy: me },
    ...{ name: `Account ${number}`, owner: me, team: null, region: null, health: "good", nextAction: null },
    ...{ nextActionDay: null, nextActionZone: null, country: null },
    ...more,
  }) as Row;

/** The real copy with the real mutations on a memory disk; what is refused is refused by them. */
async function host(rows: readonly Row[], unsent = false): Promise<Host & { readonly device: Device }> {
  const device = await new Device().boot();
  const all = {
    account: { identity: null, shared: null },
    contact: { identity: null, shared: null },
    member: { identity: null, shared: null },
  } as const;
  const kindOf = (row: Row) => (row.id.includes("_acc_") ? "account" : row.id.includes("_con_") ? "contact" : "member");
  device.pages = [
    [rights("h1", all), page()],
    [snap("h1", [...[member(me, "active"), member(bo, "active"), member(gone, "left")], ...rows].map((row) => [kindOf(row), row] as const)), page({ cursor: "c2" })],
  ]; // prettier-ignore
  await pullOnce(device.exchange);
  await pullOnce(device.exchange);
  const judged = (name: string, args: unknown): Mutated => {
    const drafted = device.replica.draft(name, args, device.time);
    return drafted.ok ? { ok: true } : { ok: false, ...drafted.error };
  };
  return {
    device,
    zone: "Asia/Shanghai",
    row: (id) => device.replica.record(id),
    may: (_, row) => (row["name"] === "Another's" ? { allowed: false, why: "You answer for it." } : { allowed: true }),
    would: judged,
    mutate: async (name, args) => {
      const answer = judged(name, args);
      if (answer.ok) await device.mutate(name, args);
      return answer;
    },
    takeOut: async (act) => {
      const said = JSON.stringify(act.args);
      const found = [...device.replica.table("outbox")].findLast(
        ([, entry]) => entry.name === act.name && JSON.stringify(entry.args) === said,
      );
      if (unsent && found) await device.store([drop("outbox", found[0])]);
      return unsent && found !== undefined;
    },
  };
}
function whole(steps: Generator<undefined, Plan>): Plan {
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}
const go = (): boolean => true;
const changes = (rows: readonly Row[], field: string, value: Change["value"]): Change[] =>
  rows.map((row) => ({ row, field, value }));
const rowOf = (one: Host, number: number): Row => one.row(idOf("acc", number)) as Row;

describe("[LIST-7] acts on many rows", () => {
  test("are one mutation a row, with the way back; what is so already and what may not be is told apart", async () => {
    const rows = [account(1), account(2, { health: "watch" }), account(3)];
    const one = await host([...rows, account(8, { name: "Another's" })]);
    const plan = whole(planChanges(one, "account", changes([...rows, account(8), account(9)], "health", "watch"))); // prettier-ignore
    expect(plan.acts.map(({ name, args, back }) => [name, args, back?.args])).toEqual([1, 3].map((number) => [
      "account.edit@1",
      { id: idOf("acc", number), set: { health: "watch" } },
      { id: idOf("acc", number), set: { health: "good" } },
    ])); // prettier-ignore
    expect(plan.same).toBe(1);
    expect(plan.not.map(({ row, why }) => [row.id, why.kind])).toEqual([[idOf("acc", 8), "refused"], [idOf("acc", 9), "absent"]]); // prettier-ignore

    const ran = await runActs(one, plan.acts, go);
    expect([ran.done.length, ran.not, ran.left]).toEqual([2, [], 0]);
    expect([1, 2, 3].map((number) => rowOf(one, number)["health"])).toEqual(["watch", "watch", "watch"]);
    const back = await undoActs(one, ran.done, go);
    expect([back.done.length, back.not]).toEqual([2, []]);
    expect([1, 2, 3].map((number) => rowOf(one, number)["health"])).toEqual(["good", "watch", "good"]);
  });

  test("a row that somebody changed since is left as it is by Undo", async () => {
    const rows = [account(1), account(2)];
    const one = await host(rows);
    const ran = await runActs(one, whole(planChanges(one, "account", changes(rows, "country", "Chile"))).acts, go);
    await one.device.mutate("account.edit@1", { id: idOf("acc", 2), set: { country: "Peru" } });
    const back = await undoActs(one, ran.done, go);
    expect(back.not.map(({ row, why }) => [row.id, why.kind])).toEqual([[idOf("acc", 2), "moved"]]);
    expect([rowOf(one, 1)["country"], rowOf(one, 2)["country"]]).toEqual([null, "Peru"]);
  });

  test("owner and region move by their own act, which names the owner that was seen; nobody who left gets anything", async () => {
    const rows = [account(1), account(2, { owner: bo })];
    const one = await host(rows);
    const left = whole(planChanges(one, "account", changes(rows, "owner", gone)));
    expect([left.acts, left.not.map(({ why }) => why.kind)]).toEqual([[], ["refused", "refused"]]);
    const plan = whole(planChanges(one, "account", [...changes(rows, "owner", bo), ...changes([account(1)], "country", "Chile")])); // prettier-ignore
    expect(plan.acts.map(({ name }) => name)).toEqual(["account.edit@1", "account.reassign@1"]); // the edit before it is given away
    expect(plan.acts[1]?.args).toEqual({ id: idOf("acc", 1), from: me, to: bo });
    expect(plan.same).toBe(1);
    for (const there of [one, await host(rows, true)]) {
      const ran = await runActs(there, plan.acts, go);
      expect(rowOf(there, 1)["owner"]).toBe(bo);
      await undoActs(there, ran.done, go);
      expect([rowOf(there, 1)["owner"], rowOf(there, 1)["country"]]).toEqual([me, null]);
    }
  });

  test("what one gave away and may not take back is named by Undo, and no act is made of it", async () => {
    const one = await host([account(1)]);
    const may: Host["may"] = (_, row) =>
      row["owner"] === me ? { allowed: true } : { allowed: false, why: "You may pass on what is yours." };
    const ran = await runActs(
      one,
      whole(planChanges({ ...one, may }, "account", changes([account(1)], "owner", bo))).acts,
      go,
    );
    const waiting = one.device.replica.table("outbox").size;
    const back = await undoActs({ ...one, may }, ran.done, go);
    expect([back.done, back.not.map(({ why }) => why.kind)]).toEqual([[], ["refused"]]);
    expect([rowOf(one, 1)["owner"], one.device.replica.table("outbox").size]).toEqual([bo, waiting]);
  });

  test("a day is written with its zone, and goes with it", async () => {
    const one = await host([account(1)]);
    const [act] = changeActs("account", account(1), { nextActionDay: "2026-12-01" }, one.zone);
    expect(act?.args["set"]).toEqual({ nextActionDay: "2026-12-01", nextActionZone: "Asia/Shanghai" });
    expect(act?.back?.args["set"]).toEqual({ nextActionDay: null, nextActionZone: null });
    expect(changeActs("account", account(1), { nextActionDay: null }, one.zone)[0]?.args["set"]).toEqual({ nextActionDay: null, nextActionZone: null }); // prettier-ignore
  });

  test("what was stopped keeps what was done, and Undo takes back just that", async () => {
    const rows = Array.from({ length: 9 }, (_, at) => account(at + 1));
    const one = await host(rows);
    const { acts } = whole(planChanges(one, "account", changes(rows, "health", "watch")));
    const ran = await runActs(one, acts, (done) => done < 4);
    expect([ran.done.length, ran.left]).toEqual([4, 5]);
    expect(rows.filter(({ id }) => one.row(id)?.["health"] === "watch")).toHaveLength(4);
    await undoActs(one, ran.done, go);
    expect(rows.filter(({ id }) => one.row(id)?.["health"] === "watch")).toHaveLength(0);
  });

  test("deleted ones come back: those that were not sent at once", async () => {
    const rows = [contact(1), contact(2)];
    const one = await host([account(1), ...rows], true);
    const plan = whole(planDeletes(one, "contact", [...rows, contact(7)]));
    expect(plan.not.map(({ row }) => row.id)).toEqual([contact(7).id]);
    const ran = await runActs(one, plan.acts, go);
    expect(rows.map(({ id }) => one.row(id))).toEqual([undefined, undefined]);
    await undoActs(one, ran.done, go);
    expect(rows.map(({ id }) => one.row(id)?.["name"])).toEqual(["Contact 1", "Contact 2"]);
  });

  test("[LEAK-54] a value that is hidden is not written, and not told from one that no list writes by more than its name", async () => {
    const { health: _hidden, ...narrow } = account(1);
    const one = await host([narrow as Row]);
    const plan = whole(planChanges(one, "account", changes([narrow as Row], "health", "watch")));
    expect([plan.acts, plan.same, plan.not.map(({ why }) => why)]).toEqual([[], 0, [{ kind: "hidden" }]]);
    expect(["restricted", "accountOwner", "createdAt", "touched", "customShared"].map((field) => wayOf("account", field))).toEqual([undefined, undefined, undefined, undefined, undefined]); // prettier-ignore
    expect(wayOf("contact", "owner")).toBe(undefined);
  });

  test("what nobody waits for any more is not gone on with", async () => {
    const rows = Array.from({ length: 2_000 }, (_, at) => account(at + 1));
    const one = await host(rows);
    const steps = planChanges(one, "account", changes(rows, "health", "watch"));
    expect(await slowly(steps, () => false)).toBe(undefined);
    const acts: readonly Act[] = (await slowly(planChanges(one, "account", changes(rows, "health", "watch")), go))?.acts ?? [];
    expect(acts).toHaveLength(2_000);
  }); // prettier-ignore
});
