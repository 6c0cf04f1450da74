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
async function signInAgain(): Promise<string> {
  const mails = async () =>
    (
      (await (await fetch(`${eu.url}/api/demo/mail`, { headers: { accept: "application/json" } })).json()) as {
        items: { text: string }[];
      }
    ).items;
  const before = (await mails()).length;
  await post(eu, "/api/auth/code", { email: "ada@example.test" });
  await expect.poll(async () => (await mails()).length, { timeout: 5_000 }).toBeGreaterThan(before);
  const code = /\b\d{6}\b/.exec((await mails())[0]?.text ?? "")?.[0];
  return cookieOf(await post(eu, "/api/auth/code/verify", { email: "ada@example.test", code }));
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
  it("is still known while the home cell is away, and after a restart of its own", async () => {
    const token = await tokenOf(cookie);
    await us.restart();
    expect(await inUs(token)).toBe(200);
    await eu.kill();
    expect(await inUs(token)).toBe(200);
    await eu.restart();
  });
});
