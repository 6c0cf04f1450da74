/**
 * The browser of the tests: Chromium out of an npm package, so that nothing but the registry is needed.
 * `$CRM_BROWSER` names another one. Elsewhere than on linux-x64 the installed Chrome is used.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, type BrowserContext, chromium, type LaunchOptions } from "playwright-core";

const args = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const launchBrowser = (): Promise<Browser> => launched((found) => chromium.launch(found));

/** A browser whose profile is kept in a folder, as a member's own is; with a port, other tools may drive it too. */
export const launchProfile = (folder: string, port: number): Promise<BrowserContext> =>
  launched((found) =>
    chromium.launchPersistentContext(folder, {
      ...found,
      args: [...args, `--remote-debugging-port=${port}`],
      viewport: { width: 1360, height: 900 },
    }),
  );

async function launched<T>(start: (found: LaunchOptions) => Promise<T>): Promise<T> {
  const own = process.env["CRM_BROWSER"];
  if (own) {
    if (!existsSync(own)) throw new Error(`CRM_BROWSER=${own} does not exist: name the executable of a Chromium.`);
    return start({ executablePath: own, args });
  }
  if (process.platform === "linux" && process.arch === "x64") {
    const home = await unpacked();
    return start({
      executablePath: join(home, "chromium"),
      args,
      env: {
        ...process.env,
        LD_LIBRARY_PATH: [join(home, "al2023", "lib"), process.env["LD_LIBRARY_PATH"]].filter(Boolean).join(":"),
        FONTCONFIG_FILE: join(home, "fonts.conf"),
      },
    });
  }
  return start({ channel: "chrome", args }).catch(() => {
    throw new Error("The browser tests need Google Chrome here: install it, or name a Chromium by CRM_BROWSER.");
  });
}

/**
 * Unpacks the packaged browser once, with the libraries and fonts it brings. Three traps of the package: it leaves its
 * libraries packed unless told it is on Lambda; it takes whatever older copy lies in the temporary folder; and its
 * fonts.conf names a folder that is not there, at which Chromium dies at the first form control.
 */
async function unpacked(): Promise<string> {
  const home = fileURLToPath(new URL("../../node_modules/.cache/chromium-153.0.0", import.meta.url));
  if (existsSync(home)) return home;

  // Test files may come here at the same time: each unpacks beside it, one rename wins.
  const own = `${home}.${process.pid}`;
  rmSync(own, { recursive: true, force: true });
  mkdirSync(own, { recursive: true });
  const before = { TMPDIR: process.env["TMPDIR"], AWS_LAMBDA_JS_RUNTIME: process.env["AWS_LAMBDA_JS_RUNTIME"] };
  Object.assign(process.env, { TMPDIR: own, AWS_LAMBDA_JS_RUNTIME: "nodejs24.x" });
  const { default: packaged } = await import("@sparticuz/chromium");
  await packaged.executablePath();
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  writeFileSync(
    join(own, "fonts.conf"),
    `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir>${home}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>${home}/font-cache</cachedir></fontconfig>\n`,
  );
  try {
    renameSync(own, home);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
  return home;
}
