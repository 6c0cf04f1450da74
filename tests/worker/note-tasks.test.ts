/** Items of a note that tasks stand for: made once, where the note lies, and for nobody who can't read it. In workerd. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { makeId } from "../../shared/kernel/id.ts";
import type { Row } from "../../shared/records/entities.ts";
import { accountSource, ask, boot, bring, device, idOf, json, memberId, type Page, pull, pullBody, pushBody, under } from "./app-rig.ts"; // prettier-ignore

const newTask = (): string => makeId(env.CELL, "tas", crypto.getRandomValues(new Uint8Array(13)));
async function act(as: string, name: string, args: object): Promise<unknown> {
  const { results } = await json<{ results: { ok: boolean; code?: string }[] }>(
    ask("/sync/push", { as, body: pushBody(device(), [{ n: 1, name, args }]) }),
  );
  return results[0]?.code ?? results[0]?.ok;
}
const add = (as: string, section: string, id: string, name = "Call"): Promise<unknown> =>
  act(as, "section.add_task@1", { id, section, name });
const one = async (as: string, id: string): Promise<Row | null> => {
  const answer = await ask(`/api/tasks/${id}`, { as });
  return answer.ok ? answer.json<Row>() : null;
};
const found = async (as: string, words: string): Promise<readonly unknown[]> =>
  (await json<Page>(ask(`/api/tasks?q=${words}`, { as }))).items;

let account = "";
const section: Record<string, string> = {};
beforeAll(async () => {
  await boot();
  const note = (name: string, kind: string, group: string, compartment: "core" | "sales" | "service" | "handoff") =>
    under("section", name, "west", { fields: { title: name, sectionKind: kind, group, gen: 1, schema: 2 }, compartment }); // prettier-ignore
  await bring([
    note("plan", "shared", "shared", "core"),
    note("soon", "shared", "shared", "core"),
    note("sales", "internal:sales", "internal", "sales"),
    note("desk", "internal:service", "internal", "service"),
    note("brief", "handoff", "handoff", "handoff"),
    note("pad", "scratch", "shared", "core"),
  ]);
  account = await idOf(accountSource("west"));
  for (const name of ["plan", "soon", "sales", "desk", "brief", "pad"])
    section[name] = await idOf(`test:section:${name}`);
  const own = { anchor: account, compartment: "private", title: "own", sectionKind: "private", group: "private" };
  section["own"] = (await json<Row>(ask("/api/sections", { as: "ana", body: own }))).id;
}, 60_000);
const at = (name: string): string => section[name] ?? "";

it("[SECTION-11] two who make the task of one item make one record; deleted, it comes back by the same item", async () => {
  const id = newTask();
  expect([await add("ana", at("plan"), id), await add("marcus", at("plan"), id, "Call them")]).toEqual([true, true]);
  const row = await one("sofia", id);
  expect(row).toMatchObject({ anchor: account, compartment: "core", name: "Call", about: at("plan"), done: false, owner: await memberId("ana"), group: null }); // prettier-ignore
  expect(await act("ana", "task.complete@1", { id, done: true })).toBe(true);
  expect((await ask(`/api/tasks/${id}`, { as: "ana", method: "DELETE" })).status).toBe(204);
  expect(await one("ana", id)).toBe(null);
  expect(await add("ana", at("plan"), id)).toBe(true);
  expect(await one("ana", id)).toMatchObject({ name: "Call", done: true });
});

it("[SECTION-11] an id stands for a task of this note alone: not for another note's, nor for another thing", async () => {
  const id = newTask();
  expect(await add("ana", at("plan"), id)).toBe(true);
  expect(await add("ana", at("soon"), id)).toBe("invalid");
  expect(await add("ana", at("plan"), makeId(env.CELL, "opp", crypto.getRandomValues(new Uint8Array(13))))).toBe("invalid"); // prettier-ignore
  // A hidden note says what a missing one says.
  const nowhere = at("desk").slice(0, -4) + "0000";
  expect([await add("ana", at("desk"), newTask()), await add("ana", nowhere, newTask())]).toEqual(["missing", "missing"]); // prettier-ignore
});

it("[SECTION-12] a task is for the readers of its note's group alone; who would not see it does not make it", async () => {
  const [own, desk] = [newTask(), newTask()];
  expect(await add("ana", at("sales"), own, "canary-sales")).toBe(true);
  expect(await one("ana", own)).toMatchObject({ compartment: "sales", group: "internal" });
  expect(await add("sofia", at("desk"), desk, "canary-desk")).toBe(true);
  expect(await one("sofia", desk)).toMatchObject({ compartment: "service", group: "internal" });
  // A share of the whole key, as an offer gives it, opens no words of one group.
  await env.DB.prepare(
    `INSERT INTO share (id, anchor, compartment, to_kind, to_id, groups, recipe, cause) VALUES ('s', ?, 'sales', 'member', ?, 3, 'sh.offer', 'test')`,
  )
    .bind(account, await memberId("lina"))
    .run();
  await env.DB.prepare("UPDATE anchor SET ver = ver + 1 WHERE id = ?").bind(account).run();
  for (const as of ["sofia", "lina", "femi"]) expect([as, await one(as, own), await found(as, "canary-sales")]).toEqual([as, null, []]); // prettier-ignore
  expect(await one("ana", desk)).toBe(null);
  expect(await one("marcus", own)).toMatchObject({ name: "canary-sales" });
  expect(await add("ana", at("brief"), newTask())).toBe("denied");
  const alone = newTask();
  expect(await add("ana", at("own"), alone, "canary-alone")).toBe(true);
  expect(await one("ana", alone)).toMatchObject({ compartment: "private", owner: await memberId("ana") });
  for (const as of ["marcus", "sofia", "greta"]) expect([as, await one(as, alone), await found(as, "canary-alone")]).toEqual([as, null, []]); // prettier-ignore
  expect(await add("ana", at("pad"), newTask())).toBe("denied");
});

it("[SECTION-12] [ROOM-20] a note that is narrowed takes its tasks along, those that are deleted too, and nothing widens them", async () => {
  const [kept, gone, other] = [newTask(), newTask(), newTask()];
  for (const id of [kept, gone]) expect(await add("ana", at("soon"), id, `canary-soon-${id}`)).toBe(true);
  expect(await add("ana", at("plan"), other, "elsewhere")).toBe(true);
  expect((await ask(`/api/tasks/${gone}`, { as: "ana", method: "DELETE" })).status).toBe(204);
  const dev = device();
  const first = await pull("sofia", pullBody(dev, { follow: [{ anchor: account, kind: "open" }] }));
  const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
  const second = await pull("sofia", pullBody(dev, { cursor: first.at(-1)?.["cursor"], want }));
  expect(JSON.stringify(second)).toContain(`canary-soon-${kept}`);

  expect(await act("ana", "section.tighten@1", { id: at("soon"), gen: 1 })).toBe(true);

  const third = await pull("sofia", pullBody(dev, { cursor: second.at(-1)?.["cursor"] }));
  expect(third.flatMap((line) => (line["t"] === "gone" ? [line["id"]] : []))).toContain(kept);
  expect(JSON.stringify(third)).not.toContain("canary-soon");
  expect([await one("sofia", kept), await found("sofia", "canary-soon")]).toEqual([null, []]);
  expect((await ask(`/api/changes?record=${kept}`, { as: "sofia" })).ok).toBe(false);
  expect(await one("ana", kept)).toMatchObject({ compartment: "core", group: "internal" });
  expect(await one("sofia", other)).toMatchObject({ name: "elsewhere" });
  expect((await ask(`/api/tasks/${gone}/restore`, { as: "ana", body: {} })).status).toBe(200);
  expect([await one("ana", gone), await one("sofia", gone)]).toMatchObject([{ group: "internal" }, null]);
  // A task that comes from a device that did not know yet is made for the narrower readers.
  const late = newTask();
  expect(await add("ana", at("soon"), late, "canary-soon-late")).toBe(true);
  expect([await one("ana", late), await one("sofia", late)]).toMatchObject([{ group: "internal" }, null]);
  await expect(env.DB.prepare(`UPDATE task SET "group" = NULL WHERE id = ?`).bind(kept).run()).rejects.toThrow();
});
