/** `npm run crm -- <verb>`: the command line on the public API (scripts/crm/main.ts) in the packaged Node. */
import { ensureInstall, root } from "./lib/ensure-install.mjs";

await ensureInstall();
const { start } = await import("./lib/run.mjs");
const child = start("node", [`${root}scripts/crm/main.ts`, ...process.argv.slice(2)], {
  cwd: process.cwd(),
  stdio: "inherit",
});
child.on("exit", (code) => process.exit(code ?? 1));
