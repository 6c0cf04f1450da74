/** A whole cell in workerd with an organisation of any size, its rows made by SQL: for counting what D1 reads. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createTestHarness } from "wrangler";
import { peopleRows } from "../../demo/people.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
Object.assign(process.env, {
  CLOUDFLARE_CF_FETCH_ENABLED: "false", WRANGLER_SEND_METRICS: "false", WRANGLER_SEND_ERROR_REPORTS: "false",
  WRANGLER_WRITE_LOGS: "false", WRANGLER_LOG: "error",
}); // prettier-ignore

interface Answer {
  readonly text: string;
  readonly rowsRead: number;
  readonly queries: number;
}
export interface Cell {
  /** SQL straight into the cell's D1, each statement by itself. */
  sql(...statements: readonly string[]): Promise<void>;
  rows<T>(statement: string): Promise<readonly T[]>;
  /** One request of a member (by handle), with what it cost. */
  ask(as: string, path: string, body?: unknown): Promise<Answer>;
  stop(): Promise<void>;
}

interface Bindings {
  readonly DB: {
    prepare(sql: string): { all<T>(): Promise<{ readonly results: readonly T[] }>; run(): Promise<unknown> };
  };
}
/** The demo's twelve members and nothing else. */
export async function startOrganisation(): Promise<Cell> {
  mkdirSync(`${root}dist/web`, { recursive: true }); // wrangler wants the folder; nothing is asked of it here
  const harness = createTestHarness({
    root,
    workers: [
      {
        configPath: "wrangler.toml",
        vars: {
          DEMO: "1",
          AUTH_SECRET: randomBytes(32).toString("hex"),
          CURSOR_KEY: randomBytes(32).toString("base64"),
        },
      },
    ],
  });
  const { url } = await harness.listen();
  const worker = harness.getWorker<Bindings>();
  await worker.applyD1Migrations("DB" as never);
  const { DB } = await worker.getEnv();
  const headers = { origin: url.origin, "content-type": "application/json" };
  const post = (path: string, body: unknown) =>
    harness.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  const made = await post("/api/demo/bootstrap", { people: peopleRows() });
  if (!made.ok) throw new Error(`no organisation: ${made.status} ${await made.text()}`);
  const cookies = new Map<string, string>();
  const cookieOf = async (handle: string): Promise<string> => {
    const known = cookies.get(handle);
    if (known !== undefined) return known;
    const answer = await post("/api/auth/demo", { member: handle });
    const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
    if (cookie === undefined) throw new Error(`${handle} can't sign in: ${answer.status}`);
    cookies.set(handle, cookie);
    return cookie;
  };
  return {
    async sql(...statements) {
      for (const statement of statements) await DB.prepare(statement).run();
    },
    rows: async <T>(statement: string) => (await DB.prepare(statement).all<T>()).results,
    async ask(as, path, body) {
      const init = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
      const answer = await harness.fetch(path, {
        ...init,
        headers: { ...headers, cookie: await cookieOf(as), "x-measure": "1" },
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
      const header = (name: string): number => Number(answer.headers.get(name) ?? Number.NaN);
      return { text, rowsRead: header("x-d1-rows-read"), queries: header("x-d1-queries") };
    },
    stop: () => harness.close(),
  };
}
