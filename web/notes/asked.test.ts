import type { Node } from "@tiptap/pm/model";
import { EditorState, TextSelection } from "@tiptap/pm/state";
import { expect, test } from "vitest";
import { askedAt } from "./asked.ts";
import { editorSchema } from "./schema.ts";

const schema = editorSchema();
function at(words: string, block = "paragraph"): EditorState {
  const doc = schema.nodes["doc"]?.create(
    null,
    schema.nodes[block]?.create(null, words ? schema.text(words) : null),
  ) as Node;
  return EditorState.create({ doc, selection: TextSelection.create(doc, words.length + 1) });
}

test("a menu is asked for at the start of a line or after a space, with what is typed after the sign", () => {
  expect(askedAt(at("/"))).toEqual({ sign: "/", words: "", from: 1, to: 2 });
  expect(askedAt(at("see /tab"))).toEqual({ sign: "/", words: "tab", from: 5, to: 9 });
  expect(askedAt(at("、清单"))).toMatchObject({ sign: "/", words: "清单" });
  expect(askedAt(at("问@王"))).toMatchObject({ sign: "@", words: "王" });
  expect(askedAt(at("with @an"))).toMatchObject({ sign: "@", words: "an", from: 6 });
});
test.each(["", "and/or", "24/7", "ana@firm.example", "a.b@c", "/ 50", "价格、数量", "http://x"])(
  "not by %j",
  (words) => {
    expect(askedAt(at(words))).toBeNull();
  },
);
test("and not in code", () => expect(askedAt(at("/", "codeBlock"))).toBeNull());
