/** D1 over node:sqlite: the calls that the worker makes, batches all or nothing, with the real migrations. */
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";

const folder = `${import.meta.dirname}/../../migrations`;
const migrations = readdirSync(folder)
  .filter((name) => name.endsWith(".sql"))
  .sort()
  .map((name) => readFileSync(`${folder}/${name}`, "utf8"));

export class SimD1 {
  readonly sqlite: DatabaseSync;
  /** Runs before each batch: what others do between two round trips of one request. */
  between: (() => Promise<void>) | null = null;
  private readonly prepared = new Map<string, StatementSync>();

  /** `file`: a copy that `copy` made; else empty and in memory. */
  constructor(file?: string) {
    this.sqlite = new DatabaseSync(file ?? ":memory:");
    if (file === undefined) for (const sql of migrations) this.sqlite.exec(sql);
  }
  /** The database as it is now, in a file of its own. */
  copy(file: string): SimD1 {
    this.sqlite.prepare("vacuum into ?").all(file);
    return new SimD1(file);
  }
  statement(sql: string): StatementSync {
    let known = this.prepared.get(sql);
    if (!known) this.prepared.set(sql, (known = this.sqlite.prepare(sql)));
    return known;
  }
  prepare(sql: string): SimStatement {
    return new SimStatement(this, sql, []);
  }
  async batch(statements: readonly SimStatement[]): Promise<unknown[]> {
    await this.between?.();
    this.sqlite.exec("savepoint batch"); // no BEGIN: the pairs of worlds take acts back
    try {
      const results = statements.map((statement) => statement.execute());
      this.sqlite.exec("release batch");
      return results;
    } catch (error) {
      this.sqlite.exec("rollback to batch; release batch");
      throw new Error(`D1_ERROR: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
    }
  }
}

class SimStatement {
  private readonly d1: SimD1;
  private readonly sql: string;
  private readonly values: readonly unknown[];

  constructor(d1: SimD1, sql: string, values: readonly unknown[]) {
    this.d1 = d1;
    this.sql = sql;
    this.values = values;
  }
  bind(...values: unknown[]): SimStatement {
    return new SimStatement(this.d1, this.sql, values);
  }
  execute(): {
    results: Record<string, unknown>[];
    success: true;
    meta: { changes: number; rows_read: number; rows_written: number };
  } {
    const statement = this.d1.statement(this.sql);
    const values = this.values.map((value) => (typeof value === "boolean" ? Number(value) : value)) as SQLInputValue[];
    const results = statement.all(...values) as Record<string, unknown>[];
    return {
      results: results.map((row) => ({ ...row })),
      success: true,
      meta: { changes: 0, rows_read: results.length, rows_written: 0 },
    };
  }
  async all(): Promise<unknown> {
    await this.d1.between?.();
    return this.execute();
  }
  async run(): Promise<unknown> {
    return this.all();
  }
  async first(): Promise<unknown> {
    return this.execute().results[0] ?? null;
  }
  async raw(): Promise<unknown[][]> {
    return this.execute().results.map((row) => Object.values(row));
  }
}
