/** A shared note becomes one of sales alone, by the member who may: what is taken from the others, and what stays. Rule: docs/spec/rooms.md. */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import * as wire from "../../worker/rooms/protocol.ts";
import { accountSource, ask, boot, bring, device, eventually, idOf, json, origin, type Page, pull, pullBody, pushBody, under } from "./app-rig.ts"; // prettier-ignore
import { hex, paragraph, Spy } from "./rooms-rig.ts";

let account = "";
let id = "";
beforeAll(async () => {
  await boot();
  await bring([under("section", "plan", "west", { fields: { title: "canary-title", sectionKind: "shared", group: "shared", gen: 1, schema: 1 } })]); // prettier-ignore
  account = await idOf(accountSource("west"));
  id = await idOf("test:section:plan");
}, 60_000);

const tighten = async (as: string, gen: number): Promise<unknown> => {
  const body = pushBody(device(), [{ n: 1, name: "section.tighten@1", args: { id, gen } }]);
  const { results } = await json<{ results: { ok: boolean; code?: string }[] }>(ask("/sync/push", { as, body }));
  return results[0]?.code ?? results[0]?.ok;
};
const same = (expected: Uint8Array) => (frame: Uint8Array) => hex(frame) === hex(expected);
async function sit(as: string, gen: number, mode: wire.Mode | null): Promise<Spy> {
  const answer = await ask(`/rooms/${account}`, { as, headers: { upgrade: "websocket", origin } });
  const spy = new Spy(answer.webSocket as WebSocket);
  spy.auth(`${id}.${gen}`, ";schema=2");
  await spy.until(same(mode ? wire.authenticatedFrame(`${id}.${gen}`, mode) : wire.deniedFrame(`${id}.${gen}`)));
  return spy;
}
/** As if the room's time for it had come. */
async function project(): Promise<void> {
  const room = env.ROOM.getByName(account);
  await runInDurableObject(room, (_room, { storage }) => void storage.sql.exec("UPDATE due SET at = 1"));
  await runDurableObjectAlarm(room);
}
const found = async (as: string): Promise<readonly unknown[]> =>
  (await json<Page>(ask("/api/sections?q=canary-word", { as }))).items;
/** All that a member without it could ask: lists, search, states, versions, comments. */
async function heard(as: string): Promise<string> {
  const paths = ["/api/sections?limit=200", "/api/sections?q=canary-word", `/api/sections/${id}`, `/api/accounts/${account}/sections`, `/api/accounts/${account}/sections/${id}/versions`, `/api/section_comments?filter[section][eq]=${id}`, `/api/changes?record=${id}`]; // prettier-ignore
  const states = { sections: [`${id}.1`, `${id}.2`] };
  const answers = [...paths.map((path) => ask(path, { as })), ask(`/api/accounts/${account}/sections/states`, { as, body: states })]; // prettier-ignore
  return (await Promise.all(answers.map(async (answer) => (await answer).text()))).join("\n");
}

it("[ROOM-20] [case 41] is closed to those who lose it in that turn, with its words, comments and versions; sales goes on in the next generation", async () => {
  const ana = await sit("ana", 1, "write");
  const sofia = await sit("sofia", 1, "read"); // supports the region
  ana.sync(`${id}.1`, 2, paragraph("canary-word"));
  await ana.until(same(wire.statusFrame(`${id}.1`, true)), "word that it is stored");
  const place = { start: "AAEC", end: "AwQF", quote: "canary-quote" };
  expect((await ask("/api/section_comments", { as: "ana", body: { section: id, body: "canary-comment", place } })).status).toBe(201); // prettier-ignore
  await project();
  expect((await found("sofia")).length).toBe(1);
  const dev = device();
  const first = await pull("sofia", pullBody(dev, { follow: [{ anchor: account, kind: "open" }] }));
  const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
  const second = await pull("sofia", pullBody(dev, { cursor: first.at(-1)?.["cursor"], want }));
  expect(JSON.stringify(second)).toContain("canary-comment");
  expect(await heard("sofia")).toContain("canary-title");

  expect(await tighten("sofia", 1)).toBe("denied");
  expect(await tighten("ana", 2)).toBe("version_conflict");
  expect(await tighten("ana", 1)).toBe(true);

  for (const spy of [ana, sofia]) await spy.until(same(wire.closeFrame(`${id}.1`)), "close");
  await sit("sofia", 1, null);
  const [outside, inside] = [await sit("sofia", 2, null), await sit("ana", 2, "write")];
  inside.sync(`${id}.2`, 2, paragraph("canary-later"));
  await inside.until(same(wire.statusFrame(`${id}.2`, true)), "word that it is stored");
  inside.sync(`${id}.2`, 0, new Uint8Array([0]));
  await eventually(() => inside.heard.includes("canary-word"));
  for (const spy of [sofia, outside]) expect(spy.heard).not.toContain("canary-later");

  const third = await pull("sofia", pullBody(dev, { cursor: second.at(-1)?.["cursor"] }));
  for (const all of [await heard("sofia"), JSON.stringify(third)]) {
    for (const word of ["canary-", id]) expect(all.replaceAll(`"t":"gone","id":"${id}"`, "")).not.toContain(word);
  }
  expect(third.flatMap((line) => (line["t"] === "gone" ? [line["id"]] : []))).toContain(id);
  expect(await found("sofia")).toEqual([]);
  expect(await heard("ana")).toContain("canary-comment");
});

it("[ROOM-20] is not undone: nobody widens a note in its place, and once is enough", async () => {
  expect(await tighten("ana", 2)).toBe("invalid");
  const wider = await ask(`/api/sections/${id}`, { as: "ana", method: "PATCH", body: { group: "shared" } });
  expect(wider.ok).toBe(false);
});
