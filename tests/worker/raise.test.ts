/** A section takes a higher schema number: by whom, how far, and what its open sockets notice. Rule: docs/spec/rooms.md. */
import { beforeAll, expect, it } from "vitest";
import * as Y from "yjs";
import { currentSchema } from "../../shared/sections/number.ts";
import * as wire from "../../worker/rooms/protocol.ts";
import { accountSource, ask, boot, bring, device, idOf, json, origin, pushBody, under } from "./app-rig.ts";
import { hex, paragraph, Spy } from "./rooms-rig.ts";

const raise = async (as: string, id: string, schema: number): Promise<unknown> => {
  const body = pushBody(device(), [{ n: 1, name: "section.raise_schema@1", args: { id, schema } }]);
  const { results } = await json<{ results: { ok: boolean; code?: string }[] }>(ask("/sync/push", { as, body }));
  return results[0]?.code ?? results[0]?.ok;
};
let account = "";
const section: Record<string, string> = {};
const names = ["open", "live", "desk"] as const;
beforeAll(async () => {
  await boot();
  const note = (name: string) => under("section", name, "west", { fields: { title: name, sectionKind: "shared", group: "shared", gen: 1, schema: 1 } }); // prettier-ignore
  await bring([
    note("open"),
    note("live"),
    under("section", "desk", "west", {
      fields: { title: "Desk", sectionKind: "internal:service", group: "internal", gen: 1, schema: 1 },
      compartment: "service",
    }),
  ]);
  account = await idOf(accountSource("west"));
  for (const name of names) section[name] = await idOf(`test:section:${name}`);
}, 60_000);
const numberOf = async (name: string): Promise<unknown> => {
  const { items } = await json<{ items: { id: string; schema: number }[] }>(
    ask(`/api/accounts/${account}/sections`, { as: "ana" }),
  );
  return items.find(({ id }) => id === section[name])?.schema;
};

it("[SECTION-3] [case 33] the number goes up by who may write, never down, and not past what the edge knows", async () => {
  const id = String(section["open"]);
  expect(await raise("sofia", id, 2)).toBe("denied"); // reads it, for she supports the region
  expect(await numberOf("open")).toBe(1);
  expect(await raise("ana", id, currentSchema + 1)).toBe("invalid");
  expect(await raise("ana", id, 2)).toBe(true);
  expect(await raise("ana", id, 1)).toBe(true); // older news: it stays as high as it is
  expect(await numberOf("open")).toBe(2);
  expect((await ask(`/api/sections/${id}`, { as: "ana", method: "PATCH", body: { schema: 1 } })).ok).toBe(false);
});

it("[SECTION-2] of a hidden section it says what it says of a missing one", async () => {
  const missing = String(section["desk"]).slice(0, -4) + "0000";
  expect([await raise("ana", String(section["desk"]), 2), await raise("ana", missing, 2)]).toEqual(["missing", "missing"]); // prettier-ignore
});

it("[SECTION-3] [ROOM-5] [case 33] whoever runs the old number reads from then on; the new nodes are taken at once, not before", async () => {
  const id = String(section["live"]);
  const address = `${id}.1`;
  const sit = async (schema: number): Promise<Spy> => {
    const answer = await ask(`/rooms/${account}`, { as: "ana", headers: { upgrade: "websocket", origin } });
    const spy = new Spy(answer.webSocket as WebSocket);
    spy.auth(address, `;schema=${schema}`);
    await spy.until(same(wire.authenticatedFrame(address, "write")));
    return spy;
  };
  const same = (expected: Uint8Array) => (frame: Uint8Array) => hex(frame) === hex(expected);
  const [old, current] = [await sit(1), await sit(2)];
  const list = new Y.Doc();
  const item = new Y.XmlElement("taskItem");
  const checks = new Y.XmlElement("taskList");
  list.getXmlFragment("default").insert(0, [checks]);
  checks.insert(0, [item]);
  item.setAttribute("checked", true as never);
  const update = Y.encodeStateAsUpdate(list);
  current.sync(address, 2, update);
  await current.until(same(wire.statusFrame(address, false)), "refusal");
  expect(await raise("ana", id, 2)).toBe(true);
  // Told before the answer of the push left: nothing is raced.
  await old.until(same(wire.authenticatedFrame(address, "read")), "word that it reads only");
  current.sync(address, 2, update);
  await current.until(same(wire.statusFrame(address, true)), "word that it is stored");
  old.sync(address, 2, paragraph("old"));
  await old.until(same(wire.statusFrame(address, false)), "refusal");
  for (const spy of [old, current]) spy.close();
});
