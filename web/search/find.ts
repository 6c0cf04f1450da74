/** The index itself, without a thread or a screen: what is taken out of it leaves no word behind. */
import MiniSearch from "minisearch";
import { terms } from "./text.ts";

export interface Doc {
  readonly id: string;
  readonly title: string;
  readonly more: string;
}
export interface Hit {
  readonly id: string;
  /** Words of the record by which it was found. */
  readonly terms: readonly string[];
}

export class Find {
  private readonly index = new MiniSearch<Doc>({
    fields: ["title", "more"],
    tokenize: (text) => terms(text, true),
    processTerm: (term) => term, // folded already
    // `discard` would leave the words in the index until it is swept; `remove` needs what was put in.
    autoVacuum: false,
    searchOptions: {
      tokenize: (text) => terms(text, false),
      combineWith: "AND",
      prefix: true,
      fuzzy: (term) => (term.length > 4 ? 0.2 : false), // one slip in five letters
      boost: { title: 3 },
      weights: { fuzzy: 0.3, prefix: 0.8 },
    },
  });
  private readonly docs = new Map<string, Doc>();

  get size(): number {
    return this.docs.size;
  }
  put(docs: readonly Doc[]): void {
    for (const doc of docs) {
      this.drop([doc.id]);
      this.docs.set(doc.id, doc);
      this.index.add(doc);
    }
  }
  drop(ids: readonly string[]): void {
    for (const id of ids) {
      const doc = this.docs.get(id);
      if (!doc) continue;
      this.index.remove(doc);
      this.docs.delete(id);
    }
  }
  find(query: string, limit: number): Hit[] {
    return this.index
      .search(query)
      .slice(0, limit)
      .map(({ id, terms: found }) => ({ id: String(id), terms: found }));
  }
  /** All that it holds, for the test that nothing is left. */
  dump(): string {
    return JSON.stringify([this.index, [...this.docs]]);
  }
}
