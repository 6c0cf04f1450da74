/** Administration over HTTP: what drifts, two people side by side, and sight through another's eyes. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { entities, entityNames, entity, compartmentsOf, type Row } from "../../shared/records/entities.ts";
import { edgeLimits, limits } from "../../shared/kernel/limits.ts";
import {
  accountSource,
  ask,
  boot,
  bring,
  bytesOf,
  handles,
  idOf,
  json,
  memberId,
  opportunity,
  type Page,
} from "./app-rig.ts";

const admins = new Set(["omar", "greta"]);
let [ana, bo, greta] = ["", "", ""];
beforeAll(async () => {
  await boot();
  await bring([opportunity("west", "west"), opportunity("europe", "europe")]);
  [ana, bo, greta] = [await memberId("ana"), await memberId("bo"), await memberId("greta")];
}, 60_000);

describe("administration", () => {
  it("[ADMIN-2] says what drifts to those who keep or watch the policy, and to nobody else", async () => {
    const drift = await json<{ items: { path: string; says: string }[]; held: Record<string, number> }>(ask("/api/access/drift", { as: "omar" }));
    expect(drift.held["seller"]).toBe(2);
    // One member holds it, and nothing of it was done yet.
    expect(drift.items.map(({ path }) => path)).toContain("roles.discount_approver");
    for (const as of handles.filter((one) => !admins.has(one)))
      for (const path of ["/api/access/drift", `/api/access/compare?a=${ana}&b=${bo}`, "/api/access/view-as", `/api/access/view-as/${ana}/accounts`])
        expect([as, path, await bytesOf(ask(path, { as }))]).toEqual([as, path, await bytesOf(ask("/api/nowhere", { as }))]);
    expect((await ask("/api/access/view-as", { as: "ana", body: { member: bo, why: "Curious" } })).status).toBe(404);
  }); // prettier-ignore

  it("[ADMIN-4] compares two people by numbers of records and field groups, without a name of any record", async () => {
    const { items, a, b } = await json<{ a: Row; b: Row; items: { entity: string; group: string; onlyA: number; onlyB: number; both: number }[] }>(ask(`/api/access/compare?a=${ana}&b=${bo}`, { as: "omar" }));
    expect([a["name"], b["name"]]).toEqual(["Ana Ribeiro", "Bo Lindqvist"]);
    const of = (entityName: string, group: string) => items.find((one) => one.entity === entityName && one.group === group);
    // Each their own opportunity with its terms; accounts of their teams.
    expect(of("opportunity", "terms")).toMatchObject({ onlyA: 1, onlyB: 1, both: 0 });
    for (const group of ["identity", "shared"])
      for (const [handle, side] of [["ana", "onlyA"], ["bo", "onlyB"]] as const) {
        const seen = (await json<Page>(ask("/api/accounts?limit=200", { as: handle }))).items.length;
        const one = of("account", group);
        expect([handle, (one?.[side] ?? 0) + (one?.both ?? 0)]).toEqual([handle, seen]);
      }
    expect((await ask(`/api/access/compare?a=${ana}&b=eu_mem_00000000000000000000`, { as: "omar" })).status).toBe(404);
  }); // prettier-ignore

  it("[ADMIN-5] [LEAK-49] a look through another's eyes shows what both see and nothing else, writes nothing, is in the stream, and its owner is told", async () => {
    const look = `/api/access/view-as/${ana}/accounts`;
    expect((await ask(look, { as: "greta" })).status).toBe(404); // it was not announced
    expect((await ask("/api/access/view-as", { as: "greta", body: { member: ana, why: "x" } })).status).toBe(422);
    expect((await ask("/api/access/view-as", { as: "greta", body: { member: greta, why: "My own" } })).status).toBe(422);
    for (const member of [ana, bo]) expect((await ask("/api/access/view-as", { as: "greta", body: { member, why: "Ana says a customer is missing." } })).status).toBe(201);
    let [looked, fields] = [0, 0];
    for (const [handle, member] of [["ana", ana], ["bo", bo]] as const)
      for (const name of entityNames) {
        if (compartmentsOf(name).length === 0) continue;
        const plural = entity(name).plural;
        const { items } = await json<Page>(ask(`/api/access/view-as/${member}/${plural}`, { as: "greta" }));
        const [mine, theirs] = [await json<Page>(ask(`/api/${plural}?limit=200`, { as: "greta" })), await json<Page>(ask(`/api/${plural}?limit=200`, { as: handle }))];
        for (const row of items) {
          looked += 1;
          const [own, other] = [mine, theirs].map((page) => page.items.find(({ id }) => id === row.id));
          expect([name, own !== undefined, other !== undefined]).toEqual([name, true, true]);
          for (const [field, value] of Object.entries(row)) {
            fields += 1;
            expect([name, field, own?.[field], Object.hasOwn(other ?? {}, field)]).toEqual([name, field, value, true]);
          }
        }
        // And all of what both see is there.
        const both = mine.items.filter(({ id }) => theirs.items.some((one) => one.id === id)).map(({ id }) => id);
        expect([name, items.map(({ id }) => id).sort()]).toEqual([name, both.slice(0, limits.listDefault).sort()]);
      }
    expect([looked > 10, fields > 50]).toEqual([true, true]);
    // Terms are Ana's and not Greta's: they are in no byte of the look.
    await ask(`/api/opportunities/${await idOf("test:opportunity:west")}`, { as: "ana", method: "PATCH", body: { amountMinor: 7_111_222_333_444 } });
    const said = await (await ask(`/api/access/view-as/${ana}/opportunities`, { as: "greta" })).text();
    expect([said.includes("7111222333444"), said.includes("amountMinor\"")]).toEqual([false, false]);
    for (const method of ["POST", "PATCH", "DELETE", "PUT"])
      expect([method, (await ask(`/api/access/view-as/${ana}/accounts`, { as: "greta", method, body: {} })).status]).toEqual([method, 404]);
    const { items: stream } = await json<{ items: { subject?: string; detail?: { why: string } }[] }>(ask("/api/audit?kind=view_as", { as: "omar" }));
    expect(stream.map(({ subject, detail }) => [subject, detail?.why])).toContainEqual([ana, "Ana says a customer is missing."]);
    const { items: list } = await json<Page>(ask("/api/tasks?limit=200", { as: "ana" }));
    expect(list.find(({ name }) => name === "Greta Vogel looked at what you see")).toMatchObject({ description: "Ana says a customer is missing.", done: false });
    // Nobody else sees what is on Ana's list, and the look is over when its time is.
    expect((await json<Page>(ask("/api/tasks?limit=200", { as: "marcus" }))).items.some(({ name }) => String(name).includes("looked at what you see"))).toBe(false);
    await env.DB.prepare("update audit_event set at = at - ? where kind = 'view_as'").bind(edgeLimits.viewAsMs + 1).run();
    expect((await ask(look, { as: "greta" })).status).toBe(404);
    expect(Object.keys(entities).length).toBe(entityNames.length);
    expect(await idOf(accountSource("west"))).not.toBe("");
  }, 60_000); // prettier-ignore
});
