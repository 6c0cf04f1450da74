/** Records over HTTP, as contract.md promises them. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { makeId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { entity, type EntityName, personal, wholeEntities, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { app } from "../../worker/app.ts";
import {
  accountSource,
  ask,
  boot,
  bring,
  bytesOf,
  idOf,
  json,
  memberId,
  opportunity,
  origin,
  type Page,
  under,
} from "./app-rig.ts";

interface Problem {
  readonly status: number;
  readonly code: string;
  readonly fields?: readonly string[];
}
const problemOf = async (
  answer: Response | Promise<Response>,
): Promise<readonly [number, string, readonly string[]]> => {
  const { status, code, fields } = await json<Problem>(answer);
  return [status, code, fields ?? []];
};
const freshId = (kind: string): string => makeId(env.CELL, kind, crypto.getRandomValues(new Uint8Array(13)));
const get = (as: string, path: string): Promise<Response> => ask(path, { as });
const page = (as: string, path: string): Promise<Page> => json<Page>(get(as, path));
const patch = (as: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  ask(path, { as, method: "PATCH", body, headers });

async function all(as: string, path: string): Promise<Row[]> {
  const items: Row[] = [];
  let cursor: string | null = null;
  for (let pages = 0; pages < 100; pages++) {
    const next: Page = await page(
      as,
      `${path}${path.includes("?") ? "&" : "?"}${cursor === null ? "" : `cursor=${cursor}`}`,
    );
    items.push(...next.items);
    cursor = next.nextCursor;
    if (cursor === null) return items;
  }
  throw new Error("the list does not end");
}

let west = "";
let closed = "";
let europe = "";
let deal = "";
const contacts = 23;

beforeAll(async () => {
  await boot();
  [west, closed, europe, deal] = await Promise.all([
    idOf(accountSource("west")), idOf(accountSource("closed")), idOf(accountSource("europe")), idOf("test:opportunity:1"),
  ]) as [string, string, string, string]; // prettier-ignore
  await bring([
    opportunity("1", "west", { amountMinor: 100_00, currency: "USD", discountPct: 5, closeDay: "2026-12-01" }),
    opportunity("2", "west", { amountMinor: 900_00, currency: "USD" }),
    opportunity("3", "west", {}),
    opportunity("4", "europe", { amountMinor: 500_00, currency: "EUR" }),
    ...Array.from({ length: contacts }, (_, n) =>
      under("contact", `${n}`, n % 2 === 0 ? "west" : "east", {
        fields: { name: `Person ${String(n).padStart(2, "0")}`, ...(n % 3 === 0 ? {} : { department: `D${n % 5}` }) },
      }),
    ),
    under("task", "1", "west", { fields: { name: "Call them" } }),
  ]);
}, 60_000);

describe("lists", () => {
  it("give the whole list in pages, each record once", async () => {
    const whole = (await page("marcus", "/api/contacts?limit=200")).items.map(({ id }) => id);
    expect(whole).toHaveLength(contacts);
    for (const query of [
      "limit=1",
      "limit=7",
      `limit=${contacts}`,
      "limit=4&sort=department",
      "limit=4&sort=-department",
      "limit=5&sort=name",
      "limit=1&sort=-createdAt",
    ]) {
      const ids = (await all("marcus", `/api/contacts?${query}`)).map(({ id }) => id);
      expect([query, [...ids].sort()]).toEqual([query, [...whole].sort()]);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
  it("are bounded: 50 unless told, 200 at most", async () => {
    for (const limit of ["0", "-1", "201", "1.5", "x", ""])
      expect([limit, ...(await problemOf(get("ana", `/api/contacts?limit=${limit}`)))]).toEqual([
        limit,
        422,
        "invalid",
        ["limit"],
      ]);
    expect((await page("marcus", "/api/contacts?limit=200")).nextCursor).toBeNull();
  });
  it("sort both ways, what is empty last", async () => {
    const of = async (sort: string): Promise<unknown[]> =>
      (await all("ana", `/api/opportunities?limit=2&sort=${sort}`)).map((row) => row["amountMinor"]);
    expect(await of("amountMinor")).toEqual([100_00, 900_00, null]);
    expect(await of("-amountMinor")).toEqual([900_00, 100_00, null]);
  });
  it("filter by every operator, on texts, numbers and days", async () => {
    const names = async (query: string): Promise<string[]> =>
      (await all("ana", `/api/opportunities?${query}`)).map((row) => String(row["name"]).slice(-1)).sort();
    expect(await names("filter[amountMinor][eq]=10000")).toEqual(["1"]);
    expect(await names("filter[amountMinor][ne]=10000")).toEqual(["2", "3"]);
    expect(await names("filter[amountMinor][eq]=")).toEqual(["3"]);
    expect(await names("filter[amountMinor][gt]=10000")).toEqual(["2"]);
    expect(await names("filter[amountMinor][gte]=10000")).toEqual(["1", "2"]);
    expect(await names("filter[amountMinor][lt]=90000")).toEqual(["1"]);
    expect(await names("filter[amountMinor][lte]=90000")).toEqual(["1", "2"]);
    expect(await names("filter[amountMinor][in]=10000,5")).toEqual(["1"]);
    expect(await names("filter[closeDay][gte]=2026-11-01&filter[currency][eq]=USD")).toEqual(["1"]);
    expect(await names("filter[name][contains]=TUNITY%202")).toEqual(["2"]);
    expect(await names(`filter[anchor][eq]=${west}`)).toEqual(["1", "2", "3"]);
    expect(await names(`filter[anchor][eq]=${europe}`)).toEqual([]);
    expect(await names(`filter[anchor][eq]=${west}&sort=-amountMinor`)).toEqual(["1", "2", "3"]);
    expect(await names("q=opportunity%203")).toEqual(["3"]);
  });
  it("name what is wrong with a question", async () => {
    for (const [query, field] of [
      ["filter[nope][eq]=1", "filter.nope"],
      ["filter[__proto__][eq]=1", "filter.__proto__"],
      ["filter[constructor][eq]=1", "filter.constructor"],
      ["filter[amountMinor][eq]=much", "filter.amountMinor"],
      ["filter[amountMinor][in]=1,much", "filter.amountMinor"],
      ["filter[name][like]=x", "filter[name][like]"],
      ["page=2", "page"],
      ["sort=nope", "sort"],
      ["sort=__proto__", "sort"],
      ["sort=-", "sort"],
      ["cursor=!", "cursor"],
      ["cursor=bm9wZQ", "cursor"],
      [`sort=name&cursor=${btoa('[{"a":1},"x"]').replaceAll("=", "")}`, "cursor"],
    ] as const)
      expect([query, ...(await problemOf(get("ana", `/api/opportunities?${query}`)))]).toEqual([
        query,
        422,
        "invalid",
        [field],
      ]);
  });
  it("[ACCESS-1] hold only what their reader may see", async () => {
    const names = async (as: string): Promise<unknown[]> =>
      (await all(as, "/api/accounts")).map((row) => row["name"]).sort((a, b) => (String(a) < String(b) ? -1 : 1));
    expect(await names("ana")).toEqual(["Account closed", "Account west"]);
    expect(await names("bo")).toEqual(["Account europe"]);
    expect(await names("marcus")).toEqual(["Account east", "Account west"]);
    expect(await names("helen")).toEqual(["Account apac", "Account east", "Account europe", "Account west"]);
    expect(await names("omar")).toEqual([]);
  });
});

describe("one record", () => {
  it("is answered with a tag of what its reader sees", async () => {
    const answer = await get("ana", `/api/accounts/${west}`);
    expect(answer.headers.get("etag")).toMatch(/^"[\w-]{22}"$/);
    expect(answer.headers.get("cache-control")).toBe("private, no-store");
    expect(await answer.json<Row>()).toMatchObject({ id: west, name: "Account west", owner: await memberId("ana") });
  });
  it("[ACCESS-3] [LEAK-57] [LEAK-58] [LEAK-76] keeps its bytes and its tag while only hidden fields are changed, set or cleared", async () => {
    const path = `/api/accounts/${west}`;
    const seen = async (as: string): Promise<string> => {
      const [one, list] = [await get(as, path), await bytesOf(get(as, "/api/accounts"))];
      return `${one.headers.get("etag")} ${await one.text()} ${list}`;
    };
    const [before, own] = [await seen("sofia"), await seen("ana")];
    for (const contractTerms of ["Two years", "Five years, and a longer text than before", null, "Again"]) {
      expect((await patch("ana", path, { contractTerms })).status).toBe(200);
      expect(await seen("sofia")).toBe(before);
    }
    expect(await seen("ana")).not.toBe(own);
  });
  it("[ACCESS-3] [LEAK-12] [LEAK-13] is missing in the same bytes whether it is hidden, gone, of another kind or never was, as is an unknown route", async () => {
    const missing = await bytesOf(ask("/api/nowhere"));
    expect(missing).toContain('"code":"missing"');
    for (const as of ["bo", "marcus", "omar"])
      for (const id of [closed, freshId("acc"), deal, "x", "%00", "__proto__"]) {
        for (const ask_ of [
          () => get(as, `/api/accounts/${id}`),
          () => patch(as, `/api/accounts/${id}`, { city: "Lund" }),
          () => patch(as, `/api/accounts/${id}`, { city: "Lund" }, { "if-match": '"x"' }),
          () => ask(`/api/accounts/${id}`, { as, method: "DELETE" }),
          () => ask(`/api/accounts/${id}/restore`, { as, body: {} }),
          () => ask(`/api/accounts/${id}/restrict`, { as, body: { restricted: true } }),
          () => get(as, `/api/accounts/${id}/sections`),
          () => ask("/api/rooms/ticket", { as, body: { accountId: id } }),
          () => ask("/api/contacts", { as, body: { anchor: id, name: "Eve" } }),
        ])
          expect([as, id, String(ask_), await bytesOf(ask_())]).toEqual([as, id, String(ask_), missing]);
      }
  });
  it("is for those who are signed in", async () => {
    for (const headers of [
      {},
      { cookie: "__Host-baton=forged.AAAA" },
      { authorization: "Bearer baton_aaaaaaaaaaaaaaaaaaaaaaaaaaaa" },
      { "x-principal": await memberId("ana") },
    ])
      expect(await problemOf(ask(`/api/accounts/${west}`, { headers }))).toEqual([401, "unauthenticated", []]);
  });
});

describe("making a record", () => {
  it("[ACCESS-3] [LEAK-14] is the same beside a hidden twin as without one", async () => {
    // bo sees nothing of west: neither the account nor the contacts there.
    const made = async (path: string, body: Record<string, unknown>): Promise<unknown> => {
      const answer = await ask(path, { as: "bo", body });
      const { id: _id, createdAt: _at, anchor: _anchor, ...row } = await json<Row>(answer);
      return [
        answer.status,
        Object.keys(row).sort(),
        Object.values(row).filter((value) => !Object.values(body).includes(value)),
      ];
    };
    const [twin] = (await page("marcus", "/api/contacts?limit=1")).items;
    expect((await get("bo", `/api/contacts/${twin?.id}`)).status).toBe(404);
    for (const [path, same, other] of [
      ["/api/accounts", { name: "Account west", website: "west.example" }, { name: "No twin", website: "no.example" }],
      [
        "/api/contacts",
        { anchor: europe, name: twin?.["name"], email: "twin@west.example" },
        { anchor: europe, name: "No twin", email: "no@west.example" },
      ],
    ] as const)
      // prettier-ignore
      expect(await made(path, same)).toEqual(await made(path, other));
  });
  it("answers 201 with the record, under the account that is named", async () => {
    const answer = await ask("/api/contacts", {
      as: "ana",
      body: { anchor: west, name: "  Zoë Ångström  ", email: "zoe@west.example" },
    });
    expect(answer.status).toBe(201);
    const row = await answer.json<Row>();
    expect(row).toMatchObject({
      anchor: west,
      compartment: "core",
      name: "Zoë Ångström",
      createdBy: await memberId("ana"),
    });
    expect(await bytesOf(get("ana", `/api/contacts/${row.id}`))).toBe(`200 application/json ${JSON.stringify(row)}`);
  });
  it("[SYNC-W7] takes effect once for one Idempotency-Key, and answers as before", async () => {
    const headers = { "idempotency-key": "once" };
    const make = (name: string): Promise<Response> =>
      ask("/api/contacts", { as: "ana", body: { anchor: west, name }, headers });
    const first = await bytesOf(make("Twice"));
    expect(first).toMatch(/^201 /);
    expect(await bytesOf(make("Twice"))).toBe(first);
    expect((await page("ana", "/api/contacts?q=Twice")).items).toHaveLength(1);
    // Another member's key of the same name is another key.
    expect((await ask("/api/contacts", { as: "marcus", body: { anchor: west, name: "Twice" }, headers })).status).toBe(
      201,
    );
  });
  it("repeats a refusal and an edit as well", async () => {
    const refused = (): Promise<string> =>
      bytesOf(
        ask("/api/contacts", { as: "ana", body: { anchor: west, name: "" }, headers: { "idempotency-key": "bad" } }),
      );
    expect(await refused()).toMatch(/^422 /);
    expect(await refused()).toBe(await refused());
    const [row] = (await page("ana", `/api/contacts?limit=1&filter[anchor][eq]=${west}`)).items;
    const path = `/api/contacts/${row?.id}`;
    const tag = (await get("ana", path)).headers.get("etag") ?? "";
    const edit = (): Promise<string> =>
      bytesOf(patch("ana", path, { role: "Buyer" }, { "if-match": tag, "idempotency-key": "edit" }));
    const first = await edit();
    expect(first).toMatch(/^200 .*Buyer/);
    expect(await edit()).toBe(first);
    const gone = (): Promise<string> =>
      bytesOf(ask(path, { as: "ana", method: "DELETE", headers: { "idempotency-key": "gone" } }));
    expect(await gone()).toMatch(/^204 /);
    expect(await gone()).toBe(await gone());
  });
  it("names the fields that can't be", async () => {
    for (const [fields, wrong] of [
      [{ amountMinor: 1.5 }, ["amountMinor"]],
      [{ amountMinor: "100" }, ["amountMinor"]],
      [{ amountMinor: limits.amountMinorMax + 1 }, ["amountMinor"]],
      [{ amountMinor: -limits.amountMinorMax - 1 }, ["amountMinor"]],
      [{ discountPct: 101 }, ["discountPct"]],
      [{ discountPct: -1, currency: "usd" }, ["currency", "discountPct"]],
      [{ closeDay: "2026-02-30" }, ["closeDay"]],
      [{ closeDay: "1.12.2026" }, ["closeDay"]],
      [{ closeZone: "Mars/Olympus" }, ["closeZone"]],
      [{ name: " " }, ["name"]],
      [{ name: "x".repeat(limits.nameMax + 1) }, ["name"]],
      [{ colour: "red" }, ["colour"]],
      [{ decisionMaker: freshId("con") }, ["decisionMaker"]],
      [{ customShared: { deep: { er: 1 } } }, ["customShared.deep"]],
    ] as const) {
      const made = await problemOf(
        ask("/api/opportunities", { as: "ana", body: { anchor: west, name: "Wrong", ...fields } }),
      );
      expect([fields, made]).toEqual([fields, [422, "invalid", wrong]]);
      const edited = await problemOf(patch("ana", `/api/opportunities/${deal}`, fields));
      expect([fields, edited]).toEqual([fields, [422, "invalid", wrong]]);
    }
    expect(await problemOf(ask("/api/opportunities", { as: "ana", body: { name: "Nowhere" } }))).toEqual([
      422,
      "invalid",
      ["anchor"],
    ]);
    expect(
      await problemOf(
        ask("/api/opportunities", { as: "ana", body: { anchor: west, name: "x", compartment: "legal" } }),
      ),
    ).toEqual([422, "invalid", ["compartment"]]);
    expect(
      await problemOf(ask("/api/opportunities", { as: "ana", body: { id: freshId("con"), anchor: west, name: "x" } })),
    ).toEqual([422, "invalid", ["id"]]);
  });
  it("refuses what is no JSON, too large, or from another page", async () => {
    const path = "/api/contacts";
    expect((await problemOf(ask(path, { as: "ana", body: "{" })))[1]).toBe("not_json");
    expect(
      (
        await problemOf(
          ask(path, { as: "ana", body: "name=x", headers: { "content-type": "application/x-www-form-urlencoded" } }),
        )
      )[1],
    ).toBe("not_json");
    expect(await problemOf(ask(path, { as: "ana", body: { name: "x".repeat(limits.bodyBytesMax) } }))).toEqual([
      413,
      "too_large",
      [],
    ]);
    for (const headers of [{ origin: "https://evil.test" }, { origin: "" }, { origin: "null" }])
      expect(await problemOf(ask(path, { as: "ana", body: { anchor: west, name: "x" }, headers }))).toEqual([
        403,
        "origin_refused",
        [],
      ]);
    for (const body of ["[]", "null", '"x"', "7"])
      expect([body, (await ask(path, { as: "ana", body })).status]).toEqual([body, 422]);
  });
});

describe("changing a record", () => {
  it("[ACCESS-4] refuses every field that moves by an act of its own", async () => {
    const rows: Partial<Record<EntityName, string>> = {
      account: west,
      opportunity: deal,
      contact: await idOf("test:contact:0"),
      task: await idOf("test:task:1"),
    };
    for (const [name, id] of Object.entries(rows) as [EntityName, string][]) {
      const fields = Object.entries<Field>(entity(name).fields).filter(([, field]) => field.act !== undefined);
      expect(fields.length).toBeGreaterThan(0);
      for (const [key] of [...fields, ["anchor"], ["compartment"], ["ver"], ["createdBy"], ["id"]] as [string][])
        expect([
          name,
          key,
          ...(await problemOf(patch("ana", `/api/${entity(name).plural}/${id}`, { [key]: "x" }))),
        ]).toEqual([name, key, 422, "invalid", [key]]);
    }
  });
  it("[ACCESS-2] is refused in a field that the role may not edit, and says no more of it", async () => {
    expect(await problemOf(patch("sofia", `/api/accounts/${west}`, { city: "Lund" }))).toEqual([403, "denied", []]);
    expect(await problemOf(patch("ana", `/api/accounts/${west}`, { billingStatus: "late" }))).toEqual([
      403,
      "denied",
      [],
    ]);
  });
  it("[ACCESS-3] [LEAK-57] answers an edit of a hidden field the same, whether it guesses the value or not", async () => {
    await env.DB.prepare(`update account set billing_status = 'late', internal_note = 'canary' where id = ?`)
      .bind(west)
      .run();
    await env.DB.prepare(`update opportunity set commission_minor = 700 where id = ?`).bind(deal).run();
    for (const [as, path, right, wrong] of [
      ["ana", `/api/accounts/${west}`, { billingStatus: "late" }, { billingStatus: "blocked" }],
      ["marcus", `/api/accounts/${west}`, { billingStatus: "late" }, { billingStatus: "blocked" }],
      ["sofia", `/api/accounts/${west}`, { internalNote: "canary" }, { internalNote: "other" }],
      ["ana", `/api/opportunities/${deal}`, { commissionMinor: 700 }, { commissionMinor: 701 }],
    ] as const)
      expect(await bytesOf(patch(as, path, right))).toBe(await bytesOf(patch(as, path, wrong)));
  });
  it("is held against the tag that was seen", async () => {
    const path = `/api/accounts/${west}`;
    const old = (await get("ana", path)).headers.get("etag") ?? "";
    const first = await patch("ana", path, { city: "Turku" }, { "if-match": old });
    expect([first.status, (await first.json<Row>())["city"]]).toEqual([200, "Turku"]);
    expect(await problemOf(patch("ana", path, { city: "Lund" }, { "if-match": old }))).toEqual([
      409,
      "version_conflict",
      [],
    ]);
    expect((await patch("ana", path, { city: "Lund" }, { "if-match": "*" })).status).toBe(200);
  });
  it("answers 204 when the act takes the record out of the actor's own sight", async () => {
    const away = await json<Row>(ask("/api/accounts", { as: "ana", body: { name: "Away" } }));
    const to = {
      to: await memberId("bo"),
      team: await idOf("demo:team:europe"),
      region: await idOf("demo:region:europe"),
    };
    const gave = await ask(`/api/accounts/${away.id}/reassign`, {
      as: "ana",
      body: to,
      headers: { "idempotency-key": "away" },
    });
    expect(gave.status).toBe(204);
    expect(
      (await ask(`/api/accounts/${away.id}/reassign`, { as: "ana", body: to, headers: { "idempotency-key": "away" } }))
        .status,
    ).toBe(204);
    expect((await get("ana", `/api/accounts/${away.id}`)).status).toBe(404);
    expect((await get("bo", `/api/accounts/${away.id}`)).status).toBe(200);
  });
});

describe("acts", () => {
  it("advance an opportunity along its pipeline, from the stage that was seen", async () => {
    const [open, priced, won] = await Promise.all(["open", "priced", "won"].map((key) => idOf(`test:stage:${key}`)));
    const path = `/api/opportunities/${deal}/advance`;
    const moved = await ask(path, { as: "ana", body: { to: priced } });
    expect([moved.status, (await moved.json<Row>())["stage"]]).toEqual([200, priced]);
    expect(await problemOf(ask(path, { as: "ana", body: { from: open, to: won } }))).toEqual([
      409,
      "version_conflict",
      ["stage"],
    ]);
    expect(await problemOf(ask(path, { as: "ana", body: { to: freshId("stg") } }))).toEqual([422, "invalid", ["to"]]);
    expect(await problemOf(ask(path, { as: "ana", body: { to: won, amountMinor: 1 } }))).toEqual([
      422,
      "invalid",
      ["amountMinor"],
    ]);
    expect(await problemOf(ask(path, { as: "helen", body: { to: won } }))).toEqual([403, "denied", []]);
  });
  it("[ACCESS-4] restrict, and never lift a restriction alone", async () => {
    expect(
      await problemOf(ask(`/api/accounts/${closed}/restrict`, { as: "ana", body: { restricted: false } })),
    ).toEqual([202, "needs_approval", []]);
  });
  it("complete a task, twice as once", async () => {
    const path = `/api/tasks/${await idOf("test:task:1")}/complete`;
    const once = await bytesOf(ask(path, { as: "ana", body: { done: true } }));
    expect(once).toContain('"done":true');
    expect(await bytesOf(ask(path, { as: "ana", body: { done: true } }))).toBe(once);
  });
  it("[ACCESS-4] never change one's own duties or base, or anybody's by who may not", async () => {
    const assign = async (as: string, of: string): Promise<readonly unknown[]> =>
      problemOf(ask(`/api/members/${await memberId(of)}/assign`, { as, body: { duties: ["policy_admin"] } }));
    expect(await assign("greta", "greta")).toEqual([403, "denied", []]);
    expect(await assign("ana", "ana")).toEqual([403, "denied", []]);
    expect(await assign("ana", "bo")).toEqual([403, "denied", []]);
  });
  it("delete softly and restore", async () => {
    const made = await json<Row>(ask("/api/contacts", { as: "ana", body: { anchor: west, name: "Gone soon" } }));
    const path = `/api/contacts/${made.id}`;
    expect((await ask(path, { as: "ana", method: "DELETE" })).status).toBe(204);
    expect((await get("ana", path)).status).toBe(404);
    expect((await page("ana", "/api/contacts?q=gone")).items).toEqual([]);
    expect((await ask(path, { as: "ana", method: "DELETE" })).status).toBe(410);
    expect((await ask(path, { as: "bo", method: "DELETE" })).status).toBe(404); // who never saw it learns nothing
    const back = await ask(`${path}/restore`, { as: "ana", body: {} });
    expect([back.status, await back.json<Row>()]).toEqual([200, made]);
    expect((await ask(`${path}/restore`, { as: "ana", body: {} })).status).toBe(404);
  });
  it("show nothing under an account that was deleted, and let nothing be made there", async () => {
    const made = await json<Row>(ask("/api/accounts", { as: "ana", body: { name: "Short-lived" } }));
    const inside = await json<Row>(ask("/api/contacts", { as: "ana", body: { anchor: made.id, name: "Inside" } }));
    await env.DB.prepare("update account set deleted_at = 1 where id = ?").bind(made.id).run();
    await env.DB.prepare("update anchor set deleted_at = 1 where id = ?").bind(made.id).run();
    expect((await get("ana", `/api/contacts/${inside.id}`)).status).toBe(404);
    expect((await page("ana", "/api/contacts?q=Inside")).items).toEqual([]);
    expect((await ask("/api/contacts", { as: "ana", body: { anchor: made.id, name: "Late" } })).status).toBe(404);
  });
});

describe("a stale base", () => {
  const conflict = async (
    as: string,
    set: Record<string, unknown>,
    seen: Record<string, unknown>,
  ): Promise<Record<string, unknown> | undefined> => {
    const dev = crypto.randomUUID();
    const body = {
      v: protocolVersion,
      device: dev,
      client: dev,
      seen: 0,
      muts: [{ n: 1, name: "opportunity.edit@1", args: { id: deal, set, seen }, at: 1 }],
    };
    const { results } = await json<{ results: Record<string, unknown>[] }>(ask("/sync/push", { as, body }));
    return results[0];
  };
  it("is told with the present value to who may see it", async () => {
    expect(await conflict("ana", { discountPct: 20 }, { discountPct: 10 })).toEqual({
      ok: false,
      n: 1,
      code: "version_conflict",
      fields: ["discountPct"],
      theirs: { discountPct: 5 },
    });
  });
  it("[ACCESS-3] [LEAK-57] tells nothing about a field that is hidden from the actor", async () => {
    const guesses = await Promise.all(
      [5, 10].map((guess) => conflict("sofia", { amountMinor: 20 }, { amountMinor: guess })),
    );
    expect(guesses[0]).toEqual({ ok: false, n: 1, code: "missing" }); // sofia sees no opportunities
    const support = await Promise.all(
      [5, 10, 20].map((guess) => conflict("greta", { discountPct: 20 }, { discountPct: guess })),
    );
    expect(new Set(support.map((each) => JSON.stringify(each))).size).toBe(1);
    expect(support[0]).toMatchObject({ ok: false, code: "denied" });
  });
});

describe("openapi.json", () => {
  interface Open {
    readonly openapi: string;
    readonly info: { readonly title: string; readonly version: string };
    readonly paths: Record<
      string,
      Record<
        string,
        {
          parameters?: { name: string; in: string; required: boolean }[];
          requestBody?: { content: Record<string, { schema: object }> };
          responses: Record<string, { description: string }>;
        }
      >
    >;
  }
  it("lists every /api route with its parameters, in the form of OpenAPI 3.1", async () => {
    const open = await json<Open>(ask("/openapi.json"));
    expect(open.openapi).toMatch(/^3\.1\./);
    expect(open.info.title).toBe("Baton");
    const routes = app.routes.filter(
      ({ method, path }) => path.startsWith("/api/") && method !== "ALL" && !path.includes("*"),
    );
    expect(routes.length).toBeGreaterThan(80);
    for (const { method, path } of routes) {
      const operation = open.paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
      expect([method, path, operation?.responses["default"]?.description]).toEqual([method, path, "RFC 9457"]);
      expect((operation?.parameters ?? []).map(({ name }) => `:${name}`)).toEqual(path.match(/:\w+/g) ?? []);
    }
    expect(Object.keys(open.paths).filter((path) => !path.startsWith("/api/"))).toEqual([]);
  });
  it("shows the schemas that validate: every field that may be sent, and no other", async () => {
    const open = await json<Open>(ask("/openapi.json"));
    const body = (
      path: string,
      method: string,
    ): { properties?: object; required?: string[]; additionalProperties?: unknown } =>
      open.paths[path]?.[method]?.requestBody?.content["application/json"]?.schema ?? {};
    expect(body("/api/approvals/{id}", "patch")).toEqual({}); // an approval is asked for and decided, never edited
    for (const name of personal) expect(body(`/api/${entity(name).plural}/{id}`, "patch")).toEqual({}); // by acts of its own
    for (const name of wholeEntities.filter((one) => one !== "approval" && !personal.has(one))) {
      const edit = body(`/api/${entity(name).plural}/{id}`, "patch");
      const fields = Object.entries<Field>(entity(name).fields);
      expect([name, Object.keys(edit.properties ?? {}).sort()]).toEqual([
        name,
        fields.flatMap(([key, field]) => (field.act || field.apart ? [] : [key])).sort(),
      ]);
      expect(edit.additionalProperties).toBe(false);
      const create = body(`/api/${entity(name).plural}`, "post");
      if (name === "file") continue; // announced, not made by its fields (tests/worker/files.test.ts)
      for (const key of ["anchor", "id", "compartment", ...fields.map(([key]) => key)])
        expect([name, Object.keys(create.properties ?? {})]).toEqual([name, expect.arrayContaining([key])]);
    }
  });
  it("is the same for everyone, so it can tell nothing", async () => {
    expect(await bytesOf(get("ana", "/openapi.json"))).toBe(
      await bytesOf(ask("/openapi.json", { headers: { origin } })),
    );
  });
});
