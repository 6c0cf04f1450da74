/** A cell as it is deployed: no demo, mail by an HTTP sender, the first admin by the claim link. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingMessage, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startServer, type Server } from "./server.ts";

let cell: Server;
let sender: HttpServer;
const taken: { authorization: string | undefined; letter: { to: string; subject: string; text: string } }[] = [];

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

beforeAll(async () => {
  sender = createServer((request, response) => {
    void textOf(request).then((body) => {
      taken.push({
        authorization: request.headers.authorization,
        letter: JSON.parse(body) as (typeof taken)[0]["letter"],
      });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => sender.listen(0, "127.0.0.1", resolve));
  const mailUrl = `http://127.0.0.1:${(sender.address() as AddressInfo).port}/send`;
  cell = await startServer({ demo: false, vars: { MAIL_URL: mailUrl, MAIL_TOKEN: "secret-of-the-sender" } });
});
afterAll(async () => {
  sender?.close();
  await cell?.stop();
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  fetch(cell.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });

it("the first admin claims an empty organisation, and later signs in by a mailed code", async () => {
  const proof = createHmac("sha256", cell.secret("AUTH_SECRET") ?? "")
    .update("baton deploy: claim link")
    .digest("base64url");
  const asked = () => post("/api/claim/new", {}, { "x-deploy-secret": proof });
  const { pathname, hash } = new URL(((await (await asked()).json()) as { url: string }).url);
  const person = { name: "Ada", email: "ada@example.test", organisation: "Acme", locale: "en", zone: "Europe/Berlin" };
  const made = await post("/api/claim", { code: pathname.split("/")[2], secret: hash.slice(1), ...person });
  expect([made.status, made.headers.getSetCookie()[0]?.startsWith("__Host-baton=")]).toEqual([201, true]);
  expect((await asked()).status).toBe(403);

  expect((await post("/api/auth/code", { email: "nobody@example.test" })).status).toBe(202);
  expect((await post("/api/auth/code", { email: "ada@example.test" })).status).toBe(202);
  await expect.poll(() => taken.length, { timeout: 5_000 }).toBe(1);
  const [{ authorization, letter }] = taken as [(typeof taken)[0]];
  expect([authorization, letter.to]).toEqual(["Bearer secret-of-the-sender", "ada@example.test"]);
  const code = /\b\d{6}\b/.exec(letter.text)?.[0];
  const signedIn = await post("/api/auth/code/verify", { email: "ada@example.test", code });
  const cookie = (signedIn.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
  expect((await fetch(`${cell.url}/api/sessions`, { headers: { cookie } })).status).toBe(200);
});

it("a cell without the demo has no demo routes: they are unknown ones, to the byte", async () => {
  const unknown = await (await fetch(`${cell.url}/api/no-such-route`)).text();
  for (const answer of [
    await fetch(`${cell.url}/api/demo/members`),
    await fetch(`${cell.url}/api/demo/mail`),
    await post("/api/auth/demo", { member: "ada" }),
  ])
    expect([answer.status, await answer.text()]).toEqual([404, unknown]);
});
