import { expect, test } from "vitest";
import { editorSchema } from "./schema.ts";
import { templateNames, templates } from "./templates.ts";

test.each(templateNames)("the template of a %s is a note in both languages, with the same parts", (name) => {
  const made = (["en", "zh-CN"] as const).map((language) => {
    const doc = editorSchema().nodeFromJSON({ type: "doc", content: templates[name][language]() });
    doc.check();
    return doc;
  });
  const parts = made.map((doc) => doc.children.map(({ type }) => type.name));
  expect(parts[0]).toEqual(parts[1]);
  expect(made[0]?.textContent).not.toBe(made[1]?.textContent);
});
