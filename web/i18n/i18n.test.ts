import { describe, expect, test } from "vitest";
import { en } from "./en.ts";
import { addDays, ago, amountBand, day, daysBetween, fold, instant, money } from "./format.ts";
import { displayName, hueOf, initials } from "./person.ts";
import { lengthened, trialOf } from "./trial.ts";
import { zhCN } from "./zh-CN.ts";

test("both languages have the same keys, and a function where the other has one", () => {
  expect(Object.keys(zhCN).sort()).toEqual(Object.keys(en).sort());
  const different = Object.entries(en).filter(([key, value]) => typeof value !== typeof zhCN[key as keyof typeof zhCN]);
  expect(different).toEqual([]);
});

test("no copy and no key says deal, tenant, workspace, client or ticket", () => {
  const words = Object.entries(en).flatMap(([key, value]) => [key, typeof value === "string" ? value : String(value)]);
  expect(
    words.filter((text) => /\b(deals?|tenants?|workspaces?|clients?|tickets?|user accounts?|scopes?)\b/i.test(text)),
  ).toEqual([]);
});

test("Chinese copy has full-width punctuation between characters", () => {
  const texts = Object.entries(zhCN).map(
    ([key, value]) => `${key} ${typeof value === "string" ? value : String(value)}`,
  );
  expect(texts.filter((text) => /\p{Script=Han}[,:;?](?=\p{Script=Han})/u.test(text))).toEqual([]);
});

test("words for trying the layout are two fifths longer, those of functions too", () => {
  expect(lengthened("Save as")).toBe("Såṽé åš öö");
  const trialWords = trialOf(en);
  expect(trialWords["nav.today"]).toMatch(/^Ţ?T?öđåý/i);
  const long = Object.entries(trialWords).filter(([key, value]) => typeof value === "string" && value.length < String(en[key as keyof typeof en]).length); // prettier-ignore
  expect(long).toEqual([]);
});

describe("names of people", () => {
  test.each([
    [{ given: "Ana", family: "Petrović" }, "Ana Petrović"],
    [{ given: "晓明", family: "王" }, "王晓明"],
    [{ given: "太郎", family: "山田" }, "山田太郎"],
    [{ given: "Li", family: "李" }, "Li 李"],
    [{ name: " Tom O'Neill " }, "Tom O'Neill"],
    [{ family: "Cher" }, "Cher"],
    [{}, ""],
  ])("%o reads %s", (person, shown) => {
    expect(displayName(person)).toBe(shown);
  });
  test.each([
    ["Ana Petrović", "AP"],
    ["Jean-Luc Fournier", "JF"],
    ["王晓明", "王"],
    ["Åsa", "Å"],
    ["e\u0301milie Dubois", "E\u0301D"],
    ["", ""],
    ["  ", ""],
  ])("the initials of %s are %s, in whole graphemes", (name, letters) => {
    expect(initials(name)).toBe(letters);
  });
  test("the colour of a person is one of eight and never changes", () => {
    for (const id of ["a", "local_mem_x", "", "𠮷"]) {
      expect(hueOf(id)).toBeGreaterThanOrEqual(1);
      expect(hueOf(id)).toBeLessThanOrEqual(8);
      expect(hueOf(id)).toBe(hueOf(id));
    }
  });
});

describe("money, days and instants", () => {
  test("[ACCESS-R39] the band of a hidden amount is said by its ends, open ones too, in the member's language", () => {
    const ends = [[null, 10_000_00], [10_000_00, 50_000_00], [250_000_00, null]] as const; // prettier-ignore
    const said = (locale: string): string[] => ends.map(([from, to]) => amountBand({ from, to }, locale));
    expect(said("en")).toEqual(["< 10K", "10K–50K", "≥ 250K"]);
    expect(said("zh-CN")).toEqual(["< 1万", "1万–5万", "≥ 25万"]);
  });
  test("money has the digits of its currency and loses zeros that say nothing", () => {
    expect(money(170_400_000, "USD", "en")).toBe("$1,704,000");
    expect(money(1_999, "EUR", "en")).toBe("€19.99");
    expect(money(1_704_000, "JPY", "en")).toBe("¥1,704,000");
    expect(money(-5, "USD", "en")).toBe("-$0.05");
  });
  test("near days have names, others the year only when it is another", () => {
    const opts = { locale: "en", today: "2026-11-24" };
    expect(day("2026-11-24", opts)).toBe("today");
    expect(day("2026-11-25", opts)).toBe("tomorrow");
    expect(day("2026-12-03", opts)).toBe("Dec 3");
    expect(day("2027-01-03", opts)).toBe("Jan 3, 2027");
    expect(day("2026-12-03", { ...opts, locale: "zh-CN" })).toBe("12月3日");
  });
  test("a due day names its zone when it is not mine", () => {
    expect(
      day("2026-12-03", { locale: "en", today: "2026-11-24", zone: "Asia/Ho_Chi_Minh", mine: "Europe/Berlin" }),
    ).toBe("Dec 3 (Ho Chi Minh)");
    expect(day("2026-12-03", { locale: "en", today: "2026-11-24", zone: "Europe/Berlin", mine: "Europe/Berlin" })).toBe(
      "Dec 3",
    );
  });
  test("calendar sums cross months, leap days and clock changes", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-10-24", 2)).toBe("2026-10-26");
    expect(daysBetween("2026-10-24", "2026-10-26")).toBe(2);
    expect(daysBetween("2026-03-01", "2026-02-28")).toBe(-1);
  });
  test("an instant of today is a time of day, of another day that day, both in the member's zone", () => {
    const now = Date.UTC(2026, 10, 24, 23, 30);
    expect(instant(now - 3_600_000, { locale: "en", zone: "UTC", now })).toBe("22:30");
    expect(instant(now - 3_600_000, { locale: "en", zone: "Asia/Tokyo", now })).toBe("07:30");
    expect(instant(now - 26 * 3_600_000, { locale: "en", zone: "UTC", now })).toBe("yesterday");
  });
  test("how long ago never lies in the future", () => {
    expect(ago(1_000, 3_000, "en")).toBe("2s ago");
    expect(ago(9_000, 3_000, "en")).toBe("0s ago");
    expect(ago(0, 3_600_000, "en")).toBe("1h ago");
  });
  test("finding ignores accents and case", () => {
    expect(fold("Ítaca LOGÍSTICA")).toBe("itaca logistica");
    expect(fold("深圳")).toBe("深圳");
  });
});
