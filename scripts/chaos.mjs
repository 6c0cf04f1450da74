/** `npm run chaos -- [kills|trace|idle|slow|frames] [--kills N] [--seed S]`: what tests/chaos does to a real cell, in the packaged Node. */
import { ensureInstall, root } from "./lib/ensure-install.mjs";

await ensureInstall();
const { run } = await import("./lib/run.mjs");
const { code } = await run("node", [`${root}tests/chaos/run.ts`, ...process.argv.slice(2)], {
  show: true,
  cwd: process.cwd(),
});
process.exit(code);
