/** Two members on one account: who edits which field, what changed since one looked, with and without a network. */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

const patience = { timeout: 60_000 };
let cell: Server;
let browser: Browser;
const names = new Map<string, string>();
let account = "";

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  const { items } = (await (await fetch(`${cell.url}/api/demo/members`)).json()) as { items: { handle: string; name: string }[] }; // prettier-ignore
  for (const { handle, name } of items) names.set(handle, name);
  const [ana, marcus] = [await session("ana"), await session("marcus")];
  const all = async (ask: typeof ana) => ((await (await ask("GET", "/api/accounts?limit=200")).json()) as { items: { id: string; owner: string }[] }).items; // prettier-ignore
  const theirs = new Set((await all(marcus)).map(({ id }) => id));
  const me = ((await (await ana("GET", "/api/me")).json()) as { me: { member: string } }).me.member;
  account = (await all(ana)).find(({ id, owner }) => owner === me && theirs.has(id))?.id ?? "";
  expect(account).not.toBe("");
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
async function visit(handle: string, path: string, options: BrowserContextOptions & { locale?: string } = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, serviceWorkers: "block", ...options });
  const page = await context.newPage();
  await page.addInitScript((locale) => localStorage.setItem("baton.locale", locale), options.locale ?? "en");
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: names.get(handle) ?? "" }).first().click(patience);
  await page.getByRole("button", { name: /All changes sent|所有更改已送达/ }).first().waitFor(patience);
  return page;
} // prettier-ignore
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env["CRM_SHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png`, animations: "disabled" });
}
const side = (page: Page): Locator => page.getByRole("complementary", { name: "Shared picture" });
const next = (page: Page): Locator => side(page).getByRole("button", { name: /^Edit Next action:/ });
const line = (page: Page): Locator =>
  page.getByRole("region", { name: /What changed since you looked|自您上次查看后的更改/ });

test("[ROOM-24] while one edits a field the other sees who it is, and no longer when it is left", async () => {
  const ana = await visit("ana", `/accounts/${account}`);
  const marcus = await visit("marcus", `/accounts/${account}`);
  await next(marcus).waitFor(patience);
  const mark = side(marcus).getByRole("img", { name: `${names.get("ana")} edits this now` });
  await next(ana).click(patience);
  await mark.waitFor(patience);
  await shot(marcus, "editing");
  await ana.keyboard.press("Escape");
  await mark.waitFor({ state: "detached", ...patience });
  await next(ana).click(patience);
  await mark.waitFor(patience);
  await ana.context().close(); // a socket that goes edits nothing
  await mark.waitFor({ state: "detached", ...patience });
  await marcus.context().close();
}, 180_000);

test("[LOOK-1] [LOOK-2] who comes back reads what others changed, who it was and what was there; without a network what is known here", async () => {
  const ana = await session("ana");
  const change = async (set: object) => expect((await ana("PATCH", `/api/accounts/${account}`, set)).status).toBe(200);
  await change({ health: "good", nextAction: "Wait" });
  const marcus = await visit("marcus", `/accounts/${account}`);
  await next(marcus).waitFor(patience);
  expect(await line(marcus).count()).toBe(0); // the first time nothing is news
  await marcus.getByRole("link", { name: "Today" }).first().click();
  await marcus.waitForURL((url) => url.pathname === "/");
  await change({ health: "at_risk", nextAction: "Ask for the board's date" });
  const task = await ana("POST", "/api/tasks", { anchor: account, name: "Draft the offer", about: account });
  expect(task.status).toBe(201);
  await marcus.waitForTimeout(3_000); // the poke, and the page behind it
  await marcus.goBack();
  await line(marcus).waitFor(patience);
  const words = async () => line(marcus).innerText();
  await expect
    .poll(words, patience)
    .toMatch(/3 changes since .*Health → At risk \(.*\).*Next action → Ask for the board's date \(.*\).*1 task/s);
  expect(await words()).toContain(names.get("ana"));
  expect(await side(marcus).getByRole("img", { name: "Changed since you looked" }).count()).toBe(2);
  await line(marcus).getByRole("button").first().click();
  await expect.poll(words, patience).toContain("was: Wait");
  expect(await words()).toContain("New task: Draft the offer");
  await shot(marcus, "looked-open");
  // What comes while one is here appears by itself.
  await change({ city: "Lyon" });
  await expect.poll(words, patience).toContain("City → Lyon");
  await line(marcus).getByRole("button", { name: "I have seen it" }).click();
  await line(marcus).waitFor({ state: "detached" });
  expect(await side(marcus).getByRole("img", { name: "Changed since you looked" }).count()).toBe(0);
  // Again elsewhere; this time there is no network when one comes back.
  await marcus.getByRole("link", { name: "Today" }).first().click();
  await change({ nextAction: "Send the papers" });
  await marcus.waitForTimeout(3_000);
  await marcus.context().setOffline(true);
  await marcus.goBack();
  await line(marcus).waitFor(patience);
  expect(await words()).toMatch(/1 change since .*Next action → Send the papers/s);
  expect(await words()).not.toContain(names.get("ana"));
  await line(marcus).getByRole("button").first().click();
  await line(marcus).getByText("is known online").waitFor();
  await shot(marcus, "looked-offline");
  await marcus.context().close();
}, 180_000);

test("[LOOK-2] on a phone, in Chinese and in the dark", async () => {
  const ana = await session("ana");
  const marcus = await visit("marcus", `/accounts/${account}`, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, locale: "zh-CN" });
  await marcus.evaluate(() => localStorage.setItem("baton.theme", "dark"));
  await marcus.getByText("共同概况").or(marcus.locator("#picture-title")).first().waitFor(patience);
  await marcus.getByRole("link", { name: "今天" }).first().click();
  await marcus.waitForURL((url) => url.pathname === "/");
  expect((await ana("PATCH", `/api/accounts/${account}`, { nextAction: "下周拜访" })).status).toBe(200);
  await marcus.waitForTimeout(3_000);
  await marcus.goBack();
  await line(marcus).waitFor(patience);
  await line(marcus).getByRole("button").first().tap();
  expect(await marcus.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
  expect((await line(marcus).getByRole("button").first().boundingBox())?.height).toBeGreaterThanOrEqual(44);
  await marcus.evaluate(() => (document.documentElement.dataset["theme"] = "dark"));
  await shot(marcus, "looked-phone-zh-dark");
  await marcus.context().close();
}, 120_000); // prettier-ignore
