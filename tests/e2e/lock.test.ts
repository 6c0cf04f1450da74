/** The lock of a device in a real browser: what is on its disk, who opens it, and what survives. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { textOf } from "../../shared/sections/text.ts";
import { launchBrowser } from "./browser.ts";
import { Client, newId } from "./clients.ts";
import { holds, Recorder } from "./recorder.ts";
import { startServer, type Server } from "./server.ts";

const waitMs = 20_000;
const pin = "271828";
const name = "Canary Steelworks";
const theirs = "Canary by Marcus.";
let server: Server;
let browser: Browser;
let context: BrowserContext;
let wire: Recorder;
let page: Page;
let ana: Client;
let account: string;

beforeAll(async () => {
  server = await startServer({ loaded: true });
  ana = await Client.signIn(server.url, "ana");
  account = newId("acc");
  await ana.mutate("account.create@1", { id: account, anchor: account, fields: { name, nextAction: "Call" } });
  browser = await launchBrowser();
  wire = await Recorder.start(server.port);
  context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  context.setDefaultTimeout(waitMs);
  await context.addInitScript(() => {
    const real = Date.now.bind(Date);
    Date.now = () => real() + Number(localStorage.getItem("test.ahead") ?? 0);
  });
  page = await context.newPage();
  await page.goto(`${wire.url}/sign-in?next=/accounts/${account}`);
  await page.locator("button", { hasText: "Ana Ribeiro" }).first().click();
  await page.locator("#main").waitFor();
  await allSent();
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  do await page.reload();
  while (!(await page.evaluate(() => navigator.serviceWorker.controller !== null)));
}, 180_000);
afterAll(async () => {
  await context?.close();
  await browser?.close();
  await wire?.stop();
  await server?.stop();
});

const allSent = (on = page): Promise<void> => on.getByRole("button", { name: /All changes sent/ }).waitFor({ timeout: 60_000 }); // prettier-ignore
const open = (path: string, on = page) => on.goto(wire.url + path);
const lockedHeading = (on = page) => on.getByRole("heading", { name: "This device is locked" });
async function enter(digits: string, on = page): Promise<void> {
  await on.getByRole("textbox", { name: "PIN" }).fill(digits);
  await on.keyboard.press("Enter");
}
/** Every byte that the databases and storages of this browser hold. */
const disk = async (): Promise<Buffer> => {
  const coded = await page.evaluate(async () => {
    const parts: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    const add = (value: unknown): unknown => {
      if (value instanceof Uint8Array) parts.push(Array.from(value, (one) => String.fromCharCode(one)).join(""));
      else if (value instanceof Map) add([...value]);
      else if (typeof value === "object" && value !== null) Object.values(value).forEach((part) => add(part));
      else parts.push(String(value));
      return null;
    };
    const wait = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error ?? new Error("no database"));
      });
    for (const { name: named } of await indexedDB.databases()) {
      const db = await wait(indexedDB.open(named ?? ""));
      for (const store of db.objectStoreNames) {
        const table = db.transaction(store).objectStore(store);
        add(await wait(table.getAllKeys()));
        add(await wait(table.getAll()));
      }
      db.close();
    }
    return parts.join("\n");
  });
  return Buffer.concat([Buffer.from(coded), Buffer.from(coded, "latin1")]);
};
const nextAction = async (value: string): Promise<void> => {
  await page.getByRole("button", { name: /^Edit Next action/ }).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(value);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: new RegExp(`^Edit Next action: ?${value}`) }).waitFor();
};

describe("a device under a PIN", () => {
  test("[SYNC-L3] holds nothing readable once the PIN is set, and opens with it, also without a network", async () => {
    expect(holds(await disk(), name)).toBe(true);
    await open("/settings");
    await page.getByRole("button", { name: "Set PIN" }).click();
    await page.getByRole("textbox", { name: /^New PIN/ }).fill(pin);
    await page.getByRole("textbox", { name: "The same PIN again" }).fill(pin);
    await page.getByRole("button", { name: "Set PIN" }).click();
    await lockedHeading().waitFor();
    await enter(pin);
    await allSent();
    expect(holds(await disk(), name)).toBe(false);
    expect(holds(await disk(), pin)).toBe(false);

    wire.cut();
    await open(`/accounts/${account}`);
    await enter(pin);
    await nextAction("Written under the lock");
    expect(holds(await disk(), "Written under the lock")).toBe(false);
  });

  test("[SYNC-L3] shows nothing to a wrong PIN, and the outbox survives the closing", async () => {
    await page.reload();
    await lockedHeading().waitFor();
    await page.getByText("1 change is kept here, unsent").waitFor();
    await enter("314159");
    await page.getByText("That is not the PIN. 9 tries left.").waitFor();
    expect(await page.content()).not.toContain(name);
    wire.join();
    await page.reload(); // signed in, and locked all the same
    await lockedHeading().waitFor();
    await enter(pin);
    await allSent();
    expect(await ana.get(`/api/accounts/${account}`)).toMatchObject({ nextAction: "Written under the lock" });
  });

  test("[SYNC-L3] is open in another tab while it is open in one, and all close after idle minutes", async () => {
    const second = await context.newPage();
    await open(`/accounts/${account}`, second);
    await second.getByRole("button", { name: /^Edit Next action/ }).waitFor();
    expect(await lockedHeading(second).count()).toBe(0);
    await page.evaluate(() => localStorage.setItem("test.ahead", String(31 * 60_000)));
    await Promise.all([lockedHeading().waitFor(), lockedHeading(second).waitFor()]);
    expect(await second.content()).not.toContain(name);
    await second.close();
    await enter(pin);
    await allSent();
  });

  test("[SYNC-L3] opens by a passkey too, if its member added one", async () => {
    const devtools = await context.newCDPSession(page);
    await devtools.send("WebAuthn.enable");
    await devtools.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true, hasPrf: true, isUserVerified: true, automaticPresenceSimulation: true },
    }); // prettier-ignore
    await open("/settings");
    await lockedHeading().waitFor();
    await enter(pin);
    await page.getByRole("button", { name: "Add passkey" }).click();
    await enter(pin);
    await page.getByText("The passkey opens this device too").waitFor();
    await open(`/accounts/${account}`);
    await lockedHeading().waitFor();
    await page.getByRole("button", { name: "Use passkey" }).click();
    await page.getByRole("button", { name: /^Edit Next action/ }).waitFor();
  });

  test("[SECTION-5] [case 49] closes its notes with the lock and with the lease: the room sees it go, nothing of them is readable, unsent words are kept", async () => {
    const marcus = await Client.signIn(server.url, "marcus"); // leads Ana's team
    const note = await ana.makeSection(account, "shared", "Plan");
    const room = await marcus.openSection(account, note);
    const stored = () => textOf(room.provider.document, "shared");
    const others = () => [...(room.provider.awareness?.getStates().values() ?? [])].filter((state) => state["user"]);
    const editor = page.getByRole("textbox", { name: "Note text" });
    const soon = { timeout: waitMs, interval: 50 };
    const isUnreadable = async () => {
      for (const words of [theirs, "Canary by Ana", "Canary offline"]) {
        expect(await page.content()).not.toContain(words);
        expect(holds(await disk(), words), words).toBe(false);
      }
    };
    await room.write(theirs);
    await open(`/accounts/${account}/notes/${note}`);
    await enter(pin);
    await editor.getByText(theirs).waitFor();
    await page.getByRole("toolbar", { name: "Text tools" }).waitFor();
    await editor.click();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.insertText(" Canary by Ana.");
    await expect.poll(stored, soon).toContain("Canary by Ana");
    await expect.poll(() => others().length, soon).toBe(1);

    const later = (minutes: number) => page.evaluate((ms) => localStorage.setItem("test.ahead", String(ms)), minutes * 60_000); // prettier-ignore
    await later(62); // idle for so long
    await lockedHeading().waitFor();
    await expect.poll(() => others().length, soon).toBe(0);
    await isUnreadable();

    await enter(pin);
    await editor.getByText("Canary by Ana").waitFor();
    wire.cut();
    await editor.click();
    await page.keyboard.press("ControlOrMeta+End");
    await page.keyboard.insertText(" Canary offline.");
    await page.getByText("Saved here, not sent yet").waitFor();
    await later(80 * 60);
    await lockedHeading().waitFor();
    await isUnreadable();
    await enter(pin);
    await page.getByRole("heading", { name: "Sign in to unlock this device" }).waitFor(); // the lease
    await isUnreadable();
    expect(stored()).not.toContain("offline");

    wire.join();
    await page
      .getByRole("button", { name: "Try again" })
      .click({ timeout: 3_000 })
      .catch(() => undefined); // it may have come back by itself
    await editor.getByText("Canary offline").waitFor();
    await expect.poll(stored, soon).toBe(`${theirs} Canary by Ana. Canary offline.`);
    room.close();
  }, 120_000);

  test("[SYNC-L3] is readable again when the lock is removed with its PIN, unless the organisation asks for one", async () => {
    await page.route("**/api/me", async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { slice: object };
      await route.fulfill({ response: answer, json: { ...body, slice: { ...body.slice, lockMinutes: 5 } } });
    });
    await open("/settings");
    await page.getByRole("button", { name: "Use passkey" }).click();
    await page.getByText("Your organisation asks for it.").waitFor();
    expect(await page.getByRole("button", { name: "Remove lock" }).count()).toBe(0);
    await page.unroute("**/api/me");
    await page.reload();
    await enter(pin);
    await page.getByRole("button", { name: "Remove lock" }).click();
    await enter(pin);
    await page.getByRole("button", { name: "Set PIN" }).waitFor();
    await allSent();
    expect(holds(await disk(), name)).toBe(true);
    await open(`/accounts/${account}/notes`);
    await expect.poll(async () => holds(await disk(), theirs), { timeout: waitMs }).toBe(true);
  });

  test("[SYNC-L3] asks for a PIN before anything comes, where the organisation wants one; ten wrong ones remove the copy", async () => {
    await page.route("**/api/me", async (route) => {
      const answer = await route.fetch();
      const body = (await answer.json()) as { slice: object };
      await route.fulfill({ response: answer, json: { ...body, slice: { ...body.slice, lockMinutes: 5 } } });
    });
    await open(`/accounts/${account}`);
    await page.getByRole("heading", { name: "Set a PIN for this device" }).waitFor();
    await page.getByRole("textbox", { name: /^New PIN/ }).fill(pin);
    await page.getByRole("textbox", { name: "The same PIN again" }).fill(pin);
    await page.getByRole("button", { name: "Set PIN" }).click();
    await allSent();
    expect(holds(await disk(), name)).toBe(false);

    await page.reload();
    await lockedHeading().waitFor();
    for (let tries = 1; tries <= 10; tries += 1) {
      await page.evaluate((ms) => localStorage.setItem("test.ahead", String(ms)), (80 + tries) * 3_600_000); // the waits pass
      await enter("314159");
      if (tries < 10) await page.getByText(new RegExp(`${10 - tries} tr(y|ies) left`)).waitFor();
    }
    await page.waitForURL(/\/sign-in/);
    expect(await page.evaluate(async () => (await indexedDB.databases()).map((one) => one.name))).not.toContainEqual(expect.stringMatching(/^baton-1:/)); // prettier-ignore
    expect(await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("baton.lock")))).toEqual(
      [],
    );
  });
});
