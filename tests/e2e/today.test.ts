/** Today by mouse, by keyboard alone, and on a phone without a network; tasks, visits and notices on the way. */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { Client, newId } from "./clients.ts";
import { startServer, type Server } from "./server.ts";

const patience = { timeout: 30_000 };
let cell: Server;
let browser: Browser;
const names = new Map<string, string>();
const who = new Map<string, string>();
const as = new Map<string, Client>();
interface Named {
  readonly id: string;
  readonly name: string;
}
interface Items {
  readonly items: readonly (Named & { readonly handle: string })[];
}

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  const { items } = (await (await fetch(`${cell.url}/api/demo/members`)).json()) as Items;
  for (const { handle, name } of items) names.set(handle, name);
  for (const handle of ["ana", "bo", "marcus"]) {
    as.set(handle, await Client.signIn(cell.url, handle));
    who.set(handle, (await by(handle).get<{ me: { member: string } }>("/api/me")).me.member);
  }
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});
function by(handle: string): Client {
  const client = as.get(handle);
  if (!client) throw new Error(handle);
  return client;
}
async function ownAccounts(handle: string): Promise<readonly Named[]> {
  const filter = `filter[owner][eq]=${who.get(handle)}`;
  return (await by(handle).get<Items>(`/api/accounts?limit=50&${filter}`)).items;
}
async function make(handle: string, path: string, body: object): Promise<string> {
  const answer = await by(handle).request("POST", path, body);
  expect([path, answer.status, answer.ok ? "" : await answer.clone().text()]).toEqual([path, answer.status, ""]);
  return answer.status === 204 ? "" : ((await answer.json()) as Named).id;
}
async function visit(handle: string, options: BrowserContextOptions = {}, path = "/"): Promise<{ page: Page; wrong: string[] }> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, serviceWorkers: "block", ...options });
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: names.get(handle) ?? "" }).first().click(patience);
  await allSent(page);
  return { page, wrong };
} // prettier-ignore
const allSent = async (page: Page): Promise<void> => {
  const chip = page.getByRole("button", { name: /All changes sent/ }).first();
  await chip.waitFor(patience).catch(async (why: unknown) => {
    const said = await page.evaluate(() =>
      [...document.querySelectorAll("button[aria-label]")].map((one) => one.getAttribute("aria-label")),
    );
    console.error(`not all was sent: ${said.join(" | ")}`);
    throw why;
  });
};
const row = (page: Page, text: string): Locator => page.locator("main [data-row]").filter({ hasText: text });
/** The way back from what was just done; those of earlier acts may still stand beside it. */
const undo = (page: Page, said: RegExp): Locator =>
  page.locator("[data-kb-top-layer] > div").filter({ hasText: said }).last().getByRole("button", { name: "Undo" });
const gone = (locator: Locator): Promise<void> => locator.first().waitFor({ state: "detached", ...patience });
const today = (zone: string): string => new Intl.DateTimeFormat("en-CA", { timeZone: zone }).format(Date.now());

test("[TASK-9] [NOTICE-4] by mouse: what waits is answered, accepted, ticked and put off in its row; what is taken away is told no more", async () => {
  const [mine] = await ownAccounts("ana");
  const [given, lent] = await ownAccounts("bo");
  if (!mine || !given || !lent) throw new Error("the demo has no accounts");
  const task = await make("ana", "/api/tasks", { anchor: mine.id, name: "Ring the harbour", dueDay: today("America/Los_Angeles"), dueZone: "America/Los_Angeles" }); // prettier-ignore
  await by("marcus").mutate("comment.add@1", { id: newId("com"), anchor: mine.id, compartment: "core", about: mine.id, body: "@ana is the crane paid?", letIn: [] }); // prettier-ignore
  const handoff = await make("bo", "/api/handoffs", { anchor: given.id, name: "Over to you, Ana" });
  await make("bo", `/api/handoffs/${handoff}/offer`, { to: who.get("ana") });
  await make("bo", "/api/shares", { record: lent.id, to: who.get("ana") });
  await by("bo").mutate("comment.add@1", { id: newId("com"), anchor: lent.id, compartment: "core", about: lent.id, body: "@ana look at this secret", letIn: [] }); // prettier-ignore

  const { page, wrong } = await visit("ana");
  const bell = page.locator("aside").getByRole("button", { name: /^Notices/, includeHidden: true });
  for (const text of ["@ana look at this secret", "@ana is the crane paid?", "Over to you, Ana"]) await row(page, text).waitFor(patience); // prettier-ignore
  const told = async (): Promise<number> => Number(/\d+/.exec((await bell.textContent()) ?? "")?.[0] ?? 0);
  const before = await told();

  // The share ends: the row goes, and its part of the badge.
  const ended = await by("bo").request("POST", "/api/shares/end", { record: lent.id, to: who.get("ana") });
  expect(ended.ok).toBe(true);
  await gone(row(page, "@ana look at this secret"));
  await expect.poll(told, patience).toBe(before - 1);

  const mention = row(page, "@ana is the crane paid?");
  await mention.getByRole("button", { name: "Answer" }).click();
  await mention.getByRole("textbox", { name: "Answer" }).fill("Since Monday.");
  await mention.getByRole("textbox", { name: "Answer" }).press("Enter");
  await gone(mention);
  const offered = row(page, "Over to you, Ana");
  await offered.getByRole("button", { name: "Accept" }).click();
  await gone(offered);

  const due = row(page, "Ring the harbour");
  if (!(await due.count())) await page.getByRole("button", { name: /^\d+ more$/ }).first().click(); // prettier-ignore
  await due.getByRole("button", { name: "More: Ring the harbour" }).click();
  await page.getByRole("menuitem", { name: "Put off until tomorrow" }).click(patience);
  await gone(due);
  await page.getByRole("button", { name: "Show them" }).last().click();
  await due.getByText("Put off until tomorrow").waitFor(patience);
  await due.getByRole("button", { name: "More: Ring the harbour" }).click();
  await page.getByRole("menuitem", { name: "Bring it back" }).click(patience);
  await gone(due.getByText("Put off until tomorrow"));
  await due.getByRole("button", { name: "Complete: Ring the harbour" }).click();
  await gone(due);
  await undo(page, /done/i).click(patience);
  await due.waitFor(patience);

  // The same in the panel of the bell, which then has nothing new.
  await bell.click();
  const panel = page.getByRole("dialog", { name: "Notices" });
  const inPanel = panel.locator("[data-row]").filter({ hasText: "Ring the harbour" });
  await inPanel.getByRole("button", { name: "Complete: Ring the harbour" }).click(patience);
  await gone(inPanel);
  await expect.poll(told, patience).toBe(0);
  const isInside = () => page.evaluate(() => document.activeElement?.matches('[role="dialog"] *'));
  await expect.poll(isInside, patience).toBe(true); // the row went, the focus did not fall out of the panel
  await page.keyboard.press("Escape");
  await gone(panel);
  await expect.poll(() => bell.evaluate((button) => button === document.activeElement), patience).toBe(true);
  await allSent(page);
  await expect.poll(async () => (await by("ana").get(`/api/tasks/${task}`))["done"], patience).toBe(true);
  expect((await by("ana").get<{ owner: string }>(`/api/accounts/${given.id}`)).owner).toBe(who.get("ana"));
  const { items } = await by("ana").get<{ items: { about: string; openedAt: number | null; snoozeDay: string | null }[] }>("/api/notices?limit=200"); // prettier-ignore
  expect(items.find(({ about }) => about === task)).toMatchObject({ openedAt: expect.any(Number), snoozeDay: null });

  // Words that were begun on one account stay there, whatever account comes next on the same screen.
  await page.goto(`${cell.url}/accounts/${given.id}`);
  await page.getByRole("heading", { level: 1, name: given.name }).waitFor(patience);
  await page.goto(`${cell.url}/accounts/${mine.id}`);
  await page.locator("[data-composer]").click(patience);
  const words = page.getByRole("textbox", { name: "What happened" });
  await words.fill("Begun, and left");
  await page.getByRole("navigation", { name: "Opened lately" }).getByRole("link", { name: given.name }).click();
  await page.getByRole("heading", { level: 1, name: given.name }).waitFor(patience);
  await page.locator("[data-composer]").click(patience);
  expect(await words.inputValue()).toBe("");
  await page.getByRole("link", { name: "Today" }).first().click();
  await row(page, "Begun, and left")
    .filter({ hasText: mine.name })
    .getByRole("button", { name: "Go on writing" })
    .waitFor(patience);
  expect(wrong).toEqual([]);
  await page.context().close();
}, 180_000);

test("[TASK-3] [TASK-9] by keyboard alone: a task is made, moved along, ticked, and goes on to its next day; a visit is logged and filled in", async () => {
  const { page, wrong } = await visit("marcus");
  const { keyboard } = page;
  await row(page, "").first().waitFor(patience);
  await keyboard.press("c");
  const sheet = page.getByRole("dialog", { name: "New task" });
  await sheet.getByRole("textbox", { name: "What is to be done" }).waitFor(patience);
  await keyboard.type("Read the week's numbers");
  const tabTo = async (label: RegExp): Promise<void> => {
    const here = () => page.evaluate(() => `${document.activeElement?.getAttribute("aria-label") ?? ""} ${document.activeElement?.textContent ?? ""}`.trim());
    for (let tries = 0; tries < 40 && !label.test(await here()); tries += 1) await keyboard.press("Tab");
    expect(await here()).toMatch(label);
  }; // prettier-ignore
  await tabTo(/^today$/);
  await keyboard.press("Enter");
  await tabTo(/^Repeats/);
  for (const key of ["ArrowDown", "ArrowDown"]) await keyboard.press(key); // from never to weekly
  await sheet.getByText(/^every week on/).waitFor(patience);
  await tabTo(/^Add task$/);
  await keyboard.press("Enter");
  await gone(sheet);

  const mine = row(page, "Read the week's numbers");
  const more = page.locator("main").getByRole("button", { name: /^\d+ more$/ });
  const unfolded = async (): Promise<number> => {
    for (; (await more.count()) > 0; await keyboard.press("Enter")) await more.first().focus();
    return mine.count();
  };
  await expect.poll(unfolded, patience).toBe(1);
  const focused = () => page.evaluate(() => document.activeElement?.closest("[data-row]")?.textContent ?? "");
  const moveTo = async (text: string): Promise<void> => {
    for (let tries = 0; tries < 60 && !(await focused()).includes(text); tries += 1) await keyboard.press("j");
    expect(await focused()).toContain(text);
  };
  await moveTo("Read the week's numbers");
  await keyboard.press("Enter");
  const task = page.getByRole("dialog", { name: "Task", exact: true });
  await task.getByRole("textbox", { name: "Add a step" }).waitFor(patience);
  expect(page.url()).toContain("?task=");
  await task.getByRole("textbox", { name: "Add a step" }).focus();
  await keyboard.type("Pipeline");
  await keyboard.press("Enter");
  await task.getByRole("checkbox", { name: "Pipeline" }).focus();
  await keyboard.press("Space");
  await expect.poll(() => task.getByRole("checkbox", { name: "Pipeline" }).isChecked(), patience).toBe(true);
  await keyboard.press("Escape");
  await gone(task);
  await moveTo("Read the week's numbers");
  await keyboard.press("x");
  await page.getByText(/^Done\. Next:/).waitFor(patience); // a week on: it stands there again
  await expect.poll(async () => (await mine.innerText()).includes("today"), patience).toBe(false);
  await keyboard.press("z");
  await expect.poll(async () => (await mine.innerText()).includes("today"), patience).toBe(true);
  await moveTo("Read the week's numbers");
  await keyboard.press("s");
  await gone(mine);
  expect(await focused()).not.toBe(""); // the row in its place has the focus

  // A visit in a hurry: the outcome alone. What was left out stands in Today, and is filled in.
  const before = await focused();
  await keyboard.press("l");
  const log = page.getByRole("dialog", { name: "Log" });
  await log.getByRole("button", { name: "Moved forward" }).waitFor(patience);
  expect(before).toContain(await log.locator("strong").first().innerText()); // the account of the row
  await log.getByRole("button", { name: "Moved forward" }).focus();
  await keyboard.press("Enter");
  await keyboard.press("Control+Enter");
  await gone(log);
  const unfinished = row(page, "Left out: what happened");
  await unfinished.first().waitFor(patience);
  await moveTo("Left out:");
  await keyboard.press("e");
  await log.getByRole("textbox", { name: "What happened" }).waitFor(patience);
  await log.getByRole("textbox", { name: "What happened" }).focus();
  await keyboard.type("They sign on Friday.");
  await log.getByRole("textbox", { name: "Next action" }).focus();
  await keyboard.type("Send the paper");
  await keyboard.press("Control+Enter");
  await gone(log);
  await gone(unfinished);
  await allSent(page);
  expect(wrong).toEqual([]);
  await page.context().close();
}, 180_000);

test("[TASK-7] [TASK-8] on a phone without a network a visit is logged in six taps and 25 seconds, also when the page dies between", async () => {
  const phone = {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    serviceWorkers: "allow",
  } as const;
  const [account] = await ownAccounts("bo");
  const first = await visit("bo", phone, `/accounts/${account?.id}`);
  const context = first.page.context();
  await first.page.evaluate(async () => void (await navigator.serviceWorker.ready));
  await first.page.goto(`${cell.url}/`);
  await expect.poll(() => first.page.evaluate(() => navigator.serviceWorker.controller !== null), patience).toBe(true);
  await row(first.page, "").first().waitFor(patience);
  await context.setOffline(true);

  let taps = 0;
  const tap = async (target: Locator): Promise<void> => {
    await target.tap(patience);
    taps += 1;
  };
  const plus = (page: Page) => page.locator("nav").getByRole("button", { name: "Log" });
  const sheet = (page: Page) => page.getByRole("dialog", { name: "Log" });
  // The page dies 0.3 s after the last key; what was typed is there when the app is opened again.
  await plus(first.page).tap();
  await sheet(first.page)
    .getByText(account?.name ?? "")
    .waitFor(patience); // the last that was opened
  await sheet(first.page).getByRole("button", { name: "Set back" }).tap();
  await sheet(first.page).getByRole("textbox", { name: "What happened" }).tap();
  await first.page.keyboard.type("They went with the other offer");
  await new Promise((done) => setTimeout(done, 300));
  const died = first.page.waitForEvent("crash", patience);
  const line = await context.newCDPSession(first.page);
  void line.send("Page.crash").catch(() => undefined); // never answers: it is gone
  await died;
  await first.page.close();

  const page = await context.newPage();
  await page.goto(`${cell.url}/`);
  await row(page, "They went with the other offer").getByRole("button", { name: "Go on writing" }).waitFor(patience);
  const start = Date.now();
  await tap(plus(page));
  const text = sheet(page).getByRole("textbox", { name: "What happened" });
  await text.waitFor(patience);
  expect(await text.inputValue()).toBe("They went with the other offer");
  expect(await sheet(page).getByRole("button", { name: "Set back" }).getAttribute("aria-pressed")).toBe("true");
  await tap(text);
  await page.keyboard.press("Control+End");
  await page.keyboard.type(", by price.", { delay: 40 });
  await tap(sheet(page).getByRole("button", { name: "Call in 2 days" }));
  await tap(sheet(page).getByRole("button", { name: "tomorrow" }));
  const done = sheet(page).getByRole("button", { name: "Done" });
  const box = await done.boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(52);
  expect((box?.y ?? 0) > 844 / 2).toBe(true); // in reach of the thumb
  await tap(done);
  await page.getByText("Saved on this phone").waitFor(patience);
  const seconds = (Date.now() - start) / 1000;
  await gone(sheet(page));
  await page.getByText("You are offline.").first().waitFor(patience);
  console.log(`a visit offline: ${taps} taps, ${seconds.toFixed(1)} s`);
  expect(taps).toBeLessThanOrEqual(6);
  expect(seconds).toBeLessThanOrEqual(25);
  await gone(row(page, "They went with the other offer"));

  await context.setOffline(false);
  await allSent(page);
  const { items } = await by("bo").get<{ items: { name: string; outcome: string; left: string[] }[] }>(`/api/activities?limit=50&filter[anchor][eq]=${account?.id}&sort=-at`); // prettier-ignore
  expect(items[0]).toMatchObject({ name: "They went with the other offer, by price.", outcome: "back", left: [] });
  expect((await by("bo").get<{ nextAction: string }>(`/api/accounts/${account?.id}`)).nextAction).toBe("Call");

  // Offline by touch: the first due row is ticked by its circle, and put off from its menu.
  await context.setOffline(true);
  const more = page.locator("main").getByRole("button", { name: /^\d+ more$/ });
  while ((await more.count()) > 0) await more.first().tap(); // or another one of the same name may come up in its place
  const rows = page.locator("main [data-row]").filter({ has: page.getByRole("button", { name: /^Complete:/ }) });
  const title = await rows.first().locator("[data-main] span").first().innerText();
  const account2 = await rows.first().locator("[data-main] span").nth(1).innerText();
  const one = rows.filter({ hasText: title }).filter({ hasText: account2 });
  const count = await one.count();
  await one.first().getByRole("button", { name: /^Complete:/ }).tap(); // prettier-ignore
  await expect.poll(() => one.count(), patience).toBe(count - 1);
  await undo(page, /done/i).tap(patience);
  await expect.poll(() => one.count(), patience).toBe(count);
  await one.first().getByRole("button", { name: /^More:/ }).tap(); // prettier-ignore
  await page.getByRole("menuitem", { name: "Put off until next week" }).tap(patience);
  await expect.poll(() => one.count(), patience).toBe(count - 1);
  await context.setOffline(false);
  await allSent(page);
  await context.close();
}, 240_000);
