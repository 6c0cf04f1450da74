/** `npm run bench -- [suite] [--full] [--json FILE]`: the measurements of bench/ in the packaged Node. */
import { ensureInstall, root } from "./lib/ensure-install.mjs";

await ensureInstall();
const { run } = await import("./lib/run.mjs");
const { code } = await run("node", [`${root}bench/run.ts`, ...process.argv.slice(2)], {
  show: true,
  cwd: process.cwd(),
});
process.exit(code);
