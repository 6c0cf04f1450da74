import type { Ask, CompareText, Opportunity } from "./data.ts";

export interface Edit {
  readonly id: string;
  readonly set: Partial<Opportunity>;
}
/** A live list: the first rows of an order, kept up to date. */
export interface Live {
  readonly ids: () => readonly string[];
  close(): void;
}
/** A store with rows in it. All of its work is awaited, so that stores that answer later are measured to their answer. */
interface Store {
  open(ask: Ask): Promise<Live> | Live;
  /** Resolves when every open list shows it. */
  edit(edits: readonly Edit[]): Promise<void> | void;
  close(): Promise<void> | void;
}
export interface Subject {
  readonly name: string;
  readonly compareText: CompareText;
  /** What is done before the clock starts: what a store gets its rows from is there already. */
  prepare(rows: readonly Opportunity[]): () => Promise<Store> | Store;
}
