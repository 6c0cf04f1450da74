/** Cases over HTTP and in pushes: who has them, how they move, what stays on them, who hears of them. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { memberSource, regionSource } from "../../demo/people.ts";
import type { Row } from "../../shared/records/entities.ts";
import { clocksOf, levelFor } from "../../shared/cases/service.ts";
import { escalationsOf, pausesOf } from "../../shared/cases/waits.ts";
import { ask, boot, bring, device, idOf, json, memberId, pull, pullBody, pushBody, type Page, under } from "./app-rig.ts"; // prettier-ignore

const id: Record<string, string> = {};
const who: Record<string, string> = {};

beforeAll(async () => {
  await boot();
  const one = (key: string, account: string, more: object = {}) =>
    under("case", key, account, { fields: { number: `C-${key}`, name: key, severity: "high", queue: "Terminals", ...more } }); // prettier-ignore
  await bring([
    { entity: "queue", source: "test:queue:1", fields: { name: "Terminals" }, refs: { steward: memberSource("sofia") } },
    { entity: "service_level", source: "test:service_level:1", fields: { name: "Ours", opens: "08:00", closes: "20:00", responseMinutes: { high: 30 } }, refs: { region: regionSource("americas") } },
    ...["race", "steps", "told", "over", "loose"].map((key) => one(key, "west", key === "loose" ? { queue: null } : {})),
    one("far", "europe"),
  ]); // prettier-ignore
  for (const key of ["race", "steps", "told", "over", "loose", "far"]) id[key] = await idOf(`test:case:${key}`);
  // Lina works with Sofia here: two of one queue.
  await env.DB.prepare("UPDATE member SET base = 'support', regions = ? WHERE id = ?")
    .bind(JSON.stringify([await idOf(regionSource("americas"))]), await memberId("lina"))
    .run();
  for (const handle of ["ana", "bo", "sofia", "priya", "marcus", "femi", "lina"]) who[handle] = await memberId(handle);
}, 60_000);

const act = (as: string, key: string, verb: string, body: unknown = {}): Promise<Response> =>
  ask(`/api/cases/${id[key]}/${verb}`, { as, body });
const read = async (as: string, key: string): Promise<Row | null> => {
  const answer = await ask(`/api/cases/${id[key]}`, { as });
  return answer.ok ? answer.json<Row>() : null;
};
const next = { nextAction: "Ask for the log", nextActionDay: "2026-11-27" };

describe("who has a case", () => {
  it("[CASE-2] of two who take the same one the first has it, and the second is told who; both over HTTP and from a device that was away", async () => {
    expect((await act("sofia", "race", "assign", { to: who["sofia"], from: null })).status).toBe(200);
    const late = await act("lina", "race", "assign", { to: who["lina"], from: null });
    expect([late.status, await late.json()]).toMatchObject([409, { code: "version_conflict", fields: ["owner"] }]);
    const dev = device();
    const take = { id: id["race"], account: await idOf("test:account:west"), from: null, to: who["lina"] };
    const pushed = await json<{ results: unknown[] }>(ask("/sync/push", { as: "lina", body: pushBody(dev, [{ n: 1, name: "case.assign@1", args: take }]) })); // prettier-ignore
    expect(pushed.results[0]).toMatchObject({
      ok: false, code: "version_conflict", fields: ["owner"], theirs: { owner: who["sofia"] }, by: who["sofia"],
    }); // prettier-ignore
  });
  it("[CASE-1] [CASE-2] goes back to its queue, if it has one, and not once it is solved", async () => {
    expect((await json<Row>(act("sofia", "race", "assign", { to: null })))["owner"]).toBe(null);
    expect((await act("sofia", "loose", "assign", { to: null })).status).toBe(422);
    const [queue] = (await json<Page>(ask("/api/queues", { as: "ana" }))).items;
    expect([queue?.["name"], queue?.["steward"]]).toEqual(["Terminals", who["sofia"]]);
    await act("sofia", "race", "resolve", { cause: "A cable", fix: "A new one" });
    expect((await act("sofia", "race", "assign", { to: who["sofia"] })).status).toBe(409);
  });
  it("[CASE-2] is seen, with its account, by whom it is given to, until it is given to the next", async () => {
    expect(await read("priya", "over")).toBe(null);
    expect((await act("sofia", "over", "assign", { to: who["priya"] })).status).toBe(200);
    expect(await read("priya", "over")).toMatchObject({ owner: who["priya"] });
    expect((await ask(`/api/accounts/${await idOf("test:account:west")}`, { as: "priya" })).status).toBe(200);
    expect((await act("priya", "over", "move", { to: "open", ...next })).status).toBe(200);
    expect((await act("sofia", "over", "assign", { to: who["sofia"] })).status).toBe(200);
    expect(await read("priya", "over")).toBe(null);
  });
});

describe("how it moves", () => {
  it("[CASE-3] leaves a state only with what is done next and by when, whoever sends it", async () => {
    for (const [body, fields] of [
      [{ to: "open", ...next, nextAction: "  " }, ["nextAction"]],
      [{ to: "waiting", ...next, nextActionDay: "soon" }, ["nextActionDay"]],
    ] as const)
      expect(await (await act("sofia", "steps", "move", body)).json()).toMatchObject({ code: "invalid", fields });
    expect((await ask(`/api/cases/${id["steps"]}`, { as: "sofia", method: "PATCH", body: { status: "open" } })).status).toBe(422);
    expect(await json<Row>(act("sofia", "steps", "move", { to: "open", ...next }))).toMatchObject({ status: "open", ...next });
    expect((await act("sofia", "steps", "move", { to: "waiting", from: "new", ...next })).status).toBe(409);
  }); // prettier-ignore
  it("[CASE-4] [CASE-5] answers with its first step, and stands still while it waits and while it was solved", async () => {
    await act("sofia", "steps", "move", { to: "waiting", ...next });
    const waiting = await read("ana", "steps"); // sales has it too, to show what burns
    expect([pausesOf(waiting?.["waits"]).length, pausesOf(waiting?.["waits"])[0]?.until]).toEqual([1, null]);
    const levels = (await json<Page>(ask("/api/service_levels", { as: "ana" }))).items;
    const region = (await json<Page>(ask("/api/regions", { as: "ana" }))).items.find((row) => row["name"] === "Americas"); // prettier-ignore
    const level = levelFor(levels as never, region as never);
    expect(level).toMatchObject({ name: "Ours", calendar: { zone: "America/New_York", opens: 480 } });
    const { response, resolution } = clocksOf(waiting as never, level, Date.now());
    expect([response.state, resolution.state]).toEqual(["met", "paused"]);
    await act("sofia", "steps", "move", { to: "open", ...next });
    expect(pausesOf((await read("sofia", "steps"))?.["waits"])[0]?.until).toBeGreaterThan(0);
  });
  it("[CASE-3] is solved with cause and fix alone, and may be opened again", async () => {
    const bare = await act("sofia", "steps", "resolve", { fix: "Restarted", cause: " " });
    expect([bare.status, await bare.json()]).toMatchObject([422, { fields: ["cause"] }]);
    expect((await act("sofia", "steps", "resolve", { fix: "Restarted", cause: "A full disk" })).status).toBe(200);
    expect(await read("ana", "steps")).not.toHaveProperty("cause"); // notes are the service's
    expect((await act("sofia", "steps", "resolve", { status: "closed" })).status).toBe(200);
    const again = await json<Row>(act("sofia", "steps", "reopen"));
    expect([again["status"], again["reopened"], pausesOf(again["waits"]).length]).toEqual(["open", 1, 2]);
  });
  it("[CASE-3] is made as new, or with what is done next, and never as solved", async () => {
    const anchor = await idOf("test:account:west");
    const make = (more: object) => ask("/api/cases", { as: "sofia", body: { anchor, number: "CS-1", name: "Made", ...more } }); // prettier-ignore
    expect((await make({ status: "resolved" })).status).toBe(422);
    expect((await make({ status: "open" })).status).toBe(422);
    expect(await json<Row>(make({ status: "open", ...next }))).toMatchObject({ status: "open", waits: null });
    expect(await json<Row>(make({ waits: { 1: 2 }, escalations: { 1: "x y" } }))).toMatchObject({ status: "new", waits: null, escalations: null }); // prettier-ignore
  });
});

it("[CASE-6] [SHARE-6] keeps who called whom in, and when that ended", async () => {
  await act("sofia", "over", "escalate", { to: who["priya"] });
  const [first] = escalationsOf((await read("ana", "over"))?.["escalations"]);
  expect(first).toMatchObject({ by: who["sofia"], to: who["priya"], ended: null });
  await act("sofia", "over", "deescalate");
  await act("sofia", "over", "escalate", { to: who["priya"] });
  await act("priya", "over", "resolve", { cause: "A cable", fix: "A new one" });
  expect(escalationsOf((await read("sofia", "over"))?.["escalations"]).map(({ ended }) => ended !== null)).toEqual([true, true]); // prettier-ignore
});

it("[HAND-1] [HAND-2] a case is handed over by who works it, with the tasks about it", async () => {
  const anchor = await idOf("test:account:west");
  await act("sofia", "loose", "assign", { to: who["sofia"] });
  const task = await json<Row>(ask("/api/tasks", { as: "sofia", body: { anchor, compartment: "service", name: "Ask for photos", about: id["loose"], owner: who["sofia"] } }));
  const made = await json<Row>(ask("/api/handoffs", { as: "sofia", body: { anchor, name: "Over", about: id["loose"], handoffKind: "queue_to_queue" } }));
  const [queue] = (await json<Page>(ask("/api/queues", { as: "sofia" }))).items;
  const body = { to: queue?.id, late: who["sofia"], moves: ["task"] };
  expect((await ask(`/api/handoffs/${made.id}/offer`, { as: "sofia", body })).status).toBe(422); // its steward is who gives it
  const to = { to: who["lina"], moves: ["task"] };
  expect((await ask(`/api/handoffs/${made.id}/offer`, { as: "sofia", body: to })).status).toBe(200);
  expect((await ask(`/api/handoffs/${made.id}/accept`, { as: "lina", body: { moves: [task.id] } })).status).toBe(200);
  expect(await read("lina", "loose")).toMatchObject({ owner: who["lina"] });
  expect((await json<Row>(ask(`/api/tasks/${task.id}`, { as: "lina" })))["owner"]).toBe(who["lina"]);
}); // prettier-ignore

describe("sales should know", () => {
  it("[CASE-7] is a line where sales reads, without a word of the case, and for who may not see the case only its words", async () => {
    const secret = "Their own admin did it";
    await ask(`/api/cases/${id["told"]}`, { as: "sofia", method: "PATCH", body: { internalNote: secret, cause: secret } });
    expect((await act("sofia", "told", "tell", { words: "Do not call before Friday" })).status).toBe(200);
    const anchor = await idOf("test:account:west");
    const lines = await json<Page>(ask(`/api/activities?filter[anchor][eq]=${anchor}`, { as: "ana" }));
    const line = lines.items.find((row) => row["about"] === id["told"]);
    expect(line).toMatchObject({ name: "Do not call before Friday", compartment: "core", customShared: { told: "sales" } });
    const dev = device();
    const first = await pull("ana", pullBody(dev));
    const held = await pull("ana", pullBody(dev, { cursor: first.at(-1)?.["cursor"], want: first.flatMap((one) => (one["t"] === "rights" ? [{ h: one["h"] }] : [])) }));
    expect(JSON.stringify(held)).toContain("Do not call before Friday");
    expect(JSON.stringify([lines, held])).not.toContain(secret);
    expect(line?.["internalNote"]).toBe(null);
  }); // prettier-ignore
  it("[CASE-7] is said by who may write there, and of a case that they see", async () => {
    expect((await act("sofia", "far", "tell", { words: "x" })).status).toBe(404);
    expect((await act("femi", "told", "tell", { words: "x" })).status).toBe(404);
    expect((await act("sofia", "told", "tell", { words: " " })).status).toBe(422);
    const { n } = (await env.DB.prepare("select count(*) as n from activity where about = ?").bind(id["told"]).first<{ n: number }>()) ?? {}; // prettier-ignore
    expect(n).toBe(1);
  });
});
