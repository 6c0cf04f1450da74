import { createSignal } from "solid-js";
import { drop, put } from "../data/disk.ts";
import type { LocalData } from "../data/store.ts";
import type { Outcome } from "./words.ts";

/** What is being logged of an account and was not sent off yet. */
export interface Draft {
  readonly kind: "call" | "visit" | "meeting" | "email" | "note";
  readonly outcome: Outcome | null;
  readonly text: string;
  readonly next: string;
  readonly nextDay: string;
  /** There is no next action, on purpose; and why. */
  readonly none: boolean;
  readonly why: string;
  /** When it was, or will be; empty: now. */
  readonly day: string;
  readonly clock: string;
  readonly minutes: number | null;
  readonly contact: string;
}
/** So that a key is on disk 300 ms after it was hit, the writing itself included (TASK-8). */
const writeAfterMs = 100;
const keyOf = (account: string): string => `draft:${account}`;
function parsed(kept: unknown): Draft | undefined {
  const value: unknown = typeof kept === "string" ? JSON.parse(kept) : undefined;
  return typeof value === "object" && value !== null && "kind" in value ? (value as Draft) : undefined;
}

const [moved, move] = createSignal(undefined, { equals: false });
const waiting = new Map<string, { readonly timer: number; draft: Draft }>();

const isEmpty = (draft: Draft): boolean =>
  draft.outcome === null && [draft.text, draft.next, draft.why].every((text) => text.trim() === "");

export function readDraft(data: LocalData, account: string): Draft | undefined {
  return waiting.get(account)?.draft ?? parsed(data.source(account)?.replica.table("meta").get(keyOf(account)));
}
/** Lies with the copy on this device: under its lock, and gone with it. */
export function keepDraft(data: LocalData, account: string, draft: Draft): void {
  const held = waiting.get(account);
  if (held) {
    held.draft = draft;
    return;
  }
  const timer = window.setTimeout(() => {
    const last = waiting.get(account)?.draft;
    waiting.delete(account);
    if (last) void write(data, account, last);
  }, writeAfterMs);
  waiting.set(account, { timer, draft });
}
export function dropDraft(data: LocalData, account: string): void {
  window.clearTimeout(waiting.get(account)?.timer);
  waiting.delete(account);
  void write(data, account, null);
}
async function write(data: LocalData, account: string, draft: Draft | null): Promise<void> {
  const none = draft === null || isEmpty(draft);
  await data
    .source(account)
    ?.write([none ? drop("meta", keyOf(account)) : put("meta", keyOf(account), JSON.stringify(draft))])
    .catch((error: unknown) => console.error(error));
  move(undefined);
}
/** True while words are not on the disk, or this browser has none. */
export const isHeldInMemory = (data: LocalData): boolean =>
  [...waiting].some(([account, { draft }]) => !isEmpty(draft) || data.source(account)?.memoryOnly === true);

/** Accounts with words that nobody sent off yet. Reads again when one is kept or dropped here. */
export function draftsHere(data: LocalData): readonly { readonly account: string; readonly draft: Draft }[] {
  moved();
  return [...data.allSources()].flatMap((source) =>
    [...source.replica.table("meta")].flatMap(([key, kept]) => {
      const draft = key.startsWith("draft:") ? parsed(kept) : undefined;
      return draft ? [{ account: key.slice("draft:".length), draft }] : [];
    }),
  );
}
