/**
 * Every field and section that is not everybody's holds a token of its own. A client drives every surface as one member
 * and keeps every byte; what it must not have by the brute-force evaluator must not be in there, in no form.
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import * as encoding from "lib0/encoding";
import { expect } from "vitest";
import { memberSource, regionSource, teamSource, demoMembers } from "../../demo/people.ts";
import type { Place } from "../../shared/access/engine.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { briefOf } from "../../shared/handoffs/brief.ts";
import { makeId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { entities, entity, entityNames, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { type groupNames, maskOf } from "../../shared/records/groups.ts";
import { openDb } from "../../worker/db/db.ts";
import { loadPlaces, loadRows } from "../../worker/db/rows.ts";
import { snake } from "../../worker/db/schema.ts";
import { authenticatedFrame, statusFrame } from "../../worker/rooms/protocol.ts";
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
  memberId,
  opportunity,
  type Page,
  pull,
  pullBody,
  pushBody,
  under,
} from "./app-rig.ts";
import { hex, paragraph, Spy, typing } from "./rooms-rig.ts";

export interface Canary {
  readonly token: string;
  readonly entity: EntityName;
  readonly record: string;
  readonly group: string;
  readonly field: string;
}
const origin = "https://baton.test";
export const canaries: Canary[] = [];
export const rows = new Map<string, Row>();
const facts = new Map<string, LooseFacts>();
const token = (): string => `c4n${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
const textTypes = new Set<Field["type"]>(["name", "text", "long", "email", "phone", "url"]);
/** Places in which a value can't stand as it likes: ids, choices, and where the import keeps its sources. */
const fixed = new Set(["source", "unresolved", "group", "sectionKind", "handle", "base"]);

export const soldAs = (name: string): string => JSON.stringify([{ product: null, name, quantity: 1, unitMinor: 1, discountPct: 0 }]); // prettier-ignore

/** Puts a token into every text, number and custom field of the record, straight into its row. */
async function seed(name: EntityName, record: string): Promise<void> {
  const sets: [string, string | number][] = [];
  for (const [field, declared] of Object.entries<Field>(entities[name].fields)) {
    if (declared.of === "anchor" || fixed.has(field)) continue;
    const { type, group } = declared;
    const isText = textTypes.has(type) || group === "consent";
    if (!isText && type !== "custom" && type !== "money" && type !== "lines") continue;
    // A number is its own token: long enough that no other number holds it.
    const made = type === "money" ? String(7_000_000_000_000 + Math.floor(Math.random() * 999_999_999_999)) : token();
    sets.push([
      snake(field),
      type === "custom"
        ? JSON.stringify({ [made]: made })
        : type === "lines"
          ? soldAs(made)
          : type === "money"
            ? Number(made)
            : made,
    ]);
    canaries.push({ token: made, entity: name, record, group, field });
  }
  if (sets.length === 0) return;
  const list = sets.map(([column]) => `"${column}" = ?`).join(", ");
  await env.DB.prepare(`UPDATE "${name}" SET ${list} WHERE id = ?`)
    .bind(...sets.map(([, value]) => value), record)
    .run();
}

const foreignRuns = new Set<string>();
export const kindIds: string[] = [];
/** A version of each section that holds a text. */
const versions = new Map<string, string>();
const kinds = ["west", "closed", "europe", "apac"] as const;
/** The demo's people, accounts that lie differently to each of them, and a token in everything. */
export async function plant(): Promise<void> {
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
  await bring([
    account("shown", "bo", "europe", "europe"),
    { entity: "queue", source: "test:queue:1", fields: { name: "x" }, refs: { steward: memberSource("ana") } },
    { entity: "service_level", source: "test:service_level:1", fields: { name: "x" } },
  ]);
  const seeded: [EntityName, string][] = [];
  for (const name of ["queue", "service_level"] as const) seeded.push([name, await idOf(`test:${name}:1`)]);
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
      const comment = await idOf(`test:section_comment:${key}-${compartment}-${group}-${seeded.length}`);
      await env.DB.prepare(
        `INSERT INTO section_comment (id, anchor, compartment, ver, created_at, created_by, updated_at, section, gen, "group") VALUES (?, ?, ?, 1, 1, 'x', 1, ?, 1, ?)`,
      )
        .bind(comment, at, compartment, id, group)
        .run();
      seeded.push(["section_comment", comment]);
    }
    if (key === "closed")
      for (const [name, id] of seeded.filter(([name, id]) => name !== "account" && id !== ""))
        if ((await loadRows(openDb(env.DB), [id])).get(id)?.row.anchor === (await idOf(accountSource("east"))))
          await env.DB.prepare(`UPDATE "${name}" SET anchor = ? WHERE id = ?`).bind(at, id).run();
  }
  // Comments and tasks that belong to readers of one group.
  for (const group of ["internal", "handoff", "private"]) {
    const task = await idOf(`test:task:gate-${group}`);
    await env.DB.prepare(
      `INSERT INTO task (id, anchor, compartment, ver, created_at, created_by, updated_at, name, "group") VALUES (?, ?, 'core', 1, 1, 'x', 1, 'x', ?)`,
    )
      .bind(task, await idOf(accountSource("west")), group)
      .run();
    seeded.push(["task", task]);
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
  // And one by an offer: of an account, a handoff and its brief.
  const over = await ask("/api/handoffs", {
    as: "ana",
    body: { anchor: await idOf(accountSource("west")), name: "x" },
  });
  const handoff = (await over.json<Row>()).id;
  const offer = await ask(`/api/handoffs/${handoff}/offer`, { as: "ana", body: { to: await memberId("lina") } });
  if (!offer.ok) throw new Error(await offer.text());
  seeded.push(["handoff", handoff], ["section", briefOf(handoff)]);
  // What is a member's own: notices about what others can't see, and choices.
  for (const handle of ["ana", "lina", "greta"]) {
    const about = await idOf(accountSource("closed"));
    for (const [path, body] of [["notices", { kind: "stale", about, until: "2026-12-01" }], ["preferences", { quietFrom: 60 }]] as const) {
      const made = await ask(`/api/${path}`, { as: handle, body });
      if (!made.ok) throw new Error(await made.text());
      seeded.push([path === "notices" ? "notice" : "preference", (await made.json<Row>()).id]);
    }
  } // prettier-ignore
  await bring([
    { entity: "product", source: "test:product:1", fields: { name: "x" } },
    { entity: "lead_rule", source: "test:lead_rule:1", fields: { name: "x" }, refs: { toMember: memberSource("ana") } },
  ]);
  for (const name of ["product", "lead_rule"] as const) seeded.push([name, await idOf(`test:${name}:1`)]);
  // Views of lists: one's own, and of teams whose members see more and less than their maker.
  for (const [as, team] of [
    ["ana", "west"],
    ["greta", "operations"],
    ["femi", "finance"],
    ["bo", null],
  ] as const) {
    const made = await ask("/api/views", {
      as,
      body: { name: "x", of: "account", team: team && (await idOf(teamSource(team))) },
    });
    if (!made.ok) throw new Error(await made.text());
    seeded.push(["view", (await made.json<Row>()).id]);
  }
  for (const handle of handles) seeded.push(["member", await memberId(handle)]);
  for (const [name, id] of seeded) await seed(name, id);
  for (const key of kinds)
    for (const compartment of ["core", "sales", "service"] as const) await hang(key, compartment);
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
  await writeNotes(await idOf(accountSource("west")));
  for (const id of rows.keys()) if (id.includes("_fil_")) await fill(id);
  kindIds.push(...(await Promise.all(kinds.map((key) => idOf(accountSource(key))))));
}

/** A file hangs on what lies where it lies. */
async function hang(key: string, compartment: "core" | "sales" | "service"): Promise<void> {
  const about = { core: accountSource(key), sales: `test:opportunity:${key}`, service: `test:case:${key}` }[
    compartment
  ];
  await env.DB.prepare("UPDATE file SET about = ?, state = 'here' WHERE id = ?")
    .bind(await idOf(about), await idOf(`test:file:${key}-${compartment}`))
    .run();
}
/** A token as what a file holds. */
async function fill(id: string): Promise<void> {
  const made = token();
  await env.SEGMENTS.put(`files/${id}`, made);
  canaries.push({ token: made, entity: "file", record: id, group: "shared", field: "text" });
}

/** A socket of the member at the account's room; null where there is none to be had. */
async function seat(as: string, at: string): Promise<Spy | null> {
  const { webSocket } = await ask(`/rooms/${at}`, { as, headers: { upgrade: "websocket", origin } });
  return webSocket ? new Spy(webSocket) : null;
}
/** A token into the text of each section, written by somebody who may. */
async function writeNotes(at: string): Promise<void> {
  for (const [id, row] of rows) {
    const group = row["group"];
    if (row.anchor !== at || typeof row["sectionKind"] !== "string" || typeof group !== "string") continue;
    const address = `${id}.1`;
    for (const as of ["ana", "sofia", "femi"]) {
      const spy = await seat(as, at);
      if (!spy) continue;
      spy.auth(address);
      const first = await spy.until(() => true);
      if (hex(first) === hex(authenticatedFrame(address, "write"))) {
        const made = token();
        spy.sync(address, 2, row["sectionKind"] === "scratch" ? typing(made) : paragraph(made));
        await spy.until((frame) => hex(frame) === hex(statusFrame(address, true)), `a word that ${as} wrote is stored`);
        canaries.push({ token: made, entity: "section", record: id, group, field: "text" });
        spy.close();
        const path = `/api/accounts/${at}/sections/${id}/versions`;
        const kept = await ask(path, { as, body: { name: made } });
        versions.set(id, ((await kept.json()) as { id: string }).id);
        break;
      }
      spy.close();
    }
  }
  // Their words go to the database, where searches find them.
  const room = env.ROOM.getByName(at);
  await runInDurableObject(room, (_room, { storage }) => void storage.sql.exec("UPDATE due SET at = 1"));
  await runDurableObjectAlarm(room);
  const { results } = await env.DB.prepare("SELECT text FROM section_text").all<{ text: string }>();
  const lacking = canaries.filter(
    ({ field, token: one }) => field === "text" && !results.some(({ text }) => text.includes(one)),
  );
  if (results.length === 0 || lacking.length > 0) throw new Error("words of sections are not in the database"); // prettier-ignore
}

/** Tokens that the evaluator lets this member read now. */
export async function mayHave(handle: string): Promise<Set<string>> {
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
export class Client {
  readonly heard: string[] = [];
  /** Paths of answers that something in between might keep. */
  readonly cacheable: string[] = [];
  private readonly as: string;
  constructor(as: string) {
    this.as = as;
  }
  async get(path: string, more: Parameters<typeof ask>[1] = {}): Promise<string> {
    return (await this.send(path, more)).body;
  }
  private async send(path: string, more: Parameters<typeof ask>[1] = {}): Promise<{ status: number; body: string }> {
    const answer = await ask(path, { as: this.as, ...more });
    const bytes = new Uint8Array(await answer.arrayBuffer());
    this.heard.push(`${path} ${answer.status} ${JSON.stringify([...answer.headers])} ${latin1(bytes)}`);
    if (answer.headers.get("cache-control") !== "private, no-store") this.cacheable.push(path);
    return { status: answer.status, body: new TextDecoder().decode(bytes) };
  }
  /** Hidden values in a list's order or in what a filter finds would show: each asked of hidden values themselves. */
  async lists(): Promise<void> {
    await this.get("/api/sections?limit=200&q=c4n"); // what all tokens begin with: a piece of every text that is found
    for (const name of entityNames) {
      const path = `/api/${entity(name).plural}`;
      await this.get(`${path}?limit=200`);
      const groups = new Set<string>();
      for (const [field, { type, group }] of Object.entries<Field>(entities[name].fields)) {
        if (["list", "custom", "lines"].includes(type) || groups.has(group)) continue;
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
      if (name === "file") {
        await this.get(`${path}/content`);
        await this.get(`${path}/content`, { headers: { range: "bytes=0-18" } });
        await this.get(`${path}/content`, { method: "HEAD" });
      }
      if (name === "account") {
        const list = await this.get(`${path}/sections`);
        const items = (JSON.parse(list) as { items?: { id: string; gen: number }[] }).items ?? [];
        expect(items.length).toBeLessThan(20);
        // Of each section there, hidden ones too: who could be named in it.
        for (const [section, each] of rows)
          if (each.anchor === row.anchor && section.includes("_sec_"))
            await this.get(`${path}/sections/${section}/readers`);
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
    const wanted = pullBody(dev, { cursor, want: handles_ });
    await this.get("/sync/pull", { body: wanted });
    // Snapshots travel as columns, in which what texts have in common is said once: searched as rows too.
    this.heard.push(JSON.stringify(await pull(this.as, wanted)));
    // Stale bases of every record: conflicts tell the present values to whom they may.
    const muts = [...rows.keys()].flatMap((id, index) => {
      const name = canaries.find(({ record }) => record === id)?.entity;
      const set = name === "opportunity" ? { amountMinor: 1, discountPct: 1 } : {};
      return [{ n: index + 1, name: `${name}.edit@1`, args: { id, set, seen: { amountMinor: 2, discountPct: 2 } } }];
    });
    for (let start = 0; start < muts.length; start += limits.pushMutationsMax)
      await this.get("/sync/push", { body: pushBody(dev, muts.slice(start, start + limits.pushMutationsMax)) });
  }
  /** The socket of every room: every section there is asked for, its text, and who is in it. */
  async rooms(): Promise<void> {
    for (const at of kindIds) {
      const spy = await seat(this.as, at);
      if (!spy) continue;
      const addresses = [...rows.values()].flatMap((row) =>
        row.anchor === at && row["sectionKind"] !== undefined ? [`${row.id}.1`] : [],
      );
      for (const address of [...addresses, at]) spy.auth(address);
      await spy.until(() => spy.frames.length > addresses.length, "an answer to each");
      // The page, and fields of it that are this member's to name or not.
      for (const field of ["name", "contractTerms", "internalNote"])
        spy.send(at, 5, (to) => encoding.writeVarString(to, field));
      for (const address of addresses) {
        spy.sync(address, 0, new Uint8Array([0]));
        spy.send(address, 3);
      }
      spy.raw(encoding.encode((to) => encoding.writeVarUint(to, 9))); // a ping, answered after all that
      await spy.until((frame) => frame.length === 1 && frame[0] === 10, "a pong");
      spy.close();
      this.heard.push(...spy.frames.map(latin1));
    }
  }
  /**
   * Every verb of the command line: records explained, field by field, and some imported over. Answers how often each verb was used, by its exit code.
   */
  async commandLine(): Promise<ReadonlyMap<string, readonly number[]>> {
    const { useCommandLine } = await wholeClients();
    const may = await mayHave(this.as);
    const kindsOf = new Map<string, number>();
    const records = [...rows.keys()].flatMap((id) => {
      const here = canaries.filter(({ record, field }) => record === id && field !== "text");
      const [first] = here;
      if (!first) return [];
      // One of each kind that is seen and one that is not stand for their like.
      const kind = `${first.entity} ${here.some(({ token: one }) => may.has(one))}`;
      kindsOf.set(kind, (kindsOf.get(kind) ?? 0) + 1);
      if ((kindsOf.get(kind) ?? 0) > 1) return [];
      const fields = [...new Map(here.map(({ group, field }) => [group, field])).values()];
      return [{ entity: first.entity, id, fields }];
    });
    const told = await useCommandLine(origin, (url, init) => overNetwork(url, init), {
      member: this.as,
      policy: shippedPolicy,
      records,
      rows: [
        { entity: "accounts", csv: `key,name\n${kinds.map((key) => `${accountSource(key)},x`).join("\n")}\n` },
        {
          entity: "opportunities",
          csv: `key,name,amountMinor\n${kinds.map((key) => `test:opportunity:${key},x,1`).join("\n")}\n`,
        },
      ],
      others: [await memberId("ana")],
    });
    const used = new Map<string, number[]>();
    for (const { verb, code, said } of told) {
      this.heard.push(said);
      used.set(verb, [...(used.get(verb) ?? []), code]);
    }
    return used;
  }
  /** An import of this member's; others are asked about it in their turn. */
  async ownRun(path: string): Promise<string> {
    if (path.startsWith("/api/exports")) {
      let last = "none";
      for (const name of entityNames)
        for (const format of ["csv", "json"]) {
          const said = await this.send("/api/exports", { method: "POST", body: { of: entity(name).plural, format } });
          const { id } = JSON.parse(said.body) as { id?: string };
          if (id === undefined) continue;
          await this.get(`/api/exports/${id}`);
          foreignRuns.add((last = id));
        }
      return last;
    }
    const said = await this.send("/api/imports/start", { method: "POST", body: { name: "mine", print: this.as } });
    const { id } = JSON.parse(said.body) as { id: string };
    foreignRuns.add(id);
    return id;
  }
  /** What lies on the disk of a device that follows every account and edits what it must not see. */
  async disk(): Promise<void> {
    const { fillDisk } = await wholeClients();
    const send: Send = (url, init) => overNetwork(url, init, this.as);
    const drafts = [...rows].flatMap(([id]) => {
      const name = canaries.find(({ record }) => record === id)?.entity;
      return name === "opportunity" || name === "account" ? [{ name: `${name}.edit@1`, args: { id, set: { name: "Mine" }, seen: { name: "Theirs" } } }] : [];
    }); // prettier-ignore
    this.heard.push(await fillDisk({ url: origin, send }, await memberId(this.as), kindIds, drafts));
  }
  /**
   * Every route that /openapi.json has, found by reading it: nothing here names one, so a new route is driven from its
   * first day. Reading is asked about what the member sees and what not; writing only about what they can't see, so that
   * nobody's rights move by it. Answers each route with the statuses it gave.
   */
  async routes(): Promise<ReadonlyMap<string, ReadonlySet<number>>> {
    const open = JSON.parse(await this.get("/openapi.json")) as OpenApi;
    const seen = new Map<string, Set<number>>();
    const may = await mayHave(this.as);
    const isSeen = (id: string): boolean => canaries.some(({ record, token: one }) => record === id && may.has(one));
    const all = Object.entries(open.paths).flatMap(([path, verbs]) =>
      Object.entries(verbs).map(([verb, said]) => ({ path, method: verb.toUpperCase(), schema: said.requestBody })),
    );
    // Writing first, so that reading meets what it left; what ends the session or opens accounts comes last of all.
    const turn = ({ path, method }: (typeof all)[number]): number =>
      method === "GET" ? 1 : /sign-out|break-glass/.test(path) ? 2 : 0;
    for (const { path, method, schema } of all.sort((a, b) => turn(a) - turn(b))) {
      const statuses = new Set<number>();
      seen.set(`${method} ${path}`, statuses);
      const name = entityNames.find((each) => path.startsWith(`/api/${entity(each).plural}/{`));
      const ofKind = [...rows.keys()].filter((id) => canaries.some((one) => one.record === id && one.entity === name));
      const listed =
        name && ofKind.length === 0
          ? (JSON.parse(await this.get(`/api/${entity(name).plural}?limit=2`)) as Page).items.map(({ id }) => id)
          : [];
      const [shown, hidden] = [[...ofKind.filter(isSeen), ...listed], ofKind.filter((id) => !isSeen(id))]; // prettier-ignore
      const missing = makeId(env.CELL, name ? entity(name).kind : "acc", new Uint8Array(13));
      const ids = method === "GET" ? [...shown.slice(0, 2), ...hidden.slice(0, 2), missing, "1"] : [...hidden.slice(0, 2), missing]; // prettier-ignore
      // Of one's own imports and exports, of somebody else's, and of none.
      if (/^\/api\/(imports|exports)\/\{/.test(path)) {
        const body = schema ? bodyOf(schema.content["application/json"].schema, missing) : {};
        for (const id of [await this.ownRun(path), ...foreignRuns, missing])
          statuses.add((await this.send(path.replace("{id}", id), method === "GET" ? {} : { method, body })).status);
        continue;
      }
      if (path.includes("{section}")) {
        // Of what sections were: asked about every one that has a version, written only where it is not seen.
        for (const [section, version] of versions) {
          if (method !== "GET" && isSeen(section)) continue;
          const at = path
            .replace("{id}", kindIds[0] ?? "")
            .replace("{section}", section)
            .replace("{version}", version);
          const body = schema ? bodyOf(schema.content["application/json"].schema, missing) : {};
          statuses.add((await this.send(at, method === "GET" ? {} : { method, body })).status);
        }
        continue;
      }
      const about = ofKind.length > 0 ? ofKind : [...rows.keys()].filter((_, index) => index % 9 === 0);
      for (const id of path.includes("{") ? ids : [""]) {
        const at = path.replaceAll(/\{\w+\}/g, id);
        const body = schema ? bodyOf(schema.content["application/json"].schema, hidden[0] ?? kindIds[1] ?? missing) : {};
        const { status } = await this.send(at, method === "GET" ? {} : { method, body });
        statuses.add(status);
        // Routes that want to be asked about something: about everything in turn, and about one of its fields.
        if (method !== "GET" || status === 200 || path.includes("{")) continue;
        for (const record of about) {
          const { entity: kind, field } = canaries.find((one) => one.record === record) ?? {};
          const query = { action: "read", entity: kind ?? "", id: record, record, field: field === "text" ? "" : (field ?? "") };
          for (const some of [["record"], ["action", "entity", "id"], ["action", "entity", "id", "field"]])
            statuses.add((await this.send(`${at}?${new URLSearchParams(Object.entries(query).filter(([key]) => some.includes(key))).toString()}`)).status);
        }
      } // prettier-ignore
    }
    return seen;
  }
}
/** `tests/whole-clients.ts`, by the shapes that are needed here. */
interface WholeClients {
  readonly useCommandLine: (url: string, send: Send, errands: object) => Promise<{ verb: string; code: number; said: string }[]>;
  readonly fillDisk: (link: { url: string; send: Send }, member: string, anchors: readonly string[], drafts: readonly { name: string; args: unknown }[]) => Promise<string>;
} // prettier-ignore
type Send = (url: string, init: RequestInit) => Promise<Response>;
async function wholeClients(): Promise<WholeClients> {
  const [load] = Object.values(import.meta.glob<WholeClients>("../whole-clients.ts"));
  if (!load) throw new Error("the clients are not there");
  return load();
}

interface OpenApi {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: RequestBody }>>>>;
}
interface RequestBody {
  readonly content: { readonly "application/json": { readonly schema: Schema } };
}
interface Schema {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}
/** The smallest body that such a schema takes; where it wants words, the id of something hidden. */
function bodyOf(schema: Schema, id: string): unknown {
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.anyOf?.[0]) return bodyOf(schema.anyOf[0], id);
  if (schema.type === "array")
    return Array.from({ length: schema.minItems ?? 0 }, () => bodyOf(schema.items ?? {}, id));
  if (schema.type === "integer" || schema.type === "number") return Math.max(schema.minimum ?? 1, 1);
  if (schema.type === "boolean") return false;
  if (schema.type === "string") return id;
  const wanted = (schema.required ?? []).map((key) => [key, bodyOf(schema.properties?.[key] ?? {}, id)]);
  return Object.fromEntries(wanted);
}

/** A request as a client makes it, by name and body; with `as` it carries that member's cookie. */
function overNetwork(url: string, init: RequestInit, as?: string): Promise<Response> {
  const { method, headers, body } = init;
  return ask(url.slice(origin.length), {
    ...(method ? { method } : {}),
    ...(as === undefined ? {} : { as }),
    ...(typeof body === "string" ? { body } : {}),
    headers: Object.fromEntries(new Headers(headers)),
  });
}
const latin1 = (bytes: Uint8Array): string => new TextDecoder("latin1").decode(bytes);
/**
 * Every token in what was heard, in whatever form it lies there: as it is, in UTF-16, in hex, and in base64 at any
 * offset, also one in the other.
 */
export function tokensIn(heard: string, depth = 1): Set<string> {
  const plain = /c4n[0-9a-f]{16}|7\d{12}/g;
  const found = new Set([...(heard.match(plain) ?? []), ...(heard.replaceAll("\0", "").match(plain) ?? [])]);
  if (depth === 0) return found;
  const add = (form: string): void => {
    for (const one of tokensIn(form, depth - 1)) found.add(one);
  };
  for (const [run] of heard.matchAll(/(?:[0-9a-f]{2}){13,}/g))
    add(run.replaceAll(/../g, (two) => String.fromCharCode(Number.parseInt(two, 16))));
  for (const [run] of heard.matchAll(/[A-Za-z0-9+/_-]{16,}/g))
    for (const offset of [0, 1, 2, 3]) {
      const part = run.slice(offset).replaceAll("-", "+").replaceAll("_", "/");
      add(atob(part.length % 4 === 1 ? part.slice(0, -1) : part));
    }
  return found;
}
/** What this member heard and must not have. */
export const leaksIn = (heard: readonly string[], open: ReadonlySet<string>): Canary[] => {
  const found = new Set(heard.flatMap((one) => [...tokensIn(one)]));
  return canaries.filter(({ token: one }) => found.has(one) && !open.has(one));
};
