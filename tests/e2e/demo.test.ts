/** The demo organisation and the command line, against a real cell. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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

it("the demo loads, and a second time says nothing and changes nothing", async () => {
  expect(await state()).toMatchObject({ members: 0, accounts: 0, loaded: false });
  const first = await load();
  expect([first.code, first.err]).toEqual([
    0,
    expect.stringContaining("The demo organisation is loaded: 10694 records"),
  ]);
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
  const again = await crm("import", at("demo/sources/crm-salesforce-org"), "--commit", "--json", "--token", secret);
  expect(JSON.parse(again.out)).toMatchObject({ created: 0, errors: [], committed: true });
});
it("a token without the capability imports nothing", async () => {
  const token = await crm("token", "--name", "reader", "--json");
  const { token: secret } = JSON.parse(token.out) as { token: string };
  const refused = await crm(
    "import",
    at("demo/sources/companies-accents/customers.csv"),
    "--commit",
    "--json",
    "--token",
    secret,
  );
  expect([refused.code, refused.out]).toEqual([1, ""]); // no run was begun, so there is no report; why is said beside it
  expect(refused.err).not.toBe("");
});
it("lists the members", async () => {
  const listed = await crm("members", "--json");
  expect((JSON.parse(listed.out) as { items: unknown[] }).items).toHaveLength(135);
});

interface Policy {
  readonly allow: readonly { readonly id: string; readonly why: string; readonly groups?: readonly string[] }[];
}
it("the policy is shown, checked, compared and published, and a wider one waits for a second person", async () => {
  expect((await crm("login", "--member", "omar")).code).toBe(0);
  const shown = await crm("policy", "show", "--json");
  const policy = JSON.parse(shown.out) as Policy;
  const file = join(config, "policy.json");
  const put = (next: unknown): void => writeFileSync(file, JSON.stringify(next));
  put(policy);
  expect(await crm("policy", "check", file, "--tests", at("tests/policy"))).toMatchObject({ code: 0 });
  const changed = (groups: (all: readonly string[]) => readonly string[], id = "sales.own"): Policy => ({
    ...policy,
    allow: policy.allow.map((rule) => (rule.id === id ? { ...rule, groups: groups(rule.groups ?? []) } : rule)),
  });
  put(changed((all) => [...all, "no such group"]));
  const faulty = await crm("policy", "check", file);
  expect([faulty.code, faulty.out]).toEqual([
    1,
    expect.stringMatching(/allow\.\d+\.groups\.\d+: This has to be one of/),
  ]);
  put(changed((all) => [...all, "compensation"]));
  expect((await crm("policy", "diff", file)).out).toContain("wider");
  const waits = await crm("policy", "publish", file, "--why", "A try");
  expect([waits.code, waits.out]).toEqual([0, expect.stringContaining("A second person has been asked")]);
  expect((await crm("policy", "show", "--json")).out).toBe(shown.out);
  put(changed((all) => all.filter((group) => group !== "terms"), "exec.read"));
  expect((await crm("policy", "diff", file)).out).toContain("lose");
  expect((await crm("policy", "publish", file, "--why", "A try")).out).toMatch(/^Published as version \d+/);
});
it("[ACCESS-1] [LEAK-12] the command line tells of nothing that its member can't see, and says the same of what is not there", async () => {
  expect((await crm("login", "--member", "ana")).code).toBe(0);
  const cookie = (await crm("token", "--name", "look", "--json")).out;
  const { token } = JSON.parse(cookie) as { token: string };
  const found = await fetch(`${cell.url}/api/accounts?q=Lazy+K&limit=1`, { headers: { authorization: `Bearer ${token}` } }); // prettier-ignore
  const [hidden] = ((await found.json()) as { items: { id: string; name: string }[] }).items;
  if (!hidden) throw new Error("the restricted account is not there");
  const explain = (id: string) => crm("explain", "--action", "read", "--entity", "account", "--id", id);
  const seen = await explain(hidden.id);
  expect([seen.code, seen.out.split("\n")[0]]).toEqual([0, "Yes."]);
  const missing = hidden.id.slice(0, -4) + "zzzz";
  for (const member of ["helen", "femi", "yuki", "bo", "sofia"]) {
    expect((await crm("login", "--member", member)).code).toBe(0);
    const said = [await explain(hidden.id), await explain(missing), await crm("members"), await crm("policy", "show")];
    expect(said[0]).toEqual(said[1]);
    expect(said[0]?.out.split("\n")[0]).toBe("No.");
    for (const { out, err } of said) expect([member, `${out}${err}`.includes("Lazy K")]).toEqual([member, false]);
    expect((await explain(hidden.id)).out).not.toMatch(/\b(sales|g|own|team)\.\w+/); // no id of a rule in a member's text
  }
});
