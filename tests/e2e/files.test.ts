/** Files in a real browser: added and had by mouse, and on a phone without a network, over a reload, until a colleague has them. */
import { mkdirSync, readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { launchBrowser } from "./browser.ts";
import { Client } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

let cell: Server;
let browser: Browser;
let account = "";
beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  const ana = await Client.signIn(cell.url, "ana");
  const me = (await ana.get<{ me: { member: string } }>("/api/me")).me.member;
  const { items } = await ana.get<{ items: Row[] }>("/api/accounts?limit=200");
  account = items.find((row) => row["owner"] === me && row["restricted"] !== true)?.id ?? "";
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});
const patient = { timeout: 30_000 };
const files = (): string => `/accounts/${account}/files`;
async function open(as: string, options: Parameters<Browser["newContext"]>[0] = {}, path = files()): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, locale: "en-US", serviceWorkers: "block", ...options }); // prettier-ignore
  const page = await context.newPage();
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: as }).first().click();
  return page;
}
/** With CRM_SHOTS, what a person would see is kept in that folder. */
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env["CRM_SHOTS"];
  if (!folder) return;
  mkdirSync(folder, { recursive: true });
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await page.waitForTimeout(300);
    await page.screenshot({ path: `${folder}/${name}-${colorScheme}.png` });
  }
  await page.emulateMedia({ colorScheme: "light" });
}
const line = (page: Page, name: string) => page.locator("[data-file]", { hasText: name });
/** A picture of so many pixels, as a camera would give it, with a place written beside it. */
async function photo(page: Page, side: number): Promise<Buffer> {
  const coded = await page.evaluate(async (size) => {
    const canvas = new OffscreenCanvas(size, size / 2);
    const paint = canvas.getContext("2d");
    if (paint) paint.fillStyle = "#2a6";
    paint?.fillRect(0, 0, size, size / 2);
    const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer());
    return [...bytes];
  }, side);
  const plain = Buffer.from(coded);
  const place = Buffer.from("Exif\0\0GPS 48.2082N 16.3738E", "latin1");
  const head = Buffer.from([0xff, 0xe1, 0, place.length + 2]);
  return Buffer.concat([plain.subarray(0, 2), head, place, plain.subarray(2)]);
}

test("[FILE-1] [FILE-3] [FILE-8] by mouse: added, seen by a colleague at once, had with equal bytes, renamed, deleted and put back; hidden from who may not", async () => {
  const [ana, mate, bo] = await Promise.all([open("Ana"), open("Marcus"), open("Bo")]);
  const wrong: string[] = [];
  for (const page of [ana, mate]) page.on("pageerror", (error) => wrong.push(error.message));
  const bytes = Buffer.from(`Offer ${"€ 17.000 ".repeat(20_000)}`);
  const input = ana.locator('input[type="file"]').first();
  await ana.getByRole("button", { name: "Add files" }).waitFor(patient);
  await mate.getByRole("button", { name: "Add files" }).waitFor(patient);
  await input.setInputFiles([{ name: "Offer.txt", mimeType: "text/plain", buffer: bytes }, { name: "run.html", mimeType: "text/html", buffer: Buffer.from("<script>") }]); // prettier-ignore
  await ana.getByText("run.html was not added").waitFor(patient);
  await line(mate, "Offer.txt").waitFor(patient);
  await mate
    .getByRole("button", { name: "Open Offer.txt" })
    .and(mate.locator(":not([aria-disabled])"))
    .waitFor(patient);
  const [download] = await Promise.all([
    mate.waitForEvent("download", patient),
    mate.getByRole("button", { name: "Open Offer.txt" }).click(),
  ]);
  expect([download.suggestedFilename(), readFileSync(await download.path()).equals(bytes)]).toEqual([
    "Offer.txt",
    true,
  ]);

  // A picture is shown in the page, smaller and without its place.
  await input.setInputFiles({ name: "Sign.jpg", mimeType: "image/jpeg", buffer: await photo(ana, 3_000) });
  await mate.getByRole("button", { name: "Open Sign.jpg" }).and(mate.locator(":not([aria-disabled])")).click(patient);
  const picture = mate.getByRole("img", { name: "Sign.jpg" });
  await picture.waitFor(patient);
  await expect.poll(() => picture.evaluate((one: HTMLImageElement) => one.naturalWidth), patient).toBe(2_048);
  expect(await picture.getAttribute("src")).toMatch(/^blob:/);
  await shot(mate, "files-picture-1360");
  const [kept] = await Promise.all([
    mate.waitForEvent("download", patient),
    mate.getByRole("dialog").getByRole("button", { name: "Download" }).click(),
  ]);
  expect(readFileSync(await kept.path()).includes("GPS")).toBe(false);
  await mate.keyboard.press("Escape");

  await ana.getByRole("button", { name: "More for Offer.txt" }).click();
  await ana.getByRole("menuitem", { name: "Rename" }).click();
  await ana.getByRole("dialog").waitFor();
  expect(await ana.evaluate(() => document.scrollingElement?.scrollTop)).toBe(0);
  await ana.keyboard.press("ControlOrMeta+a");
  await ana.keyboard.type("Offer, second");
  await ana.keyboard.press("Enter");
  await line(mate, "Offer, second.txt").waitFor(patient);
  await shot(ana, "files-1360");
  await ana.getByRole("button", { name: "More for Offer, second.txt" }).click();
  await ana.getByRole("menuitem", { name: "Delete" }).click();
  await line(mate, "Offer, second.txt").waitFor({ state: "detached", ...patient });
  await ana.locator('[role="status"] > div', { hasText: "File deleted" }).getByRole("button", { name: "Undo" }).click(); // prettier-ignore
  await line(mate, "Offer, second.txt").waitFor(patient);

  // Nobody without the right: not on the screen, not over the network, and by no address that they were told.
  const { items } = await (
    await Client.signIn(cell.url, "ana")
  ).get<{ items: Row[] }>(`/api/files?filter[anchor][eq]=${account}`);
  expect(items.length).toBe(2);
  await bo.getByRole("heading", { name: "Nothing here" }).waitFor(patient); // no account, no tab
  for (const { id } of items) {
    const got = await bo.request.get(`${cell.url}/api/files/${id}/content`);
    const none = await bo.request.get(`${cell.url}/api/files/${id.slice(0, -4)}0000/content`);
    expect([got.status(), await got.text()]).toEqual([404, await none.text()]);
  }
  expect(await bo.evaluate(async () => JSON.stringify(await indexedDB.databases()))).not.toContain(":files");
  expect(wrong).toEqual([]);
  await Promise.all([ana, mate, bo].map((page) => page.context().close()));
}, 120_000);

test("[FILE-9] a person, a lead, an opportunity and a handoff each have a place: by drop, paste and camera; a refused one is tried again, or thrown away with its record", async () => {
  const client = await Client.signIn(cell.url, "ana");
  const me = (await client.get<{ me: { member: string } }>("/api/me")).me.member;
  const first = async (kind: string, fits: (row: Row) => boolean) => (await client.get<{ items: Row[] }>(`/api/${kind}?limit=200`)).items.find(fits) as Row; // prettier-ignore
  const [contact, opportunity] = await Promise.all([first("contacts", (row) => row.anchor === account), first("opportunities", (row) => row.anchor === account)]); // prettier-ignore
  const made = await client.request("POST", "/api/leads", { anchor: account, name: "Mia Berg" });
  const [lead, handoff] = [(await made.json()) as Row, await first("handoffs", (row) => row["fromMember"] === me)];
  const page = await open("Ana", {}, `/contacts/${contact.id}`);
  const add = page.getByRole("button", { name: "Add files" });
  await add.waitFor(patient);
  const give = (kind: "drop" | "paste", name: string, type: string) =>
    page.evaluate(
      ([how, called, media]) => {
        const held = new DataTransfer();
        held.items.add(new File(["Agreed on Tuesday."], called as string, { type: media as string }));
        const more = { bubbles: true, cancelable: true };
        if (how === "paste") return document.body.dispatchEvent(new ClipboardEvent("paste", { ...more, clipboardData: held }));
        document.body.dispatchEvent(new DragEvent("dragover", { ...more, dataTransfer: held }));
        return new Promise((done) => setTimeout(() => done([document.body.textContent?.includes("Drop to add to"), document.body.dispatchEvent(new DragEvent("drop", { ...more, dataTransfer: held }))]), 100));
      },
      [kind, name, type],
    ); // prettier-ignore
  expect(await give("drop", "Minutes.txt", "text/plain")).toEqual([true, false]);
  await line(page, "Minutes.txt").waitFor(patient);
  expect(await page.getByText("Drop to add to").count()).toBe(0);
  await give("paste", "Card.txt", "text/plain");
  await line(page, "Card.txt").waitFor(patient);
  await shot(page, "files-contact-1360");

  // The cell says no once: what was kept is here, and goes when it is tried again; the next one is thrown away, record and all.
  const refuse = async () => {
    await expect.poll(() => page.getByText(/Kept on this device|Sending/).count(), patient).toBe(0); // what came before is out
    await page.route("**/api/files/*/content", (route) => route.fulfill({ status: 403, body: "{}" }), { times: 1 });
  };
  await refuse();
  await give("drop", "Late.txt", "text/plain");
  await line(page, "Late.txt").getByText("it was not accepted").waitFor(patient);
  await line(page, "Late.txt").getByRole("button", { name: "Try again" }).click();
  await expect
    .poll(
      () =>
        line(page, "Late.txt")
          .getByText(/not accepted|not sent|Sending/)
          .count(),
      patient,
    )
    .toBe(0);
  await refuse();
  await give("drop", "Wrong.txt", "text/plain");
  await line(page, "Wrong.txt").getByRole("button", { name: "Throw away" }).click(patient);
  await line(page, "Wrong.txt").waitFor({ state: "detached", ...patient });

  for (const [where, to] of [["lead", `/leads?lead=${lead.id}`], ["opportunity", `/pipeline?peek=${opportunity.id}`], ["handoff", `/handoffs/${handoff.id}?box=from`]] as const) {
    await page.goto(`${cell.url}${to}`);
    await add.waitFor(patient);
    await page.locator('input[type="file"]').first().setInputFiles({ name: `${where}.txt`, mimeType: "text/plain", buffer: Buffer.from(`About the ${where}`) });
    await line(page, `${where}.txt`).waitFor(patient);
    await shot(page, `files-${where}-1360`);
  } // prettier-ignore
  const about = async (subject: Row) => (await client.get<{ items: Row[] }>(`/api/files?limit=200`)).items.flatMap((row) => (row["about"] === subject.id && row["state"] === "here" ? [String(row["name"])] : [])).sort((a, b) => a.localeCompare(b)); // prettier-ignore
  await expect.poll(() => about(contact), patient).toEqual(["Card.txt", "Late.txt", "Minutes.txt"]);
  for (const [name, subject] of [["lead", lead], ["opportunity", opportunity], ["handoff", handoff]] as const)
    await expect.poll(() => about(subject), patient).toEqual([`${name}.txt`]); // prettier-ignore
  await page.context().close();

  const phone = await open("Ana", { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true }, `/handoffs/${handoff.id}?box=from`); // prettier-ignore
  const [chooser] = await Promise.all([
    phone.waitForEvent("filechooser", patient),
    phone.getByRole("button", { name: "Take a photo" }).tap(patient),
  ]);
  expect(await chooser.element().getAttribute("capture")).toBe("environment");
  await chooser.setFiles({ name: "Door.jpg", mimeType: "image/jpeg", buffer: await photo(phone, 400) });
  await line(phone, "Door.jpg").waitFor(patient);
  expect(await phone.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  await shot(phone, "files-handoff-390");
  await phone.context().close();
}, 120_000);

test("[FILE-7] on a phone without a network: added by touch, kept over a reload, counted, and sent when the line is back", async () => {
  const page = await open("Ana", {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    serviceWorkers: "allow",
  });
  const mate = await open("Marcus");
  await page.getByRole("button", { name: "Add files" }).waitFor(patient);
  await mate.getByRole("button", { name: "Add files" }).waitFor(patient);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await page.reload(); // from now on the service worker answers
  await expect.poll(() => page.evaluate(() => navigator.serviceWorker.controller !== null), patient).toBe(true);
  await page.getByRole("button", { name: "Add files" }).waitFor(patient);
  await page.context().setOffline(true);
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    page.getByRole("button", { name: "Add files" }).tap(),
  ]);
  const bytes = Buffer.from(`Site report ${"ok ".repeat(9_000)}`);
  await chooser.setFiles({ name: "Report.txt", mimeType: "text/plain", buffer: bytes });
  await line(page, "Report.txt").getByText("Kept on this device, not sent yet").waitFor(patient);
  await page.reload();
  await line(page, "Report.txt").getByText("Kept on this device, not sent yet").waitFor(patient);
  await shot(page, "files-offline-390");
  expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
  // What waits is opened from here.
  const [own] = await Promise.all([
    page.waitForEvent("download", patient),
    page.getByRole("button", { name: "Open Report.txt" }).tap(),
  ]);
  expect(readFileSync(await own.path()).equals(bytes)).toBe(true);
  expect(
    await page.evaluate(() => Object.entries(localStorage).find(([key]) => key.startsWith("baton.copy:"))?.[1]),
  ).toBe("2"); // its record and itself
  await page.context().setOffline(false);
  await line(mate, "Report.txt").waitFor(patient);
  await mate
    .getByRole("button", { name: "Open Report.txt" })
    .and(mate.locator(":not([aria-disabled])"))
    .waitFor(patient);
  const [got] = await Promise.all([
    mate.waitForEvent("download", patient),
    mate.getByRole("button", { name: "Open Report.txt" }).click(),
  ]);
  expect(readFileSync(await got.path()).equals(bytes)).toBe(true);
  // What was sent is not kept.
  await expect
    .poll(
      () =>
        line(page, "Report.txt")
          .getByText(/Kept on this device|Sending/)
          .count(),
      patient,
    )
    .toBe(0);
  const left = await page.evaluate(async () => {
    const name = (await indexedDB.databases()).find((one) => one.name?.endsWith(":files"))?.name ?? "";
    const db = await new Promise<IDBDatabase>((done) => {
      const opening = indexedDB.open(name);
      opening.onsuccess = () => done(opening.result);
    });
    const all = db.transaction("bytes").objectStore("bytes").count();
    return new Promise<number>((done) => (all.onsuccess = () => done(all.result)));
  });
  expect(left).toBe(0);
  await Promise.all([page, mate].map((one) => one.context().close()));
}, 120_000);
