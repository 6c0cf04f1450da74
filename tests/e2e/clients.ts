/** Members without a browser: they write over HTTP and by the stock room provider, as integrations do. */
import { HocuspocusProvider, HocuspocusProviderWebsocket } from "@hocuspocus/provider";
import { randomBytes, randomUUID } from "node:crypto";
import { expect } from "vitest";
import * as Y from "yjs";
import { demoSignIn } from "../../scripts/crm/api.ts";
import { makeId } from "../../shared/kernel/id.ts";
import { sectionKinds, type SectionKind } from "../../shared/sections/kinds.ts";
import { currentSchema } from "../../shared/sections/number.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";

export const newId = (kind: string): string => makeId("local", kind, randomBytes(13));

export class Client {
  readonly url: string;
  readonly cookie: string;
  private readonly id = randomUUID();
  private sent = 0;

  private constructor(url: string, cookie: string) {
    this.url = url;
    this.cookie = cookie;
  }
  static async signIn(url: string, handle: string): Promise<Client> {
    return new Client(url, (await demoSignIn(url, handle)).cookie ?? "");
  }

  request(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.url + path, {
      method,
      headers: { cookie: this.cookie, origin: this.url, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    const answer = await this.request("GET", path);
    expect([path, answer.status]).toEqual([path, 200]);
    return (await answer.json()) as T;
  }
  async edit(path: string, fields: object): Promise<void> {
    const answer = await this.request("PATCH", path, fields);
    expect([path, answer.status, answer.ok ? "" : await answer.text()]).toEqual([path, answer.status, ""]);
  }

  /** What a device sends; the same numbers again are a repeat of it. */
  push(name: string, args: object, n = (this.sent += 1)): Promise<Response> {
    return this.request("POST", "/sync/push", {
      v: protocolVersion,
      device: this.id,
      client: this.id,
      seen: 0,
      muts: [{ n, name, args, at: Date.now() }],
    });
  }
  async mutate(name: string, args: object): Promise<void> {
    const answer = await this.push(name, args);
    expect(await answer.json()).toMatchObject({ results: [{ ok: true }] });
  }
  async makeSection(account: string, kind: SectionKind, title: string): Promise<string> {
    const id = newId("sec");
    const { compartment, group } = sectionKinds[kind];
    const fields = { title, sectionKind: kind, group, about: account };
    await this.mutate("section.create@1", { id, anchor: account, compartment, fields });
    return id;
  }

  /** Opens a section as an editor of today's schema does. */
  async openSection(account: string, section: string): Promise<Section> {
    const { cookie, url: origin } = this;
    class Line extends WebSocket {
      constructor(url: string) {
        super(url, { headers: { cookie, origin } } as unknown as string[]);
      }
    }
    const line = new HocuspocusProviderWebsocket({
      url: `${origin.replace("http", "ws")}/rooms/${account}`,
      WebSocketPolyfill: Line,
    });
    const provider = new HocuspocusProvider({
      websocketProvider: line,
      name: `${section}.1`,
      document: new Y.Doc(),
      token: `;schema=${currentSchema}`,
    });
    provider.attach();
    const opened = new Section(provider, line);
    await expect.poll(() => provider.synced, { timeout: 10_000, interval: 20 }).toBe(true);
    return opened;
  }
}

export class Section {
  readonly provider: HocuspocusProvider;
  private readonly line: HocuspocusProviderWebsocket;
  constructor(provider: HocuspocusProvider, line: HocuspocusProviderWebsocket) {
    this.provider = provider;
    this.line = line;
  }
  /** Adds a paragraph. Resolves in the very turn in which the room says that it is stored. */
  write(text: string): Promise<void> {
    const { provider } = this;
    return new Promise((resolve) => {
      const told = ({ number }: { readonly number: number }): void => {
        if (number > 0) return;
        provider.off("unsyncedChanges", told);
        resolve();
      };
      const paragraph = new Y.XmlElement("paragraph");
      paragraph.insert(0, [new Y.XmlText(text)]);
      const root = provider.document.getXmlFragment("default");
      root.insert(root.length, [paragraph]);
      provider.on("unsyncedChanges", told);
      provider.flushPendingUpdates();
    });
  }
  close(): void {
    this.provider.destroy();
    this.line.destroy();
  }
}
