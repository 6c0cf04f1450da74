/** The editor of notes in a real browser: input methods, and colleagues who write in the same paragraph. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Editor } from "@tiptap/core";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as Y from "yjs";
import { textOf } from "../../shared/sections/text.ts";
import * as clipboard from "../../web/notes/testing/clipboard.ts";
import { launchBrowser } from "./browser.ts";
import { Client, newId, type Section } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

const waitMs = 20_000;
const soon = { timeout: waitMs, interval: 50 };
let server: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let keys: CDPSession;
let account: string;
/** Ana writes in the browser; marcus, who leads her team, writes in the same note over the wire. */
let ana: Client;
let marcus: Client;
let room: Section;

const editor = () => page.getByRole("textbox", { name: "Note text" });
/** The note as the browser shows it, a line a block, without carets of colleagues. */
const shown = () =>
  editor().evaluate((element) => {
    const copy = element.cloneNode(true) as HTMLElement;
    for (const caret of copy.querySelectorAll(".ProseMirror-widget")) caret.remove();
    return [...copy.querySelectorAll("p,h1,h2,h3,pre")].map((block) => block.textContent ?? "").join("\n");
  });
const stored = () => textOf(room.provider.document, "shared");
const firstText = () => {
  const block = room.provider.document.getXmlFragment("default").get(0) as Y.XmlElement;
  return block.get(0) as Y.XmlText;
};

beforeAll(async () => {
  server = await startServer({ loaded: true });
  [ana, marcus] = await Promise.all([Client.signIn(server.url, "ana"), Client.signIn(server.url, "marcus")]);
  account = newId("acc");
  await ana.mutate("account.create@1", { id: account, anchor: account, fields: { name: "Hooli", nextAction: "-" } });
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1360, height: 900 }, serviceWorkers: "block" });
  context.setDefaultTimeout(waitMs);
  page = await context.newPage();
  await page.goto(`${server.url}/sign-in?next=/accounts/${account}`);
  await page.locator("button", { hasText: "Ana Ribeiro" }).first().click();
  await page.locator("#main").waitFor();
  keys = await context.newCDPSession(page);
}, 300_000);
beforeEach(async () => {
  const note = await ana.makeSection(account, "shared", "Editor");
  room?.close();
  room = await marcus.openSection(account, note);
  await page.goto(`${server.url}/accounts/${account}/notes/${note}`);
  await page.locator(`a[href$="${note}"][aria-current]`).waitFor(); // until then another note is shown
  await page.getByRole("toolbar", { name: "Text tools" }).waitFor(); // until then it is for reading only
  await editor().click();
}, 60_000);
afterAll(async () => {
  room?.close();
  await context?.close();
  await browser?.close();
  await server?.stop();
});

/** Pictures for eyes: SHOTS names a folder. */
async function shot(name: string): Promise<void> {
  const folder = process.env["SHOTS"];
  if (!folder) return;
  for (const [theme, width] of [
    ["light", 1360],
    ["dark", 390],
  ] as const) {
    await page.emulateMedia({ colorScheme: theme });
    await page.setViewportSize({ width, height: 900 });
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${folder}/${name}-${theme}-${width}.png` });
  }
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize({ width: 1360, height: 900 });
}
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** What is wrong for who can't see or point, of the whole page as it is now, in light and in dark. */
async function barriers(): Promise<string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.evaluate(axeSource);
    const { violations } = await page.evaluate(() => {
      const { axe } = globalThis as unknown as {
        axe: {
          run(
            options: object,
          ): Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }>;
        };
      };
      return axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    });
    found.push(...violations.flatMap((one) => one.nodes.map((node) => `${colorScheme} ${one.id}: ${node.html.slice(0, 120)} ${node.failureSummary}`))); // prettier-ignore
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
  return found;
}
const compose = (text: string) =>
  keys.send("Input.imeSetComposition", { text, selectionStart: text.length, selectionEnd: text.length });

test("Pinyin stays whole while a colleague writes and moves in the same paragraph", async () => {
  await page.keyboard.insertText("Start ");
  await expect.poll(stored, soon).toBe("Start");
  for (const [step, text] of ["n", "ni", "nih", "niha", "nihao"].entries()) {
    await compose(text);
    firstText().insert(0, `${step}`);
    const caret = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(firstText(), step + 1));
    room.provider.setAwarenessField("cursor", { anchor: caret, head: caret });
    room.provider.flushPendingUpdates();
    await page.waitForTimeout(60); // there in the middle of the composition
  }
  expect(await shown()).toBe("Start nihao"); // nothing came in yet
  await keys.send("Input.insertText", { text: "你好" });
  await expect.poll(shown, soon).toBe("43210Start 你好");
  await expect.poll(stored, soon).toBe("43210Start 你好");
});

test("a caret made by hand stops nobody's words", async () => {
  await page.keyboard.insertText("Start");
  await expect.poll(stored, soon).toBe("Start");
  for (const [step, cursor] of [{ anchor: null, head: null }, { anchor: {}, head: 7 }, "x"].entries()) {
    room.provider.setAwarenessField("cursor", cursor);
    await room.write(`after ${step}`);
    await expect.poll(shown, soon).toContain(`after ${step}`);
  }
});

test("[SECTION-3] [ROOM-21] a slash brings a checklist, an at sign names a reader, and a colleague has both", async () => {
  await page.keyboard.type("/check");
  await page.getByRole("option", { name: "Checklist" }).waitFor();
  await shot("slash");
  await page.keyboard.press("Enter");
  await page.keyboard.type("call @marc");
  await page.getByRole("option", { name: /Marcus/ }).waitFor();
  await shot("mention");
  await page.keyboard.press("Enter");
  await expect.poll(stored, soon).toMatch(/^call @Marcus/);
  expect(room.provider.document.getXmlFragment("default").toString()).toContain('<taskitem checked="false">');
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("/table");
  await page.getByRole("option", { name: "Table" }).waitFor();
  await page.keyboard.press("Enter");
  await page.keyboard.type("Who");
  await expect.poll(stored, soon).toContain("Who");
  await shot("table");
});

test("[SECTION-11] [SECTION-14] an item becomes a task that a colleague ticks; its card and a mention open by keys", async () => {
  const tasks = async () => (await marcus.get<{ items: { id: string; name: string; done: boolean; dueDay: string | null; about: string }[] }>(`/api/tasks?filter[anchor][eq]=${account}`)).items; // prettier-ignore
  await page.keyboard.type("/task");
  await page.getByRole("option", { name: "Task" }).waitFor();
  expect(await barriers(), "the slash menu").toEqual([]);
  await page.keyboard.press("Enter");
  await page.keyboard.type("Send the offer to @marc");
  await page.getByRole("option", { name: /Marcus/ }).waitFor();
  expect(await barriers(), "the list of names").toEqual([]);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await page.keyboard.type("Then call");
  await page.keyboard.press("Alt+Enter");
  const card = page.getByRole("dialog", { name: "Then call" });
  await card.getByRole("button", { name: "tomorrow" }).click();
  await expect.poll(async () => (await tasks()).map(({ name, done, dueDay }) => `${name}: ${done}, ${dueDay !== null}`).toSorted(), soon).toEqual(["Send the offer to @Marcus Okafor: false, false", "Then call: false, true"]); // prettier-ignore
  expect(await barriers(), "the card of a task").toEqual([]);
  await shot("task-card");
  await page.keyboard.press("Escape");
  await card.waitFor({ state: "detached" });

  const first = (await tasks()).find(({ name }) => name.startsWith("Send"));
  await marcus.mutate("task.complete@1", { id: first?.id, done: true });
  const box = page.getByRole("checkbox", { name: /^Send the offer/ });
  await expect.poll(() => box.isChecked(), soon).toBe(true);
  expect(room.provider.document.getXmlFragment("default").toString()).not.toContain('checked="true"');
  await box.click(); // and back, from here
  await expect.poll(async () => (await tasks()).find(({ id }) => id === first?.id)?.done, soon).toBe(false);

  /** The editor hears of a caret that the browser moved a moment later. */
  const caret = () =>
    editor().evaluate((element) => (element as HTMLElement & { editor: Editor }).editor.state.selection.from);
  for (const [key, there] of [
    ["ArrowUp", 11],
    ["End", 23],
    ["ArrowLeft", 22],
    ["ArrowLeft", 21],
  ] as const) {
    await page.keyboard.press(key);
    await expect.poll(caret, soon).toBe(there);
  }
  await page.keyboard.press("Enter"); // on the name
  const named = page.getByRole("dialog", { name: /^Marcus/ });
  await named.getByText("Sales manager").waitFor();
  expect(await barriers(), "the card of a member").toEqual([]);
  await shot("member-card");
  await page.keyboard.press("Escape");
  await named.waitFor({ state: "detached" });
  await page.keyboard.press("End");
  await expect.poll(caret, soon).toBe(23);
  await page.keyboard.press("Enter");
  await page.keyboard.type("For @hoo");
  await page.getByRole("option", { name: /Hooli/ }).click();
  await page.locator("[data-mention=record]").click();
  await page.getByRole("dialog", { name: "Hooli" }).getByRole("link", { name: "Open" }).click();
  await page.waitForURL(`**/accounts/${account}`);
}, 180_000);

test("[NOTICE-8] whom a note names finds it in Today, opens the note from there, and it waits no more", async () => {
  const note = new URL(page.url()).pathname.split("/").at(-1) ?? "";
  await page.keyboard.type("Ask @marc");
  await page.getByRole("option", { name: /Marcus/ }).waitFor();
  await page.keyboard.press("Enter");
  const named = async () => (await marcus.get<{ items: { section: string }[] }>("/api/mentions")).items.map(({ section }) => section); // prettier-ignore
  await expect.poll(named, { timeout: 60_000, interval: 500 }).toContain(note);
  const his = await browser.newContext({ viewport: { width: 1360, height: 900 }, serviceWorkers: "block" });
  his.setDefaultTimeout(60_000);
  const today = await his.newPage();
  await today.goto(`${server.url}/sign-in`);
  await today.locator("button", { hasText: "Marcus Okafor" }).first().click();
  const row = today.locator(`[data-item="mention ${note}"]`);
  await row.getByText("Ana Ribeiro mentioned you").waitFor();
  await row.getByRole("button", { name: "Open the note" }).click();
  await today.waitForURL(`**/accounts/${account}/notes/${note}`);
  await today.getByText("Ask @Marcus Okafor").waitFor();
  await today.getByRole("link", { name: /Today/ }).first().click();
  await today.locator("[data-row]").first().waitFor();
  await expect.poll(() => row.count(), soon).toBe(0);
  // Who wrote there stands in the account's timeline, with how the note begins.
  await today.goto(`${server.url}/accounts/${account}`);
  await today.getByRole("button", { name: "Notes", exact: true }).click();
  await today
    .getByText(/Wrote in this note · Ana Ribeiro/)
    .first()
    .waitFor();
  await today.locator(`a[href="/accounts/${account}/notes/${note}"]`).first().waitFor();
  await his.close();
}, 180_000);

/** Puts on the browser's own clipboard what another program would. */
async function copy(types: Readonly<Record<string, string>>): Promise<void> {
  await page.evaluate((data) => {
    const put = (event: ClipboardEvent): void => {
      for (const [type, value] of Object.entries(data)) event.clipboardData?.setData(type, value);
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    addEventListener("copy", put, { capture: true, once: true });
  }, types);
  await page.keyboard.press("Control+c");
}
const xml = () => room.provider.document.getXmlFragment("default").toString();

test("[SECTION-13] what Word, Google Docs and Markdown put on the clipboard becomes blocks; one undo takes it back", async () => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: server.url });
  await page.keyboard.type("Mine");
  await expect.poll(stored, soon).toBe("Mine");
  await page.keyboard.press("Enter");
  const before = () => stored().trim() === "Mine";
  for (const [name, types, words, signs] of [
    [
      "word",
      { "text/html": clipboard.word, "text/plain": "no" },
      ["Mine", "Visit to Orchard", "What we saw", "Bearings are worn", "Never again."],
      [
        '<heading level="1">Visit',
        '<heading level="2">What we saw',
        "<bold>second line</bold>",
        "<bulletlist><listitem><paragraph>Bearings are worn</paragraph><bulletlist>",
        '<orderedlist start="3"',
        "<blockquote>",
        "<table>",
        "https://orchard.example/line",
      ],
    ],
    [
      "docs",
      { "text/html": clipboard.docs, "text/plain": "no" },
      ["Mine", "Quarterly review", "Under one", "Called"],
      [
        '<heading level="1">Quarterly',
        "<bold>bold</bold>",
        "<tasklist>",
        'checked="true"',
        'checked="false"',
        "<table>",
        "https://orchard.example/q?a=1",
        "<listitem><paragraph>One</paragraph><bulletlist>",
      ],
    ],
    [
      "markdown",
      { "text/plain": clipboard.markdown },
      ["Mine", "Visit to Orchard", "Sent", "const x = 1 < 2;", "a picture"],
      [
        '<heading level="1">Visit',
        "<tasklist>",
        '<orderedlist start="3"',
        "<tableheader",
        "<codeblock",
        "<horizontalrule",
        "<strike>since May</strike>",
      ],
    ],
  ] as const) {
    await copy(types);
    await page.keyboard.press("Control+v");
    for (const word of words) await expect.poll(stored, soon).toContain(word);
    for (const sign of signs) expect(xml()).toContain(sign);
    for (const bad of [
      "javascript:",
      "file:",
      "data:",
      "onerror",
      "mso-",
      "font",
      "window.pasted = true</",
      "<img",
      "docs-internal",
    ])
      expect([name, bad, xml().includes(bad)]).toEqual([name, bad, false]);
    expect(await editor().locator("img:not(.ProseMirror-separator), script, style, [style*=font]").count()).toBe(0);
    expect(await editor().locator("em").first().evaluate((element) => getComputedStyle(element).fontSynthesisStyle)).toBe("auto"); // prettier-ignore
    // Which headings follow each other is their author's.
    if (name === "word") expect((await barriers()).filter((one) => !one.includes("heading-order"))).toEqual([]);
    await editor().evaluate((element) => element.scrollIntoView());
    await shot(`paste-${name}`);
    await page.keyboard.type("after");
    await expect.poll(stored, soon).toContain("after");
    await page.keyboard.press("Control+z");
    await expect.poll(stored, soon).not.toContain("after");
    expect(stored()).toContain(words.at(-1));
    await page.keyboard.press("Control+z");
    await expect.poll(before, soon).toBe(true);
  }
  await copy({ "text/html": clipboard.docs, "text/plain": "# Plan\n- one\n- two" });
  await page.keyboard.press("Control+Shift+v");
  await expect.poll(shown, soon).toBe("Mine\n# Plan\n- one\n- two");
  await page.keyboard.press("Control+z");
  await copy({ "text/plain": "3 * 4 = 12\nSee you - Ana" });
  await page.keyboard.press("Control+v");
  await expect.poll(shown, soon).toBe("Mine\n3 * 4 = 12\nSee you - Ana");
  await page.keyboard.press("Control+z");
  await page.keyboard.type("``` "); // a block of code
  await copy({ "text/html": clipboard.docs, "text/plain": "# Plan\n- one" });
  await page.keyboard.press("Control+v");
  await expect.poll(shown, soon).toBe("Mine\n# Plan\n- one");
  await expect.poll(xml, soon).toContain("<codeblock");
  expect(await page.evaluate(() => "pasted" in globalThis)).toBe(false);
}, 180_000);

test("[SECTION-10] a version shows its formatting and what changed since, by keys and in both languages", async () => {
  await copy({ "text/html": clipboard.docs, "text/plain": "no" });
  await page.keyboard.press("Control+v");
  await expect.poll(stored, soon).toContain("Small");
  const panel = page.getByRole("region", { name: "Versions" });
  await page.getByRole("button", { name: "Versions" }).click();
  await page.getByRole("textbox", { name: "Name of a version" }).fill("Before");
  await page.keyboard.press("Enter");
  await panel.getByRole("listitem").filter({ hasText: "Before" }).waitFor();
  await panel.getByText("No difference.").waitFor();
  await page.getByRole("button", { name: "Back to the note" }).click();

  const { document } = room.provider;
  document.transact(() => {
    const [heading, line, bullets, checks] = document.getXmlFragment("default").toArray() as Y.XmlElement[];
    heading?.setAttribute("level", 2 as never);
    const words = line?.get(0) as Y.XmlText;
    words.format(7, 4, { bold: null }); // "bold"
    words.delete(0, 5);
    words.insert(0, "Short");
    bullets?.delete(1, 1);
    (checks?.get(1) as Y.XmlElement | undefined)?.setAttribute("checked", true as never);
    const added = new Y.XmlElement("paragraph");
    added.insert(0, [new Y.XmlText("New at the end")]);
    document.getXmlFragment("default").push([added]);
  });
  room.provider.flushPendingUpdates();
  await expect.poll(shown, soon).toContain("New at the end");
  await page.getByRole("button", { name: "Versions" }).click();
  await panel.locator("ins", { hasText: "New at the end" }).waitFor();
  const text = panel.getByRole("region", { name: "Difference" });
  const said = () =>
    text
      .locator("[data-said]")
      .evaluateAll((all) => all.map((one) => `${(one as HTMLElement).dataset["said"]}: ${one.textContent}`));
  expect(await said()).toEqual([
    "Looks different: Quarterly review", "Removed: Plain", "Added: Short", "Looks different: bold", "Removed: Two",
    "Ticked: Called", "Added: New at the end",
  ]); // prettier-ignore
  await panel.getByText("6 changes").waitFor();
  expect(await text.locator("a[href^='https://orchard.example/']").count()).toBe(1);
  expect(await text.locator("ul ul li, table td, h3").allTextContents()).toEqual(["Under one", "Who", "What", "Small"]);
  // By keys: the way from one change to the next, the last one after the first by going back.
  await page.getByRole("button", { name: "Next change" }).focus();
  await page.keyboard.press("Enter");
  await panel.getByRole("status").filter({ hasText: "1 of 6" }).waitFor();
  expect(await page.evaluate(() => globalThis.document.activeElement?.textContent)).toBe("Quarterly review");
  await page.getByRole("button", { name: "Previous change" }).focus();
  await page.keyboard.press("Enter");
  await panel.getByRole("status").filter({ hasText: "6 of 6" }).waitFor();
  expect(await page.evaluate(() => globalThis.document.activeElement?.textContent)).toBe("New at the end");
  const readable = async () => (await barriers()).filter((one) => !one.includes("heading-order"));
  expect(await readable(), "the difference").toEqual([]);
  await shot("version-difference");
  await page.setViewportSize({ width: 390, height: 900 });
  expect(await page.evaluate(() => globalThis.document.documentElement.scrollWidth)).toBe(390);
  await page.setViewportSize({ width: 1360, height: 900 });
  await panel.getByRole("button", { name: "As it was" }).click();
  const was = panel.getByRole("region", { name: "The note as it was" });
  expect(await was.locator("h1").textContent()).toBe("Quarterly review");
  expect(await was.locator("ins, del, [data-change]").count()).toBe(0);
  expect(await was.locator("strong").first().textContent()).toBe("bold");
  expect(await readable(), "as it was").toEqual([]);
  await shot("version-was");

  await page.evaluate(() => localStorage.setItem("baton.locale", "zh-CN"));
  await page.reload();
  await page.getByRole("button", { name: "版本" }).click();
  await page.getByText("6 处改动").waitFor();
  expect(await readable(), "in Chinese").toEqual([]);
  await shot("version-zh");
  await page.evaluate(() => localStorage.setItem("baton.locale", "en"));
  await page.reload();
}, 180_000);

test("the slash menu, names and the button that narrows a note are as readable in Chinese", async () => {
  await page.evaluate(() => localStorage.setItem("baton.locale", "zh-CN"));
  await page.reload();
  const text = page.getByRole("textbox", { name: "笔记正文" });
  await page.getByRole("toolbar", { name: "文字工具" }).waitFor();
  await text.click();
  await page.keyboard.type("/");
  await page.getByRole("option", { name: "任务" }).waitFor();
  expect(await barriers()).toEqual([]);
  await shot("slash-zh");
  await page.keyboard.press("Escape");
  await page.keyboard.type(" @marc");
  await page.getByRole("option", { name: /Marcus/ }).waitFor();
  expect(await barriers()).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "仅限销售" }).click();
  await page.getByRole("dialog").waitFor();
  expect(await barriers()).toEqual([]);
  await shot("narrow-zh");
  await page.evaluate(() => localStorage.setItem("baton.locale", "en"));
  await page.reload();
}, 180_000);
