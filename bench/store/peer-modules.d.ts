/** As much of the peers as is used; they are installed on the first run and are no dependency of the product. */
declare module "@tanstack/db" {
  interface Sync {
    readonly begin: () => void;
    readonly write: (message: { readonly type: "insert" | "update"; readonly value: unknown }) => void;
    readonly commit: () => void;
    readonly markReady: () => void;
  }
  interface Collection {
    readonly toArray: readonly { readonly id: string }[];
    readonly size: number;
    get(id: string): unknown;
    preload(): Promise<void>;
    cleanup(): Promise<void>;
    subscribeChanges(callback: () => void): { unsubscribe(): void };
    createIndex(of: (row: Fields) => unknown, options: object): unknown;
  }
  type Fields = { readonly [field: string]: never };
  interface Query {
    from(of: { readonly row: Collection }): Query;
    where(of: (names: { readonly row: Fields }) => unknown): Query;
    orderBy(of: (names: { readonly row: Fields }) => unknown, options: object): Query;
    limit(count: number): Query;
  }
  export function createCollection(options: object): Collection;
  export function createLiveQueryCollection(options: {
    readonly query: (q: Query) => Query;
    readonly startSync: boolean;
  }): Collection;
  export function eq(left: unknown, right: unknown): unknown;
  export const BTreeIndex: unknown;
}
declare module "dexie" {
  interface Chain {
    between(low: unknown, high: unknown): Chain;
    reverse(): Chain;
    limit(count: number): Chain;
    toArray(): Promise<{ readonly id: string }[]>;
  }
  interface Table {
    bulkAdd(rows: readonly unknown[]): Promise<unknown>;
    bulkUpdate(changes: readonly { readonly key: string; readonly changes: object }[]): Promise<unknown>;
    where(index: string): Chain;
    orderBy(index: string): Chain;
  }
  export default class Dexie {
    constructor(name: string);
    static readonly minKey: unknown;
    static readonly maxKey: unknown;
    version(number: number): { stores(schema: object): void };
    table(name: string): Table;
    open(): Promise<unknown>;
    close(): void;
    delete(): Promise<void>;
  }
  export function liveQuery<T>(run: () => Promise<T>): {
    subscribe(next: (value: T) => void): { unsubscribe(): void };
  };
}
declare module "tinybase" {
  interface Store {
    setTable(table: string, rows: object): void;
    setPartialRow(table: string, id: string, cells: object): void;
    transaction(run: () => void): void;
    getSortedRowIds(table: string, cell: string, down: boolean, offset: number, limit: number): string[];
    addSortedRowIdsListener(
      table: string,
      cell: string,
      down: boolean,
      offset: number,
      limit: number,
      listener: (...args: unknown[]) => void,
    ): string;
    delListener(id: string): void;
  }
  interface Queries {
    setQueryDefinition(
      id: string,
      table: string,
      of: (keywords: { select: (cell: string) => void; where: (cell: string, equals: string) => void }) => void,
    ): void;
    delQueryDefinition(id: string): void;
    getResultSortedRowIds(id: string, cell: string, down: boolean, offset: number, limit: number): string[];
    addResultSortedRowIdsListener(
      id: string,
      cell: string,
      down: boolean,
      offset: number,
      limit: number,
      listener: (...args: unknown[]) => void,
    ): string;
    delListener(id: string): void;
  }
  export function createStore(): Store;
  export function createQueries(store: Store): Queries;
}
declare module "rxdb" {
  interface Documents {
    bulkInsert(rows: readonly unknown[]): Promise<unknown>;
    bulkUpsert(rows: readonly unknown[]): Promise<unknown>;
    find(query: object): {
      readonly $: { subscribe(next: (rows: readonly { readonly id: string }[]) => void): { unsubscribe(): void } };
    };
  }
  export function createRxDatabase(options: object): Promise<{
    addCollections(of: object): Promise<{ readonly opportunities: Documents }>;
    close(): Promise<unknown>;
  }>;
}
declare module "rxdb/plugins/storage-memory" {
  export function getRxStorageMemory(): unknown;
}
