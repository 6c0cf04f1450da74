/**
 * Two worlds that differ only in what a member may not see are one world to that member: every body, tag, order and count,
 * and what comes down an open socket. The second world is made by colleagues' own acts, hidden values first, then hidden
 * records; only what nobody may write is put into its table.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import { entities, entity, entityNames } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { snake } from "../../worker/db/schema.ts";
import { ask, device, handles, idOf, listen, pull, pullBody } from "./app-rig.ts";
import { canaries, type Canary, kindIds, mayHave, plant, rows, soldAs } from "./canary-rig.ts";

let seed = 11;
const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
const writers = ["ana", "bo", "lina", "marcus", "sofia", "femi", "greta"];

/** Pokes wait a moment of their own. */
const settle = (): Promise<void> => new Promise((done) => setTimeout(done, 2 * limits.pokeCoalesceMs));

/** The steps of a walk: what a member's screens, scripts and curiosity would ask. Drawn once, walked in both worlds. */
type Step = readonly [method: "GET" | "POST", path: string, body?: unknown];
function walk(): Step[] {
  const steps: Step[] = [["GET", "/api/me"], ["GET", "/api/access/requests"], ["GET", "/api/grants"], ["GET", "/api/covers"]]; // prettier-ignore
  for (const name of entityNames) {
    const path = `/api/${entity(name).plural}`;
    steps.push(["GET", `${path}?limit=200`]);
    for (const [field, { type }] of Object.entries<Field>(entities[name].fields)) {
      if (type === "list" || type === "custom" || type === "lines") continue;
      const word = canaries.find((one) => one.entity === name && one.field === field)?.token ?? "x";
      if (random(12) === 0) steps.push(["GET", `${path}?limit=200&sort=${random(2) === 0 ? "-" : ""}${field}`]);
      if (random(12) === 0) steps.push(["GET", `${path}?limit=200&filter[${field}][${pick(["eq", "ne", "lt", "gte"])}]=${word}`]); // prettier-ignore
    }
  }
  for (const [id, row] of rows) {
    const canary = canaries.find(({ record }) => record === id);
    if (!canary || random(9) > 0) continue;
    const { entity: name, field } = canary;
    steps.push(["GET", `/api/${entity(name).plural}/${id}`]);
    if (name === "account") steps.push(["GET", `/api/accounts/${id}/sections`]);
    const about = new URLSearchParams({ action: pick(["read", "edit", "delete", "share"]), entity: name, id, ...(field === "text" || random(2) === 0 ? {} : { field }) }); // prettier-ignore
    steps.push(["GET", `/api/access/explain?${about.toString()}`], ["GET", `/api/shares?record=${id}`]);
    if (random(4) === 0) steps.push(["POST", `/api/accounts/${row.anchor}/sections/states`, { sections: [`${id}.1`] }]);
  }
  return steps;
}
/** Status, headers and bytes of every step. Nothing in them is random but what is sealed, and that is not here. */
async function walked(as: string, steps: readonly Step[]): Promise<string[]> {
  const heard: string[] = [];
  for (const [method, path, body] of steps) {
    const answer = await ask(path, { as, method, ...(body === undefined ? {} : { body }) });
    heard.push(`${method} ${path} ${answer.status} ${JSON.stringify([...answer.headers])} ${await answer.text()}`);
  }
  return heard;
}
/** A pull of a new device, without what is sealed (handles and cursor are another each time, and as long) and the edge's clock. */
async function copied(as: string): Promise<string[]> {
  const dev = device();
  const follow = kindIds.map((anchor) => ({ anchor, kind: "open" }));
  const first = await pull(as, pullBody(dev, { follow }));
  const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
  const second = await pull(as, pullBody(dev, { cursor: first.at(-1)?.["cursor"], want }));
  const sealed = (key: string, value: unknown): unknown =>
    key === "h" || key === "cursor" ? String(value).length : key === "now" || key === "lease" ? "a time" : value;
  return [...first, ...second].map((line) => JSON.stringify(line, sealed)).sort();
}
const changed = (token: string): string | number => (token.startsWith("c4n") ? `${token}x` : Number(token) + 1);

/** Every hidden value of a record that is in sight, and of some that are not, becomes another. Answers how many did. */
async function changeHidden(hidden: readonly Canary[]): Promise<{ byActs: number; byHand: number }> {
  const count = { byActs: 0, byHand: 0 };
  for (const { entity: name, record, field, token } of hidden) {
    const { type } = (entities[name].fields as Readonly<Record<string, Field>>)[field] ?? {};
    const other = changed(token);
    const value = type === "custom" ? { [token]: other } : type === "lines" ? JSON.parse(soldAs(String(other))) : other;
    let done = false;
    for (const as of name === "member" ? [] : writers) {
      const answer = await ask(`/api/${entity(name).plural}/${record}`, {
        as,
        method: "PATCH",
        body: { [field]: value },
      });
      done ||= answer.status === 200;
      await answer.arrayBuffer();
      if (done) break;
    }
    if (done) count.byActs += 1;
    else {
      await env.DB.prepare(`UPDATE "${name}" SET "${snake(field)}" = ? WHERE id = ?`)
        .bind(typeof value === "object" ? JSON.stringify(value) : value, record)
        .run();
      count.byHand += 1;
    }
  }
  return count;
}
/** New records on an account of which the member sees nothing. */
async function addHidden(at: string): Promise<number> {
  let made = 0;
  for (const [as, plural, fields] of [
    ["ana", "contacts", { name: "Somebody hidden" }],
    ["ana", "tasks", { name: "Something hidden" }],
    ["ana", "activities", { name: "A call" }],
    ["bo", "contacts", { name: "Somebody hidden" }],
    ["lina", "contacts", { name: "Somebody hidden" }],
  ] as const)
    // prettier-ignore
    if ((await ask(`/api/${plural}`, { as, body: { anchor: at, ...fields } })).status === 201) made += 1;
  return made;
}

describe("[ACCESS-3] what a member may not see changes nothing that reaches them", () => {
  beforeAll(async () => {
    await plant();
  }, 120_000);

  it.each(handles)(
    "%s: a recorded walk, a copy on a device, an open socket",
    async (handle) => {
      const open = await mayHave(handle);
      const steps = walk();
      const dev = device();
      const { cursor } = (await pull(handle, pullBody(dev, { follow: kindIds.map((anchor) => ({ anchor, kind: "open" })) }))).at(-1) ?? {}; // prettier-ignore
      await pull(handle, pullBody(dev, { cursor }));
      const [before, copy] = [await walked(handle, steps), await copied(handle)];

      const socket = await listen(handle, dev);
      // Another address of somebody ends their sessions: that is an act on them, and no hidden value.
      const hidden = canaries.filter(
        ({ token, entity: name, field, group }) =>
          !open.has(token) && group !== "identity" && field !== "text" && !(name === "member" && field === "email"),
      );
      const some = hidden.filter((_, index) => index % 8 === 0);
      const count = await changeHidden(some);
      const seen = new Set(
        canaries.flatMap(({ token, record }) => (open.has(token) ? [rows.get(record)?.anchor] : [])),
      );
      const unseen = kindIds.filter((id) => !seen.has(id));
      let added = 0;
      for (const at of unseen) added += await addHidden(at);
      expect(count.byActs + count.byHand).toBe(some.length);
      expect(some.length).toBeGreaterThan(3);
      if (unseen.length > 0) expect(added).toBeGreaterThan(0);

      await settle();
      expect(socket.heard).toEqual([]);
      socket.close();
      const after = await walked(handle, steps);
      expect(after.filter((one, index) => one !== before[index])).toEqual([]);
      expect(await copied(handle)).toEqual(copy);
    },
    120_000,
  );

  it("would see it: a value that a member does see changes their walk, their copy, and pokes them", async () => {
    const west = await idOf("test:account:west");
    const steps = walk();
    const dev = device();
    await pull("ana", pullBody(dev, { follow: [{ anchor: west, kind: "open" }] }));
    const [before, copy] = [await walked("ana", steps), await copied("ana")];
    const socket = await listen("ana", dev);
    const answer = await ask(`/api/accounts/${west}`, { as: "marcus", method: "PATCH", body: { city: "Seen" } });
    expect(answer.status).toBe(200);
    await settle();
    expect(socket.heard.length).toBeGreaterThan(0);
    socket.close();
    const after = await walked("ana", steps);
    expect(after.filter((one, index) => one !== before[index]).length).toBeGreaterThan(2);
    expect(await copied("ana")).not.toEqual(copy);
  }, 120_000);
});
