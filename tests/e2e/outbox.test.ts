/** On a phone, from the train to the end: a conflict, a deletion, a change taken back, words written over. */
import { mkdirSync } from "node:fs";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { launchBrowser } from "./browser.ts";
import { Client, newId } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

const phone = { width: 390, height: 844 };
const slowMs = 60_000;
let cell: Server;
let browser: Browser;
let ana: Client;
let marcus: Client;

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  [ana, marcus] = await Promise.all([Client.signIn(cell.url, "ana"), Client.signIn(cell.url, "marcus")]);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

/** With CRM_SHOTS, what a person would see is kept in that folder. */
const shots = process.env["CRM_SHOTS"];
async function shot(page: Page, name: string): Promise<void> {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.waitForTimeout(400);
  await page.screenshot({ path: `${shots}/${name}.png` });
}
async function signIn(context: BrowserContext): Promise<Page> {
  const page = await context.newPage();
  await page.goto(`${cell.url}/sign-in`);
  await page.locator("button", { hasText: "Ana" }).first().click();
  await chip(page, /All changes sent/).waitFor({ timeout: slowMs });
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.reload(); // from now on the service worker answers, also for what a screen opens later
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
  return page;
}
const chip = (page: Page, says: RegExp) => page.getByRole("button", { name: says }).first();
async function type(page: Page, label: string, text: string): Promise<void> {
  await page.getByRole("button", { name: new RegExp(`^Edit ${label}`) }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: new RegExp(`^Edit ${label}: ?${text}`) }).waitFor();
}
const items = async (as: Client, path: string): Promise<Row[]> => (await as.get<{ items: Row[] }>(path)).items;

/** Today shows the first rows of each part; the others too. */
async function showAll(page: Page): Promise<void> {
  await page.locator("main [data-row]").first().waitFor({ timeout: slowMs });
  const more = page.locator("main").getByRole("button", { name: /^\d+ more$/ });
  while ((await more.count()) > 0) await more.first().click();
}

test("[SYNC-L6] a conflict and refusals made offline are understood and dealt with on a phone, and nothing typed is lost", async () => {
  // An opportunity of Ana's in an open stage, with two other open stages to go to; and a task on its account.
  const stages = await items(ana, "/api/stages?limit=100");
  const own = await ana
    .get<{ member: string }>("/api/me")
    .then((me) => (me as unknown as { me: { member: string } }).me.member);
  const accounts = (await items(ana, "/api/accounts?limit=200"))
    .filter((row) => row["owner"] === own)
    .map(({ id }) => id);
  const open = (row: Row): Row[] => {
    const at = stages.find(({ id }) => id === (row["stage"] ?? row.id));
    const next = (at?.["next"] ?? []) as string[];
    return stages.filter(
      (to) =>
        to.id !== at?.id &&
        to["pipeline"] === at?.["pipeline"] &&
        to["outcome"] === "open" &&
        at?.["outcome"] === "open" &&
        (next.length === 0 || next.includes(to.id)),
    );
  };
  const opportunity = (await items(ana, "/api/opportunities?limit=200")).find(
    (row) => accounts.includes(row.anchor) && open(row).length >= 2,
  );
  if (!opportunity) throw new Error("the demo has no opportunity of Ana's that can move two ways");
  const [mine, theirs] = open(opportunity) as [Row, Row];
  const account = opportunity.anchor;
  const task = newId("tas");
  await ana.mutate("task.create@1", {
    id: task,
    anchor: account,
    compartment: "core",
    fields: { name: "Call Noor", dueDay: new Date().toISOString().slice(0, 10), dueZone: "UTC", owner: own },
  });
  const before = (await ana.get(`/api/accounts/${account}`))["industry"];

  const context = await browser.newContext({
    viewport: phone,
    hasTouch: true,
    isMobile: true,
    serviceWorkers: "allow",
  });
  const page = await signIn(context);
  await page.goto(`${cell.url}/accounts/${account}/opportunities`);
  const row = page.locator("tr", { hasText: String(opportunity["name"]) });
  await row.waitFor({ timeout: slowMs });
  await page.locator("nav a[href='/']").first().click();
  await showAll(page);
  await page.getByText("Call Noor").first().waitFor({ timeout: slowMs });
  await page.goBack();
  await row.waitFor();

  // --- on the train
  await context.setOffline(true);
  await row.getByRole("button", { name: /^Stage/ }).click();
  await page.getByRole("menuitemradio", { name: String(mine["name"]) }).click();
  await row.getByRole("img", { name: "Saved on this device, not sent yet" }).waitFor();
  await page.locator("nav a[href='/']").first().click();
  await showAll(page);
  await page.getByRole("button", { name: "Complete: Call Noor" }).click();
  await page.goBack();
  await page.getByRole("link", { name: "Timeline" }).click();
  const facts = page.getByRole("button", { name: "All facts" });
  await facts.click();
  await type(page, "Industry", "Typed by mistake");
  await chip(page, /Offline since/).click();
  await page.getByText("Typed by mistake").last().waitFor();
  await shot(page, "outbox-offline-390");
  await expect.poll(() => page.locator("[aria-label='Waiting to be sent'] > li").count()).toBe(3);
  await page
    .getByRole("button", { name: /^Take back: / })
    .first()
    .click();
  await expect.poll(() => page.locator("[aria-label='Waiting to be sent'] > li").count()).toBe(2);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: new RegExp(`^Edit Industry: ?${String(before ?? "")}`) }).waitFor();

  // --- meanwhile, elsewhere
  await marcus.mutate("opportunity.advance@1", { id: opportunity.id, from: opportunity["stage"], to: theirs.id });
  await ana.mutate("task.delete@1", { id: task });

  // --- back
  await context.setOffline(false);
  await chip(page, /2 need you/).waitFor({ timeout: slowMs });
  await page.locator("nav a[href='/']").first().click();
  await page.getByRole("heading", { name: /Not accepted/ }).waitFor();
  await shot(page, "today-390");
  await page
    .getByRole("button", {
      name: new RegExp(
        String(opportunity["name"])
          .slice(0, 12)
          .replaceAll(/[^\w ]/g, "."),
      ),
    })
    .first()
    .click();
  const tray = page.getByRole("dialog", { name: "Needs attention" });
  await tray.waitFor();
  const conflict = tray.locator("li", { hasText: "Both changed" });
  await conflict.getByText(/Marcus/).waitFor();
  await conflict.getByText(String(theirs["name"])).first().waitFor();
  await shot(page, "tray-390");
  expect(await tray.innerText()).not.toMatch(/local_|\{|version_conflict/);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBe(0);
  const small = await tray
    .locator("button:visible")
    .evaluateAll((all) => all.filter((one) => one.getBoundingClientRect().height < 24).length);
  expect(small).toBe(0);
  // It is somewhere else now: from there it goes on, if not where it was meant to go.
  const onward = open(theirs)[0];
  await conflict.getByRole("button", { name: String(onward?.["name"]), exact: true }).click();
  await expect.poll(() => tray.locator("li", { hasText: "Both changed" }).count(), { timeout: slowMs }).toBe(0);
  const deleted = tray.locator("li", { hasText: "deleted meanwhile" });
  await deleted.getByRole("button", { name: "Restore it with my change" }).click();
  await tray.getByText("Nothing needs you").waitFor({ timeout: slowMs });
  await page.keyboard.press("Escape");
  await chip(page, /All changes sent/).waitFor({ timeout: slowMs });
  expect((await ana.get(`/api/opportunities/${opportunity.id}`))["stage"]).toBe(onward?.id);
  expect((await ana.get(`/api/tasks/${task}`))["done"]).toBe(true);
  expect((await ana.get(`/api/accounts/${account}`))["industry"]).toBe(before ?? null);

  // --- words that somebody wrote over without having seen them
  await page.goto(`${cell.url}/accounts/${account}`);
  await facts.click({ timeout: slowMs });
  const city = String((await ana.get(`/api/accounts/${account}`))["city"] ?? "");
  await type(page, "City", "Mine");
  await chip(page, /All changes sent/).waitFor({ timeout: slowMs });
  const over = await marcus.request("POST", "/sync/push", {
    v: 1,
    device: "train",
    client: "train",
    seen: 0,
    muts: [
      {
        n: 1,
        name: "account.edit@1",
        args: { id: account, set: { city: "Theirs" } },
        base: { [account]: { city } },
        at: 1,
      },
    ],
  });
  expect(await over.json()).toMatchObject({ results: [{ ok: true }] });
  await page.getByText(/^Marcus .* changed this without having seen yours: “Mine”$/).waitFor({ timeout: slowMs });
  await shot(page, "field-over-390");
  await page.getByRole("button", { name: "Restore mine" }).click();
  await expect.poll(async () => (await ana.get(`/api/accounts/${account}`))["city"], { timeout: slowMs }).toBe("Mine");
  await context.close();
}, 240_000);
