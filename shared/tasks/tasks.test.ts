import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDays, dayIn, instantIn, minuteIn, weekdayOf } from "../kernel/clock.ts";
import { checklistOf, itemAt, itemsOf } from "./checklist.ts";
import { dueAt, dueDayIn, dueOrder, isLate, lateFrom, remindAt } from "./due.ts";
import { nextDay, parseRepeat, repeatText } from "./repeat.ts";

const at = (text: string) => Date.parse(text);

describe("[TASK-1] due", () => {
  test("a time is by the clock of its zone, in summer and in winter", () => {
    expect(instantIn("2026-07-01", 9 * 60, "Europe/Berlin")).toBe(at("2026-07-01T07:00:00Z"));
    expect(instantIn("2026-12-01", 9 * 60, "Europe/Berlin")).toBe(at("2026-12-01T08:00:00Z"));
    expect(instantIn("2026-12-01", 0, "Pacific/Kiritimati")).toBe(at("2026-11-30T10:00:00Z"));
    expect(instantIn("2026-12-01", 23 * 60 + 59, "Asia/Kathmandu")).toBe(at("2026-12-01T18:14:00Z"));
  });
  test("a minute that is left out is as long after midnight as it would have been; one that comes twice is the first", () => {
    expect(instantIn("2026-03-29", 2 * 60 + 30, "Europe/Berlin")).toBe(at("2026-03-29T01:30:00Z")); // 03:30 on the wall
    expect(instantIn("2026-10-25", 2 * 60 + 30, "Europe/Berlin")).toBe(at("2026-10-25T00:30:00Z"));
    expect(instantIn("2026-03-08", 2 * 60 + 15, "America/New_York")).toBe(at("2026-03-08T07:15:00Z"));
    expect(instantIn("2026-09-06", 0, "America/Santiago")).toBe(at("2026-09-06T04:00:00Z")); // midnight itself is left out
  });
  test("what a zone's clock shows at an instant leads back to it, but where a minute comes twice", () => {
    const zones = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC", "America/St_Johns"];
    fc.assert(
      fc.property(fc.integer({ min: at("2024-01-01"), max: at("2030-01-01") }), fc.constantFrom(...zones), (raw, zone) => {
        const minute = Math.floor(raw / 60_000) * 60_000;
        const back = instantIn(dayIn(minute, zone), minuteIn(minute, zone), zone);
        expect([0, 30 * 60_000, 60 * 60_000]).toContain(minute - back);
      }),
      { numRuns: 400 },
    );
  }); // prettier-ignore
  test("a day is late when it is over where it is due, a time at its minute", () => {
    const day = { dueDay: "2026-11-24", dueMin: null, dueZone: "America/New_York" };
    expect(lateFrom(day, "Europe/Berlin")).toBe(at("2026-11-25T05:00:00Z"));
    expect(isLate(day, "Europe/Berlin", at("2026-11-25T04:59:59Z"))).toBe(false);
    expect(isLate(day, "Europe/Berlin", at("2026-11-25T05:00:00Z"))).toBe(true);
    expect(isLate({ ...day, dueMin: 600 }, "Europe/Berlin", at("2026-11-24T15:00:00Z"))).toBe(true);
    expect(isLate({ dueDay: null, dueMin: null, dueZone: null }, "UTC", at("2030-01-01"))).toBe(false);
  });
  test("with a time it stands on the reader's own day, else on its own", () => {
    const late = { dueDay: "2026-11-24", dueMin: 22 * 60, dueZone: "America/Los_Angeles" };
    expect(dueDayIn(late, "Europe/Berlin")).toBe("2026-11-25");
    expect(dueDayIn({ ...late, dueMin: null }, "Europe/Berlin")).toBe("2026-11-24");
    expect(dueAt({ ...late, dueZone: null }, "UTC")).toBe(at("2026-11-24T22:00:00Z"));
    const inOrder = [
      { dueDay: "2026-11-24", dueMin: 540, dueZone: "UTC" },
      { dueDay: "2026-11-24", dueMin: 600, dueZone: "Europe/Berlin" }, // 09:00 UTC as well
      { dueDay: "2026-11-24", dueMin: 1020, dueZone: "UTC" },
      { dueDay: "2026-11-24", dueMin: null, dueZone: "UTC" },
      { dueDay: "2026-11-25", dueMin: null, dueZone: "UTC" },
      { dueDay: null, dueMin: null, dueZone: null },
    ];
    const keys = inOrder.map((due) => dueOrder(due, "UTC"));
    expect(keys).toEqual([...keys].sort());
  });
  test("[TASK-4] a reminder counts from the time, or from nine in the morning of the day", () => {
    const task = { dueDay: "2026-03-29", dueMin: null, dueZone: "Europe/Berlin", remindMin: 0 };
    expect(remindAt(task, "UTC")).toBe(at("2026-03-29T07:00:00Z"));
    expect(remindAt({ ...task, remindMin: 1440 }, "UTC")).toBe(at("2026-03-28T07:00:00Z"));
    expect(remindAt({ ...task, dueMin: 600, remindMin: 15 }, "UTC")).toBe(at("2026-03-29T07:45:00Z"));
    expect(remindAt({ ...task, remindMin: null }, "UTC")).toBeNull();
  });
});

describe("[TASK-2] what comes again", () => {
  const next = (rule: string, day: string, notBefore = day): string => {
    const repeat = parseRepeat(rule);
    if (!repeat) throw new Error(rule);
    return nextDay(repeat, day, notBefore);
  };
  test.each([
    ["FREQ=DAILY", "2026-02-28", "2026-03-01"],
    ["FREQ=DAILY;INTERVAL=3", "2026-03-28", "2026-03-31"], // over the day on which clocks change
    ["FREQ=WEEKLY", "2026-11-24", "2026-12-01"],
    ["FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-24", "2026-11-26"], // a Tuesday
    ["FREQ=WEEKLY;BYDAY=MO,TH", "2026-11-26", "2026-11-30"],
    ["FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "2026-11-26", "2026-12-07"],
    ["FREQ=MONTHLY;BYMONTHDAY=15", "2026-11-15", "2026-12-15"],
    ["FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", "2026-02-28"],
    ["FREQ=MONTHLY;BYMONTHDAY=31", "2026-02-28", "2026-03-31"], // by the rule again
    ["FREQ=MONTHLY;BYMONTHDAY=-1", "2028-01-31", "2028-02-29"],
    ["FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=30", "2026-11-30", "2027-02-28"],
    ["FREQ=MONTHLY;BYMONTHDAY=20", "2026-11-15", "2026-11-20"], // was moved by hand
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2028-02-29", "2029-02-28"],
    ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "2031-02-28", "2032-02-29"],
    ["FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", "2026-12-31", "2027-12-31"],
  ])("%s after %s is %s", (rule, day, expected) => expect(next(rule, day)).toBe(expected));
  test("what was missed is not made up for", () => {
    expect(next("FREQ=DAILY", "2026-11-01", "2026-11-24")).toBe("2026-11-24");
    expect(next("FREQ=DAILY;INTERVAL=7", "2026-11-01", "2026-11-24")).toBe("2026-11-29");
    expect(next("FREQ=WEEKLY;BYDAY=MO", "2026-06-01", "2026-11-24")).toBe("2026-11-30");
    expect(next("FREQ=MONTHLY;BYMONTHDAY=31", "2026-01-31", "2026-06-30")).toBe("2026-06-30");
    expect(next("FREQ=YEARLY;BYMONTH=1;BYMONTHDAY=1", "2020-01-01", "2026-11-24")).toBe("2027-01-01");
  });
  test("the time on the wall stays, whatever the clocks do", () => {
    const days = ["2026-03-28"];
    for (let step = 0; step < 3; step += 1) days.push(next("FREQ=DAILY", days.at(-1) ?? ""));
    const instants = days.map((day) => instantIn(day, 9 * 60, "Europe/Berlin"));
    expect(instants.map((one) => minuteIn(one, "Europe/Berlin"))).toEqual([540, 540, 540, 540]);
    expect(instants.map((one, index) => (one - (instants[index - 1] ?? one)) / 3_600_000)).toEqual([0, 23, 24, 24]);
  });
  const rules = fc.oneof(
    fc.record({ by: fc.constant("day" as const), every: fc.integer({ min: 1, max: 99 }) }),
    fc.record({ by: fc.constant("week" as const), every: fc.integer({ min: 1, max: 12 }), days: fc.uniqueArray(fc.integer({ min: 0, max: 6 })).map((days) => days.sort((a, b) => a - b)) }),
    fc.record({ by: fc.constant("month" as const), every: fc.integer({ min: 1, max: 24 }), on: fc.constantFrom(-1, 1, 15, 28, 29, 30, 31) }),
    fc.record({ by: fc.constant("year" as const), every: fc.integer({ min: 1, max: 4 }), month: fc.integer({ min: 1, max: 12 }), on: fc.constantFrom(-1, 1, 29, 31) }),
  ); // prettier-ignore
  test("a rule is what its text says, and the next day lies after the one before and not before today", () => {
    fc.assert(
      fc.property(rules, fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 0, max: 900 }), (repeat, from, missed) => {
        expect(parseRepeat(repeatText(repeat))).toEqual(repeat);
        const day = addDays("2026-01-01", from);
        const found = nextDay(repeat, day, addDays(day, missed));
        expect(found > day && found >= addDays(day, missed)).toBe(true);
        if (repeat.by === "week") expect(repeat.days.length > 0 ? repeat.days : [weekdayOf(day)]).toContain(weekdayOf(found)); // prettier-ignore
        // Nothing that the rule names lies in between: from a day before it, it is found just so.
        if (repeat.by !== "day" && !(repeat.by === "week" && repeat.days.length === 0)) expect(nextDay({ ...repeat, every: 1 }, addDays(found, -1), found)).toBe(found);
      }),
    );
  }); // prettier-ignore
  test.each(["", "FREQ=HOURLY", "FREQ=DAILY;BYDAY=MO", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY", "FREQ=MONTHLY;BYMONTHDAY=0", "FREQ=YEARLY;BYMONTH=13;BYMONTHDAY=1", "FREQ=DAILY;INTERVAL=0", "FREQ=DAILY;COUNT=3", "every day"])(
    "%j is no rule, and nothing repeats by it",
    (text) => expect(parseRepeat(text)).toBeNull(),
  ); // prettier-ignore
});

test("[TASK-5] steps are lines; a tick finds its step by its words, of several the nearest", () => {
  const text = "- [x] Call Noor\n- [ ] Send the quote\n\nplain words\n* [X] Old";
  const items = itemsOf(text);
  expect(items).toEqual([
    { text: "Call Noor", done: true },
    { text: "Send the quote", done: false },
    { text: "plain words", done: false },
    { text: "Old", done: true },
  ]);
  expect(itemsOf(checklistOf(items))).toEqual(items);
  expect(checklistOf([])).toBeNull();
  const twice = [...items, { text: "Call Noor", done: false }];
  expect([itemAt(twice, 0, "Call Noor"), itemAt(twice, 4, "Call Noor"), itemAt(twice, 0, "Gone")]).toEqual([0, 4, -1]);
});
