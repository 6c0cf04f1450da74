/** A note in a page for tests: over the real local copy, without a network, with a colleague at the other end of its room. */
import "fake-indexeddb/auto";
import { cleanup, configure, render } from "@solidjs/testing-library";
import { createMemoryHistory, MemoryRouter, Route } from "@solidjs/router";
import type { Editor } from "@tiptap/core";
import { createSignal, Show } from "solid-js";
import { afterEach, beforeAll, beforeEach, expect, vi } from "vitest";
import { Awareness } from "y-protocols/awareness";
import * as Y from "yjs";
import { slice } from "../../../shared/access/slice.ts";
import { shippedPolicy } from "../../../shared/access/templates.ts";
import { dayMs } from "../../../shared/kernel/limits.ts";
import type { EntityName, RecordOf, Row } from "../../../shared/records/entities.ts";
import { always, put } from "../../data/disk.ts";
import { diskName, openDisk } from "../../data/idb-disk.ts";
import type { OpenSection } from "../../data/rooms.ts";
import type { LocalData } from "../../data/store.ts";
import { account, idOf, me } from "../../data/testing/bench.ts";
import { setLocale } from "../../i18n/i18n.ts";
import { ToastRegion } from "../../ui/toast.tsx";
import type { Shown } from "../overlay.ts";
import { root } from "../schema.ts";

beforeAll(() => {
  configure({ asyncUtilTimeout: 15_000 });
  globalThis.matchMedia = () => ({ matches: false, addEventListener: () => undefined }) as unknown as MediaQueryList;
  globalThis.fetch = () => Promise.reject(new TypeError("no network"));
  globalThis.ResizeObserver ??= class {
    observe = () => undefined;
    unobserve = () => undefined;
    disconnect = () => undefined;
  };
  Element.prototype.scrollIntoView = () => undefined;
  Object.assign(Range.prototype, { getClientRects: () => [], getBoundingClientRect: () => new DOMRect() });
});

export const [note, narrow, brief, other] = [idOf("sec", 1), idOf("sec", 2), idOf("sec", 3), idOf("sec", 4)];
export const [ben, task, foreign, opportunity] = [idOf("mem", 2), idOf("tas", 1), idOf("tas", 2), idOf("opp", 1)];
const row = (id: string, more: Record<string, unknown>): Row =>
  ({ id, anchor: account().id, compartment: "core", createdAt: 1, createdBy: me, ...more }) as Row;
const section = (id: string, more: object = {}): Row =>
  row(id, { title: "Plan", sectionKind: "shared", group: "shared", gen: 1, schema: 2, owner: null, ...more });
const aTask = (id: string, about: string, more: object = {}): Row =>
  row(id, { name: "Call Bo", about, done: false, doneAt: null, dueDay: "2020-01-02", dueZone: "UTC", owner: null, group: null, ...more }); // prettier-ignore
const held: readonly (readonly [EntityName, Row])[] = [
  ["account", account({ nextAction: "Visit" })],
  ["section", section(note)],
  ["section", section(narrow, { group: "internal" })],
  ["section", section(brief, { sectionKind: "handoff", group: "handoff", compartment: "handoff" })],
  ["section", section(other)],
  ["task", aTask(task, note)],
  ["task", aTask(foreign, other)],
  ["opportunity", row(opportunity, { compartment: "sales", name: "Orchard 2", owner: null, stage: idOf("stg", 1) })],
  ["stage", row(idOf("stg", 1), { name: "Priced" })],
  ["member", row(me, { name: "Me", employment: "active", base: "seller", duties: [], teams: [] })],
  ["member", row(ben, { name: "Ben Ito", employment: "active", base: "support", duties: ["escalation_lead"], teams: [idOf("tea", 1)] })], // prettier-ignore
  ["team", row(idOf("tea", 1), { name: "Desk" })],
];
const groups = { identity: null, shared: null, internal: null, handoff: null };
const member = { member: me, base: "seller", duties: [], teams: [], regions: [], employment: "active" as const };

export let data: LocalData;
beforeEach(async () => {
  const disk = await openDisk(diskName("local", me));
  const rows = new Map(held.map(([e, one]) => [one.id, { e, row: one }]));
  const at = Date.now();
  await disk.write(
    always([
      put("keys", "h1", { g: Object.fromEntries(held.map(([name]) => [name, groups])), rows }),
      put("meta", "client", { id: "cli", next: 50 }),
      put("meta", "device", "dev"),
      put("meta", "ready", 1),
      put("meta", "sync", { cursor: "c", seen: 0, now: at, wall: at, lease: at + dayMs, round: 1 }),
    ]),
  );
  disk.close();
  const { createData } = await import("../../data/store.ts");
  data = await createData(
    { me: { ...member, name: "Me", locale: "en", zone: "UTC", cell: "local", cells: [] }, slice: slice(shippedPolicy, member), policyId: 1 },
    () => "en",
  ); // prettier-ignore
  await vi.waitFor(() => expect(data.copy.record(account().id)).toBeDefined());
});
afterEach(async () => {
  cleanup();
  data.close();
  await setLocale("en");
  indexedDB.deleteDatabase(diskName("local", me));
  await new Promise((done) => setTimeout(done, 20));
});

export type Block = readonly [name: string, attributes: object, ...children: (Block | string)[]];
export function built([name, attributes, ...children]: Block): Y.XmlElement {
  const made = new Y.XmlElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value as never);
  made.insert(
    0,
    children.map((child) => (typeof child === "string" ? new Y.XmlText(child) : built(child))),
  );
  return made;
}
export const paragraph = (...words: (Block | string)[]): Block => ["paragraph", {}, ...words];
export const item = (words: string, attributes: object = { checked: false }): Block => ["taskItem", attributes, ["paragraph", {}, words]]; // prettier-ignore
export const list = (...items: Block[]): Block => ["taskList", {}, ...items];

/** The note as the rooms have it, in an editor or for reading, with what stands beside it. */
export async function show(blocks: readonly Block[], { of = note, mayWrite = true } = {}) {
  const [{ Paper }, { default: Live }, { makeSession, SessionContext }] = await Promise.all([import("../paper.tsx"), import("../live.tsx"), import("../../shell/context.ts")]); // prettier-ignore
  const colleague = new Y.Doc();
  colleague.getXmlFragment(root).push(blocks.map(built));
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(colleague));
  const fromRoom = {};
  colleague.on("update", (update: Uint8Array) => Y.applyUpdate(doc, update, fromRoom));
  const raised: number[] = [];
  const section: OpenSection = {
    doc, awareness: new Awareness(doc), state: () => "live", mode: () => (mayWrite ? "write" : "read"), unsent: () => false,
    since: () => null, raise: (schema) => void raised.push(schema), close: () => undefined,
  }; // prettier-ignore
  const [shown, setShown] = createSignal<Shown>();
  const history = createMemoryHistory();
  const page = render(() => (
    <MemoryRouter
      history={history}
      root={(inside) => (
        <SessionContext.Provider value={makeSession(data)}>
          <Paper section={section} place={{ id: of, account: account().id }} schema={2} mayWrite={mayWrite} newer={false} me={data.me} onShown={setShown} />
          <Show when={shown()} keyed>
            {(at) => <Live row={data.copy.record(of) as RecordOf<"section">} shown={at} writes={at.editor.isEditable} />}
          </Show>
          <ToastRegion />
          {inside.children}
        </SessionContext.Provider>
      )}
    >
      <Route path="*" component={() => null} />
    </MemoryRouter>
  )); // prettier-ignore
  await vi.waitFor(() => expect(shown()).toBeDefined());
  await new Promise((done) => setTimeout(done, 60)); // the document is drawn anew once
  const editor = shown()?.editor as Editor;
  const boxes = () => [...page.container.querySelectorAll<HTMLInputElement>("li input[type=checkbox]")];
  const facts = (at: number) => page.container.querySelectorAll("li")[at]?.querySelector("button") as HTMLButtonElement;
  const said = (at: number) => facts(at).querySelector(".sr")?.textContent;
  const text = () => doc.getXmlFragment(root).toString();
  return { ...page, doc, colleague, raised, editor, boxes, facts, said, text, history };
}

export const type = (editor: Editor, words: string) => {
  for (const letter of words) editor.view.dispatch(editor.state.tr.insertText(letter));
};
export function press(editor: Editor, key: string, more: KeyboardEventInit = {}): void {
  editor.view.dom.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...more }));
}
export const menu = () => document.querySelector("[role=listbox]");
export const bytes = (doc: Y.Doc) => Y.encodeStateAsUpdate(doc).join();
