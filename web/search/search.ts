/**
 * Search over what this device holds. The index lives in a worker and knows only what it is told: rows and fields that
 * are held. What goes is told at once, and an answer is compared with the rows as they are now before anybody sees it.
 */
import { entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Jobs } from "../data/jobs.ts";
import type { Doc } from "./find.ts";
import type { FromWorker, ToWorker } from "./serve.ts";
import { isSearched, searched, terms, textsOf, titleOf, type Searched } from "./text.ts";

/** The copy, as far as it is searched. */
export interface Copy {
  record(id: string): Row | undefined;
  records(entity: EntityName): Iterable<Row>;
  /** Records that look different now. */
  onChange(listener: (changes: readonly { readonly id: string; readonly entity: EntityName }[]) => void): () => void;
  /** Something was taken away, or a part of the copy was closed. */
  onForget(listener: () => void): () => void;
}
/** A worker, as far as it is used. */
export interface Thread {
  postMessage(message: ToWorker): void;
  terminate(): void;
  onmessage: ((event: { readonly data: FromWorker }) => void) | null;
  onerror: ((event: unknown) => void) | null;
}
export interface Result {
  readonly kind: Searched;
  readonly row: Row;
  /** A piece of the text in which it was found, if that is not its title. */
  readonly excerpt: string;
}
const docsAtOnce = 250;
const idleMs = 300_000;
const crashesMax = 3;

export class Search {
  /** Called when the state is another one: still reading, or all read. */
  onState: () => void = () => undefined;
  reading = false;
  private readonly copy: Copy;
  private readonly jobs: Jobs;
  private readonly makeThread: () => Thread;
  private thread: Thread | null = null;
  private stopFeeding: () => void = () => undefined;
  private readonly asked = new Map<number, { readonly query: string; readonly done: (results: Result[]) => void }>();
  private count = 0;
  private crashes = 0;
  private idle: ReturnType<typeof setTimeout> | null = null;
  private readonly offs: readonly (() => void)[];

  constructor(copy: Copy, jobs: Jobs, makeThread: () => Thread) {
    this.copy = copy;
    this.jobs = jobs;
    this.makeThread = makeThread;
    this.offs = [
      copy.onChange((changes) => this.changed(changes.map(({ id }) => id))),
      // Whatever it was: an index that is made anew holds nothing of it.
      copy.onForget(() => this.restart()),
    ];
  }
  /** Reads the copy into the index, if it is not there yet. */
  open(): void {
    if (this.idle) clearTimeout(this.idle);
    this.idle = null;
    this.crashes = 0;
    if (!this.thread) this.start();
  }
  /** Nobody looks any more: after a while the index goes, and with it its memory. */
  rest(): void {
    if (this.idle) clearTimeout(this.idle);
    this.idle = setTimeout(() => this.stop(), idleMs);
  }
  close(): void {
    if (this.idle) clearTimeout(this.idle);
    for (const off of this.offs) off();
    this.stop();
  }
  /** What is found now. Of two questions the older one may be answered with nothing. */
  find(query: string): Promise<readonly Result[]> {
    for (const { done } of this.asked.values()) done([]);
    this.asked.clear();
    if (!this.thread && this.crashes <= crashesMax) this.start();
    if (!this.thread) return Promise.resolve([]);
    const n = (this.count += 1);
    return new Promise((done) => {
      this.asked.set(n, { query, done });
      this.thread?.postMessage({ t: "find", n, query });
    });
  }

  private start(): void {
    let thread: Thread;
    try {
      thread = this.makeThread();
    } catch {
      return this.failed();
    }
    this.thread = thread;
    thread.onmessage = ({ data }) => this.answered(data);
    thread.onerror = () => {
      if (this.thread !== thread) return;
      this.crashes += 1;
      if (this.crashes > crashesMax) return this.failed();
      this.restart();
    };
    this.reading = true;
    this.onState();
    this.stopFeeding = this.jobs.run(this.feed(thread), () => {
      this.reading = false;
      this.onState();
      this.ask();
    });
  }
  private failed(): void {
    this.stop();
    for (const { done } of this.asked.values()) done([]);
    this.asked.clear();
  }
  private stop(): void {
    this.stopFeeding();
    this.thread?.terminate();
    this.thread = null;
    this.reading = false;
  }
  private restart(): void {
    if (!this.thread) return;
    this.stop();
    this.start();
    this.ask();
  }
  /** Open questions once more: the index is another one, or has more in it. */
  private ask(): void {
    for (const [n, { query }] of this.asked) this.thread?.postMessage({ t: "find", n, query });
  }
  private *feed(thread: Thread): Generator<void, void, void> {
    for (const kind of searched) {
      const ids = Array.from(this.copy.records(kind), (row) => row.id);
      for (let at = 0; at < ids.length; at += docsAtOnce) {
        const docs = ids.slice(at, at + docsAtOnce).flatMap((id) => this.doc(id) ?? []);
        thread.postMessage({ t: "put", docs });
        yield;
      }
    }
  }
  private doc(id: string): Doc | undefined {
    const kind = entityOfId(id);
    const row = this.copy.record(id);
    if (!row || !kind || !isSearched(kind)) return undefined;
    return { id, title: titleOf(kind, row), more: textsOf(kind, row).join("\n") };
  }
  private changed(ids: readonly string[]): void {
    if (!this.thread) return;
    const docs: Doc[] = [];
    const gone: string[] = [];
    for (const id of ids) {
      const doc = this.doc(id);
      if (doc) docs.push(doc);
      else gone.push(id);
    }
    if (gone.length > 0) this.thread.postMessage({ t: "drop", ids: gone });
    if (docs.length > 0) this.thread.postMessage({ t: "put", docs });
  }
  private answered({ n, hits }: FromWorker): void {
    const asked = this.asked.get(n);
    if (!asked) return;
    const results = hits.flatMap((hit) => this.result(hit.id, hit.terms) ?? []);
    if (results.length === 0 && this.reading) return; // asked again when all is read
    this.asked.delete(n);
    asked.done(results);
  }
  /** Only what is here now, and only if the words are still in what is here. */
  private result(id: string, found: readonly string[]): Result | undefined {
    const kind = entityOfId(id);
    const row = this.copy.record(id);
    if (!row || !kind || !isSearched(kind)) return undefined;
    const title = new Set(terms(titleOf(kind, row), true));
    const texts = textsOf(kind, row).map((text) => ({ text, terms: new Set(terms(text, true)) }));
    if (!found.every((term) => title.has(term) || texts.some((one) => one.terms.has(term)))) return undefined;
    const other = found.find((term) => !title.has(term));
    const text = other === undefined ? undefined : texts.find((one) => one.terms.has(other))?.text;
    return { kind, row, excerpt: text === undefined || other === undefined ? "" : excerptOf(text, other) };
  }
}

const excerptChars = 90;
function excerptOf(text: string, term: string): string {
  const flat = text.replaceAll(/\s+/g, " ");
  if (flat.length <= excerptChars) return flat;
  const words = flat.split(/(?<=[^\p{L}\p{N}])/u);
  let at = 0;
  for (const word of words) {
    if (terms(word, true).includes(term)) break;
    at += word.length;
  }
  const from = at < flat.length ? Math.max(0, at - excerptChars / 3) : 0;
  return `${from > 0 ? "…" : ""}${flat.slice(from, from + excerptChars).trim()}…`;
}
