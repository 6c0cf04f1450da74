/**
 * A harness that finds nothing proves nothing. Each of these faults is put into the running Worker, at a seam or into what
 * it reads; then members' clients drive it as in `canary.test.ts`, and the search must find what they got.
 */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { AllowRule, Cond, Policy } from "../../shared/access/rules.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type * as records from "../../shared/records/record.ts";
import type * as doorRows from "../../worker/db/rows.ts";
import type * as words from "../../worker/db/section-text.ts";
import type * as problems from "../../worker/http/problem.ts";
import type * as modes from "../../shared/sections/mode.ts";
import type * as shares from "../../worker/shares/routes.ts";
import type * as rig from "./canary-rig.ts";

const now = await vi.hoisted(async () => {
  // Vitest calls this when a mocked module is first asked for, and workerd has none: nothing is lost without it.
  const { AsyncLocalStorage } = await import("node:async_hooks");
  AsyncLocalStorage.prototype.disable = () => undefined;
  return { fault: "", loaded: "", logged: [] as string[] };
});
const base64 = (text: string): string => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

vi.mock("../../shared/records/record.ts", async (original) => {
  const real = await original<typeof records>();
  const project: typeof records.project = (name, row, mask) => {
    if (now.fault === "project") return real.project(name, row, ~0 >>> 1);
    const shown = real.project(name, row, mask);
    return now.fault === "one field" && shown ? { ...shown, contractTerms: row["contractTerms"] ?? null } : shown;
  };
  return { ...real, project };
});
vi.mock("../../worker/db/rows.ts", async (original) => {
  const real = await original<typeof doorRows>();
  const loadRows: typeof doorRows.loadRows = async (...asked) => {
    const found = await real.loadRows(...asked);
    if (found.size > 0) now.loaded = JSON.stringify([...found.values()]);
    if (now.fault === "log") now.logged.push(now.loaded);
    return found;
  };
  return { ...real, loadRows };
});
vi.mock("../../worker/http/problem.ts", async (original) => {
  const real = await original<typeof problems>();
  const missing = (): Response =>
    now.fault === "error" ? real.problem({ code: "denied", detail: `Not yours: ${now.loaded}` }) : real.missing();
  return { ...real, missing };
});
/** A route that somebody adds and forgets the door. It is there from the start, as it would be. */
vi.mock("../../worker/shares/routes.ts", async (original) => {
  const real = await original<typeof shares>();
  real.shareRoutes.get("/forgotten/:id", async (c) => {
    const { results } = await c.env.DB.prepare("select * from opportunity").all();
    const text = JSON.stringify(results);
    if (now.fault === "route") return c.text(text);
    if (now.fault === "route, base64") return c.json({ file: base64(text) });
    if (now.fault === "route, UTF-16") return c.body([...text].map((char) => `${char}\0`).join(""));
    if (now.fault === "header") c.header("x-record", encodeURIComponent(text));
    return c.json({});
  });
  return real;
});
/** A note is shown to whoever sees the account. */
vi.mock("../../shared/sections/mode.ts", async (original) => {
  const real = await original<typeof modes>();
  const modeOf: typeof modes.modeOf = (...asked) => (now.fault === "notes" ? "read" : real.modeOf(...asked));
  return { ...real, modeOf };
});

/** Words of sections are read without their record, or of whatever generation somebody asks. */
vi.mock("../../worker/db/section-text.ts", async (original) => {
  const real = await original<typeof words>();
  const excerptsOf: typeof words.excerptsOf = async (db, rows, ...asked) => {
    if (now.fault !== "words") return real.excerptsOf(db, rows, ...asked);
    const { results } = await env.DB.prepare("select section as id, gen from section_text").all<{ id: string; gen: number }>();
    return real.excerptsOf(db, results as unknown as typeof rows, ...asked);
  };
  return { ...real, excerptsOf };
}); // prettier-ignore

/** As if this policy had been published: it is in force from the next request on. */
async function publish(policy: Policy): Promise<void> {
  await env.DB.prepare(
    "INSERT INTO policy (version, body, author, why, at) SELECT max(version) + 1, json_set(?, '$.version', max(version) + 1), 'test', 'A fault.', 1 FROM policy",
  )
    .bind(JSON.stringify(policy))
    .run();
}
const everywhere = (when: Cond): Cond => JSON.parse(JSON.stringify(when).replaceAll(/"reach":"\w+"/g, '"reach":"all"'));
const allow = (change: (rule: AllowRule) => AllowRule): Policy => ({
  ...shippedPolicy,
  allow: shippedPolicy.allow.map(change),
});

// The cell's Durable Objects have asked for these modules already: from here on they are the ones with a fault.
vi.resetModules();
const { canaries, Client, leaksIn, mayHave, plant } = await import("./canary-rig.ts");
const { forgetSessions } = await import("./app-rig.ts");

type Drive = (client: rig.Client) => Promise<unknown>;
const lists: Drive = (client) => client.lists();
const sync: Drive = (client) => client.sync();
const rooms: Drive = (client) => client.rooms();
const routes: Drive = (client) => client.routes();
const commandLine: Drive = (client) => client.commandLine();
const disk: Drive = (client) => client.disk();
const single: Drive = (client) => client.records();
const forgotten: Drive = (client) => client.get("/api/forgotten/1");
interface Fault {
  readonly fault: string;
  readonly what: string;
  readonly as: string;
  readonly drive: Drive;
  readonly before?: () => Promise<unknown>;
}
const faults: readonly Fault[] = [
  { fault: "project", what: "a record is sent whole", as: "sofia", drive: lists },
  { fault: "project", what: "a record is sent whole to a device", as: "sofia", drive: sync },
  { fault: "one field", what: "one hidden field is put back by hand", as: "sofia", drive: single },
  { fault: "error", what: "an error says what it was about", as: "marcus", drive: single },
  { fault: "error", what: "the command line says the error", as: "marcus", drive: commandLine },
  { fault: "project", what: "a device keeps a record whole", as: "sofia", drive: disk },
  { fault: "log", what: "a line of the log holds the record", as: "ana", drive: single },
  { fault: "route", what: "a new route answers without the door", as: "yuki", drive: routes },
  { fault: "route, base64", what: "it answers a file, in base64", as: "yuki", drive: forgotten },
  { fault: "route, UTF-16", what: "it answers a file, in UTF-16", as: "yuki", drive: forgotten },
  { fault: "header", what: "a header says what was found", as: "yuki", drive: forgotten },
  { fault: "notes", what: "notes are open to whoever sees the account", as: "sofia", drive: single },
  { fault: "notes", what: "notes are open in the room too", as: "yuki", drive: rooms },
  { fault: "words", what: "a search shows pieces of texts of others", as: "yuki", drive: lists },
  { fault: "guardrails", what: "no guardrail is asked", as: "helen", drive: lists, before: () => publish({ ...shippedPolicy, forbid: [] }) },
  { fault: "reach", what: "every reach is read as all", as: "bo", drive: lists, before: () => publish(allow((rule) => ({ ...rule, when: everywhere(rule.when) }))) },
  { fault: "group", what: "one rule gives one group more", as: "sofia", drive: lists, before: () => publish(allow((rule) => (rule.id.startsWith("support.picture") ? { ...rule, groups: [...rule.groups, "contract"] } : rule))) },
  { fault: "facts", what: "a member has the regions of another", as: "femi", drive: lists, before: () => env.DB.prepare("UPDATE member SET regions = (SELECT regions FROM member WHERE handle = 'helen'), teams = (SELECT teams FROM member WHERE handle = 'ana'), base = 'sales_manager' WHERE handle = 'femi'").run() },
]; // prettier-ignore

describe("[ACCESS-3] the canary harness is not blind", () => {
  beforeAll(async () => {
    await plant();
    for (const level of ["log", "info", "warn", "error"] as const)
      vi.spyOn(console, level).mockImplementation((...said) => void now.logged.push(said.map(String).join(" ")));
  }, 120_000);
  afterEach(async () => {
    now.fault = "";
    now.logged.length = 0;
    await publish(shippedPolicy);
  });

  const heardBy = async (as: string, drive: Drive): Promise<string[]> => {
    const client = new Client(as);
    await drive(client);
    forgetSessions();
    return client.heard;
  };
  it("without a fault nothing is found", async () => {
    const open = await mayHave("sofia");
    expect(leaksIn(await heardBy("sofia", lists), open)).toEqual([]);
    expect(leaksIn(now.logged, new Set())).toEqual([]);
  });
  it("without a fault nothing is found on the disk, nor by the command line", async () => {
    expect(leaksIn(await heardBy("sofia", disk), await mayHave("sofia"))).toEqual([]);
    expect(leaksIn(await heardBy("marcus", commandLine), await mayHave("marcus"))).toEqual([]);
  }, 60_000);
  it.each(faults)(
    "$fault: $what, and it is found",
    async ({ fault, as, drive, before }) => {
      const open = await mayHave(as);
      now.fault = fault;
      await before?.();
      const heard = await heardBy(as, drive);
      const found = fault === "log" ? leaksIn(now.logged, new Set()) : leaksIn(heard, open);
      expect(found.length).toBeGreaterThan(0);
      expect(found.length).toBeLessThan(canaries.length);
    },
    60_000,
  );
});
