/**
 * Single sign-on against a real identity provider: npm `oidc-provider` on loopback, a real Chromium, the real Worker.
 */
import { createHmac } from "node:crypto";
import { createServer, type Server as HttpServer } from "node:http";
import type { Browser, Page } from "playwright-core";
import Provider from "oidc-provider";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "./browser.ts";
import { freePort, startServer, type Server } from "./server.ts";

const clientId = "baton";
const clientSecret = "secret-of-the-client-0123456789";
/** People of the provider. Only Ada is a member. */
const people: Readonly<Record<string, { readonly email: string; readonly email_verified: boolean }>> = {
  ada: { email: "Ada@Example.test", email_verified: true },
  stranger: { email: "stranger@example.test", email_verified: true },
  pretender: { email: "ada@example.test", email_verified: false },
};

let cell: Server;
let provider: HttpServer;
let browser: Browser;

beforeAll(async () => {
  const [cellPort, providerPort] = [await freePort(), await freePort()];
  const issuer = `http://localhost:${providerPort}`;
  provider = await startProvider(issuer, providerPort, `http://localhost:${cellPort}/api/auth/callback/oidc`);
  cell = await startServer({
    port: cellPort,
    vars: { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret },
  });
  await claim(cell);
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  provider?.close();
  await cell?.stop();
});

async function startProvider(issuer: string, port: number, redirect: string): Promise<HttpServer> {
  const oidc = new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: clientSecret, redirect_uris: [redirect] }],
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    cookies: { keys: ["cookie-key-of-the-provider"] },
    findAccount: (_ctx: unknown, id: string) => ({
      accountId: id,
      claims: () => ({ sub: id, name: id, ...people[id] }),
    }),
  });
  const server = createServer(oidc.callback());
  await new Promise<void>((resolve) => server.listen(port, "localhost", resolve));
  return server;
}

/** The organisation with its first member, by the product's own claim link. */
async function claim(server: Server): Promise<void> {
  const proof = createHmac("sha256", server.secret("AUTH_SECRET") ?? "")
    .update("baton deploy: claim link")
    .digest("base64url");
  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(server.url + path, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify(body),
    });
  const { url } = (await (await post("/api/claim/new", {}, { "x-deploy-secret": proof })).json()) as { url: string };
  const { pathname, hash } = new URL(url);
  const person = { name: "Ada", email: "ada@example.test", organisation: "Acme", locale: "en", zone: "Europe/Berlin" };
  const made = await post("/api/claim", { code: pathname.split("/")[2], secret: hash.slice(1), ...person });
  expect(made.status).toBe(201);
}

/** Goes through the provider's own forms in a browser of one's own; where it ends, and as whom. */
async function signOn(login: string): Promise<{ url: URL; page: Page; sessions: number }> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${cell.url}/sign-in`);
  const to = await page.evaluate(async () => {
    const answer = await fetch("/api/auth/oidc", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: "{}",
    });
    return ((await answer.json()) as { url: string }).url;
  });
  await page.goto(to);
  await page.fill("input[name=login]", login);
  await page.fill("input[name=password]", "any");
  await page.click("button[type=submit]");
  await page.waitForSelector("text=Authorize");
  const back = page.waitForResponse((answer) => answer.url().startsWith(`${cell.url}/api/auth/callback/oidc`));
  await page.click("button[type=submit]");
  const location = (await (await back).headerValue("location")) ?? "";
  await page.waitForURL((url) => url.origin === cell.url && !url.pathname.startsWith("/api/"));
  const sessions = await page.evaluate(async () => (await fetch("/api/sessions")).status);
  return { url: new URL(location, cell.url), page, sessions };
}

describe("single sign-on", () => {
  it("signs in the member whose address the provider verified, in a real browser over http://localhost", async () => {
    const { url, page, sessions } = await signOn("ada");
    expect([url.pathname, url.search, sessions]).toEqual(["/", "", 200]);
    const cookies = await page.context().cookies(cell.url);
    expect(cookies.find((cookie) => cookie.name === "__Host-baton")).toMatchObject({
      httpOnly: true,
      secure: true,
      sameSite: "Lax",
      path: "/",
    });
    expect(await page.evaluate(() => document.cookie)).not.toContain("__Host-baton");
    const out = await page.evaluate(async () => {
      const answer = await fetch("/api/auth/sign-out", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "{}",
      });
      return [answer.status, (await fetch("/api/sessions")).status];
    });
    expect(out).toEqual([204, 401]);
    await page.context().close();
  });
  it.each(["stranger", "pretender"])("refuses a %s in plain words, with no session", async (login) => {
    const { url, page, sessions } = await signOn(login);
    expect([url.pathname, url.search, sessions]).toEqual(["/sign-in", "?error=not_a_member", 401]);
    await page.context().close();
  });
  it("takes no answer that it did not ask for", async () => {
    const answer = await fetch(`${cell.url}/api/auth/callback/oidc?code=made-up&state=made-up`, { redirect: "manual" });
    expect([
      answer.status,
      answer.headers.get("location"),
      answer.headers.get("set-cookie")?.includes("__Host-baton=") ?? false,
    ]).toEqual([302, "/sign-in?error=sign_on_failed", false]);
  });
});
