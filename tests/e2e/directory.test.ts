/** Two cells on one machine: the home cell `eu` owns the directory, `us` has a copy and decides by it alone. */
import { createHmac } from "node:crypto";
import { createServer, type Server as HttpServer } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freePort, startServer, type Server } from "./server.ts";

let eu: Server;
let us: Server;
/** `us` reaches `eu` through this line, so that the feed can be frozen while everything else works. */
let line: HttpServer;
let frozen = false;
let cookie: string;

beforeAll(async () => {
  const [euPort, usPort, linePort] = [await freePort(), await freePort(), await freePort()];
  eu = await startServer({ cell: "eu", port: euPort, vars: { HOME: "eu", CELLS: `us=http://localhost:${usPort}` } });
  line = createServer((request, response) => {
    if (frozen && request.url?.startsWith("/api/directory/feed")) return response.writeHead(503).end();
    const { authorization } = request.headers;
    fetch(`http://127.0.0.1:${euPort}${request.url}`, authorization ? { headers: { authorization } } : {})
      .then(async (answer) =>
        response.writeHead(answer.status, { "content-type": "application/json" }).end(await answer.text()),
      )
      .catch(() => response.writeHead(502).end());
    return undefined;
  });
  await new Promise<void>((resolve) => line.listen(linePort, "localhost", resolve));
  us = await startServer({
    cell: "us",
    port: usPort,
    vars: { HOME: "eu", CELLS: `eu=http://localhost:${linePort}`, CURSOR_KEY: eu.secret("CURSOR_KEY") ?? "" },
  });
  const proof = createHmac("sha256", eu.secret("AUTH_SECRET") ?? "")
    .update("baton deploy: claim link")
    .digest("base64url");
  const { url } = (await (await post(eu, "/api/claim/new", {}, { "x-deploy-secret": proof })).json()) as {
    url: string;
  };
  const person = { name: "Ada", email: "ada@example.test", organisation: "Acme", locale: "en", zone: "Europe/Berlin" };
  const made = await post(eu, "/api/claim", {
    code: new URL(url).pathname.split("/")[2],
    secret: new URL(url).hash.slice(1),
    ...person,
  });
  cookie = cookieOf(made);
});
afterAll(async () => {
  line?.close();
  await Promise.all([eu?.stop(), us?.stop()]);
});

const post = (server: Server, path: string, body: object = {}, headers: Record<string, string> = {}) =>
  fetch(server.url + path, {
    method: "POST",
    headers: { origin: server.url, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
const cookieOf = (answer: Response) => (answer.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
const tokenOf = async (session: string) =>
  ((await (await post(eu, "/api/session/token", {}, { cookie: session })).json()) as { token: string }).token;
/** How `us` answers whoever shows this token. */
const inUs = async (token: string) =>
  (await fetch(`${us.url}/api/sessions`, { headers: { authorization: `Bearer ${token}` } })).status;

/** A new session of the same member, by a code out of the mail page. */
async function signInAgain(email = "ada@example.test"): Promise<string> {
  const mails = async () =>
    (
      (await (await fetch(`${eu.url}/api/demo/mail`, { headers: { accept: "application/json" } })).json()) as {
        items: { text: string }[];
      }
    ).items;
  const before = (await mails()).length;
  await post(eu, "/api/auth/code", { email });
  await expect.poll(async () => (await mails()).length, { timeout: 5_000 }).toBeGreaterThan(before);
  const code = /\b\d{6}\b/.exec((await mails())[0]?.text ?? "")?.[0];
  return cookieOf(await post(eu, "/api/auth/code/verify", { email, code }));
}

describe("a member in two cells", () => {
  it("is known in the other cell by a token of the home cell, and by nothing else", async () => {
    const token = await tokenOf(cookie);
    expect(await inUs(token)).toBe(200);
    const [head, claims = "", signature] = token.split(".");
    const forged = JSON.parse(Buffer.from(claims, "base64url").toString()) as Record<string, unknown>;
    const body = Buffer.from(JSON.stringify({ ...forged, exp: Number(forged["exp"]) + 9 })).toString("base64url");
    expect(await inUs(`${head}.${body}.${signature}`)).toBe(401);
    expect(await inUs(`${Buffer.from('{"alg":"none"}').toString("base64url")}.${claims}.`)).toBe(401);
    expect((await fetch(`${us.url}/api/sessions`, { headers: { cookie } })).status).toBe(401);
  });
  it("is cut in both by one sign-out, within two seconds, while others stay", async () => {
    const other = await signInAgain();
    const [token, kept] = [await tokenOf(other), await tokenOf(cookie)];
    expect([await inUs(token), await inUs(kept)]).toEqual([200, 200]);
    expect((await post(eu, "/api/auth/sign-out", {}, { cookie: other })).status).toBe(204);
    await expect.poll(() => inUs(token), { timeout: 2_000, interval: 100 }).toBe(401);
    expect(await inUs(kept)).toBe(200);
  });
  it("is refused under a version that the copy has not reached, until it has", async () => {
    const other = await signInAgain();
    const before = await tokenOf(cookie);
    frozen = true;
    expect((await post(eu, "/api/auth/sign-out", {}, { cookie: other })).status).toBe(204);
    const after = await tokenOf(cookie);
    expect([await inUs(before), await inUs(after)]).toEqual([200, 503]);
    frozen = false;
    expect(await inUs(after)).toBe(200);
  });
  it("[ACCESS-4] invites alone only until there is a second admin; what is lent at home counts in the other cell, and its end too", async () => {
    interface Answer {
      readonly id?: string;
      readonly approval?: string;
      readonly code?: string;
      readonly items?: readonly { readonly id: string }[];
    }
    const say = async (answer: Promise<Response>): Promise<[number, Answer]> => {
      const got = await answer;
      const text = await got.text();
      return [got.status, text === "" ? {} : (JSON.parse(text) as Answer)];
    };
    const invite = (session: string, name: string, more: object): Promise<[number, Answer]> =>
      say(post(eu, "/api/members", {
        anchor: "eu_org_00000000000000000000", name, email: `${name}@example.test`, employment: "active", locale: "en", zone: "Europe/Berlin", ...more,
      }, { cookie: session })); // prettier-ignore
    const [alone, bob] = await invite(cookie, "bob", { base: "ops_admin", duties: ["policy_admin"] });
    expect([alone, bob.id]).toEqual([201, expect.stringMatching(/^eu_mem_/)]);
    const second = await signInAgain("bob@example.test");
    const { oneAdmin } = (await (
      await fetch(`${eu.url}/api/policy/current`, { headers: { cookie: second } })
    ).json()) as {
      oneAdmin: { now: boolean; done: { beneficiary: string }[] };
    };
    expect([oneAdmin.now, oneAdmin.done.map(({ beneficiary }) => beneficiary)]).toEqual([false, [bob.id]]);
    const agree = async (approval: string | undefined): Promise<void> =>
      expect(
        (await post(eu, `/api/approvals/${approval}/decide`, { decision: "approve" }, { cookie: second })).status,
      ).toBe(200);
    for (const name of ["cy", "dee"]) {
      const [status, asked] = await invite(cookie, name, { base: "seller" });
      expect([status, asked.code]).toEqual([202, "needs_approval"]);
      await agree(asked.approval);
    }
    const [cy, dee] = [await signInAgain("cy@example.test"), await signInAgain("dee@example.test")];
    const bearer = async (session: string) => ({ authorization: `Bearer ${await tokenOf(session)}` });
    const member = async (session: string): Promise<string> => {
      const me = (await (await fetch(`${eu.url}/api/me`, { headers: { cookie: session } })).json()) as {
        me: { member: string };
      };
      return me.me.member;
    };
    const [made, account] = await say(post(us, "/api/accounts", { name: "Over there" }, await bearer(cy)));
    expect([made, account.id]).toEqual([201, expect.stringMatching(/^us_acc_/)]);
    const seen = async (): Promise<number> =>
      (await fetch(`${us.url}/api/accounts/${account.id}`, { headers: await bearer(dee) })).status;
    expect(await seen()).toBe(404);
    const [asked, cover] = await say(
      post(eu, "/api/covers", { of: await member(cy), reason: "Cy is ill", days: 2 }, { cookie: dee }),
    );
    expect([asked, cover.code]).toEqual([202, "needs_approval"]);
    await agree(cover.approval);
    await expect.poll(seen, { timeout: 2_000, interval: 100 }).toBe(200);
    const [, covers] = await say(fetch(`${eu.url}/api/covers`, { headers: { cookie: dee } }));
    expect((await post(eu, `/api/covers/${covers.items?.[0]?.id}/end`, {}, { cookie: cy })).status).toBe(204);
    await expect.poll(seen, { timeout: 2_000, interval: 100 }).toBe(404);
    const granted = {
      member: await member(dee),
      entities: ["account"],
      to: { anchors: [account.id] },
      groups: ["identity"],
      reason: "A look",
    };
    const [status, grant] = await say(post(eu, "/api/grants", granted, { cookie }));
    // The other cell's records are not here: who asks at home about one of them is told nothing of it.
    expect([status, grant.code]).toEqual([403, "denied"]);
  });
  it("is still known while the home cell is away, and after a restart of its own", async () => {
    const token = await tokenOf(cookie);
    await us.restart();
    expect(await inUs(token)).toBe(200);
    await eu.kill();
    expect(await inUs(token)).toBe(200);
    await eu.restart();
  });
});
