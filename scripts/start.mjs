/**
 * `npm start`: from a fresh clone to a CRM that one can sign in to.
 * PORT (8787), CRM_STATE (.wrangler/state), CRM_DEMO=0 for an empty organisation.
 */
import { createHmac } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { ensureInstall, fail, root } from "./lib/ensure-install.mjs";
import { portIsFree, portOwner } from "./lib/ports.mjs";

await ensureInstall();
const { buildWeb } = await import("./lib/build.mjs");
const { migrate, migrationsMark, secret, startCell } = await import("./lib/cell.mjs");
const { onStop, run } = await import("./lib/run.mjs");

const diskBytesMin = 300_000_000; // the database, its log and a first demo load, with room to work
const cronEveryMs = 5 * 60_000; // as in wrangler.toml; `wrangler dev` never fires it by itself

const port = Number(process.env.PORT ?? 8787);
if (!Number.isInteger(port) || port < 1 || port > 65535)
  fail(`PORT=${process.env.PORT} is not a port: use a number from 1 to 65535.`, 2);
const stateDir = resolve(root, process.env.CRM_STATE ?? ".wrangler/state");
const demo = process.env.CRM_DEMO !== "0";

if (!(await portIsFree(port))) {
  const owner = portOwner(port);
  const holder = owner ? `process ${owner.pid} (${owner.command})` : "another process";
  fail(`Port ${port} is taken by ${holder}: stop it, or choose another port with PORT=${port + 1} npm start.`);
}
takeState();

const buildError = await buildWeb();
if (buildError) fail(`The web client does not build:\n${buildError}`);
const migrateError = await migrate(stateDir);
if (migrateError) failState(lastReason(migrateError));

const cell = await startCell({ stateDir, port, demo });
let stopping = false;
onStop(async () => {
  stopping = true;
  await cell.stop();
  process.exit(0);
});
if (!cell.health.ok) {
  await cell.stop();
  const broken = /SQLITE_(NOTADB|CORRUPT|FULL|IOERR)|database disk image is malformed|ENOSPC/.exec(cell.log());
  if (broken) failState(broken[0]);
  if (cell.health.status === 0) fail(`The cell did not start:\n${cell.log()}`);
  rmSync(migrationsMark(stateDir), { force: true });
  failState(`/api/health says ${cell.health.status}: ${cell.health.body.slice(0, 300)}`);
}
if (demo) await loadDemo();
console.log(
  demo ? `Baton is at ${cell.url} : choose one of the demo members to sign in. Ctrl-C stops it.` : await emptyLine(),
);

cell.child.stdout.pipe(process.stderr);
cell.child.stderr.pipe(process.stderr);
setInterval(tickCron, cronEveryMs);
await cell.ended;
if (!stopping) fail("The cell ended by itself; what it said stands above. Start it again with npm start.");

/** The demo organisation, by the product's own import; answers at once when it is there. */
async function loadDemo() {
  if (!existsSync(`${root}scripts/load-demo.mjs`)) return;
  const { code } = await run("node", [`${root}scripts/load-demo.mjs`, "--url", cell.url], { show: true });
  if (code === 0) return;
  await cell.stop();
  failState("the demo organisation could not be loaded (the reason stands above)");
}

/**
 * The line for an organisation without a demo. Nobody could be mailed yet, so the first admin comes in by a one-use
 * link that only the holder of the cell's own secret can ask for. Once there is an admin, the cell gives no link.
 */
async function emptyLine() {
  const proof = createHmac("sha256", secret(stateDir, "AUTH_SECRET") ?? "").update("baton deploy: claim link");
  const answer = await fetch(`http://127.0.0.1:${port}/api/claim/new`, {
    method: "POST",
    headers: { "x-deploy-secret": proof.digest("base64url"), "content-type": "application/json" },
    body: "{}",
  });
  if (!answer.ok) return `Baton is at ${cell.url} : sign in with a code by e-mail. Ctrl-C stops it.`;
  const { pathname, hash } = new URL((await answer.json()).url);
  return `Baton is at ${cell.url}${pathname}${hash} : this one-use link makes you the first admin. Ctrl-C stops it.`;
}

function tickCron() {
  // A tick that is missed while the cell is busy is made up for by the next one.
  fetch(`http://127.0.0.1:${port}/cdn-cgi/local/scheduled?cron=*/5+*+*+*+*`).catch(() => undefined);
}

/** One server per state folder: two would write the same database. */
function takeState() {
  try {
    mkdirSync(stateDir, { recursive: true });
    const disk = statfsSync(stateDir);
    if (disk.bavail * disk.bsize < diskBytesMin)
      fail(`The disk of ${stateDir} is nearly full: free 300 MB, or set CRM_STATE to a folder elsewhere.`, 2);
    const mark = join(stateDir, "server.pid");
    const other = existsSync(mark) ? Number(readFileSync(mark, "utf8")) : 0;
    if (other && other !== process.pid && isServer(other))
      fail(`${stateDir} is in use by process ${other}: stop it, or set CRM_STATE to another folder.`);
    writeFileSync(mark, String(process.pid));
    process.on("exit", () => rmSync(mark, { force: true }));
  } catch (error) {
    fail(`${stateDir} can't be written (${error.code ?? error.message}): set CRM_STATE to a folder of yours.`, 2);
  }
}
/** A pid is given anew after a reboot, so it counts only while it belongs to a start script. */
function isServer(pid) {
  try {
    process.kill(pid, 0);
    return !existsSync("/proc/self") || readFileSync(`/proc/${pid}/cmdline`, "utf8").includes("start.mjs");
  } catch {
    return false;
  }
}

function failState(reason) {
  if (/ENOSPC|SQLITE_FULL|disk is full/i.test(reason))
    fail(`The disk of ${stateDir} is full: free some space and start again.`, 2);
  fail(
    `The state folder ${stateDir} can't be used (${reason}): move it away with \`mv ${stateDir} ${stateDir}.old\` and start again, or set CRM_STATE to another folder.`,
  );
}
function lastReason(output) {
  const lines = stripVTControlCharacters(output)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? "no reason given";
}
