/**
 * Pictures of the screens from a running demo: `npm start`, then `node_modules/.bin/node scripts/screenshots.mjs [--url URL] [--out DIR]`.
 * Light and dark, English and Chinese, desk and phone go to the folder; the README's picture to docs/screenshot.png.
 */
import { mkdirSync, statSync } from "node:fs";
import { parseArgs } from "node:util";
import { launchBrowser } from "../tests/e2e/browser.ts";

const { values } = parseArgs({
  options: {
    url: { type: "string", default: "http://localhost:8787" },
    out: { type: "string", default: "docs/screenshots" },
  },
});
const readmeBytesMax = 300_000;
const sizes = { desk: { width: 1360, height: 850 }, phone: { width: 390, height: 844 } };

const browser = await launchBrowser();
const { items } = await (await fetch(`${values.url}/api/demo/members`)).json();
const member = (handle) => items.find((one) => one.handle === handle) ?? items[0];
mkdirSync(values.out, { recursive: true });

/** A member signed in, all of the first sync done. */
async function enter(who, options, path = "/") {
  const context = await browser.newContext({ serviceWorkers: "block", ...options });
  const page = await context.newPage();
  await page.addInitScript((locale) => localStorage.setItem("baton.locale", locale), options.locale);
  await page.goto(`${values.url}/sign-in?next=${encodeURIComponent(path)}`);
  await page.locator("main li button").first().waitFor();
  return {
    context,
    page,
    signIn: async () => {
      await page.locator("button", { hasText: who.name }).first().click();
      await page.locator("#main h1").waitFor();
      await page.getByRole("button", { name: /All changes sent|所有更改已送达/ }).waitFor();
    },
  };
}
const still = (page) => page.waitForTimeout(700); // fonts, the first page of data, what glides in
const note = (page) => page.locator('[role="textbox"][aria-multiline="true"]');

/** The account that the demo tells its story on, where two members write a note together. */
async function story() {
  const ana = await enter(member("ana"), { viewport: sizes.desk, locale: "en" });
  await ana.signIn();
  const { items: found } = await ana.page.evaluate(async () => (await fetch("/api/accounts?q=united+oil")).json());
  const { id } = found.find((one) => one.name === "United Oil & Gas Corp.") ?? found[0];
  const path = `/accounts/${id}`;
  await ana.page.goto(`${values.url}${path}/notes`);
  await note(ana.page).waitFor();
  await still(ana.page);
  if (!(await note(ana.page).innerText()).includes("Renewal")) {
    await note(ana.page).click();
    const { keyboard } = ana.page;
    await keyboard.type("## Renewal, what we know");
    await keyboard.press("Enter");
    await keyboard.type("- One global contract is the wish; Singapore buys on its own until then");
    await keyboard.press("Enter");
    await keyboard.type("Terminal pricing goes to procurement this week");
    await keyboard.press("Enter");
    await keyboard.type("IT security gives its date for the review on Thursday");
    await keyboard.press("Enter");
    await keyboard.press("Enter");
    await keyboard.type("Who joins the call with the head of terminal operations?");
    await still(ana.page);
  }
  const marcus = await enter(member("marcus"), { viewport: sizes.desk, locale: "en" });
  await marcus.signIn();
  await marcus.page.goto(`${values.url}${path}/notes`);
  await note(marcus.page).waitFor();
  await still(marcus.page);
  await note(marcus.page).click();
  await marcus.page.keyboard.press("ControlOrMeta+End");
  if (!(await note(marcus.page).innerText()).includes("I do"))
    await marcus.page.keyboard.type(" I do, with Sofia for the two incidents.");
  await ana.context.close();
  return { path, leave: () => marcus.context.close() };
}

const { path: account, leave } = await story();
for (const theme of ["light", "dark"]) {
  for (const language of ["en", "zh-CN"]) {
    for (const [size, viewport] of Object.entries(sizes)) {
      const { context, page, signIn } = await enter(member("ana"), { viewport, colorScheme: theme, locale: language });
      const shot = async (name) => {
        await still(page);
        await page.screenshot({ path: `${values.out}/${name}-${theme}-${language}-${size}.png` });
      };
      await shot("sign-in");
      await signIn();
      await shot("today");
      for (const [name, path] of Object.entries({
        accounts: "/accounts",
        account,
        notes: `${account}/notes`,
        opportunities: `${account}/opportunities`,
        cases: `${account}/cases`,
      })) {
        await page.goto(values.url + path);
        await page.locator("#main h1").waitFor();
        await shot(name);
      }
      if (theme === "light" && language === "en" && size === "desk") {
        await page.goto(`${values.url}${account}/notes`);
        await note(page).waitFor();
        await still(page);
        await page.screenshot({ path: "docs/screenshot.png" });
      }
      await context.close();
    }
  }
}
await leave();
await browser.close();
const { size } = statSync("docs/screenshot.png");
if (size > readmeBytesMax) throw new Error(`docs/screenshot.png has ${size} bytes, more than ${readmeBytesMax}`);
console.log(`Pictures are in ${values.out} and docs/screenshot.png.`);
