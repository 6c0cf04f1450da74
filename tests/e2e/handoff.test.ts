/** Handovers on several screens: drafted, offered, taken by one of two, written by one and then by the other; and their report. */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

const patience = { timeout: 60_000 };
let cell: Server;
let browser: Browser;
const names = new Map<string, string>();

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  const { items } = (await (await fetch(`${cell.url}/api/demo/members`)).json()) as { items: { handle: string; name: string }[] }; // prettier-ignore
  for (const { handle, name } of items) names.set(handle, name);
  // A queue of the European sellers, which operations makes.
  const greta = await session("greta");
  const all = async (plural: string) => ((await (await greta("GET", `/api/${plural}?limit=200`)).json()) as { items: { id: string; name: string; handle?: string }[] }).items; // prettier-ignore
  const team = (await all("teams")).find(({ name }) => name === "Europe")?.id;
  const members = await (await greta("GET", "/api/members?filter[handle][eq]=tomas")).json() as { items: { id: string }[] }; // prettier-ignore
  const anchor = `local_org_${"0".repeat(20)}`;
  const made = await greta("POST", "/api/queues", { anchor, name: "Europe", steward: members.items[0]?.id, team });
  expect(made.status).toBe(201);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

async function session(handle: string) {
  const headers = { origin: cell.url, "content-type": "application/json" };
  const signed = await fetch(`${cell.url}/api/auth/demo`, { method: "POST", headers, body: JSON.stringify({ member: handle }) }); // prettier-ignore
  const cookie = signed.headers.getSetCookie()[0]?.split(";")[0] ?? "";
  return (method: string, path: string, body?: unknown) =>
    fetch(cell.url + path, { method, headers: { ...headers, cookie }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }); // prettier-ignore
}
async function visit(handle: string, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, serviceWorkers: "block", ...options }); // prettier-ignore
  const page = await context.newPage();
  if (options.locale)
    await page.addInitScript((locale) => localStorage.setItem("baton.locale", locale), options.locale);
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: names.get(handle) ?? "" }).first().click(patience); // prettier-ignore
  await sent(page);
  return page;
}
const sent = (page: Page) => seen(page, page.getByRole("button", { name: /All changes sent|所有更改已送达/ }).first());
/** If it does not come, what stands on the screen instead is said. */
async function seen(page: Page, what: Locator): Promise<void> {
  await what.waitFor(patience).catch(async (error: unknown) => {
    const wrong = (await page.pageErrors()).map(({ message }) => message);
    throw new Error(`${String(error)}\n${wrong.join("\n")}\nThe screen:\n${await page.locator("body").innerText()}`);
  });
}
/** Screenshots, where a folder for them is named. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env["CRM_SHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}
const detail = (page: Page) => page.locator("article[data-handoff]");
const state = (page: Page, words: string) => detail(page).locator("header").getByText(words, { exact: true });
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

/** From the menu of an account of her own to the page of a draft. */
async function startDraft(page: Page): Promise<string> {
  await page.goto(`${cell.url}/accounts`);
  const row = page.locator('[role="row"][aria-rowindex]', { hasText: names.get("ana") ?? "" });
  const link = row.first().locator("a").first();
  await link.waitFor(patience);
  await page.goto(cell.url + ((await link.getAttribute("href")) ?? ""));
  await page.getByRole("button", { name: /On this device/ }).first().click(patience); // prettier-ignore
  await page.getByRole("menuitem", { name: "Hand over…" }).click(patience);
  await state(page, "Draft").waitFor(patience);
  return new URL(page.url()).pathname;
}

test("[SHARE-9] [HAND-2] [HAND-3] a brief is the giver's until the handoff is taken, then the receiver's, on both screens at once; both see beforehand what moves", async () => {
  const ana = await visit("ana", "/accounts");
  const path = await startDraft(ana);
  await detail(ana).getByRole("button", { name: "Start with headings" }).click(patience);
  await detail(ana).getByRole("heading", { name: "What can go wrong" }).waitFor(patience);
  await detail(ana).locator("[contenteditable=true]").click(patience);
  await ana.keyboard.press("Control+End");
  await ana.keyboard.type("The board decides in May.");
  const step = detail(ana).getByRole("textbox", { name: "Add a step…" });
  await step.fill("Introduce Bo by mail");
  await step.press("Enter");
  await detail(ana).getByRole("checkbox", { name: "Introduce Bo by mail" }).check(patience);
  await detail(ana).getByText("1 of 1").waitFor(patience);
  const preview = (page: Page) => page.getByRole("region", { name: "What goes with it" });
  await preview(ana).getByText("The account, its notes and its history").waitFor(patience);
  await shot(ana, "handoff-draft");
  expect(await ana.getByRole("button", { name: "Offer" }).getAttribute("aria-disabled")).toBe("true");
  await ana.getByRole("combobox").selectOption({ label: names.get("bo") ?? "" });
  await ana.getByRole("button", { name: "Offer" }).click();
  await ana.getByRole("button", { name: "Take back" }).waitFor(patience);
  await ana.getByText(`${names.get("tomas")} hears of it`).waitFor(patience); // Bo's manager
  await detail(ana).locator("[contenteditable=true]").waitFor(patience); // still hers

  const bo = await visit("bo", "/handoffs");
  await bo.locator("a[data-row]", { hasText: "Handover of" }).first().click(patience); // prettier-ignore
  await detail(bo).getByText("The board decides in May.").waitFor(patience);
  await detail(bo).getByText("You can read this note, not change it.").waitFor(patience);
  expect(await detail(bo).locator("[contenteditable=true]").count()).toBe(0);
  expect(new URL(bo.url()).pathname).toBe(path);
  expect(await preview(bo).innerText()).toContain("The account, its notes and its history");
  await bo.getByText(/If you accept, .+ becomes yours/).waitFor(patience);
  await shot(bo, "handoff-offered");

  await bo.keyboard.press("a");
  await state(bo, "Accepted").waitFor(patience);
  await bo.getByText(`${names.get("ana")} reads on until`).waitFor(patience);
  await detail(bo).locator("[contenteditable=true]").click(patience);
  await bo.keyboard.press("Control+End");
  await bo.keyboard.type(" Bo takes it from here.");
  await detail(ana).getByText("Bo takes it from here.").waitFor(patience);
  await detail(ana).getByText("You can read this note, not change it.").waitFor(patience);
  await ana.getByText("You read on until").waitFor(patience);
  expect(await detail(ana).locator("[contenteditable=true]").count()).toBe(0);
  await shot(ana, "handoff-accepted");
  await detail(bo).getByRole("button", { name: "Done" }).click();
  await state(bo, "Done").waitFor(patience);
  for (const page of [ana, bo]) await page.context().close();
}, 240_000);

test("[HAND-1] [HAND-4] [HAND-6] of two of a queue who take the same one, offline and on, the second is told who has it; a draft is thrown away by keyboard and kept", async () => {
  const ana = await visit("ana", "/accounts");
  const path = await startDraft(ana);
  await ana.getByRole("button", { name: "Throw away" }).click();
  await ana.getByText("Thrown away").waitFor(patience);
  await expect.poll(() => new URL(ana.url()).pathname, patience).toBe("/handoffs");
  await ana.keyboard.press("z");
  await sent(ana);
  await ana.goto(cell.url + path);
  await ana.getByRole("combobox").selectOption({ label: "Europe" }, patience);
  await ana.getByRole("button", { name: "Offer" }).click();
  await ana.getByText("Queue Europe").first().waitFor(patience);
  await sent(ana);

  const [bo, tomas] = [await visit("bo", path), await visit("tomas", path, { serviceWorkers: "allow" })];
  // Offline the app's own files come from the service worker.
  await tomas.evaluate(async () => void (await navigator.serviceWorker.ready));
  await tomas.reload();
  for (const page of [bo, tomas]) await seen(page, page.getByText(/If you accept, .+ becomes yours/));
  expect(await bo.getByRole("button", { name: "Return" }).getAttribute("aria-disabled")).toBe("true"); // its steward does
  await tomas.context().setOffline(true);
  await tomas.keyboard.press("a");
  await seen(tomas, tomas.getByText("A proposal until it is sent"));
  await shot(tomas, "handoff-proposed");
  await bo.getByRole("button", { name: "Accept" }).click();
  await state(bo, "Accepted").waitFor(patience);
  await sent(bo);
  await tomas.context().setOffline(false);
  await seen(tomas, tomas.getByText(`${names.get("bo")} took it first.`));
  await shot(tomas, "handoff-second");
  for (const page of [ana, bo, tomas]) await page.context().close();
}, 240_000);

describe.each([["en", "light"], ["zh-CN", "dark"]] as const)("on a phone, %s, %s", (locale, colorScheme) => {
  test("[HAND-4] what is handed to me is found, looked through and taken with one tap, or returned with a reason", async () => {
    const page = await visit(locale === "en" ? "bo" : "marcus", "/handoffs", { ...phone, locale, colorScheme });
    const wide = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const words = locale === "en" ? "Rotterdam and Hamburg" : "Cover while Ana";
    await page.locator("a[data-row]", { hasText: words }).waitFor(patience);
    await shot(page, `handoffs-phone-${locale}`);
    expect(await wide()).toBe(0);
    await page.locator("a[data-row]", { hasText: words }).tap();
    const act = page.getByRole("button", { name: locale === "en" ? "Accept" : "退回", exact: true });
    await act.waitFor(patience);
    await shot(page, `handoff-phone-${locale}`);
    expect(await wide()).toBe(0);
    await act.tap();
    if (locale !== "en") {
      await page.getByRole("textbox", { name: "为什么不接？" }).or(page.locator("form input").first()).first().fill("下周我也不在"); // prettier-ignore
      await page.locator("form").getByRole("button", { name: "退回", exact: true }).tap(); // prettier-ignore
    }
    await page.getByText(locale === "en" ? "Accepted" : "已退回").first().waitFor(patience); // prettier-ignore
    await sent(page);
    const ask = await session(locale === "en" ? "bo" : "marcus");
    const known = async () => ((await (await ask("GET", "/api/handoffs?limit=200")).json()) as { items: { name: string; state: string }[] }).items; // prettier-ignore
    const state = async () => (await known()).find(({ name }) => name.startsWith(words))?.state;
    await expect.poll(state, patience).toBe(locale === "en" ? "accepted" : "returned"); // the edge says so too
    await page.context().close();
  }, 120_000);
}); // prettier-ignore

test("[HAND-7] the report has the log's own numbers for who sees all of it, says what it is over, and each number opens its rows", async () => {
  const page = await visit("greta", "/handoffs?view=report&kind=queue_to_queue&part=online");
  await page.getByText("Over all 834 handovers that you may see.").waitFor(patience);
  const figures = page.locator("button[aria-pressed] strong");
  expect(await figures.allInnerTexts()).toEqual(["834", "381", "150", "5.275 h"]);
  await page.getByRole("button", { name: /150 ping-pongs/ }).click();
  await page.locator('table[data-rows="150"]').waitFor(patience);
  await shot(page, "handoffs-report");
  await page.getByRole("button", { name: "Show as table" }).click();
  const row = page.getByRole("row", { name: /^Group 70/ });
  expect((await row.first().getByRole("cell").allInnerTexts()).slice(0, 2)).toEqual(["155", "320"]); // prettier-ignore
  await page.reload();
  await page.getByText("Over all 834 handovers that you may see.").waitFor(patience); // all of it stands in the address

  const sofia = await visit("sofia", "/handoffs?view=report&kind=queue_to_queue");
  await sofia.getByText(/Over \d+ handovers? on this device\.|No handover that was taken/).first().waitFor(patience); // prettier-ignore
  expect(await sofia.content()).not.toContain("834");
  for (const one of [page, sofia]) await one.context().close();
}, 120_000);
