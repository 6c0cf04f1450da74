/**
 * The first thing every command does. Written with what Node 20 knows, since straight after `git clone` there is
 * nothing else: install when the lock is newer than what is installed, then go on in the packaged Node 24.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, lstatSync, rmSync, statSync } from "node:fs";
import { constants } from "node:os";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const bin = (name) => `${root}node_modules/.bin/${name}`;

/** Prints one sentence and ends. 1 = refused or failed, 2 = wrong use or the machine lacks something. */
export function fail(sentence, code = 1) {
  console.error(sentence);
  process.exit(code);
}

function installed() {
  const mark = `${root}node_modules/.package-lock.json`;
  return (
    existsSync(mark) &&
    existsSync(bin("node")) &&
    statSync(mark).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs
  );
}

function install() {
  // `npm ci` empties node_modules, and through a link that would be somebody else's.
  if (lstatSync(`${root}node_modules`, { throwIfNoEntry: false })?.isSymbolicLink())
    fail("node_modules is a link to an older install: remove the link and run the command again.", 2);
  console.error("Installing from npm: about a minute the first time …");
  const npm = spawnSync("npm", ["ci"], { cwd: root, encoding: "utf8", stdio: ["ignore", "ignore", "pipe"] });
  if (npm.error)
    fail(`npm did not start (${npm.error.message}): install npm 10 or newer and run the command again.`, 2);
  if (npm.status === 0) return;
  // A broken tree must not pass for an installed one.
  rmSync(`${root}node_modules/.package-lock.json`, { force: true });
  const said = npm.stderr;
  if (/ENOSPC|no space left/i.test(said)) fail("The disk is full: free about 2 GB and run the command again.", 2);
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|ENOTCACHED/.test(said))
    fail(
      "The packages are not installed and the npm registry can't be reached: connect once and run the command again.",
      2,
    );
  fail(`npm ci failed: ${said.trim().split("\n")[0] || `status ${npm.status}`}. Run \`npm ci\` to see why.`, 2);
}

/**
 * Installs what is missing; returns in the packaged Node 24. Called from an older Node, it runs the same script in
 * the packaged one, passes signals on, and ends with its status.
 */
export async function ensureInstall() {
  if (Number(process.versions.node.split(".")[0]) < 20)
    fail(`Node ${process.versions.node} is too old: install Node 20 or newer.`, 2);
  if (!installed()) install();
  process.env.PATH = `${root}node_modules/.bin:${process.env.PATH}`;
  if (Number(process.versions.node.split(".")[0]) >= 24) return;
  const child = spawn(bin("node"), process.argv.slice(1), { stdio: "inherit", env: process.env });
  // The terminal sends Ctrl-C to both of us; the child decides when it is over.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  const [code, signal] = await new Promise((resolve) => child.on("exit", (...end) => resolve(end)));
  process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
}
