import { describe, expect, it } from "vitest";
import { dayMs } from "../kernel/limits.ts";
import { handoffWaits, lateAt, offerEnds } from "./ends.ts";

it("an offer that nobody answers ends after three working days, at the same hour", () => {
  const monday = Date.UTC(2026, 10, 23, 9);
  expect(offerEnds(monday)).toBe(Date.UTC(2026, 10, 26, 9));
  for (let day = 0; day < 14; day += 1) {
    const start = monday + day * dayMs;
    const end = offerEnds(start);
    const between = Array.from({ length: (end - start) / dayMs }, (_, n) =>
      new Date(start + (n + 1) * dayMs).getUTCDay(),
    );
    expect(between.filter((weekday) => weekday !== 0 && weekday !== 6)).toHaveLength(3);
    expect([1, 2, 3, 4, 5]).toContain(new Date(end).getUTCDay());
  }
});

describe("[HAND-5] whom an offer asks something of", () => {
  const monday = Date.UTC(2026, 10, 23, 9);
  const row = { state: "offered", offeredAt: monday, toMember: "bo", late: "tomas" };
  const asks = (member: string, at: number, of: object = {}, teams: string[] = []) =>
    handoffWaits({ ...row, ...of }, { member, teams }, at);
  it("is the receiver, until it ends; after a working day of silence whoever answers for them too", () => {
    expect([asks("bo", monday), asks("tomas", monday), asks("ana", monday)]).toEqual([true, false, false]);
    expect([asks("tomas", lateAt(monday) - 1), asks("tomas", lateAt(monday))]).toEqual([false, true]);
    expect([asks("bo", offerEnds(monday) - 1), asks("bo", offerEnds(monday))]).toEqual([true, false]);
    expect(asks("bo", monday, { state: "accepted" })).toBe(false);
  });
  it("is each of a queue's team, and nobody else whom it names", () => {
    const queue = { toMember: null, toTeam: "europe" };
    expect([asks("lina", monday, queue, ["europe"]), asks("bo", monday, queue, ["west"])]).toEqual([true, false]);
  });
});
