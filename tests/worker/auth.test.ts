import { env } from "cloudflare:workers";
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { Hono } from "hono";
import { beforeEach, describe, expect, it } from "vitest";
import { orgAnchor } from "../../shared/kernel/id.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { actorOf, requireActor } from "../../worker/auth/actor.ts";
import { apiTokenPrefix, capabilities } from "../../worker/auth/capabilities.ts";
import { authRoutes, deployProof } from "../../worker/auth/routes.ts";
import { fromBase64, mac, toBase64Url } from "../../worker/auth/secrets.ts";
import { tokenBodies, tokenRoutes } from "../../worker/auth/token-routes.ts";
import type { AppEnv } from "../../worker/context.ts";
import { cellBearer } from "../../worker/directory/cells.ts";
import { directoryRoutes } from "../../worker/directory/routes.ts";
import type { SessionToken } from "../../worker/directory/session-token.ts";
import { applyFeed, copyVersion, type FeedPage } from "../../worker/directory/store.ts";
import type { Env } from "../../worker/env.ts";
import { readBody } from "../../worker/http/body.ts";
import { answerHeadersFor } from "../../worker/http/headers.ts";
import { guardOrigin } from "../../worker/http/origin.ts";
import { missing, problem } from "../../worker/http/problem.ts";

const origin = "http://baton.test";
const app = new Hono<AppEnv>();
app.use(answerHeadersFor, guardOrigin);
for (const routes of [authRoutes, tokenRoutes, directoryRoutes]) app.route("/api", routes);
app.get("/api/whoami", requireActor, (c) => {
  const { member, session, facts, capabilities } = c.get("actor");
  return c.json({
    member,
    session,
    duties: facts.duties,
    capabilities: capabilities && [...capabilities],
    principal: c.req.header("x-principal") ?? null,
  });
});
app.post("/api/echo", async (c) => {
  const body = await readBody(c.req.raw, tokenBodies["POST /api/tokens"]);
  return body.ok ? c.json(body.value) : problem(body.error);
});
app.notFound(missing);

const anchor = orgAnchor(env.CELL);
const ann = `${env.CELL}_mem_${"a".repeat(20)}`;
const bo = `${env.CELL}_mem_${"b".repeat(20)}`;

async function addMember(
  id: string,
  handle: string,
  email: string | null,
  duties: readonly string[] = [],
): Promise<void> {
  await env.DB.prepare(
    `INSERT OR REPLACE INTO member (id, anchor, compartment, ver, created_at, created_by, updated_at, name, handle, email, base, duties, teams, regions, employment)
     VALUES (?1, ?2, 'core', 1, 1, ?1, 1, ?3, ?3, ?4, 'seller', ?5, '[]', '[]', 'active')`,
  )
    .bind(id, anchor, handle, email, JSON.stringify(duties))
    .run();
}

interface Ask {
  readonly method?: string;
  readonly cookie?: string;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
  readonly env?: Partial<Env>;
}
async function ask(
  path: string,
  { method = "GET", cookie, headers = {}, body, env: other = {} }: Ask = {},
): Promise<Response> {
  const context = createExecutionContext();
  const all = new Headers({
    ...(method === "GET" ? {} : { origin, "content-type": "application/json" }),
    ...(cookie ? { cookie } : {}),
    ...headers,
  });
  for (const [name, value] of Object.entries(headers)) if (value === "") all.delete(name);
  const init = {
    method,
    headers: all,
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  };
  const answer = await app.fetch(new Request(origin + path, init), { ...env, ...other } as Env, context);
  await waitOnExecutionContext(context);
  return answer;
}
const post = (path: string, body: unknown = {}, more: Ask = {}) => ask(path, { method: "POST", body, ...more });
const cookieOf = (answer: Response): string => (answer.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
async function signIn(handle: string): Promise<string> {
  const answer = await post("/api/auth/demo", { member: handle });
  expect(answer.status).toBe(200);
  return cookieOf(answer);
}
const raw = async (answer: Response) => ({
  status: answer.status,
  headers: Object.fromEntries(answer.headers),
  body: await answer.text(),
});
const codeOf = async (answer: Response): Promise<string> => ((await answer.json()) as { code: string }).code;
const whoami = async (cookie: string) => (await ask("/api/whoami", { cookie })).json();

beforeEach(async () => {
  for (const table of ["auth_user", "api_token", "claim", "member", "demo_mail", "auth_code_ask", "auth_verification"])
    await env.DB.exec(`DELETE FROM ${table}`);
  await env.DB.prepare(
    `INSERT OR IGNORE INTO policy (version, body, author, why, at) VALUES (1, ?1, 'test', 'test', 1)`,
  )
    .bind(JSON.stringify(shippedPolicy))
    .run();
  await addMember(ann, "ann", "Ann@Example.test");
  await addMember(bo, "bo", null);
});

describe("demo sign-in", () => {
  it("gives a __Host- cookie under which the member acts, and nothing for script to read", async () => {
    const answer = await post("/api/auth/demo", { member: "ann" });
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    expect(answer.headers.getSetCookie()[0]).toMatch(
      /^__Host-baton=[^;]+; Max-Age=2592000; Path=\/; HttpOnly; Secure; SameSite=Lax$/i,
    );
    expect(await answer.text()).toBe(JSON.stringify({ member: ann }));
    expect(await whoami(cookieOf(answer))).toMatchObject({ member: ann, capabilities: null });
  });
  it("lists the named members in office, with names of teams and not ids", async () => {
    await env.DB.prepare(`UPDATE member SET employment = 'left' WHERE id = ?1`).bind(bo).run();
    const { items } = await (await ask("/api/demo/members")).json<{ items: { handle: string; duties: string[] }[] }>();
    expect(items).toEqual([
      { handle: "ann", name: "ann", base: "seller", duties: [], teams: [], region: null, locale: null },
    ]);
  });
  it("is an unknown route without DEMO, to the byte", async () => {
    const cell = { env: { DEMO: "" } };
    const unknown = await raw(await ask("/api/no-such-route", cell));
    expect(await raw(await post("/api/auth/demo", { member: "ann" }, cell))).toEqual(unknown);
    expect(await raw(await ask("/api/demo/members", cell))).toEqual(unknown);
    expect(await raw(await ask("/api/demo/mail", cell))).toEqual(unknown);
    expect(await raw(await post("/api/auth/demo", { member: "nobody" }))).toEqual(unknown);
  });
  it("does not open better-auth's own routes", async () => {
    const unknown = await raw(await ask("/api/no-such-route"));
    const cookie = await signIn("ann");
    for (const path of ["/api/auth/get-session", "/api/auth/list-sessions", "/api/auth/ok", "/api/auth/callback/oidc"])
      expect(await raw(await ask(path, { cookie }))).toEqual(unknown);
    for (const path of [
      "/api/auth/sign-up/email",
      "/api/auth/update-user",
      "/api/auth/change-email",
      "/api/auth/sign-in-member",
      "/api/auth/email-otp/send-verification-otp",
      "/api/auth/sign-in/email-otp",
    ])
      expect(await raw(await post(path, {}, { cookie }))).toEqual(unknown);
  });
});

describe("a session", () => {
  it("is refused when missing, made up, tampered with, or expired", async () => {
    const cookie = await signIn("ann");
    const [name, value = ""] = cookie.split("=");
    const other = cookieOf(await post("/api/auth/demo", { member: "bo" }));
    const swapped = `${name}=${decodeURIComponent(value).split(".")[0]}.${decodeURIComponent(other.split("=")[1] ?? "").split(".")[1]}`;
    for (const wrong of [
      "",
      "__Host-baton=x",
      "__Host-baton=%E0%A4%A",
      `${name}=${"a".repeat(32)}.${"b".repeat(43)}=`,
      swapped,
      `better-auth.session_token=${value}`,
    ]) {
      const answer = await ask("/api/whoami", { cookie: wrong });
      expect([wrong, answer.status, await codeOf(answer)]).toEqual([wrong, 401, "unauthenticated"]);
    }
    await env.DB.prepare(`UPDATE auth_session SET expires_at = ?1 WHERE user_id = ?2`)
      .bind(Date.now() - 1, ann)
      .run();
    expect((await ask("/api/whoami", { cookie })).status).toBe(401);
    expect(await whoami(other)).toMatchObject({ member: bo });
  });
  it("says who acts, whatever a header claims", async () => {
    const headers = { "x-principal": bo, "x-principal-member": bo };
    expect((await ask("/api/whoami", { headers })).status).toBe(401);
    const answer = await ask("/api/whoami", { cookie: await signIn("ann"), headers });
    expect(await answer.json()).toMatchObject({ member: ann, principal: null });
  });
  it("signed out elsewhere is refused at the next request, and only that one", async () => {
    const [here, there] = [await signIn("ann"), await signIn("ann")];
    const { items } = await (
      await ask("/api/sessions", { cookie: here })
    ).json<{ items: { id: string; current: boolean }[] }>();
    expect(items.map((item) => String(item.current)).sort()).toEqual(["false", "true"]);
    const other = items.find((item) => !item.current)?.id ?? "";
    expect((await post(`/api/sessions/${other}/end`, {}, { cookie: here })).status).toBe(204);
    expect((await ask("/api/whoami", { cookie: there })).status).toBe(401);
    expect((await ask("/api/whoami", { cookie: here })).status).toBe(200);
    const out = await post("/api/auth/sign-out", {}, { cookie: here });
    expect([out.status, out.headers.get("set-cookie")]).toEqual([
      204,
      "__Host-baton=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax",
    ]);
    expect((await ask("/api/whoami", { cookie: here })).status).toBe(401);
  });
  it("of someone else can't be ended, and looks like none", async () => {
    const [cookie, others] = [await signIn("ann"), await signIn("bo")];
    const { session } = (await whoami(others)) as { session: string };
    const refused = await raw(await post(`/api/sessions/${session}/end`, {}, { cookie }));
    expect(refused).toEqual(await raw(await post("/api/sessions/none/end", {}, { cookie })));
    expect(refused).toEqual(await raw(await ask("/api/no-such-route", { cookie })));
    expect(await whoami(others)).toMatchObject({ member: bo });
  });
  it("of a leaver ends with the write that makes them one, and a new one is not given", async () => {
    for (const change of [
      "employment = 'left'",
      "employment = 'suspended'",
      "deleted_at = 1",
      "email = 'other@example.test'",
    ]) {
      await addMember(ann, "ann", "ann@example.test");
      const cookie = await signIn("ann");
      const { session } = (await whoami(cookie)) as { session: string };
      await env.DB.exec(`UPDATE member SET ${change} WHERE id = '${ann}'`);
      expect([change, (await ask("/api/whoami", { cookie })).status]).toEqual([change, 401]);
      expect(await env.DB.prepare(`SELECT kind FROM directory_feed WHERE subject = ?1`).bind(session).first()).toEqual({
        kind: "cut",
      });
      if (!change.startsWith("email")) expect((await post("/api/auth/demo", { member: "ann" })).status).toBe(404);
    }
  });
  it("[LEAK-22] [LEAK-32] keeps its rights no longer than the facts that gave them", async () => {
    const cookie = await signIn("ann");
    expect(await whoami(cookie)).toMatchObject({ duties: [] });
    await env.DB.prepare(`UPDATE member SET duties = '["auditor"]' WHERE id = ?1`).bind(ann).run();
    expect(await whoami(cookie)).toMatchObject({ duties: ["auditor"] });
  });
});

describe("requests with a cookie", () => {
  const refusals: readonly (readonly [string, Ask["headers"], number, string])[] = [
    ["from another origin", { origin: "https://evil.test" }, 403, "origin_refused"],
    ["from a sister port", { origin: "http://baton.test:8080" }, 403, "origin_refused"],
    ["from an opaque origin", { origin: "null" }, 403, "origin_refused"],
    ["without an origin", { origin: "" }, 403, "origin_refused"],
    ["as a form", { "content-type": "application/x-www-form-urlencoded" }, 415, "not_json"],
    ["as text", { "content-type": "text/plain" }, 415, "not_json"],
    ["without a content type", { "content-type": "" }, 415, "not_json"],
  ];
  it.each(refusals)("are refused %s when they write", async (_, headers = {}, status, code) => {
    const cookie = await signIn("ann");
    for (const method of ["POST", "PATCH", "PUT", "DELETE"]) {
      const answer = await ask("/api/auth/sign-out", { method, cookie, headers, body: "{}" });
      expect([method, answer.status, await codeOf(answer)]).toEqual([method, status, code]);
    }
    expect((await ask("/api/whoami", { cookie })).status).toBe(200);
  });
  it("open no socket from another origin", async () => {
    const cookie = await signIn("ann");
    for (const origin of ["https://evil.test", ""]) {
      const answer = await ask("/api/whoami", { cookie, headers: { upgrade: "websocket", origin } });
      expect([answer.status, await codeOf(answer)]).toEqual([403, "origin_refused"]);
    }
    expect((await ask("/api/whoami", { cookie, headers: { upgrade: "websocket", origin } })).status).toBe(200);
  });
  it("do not sign anyone in from another origin either", async () => {
    const answer = await post("/api/auth/demo", { member: "ann" }, { headers: { origin: "https://evil.test" } });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([403, []]);
  });
  it("from a page of another cell get CORS for a bearer and never for a cookie", async () => {
    const cells = { env: { CELLS: "us=https://us.test" } };
    const headers = { origin: "https://us.test" };
    const preflight = await ask("/api/whoami", { method: "OPTIONS", headers, ...cells });
    expect([preflight.status, preflight.headers.get("access-control-allow-origin")]).toEqual([204, "https://us.test"]);
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
    const withCookie = await post("/api/auth/sign-out", {}, { cookie: await signIn("ann"), headers, ...cells });
    expect([withCookie.status, withCookie.headers.get("access-control-allow-origin")]).toEqual([403, null]);
    expect(
      (await ask("/api/whoami", { method: "OPTIONS", headers: { origin: "https://evil.test" }, ...cells })).headers.get(
        "access-control-allow-origin",
      ),
    ).toBeNull();
  });
});

describe("a body", () => {
  const good = { name: "ci", capabilities: [], expiresInDays: 1 };
  it("that is no JSON is refused, and not repeated", async () => {
    for (const body of ["", "{", "canary-7f3", new Uint8Array([0x22, 0xff, 0x22])]) {
      const answer = await app.fetch(
        new Request(`${origin}/api/echo`, { method: "POST", headers: { "content-type": "application/json" }, body }),
        env,
      );
      const text = await answer.text();
      expect([answer.status, text.includes("not_json"), text.includes("canary")]).toEqual([415, true, false]);
    }
    expect((await post("/api/echo", good, { headers: { "content-type": "text/json5" } })).status).toBe(415);
    expect(await (await post("/api/echo", good)).json()).toEqual(good);
  });
  it("above the limit is refused, by its header or by its bytes", async () => {
    const long = JSON.stringify({ ...good, name: "x".repeat(1_100_000) });
    expect((await post("/api/echo", long)).status).toBe(413);
    const stream = new Response(long).body;
    const answer = await app.fetch(
      new Request(`${origin}/api/echo`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: stream,
      }),
      env,
    );
    expect([answer.status, await codeOf(answer)]).toEqual([413, "too_large"]);
  });
  it("with unknown fields or wrong types is refused with their names, never their values", async () => {
    const wrong: readonly (readonly [unknown, readonly string[]])[] = [
      [{ ...good, admin: "canary-7f3" }, ["admin"]],
      [{ ...good, expiresInDays: "canary-7f3" }, ["expiresInDays"]],
      [{ ...good, expiresInDays: 91 }, ["expiresInDays"]],
      [{ ...good, expiresInDays: 0.5 }, ["expiresInDays"]],
      [{ ...good, capabilities: ["canary-7f3"] }, ["capabilities.0"]],
      [{ capabilities: [] }, ["name", "expiresInDays"]],
      [[], []],
      [null, []],
    ];
    for (const [body, fields] of wrong) {
      const answer = await post("/api/echo", body);
      const text = await answer.text();
      expect([answer.status, (JSON.parse(text) as { fields: string[] }).fields, text.includes("canary")]).toEqual([
        422,
        fields,
        false,
      ]);
    }
  });
});

describe("an API token", () => {
  const place = {
    anchor: { id: `${env.CELL}_acc_${"a".repeat(20)}`, owner: ann, team: null, region: null, restricted: false },
    accountTeam: [],
    shares: [],
  };
  const row = {
    id: place.anchor.id,
    anchor: place.anchor.id,
    compartment: "core",
    createdAt: 1,
    createdBy: ann,
    owner: ann,
    name: "Acme",
  };
  const mint = async (capabilities: readonly string[], cookie: string): Promise<{ id: string; token: string }> => {
    const answer = await post("/api/tokens", { name: "ci", capabilities, expiresInDays: 30 }, { cookie });
    expect(answer.status).toBe(201);
    return answer.json();
  };
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const actorBy = async (token: string) => {
    const actor = await actorOf(new Request(origin, bearer(token)), env as unknown as Env);
    if (!actor.ok) throw new Error(actor.error.code);
    return actor.value;
  };

  it("acts for its member, is kept as a hash only, and works without Origin", async () => {
    const cookie = await signIn("ann");
    const { token, id } = await mint([], cookie);
    expect(await (await ask("/api/whoami", bearer(token))).json()).toMatchObject({
      member: ann,
      session: id,
      capabilities: [],
    });
    expect(JSON.stringify((await env.DB.prepare("SELECT * FROM api_token").all()).results)).not.toContain(
      token.slice(10),
    );
    const listed = await (await ask("/api/tokens", { cookie })).text();
    expect([listed.includes(id), listed.includes(token)]).toEqual([true, false]);
  });
  it("[LEAK-39] only reads unless it was made for more, and never does more than its member", async () => {
    const cookie = await signIn("ann");
    const now = Date.now();
    const edits = async (capabilities: readonly string[]) => {
      const { bound } = await actorBy((await mint(capabilities, cookie)).token);
      return [
        bound.readMask("account", "core", place, now) !== 0,
        bound.decide("edit", "account", "core", place, now, row).allowed,
      ];
    };
    expect(await edits([])).toEqual([true, false]);
    expect(await edits(["comment"])).toEqual([true, false]);
    expect(await edits(["edit"])).toEqual([true, true]);
    const { bound } = await actorBy((await mint([...capabilities], cookie)).token);
    for (const never of [
      "export",
      "approve_discount",
      "edit_policy",
      "manage_member",
      "break_glass",
      "share",
      "decide",
    ] as const)
      expect([never, bound.decide(never, "account", "core", place, now, row).allowed]).toEqual([never, false]);
    await env.DB.prepare(`UPDATE member SET base = 'nobody' WHERE id = ?1`).bind(ann).run();
    expect(await edits(["edit"])).toEqual([false, false]);
  });
  it("can't be given what only a person may do", async () => {
    const cookie = await signIn("ann");
    for (const never of [
      "export",
      "approve_grant",
      "approve_policy",
      "edit_policy",
      "break_glass",
      "manage_member",
      "share",
      "decide",
    ]) {
      const answer = await post("/api/tokens", { name: "ci", capabilities: [never], expiresInDays: 1 }, { cookie });
      expect([never, answer.status]).toEqual([never, 422]);
    }
  });
  it("makes no tokens, ends none, and signs nobody out", async () => {
    const { token, id } = await mint([...capabilities], await signIn("ann"));
    const by = { ...bearer(token) };
    expect((await post("/api/tokens", { name: "x", capabilities: [], expiresInDays: 1 }, by)).status).toBe(403);
    expect((await ask(`/api/tokens/${id}`, { method: "DELETE", ...by })).status).toBe(403);
    expect((await post("/api/auth/sign-out", {}, by)).status).toBe(403);
  });
  it("is made only under a fresh sign-in", async () => {
    const cookie = await signIn("ann");
    await env.DB.prepare(`UPDATE auth_session SET created_at = ?1 WHERE user_id = ?2`)
      .bind(Date.now() - 5 * 60_000 - 1, ann)
      .run();
    const answer = await post("/api/tokens", { name: "ci", capabilities: [], expiresInDays: 1 }, { cookie });
    expect([answer.status, await codeOf(answer)]).toEqual([403, "denied"]);
    await mint([], await signIn("ann"));
  });
  it("[LEAK-68] is refused when made up, run out, revoked, its member gone, or standing in the URL", async () => {
    const cookie = await signIn("ann");
    const [first, second, third] = [await mint([], cookie), await mint([], cookie), await mint([], cookie)];
    const status = async (token: string) => (await ask("/api/whoami", bearer(token))).status;
    expect(await status(`${apiTokenPrefix}${"A".repeat(43)}`)).toBe(401);
    expect((await ask(`/api/whoami?token=${first.token}&access_token=${first.token}`)).status).toBe(401);
    expect((await ask("/api/whoami", { headers: { authorization: `Basic ${btoa(`x:${first.token}`)}` } })).status).toBe(
      401,
    );
    expect((await ask(`/api/tokens/${first.id}`, { method: "DELETE", cookie: await signIn("bo") })).status).toBe(404);
    expect(await status(first.token)).toBe(200);
    expect((await ask(`/api/tokens/${first.id}`, { method: "DELETE", cookie })).status).toBe(204);
    await env.DB.prepare(`UPDATE api_token SET expires_at = ?1 WHERE id = ?2`)
      .bind(Date.now() - 1, second.id)
      .run();
    expect([await status(first.token), await status(second.token), await status(third.token)]).toEqual([401, 401, 200]);
    await env.DB.prepare(`UPDATE member SET employment = 'left' WHERE id = ?1`).bind(ann).run();
    expect(await status(third.token)).toBe(401);
  });
  it("does not fall back to the cookie beside it", async () => {
    const answer = await ask("/api/whoami", { cookie: await signIn("ann"), ...bearer("x".repeat(40)) });
    expect(answer.status).toBe(401);
  });
});

describe("a one-time code", () => {
  const asked = (email: string) => post("/api/auth/code", { email });
  const mails = async () =>
    (
      await (
        await ask("/api/demo/mail", { headers: { accept: "application/json" } })
      ).json<{ items: { to: string; text: string }[] }>()
    ).items;
  const lastCode = async () => /\b\d{6}\b/.exec((await mails())[0]?.text ?? "")?.[0] ?? "";
  const verify = (code: string, email = "ann@example.test") => post("/api/auth/code/verify", { email, code });
  const another = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, "0");

  it("signs in whoever has the address, once", async () => {
    expect((await asked(" ANN@example.test")).status).toBe(202);
    const code = await lastCode();
    const answer = await verify(code);
    expect(await whoami(cookieOf(answer))).toMatchObject({ member: ann });
    const again = await verify(code);
    expect([again.status, await codeOf(again), again.headers.getSetCookie()]).toEqual([401, "unauthenticated", []]);
  });
  it("is asked for with the same answer, whoever's address it is, and sent to members in office alone", async () => {
    const known = await raw(await asked("ann@example.test"));
    expect(await raw(await asked("nobody@example.test"))).toEqual(known);
    await env.DB.prepare(`UPDATE member SET email = 'bo@example.test', employment = 'suspended' WHERE id = ?1`)
      .bind(bo)
      .run();
    expect(await raw(await asked("bo@example.test"))).toEqual(known);
    expect((await mails()).map((mail) => mail.to)).toEqual(["ann@example.test"]);
    expect(await raw(await verify("000000", "nobody@example.test"))).toEqual(
      await raw(await verify(another(await lastCode()))),
    );
  });
  it("signs in neither of two members with one address", async () => {
    await addMember(bo, "bo", "ann@example.test");
    await asked("ann@example.test");
    expect(await mails()).toEqual([]);
  });
  it("bears three wrong tries", async () => {
    await asked("ann@example.test");
    const code = await lastCode();
    for (let tries = 0; tries < 3; tries += 1) expect((await verify(another(code))).status).toBe(401);
    expect((await verify(code)).status).toBe(401);
  });
  it("runs out", async () => {
    await asked("ann@example.test");
    await env.DB.exec("UPDATE auth_verification SET expires_at = 1");
    expect((await verify(await lastCode())).status).toBe(401);
  });
  it("does not let in who left between asking and answering", async () => {
    await asked("ann@example.test");
    await env.DB.prepare(`UPDATE member SET employment = 'left' WHERE id = ?1`).bind(ann).run();
    expect((await verify(await lastCode())).status).toBe(401);
  });
  it("is sent five times an hour at most, silently", async () => {
    const answers = [];
    for (let times = 0; times < 7; times += 1) answers.push(await raw(await asked("ann@example.test")));
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    expect(await mails()).toHaveLength(5);
  });
  it("is shown by the demo on a page that runs nothing", async () => {
    await env.DB.prepare(
      `INSERT INTO demo_mail ("at", "to", "subject", "text") VALUES (1, 'x', '<img src=x onerror=alert(1)>', 'see http://baton.test/a"onclick=1')`,
    ).run();
    const page = await ask("/api/demo/mail");
    const html = await page.text();
    expect(page.headers.get("content-security-policy")).toMatch(/^default-src 'none'; style-src 'sha256-[^']+'; /);
    expect(html).toContain("&lt;img src=x onerror=alert(1)&gt;");
    expect(html).not.toMatch(/<(img|script|form)|<a [^>]*onclick/);
  });
});

describe("the claim link", () => {
  const proof = async () => ({ headers: { "x-deploy-secret": toBase64Url(await mac(env.AUTH_SECRET, deployProof)) } });
  const link = async () => {
    const { url } = await (await post("/api/claim/new", {}, await proof())).json<{ url: string }>();
    const { pathname, hash, search } = new URL(url);
    expect(search).toBe("");
    return { code: pathname.split("/")[2] ?? "", secret: hash.slice(1) };
  };
  const first = { name: "Ada", email: "ada@example.test", organisation: "Acme", locale: "en", zone: "Europe/Berlin" };

  it("is made only by who holds the deploy secret, and only while nobody is policy admin", async () => {
    const unknown = await raw(await ask("/api/no-such-route"));
    expect(await raw(await post("/api/claim/new"))).toEqual(unknown);
    expect(await raw(await post("/api/claim/new", {}, { headers: { "x-deploy-secret": "AAAA" } }))).toEqual(unknown);
    expect((await post("/api/claim/new", {}, await proof())).status).toBe(201);
    await addMember(ann, "ann", null, ["policy_admin"]);
    expect((await post("/api/claim/new", {}, await proof())).status).toBe(403);
  });
  it("makes organisation and first policy admin once, even when used twice at once", async () => {
    const { code, secret } = await link();
    const answers = await Promise.all(
      [1, 2, 3].map((n) => post("/api/claim", { code, secret, ...first, email: `ada${n}@example.test` })),
    );
    expect(answers.map((answer) => String(answer.status)).sort()).toEqual(["201", "404", "404"]);
    const won = answers.find((answer) => answer.status === 201);
    expect(await whoami(won ? cookieOf(won) : "")).toMatchObject({ duties: ["policy_admin"] });
    expect(await env.DB.prepare("SELECT name FROM organisation").all()).toMatchObject({ results: [{ name: "Acme" }] });
    expect(await env.DB.prepare(`SELECT COUNT(*) AS n FROM member WHERE name = 'Ada'`).first()).toEqual({ n: 1 });
    expect(await raw(await post("/api/claim", { code, secret, ...first }))).toEqual(
      await raw(await ask("/api/no-such-route")),
    );
  });
  it("works with its secret only, for a day, and not after a newer one was made", async () => {
    const old = await link();
    const { code, secret } = await link();
    expect((await post("/api/claim", { ...old, ...first })).status).toBe(404);
    expect((await post("/api/claim", { code, secret: old.secret, ...first })).status).toBe(404);
    expect(JSON.stringify((await env.DB.prepare("SELECT * FROM claim").all()).results)).not.toContain(secret);
    await env.DB.prepare("UPDATE claim SET expires_at = ?1")
      .bind(Date.now() - 1)
      .run();
    expect((await post("/api/claim", { code, secret, ...first })).status).toBe(404);
    await env.DB.prepare("UPDATE claim SET expires_at = ?1")
      .bind(Date.now() + 1_000)
      .run();
    expect((await post("/api/claim", { code, secret, ...first, zone: "Mars/Base" })).status).toBe(422);
    expect((await post("/api/claim", { code, secret, ...first })).status).toBe(201);
  });
  it("leaves nothing behind when somebody became admin meanwhile", async () => {
    const { code, secret } = await link();
    await addMember(ann, "ann", null, ["policy_admin"]);
    await env.DB.exec("DELETE FROM organisation");
    expect((await post("/api/claim", { code, secret, ...first })).status).toBe(404);
    expect(
      await env.DB.prepare(
        "SELECT (SELECT COUNT(*) FROM organisation) + (SELECT COUNT(*) FROM member WHERE name = 'Ada') AS n",
      ).first(),
    ).toEqual({ n: 0 });
  });
});

describe("between cells", () => {
  const us = { CELL: "us", CELLS: `${env.CELL}=${origin}`, CURSOR_KEY: env.CURSOR_KEY };
  const cells = { CELLS: "us=https://us.test" };
  const asCell = async (cell = us) => ({ headers: { authorization: `Bearer ${await cellBearer(cell)}` }, env: cells });

  it("the feed opens to cells of the organisation alone", async () => {
    const unknown = await raw(await ask("/api/no-such-route"));
    expect((await ask("/api/directory/feed?after=0", await asCell())).status).toBe(200);
    expect(await raw(await ask("/api/directory/feed", { env: cells }))).toEqual(unknown);
    expect(await raw(await ask("/api/directory/feed", { cookie: await signIn("ann"), env: cells }))).toEqual(unknown);
    expect(await raw(await ask("/api/directory/feed", { ...(await asCell()), env: {} }))).toEqual(unknown);
    expect(
      await raw(
        await ask("/api/directory/feed", await asCell({ ...us, CURSOR_KEY: btoa("another key of thirty-two bytes!") })),
      ),
    ).toEqual(unknown);
    expect(await raw(await ask("/api/directory/feed", await asCell({ ...us, CELL: "apac" })))).toEqual(unknown);
    expect(await raw(await post("/api/directory/poke", {}, await asCell()))).toEqual(unknown);
  });
  it("the feed tells every change of members and policy, and every cut, in order", async () => {
    const feed = async (after: number) =>
      (await ask(`/api/directory/feed?after=${after}`, await asCell())).json<FeedPage>();
    const { version } = await feed(0);
    const cookie = await signIn("ann");
    const { session } = (await whoami(cookie)) as { session: string };
    await env.DB.prepare(`UPDATE member SET teams = '["t1"]' WHERE id = ?1`).bind(bo).run();
    await post("/api/auth/sign-out", {}, { cookie });
    const page = await feed(version);
    expect(page.entries.map(({ kind, subject }) => [kind, subject])).toEqual([["member", bo], ["cut", session]]); // prettier-ignore
    expect(page.entries[0]?.body).toMatchObject({ id: bo, teams: '["t1"]', employment: "active" });
    expect(page.version).toBe(version + 2);
  });
  it("[LEAK-66] a session token names member and session, and tells nothing of the directory", async () => {
    const cookie = await signIn("ann");
    const made = async () => (await post("/api/session/token", {}, { cookie, env: cells })).json<SessionToken>();
    const before = await made();
    await env.DB.prepare(`UPDATE member SET teams = '["t2"]' WHERE id = ?1`).bind(bo).run();
    const after = await made();
    const claims = [before, after].map(
      ({ token }) =>
        JSON.parse(new TextDecoder().decode(fromBase64(token.split(".")[1] ?? "") ?? undefined)) as Record<
          string,
          unknown
        >,
    );
    expect(claims[0]).toMatchObject({ sub: ann, cells: ["us"], cap: null });
    const open = ({ dir: _dir, iat: _iat, exp: _exp, ...rest }: Record<string, unknown>) => rest;
    expect(open(claims[1] ?? {})).toEqual(open(claims[0] ?? {}));
    expect(String(claims[0]?.["dir"])).toHaveLength(String(claims[1]?.["dir"]).length);
    expect(Number(claims[0]?.["exp"]) - Number(claims[0]?.["iat"])).toBe(600);
    expect(before.cells).toEqual([{ cell: "us", url: "https://us.test" }]);
  });
  it("[LEAK-65] a copy of the directory that is too old denies everyone, and one that has heard lately does not", async () => {
    const { token } = await (
      await post("/api/tokens", { name: "ci", capabilities: [], expiresInDays: 1 }, { cookie: await signIn("ann") })
    ).json<{ token: string }>();
    const copy = {
      headers: { authorization: `Bearer ${token}` },
      env: { ...us, CELLS: `${env.CELL}=http://127.0.0.1:1` },
    };
    const heard = (msAgo: number) =>
      env.DB.prepare("UPDATE meta SET v = ?1 WHERE k = 'directory_at'")
        .bind(Date.now() - msAgo)
        .run();
    for (const [msAgo, status] of [
      [0, 200],
      [14 * 60_000, 200],
      [15 * 60_000 + 1, 503],
    ] as const) {
      // prettier-ignore
      await heard(msAgo);
      const answer = await ask("/api/whoami", copy);
      expect([msAgo, answer.status]).toEqual([msAgo, status]);
      if (status === 503) expect(await answer.text()).toContain("has not heard from the home cell");
    }
  });
  it("only the home cell signs anyone in, claims an organisation, or makes tokens", async () => {
    const unknown = await raw(await ask("/api/no-such-route"));
    const cookie = await signIn("ann");
    await env.DB.prepare("UPDATE meta SET v = ?1 WHERE k = 'directory_at'").bind(Date.now()).run();
    for (const [path, body] of [
      ["auth/demo", { member: "ann" }],
      ["auth/code", { email: "ann@example.test" }],
      ["claim", {}],
      ["session/token", {}],
      ["tokens", { name: "x", capabilities: [], expiresInDays: 1 }],
    ] as const)
      // prettier-ignore
      expect([path, await raw(await post(`/api/${path}`, body, { cookie, env: us }))]).toEqual([path, unknown]);
  });
  it("a session token made by an API token keeps its bounds", async () => {
    const { token } = await (
      await post(
        "/api/tokens",
        { name: "ci", capabilities: ["comment"], expiresInDays: 1 },
        { cookie: await signIn("ann") },
      )
    ).json<{ token: string }>();
    const made = await (
      await post("/api/session/token", {}, { headers: { authorization: `Bearer ${token}` }, env: cells })
    ).json<SessionToken>();
    const claims = JSON.parse(
      new TextDecoder().decode(fromBase64(made.token.split(".")[1] ?? "") ?? undefined),
    ) as object;
    expect(claims).toMatchObject({ sub: ann, cap: ["comment"], auth_time: 0 });
  });
  it("a copy takes a page once, in order, with what facts were before and what was cut", async () => {
    await env.DB.batch([
      env.DB.prepare("UPDATE meta SET v = 40 WHERE k = 'directory_home'"),
      env.DB.prepare("UPDATE meta SET v = 0 WHERE k = 'directory_at'"),
      env.DB.prepare("DELETE FROM was"),
    ]);
    const row = await env.DB.prepare("SELECT * FROM member WHERE id = ?1")
      .bind(bo)
      .first<Record<string, string | number | null>>();
    const { ver: _cellOnly, source: _notCarried, ...kept } = row ?? {};
    const body = { ...kept, teams: '["t9"]', employment: "left" };
    const entry = (
      version: number,
      kind: "member" | "cut",
      subject: string,
      fields: Record<string, string | number | null>,
    ) => ({ version, at: 1, kind, subject, body: fields });
    const page = {
      version: 42,
      more: false,
      entries: [entry(41, "member", bo, body), entry(42, "cut", "session-1", {})],
    };
    expect(await applyFeed(env.DB, [anchor], 40, page, 1_000)).toBe(true);
    const before = { base: "seller", duties: [], teams: [], regions: [], employment: "active" };
    const was = await env.DB.prepare("SELECT seq, kind, id, member, before FROM was").first<{
      seq: number;
      before: string;
    }>();
    expect({ ...was, before: JSON.parse(was?.before ?? "") as object }).toMatchObject({
      kind: "member",
      id: bo,
      member: bo,
      before,
    });
    expect(await env.DB.prepare("SELECT seq FROM change WHERE record = ?1 ORDER BY seq DESC").bind(bo).first()).toEqual(
      { seq: was?.seq },
    );
    expect(await env.DB.prepare("SELECT employment, teams FROM member WHERE id = ?1").bind(bo).first()).toEqual({
      employment: "left",
      teams: '["t9"]',
    });
    expect(await env.DB.prepare("SELECT at FROM directory_cut WHERE session = 'session-1'").first()).toEqual({
      at: 1_000,
    });
    expect(await copyVersion(env.DB)).toEqual({ version: 42, checkedAt: 1_000 });

    const older = { ...page, version: 41, entries: [entry(41, "member", bo, { ...body, employment: "active" })] };
    expect(await applyFeed(env.DB, [anchor], 40, older, 2_000)).toBe(false);
    expect(await env.DB.prepare("SELECT employment FROM member WHERE id = ?1").bind(bo).first()).toEqual({
      employment: "left",
    });
    expect(await applyFeed(env.DB, [anchor], 42, { ...page, version: 43 }, 3_000)).toBe(true); // the same facts again: nothing to remember
    expect(await env.DB.prepare("SELECT COUNT(*) AS n FROM was").first()).toEqual({ n: 1 });
  });
  it("the public keys hold no private part, and the home cell takes no session token", async () => {
    const { keys } = await (await ask("/api/.well-known/jwks.json")).json<{ keys: Record<string, string>[] }>();
    expect(keys.map((key) => Object.keys(key).sort())).toEqual([["alg", "crv", "kid", "kty", "use", "x", "y"]]);
    const { token } = await (
      await post("/api/session/token", {}, { cookie: await signIn("ann") })
    ).json<SessionToken>();
    expect((await ask("/api/whoami", { headers: { authorization: `Bearer ${token}` } })).status).toBe(401);
  });
});

describe("answers", () => {
  it("are kept by nobody, sniffed by nobody, and run nothing", async () => {
    for (const answer of [
      await ask("/api/whoami"),
      await ask("/api/auth/ways"),
      await post("/api/auth/demo", { member: "ann" }),
    ]) {
      expect(Object.fromEntries(answer.headers)).toMatchObject({
        "cache-control": "private, no-store",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
      });
    }
  });
});
