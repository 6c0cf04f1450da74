/** `npm run chaos -- [--kills N] [--seed S]`: kill -9 of a real cell under load, in the packaged Node. */
import { ensureInstall, root } from "./lib/ensure-install.mjs";

await ensureInstall();
const { run } = await import("./lib/run.mjs");
const { code } = await run("node", [`${root}tests/chaos/run.ts`, ...process.argv.slice(2)], {
  show: true,
  cwd: process.cwd(),
});
process.exit(code);
