import type { JSONContent } from "@tiptap/core";
import { describe, expect, it } from "vitest";
import { difference, isSame, type Piece } from "./difference.ts";

const text = (words: string, ...marks: string[]): JSONContent => ({
  type: "text",
  text: words,
  ...(marks.length > 0 ? { marks: marks.map((type) => ({ type })) } : {}),
});
const node = (type: string, content: readonly JSONContent[], attrs?: Record<string, unknown>): JSONContent => ({
  type,
  ...(attrs ? { attrs } : {}),
  content: [...content],
});
const p = (...words: (string | JSONContent)[]): JSONContent =>
  node("paragraph", words.map((one) => (typeof one === "string" ? text(one) : one))); // prettier-ignore
const li = (words: string, type = "listItem", attrs?: Record<string, unknown>): JSONContent =>
  node(type, [p(words)], attrs);

const signs = { same: "", added: "+", removed: "-", restyled: "~" } as const;
/** In short: the sign of what became of it, its name, what is in it. */
const said = (pieces: readonly Piece[]): string =>
  pieces
    .map(({ node: { type, text: words, marks = [] }, change, content }) =>
      type === "text"
        ? `[${signs[change]}${marks.map((mark) => `${mark.type}:`).join("")}${words}]`
        : `${signs[change]}${type}(${said(content)})`,
    )
    .join("");
const between = (a: readonly JSONContent[], b: readonly JSONContent[], locale = "en") => said(difference(a, b, locale));

describe("the difference of two versions", () => {
  it("[SECTION-10] is told in words, in the blocks where they stand", () => {
    expect(between([p("Call on Monday."), p("Send the price.")], [p("Call on Tuesday."), p("Send the price."), p("Wait.")])).toBe(
      "paragraph([Call on ][-Monday][+Tuesday][.])paragraph([Send the price.])+paragraph([+Wait.])",
    ); // prettier-ignore
    expect(isSame(difference([p("same")], [p("same")], "en"))).toBe(true);
    expect(between([], [p("new")])).toBe("+paragraph([+new])");
    expect(between([p("The old big plan")], [p("The new small plan")])).toBe(
      "paragraph([The ][-old big][+new small][ plan])",
    );
  });
  it("[SECTION-10] finds words where there are no spaces", () => {
    expect(between([p("我们星期一打电话")], [p("我们星期二打电话")], "zh-CN")).toBe(
      "paragraph([我们][-星期一][+星期二][打电话])",
    );
  });
  it("[SECTION-10] tells what is only formatted anew from what was written", () => {
    expect(between([p("The offer stands")], [p("The ", text("offer", "bold"), " stands")])).toBe("paragraph([The ][~bold:offer][ stands])");
    const pieces = difference([p("The plan")], [node("heading", [text("The plan")], { level: 2 })], "en");
    expect(said(pieces)).toBe("~heading([The plan])");
    expect(isSame(pieces)).toBe(false);
    const list = (type: string, ...items: JSONContent[]) => [node(type, items)];
    expect(between(list("bulletList", li("one"), li("two")), list("bulletList", li("one"), li("new thing"), li("two")))).toBe(
      "bulletList(listItem(paragraph([one]))+listItem(+paragraph([+new thing]))listItem(paragraph([two])))",
    );
    expect(between(list("taskList", li("call", "taskItem", { checked: false })), list("taskList", li("call", "taskItem", { checked: true })))).toBe(
      "taskList(~taskItem(paragraph([call])))",
    );
    expect(between(list("bulletList", li("call Bo")), list("taskList", li("call Bo now", "taskItem")))).toBe(
      "~taskList(~taskItem(paragraph([call Bo][+ now])))",
    );
  }); // prettier-ignore
  it("[SECTION-10] keeps the cells of a table in their places", () => {
    const row = (...cells: string[]) => node("tableRow", cells.map((cell) => li(cell, "tableCell"))); // prettier-ignore
    expect(between([node("table", [row("Ana", "Mon"), row("Bo", "Tue")])], [node("table", [row("Ana", "Fri"), row("Bo", "Tue"), row("Cy", "Wed")])])).toBe(
      "table(tableRow(tableCell(paragraph([Ana]))tableCell(-paragraph([-Mon])+paragraph([+Fri])))" +
        "tableRow(tableCell(paragraph([Bo]))tableCell(paragraph([Tue])))" +
        "+tableRow(+tableCell(+paragraph([+Cy]))+tableCell(+paragraph([+Wed]))))",
    ); // prettier-ignore
  });
  it("[SECTION-10] loses no word and makes none up, whatever the two texts are", () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31) % below;
    const words = ["a", "b", "你好", "plan ", " ", "x."];
    const block = (): JSONContent => {
      const line = () => p(...Array.from({ length: 1 + random(4) }, () => text(words[random(6)] ?? "", ...(random(3) ? [] : ["bold"])))); // prettier-ignore
      return random(3) ? line() : node(random(2) ? "bulletList" : "orderedList", Array.from({ length: 1 + random(3) }, () => node("listItem", [line()]))); // prettier-ignore
    };
    const joined = (nodes: readonly JSONContent[]): string => nodes.map((one) => (one.text ?? "") + joined(one.content ?? [])).join(""); // prettier-ignore
    const side = (pieces: readonly Piece[], without: string): string =>
      pieces.map(({ node: one, change, content }) => (change === without ? "" : (one.type === "text" ? (one.text ?? "") : "") + side(content, without))).join(""); // prettier-ignore
    for (let round = 0; round < 300; round++) {
      const [a, b] = [0, 1].map(() => Array.from({ length: random(5) }, block)) as [JSONContent[], JSONContent[]];
      const pieces = difference(a, b, "en");
      expect([side(pieces, "added"), side(pieces, "removed")]).toEqual([joined(a), joined(b)]);
    }
  });
  it("[SECTION-10] gives an answer for long texts that have nothing in common", () => {
    const long = (word: string) => Array.from({ length: 500 }, (_, n) => p(Array.from({ length: 40 }, (__, m) => `${word}${n}-${m}`).join(" "))); // prettier-ignore
    const at = performance.now();
    const pieces = difference(long("a"), long("b"), "en");
    expect(performance.now() - at).toBeLessThan(10_000);
    expect(isSame(pieces)).toBe(false);
  });
});
