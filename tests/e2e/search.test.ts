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
/** Records and commands; the line that goes on online is always there. */
const options = (page: Page) => page.locator("[role=option]:not([data-command=beyond])");

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
    expect(await page.getByRole("group", { name: "Notes, by title" }).getByRole("option").count()).toBe(1);
    expect(await page.getByRole("group", { name: "Notes, by their text, online" }).count()).toBe(0);
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

const command = (page: Page, id: string) => page.locator(`[role=option][data-command="${id}"]`);
const shotsOf = process.env["CRM_SHOTS"];
const shoot = async (page: Page, name: string): Promise<void> => {
  if (shotsOf) await page.screenshot({ path: `${shotsOf}/${name}.png`, animations: "disabled" });
};

describe("commands and keys", () => {
  test("[FIND-3] [FIND-5] [FIND-7] by keyboard alone: a command by its name, one of the page, one by its keys, and what help lists", { timeout: 120_000 }, async () => {
    const { page, wrong } = await enter("en", { width: 1360, height: 850 });
    const box = page.getByRole("combobox");
    const open = async () => {
      await page.keyboard.press("Control+k");
      await box.waitFor();
    };
    // Without words: what fits the place, and keys beside it.
    await open();
    await command(page, "go.pipeline").waitFor();
    expect(await command(page, "go.pipeline").textContent()).toBe("Go to PipelineGP");
    expect(await command(page, "account.handOver").count()).toBe(0);
    await shoot(page, "palette");
    await page.keyboard.type("theme dark");
    await expect.poll(() => options(page).first().textContent()).toContain("Theme: dark");
    await page.keyboard.press("Enter");
    await box.waitFor({ state: "detached" });
    await expect.poll(() => page.evaluate(() => document.documentElement.dataset["theme"])).toBe("dark");
    // Records and commands by the same words; commands of the account's page only there.
    await open();
    await page.keyboard.type("united oil");
    await expect.poll(() => options(page).first().textContent()).toMatch(/^United Oil/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/accounts\/local_acc_/);
    await page.locator("#main h1").waitFor();
    await open();
    expect(await options(page).first().getAttribute("data-command")).toBe("account.log");
    expect(await page.getByRole("group", { name: "Opened lately" }).count()).toBe(0); // it is open
    const kept = await page.evaluate(() => localStorage.getItem("baton.recent") ?? "");
    expect(JSON.parse(kept)).toEqual([expect.stringMatching(/^local_acc_/)]);
    await shoot(page, "palette-account-dark");
    await page.keyboard.type("show notes");
    await expect.poll(() => options(page).first().getAttribute("data-command")).toBe("account.notes");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/notes/);
    // What is offered by its name opens with the focus in it.
    await open();
    await page.keyboard.type("new acc");
    await expect.poll(() => options(page).first().getAttribute("data-command")).toBe("account.add");
    await page.keyboard.press("Enter");
    const made = page.getByRole("dialog", { name: "New account" });
    await made.waitFor();
    await page.keyboard.type("Zénith Palette");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#main h1").textContent()).toContain("Zénith Palette");
    // Keys: two one after the other, the page's own c, and help that lists what is here.
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press("g");
    await page.keyboard.press("l");
    await page.waitForURL(/\/leads/);
    await page.getByRole("heading", { name: "Leads" }).waitFor();
    await page.keyboard.press("Shift+?");
    const help = page.getByRole("dialog", { name: "Keys" });
    await help.waitFor();
    expect(await help.locator('[data-command="lead.new"]').textContent()).toContain("New lead");
    expect(await help.locator('[data-command="task.new"]').count()).toBe(0);
    expect(await help.locator('[data-command="go.pipeline"] kbd').allTextContents()).toEqual(["G", "P"]);
    await shoot(page, "help-dark");
    await page.keyboard.press("Escape");
    await help.waitFor({ state: "detached" });
    await open();
    expect(await page.getByRole("group", { name: "Opened lately" }).getByRole("option").allTextContents()).toEqual([
      expect.stringContaining("Zénith Palette"),
      expect.stringMatching(/^United Oil/),
    ]);
    await page.keyboard.press("Escape");
    await box.waitFor({ state: "detached" });
    await page.keyboard.press("c");
    await page.getByRole("dialog", { name: "New lead" }).waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.keyboard.press("t");
    await page.waitForURL((url) => url.pathname === "/");
    await page.keyboard.press("c");
    await page.waitForURL(/task=new/);
    // What no device keeps is asked for at once, also of an account that the edge has not heard of yet.
    expect(wrong.filter((line) => !/status of 404/.test(line))).toEqual([]);
    await page.context().close();
  });

  test("[FIND-1] a colleague is found in the copy and leads to what is theirs", { timeout: 60_000 }, async () => {
    const { page, wrong } = await enter("en", { width: 1360, height: 850 });
    await page.keyboard.press("/");
    await page.getByRole("combobox").fill("marcus");
    const colleague = page.getByRole("group", { name: "Colleagues" }).getByRole("option").first();
    await colleague.waitFor();
    await colleague.click();
    await page.waitForURL(/\/accounts\?f=owner\.is\./);
    expect(wrong).toEqual([]);
    await page.context().close();
  });

  test("[FIND-5] on a phone the dialog is the whole screen, and a touch runs a command, in Chinese", { timeout: 60_000 }, async () => {
    const { page, wrong } = await enter("zh-CN", { width: 390, height: 844 });
    await page.getByRole("navigation").getByRole("button", { name: "更多", exact: true }).click();
    await page.getByRole("menuitem", { name: "搜索" }).click();
    const dialog = page.getByRole("dialog", { name: "搜索与命令" });
    await dialog.waitFor();
    await expect.poll(async () => Math.round((await dialog.boundingBox())?.height ?? 0)).toBe(844);
    await command(page, "go.leads").waitFor();
    await shoot(page, "palette-phone-zh");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    const small = await options(page).evaluateAll((all) => all.filter((one) => Math.round(one.getBoundingClientRect().height) < 44).length);
    expect(small).toBe(0);
    await page.getByRole("combobox").fill("线索");
    await command(page, "go.leads").click();
    await page.waitForURL(/\/leads/);
    expect(wrong).toEqual([]);
    await page.context().close();
  });
}); // prettier-ignore
