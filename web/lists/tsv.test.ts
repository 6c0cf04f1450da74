import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { asText, landing, parseTsv, plainText, tsvText } from "./tsv.ts";

describe("[LIST-8] cells on the clipboard", () => {
  test.each([
    ["a\tb\r\nc\td\r\n", [["a", "b"], ["c", "d"]]],
    ["one", [["one"]]],
    ["", [[""]]],
    ["a\t\tb", [["a", "", "b"]]],
    ['"two\nlines"\t"say ""hi"""', [["two\nlines", 'say "hi"']]],
    ['"never closed\tb', [['"never closed', "b"]]],
    ['"6" inch\tb', [['"6" inch', "b"]]],
    ["a\n\nb", [["a"], [""], ["b"]]],
    ["a\rb", [["a"], ["b"]]],
  ])("%j", (text, rows) => expect(parseTsv(text)).toEqual(rows)); // prettier-ignore

  test("what is copied comes back as it was", () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom('"', "\t", "a\r\nb", '"a"', "'", "=1+1", "'=1", ""));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }).chain((wide) => fc.array(fc.array(cell, { minLength: wide, maxLength: wide }), { minLength: 1 })), (rows) => {
        expect(parseTsv(`${tsvText(rows)}\r\n`)).toEqual(rows);
      }),
    );
  }); // prettier-ignore

  test("what a spreadsheet would run is text there, and here again what it was", () => {
    for (const text of ["=HYPERLINK(1)", "+41 44", "-5", "@x"]) {
      expect(asText(text)).toBe(`'${text}`);
      expect(plainText(asText(text))).toBe(text);
    }
    for (const text of ["a=b", "'quoted'", ""]) expect(plainText(asText(text))).toBe(text);
  });
});

describe("[LIST-8] where a paste comes to lie", () => {
  const at = (top: number, left: number, bottom = top, right = left) => ({ top, left, bottom, right });
  test("from the first cell of the area on", () => {
    const { cells, lost } = landing([["a", "b"], ["c"]], at(1, 1), 9, 9); // prettier-ignore
    expect(cells).toEqual([
      { row: 1, column: 1, text: "a" },
      { row: 1, column: 2, text: "b" },
      { row: 2, column: 1, text: "c" },
    ]);
    expect(lost).toEqual({ rows: 0, columns: 0 });
  });
  test("one value fills the area, and so does what fits into it several times", () => {
    expect(landing([["x"]], at(0, 0, 2, 1), 9, 9).cells).toHaveLength(6);
    const rows = landing([["x"], ["y"]], at(0, 0, 3, 0), 9, 9).cells; // prettier-ignore
    expect(rows.map(({ text }) => text)).toEqual(["x", "y", "x", "y"]);
    expect(landing([["x"], ["y"]], at(0, 0, 2, 0), 9, 9).cells).toHaveLength(2); // prettier-ignore
  });
  test("what is beyond the last row or column is counted", () => {
    const { cells, lost } = landing([["a", "b"], ["c", "d"], ["e", "f"]], at(1, 2), 3, 3); // prettier-ignore
    expect(cells.map(({ text }) => text)).toEqual(["a", "c"]);
    expect(lost).toEqual({ rows: 1, columns: 1 });
  });
});
