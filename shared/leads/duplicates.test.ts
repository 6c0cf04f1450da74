import { expect, test } from "vitest";
import { likenesses, nameKey, phoneKey, siteKey } from "./duplicates.ts";

test("[LEAD-4] a name is known by its letters, without case, marks and the kind of company", () => {
  const same = [
    ["Müller & Söhne GmbH", "MULLER SOHNE"],
    ["Straße AG", "Strasse"],
    ["Acme, Inc.", "acme"],
    ["上海海联物流有限公司", "上海海联物流"],
    ["株式会社 関西エネルギー", "関西エネルギー"],
    ["ＡＣＭＥ", "acme"],
  ];
  for (const [left = "", right = ""] of same) expect(nameKey(left), left).toBe(nameKey(right));
  expect(nameKey("Acme Energy")).not.toBe(nameKey("Acme Water"));
  expect(nameKey("Co")).toBe("co"); // nothing else is left of it
  expect(nameKey("…")).toBe("");
});

test("[LEAD-4] a phone with and without its country is one, a site by its host", () => {
  expect(phoneKey("+49 (30) 123 456-78")).toBe(phoneKey("030 12345678"));
  expect(phoneKey("12")).toBe(null);
  expect(siteKey("https://www.Acme.com/about?x=1")).toBe("acme.com");
});

test("[LEAD-4] what is alike is named with its reasons, the likeliest first, and an empty field is like nothing", () => {
  const known = [
    { id: "a", name: "Acme", phone: null, email: null },
    { id: "b", name: "Other", email: "Ana@acme.com " },
    { id: "c", name: "ACME Ltd", phone: "+1 555 123 4567" },
    { id: "d", name: null, email: null, phone: "" },
  ];
  expect(likenesses({ name: "Acme Inc", email: "ana@acme.com", phone: "555-123-4567" }, known)).toEqual([
    { id: "b", by: ["email"] },
    { id: "c", by: ["phone", "name"] },
    { id: "a", by: ["name"] },
  ]);
  expect(likenesses({ name: "", email: null }, known)).toEqual([]);
});
