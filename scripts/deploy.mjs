/** `npm run deploy -- --cell eu [--dry-run]`: one cell, schema first. The dry run works offline. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { ensureInstall, fail, root } from "./lib/ensure-install.mjs";

await ensureInstall();
const { buildWeb } = await import("./lib/build.mjs");
const { run } = await import("./lib/run.mjs");

const cells = [...readFileSync(`${root}wrangler.toml`, "utf8").matchAll(/^\[env\.(\w+)\]$/gm)].map(([, name]) => name);
const { cell, "dry-run": dryRun } = options();
if (!cells.includes(cell)) fail(`Say which cell: npm run deploy -- --cell ${cells.join("|")} [--dry-run]`, 2);

const buildError = await buildWeb();
if (buildError) fail(`The web client does not build:\n${buildError}`);

if (dryRun) {
  await wrangler(["deploy", "--dry-run", "--env", cell]);
  console.log(
    `The cell ${cell} would deploy. For real it needs an account on Workers Paid and the secrets AUTH_SECRET, CURSOR_KEY and, in the home cell, SIGNING_KEY.`,
  );
} else {
  const who = await run("wrangler", ["whoami"]);
  if (who.code !== 0 || /not authenticated/i.test(who.output))
    fail(
      "Nobody is signed in to Cloudflare: run `npx wrangler login`, or set CLOUDFLARE_API_TOKEN, and deploy again. The account must be on Workers Paid.",
      2,
    );
  const missing = await missingSecrets();
  if (missing.length > 0)
    fail(
      `The cell ${cell} lacks secrets: set each with \`npx wrangler secret put NAME --env ${cell}\` and deploy again. Missing: ${missing.join(", ")}.`,
      2,
    );
  await wrangler(["d1", "migrations", "apply", "DB", "--remote", "--env", cell]);
  await wrangler(["deploy", "--env", cell]);
  console.log(`The cell ${cell} is deployed.`);
}

function options() {
  try {
    return parseArgs({ options: { cell: { type: "string" }, "dry-run": { type: "boolean", default: false } } }).values;
  } catch (error) {
    return fail(`${error.message.split(".")[0]}. Use: npm run deploy -- --cell eu [--dry-run]`, 2);
  }
}

async function missingSecrets() {
  const { code, output } = await run("wrangler", ["secret", "list", "--env", cell, "--format", "json"]);
  const home = new RegExp(`^\\[env\\.${cell}\\.vars\\][^[]*?^HOME = "(\\w+)"`, "m").exec(
    readFileSync(`${root}wrangler.toml`, "utf8"),
  )?.[1];
  const needed = ["AUTH_SECRET", "CURSOR_KEY", ...(home === cell ? ["SIGNING_KEY"] : [])];
  return code === 0 ? needed.filter((name) => !output.includes(`"${name}"`)) : needed;
}

async function wrangler(args) {
  const { code, output } = await run("wrangler", args);
  if (code !== 0) fail(`wrangler ${args.join(" ")} failed:\n${output}`);
}
