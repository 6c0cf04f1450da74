import { expect, it } from "vitest";
import { dayMs } from "../kernel/limits.ts";
import { offerEnds } from "./ends.ts";

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
