/**
 * Twice as much on the device as it may hold: 105,000 records, put there through the product's own disk. Everything must
 * still work. What it took is printed; the budgets are measured by `npm run bench -- store`.
 */
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

const [accounts, contacts] = [5_000, 20];
let server: Server;
let browser: Browser;
let filler: string;

beforeAll(async () => {
  server = await startServer({ loaded: true });
  browser = await launchBrowser();
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL("fill-disk.ts", import.meta.url)), name: "filler", formats: ["iife"] },
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  filler = output && "output" in output ? output.output[0].code : "";
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await server?.stop();
});

const row = (page: Page, text: string) => page.locator('[role="row"]', { hasText: text }).first();
const note = (page: Page) => page.locator("p", { hasText: "on this device" }).first();

test("[SYNC-L1] with 105,000 records on the device it starts, scrolls, finds, sorts, opens and edits", async () => {
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  await page.goto(`${server.url}/sign-in`);
  await page.locator("button", { hasText: "Ana Ribeiro" }).first().click();
  await page.getByRole("button", { name: /All changes sent/ }).waitFor({ timeout: 90_000 });
  await page.goto(`${server.url}/icon.svg`); // the same origin, without the app
  const disk = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? "").find((name) => /^baton-\d+:local:/.test(name)) ?? ""); // prettier-ignore
  const member = disk.split(":").at(-1) ?? "";
  expect(member).toMatch(/_mem_/);
  await page.evaluate(`${filler}; filler.fillDisk("${disk}", "${member}", ${accounts}, ${contacts})`);

  const took: Record<string, number> = {};
  const timed = async (what: string, work: () => Promise<unknown>): Promise<void> => {
    const at = performance.now();
    await work();
    took[what] = Math.round(performance.now() - at);
  };
  await timed("cold start to the first list", async () => {
    await page.goto(`${server.url}/accounts`);
    await page.locator('[role="row"][aria-rowindex="2"] a').waitFor();
  });
  await timed("all of it in", () => expect.poll(() => note(page).innerText(), { timeout: 60_000, interval: 50 }).toMatch(/^5,\d\d\d/)); // prettier-ignore
  const held = Number((await note(page).innerText()).replace(/\D.*$/s, (rest) => rest.match(/^,(\d{3})/)?.[1] ?? ""));
  expect(held).toBeGreaterThan(accounts);

  await timed("sort by country and back by name, backwards", async () => {
    await page.getByRole("button", { name: "Sort by Country" }).click();
    await page.getByRole("button", { name: "Sort by Name" }).click();
    await page.getByRole("button", { name: "Sort by Name" }).click();
    await expect.poll(() => page.locator('[aria-sort="descending"]').count()).toBe(1);
  });
  await timed("scroll to the end", async () => {
    await page.locator('[role="row"][aria-rowindex="2"]').hover();
    // Again until it is there: a list whose order has just changed goes back to its top, and rows still come in while it is read.
    const last = async () => page.locator(`[role="row"][aria-rowindex="${await page.locator("[aria-rowcount]").getAttribute("aria-rowcount")}"]`); // prettier-ignore
    for (let turns = 0; turns < 20 && (await (await last()).count()) === 0; turns++) {
      await page.mouse.wheel(0, 10_000_000);
      await (await last()).waitFor({ timeout: 3_000 }).catch(() => undefined);
    }
    await (await last()).waitFor({ timeout: 1_000 });
  });
  await timed("find one", async () => {
    await page.getByPlaceholder("Find").first().fill("bulk 04321");
    await row(page, "Bulk 04321").waitFor();
    await expect.poll(() => page.locator('[role="row"][aria-rowindex="3"]').count()).toBe(0);
  });
  await timed("open it with a contact", async () => {
    await row(page, "Bulk 04321").locator("a").first().click();
    await page.locator("h1", { hasText: "Bulk 04321" }).waitFor();
    await page
      .getByText(/Person 4321-/)
      .first()
      .waitFor();
  });
  // An edit of what the cell has, in the midst of it.
  await page.goto(`${server.url}/accounts?view=mine`);
  await page.getByPlaceholder("Find").first().fill("a");
  const own = page.locator('[role="row"][aria-rowindex] a').filter({ hasNotText: /Bulk/ }).first();
  await own.waitFor();
  await own.click();
  const city = page.getByRole("button", { name: /^Edit City/ });
  await city.click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText("Lisboa of many");
  await timed("an edit on the screen", async () => {
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /^Edit City: ?Lisboa of many/ }).waitFor();
  });
  await timed("and sent", () => page.getByRole("button", { name: /All changes sent/ }).waitFor());
  const id = new URL(page.url()).pathname.split("/")[2];
  const answer = await page.evaluate(async (path) => (await (await fetch(path)).json()) as { city?: string }, `/api/accounts/${id}`); // prettier-ignore
  expect(answer.city).toBe("Lisboa of many");
  const heap = await page.evaluate(() => (performance as unknown as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0); // prettier-ignore
  console.info(`105,000 records: ${Object.entries(took).map(([what, ms]) => `${what} ${ms} ms`).join(" · ")} · heap ${Math.round(heap / 1e6)} MB`); // prettier-ignore
  // The page is killed 0.3 s after an edit that was typed while all of it was still being read.
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const there = page.url();
  await page.close();
  const early = await context.newPage();
  const cdp = await context.newCDPSession(early);
  await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
  await context.setOffline(true);
  await early.goto(there);
  await early.getByRole("button", { name: /^Edit City/ }).click();
  await early.keyboard.press("ControlOrMeta+a");
  await early.keyboard.insertText("Typed early");
  await early.keyboard.press("Enter");
  await early.getByRole("button", { name: /^Edit City: ?Typed early/ }).waitFor();
  await early.waitForTimeout(300);
  const crashed = new Promise((resolve) => early.once("crash", resolve));
  void cdp.send("Page.crash").catch(() => undefined);
  await crashed;
  await early.close();
  const again = await context.newPage();
  await again.goto(there);
  await again.getByRole("button", { name: /^Edit City: ?Typed early/ }).waitFor();
  await context.setOffline(false);
  await context.close();
}, 300_000);
