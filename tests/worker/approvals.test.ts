/** Approvals over the real routes, in workerd: who asks, who decides, what a yes is bound to, and what it lets happen. */
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { makeId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { PushAnswer } from "../../shared/sync/protocol.ts";
import { memberSource } from "../../demo/people.ts";
import {
  accountSource, ask, boot, bring, device, forgetSessions, idOf, json, memberId, opportunity, pull, pullBody, pushBody,
} from "./app-rig.ts"; // prettier-ignore

const dayMs = 86_400_000;
interface Problem {
  readonly code: string;
  readonly fields?: readonly string[];
  readonly unmet?: readonly { readonly kind: string; readonly approval?: string; readonly field?: string }[];
}
const get = (as: string, path: string): Promise<Response> => ask(path, { as });
const post = (as: string, path: string, body: unknown): Promise<Response> => ask(path, { as, body });
const statusOf = async (answer: Promise<Response>): Promise<number> => (await answer).status;
const said = async (answer: Promise<Response>): Promise<readonly [number, string]> => {
  const got = await answer;
  return [got.status, (await got.json<Problem>()).code];
};
const freshId = (kind: string): string => makeId(env.CELL, kind, crypto.getRandomValues(new Uint8Array(13)));

let europe = "";
let won = "";
let priced = "";
let made = 0;
/** A deal of Bo's with a discount that needs a second person. */
async function deal(fields: Record<string, unknown> = {}, owner?: string): Promise<string> {
  const key = `a${(made += 1)}`;
  const row = opportunity(key, "europe", {
    amountMinor: 100_000,
    currency: "EUR",
    discountPct: 18,
    closeDay: "2026-12-01",
    need: "A need that is nobody else's business",
    ...(fields as Record<string, string>),
  });
  await bring([owner ? { ...row, refs: { ...row.refs, owner: memberSource(owner) } } : row]);
  return idOf(`test:opportunity:${key}`);
}
const askFor = async (as: string, about: string, more: Record<string, unknown> = {}): Promise<Row> => {
  const answer = await post(as, "/api/approvals", { about, kind: "discount", reason: "They would leave.", ...more });
  if (answer.status !== 201) throw new Error(`${answer.status} ${await answer.text()}`);
  return answer.json<Row>();
};
const decide = (as: string, approval: Row, decision: string, more: Record<string, unknown> = {}): Promise<Response> =>
  post(as, `/api/approvals/${approval.id}/decide`, { decision, ...more });
const win = (as: string, id: string, approval?: Row): Promise<Response> =>
  post(as, `/api/opportunities/${id}/advance`, {
    to: won,
    outcomeCode: "fit",
    ...(approval ? { approval: approval.id } : {}),
  });
const setDiscount = (id: string, discountPct: number): Promise<Response> =>
  ask(`/api/opportunities/${id}`, { as: "bo", method: "PATCH", body: { discountPct } });
const stateOf = async (as: string, approval: Row): Promise<unknown> =>
  (await json<Row>(get(as, `/api/approvals/${approval.id}`)))["state"];
const push = async (
  as: string,
  name: string,
  args: unknown,
  dev = device(),
  n = 1,
): Promise<PushAnswer["results"][number]> => {
  const [result] = (await json<PushAnswer>(post(as, "/sync/push", pushBody(dev, [{ n, name, args }])))).results;
  if (!result) throw new Error("no result");
  return result;
};

beforeAll(async () => {
  await boot();
  [europe, won, priced] = (await Promise.all([
    idOf(accountSource("europe")), idOf("test:stage:won"), idOf("test:stage:priced"),
  ])) as [string, string, string]; // prettier-ignore
  // Priya decides on discounts, and sees nothing of a sale by herself: what she sees of one, she sees because she is asked.
  await env.DB.prepare(`update member set duties = '["discount_approver"]' where id = ?`)
    .bind(await memberId("priya"))
    .run();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("a large discount", () => {
  it("[APPROVAL-4] is won only with the yes of somebody else, which is used up by it", async () => {
    const id = await deal();
    const refused = await win("bo", id);
    expect(refused.status).toBe(409);
    expect(await refused.json<Problem>()).toMatchObject({
      code: "gate_unmet",
      unmet: [{ kind: "approval", approval: "discount", askTo: "discount_approver" }],
    });
    const approval = await askFor("bo", id);
    expect(approval).toMatchObject({ state: "open", requester: await memberId("bo"), boundTerms: { discountPct: 18 } });
    expect(await said(win("bo", id, approval))).toEqual([409, "gate_unmet"]);
    expect(await statusOf(decide("tomas", approval, "approve", { note: "Once." }))).toBe(200);
    expect(await said(win("bo", id))).toEqual([409, "gate_unmet"]); // it has to be named
    expect(await statusOf(win("bo", id, approval))).toBe(200);
    expect(await stateOf("bo", approval)).toBe("used");
    const { stage } = await json<Record<string, unknown>>(get("bo", `/api/opportunities/${id}`));
    expect(stage).toBe(won);
  });

  it("[APPROVAL-4] names the fields that are missing, as far as they may be seen", async () => {
    const id = await deal({ closeDay: undefined, amountMinor: undefined, discountPct: 5 });
    expect(await (await win("bo", id)).json<Problem>()).toMatchObject({
      code: "gate_unmet",
      fields: ["closeDay", "amountMinor"],
    });
    expect(await statusOf(win("greta", id))).toBe(403); // who may not move it learns nothing of its gate
  });

  it("[APPROVAL-5] [LEAK-72] is another one when a value that was bound has moved", async () => {
    const id = await deal();
    const approval = await askFor("bo", id);
    await setDiscount(id, 40);
    expect(await (await decide("tomas", approval, "approve")).json<Problem>()).toMatchObject({
      code: "version_conflict",
      fields: ["discountPct"],
    });
    await setDiscount(id, 18);
    expect(await statusOf(decide("tomas", approval, "approve"))).toBe(200);
    await setDiscount(id, 40); // after the yes
    expect(await said(win("bo", id, approval))).toEqual([409, "gate_unmet"]);
    expect(await stateOf("bo", approval)).toBe("approved"); // nothing half-done
    await setDiscount(id, 18);
    expect(await statusOf(win("bo", id, approval))).toBe(200);
    // What was used stands for what it was bound to, and for nothing else.
    await setDiscount(id, 25);
    expect(await statusOf(post("bo", `/api/opportunities/${id}/advance`, { to: priced }))).toBe(200);
    expect(await said(win("bo", id, approval))).toEqual([409, "gate_unmet"]);
  });

  it("[APPROVAL-5] is judged by the clock to the millisecond: asked for, and approved but unused", async () => {
    const id = await deal();
    const approval = await askFor("bo", id);
    const ends = Number(approval["expiresAt"]);
    expect(ends - Number(approval.createdAt)).toBe(limits.approvalOpenDays * dayMs);
    vi.useFakeTimers({ toFake: ["Date"] });
    await env.DB.prepare("update auth_session set expires_at = ?")
      .bind(ends + 60 * dayMs)
      .run();
    vi.setSystemTime(ends);
    expect(await said(decide("tomas", approval, "approve"))).toEqual([409, "transition_unknown"]);
    vi.setSystemTime(ends - 1);
    const yes = await (await decide("tomas", approval, "approve")).json<Row>();
    const unused = Number(yes["expiresAt"]);
    expect(unused).toBe(ends - 1 + limits.approvalUnusedDays * dayMs);
    vi.setSystemTime(unused);
    expect(await said(win("bo", id, approval))).toEqual([409, "gate_unmet"]);
    vi.setSystemTime(unused - 1);
    expect(await statusOf(win("bo", id, approval))).toBe(200);
  });
});

describe("who decides", () => {
  it("[APPROVAL-3] [LEAK-43] is never who asked, whom it is for, nor anybody who stands in for one of them", async () => {
    const own = await deal();
    const tomas = await askFor("tomas", own);
    expect(await said(decide("tomas", tomas, "approve"))).toEqual([403, "denied"]);

    const his = await deal({}, "tomas"); // asked by Bo, for a deal that Tomas answers for
    expect(await said(decide("tomas", await askFor("bo", his), "approve"))).toEqual([403, "denied"]);

    const covered = await askFor("bo", await deal());
    const cover = "insert into cover (id, of, member, from_t, until_t, reason) values (?, ?, ?, 0, ?, 'away')";
    const until = Date.now() + dayMs;
    await env.DB.prepare(cover)
      .bind(freshId("cov"), await memberId("bo"), await memberId("priya"), until)
      .run();
    expect(await said(decide("priya", covered, "approve"))).toEqual([403, "denied"]);
    await env.DB.prepare("update cover set ended_at = 1").run();
    expect(await statusOf(decide("priya", covered, "approve"))).toBe(200);

    // The other way round: who asks stands in for the one who is to decide.
    await env.DB.prepare(cover)
      .bind(freshId("cov"), await memberId("tomas"), await memberId("bo"), until)
      .run();
    const lent = await askFor("bo", await deal());
    expect(await said(decide("tomas", lent, "approve"))).toEqual([403, "denied"]);
    await env.DB.prepare("update cover set ended_at = 1").run();
  });

  it("[APPROVAL-3] is somebody who was asked and whose right reaches there: a stand-in never decides", async () => {
    const approval = await askFor("bo", await deal());
    expect(await statusOf(decide("marcus", approval, "approve"))).toBe(404); // of another region
    const until = Date.now() + dayMs;
    const cover = "insert into cover (id, of, member, from_t, until_t, reason) values (?, ?, ?, 0, ?, 'away')";
    await env.DB.prepare(cover)
      .bind(freshId("cov"), await memberId("tomas"), await memberId("lina"), until)
      .run();
    expect([403, 404]).toContain(await statusOf(decide("lina", approval, "approve")));
    await env.DB.prepare("update cover set ended_at = 1").run();
    expect(await stateOf("bo", approval)).toBe("open");
  });

  it("[APPROVAL-11] while who was asked by name is away, is who stands in for them and holds the role, by their own right", async () => {
    const tomas = await memberId("tomas");
    const asking = () => deal().then((id) => askFor("bo", id, { member: tomas }));
    const cover = async (of: string, by: string) =>
      env.DB.prepare("insert into cover (id, of, member, from_t, until_t, reason) values (?, ?, ?, 0, ?, 'away')")
        .bind(freshId("cov"), await memberId(of), await memberId(by), Date.now() + dayMs)
        .run();
    const end = () => env.DB.prepare("update cover set ended_at = 1").run();
    const approval = await asking();
    expect(approval["asked"]).toBe(tomas);
    const before = await statusOf(decide("priya", approval, "approve"));
    expect([403, 404]).toContain(before);
    await cover("tomas", "lina"); // holds no such role: a cover lends no yes
    expect([403, 404]).toContain(await statusOf(decide("lina", approval, "approve")));
    await end();
    await cover("tomas", "priya");
    expect(await stateOf("priya", approval)).toBe("open");
    expect(await statusOf(decide("priya", approval, "approve"))).toBe(200);
    expect(await json<Row>(get("bo", `/api/approvals/${approval.id}`))).toMatchObject({
      state: "approved",
      decidedBy: await memberId("priya"),
    });
    // Of what is for the one who is away she decides nothing, whoever was asked.
    const his = await askFor("bo", await deal({}, "tomas"), { member: await memberId("priya") });
    expect(await said(decide("priya", his, "approve"))).toEqual([403, "denied"]);
    await end();
    expect(await statusOf(decide("priya", await asking(), "approve"))).toBe(before);
  });

  it("[APPROVAL-6] sees what the kind declares, of that one record, and no longer than it is open", async () => {
    const [id, other] = [await deal(), await deal()];
    expect(await statusOf(get("priya", `/api/opportunities/${id}`))).toBe(404);
    const approval = await askFor("bo", id);
    const seen = await json<Row>(get("priya", `/api/opportunities/${id}`));
    expect(seen).toMatchObject({ discountPct: 18, amountMinor: 100_000, closeDay: "2026-12-01" });
    expect(Object.keys(seen)).not.toEqual(expect.arrayContaining(["need"]));
    expect(await statusOf(get("priya", `/api/opportunities/${other}`))).toBe(404);
    const list = await json<{ items: Row[] }>(get("priya", "/api/opportunities"));
    expect(list.items.map((row) => row.id)).toEqual(expect.arrayContaining([id]));
    expect(list.items.map((row) => row.id)).not.toContain(other);
    expect((await json<Row>(get("priya", `/api/approvals/${approval.id}`)))["boundTerms"]).toMatchObject({
      discountPct: 18,
    });
    const dev = device();
    const held = await pull("priya", pullBody(dev));
    expect(JSON.stringify(held)).not.toContain("nobody else's business");

    expect(await statusOf(decide("tomas", approval, "refuse", { note: "Too much." }))).toBe(200);
    expect(await statusOf(get("priya", `/api/opportunities/${id}`))).toBe(404);
    const after = await json<Row>(get("priya", `/api/approvals/${approval.id}`));
    expect(after["state"]).toBe("refused");
    expect(after["boundTerms"]).toBeUndefined();
  });

  it("[APPROVAL-7] is told who was first, when two decide at once", async () => {
    const approval = await askFor("bo", await deal());
    const args = { id: approval.id, about: approval["about"], decision: "approve" };
    const results = await Promise.all([
      push("tomas", "approval.decide@1", args),
      push("priya", "approval.decide@1", { ...args, decision: "refuse", note: "No." }),
    ]);
    expect(results.filter((one) => one.ok)).toHaveLength(1);
    const late = results.find((one) => !one.ok);
    expect(late).toMatchObject({
      code: "version_conflict",
      theirs: { state: results[0]?.ok ? "approved" : "refused" },
    });
    expect(late).toMatchObject({ theirs: { decidedBy: await memberId(results[0]?.ok ? "tomas" : "priya") } });
  });

  it("[APPROVAL-7] decides from a train on what was seen there; a repeat is the same decision", async () => {
    const id = await deal();
    const approval = await askFor("bo", id);
    await setDiscount(id, 22);
    await post("bo", `/api/approvals/${approval.id}/withdraw`, {});
    const again = await askFor("bo", id, { again: approval.id });
    expect(again["again"]).toBe(approval.id);
    const args = { id: again.id, about: id, decision: "approve" };
    expect(await push("tomas", "approval.decide@1", { ...args, seen: { discountPct: 18 } })).toMatchObject({
      code: "version_conflict",
      fields: ["discountPct"],
    });
    const dev = device();
    for (let times = 0; times < 2; times += 1)
      expect(await push("tomas", "approval.decide@1", { ...args, seen: { discountPct: 22 } }, dev)).toMatchObject({
        ok: true,
      });
    expect(await stateOf("bo", again)).toBe("approved");
    expect((await push("tomas", "approval.decide@1", args)).ok).toBe(false);
  });

  it("[APPROVAL-8] asks back, passes on and passes back; only who asked answers or withdraws", async () => {
    const id = await deal();
    const approval = await askFor("bo", id);
    expect(await said(decide("tomas", approval, "return"))).toEqual([422, "invalid"]); // without a question
    expect(await statusOf(decide("tomas", approval, "return", { note: "For how long?" }))).toBe(200);
    expect(await said(decide("priya", approval, "approve"))).toEqual([409, "version_conflict"]);
    expect(await said(post("tomas", `/api/approvals/${approval.id}/answer`, { answer: "A year." }))).toEqual([
      403,
      "denied",
    ]);
    expect(await statusOf(post("bo", `/api/approvals/${approval.id}/answer`, { answer: "A year." }))).toBe(200);
    expect(await statusOf(decide("tomas", approval, "pass_on", { to: await memberId("priya") }))).toBe(200);
    expect(await said(decide("tomas", approval, "approve"))).toEqual([403, "denied"]); // it is hers now
    expect(await said(decide("priya", approval, "pass_on", { to: await memberId("helen") }))).toEqual([422, "invalid"]);
    expect(await statusOf(decide("priya", approval, "pass_back"))).toBe(200);
    expect(await statusOf(decide("tomas", approval, "approve"))).toBe(200);
    expect(await said(post("tomas", `/api/approvals/${approval.id}/withdraw`, {}))).toEqual([403, "denied"]);
    expect(await said(post("bo", `/api/approvals/${approval.id}/withdraw`, {}))).toEqual([409, "version_conflict"]);
  });
});

describe("what nobody does alone", () => {
  const contract = { contractEndDay: "2027-06-30", contractTerms: "Two years, notice of six months" };
  const signed = async (): Promise<string> => {
    const key = `c${(made += 1)}`;
    const [region, team] = ["europe", "europe"];
    await bring([
      {
        entity: "account", source: accountSource(key), fields: { name: key, ...contract },
        refs: { owner: memberSource("bo"), team: `demo:team:${team}`, region: `demo:region:${region}` },
      },
    ]); // prettier-ignore
    return idOf(accountSource(key));
  };
  const patch = (as: string, id: string, body: unknown, approval = ""): Promise<Response> =>
    ask(`/api/accounts/${id}${approval}`, { as, method: "PATCH", body });

  it("[APPROVAL-9] changes a signed contract: only just what somebody else agreed to, once", async () => {
    const id = await signed();
    const refused = await (await patch("bo", id, { contractTerms: "Five years" })).json<Problem>();
    expect(refused).toMatchObject({ code: "gate_unmet", unmet: [{ kind: "approval", approval: "protected_change" }] });
    expect(await said(patch("bo", id, { contractTerms: contract.contractTerms }))).toEqual([409, "gate_unmet"]); // nor is a guess told
    expect(await statusOf(patch("bo", id, { industry: "Rail" }))).toBe(200);
    const approval = await askFor("bo", id, { kind: "protected_change", set: { contractTerms: "Five years" } });
    const use = `?approval=${approval.id}`;
    expect(await said(patch("bo", id, { contractTerms: "Five years" }, use))).toEqual([409, "gate_unmet"]);
    expect(await statusOf(decide("tomas", approval, "approve"))).toBe(200);
    expect(await said(patch("bo", id, { contractTerms: "Nine years" }, use))).toEqual([409, "gate_unmet"]);
    expect(await said(patch("bo", id, { contractTerms: "Five years", contractEndDay: null }, use))).toEqual([
      409,
      "gate_unmet",
    ]);
    expect(await statusOf(patch("bo", id, { contractTerms: "Five years" }, use))).toBe(200);
    expect(await said(patch("bo", id, { contractTerms: contract.contractTerms }, use))).toEqual([409, "gate_unmet"]);
    expect(await json<Row>(get("bo", `/api/accounts/${id}`))).toMatchObject({ contractTerms: "Five years" });
  });

  it("[APPROVAL-9] deletes an account", async () => {
    const id = await signed();
    const remove = (approval = ""): Promise<Response> =>
      ask(`/api/accounts/${id}${approval}`, { as: "bo", method: "DELETE" });
    expect(await said(remove())).toEqual([409, "gate_unmet"]);
    const approval = await askFor("bo", id, { kind: "delete_protected" });
    expect(await statusOf(decide("tomas", approval, "approve"))).toBe(200);
    expect(await statusOf(remove(`?approval=${approval.id}`))).toBe(204);
    expect(await statusOf(get("bo", `/api/accounts/${id}`))).toBe(404);
  });

  it("[APPROVAL-10] makes, edits or imports a yes", async () => {
    const id = await deal();
    const fields = {
      name: "Mine",
      about: id,
      approvalKind: "discount",
      state: "approved",
      requester: await memberId("bo"),
    };
    for (const name of ["approval.create@1", "approval.edit@1", "approval.delete@1", "approval.restore@1"])
      expect(
        await push("bo", name, { id: freshId("apr"), anchor: europe, compartment: "sales", fields, set: fields }),
      ).toMatchObject({
        ok: false,
        code: "unsupported_version",
      });
    const row = {
      entity: "approval",
      source: "test:approval:fake",
      anchor: accountSource("europe"),
      compartment: "sales",
    };
    const report = await json<{ errors: unknown[] }>(
      post("greta", "/api/imports", {
        rows: [{ ...row, fields: { name: "Mine", approvalKind: "discount", state: "approved" } }],
        commit: true,
      }),
    );
    expect(report.errors).toEqual([{ source: row.source, code: "invalid", fields: ["state"] }]);
  });

  it("[APPROVAL-10] asks about what they can't see, or about a value that they guess", async () => {
    const id = await deal();
    expect(await statusOf(post("sofia", "/api/approvals", { about: id, kind: "discount", reason: "?" }))).toBe(404);
    expect(
      await said(post("bo", "/api/approvals", { about: id, kind: "discount", reason: "?", seen: { discountPct: 3 } })),
    ).toEqual([409, "version_conflict"]);
    expect(await said(post("bo", "/api/approvals", { about: id, kind: "export", reason: "?" }))).toEqual([
      422,
      "invalid",
    ]);
    expect(await statusOf(post("helen", "/api/approvals", { about: id, kind: "discount", reason: "?" }))).toBe(403);
    forgetSessions();
  });
});
