/** What is pasted from Word, Google Docs and Markdown becomes blocks of the note, and nothing else comes in. */
import { Slice } from "@tiptap/pm/model";
import type { Editor } from "@tiptap/core";
import { expect, test, vi } from "vitest";
import * as clipboard from "./testing/clipboard.ts";
import { paragraph, show, type } from "./testing/page.tsx";

/** As the browser says it. */
function paste(editor: Editor, what: { html?: string; text?: string; code?: string }, shift = false): void {
  const types = Object.entries({ "text/html": what.html, "text/plain": what.text, "vscode-editor-data": what.code }).filter(([, value]) => value); // prettier-ignore
  const event = new Event("paste", { bubbles: true, cancelable: true });
  Object.assign(event, {
    clipboardData: { types: types.map(([name]) => name), files: [], getData: (name: string) => types.find(([one]) => one === name)?.[1] ?? "" },
  }); // prettier-ignore
  const key = (name: string) => editor.view.dom.dispatchEvent(new KeyboardEvent(name, { key: "V", keyCode: 86, ctrlKey: true, shiftKey: shift, bubbles: true } as KeyboardEventInit)); // prettier-ignore
  key("keydown");
  editor.view.dom.dispatchEvent(event);
  key("keyup");
}
/** The blocks in short: names, marks in brackets, words. */
function brief(editor: Editor): string {
  const say = (node: Editor["state"]["doc"]): string => {
    if (node.isText) {
      const marks = node.marks.map((mark) => (mark.type.name === "link" ? `link ${String(mark.attrs["href"])}` : mark.type.name)); // prettier-ignore
      return marks.length > 0 ? `{${marks.join()}:${node.text}}` : (node.text ?? "");
    }
    const { level, start, checked, colspan } = node.attrs as Record<string, number | boolean | undefined>;
    const name = `${node.type.name}${level ?? ""}${Number(start) > 1 ? Number(start) : ""}${checked === true ? "+" : ""}${Number(colspan) > 1 ? Number(colspan) : ""}`; // prettier-ignore
    let inside = "";
    node.forEach((child) => void (inside += say(child as never)));
    return node.type.name === "doc" ? inside : node.type.name === "paragraph" ? `(${inside})` : `${name}(${inside})`;
  };
  return say(editor.state.doc);
}
const expectSoon = (editor: Editor) => ({
  toBe: (wanted: string) => vi.waitFor(() => expect(brief(editor)).toBe(wanted), 5_000),
});

const wordBlocks =
  "heading1(Visit to Orchard)heading2(What we saw)" +
  "(The {bold:second line} stands {italic:still}, see {link https://orchard.example/line:the report} and this.)()" +
  "bulletList(listItem((Bearings are worn)bulletList(listItem((on the {bold:left} side))))listItem((Spare parts: two weeks)))" +
  "orderedList3(listItem((Order parts))listItem((Call Bo)))" +
  "table(tableRow(tableCell(({bold:Part}))tableCell((Day)))tableRow(tableCell2((Bearing))))" +
  "blockquote((Never again.))()";

test("[SECTION-13] Word: lists, headings, a table, quotes and links are that; one undo takes all of it back", async () => {
  const { editor, doc, raised } = await show([paragraph("")]);
  editor.commands.focus("end");
  type(editor, "mine");
  editor.commands.clearContent();
  let updates = 0;
  doc.on("update", () => void (updates += 1));
  paste(editor, { html: clipboard.word, text: "Visit to Orchard" });
  await expectSoon(editor).toBe(wordBlocks);
  expect([updates, Math.max(...raised)]).toEqual([1, 2]);
  type(editor, "after");
  const undo = () => (editor.commands as unknown as { undo(): boolean }).undo();
  undo();
  expect(brief(editor)).toBe(wordBlocks);
  undo();
  expect(brief(editor)).toBe("()");
});

test("[SECTION-13] Word in the browser: items that are lists of their own are one list again", async () => {
  const { editor } = await show([paragraph("")]);
  editor.commands.focus("end");
  paste(editor, { html: clipboard.wordOnline, text: "Plan" });
  await expectSoon(editor).toBe(
    "heading1(Plan\u00a0)bulletList(listItem((One)bulletList(listItem(({bold:Under})))))orderedList(listItem((First))listItem((Second)))",
  );
});

test("[SECTION-13] Google Docs: its bold wrapper is none, styles are marks, lists lie in their items, boxes are a checklist", async () => {
  const { editor } = await show([paragraph("")]);
  editor.commands.focus("end");
  paste(editor, { html: clipboard.docs, text: "Quarterly review" });
  await expectSoon(editor).toBe(
    "heading1(Quarterly review)" +
      "(Plain, {bold:bold}{italic:, slanted}{strike:, gone} and {link https://orchard.example/q?a=1:a link})" +
      "bulletList(listItem((One)bulletList(listItem((Under one))))listItem((Two)))" +
      "taskList(taskItem+(({strike:Sent}))taskItem((Called)))" +
      "table(tableRow(tableCell(({bold:Who}))tableCell((What))))" +
      "heading3(Small)",
  );
});

test("[SECTION-13] Markdown as text becomes blocks; with Shift, and where it does not look like it, it stays text", async () => {
  const { editor } = await show([paragraph("")]);
  editor.commands.focus("end");
  paste(editor, { text: clipboard.markdown });
  const blocks =
    "heading1(Visit to Orchard)" +
    "(The {bold:second line} stands {italic:still}, {strike:since May}, see {link https://orchard.example/line:the report} and this." +
    "hardBreak()Next line & more window.pasted = true{code:x < 1})" +
    "bulletList(listItem((Bearings are worn)bulletList(listItem((on the {bold:left} side))))listItem((Spare parts)))" +
    "orderedList3(listItem((Order parts))listItem((Call Bo)))" +
    "taskList(taskItem+((Sent))taskItem((Called)))" +
    "table(tableRow(tableHeader((Part))tableHeader((Day)))tableRow(tableCell((Bearing))tableCell(({code:Mon}))))" +
    "blockquote((Never again.))codeBlock(const x = 1 < 2;)horizontalRule()" +
    "({link https://orchard.example/x.png:a picture})";
  await expectSoon(editor).toBe(blocks);
  for (const [text, shift, wanted] of [
    ["# Plan\n\n- one\n- two", true, "(# Plan)(- one)(- two)"],
    ["We paid 3 * 4 = 12.\nSee you - Ana", false, "(We paid 3 * 4 = 12.)(See you - Ana)"],
    ["- one\n- two", false, "bulletList(listItem((one))listItem((two)))"],
  ] as const) {
    editor.commands.clearContent();
    paste(editor, { text }, shift);
    await expectSoon(editor).toBe(wanted);
  }
  // What an editor of code copies is its text, whatever its colours are; code is a block of code.
  for (const [mode, wanted] of [
    ['{"mode":"markdown"}', "({bold:b})"],
    ["not JSON", "({bold:b})"],
    ['{"mode":"rust"}', "codeBlock(**b**)"],
  ] as const) {
    editor.commands.clearContent();
    paste(editor, { html: "<div style='color:#000'><div>**b**</div></div>", text: "**b**", code: mode });
    await expectSoon(editor).toBe(wanted);
  }
  // In a block of code all is text.
  editor.commands.setContent("<pre><code>ab</code></pre>");
  editor.commands.setTextSelection(2);
  paste(editor, { html: clipboard.docs, text: "# x\n\n- y\n" });
  await expectSoon(editor).toBe("codeBlock(a# x\n\n- y\nb)");
  // In the middle of words it goes on in them.
  editor.commands.setContent("<p>say ok</p>");
  editor.commands.setTextSelection(5);
  paste(editor, { text: "**it** is" });
  await expectSoon(editor).toBe("(say {bold:it} isok)");
});

test("[SECTION-13] nothing outside the schema comes in: no image, script, style, handler or address that runs", async () => {
  const { editor, text } = await show([paragraph("")]);
  editor.commands.focus("end");
  const bad = `<p onclick="window.pasted = true" style="background:url(https://x.example)">a<img src=x onerror="window.pasted = true"><svg onload="window.pasted = true"><a href="javascript:1"><text>b</text></a></svg><iframe src="https://x.example"></iframe><a href="data:text/html,x">c</a><form action="https://x.example"><input value="d"><button formaction="javascript:1">e</button></form></p><style>p{color:red}</style><math><mtext>f</mtext></math><base href="https://x.example">`;
  for (const html of [bad, clipboard.word, clipboard.docs]) paste(editor, { html, text: "a" });
  paste(editor, {
    text: `# x\n\n<img src=x onerror="window.pasted = true">\n\n[y](javascript:1) [z](data:text/html,1)\n`,
  });
  await vi.waitFor(() => expect(text()).toContain("Quarterly review"));
  await vi.waitFor(() => expect(text()).toContain("heading"));
  await new Promise((done) => setTimeout(done, 50));
  for (const word of ["javascript:", "data:", "x.example", "onerror", "onclick", "<img", "svg", "iframe", "clip_image", "style", "pasted"]) expect([word, text().includes(word)]).toEqual([word, false]); // prettier-ignore
  expect(
    editor.view.dom.querySelector("img:not(.ProseMirror-separator), script, iframe, svg, form")?.outerHTML ?? "",
  ).toBe("");
  expect("pasted" in window).toBe(false);
});

test("[SECTION-13] what the editor itself copied is pasted as it was", async () => {
  const { editor } = await show([["bulletList", {}, ["listItem", {}, paragraph("one")]], paragraph("")]);
  const { dom } = editor.view.serializeForClipboard(new Slice(editor.state.doc.content.cut(0, 9), 0, 0));
  editor.commands.focus("end");
  paste(editor, { html: dom.innerHTML, text: "one" });
  await expectSoon(editor).toBe("bulletList(listItem((one)))bulletList(listItem((one)))");
});
