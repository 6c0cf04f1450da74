/** Who can be named in a note: those who may read it, and whom the asker may see. Rule: docs/spec/rooms.md. */
import { beforeAll, expect, it } from "vitest";
import type { Compartment } from "../../shared/records/compartments.ts";
import { accountSource, ask, boot, bring, bytesOf, idOf, json, memberId, under } from "./app-rig.ts";

let account = "";
const section: Record<string, string> = {};
beforeAll(async () => {
  await boot();
  const note = (name: string, sectionKind: string, group: string, compartment: Compartment) =>
    under("section", name, "west", { fields: { title: name, sectionKind, group, gen: 1, schema: 1 }, compartment });
  await bring([
    note("open", "shared", "shared", "core"),
    note("desk", "internal:service", "internal", "service"),
    note("aloud", "internal:sales", "internal", "sales"),
  ]);
  account = await idOf(accountSource("west"));
  for (const name of ["open", "desk", "aloud"]) section[name] = await idOf(`test:section:${name}`);
}, 60_000);

const path = (name: string, words = "") => `/api/accounts/${account}/sections/${section[name]}/readers?q=${words}`;
const readers = async (as: string, name: string, words = ""): Promise<string[]> =>
  (await json<{ items: { id: string }[] }>(ask(path(name, words), { as }))).items.map(({ id }) => id);

it("[ROOM-21] names those who may read the section, and nobody else", async () => {
  const [ana, sofia, bo] = await Promise.all(["ana", "sofia", "bo"].map(memberId));
  const open = await readers("ana", "open");
  expect(open).toEqual(expect.arrayContaining([ana, sofia]));
  const aloud = await readers("ana", "aloud");
  expect(aloud).toContain(ana);
  expect(aloud).not.toContain(sofia);
  expect((await readers("ana", "open", "sofia")).length).toBe(1);
  expect(await readers("ana", "aloud", "sofia")).toEqual([]);
  expect(await readers("ana", "open", "nobody%25")).toEqual([]);
  for (const each of [...open, ...aloud]) expect(each).not.toBe(bo); // of another team and region
});
it("[ROOM-21] [SECTION-2] [LEAK-9] of a hidden section it says what it says of a missing one, whatever is asked for", async () => {
  section["gone"] = String(section["desk"]).slice(0, -4) + "0000";
  for (const words of ["", "sofia"])
    expect(await bytesOf(ask(path("desk", words), { as: "ana" }))).toBe(await bytesOf(ask(path("gone", words), { as: "ana" }))); // prettier-ignore
  expect((await ask(path("open", "x".repeat(61)), { as: "ana" })).status).toBe(422);
});
