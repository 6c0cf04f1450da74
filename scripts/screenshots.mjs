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
const seller = items.find((member) => member.base === "seller") ?? items[0];
mkdirSync(values.out, { recursive: true });

for (const theme of ["light", "dark"]) {
  for (const language of ["en", "zh-CN"]) {
    for (const [size, viewport] of Object.entries(sizes)) {
      const context = await browser.newContext({
        viewport,
        colorScheme: theme,
        locale: language,
        serviceWorkers: "block",
      });
      const page = await context.newPage();
      await page.addInitScript((locale) => localStorage.setItem("baton.locale", locale), language);
      const shot = async (name) => {
        await page.waitForTimeout(400); // fonts and the first page of data
        await page.screenshot({ path: `${values.out}/${name}-${theme}-${language}-${size}.png` });
      };
      await page.goto(`${values.url}/sign-in`);
      await page.locator("main li button").first().waitFor();
      await shot("sign-in");
      await page.locator("button", { hasText: seller.name }).first().click();
      await page.locator("#main h1").waitFor();
      await page.goto(`${values.url}/accounts`);
      const first = page.locator('[role="row"][aria-rowindex="2"] a');
      await first.waitFor();
      await shot("accounts");
      const account = await first.getAttribute("href");
      await page.goto(`${values.url}/`);
      await page.locator("#main h1").waitFor();
      await shot("today");
      for (const tab of ["", "/notes", "/opportunities"]) {
        await page.goto(values.url + account + tab);
        await page.locator("#main h1").waitFor();
        await shot(`account${tab.replace("/", "-")}`);
      }
      if (theme === "light" && language === "en" && size === "desk") {
        await page.goto(values.url + account);
        await page.locator("#main h1").waitFor();
        await page.waitForTimeout(400);
        await page.screenshot({ path: "docs/screenshot.png" });
      }
      await context.close();
    }
  }
}
await browser.close();
const { size } = statSync("docs/screenshot.png");
if (size > readmeBytesMax) throw new Error(`docs/screenshot.png has ${size} bytes, more than ${readmeBytesMax}`);
console.log(`Pictures are in ${values.out} and docs/screenshot.png.`);
