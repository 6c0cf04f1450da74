/** Administration on screen: the audit read and verified, access explained, a policy published by two people. */
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launchBrowser } from "./browser.ts";
import { startServer, type Server } from "./server.ts";

const patience = { timeout: 60_000 };
let cell: Server;
let browser: Browser;
const names = new Map<string, string>();

beforeAll(async () => {
  cell = await startServer({ loaded: true });
  browser = await launchBrowser();
  const { items } = (await (await fetch(`${cell.url}/api/demo/members`)).json()) as { items: { handle: string; name: string }[] }; // prettier-ignore
  for (const { handle, name } of items) names.set(handle, name);
}, 240_000);
afterAll(async () => {
  await browser?.close();
  await cell?.stop();
});

async function visit(handle: string, path: string, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1360, height: 850 }, serviceWorkers: "block", ...options }); // prettier-ignore
  const page = await context.newPage();
  if (options.locale) await page.addInitScript((locale) => localStorage.setItem("baton.locale", locale), options.locale); // prettier-ignore
  await page.goto(`${cell.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("button", { hasText: names.get(handle) ?? "" }).first().click(patience); // prettier-ignore
  await seen(page, page.locator("#main h1").first());
  return page;
}
/** If it does not come, what stands on the screen instead is said. */
async function seen(page: Page, what: Locator): Promise<void> {
  await what.waitFor(patience).catch(async (error: unknown) => {
    throw new Error(`${String(error)}\nThe screen:\n${await page.locator("body").innerText()}`);
  });
}
async function shot(page: Page, name: string): Promise<void> {
  const folder = process.env["CRM_SHOTS"];
  if (folder) await page.screenshot({ path: `${folder}/${name}.png` });
}
const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true } as const;

describe("administration", () => {
  test("[AUDIT-5] the audit says what was done as sentences, is filtered and verified, and hides what its reader may not see", async () => {
    const page = await visit("omar", "/access/audit");
    await seen(page, page.locator("[data-audit]").first());
    await page.getByRole("button", { name: /^By: / }).click(patience);
    await page.getByRole("menuitemradio", { name: names.get("greta") ?? "" }).click(patience);
    await expect.poll(() => page.locator("[data-audit]").first().innerText(), patience).toContain(names.get("greta"));
    await page.getByRole("button", { name: "Verify" }).click(patience);
    await seen(page, page.getByText(/^Whole: /));
    await shot(page, "audit-light-en-desk");
    const download = page.waitForEvent("download", patience);
    await page.getByRole("button", { name: "Export" }).click(patience);
    expect((await download).suggestedFilename()).toMatch(/^audit-.*\.csv$/);
    await page.context().close();
  }, 180_000);

  test("[ADMIN-1] [ADMIN-4] roles read as tables, access is explained, and two people are compared", async () => {
    const page = await visit("greta", "/access/roles?role=seller");
    await seen(page, page.locator('[data-role="seller"] tbody tr').first());
    await shot(page, "roles-light-en-desk");
    await page.goto(`${cell.url}/access/explain`);
    await page.getByRole("combobox", { name: "Who", exact: true }).selectOption({ label: names.get("bo") ?? "" }, patience);
    await page.getByLabel("with which record").fill("united oil");
    await page.locator("form li button").first().click(patience);
    await page.getByRole("button", { name: "Explain", exact: true }).click(patience);
    await seen(page, page.locator("[data-explained]"));
    await page.getByRole("button", { name: "Who can?" }).click(patience);
    await seen(page, page.locator("[data-who-can] tbody tr").first());
    await shot(page, "explain-light-en-desk");
    await page.getByRole("link", { name: "Compare" }).click(patience);
    // Only this part has a second one: the first has the name of the one before.
    await page.getByRole("combobox", { name: "and", exact: true }).selectOption({ label: names.get("bo") ?? "" }, patience);
    await page.getByRole("combobox", { name: "Who", exact: true }).selectOption({ label: names.get("ana") ?? "" });
    await seen(page, page.locator("[data-compared] tbody tr").first());
    await shot(page, "compare-light-en-desk");
    await page.context().close();
  }, 180_000);

  test("[ADMIN-5] a look through another's eyes is announced and read only", async () => {
    const page = await visit("greta", "/access/view");
    await page.getByRole("combobox", { name: "Who", exact: true }).selectOption({ label: names.get("ana") ?? "" }, patience);
    await page.getByLabel("Why do you look?").fill("Ana misses a customer");
    await page.getByRole("button", { name: "Look", exact: true }).click(patience);
    await seen(page, page.locator("[data-seen] tbody tr").first());
    await shot(page, "view-as-light-en-desk");
    await page.context().close();
  }, 180_000);

  test("[ADMIN-3] a policy is changed in a draft, compared in numbers, published, and widened by two people alone", async () => {
    const page = await visit("omar", "/access/policy");
    const edit = async (id: string, change: (rule: Record<string, unknown>) => object): Promise<void> => {
      await page.getByRole("searchbox", { name: "Find a rule" }).fill(id);
      const rule = page.locator(`[data-rule="${id}"]`);
      await rule.getByRole("button", { name: "Edit" }).click(patience);
      const text = rule.locator("textarea");
      await text.fill(JSON.stringify(change(JSON.parse(await text.inputValue()) as Record<string, unknown>)));
      await rule.getByRole("button", { name: "Into the draft" }).click(patience);
    };
    const publish = async (why: string): Promise<void> => {
      await page.getByRole("button", { name: "Check and compare" }).click(patience);
      await seen(page, page.locator("[data-preview]"));
      await page.getByPlaceholder("Why this version?").fill(why);
      await shot(page, `policy-${why.length}-light-en-desk`);
      await page.getByRole("button", { name: "Publish" }).click(patience);
    };
    await edit("exec.read", (rule) => ({ ...rule, groups: ["identity", "shared"] }));
    await publish("Executives need no terms.");
    await seen(page, page.getByText("Published as version 2.").first());
    await edit("exec.read", (rule) => ({ ...rule, groups: ["identity", "shared", "terms"] }));
    await publish("They do.");
    await seen(page, page.getByText("A second person has been asked.").first());
    await expect.poll(() => page.locator("[data-version]").count(), patience).toBe(2);
    await page.context().close();
    const greta = await visit("greta", "/");
    await seen(greta, greta.getByText("Policy, version 3").first());
    await greta.context().close();
  }, 180_000);

  test("[ADMIN-6] [ADMIN-8] a review is opened and answered with a reason, and who leaves is cut and traced", async () => {
    const page = await visit("omar", "/access/reviews");
    await seen(page, page.locator("[data-review]").or(page.getByRole("button", { name: "Review everything" })).first());
    // The schedule may have been first.
    if ((await page.locator("[data-review]").count()) === 0) await page.getByRole("button", { name: "Review everything" }).click(patience); // prettier-ignore
    const line = page.locator('[data-line="escalation_lead Priya Nair"]');
    await line.getByRole("button", { name: "Keep" }).click(patience);
    await line.getByLabel("Why?").fill("Leads escalations in Europe");
    await line.getByRole("button", { name: "Keep" }).click(patience);
    await seen(page, line.getByText("kept"));
    await shot(page, "reviews-light-en-desk");
    await page.getByRole("link", { name: "Leavers" }).click(patience);
    await page.getByRole("combobox", { name: "Who leaves" }).selectOption({ label: names.get("yuki") ?? "" }, patience);
    await page.getByPlaceholder("Why?").fill("Last day was Friday");
    await page.getByRole("button", { name: "Cut now" }).click(patience);
    await seen(page, page.locator('[data-leaver="left"]'));
    await shot(page, "leavers-light-en-desk");
    await page.context().close();
  }, 180_000);

  test.skipIf(!process.env["CRM_SHOTS"])("(skipped: pictures are taken on demand 2026-11-27) every part in dark, Chinese and on a phone", async () => {
    for (const [name, options] of Object.entries({ "dark-zh-desk": { colorScheme: "dark", locale: "zh-CN" }, "light-en-phone": { ...phone }, "dark-zh-phone": { ...phone, colorScheme: "dark", locale: "zh-CN" } } as const)) {
      const page = await visit("greta", "/access/audit", options);
      await seen(page, page.locator("[data-audit]").first());
      await shot(page, `audit-${name}`);
      for (const part of ["roles", "explain", "compare", "view", "lent", "policy", "reviews", "leavers"]) {
        await page.goto(`${cell.url}/access/${part}`);
        await page.waitForTimeout(1_500);
        await shot(page, `${part}-${name}`);
      }
      await page.context().close();
    }
  }, 240_000);
}); // prettier-ignore
