import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { afterBusiness, businessBetween, minutesOf, type Calendar } from "./calendar.ts";

const office = (zone: string, more: Partial<Calendar> = {}): Calendar => ({
  zone,
  days: new Set([1, 2, 3, 4, 5]),
  opens: 9 * 60,
  closes: 17 * 60,
  holidays: new Set(),
  ...more,
});
const always = (zone: string): Calendar => office(zone, { days: new Set([1, 2, 3, 4, 5, 6, 7]), opens: 0, closes: 1_440 }); // prettier-ignore
const at = (iso: string): number => Date.parse(iso);
const hours = (calendar: Calendar, from: string, until: string): number =>
  businessBetween(calendar, at(from), at(until)) / 3_600_000;
const after = (calendar: Calendar, from: string, minutes: number): string =>
  new Date(afterBusiness(calendar, at(from), minutes * 60_000) ?? Number.NaN).toISOString();

describe("[CASE-4] business time", () => {
  const newYork = office("America/New_York");
  it("stops in the evening and goes on in the morning; a weekend does not count", () => {
    // Friday 20 November 2026, New York is UTC-5.
    expect(hours(newYork, "2026-11-20T15:00-05:00", "2026-11-23T10:00-05:00")).toBe(3);
    expect(after(newYork, "2026-11-20T15:00-05:00", 180)).toBe("2026-11-23T15:00:00.000Z");
    expect(hours(newYork, "2026-11-21T00:00-05:00", "2026-11-23T00:00-05:00")).toBe(0);
  });
  it("begins at the next opening for what comes at night", () => {
    expect(after(newYork, "2026-11-19T22:10-05:00", 30)).toBe("2026-11-20T14:30:00.000Z");
  });
  it("ends with the day where the time is just used up", () => {
    expect(after(newYork, "2026-11-20T16:00-05:00", 60)).toBe("2026-11-20T22:00:00.000Z");
  });
  it("leaves holidays out", () => {
    const thanksgiving = { ...newYork, holidays: new Set(["2026-11-26"]) };
    expect(hours(thanksgiving, "2026-11-25T16:00-05:00", "2026-11-27T10:00-05:00")).toBe(2);
  });
  it("goes by the clock on the wall over a change: nine to five is eight hours on each of those days", () => {
    // Clocks go back on 1 November 2026 in New York, a Sunday, and forward on 8 March.
    const week = { ...newYork, days: new Set([1, 2, 3, 4, 5, 6, 7]) };
    expect(hours(week, "2026-11-01T00:00-04:00", "2026-11-02T00:00-05:00")).toBe(8);
    expect(after(newYork, "2026-10-30T16:30-04:00", 60)).toBe("2026-11-02T14:30:00.000Z");
    expect(after(newYork, "2026-03-06T16:30-05:00", 60)).toBe("2026-03-09T13:30:00.000Z");
  });
  it("counts the hour that comes twice twice, and the one that is skipped not at all", () => {
    const berlin = always("Europe/Berlin");
    expect(hours(berlin, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00")).toBe(25);
    expect(hours(berlin, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00")).toBe(23);
    // Open from 2:00 to 3:00, which is the hour that is skipped and the one that comes twice.
    const night = { ...berlin, opens: 120, closes: 180 };
    expect(hours(night, "2026-03-29T00:00+01:00", "2026-03-30T00:00+02:00")).toBe(0);
    expect(hours(night, "2026-10-25T00:00+02:00", "2026-10-26T00:00+01:00")).toBe(2);
  });
  it("has a first minute where a day begins at one o'clock, because midnight is skipped", () => {
    // Clocks go forward at midnight in Santiago: 6 September 2026 begins at 1:00.
    expect(hours(always("America/Santiago"), "2026-09-06T00:00-04:00", "2026-09-07T00:00-03:00")).toBe(23);
  });
  it("knows zones of half hours and quarters", () => {
    expect(hours(office("Asia/Kolkata"), "2026-11-24T08:00+05:30", "2026-11-24T10:00+05:30")).toBe(1);
    expect(after(office("Asia/Kathmandu"), "2026-11-24T09:00+05:45", 15)).toBe("2026-11-24T03:30:00.000Z");
    expect(hours(office("Australia/Lord_Howe"), "2026-04-05T00:00+11:00", "2026-04-06T12:00+10:30")).toBe(3);
  });
  it("never ends where nothing ever opens", () => {
    expect(afterBusiness({ ...newYork, days: new Set() }, 0, 60_000)).toBe(null);
  });
  it("reads times of day, and nothing else", () => {
    expect(["09:00", "24:00", "00:15", "9:00", "24:01", "12:60", "", null].map(minutesOf)).toEqual([540, 1_440, 15, null, null, null, null, null]); // prettier-ignore
  });

  const calendars = fc.record({
    zone: fc.constantFrom("UTC", "America/New_York", "Europe/Berlin", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo"), // prettier-ignore
    days: fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1 }).map((days) => new Set(days)),
    hours: fc.tuple(fc.integer({ min: 0, max: 1_439 }), fc.integer({ min: 1, max: 1_440 })).filter(([a, b]) => a < b),
    holidays: fc.constantFrom(new Set<string>(), new Set(["2026-03-30", "2026-11-26"])),
  });
  const calendarOf = ({ hours: [opens, closes], ...rest }: { zone: string; days: Set<number>; hours: [number, number]; holidays: Set<string> }): Calendar => ({ ...rest, opens, closes }); // prettier-ignore
  const instants = fc.integer({ min: at("2026-02-01T00:00Z") / 1_000, max: at("2026-12-31T00:00Z") / 1_000 }).map((seconds) => seconds * 1_000); // prettier-ignore
  it("adds up: from a to c is from a to b and from b to c", () => {
    fc.assert(
      fc.property(calendars, fc.array(instants, { minLength: 3, maxLength: 3 }), (given, three) => {
        const calendar = calendarOf(given);
        const [a = 0, b = 0, c = 0] = three.toSorted((x, y) => x - y);
        expect(businessBetween(calendar, a, c)).toBe(businessBetween(calendar, a, b) + businessBetween(calendar, b, c));
      }),
      { numRuns: 120 },
    );
  });
  it("agrees with itself: just so much has passed when it has passed, and not a moment before", () => {
    fc.assert(
      fc.property(calendars, instants, fc.integer({ min: 1, max: 3_000 }), (given, from, minutes) => {
        const calendar = calendarOf(given);
        const end = afterBusiness(calendar, from, minutes * 60_000);
        if (end === null) return;
        expect(businessBetween(calendar, from, end)).toBe(minutes * 60_000);
        expect(businessBetween(calendar, from, end - 1)).toBe(minutes * 60_000 - 1);
      }),
      { numRuns: 120 },
    );
  });
});
