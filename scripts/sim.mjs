/** `npm run sim -- [--seeds N] [--start S] [--json FILE]`: the simulated world of tests/sim in the packaged Node. */
import { ensureInstall, root } from "./lib/ensure-install.mjs";

await ensureInstall();
const { run } = await import("./lib/run.mjs");
const { code } = await run("node", [`${root}tests/sim/run.ts`, ...process.argv.slice(2)], {
  show: true,
  cwd: process.cwd(),
});
process.exit(code);
