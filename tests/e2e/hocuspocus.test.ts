/** The stock `@hocuspocus/provider` from npm, unchanged, against a running cell. */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as Y from "yjs";
import { call, demoSignIn } from "../../scripts/crm/api.ts";
import { makeId } from "../../shared/kernel/id.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { startServer, type Server } from "./server.ts";

let server: Server;
const cleanups: (() => void)[] = [];
beforeAll(async () => {
  server = await startServer({ loaded: true });
});
afterAll(async () => {
  for (const cleanup of cleanups) cleanup();
  await server.stop();
});

const newId = (kind: string): string => makeId("local", kind, randomBytes(13));
async function post<T>(path: string, cookie: string, body: unknown): Promise<T> {
  const headers = { cookie, origin: server.url, "content-type": "application/json" };
  const answer = await fetch(server.url + path, { method: "POST", headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as T;
}

/** The cookie of a demo member who sells. */
async function sellerCookie(): Promise<string> {
  const members = await call<{ items: { handle: string; base: string }[] }>(server.url, {}, "GET", "/api/demo/members");
  const seller = members.body.items.find(({ base }) => base === "seller");
  return (await demoSignIn(server.url, seller?.handle ?? "")).cookie ?? "";
}

/** An account of this member's own, with a scratch section and a rich one. */
async function makeAccount(cookie: string): Promise<{ account: string; pad: string; notes: string }> {
  const [account, pad, notes] = [newId("acc"), newId("sec"), newId("sec")];
  const section = (id: string, title: string, sectionKind: string) => ({
    id,
    anchor: account,
    compartment: "core",
    fields: { title, sectionKind, group: "shared" },
  });
  const muts = [
    { name: "account.create@1", args: { id: account, anchor: account, fields: { name: "Initech" } } },
    { name: "section.create@1", args: section(pad, "Pad", "scratch") },
    { name: "section.create@1", args: section(notes, "Notes", "shared") },
  ].map((mutation, index) => ({ ...mutation, n: index + 1, at: Date.now() }));
  const pushed = await post<{ results: { ok: boolean }[] }>("/sync/push", cookie, {
    v: protocolVersion,
    device: randomUUID(),
    client: randomUUID(),
    seen: 0,
    muts,
  });
  expect(pushed.results.map(({ ok }) => ok)).toEqual([true, true, true]);
  return { account, pad, notes };
}

type Polyfill = ConstructorParameters<typeof HocuspocusProviderWebsocket>[0]["WebSocketPolyfill"];
/** A browser sends its cookie and its page's address by itself; here they are put in. */
function asBrowser(cookie: string): Polyfill {
  return class extends WebSocket {
    constructor(url: string) {
      super(url, { headers: { cookie, origin: server.url } } as unknown as string[]);
    }
  };
}
function socket(account: string, polyfill: Polyfill = WebSocket): HocuspocusProviderWebsocket {
  const made = new HocuspocusProviderWebsocket({
    url: `${server.url.replace("http", "ws")}/rooms/${account}`,
    WebSocketPolyfill: polyfill,
  });
  cleanups.push(() => made.destroy());
  return made;
}
function provide(
  websocketProvider: HocuspocusProviderWebsocket,
  section: string,
  token: string | null,
): HocuspocusProvider {
  const provider = new HocuspocusProvider({ websocketProvider, name: `${section}.1`, document: new Y.Doc(), token });
  provider.attach();
  cleanups.push(() => provider.destroy());
  return provider;
}
async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (holds()) return;
    await new Promise((done) => setTimeout(done, 20));
  }
  throw new Error(`not so after 10 s: ${what}\n${server.log()}`);
}

describe("the stock provider", () => {
  it("[ROOM-1] edits a section with a ticket and with a cookie, several sections on one socket, and hears only of what it may", async () => {
    const cookie = await sellerCookie();
    const { account, pad, notes } = await makeAccount(cookie);
    const { ticket } = await post<{ ticket: string }>("/api/rooms/ticket", cookie, { accountId: account });

    const byTicket = provide(socket(account), pad, ticket);
    const line = socket(account, asBrowser(cookie));
    const [byCookie, rich, hidden] = [
      provide(line, pad, null),
      provide(line, notes, null),
      provide(line, newId("sec"), null),
    ];
    let refusals = 0;
    hidden.on("authenticationFailed", () => refusals++);
    await until(
      () => byTicket.synced && byCookie.synced && rich.isAuthenticated && refusals === 1,
      "both opened, the missing one refused",
    );
    expect([byTicket.authorizedScope, byCookie.authorizedScope, rich.authorizedScope]).toEqual([
      "read-write",
      "read-write",
      "readonly",
    ]);

    const [mine, theirs] = [byTicket.document.getText("plain"), byCookie.document.getText("plain")];
    for (let n = 0; n < 30; n++) {
      mine.insert(mine.length, `a${n} `);
      theirs.insert(0, `b${n} `);
    }
    await until(() => !byTicket.hasUnsyncedChanges && !byCookie.hasUnsyncedChanges, "everything acknowledged");
    await until(() => mine.toString() === theirs.toString() && mine.length === 220, "both texts equal");

    byTicket.setAwarenessField("user", { name: "Somebody else" });
    byTicket.setAwarenessField("at", 7);
    const seen = () => [...(byCookie.awareness?.getStates().values() ?? [])].find((state) => state["at"] === 7);
    await until(() => seen() !== undefined, "presence arrives");
    expect(seen()?.["user"]).not.toEqual({ name: "Somebody else" });
    byTicket.destroy();
    await until(() => seen() === undefined, "presence ends");
  });
});
