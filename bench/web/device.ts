/** A member's browser: its profile on disk, the copy in it, and what is measured in its pages. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { BrowserContext, CDPSession, Locator, Page } from "playwright-core";
import { build } from "vite";
import { freePort } from "../../scripts/lib/ports.mjs";
import { launchProfile } from "../../tests/e2e/browser.ts";
import { followed, type World } from "./world.ts";

/** The followed ones and those that are put on its disk beside them. */
export const accountsHere = 50_000;
export const patience = { timeout: 60_000 };

export class Device {
  readonly world: World;
  readonly port: number;
  private readonly folder = mkdtempSync(join(tmpdir(), "baton-profile-"));
  private context: BrowserContext | undefined;
  private accounts = 0;
  private constructor(world: World, port: number) {
    this.world = world;
    this.port = port;
  }
  /** Signed in as Ana, all that the cell lets her follow fetched, and the rest of the accounts put beside it. */
  static async start(world: World): Promise<Device> {
    const device = new Device(world, await freePort());
    await device.wake();
    const page = await device.open("/sign-in");
    await page.locator("button", { hasText: "Ana Ribeiro" }).first().click();
    await sent(page);
    await page.evaluate(async () => void (await navigator.serviceWorker.ready));
    await page.goto(`${world.url}/icon.svg`); // the same origin, without the app
    const disk = await page.evaluate(async () => (await indexedDB.databases()).map(({ name }) => name ?? "").find((name) => /^baton-\d+:local:.*_mem_/.test(name)) ?? ""); // prettier-ignore
    await page.evaluate(`${await filler()}; filler.fillDisk("${disk}", "${disk.split(":").at(-1)}", ${accountsHere - followed.accounts}, 0)`); // prettier-ignore
    device.accounts = (await onDisk(page)).length;
    await page.close();
    return device;
  }
  private get browser(): BrowserContext {
    if (!this.context) throw new Error("the browser sleeps");
    return this.context;
  }
  async wake(): Promise<void> {
    this.context = await launchProfile(this.folder, this.port);
    this.context.setDefaultTimeout(patience.timeout);
  }
  async sleep(): Promise<void> {
    await this.context?.close();
    this.context = undefined;
  }
  async stop(): Promise<void> {
    await this.sleep();
    rmSync(this.folder, { recursive: true, force: true });
  }
  offline(is: boolean): Promise<void> {
    return this.browser.setOffline(is);
  }
  blank(): Promise<Page> {
    return this.browser.newPage();
  }
  async open(path: string): Promise<Page> {
    const page = await this.blank();
    await page.goto(this.world.url + path);
    return page;
  }
  /** Everything is in from the disk: beside the way to the accounts stands their number. */
  async isWhole(page: Page): Promise<void> {
    const link = page.locator('nav a[href="/accounts"]', { hasText: this.accounts.toLocaleString("en") });
    await link.first().waitFor();
  }
  cdp(page: Page): Promise<CDPSession> {
    return this.browser.newCDPSession(page);
  }
}

async function filler(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: "error",
    build: {
      write: false,
      minify: false,
      lib: { entry: fileURLToPath(new URL("../../tests/e2e/fill-disk.ts", import.meta.url)), name: "filler", formats: ["iife"] }, // prettier-ignore
    },
  });
  const [output] = Array.isArray(built) ? built : [built];
  if (!output || !("output" in output)) throw new Error("nothing was built");
  return output.output[0].code;
}

export const chip = (page: Page, says: RegExp): Locator => page.getByRole("button", { name: says }).first();
export const sent = (page: Page): Promise<void> => chip(page, /All changes sent/).waitFor({ timeout: 120_000 });
export const rows = (page: Page): Locator => page.locator('[role="row"][aria-rowindex]:not([aria-rowindex="1"])');
interface Named {
  readonly name: string;
  readonly country: string;
}
/** The accounts as they lie on the disk, to be sorted and searched by other means. */
export const onDisk = (page: Page): Promise<readonly Named[]> =>
  page.evaluate(async () => {
    const name = (await indexedDB.databases()).map((one) => one.name ?? "").find((one) => /^baton-\d+:local:.*_mem_/.test(one)) ?? ""; // prettier-ignore
    const settled = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.addEventListener("success", () => resolve(asked.result));
        asked.addEventListener("error", () => reject(asked.error));
      });
    const disk = await settled(indexedDB.open(name));
    const blobs = await settled(disk.transaction("keys").objectStore("keys").getAll());
    disk.close();
    return (blobs as { rows: Map<string, { e: string; row: { name?: string; country?: string } }> }[])
      .flatMap(({ rows: held }) => [...held.values()])
      .filter(({ e }) => e === "account")
      .map(({ row: { name: called, country } }) => ({ name: called ?? "", country: country ?? "" }));
  });

export const field = (page: Page, label: string, value = ""): Locator =>
  page.getByRole("button", { name: new RegExp(`^Edit ${label}: ?${value}`) }).first();
export async function type(page: Page, label: string, value: string): Promise<void> {
  await field(page, label).click();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.insertText(value);
  await page.keyboard.press("Enter");
}

/**
 * Milliseconds from the next event of this kind, by the browser's own stamp, until a frame in which `shown` holds is
 * painted: asked in each frame before it is drawn, and the clock is read after it.
 */
export async function painted<T>(
  page: Page,
  event: "keydown" | "click" | "input" | "pointerup",
  shown: (given: T) => boolean,
  given: T,
  act: () => Promise<unknown>,
): Promise<number> {
  await page.evaluate(`(${arm.toString()})(${JSON.stringify(event)}, ${shown.toString()}, ${JSON.stringify(given)})`);
  await act();
  return page.evaluate(() => (globalThis as unknown as { paintedAfter: Promise<number> }).paintedAfter);
}
/** Runs in the page, whose policy lets no text be made code: it goes there whole. */
function arm(event: string, shown: (given: unknown) => boolean, given: unknown): void {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  (globalThis as unknown as { paintedAfter: Promise<number> }).paintedAfter = promise;
  setTimeout(() => reject(new Error(`nothing of it is shown: ${JSON.stringify(given)}`)), 30_000);
  const told = ({ timeStamp }: Event): void => {
    const look = (): void => {
      if (!shown(given)) return void requestAnimationFrame(look);
      const after = new MessageChannel();
      after.port1.addEventListener("message", () => resolve(performance.now() - timeStamp));
      after.port1.start();
      after.port2.postMessage(0);
    };
    requestAnimationFrame(look);
  };
  addEventListener(event, told, { capture: true, once: true });
}
