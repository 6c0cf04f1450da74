/**
 * `node scripts/lib/migrate.mjs STATE [ENV]`: brings a local cell's D1 to the newest schema. What `wrangler d1
 * migrations apply --local` does, with the same list of what was applied and the same splitting of statements, but in
 * one workerd rather than one a migration.
 */
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare, NoOpLog } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_splitSqlQuery } from "wrangler";
import { root } from "./ensure-install.mjs";

const [stateDir = "", env] = process.argv.slice(2);
const { d1Databases } = unstable_getMiniflareWorkerOptions(`${root}wrangler.toml`, env).workerOptions;
const script = "export default { fetch: () => new Response() }";
const worker = { modules: true, script, compatibilityDate: "2026-10-01", d1Databases };
const resourcePersistencePath = join(stateDir, "v3"); // where wrangler looks
const miniflare = new Miniflare(convertV4MiniflareOptions({ ...worker, resourcePersistencePath, log: new NoOpLog() }));
let code = 0;
try {
  const db = await miniflare.getD1Database("DB");
  const list = `CREATE TABLE IF NOT EXISTS d1_migrations(
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)`;
  await db.prepare(list).run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all();
  const applied = new Set(results.map(({ name }) => name));
  for (const name of readdirSync(`${root}migrations`).sort()) {
    if (!name.endsWith(".sql") || applied.has(name)) continue;
    const statements = unstable_splitSqlQuery(readFileSync(`${root}migrations/${name}`, "utf8"));
    const done = db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(name);
    await db.batch([...statements.map((sql) => db.prepare(sql)), done]); // all or nothing
  }
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  code = 1;
} finally {
  await miniflare.dispose();
}
process.exit(code);
