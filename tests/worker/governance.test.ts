/**
 * Rights change by two persons. Everything here goes over HTTP, pulls and pokes, as a member's client would do it; the
 * demo's two policy admins are Omar and Greta.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { regionSource, teamSource } from "../../demo/people.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { bind } from "../../shared/access/engine.ts";
import type { Policy } from "../../shared/access/policy.ts";
import { compartmentsOf } from "../../shared/records/entities.ts";
import { openDb } from "../../worker/db/db.ts";
import { databaseAuthority } from "../../worker/rooms/authority.ts";
import { allPeople, standing } from "../../worker/governance/store.ts";
import {
  accountSource,
  ask,
  boot,
  bring,
  device,
  eventually,
  forgetSessions,
  idOf,
  json,
  listen,
  memberId,
  opportunity,
  pull,
  pullBody,
  pushBody,
  signIn,
} from "./app-rig.ts";

type Body = Record<string, unknown>;
interface Said {
  readonly status: number;
  readonly body: Body;
}
const post = async (as: string, path: string, body: unknown = {}): Promise<Said> => {
  const answer = await ask(path, { as, body });
  const text = await answer.text();
  return { status: answer.status, body: text === "" ? {} : (JSON.parse(text) as Body) };
};
const get = async (as: string, path: string): Promise<Said> => {
  const answer = await ask(path, { as });
  return { status: answer.status, body: (await answer.json()) as Body };
};
const sees = async (as: string, plural: string, id: string): Promise<Body | null> => {
  const answer = await ask(`/api/${plural}/${id}`, { as });
  return answer.ok ? ((await answer.json()) as Body) : null;
};
/** What waits, as its decider finds it. */
async function decide(as: string, approval: unknown, decision = "approve", note?: string): Promise<Said> {
  const found = await sees(as, "approvals", String(approval));
  if (!found) return { status: 404, body: {} };
  return post(as, `/api/approvals/${String(approval)}/decide`, { decision, ...(note ? { note } : {}) });
}
const factsOf = (id: string) =>
  env.DB.prepare("SELECT base, duties, teams, regions, employment, email FROM member WHERE id = ?")
    .bind(id)
    .first<Record<string, string>>();

let west = "";
let europe = "";
let closed = "";
let ana = "";
let bo = "";
let sofia = "";
let marcus = "";
let greta = "";
let teamEurope = "";
let regionEurope = "";
let regionAmericas = "";
beforeAll(async () => {
  await boot();
  await bring([
    opportunity("west", "west", { amountMinor: 5_000_000, discountPct: 3, currency: "USD" }),
    opportunity("europe", "europe", { amountMinor: 100, currency: "EUR" }),
  ]);
  [west, europe, closed] = (await Promise.all(["west", "europe", "closed"].map((key) => idOf(accountSource(key))))) as [
    string,
    string,
    string,
  ];
  [ana, bo, sofia, marcus, greta] = (await Promise.all(["ana", "bo", "sofia", "marcus", "greta"].map(memberId))) as [
    string,
    string,
    string,
    string,
    string,
  ];
  teamEurope = await idOf(teamSource("europe"));
  regionEurope = await idOf(regionSource("europe"));
  regionAmericas = await idOf(regionSource("americas"));
});

describe("the gate", () => {
  it("[ACCESS-4] [ACCESS-R51] a wider fact waits for another policy admin, and is done in the batch of their yes", async () => {
    const before = await factsOf(sofia);
    const asked = await post("omar", `/api/members/${sofia}/facts`, { regions: [regionAmericas, regionEurope] });
    expect([asked.status, asked.body["code"]]).toEqual([202, "needs_approval"]);
    expect(await factsOf(sofia)).toEqual(before);
    expect((await decide("omar", asked.body["approval"])).status, "its author").not.toBe(200);
    expect((await decide("sofia", asked.body["approval"])).status, "whom it is for").toBe(404);
    expect((await decide("bo", asked.body["approval"])).status, "a stranger").toBe(404);
    const yes = await decide("greta", asked.body["approval"]);
    expect([yes.status, yes.body["state"]]).toEqual([200, "used"]);
    expect((await factsOf(sofia))?.["regions"]).toBe(JSON.stringify([regionAmericas, regionEurope]));
    expect((await decide("greta", asked.body["approval"])).status, "again").not.toBe(200);
    // The act is its author's, the yes the other's.
    const { results } = await env.DB.prepare("SELECT actor, mutation FROM change ORDER BY seq DESC LIMIT 2").all();
    expect(results).toEqual([
      { actor: await memberId("omar"), mutation: "member.set_facts@1" },
      { actor: greta, mutation: "approval.decide@1" },
    ]);
  });
  it("[ACCESS-4] [ACCESS-R50] the same or less is done at once: a cut never waits", async () => {
    expect(
      (await post("omar", `/api/members/${sofia}/facts`, { regions: [regionAmericas, regionEurope] })).status,
    ).toBe(200);
    expect((await post("omar", `/api/members/${sofia}/facts`, { regions: [regionAmericas] })).status).toBe(200);
    expect((await post("omar", `/api/members/${sofia}/facts`, { employment: "suspended" })).status).toBe(200);
    // Back in office is more than nothing.
    const back = await post("omar", `/api/members/${sofia}/facts`, { employment: "active" });
    expect(back.body["code"]).toBe("needs_approval");
    expect((await decide("greta", back.body["approval"])).status).toBe(200);
    forgetSessions();
    expect((await ask("/api/me", { as: "sofia" })).status).toBe(200);
  });
  it("[ACCESS-4] [ACCESS-R51] nobody decides for themselves, nor for whom they act, and a duty is a right too", async () => {
    const asked = await post("omar", `/api/members/${sofia}/assign`, { duties: ["policy_admin"] });
    expect(asked.body["code"]).toBe("needs_approval");
    expect((await decide("sofia", asked.body["approval"])).status).toBe(404);
    expect((await post("omar", `/api/members/${await memberId("omar")}/assign`, { duties: [] })).status).toBe(403);
    expect((await decide("greta", asked.body["approval"], "refuse", "Two are enough.")).body["state"]).toBe("refused");
    expect((await factsOf(sofia))?.["duties"]).toBe("[]");
  });
  it("[ACCESS-4] [ACCESS-R51] a yes to what has moved since is none", async () => {
    const asked = await post("omar", `/api/members/${bo}/facts`, {
      teams: [teamEurope, await idOf(teamSource("west"))],
    });
    expect((await post("omar", `/api/members/${bo}/facts`, { teams: [] })).status).toBe(200);
    const late = await decide("greta", asked.body["approval"]);
    expect([late.status, late.body["code"]]).toEqual([409, "version_conflict"]);
    expect((await factsOf(bo))?.["teams"]).toBe("[]");
    const again = await post("omar", `/api/members/${bo}/facts`, { teams: [teamEurope] });
    expect((await decide("greta", again.body["approval"])).status).toBe(200);
  });
  it("[ACCESS-4] opening a restricted account, and growing its team, waits; a device hears the same", async () => {
    const open = await post("ana", `/api/accounts/${closed}/restrict`, { restricted: false });
    expect(open.body["code"]).toBe("needs_approval");
    const dev = device();
    await pull("ana", pullBody(dev));
    const joined = await json<{ results: Body[] }>(
      ask("/sync/push", { as: "ana", body: pushBody(dev, [{ n: 1, name: "account_team.create@1", args: {
        id: `${env.CELL}_atm_${"7".repeat(20)}`, anchor: closed, fields: { member: bo } } }]) }),
    ); // prettier-ignore
    expect(joined.results[0]).toMatchObject({ ok: false, code: "needs_approval", approval: expect.any(String) });
    expect(await sees("bo", "accounts", closed)).toBeNull();
    expect((await decide("bo", joined.results[0]?.["approval"])).status).toBe(404);
    expect((await decide("omar", joined.results[0]?.["approval"])).status).toBe(200);
    expect(await sees("bo", "accounts", closed)).not.toBeNull();
    expect((await decide("greta", open.body["approval"])).status).toBe(200);
    expect(await sees("marcus", "accounts", closed)).not.toBeNull();
  });
  it("[ACCESS-4] [LEAK-69] an address moves by two persons, ends the sessions, and its owner governs nothing for a day", async () => {
    const cookie = await signIn("marcus");
    const asked = await post("omar", `/api/members/${marcus}/email`, { email: "Marcus@New.example" });
    expect(asked.body["code"]).toBe("needs_approval");
    expect((await ask("/api/me", { headers: { cookie } })).status).toBe(200);
    expect((await decide("greta", asked.body["approval"])).status).toBe(200);
    expect((await factsOf(marcus))?.["email"]).toBe("marcus@new.example");
    expect((await ask("/api/me", { headers: { cookie } })).status).toBe(401);
    forgetSessions();
    const lent = await post("ana", "/api/access/requests", {
      entity: "opportunity",
      id: await idOf("test:opportunity:europe"),
      reason: "A question",
    });
    expect(lent.status).toBe(202);
    const grant = await post("omar", "/api/grants", {
      member: bo,
      entities: ["account"],
      to: { anchors: [west] },
      groups: ["identity", "shared"],
      reason: "Holiday",
    });
    expect((await decide("marcus", grant.body["approval"])).status).toBe(403);
  });
  it("[ACCESS-4] [ACCESS-R50] an import is no way round", async () => {
    const rows = [
      { entity: "member", source: "test:member:new", fields: { name: "New", base: "seller", employment: "active" } },
    ];
    const report = await post("greta", "/api/imports", { rows, commit: true });
    expect(report.body["errors"]).toEqual([
      { source: "test:member:new", code: "needs_approval", fields: [], detail: expect.any(String) },
    ]);
    const cohort = await idOf("test:member:new");
    expect(await factsOf(cohort)).toBeNull();
    expect((await decide("greta", report.body["approval"])).status).not.toBe(200);
    expect((await decide("omar", report.body["approval"])).body["state"]).toBe("used");
    expect((await factsOf(cohort))?.["base"]).toBe("seller");
    expect((await post("greta", `/api/members/${cohort}/assign`, { base: "no_such_role" })).body["fields"]).toEqual([
      "base",
    ]);
    const made = await post("greta", "/api/members", {
      anchor: `${env.CELL}_org_${"0".repeat(20)}`,
      name: "Newer",
      base: "seller",
      employment: "active",
    });
    expect(made.body["code"]).toBe("needs_approval");
    expect((await decide("omar", made.body["approval"])).status).toBe(200);
    expect(await env.DB.prepare("SELECT base FROM member WHERE name = 'Newer'").first("base")).toBe("seller");
  });
});

const current = async (): Promise<Policy> => (await get("omar", "/api/policy/current")).body["policy"] as Policy;
const version = async (): Promise<number> => (await current()).version;

describe("the policy", () => {
  it("is whole for those who keep or watch it, and each other's own part for everybody else", async () => {
    const whole = await get("omar", "/api/policy/current");
    expect([whole.body["whole"], (whole.body["policy"] as Policy).allow.length]).toEqual([
      true,
      shippedPolicy.allow.length,
    ]);
    const part = await get("ana", "/api/policy/current");
    expect([part.body["whole"], part.body["policy"], part.body["version"]]).toEqual([false, undefined, undefined]);
    for (const path of ["versions", "versions/1", "draft"])
      expect((await get("ana", `/api/policy/${path}`)).status).toBe(404);
    expect((await get("greta", "/api/policy/schema")).body["title"]).toBe("Baton policy");
  });
  it("[ACCESS-R53] is refused whole, every fault with its path and a sentence, and nothing of it is in force", async () => {
    const policy = await current();
    const bad = {
      ...policy,
      extra: 1,
      allow: policy.allow.map((rule, index) => (index === 0 ? { ...rule, groups: ["no_such_group"] } : rule)),
    };
    const refused = await post("omar", "/api/policy/publish", { policy: bad, why: "A try" });
    expect([refused.status, refused.body["code"]]).toEqual([422, "invalid"]);
    const problems = refused.body["problems"] as { path: string; says: string }[];
    expect(problems.length).toBeGreaterThanOrEqual(2);
    expect(problems.every(({ says }) => /^[A-Z0-9].*\.$/.test(says))).toBe(true);
    expect(problems.some(({ path }) => path === "allow.0.groups.0")).toBe(true);
    expect(await version()).toBe(policy.version);
    const checked = await post("greta", "/api/policy/check", { policy: bad });
    expect([checked.body["ok"], checked.body["problems"]]).toEqual([false, problems]);
  });
  it("[ACCESS-R53] [LEAK-55] never locks out those who could mend it, nor drops a role that somebody holds", async () => {
    const policy = await current();
    const locked = { ...policy, allow: policy.allow.filter(({ id }) => id !== "admin.policy") };
    const refused = await post("omar", "/api/policy/publish", { policy: locked, why: "A lock" });
    expect(refused.body["problems"]).toEqual([
      { path: "allow", says: expect.stringContaining("nobody could mend it") },
    ]);
    const { qualifier: _gone, ...roles } = policy.roles;
    const without = JSON.parse(JSON.stringify({ ...policy, roles, allow: policy.allow.map((rule) => ({ ...rule, to: rule.to.filter((one) => one !== "qualifier") })).filter(({ to }) => to.length > 0) })) as Policy; // prettier-ignore
    const dropped = (await post("omar", "/api/policy/check", { policy: without })).body["problems"] as {
      path: string;
    }[];
    expect(dropped.map(({ path }) => path)).toContain("roles.qualifier");
  });
  it("[ACCESS-4] [ACCESS-R53] narrows at once, and sockets and local copies hear of it; widens by two, and goes back by two", async () => {
    const policy = await current();
    const dev = device();
    const first = await pull("marcus", pullBody(dev));
    const cursor = first.at(-1)?.["cursor"];
    const socket = await listen("marcus", dev);
    const shownTo = async () =>
      "amountMinor" in ((await sees("marcus", "opportunities", await idOf("test:opportunity:west"))) ?? {});
    expect(await shownTo()).toBe(true);
    const narrow = { ...policy, allow: policy.allow.map((rule) => (rule.id === "manager.read" ? { ...rule, groups: rule.groups.filter((group) => group !== "terms") } : rule)) }; // prettier-ignore
    const diff = await post("omar", "/api/policy/diff", { policy: narrow });
    expect(diff.body["widening"]).toBe("narrower");
    expect(JSON.stringify(diff.body["differences"])).toContain("terms");
    const published = await post("omar", "/api/policy/publish", { policy: narrow, why: "Terms are for sellers." });
    expect([published.status, published.body]).toEqual([201, { version: policy.version + 1 }]);
    expect(await shownTo()).toBe(false);
    await eventually(() => socket.heard.length > 0);
    const after = await pull("marcus", pullBody(dev, { cursor }));
    expect(after.some((line) => line["t"] === "page")).toBe(true);
    expect((await post("omar", "/api/policy/publish", { policy: narrow, why: "Twice." })).body["code"]).toBe(
      "version_conflict",
    );

    const back = await post("omar", "/api/policy/revert", { why: "Managers need the terms." });
    expect([back.status, back.body["code"]]).toEqual([202, "needs_approval"]);
    expect(await shownTo()).toBe(false);
    expect((await decide("omar", back.body["approval"])).status).not.toBe(200);
    expect((await decide("greta", back.body["approval"])).status).toBe(200);
    expect(await shownTo()).toBe(true);
    const { items } = (await get("greta", "/api/policy/versions")).body as {
      items: { version: number; author: string; approver: string | null }[];
    };
    expect(
      items.slice(0, 2).map(({ version: one, author, approver }) => [one, author === greta, approver === greta]),
    ).toEqual([
      [policy.version + 2, false, true],
      [policy.version + 1, false, false],
    ]);
    const old = await get("greta", `/api/policy/versions/${policy.version + 1}`);
    expect((old.body["policy"] as Policy).why).toBe("Terms are for sellers.");
    socket.close();
  });
  it("[ACCESS-4] a yes to a policy that another one has overtaken is none; a draft is its writer's", async () => {
    const policy = await current();
    const wide = { ...policy, allow: policy.allow.map((rule) => (rule.id === "exec.read" ? { ...rule, groups: [...rule.groups, "qualification"] } : rule)) } as Policy; // prettier-ignore
    const asked = await post("omar", "/api/policy/publish", { policy: wide, why: "The board asks." });
    expect(asked.body["code"]).toBe("needs_approval");
    expect((await post("greta", "/api/policy/publish", { policy, why: "The same again." })).status).toBe(201);
    expect((await decide("greta", asked.body["approval"])).body["code"]).toBe("version_conflict");
    expect((await post("omar", "/api/policy/draft", { policy: wide })).status).toBe(200);
    expect((await get("omar", "/api/policy/draft")).body["policy"]).toEqual(wide);
    expect((await get("greta", "/api/policy/draft")).status).toBe(404);
    expect((await post("ana", "/api/policy/publish", { policy, why: "Mine." })).status).toBe(404);
  });
});

/** Ends what is lent, as if its time had come. */
const expire = async (table: "grant" | "cover", id: unknown): Promise<void> => {
  await env.DB.prepare(`UPDATE "${table}" SET until_t = 1, from_t = 0 WHERE id = ?`).bind(id).run();
};
const grantOf = async (member: string) =>
  env.DB.prepare(
    `SELECT id, until_t AS until, approver FROM "grant" WHERE member = ? AND ended_at IS NULL AND until_t > ? ORDER BY id DESC`,
  )
    .bind(member, Date.now())
    .first<{ id: string; until: number; approver: string }>();

describe("a grant", () => {
  it("[ACCESS-4] [ACCESS-R54] opens one account for a while, given by somebody who may lend it, and ends by the clock", async () => {
    expect(await sees("sofia", "opportunities", await idOf("test:opportunity:europe"))).toBeNull();
    const want = {
      member: sofia,
      entities: ["opportunity"],
      to: { anchors: [europe] },
      groups: ["identity", "shared", "qualification"],
      reason: "A case hangs on it",
      days: 2,
    };
    const asked = await post("priya", "/api/grants", want);
    expect([asked.status, asked.body["code"]]).toEqual([202, "needs_approval"]);
    expect((await decide("sofia", asked.body["approval"])).status, "whom it is for").toBe(404);
    expect((await decide("marcus", asked.body["approval"])).status, "a manager of another team").toBe(404);
    expect((await decide("tomas", asked.body["approval"])).body["state"]).toBe("used");
    const row = await sees("sofia", "opportunities", await idOf("test:opportunity:europe"));
    expect([row?.["name"], row && "amountMinor" in row]).toEqual(["Opportunity europe", false]);
    const held = await grantOf(sofia);
    expect(held?.approver).toBe(await memberId("tomas"));
    expect(Math.round(((held?.until ?? 0) - Date.now()) / 86_400_000)).toBe(2);
    await expire("grant", held?.id);
    expect(await sees("sofia", "opportunities", await idOf("test:opportunity:europe"))).toBeNull();
  });
  it("[ACCESS-R54] is not above what its approver may lend, nor longer than the policy lets it be", async () => {
    const want = { member: sofia, entities: ["opportunity"], to: { anchors: [europe] }, reason: "Pay" };
    // Nobody lends compensation: there is nobody who could agree.
    expect((await post("priya", "/api/grants", { ...want, groups: ["identity", "compensation"] })).status).toBe(403);
    expect((await post("priya", "/api/grants", { ...want, groups: ["identity"], days: 31 })).body["code"]).toBe(
      "invalid",
    );
    expect(
      (await post("priya", "/api/grants", { ...want, actions: ["approve_policy"], groups: ["identity"] })).body["code"],
    ).toBe("invalid");
    const gone = await post("priya", "/api/grants", {
      ...want,
      to: { anchors: [`${env.CELL}_acc_${"9".repeat(20)}`] },
      groups: ["identity"],
    });
    expect(gone.status).toBe(403);
  });
  it("[ACCESS-R54] is renewed by a second person, so many times, and taken back by one", async () => {
    const asked = await post("priya", "/api/grants", {
      member: sofia,
      entities: ["account"],
      to: { anchors: [europe] },
      groups: ["identity", "shared"],
      reason: "A visit",
    });
    expect((await decide("tomas", asked.body["approval"])).status).toBe(200);
    const held = await grantOf(sofia);
    for (const expected of [200, 200, 422]) {
      const longer = await post("sofia", `/api/grants/${held?.id}/renew`, { reason: "Not done yet", days: 1 });
      const decided = longer.status === 202 ? await decide("tomas", longer.body["approval"]) : longer;
      expect(decided.status).toBe(expected);
    }
    expect(((await grantOf(sofia))?.until ?? 0) - (held?.until ?? 0)).toBe(2 * 86_400_000);
    expect((await post("bo", `/api/grants/${held?.id}/end`)).status).toBe(404);
    expect((await post("omar", `/api/grants/${held?.id}/end`)).status).toBe(204);
    expect(await sees("sofia", "accounts", europe)).toBeNull();
    expect((await get("bo", "/api/grants")).body["items"]).toEqual([]);
  });
  it("[SYNC-T1] reaches a device, and its end does, by hand and by the clock", async () => {
    const dev = device();
    const before = await pull("sofia", pullBody(dev));
    const asked = await post("priya", "/api/grants", {
      member: sofia,
      entities: ["opportunity"],
      to: { anchors: [europe] },
      groups: ["identity", "shared"],
      keep: "device",
      reason: "A train",
    });
    const socket = await listen("sofia", dev);
    expect((await decide("tomas", asked.body["approval"])).status).toBe(200);
    await eventually(() => socket.heard.length > 0);
    const given = await pull("sofia", pullBody(dev, { cursor: before.at(-1)?.["cursor"] }));
    const rights = given.filter((line) => line["t"] === "rights" && JSON.stringify(line["g"]).includes("opportunity"));
    expect(rights).toHaveLength(1);
    const held = await grantOf(sofia);
    expect(JSON.stringify(rights[0]?.["g"])).toContain(String(held?.until)); // the device drops it by itself at its end
    expect((await post("sofia", `/api/grants/${held?.id}/end`)).status).toBe(204);
    const ended = await pull("sofia", pullBody(dev, { cursor: given.at(-1)?.["cursor"] }));
    expect(
      ended.some(
        (line) =>
          line["t"] === "rights" &&
          line["h"] === rights[0]?.["h"] &&
          !JSON.stringify(line["g"]).includes("opportunity"),
      ),
    ).toBe(true);
    socket.close();
  });
  it("[SYNC-U1] is told to open sockets at the instant at which it begins, with nobody writing", async () => {
    const dev = device();
    await pull("sofia", pullBody(dev));
    const socket = await listen("sofia", dev);
    const asked = await post("priya", "/api/grants", {
      member: sofia,
      entities: ["account"],
      to: { anchors: [europe] },
      groups: ["identity"],
      from: Date.now() + 2_500,
      reason: "From then on",
    });
    expect((await decide("tomas", asked.body["approval"])).status).toBe(200);
    expect(await sees("sofia", "accounts", europe)).toBeNull();
    await eventually(() => socket.heard.length > 0);
    const told = socket.heard.length;
    await eventually(() => socket.heard.length > told);
    expect(await sees("sofia", "accounts", europe)).not.toBeNull();
    await expire("grant", (await grantOf(sofia))?.id);
    socket.close();
  });
  it("[SYNC-U1] is known to a room with its members, and wakes it when it ends", async () => {
    const section = `${env.CELL}_sec_${"5".repeat(20)}`;
    await env.DB.prepare(
      `INSERT INTO section (id, anchor, compartment, ver, created_at, created_by, updated_at, title, section_kind, gen, "schema", "group") VALUES (?, ?, 'core', 1, 1, 'x', 1, 'Plan', 'shared', 1, 1, 'shared')`,
    )
      .bind(section, europe)
      .run();
    const room = async () => {
      const rights = await databaseAuthority(env).read(europe, [{ member: ana, session: "s" }], Date.now());
      return { mode: rights?.modes(ana).get(section), nextEnd: rights?.nextEnd ?? null };
    };
    expect(await room()).toEqual({ mode: undefined, nextEnd: null });
    const asked = await post("priya", "/api/grants", {
      member: ana,
      entities: ["section"],
      to: { anchors: [europe] },
      groups: ["identity", "shared"],
      reason: "A plan",
    });
    expect((await decide("tomas", asked.body["approval"])).status).toBe(200);
    const held = await grantOf(ana);
    expect(await room()).toEqual({ mode: "read", nextEnd: held?.until });
    expect((await post("tomas", `/api/grants/${held?.id}/end`)).status).toBe(204);
    expect(await room()).toEqual({ mode: undefined, nextEnd: null });
  });
});

describe("a cover", () => {
  it("[ACCESS-4] [ACCESS-R55] is offered and accepted within a team, lends what is the other's own, under one's own name, and ends", async () => {
    const tomas = await memberId("tomas");
    expect(await sees("tomas", "accounts", europe)).not.toBeNull(); // by team
    const asked = await post("bo", "/api/covers", { member: tomas, reason: "Holiday", days: 7 });
    expect([asked.status, asked.body["code"]]).toEqual([202, "needs_approval"]);
    expect((await decide("bo", asked.body["approval"])).status).not.toBe(200);
    expect((await decide("tomas", asked.body["approval"])).body["state"]).toBe("used");
    expect((await get("tomas", "/api/covers")).body["items"]).toHaveLength(1);
    const lead = await post("tomas", "/api/leads", { anchor: europe, name: "While Bo is away" });
    expect(lead.status).toBe(201);
    expect(lead.body["createdBy"]).toBe(tomas);
    const { items } = (await get("bo", "/api/covers")).body as { items: { id: string }[] };
    expect((await post("bo", `/api/covers/${items[0]?.id}/end`)).status).toBe(204);
    expect((await post("tomas", "/api/leads", { anchor: europe, name: "No more" })).status).toBe(403);
  });
  it("[ACCESS-4] [ACCESS-R55] of another team, or for somebody who can't act, is decided by one who is neither", async () => {
    const asked = await post("bo", "/api/covers", { of: ana, reason: "Ana is ill", days: 3 });
    expect(asked.status).toBe(202);
    expect((await decide("ana", asked.body["approval"])).status).toBe(404);
    expect((await decide("bo", asked.body["approval"])).status).not.toBe(200);
    expect(await sees("bo", "accounts", west)).toBeNull();
    await env.DB.prepare("UPDATE proposal SET done_at = 1 WHERE kind = 'email'").run(); // a day has passed
    expect((await decide("marcus", asked.body["approval"])).body["state"]).toBe("used");
    expect(await sees("bo", "accounts", west)).not.toBeNull();
    expect((await post("bo", "/api/covers", { of: ana, reason: "Too long", days: 31 })).body["code"]).toBe("invalid");
    const { items } = (await get("bo", "/api/covers")).body as { items: { id: string; of: string }[] };
    await expire("cover", items.find(({ of }) => of === ana)?.id);
    expect(await sees("bo", "accounts", west)).toBeNull();
  });
});

describe("breaking the glass", () => {
  it("[ACCESS-R56] opens what the policy declares, at once, shortly, in sight of the owner and the keepers, and not to reach further", async () => {
    const finance = { accounts: [europe], reason: "Everything is down" };
    expect((await post("femi", "/api/break-glass", finance)).status).toBe(403);
    expect((await post("sofia", "/api/break-glass", finance)).status, "out of reach").toBe(404);
    expect(
      (await post("sofia", "/api/break-glass", { ...finance, accounts: [`${env.CELL}_acc_${"9".repeat(20)}`] })).status,
    ).toBe(404);
    await post("ana", `/api/accounts/${west}/restrict`, { restricted: true });
    expect(await sees("sofia", "accounts", west)).toBeNull();
    const broken = await post("sofia", "/api/break-glass", { accounts: [west], reason: "Everything is down" });
    expect(broken.status).toBe(201);
    expect(Number(broken.body["until"]) - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect(await sees("sofia", "accounts", west)).not.toBeNull();
    const notes = await get("ana", "/api/activities?filter[name][eq]=Glass%20was%20broken%20here");
    expect((notes.body["items"] as Body[]).map((row) => [row["anchor"], row["body"], row["createdBy"]])).toEqual([
      [west, "Everything is down", sofia],
    ]);
    const { items } = (await get("omar", "/api/break-glass")).body as { items: { id: string; reviewBy: number }[] };
    expect(items[0]?.reviewBy).toBeGreaterThan(Date.now());
    expect((await post("sofia", `/api/break-glass/${items[0]?.id}/review`)).status).toBe(404);
    expect((await post("omar", `/api/break-glass/${items[0]?.id}/review`)).status).toBe(204);
    await expire("grant", items[0]?.id);
    expect(await sees("sofia", "accounts", west)).toBeNull();
    await decide(
      "greta",
      (await post("ana", `/api/accounts/${west}/restrict`, { restricted: false })).body["approval"],
    );
  });
  it("[ACCESS-R56] takes a fresh sign-in", async () => {
    await env.DB.prepare("UPDATE auth_session SET created_at = created_at - 3600000 WHERE user_id = ?")
      .bind(sofia)
      .run();
    const stale = await post("sofia", "/api/break-glass", { accounts: [west], reason: "Everything is down" });
    expect([stale.status, stale.body["code"]]).toEqual([403, "denied"]);
    forgetSessions();
  });
});

describe("asking for access", () => {
  it("[ACCESS-3] [ACCESS-R57] has one answer, whether the record is hidden or not there", async () => {
    const hidden = await post("lina", "/api/access/requests", {
      entity: "opportunity",
      id: await idOf("test:opportunity:europe"),
      reason: "A customer asked",
    });
    const nothing = await post("lina", "/api/access/requests", {
      entity: "opportunity",
      id: `${env.CELL}_opp_${"9".repeat(20)}`,
      reason: "A customer asked",
    });
    const plain = ({ status, body }: Said) => [status, { ...body, approval: "" }];
    expect(plain(hidden)).toEqual(plain(nothing));
    const all = (await get("lina", "/api/access/requests")).body["items"] as Body[];
    const mine = all.filter((row) => row["approvalKind"] === "grant");
    const bare = mine.map(({ id: _id, about: _about, createdAt: _at, expiresAt: _until, ...row }) => row);
    expect(bare).toHaveLength(2);
    expect(bare[0]).toEqual(bare[1]);
    // Whoever may lend it there is asked, with what a yes would do; one tap, and it is there.
    const toDecide = (await get("tomas", "/api/access/requests")).body["items"] as Body[];
    const asked = toDecide.find((row) => row["id"] === hidden.body["approval"]);
    expect(asked?.["does"]).toMatchObject({ kind: "grant", body: { groups: ["identity", "shared"], keep: "online" } });
    expect((await decide("tomas", hidden.body["approval"])).status).toBe(200);
    expect(await sees("lina", "opportunities", await idOf("test:opportunity:europe"))).not.toBeNull();
  });
  it("is for one field, which its asker knows to be there", async () => {
    const id = await idOf("test:opportunity:europe");
    const field = await post("lina", "/api/access/requests", {
      entity: "opportunity",
      id,
      field: "amountMinor",
      reason: "An invoice",
    });
    expect(field.status).toBe(202);
    expect((await decide("tomas", field.body["approval"])).status).toBe(200);
    expect((await sees("lina", "opportunities", id))?.["amountMinor"]).toBe(100);
    const seen = await post("lina", "/api/access/requests", {
      entity: "opportunity",
      id,
      field: "amountMinor",
      reason: "Again",
    });
    expect(seen.body["code"]).toBe("invalid");
    const secret = await post("lina", "/api/access/requests", {
      entity: "opportunity",
      id,
      field: "commissionMinor",
      reason: "Pay",
    });
    const made = await post("lina", "/api/access/requests", {
      entity: "opportunity",
      id,
      field: "noSuchField",
      reason: "Pay",
    });
    expect(secret).toEqual(made);
  });
});

describe("explaining", () => {
  const path = (query: Record<string, string>) => `/api/access/explain?${new URLSearchParams(query).toString()}`;
  it("says to a member in words what they may and what would help; of what is hidden, one sentence", async () => {
    const own = await get("ana", path({ action: "edit", entity: "account", id: west }));
    expect(own.body).toMatchObject({ allowed: true, because: expect.arrayContaining(["You answer for it."]) });
    expect(JSON.stringify(own.body)).not.toContain("account.own");
    const no = await get(
      "ana",
      path({ action: "read", entity: "opportunity", id: await idOf("test:opportunity:west"), field: "amountMinor" }),
    );
    expect(no.body["allowed"]).toBe(true);
    const hidden = await get("ana", path({ action: "read", entity: "account", id: europe }));
    const gone = await get("ana", path({ action: "read", entity: "account", id: `${env.CELL}_acc_${"9".repeat(20)}` }));
    expect(hidden).toEqual(gone);
    expect((await get("ana", path({ action: "read", entity: "account", id: west, member: bo }))).status).toBe(404);
    expect((await get("ana", path({ action: "fly", entity: "account", id: west }))).body["fields"]).toEqual(["action"]);
  });
  it("says to who keeps the policy by which rule and facts, on what they can open themselves", async () => {
    const asked = await get("greta", path({ action: "read", entity: "account", id: west, member: ana }));
    expect(asked.body).toMatchObject({
      allowed: true,
      admin: {
        given: expect.arrayContaining([expect.objectContaining({ kind: "rule", id: "account.own" })]),
        facts: { base: "seller" },
      },
    });
    const can = await get("greta", `/api/access/who-can?action=read&entity=account&id=${west}`);
    const items = can.body["items"] as { member: string; rule: string }[];
    expect(items.find(({ member }) => member === ana)?.rule).toBe("account.own");
    expect(items.some(({ member }) => member === bo)).toBe(false);
    expect(
      (await get("omar", `/api/access/who-can?action=read&entity=account&id=${west}`)).status,
      "omar reads no business data",
    ).toBe(404);
    expect((await get("ana", `/api/access/who-can?action=read&entity=account&id=${west}`)).status).toBe(404);
  });
});

describe("one person alone", () => {
  /** What everybody may read of everything, by brute force over places and entities, with what is lent to them. */
  async function rights(): Promise<Map<string, number>> {
    const db = openDb(env.DB);
    const now = Date.now();
    const policy = await current();
    const found = new Map<string, number>();
    const people = await allPeople(db, now, 1_000);
    for (const anchor of [west, europe, closed]) {
      const at = await standing(db, anchor);
      for (const { facts } of at ? people : []) {
        const bound = bind(policy, facts);
        const place = at?.(facts);
        for (const entity of ["account", "contact", "opportunity", "case", "lead", "section"] as const)
          for (const compartment of compartmentsOf(entity))
            if (place)
              found.set(
                `${facts.member} ${anchor} ${entity} ${compartment}`,
                bound.readMask(entity, compartment, place, now),
              );
      }
    }
    return found;
  }
  it("[ACCESS-4] [ACCESS-R52] [LEAK-74] grows nobody's rights by any sequence of acts on members, policy, grants, covers, imports and their own yes", async () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648) % below;
    const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
    const members = await Promise.all(["ana", "bo", "lina", "marcus", "sofia", "priya", "femi", "yuki", "helen", "tomas", "greta", "omar"].map(memberId)); // prettier-ignore
    const teams = await Promise.all(["west", "east", "europe", "apac"].map((key) => idOf(teamSource(key))));
    const regions = [regionAmericas, regionEurope, await idOf(regionSource("apac"))];
    const bases = Object.keys(shippedPolicy.roles).filter((name) => shippedPolicy.roles[name]?.kind === "base");
    const duties = Object.keys(shippedPolicy.roles).filter((name) => shippedPolicy.roles[name]?.kind === "duty");
    const some = <T>(from: readonly T[]): T[] => from.filter(() => random(3) === 0);
    const approvals: string[] = [];
    const edited = (policy: Policy): unknown => {
      const at = random(policy.allow.length);
      const change = random(4);
      if (change === 0) return { ...policy, allow: policy.allow.filter((_, index) => index !== at) };
      if (change === 1) return { ...policy, forbid: policy.forbid.slice(1) };
      if (change === 2) return { ...policy, shares: [] };
      return {
        ...policy,
        allow: policy.allow.map((rule, index) =>
          index === at ? { ...rule, groups: ["identity", "shared", "terms"] } : rule,
        ),
      };
    };
    const acts: readonly (() => Promise<Said>)[] = [
      () => post("omar", `/api/members/${pick(members)}/facts`, { teams: some(teams), regions: some(regions) }),
      () =>
        post("omar", `/api/members/${pick(members)}/facts`, { employment: pick(["active", "active", "suspended"]) }),
      () =>
        post("omar", `/api/members/${pick(members)}/assign`, { base: pick(bases), duties: some(duties).slice(0, 2) }),
      () => post("omar", `/api/members/${pick(members)}/email`, { email: `x${random(999)}@evil.example` }),
      () =>
        post("omar", "/api/members", {
          anchor: `${env.CELL}_org_${"0".repeat(20)}`,
          name: "X",
          base: pick(bases),
          employment: "active",
        }),
      () => post("omar", "/api/imports", { commit: true, rows: [{ entity: "member", source: `test:member:${random(9)}`, fields: { name: "Y", base: pick(bases), employment: "active" } }] }), // prettier-ignore
      async () => post("omar", "/api/policy/publish", { policy: edited(await current()), why: "Because I can." }),
      async () => post("omar", "/api/policy/revert", { version: 1 + random(await version()), why: "As it was." }),
      () => post("omar", "/api/grants", { member: pick(members), entities: ["account"], to: { anchors: [pick([west, europe, closed])] }, groups: ["identity", "shared"], reason: "Because" }), // prettier-ignore
      () => post("omar", "/api/covers", { of: pick(members), member: pick(members), reason: "Because", days: 2 }),
      () =>
        post("omar", "/api/access/requests", {
          entity: "account",
          id: pick([west, europe, closed]),
          reason: "Because",
        }),
      async () => (approvals.length > 0 ? decide("omar", pick(approvals)) : { status: 0, body: {} }),
      async () => (approvals.length > 0 ? post("omar", `/api/approvals/${pick(approvals)}/decide`, { decision: "pass_on", to: pick(members) }) : { status: 0, body: {} }), // prettier-ignore
      () => post("omar", `/api/approvals/${env.CELL}_apr_${"0".repeat(20)}/decide`, { decision: "approve" }),
    ];
    forgetSessions();
    const before = await rights();
    const answers = new Map<number, number>();
    for (let step = 0; step < 45; step += 1) {
      const said = await pick(acts)();
      if (typeof said.body["approval"] === "string") approvals.push(said.body["approval"]);
      answers.set(said.status, (answers.get(said.status) ?? 0) + 1);
    }
    const grown = [...(await rights())].filter(([key, mask]) => (mask & ~(before.get(key) ?? 0)) !== 0);
    expect(grown).toEqual([]);
    // The walk did something: it was held back often, and cut something too.
    expect(answers.get(202)).toBeGreaterThan(10);
    expect((answers.get(200) ?? 0) + (answers.get(201) ?? 0)).toBeGreaterThan(0);
    // A second person makes the difference, or this test could not see one.
    const wide = await post("omar", `/api/members/${ana}/assign`, { base: "exec_viewer" });
    if (wide.body["approval"]) await decide("greta", wide.body["approval"]);
    const now = await rights();
    expect([...now].some(([key, mask]) => (mask & ~(before.get(key) ?? 0)) !== 0)).toBe(true);
    // Nor by cutting the others first: who is left alone then invites nobody.
    for (const keeper of ["greta", "sofia", "bo", "lina", "marcus"]) await post("omar", `/api/members/${await memberId(keeper)}/facts`, { employment: "suspended" }); // prettier-ignore
    const alone = await post("omar", "/api/members", { anchor: `${env.CELL}_org_${"0".repeat(20)}`, name: "Puppet", base: "ops_admin", duties: ["policy_admin"], employment: "active", email: "puppet@evil.example" }); // prettier-ignore
    expect([alone.status, alone.body["code"]]).toEqual([403, "denied"]);
    const { oneAdmin } = (await get("omar", "/api/policy/current")).body as {
      oneAdmin: { now: boolean; done: unknown[] };
    };
    expect(oneAdmin).toEqual({ now: true, done: [] });
  }, 30_000);
});
