/**
 * What a section says, as the database keeps it for the section's readers (SECTION-7). The room is the one that writes
 * it, some seconds after an edit, and goes on until the database has answered.
 */
import * as Y from "yjs";
import { isId } from "../../shared/kernel/id.ts";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { markName } from "../../shared/sections/schema.ts";
import { linesOf, textOf } from "../../shared/sections/text.ts";
import type { Loaded, SectionLog } from "./log.ts";
import { parseAddress } from "./protocol.ts";

/** Whatever is in a document was written by somebody: names and ids in it tell nobody and open nothing. */
export interface Words {
  /** A line a block. */
  readonly text: string;
  /** `client`: the Yjs client that put the first of them there. */
  readonly mentions: readonly { readonly kind: "member" | "record"; readonly id: string; readonly client?: number }[];
  /** Items of checklists, in their order; `task` is the record that an item became. */
  readonly tasks: readonly { readonly text: string; readonly checked: boolean; readonly task: string | null }[];
  readonly links: readonly string[];
}

/** Bounded: a longer text is cut, and of mentions, items and links there are the first ones. */
export function wordsOf(doc: Y.Doc): Words {
  const mentions = new Map<string, Words["mentions"][number]>();
  const tasks: Words["tasks"][number][] = [];
  const links = new Set<string>();
  const look = (node: Y.XmlFragment | Y.XmlElement | Y.XmlText | Y.XmlHook): void => {
    if (node instanceof Y.XmlText)
      for (const { attributes } of node.toDelta() as { attributes?: Record<string, unknown> }[])
        for (const [mark, value] of Object.entries(attributes ?? {}))
          if (markName(mark) === "link") note(links, (value as { href?: unknown } | null)?.href);
    if (node instanceof Y.XmlText || node instanceof Y.XmlHook) return;
    if (node instanceof Y.XmlElement && node.nodeName === "mention") {
      const [kind, id] = [node.getAttribute("kind"), node.getAttribute("id")] as unknown[];
      const client = node._item?.id.client;
      if ((kind === "member" || kind === "record") && isIdText(id) && !mentions.has(id))
        mentions.set(id, { kind, id, ...(client === undefined ? {} : { client }) });
    }
    if (node instanceof Y.XmlElement && node.nodeName === "taskItem") {
      const [checked, task] = [node.getAttribute("checked"), node.getAttribute("task")] as unknown[];
      const text = (linesOf(node).split("\n")[0] ?? "").slice(0, limits.nameMax);
      tasks.push({ text, checked: checked === true, task: isIdText(task) ? task : null });
    }
    for (const child of node.toArray()) look(child);
  };
  look(doc.getXmlFragment("default"));
  const some = <T>(all: Iterable<T>): T[] => [...all].slice(0, edgeLimits.wordsListMax);
  return {
    text: (textOf(doc, "shared") || textOf(doc, "scratch")).slice(0, edgeLimits.wordsTextMax),
    mentions: some(mentions.values()),
    tasks: some(tasks),
    links: some(links),
  };
}
const isIdText = (value: unknown): value is string => typeof value === "string" && isId(value);
const isAddress = (value: unknown): value is string =>
  typeof value === "string" && value.length <= limits.textMax && /^(https?:\/\/|mailto:|tel:)/i.test(value);
function note(links: Set<string>, href: unknown): void {
  if (isAddress(href)) links.add(href);
}

const retryMs = 5_000;
const retryMaxMs = 3_600_000;

export class Projection {
  private readonly log: SectionLog;
  private readonly flush: () => void;
  private readonly store: (section: Loaded, words: Words) => Promise<void>;
  private readonly failed = new Map<string, number>();

  /** `flush`: puts into the log what the documents took in this turn. */
  constructor(log: SectionLog, flush: () => void, store: (section: Loaded, words: Words) => Promise<void>) {
    this.log = log;
    this.flush = flush;
    this.store = store;
  }

  /** For an address that is due. It stays due until the database has answered. */
  async run(address: string): Promise<void> {
    const at = Date.now();
    try {
      await this.project(address, at);
      this.failed.delete(address);
    } catch {
      // Not what went wrong: an error of the database holds the words.
      const failed = this.failed.get(address) ?? 0;
      console.error("projection_failed", failed + 1);
      this.failed.set(address, failed + 1);
      this.log.plan("project", address, at + Math.min(retryMs * 2 ** failed, retryMaxMs), true);
    }
  }

  private async project(address: string, at: number): Promise<void> {
    const named = parseAddress(address);
    const section = named && (await this.log.open(named.section, named.gen, at));
    if (!section) return this.log.unplan("project", address);
    this.flush(); // nothing is told that is not stored
    if (this.log.peek(section.id, section.gen) !== section) throw new Error("dropped meanwhile");
    const { seq } = section;
    const words = wordsOf(section.doc);
    // Of a section whose snapshot can't be read the database may know more than the room.
    if (!section.ahead && !(section.frozen && words.text === "")) await this.store(section, words);
    section.projectedAt = at;
    if (section.seq > seq) this.log.planProjection(section, at, true);
    else this.log.unplan("project", address);
  }
}
