import { describe, expect, it } from "vitest";
import { difference, type Run } from "./difference.ts";

const signs = { same: "", added: "+", removed: "-" } as const;
const marked = (runs: readonly Run[]): string[] => runs.map(({ text, kind }) => signs[kind] + text);

describe("the difference of two versions", () => {
  it("[SECTION-10] is told in words, with paragraphs where they are", () => {
    expect(marked(difference("Call on Monday.\nSend the price.", "Call on Tuesday.\nSend the price.\nWait.", "en"))).toEqual(
      ["Call on ", "-Monday", "+Tuesday", ".\nSend the price.", "+\nWait."],
    ); // prettier-ignore
    expect(marked(difference("same", "same", "en"))).toEqual(["same"]);
    expect(marked(difference("", "new", "en"))).toEqual(["+new"]);
  });
  it("[SECTION-10] finds words where there are no spaces", () => {
    expect(marked(difference("我们星期一打电话", "我们星期二打电话", "zh-CN"))).toEqual([
      "我们",
      "-星期一",
      "+星期二",
      "打电话",
    ]);
  });
  it("[SECTION-10] gives an answer for long texts that have nothing in common", () => {
    const long = (word: string): string => Array.from({ length: 20_000 }, (_, n) => `${word}${n}`).join(" ");
    const at = performance.now();
    const runs = difference(long("a"), long("b"), "en");
    expect(performance.now() - at).toBeLessThan(10_000);
    expect(runs.filter(({ kind }) => kind !== "same").map(({ text }) => text.length > 0)).toContain(true);
  });
});
