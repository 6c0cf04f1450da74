/** Imports as a whole: portions that count once, what was broken off, undo, names that are looked up, real files. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { memberSource } from "../../demo/people.ts";
import type { ImportRow } from "../../shared/exchange/import-plan.ts";
import {
  carryOut,
  type Job,
  type Outcome,
  type PortionAnswer,
  type RunState,
  type Transport,
} from "../../shared/exchange/job.ts";
import { inOrder, recognise } from "../../shared/exchange/layouts.ts";
import { openFile } from "../../shared/exchange/read/open.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { openDb } from "../../worker/db/db.ts";
import { loadRows } from "../../worker/db/rows.ts";
import { northwindFacts, northwindFactsOf, salesforceFacts, salesforceFactsOf } from "../demo-facts.ts";
import { account, accountSource, ask, boot, bytesOf, idOf, json, memberId } from "./app-rig.ts";

interface Run extends RunState {
  readonly left: number;
  readonly name: string;
}
const files: Record<string, string> = {
  ...import.meta.glob("../fixtures/exchange/**", { query: "?raw", import: "default", eager: true }),
  ...import.meta.glob("../../demo/sources/**", { query: "?raw", import: "default", eager: true }),
};
async function post<T>(path: string, body: unknown = {}, as = "greta"): Promise<T> {
  const answer = await ask(path, { as, body });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json<T>();
}
const transport = (as = "greta"): Transport => ({
  start: (body) => post<RunState>("/api/imports/start", body, as),
  send: (body) => post<PortionAnswer>("/api/imports", body, as),
  finish: (id) => post<Run>(`/api/imports/${id}/finish`, {}, as),
});
let prints = 0;
const carry = (jobs: readonly Job[] | readonly ImportRow[], commit = true, as = "greta"): Promise<Outcome> =>
  carryOut(jobs, { name: "test", print: `p${prints++}`, commit }, transport(as), () => undefined);
/** Files as somebody chooses them together. */
async function jobsOf(...paths: readonly string[]): Promise<Job[]> {
  const jobs: Job[] = [];
  for (const path of paths) {
    const data = new TextEncoder().encode(files[path] ?? "");
    const { tables } = await openFile({ name: path, size: data.length, async *read() { yield data; } }); // prettier-ignore
    for (const table of tables) jobs.push({ table, mapping: recognise(table).mapping });
  }
  return inOrder(jobs.map((job) => ({ ...job, entity: job.mapping.entity })));
}
async function undo(id: string, as = "greta"): Promise<Run> {
  let run: Run;
  do run = await post<Run>(`/api/imports/${id}/undo`, {}, as);
  while (run.left > 0);
  return run;
}
interface Line {
  readonly fate: string;
  readonly line?: number | null;
  readonly source?: string;
  readonly code?: string;
  readonly detail?: string;
  readonly why?: string;
  readonly fields?: readonly string[];
}
const reportOf = async (id: string): Promise<Line[]> =>
  new TextDecoder().decode(await (await ask(`/api/imports/${id}/report`, { as: "greta" })).arrayBuffer()).split("\n").filter(Boolean).map((line) => JSON.parse(line) as Line); // prettier-ignore
const db = openDb(env.DB);
const stored = async (source: string) => (await loadRows(db, [await idOf(source)])).get(await idOf(source));
const rowOf = async (source: string): Promise<Row | undefined> => (await stored(source))?.row;
const changes = async (): Promise<number> => (await env.DB.prepare(`SELECT COUNT(*) AS n FROM "change"`).first<{ n: number }>())?.n ?? 0; // prettier-ignore
const acme = (key: string, fields: ImportRow["fields"] = {}): ImportRow => ({ entity: "account", source: `acme:account:${key}`, fields: { name: `Acme ${key}`, ...fields } }); // prettier-ignore

beforeAll(async () => {
  await boot();
}, 60_000);

describe("portions", () => {
  const start = () => post<RunState>("/api/imports/start", { name: "a.csv", print: `portions-${prints++}` });
  it("[EXCH-4] counts each once, however often it is sent, and answers the same", async () => {
    const { id } = await start();
    const body = { run: id, n: 1, commit: true, rows: [acme("p1")] };
    const [first, again] = [await bytesOf(ask("/api/imports", { as: "greta", body })), await bytesOf(ask("/api/imports", { as: "greta", body }))]; // prettier-ignore
    expect(again).toBe(first);
    expect(await json<Run>(ask(`/api/imports/${id}`, { as: "greta" }))).toMatchObject({ parts: 1, created: 1, state: "open" }); // prettier-ignore
    const both = await Promise.all([1, 2].map(() => ask("/api/imports", { as: "greta", body: { ...body, n: 2, rows: [acme("p2")] } }))); // prettier-ignore
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(await json<Run>(ask(`/api/imports/${id}`, { as: "greta" }))).toMatchObject({ parts: 2, created: 2 });
  });
  it("[EXCH-4] refuses one out of turn, of nobody's import, and after the end", async () => {
    const { id } = await start();
    const send = async (n: number, run = id) => (await ask("/api/imports", { as: "greta", body: { run, n, commit: true, rows: [acme(`q${n}`)] } })).status; // prettier-ignore
    expect(await send(2)).toBe(409);
    expect(await send(1, "local_imp_00000000000000000000")).toBe(404);
    expect(await send(1)).toBe(200);
    expect(await post<Run>(`/api/imports/${id}/finish`)).toMatchObject({ state: "done", left: 0 });
    expect(await send(2)).toBe(409);
  });
  it("[EXCH-4] goes on where it was broken off, by the same file and mapping", async () => {
    const rows = Array.from({ length: 1_100 }, (_, at) => acme(`r${at}`));
    const wanted = { name: "r.csv", print: "r", commit: true };
    let sent = 0;
    const cut: Transport = {
      ...transport(),
      send: (body) => (sent++ === 1 ? Promise.reject(new Error("gone")) : transport().send(body)),
    };
    await expect(carryOut(rows, wanted, cut, () => undefined)).rejects.toThrow("gone");
    const done = await carryOut(rows, wanted, transport(), () => undefined);
    expect(done).toMatchObject({ resumed: 1, created: 1_100, rows: 1_100, run: { state: "done" } });
  }, 60_000);
  it("[EXCH-3] lists every row with what became of it, and all that was not taken as it was", async () => {
    const { id } = await start();
    await post("/api/imports", { run: id, n: 1, commit: true, rows: [{ ...acme("s1"), line: 2 }, { ...acme("s2", { employees: -1 }), line: 3 }, { ...acme("s1"), line: 4 }], unread: [{ line: 5, detail: "It has 3 cells." }], notes: [{ line: 2, detail: "A note." }] }); // prettier-ignore
    await post("/api/imports", { run: id, n: 2, commit: true, rows: [{ ...acme("s1"), line: 6 }, { ...acme("s1x"), line: 7, refs: { owner: "acme:member:404" } }] }); // prettier-ignore
    expect((await reportOf(id)).map(({ line, fate, code }) => [line, fate, code])).toEqual([
      [2, "created", undefined],
      [3, "refused", "invalid"],
      [4, "refused", "invalid"],
      [5, "unread", undefined],
      [2, "note", undefined],
      [6, "same", undefined],
      [7, "created", undefined],
      [undefined, "unresolved", undefined],
    ]);
  });
  it("[EXCH-5] keeps when and by whom a record was made, and says whom it did not find", async () => {
    const at = Date.UTC(2019, 3, 1);
    const run = await carry([
      { ...acme("o1"), origin: { at, by: memberSource("bo") } },
      { ...acme("o2"), origin: { at, by: "acme:member:404" } },
    ]);
    expect(await rowOf("acme:account:o1")).toMatchObject({ createdAt: at, createdBy: await memberId("bo") });
    expect(await rowOf("acme:account:o2")).toMatchObject({ createdAt: at, createdBy: await memberId("greta") });
    expect(run.unresolved).toEqual([{ source: "acme:account:o2", field: "createdBy", ref: "acme:member:404" }]);
    const change = await env.DB.prepare(`SELECT actor FROM "change" WHERE record = ?`).bind(await idOf("acme:account:o1")).first(); // prettier-ignore
    expect(change).toEqual({ actor: await memberId("greta") }); // who brought it in is on record too
  });
  it("[EXCH-4] settles at its end what a later row brought", async () => {
    const person = (key: string, more: Partial<ImportRow> = {}): ImportRow => ({ entity: "contact", source: `acme:contact:${key}`, anchor: "acme:account:t", fields: { name: key }, ...more }); // prettier-ignore
    const rows = [acme("t"), person("first", { refs: { reportsTo: "acme:contact:last" } }), ...Array.from({ length: 600 }, (_, at) => person(`m${at}`)), person("last")]; // prettier-ignore
    const done = await carry(rows);
    expect(done).toMatchObject({ created: 603, refused: 0 });
    expect(await rowOf("acme:contact:first")).toMatchObject({ reportsTo: await idOf("acme:contact:last"), unresolved: null }); // prettier-ignore
    await undo(done.run?.id ?? "");
    expect((await stored("acme:contact:first"))?.deletedAt).not.toBeNull();
  }, 60_000);
});

describe("[EXCH-6] undo", () => {
  it("takes back what was made, and what was changed is as it was", async () => {
    await carry([acme("u1", { city: "Köln", phone: "1" }), acme("u2", { city: "Bonn" })]);
    const before = await rowOf("acme:account:u1");
    const run = await carry([acme("u1", { city: "Ulm", phone: "2" }), acme("u3"), { entity: "contact", source: "acme:contact:u3", anchor: "acme:account:u3", fields: { name: "Zoë" } }]); // prettier-ignore
    expect(run).toMatchObject({ created: 2, updated: 1 });
    expect(await undo(run.run?.id ?? "")).toMatchObject({ state: "undone", taken: 3, kept: 0 });
    expect(await rowOf("acme:account:u1")).toEqual(before);
    for (const source of ["acme:account:u3", "acme:contact:u3"]) expect((await stored(source))?.deletedAt).not.toBeNull(); // prettier-ignore
    const at = await changes();
    expect(await undo(run.run?.id ?? "")).toMatchObject({ state: "undone", taken: 3 });
    expect(await changes()).toBe(at);
  });
  it("leaves what people changed since, field by field, and what they work under, and lists it", async () => {
    await carry([acme("v1", { city: "Köln", phone: "1" })]);
    const run = await carry([acme("v1", { city: "Ulm", phone: "2" }), acme("v2"), acme("v3"), acme("v4")]);
    const patch = async (source: string, body: unknown) => ask(`/api/accounts/${await idOf(source)}`, { as: "greta", method: "PATCH", body }); // prettier-ignore
    expect((await patch("acme:account:v1", { phone: "3" })).status).toBe(200);
    expect((await patch("acme:account:v2", { city: "Kiel" })).status).toBe(200);
    await carry([{ entity: "contact", source: "acme:contact:v3", anchor: "acme:account:v3", fields: { name: "Zoë" } }]);
    expect(await undo(run.run?.id ?? "")).toMatchObject({ taken: 2, kept: 3 });
    expect(await rowOf("acme:account:v1")).toMatchObject({ city: "Köln", phone: "3" });
    expect([(await stored("acme:account:v2"))?.deletedAt, (await stored("acme:account:v3"))?.deletedAt]).toEqual([null, null]); // prettier-ignore
    expect((await stored("acme:account:v4"))?.deletedAt).not.toBeNull();
    const kept = (await reportOf(run.run?.id ?? "")).filter(({ fate }) => fate === "kept");
    expect(kept.map(({ source, why, fields }) => [source, why, fields])).toEqual(expect.arrayContaining([
      ["acme:account:v1", "changed", ["phone"]],
      ["acme:account:v2", "changed", undefined],
      ["acme:account:v3", "in_use", undefined],
    ])); // prettier-ignore
  });
  it("brings the same file in again as new records", async () => {
    const first = await carry([acme("w1", { city: "Köln" })]);
    const old = await idOf("acme:account:w1");
    await undo(first.run?.id ?? "");
    expect(await carry([acme("w1", { city: "Ulm" })], false)).toMatchObject({ created: 1, refused: 0 });
    expect(await carry([acme("w1", { city: "Ulm" })])).toMatchObject({ created: 1, refused: 0 });
    expect(await carry([acme("w1", { city: "Ulm" })])).toMatchObject({ created: 0, skipped: 1 });
    const list = await json<{ items: Row[] }>(ask(`/api/accounts?filter[source][eq]=acme:account:w1`, { as: "greta" }));
    expect(list.items).toMatchObject([{ city: "Ulm" }]);
    expect(list.items[0]?.id).not.toBe(old);
  });
  it("is its member's alone, by right and for a while: to others the import is missing, byte for byte", async () => {
    const { run } = await carry([acme("x1")]);
    const no = "local_imp_00000000000000000000";
    for (const as of ["ana", "omar"])
      for (const [path, method] of [["", "GET"], ["/report", "GET"], ["/undo", "POST"], ["/finish", "POST"]] as const)
        expect(await bytesOf(ask(`/api/imports/${run?.id}${path}`, { as, method, ...(method === "POST" ? { body: {} } : {}) }))).toBe(
          await bytesOf(ask(`/api/imports/${no}${path}`, { as, method, ...(method === "POST" ? { body: {} } : {}) })),
        ); // prettier-ignore
    expect(await json<{ items: unknown[] }>(ask("/api/imports", { as: "ana" }))).toEqual({ items: [] });
    await env.DB.prepare(`UPDATE "import_run" SET at = at - 31 * 86400000 WHERE id = ?`).bind(run?.id).run();
    expect((await ask(`/api/imports/${run?.id}/undo`, { as: "greta", body: {} })).status).toBe(403);
  });
});

describe("[EXCH-2] names", () => {
  const at = (name: string, key: string): ImportRow[] => [
    { entity: "account", source: `name:account:${name}`, only: "create", fields: { name } },
    { entity: "contact", source: `acme:contact:${key}`, anchor: `name:account:${name}`, fields: { name: key } },
  ];
  it("are the account that goes by them, whatever the case, else a new one, once", async () => {
    await carry([acme("y1")]);
    const run = await carry([...at("ACME  Y1", "y1"), ...at("Orchard Y", "y2"), ...at("orchard y", "y3")]);
    expect(run).toMatchObject({ created: 4, skipped: 0, refused: 0 });
    expect(await rowOf("acme:contact:y1")).toMatchObject({ anchor: await idOf("acme:account:y1") });
    expect((await rowOf("acme:contact:y2"))?.anchor).toBe((await rowOf("acme:contact:y3"))?.anchor);
  });
  it("that several go by are refused in words", async () => {
    await carry([acme("z1", { name: "Twin" }), acme("z2", { name: "twin" })]);
    const run = await carry(at("Twin", "z1"));
    expect(run).toMatchObject({ created: 0, refused: 2 });
    expect(run.errors[0]?.detail).toContain("Several go by this name");
  });
  it("[LEAK-46] [LEAK-14] of what the importer can't see are not found, and nothing tells that they are there", async () => {
    await carry([account("vault", "ana", "europe", "europe", { name: "Vault Ltd" })]);
    const restricted = await ask(`/api/accounts/${await idOf(accountSource("vault"))}/restrict`, { as: "ana", body: { restricted: true } }); // prettier-ignore
    expect(restricted.status).toBe(200);
    const dry = (name: string) => carry(at(name, "hidden"), false);
    const [there, gone] = [await dry("Vault Ltd"), await dry("Vanlt Ltd")];
    expect(JSON.stringify(there).replaceAll("Vault", "V")).toBe(JSON.stringify(gone).replaceAll("Vanlt", "V"));
    expect(there).toMatchObject({ created: 2 });
  });
  it("of mails lead to the person, and to their account", async () => {
    await carry([acme("mail"), { entity: "contact", source: "acme:contact:mail", anchor: "acme:account:mail", fields: { name: "Lee", email: "Lee@Mail.example" } }]); // prettier-ignore
    await carry([{ entity: "activity", source: "mail:activity:1", anchor: "email:contact:nobody@x.example lee@mail.example", fields: { name: "Hello", activityKind: "email" } }]); // prettier-ignore
    expect(await rowOf("mail:activity:1")).toMatchObject({ anchor: await idOf("acme:account:mail"), activityKind: "email" }); // prettier-ignore
  });
});

describe("[EXCH-2] [EXCH-3] real files", () => {
  const all = async (sources: string): Promise<Map<EntityName, Row[]>> => {
    const out = new Map<EntityName, Row[]>();
    for (const name of ["member", "account", "contact", "task", "activity"] as const) {
      const { results } = await env.DB.prepare(`SELECT id FROM "${name}" WHERE source LIKE ? AND deleted_at IS NULL`).bind(`${sources}:%`).all<{ id: string }>(); // prettier-ignore
      for (let at = 0; at < results.length; at += 1_000) {
        const rows = await loadRows(db, results.slice(at, at + 1_000).map(({ id }) => id)); // prettier-ignore
        out.set(name, [...(out.get(name) ?? []), ...[...rows.values()].map(({ row }) => row)]);
      }
    }
    return out;
  };
  const org = ["User", "Account", "Contact", "Task", "Event"].map((name) => `../../demo/sources/crm-salesforce-org/${name}.csv`); // prettier-ignore
  it("Salesforce's organisation equals its reference facts, and goes again", async () => {
    const dry = await carry(await jobsOf(...org), false);
    expect(dry).toMatchObject({ rows: 7_390, created: 7_390, refused: 0, unresolvedCount: 1_305 + 3_012 });
    const done = await carry(await jobsOf(...org));
    expect(done).toMatchObject({ rows: 7_390, created: 7_390, refused: 0, unresolvedCount: 1_305 + 3_012 });
    expect(salesforceFactsOf(await all("salesforce"))).toEqual(salesforceFacts);
    expect(await undo(done.run?.id ?? "")).toMatchObject({ state: "undone", taken: 7_390, kept: 0 });
    expect([...(await all("salesforce")).values()].flat()).toEqual([]);
  }, 240_000);
  it("Northwind equals its reference facts", async () => {
    const done = await carry(await jobsOf("../../demo/sources/companies-accents/customers.csv"));
    expect(done).toMatchObject({ rows: 182, created: 182, refused: 0 });
    expect(northwindFactsOf(await all("northwind"))).toEqual(northwindFacts);
  }, 60_000);
  it("Atomic's contacts are all there, under their 55 companies", async () => {
    const done = await carry(await jobsOf("../fixtures/exchange/crm-atomic/contacts.csv"));
    expect(done).toMatchObject({ rows: 500, created: 555, refused: 0 });
    const contacts = (await all("atomic")).get("contact") ?? [];
    const own = (row: Row) => row["customShared"] as Record<string, string>;
    const count = (test: (row: Row) => boolean): number => contacts.filter(test).length;
    expect([contacts.length, new Set(contacts.map(({ anchor }) => anchor)).size]).toEqual([500, 55]);
    expect(["warm", "cold", "in-contract", "hot"].map((status) => count((row) => own(row)["status"] === status))).toEqual([140, 126, 124, 110]); // prettier-ignore
    expect([count((row) => row["marketingConsent"] === "given"), count((row) => own(row)["tags"] !== undefined)]).toEqual([160, 243]); // prettier-ignore
    expect([count((row) => row["phone"] !== null), count((row) => own(row)["phoneHome"] !== undefined), count((row) => own(row)["phoneOther"] !== undefined)]).toEqual([274, 270, 286]); // prettier-ignore
    expect(count((row) => row["email"] !== null && own(row)["emailOther"] === row["email"])).toBe(500);
    const alike = [...Map.groupBy(contacts, ({ name }) => name).values()].map(({ length: n }) => (n * (n - 1)) / 2);
    expect(alike.reduce((sum, pairs) => sum + pairs, 0)).toBe(3);
  }, 60_000);
  it("Atomic's JSON comes whole; a sales entry without e-mail is refused and said, and nothing of it is half there", async () => {
    const good = await carry(await jobsOf("../fixtures/exchange/crm-atomic/import-sample.json"), false);
    // One person names no company: they are refused with the reason, with what hangs on them.
    expect(good.unread).toEqual([{ line: 1, detail: expect.stringContaining("names no account") }]);
    const bad = await carry(await jobsOf("../fixtures/exchange/crm-atomic/import-sample-invalid-sale.json"), false);
    expect(bad.unread).toEqual(expect.arrayContaining([{ line: 1, detail: "It has no email." }]));
  });
  it("every card and every mail is stored, or refused with a reason", async () => {
    const paths = Object.keys(files).filter((path) => /exchange\/(vcards|emails)\//.test(path));
    expect(paths).toHaveLength(6 + 26);
    await carry([acme("cards")]);
    const jobs = (await jobsOf(...paths)).map((job) => ({ ...job, mapping: { ...job.mapping, under: "acme:account:cards" } })); // prettier-ignore
    const done = await carry(jobs);
    expect(done.rows).toBe(13 + 26);
    const fates = (await reportOf(done.run?.id ?? "")).filter(({ fate }) => !["note", "unresolved"].includes(fate));
    const people = fates.filter(({ source }) => !source?.startsWith("name:"));
    expect(people).toHaveLength(13 + 26);
    for (const one of people) expect(one.fate === "created" || one.detail || one.code).toBeTruthy();
    expect(people.filter(({ fate }) => fate === "created").length).toBeGreaterThan(35);
  }, 60_000);
});
