/** What migrations/ holds, in order; tests/tidy.test.ts compares. */
export const expectedMigrations: readonly string[] = ["0001_auth.sql", "0002_records.sql", "0003_directory.sql"];
/** The last thing that each migration makes: wherever a file broke off, this is not there. tests/e2e/crash.test.ts compares. */
const probes = ["demo_mail", "member_email", "token_cut"];

/** Names of the migrations that are not applied, and whether the schema holds all that they make. Throws without a schema. */
export async function readSchema(
  d1: D1Database,
): Promise<{ readonly lacking: readonly string[]; readonly whole: boolean }> {
  const [names, found] = await d1.batch<{ name: string }>([
    d1.prepare("select name from d1_migrations order by id"),
    d1
      .prepare("select name from sqlite_master where name in (select value from json_each(?))")
      .bind(JSON.stringify(probes)),
  ]);
  const applied = new Set(names?.results.map((row) => row.name));
  return {
    lacking: expectedMigrations.filter((name) => !applied.has(name)),
    whole: found?.results.length === probes.length,
  };
}
