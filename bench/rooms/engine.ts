/**
 * The rooms that are compared, each in a workerd of its own, all reached at the runtime's own port: the same hops for
 * all. State is on disk.
 */
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { build } from "vite";
import { unstable_splitSqlQuery as statementsOf } from "wrangler";
import { peopleRows } from "../../demo/people.ts";
import { makeId } from "../../shared/kernel/id.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { peersOf } from "../lib/peers.ts";
import { documentWire, isAsked, type Wire } from "./wire.ts";

export type Name = "raw" | "raw + row" | "y-partyserver" | "hocuspocus" | "baton";
interface Counts {
  readonly made: number;
  readonly rows: number;
}
/** A document to write in, new and empty. */
export interface Place {
  readonly url: string;
  readonly wire: Wire;
  readonly headers: Readonly<Record<string, string>>;
  /** Of a room of ours: how often it was made, and, once asked with `rows`, what those made since have written. */
  readonly counts?: (rows?: boolean) => Promise<Counts>;
  /** Takes the object out of memory, as after ten idle seconds. */
  readonly evict: () => Promise<void>;
}
export interface Subject {
  readonly name: Name;
  /** False: it hands on what comes and knows no document. */
  readonly keeps: boolean;
  readonly place: () => Promise<Place>;
}
export interface Engine {
  readonly subjects: readonly Subject[];
  readonly of: (name: Name) => Subject;
  readonly stop: () => Promise<void>;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const date = "2026-10-01";

/** One file that workerd runs; what a peer imports comes from the peers' folder. */
async function bundle(name: string, outDir: string, peers: readonly string[]): Promise<string> {
  const entry = here(`peers/${name}.mjs`);
  const names = [...peers, "yjs", "lib0", "y-protocols"];
  await build({
    configFile: false,
    logLevel: "error",
    root: here("."),
    publicDir: false,
    plugins: [
      {
        name: "peers",
        enforce: "pre",
        resolveId(source) {
          const isPeer = name !== "baton" && names.some((one) => source === one || source.startsWith(`${one}/`));
          return isPeer ? this.resolve(source, join(peersOf("rooms"), "entry.mjs"), { skipSelf: true }) : null;
        },
      },
    ],
    resolve: { conditions: ["workerd", "worker", "module", "import", "production"] },
    ssr: { noExternal: true, target: "webworker" },
    define: { "process.env.NODE_ENV": '"production"' },
    build: {
      ssr: entry,
      outDir: join(outDir, name),
      target: "es2023",
      minify: false,
      rolldownOptions: {
        external: [/^cloudflare:/, /^node:/],
        output: { format: "es", entryFileNames: "worker.js" },
      },
    },
  });
  return join(outDir, name, "worker.js");
}

interface Running {
  readonly url: string;
  readonly runtime: Miniflare;
}
async function run(name: string, script: string, folder: string, options: object): Promise<Running> {
  const persist = join(folder, `${name} state`);
  mkdirSync(persist);
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      defaultPersistRoot: persist,
      unsafeInspectDurableObjects: true,
      workers: [
        {
          name,
          modules: [{ type: "ESModule", path: script }],
          modulesRoot: dirname(script),
          compatibilityDate: date,
          compatibilityFlags: ["nodejs_compat"],
          unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
          ...options,
        },
      ],
    } as never),
  );
  await runtime.ready;
  return { runtime, url: String(await runtime.unsafeGetDirectURL(name)).replace(/\/$/, "") };
}

const object = (className: string) => ({ className, useSQLite: true });

export async function startEngine(peers: readonly string[]): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), "baton-rooms-"));
  const running: Running[] = [];
  const begin = async (name: string, options: object): Promise<Running> => {
    const one = await run(name, await bundle(name, folder, peers), folder, options);
    running.push(one);
    return one;
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(({ runtime }) => runtime.dispose()));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const raw = await begin("raw", { durableObjects: { RAW: object("Raw"), ROW: object("RawRow") } });
    const party = await begin("y-partyserver", { durableObjects: { Party: object("Party") } });
    const pad = await begin("hocuspocus", { durableObjects: { PAD: object("Pad") } });
    const ours = await begin("baton", {
      durableObjects: { ROOM: object("AccountRoom"), HUB: object("Hub") },
      d1Databases: { DB: "DB" },
      r2Buckets: { SEGMENTS: "SEGMENTS" },
      bindings: {
        CELL: "local",
        HOME: "local",
        CELLS: "",
        EPOCH: "1",
        JURISDICTION: "",
        DEMO: "1",
        AUTH_SECRET: randomBytes(32).toString("hex"),
        CURSOR_KEY: randomBytes(32).toString("base64"),
      },
    });
    const plain = (
      { runtime, url }: Running,
      worker: string,
      className: string,
      path: string,
      wireOf: (name: string) => Wire,
      webSockets: "hibernate" | "close" = "hibernate",
    ) => {
      return (): Promise<Place> => {
        const name = randomUUID();
        return Promise.resolve({
          url: `${url.replace("http", "ws")}${path}${name}`,
          wire: wireOf(name),
          headers: {},
          evict: () => runtime.unsafeEvictDurableObject(worker, className, { name, webSockets }),
        });
      };
    };
    const subjects: Subject[] = [
      { name: "raw", keeps: false, place: plain(raw, "raw", "Raw", "/raw/", () => documentWire.raw) },
      { name: "raw + row", keeps: false, place: plain(raw, "raw", "RawRow", "/row/", () => documentWire.raw) },
      {
        name: "y-partyserver",
        keeps: true,
        place: plain(party, "y-partyserver", "Party", "/parties/party/", () => documentWire.party),
      },
      {
        name: "hocuspocus",
        keeps: true,
        place: plain(pad, "hocuspocus", "Pad", "/", (name) => documentWire.hocuspocus(name), "close"),
      },
      { name: "baton", keeps: true, place: await cell(ours) },
    ];
    return {
      subjects,
      of(name) {
        const found = subjects.find((subject) => subject.name === name);
        if (!found) throw new Error(`no ${name}`);
        return found;
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The demo's members; each place is a scratch section of an account of its own, opened by a signed-in seller. */
async function cell({ runtime, url }: Running): Promise<() => Promise<Place>> {
  const db = await runtime.getD1Database("DB");
  for (const file of readdirSync(here("../../migrations"))
    .filter((name) => name.endsWith(".sql"))
    .sort())
    // prettier-ignore
    for (const statement of statementsOf(readFileSync(here(`../../migrations/${file}`), "utf8"))) await db.prepare(statement).run();
  const json = { origin: url, "content-type": "application/json" };
  const post = async (path: string, body: unknown, headers = {}): Promise<Response> => {
    const answer = await fetch(url + path, {
      method: "POST",
      headers: { ...json, ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  await post("/api/demo/bootstrap", { people: peopleRows() });
  const cookie = (await post("/api/auth/demo", { member: "ana" })).headers.getSetCookie()[0]?.split(";")[0] ?? "";
  const newId = (kind: string): string => makeId("local", kind, randomBytes(13));
  return async () => {
    const [account, section, id] = [newId("acc"), newId("sec"), randomUUID()];
    const fields = { title: "Pad", sectionKind: "scratch", group: "shared" };
    const muts = [
      { name: "account.create@1", args: { id: account, anchor: account, fields: { name: "Initech" } } },
      { name: "section.create@1", args: { id: section, anchor: account, compartment: "core", fields } },
    ].map((mutation, index) => ({ ...mutation, n: index + 1, at: Date.now() }));
    const pushed = await post("/sync/push", { v: protocolVersion, device: id, client: id, seen: 0, muts }, { cookie });
    const { results } = (await pushed.json()) as { results: readonly { ok: boolean }[] };
    if (!results.every(({ ok }) => ok)) throw new Error("no section");
    return {
      url: `${url.replace("http", "ws")}/rooms/${account}`,
      wire: documentWire.hocuspocus(`${section}.1`, isAsked),
      headers: { cookie, origin: url },
      counts: async (rows = false) =>
        (await fetch(`${url}/counts/${account}${rows ? "/rows" : ""}`)).json() as Promise<Counts>,
      evict: () => runtime.unsafeEvictDurableObject("baton", "AccountRoom", { name: account, webSockets: "hibernate" }),
    };
  };
}
