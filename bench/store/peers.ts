/** The peers, each set up as its own documentation advises for this list. */
import { BTreeIndex, createCollection, createLiveQueryCollection, eq } from "@tanstack/db";
import Dexie, { liveQuery } from "dexie";
import { createRxDatabase } from "rxdb";
import { getRxStorageMemory } from "rxdb/plugins/storage-memory";
import { createQueries, createStore } from "tinybase";
import { asBytes, shownRows, type Opportunity } from "./data.ts";
import type { Live, Subject } from "./subject.ts";

let names = 0;

/** B-tree indexes made by itself, and rows that come by its sync interface, as from a server. */
export const tanstack: Subject = {
  name: "tanstack",
  compareText: (a, b) => a.localeCompare(b), // its default; with a language named it takes minutes
  prepare: (rows) => async () => {
    type Sync = Parameters<
      (of: { begin(): void; write(m: object): void; commit(): void; markReady(): void }) => void
    >[0];
    let sync: Sync | undefined;
    const opportunities = createCollection({
      id: `opportunities${(names += 1)}`,
      getKey: (row: Opportunity) => row.id,
      autoIndex: "eager",
      defaultIndexType: BTreeIndex,
      startSync: true,
      sync: {
        sync(of: Sync) {
          sync = of;
          of.begin();
          for (const row of rows) of.write({ type: "insert", value: row });
          of.commit();
          of.markReady();
        },
      },
    });
    await opportunities.preload();
    return {
      async open({ stage, by, down }) {
        const live = createLiveQueryCollection({
          query: (q) => {
            const all = q.from({ row: opportunities });
            const some = stage === null ? all : all.where(({ row }) => eq(row["stage"], stage));
            return some.orderBy(({ row }) => row[by], { direction: down ? "desc" : "asc" }).limit(shownRows);
          },
          startSync: true,
        });
        await live.preload();
        const watch = live.subscribeChanges(() => undefined);
        return {
          ids: () => live.toArray.map((row) => row.id),
          close() {
            watch.unsubscribe();
            void live.cleanup();
          },
        };
      },
      edit(edits) {
        sync?.begin();
        for (const { id, set } of edits)
          sync?.write({ type: "update", value: { ...(opportunities.get(id) as Opportunity), ...set } });
        sync?.commit();
      },
      close: () => opportunities.cleanup(),
    };
  },
};

export const tinybase: Subject = {
  name: "tinybase",
  compareText: asBytes,
  prepare(rows) {
    const table = Object.fromEntries(rows.map((row) => [row.id, row]));
    return () => {
      const store = createStore();
      const queries = createQueries(store);
      store.setTable("opportunities", table);
      return {
        open({ stage, by, down }): Live {
          const name = `q${(names += 1)}`;
          let shown: string[];
          const take = (...args: unknown[]): void => {
            shown = args.at(-1) as string[];
          };
          if (stage === null) {
            shown = store.getSortedRowIds("opportunities", by, down, 0, shownRows);
            const listener = store.addSortedRowIdsListener("opportunities", by, down, 0, shownRows, take);
            return { ids: () => shown, close: () => store.delListener(listener) };
          }
          queries.setQueryDefinition(name, "opportunities", ({ select, where }) => {
            select(by);
            select("name");
            where("stage", stage);
          });
          shown = queries.getResultSortedRowIds(name, by, down, 0, shownRows);
          const listener = queries.addResultSortedRowIdsListener(name, by, down, 0, shownRows, take);
          return {
            ids: () => shown,
            close() {
              queries.delListener(listener);
              queries.delQueryDefinition(name);
            },
          };
        },
        edit(edits) {
          store.transaction(() => {
            for (const { id, set } of edits) store.setPartialRow("opportunities", id, set);
          });
        },
        close: () => undefined,
      };
    };
  },
};

/** A list whose store tells later: an edit is over when every list has been told. */
function telling(subscribe: (next: (ids: string[]) => void) => { unsubscribe(): void }): {
  live: Live;
  first: Promise<void>;
  next: () => Promise<void>;
} {
  let shown: string[] = [];
  let waiting: (() => void)[] = [];
  const next = (): Promise<void> => new Promise((resolve) => waiting.push(resolve));
  const first = next();
  const watch = subscribe((ids) => {
    shown = ids;
    const told = waiting;
    waiting = [];
    for (const resolve of told) resolve();
  });
  return { live: { ids: () => shown, close: () => watch.unsubscribe() }, first, next };
}

/** On IndexedDB, with a compound index for the list: a live query reads the disk again. */
export const dexie: Subject = {
  name: "dexie",
  compareText: asBytes,
  prepare: (rows) => async () => {
    const db = new Dexie(`opportunities${(names += 1)}`);
    db.version(1).stores({ opportunities: "id,amountMinor,name,[stage+amountMinor],[stage+name]" });
    await db.open();
    const opportunities = db.table("opportunities");
    await opportunities.bulkAdd(rows);
    const open = new Set<() => Promise<void>>();
    return {
      async open({ stage, by, down }) {
        const told = telling((next) =>
          liveQuery(() => {
            const all =
              stage === null
                ? opportunities.orderBy(by)
                : opportunities.where(`[stage+${by}]`).between([stage, Dexie.minKey], [stage, Dexie.maxKey]);
            return (down ? all.reverse() : all).limit(shownRows).toArray();
          }).subscribe((found) => next(found.map((row) => row.id))),
        );
        await told.first;
        open.add(told.next);
        return {
          ids: told.live.ids,
          close() {
            open.delete(told.next);
            told.live.close();
          },
        };
      },
      async edit(edits) {
        const told = Promise.all([...open].map((next) => next()));
        await opportunities.bulkUpdate(edits.map(({ id, set }) => ({ key: id, changes: set })));
        await told;
      },
      close: () => db.delete(),
    };
  },
};

const text = { type: "string", maxLength: 120 } as const;
/** In memory, with an index for the list. */
export const rxdb: Subject = {
  name: "rxdb",
  compareText: asBytes,
  prepare: (rows) => async () => {
    const plain = rows.map((row) => ({ id: row.id, name: row.name, stage: row.stage, amountMinor: row.amountMinor }));
    const db = await createRxDatabase({
      name: `opportunities${(names += 1)}`,
      storage: getRxStorageMemory(),
      multiInstance: false,
    });
    const { opportunities } = await db.addCollections({
      opportunities: {
        schema: {
          version: 0,
          primaryKey: "id",
          type: "object",
          properties: {
            id: text, name: text, stage: text,
            amountMinor: { type: "number", minimum: 0, maximum: 1e13, multipleOf: 1 },
          },
          required: ["id", "name", "stage", "amountMinor"],
          indexes: [["stage", "amountMinor"], ["stage", "name"], "amountMinor", "name"],
        },
      },
    }); // prettier-ignore
    await opportunities.bulkInsert(plain);
    const present = new Map(plain.map((row) => [row.id, row]));
    const open = new Set<{ next: () => Promise<void>; live: Live }>();
    return {
      async open({ stage, by, down }) {
        const told = telling((next) =>
          opportunities
            .find({
              selector: stage === null ? {} : { stage },
              sort: [{ [by]: down ? "desc" : "asc" }],
              limit: shownRows,
            })
            .$.subscribe((found) => next(found.map((row) => row.id))),
        );
        await told.first;
        open.add(told);
        return {
          ids: told.live.ids,
          close() {
            open.delete(told);
            told.live.close();
          },
        };
      },
      async edit(edits) {
        const told = [...open].map(({ next }) => next());
        const rowsNow = edits.map(({ id, set }) => ({ ...present.get(id), ...set }) as (typeof plain)[number]);
        for (const row of rowsNow) present.set(row.id, row);
        await opportunities.bulkUpsert(rowsNow);
        // It says nothing when the list is the same: whoever hears nothing for a turn has nothing to hear.
        await Promise.race([Promise.all(told), new Promise((resolve) => setTimeout(resolve, 50))]);
      },
      close: () => db.close().then(() => undefined),
    };
  },
};
