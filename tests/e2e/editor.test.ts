/** The editor of notes in a real browser: input methods, and colleagues who write in the same paragraph. */
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import * as Y from "yjs";
import { textOf } from "../../shared/sections/text.ts";
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
}, 180_000);
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
