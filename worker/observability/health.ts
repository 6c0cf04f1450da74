import { Hono } from "hono";
import type { AppContext, AppEnv } from "../context.ts";
import { expectedMigrations, readDrift, readSchema } from "./store.ts";

export const version = "0.1.0";

/** For whoever watches the cell. Never 200 on a schema that is not whole (twenty#23012). Mounted at /api. */
export const healthRoutes = new Hono<AppEnv>();

healthRoutes.get("/health", async (c) => {
  const expected = expectedMigrations.length;
  try {
    const { lacking, whole } = await readSchema(c.env.DB);
    if (lacking.length > 0)
      return answer(c, expected - lacking.length, `migrations not applied: ${lacking.join(", ")}`);
    if (!whole) return answer(c, expected, "the schema is incomplete: a migration was applied half-way");
    return answer(c, expected, null, await readDrift(c.env.DB));
  } catch (error) {
    console.error("health", String(error));
    return answer(c, 0, "the database does not answer, or has no schema yet: apply the migrations");
  }
});

/** `drift`: keys that devices found other than they should be, and fetched anew, so far (SYNC-K1). 0 unless something is wrong. */
function answer(c: AppContext, applied: number, reason: string | null, drift?: number): Response {
  const migrations = { applied, expected: expectedMigrations.length };
  const status = reason === null ? "ok" : "unavailable";
  const counted = drift === undefined ? {} : { drift };
  const body = { status, version, cell: c.env.CELL, migrations, ...counted, ...(reason === null ? {} : { reason }) };
  return c.json(body, reason === null ? 200 : 503);
}
