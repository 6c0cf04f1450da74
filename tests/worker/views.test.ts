/** Saved views of lists: whose they are, who gets which part of them, and what is no view. Rules: docs/spec/lists.md. */
import { beforeAll, describe, expect, it } from "vitest";
import { viewFields } from "../../shared/lists/parts.ts";
import type { ListQuery } from "../../shared/lists/query.ts";
import type { Row } from "../../shared/records/entities.ts";
import { ask, boot, device, idOf, json, memberId as memberOf, type Page, pull, pullBody, pushBody } from "./app-rig.ts";
import { teamSource } from "../../demo/people.ts";
import { env } from "cloudflare:workers";
import { idBytes, makeId } from "../../shared/kernel/id.ts";

let west = "";
let europe = "";
beforeAll(async () => {
  await boot();
  [west, europe] = [await idOf(teamSource("west")), await idOf(teamSource("europe"))];
}, 60_000);

const newView = (): string => makeId(env.CELL, "vie", crypto.getRandomValues(new Uint8Array(idBytes)));
const query: ListQuery = {
  sort: "-health",
  where: [
    { field: "health", op: "is", values: ["at_risk"] },
    { field: "paymentTerms", op: "has", values: ["canary-billing"] },
    { field: "contractTerms", op: "has", values: ["canary-contract"] },
    { field: "internalNote", op: "has", values: ["canary-internal"] },
  ],
};
let n = 0;
const sender = device();
async function push(as: string, name: string, args: unknown, from = `${sender}-${as}`): Promise<string | true> {
  const body = pushBody(from, [{ n: 1, name, args }]);
  n += 1;
  const { results } = await json<{ results: { ok: boolean; code?: string }[] }>(ask("/sync/push", { as, body: { ...body, client: `c${n}` } })); // prettier-ignore
  return results[0]?.ok ? true : (results[0]?.code ?? "?");
}
const views = async (as: string): Promise<readonly Row[]> =>
  (await json<Page>(ask("/api/views?limit=200", { as }))).items;
const seen = async (as: string, id: string): Promise<Row | undefined> => (await views(as)).find((row) => row.id === id);
const create = (id: string, more: object = {}) => ({ id, anchor: id, fields: { name: "At risk", of: "account", ...viewFields("account", query), ...more } }); // prettier-ignore

/** All that a device of this member is sent: its first copy. */
async function copyOf(as: string): Promise<string> {
  const dev = device();
  const first = await pull(as, pullBody(dev));
  const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
  const lines = [...first];
  for (let cursor = first.at(-1)?.["cursor"], left = want; left.length > 0; left = left.slice(300)) {
    const page = await pull(as, pullBody(dev, { cursor, want: left.slice(0, 300) }));
    lines.push(...page);
    cursor = page.at(-1)?.["cursor"];
  }
  return JSON.stringify(lines);
}

describe("[LIST-6] a view", () => {
  const own = newView();
  const ops = newView();
  it("is its maker's alone, whoever it says it belongs to; and comes to their device", async () => {
    expect(await push("ana", "view.create@1", create(own, { owner: await memberOf("marcus") }))).toBe(true);
    expect((await seen("ana", own))?.["owner"]).toBe(await memberOf("ana"));
    expect(await copyOf("ana")).toContain(own);
    for (const as of ["marcus", "bo", "omar", "greta"]) {
      expect(await seen(as, own), as).toBeUndefined();
      expect((await ask(`/api/views/${own}`, { as })).status, as).toBe(404);
    }
    expect(await push("marcus", "view.edit@1", { id: own, set: { name: "Mine now" } })).toBe("missing");
    expect(await push("marcus", "view.share@1", { id: own, team: west })).toBe("missing");
    expect(await push("marcus", "view.delete@1", { id: own })).toBe("missing");
  });

  it("[LEAK-18] [LEAK-50] shared with a team it is read by that team, by each without the parts of fields that they do not see", async () => {
    expect(await push("ana", "view.share@1", { id: own, team: west })).toBe(true);
    const manager = await seen("marcus", own);
    expect(manager?.["where"]).toContain("at_risk");
    expect(manager?.["whereContract"]).toContain("canary-contract"); // a manager reads contracts of the team's accounts
    expect(manager && "whereBilling" in manager).toBe(false);
    const everything = async (as: string): Promise<string> =>
      [await copyOf(as), await (await ask("/api/views", { as })).text(), await (await ask(`/api/views/${own}`, { as })).text(), await (await ask("/api/views?filter[whereBilling][contains]=canary", { as })).text(), await (await ask("/api/views?sort=whereContract", { as })).text()].join("\n"); // prettier-ignore
    // Who has none of these groups gets the rest, and the same answers as if there were nothing in them.
    expect(await push("greta", "view.create@1", { ...create(ops), fields: { ...create(ops).fields, team: await idOf(teamSource("operations")) } })).toBe(true);
    const mates = await everything("omar");
    expect(mates).toContain(ops);
    expect(mates).toContain("at_risk");
    for (const word of ["canary-billing", "canary-contract", "canary-internal"]) expect(mates).not.toContain(word);
    expect((await json<Page>(ask("/api/views?filter[whereBilling][contains]=canary", { as: "omar" }))).items).toEqual([]);
    for (const as of ["bo", "femi", "sofia", "omar", "helen"]) expect(await everything(as), as).not.toContain(own);
    expect(await copyOf("marcus")).not.toContain("canary-contract"); // read online, kept on no device
    // Its words stay with their owner, on every device of theirs.
    for (const word of ["canary-billing", "canary-contract", "canary-internal"]) expect(await copyOf("ana")).toContain(word);
  }); // prettier-ignore

  it("of a team is changed by its owner, tidied by the team's manager, and by nobody else", async () => {
    expect(await push("omar", "view.edit@1", { id: ops, set: { name: "Omar's" } })).toBe("denied");
    expect(await push("omar", "view.share@1", { id: ops, team: null })).toBe("denied");
    expect(await push("omar", "view.delete@1", { id: ops })).toBe("denied");
    expect(await push("marcus", "view.edit@1", { id: own, set: { name: "At risk, all" } })).toBe(true);
    expect(await push("marcus", "view.delete@1", { id: own })).toBe(true);
    expect([await seen("marcus", own), await seen("ana", own)]).toEqual([undefined, undefined]);
    expect(await push("ana", "view.restore@1", { id: own })).toBe(true);
    expect((await seen("marcus", own))?.["name"]).toBe("At risk, all");
  });

  it("goes from the others' devices when it is kept to oneself again", async () => {
    const dev = device();
    const first = await pull("marcus", pullBody(dev));
    const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
    const second = await pull("marcus", pullBody(dev, { cursor: first.at(-1)?.["cursor"], want: want.slice(0, 500) }));
    expect(JSON.stringify(second)).toContain(own);
    expect(await push("ana", "view.share@1", { id: own, team: null })).toBe(true);
    const third = await pull("marcus", pullBody(dev, { cursor: second.at(-1)?.["cursor"] }));
    expect(third.filter((line) => line["t"] === "rights").map((line) => line["g"])).toEqual([{}]);
    expect(JSON.stringify(third)).not.toContain("At risk");
    expect(await seen("marcus", own)).toBeUndefined();
  });

  it("goes to no team that its owner is not in, at its making or later", async () => {
    expect(await push("ana", "view.share@1", { id: own, team: europe })).toBe("invalid");
    expect(await push("ana", "view.create@1", create(newView(), { team: europe }))).toBe("invalid");
    expect(await push("ana", "view.create@1", create(newView(), { team: west }))).toBe(true);
    expect(await push("ana", "view.edit@1", { id: own, set: { team: west } })).toBe("invalid");
    expect(await push("ana", "view.edit@1", { id: own, set: { owner: await memberOf("bo") } })).toBe("invalid");
  });

  it("is refused when its parts can't be read, name unknown things, or stand in another group's place", async () => {
    const billing = JSON.stringify([{ field: "paymentTerms", op: "has", values: ["x"] }]);
    for (const fields of [{ where: billing }, { where: "{" }, { where: "5" }, { whereTerms: billing }, { layout: '{"more":1}' }, { layout: "[]" }])
      expect(await push("ana", "view.edit@1", { id: own, set: fields }), JSON.stringify(fields)).toBe("invalid");
    expect(await push("ana", "view.create@1", { id: newView(), anchor: own, fields: { name: "x", of: "account" } })).toBe("invalid");
    const other = newView();
    expect(await push("ana", "view.create@1", { id: other, anchor: other, fields: { name: "x", of: "member" } })).toBe("invalid");
    expect(await push("ana", "view.edit@1", { id: own, set: { whereBilling: billing } })).toBe(true);
    const posted = await ask("/api/views", { as: "ana", body: { name: "By REST", of: "contact" } });
    expect([posted.status, (await posted.json<Row>())["owner"]]).toEqual([201, await memberOf("ana")]);
    expect((await ask(`/api/views/${own}/share`, { as: "ana", body: { team: west } })).status).toBe(200);
  }); // prettier-ignore
});
