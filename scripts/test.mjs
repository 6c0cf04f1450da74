/** `npm test`: installs, builds, runs every project, and is content only when all of it ran and nothing is left running. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureInstall, fail } from "./lib/ensure-install.mjs";

await ensureInstall();
const { buildWeb } = await import("./lib/build.mjs");
const { onStop, start, stop } = await import("./lib/run.mjs");

const buildError = await buildWeb();
if (buildError) fail(`The web client does not build:\n${buildError}`);

const folder = mkdtempSync(join(tmpdir(), "baton-test-"));
const report = join(folder, "report.json");
// Every process of this run inherits the mark, so that what outlives it is found whatever group it is in.
const mark = `CRM_TEST_REPORT=${report}`;
const vitest = start(
  "vitest",
  ["run", "--reporter=default", "--reporter=./scripts/lib/all-ran.mjs", ...process.argv.slice(2)],
  {
    env: { CRM_TEST_REPORT: report },
    stdio: ["ignore", "inherit", "inherit"],
  },
);
const ended = new Promise((resolve) => vitest.on("exit", (code) => resolve(code ?? 1)));
onStop(() => stop(vitest));
const code = await ended;

/** @type {{ passed: number, failed: number, complaints: string[], flaky: string[] }} */
let { passed, failed, complaints, flaky } = {
  passed: 0,
  failed: 0,
  complaints: ["the test run ended without a report"],
  flaky: [],
};
try {
  ({ passed, failed, complaints, flaky } = JSON.parse(readFileSync(report, "utf8")));
} catch {
  // Said by the complaint above.
}
for (const { pid, command } of await leftRunning()) {
  complaints.push(`left running: ${command}`);
  process.kill(pid, "SIGKILL");
}
rmSync(folder, { recursive: true, force: true });
for (const name of flaky) console.error(`npm test: passed when it was tried again: ${name}`);
for (const complaint of complaints) console.error(`npm test: ${complaint}`);
console.log(`${passed} passed, ${failed + complaints.length} failed`);
process.exit(code === 0 && failed === 0 && complaints.length === 0 && passed > 0 ? 0 : 1);

/** Processes of this run that are still there after a second's grace. Only Linux tells. */
async function leftRunning() {
  const deadline = Date.now() + 3000;
  for (;;) {
    const found = processes().filter(({ environ }) => environ.includes(mark));
    if (found.length === 0 || Date.now() > deadline) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
function processes() {
  const found = [];
  let pids = [];
  try {
    pids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  } catch {
    return found;
  }
  for (const pid of pids) {
    try {
      const environ = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, 4).join(" ");
      found.push({ pid: Number(pid), environ, command });
    } catch {
      // Ended meanwhile, or not ours to look at.
    }
  }
  return found;
}
