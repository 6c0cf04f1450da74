import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { limits } from "../kernel/limits.ts";
import { cleanFileName, fileTypeOf, fileTypes } from "./types.ts";

describe("types", () => {
  it.each([
    ["offer.pdf", "application/pdf", "application/pdf"],
    ["OFFER.PDF", "", "application/pdf"],
    ["list.csv", "application/vnd.ms-excel", "text/csv"], // as some systems say
    ["photo", "image/jpeg", "image/jpeg"],
    ["notes.txt", "text/plain; charset=utf-8", "text/plain"],
    ["run.exe", "application/x-msdownload", null],
    ["page.html", "text/html", null],
    ["drawing.svg", "image/svg+xml", null],
    ["all.zip", "application/zip", null],
    ["constructor", "constructor", null],
    ["", "", null],
  ])("[FILE-5] %s, said to be %s, is %s", (name, said, type) => {
    expect(fileTypeOf(name, said)).toBe(type);
  });
  it("[FILE-5] nothing that a browser runs, and each ending once", () => {
    const endings = Object.values(fileTypes).flatMap((one) => one.endings);
    expect(new Set(endings).size).toBe(endings.length);
    expect(
      [...Object.keys(fileTypes), ...endings].filter((one) =>
        /html|svg|xml$|script|zip|macro|docm|xlsm|exe/i.test(one),
      ),
    ).toEqual([]);
  });
});

describe("names", () => {
  it.each([
    ["offer.pdf", "application/pdf", "offer.pdf"],
    ["C:\\fakepath\\offer.pdf", "application/pdf", "offer.pdf"],
    ["../../etc/passwd", "text/plain", "passwd.txt"],
    ["run.exe", "image/png", "run.exe.png"],
    ["a\u202egnp.exe", "image/png", "agnp.exe.png"],
    ["  .hidden ", "text/plain", "hidden.txt"],
    ["a\r\nb\0c.txt", "text/plain", "abc.txt"],
    ['what? "this": <that>|.csv', "text/csv", "what this that.csv"],
    ["合同 第二版.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", "合同 第二版.docx"],
    ["photo.JPEG", "image/jpeg", "photo.jpeg"],
    ["...", "text/plain", "file.txt"],
    ["\ud83d", "text/plain", "file.txt"],
    ["no type.bin", "", "no type.bin"],
  ])("[FILE-5] %j of %s is kept as %j", (name, type, clean) => {
    expect(cleanFileName(name, type)).toBe(clean);
  });
  it("[FILE-5] any name comes out short, whole, with its ending, and the same when cleaned again", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 260 }),
        fc.constantFrom(...Object.keys(fileTypes), ""),
        (name, type) => {
          const clean = cleanFileName(name, type);
          expect(clean.length).toBeGreaterThan(0);
          expect(clean.length).toBeLessThanOrEqual(limits.nameMax);
          expect(clean.isWellFormed()).toBe(true);
          expect(clean).not.toMatch(/[\p{Cc}/\\:"<>|?*\u202a-\u202e]/u);
          if (type) expect(fileTypes[type]?.endings.some((ending) => clean.endsWith(`.${ending}`))).toBe(true);
          expect(cleanFileName(clean, type)).toBe(clean);
        },
      ),
      { numRuns: 100 },
    );
  });
});
