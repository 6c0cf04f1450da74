/** What becomes of a member's words when the note moved on without them: offline, refused, replaced, out of sight. */
import { randomBytes } from "node:crypto";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type * as Y from "yjs";
import { peopleRows } from "../../demo/people.ts";
import { call } from "../../scripts/crm/api.ts";
import { textOf } from "../../shared/sections/text.ts";
import { launchBrowser } from "./browser.ts";
import { Client, newId, type Section } from "./clients.ts";
import { holds, Recorder } from "./recorder.ts";
import { startServer, type Server } from "./server.ts";

const waitMs = 20_000;
const soon = { timeout: waitMs, interval: 50 };
const canary = (): string => `canary${randomBytes(6).toString("hex")}`;
let server: Server;
let browser: Browser;
let ana: Client;
const seats: Seat[] = [];
interface Seat {
  readonly wire: Recorder;
  readonly context: BrowserContext;
  readonly page: Page;
}

async function sit(name: string, path: string): Promise<Seat> {
  const wire = await Recorder.start(server.port);
  const context = await browser.newContext({ viewport: { width: 1360, height: 900 }, serviceWorkers: "block" });
  context.setDefaultTimeout(waitMs);
  const page = await context.newPage();
  const seat = { wire, context, page };
  seats.push(seat);
  await page.goto(`${wire.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: name }).first().click();
  await page.locator("#main").waitFor();
  await allSent(page);
  return seat;
}
async function leave({ context, wire }: Seat): Promise<void> {
  await context.close();
  await wire.stop();
}
async function cut({ wire, context, page }: Seat): Promise<void> {
  await context.setOffline(true);
  wire.cut();
  await page.getByText(/You are offline/).first().waitFor(); // prettier-ignore
}
async function join({ wire, context }: Seat): Promise<void> {
  wire.join();
  await context.setOffline(false);
}
const allSent = (page: Page): Promise<void> => page.getByRole("button", { name: /All changes sent/ }).first().waitFor({ timeout: 60_000 }); // prettier-ignore
const editor = (page: Page) => page.getByRole("textbox", { name: /^Note/ });
const writable = async (page: Page): Promise<void> => {
  await page.getByRole("toolbar", { name: "Text tools" }).waitFor();
  await editor(page).click();
  // The text is drawn once more when the editor is bound, and the caret goes to its beginning: a person presses again.
  const pressEnd = async (): Promise<boolean> => {
    await page.keyboard.press("ControlOrMeta+End");
    await page.waitForTimeout(50);
    return editor(page).evaluate((text) => text.lastElementChild?.contains(getSelection()?.focusNode ?? null) === true);
  };
  await expect.poll(pressEnd, soon).toBe(true);
};
/** The note as the browser shows it, a line a block, without carets of colleagues. */
const shown = (page: Page): Promise<string> =>
  editor(page).evaluate((element) => {
    const copy = element.cloneNode(true) as HTMLElement;
    for (const caret of copy.querySelectorAll(".ProseMirror-widget")) caret.remove();
    return [...copy.querySelectorAll("p,h1,h2,h3,pre")].map((block) => block.textContent ?? "").join("\n");
  });
const drafts = (page: Page) => page.getByRole("status", { name: "Your words that were not taken" });
const draftWords = (page: Page): Promise<string[]> =>
  drafts(page).evaluateAll((all) => all.map((one) => one.querySelectorAll("p")[1]?.textContent ?? ""));
const stored = (room: Section): string => textOf(room.provider.document, "shared");
/** All that the browser keeps for this origin. Binary values byte by byte. */
const kept = async (page: Page): Promise<Buffer> => {
  const coded = await page.evaluate(async () => {
    const parts: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)];
    const add = (value: unknown): void => {
      if (value instanceof Uint8Array) parts.push(Array.from(value, (one) => String.fromCharCode(one)).join(""));
      else if (value instanceof Map) for (const one of value) add(one);
      else if (typeof value === "object" && value !== null) for (const one of Object.entries(value)) one.forEach(add);
      else parts.push(String(value));
    };
    for (const { name } of await indexedDB.databases()) {
      const db = await new Promise<IDBDatabase>((resolve) => {
        const asked = indexedDB.open(name ?? "");
        asked.onsuccess = () => resolve(asked.result);
      });
      for (const store of db.objectStoreNames)
        add(await new Promise((resolve) => {
          const asked = db.transaction(store).objectStore(store).getAll();
          asked.onsuccess = () => resolve(asked.result);
        })); // prettier-ignore
      db.close();
    }
    return parts.join("\n");
  });
  return Buffer.from(coded, "latin1");
};

async function makeAccount(): Promise<string> {
  const account = newId("acc");
  await ana.mutate("account.create@1", { id: account, anchor: account, fields: { name: "Initech", nextAction: "-" } });
  return account;
}
/** In the account's team a member writes its shared notes; answers how to take them out again. */
async function letIn(account: string, who: Client): Promise<() => Promise<void>> {
  const id = newId("atm");
  const { me } = await who.get<{ me: { member: string } }>("/api/me");
  await ana.mutate("account_team.create@1", {
    id,
    anchor: account,
    compartment: "core",
    fields: { member: me.member },
  });
  return () => ana.mutate("account_team.delete@1", { id });
}

beforeAll(async () => {
  server = await startServer();
  await call(server.url, {}, "POST", "/api/demo/bootstrap", { people: peopleRows() });
  ana = await Client.signIn(server.url, "ana");
  browser = await launchBrowser();
}, 180_000);
afterAll(async () => {
  for (const seat of seats) await leave(seat);
  await browser?.close();
  await server?.stop();
});

test("[SECTION-5] [case 7] written offline, and the right to write has gone meanwhile: a draft of exactly these words; given back, writing goes on", async () => {
  const account = await makeAccount();
  const sofia = await Client.signIn(server.url, "sofia");
  const takeOut = await letIn(account, sofia);
  const note = await ana.makeSection(account, "shared", "Case 7");
  const room = await ana.openSection(account, note);
  await room.write("what was there");
  const seat = await sit("Sofia Rossi", `/accounts/${account}/notes/${note}`);
  const { page } = seat;
  await writable(page);
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("sent in time");
  await expect.poll(() => stored(room), soon).toContain("sent in time");

  await cut(seat);
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("written on the train");
  await page.getByText("Saved here, not sent yet").waitFor();
  await takeOut();
  await room.write("written at the desk");
  const before = stored(room);
  await join(seat);
  await expect.poll(() => draftWords(page), soon).toEqual(["written on the train"]);
  await expect.poll(() => shown(page), soon).toBe(before);
  expect(stored(room)).toBe(before);
  await page.getByText("You can read this note, not change it.").waitFor();
  expect(await page.getByRole("toolbar", { name: "Text tools" }).count()).toBe(0);

  await letIn(account, sofia);
  await writable(page);
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("written again");
  await expect.poll(() => stored(room), soon).toBe(`${before}\nwritten again`);
  expect(await draftWords(page)).toEqual(["written on the train"]);
  await drafts(page).getByRole("button", { name: "Discard" }).click();
  await expect.poll(() => drafts(page).count(), soon).toBe(0);
  room.close();
}, 120_000);

test("[SECTION-5] [case 8] [case 43] written offline in a note that is out of sight meanwhile, and in one that is never made: drafts of own words, nothing else stays", async () => {
  const account = await makeAccount();
  const bo = await Client.signIn(server.url, "bo"); // of another region: sees nothing here unless he is let in
  const takeOut = await letIn(account, bo);
  const note = await ana.makeSection(account, "shared", "Case 8");
  const room = await ana.openSection(account, note);
  const [first, later] = [canary(), canary()];
  await room.write(first);
  const seat = await sit("Bo Lindqvist", `/accounts/${account}/notes/${note}`);
  const { page } = seat;
  await writable(page);
  await room.write(later); // come while it was open, after this device's last word to the room
  await expect.poll(() => shown(page), soon).toContain(later);
  await page.waitForTimeout(500); // on the disk
  expect(holds(await kept(page), later)).toBe(true);

  await cut(seat);
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("Bo's words in a note of others");
  await page.getByRole("button", { name: "New note" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith(note));
  await writable(page);
  const own = "Bo's words in a note of his own";
  await page.keyboard.insertText(own);
  await expect.poll(async () => holds(await kept(page), own), soon).toBe(true); // a tenth of a second later
  await page.getByText("Saved here, not sent yet").waitFor();
  await takeOut();
  await join(seat);
  const needs = page.getByRole("button", { name: /changes? (was|were) not accepted/ }).first();
  await needs.waitFor();
  await page.goto(`${seat.wire.url}/`); // before the page has time for anything
  await needs.click();
  await page.getByRole("button", { name: "See what needs you" }).click();
  for (const words of ["Bo's words in a note of others", "Bo's words in a note of his own"])
    await page.getByText(words).first().waitFor();
  const [disk, screen] = [await kept(page), Buffer.from(await page.content())];
  for (const one of [first, later]) expect([holds(disk, one), holds(screen, one)]).toEqual([false, false]);
  expect(stored(room)).toBe(`${first}\n${later}`);
  const { items } = await ana.get<{ items: { id: string }[] }>(`/api/accounts/${account}/sections`);
  expect(items.map(({ id }) => id)).toEqual([note]);
  room.close();
}, 120_000);

test("[SECTION-8] typing that begins before a note is there is either shown from some key on, or had no place to go: no key in a text is lost", async () => {
  const account = await makeAccount();
  const [one, note] = [await ana.makeSection(account, "shared", "Another"), await ana.makeSection(account, "shared", "Opened")]; // prettier-ignore
  const [other, room] = [await ana.openSection(account, one), await ana.openSection(account, note)];
  await other.write("of another note");
  const seat = await sit("Ana Ribeiro", "/accounts");
  const { page } = seat;
  // A cold start at the note's address, with somebody who clicks and types all the time, letters that are no shortcuts.
  await page.addInitScript(() => {
    const seen = { typed: "", labels: new Set<string>() };
    Object.assign(globalThis, { seen });
    document.addEventListener("keydown", ({ key }) => {
      if (document.activeElement?.getAttribute("role") === "textbox") seen.typed += key;
    }, { capture: true }); // prettier-ignore
    new MutationObserver(() => {
      for (const box of document.querySelectorAll("[role=textbox]")) seen.labels.add(box.textContent ?? "");
    }).observe(document, { subtree: true, childList: true });
  });
  await page.goto(`${seat.wire.url}/accounts/${account}/notes/${note}`);
  for (let n = 0; n < 400; n += 1) {
    const isDone = await page.evaluate(
      () => (globalThis as unknown as { seen: { typed: string } }).seen.typed.length > 25,
    );
    if (isDone) break;
    if (n % 5 === 0) await page.mouse.click(420, 330);
    await page.keyboard.press("bdfhinopqrstuvwy"[n % 16] ?? "y");
  }
  const { typed, labels } = await page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: { typed: string; labels: Set<string> } };
    return { typed: seen.typed, labels: [...seen.labels] };
  });
  expect(typed.length).toBeGreaterThan(25);
  await expect.poll(() => shown(page).then((text) => [...text].sort().join("")), soon).toBe([...typed].sort().join(""));
  await expect.poll(() => stored(room), soon).toBe(await shown(page));
  expect(labels.filter((text) => text.includes("another"))).toEqual([]);
  for (const opened of [other, room]) opened.close();
}, 60_000);

test("[SECTION-5] [case 9] [case 11] two tabs and two members in one browser: no client id twice, nothing of one to the other, every word once", async () => {
  const account = await makeAccount();
  const note = await ana.makeSection(account, "shared", "Cases 9, 11");
  const room = await ana.openSection(account, note);
  const ids: number[] = [];
  room.provider.document.on("update", (_update, _origin, doc) => {
    ids.splice(0, ids.length, ...doc.store.clients.keys());
  });
  const token = canary();
  const seat = await sit("Ana Ribeiro", `/accounts/${account}/notes/${note}`);
  await seat.context.addInitScript(() => {
    const heard: string[] = [];
    Object.assign(globalThis, { heard });
    const plain = (_key: string, value: unknown): unknown =>
      ArrayBuffer.isView(value)
        ? String.fromCharCode(...(value as Uint8Array))
        : value instanceof Map
          ? [...value]
          : value;
    const Channel = globalThis.BroadcastChannel;
    globalThis.BroadcastChannel = class extends Channel {
      override postMessage(message: unknown): void {
        heard.push(`${this.name}: ${JSON.stringify(message, plain)}`);
        super.postMessage(message);
      }
    };
  });
  const first = seat.page;
  await first.reload();
  await writable(first);
  const second = await seat.context.newPage();
  await second.goto(first.url());
  await writable(second);
  // Both offline, each with words of its own; the one that was opened first is closed last.
  await cut(seat);
  await second.getByText(/You are offline/).first().waitFor(); // prettier-ignore
  await first.bringToFront();
  await writable(first);
  await first.keyboard.insertText(`first tab ${token} `);
  await first.getByText("Saved here, not sent yet").waitFor();
  await first.waitForTimeout(400);
  await second.bringToFront();
  await writable(second);
  await second.keyboard.insertText("second tab ");
  await second.waitForTimeout(400);
  await first.close(); // its words are on the disk alone
  await expect.poll(() => kept(second).then((disk) => holds(disk, token)), soon).toBe(true);
  await join(seat);
  await expect.poll(() => stored(room), soon).toContain("second tab");
  await expect.poll(() => stored(room), soon).toContain(`first tab ${token}`);
  for (let n = 0; n < 3; n += 1) {
    await second.reload();
    await writable(second);
    await second.keyboard.insertText(`after reload ${n} `);
    await expect.poll(() => stored(room), soon).toContain(`after reload ${n}`);
  }
  const text = stored(room);
  for (const words of [token, "second tab", "after reload 0", "after reload 2"])
    expect(text.split(words)).toHaveLength(2);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThanOrEqual(5); // each page wrote under an id of its own

  // Another member in the same browser: no channel carries the first one's words under their name.
  const said = await second.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
  const { me } = await ana.get<{ me: { member: string } }>("/api/me");
  expect(said.filter((line) => line.includes("tab") && !line.split(":", 3).join().includes(me.member))).toEqual([]);
  room.close();
}, 90_000);

test("[SECTION-9] who comes back is told how many paragraphs others changed, and steps through them by keys", async () => {
  const account = await makeAccount();
  const note = await ana.makeSection(account, "shared", "Away");
  const room = await ana.openSection(account, note);
  for (const words of ["first", "second", "third", "fourth"]) await room.write(words);
  const block = (place: number): Y.XmlElement =>
    room.provider.document.getXmlFragment("default").get(place) as Y.XmlElement;
  const textIn = (place: number): Y.XmlText => block(place).get(0) as Y.XmlText;
  const seat = await sit("Marcus Okafor", `/accounts/${account}/notes/${note}`);
  const { page } = seat;
  await writable(page);
  const bar = page.getByRole("group", { name: "What changed while you were away" });
  await cut(seat);
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("mine");
  textIn(0).insert(0, "the ");
  block(2).delete(0, 1);
  await room.write("added");
  await page.waitForTimeout(5_000); // a shorter gap is no absence
  await join(seat);
  await bar.getByText("3 paragraphs changed while you were away").waitFor();
  const current = () =>
    page.locator("[role=textbox] [class*=current]").evaluateAll((all) => all.map((one) => one.textContent));
  expect(await current()).toEqual([]);
  await bar.getByRole("button", { name: "Next change" }).focus();
  const steps: unknown[] = [];
  for (let n = 0; n < 4; n += 1) {
    await page.keyboard.press("Enter");
    steps.push(...(await current()));
  }
  expect(steps).toEqual(["the first", "", "added", "the first"]);
  expect(await shown(page)).toContain("mine");
  await page.keyboard.press("Escape");
  await expect.poll(() => bar.count(), soon).toBe(0);
  expect(await page.locator("[role=textbox] [class*=changed]").count()).toBe(0);

  // Not here at all meanwhile; what is fetched for reading offline does not count as shown.
  await page.goto(`${seat.wire.url}/accounts`);
  await page.waitForTimeout(5_000);
  textIn(1).insert(0, "the ");
  await room.write("one more");
  await page.goto(`${seat.wire.url}/accounts/${account}/notes/${note}`);
  await bar.getByText("2 paragraphs changed while you were away").waitFor();
  await bar.getByRole("button", { name: "Done" }).click();
  await expect.poll(() => bar.count(), soon).toBe(0);
  room.close();
}, 90_000);

test("[SECTION-10] [case 28] [case 29] versions: kept by name, compared, gone back to; who was offline across it keeps their words as a draft; who wrote what is shown", async () => {
  const account = await makeAccount();
  const note = await ana.makeSection(account, "shared", "Versions");
  const room = await ana.openSection(account, note);
  await room.write("Call them on Monday.");
  const marcus = await sit("Marcus Okafor", `/accounts/${account}/notes/${note}`);
  await writable(marcus.page);
  await marcus.page.keyboard.press("Enter");
  await marcus.page.keyboard.insertText("Marcus was here.");
  await expect.poll(() => stored(room), soon).toContain("Marcus was here.");
  await cut(marcus);
  await marcus.page.keyboard.press("Enter");
  await marcus.page.keyboard.insertText("On the train.");
  await marcus.page.getByText("Saved here, not sent yet").waitFor();

  const { page, wire } = await sit("Ana Ribeiro", `/accounts/${account}/notes/${note}`);
  await writable(page);
  await page.getByRole("button", { name: "Who wrote" }).click();
  const wrote = () =>
    page.locator("[data-wrote]").evaluateAll((all) => all.map((one) => one.getAttribute("data-wrote")));
  await expect.poll(wrote, soon).toEqual(["Ana Ribeiro", "Marcus Okafor"]);
  await page.getByRole("button", { name: "Who wrote" }).click();
  await expect.poll(wrote, soon).toEqual([]);

  const open = page.getByRole("button", { name: "Versions" });
  await open.click();
  await page.getByRole("textbox", { name: "Name of a version" }).fill("Before the call");
  await page.keyboard.press("Enter");
  const list = page.getByRole("region", { name: "Versions" }).getByRole("listitem");
  await list.filter({ hasText: "Before the call · Ana Ribeiro" }).waitFor();
  const paragraph = room.provider.document.getXmlFragment("default").get(0) as Y.XmlElement;
  const text = paragraph.get(0) as Y.XmlText;
  text.delete("Call them on ".length, "Monday".length);
  text.insert("Call them on ".length, "Tuesday");
  const panel = page.getByRole("region", { name: "Versions" });
  await page.getByRole("button", { name: "Back to the note" }).click();
  await expect.poll(() => shown(page), soon).toContain("Tuesday");
  await open.click();
  await panel.locator("ins", { hasText: "Tuesday" }).waitFor();
  expect(await panel.locator("del").allTextContents()).toEqual(["Monday"]);
  await panel.getByRole("button", { name: "Go back to it" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Go back to it" }).click();
  await page.getByText(/^The note went back to/).waitFor();
  await expect.poll(() => shown(page), soon).toBe("Call them on Monday.\nMarcus was here.");
  await writable(page);
  await page.keyboard.press("Enter");
  await page.keyboard.insertText("Anew.");
  await page.getByRole("button", { name: "Who wrote" }).click();
  await expect.poll(wrote, soon).toEqual(["From an earlier version", "From an earlier version", "Ana Ribeiro"]);

  await join(marcus);
  await expect.poll(() => draftWords(marcus.page), soon).toEqual(["On the train."]);
  await expect.poll(() => shown(marcus.page), soon).toBe("Call them on Monday.\nMarcus was here.\nAnew.");
  // A reader without the right to the past has neither button, and the routes are missing for them.
  const bo = await Client.signIn(server.url, "bo");
  for (const path of ["versions", "authors"])
    expect((await bo.request("GET", `/api/accounts/${account}/sections/${note}/${path}`)).status).toBe(404);
  expect(wire.url).toBeTruthy();
  room.close();
}, 120_000);
