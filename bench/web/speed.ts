/** From a key, a click, a drop or a cold start to the paint, with 50,000 accounts and 10,000 opportunities on the device. */
import type { Page } from "playwright-core";
import { fold } from "../../web/i18n/format.ts";
import { timesOf } from "../lib/measure.ts";
import { say, type Figure } from "../lib/report.ts";
import { accountsHere, field, onDisk, painted, rows, sent } from "./device.ts";
import { atMost, check, median, row, type Part, type Run } from "./parts.ts";
import { followed } from "./world.ts";

const slowed = 4;
/** The same at the machine's speed and at a quarter of it. */
async function atBothSpeeds(run: Run, page: Page, work: (speed: string) => Promise<void>): Promise<void> {
  const cdp = await run.device.cdp(page);
  for (const rate of [1, slowed]) {
    await cdp.send("Emulation.setCPUThrottlingRate", { rate });
    await work(rate === 1 ? "" : `, at ${slowed}x throttle`);
  }
  await cdp.detach();
}
class Values {
  readonly all = new Map<string, number[]>();
  add(name: string, value: number): void {
    this.all.set(name, [...(this.all.get(name) ?? []), value]);
  }
  rows = () => [...this.all].flatMap(([name, values]) => row(name, "ms", values));
  /** The slowest of those whose name is asked for. */
  slowest(asked: (name: string) => boolean): { readonly name: string; readonly ms: number } {
    const found = [...this.all].filter(([name]) => asked(name)).map(([name, values]) => ({ name, ms: median(values) }));
    return found.reduce((most, next) => (next.ms > most.ms ? next : most), { name: "", ms: 0 });
  }
}
const isSlowed = (name: string): boolean => name.endsWith("throttle");
const slowestOf = (name: string, values: Values, asked: (name: string) => boolean, most: number): Figure => {
  const found = values.slowest(asked);
  return { ...atMost(name, found.ms, most, "ms"), measured: `${say(found.ms, "ms")} (${found.name})` };
};

export async function keys(run: Run): Promise<Part> {
  const { device, progress } = run;
  const values = new Values();
  const wrong: string[] = [];
  let pressed = 0;
  const presses = run.full ? 60 : 30;
  const press = async <T>(
    page: Page,
    name: string,
    key: string,
    shown: (given: T) => boolean,
    given: T,
  ): Promise<void> => {
    // prettier-ignore
    values.add(name, await painted(page, "keydown", shown, given, () => page.keyboard.press(key)));
    pressed += 1;
  };

  progress("keys in a list");
  let page = await device.open("/accounts");
  await device.isWhole(page);
  await page.locator("[role=grid]").focus();
  await page.keyboard.press("Home");
  let at = 0;
  await atBothSpeeds(run, page, async (speed) => {
    for (let n = 0; n < presses; n += 1)
      await press(page, `arrow in the list${speed}`, "ArrowDown", (id) => document.querySelector("[role=grid]")?.getAttribute("aria-activedescendant") === id, `accounts-row-${(at += 1)}`); // prettier-ignore
  });
  progress("keys that open the palette");
  const isOpen = (): boolean => document.activeElement?.getAttribute("role") === "combobox";
  const shut = async (): Promise<void> => {
    await page.keyboard.press("Escape");
    await page.locator("[role=combobox]").waitFor({ state: "detached" });
  };
  await page.keyboard.press("Control+k"); // the first one fetches it
  await page.locator("[role=combobox]").waitFor();
  await shut();
  await atBothSpeeds(run, page, async (speed) => {
    for (let n = 0; n < presses / 3; n += 1) {
      await press(page, `palette${speed}`, "Control+k", isOpen, null);
      await shut();
    }
  });
  await page.close();

  progress("letters in a field");
  page = await device.open(`/accounts/${device.world.account(1)}`);
  await device.isWhole(page);
  await atBothSpeeds(run, page, async (speed) => {
    await field(page, "City").click();
    await page.keyboard.press("ControlOrMeta+a");
    let text = "";
    for (let n = 0; n < presses; n += 1) {
      text += "abcdefghij"[n % 10];
      await press(page, `letter in a field${speed}`, text.at(-1) ?? "", (typed) => (document.activeElement as HTMLInputElement).value === typed, text); // prettier-ignore
    }
    await page.keyboard.press("Escape");
  });
  await page.close();

  progress("keys on the board");
  page = await device.open("/pipeline");
  await device.isWhole(page);
  await page.keyboard.press("j");
  const held = (): Promise<string> => page.evaluate(() => document.activeElement?.closest<HTMLElement>("[data-card]")?.dataset["card"] ?? ""); // prettier-ignore
  const seen = new Set([await held()]);
  await atBothSpeeds(run, page, async (speed) => {
    for (let n = 0; n < presses; n += 1) {
      await press(page, `arrow on the board${speed}`, "ArrowDown", (before) => ![undefined, before].includes(document.activeElement?.closest<HTMLElement>("[data-card]")?.dataset["card"]), await held()); // prettier-ignore
      seen.add(await held());
    }
  });
  if (seen.size !== 2 * presses + 1) wrong.push(`${seen.size} cards in ${2 * presses} steps`);
  await page.close();
  return {
    rows: values.rows(),
    figures: [
      slowestOf("key to paint, the slowest of four", values, (name) => !isSlowed(name), 50),
      slowestOf("key to paint at 4x throttle, the slowest of four", values, isSlowed, 100),
    ],
    checks: [check("what the key means", "keys", pressed, wrong)],
    notes: [],
  };
}

export async function routes(run: Run): Promise<Part> {
  const { device } = run;
  const values = new Values();
  const wrong: string[] = [];
  const page = await device.open("/accounts");
  await device.isWhole(page);
  const nav = (path: string) => page.locator(`nav a[href="${path}"]`).first();
  const link = rows(page).locator("a").first();
  const hops = [
    ["an account", () => link.click(), () => location.pathname.startsWith("/accounts/") && document.querySelectorAll("#main h1").length > 0],
    ["Pipeline", () => nav("/pipeline").click(), () => document.querySelectorAll("[data-card]").length >= 20],
    ["Today", () => nav("/").click(), () => document.querySelectorAll("main [data-row]").length >= 3],
    ["Accounts", () => nav("/accounts").click(), () => document.querySelectorAll("[role=row][aria-rowindex]").length >= 20],
  ] as const; // prettier-ignore
  const counts = (): Promise<string> => page.locator("#main header, main h1").first().innerText();
  let visits = 0;
  await atBothSpeeds(run, page, async (speed) => {
    const expected = new Map<string, string>();
    for (let round = 0; round <= (run.full ? 10 : 5); round += 1) {
      run.progress(`routes${speed}, round ${round}`);
      for (const [name, go, shown] of hops) {
        const ms = await painted(page, "click", shown, null, go);
        visits += 1;
        if (round > 0) values.add(`route to ${name}${speed}`, ms); // the first one fetches
        await page.waitForTimeout(300);
        const says = await counts();
        if (says !== (expected.get(name) ?? says)) wrong.push(`${name}: ${says}`);
        expected.set(name, says);
      }
    }
  });
  await page.close();
  return {
    rows: values.rows(),
    figures: [
      slowestOf("warm route, the slowest of four", values, (name) => !isSlowed(name), 100),
      slowestOf("warm route at 4x throttle, the slowest of four", values, isSlowed, 300),
    ],
    checks: [check("the visit before", "head of a screen", visits, wrong)],
    notes: [],
  };
}

export async function lists(run: Run): Promise<Part> {
  const { device, progress } = run;
  const values = new Values();
  const wrong: string[] = [];
  let compared = 0;
  const compare = (what: string, shown: readonly string[], expected: readonly string[]): void => {
    compared += expected.length;
    const at = expected.findIndex((text, index) => shown[index] !== text);
    if (at >= 0) wrong.push(`${what}: ${shown[at]} for ${expected[at]}`);
  };
  const rounds = run.full ? 9 : 3;
  for (let round = 0; round < rounds; round += 1) {
    progress(`sort and search, round ${round + 1}`);
    const page = await device.open("/accounts");
    await device.isWhole(page);
    const all = await onDisk(page);
    const { compare: inOrder } = new Intl.Collator("en", { numeric: true });
    const names = all.map(({ name }) => name).toSorted(inOrder);
    const countries = all.map(({ country }) => country).filter(Boolean).toSorted(inOrder); // prettier-ignore
    const cells = (column: number): Promise<string[]> => rows(page).evaluateAll((lines, of) => lines.toSorted((a, b) => Number(a.getAttribute("aria-rowindex")) - Number(b.getAttribute("aria-rowindex"))).map((line) => line.querySelectorAll("[role=gridcell]")[of]?.textContent?.trim() ?? ""), column); // prettier-ignore
    const heads = await page.locator('[role="columnheader"]').allInnerTexts();
    const countryColumn = heads.findIndex((text) => /Country/.test(text));
    const total = Number(await page.locator("[role=grid]").getAttribute("aria-rowcount")) - 1;
    if (total !== all.length) wrong.push(`${total} rows for ${all.length}`);
    compare("by name", (await cells(1)).slice(0, 20), names.slice(0, 20));

    const sort = async (name: string, by: string, order: string, column: number, expected: readonly string[]) => {
      const shown = ([label, direction, first, of]: readonly [string, string, string, number]): boolean =>
        document.querySelector(`[role=columnheader][aria-sort=${direction}]`)?.textContent?.includes(label) === true &&
        document.querySelector('[role=row][aria-rowindex="2"]')?.querySelectorAll("[role=gridcell]")[of]?.textContent?.trim() === first; // prettier-ignore
      const button = page.getByRole("button", { name: `Sort by ${by}` });
      values.add(name, await painted(page, "click", shown, [by, order, expected[0] ?? "", column] as const, () => button.click())); // prettier-ignore
      compare(name, (await cells(column)).slice(0, 20), expected.slice(0, 20));
    };
    await sort("text sort, the first time", "Country", "ascending", countryColumn, countries);
    await sort("text sort, known before", "Name", "ascending", 1, names);
    await sort("the same backwards", "Name", "descending", 1, names.toReversed());

    const box = page.getByPlaceholder("Find").first();
    for (const text of ["bulk 04321", "followed 0399", "no such account"]) {
      const found = names.toReversed().filter((name) => fold(text).split(" ").every((word) => fold(name).includes(word))); // prettier-ignore
      await box.click();
      const shown = ([count, first]: readonly [number, string]): boolean =>
        count === 0
          ? document.querySelector("[role=row][aria-rowindex]") === null
          : document.querySelector("[role=grid]")?.getAttribute("aria-rowcount") === String(count + 1) &&
            document.querySelector('[role=row][aria-rowindex="2"]')?.textContent?.includes(first) === true;
      values.add("search as it is typed", await painted(page, "input", shown, [found.length, found[0] ?? ""] as const, () => page.keyboard.insertText(text))); // prettier-ignore
      compare(text, await cells(1), found.slice(0, 20));
      await box.fill("");
      await page.waitForFunction((count) => document.querySelector("[role=grid]")?.getAttribute("aria-rowcount") === String(count), total + 1); // prettier-ignore
    }
    await page.close();
  }
  return {
    rows: values.rows(),
    figures: [...values.all].map(([name, ms]) => atMost(`${name}, ${accountsHere.toLocaleString("en")} rows`, median(ms), 100, "ms")), // prettier-ignore
    checks: [check("the disk, sorted and searched by other means", "rows shown", compared, wrong)],
    notes: [],
  };
}

export async function board(run: Run): Promise<Part> {
  const { device, progress } = run;
  const page = await device.blank();
  await page.setViewportSize({ width: 1920, height: 900 });
  await page.goto(`${device.world.url}/pipeline?who=mine`);
  await device.isWhole(page);
  const column = (stage: string) => page.locator(`section[data-stage][aria-label^="${stage}, "]`);
  const count = async (stage: string): Promise<number> => Number((/, ([\d,]+) /.exec((await column(stage).getAttribute("aria-label")) ?? "")?.[1] ?? "").replaceAll(",", "")); // prettier-ignore
  const stages = await page.locator("section[data-stage]").evaluateAll((all) => all.map((one) => one.querySelector("h2 .clip")?.textContent ?? "")); // prettier-ignore
  let total = 0;
  for (const stage of stages) total += await count(stage);
  await page.waitForTimeout(2_000); // what the server alone knows of them has come

  progress("the board scrolls");
  const frames: number[] = [];
  let holes = 0;
  const cdp = await device.cdp(page);
  const area = await column(stages[1] ?? "").boundingBox();
  if (!area) throw new Error("no column");
  const [x, y] = [Math.round(area.x + area.width / 2), Math.round(area.y + area.height / 2)];
  for (let round = 0; round < (run.full ? 9 : 5); round += 1) {
    await page.evaluate(
      ([left, top]) => {
        const taken: number[] = [];
        const state = { taken, holes: 0, on: true };
        Object.assign(globalThis, { scrolled: state });
        let last = 0;
        const frame = (now: number): void => {
          if (last > 0) taken.push(now - last);
          last = now;
          // Between two cards lies less than this.
          const isCard = (at: number): boolean => (document.elementFromPoint(left, at)?.closest("[data-card]") ?? null) !== null;
          if (!isCard(top) && !isCard(top + 12)) state.holes += 1;
          if (state.on) requestAnimationFrame(frame);
        };
        requestAnimationFrame(frame);
      },
      [x, y] as const,
    );
    await cdp.send("Input.synthesizeScrollGesture", { x, y, yDistance: round % 2 ? 6_000 : -6_000, speed: 3_000, gestureSourceType: "mouse", preventFling: true }); // prettier-ignore
    const got = await page.evaluate(() => {
      const { scrolled } = globalThis as unknown as { scrolled: { taken: number[]; holes: number; on: boolean } };
      scrolled.on = false;
      return { taken: scrolled.taken, holes: scrolled.holes };
    });
    frames.push(...got.taken);
    holes += got.holes;
  }

  progress("cards are dropped");
  const wrong: string[] = [];
  const pushed: string[] = [];
  page.on("request", (request) => {
    if (!request.url().endsWith("/sync/push")) return;
    const { muts } = request.postDataJSON() as { muts: readonly { name: string; args: { id?: string } }[] };
    pushed.push(...muts.map(({ name, args }) => `${name} ${args.id ?? ""}`));
  });
  const drops: number[] = [];
  const [from, to] = ["Qualification", "Proposal"];
  const target = (await column(to).getAttribute("data-stage")) ?? "";
  const rounds = run.full ? 15 : 7;
  for (let round = 0; round < rounds; round += 1) {
    await column(from).locator("ul").evaluate((list) => list.parentElement?.scrollTo(0, 0)); // prettier-ignore
    const card = column(from).locator('li[style*="translateY(0px)"] [data-card]');
    const id = (await card.getAttribute("data-card")) ?? "";
    const [start, end] = [await card.boundingBox(), await column(to).boundingBox()];
    if (!start || !end) throw new Error("nothing to drag");
    const before = [await count(from), await count(to)] as const;
    await page.mouse.move(start.x + 60, start.y + 20);
    await page.mouse.down();
    await page.mouse.move(start.x + 80, start.y + 30, { steps: 4 });
    await page.mouse.move(end.x + end.width / 2, end.y + 200, { steps: 8 });
    const shown = ([stage, dropped]: readonly [string, string]): boolean => document.querySelector(`[data-stage="${stage}"] [data-card="${dropped}"]`) !== null; // prettier-ignore
    drops.push(await painted(page, "pointerup", shown, [target, id] as const, () => page.mouse.up()));
    await sent(page);
    await page.waitForFunction(([stage, many]) => document.querySelector(`[data-stage="${stage}"]`)?.getAttribute("aria-label")?.includes(many), [target, (before[1] + 1).toLocaleString("en")] as const); // prettier-ignore
    if ((await count(from)) !== before[0] - 1) wrong.push(`${from}: ${await count(from)} after ${before[0]}`);
    const stored = await device.world.ana.record(`/api/opportunities/${id}`);
    if (stored["stage"] !== target) wrong.push(`${id} is not in ${to}`);
    const made = pushed.splice(0);
    if (made.join() !== `opportunity.advance@1 ${id}`) wrong.push(`a drop sent: ${made.join("; ") || "nothing"}`);
  }
  await page.close();
  const scrolling = timesOf(frames);
  return {
    rows: [
      ...row(`board of ${total.toLocaleString("en")} opportunities scrolls: a frame`, "ms", frames),
      ...row("the same: frames in which a place had no card yet", "count", [holes]),
      ...row("a dropped card", "ms", drops),
    ],
    figures: [
      atMost(`board of ${total.toLocaleString("en")} opportunities scrolls: p95 of frames`, scrolling.p95, 17, "ms"),
      atMost("a dropped card is in its place", median(drops), 150, "ms"),
      { name: "a dropped card: mutations sent", target: "1", measured: wrong.some((text) => text.startsWith("a drop")) ? "others" : "1", met: !wrong.some((text) => text.startsWith("a drop")) },
    ],
    checks: [
      check("what was made", "opportunities on the board", followed.opportunities, total >= followed.opportunities ? [] : [`${total}`]),
      check("the cell, the counts, what was sent", "drops", rounds, wrong),
    ],
    notes: [],
  };
} // prettier-ignore

export async function cold(run: Run): Promise<Part> {
  const { device, progress } = run;
  const values = new Values();
  const wrong: string[] = [];
  let opened = 0;
  const screens = [
    ["Today", "/", "main [data-row]"],
    ["Accounts", "/accounts", '[role=row][aria-rowindex="10"]'],
  ] as const;
  for (let round = 0; round < (run.full ? 9 : 5); round += 1)
    for (const [name, path, first] of screens) {
      progress(`cold and offline, ${name}, round ${round + 1}`);
      await device.sleep();
      await device.wake();
      await device.offline(true);
      const page = await device.blank();
      await page.addInitScript((selector) => {
        const { promise, resolve } = Promise.withResolvers<number>();
        Object.assign(globalThis, { firstPaint: promise });
        const look = (): void => {
          if (!document.querySelector(selector)) return void requestAnimationFrame(look);
          const after = new MessageChannel();
          after.port1.addEventListener("message", () => resolve(performance.now()));
          after.port1.start();
          after.port2.postMessage(0);
        };
        requestAnimationFrame(look);
      }, first);
      await page.goto(device.world.url + path);
      values.add(`cold and offline: ${name}`, await page.evaluate(() => (globalThis as unknown as { firstPaint: Promise<number> }).firstPaint)); // prettier-ignore
      opened += 1;
      const reached = await page.evaluate(() => fetch("/api/health").then(() => true, () => false)); // prettier-ignore
      if (reached || (await page.evaluate(() => navigator.onLine))) wrong.push("there was a network");
      if (name === "Accounts" && round < 2) {
        await device.isWhole(page);
        values.add("cold and offline: all accounts are in", await page.evaluate(() => performance.now()));
      }
      await page.close();
    }
  await device.offline(false);
  return {
    rows: values.rows(),
    figures: [slowestOf("offline cold open to the first rows", values, (name) => !name.includes("all"), 800)],
    checks: [check("no network, and all rows", "cold starts", opened, wrong)],
    notes: [],
  };
}
