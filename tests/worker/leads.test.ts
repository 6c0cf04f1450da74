/** Leads at the edge: what their acts move, for whom, and what is refused as a whole. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Row } from "../../shared/records/entities.ts";
import { makeId } from "../../shared/kernel/id.ts";
import { memberSource } from "../../demo/people.ts";
import { account, accountSource, ask, boot, bring, device, idOf, json, memberId, pushBody, under } from "./app-rig.ts";

const id: Record<string, string> = {};
const newId = (kind: string): string => makeId("local", kind, crypto.getRandomValues(new Uint8Array(13)));

beforeAll(async () => {
  await boot();
  const lead = (key: string, at: string, owner: string) =>
    under("lead", key, at, {
      fields: { name: `Lead ${key}`, company: "Putra", status: "new", email: "who@putra.test" },
      refs: { owner: memberSource(owner) },
    });
  await bring([
    account("mine", "ana", "west", "americas"),
    account("other", "ana", "west", "americas"),
    account("far", "bo", "europe", "europe"),
    lead("1", "mine", "ana"),
    lead("2", "mine", "ana"),
    lead("3", "mine", "ana"),
  ]); // prettier-ignore
  for (const key of ["mine", "other", "far"]) id[key] = await idOf(accountSource(key));
  for (const key of ["1", "2", "3"]) id[key] = await idOf(`test:lead:${key}`);
  id["pipeline"] = await idOf("test:pipeline:1");
  id["stage"] = await idOf("test:stage:open");
  id["won"] = await idOf("test:stage:won");
}, 60_000);

const act = (as: string, lead: string, verb: string, body: unknown): Promise<Response> =>
  ask(`/api/leads/${lead}/${verb}`, { as, body });
const read = (as: string, path: string): Promise<Row> => json<Row>(ask(path, { as }));
async function pushed(as: string, name: string, args: unknown): Promise<{ ok: boolean; code?: string }> {
  const answer = await json<{ results: { ok: boolean; code?: string }[] }>(
    ask("/sync/push", { as, body: pushBody(device(), [{ n: 1, name, args }]) }),
  );
  return answer.results[0] ?? { ok: false };
}

describe("capture", () => {
  it("[LEAD-1] makes the account with the lead, as a prospect of who captured it; or takes one that is there", async () => {
    const [lead, prospect] = [newId("lea"), newId("acc")];
    const fields = { name: "Siti", email: "siti@kopi.test" };
    expect(await pushed("lina", "lead.capture@1", { id: lead, account: prospect, company: "Kopi", fields })).toMatchObject({ ok: true }); // prettier-ignore
    expect(await read("lina", `/api/accounts/${prospect}`)).toMatchObject({ name: "Kopi", type: "prospect", owner: await memberId("lina") }); // prettier-ignore
    expect(await read("lina", `/api/leads/${lead}`)).toMatchObject({ status: "new", company: "Kopi", anchor: prospect, compartment: "sales" }); // prettier-ignore
    const second = newId("lea");
    expect(await pushed("ana", "lead.capture@1", { id: second, account: id["mine"], fields: { name: "Ben" } })).toMatchObject({ ok: true }); // prettier-ignore
  });
  it("[LEAD-1] [ACCESS-1] an account that is not to be seen is as good as none, and nothing is left of a refused capture", async () => {
    const at = async (where: string) =>
      pushed("ana", "lead.capture@1", { id: newId("lea"), account: where, fields: { name: "Ben" } });
    expect(await at(id["far"] ?? "")).toEqual(await at(newId("acc")));
    const [lead, prospect] = [newId("lea"), newId("acc")];
    expect(await pushed("sofia", "lead.capture@1", { id: lead, account: prospect, company: "Kopi", fields: { name: "x" } })).toMatchObject({ ok: false }); // prettier-ignore
    expect((await ask(`/api/accounts/${prospect}`, { as: "marcus" })).status).toBe(404);
  });
});

describe("what becomes of it", () => {
  it("[LEAD-2] is qualified with what is needed and by when; of two who move it at once one is told", async () => {
    const lead = id["1"] ?? "";
    const early = await act("ana", lead, "qualify", { to: "qualified", need: "One view" });
    expect([early.status, await early.json()]).toMatchObject([422, { code: "invalid", fields: ["timeline"] }]);
    expect((await act("ana", lead, "qualify", { to: "working" })).status).toBe(200);
    expect((await act("ana", lead, "qualify", { to: "working" })).status).toBe(409);
    const done = await act("ana", lead, "qualify", { to: "qualified", need: "One view", timeline: "Q1" });
    expect(await done.json()).toMatchObject({ status: "qualified", need: "One view", timeline: "Q1" });
  });
  it("[LEAD-2] is disqualified with a reason and opened again", async () => {
    const lead = id["2"] ?? "";
    expect((await act("ana", lead, "disqualify", { reason: "because" })).status).toBe(422);
    const gone = await act("ana", lead, "disqualify", { reason: "no_budget", words: "Next year" });
    expect(await gone.json()).toMatchObject({ status: "disqualified", lostReason: "no_budget", outcomeReason: "Next year" }); // prettier-ignore
    expect((await act("ana", lead, "qualify", { to: "working" })).status).toBe(409);
    expect(await (await act("ana", lead, "reopen", {})).json()).toMatchObject({ status: "working", lostReason: null });
  });
  it("[LEAD-3] becomes a contact, an opportunity and an account that is no prospect any more, in one mutation", async () => {
    const [lead, prospect, contact, opportunity] = [newId("lea"), newId("acc"), newId("con"), newId("opp")];
    await pushed("ana", "lead.capture@1", { id: lead, account: prospect, company: "Kopi", fields: { name: "Siti", email: "siti@kopi.test" } }); // prettier-ignore
    const made = {
      contact: { id: contact, name: "Siti" },
      opportunity: { id: opportunity, name: "Kopi: shops", pipeline: id["pipeline"], stage: id["stage"] },
    };
    expect((await act("ana", lead, "convert", made)).status, "not qualified").toBe(409);
    await act("ana", lead, "qualify", { to: "qualified", need: "Shops", timeline: "Q1" });
    const won = { ...made, opportunity: { ...made.opportunity, stage: id["won"] } };
    expect((await act("ana", lead, "convert", won)).status).toBe(422);
    expect((await ask(`/api/contacts/${contact}`, { as: "ana" })).status, "nothing of a refused one").toBe(404);
    expect(await (await act("ana", lead, "convert", made)).json()).toMatchObject({ status: "converted", becameContact: contact, becameOpportunity: opportunity, becameAccount: prospect }); // prettier-ignore
    expect(await read("ana", `/api/contacts/${contact}`)).toMatchObject({ anchor: prospect, email: "siti@kopi.test" });
    expect(await read("ana", `/api/opportunities/${opportunity}`)).toMatchObject({ anchor: prospect, need: "Shops", decisionMaker: contact }); // prettier-ignore
    expect(await read("ana", `/api/accounts/${prospect}`)).toMatchObject({ type: null });
    expect((await act("ana", lead, "convert", made)).status, "once").toBe(409);
  });
  it("[LEAD-3] may turn out to be an account that was there; not one that may not be written, of which nothing is told", async () => {
    const lead = id["3"] ?? "";
    await act("ana", lead, "qualify", { to: "qualified", need: "Shops", timeline: "Q1" });
    const contact = newId("con");
    const into = async (where: string) => (await act("ana", lead, "convert", { into: where, contact: { id: newId("con"), name: "Siti" } })).text(); // prettier-ignore
    expect(await into(id["far"] ?? "")).toBe(await into(newId("acc")));
    const done = await act("ana", lead, "convert", { into: id["other"], contact: { id: contact, name: "Siti" } });
    expect(await done.json()).toMatchObject({ becameAccount: id["other"], becameOpportunity: null });
    expect(await read("ana", `/api/contacts/${contact}`)).toMatchObject({ anchor: id["other"] });
  });
  it("[LEAD-5] is given to somebody who then sees it and its account; whoever lost the race is told", async () => {
    const [lead, prospect] = [newId("lea"), newId("acc")];
    await pushed("ana", "lead.capture@1", { id: lead, account: prospect, company: "Kopi", fields: { name: "Siti", need: "Shops" } }); // prettier-ignore
    const lina = await memberId("lina");
    expect((await ask(`/api/leads/${lead}`, { as: "lina" })).status).toBe(404);
    expect((await act("ana", lead, "assign", { to: lina })).ok).toBe(true);
    expect(await read("lina", `/api/leads/${lead}`)).toMatchObject({ need: "Shops", owner: lina });
    expect(await read("lina", `/api/accounts/${prospect}`)).toMatchObject({ name: "Kopi" });
    expect((await act("ana", lead, "assign", { to: await memberId("marcus"), from: null })).status).toBe(409);
  });
});
