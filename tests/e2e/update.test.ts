/** A device whose version the edge does not speak any more, in a real browser: it keeps its queue, says so, and waits. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { Client, newId } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

let server: Server;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let ana: Client;
let account: string;

beforeAll(async () => {
  server = await startServer({ loaded: true });
  ana = await Client.signIn(server.url, "ana");
  account = newId("acc");
  await ana.mutate("account.create@1", { id: account, anchor: account, fields: { name: "Umbrella", nextAction: "-" } });
  browser = await launchBrowser();
  context = await browser.newContext({ viewport: { width: 1360, height: 900 }, serviceWorkers: "block" });
  context.setDefaultTimeout(30_000);
  page = await context.newPage();
  await page.goto(`${server.url}/sign-in?next=/accounts/${account}`);
  await page.locator("button", { hasText: "Ana Ribeiro" }).first().click();
  await page.getByRole("button", { name: /^Edit Next action/ }).waitFor();
}, 180_000);
afterAll(async () => {
  await context?.close();
  await browser?.close();
  await server?.stop();
});

const edited = (value: string) => page.getByRole("button", { name: new RegExp(`^Edit Next action: ?${value}`) });

test("[SYNC-L5] keeps its queue and says that an update is needed, loads nothing by itself, and sends when it is understood", async () => {
  const refuse = { status: 400, contentType: "application/problem+json", body: '{"status":400,"code":"unsupported_version"}' }; // prettier-ignore
  for (const path of ["push", "pull"]) await context.route(`**/sync/${path}`, (route) => route.fulfill(refuse));
  await page.evaluate(() => Object.assign(window, { stillHere: true }));
  await page.getByRole("button", { name: /^Edit Next action/ }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText("After the update");
  await page.keyboard.press("Enter");
  await edited("After the update").waitFor();
  const chip = page.getByRole("button", { name: /^Sync: Update needed/ });
  await chip.waitFor();
  expect(await chip.getAttribute("aria-label")).toContain("Your changes are kept on this device");
  expect(await page.evaluate(() => "stillHere" in window)).toBe(true);
  // Loaded anew by its member, with the older version still: the change is there as before.
  await page.reload();
  await edited("After the update").waitFor();
  await chip.waitFor();
  expect((await ana.get(`/api/accounts/${account}`))["nextAction"]).toBe("-");

  await context.unroute("**/sync/push");
  await context.unroute("**/sync/pull");
  await page.reload();
  await page.getByRole("button", { name: /^Sync: All changes sent/ }).waitFor();
  expect((await ana.get(`/api/accounts/${account}`))["nextAction"]).toBe("After the update");
}, 120_000);
