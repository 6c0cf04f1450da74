/** The screens against a real cell in a real browser, under the page's own security headers. */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const desktop = { width: 1360, height: 850 };
const phone = { width: 390, height: 844 };
const firstSyncMs = 60_000;

let cell: Server;
let browser: Browser;
interface Member {
  readonly handle: string;
  readonly name: string;
  readonly base: string;
}
let seller: Member;
let manager: Member;

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  const { items } = (await (await fetch(`${cell.url}/api/demo/members`)).json()) as { items: Member[] };
  const named = (handle: string): Member => {
    const found = items.find((member) => member.handle === handle);
    if (!found) throw new Error(`the demo has no ${handle}`);
    return found;
  };
  seller = named("ana");
  manager = named("marcus"); // of Ana's team: sees her accounts
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

interface Visit {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Console errors, uncaught errors and violations of the page policy so far. */
  readonly wrong: string[];
}
async function visit(options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: desktop, serviceWorkers: "block", ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  await page.addInitScript(() => {
    addEventListener("securitypolicyviolation", (event) =>
      console.error("policy", event.violatedDirective, event.blockedURI, event.sample),
    );
  });
  return { context, page, wrong };
}
async function signIn(page: Page, who = seller, path = "/"): Promise<void> {
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: who.name }).first().click();
  await allSent(page);
}
const allSent = (page: Page): Promise<void> =>
  page
    .getByRole("button", { name: /All changes sent|所有更改已送达/ })
    .first()
    .waitFor({ timeout: firstSyncMs });
async function firstAccount(page: Page): Promise<string> {
  await page.goto(`${cell.url}/accounts`);
  const row = page.locator('[role="row"][aria-rowindex="2"] a');
  await row.waitFor({ timeout: firstSyncMs });
  return (await row.getAttribute("href")) ?? "";
}
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axeSource);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  });
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - innerWidth);

describe.each(["light", "dark"] as const)("in the %s theme", (colorScheme) => {
  test("no screen has an accessibility violation, a console error or a policy violation", async () => {
    const { context, page, wrong } = await visit({ colorScheme });
    await page.goto(`${cell.url}/sign-in`);
    await page.locator("main li button").first().waitFor();
    expect(await violations(page), "sign-in").toEqual([]);

    await signIn(page);
    const account = await firstAccount(page);
    for (const path of [
      "/",
      "/?task=new",
      "/?notices=open",
      "/accounts",
      "/accounts?f=health.is.at_risk,watch;touched.quiet.30&group=owner",
      "/contacts",
      account,
      `${account}/notes`,
      `${account}/opportunities`,
      `${account}/cases`,
      "/cases",
      "/pipeline",
      "/pipeline?view=list",
      "/pipeline?view=forecast&as=table",
      "/handoffs?box=from",
      "/handoffs?view=report&part=online&rows=all",
      "/leads",
      "/settings",
    ]) {
      await page.goto(cell.url + path);
      await page.locator("h1").first().waitFor({ timeout: firstSyncMs });
      await page.locator('[aria-busy="true"]').first().waitFor({ state: "detached", timeout: firstSyncMs });
      if (path.startsWith("/?")) await page.getByRole("dialog").locator("[data-autofocus], [data-row]").first().waitFor({ timeout: firstSyncMs }); // prettier-ignore
      expect(await violations(page), path).toEqual([]);
    }
    expect(wrong).toEqual([]);
    await context.close();
  });
});

test("the accounts table renders rows, says which part it shows, and opens one from the keyboard and comes back", async () => {
  const { context, page, wrong } = await visit();
  await signIn(page);
  await firstAccount(page);
  const rows = page.locator('[role="row"][aria-rowindex]:not([aria-rowindex="1"])');
  expect(await rows.count()).toBeGreaterThan(5);
  await expect.poll(() => page.locator("p", { hasText: "on this device" }).innerText()).toMatch(/^\d+ on this device/);

  const active = page.locator('[role="row"][data-active] a');
  const goes = async (): Promise<number> => {
    await page.keyboard.press("j"); // the keys come a moment after the page
    return active.count();
  };
  await expect.poll(goes, { timeout: firstSyncMs }).toBe(1);
  await page.keyboard.press("j");
  const name = await page.locator('[role="row"][data-active] a').innerText();
  await page.keyboard.press(" ");
  await page.locator("aside", { hasText: name }).last().waitFor();
  await page.keyboard.press("Enter");
  await page.locator("h1", { hasText: name }).waitFor();
  await page.goBack();
  await rows.first().waitFor();

  await page.keyboard.press("/");
  await page.keyboard.type(name.toLowerCase());
  await expect.poll(() => rows.first().locator("a").innerText()).toBe(name);
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator("p", { hasText: "on this device" }).innerText()).toMatch(/^\d+ on this device/);
  for (const key of ["j", "j", "k", "Enter"]) await page.keyboard.press(key);
  await page.locator('nav a[aria-current="page"]', { hasText: "Timeline" }).waitFor();
  await page.goBack();

  await page.getByRole("button", { name: /All you may see/ }).click();
  await expect.poll(() => rows.count(), { timeout: firstSyncMs }).toBeGreaterThan(5);
  expect(wrong).toEqual([]);
  await context.close();
});

test("a field is edited in place: shown at once, dotted until sent, still there after a reload", async () => {
  const { context, page, wrong } = await visit();
  await signIn(page);
  await page.goto(cell.url + (await firstAccount(page)));
  const next = `Call ${Date.now()}`;
  await page.getByRole("button", { name: /^Edit Next action/ }).click({ timeout: firstSyncMs });
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(next);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: new RegExp(`^Edit Next action: ?${next}`) }).waitFor();
  await allSent(page);
  await page.reload();
  await page.getByRole("button", { name: new RegExp(`^Edit Next action: ?${next}`) }).waitFor({ timeout: firstSyncMs });
  expect(wrong).toEqual([]);
  await context.close();
});

test("two members write one note: each sees the other's words and who is there", async () => {
  const [mine, theirs] = await Promise.all([visit(), visit()]);
  await signIn(mine.page);
  const account = await firstAccount(mine.page);
  await signIn(theirs.page, manager);
  const text = (page: Page) => page.getByRole("textbox", { name: "Note" });
  for (const { page } of [mine, theirs]) {
    await page.goto(`${cell.url}${account}/notes`);
    await text(page).waitFor({ timeout: firstSyncMs });
  }
  await mine.page.getByRole("img", { name: new RegExp(manager.name) }).waitFor();
  await text(mine.page).click();
  await mine.page.keyboard.type("Ana writes. ");
  await theirs.page.getByText("Ana writes.").waitFor();
  await theirs.page.locator("article span", { hasText: seller.name }).first().waitFor(); // her caret
  await text(theirs.page).click();
  await theirs.page.keyboard.press("ControlOrMeta+End");
  await theirs.page.keyboard.type("Marcus too.");
  await mine.page.getByText("Ana writes. Marcus too.").waitFor();

  // The room has it, not only the two screens; and the editor may be left and entered again.
  await mine.page.getByRole("link", { name: "Timeline" }).click();
  await mine.page.getByRole("link", { name: /^Notes/ }).click();
  await mine.page.getByText("Ana writes. Marcus too.").waitFor();
  expect(await violations(mine.page)).toEqual([]);
  expect([...mine.wrong, ...theirs.wrong]).toEqual([]);
  await mine.context.close();
  await theirs.context.close();
}, 120_000);

test.each(["en-US", "zh-CN"])(
  "on a phone in %s no screen scrolls sideways and the bar below leads on",
  async (locale) => {
    const { context, page, wrong } = await visit({ viewport: phone, hasTouch: true, isMobile: true, locale });
    await page.goto(`${cell.url}/sign-in`);
    await page.locator("main li button").first().waitFor();
    expect(await sideways(page), "sign-in").toBe(0);
    await page.evaluate((text) => localStorage.setItem("baton.locale", text), locale.startsWith("zh") ? "zh-CN" : "en");
    await signIn(page);
    const account = await firstAccount(page);
    for (const path of [
      "/",
      "/?task=new",
      "/?notices=open",
      "/accounts",
      "/contacts",
      account,
      `${account}/notes`,
      `${account}/opportunities`,
      "/cases",
      "/pipeline",
      "/pipeline?view=list",
      "/pipeline?view=forecast",
      "/handoffs?box=from",
      "/handoffs?view=report&part=online&rows=all",
      "/settings",
    ]) {
      await page.goto(cell.url + path);
      await page.locator("h1").first().waitFor({ timeout: firstSyncMs });
      expect(await sideways(page), path).toBe(0);
      expect(await page.locator("nav a[href='/accounts']").first().isVisible()).toBe(true);
    }
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(locale.startsWith("zh") ? "zh-CN" : "en");
    expect(wrong).toEqual([]);
    await context.close();
  },
);

test("a deep link opens without a network, says so, and keeps an edit until it is back", async () => {
  const { context, page } = await visit({ serviceWorkers: "allow" });
  await signIn(page);
  const account = await firstAccount(page);
  await page.goto(cell.url + account);
  await allSent(page);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.reload(); // from now on the service worker answers
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  const title = await page.locator("h1").innerText();

  await context.setOffline(true);
  await page.reload();
  await page.locator("h1", { hasText: title }).waitFor({ timeout: firstSyncMs });
  await page.getByText("You are offline.").first().waitFor();
  await page.getByRole("button", { name: /^Edit Industry/ }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Kept offline");
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /1 change is saved on this device/ }).waitFor();
  await page.reload();
  const kept = page.getByRole("button", { name: /^Edit Industry: ?Kept offline/ });
  await kept.waitFor({ timeout: firstSyncMs }).catch(async (why: unknown) => {
    throw new Error(`${String(why)}\nThe screen:\n${await page.locator("body").innerText()}`);
  });

  await page.goto(`${cell.url}/accounts`);
  await page.getByText("You are offline.").first().waitFor();
  await page.getByRole("button", { name: /All you may see/ }).press("Enter"); // not disabled: it says why not
  await page.getByText("This list lives on the server and you are offline.").waitFor();

  await page.keyboard.press("Escape");
  await context.setOffline(false);
  await allSent(page);
  await context.close();
}, 120_000);

test("what comes later in Settings moves nothing that is there", async () => {
  for (const viewport of [desktop, phone]) {
    const { context, page } = await visit({ viewport });
    await signIn(page);
    await page.addInitScript(() => {
      const state = { moved: 0 };
      Object.assign(globalThis, { shift: state });
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) state.moved += (entry as PerformanceEntry & { value: number }).value;
      }).observe({ type: "layout-shift", buffered: true });
    });
    await page.goto(`${cell.url}/settings`);
    await page.getByRole("radio", { name: /^Off/ }).waitFor();
    await page.waitForTimeout(1_000);
    const { moved } = await page.evaluate(() => (globalThis as unknown as { shift: { moved: number } }).shift);
    expect(moved).toBeLessThan(0.02);
    await context.close();
  }
}, 120_000);
