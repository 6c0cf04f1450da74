/** Leads in a real browser: captured offline by keyboard alone, told apart from what is known, qualified and converted. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

let cell: Server;
let browser: Browser;
beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});
const patient = { timeout: 60_000 };

test("[LEAD-1] [LEAD-3] [LEAD-4] a lead is captured offline by keyboard, and becomes a contact and an opportunity of the account that was there", async () => {
  const context = await browser.newContext({ viewport: { width: 1360, height: 850 } });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.goto(`${cell.url}/sign-in?next=/accounts`);
  await page.locator("button", { hasText: "Ana" }).first().click();
  await page.locator('[role="row"][aria-rowindex="2"] a').waitFor(patient);
  const known = (await page.locator('[role="row"][aria-rowindex="2"] a').innerText()).trim();
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.reload(); // from now on the service worker answers
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null), patient).toBe(true);
  await page.locator('[role="row"][aria-rowindex="2"] a').waitFor(patient);
  await page.keyboard.press("g");
  await page.keyboard.press("l");
  await page.locator("h1", { hasText: "Leads" }).waitFor(patient);
  await page.locator('button:not([aria-disabled="true"])', { hasText: "New lead" }).first().waitFor(patient);
  await page.keyboard.press("c");
  await page.getByRole("dialog", { name: "New lead" }).waitFor(patient); // its chunk is here before the network goes
  await context.setOffline(true);
  await page.keyboard.type("Siti Rahma");
  await page.keyboard.press("Tab");
  await page.keyboard.type("Kopi Putra");
  await page.keyboard.press("Enter");
  const sheet = page.getByRole("dialog", { name: "Siti Rahma" });
  await expect.poll(() => page.getByText("Siti Rahma").count(), patient).toBeGreaterThan(0);
  await context.setOffline(false);
  await page
    .locator("button", { hasText: "All changes sent" }) // behind the sheet
    .first()
    .waitFor(patient);
  await sheet.waitFor(patient);

  // Not qualified while nobody knows what for; the reason is said, nothing is sent.
  await sheet.getByRole("button", { name: "Qualify", exact: true }).click({ force: true }); // aria-disabled, it says why
  await page
    .getByText(/To qualify, fill in/)
    .first()
    .waitFor(patient);
  await page.keyboard.press("Escape");
  for (const [field, words] of [
    ["What they need", "Forty shops, one view"],
    ["By when", "Q1"],
  ]) {
    await sheet.getByRole("button", { name: new RegExp(`^Edit ${field}`) }).click();
    await page.keyboard.type(words ?? "");
    await page.keyboard.press("Enter");
  }
  await sheet.getByRole("button", { name: "Qualify", exact: true }).click();
  await sheet.getByRole("button", { name: "Convert", exact: true }).waitFor(patient);
  // It turns out to be an account that is known.
  await sheet.getByRole("button", { name: /^Edit Organisation/ }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(known.toUpperCase());
  await page.keyboard.press("Enter");
  await sheet.getByRole("button", { name: "Convert", exact: true }).click();
  const convert = page.getByRole("dialog", { name: "Convert Siti Rahma" });
  await convert
    .getByRole("button", { name: /same name/ })
    .first()
    .click();
  await convert.getByRole("button", { name: "Convert" }).click();
  await page.locator("h1", { hasText: known }).waitFor(patient);
  await page.getByText("Forty shops, one view").first().waitFor(patient);
  await page
    .getByRole("button", { name: /All changes sent/ })
    .first()
    .waitFor(patient);
  expect(wrong).toEqual([]);
  await context.close();
}, 300_000);

test("[LEAD-2] on a phone a lead is disqualified by touch, with its reason, and undone", async () => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 }, locale: "en-US", hasTouch: true, isMobile: true, serviceWorkers: "block" }); // prettier-ignore
  const page = await context.newPage();
  await page.goto(`${cell.url}/sign-in?next=/leads`);
  await page.locator("button", { hasText: "李娜" }).first().tap();
  const rows = page.locator("[data-lead]");
  await rows.first().waitFor(patient);
  const before = await rows.count();
  const name = (await rows.first().locator("span").first().innerText()).trim();
  await rows.first().tap();
  const sheet = page.getByRole("dialog", { name });
  await sheet.getByRole("button", { name: "排除" }).tap();
  await sheet.getByLabel("原因").selectOption("no_budget");
  await sheet.getByRole("button", { name: "排除" }).tap();
  await sheet.getByText("没有预算").waitFor(patient);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.getByRole("button", { name: "撤销" }).tap();
  await sheet.getByText("跟进中").first().waitFor(patient);
  await sheet.getByRole("button", { name: "关闭" }).tap();
  await expect.poll(() => rows.count(), patient).toBe(before);
  await context.close();
}, 180_000);
