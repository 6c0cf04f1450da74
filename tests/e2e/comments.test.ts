/** Comments on the words of a note, between who writes it and who may only read it, in two real browsers. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { Client, newId } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

const waitMs = 20_000;
const firstSyncMs = 60_000;
const soon = { timeout: waitMs, interval: 50 };
const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
let server: Server;
let browser: Browser;
let account: string;
let note: string;
let path: string;
/** Ana writes; Sofia of support reads the note and may comment on it. */
let ana: Page;
let sofia: Page;
const wrong: string[] = [];

async function open(name: string, options: Parameters<Browser["newContext"]>[0] = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, serviceWorkers: "block", ...options });
  context.setDefaultTimeout(waitMs);
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && !/ERR_INTERNET_DISCONNECTED|WebSocket/.test(message.text()) && wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.goto(`${server.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: name }).first().click();
  await textIn(page).waitFor({ timeout: firstSyncMs });
  return page;
} // prettier-ignore
const textIn = (page: Page) => page.getByRole("textbox", { name: /^Note(, for reading| text)$/ });
const highlights = (page: Page) => textIn(page).locator("mark").allTextContents();
const panelIn = (page: Page) => page.getByRole("complementary", { name: "Comments" });
const opener = (page: Page) => page.getByRole("button", { name: /^Comments, / });
/** Selects the words as a hand does it: the page's own selection, whether the text may be written or not. */
const select = (page: Page, words: string) =>
  textIn(page).evaluate((element, wanted) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const at = (node.textContent ?? "").indexOf(wanted);
      if (at < 0) continue;
      getSelection()?.setBaseAndExtent(node, at, node, at + wanted.length);
      return;
    }
    throw new Error(`${wanted} is not there`);
  }, words);
const send = async (page: Page, field: string, words: string, button: string) => {
  await panelIn(page).getByRole("textbox", { name: field }).fill(words);
  await panelIn(page).getByRole("button", { name: button, exact: true }).click();
};

beforeAll(async () => {
  server = await startServer({ loaded: true });
  const client = await Client.signIn(server.url, "ana");
  account = newId("acc");
  await client.mutate("account.create@1", { id: account, anchor: account, fields: { name: "Hooli", nextAction: "-" } });
  note = await client.makeSection(account, "shared", "Plans");
  path = `/accounts/${account}/notes/${note}`;
  browser = await launchBrowser();
  [ana, sofia] = [await open("Ana Ribeiro"), await open("Sofia")];
  await ana.getByRole("toolbar", { name: "Text tools" }).waitFor();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

test("[COMMENT-3] [COMMENT-5] [case 40] who may only read comments on words, and they stay marked while others write before them", async () => {
  await textIn(ana).click();
  await ana.keyboard.type("The price is firm. Delivery in May, they said.");
  await expect.poll(() => textIn(sofia).innerText(), soon).toContain("they said.");
  await expect.poll(() => textIn(sofia).getAttribute("aria-readonly"), soon).toBe("true");
  await select(sofia, "Delivery in May");
  await sofia.getByRole("button", { name: "Comment", exact: true }).click();
  await send(sofia, "Write a comment", "Of which year?", "Comment");
  for (const page of [sofia, ana]) await expect.poll(() => highlights(page), soon).toEqual(["Delivery in May"]);
  await textIn(ana).click();
  await ana.keyboard.press("Control+Home");
  await ana.keyboard.type("Monday: ");
  await select(ana, "price");
  await ana.keyboard.type("whole price");
  await expect.poll(() => textIn(sofia).innerText(), soon).toContain("Monday: The whole price is firm.");
  for (const page of [sofia, ana]) await expect.poll(() => highlights(page), soon).toEqual(["Delivery in May"]);
});

test("[COMMENT-1] an answer and a resolved thread are seen by both, and are there after a reload", async () => {
  await textIn(ana).locator("mark").click();
  await panelIn(ana).getByText("Of which year?").waitFor();
  await panelIn(ana).getByRole("button", { name: "Reply" }).click();
  await send(ana, "Reply", "This one.", "Reply");
  await panelIn(sofia).getByText("This one.").waitFor();
  await panelIn(ana).getByRole("button", { name: "Resolve", exact: true }).click();
  await expect.poll(() => opener(sofia).getAttribute("aria-label"), soon).toBe("Comments, 0 open");
  await panelIn(sofia).getByRole("button", { name: /^Resolved/ }).click();
  await panelIn(sofia).getByText(/Resolved by Ana/).waitFor();
  await expect.poll(() => highlights(sofia), soon).toEqual([]);
  for (const page of [ana, sofia]) await page.reload();
  await opener(ana).click();
  await panelIn(ana).getByRole("button", { name: /^Resolved/ }).click();
  await panelIn(ana).getByRole("button", { name: "Reopen" }).click();
  for (const page of [sofia, ana]) await expect.poll(() => highlights(page), soon).toEqual(["Delivery in May"]);
  await panelIn(ana).getByRole("button", { name: "Close comments" }).click();
}); // prettier-ignore

test("by keys alone and offline: Ctrl+Alt+M, the words wait here, are marked so, and go out later", async () => {
  await ana.context().setOffline(true);
  await textIn(ana).click();
  await select(ana, "firm");
  await ana.keyboard.press("Control+Alt+KeyM");
  await expect.poll(() => ana.evaluate(() => document.activeElement?.tagName), soon).toBe("TEXTAREA");
  await ana.keyboard.type("Says who?");
  await ana.keyboard.press("Control+Enter");
  await panelIn(ana).getByText("Says who?").waitFor();
  await panelIn(ana)
    .getByRole("img", { name: /not sent/i })
    .waitFor();
  expect(await highlights(ana)).toEqual(["firm", "Delivery in May"]);
  expect(await highlights(sofia)).toEqual(["Delivery in May"]);
  await ana.context().setOffline(false);
  await expect.poll(() => highlights(sofia), soon).toEqual(["firm", "Delivery in May"]);
  await ana.keyboard.press("Escape");
  await panelIn(ana).waitFor({ state: "detached" });
});

test("[COMMENT-5] [case 40] after a version was restored they are found by their words, and what is not there is said to be gone", async () => {
  const versions = `/api/accounts/${account}/sections/${note}/versions`;
  const call = (path: string, body: object) =>
    ana.evaluate(
      async ([to, sent]) => {
        const answer = await fetch(to ?? "", { method: "POST", headers: { "content-type": "application/json" }, body: sent ?? "" });
        return (await answer.json()) as { id: string; gen: number };
      },
      [path, JSON.stringify(body)],
    ); // prettier-ignore
  const kept = await call(versions, { name: "Before" });
  await textIn(ana).click();
  await ana.keyboard.press("Control+End");
  await ana.keyboard.type(" Budget is open.");
  await select(ana, "Budget is open");
  await ana.keyboard.press("Control+Alt+KeyM");
  await send(ana, "Write a comment", "Since when?", "Comment");
  for (const page of [sofia, ana]) await expect.poll(() => highlights(page), soon).toEqual(["firm", "Delivery in May", "Budget is open"]); // prettier-ignore
  expect(await call(`${versions}/${kept.id}/restore`, { gen: 1 })).toEqual({ gen: 2 });
  for (const page of [sofia, ana]) await expect.poll(() => highlights(page), soon).toEqual(["firm", "Delivery in May"]);
  expect(await textIn(sofia).innerText()).not.toContain("Budget");
  await opener(ana).click();
  await panelIn(ana).getByText("The text has gone").waitFor();
  await panelIn(ana).getByText("Budget is open").waitFor();
  await panelIn(ana).getByText("Since when?").waitFor();
  await panelIn(ana).getByRole("button", { name: "Close comments" }).click();
});

test("the panel has no accessibility violation, and on a phone it is a sheet that gives way to the text", async () => {
  const phone = await open("Sofia", { viewport: { width: 390, height: 844 }, hasTouch: true });
  await opener(sofia).click();
  for (const page of [sofia, phone]) {
    if (page === phone) await opener(page).tap();
    await panelIn(page).getByText("Says who?").waitFor();
    await page.evaluate(axeSource);
    const found = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
      return axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    }); // prettier-ignore
    expect(found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`))).toEqual([]); // prettier-ignore
  }
  await panelIn(phone).getByRole("button", { name: "Delivery in May" }).tap();
  await panelIn(phone).waitFor({ state: "detached" });
  await textIn(phone).locator("mark", { hasText: "Delivery" }).tap();
  await panelIn(phone).getByText("Of which year?").waitFor();
  expect(await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  expect(wrong).toEqual([]);
});
