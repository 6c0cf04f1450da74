/** Power cuts: what was acknowledged is there afterwards, and a schema that is not whole is never called healthy. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { peopleRows } from "../../demo/people.ts";
import { startCell } from "../../scripts/lib/cell.mjs";
import { call } from "../../scripts/crm/api.ts";
import { Client, newId } from "./clients.ts";
import { freePort, startServer, type Server } from "./server.ts";

let server: Server;
let ana: Client;
let account: string;

beforeAll(async () => {
  server = await startServer();
  await call(server.url, {}, "POST", "/api/demo/bootstrap", { people: peopleRows() });
  ana = await Client.signIn(server.url, "ana");
  account = newId("acc");
  await ana.mutate("account.create@1", { id: account, anchor: account, fields: { name: "Initech" } });
});
afterAll(() => server?.stop());

const isDead = (): Promise<boolean> => fetch(`${server.url}/api/health`).then(() => false, () => true); // prettier-ignore

describe("after a kill -9 right behind the acknowledgement", () => {
  test("[SYNC-1] a record write is there, once, and its repeat changes nothing", async () => {
    const set = { nextAction: `before the cut ${Date.now()}` };
    const answer = await ana.push("account.edit@1", { id: account, set }, 2);
    const acknowledged = answer.text();
    await Promise.all([acknowledged, acknowledged.then(() => server.kill())]);
    expect(JSON.parse(await acknowledged)).toMatchObject({ results: [{ n: 2, ok: true }] });
    expect(await isDead()).toBe(true);

    await server.restart();
    const stored = await ana.get(`/api/accounts/${account}`);
    expect(stored).toMatchObject({ ...set, name: "Initech" });
    const repeat = await ana.push("account.edit@1", { id: account, set }, 2);
    expect(await repeat.json()).toMatchObject({ results: [{ n: 2, ok: true }] });
    expect(await ana.get(`/api/accounts/${account}`)).toEqual(stored);
  });
});

describe("a half-applied migration", () => {
  const folder = fileURLToPath(new URL("../../migrations/", import.meta.url));
  const files = readdirSync(folder).filter((name) => name.endsWith(".sql")).sort(); // prettier-ignore
  /** Whatever breaks off a migration, its last statement is missing. */
  const lastStatements = files.map((file) => {
    const made = /^CREATE (?:UNIQUE )?(TABLE|INDEX|TRIGGER) "(\w+)"/gim;
    const [, kind = "", name = ""] = [...readFileSync(folder + file, "utf8").matchAll(made)].at(-1) ?? [];
    return { kind, name };
  });
  const newest = files.at(-1) ?? "";
  const { kind, name } = lastStatements.at(-1) ?? { kind: "", name: "" };

  beforeAll(() => server.kill());

  /** Health of a cell on a copy of the state that was damaged so. */
  async function healthAfter(damage: string): Promise<{ status: number; body: string }> {
    const stateDir = mkdtempSync(join(tmpdir(), "baton-half-"));
    try {
      cpSync(server.stateDir, stateDir, { recursive: true });
      damageDatabase(stateDir, damage);
      const cell = await startCell({ stateDir, port: await freePort(), demo: true });
      await cell.stop();
      return cell.health;
    } finally {
      rmSync(stateDir, { recursive: true, force: true });
    }
  }
  function damageDatabase(stateDir: string, damage: string): void {
    const found = readdirSync(stateDir, { recursive: true, encoding: "utf8" })
      .filter((path) => /d1\/.*\.sqlite$/.test(path))
      .flatMap((path) => {
        const db = new DatabaseSync(join(stateDir, path));
        if (db.prepare("SELECT 1 FROM sqlite_master WHERE name = 'd1_migrations'").get()) return [db];
        db.close();
        return [];
      });
    expect(found).toHaveLength(1);
    for (const db of found) {
      db.exec(damage);
      db.close();
    }
  }

  test("[OPS-1] health looks for the last thing that each migration makes", () => {
    const source = readFileSync(new URL("../../worker/observability/store.ts", import.meta.url), "utf8");
    const probes = /const probes = \[(.*)\]/.exec(source)?.[1];
    expect(probes).toBe(lastStatements.map((made) => `"${made.name}"`).join(", "));
  });
  test.each([
    ["a migration that is not written down", `DELETE FROM d1_migrations WHERE name = '${newest}'`, newest],
    ["a migration that broke off", `DROP ${kind} ${name}`, "half-way"],
  ])("[OPS-1] health says 503 and why: %s", async (_fault, damage, why) => {
    const { status, body } = await healthAfter(damage);
    expect([status, JSON.parse(body)]).toEqual([
      503,
      expect.objectContaining({ status: "unavailable", reason: expect.stringContaining(why) }),
    ]);
  });
});
