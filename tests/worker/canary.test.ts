/**
 * Every field and section that is not everybody's holds a token of its own. One client a member drives every surface and
 * keeps every byte; what it must not have by the brute-force evaluator must not be in there, and what it may have must.
 */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { memberSource, regionSource, teamSource, demoMembers } from "../../demo/people.ts";
import type { Place } from "../../shared/access/engine.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { orgAnchor } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import {
  compartmentsOf,
  entities,
  entity,
  entityNames,
  type EntityName,
  type Row,
} from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { groupNames, maskOf } from "../../shared/records/groups.ts";
import { openDb } from "../../worker/db/db.ts";
import { loadPlaces, loadRows } from "../../worker/db/rows.ts";
import { snake } from "../../worker/db/schema.ts";
import { type LooseFacts, readable } from "../policy/oracle.ts";
import {
  account,
  accountSource,
  ask,
  boot,
  bring,
  device,
  forgetSessions,
  handles,
  idOf,
  listen,
  memberId,
  opportunity,
  type Page,
  pullBody,
  pushBody,
  under,
} from "./app-rig.ts";

interface Canary {
  readonly token: string;
  readonly entity: EntityName;
  readonly record: string;
  readonly group: string;
  readonly field: string;
}
const canaries: Canary[] = [];
const rows = new Map<string, Row>();
const facts = new Map<string, LooseFacts>();
const token = (): string => `c4n${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
const textTypes = new Set<Field["type"]>(["name", "text", "long", "email", "phone", "url"]);
/** Places in which a value can't stand as it likes: ids, choices, and where the import keeps its sources. */
const fixed = new Set(["source", "unresolved", "group", "sectionKind", "handle", "base"]);

/** Puts a token into every text, number and custom field of the record, straight into its row. */
async function seed(name: EntityName, record: string): Promise<void> {
  const sets: [string, string | number][] = [];
  for (const [field, declared] of Object.entries<Field>(entities[name].fields)) {
    if (declared.of === "anchor" || fixed.has(field)) continue;
    const { type, group } = declared;
    const isText = textTypes.has(type) || group === "consent";
    if (!isText && type !== "custom" && type !== "money") continue;
    // A number is its own token: long enough that no other number holds it.
    const made = type === "money" ? String(7_000_000_000_000 + Math.floor(Math.random() * 999_999_999_999)) : token();
    sets.push([
      snake(field),
      type === "custom" ? JSON.stringify({ [made]: made }) : type === "money" ? Number(made) : made,
    ]);
    canaries.push({ token: made, entity: name, record, group, field });
  }
  if (sets.length === 0) return;
  const list = sets.map(([column]) => `"${column}" = ?`).join(", ");
  await env.DB.prepare(`UPDATE "${name}" SET ${list} WHERE id = ?`)
    .bind(...sets.map(([, value]) => value), record)
    .run();
}

const kinds = ["west", "closed", "europe", "apac"] as const;
beforeAll(async () => {
  await boot();
  const sectionKinds = [
    ["core", "shared"],
    ["core", "scratch"],
    ["sales", "internal"],
    ["service", "internal"],
    ["finance", "internal"],
    ["handoff", "handoff"],
    ["private", "private"],
  ] as const;
  await bring([account("shown", "bo", "europe", "europe")]);
  const seeded: [EntityName, string][] = [];
  for (const key of kinds) {
    // The restricted account is its owner's alone, also to an import: what is under it is written to its tables.
    const anchor = key === "closed" ? "east" : key;
    await bring([
      opportunity(key, anchor),
      under("contact", key, anchor, { fields: { name: "x" } }),
      under("lead", key, anchor, { fields: { name: "x" } }),
      under("case", key, anchor, { fields: { number: "x", name: "x" } }),
      under("handoff", key, anchor, { fields: { name: "x" }, refs: { fromMember: memberSource("ana") } }),
      under("approval", key, anchor, {
        fields: { name: "x" },
        refs: { requester: memberSource("ana") },
        compartment: "sales",
      }),
      ...(["core", "sales", "service"] as const).flatMap((compartment) => [
        under("task", `${key}-${compartment}`, anchor, { fields: { name: "x" }, compartment }),
        under("activity", `${key}-${compartment}`, anchor, { fields: { name: "x" }, compartment }),
        under("comment", `${key}-${compartment}`, anchor, { fields: { body: "x" }, compartment }),
        under("file", `${key}-${compartment}`, anchor, { fields: { name: "x" }, compartment }),
      ]),
    ]);
    seeded.push(["account", await idOf(accountSource(key))]);
    for (const name of ["opportunity", "contact", "lead", "case", "handoff", "approval"] as const)
      seeded.push([name, await idOf(`test:${name}:${key}`)]);
    for (const name of ["task", "activity", "comment", "file"] as const)
      for (const compartment of ["core", "sales", "service"])
        seeded.push([name, await idOf(`test:${name}:${key}-${compartment}`)]);
    const at = await idOf(accountSource(key));
    for (const [compartment, group] of sectionKinds) {
      const id = await idOf(`test:section:${key}-${compartment}-${group}-${seeded.length}`);
      await env.DB.prepare(
        `INSERT INTO section (id, anchor, compartment, ver, created_at, created_by, updated_at, title, section_kind, gen, "schema", "group") VALUES (?, ?, ?, 1, 1, 'x', 1, 'x', ?, 1, 1, ?)`,
      )
        .bind(id, at, compartment, group === "internal" ? `internal:${compartment}` : group, group)
        .run();
      seeded.push(["section", id]);
    }
    if (key === "closed")
      for (const [name, id] of seeded.filter(([name, id]) => name !== "account" && id !== ""))
        if ((await loadRows(openDb(env.DB), [id])).get(id)?.row.anchor === (await idOf(accountSource("east"))))
          await env.DB.prepare(`UPDATE "${name}" SET anchor = ? WHERE id = ?`).bind(at, id).run();
  }
  // Comments and files that belong to readers of one group.
  for (const group of ["internal", "handoff", "private"]) {
    const id = await idOf(`test:comment:gate-${group}`);
    await env.DB.prepare(
      `INSERT INTO comment (id, anchor, compartment, ver, created_at, created_by, updated_at, body, "group") VALUES (?, ?, 'core', 1, 1, 'x', 1, 'x', ?)`,
    )
      .bind(id, await idOf(accountSource("west")), group)
      .run();
    seeded.push(["comment", id]);
  }
  // A way in by account team and one by share, each from somewhere that would else be closed.
  const crew = await ask("/api/account_teams", {
    as: "ana",
    body: { anchor: await idOf(accountSource("west")), member: await memberId("bo") },
  });
  if (!crew.ok) throw new Error(await crew.text());
  await env.DB.prepare(
    `INSERT INTO share (id, anchor, compartment, to_kind, to_id, groups, recipe, cause) VALUES ('s', ?, 'service', 'member', ?, ?, 'sh.escalate', 'test')`,
  )
    .bind(await idOf(accountSource("west")), await memberId("priya"), maskOf(["identity", "shared", "resolution"]))
    .run();
  for (const handle of handles) seeded.push(["member", await memberId(handle)]);
  for (const [name, id] of seeded) await seed(name, id);
  forgetSessions(); // another address ends every session of its member
  for (const [id, { row }] of await loadRows(
    openDb(env.DB),
    seeded.map(([, id]) => id),
  ))
    rows.set(id, row);
  for (const { handle, base, duties, teams, regions } of demoMembers)
    facts.set(handle, {
      member: await memberId(handle), base, duties, employment: "active",
      teams: await Promise.all(teams.map((key) => idOf(teamSource(key)))), regions: await Promise.all(regions.map((key) => idOf(regionSource(key)))),
    }); // prettier-ignore
}, 120_000);

/** Tokens that the evaluator lets this member read now. */
async function mayHave(handle: string): Promise<Set<string>> {
  const who = facts.get(handle);
  if (!who?.member) throw new Error(handle);
  const anchors = [...new Set([...rows.values()].map((row) => row.anchor))];
  const places = await loadPlaces(openDb(env.DB), anchors, who.member, who.teams ?? []);
  const open = new Set<string>();
  for (const canary of canaries) {
    const row = rows.get(canary.record);
    const place: Place | undefined = row && places.get(row.anchor);
    if (!row || !place) continue;
    const groups = readable({
      policy: shippedPolicy,
      facts: who,
      entity: canary.entity,
      compartment: row.compartment,
      place,
      at: Date.now(),
      row: null,
    });
    const gate = entity(canary.entity).fields["group"] ? row["group"] : null;
    const there = typeof gate !== "string" || groups.has(gate as (typeof groupNames)[number]);
    if (there && groups.has(canary.group as (typeof groupNames)[number])) open.add(canary.token);
  }
  return open;
}

/** Everything that one member's client ever hears. */
class Client {
  readonly heard: string[] = [];
  private readonly as: string;
  constructor(as: string) {
    this.as = as;
  }
  async get(path: string, more: Parameters<typeof ask>[1] = {}): Promise<string> {
    const answer = await ask(path, { as: this.as, ...more });
    const body = new TextDecoder().decode(await answer.arrayBuffer());
    this.heard.push(`${path} ${answer.status} ${JSON.stringify([...answer.headers])} ${body}`);
    return body;
  }
  /** Hidden values in a list's order or in what a filter finds would show: each asked of hidden values themselves. */
  async lists(): Promise<void> {
    for (const name of entityNames) {
      const path = `/api/${entity(name).plural}`;
      await this.get(`${path}?limit=200`);
      const groups = new Set<string>();
      for (const [field, { type, group }] of Object.entries<Field>(entities[name].fields)) {
        if (type === "list" || type === "custom" || groups.has(group)) continue;
        groups.add(group); // one stands for its like: the group is what decides
        await this.get(`${path}?limit=3&sort=-${field}`);
      }
    }
  }
  async records(): Promise<void> {
    const tried = new Set<EntityName>();
    for (const [id, row] of rows) {
      const name = canaries.find(({ record }) => record === id)?.entity;
      if (!name) continue;
      const path = `/api/${entity(name).plural}/${id}`;
      await this.get(path);
      if (!tried.has(name)) await this.get(path, { method: "PATCH", body: { nope: 1 } });
      tried.add(name);
      if (name === "account") {
        const list = await this.get(`${path}/sections`);
        const items = (JSON.parse(list) as { items?: { id: string; gen: number }[] }).items ?? [];
        expect(items.length).toBeLessThan(20);
        await this.get(`${path}/sections/states`, {
          body: {
            sections: [...rows.values()]
              .flatMap((each) => (each.anchor === row.anchor ? [`${each.id}.1`] : []))
              .slice(0, 100),
          },
        });
      }
    }
  }
  async sync(): Promise<void> {
    const dev = device();
    const first = await this.get("/sync/pull", {
      body: pullBody(dev, { follow: kindIds.map((anchor) => ({ anchor, kind: "open" })) }),
    });
    const lines = first
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const handles_ = lines.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
    const cursor = lines.at(-1)?.["cursor"];
    await this.get("/sync/pull", { body: pullBody(dev, { cursor, want: handles_ }) });
    // Stale bases of every record: conflicts tell the present values to whom they may.
    const muts = [...rows.keys()].flatMap((id, index) => {
      const name = canaries.find(({ record }) => record === id)?.entity;
      const set = name === "opportunity" ? { amountMinor: 1, discountPct: 1 } : {};
      return [{ n: index + 1, name: `${name}.edit@1`, args: { id, set, seen: { amountMinor: 2, discountPct: 2 } } }];
    });
    for (let start = 0; start < muts.length; start += limits.pushMutationsMax)
      await this.get("/sync/push", { body: pushBody(dev, muts.slice(start, start + limits.pushMutationsMax)) });
  }
}
let kindIds: string[] = [];

describe("[case 21] [ACCESS-3] no token reaches whom it is hidden from", () => {
  beforeAll(async () => {
    kindIds = await Promise.all(kinds.map((key) => idOf(accountSource(key))));
  });
  it("has a token in every field group of every kind of record, and in sections of every kind", () => {
    expect(canaries.length).toBeGreaterThan(400);
    expect(new Set(canaries.map(({ token: one }) => one)).size).toBe(canaries.length);
    const covered = new Set(canaries.map(({ group }) => group));
    expect(groupNames.filter((group) => !covered.has(group) && group !== "private")).toEqual([]);
    for (const name of entityNames.filter(
      (one) => compartmentsOf(one).length > 0 && !["team", "region", "pipeline", "stage", "account_team"].includes(one),
    ))
      expect(canaries.some((canary) => canary.entity === name)).toBe(true);
    expect([...rows.values()].filter((row) => row.anchor !== orgAnchor(env.CELL)).length).toBeGreaterThan(60);
  });

  it.each(handles)(
    "%s: lists, records, errors, sections, pulls, pushes and pokes",
    async (handle) => {
      const client = new Client(handle);
      const open = await mayHave(handle);
      const socket = await listen(handle, "canary");
      await client.lists();
      await client.records();
      await client.get("/api/me");
      await client.get("/openapi.json");
      await client.get("/api/nowhere");
      await client.sync();
      // Somebody works on what may be hidden, while this client listens.
      for (const id of kindIds)
        await ask(`/api/accounts/${id}`, { as: "ana", method: "PATCH", body: { nextAction: "Work" } });
      socket.close();
      const everything = [...client.heard, ...socket.heard].join("\n");
      const leaked = canaries.filter(({ token: one }) => !open.has(one) && everything.includes(one));
      expect(leaked).toEqual([]);
      // Not blind: what this member may read was there to be found.
      const lists = client.heard.join("\n");
      const shown = canaries.filter((canary) => open.has(canary.token) && canary.field !== "nextAction");
      const unseen = shown.filter(({ token: one }) => !lists.includes(one));
      expect(unseen).toEqual([]);
      expect(shown.length).toBeGreaterThan(0);
    },
    60_000,
  );

  it("would find a leak: what ana hears holds tokens that eleven others must not have", async () => {
    const client = new Client("ana");
    await client.lists();
    await client.sync();
    const everything = client.heard.join("\n");
    for (const handle of handles.filter((one) => one !== "ana")) {
      const open = await mayHave(handle);
      const leaked = canaries.filter(({ token: one }) => !open.has(one) && everything.includes(one));
      expect([handle, leaked.length > 0]).toEqual([handle, true]);
    }
  });

  it("finds no more by a filter, a search or an order on a hidden value than on an empty one", async () => {
    let tried = 0;
    for (const handle of handles) {
      const open = await mayHave(handle);
      const hidden = canaries.filter(
        ({ token: one, group, entity: name }) => !open.has(one) && !["identity"].includes(group) && name !== "member",
      );
      // One of each group and entity stands for its like.
      const some = [...new Map(hidden.map((canary) => [`${canary.entity} ${canary.group}`, canary])).values()];
      for (const { entity: name, field, token: one } of some) {
        if (Object.entries<Field>(entities[name].fields).some(([key, { type }]) => key === field && type === "custom"))
          continue;
        const path = `/api/${entity(name).plural}?limit=200`;
        for (const query of [
          `filter[${field}][eq]=${one}`,
          `filter[${field}][gte]=${one}&filter[${field}][lte]=${one}`,
          `filter[${field}][in]=${one}`,
          `filter[${field}][contains]=${one}`,
          `q=${one}`,
        ]) {
          const found = JSON.parse(await (await ask(`${path}&${query}`, { as: handle })).text()) as Page;
          expect([handle, name, query, found.items]).toEqual([handle, name, query, []]);
          tried += 1;
        }
      }
    }
    expect(tried).toBeGreaterThan(100);
  }, 120_000);

  it("orders rows by a field that is hidden on them as if it were empty", async () => {
    // bo sees west's opportunity by its account team, without terms; europe's is his own, with terms.
    const order = async (): Promise<string[]> => {
      const page = JSON.parse(await (await ask("/api/opportunities?sort=-amountMinor", { as: "bo" })).text()) as Page;
      return page.items.map(({ id }) => id);
    };
    const west = await idOf("test:opportunity:west");
    const seen: string[][] = [];
    for (const amount of [1, 8_900_000_000_000]) {
      await env.DB.prepare("UPDATE opportunity SET amount_minor = ? WHERE id = ?").bind(amount, west).run();
      seen.push(await order());
    }
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[0]).toEqual([await idOf("test:opportunity:europe"), west]);
  });
});
