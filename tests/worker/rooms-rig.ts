/** An organisation of four, an account with sections, and a socket that keeps every byte it gets. All real: D1, policy, room. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { Hono } from "hono";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { makeId, orgAnchor } from "../../shared/kernel/id.ts";
import { mac, sha256 } from "../../worker/auth/secrets.ts";
import type { AppEnv } from "../../worker/context.ts";
import { guardOrigin } from "../../worker/http/origin.ts";
import { roomRoutes, roomSockets } from "../../worker/rooms/routes.ts";

const cell = env.CELL;
export const origin = "https://baton.test";
const app = new Hono<AppEnv>().use(guardOrigin).route("/api", roomRoutes).route("/", roomSockets);
export const fetchApp = async (request: Request): Promise<Response> => app.fetch(request, env, createExecutionContext()); // prettier-ignore
let drawn = 0;
/** Ids that say in which order they were made; real ones are random. */
export function newId(kind: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(13));
  bytes[0] = drawn++ & 255;
  return makeId(cell, kind, bytes);
}

export interface Org {
  readonly account: string;
  readonly members: { readonly ana: string; readonly bo: string; readonly sam: string; readonly mal: string };
  /** notes: all of sales and support may read; desk: support only; pad: scratch. */
  readonly sections: { readonly notes: string; readonly desk: string; readonly pad: string };
}

const run = (query: string, ...values: unknown[]): Promise<unknown> =>
  env.DB.prepare(query)
    .bind(...values)
    .run();
const stamp = { ver: 1, created_at: 1, created_by: "test", updated_at: 1 };
async function insert(table: string, row: Record<string, unknown>): Promise<void> {
  const names = Object.keys(row);
  await run(
    `INSERT INTO "${table}" (${names.map((name) => `"${name}"`).join(", ")}) VALUES (${names.map(() => "?").join(", ")})`,
    ...Object.values(row),
  );
}

/** Ana owns the account, Bo is on its team, Sam supports its region (reads), Mal sells elsewhere (sees nothing). */
export async function makeOrg(): Promise<Org> {
  const [team, region, elsewhere] = [newId("tea"), newId("reg"), newId("reg")];
  const members = { ana: newId("mem"), bo: newId("mem"), sam: newId("mem"), mal: newId("mem") };
  const bases = { ana: "seller", bo: "seller", sam: "support", mal: "seller" } as const;
  const account = newId("acc");
  const sections = { notes: newId("sec"), desk: newId("sec"), pad: newId("sec") };
  await env.DB.prepare(
    `INSERT OR IGNORE INTO "policy" ("version", "body", "author", "why", "at") VALUES (1, ?, 'test', 'test', 1)`,
  )
    .bind(JSON.stringify(shippedPolicy))
    .run();
  for (const name of ["ana", "bo", "sam", "mal"] as const) {
    const inside = name === "bo" || name === "ana";
    await insert("member", {
      ...stamp, id: members[name], anchor: orgAnchor(cell), compartment: "core", name: `Name of ${name}`, handle: members[name], base: bases[name],
      duties: "[]", teams: JSON.stringify(inside ? [team] : []), regions: JSON.stringify([name === "mal" ? elsewhere : region]), employment: "active",
    }); // prettier-ignore
    await insert("auth_user", {
      id: members[name],
      name,
      email: `${members[name]}@baton.test`,
      email_verified: 1,
      created_at: 1,
      updated_at: 1,
    });
    await startSession(members[name], `${members[name]}-1`);
  }
  await insert("account", { ...stamp, id: account, anchor: account, compartment: "core", name: "Globex" });
  await insert("anchor", { id: account, owner: members.ana, team, region, restricted: 0, ver: 1 });
  const kinds = {
    notes: ["shared", "core", "shared"],
    desk: ["internal:service", "service", "internal"],
    pad: ["scratch", "core", "shared"],
  } as const;
  for (const name of ["notes", "desk", "pad"] as const) {
    const [section_kind, compartment, group] = kinds[name];
    await insert("section", {
      ...stamp,
      id: sections[name],
      anchor: account,
      compartment,
      title: `Title of ${name}`,
      section_kind,
      gen: 1,
      schema: 1,
      group,
    });
  }
  return { account, members, sections };
}

export async function startSession(member: string, session: string): Promise<void> {
  await insert("auth_session", {
    id: session,
    user_id: member,
    token: `token-${session}`,
    expires_at: Date.now() + 3_600_000,
    created_at: 1,
    updated_at: 1,
  });
}
export const sql = run;

export async function cookie(session: string): Promise<string> {
  const signature = btoa(String.fromCharCode(...(await mac(env.AUTH_SECRET, `token-${session}`))));
  return `__Host-baton=${encodeURIComponent(`token-${session}.${signature}`)}`;
}
export async function ask(path: string, session: string | null, body?: unknown): Promise<Response> {
  const headers: Record<string, string> = { origin, ...(session === null ? {} : { cookie: await cookie(session) }) };
  if (body === undefined) return fetchApp(new Request(`${origin}${path}`, { headers }));
  headers["content-type"] = "application/json";
  return fetchApp(new Request(`${origin}${path}`, { method: "POST", headers, body: JSON.stringify(body) }));
}
export async function makeApiToken(member: string, capabilities: readonly string[]): Promise<string> {
  const token = `baton_${newId("tok").slice(-20)}${newId("tok").slice(-20)}`;
  await insert("api_token", {
    id: newId("tok"),
    member,
    name: "test",
    hash: await sha256(token),
    capabilities: JSON.stringify(capabilities),
    created_at: 1,
    expires_at: Date.now() + 3_600_000,
  });
  return token;
}

export const hex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** A raw client. It trusts nothing and forgets nothing. */
export class Spy {
  readonly frames: Uint8Array[] = [];
  closed: number | null = null;
  /** Whether it says that it has read what it gets, as every client does. */
  reads = true;
  private readonly ws: WebSocket;
  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.binaryType = "arraybuffer";
    ws.addEventListener("message", ({ data }) => {
      if (!(data instanceof ArrayBuffer)) return;
      const frame = new Uint8Array(data);
      this.frames.push(frame);
      if (frame.length === 1 && frame[0] === 9 && this.reads) this.raw(new Uint8Array([10]));
    });
    ws.addEventListener("close", ({ code }) => {
      this.closed = code;
    });
    ws.accept();
  }
  raw(bytes: Uint8Array | string): void {
    this.ws.send(bytes);
  }
  send(address: string, type: number, body: (to: encoding.Encoder) => void = () => undefined): void {
    this.raw(
      encoding.encode((to) => {
        encoding.writeVarString(to, address);
        encoding.writeVarUint(to, type);
        body(to);
      }),
    );
  }
  auth(address: string, token = ";schema=1"): void {
    this.send(address, 2, (to) => {
      encoding.writeVarUint(to, 0);
      encoding.writeVarString(to, token);
    });
  }
  sync(address: string, step: 0 | 1 | 2, bytes: Uint8Array, type = 0): void {
    this.send(address, type, (to) => {
      encoding.writeVarUint(to, step);
      encoding.writeVarUint8Array(to, bytes);
    });
  }
  present(address: string, client: number, clock: number, state: unknown): void {
    const update = encoding.encode((to) => {
      for (const n of [1, client, clock]) encoding.writeVarUint(to, n);
      encoding.writeVarString(to, JSON.stringify(state));
    });
    this.send(address, 1, (to) => encoding.writeVarUint8Array(to, update));
  }
  close(): void {
    this.ws.close(1000);
  }
  /** Everything received as text, for canaries. */
  get heard(): string {
    return this.frames.map((frame) => new TextDecoder("latin1").decode(frame)).join("\n");
  }
  /** Waits for a frame that passes; says what came instead when none does. */
  async until(passes: (frame: Uint8Array) => boolean, what = "a frame"): Promise<Uint8Array> {
    for (let tries = 0; tries < 500; tries++) {
      const found = this.frames.find(passes);
      if (found) return found;
      await new Promise((done) => setTimeout(done, 10));
    }
    throw new Error(`no ${what} among ${this.frames.map(hex).join(" ")}; closed ${this.closed}`);
  }
  async untilClosed(): Promise<number> {
    for (let tries = 0; tries < 500 && this.closed === null; tries++) await new Promise((done) => setTimeout(done, 10));
    return this.closed ?? 0;
  }
}

export async function connect(
  account: string,
  session: string | null,
  headers: Record<string, string> = {},
): Promise<Spy> {
  const sent = {
    upgrade: "websocket",
    origin,
    ...headers,
    ...(session === null ? {} : { cookie: await cookie(session) }),
  };
  const answer = await fetchApp(new Request(`${origin}/rooms/${account}`, { headers: sent }));
  if (!answer.webSocket) throw new Error(`no socket: ${answer.status} ${await answer.text()}`);
  return new Spy(answer.webSocket);
}

/** A caret as the editor sends it, at an item of this client's. */
export function caret(client: number): { readonly anchor: unknown; readonly head: unknown } {
  const place = { type: null, tname: "default", item: { client, clock: 3 }, assoc: -1 };
  return { anchor: place, head: { ...place, item: null } };
}
/** An update that types into the plain text of a scratch section. */
export function typing(text: string, doc = new Y.Doc()): Uint8Array {
  const before = Y.encodeStateVector(doc);
  doc.getText("plain").insert(doc.getText("plain").length, text);
  return Y.encodeStateAsUpdate(doc, before);
}
/** One that writes a paragraph of rich text. */
export function paragraph(text: string, name = "paragraph"): Uint8Array {
  const doc = new Y.Doc();
  const node = new Y.XmlElement(name);
  doc.getXmlFragment("default").insert(0, [node]);
  node.insert(0, [new Y.XmlText(text)]);
  return Y.encodeStateAsUpdate(doc);
}
