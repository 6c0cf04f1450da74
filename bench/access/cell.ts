/** A whole cell in workerd with an organisation of any size, its rows made by SQL: for counting what D1 reads. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { request, type IncomingHttpHeaders } from "node:http";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
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
interface Sent extends Answer {
  readonly status: number;
  readonly rowsWritten: number;
  /** Bodies as they went over the wire. */
  readonly bytesUp: number;
  readonly bytesDown: number;
}
export interface Cell {
  /** SQL straight into the cell's D1, each statement by itself. */
  sql(...statements: readonly string[]): Promise<void>;
  rows<T>(statement: string): Promise<readonly T[]>;
  /** The same, with the rows that D1 read for it. */
  counted<T>(statement: string): Promise<{ readonly results: readonly T[]; readonly rowsRead: number }>;
  /** One request of a member (by handle), with what it cost. */
  ask(as: string, path: string, body?: unknown): Promise<Answer>;
  /** The same over a plain connection: what goes over the wire, compressed, is counted. */
  send(as: string, path: string, body: unknown): Promise<Sent>;
  stop(): Promise<void>;
}

interface Bindings {
  readonly DB: {
    prepare(sql: string): {
      all<T>(): Promise<{ readonly results: readonly T[]; readonly meta: { readonly rows_read: number } }>;
      run(): Promise<unknown>;
    };
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
    async counted<T>(statement: string) {
      const { results, meta } = await DB.prepare(statement).all<T>();
      return { results, rowsRead: meta.rows_read };
    },
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
    async send(as, path, body) {
      const text = JSON.stringify(body);
      const cookie = await cookieOf(as);
      const { status, answer, raw } = await new Promise<{ status: number; answer: IncomingHttpHeaders; raw: Buffer }>(
        (done, fail) => {
          const all = { ...headers, cookie, "x-measure": "1", "accept-encoding": "gzip" };
          const asked = request(new URL(path, url), { method: "POST", headers: all, agent: false }, (got) => {
            const parts: Buffer[] = [];
            got.on("data", (part: Buffer) => parts.push(part));
            got.on("error", fail);
            got.on("end", () => done({ status: got.statusCode ?? 0, answer: got.headers, raw: Buffer.concat(parts) }));
          });
          asked.on("error", fail);
          asked.end(text);
        },
      );
      const count = (name: string): number => Number(answer[`x-d1-${name}`] ?? Number.NaN);
      return {
        status,
        text: (answer["content-encoding"] === "gzip" ? gunzipSync(raw) : raw).toString("utf8"),
        bytesUp: Buffer.byteLength(text),
        bytesDown: raw.length,
        rowsRead: count("rows-read"),
        rowsWritten: count("rows-written"),
        queries: count("queries"),
      };
    },
    stop: () => harness.close(),
  };
}
