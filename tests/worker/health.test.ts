/** What a watcher of the cell is told: 200 only while the cell can serve. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectedMigrations } from "../../worker/observability/store.ts";
import { ask } from "./app-rig.ts";

interface Health {
  readonly status: string;
  readonly version: string;
  readonly cell: string;
  readonly migrations: { readonly applied: number; readonly expected: number };
  readonly reason?: string;
}
const health = async (): Promise<readonly [number, Health]> => {
  const answer = await ask("/api/health");
  return [answer.status, await answer.json<Health>()];
};
const run = (query: string): Promise<unknown> => env.DB.prepare(query).run();
const expected = expectedMigrations.length;

describe("health", () => {
  it("is 200 on a whole schema, and says what is applied", async () => {
    expect(await health()).toEqual([
      200,
      {
        status: "ok",
        version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
        cell: env.CELL,
        migrations: { applied: expected, expected },
        drift: 0,
      },
    ]);
  });
  it("needs no session, and is kept by nobody in between", async () => {
    expect((await ask("/api/health")).headers.get("cache-control")).toBe("private, no-store");
  });
  it("is 503 with the name of each migration that is not applied", async () => {
    for (const name of expectedMigrations) {
      const row = await env.DB.prepare("select * from d1_migrations where name = ?")
        .bind(name)
        .first<Record<string, string | number>>();
      await env.DB.prepare("delete from d1_migrations where name = ?").bind(name).run();
      const [status, body] = await health();
      expect([status, body.status, body.migrations.applied]).toEqual([503, "unavailable", expected - 1]);
      expect(body.reason).toContain(name);
      const columns = Object.keys(row ?? {});
      await env.DB.prepare(
        `insert into d1_migrations (${columns.join(", ")}) values (${columns.map(() => "?").join(", ")})`,
      )
        .bind(...Object.values(row ?? {}))
        .run();
      expect((await health())[0]).toBe(200);
    }
  });

  describe("is 503 while a table is gone:", () => {
    let names: string[] = [];
    beforeEach(async () => {
      const found = await env.DB.prepare(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%' and name <> 'd1_migrations'",
      ).all<{ name: string }>();
      names = found.results.map(({ name }) => name);
    });
    afterEach(async () => {
      expect((await health())[0]).toBe(200);
    });
    it("any of them", async () => {
      expect(names.length).toBeGreaterThan(30);
      for (const name of names) {
        await run(`pragma legacy_alter_table = on`);
        await run(`alter table "${name}" rename to "gone_away"`);
        const [status, body] = await health();
        await run(`alter table "gone_away" rename to "${name}"`);
        expect([name, status, body.status]).toEqual([name, 503, "unavailable"]);
        expect(body.reason).toBeTypeOf("string");
      }
    });
  });
  it("is 503 without the list of migrations, and tells nothing of what is inside", async () => {
    await run(`alter table d1_migrations rename to gone_away`);
    const [status, body] = await health();
    await run(`alter table gone_away rename to d1_migrations`);
    expect([status, body.migrations.applied]).toEqual([503, 0]);
    expect(JSON.stringify(body)).not.toContain("no such table");
    expect((await health())[0]).toBe(200);
  });
});
