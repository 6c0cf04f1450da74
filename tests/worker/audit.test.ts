/** The audit in workerd: what is in the stream, who reads what of it, and every way to bend it that is found. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { erased, type Finding, type Line, type Salt } from "../../shared/audit/seal.ts";
import { dayMs, edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { forgetOld, keepAudit, sealRanges, verifyFrom } from "../../worker/audit/seal.ts";
import { getRows, linesName, putRows, saltsName } from "../../worker/audit/segments.ts";
import { lastSeal, sealsFrom } from "../../worker/audit/store.ts";
import { record } from "../../worker/audit/record.ts";
import { openDb } from "../../worker/db/db.ts";
import type { Env } from "../../worker/env.ts";
import { keepHistory } from "../../worker/history/prune.ts";
import { accountSource, ask, boot, bytesOf, device, handles, idOf, json, memberId, opportunity, bring, pull, pullBody, pushBody } from "./app-rig.ts"; // prettier-ignore

const cell = env as Env;
const db = openDb(env.DB);
const sql = (query: string, ...values: unknown[]) => env.DB.prepare(query).bind(...values);
const rows = async <T>(query: string, ...values: unknown[]): Promise<T[]> => (await sql(query, ...values).all<T>()).results; // prettier-ignore
/** After the minutes that are still counted. */
const later = (): number => Date.now() + 5 * 60_000;

interface Item {
  readonly id: string;
  readonly actor: string;
  readonly class: string;
  readonly kind: string;
  readonly mutation?: string;
  readonly record?: string;
  readonly title?: string;
  readonly what?: string;
  readonly n?: number;
  readonly subject?: string;
  readonly detail?: unknown;
  readonly fields?: readonly { readonly field: string; readonly before?: unknown; readonly after?: unknown; readonly hidden?: true }[]; // prettier-ignore
  readonly sealedAt: number | null;
}
interface Page {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
const stream = (query = "", as = "omar"): Promise<Page> => json<Page>(ask(`/api/audit?limit=200&${query}`, { as }));

/** Everything that is found, over all ranges, by steps as small as given. */
async function found(now = later()): Promise<Finding[]> {
  const all: Finding[] = [];
  for (let after = 0; ;) {
    const { findings, seals, more } = await verifyFrom(cell, db, after, 3, now);
    all.push(...findings);
    const next = seals.at(-1)?.n;
    if (!more || next === undefined) return all;
    after = next;
  }
}
const faultsOf = (findings: readonly Finding[]): string[] => [...new Set(findings.map(({ fault }) => fault))].sort();

let west = "";
let deal = "";
beforeAll(async () => {
  await boot();
  west = await idOf(accountSource("west"));
  await bring([opportunity("deal", "west")]);
  deal = await idOf("test:opportunity:deal");
}, 60_000);

describe("the stream", () => {
  it("[AUDIT-1] has edits with before and after, imports, tokens, refusals by number, and mass reads of who reads everything", async () => {
    expect((await ask(`/api/accounts/${west}`, { as: "ana", method: "PATCH", body: { city: "Lyon" } })).status).toBe(200);
    const made = await json<{ id: string }>(ask("/api/tokens", { as: "ana", body: { name: "Till", capabilities: [], expiresInDays: 1 } }));
    await ask(`/api/tokens/${made.id}`, { as: "ana", method: "DELETE" });
    for (let tries = 0; tries < 40; tries += 1) await ask(`/api/accounts/${west}`, { as: "bo" });
    for (let tries = 0; tries < 3; tries += 1) await ask("/api/accounts/eu_acc_00000000000000000000", { as: "bo" });
    await ask("/sync/push", { as: "bo", body: pushBody(device(), [{ n: 1, name: "account.edit@1", args: { id: west, set: { city: "x" } } }]) });
    const list = await json<Page>(ask("/api/accounts?limit=200", { as: "helen" }));
    await ask("/api/accounts?limit=200", { as: "ana" });
    await keepAudit(cell);
    await sealRanges(cell, later());
    const { items } = await stream();
    const ana = await memberId("ana");
    const edit = items.find(({ mutation, record: of }) => mutation === "account.edit@1" && of === west);
    expect(edit).toMatchObject({ actor: ana, class: "work", fields: [{ field: "city", hidden: true }] });
    expect(items.filter(({ kind, actor }) => kind.startsWith("token_") && actor === ana).map(({ kind, subject }) => [kind, subject])).toEqual([["token_ended", made.id], ["token_made", made.id]]);
    expect(items.some(({ kind, n }) => kind === "import" && (n ?? 0) > 0)).toBe(true);
    const bo = await memberId("bo");
    const denied = items.filter(({ kind, actor }) => kind === "denied" && actor === bo);
    // Hidden and missing are one count; what an isolate still held back is less than what it wrote.
    const gets = denied.filter(({ what }) => what === "GET /api/accounts/:id").reduce((sum, { n = 0 }) => sum + n, 0);
    expect(gets).toBeGreaterThan(21);
    expect(gets).toBeLessThanOrEqual(43);
    expect(denied.map(({ what }) => what)).toContain("push account.edit@1");
    const reads = items.filter(({ kind, what }) => kind === "read" && what === "account");
    expect(reads).toMatchObject([{ actor: await memberId("helen"), n: list.items.length }]);
  }); // prettier-ignore

  it("[AUDIT-3] a flood of refusals costs a handful of writes, and a count is one event when its minute is over", async () => {
    await sql("create table flood (n integer)").run();
    for (const when of ["insert", "update"]) await sql(`create trigger flood_${when} after ${when} on audit_count when new.kind = 'denied' begin insert into flood values (1); end`).run();
    for (let tries = 0; tries < 100; tries += 1) await ask("/api/contacts/eu_con_00000000000000000000", { as: "sofia" });
    const writes = (await rows("select n from flood")).length;
    expect([writes >= 5, writes <= 24]).toEqual([true, true]); // of two minutes at most
    await sql("drop table flood").run();
    for (const when of ["insert", "update"]) await sql(`drop trigger flood_${when}`).run();
    await sealRanges(cell, later());
    const events = await rows<{ n: number }>("select n from audit_event where kind = 'denied' and what = 'GET /api/contacts/:id'");
    expect(events.length).toBeLessThanOrEqual(2);
    expect(events.reduce((sum, { n }) => sum + n, 0)).toBeGreaterThan(50);
    expect(await rows("select 1 from audit_count")).toEqual([]);
  }); // prettier-ignore

  it("[AUDIT-4] a page of everybody's is one event; what comes in masses is told of everyone, by lists and by copies", async () => {
    const copy = async (): Promise<number> => {
      const dev = device();
      const first = await pull("ana", pullBody(dev, { follow: [{ anchor: west, kind: "pin" }] }));
      const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
      const second = await pull("ana", pullBody(dev, { cursor: first.at(-1)?.["cursor"], want }));
      return second.reduce((sum, line) => sum + (line["t"] === "snap" ? (line["rows"] as unknown[]).length : 0), 0);
    };
    let [copied, listed] = [0, 0];
    for (let tries = 0; copied < 2 * edgeLimits.wideReadRows && tries < 60; tries += 1) copied += await copy();
    for (let tries = 0; listed < 2 * edgeLimits.wideReadRows && tries < 200; tries += 1) listed += (await json<Page>(ask("/api/members?limit=200", { as: "ana" }))).items.length;
    expect([copied >= 2 * edgeLimits.wideReadRows, listed >= 2 * edgeLimits.wideReadRows]).toEqual([true, true]);
    await sealRanges(cell, later());
    const { items } = await stream(`actor=${await memberId("ana")}`);
    const sum = (kind: string, what: string): number => items.filter((item) => item.kind === kind && item.what === what).reduce((n, item) => n + (item.n ?? 0), 0);
    expect([sum("pull", "sync") >= edgeLimits.wideReadRows, sum("read", "member") >= edgeLimits.wideReadRows]).toEqual([true, true]);
  }, 30_000); // prettier-ignore

  it("[AUDIT-2] no commit writes a row for it; a range is one row, its lines and salts lie in R2", async () => {
    const edit = (city: string) => ask(`/api/accounts/${west}`, { as: "ana", method: "PATCH", body: { city }, headers: { "x-measure": "1" } });
    const rowsOf = async (city: string) => Number((await edit(city)).headers.get("x-d1-rows-written"));
    const first = await rowsOf("Nice");
    const seals = (await sealsFrom(db, 0, 100)).length;
    const seen = await lastSeal(db);
    const sealed = await sealRanges(cell, Date.now());
    expect(sealed).toBeGreaterThan(0);
    expect(await rowsOf("Lille")).toBe(first);
    expect((await sealsFrom(db, 0, 100)).length).toBe(seals + 1);
    const head = await lastSeal(db);
    if (!head || !seen) throw new Error("nothing is sealed");
    expect([head.prev, head.changeFrom]).toEqual([seen.hash, seen.changeTo + 1]);
    const lines = await getRows<Line>(cell.SEGMENTS, linesName(head));
    expect(lines).toHaveLength(head.lines);
    expect(JSON.stringify(lines)).not.toContain("Nice"); // commitments only
    expect(await getRows<Salt>(cell.SEGMENTS, saltsName(head))).toHaveLength(head.changeTo - head.changeFrom + 1);
    await sealRanges(cell, Date.now());
    const before = (await sealsFrom(db, 0, 100)).length;
    expect(await sealRanges(cell, Date.now())).toBe(0); // nothing new, no range
    expect((await sealsFrom(db, 0, 100)).length).toBe(before);
  }); // prettier-ignore

  it("[AUDIT-5] [LEAK-15] hidden values are in nobody's answer, secret fields are absent, and only who may read the audit has one", async () => {
    const token = { terms: 7_123_456_789_012, comp: 7_987_654_321_098, picture: `c4n${"a".repeat(16)}` };
    expect((await ask(`/api/opportunities/${deal}`, { as: "ana", method: "PATCH", body: { nextAction: token.picture } })).status).toBe(200);
    const patch = JSON.stringify({ amountMinor: [1, token.terms], commissionMinor: [null, token.comp], nextAction: [null, token.picture] });
    await sql("update change set patch = ? where seq = (select max(seq) from change)", patch).run();
    for (const as of handles) {
      const answer = await ask(`/api/audit?record=${deal}`, { as });
      const said = await answer.text();
      const csv = await (await ask(`/api/audit/export?record=${deal}`, { as })).text();
      const open = as === "greta" ? [token.picture] : []; // a steward reads the shared picture of every opportunity
      for (const hidden of [token.terms, token.comp, token.picture, "commissionMinor"])
        expect([as, hidden, said.includes(String(hidden)), csv.includes(String(hidden))]).toEqual([as, hidden, open.includes(String(hidden)), open.includes(String(hidden))]);
      if (as === "omar" || as === "greta") expect([as, said.includes("amountMinor")]).toEqual([as, true]);
      else expect(await bytesOf(ask("/api/audit", { as }))).toBe(await bytesOf(ask("/api/nowhere", { as })));
    }
    const { items } = await stream(`record=${deal}&kind=change`, "greta");
    expect(items[0]?.fields).toEqual([{ field: "amountMinor", hidden: true }, { field: "nextAction", before: null, after: token.picture }]);
    for (const path of ["/api/audit/verify", "/api/audit/alarms", "/api/audit/export"]) expect((await ask(path, { as: "ana" })).status).toBe(404);
    await sql("delete from change where seq = (select max(seq) from change)").run();
  }); // prettier-ignore

  it("filters by who, what, class, kind and time, in pages that leave nothing out and say nothing twice", async () => {
    await ask(`/api/accounts/${west}`, { as: "ana", method: "PATCH", body: { city: "Brest" } });
    const ana = await memberId("ana");
    const whole = await stream();
    const pages: Item[] = [];
    let cursor: string | null = null;
    do {
      const page: Page = await json<Page>(ask(`/api/audit?limit=7${cursor === null ? "" : `&cursor=${cursor}`}`, { as: "omar" }));
      pages.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== null && pages.length < 1_000);
    const ids = pages.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(whole.items.filter(({ id, what }) => what !== "audit" && !ids.includes(id))).toEqual([]);
    const only = async (query: string): Promise<readonly Item[]> => (await stream(query)).items;
    expect((await only(`actor=${ana}`)).every(({ actor }) => actor === ana)).toBe(true);
    expect(new Set((await only("class=access")).map((item) => item.class))).toEqual(new Set(["access"]));
    expect((await only("kind=denied")).every(({ kind }) => kind === "denied")).toBe(true);
    expect((await only("mutation=account.edit@1")).every(({ mutation }) => mutation === "account.edit@1")).toBe(true);
    expect((await only(`from=${Date.now() + dayMs}`))).toEqual([]);
    expect((await only("entity=account")).length).toBeGreaterThan(0);
    for (const query of ["cursor=x", "class=nope", "limit=0", "kind=x", "from=y"]) expect([query, (await ask(`/api/audit?${query}`, { as: "omar" })).status]).toEqual([query, 422]);
  }); // prettier-ignore

  it("[AUDIT-10] an export is in the stream before it leaves", async () => {
    const answer = await ask("/api/audit/export?class=work", { as: "omar" });
    expect(answer.headers.get("content-type")).toContain("text/csv");
    const text = await answer.text();
    expect(text.split("\r\n")[0]).toContain("at,who,class");
    const { items } = await stream("kind=export");
    expect(items[0]).toMatchObject({ actor: await memberId("omar"), what: "audit", detail: { filters: ["class=work"] } });
  }); // prettier-ignore

  it("[AUDIT-9] an alarm is raised once, is an event, and is looked at by somebody else", async () => {
    const omar = await memberId("omar");
    for (const member of [omar, await memberId("ana")])
      for (let n = 0; n < edgeLimits.alarmExportsAnHour; n += 1)
        await record(db, { kind: "export", actor: member, what: "account", n: 10 }, Date.now());
    await keepAudit(cell);
    await keepAudit(cell);
    interface Alarm { readonly id: string; readonly kind: string; readonly member: string; readonly seen: unknown }
    const alarms = async () => (await json<{ items: Alarm[] }>(ask("/api/audit/alarms", { as: "omar" }))).items.filter(({ kind }) => kind === "export_burst");
    const raised = await alarms();
    expect(raised.map(({ member }) => member).sort()).toEqual([omar, await memberId("ana")].sort());
    const say = (as: string, id: string | undefined, why = "Asked her: quarterly figures.") => ask(`/api/audit/alarms/${id}/seen`, { as, body: { why } });
    const [mine, hers] = [raised.find(({ member }) => member === omar)?.id, raised.find(({ member }) => member !== omar)?.id];
    expect((await say("omar", mine)).status).toBe(403);
    expect((await say("omar", hers, "x")).status).toBe(422);
    expect((await say("omar", "e999999")).status).toBe(404);
    expect([(await say("omar", hers)).status, (await say("greta", mine)).status]).toEqual([204, 204]);
    expect((await alarms()).every(({ seen }) => seen !== null)).toBe(true);
  }); // prettier-ignore
});

describe("[AUDIT-7] bending it", () => {
  beforeAll(async () => {
    for (let n = 0; n < 6; n += 1) {
      await ask(`/api/accounts/${west}`, { as: "ana", method: "PATCH", body: { city: `City ${n}`, nextAction: `Call ${n}` } }); // prettier-ignore
      await record(db, { kind: "export", actor: await memberId("ana"), what: "account", n }, Date.now());
      await sealRanges(cell, later());
    }
  });
  /** A sealed edit of two fields, in a range that is neither the first nor the last. */
  async function target(): Promise<{ seq: number; event: number; n: number }> {
    const [row] = await rows<{ seq: number; event: number; n: number }>(
      `select c.seq, s.event_from as event, s.n from change c join audit_seal s on c.seq between s.change_from and s.change_to
       where c.mutation = 'account.edit@1' and c.patch like '%City 2%' and s.event_to >= s.event_from`,
    );
    if (!row) throw new Error("nothing to bend");
    return row;
  }
  const copy = async (table: string, where: string): Promise<() => Promise<void>> => {
    const kept = await rows<Record<string, unknown>>(`select * from "${table}" where ${where}`);
    return async () => {
      await sql(`delete from "${table}" where ${where}`).run();
      for (const row of kept) {
        const names = Object.keys(row);
        await sql(`insert or replace into "${table}" (${names.map((name) => `"${name}"`).join(", ")}) values (${names.map(() => "?").join(", ")})`, ...Object.values(row)).run(); // prettier-ignore
      }
    };
  };
  const keep = async (name: string): Promise<() => Promise<void>> => {
    const bytes = await (await cell.SEGMENTS.get(name))?.arrayBuffer();
    return async () => void (bytes && (await cell.SEGMENTS.put(name, bytes)));
  };
  const update = (set: string) => async ({ seq }: { seq: number }) => {
    const back = await copy("change", `seq = ${seq}`);
    await sql(`update change set ${set} where seq = ?`, seq).run();
    return back;
  }; // prettier-ignore
  const seal = async (n: number) => (await sealsFrom(db, n, 1))[0] ?? null;

  it("is whole as it is", async () => {
    expect(await found()).toEqual([]);
    expect((await json<{ findings: unknown[] }>(ask("/api/audit/verify", { as: "omar" }))).findings).toEqual([]);
  });
  const ways: readonly [string, readonly string[], (at: Awaited<ReturnType<typeof target>>) => Promise<() => Promise<void>>][] = [
    ["a value is edited", ["value_changed"], update(`patch = json_set(patch, '$.city[1]', 'Elsewhere')`)],
    ["a field is taken out of a change", ["row_changed"], update(`patch = json_remove(patch, '$.city')`)],
    ["somebody else is named as its author", ["row_changed"], update("actor = 'eu_mem_00000000000000000000'")],
    ["another time is put there", ["row_changed"], update("at = at - 1000")],
    ["another record is named", ["row_changed"], update("record = 'eu_acc_00000000000000000000'")],
    ["a change is deleted", ["row_missing"], async ({ seq }) => {
      const back = await copy("change", `seq = ${seq}`);
      await sql("delete from change where seq = ?", seq).run();
      return back;
    }],
    ["two changes are put in another order", ["row_changed", "value_changed"], async ({ seq }) => {
      const back = await copy("change", `seq in (${seq}, ${seq + 1})`);
      for (const [from, to] of [[seq, -1], [seq + 1, seq], [-1, seq + 1]]) await sql("update change set seq = ? where seq = ?", to, from).run();
      return back;
    }],
    ["an export is made smaller", ["row_changed"], async ({ event }) => {
      const back = await copy("audit_event", `seq = ${event}`);
      await sql("update audit_event set n = 0, what = 'contact' where seq = ?", event).run();
      return back;
    }],
    ["an export is deleted", ["row_missing"], async ({ event }) => {
      const back = await copy("audit_event", `seq = ${event}`);
      await sql("delete from audit_event where seq = ?", event).run();
      return back;
    }],
    ["a range's lines are rewritten in the bucket", ["lines_changed"], async ({ n }) => {
      const name = linesName((await seal(n)) ?? { n, hash: "" });
      const back = await keep(name);
      const lines = (await getRows<Line>(cell.SEGMENTS, name)) ?? [];
      await putRows(cell.SEGMENTS, name, lines.toReversed());
      return back;
    }],
    ["a range's lines are deleted from the bucket", ["lines_missing"], async ({ n }) => {
      const name = linesName((await seal(n)) ?? { n, hash: "" });
      const back = await keep(name);
      await cell.SEGMENTS.delete(name);
      return back;
    }],
    ["salts are deleted, so that nothing could be compared", ["salt_missing"], async ({ n }) => {
      const name = saltsName((await seal(n)) ?? { n, hash: "" });
      const back = await keep(name);
      await cell.SEGMENTS.delete(name);
      return back;
    }],
    ["a value is erased and nothing says so", ["erased_unsaid"], update(`patch = json_set(patch, '$.city', '${erased}')`)],
    ["words are forgotten before their time", ["forgotten_early"], async ({ n }) => {
      const name = linesName((await seal(n)) ?? { n, hash: "" });
      const back = await keep(name);
      const hash = async (text: string) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const lines = (await getRows<Line>(cell.SEGMENTS, name)) ?? [];
      await putRows(cell.SEGMENTS, name, await Promise.all(lines.map(async (line) => ("l" in line ? { c: line.c, h: await hash(JSON.stringify(line.l)) } : line))));
      return back;
    }],
    ["a range is sealed anew without the cell's key", ["signature_wrong"], async ({ n }) => {
      const back = await copy("audit_seal", `n = ${n}`);
      await sql("update audit_seal set signature = 'es256.x.AAAA' where n = ?", n).run();
      return back;
    }],
    ["a seal says another hash", ["chain_broken", "lines_changed", "lines_missing", "signature_wrong"], async ({ n }) => {
      const back = await copy("audit_seal", `n = ${n}`);
      await sql("update audit_seal set hash = replace(hash, substr(hash, 30, 4), 'ffff') where n = ?", n).run();
      return back;
    }],
    ["a seal is taken out of the middle", ["range_wrong", "seal_missing"], async ({ n }) => {
      const back = await copy("audit_seal", `n = ${n}`);
      await sql("delete from audit_seal where n = ?", n).run();
      return back;
    }],
    ["two seals change places", ["chain_broken", "lines_missing", "signature_wrong", "range_wrong", "lines_changed"], async ({ n }) => {
      const back = await copy("audit_seal", `n in (${n}, ${n + 1})`);
      for (const [from, to] of [[n, -1], [n + 1, n], [-1, n + 1]]) await sql("update audit_seal set n = ? where n = ?", to, from).run();
      return back;
    }],
    ["a row is added to a sealed range", ["row_added"], async ({ event }) => {
      const back = await copy("audit_event", "1");
      // Dense numbers leave no room: the one after is moved into the range by moving the seal's own end.
      await sql("insert into audit_event (seq, kind, actor, at) values (?, 'export', 'x', 1)", event + 1_000_000).run();
      const [row] = await rows<{ n: number; event_to: number }>("select n, event_to from audit_seal where event_from = ?", event);
      const seals = await copy("audit_seal", "1");
      await sql("update audit_event set seq = -seq where seq > ? and seq < 1000000", row?.event_to).run();
      await sql("update audit_event set seq = ? where seq = ?", (row?.event_to ?? 0) + 1, event + 1_000_000).run();
      await sql("update audit_event set seq = 1 - seq where seq < 0").run();
      await sql("update audit_seal set event_to = event_to + 1 where n = ?", row?.n).run();
      return async () => { await back(); await seals(); };
    }],
  ]; // prettier-ignore
  it("knows more than ten ways", () => expect(ways.length).toBeGreaterThanOrEqual(10));
  it.each(ways)("%s: it is found, and nothing is once it is put back", async (_name, expected, bend) => {
    const back = await bend(await target());
    const faults = faultsOf(await found());
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.some((fault) => expected.includes(fault))).toBe(true);
    await back();
    expect(await found()).toEqual([]);
  });
  it("a history that is cut short is whole in itself, and missed by who saw its end", async () => {
    const head = await lastSeal(db);
    const back = await copy("audit_seal", `n = ${head?.n}`);
    await sql("delete from audit_seal where n = ?", head?.n).run();
    expect(await found()).toEqual([]);
    const { seals } = await json<{ seals: { n: number }[] }>(ask(`/api/audit/verify?after=${(head?.n ?? 1) - 1}`, { as: "omar" })); // prettier-ignore
    expect(seals).toEqual([]); // the command line remembers the end that it saw: scripts/crm/crm.test.ts
    await back();
  });

  it("[AUDIT-6] an erased value keeps the chain whole, with its salt gone and an event that says so", async () => {
    const { seq, n } = await target();
    const held = await seal(n);
    if (!held) throw new Error("no seal");
    const salts = (await getRows<Salt>(cell.SEGMENTS, saltsName(held))) ?? [];
    const index = seq - held.changeFrom;
    const hash = async (text: string) => [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))].map((byte) => byte.toString(16).padStart(2, "0")).join(""); // prettier-ignore
    // Of one field: its value and its salt go, the other field can still be compared.
    const rest = await hash(`${String(salts[index])}|nextAction`);
    await putRows(cell.SEGMENTS, saltsName(held), salts.map((salt, at) => (at === index ? { nextAction: rest } : salt))); // prettier-ignore
    await sql(`update change set patch = json_set(patch, '$.city', '${erased}') where seq = ?`, seq).run();
    expect(faultsOf(await found())).toEqual(["erased_unsaid"]);
    await record(db, { kind: "erase", actor: await memberId("omar"), subject: west }, Date.now());
    await sealRanges(cell, later());
    expect(await found()).toEqual([]);
    await sql(`update change set patch = json_set(patch, '$.nextAction[1]', 'Other') where seq = ?`, seq).run();
    expect(faultsOf(await found())).toEqual(["value_changed"]);
    await sql(`update change set patch = json_set(patch, '$.nextAction[1]', 'Call 2') where seq = ?`, seq).run();
  });

  it("[AUDIT-8] words of a class go when their time is over, the chain stays, and they are in no answer", async () => {
    const old = Date.now() - (edgeLimits.auditReadDays + 1) * dayMs;
    await sealRanges(cell, later());
    await record(db, { kind: "denied", actor: await memberId("bo"), what: "GET /api/old", n: 9 }, old);
    await record(db, { kind: "export", actor: await memberId("bo"), what: "old", n: 9 }, old);
    await sealRanges(cell, old + 1);
    await record(db, { kind: "read", actor: await memberId("bo"), what: "case", n: 9 }, Date.now());
    await sealRanges(cell, later());
    expect(await forgetOld(cell, Date.now())).toBe(1);
    expect(await forgetOld(cell, Date.now())).toBe(0);
    const { items } = await stream();
    expect(items.some(({ what }) => what === "GET /api/old")).toBe(false);
    expect(items.some(({ what }) => what === "old")).toBe(true);
    expect(await found()).toEqual([]);
  });

  it("[AUDIT-2] what left the database for R2 is verified there; what is not sealed does not leave", async () => {
    await sealRanges(cell, later());
    const end = Date.now() - limits.hotMs - limits.hotSlackMs - dayMs;
    // Long ago, and sealed then: everything is older.
    await sql("delete from audit_seal").run();
    await sql("update change set at = ?", end).run();
    await sql(
      `insert into change (anchor, compartment, entity, record, op, actor, client, n, at, mutation, patch)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
       select ?, 'core', 'account', ?, 'edit', 'x', 'old', i, ?, 'account.edit@1', '{"city":[null,"x"]}' from n`,
      limits.segmentRows, west, west, end,
    ).run(); // prettier-ignore
    const before = (await rows<{ n: number }>("select count(*) as n from change"))[0]?.n ?? 0;
    await keepHistory(cell);
    const after = (await rows<{ n: number }>("select count(*) as n from change"))[0]?.n ?? 0;
    expect(before - after).toBe(limits.segmentRows);
    expect(await found()).toEqual([]);
    const [key] = (await cell.SEGMENTS.list({ prefix: "segments/" })).objects.map((one) => one.key);
    const kept = (await getRows<Record<string, unknown>>(cell.SEGMENTS, key ?? "")) ?? [];
    await putRows(
      cell.SEGMENTS,
      key ?? "",
      kept.map((row, at) => (at === 7 ? { ...row, actor: "somebody" } : row)),
    );
    expect(faultsOf(await found())).toEqual(["row_changed"]);
    await putRows(cell.SEGMENTS, key ?? "", kept.slice(1));
    expect(faultsOf(await found())).toContain("row_missing");
    await putRows(cell.SEGMENTS, key ?? "", kept);
    expect(await found()).toEqual([]);
  }, 30_000);
});
