import { Hono } from "hono";
import type { AppEnv } from "../context.ts";

/** What migrations/ holds, in order; tests/tidy.test.ts compares. */
export const expectedMigrations = ["0001_auth.sql", "0002_records.sql", "0003_directory.sql"] as const;
export const version = "0.1.0";

/** For whoever watches the cell. Never 200 on a schema that is not whole (twenty#23012). Mounted at /api. */
export const healthRoutes = new Hono<AppEnv>();

healthRoutes.get("/health", async (c) => {
  const expected = expectedMigrations.length;
  const answer = (applied: number, reason: string | null) =>
    c.json(
      {
        status: reason === null ? "ok" : "unavailable",
        version,
        cell: c.env.CELL,
        migrations: { applied, expected },
        ...(reason === null ? {} : { reason }),
      },
      reason === null ? 200 : 503,
    );
  try {
    const [names, probe] = await c.env.DB.batch<{ name: string }>([
      c.env.DB.prepare("select name from d1_migrations order by id"),
      // The first and the last thing that the migrations make: a file that broke half-way leaves one of them out.
      c.env.DB.prepare(
        "select name from sqlite_master where name in ('auth_session', 'change', 'meta', 'directory_feed', 'policy_published')",
      ),
    ]);
    const applied = new Set(names?.results.map((row) => row.name));
    const lacking = expectedMigrations.filter((name) => !applied.has(name));
    if (lacking.length > 0) return answer(expected - lacking.length, `migrations not applied: ${lacking.join(", ")}`);
    if (probe?.results.length !== 5)
      return answer(expected, "the schema is incomplete: a migration was applied half-way");
    return answer(expected, null);
  } catch (error) {
    console.error("health", String(error));
    return answer(0, "the database does not answer, or has no schema yet: apply the migrations");
  }
});
