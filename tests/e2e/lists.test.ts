/**
 * Acts on many rows and on cells in a real browser: by mouse with Undo, by keyboard alone with a paste of which one cell is
 * bad, by touch at 390, without a network, and people made and deleted. Ana's own accounts are hers to change.
 */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

const patience = { timeout: 45_000 };
let cell: Server;
let browser: Browser;
const names = new Map<string, string>();

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  const { items } = (await (await fetch(`${cell.url}/api/demo/members`)).json()) as { items: { handle: string; name: string }[] }; // prettier-ignore
  for (const { handle, name } of items) names.set(handle, name);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

interface Visit {
  readonly page: Page;
  readonly wrong: string[];
}
const mine = "/accounts?view=mine";
async function visit(path = mine, options: BrowserContextOptions = {}, locale = "en"): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 }, serviceWorkers: "block", ...options }); // prettier-ignore
  await context.addInitScript((name) => localStorage.setItem("baton.locale", name), locale);
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(message.text()) && wrong.push(message.text())); // prettier-ignore
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: names.get("ana") ?? "" }).first().click(patience); // prettier-ignore
  await sent(page);
  await rowAt(page, 0).waitFor(patience);
  return { page, wrong };
}
const sent = (page: Page): Promise<void> =>
  page.getByRole("button", { name: /All changes sent|所有更改已送达/ }).first().waitFor(patience); // prettier-ignore
/** Screenshots, where a folder for them is named. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env["CRM_SHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/lists-${name}.png` });
}
/** By its place: rows on the screen are in no order of the page. */
const rowAt = (page: Page, place: number): Locator => page.locator(`[role="row"][aria-rowindex="${place + 2}"]`);
const cellAt = (page: Page, place: number, field: string): Locator => rowAt(page, place).locator(`[data-field="${field}"]`); // prettier-ignore
const texts = (page: Page, field: string, count: number): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, async (_, place) => (await cellAt(page, place, field).innerText()).trim()));
const toast = (page: Page, text: RegExp): Locator => page.getByRole("status").locator("div", { hasText: text }).last();
const undo = (page: Page, text: RegExp): Promise<void> => toast(page, text).getByRole("button", { name: /^(Undo|撤销)/ }).click({ force: true }); // prettier-ignore
async function inCell(page: Page, field: string): Promise<void> {
  for (let step = 0; step < 12; step += 1) {
    if ((await page.locator("[data-cell]").getAttribute("data-field", patience)) === field) return;
    await page.keyboard.press("ArrowRight");
  }
  throw new Error(`no column ${field}`);
}

test("[LIST-7] by mouse: a field of many is changed with one Undo, and who may not give an account away is told so before", async () => {
  const { page, wrong } = await visit();
  const before = await texts(page, "country", 3);
  for (const place of [0, 1, 2]) await rowAt(page, place).getByRole("checkbox").click();
  const bar = page.getByRole("group", { name: "Selected rows" });
  await bar.getByText("3 selected").waitFor(patience);
  const some = page.locator('[role="columnheader"] input[type="checkbox"]');
  expect(await some.evaluate((box: HTMLInputElement) => [box.checked, box.indeterminate])).toEqual([false, true]);
  await shot(page, "bar");
  await bar.getByRole("button", { name: "Change a field" }).click();
  const dialog = page.getByRole("dialog", { name: "Change a field" });
  await dialog.getByRole("combobox", { name: "Field" }).selectOption("country");
  await dialog.getByRole("textbox", { name: "To" }).fill("Chile");
  await dialog.getByText("3 will change").waitFor(patience);
  await shot(page, "change");
  await dialog.getByRole("button", { name: "Change 3" }).click();
  await expect.poll(() => texts(page, "country", 3), patience).toEqual(["Chile", "Chile", "Chile"]);
  await undo(page, /3 changed/);
  await toast(page, /3 taken back/).waitFor(patience);
  expect(await texts(page, "country", 3)).toEqual(before);
  await bar.getByRole("button", { name: "Clear selection" }).click();
  await bar.waitFor({ state: "detached", ...patience });
  await sent(page);

  // A mate's account is the team's to write on, and its owner's alone to give away.
  await page.goto(`${cell.url}/accounts?view=team&sort=owner`);
  await rowAt(page, 0).waitFor(patience);
  await page.locator('[role="columnheader"] input[type="checkbox"]').click();
  await bar.getByRole("button", { name: "Change owner" }).click();
  const give = page.getByRole("dialog", { name: "Change owner" });
  await give.getByLabel("Find by name").fill(names.get("marcus") ?? "");
  await give.getByRole("radio").first().check();
  await give.getByText(/^[\d,]+ will not:/).waitFor(patience);
  await expect.poll(() => give.getByRole("listitem").filter({ hasNot: page.getByRole("radio") }).count(), patience).toBeGreaterThan(1); // prettier-ignore
  const named = await give.getByRole("listitem").filter({ hasNot: page.getByRole("radio") }).first().innerText(); // prettier-ignore
  expect(named).toMatch(/\S+\n+\s*\S{3}/); // a name, and a reason
  await shot(page, "owner");
  await page.keyboard.press("Escape");
  expect(wrong).toEqual([]);
  await page.context().close();
}, 120_000);

test("[LIST-8] by keyboard alone: a cell is written, an area copied, and pasted with one bad cell; one Undo", async () => {
  const { page, wrong } = await visit();
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  const clip = (text: string) => page.evaluate((words) => navigator.clipboard.writeText(words), text);
  await page.keyboard.press("j");
  await page.locator("[data-active]").waitFor(patience);
  await expect.poll(async () => {
    await page.keyboard.press("ArrowRight");
    return page.locator("[data-cell]").count();
  }, patience).toBe(1); // prettier-ignore
  await inCell(page, "country");

  // Typing begins over what was there, keys of the list included; Enter takes it and goes down.
  await expect.poll(async () => {
    await page.keyboard.press("F2"); // until what edits is here
    return page.locator("[data-cell] input").count();
  }, patience).toBe(1); // prettier-ignore
  await page.keyboard.press("Escape");
  await page.keyboard.type("=jx+1");
  await page.keyboard.press("Enter");
  await expect.poll(() => texts(page, "country", 1), patience).toEqual(["=jx+1"]);
  expect(await rowAt(page, 1).locator("[data-cell]").getAttribute("data-field")).toBe("country");
  await page.keyboard.press("F2");
  await page.keyboard.type("Nowhere");
  await shot(page, "cell");
  await page.keyboard.press("Escape");
  const [, second] = await texts(page, "country", 2);
  expect(second).not.toContain("Nowhere");

  // Copied as it is, but as text for a spreadsheet.
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ControlOrMeta+c");
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText()), patience).toBe("'=jx+1");

  // Health and next action of two rows, one of them no health at all.
  for (let step = 0; step < 2; step += 1) await page.keyboard.press("ArrowLeft");
  await inCell(page, "health");
  const before = { health: await texts(page, "health", 2), next: await texts(page, "nextAction", 2) };
  await clip("At risk\tCall them\nawful\t'=1+1\n");
  await page.keyboard.press("ControlOrMeta+v");
  const said = toast(page, /3 cells written/);
  await said.waitFor(patience);
  expect(await said.innerText()).toMatch(/1 not: Health of .+ \(“awful” is none of the choices\)/);
  await shot(page, "pasted");
  await expect.poll(() => texts(page, "health", 2), patience).toEqual(["At risk", before.health[1]]);
  expect((await texts(page, "nextAction", 2)).map((text) => text.split("\n")[0])).toEqual(["Call them", "=1+1"]);
  await page.keyboard.press("ControlOrMeta+z");
  await toast(page, /2 taken back/).waitFor(patience);
  expect(await texts(page, "health", 2)).toEqual(before.health);
  expect(await texts(page, "nextAction", 2)).toEqual(before.next);

  // An area: copied as rows and columns; emptied, and back.
  await page.keyboard.press("Shift+ArrowDown");
  await page.keyboard.press("Shift+ArrowRight");
  await shot(page, "area");
  await page.keyboard.press("ControlOrMeta+c");
  await expect.poll(async () => (await page.evaluate(() => navigator.clipboard.readText())).split("\r\n").map((line) => line.split("\t").length), patience).toEqual([2, 2]); // prettier-ignore
  await page.keyboard.press("Delete");
  await toast(page, /cells? emptied/).waitFor(patience);
  await page.keyboard.press("ControlOrMeta+z");
  await expect.poll(() => texts(page, "nextAction", 2), patience).toEqual(before.next);

  // Esc out of the area, out of the cells; then Enter opens the record as ever.
  for (let step = 0; step < 2; step += 1) await page.keyboard.press("Escape");
  expect(await page.locator("[data-cell]").count()).toBe(0);
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/accounts\/[^?/]+/, patience);
  await sent(page);
  expect(wrong).toEqual([]);
  await page.context().close();
}, 120_000);

test("[LIST-7] by touch at 390: a long press selects, taps add, and a field of all is changed and taken back", async () => {
  const { page, wrong } = await visit(mine, { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, "zh-CN"); // prettier-ignore
  const touch = await page.context().newCDPSession(page);
  const box = await rowAt(page, 0).boundingBox();
  if (!box) throw new Error("no row");
  await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x: box.x + 60, y: box.y + 20 }] });
  const bar = page.getByRole("group", { name: "所选行" });
  await bar.getByText("已选 1 行").waitFor(patience);
  await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
  expect(page.url()).toContain("/accounts?"); // the end of a long press opens nothing
  await rowAt(page, 1).locator("a").tap();
  await bar.getByText("已选 2 行").waitFor(patience);
  await shot(page, "phone");
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await bar.getByRole("button", { name: "更改字段" }).tap();
  const dialog = page.getByRole("dialog", { name: "更改字段" });
  await dialog.getByRole("combobox", { name: "字段" }).selectOption("nextAction");
  await dialog.getByRole("textbox", { name: "改为" }).fill("一起拜访");
  await shot(page, "phone-change");
  await dialog.getByRole("button", { name: "更改 2 行" }).tap();
  await expect.poll(() => page.getByText("一起拜访").count(), patience).toBe(2);
  await undo(page, /已更改 2 行/);
  await expect.poll(() => page.getByText("一起拜访").count(), patience).toBe(0);
  await bar.getByRole("button", { name: "取消选择" }).tap();
  await bar.waitFor({ state: "detached", ...patience });
  await page.getByRole("button", { name: "选择行" }).tap();
  await rowAt(page, 2).locator("a").tap();
  await bar.getByText("已选 1 行").waitFor(patience);
  await sent(page);
  expect(wrong).toEqual([]);
  await page.context().close();
}, 120_000);

test("[LIST-7] without a network: rows are selected by keys and changed, owners given and taken back unsent; then it is sent", async () => {
  const { page, wrong } = await visit(mine, { serviceWorkers: "allow" });
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.reload(); // from now on the service worker answers
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null), patience).toBe(true);
  await rowAt(page, 0).waitFor(patience);
  await sent(page);
  await page.context().setOffline(true);
  await page
    .getByRole("button", { name: /Offline/ })
    .first()
    .waitFor(patience); // nothing leaves from now on
  await page.keyboard.press("j");
  for (let step = 0; step < 2; step += 1) await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("3 selected").waitFor(patience);
  await page.keyboard.press("e");
  const dialog = page.getByRole("dialog", { name: "Change a field" });
  await dialog.getByRole("combobox", { name: "Field" }).selectOption("health");
  await dialog.getByRole("combobox", { name: "To" }).selectOption("watch");
  await dialog.getByText(/\d (will change|(is|are) so already)/).waitFor(patience);
  await dialog.getByRole("button", { name: /^Change \d/ }).click();
  await expect.poll(() => texts(page, "health", 3), patience).toEqual(["Watch", "Watch", "Watch"]);
  const owners = await texts(page, "owner", 3);
  // What is said next must be of the next act.
  await page.getByRole("status").getByText(/changed/).first().waitFor(patience); // prettier-ignore
  await page.getByRole("status").getByText(/changed/).first().waitFor({ state: "detached", ...patience }); // prettier-ignore

  await page.keyboard.press("o");
  const give = page.getByRole("dialog", { name: "Change owner" });
  await give.getByLabel("Find by name").fill(names.get("marcus") ?? "");
  await give.getByRole("radio").first().check();
  await give.getByRole("button", { name: "Change 3" }).click();
  await toast(page, /3 changed/).waitFor(patience);
  await undo(page, /3 changed/);
  await toast(page, /3 taken back/).waitFor(patience);
  expect(await texts(page, "owner", 3)).toEqual(owners);

  await page.context().setOffline(false);
  await sent(page);
  const ids = await Promise.all([0, 1, 2].map(async (place) => (await rowAt(page, place).locator("a").getAttribute("href"))?.split("/").at(-1) ?? "")); // prettier-ignore
  const rows = await page.evaluate(async (all) => Promise.all(all.map(async (id) => (await fetch(`/api/accounts/${id}`)).json() as Promise<Record<string, unknown>>)), ids); // prettier-ignore
  expect(rows.map(({ health }) => health)).toEqual(["watch", "watch", "watch"]);
  expect(new Set(rows.map(({ owner }) => owner)).size).toBe(1);
  expect(wrong).toEqual([]);
  await page.context().close();
}, 120_000);

test("[LIST-7] people: one is made, and several are deleted and come back", async () => {
  const { page, wrong } = await visit("/contacts?view=mine", { colorScheme: "dark" });
  await page.keyboard.press("c");
  const dialog = page.getByRole("dialog", { name: "New person" });
  await dialog.getByRole("searchbox").waitFor(patience);
  await shot(page, "person");
  await dialog.getByRole("searchbox").fill("Blogtags"); // an account of Ana's
  await dialog.getByRole("button", { name: /^Blogtags/ }).click();
  await dialog.getByLabel("Name", { exact: true }).fill("Aaa Zeta");
  await dialog.getByLabel("E-mail", { exact: true }).fill("zeta@example.org");
  await dialog.getByRole("button", { name: "Keep person" }).click();
  await toast(page, /Aaa Zeta added/).waitFor(patience);
  await page.getByPlaceholder("Find").first().fill("Zeta");
  await expect.poll(() => cellAt(page, 0, "name").innerText(), patience).toContain("Aaa Zeta");
  await page.getByPlaceholder("Find").first().fill("");
  await expect.poll(() => rowAt(page, 3).count(), patience).toBe(1);
  const before = await texts(page, "name", 3);
  for (const place of [0, 1]) await rowAt(page, place).getByRole("checkbox").click();
  await page.getByRole("group", { name: "Selected rows" }).getByRole("button", { name: "Delete" }).click();
  const gone = page.getByRole("dialog", { name: "Delete" });
  await gone.getByRole("button", { name: "Delete 2" }).click();
  await expect.poll(() => cellAt(page, 0, "name").innerText(), patience).toContain(before[2] ?? "");
  await undo(page, /2 deleted/);
  await expect.poll(() => texts(page, "name", 3), patience).toEqual(before);
  await sent(page);
  expect(wrong).toEqual([]);
  await page.context().close();
}, 120_000);
