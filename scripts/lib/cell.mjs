/**
 * One local cell: its secrets, its schema, its `wrangler dev`. `npm start` and the browser tests start cells by this
 * same code, so what is tested is what is run.
 */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./ensure-install.mjs";
import { run, start, stop } from "./run.mjs";

/**
 * Secrets of a local cell, made once and kept in its state folder, readable only by their owner. By a file, since
 * arguments can be read by every process on the machine.
 */
function secretsFile(stateDir) {
  mkdirSync(stateDir, { recursive: true });
  const file = join(stateDir, "secrets.env");
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const lines = [
      `AUTH_SECRET="${randomBytes(48).toString("base64url")}"`,
      `CURSOR_KEY="${randomBytes(32).toString("base64")}"`,
      `SIGNING_KEY='${JSON.stringify(privateKey.export({ format: "jwk" }))}'`,
    ];
    writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600, flag: "wx" });
  }
  return file;
}

/** One secret out of the file, for the scripts that act as the cell's operator. */
export function secret(stateDir, name) {
  return readFileSync(secretsFile(stateDir), "utf8").match(new RegExp(`^${name}=["'](.*)["']$`, "m"))?.[1] ?? null;
}

/**
 * Brings the local D1 to the newest schema. Resolves with null, or with what was said if it failed.
 * Asking costs seconds, so a mark remembers what was applied; should the mark be wrong, the cell's health
 * says so, and the caller removes it.
 */
export async function migrate(stateDir, env) {
  const files = existsSync(`${root}migrations`)
    ? readdirSync(`${root}migrations`).filter((name) => name.endsWith(".sql"))
    : [];
  const now = files.sort().join("\n");
  const mark = migrationsMark(stateDir);
  if (existsSync(mark) && readFileSync(mark, "utf8") === now) return null;
  const args = [`${root}scripts/lib/migrate.mjs`, stateDir, ...(env ? [env] : [])];
  const { code, output } = await run("node", args);
  if (code !== 0) return output;
  writeFileSync(mark, now);
  return null;
}
export const migrationsMark = (stateDir) => join(stateDir, "migrated.txt");

/**
 * Starts `wrangler dev` and waits until the cell answers for itself.
 * Resolves with `{url, child, health, log(), stop(), kill()}`; `health` is the last answer of /api/health, and not ok
 * if the cell did not become healthy within `readyMs`.
 */
export async function startCell({ stateDir, port, demo, env, vars = {}, readyMs = 30_000 }) {
  // workerd throws when it is asked for a jurisdiction; there is none on one machine.
  const allVars = { JURISDICTION: "", ...vars, ...(demo ? { DEMO: "1" } : {}) };
  const child = start("wrangler", [
    "dev",
    ...envArgs(env),
    ...["--ip", "127.0.0.1", "--port", String(port), "--inspector-port", "0"],
    ...["--persist-to", stateDir, "--env-file", secretsFile(stateDir)],
    ...["--show-interactive-dev-session=false", "--log-level", "warn"],
    ...Object.entries(allVars).flatMap(([name, value]) => ["--var", `${name}:${value}`]),
  ]);
  // The end of what it printed, for the one who must find out why it fell; a chatty Worker can't fill memory.
  let log = "";
  const keep = (bytes) => (log = (log + bytes).slice(-20_000));
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const ended = new Promise((resolve) => child.on("exit", resolve));

  const url = `http://localhost:${port}`;
  const health = await untilHealthy(`http://127.0.0.1:${port}`, child, readyMs);
  return {
    url,
    child,
    health,
    ended,
    log: () => log,
    stop: () => stop(child),
    kill: () => stop(child, { signal: "SIGKILL", graceMs: 0 }),
  };
}

async function untilHealthy(base, child, readyMs) {
  const deadline = Date.now() + readyMs;
  let last = { ok: false, status: 0, body: "no answer" };
  while (Date.now() < deadline && child.exitCode === null) {
    try {
      const answer = await fetch(`${base}/api/health`, { signal: AbortSignal.timeout(5000) });
      last = { ok: answer.ok, status: answer.status, body: await answer.text() };
      // 503 with a reason is the cell's own word (half-migrated schema); waiting changes nothing.
      if (answer.ok || answer.status === 503) return last;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return last;
}

const envArgs = (env) => (env ? ["--env", env] : []);
