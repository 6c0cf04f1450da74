/** Search over the local copy, in a real browser with its worker, under the page's own policy. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as Y from "yjs";
import { launchBrowser } from "./browser.ts";
import { Client, newId } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

let cell: Server;
let browser: Browser;

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

async function enter(
  locale: string,
  viewport: { width: number; height: number },
): Promise<{ page: Page; wrong: string[] }> {
  const context = await browser.newContext({ viewport, serviceWorkers: "block" });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("console", (message) => message.type() === "error" && wrong.push(`console: ${message.text()}`));
  page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
  await page.addInitScript((chosen) => {
    localStorage.setItem("baton.locale", chosen);
    addEventListener("securitypolicyviolation", (event) =>
      console.error("policy", event.violatedDirective, event.sample),
    );
  }, locale);
  await page.goto(`${cell.url}/sign-in?next=/`);
  await page.locator("main li button", { hasText: "Ana" }).first().click();
  await page.locator("#main h1").waitFor();
  await page.getByRole("button", { name: /All changes sent|所有更改已送达/ }).waitFor({ timeout: 30_000 });
  return { page, wrong };
}
const options = (page: Page) => page.getByRole("option");

describe("search on this device", () => {
  test("[SYNC-L7] by keyboard, without accents, with and without a network", { timeout: 120_000 }, async () => {
    const { page, wrong } = await enter("en", { width: 1360, height: 850 });
    await page.keyboard.press("Control+k");
    const box = page.getByRole("combobox");
    await box.fill("united oi");
    await options(page).first().waitFor();
    const first = (await options(page).first().textContent()) ?? "";
    expect(first).toMatch(/United Oil/);
    expect(await box.getAttribute("aria-activedescendant")).toBe("found-0");
    await page.keyboard.press("ArrowDown");
    expect(await box.getAttribute("aria-activedescendant")).toBe("found-1");
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/accounts\/local_acc_/);
    await page.context().setOffline(true);
    await page.keyboard.press("/");
    await box.fill("oil united");
    await options(page).first().waitFor();
    await box.fill("qqqqxyz");
    await page.getByText("Nothing on this device matches.").waitFor();
    await page.keyboard.press("Escape");
    await box.waitFor({ state: "detached" });
    await page.context().setOffline(false);
    expect(wrong.filter((line) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(line))).toEqual([]);
    await page.context().close();
  });

  test("[SECTION-7] a note is found by what its text says, online, as soon as it is typed; offline by its title", { timeout: 120_000 }, async () => {
    const ana = await Client.signIn(cell.url, "ana");
    const account = newId("acc");
    await ana.mutate("account.create@1", { id: account, anchor: account, fields: { name: "Hooli", nextAction: "-" } });
    const note = await ana.makeSection(account, "shared", "Kick-off");
    const section = await ana.openSection(account, note);
    const line = new Y.XmlElement("paragraph");
    line.insert(0, [new Y.XmlText("They will only sign if Zbigniew from procurement has seen the new paragraph on liability")]);
    section.provider.document.getXmlFragment("default").insert(0, [line]);
    const { page, wrong } = await enter("en", { width: 1360, height: 850 });
    await page.keyboard.press("/");
    const box = page.getByRole("combobox");
    const look = async (words: string): Promise<void> => {
      await box.fill("");
      await box.fill(words);
      await options(page).first().waitFor({ timeout: 1_500 });
    };
    await expect.poll(() => look("zbigniew liability").then(() => true, () => false), { timeout: 40_000 }).toBe(true);
    await page.getByRole("group", { name: "Notes, by their text, online" }).waitFor();
    expect(await options(page).first().textContent()).toMatch(/^Kick-off ?Hooli.*Zbigniew from procurement/);
    await page.keyboard.press("Enter");
    await page.waitForURL(new RegExp(`/accounts/${account}/notes/${note}`));
    await page.keyboard.press("Control+k");
    await look("kick-off"); // here by its title: not once more
    expect(await options(page).count()).toBe(1);
    await box.fill("nobody wrote this");
    await page.getByText("and no note online").waitFor();
    await page.context().setOffline(true);
    await box.fill("zbigniew");
    await page.getByText("Nothing on this device matches.").waitFor();
    section.close();
    expect(wrong.filter((text) => !/ERR_INTERNET_DISCONNECTED|Failed to load resource/.test(text))).toEqual([]);
    await page.context().close();
  }); // prettier-ignore
});
