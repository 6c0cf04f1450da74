/**
 * A cell that comes back quickly after a kill: the Worker is bundled once, and miniflare starts workerd again on the
 * same state folder as soon as it is dead. `npm start` has one more workerd before it, as a proxy, which stores nothing.
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";
import { unstable_getMiniflareWorkerOptions } from "wrangler";
import { migrate, secret } from "../../scripts/lib/cell.mjs";
import { freePort } from "../../scripts/lib/ports.mjs";
import { run } from "../../scripts/lib/run.mjs";

export interface Cell {
  readonly url: string;
  readonly stateDir: string;
  /** SIGKILL to workerd, at once. */
  kill(): void;
  /** Resolves when it answers again after a kill. */
  back(): Promise<void>;
  /** How often a room's object was made. */
  roomsMade(): number;
  /** What the Worker printed of errors, its last part. */
  log(): string;
  /** Stops it and removes its state. */
  stop(): Promise<void>;
}

/** `from` is a migrated state folder to copy; without it wrangler makes one, which takes seconds. */
export async function startCell(from?: string): Promise<Cell> {
  const stateDir = mkdtempSync(join(tmpdir(), "baton-chaos-"));
  const entry = fileURLToPath(new URL("../worker/counted.ts", import.meta.url));
  const built = join(stateDir, "worker");
  if (from) cpSync(from, stateDir, { recursive: true });
  const problem = await migrate(stateDir);
  mkdirSync(new URL("../../dist/web", import.meta.url), { recursive: true }); // wrangler asks for it; no page is served
  const { code, output } = await run("wrangler", ["deploy", entry, "--dry-run", "--minify", "--outdir", built]);
  if (problem !== null || code !== 0) throw new Error(problem ?? output);

  const { assets: _pages, ...worker } = unstable_getMiniflareWorkerOptions(
    fileURLToPath(new URL("../../wrangler.toml", import.meta.url)),
  ).workerOptions;
  const secrets = ["AUTH_SECRET", "CURSOR_KEY", "SIGNING_KEY"].map((name) => [name, secret(stateDir, name)]);
  const port = await freePort();
  const url = `http://localhost:${port}`;
  let log = "";
  let made = 0;
  let restarted: () => void = () => undefined;
  let restart = Promise.resolve();
  const started = new Miniflare(
    convertV4MiniflareOptions({
      host: "127.0.0.1",
      port,
      resourcePersistencePath: join(stateDir, "v3"), // where wrangler put the migrations
      log: new NoOpLog(),
      handleStructuredLogs: ({ message }) => {
        if (message.includes("room made")) made++;
        log = `${log}${message}\n`.slice(-20_000);
      },
      unsafeHandleRuntimeRestart: () => restarted(),
      workers: [
        {
          ...worker,
          name: "baton", // part of the objects' file names
          modules: [
            {
              type: "ESModule",
              path: join(built, "counted.js"),
              contents: readFileSync(join(built, "counted.js"), "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, ""),
            },
          ],
          modulesRoot: built,
          bindings: {
            ...(worker.bindings as Readonly<Record<string, string>>),
            DEMO: "1",
            ...Object.fromEntries(secrets),
          },
        },
      ],
    }),
  );
  await started.ready;
  return {
    url,
    stateDir,
    kill: () => {
      restart = new Promise((resolve) => (restarted = resolve));
      // The only workerd that this process starts.
      const found = execFileSync("pgrep", ["-P", String(process.pid), "-x", "workerd"], { encoding: "utf8" });
      for (const pid of found.trim().split("\n")) process.kill(Number(pid), "SIGKILL");
    },
    back: () => restart,
    roomsMade: () => made,
    log: () => log,
    stop: async () => {
      await started.dispose();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}
