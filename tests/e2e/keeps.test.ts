/** What a device keeps, as its member sees and changes it, in a real browser; its databases are read to the last value. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { Client, newId } from "./clients.ts";
import { Recorder } from "./recorder.ts";
import { startServer, type Server } from "./server.ts";

const waitMs = 20_000;
const soon = { timeout: waitMs, interval: 100 };
let server: Server;
let browser: Browser;
let context: BrowserContext;
let wire: Recorder;
let page: Page;
let ana: Client;
let account: string;
const name = "Umbrella Canary";

beforeAll(async () => {
  server = await startServer({ loaded: true });
  ana = await Client.signIn(server.url, "ana");
  account = newId("acc");
  await ana.mutate("account.create@1", { id: account, anchor: account, fields: { name, nextAction: "Call" } });
  browser = await launchBrowser();
  wire = await Recorder.start(server.port);
  context = await browser.newContext({ viewport: { width: 1360, height: 900 } });
  context.setDefaultTimeout(waitMs);
  page = await context.newPage();
  await page.goto(`${wire.url}/sign-in?next=/accounts`);
  await page.locator("button", { hasText: "Ana Ribeiro" }).first().click();
  await page.locator("#main").waitFor();
  await allSent();
  // Opens offline from here on.
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

const allSent = (): Promise<void> =>
  page.getByRole("button", { name: /All changes sent/ }).waitFor({ timeout: 60_000 });
const open = (path: string) => page.goto(wire.url + path);
const menu = () => page.locator("#main").getByRole("button", { name: new RegExp(`^${name}: `) });
const choose = async (words: string): Promise<void> => {
  await menu().click();
  await page.getByRole("menuitem", { name: words }).click();
};
/** Everything in this browser's databases as text. */
const disk = (): Promise<string> =>
  page.evaluate(async () => {
    const plain = (_key: string, value: unknown): unknown =>
      value instanceof Map || value instanceof Set ? [...value] : value instanceof ArrayBuffer ? [...new Uint8Array(value)] : value; // prettier-ignore
    const wait = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error ?? new Error("no database"));
      });
    const all: unknown[] = [];
    for (const { name: named } of await indexedDB.databases()) {
      const db = await wait(indexedDB.open(named ?? ""));
      for (const store of db.objectStoreNames) {
        const table = db.transaction(store).objectStore(store);
        all.push(store, await wait(table.getAllKeys()), await wait(table.getAll()));
      }
      db.close();
    }
    return JSON.stringify(all, plain);
  });
const isOnDisk = async (): Promise<boolean> => (await disk()).includes(name);

describe("an account on this device", () => {
  test("[SYNC-F1] is kept by its menu or a key, says so after a reload, and opening it does not change that", async () => {
    await open(`/accounts/${account}`);
    await menu().waitFor();
    await page.keyboard.press("p");
    await page.getByText(`${name} stays on this device`).waitFor();
    await page.reload();
    await page.getByRole("button", { name: `${name}: Kept on this device` }).click();
    await page.getByText("On this device: you keep it here").waitFor();
    await page.keyboard.press("Escape");
    await open("/settings");
    await page.getByText("Kept by you").waitFor();
    await open(`/accounts/${account}`);
    await choose("Keep no longer");
    await page.getByRole("button", { name: `${name}: On this device` }).waitFor();
  });

  test("[SYNC-F1] that is removed leaves memory and disk at once, also offline, and comes back by undo", async () => {
    await open(`/accounts/${account}`);
    await allSent();
    expect(await isOnDisk()).toBe(true);
    wire.cut();
    await choose("Remove from this device");
    await page.getByText(`${name} is off this device`).waitFor();
    await page.waitForURL(/\/accounts$/);
    await expect.poll(isOnDisk, soon).toBe(false);
    await page.reload();
    await page.getByRole("searchbox").fill("umbrella");
    await page.getByText("Nothing on this device matches.").waitFor();
    wire.join();
    await page.reload();
    await allSent();
    expect(await isOnDisk()).toBe(false);

    await open(`/accounts/${account}`); // looked for by name: it is followed again
    await menu().waitFor();
    await choose("Remove from this device");
    await page.getByRole("button", { name: /^Undo/ }).click();
    await page.getByRole("searchbox").fill("umbrella");
    await page.getByRole("gridcell", { name, exact: true }).waitFor();
    await expect.poll(isOnDisk, soon).toBe(true);
  });

  test("[SYNC-H2] is found online while it is not here, and looking at the list writes nothing to disk", async () => {
    await open(`/accounts/${account}`);
    await choose("Remove from this device");
    await expect.poll(isOnDisk, soon).toBe(false);
    await open("/accounts?part=online&q=umbrella");
    await page.getByRole("gridcell", { name, exact: true }).waitFor();
    await allSent();
    expect(await isOnDisk()).toBe(false);
    await page.getByRole("gridcell", { name, exact: true }).getByRole("link").click();
    await expect.poll(isOnDisk, soon).toBe(true);
  });
});

test("[SYNC-F1] the local copy can be removed as a whole: unsent work is asked about, and the copy is fetched anew", async () => {
  await open("/settings");
  await allSent();
  const device = /local_dev_\w+/.exec(await disk())?.[0] ?? "";
  expect(device).not.toBe("");
  await page.getByRole("button", { name: "Remove local copy" }).click();
  await page.getByRole("button", { name: /Fetching|All changes sent/ }).waitFor();
  await expect.poll(async () => (await disk()).includes(device), soon).toBe(false);
  await allSent();
  expect(await isOnDisk()).toBe(true); // hers: it came back by itself
});

describe("after the lease", () => {
  /** The device's wall clock, ahead by so much from the next load on. */
  const ahead = async (hours: number): Promise<void> => {
    await page.evaluate((ms) => localStorage.setItem("test.ahead", String(ms)), hours * 3_600_000);
    await page.reload();
  };
  const locked = () => page.getByRole("heading", { name: "Sign in to unlock this device" });
  afterAll(() => wire.join()); // whatever came of it, the next have a network

  test("[SYNC-E2] nothing of the copy opens, also after a reload and with the clock set back; the outbox is kept, and a page unlocks", async () => {
    await context.addInitScript(() => {
      const real = Date.now.bind(Date);
      Date.now = () => real() + Number(localStorage.getItem("test.ahead") ?? 0);
    });
    await open(`/accounts/${account}`);
    await allSent();
    wire.cut();
    await page.getByRole("button", { name: /^Edit Next action/ }).click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("Written before the lock");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /1 change is saved on this device/ }).waitFor(); // not shown alone

    await ahead(73);
    await locked().waitFor();
    await page.getByText("1 change is kept here, unsent").waitFor();
    const shown = (): Promise<string> => page.evaluate(() => document.documentElement.outerHTML);
    for (const words of [name, "Written before", "Ana Ribeiro"]) expect(await shown()).not.toContain(words);
    for (const path of ["/", "/accounts", "/settings", "/accounts?part=online"]) {
      await open(path);
      await locked().waitFor();
      expect(await page.locator("nav a[href='/accounts']").count(), path).toBe(0);
    }
    await ahead(0);
    await locked().waitFor();
    expect(await shown()).not.toContain(name);

    await ahead(73); // a wrong clock does not keep it shut: the edge's word opens it
    wire.join();
    const again = page.getByRole("button", { name: "Try again" });
    await again.click({ timeout: 3_000 }).catch(() => undefined); // it may have come back by itself
    await locked().waitFor({ state: "detached" });
    await open(`/accounts/${account}`);
    await allSent();
    expect(await ana.get(`/api/accounts/${account}`)).toMatchObject({ nextAction: "Written before the lock" });
    await ahead(0);
    await page.getByText("Written before the lock").first().waitFor();
  });
});

describe("what a browser may do to the copy", () => {
  /** As the browser does when it needs room: the databases are gone, and nobody was told. */
  const evict = async (): Promise<void> => {
    await open("/icon.svg");
    await page.evaluate(async () => {
      for (const { name: named } of await indexedDB.databases())
        if (named?.startsWith("baton-1")) await new Promise((resolve) => (indexedDB.deleteDatabase(named).onsuccess = resolve)); // prettier-ignore
    });
  };
  const type = async (value: string): Promise<void> => {
    await page.getByRole("button", { name: /^Edit Next action/ }).click();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.insertText(value);
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: new RegExp(`^Edit Next action: ?${value}`) }).waitFor();
  };
  const stored = async (): Promise<unknown> => (await ana.get(`/api/accounts/${account}`))["nextAction"];

  test("[SYNC-L8] it removed it: says so, and how much was unsent", async () => {
    await open(`/accounts/${account}`);
    await allSent();
    await evict();
    await open(`/accounts/${account}`);
    await page
      .getByText("The browser removed this device's copy. Everything had been sent; it is fetched again.")
      .waitFor();
    await allSent();
    wire.cut();
    await type("Never sent");
    await page.getByRole("button", { name: /1 change is saved on this device/ }).waitFor();
    await evict();
    wire.join();
    await open(`/accounts/${account}`);
    await page.getByText("and with it 1 change that was not sent").waitFor();
    await page.getByRole("button", { name: "Close" }).first().click();
    await page.getByText("and with it").waitFor({ state: "detached" });
    await allSent();
    await page.reload();
    await allSent();
    expect(await page.getByText("removed this device's copy").count()).toBe(0);
  });

  test("[SYNC-L8] it has no room left: the work goes on in memory, says so, and is sent", async () => {
    await open(`/accounts/${account}`);
    await allSent();
    await page.evaluate(() => {
      IDBObjectStore.prototype.put = () => {
        throw new DOMException("no room", "QuotaExceededError");
      };
    });
    await type("Without room");
    await page.getByText("This device has no room left.").waitFor();
    await expect.poll(stored, soon).toBe("Without room");
    await page.reload();
    await allSent();
    expect(await page.getByText("no room left").count()).toBe(0);
  });

  test("[SYNC-L8] it lost the connection to its databases: they are opened again, and nobody notices", async () => {
    await open(`/accounts/${account}`);
    await allSent();
    const closed = await page.evaluate(async () => {
      const names = (await indexedDB.databases())
        .map((one) => one.name ?? "")
        .filter((one) => one.startsWith("baton-1"));
      // Another version is asked for: the browser makes the page close its connection.
      for (const named of names)
        await new Promise((resolve) => {
          const asked = indexedDB.open(named, 99);
          asked.onupgradeneeded = () => asked.transaction?.abort();
          asked.onerror = asked.onsuccess = resolve;
        });
      return names.length;
    });
    expect(closed).toBeGreaterThan(0);
    await type("After the connection");
    await expect.poll(stored, soon).toBe("After the connection");
    expect(await page.getByRole("alert").filter({ hasText: "copy" }).count()).toBe(0);
    await page.reload();
    await page.getByRole("button", { name: /^Edit Next action: ?After the connection/ }).waitFor();
  });

  test("[SYNC-L8] it keeps nothing at all: says so, works, and sends", async () => {
    const closed = await browser.newContext({ serviceWorkers: "block" });
    await closed.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException("denied", "SecurityError");
      };
    });
    const before = page;
    page = await closed.newPage();
    await open(`/sign-in?next=/accounts/${account}`);
    await page.locator("button", { hasText: "Ana Ribeiro" }).first().click();
    await page.getByText("This browser keeps nothing here").waitFor();
    await type("From a private window");
    await expect.poll(stored, soon).toBe("From a private window");
    await closed.close();
    page = before;
  });
});
