/**
 * Every screen in both themes, in English, Chinese, long words and mirrored, at three widths: no accessibility violation,
 * nothing to scroll sideways, targets that a finger finds, rows where rows belong, no error. By default each theme, language
 * and width is walked in some combination; `CRM_SCREENS=all` walks all of them. `CRM_SHOTS=DIR` keeps a picture of each.
 */
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const patience = { timeout: 60_000 };

/** Path, and how many rows it has at least. `:account` stands for one with people, deals and cases. */
const screens: readonly (readonly [path: string, rows: number])[] = [
  ["/", 3],
  ["/?task=new", 3],
  ["/?notices=open", 3],
  ["/accounts", 8],
  ["/accounts?f=health.is.at_risk,watch;touched.quiet.30&group=owner", 0],
  ["/contacts", 8],
  [":account", 0],
  [":account/notes", 0],
  [":account/opportunities", 0],
  [":account/cases", 0],
  [":account/files", 0],
  ["/leads", 0],
  ["/pipeline", 0],
  ["/pipeline?view=list", 1],
  ["/pipeline?view=forecast", 0],
  ["/pipeline?view=forecast&as=table", 0],
  ["/cases", 0],
  ["/handoffs?box=from", 1],
  ["/handoffs?view=report&part=online&rows=all", 0],
  ["/quality", 0],
  ["/quality/missing?at=1", 0],
  ["/quality/twins?kind=contact", 0],
  ["/quality/standards?kind=lead", 0],
  ["/settings", 0],
  ["/nowhere", 0],
];

type Language = "en" | "zh-CN" | "long" | "mirrored";
type Theme = "light" | "dark";
interface Walk {
  readonly theme: Theme;
  readonly language: Language;
  readonly kind: "desk" | "phone";
}
const all = (["light", "dark"] as const).flatMap((theme) =>
  (["en", "zh-CN", "long", "mirrored"] as const).flatMap((language) =>
    (["desk", "phone"] as const).map((kind): Walk => ({ theme, language, kind })),
  ),
);
const some: readonly Walk[] = [
  { theme: "light", language: "en", kind: "desk" },
  { theme: "dark", language: "long", kind: "desk" },
  { theme: "light", language: "zh-CN", kind: "desk" },
  { theme: "dark", language: "zh-CN", kind: "phone" },
  { theme: "light", language: "long", kind: "phone" },
  { theme: "light", language: "mirrored", kind: "phone" },
];
const widths = { desk: [1360], phone: [390, 320] } as const;
const target = { desk: 24, phone: 44 } as const;

let cell: Server;
let browser: Browser;
beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

async function violations(page: Page, isTrial: boolean): Promise<string[]> {
  await page.evaluate(axeSource);
  // A word within a sentence is lengthened twice there, so that a label never holds what is seen.
  const rules = isTrial ? { "label-content-name-mismatch": { enabled: false } } : {};
  const found = await page.evaluate(async (rules) => {
    const { axe } = globalThis as unknown as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    return axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], rules });
  }, rules);
  return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.html.slice(0, 160)}`));
}
const sideways = (page: Page): Promise<number> =>
  page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));
/** What can be pressed and is smaller than a finger wants, where a press beside it does not count for it either. */
const small = (page: Page, size: number): Promise<string[]> =>
  page.evaluate((least) => {
    const out: string[] = [];
    const selector = "button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button], [role=menuitem], [role=checkbox], [role=switch], [role=tab]"; // prettier-ignore
    for (const element of document.querySelectorAll<HTMLElement>(selector)) {
      const style = getComputedStyle(element);
      let box = (element.closest("label") ?? element).getBoundingClientRect();
      if (box.width < 2 || box.height < 2 || style.visibility === "hidden" || style.opacity === "0") continue;
      if (element.closest("[inert], [aria-hidden=true]") || style.display === "inline") continue; // within a sentence
      if (box.width >= least - 0.5 && box.height >= least - 0.5) continue;
      // The link of a row is reached by all of the row.
      const row = element.matches("[role=row] a[tabindex='-1']") ? element.closest("[role=row]") : null;
      if (row && row.getBoundingClientRect().height >= least) continue;
      element.scrollIntoView({ block: "center", inline: "nearest" }); // away from what lies over the page's edges
      box = (element.closest("label") ?? element).getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      const isMine = (at: Element | null): boolean =>
        at !== null && (element.contains(at) || at.closest("label")?.contains(element) === true);
      if (x < 0 || y < 0 || x > innerWidth || y > innerHeight || !isMine(document.elementFromPoint(x, y))) continue;
      const reach = least / 2 - 1;
      const reached = (dx: number, dy: number): boolean => {
        const [px, py] = [x + dx, y + dy];
        if (px < 0 || py < 0 || px >= innerWidth || py >= innerHeight) return true; // the edge of the screen
        return isMine(document.elementFromPoint(px, py));
      };
      const tall = box.height >= least - 0.5 || (reached(0, -reach) && reached(0, reach));
      const wide = box.width >= least - 0.5 || (reached(-reach, 0) && reached(reach, 0));
      if (!tall || !wide)
        out.push(`${Math.round(box.width)}x${Math.round(box.height)} ${element.outerHTML.slice(0, 140)}`);
    }
    return out;
  }, size);

test.each(process.env["CRM_SCREENS"] === "all" ? all : some)(
  "$kind, $theme, $language",
  async ({ theme, language, kind }) => {
    const touch = kind === "phone" ? { hasTouch: true, isMobile: true } : {};
    const context = await browser.newContext({
      viewport: { width: widths[kind][0], height: kind === "phone" ? 844 : 850 },
      serviceWorkers: "block",
      colorScheme: theme,
      reducedMotion: "reduce", // what glides in is judged when it is there
      ...touch,
    });
    const page = await context.newPage();
    const wrong: string[] = [];
    page.on("console", (message) => message.type() === "error" && wrong.push(`console: ${message.text()}`));
    page.on("pageerror", (error) => wrong.push(`error: ${error.message}`));
    await page.addInitScript((to) => {
      localStorage.setItem("baton.locale", to === "zh-CN" ? to : "en");
      if (to === "long" || to === "mirrored") localStorage.setItem("baton.trial", to);
      addEventListener("securitypolicyviolation", (event) =>
        console.error("policy", event.violatedDirective, event.blockedURI, event.sample),
      );
    }, language);

    const bad: string[] = [];
    const judge = async (name: string): Promise<void> => {
      for (const width of widths[kind]) {
        await page.setViewportSize({ width, height: kind === "phone" ? 844 : 850 });
        const at = `${name} at ${width}`;
        const over = await sideways(page);
        if (over > 0) bad.push(`${at}: ${over} px to the side`);
        bad.push(...(await small(page, target[kind])).map((one) => `${at}: ${one}`));
        if (width === widths[kind][0])
          bad.push(
            ...(await violations(page, language === "long" || language === "mirrored")).map((one) => `${at}: ${one}`),
          );
        const folder = process.env["CRM_SHOTS"];
        if (folder)
          await page.screenshot({
            path: `${folder}/${name.replaceAll(/\W+/g, "-")}-${theme}-${language}-${width}.png`,
          });
      }
      await page.setViewportSize({ width: widths[kind][0], height: kind === "phone" ? 844 : 850 });
    };

    await page.goto(`${cell.url}/sign-in`);
    const me = page.locator("main li button", { hasText: "Ana Ribeiro" });
    await me.waitFor(patience);
    await judge("/sign-in");
    await me.click();
    await page.locator("#main h1").first().waitFor(patience);
    await page
      .locator('[aria-busy="true"]')
      .first()
      .waitFor({ state: "detached", ...patience });
    await page.goto(`${cell.url}/accounts`);
    const first = page.locator('[role="row"][aria-rowindex="2"] a, main a[data-row]').first();
    await first.waitFor(patience);
    const account = (await first.getAttribute("href")) ?? "";
    for (const [path, rows] of screens) {
      await page.goto(cell.url + path.replace(":account", account));
      await page.locator("h1").first().waitFor(patience);
      await page
        .locator('[aria-busy="true"]')
        .first()
        .waitFor({ state: "detached", ...patience });
      if (path.startsWith("/?")) await page.getByRole("dialog").locator("[data-autofocus], [data-row]").first().waitFor(patience); // prettier-ignore
      const count = () => page.locator('[data-row], [role="row"][aria-rowindex]').count();
      if (rows > 0) await expect.poll(count, { ...patience, message: path }).toBeGreaterThanOrEqual(rows);
      await judge(path);
    }
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(language === "zh-CN" ? "zh-CN" : "en");
    expect([...new Set(bad), ...wrong]).toEqual([]);
    await context.close();
  },
  400_000,
);
