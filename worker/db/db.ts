import { drizzle, type DrizzleD1Database } from "drizzle-orm/d1";
import type { BatchItem } from "drizzle-orm/batch";
import type { Cost } from "../context.ts";

export type Db = DrizzleD1Database & { readonly $client: D1Database };
export type Query = BatchItem<"sqlite">;

/**
 * Opens D1. Every read and write of the cell is a batch (one round trip, one instant), so that counting batches counts
 * round trips; `cost` gets the rows that D1 says it read and wrote.
 */
export function openDb(d1: D1Database, cost?: Cost): Db {
  if (!cost) return drizzle(d1);
  const counted: Pick<D1Database, "prepare" | "batch"> = {
    prepare: (query) => d1.prepare(query),
    batch: async <T>(statements: D1PreparedStatement[]) => {
      cost.queries += 1;
      const results = await d1.batch<T>(statements);
      for (const { meta } of results) {
        cost.rowsRead += meta.rows_read;
        cost.rowsWritten += meta.rows_written;
      }
      return results;
    },
  };
  return drizzle(counted as D1Database); // only prepare and batch are used
}

/** Drizzle's prepared form of any query; its types hide it. */
interface Prepared {
  getQuery(): { readonly sql: string; readonly params: readonly unknown[] };
  mapResult(result: unknown, fromBatch: boolean): unknown;
}

/**
 * Runs queries in one round trip and at one instant. An empty list asks nothing. Drizzle's own `batch` can't bind the
 * parameters of raw statements (it reads `stmt` of undefined), so they are bound here and its mapping is kept.
 */
export async function batch(db: Db, queries: readonly Query[]): Promise<unknown[]> {
  if (queries.length === 0) return [];
  const d1 = db.$client;
  const prepared = queries.map((query) => (query as unknown as { _prepare(): Prepared })._prepare());
  const results = await d1.batch(
    prepared.map((each) => {
      const { sql, params } = each.getQuery();
      return d1.prepare(sql).bind(...params);
    }),
  );
  return prepared.map((each, index) => each.mapResult(results[index], true));
}
