/** A field day rehearsed in a real browser with the product's own switch: nothing is lost and nothing comes twice. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { Client, newId } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

const waitMs = 20_000;
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
  context.setDefaultTimeout(waitMs);
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

async function practise(line: string): Promise<void> {
  await page.getByRole("button", { name: "You and this device" }).click();
  await page.getByRole("menuitem", { name: "Settings" }).click();
  await page.getByRole("radio", { name: new RegExp(`^${line}`) }).check();
  await page.getByText(`Practising weak signal: ${line}`).waitFor();
  await page.goBack();
}
const stop = () => page.getByRole("button", { name: "Stop" }).click();
async function edit(label: string, value: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^Edit ${label}`) }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(value);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: new RegExp(`^Edit ${label}: ?${value}`) }).waitFor();
}
async function log(text: string): Promise<void> {
  const composer = page.getByRole("textbox", { name: "What happened" });
  await page.keyboard.press("ControlOrMeta+Enter");
  await composer.fill(text);
  await page.keyboard.press("ControlOrMeta+Enter");
  await composer.waitFor({ state: "detached" }).catch(async (why) => {
    throw new Error(
      `not logged: ${await page
        .getByRole("alert")
        .allInnerTexts()
        .then((said) => said.join(" "))}`,
      { cause: why },
    );
  });
  await page.getByText(text).first().waitFor();
}
const logged = async (word: string): Promise<string[]> => {
  const { items } = await ana.get<{ items: object[] }>(`/api/activities?limit=200&filter[anchor][eq]=${account}`);
  const texts = items.flatMap((item) => Object.values(item).filter((value) => typeof value === "string"));
  return texts.filter((text) => text.includes(word)).sort();
};

describe("with the practice switch", () => {
  test("[SYNC-Q1] [SYNC-Q3] visits and edits under a flaky line all arrive, once, and the end says so", async () => {
    await practise("Flaky");
    const texts = Array.from({ length: 6 }, (_, index) => `flaky visit ${index}`);
    for (const [index, text] of texts.entries()) {
      await log(text);
      await edit("Next action", `step ${index}`);
    }
    await stop();
    await page.getByText(/^12 acts, 12 kept, sent \d+ s after return\.$/).waitFor();
    expect(await logged("flaky visit")).toEqual(texts);
    expect(await ana.get(`/api/accounts/${account}`)).toMatchObject({ nextAction: "step 5" });
  });

  test("[SYNC-Q1] [SYNC-Q2] a line that pretends keeps every act here, and lets them go when it ends", async () => {
    await practise("Pretends");
    await log("pretended visit");
    await page
      .getByRole("button", { name: /1 change is saved on this device, not sent yet|Sending/ })
      .first()
      .waitFor();
    expect(await logged("pretended")).toEqual([]);
    await stop();
    await expect.poll(() => logged("pretended"), { timeout: waitMs }).toEqual(["pretended visit"]);
  });

  test("[SYNC-Q1] a reload ends it", async () => {
    await practise("Cut");
    await page.reload();
    await page.getByRole("button", { name: /All changes sent/ }).waitFor();
    expect(await page.getByText("Practising weak signal").count()).toBe(0);
  });
});
