/** Twins in a real browser: offered offline while one is made, merged side by side by keyboard, made two again; and the piles. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

let cell: Server;
let browser: Browser;
const patient = { timeout: 60_000 };
beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

async function enter(name: string, next: string, phone = false): Promise<Page> {
  const context = await browser.newContext(
    phone
      ? { viewport: { width: 390, height: 844 }, locale: "en-US", hasTouch: true, isMobile: true, serviceWorkers: "block" }
      : { viewport: { width: 1360, height: 850 }, serviceWorkers: "block" },
  );
  const page = await context.newPage();
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(next)}`);
  await page.locator("button", { hasText: name }).first().click();
  return page;
} // prettier-ignore

test("[DUP-4] what is there is offered offline while it is made, and opens instead", async () => {
  const page = await enter("Ana", "/accounts");
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  const first = page.locator('[role="row"][aria-rowindex="2"] a').first();
  await first.waitFor(patient);
  const known = (await first.innerText()).trim();
  const dialog = page.getByRole("dialog", { name: /New account/ });
  const open = async () => {
    await page.keyboard.press("ControlOrMeta+k");
    await page.locator('[role="dialog"] input').waitFor(patient);
    await page.keyboard.type("new account");
    await page.locator('[role="option"][data-command="account.add"]').click();
    await dialog.waitFor(patient);
  };
  await open(); // its chunk is here before the network goes
  await page.context().setOffline(true);
  await page.keyboard.type(`${known.toUpperCase()} Ltd`);
  const offer = dialog.getByRole("link", { name: /name/ }).first();
  await offer.waitFor(patient);
  await page.context().setOffline(false); // the page that it opens was not fetched yet
  await offer.click();
  await page.locator("h1", { hasText: known }).waitFor(patient);
  expect(wrong).toEqual([]);
  await page.context().close();
}, 180_000);

test("[DUP-5] [DUP-7] [DUP-8] [QUAL-1] a steward merges two by keyboard, makes them two again, and sees the piles", async () => {
  const page = await enter("Greta", "/quality/twins?part=online&kind=contact");
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  const pair = page.locator("[data-pair]");
  await pair.waitFor(patient);
  const ids = (await pair.getAttribute("data-pair"))?.split(" ") ?? [];
  await page.getByRole("button", { name: /Merge/ }).waitFor(patient);
  await page.keyboard.press("m");
  const undo = page.getByRole("button", { name: "Undo" }).first();
  await undo.waitFor(patient);
  await expect.poll(() => pair.getAttribute("data-pair"), patient).not.toBe(ids.join(" "));
  const read = async (id: string | undefined) =>
    page.evaluate(async (at) => (await fetch(`/api/contacts/${at}`)).json() as Promise<{ mergedInto: string | null }>, id); // prettier-ignore
  expect(await read(ids[1])).toMatchObject({ mergedInto: ids[0] });
  await undo.click();
  await expect.poll(async () => (await read(ids[1])).mergedInto, patient).toBe(null);

  await page.goto(`${cell.url}/quality/missing?part=online`);
  const rows = page.locator("[data-rows]");
  await rows.waitFor(patient);
  await page.getByRole("button", { name: "One by one" }).click();
  const finding = page.locator("[data-finding]");
  await finding.waitFor(patient);
  const before = await finding.getAttribute("data-finding");
  await page.keyboard.press("j");
  await expect.poll(() => finding.getAttribute("data-finding"), patient).not.toBe(before);
  expect(wrong).toEqual([]);
  await page.context().close();
}, 240_000);

test("[QUAL-2] on a phone a thing is put right where it is shown, by touch, and counts no more", async () => {
  const page = await enter("Ana", "/quality/missing?at=1", true);
  const finding = page.locator("[data-finding]");
  await finding.waitFor(patient);
  const count = async () => Number(/\d+/.exec((await page.getByRole("status").first().innerText()).replaceAll(",", ""))?.[0]); // prettier-ignore
  let before = await count();
  // The copy comes in pages: what is counted is known when no more comes.
  for (let last = -1; last !== before; before = await count()) {
    last = before;
    await page.waitForTimeout(1_500);
  }
  // All that it lacks: with less it is still there.
  const fields = finding.getByRole("button", { name: /^Edit / });
  for (let left = await fields.count(); left > 0; left -= 1) {
    await fields.nth(left - 1).tap();
    await page.keyboard.type("+1 555 123 4567");
    await page.keyboard.press("Enter");
    await page.getByText(/saved/i).first().waitFor(patient); // prettier-ignore
  }
  await expect.poll(count, patient).toBeLessThan(before);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await page.context().close();
}, 180_000);
