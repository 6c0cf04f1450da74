/** The demo organisation and the command line, against a real cell. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type Server } from "./server.ts";

const at = (path: string): string => new URL(`../../${path}`, import.meta.url).pathname;
let cell: Server;
let config: string;

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}
function node(...args: readonly string[]): Promise<Ran> {
  const env = { PATH: process.env["PATH"], XDG_CONFIG_HOME: config, CRM_URL: cell.url };
  return new Promise((resolve) => {
    execFile(at("node_modules/.bin/node"), args, { env, maxBuffer: 50_000_000 }, (error, out, err) =>
      resolve({ code: typeof error?.code === "number" ? error.code : error ? -1 : 0, out, err }),
    );
  });
}
const crm = (...args: readonly string[]): Promise<Ran> => node(at("scripts/crm/main.ts"), ...args);
const load = (): Promise<Ran> => node(at("scripts/load-demo.mjs"), "--url", cell.url);
const state = async (): Promise<unknown> => (await fetch(`${cell.url}/api/demo/state`)).json();

beforeAll(async () => {
  config = mkdtempSync(join(tmpdir(), "baton-config-"));
  cell = await startServer();
});
afterAll(async () => {
  await cell?.stop();
  rmSync(config, { recursive: true, force: true });
});

it("the demo loads within 25 seconds, and a second time says nothing and changes nothing", async () => {
  expect(await state()).toMatchObject({ members: 0, accounts: 0, loaded: false });
  const startedAt = Date.now();
  const first = await load();
  expect([first.code, first.err]).toEqual([
    0,
    expect.stringContaining("The demo organisation is loaded: 10666 records"),
  ]);
  expect(Date.now() - startedAt).toBeLessThan(25_000);
  expect(await state()).toMatchObject({ members: 135, accounts: 511, loaded: true });
  expect(await load()).toEqual({ code: 0, out: "", err: "" });
});
it("the sign-in page gets the twelve named members in their order", async () => {
  const { items } = (await (await fetch(`${cell.url}/api/demo/members`)).json()) as { items: { handle: string }[] };
  expect(items.map(({ handle }) => handle).join(" ")).toBe(
    "ana bo lina marcus sofia priya femi yuki helen omar greta tomas",
  );
});
it("an organisation that has members takes no second bootstrap", async () => {
  const answer = await fetch(`${cell.url}/api/demo/bootstrap`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: cell.url },
    body: JSON.stringify({
      people: [{ entity: "member", source: "x:member:eve", fields: { name: "Eve", duties: ["policy_admin"] } }],
    }),
  });
  expect(await answer.json()).toEqual({ made: false });
  expect(await state()).toMatchObject({ members: 135 });
});
it("the command line signs in, makes a token, and imports by it what was imported already: nothing new", async () => {
  expect((await crm("login", "--member", "greta")).code).toBe(0);
  const token = await crm("token", "--name", "nightly import", "--allow", "import", "--json");
  const { token: secret } = JSON.parse(token.out) as { token: string };
  const again = await crm(
    "import",
    at("demo/sources/crm-salesforce-org"),
    "--as",
    "salesforce",
    "--commit",
    "--json",
    "--token",
    secret,
  );
  expect(JSON.parse(again.out)).toMatchObject({ created: 0, errors: [], committed: true });
});
it("a token without the capability imports nothing", async () => {
  const token = await crm("token", "--name", "reader", "--json");
  const { token: secret } = JSON.parse(token.out) as { token: string };
  const refused = await crm(
    "import",
    at("demo/sources/companies-accents/customers.csv"),
    "--as",
    "northwind",
    "--commit",
    "--json",
    "--token",
    secret,
  );
  expect(refused.code).toBe(1);
  expect(JSON.parse(refused.out)).toMatchObject({ created: 0 });
});
it("lists the members", async () => {
  const listed = await crm("members", "--json");
  expect((JSON.parse(listed.out) as { items: unknown[] }).items).toHaveLength(135);
});
