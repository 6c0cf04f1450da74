/**
 * A real cell for a test: built client, workerd, D1 and Durable Objects in a state folder of its own, by the same
 * code that `npm start` runs.
 */
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { inject } from "vitest";
import { migrate, secret, startCell } from "../../scripts/lib/cell.mjs";
import { freePort } from "../../scripts/lib/ports.mjs";

export interface ServerOptions {
  /** Demo sign-in and its mail page; on unless false. */
  readonly demo?: boolean;
  /** With the demo organisation in it, as `npm start` loads it. */
  readonly loaded?: boolean;
  /** A cell of wrangler.toml (`eu`, `us`, `apac`); without it the local cell. */
  readonly cell?: string;
  /** Variables over those of wrangler.toml, such as `{ HOME: "eu", CELLS: "us=http://localhost:9001" }`. */
  readonly vars?: Readonly<Record<string, string>>;
  /** For cells that must know each other's address before they start; without it any free port. */
  readonly port?: number;
}

export interface Server {
  readonly url: string;
  readonly port: number;
  readonly stateDir: string;
  /** What the cell printed of warnings and errors, its last part. */
  log(): string;
  secret(name: string): string | null;
  /** SIGKILL to everything that belongs to the cell, as a power cut would. The state stays; `restart` picks it up. */
  kill(): Promise<void>;
  /** Starts again on the same state and port. */
  restart(): Promise<void>;
  /** Fires the Worker's cron as the platform would. */
  cron(): Promise<void>;
  /** Stops the cell and removes its state. */
  stop(): Promise<void>;
}

export { freePort };

export async function startServer(options: ServerOptions = {}): Promise<Server> {
  const stateDir = mkdtempSync(join(tmpdir(), "baton-cell-"));
  const port = options.port ?? (await freePort());
  cpSync(options.loaded ? await loadedState() : await emptyState(options.cell), stateDir, { recursive: true });

  const begin = async () => {
    const started = await startCell({
      stateDir,
      port,
      demo: options.demo !== false,
      env: options.cell,
      vars: { ...options.vars },
      readyMs: 60_000,
    });
    if (started.health.ok) return started;
    await started.stop();
    throw new Error(`The cell is not healthy: ${started.health.status} ${started.health.body}\n${started.log()}`);
  };
  let cell = await begin();
  return {
    url: cell.url,
    port,
    stateDir,
    log: () => cell.log(),
    secret: (name) => secret(stateDir, name),
    kill: () => cell.kill(),
    restart: async () => {
      await cell.stop();
      cell = await begin();
    },
    cron: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/cdn-cgi/local/scheduled?cron=*/5+*+*+*+*`);
      if (!answer.ok) throw new Error(`cron answered ${answer.status}: ${await answer.text()}`);
    },
    stop: async () => {
      await cell.stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

/** A state folder with the schema and nothing in it, to copy from. */
export const emptyState = (cell: string | undefined): Promise<string> =>
  made(`empty-${cell ?? "local"}`, async (stateDir) => {
    const error = await migrate(stateDir, cell);
    if (error) throw new Error(`The migrations failed:\n${error}`);
  });

const loadedState = (): Promise<string> =>
  made("loaded", async (stateDir) => {
    cpSync(await emptyState(undefined), stateDir, { recursive: true });
    const cell = await startCell({ stateDir, port: await freePort(), demo: true, env: undefined, readyMs: 60_000 });
    const load = fileURLToPath(new URL("../../scripts/load-demo.mjs", import.meta.url));
    await promisify(execFile)(process.execPath, [load, "--url", cell.url]);
    await cell.stop();
  });

/** A state folder to copy from: made once in a run, by the test file that first asks; the others wait for it. */
async function made(name: string, make: (stateDir: string) => Promise<void>): Promise<string> {
  const folder = join(inject("statesDir"), name);
  for (;;) {
    if (existsSync(folder)) return folder;
    try {
      mkdirSync(`${folder}.making`);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    try {
      await make(`${folder}.making`);
      renameSync(`${folder}.making`, folder);
    } catch (error) {
      rmSync(`${folder}.making`, { recursive: true, force: true });
      throw error;
    }
  }
}
