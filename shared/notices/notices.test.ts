import { describe, expect, test } from "vitest";
import { dayMs } from "../kernel/limits.ts";
import { isId, makeId } from "../kernel/id.ts";
import type { RecordOf } from "../records/entities.ts";
import { modeOf, noticeId, noticeKinds, preferenceId } from "./kinds.ts";
import { ignoredOf, isIgnored, isNoise, isQuiet, merged } from "./quiet.ts";

const id = (kind: string, seed: number) => makeId("eu", kind, Uint8Array.from({ length: 13 }, (_, at) => seed * 31 + at * 7)); // prettier-ignore
const at = (text: string) => Date.parse(text);

test("[NOTICE-2] a notice has one id for a member, a kind and a record, in the member's cell, and no other has it", () => {
  const members = [id("mem", 1), id("mem", 2)];
  const abouts = [id("acc", 3), id("tas", 4), makeId("us", "han", new Uint8Array(13).fill(9))];
  const made = members.flatMap((member) => noticeKinds.flatMap((kind) => abouts.map((about) => noticeId(member, kind, about)))); // prettier-ignore
  expect(new Set(made).size).toBe(made.length);
  expect(made.every((one) => isId(one) && one.startsWith("eu_ntc_"))).toBe(true);
  expect(preferenceId(members[0] ?? "")).toMatch(/^eu_prf_/);
});

describe("[NOTICE-5]", () => {
  test("quiet hours are by the member's own clock, over midnight and over a clock change", () => {
    const night = { quietFrom: 22 * 60, quietTo: 7 * 60 };
    const quiet = (text: string, zone = "Europe/Berlin", hours: Parameters<typeof isQuiet>[0] = night) => isQuiet(hours, zone, at(text)); // prettier-ignore
    expect([quiet("2026-11-24T20:59:00Z"), quiet("2026-11-24T21:00:00Z"), quiet("2026-11-25T05:59:00Z"), quiet("2026-11-25T06:00:00Z")]).toEqual([false, true, true, false]); // prettier-ignore
    expect([quiet("2026-03-29T04:59:00Z"), quiet("2026-03-29T05:00:00Z")]).toEqual([true, false]); // summer time since that night
    expect(quiet("2026-11-24T12:00:00Z", "Asia/Tokyo")).toBe(false);
    expect(quiet("2026-11-24T14:00:00Z", "Asia/Tokyo")).toBe(true);
    expect(quiet("2026-11-24T12:30:00Z", "UTC", { quietFrom: 12 * 60, quietTo: 13 * 60 })).toBe(true);
    expect(quiet("2026-11-24T12:30:00Z", "UTC", { quietFrom: 60, quietTo: 60 })).toBe(false);
    expect(quiet("2026-11-24T23:30:00Z", "UTC", {})).toBe(false);
  });
  test("the same about the same within five minutes is one, and the newest stands for it", () => {
    const found = [
      { about: "a", at: 0, text: "first" },
      { about: "b", at: 1_000, text: "other" },
      { about: "a", at: 290_000, text: "second" },
      { about: "a", at: 580_000, text: "third" }, // five minutes after the one before, not after the first
      { about: "a", at: 900_000, text: "later" },
    ];
    expect(merged(found).map(({ text, count }) => [text, count])).toEqual([["later", 1], ["third", 3], ["other", 1]]); // prettier-ignore
  });
  test("people who wait come at once, what lies there in Today; a choice is kept, nonsense is none", () => {
    expect(noticeKinds.map((kind) => modeOf(kind, null))).toEqual([
      "now",
      "now",
      "now",
      "now",
      "digest",
      "digest",
      "now",
    ]);
    expect(modeOf("due", { due: "off" })).toBe("off");
    expect(modeOf("due", { due: "loud" })).toBe("now");
  });
});

describe("[NOTICE-6] ignored", () => {
  const now = at("2026-11-24T12:00:00Z");
  const kept = (more: Partial<RecordOf<"notice">>): RecordOf<"notice"> => ({
    id: "n", anchor: "m", compartment: "private", createdAt: 0, createdBy: "m", noticeKind: "stale", ...more,
  }); // prettier-ignore
  const days = (count: number) => now - count * dayMs;
  test.each([
    ["shown for less than three days", { shownAt: days(2.9) }, false],
    ["shown for three days", { shownAt: days(3) }, true],
    ["opened", { shownAt: days(9), openedAt: days(1) }, false],
    ["put off", { shownAt: days(9), snoozeDay: "2026-11-20" }, false],
    ["settled within a day", { shownAt: days(9), goneAt: days(8) }, false],
    ["settled after four days", { shownAt: days(9), goneAt: days(5) }, true],
    ["never shown", { snoozeDay: null }, false],
  ])("%s", (_, more, expected) => expect(isIgnored(kept(more), now)).toBe(expected));
  test("counted over thirty days and by kind; from twenty shown and three fifths of them the member is asked", () => {
    const many = [
      ...Array.from({ length: 12 }, () => kept({ shownAt: days(5) })),
      ...Array.from({ length: 8 }, () => kept({ shownAt: days(5), openedAt: days(4) })),
      ...Array.from({ length: 30 }, () => kept({ shownAt: days(31) })),
      ...Array.from({ length: 30 }, () => kept({ noticeKind: "due", shownAt: days(5), openedAt: days(5) })),
    ];
    const rates = ignoredOf(many, now);
    expect(rates.get("stale")).toEqual({ shown: 20, ignored: 12 });
    expect(rates.get("due")).toEqual({ shown: 30, ignored: 0 });
    expect([...rates.values()].map(isNoise)).toEqual([true, false]);
    expect(isNoise({ shown: 19, ignored: 19 })).toBe(false);
  });
});
