/** Running the installed tools, each in its own process group, so that stopping one stops all it started. */
import { spawn } from "node:child_process";
import { bin, root } from "./ensure-install.mjs";

/**
 * Wrangler calls home for `request.cf`, telemetry and error reports unless told not to; and it would keep a trace of
 * every request and query, addresses with them, in a database beside the cell's.
 */
const wranglerEnv = {
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_WRITE_LOGS: "false",
  WRANGLER_HIDE_BANNER: "true",
  X_LOCAL_OBSERVABILITY: "false",
  X_LOCAL_EXPLORER: "false",
  WRANGLER_REGISTRY_PATH: `${root}.wrangler/registry`,
  CI: "1",
};

/** Runs a tool to its end. Resolves with `{code, output}`; what it printed is kept, not shown, unless `show`. */
export function run(tool, args, { env = {}, show = false, cwd = root } = {}) {
  const child = start(tool, args, {
    env,
    cwd,
    stdio: show ? ["ignore", "inherit", "inherit"] : ["ignore", "pipe", "pipe"],
  });
  let output = "";
  child.stdout?.on("data", (bytes) => (output += bytes));
  child.stderr?.on("data", (bytes) => (output += bytes));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}

const running = new Set();

/** Starts a tool of node_modules/.bin as leader of its own process group. */
export function start(tool, args, { env = {}, cwd = root, stdio = ["ignore", "pipe", "pipe"] } = {}) {
  const child = spawn(bin(tool), args, { cwd, stdio, detached: true, env: { ...process.env, ...wranglerEnv, ...env } });
  running.add(child);
  child.on("exit", () => running.delete(child));
  return child;
}

/** Stops the child's whole process group: politely, then after `graceMs` for good. */
export async function stop(child, { signal = "SIGTERM", graceMs = 3000 } = {}) {
  signalGroup(child.pid, signal);
  const deadline = Date.now() + graceMs;
  while (groupIsAlive(child.pid) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50));
  signalGroup(child.pid, "SIGKILL");
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone already.
  }
}
function groupIsAlive(pid) {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Whatever ends this process (Ctrl-C, a bug, its own will), nothing that it started stays behind. */
process.on("exit", () => {
  for (const child of running) signalGroup(child.pid, "SIGKILL");
});

/** Calls `end` once on Ctrl-C, SIGTERM or a closed terminal. */
export function onStop(end) {
  let stopping = false;
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void end();
    });
}
