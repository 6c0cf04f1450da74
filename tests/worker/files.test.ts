/** Files at the edge: who may send and have what is in them, and until when; what is kept and what is refused. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { memberSource, regionSource, teamSource } from "../../demo/people.ts";
import { makeId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import {
  account,
  accountSource,
  ask,
  boot,
  bring,
  bytesOf,
  device,
  idOf,
  json,
  memberId,
  pushBody,
  under,
} from "./app-rig.ts";

const id: Record<string, string> = {};
const newId = (kind: string): string => makeId("local", kind, crypto.getRandomValues(new Uint8Array(13)));
const hash = async (text: string): Promise<string> =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");
const bytesType = { "content-type": "application/octet-stream" };

beforeAll(async () => {
  await boot();
  await bring([
    account("west", "ana", "west", "americas"),
    account("europe", "bo", "europe", "europe"),
    under("case", "1", "west", { fields: { number: "1", name: "Line down" } }),
    under("case", "2", "west", { fields: { number: "2", name: "Door open" } }),
    under("task", "1", "west", { fields: { name: "Call" }, refs: { owner: memberSource("ana") } }),
  ]);
  for (const key of ["west", "europe"]) id[key] = await idOf(accountSource(key));
  for (const key of ["1", "2"]) id[`case${key}`] = await idOf(`test:case:${key}`);
  id["task"] = await idOf("test:task:1");
}, 60_000);

const path = (file: string): string => `/api/files/${file}/content`;
const said = async (text: string, more: object = {}): Promise<Record<string, unknown>> => ({
  about: id["west"],
  name: "Offer.txt",
  mediaType: "text/plain",
  bytes: new TextEncoder().encode(text).length,
  sha256: await hash(text),
  ...more,
});
const send = (as: string, file: string, text: string, more: Record<string, string> = {}): Promise<Response> =>
  ask(path(file), { as, method: "PUT", body: text, headers: { ...bytesType, ...more } });
/** Announced and sent. */
async function add(as: string, text: string, more: object = {}): Promise<string> {
  const made = await ask("/api/files", { as, body: await said(text, more) });
  expect([made.status, made.headers.get("location")]).toEqual([
    201,
    expect.stringMatching(/^\/api\/files\/.+\/content$/),
  ]);
  const file = (await made.json<Row>()).id;
  expect((await send(as, file, text)).status).toBe(204);
  return file;
}
const missing = (verb = "GET"): Promise<string> =>
  bytesOf(
    ask(path(newId("fil")), {
      as: "sofia",
      method: verb,
      ...(verb === "PUT" ? { body: "x", headers: bytesType } : {}),
    }),
  );

describe("sent and had", () => {
  it("[FILE-1] [FILE-3] is announced, sent, and comes back byte for byte as a download that no browser runs", async () => {
    const text = "Für Zoë: 深圳\r\n\0binary too";
    const file = await add("ana", text, { name: "C:\\Users\\ana\\Für \u202eZoë.exe", mediaType: "text/plain" });
    const row = await json<Row>(ask(`/api/files/${file}`, { as: "ana" }));
    expect(row).toMatchObject({ name: "Für Zoë.exe.txt", state: "here", anchor: id["west"], compartment: "core", createdBy: await memberId("ana") }); // prettier-ignore
    const got = await ask(path(file), { as: "ana" });
    expect(Object.fromEntries(got.headers)).toMatchObject({
      "content-type": "text/plain",
      "content-disposition": "attachment; filename*=UTF-8''F%C3%BCr%20Zo%C3%AB.exe.txt",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
      "cache-control": "private, no-store",
      "accept-ranges": "bytes",
    });
    expect(await got.text()).toBe(text);
    // A mate of the same team has it, by the same door.
    expect(await (await ask(path(file), { as: "marcus" })).text()).toBe(text);
  });

  it("[FILE-3] answers HEAD without the bytes, a part of them, and says where no part is", async () => {
    const file = await add("ana", "0123456789");
    const head = await ask(path(file), { as: "ana", method: "HEAD" });
    expect([head.status, head.headers.get("content-length"), await head.text()]).toEqual([200, "10", ""]);
    const part = async (range: string, more: Record<string, string> = {}) => {
      const got = await ask(path(file), { as: "ana", headers: { range, ...more } });
      return [got.status, got.headers.get("content-range"), await got.text()];
    };
    expect(await part("bytes=2-4")).toEqual([206, "bytes 2-4/10", "234"]);
    expect(await part("bytes=7-")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await part("bytes=-3")).toEqual([206, "bytes 7-9/10", "789"]);
    expect(await part("bytes=0-99")).toEqual([206, "bytes 0-9/10", "0123456789"]);
    expect(await part("bytes=10-")).toEqual([416, "bytes */10", ""]);
    for (const odd of ["bytes=1-2,4-5", "lines=1-2", "bytes=-", "bytes=x"]) expect(await part(odd)).toEqual([200, null, "0123456789"]); // prettier-ignore
    expect(await part("bytes=2-4", { "if-range": '"another"' })).toEqual([200, null, "0123456789"]);
  });

  it("[FILE-2] takes what was announced and nothing else: cut, longer or other bytes leave nothing, and are sent again", async () => {
    const text = "What was announced";
    const made = await json<Row>(ask("/api/files", { as: "ana", body: await said(text) }));
    const none = await bytesOf(ask(path(made.id), { as: "ana" }));
    expect(none).toBe(await bytesOf(ask(path(newId("fil")), { as: "ana" })));
    for (const wrong of [text.slice(0, -1), `${text}!`, text.replace("What", "That"), ""]) {
      const answer = await send("ana", made.id, wrong);
      expect([answer.status, await answer.json()]).toMatchObject([422, { code: "invalid", detail: "These are not the bytes that were announced. Send the file again." }]); // prettier-ignore
      expect(await env.SEGMENTS.head(`files/${made.id}`)).toBeNull();
    }
    // Without a length, as a stream that breaks off in the middle.
    expect(await bytesOf(ask(path(made.id), { as: "ana" }))).toBe(none);
    expect((await json<Row>(ask(`/api/files/${made.id}`, { as: "ana" })))["state"]).toBe("expected");
    expect((await send("ana", made.id, text)).status).toBe(204);
    expect((await send("ana", made.id, text)).status).toBe(204); // the answer was lost
    expect(await (await ask(path(made.id), { as: "ana" })).text()).toBe(text);
    // What is there stays as it is.
    await send("ana", made.id, text.replace("What", "That"));
    expect(await (await ask(path(made.id), { as: "ana" })).text()).toBe(text);
  });

  it("[FILE-5] refuses types and sizes in a sentence, before a byte is sent", async () => {
    const refused = async (more: object) => {
      const answer = await ask("/api/files", { as: "ana", body: await said("x", more) });
      return [answer.status, (await answer.json<{ detail?: string }>()).detail];
    };
    expect(await refused({ bytes: limits.fileBytesMax + 1 })).toEqual([413, "A file may have 25 MB at most."]);
    expect(await refused({ bytes: 0 })).toEqual([422, "This file is empty."]);
    for (const mediaType of ["text/html", "image/svg+xml", "application/zip", "application/javascript", "constructor", ""])
      expect(await refused({ mediaType })).toEqual([422, "Files of this type are not kept: PDF, pictures, office documents, text and mails are."]); // prettier-ignore
    expect((await refused({ sha256: "short" }))[0]).toBe(422);
    expect((await refused({ about: id["task"] }))[1]).toMatch(/^Files hang on/);
  });
});

describe("rights", () => {
  it("[FILE-3] [FILE-4] [ACCESS-3] [LEAK-19] denied and missing are one answer, whatever is asked", async () => {
    const file = await add("ana", "For the west alone");
    for (const more of [
      {},
      { method: "HEAD" },
      { headers: { range: "bytes=0-1" } },
      { headers: { range: "bytes=99-" } },
    ])
      for (const as of ["bo", "femi", "yuki", "helen"]) {
        const hidden = await ask(path(file), { as, ...more });
        const none = await ask(path(newId("fil")), { as, ...more });
        expect([as, more, hidden.status, JSON.stringify([...hidden.headers]), await hidden.text()]).toEqual([as, more, 404, JSON.stringify([...none.headers]), await none.text()]); // prettier-ignore
      }
    for (const as of ["bo", "lina"]) expect(await bytesOf(send(as, file, "x"))).toBe(await missing("PUT"));
    const about = async (at: string) => bytesOf(ask("/api/files", { as: "bo", body: await said("x", { about: at }) }));
    expect(await about(id["west"] ?? "")).toBe(await about(newId("acc")));
    expect((await ask(path(file))).status).toBe(401);
  });

  it("[FILE-2] is sent by who announced it, as long as they may add files there", async () => {
    const made = await json<Row>(ask("/api/files", { as: "ana", body: await said("mine") }));
    expect((await send("marcus", made.id, "mine")).status).toBe(403); // sees it, did not announce it
    // The account goes to Europe meanwhile: ana's upload meets nothing.
    await env.DB.prepare("UPDATE anchor SET owner = ?, team = NULL, region = NULL, ver = ver + 1 WHERE id = ?").bind(await memberId("bo"), id["west"]).run(); // prettier-ignore
    expect(await bytesOf(send("ana", made.id, "mine"))).toBe(await missing("PUT"));
    expect(await env.SEGMENTS.head(`files/${made.id}`)).toBeNull();
    await put("west");
    expect((await send("ana", made.id, "mine")).status).toBe(204);
  });

  it("[FILE-4] an address that was good is good no more once the right has ended, and again when it is back", async () => {
    const file = await add("ana", "Until then");
    expect((await ask(path(file), { as: "marcus" })).status).toBe(200);
    expect((await ask(`/api/accounts/${id["west"]}/restrict`, { as: "ana", body: { restricted: true } })).status).toBe(
      200,
    );
    expect(await bytesOf(ask(path(file), { as: "marcus" }))).toBe(await missing());
    expect((await ask(path(file), { as: "ana" })).status).toBe(200);
    await put("west");
    expect((await ask(path(file), { as: "marcus" })).status).toBe(200);
  });

  it("[FILE-4] [FILE-6] is not served once it, or what it is about, is deleted; what it held stays, and comes back with it", async () => {
    const file = await add("sofia", "A photo of the line", { about: id["case1"] });
    expect(await json<Row>(ask(`/api/files/${file}`, { as: "sofia" }))).toMatchObject({
      compartment: "service",
      anchor: id["west"],
    });
    expect((await ask(`/api/files/${file}`, { as: "sofia", method: "DELETE" })).status).toBe(204);
    expect(await bytesOf(ask(path(file), { as: "sofia" }))).toBe(await missing());
    expect(await env.SEGMENTS.head(`files/${file}`)).not.toBeNull();
    expect((await ask(`/api/files/${file}/restore`, { as: "sofia", body: {} })).status).toBe(200);
    expect((await ask(path(file), { as: "sofia" })).status).toBe(200);
    await env.DB.prepare('UPDATE "case" SET deleted_at = 1 WHERE id = ?').bind(id["case1"]).run();
    expect(await bytesOf(ask(path(file), { as: "sofia" }))).toBe(await missing());
    expect(await bytesOf(send("sofia", file, "A photo of the line"))).toBe(await missing("PUT"));
  });

  it("[FILE-2] nobody says of a file that it is there, or what is in it, but by sending it", async () => {
    const made = await json<Row>(ask("/api/files", { as: "ana", body: await said("x") }));
    const pushed = async (name: string, args: unknown) =>
      (await json<{ results: { ok: boolean; code?: string }[] }>(ask("/sync/push", { as: "ana", body: pushBody(device(), [{ n: 1, name, args }]) }))).results[0]; // prettier-ignore
    expect(await pushed("file.arrive@1", { id: made.id })).toMatchObject({ ok: false, code: "unsupported_version" });
    expect(await pushed("file.create@1", { id: newId("fil"), anchor: id["west"], fields: { name: "x" } })).toMatchObject({ ok: false, code: "unsupported_version" }); // prettier-ignore
    for (const set of [
      { state: "here" },
      { sha256: "0".repeat(64) },
      { mediaType: "text/html" },
      { about: id["case2"] },
      { bytes: 1 },
    ])
      expect(await pushed("file.edit@1", { id: made.id, set })).toMatchObject({ ok: false, code: "invalid" });
    expect(await pushed("file.edit@1", { id: made.id, set: { name: "Renamed.txt" } })).toMatchObject({ ok: true });
  });

  it("[FILE-3] a page of another origin can't send: bytes by cookie need our own", async () => {
    const made = await json<Row>(ask("/api/files", { as: "ana", body: await said("x") }));
    for (const origin of ["https://evil.test", ""])
      expect((await send("ana", made.id, "x", { origin })).status).toBe(403);
    expect((await send("ana", made.id, "x", { "content-type": "text/plain" })).status).toBe(415);
  });

  it("[FILE-5] a name is cleaned where it is served, also one that was edited or brought in", async () => {
    const file = await add("ana", "text", { name: "a.txt" });
    await env.DB.prepare("UPDATE file SET name = ?, media_type = 'text/html' WHERE id = ?")
      .bind('..\\x/"\r\n\u202ey".html', file)
      .run();
    const got = await ask(path(file), { as: "ana" });
    expect([got.headers.get("content-type"), got.headers.get("content-disposition")]).toEqual(["application/octet-stream", "attachment; filename*=UTF-8''y.html"]); // prettier-ignore
  });
});

/** The account as it was brought in. */
async function put(key: string): Promise<void> {
  const [owner, team, region] = [await memberId("ana"), await idOf(teamSource("west")), await idOf(regionSource("americas"))]; // prettier-ignore
  await env.DB.prepare("UPDATE anchor SET owner = ?, team = ?, region = ?, restricted = 0, ver = ver + 1 WHERE id = ?").bind(owner, team, region, id[key]).run(); // prettier-ignore
}
