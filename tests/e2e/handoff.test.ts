/** A handover on two screens: drafted, offered, taken, and its brief written by one and then by the other. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

const patience = { timeout: 30_000 };
let cell: Server;
let browser: Browser;
const names = new Map<string, string>();

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  const { items } = (await (await fetch(`${cell.url}/api/demo/members`)).json()) as { items: { handle: string; name: string }[] }; // prettier-ignore
  for (const { handle, name } of items) names.set(handle, name);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

async function visit(handle: string, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width: 1360, height: 850 },
    serviceWorkers: "block",
    ...options,
  });
  const page = await context.newPage();
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: names.get(handle) ?? "" }).first().click(); // prettier-ignore
  await page.getByRole("button", { name: /All changes sent|所有更改已送达/ }).first().waitFor(patience); // prettier-ignore
  return page;
}
/** Screenshots, where a folder for them is named. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env["CRM_SHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}

test("[SHARE-9] a brief is the giver's until the handoff is taken, then the receiver's, on both screens at once", async () => {
  const ana = await visit("ana", "/accounts");
  const link = ana.locator('[role="row"][aria-rowindex="2"] a');
  await link.waitFor(patience);
  const path = (await link.getAttribute("href")) ?? "";
  await ana.goto(`${cell.url}${path}`);
  await ana.getByRole("button", { name: /On this device/ }).first().click(patience); // prettier-ignore
  await ana.getByRole("menuitem", { name: "Hand over…" }).click(patience);
  const hers = ana.locator("[data-handoff]").filter({ hasText: "Draft" });
  await hers.getByRole("button", { name: "Start with headings" }).click(patience);
  await hers.getByRole("heading", { name: "What can go wrong" }).waitFor(patience);
  await hers.locator("[contenteditable=true]").click(patience);
  await ana.keyboard.press("Control+End");
  await ana.keyboard.type("The board decides in May.");
  await shot(ana, "draft");
  expect(await hers.getByRole("button", { name: "Offer" }).getAttribute("aria-disabled")).toBe("true");
  await hers.getByRole("combobox").selectOption({ label: names.get("bo") ?? "" });
  await hers.getByRole("button", { name: "Offer" }).click();
  const offered = ana.locator("[data-handoff]").filter({ hasText: "Offered" });
  await offered.getByRole("button", { name: "Take back" }).waitFor(patience);
  await offered.locator("[contenteditable=true]").waitFor(patience); // still hers

  const bo = await visit("bo", path);
  const his = bo.locator("[data-handoff]").filter({ hasText: "Offered" });
  await his.getByRole("button", { name: "Brief" }).click(patience);
  await his.getByText("The board decides in May.").waitFor(patience);
  await his.getByText("You can read this note, not change it.").waitFor(patience);
  expect(await his.locator("[contenteditable=true]").count()).toBe(0);
  await shot(bo, "offered");
  for (const [name, options] of shots) {
    const page = process.env["CRM_SHOTS"] ? await visit("bo", path, options) : null;
    if (!page) continue;
    await page.locator("[data-handoff] [aria-expanded]").first().click(patience); // prettier-ignore
    await page.waitForTimeout(2_500);
    await shot(page, name);
    await page.context().close();
  }

  await his.getByRole("button", { name: "Accept" }).click();
  const taken = bo.locator("[data-handoff]").filter({ hasText: "Accepted" });
  await taken.locator("[contenteditable=true]").click(patience);
  await bo.keyboard.press("Control+End");
  await bo.keyboard.type(" Bo takes it from here.");
  const left = ana.locator("[data-handoff]").filter({ hasText: "Accepted" });
  await left.getByText("Bo takes it from here.").waitFor(patience);
  await left.getByText("You can read this note, not change it.").waitFor(patience);
  expect(await left.locator("[contenteditable=true]").count()).toBe(0);
  await shot(ana, "accepted");
}, 120_000);

const phone = { width: 390, height: 844 };
const shots: readonly (readonly [string, BrowserContextOptions])[] = [
  ["dark", { colorScheme: "dark" }],
  ["zh", { locale: "zh-CN" }],
  ["phone", { viewport: phone }],
  ["phone-zh-dark", { viewport: phone, locale: "zh-CN", colorScheme: "dark" }],
];
