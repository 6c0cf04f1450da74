import { Hono } from "hono";
import type { AppContext, AppEnv } from "../context.ts";
import { expectedMigrations, readSchema } from "./store.ts";

export const version = "0.1.0";

/** For whoever watches the cell. Never 200 on a schema that is not whole (twenty#23012). Mounted at /api. */
export const healthRoutes = new Hono<AppEnv>();

healthRoutes.get("/health", async (c) => {
  const expected = expectedMigrations.length;
  try {
    const { lacking, whole } = await readSchema(c.env.DB);
    if (lacking.length > 0)
      return answer(c, expected - lacking.length, `migrations not applied: ${lacking.join(", ")}`);
    return answer(c, expected, whole ? null : "the schema is incomplete: a migration was applied half-way");
  } catch (error) {
    console.error("health", String(error));
    return answer(c, 0, "the database does not answer, or has no schema yet: apply the migrations");
  }
});

function answer(c: AppContext, applied: number, reason: string | null): Response {
  const migrations = { applied, expected: expectedMigrations.length };
  const status = reason === null ? "ok" : "unavailable";
  const body = { status, version, cell: c.env.CELL, migrations, ...(reason === null ? {} : { reason }) };
  return c.json(body, reason === null ? 200 : 503);
}
