/** References between records that a reader may not both see, against two worlds: the record is there, or never was. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { makeId } from "../../shared/kernel/id.ts";
import {
  accountSource,
  ask,
  boot,
  bring,
  device,
  idOf,
  opportunity,
  pull,
  pullBody,
  pushBody,
  under,
} from "./app-rig.ts";

const [hidden, never] = ["con", "con"].map((kind) =>
  makeId(env.CELL, kind, crypto.getRandomValues(new Uint8Array(13))),
);
let deal = "";
let west = "";
beforeAll(async () => {
  await boot();
  await bring([
    opportunity("here", "west"),
    under("contact", "there", "europe", { fields: { name: "Nobody's Business" } }),
  ]);
  [deal, west] = [await idOf("test:opportunity:here"), await idOf(accountSource("west"))];
  // The contact under a random id, as one that is made in the product has.
  await env.DB.prepare("UPDATE contact SET id = ? WHERE id = ?")
    .bind(hidden, await idOf("test:contact:there"))
    .run();
});
const point = (at: string | undefined) =>
  env.DB.prepare("UPDATE opportunity SET decision_maker = ? WHERE id = ?").bind(at, deal).run();

/** All that a member gets to know of the record, and of what the reference says, by asking in every way there is. */
async function ways(as: string, id: string): Promise<readonly string[]> {
  const dev = device();
  const first = await pull(as, pullBody(dev, { follow: [west, id].map((anchor) => ({ anchor, kind: "open" })) }));
  const rights = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
  const rows = await pull(as, pullBody(dev, { cursor: first.at(-1)?.["cursor"], want: rights }));
  const heard = [
    JSON.stringify(rows.flatMap((line) => (JSON.stringify(line).includes(deal) ? [line["rows"] ?? line] : []))),
  ];
  const edit = (n: number, name: string, args: unknown) => ({ n, name, args });
  const asked: [string, Parameters<typeof ask>[1]?][] = [
    [`/api/opportunities/${deal}`],
    ["/api/opportunities?limit=50&sort=-decisionMaker"],
    [`/api/contacts/${id}`],
    [`/api/contacts/${id}`, { method: "PATCH", body: { name: "Eve" } }],
    [`/api/contacts/${id}`, { method: "DELETE" }],
    [`/api/contacts/${id}/restore`, { body: {} }],
    ["/api/comments", { body: { anchor: west, about: id, body: "?" } }],
    [`/api/access/explain?action=read&entity=contact&id=${id}`],
    [`/api/access/who-can?action=read&entity=contact&id=${id}`],
    [`/api/accounts/${id}/sections`],
    ["/api/rooms/ticket", { body: { accountId: id } }],
    ["/sync/push", { body: pushBody(dev, [edit(1, "contact.edit@1", { id, set: { name: "Eve" }, seen: {} })]) }],
  ];
  for (const [path, how] of asked) {
    const answer = await ask(path, { as, ...how });
    heard.push(`${path} ${answer.status} ${await answer.text()}`);
  }
  // What differs by nature: the id itself, and ids and times of what was just made.
  return heard.map((one) =>
    one
      .replaceAll(id, "ID")
      .replaceAll(/\w+_\w{3}_[0-9a-z]{20}/g, "ANY")
      .replaceAll(/\d{13}|"[\w-]{43,}"/g, "T"),
  );
}

it.each(["ana", "marcus"])(
  "[ACCESS-R40] [LEAK-11] to %s a reference to what they can't read is an id, that opens and tells what one of nothing does",
  async (as) => {
    const seen = await ask(`/api/contacts/${hidden}`, { as });
    expect(seen.status).toBe(404);
    await point(never);
    const nothing = await ways(as, String(never));
    await point(hidden);
    const something = await ways(as, String(hidden));
    expect(something).toEqual(nothing);
    expect(something.join("")).not.toContain("Business");
  },
);
it("[ACCESS-R40] is not blind: who may read the record is answered otherwise", async () => {
  await point(never);
  const nothing = await ways("bo", String(never));
  await point(hidden);
  expect(await ways("bo", String(hidden))).not.toEqual(nothing);
});
