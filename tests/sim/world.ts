/**
 * A seeded world: one cell, a few members with devices, acts of everyone, a network and a power switch that fail; and
 * the checks. An act chooses by its own seed among what is there, so that any of them can be left out (shrinking).
 */
import { orgAnchor, makeId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { entities, entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import { allGroups } from "../../shared/records/groups.ts";
import type { State } from "../../shared/access/engine.ts";
import type { Action } from "../../shared/kernel/actions.ts";
import type { PullLine } from "../../shared/sync/protocol.ts";
import { writable } from "../policy/oracle.ts";
import { always, put } from "../../web/data/disk.ts";
import { Device, noFaults, type Faults, type PageSeen } from "./device.ts";
import { cell, Edge, type PushedAt } from "./edge.ts";
import { mustHold, placeFor, type Expected } from "./oracle.ts";
import { randomPolicy } from "./policies.ts";
import { Random } from "./random.ts";

export interface Act {
  readonly kind: Kind;
  readonly r: number;
}
const weights = {
  edit: 28, // a device's member works, offline or not
  root: 12, // someone else does, at the edge
  rights: 9, // reassign, account team, restrict, delete an account, share
  facts: 3,
  policy: 2,
  follow: 4,
  clock: 7,
  pull: 16,
  push: 10,
  sync: 9,
  kill: 3,
  lapse: 3, // something is let see for a moment, and the moment passes
  flip: 3, // a right goes and comes back, and the page that says so breaks off
  revive: 2, // a long pull is under way, and a record of it is deleted and restored between its pages
  epoch: 0.5,
  shape: 0.5,
  prune: 3, // old changes leave, often after a long time in which nobody came
} as const;
type Kind = keyof typeof weights;

export class Violation extends Error {}
export interface Stats {
  pulls: number;
  pushes: number;
  comparisons: number;
}

export function planActs(seed: number, count: number): Act[] {
  const random = new Random(seed ^ 0x51ed270b);
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: count }, () => {
    let left = random.next() * total;
    const kind = (Object.keys(weights) as Kind[]).find((name) => (left -= weights[name]) < 0) ?? "pull";
    return { kind, r: Math.floor(random.next() * 2 ** 32) };
  });
}

const idOf = (random: Random, kind: string): string => makeId(cell, kind, random.bytes(13));
type Proposal = { readonly name: string; readonly args: Record<string, unknown> };
interface Seen {
  readonly rows: (entity: EntityName) => readonly Row[];
  readonly deleted: readonly string[];
}

export class World {
  readonly edge = new Edge();
  readonly stats: Stats = { pulls: 0, pushes: 0, comparisons: 0 };
  readonly devices: Device[] = [];
  private readonly members: string[] = [];
  private readonly teams: string[] = [];
  private readonly regions: string[] = [];
  private readonly stages: string[] = [];
  private readonly shares: string[] = [];
  private readonly root: string;
  private readonly random: Random;
  private policyVersion = 0;
  private rootPushes = 0;
  private readonly label: string;
  /** Of the devices, so that handles are the same where two worlds run side by side. */
  private readonly secret: string | undefined;
  /** First decision on each mutation of a device, by client and number. */
  private readonly decided = new Map<string, "ok" | "refused">();
  private readonly cursors = new Map<string, { p: number; a: number; t: number }>();
  private lastPassed = new Map<Device, number>();

  /** `label`: goes into the names that this world gives, where two run side by side (pair.ts). */
  constructor(seed: number, bug?: string, label = "", secret?: string) {
    this.label = label;
    this.secret = secret;
    this.random = new Random(seed);
    this.edge.bug = bug;
    this.root = idOf(this.random, "mem");
    // Small pages, so that the cut between two pages is met.
    const rows = this.random.pick([2, 8, 500, 500]) ?? 500;
    Object.assign(limits, { pageRowsMax: rows, snapshotRowsMax: rows });
    // Every device compares all of its keys often, among faults and others' work.
    Object.assign(limits, { checkEveryMs: 2_000, checkKeysMin: limits.checkKeysMax });
    Object.assign(limits, { hotMs: 90_000, hotSlackMs: 5_000, segmentRows: this.random.pick([2, 5]) ?? 2 });
    // Few places for accounts in half of the worlds; by chance of its own, so that what else happens stays the same.
    const few = new Random(seed ^ 0x2f6e2b1);
    const most = few.pick([1, 2, 3, 5_000, 5_000, 5_000]) ?? 5_000;
    Object.assign(limits, {
      followAccounts: most, followAccountsWide: Math.min(most, few.pick([1, 2, 500]) ?? 500),
      followRecent: few.pick([1, 2, 200]) ?? 200, followPinned: few.pick([1, 100]) ?? 100,
    }); // prettier-ignore
    this.edge.onPush = (pushed) => this.judge(pushed);
  }

  async start(): Promise<void> {
    const { edge, random } = this;
    const org = orgAnchor(cell);
    edge.sql("insert into anchor (id, restricted, ver) values (?, 0, 1)", org);
    const plain = (table: string, id: string, more: Record<string, string | number | null>): void => {
      const row = {
        id,
        anchor: org,
        compartment: "core",
        ver: 1,
        created_at: 1,
        created_by: this.root,
        updated_at: 1,
        ...more,
      };
      const names = Object.keys(row);
      edge.sql(
        `insert into "${table}" (${names.map((name) => `"${name}"`).join(", ")}) values (${names.map(() => "?").join(", ")})`,
        ...Object.values(row),
      );
    };
    for (const name of ["Red", "Blue"]) {
      this.teams.push(idOf(random, "tea"));
      plain("team", this.teams.at(-1) ?? "", { name });
    }
    for (const name of ["North", "South"]) {
      this.regions.push(idOf(random, "reg"));
      plain("region", this.regions.at(-1) ?? "", { name });
    }
    const pipeline = idOf(random, "pip");
    plain("pipeline", pipeline, { name: "Sales" });
    for (const name of ["New", "Offer", "Won"]) {
      this.stages.push(idOf(random, "stg"));
      plain("stage", this.stages.at(-1) ?? "", { name, pipeline });
    }
    plain("member", this.root, {
      name: "Root",
      base: "root",
      duties: "[]",
      teams: "[]",
      regions: "[]",
      employment: "active",
    });
    for (let number = 0; number < 3; number += 1) {
      const id = idOf(random, "mem");
      this.members.push(id);
      plain("member", id, {
        name: `Member ${number}`, base: random.chance(0.6) ? "seller" : "support", duties: JSON.stringify(random.some(["lead"], 0.4)),
        teams: JSON.stringify(random.some(this.teams, 0.6)), regions: JSON.stringify(random.some(this.regions, 0.6)), employment: "active",
      }); // prettier-ignore
    }
    edge.publish(randomPolicy(random, (this.policyVersion += 1)));
    for (let number = 0; number < 4; number += 1) await this.byRoot([this.newAccount(random)]);
    for (let number = 0; number < 8; number += 1)
      await this.byRoot([this.proposeWork(random, this.rootSees())].filter((proposal) => proposal !== null));
    // Two devices of one member, one of another; the third works at the edge only.
    for (const [number, member] of [this.members[0] ?? "", this.members[1] ?? "", this.members[0] ?? ""].entries()) {
      const device = new Device(edge, `dev${number}`, member, new Random(random.below(2 ** 31)));
      if (this.secret !== undefined)
        edge.sql("insert into device (id, member, secret, seen_at) values (?, ?, ?, ?)", device.id, member, this.secret, edge.time); // prettier-ignore
      await device.boot();
      this.devices.push(device);
      if (random.chance(0.75)) await this.settle(device, random, 12);
    }
  }

  async act({ kind, r }: Act): Promise<void> {
    const random = new Random(r);
    const device = random.pick(this.devices);
    if (!device) return;
    this.edge.time += 1 + random.below(20);
    switch (kind) {
      case "edit": {
        let made = 0;
        for (let tries = 0; tries < 6 && made < 2; tries += 1) {
          const proposal = random.chance(0.85)
            ? this.proposeWork(random, this.sees(device))
            : this.proposeRights(random, this.sees(device));
          if (proposal && (await device.mutate(proposal.name, proposal.args))) made += 1;
        }
        break;
      }
      case "root":
      case "rights":
      case "facts":
      case "policy":
        await this.elsewhere(random, kind);
        break;
      case "follow": {
        const account = random.pick(this.rootSees().rows("account"));
        if (account)
          await device.follow(account.id, random.pick(["open", "open", "pin", "unfollow"] as const) ?? "open");
        break;
      }
      case "clock":
        this.edge.time += random.chance(0.3) ? 40_000 : random.below(3_000);
        break;
      case "pull":
        await this.pull(device, random, chanceOf(random));
        break;
      case "push":
        // A pull follows, also after a push that failed: a stuck write never delays a revocation.
        if ((await this.push(device, random, chanceOf(random), 0.7)) === "failed")
          await this.pull(device, random, noFaults);
        break;
      case "sync":
        await this.settle(device, random, 12, 0.5);
        break;
      case "kill":
        device.skew = random.chance(0.4) ? random.below(10_000) : random.chance(0.2) ? -random.below(10_000) : 0;
        await device.boot();
        break;
      case "flip": {
        const account = random.pick(this.sees(device).rows("account"));
        if (!account) break;
        await device.follow(account.id, "unfollow");
        await this.pull(device, random, { lose: 0, cut: 0.8, twice: 0, kill: 0 });
        await device.follow(account.id, "open");
        break;
      }
      case "revive":
        await this.revive(random, device);
        break;
      case "lapse":
        this.shareSomething(random, device.member);
        await this.settle(device, random, 12);
        this.edge.time += random.below(5_000);
        break;
      case "epoch":
        this.edge.epoch += 1;
        break;
      case "prune":
        if (random.chance(0.6)) this.edge.time += 30_000 + random.below(70_000);
        if (this.edge.bug === "newest_pruned") {
          // Rarely by chance: a silence longer than devices are told from, ended by one that only reads.
          this.edge.time += 200_000;
          await this.settle(device, random, 12);
        }
        if (random.chance(0.3)) await this.elsewhere(random, "root");
        if (random.chance(0.3)) await this.edge.prune(true);
        await this.edge.prune();
        break;
      case "shape":
        this.edge.sql("update meta set v = v + 1 where k = 'shape'");
        break;
    }
    for (const one of this.devices) {
      await one.tick();
      if (kind === "clock" || kind === "lapse" || one === device) this.checkOffline(one);
    }
  }

  /** Quiet: no faults, no acts. Everything that waits is done, and everything that must be held is held. */
  async finish(): Promise<void> {
    this.edge.time += 60_000; // past the skew of any device's clock
    for (const device of this.devices) {
      device.faults = noFaults;
      device.skew = 0;
      await device.boot();
      if (!this.edge.actor(device.member)) continue;
      await this.settle(device, new Random(1), 200);
      const { replica } = device;
      if (replica.table("outbox").size > 0) this.fail("the queue does not drain", device);
      if (replica.table("want").size > 0) this.fail("a key stays wanted", device);
      if (replica.table("ask").size > 0) this.fail("a question stays open", device);
      const expected = mustHold(this.edge.inputs(), device.id, device.member, this.edge.time);
      this.compare(device, expected, null, new Set(), "after quiet");
      if (device.drift > 0) this.fail("a patch found no row", device);
      this.checkAccounts(device);
    }
    await this.drift();
    this.checkHistory();
  }

  /** A device's copy goes wrong by itself: it finds out, mends it, and says so (SYNC-K1). */
  private async drift(): Promise<void> {
    const { random, edge } = this;
    const device = random.pick(this.devices.filter(({ member }) => edge.actor(member)));
    if (device) await this.settle(device, new Random(1), 50); // others' queues drained after its own
    const full = [...(device?.replica.table("keys") ?? [])].filter(([, { rows }]) => rows.size > 0);
    const [h, blob] = random.pick(full) ?? [];
    if (!device || h === undefined || !blob) return;
    const rows = new Map(blob.rows);
    const [id, held] = random.pick([...rows]) ?? [];
    if (id === undefined || !held) return;
    const how = random.pick(["missing", "extra", "changed"] as const);
    if (how === "missing") rows.delete(id);
    else if (how === "changed") rows.set(id, { ...held, row: { ...held.row, createdBy: "drift" } });
    else {
      const more = idOf(random, entities[held.e].kind);
      rows.set(more, { ...held, row: { ...held.row, id: more } });
    }
    await device.disk.write(always([put("keys", h, { ...blob, rows })]));
    await device.boot();
    const where = (): string | undefined => mustHold(edge.inputs(), device.id, device.member, edge.time).get(id)?.key; // by the clock alone it may end, or get a key of its own
    const [before, place] = [edge.drift, where()];
    for (let day = 0; day < limits.checkPart + 1; day += 1) {
      edge.time += limits.checkEveryMs;
      for (let page = 0; page < 20 && (await device.pull()) === "more"; page += 1);
    }
    await device.pull();
    const turned = JSON.stringify(device.replica.table("keys").get(h)?.g) !== JSON.stringify(blob.g);
    if (edge.drift === before && !turned && where() === place) this.fail(`nobody is told of a copy gone wrong (${how})`, device); // prettier-ignore
    const expected = mustHold(edge.inputs(), device.id, device.member, edge.time);
    this.compare(device, expected, null, new Set(), `after drift (${how})`);
  }

  // --- acts

  async elsewhere(random: Random, kind: "root" | "rights" | "facts" | "policy"): Promise<void> {
    if (kind === "policy") return this.edge.publish(randomPolicy(random, (this.policyVersion += 1)));
    if (kind === "facts") {
      const id = random.pick(this.members) ?? "";
      const set = {
        teams: random.some(this.teams, 0.5),
        regions: random.some(this.regions, 0.5),
        employment: random.chance(0.12) ? "suspended" : "active",
      };
      const duties = { base: random.chance(0.5) ? "seller" : "support", duties: random.some(["lead"], 0.4) };
      return this.byRoot([
        random.chance(0.6)
          ? { name: "member.set_facts@1", args: { id, ...set } }
          : { name: "member.assign@1", args: { id, ...duties } },
      ]);
    }
    if (kind === "rights" && random.chance(0.35)) {
      const proposal = random.chance(0.4) ? this.proposeShare(random, this.rootSees()) : null;
      return proposal ? this.byRoot([proposal]) : this.shareSomething(random);
    }
    if (kind === "root" && random.chance(0.2))
      for (let more = 0; more < 4; more += 1) await this.elsewhere(random, random.chance(0.8) ? "root" : "rights");
    const proposal =
      kind === "root" ? this.proposeWork(random, this.rootSees()) : this.proposeRights(random, this.rootSees());
    if (proposal) await this.byRoot([proposal]);
  }
  /** Someone else works on the very thing that this device is about to write, or takes its right away. */
  private async against(random: Random, device: Device): Promise<void> {
    const args = device.replica.unsent(1, 1e9)[0]?.args as
      | { readonly id?: string; readonly anchor?: string }
      | undefined;
    const all = this.rootSees();
    const target = this.edge.inputs().records.get(args?.id ?? "");
    const anchor = target?.row.anchor ?? args?.anchor;
    if (anchor === undefined || random.chance(0.2))
      return this.elsewhere(random, random.pick(["root", "rights", "facts"] as const) ?? "root");
    if (random.chance(0.25) && this.edge.inputs().anchors.get(anchor)?.deleted === false)
      return this.byRoot([{ name: "account.delete@1", args: { id: anchor } }]);
    const record = random.chance(0.5);
    const near: Seen = {
      ...all,
      rows: (entity) =>
        all
          .rows(entity)
          .filter((row) =>
            record && target && entity === target.entity
              ? row.id === target.row.id
              : entity === "stage" || row.anchor === anchor,
          ),
    };
    for (let tries = 0; tries < 8; tries += 1) {
      const proposal = record ? this.proposeWork(random, near) : this.proposeRights(random, near);
      if (proposal && (!record || proposal.args["id"] === args?.id)) return this.byRoot([proposal]);
    }
  }
  private async revive(random: Random, device: Device): Promise<void> {
    const kinds = ["contact", "activity", "opportunity"] as const;
    const held = kinds.flatMap((kind) =>
      this.sees(device)
        .rows(kind)
        .map((row) => ({ kind, id: row.id })),
    );
    const row = random.pick(held);
    if (!row) return;
    const edit = ({ kind, id }: (typeof held)[number]): Proposal => ({
      name: `${kind}.edit@1`,
      args: { id, set: { [kind === "activity" ? "body" : "name"]: `w${random.below(1_000_000)}` } },
    });
    await this.byRoot([...held.filter(({ id }) => id !== row.id).slice(0, 7), row].map(edit));
    await this.pull(device, random, noFaults);
    for (const act of ["delete", "restore"]) {
      await this.byRoot([{ name: `${row.kind}.${act}@1`, args: { id: row.id } }]);
      await this.pull(device, random, noFaults);
    }
  }
  /** `soon`: to this member, and not for long. */
  private shareSomething(random: Random, soon?: string): void {
    const known = random.pick(this.shares);
    if (known !== undefined && !soon && random.chance(0.4)) return this.edge.endShare(known);
    const account = random.pick(this.rootSees().rows("account"));
    if (!account) return;
    const id = `share${this.label}${this.shares.length + 1}`;
    this.shares.push(id);
    const from = random.chance(0.3) ? this.edge.time + random.below(5_000) : null;
    const until = soon || random.chance(0.6) ? this.edge.time + 1 + random.below(soon ? 4_000 : 20_000) : null;
    const to = soon ?? random.pick([...this.members, ...this.teams]) ?? "";
    const kind = random.pick(["contact", "opportunity", "activity", "section", "account"] as const) ?? "contact";
    const record = random.chance(0.6) ? random.pick(this.rootSees().rows(kind)) : undefined;
    if (record) return this.edge.share(id, record.anchor, record.compartment, to, allGroups, from, until, record.id);
    this.edge.share(id, account.id, random.chance(0.6) ? "core" : "sales", to, allGroups, from, until);
  }
  /** Each by a client of its own, as the routes for people without a device do. */
  private async byRoot(proposals: readonly Proposal[]): Promise<void> {
    for (const { name, args } of proposals) {
      const client = `root${this.label}${(this.rootPushes += 1)}`;
      const run = async (edge: Edge): Promise<void> => {
        const actor = edge.actor(this.root);
        if (!actor) throw new Error("root is always active");
        await edge.apply(actor, client, "root", [{ n: 1, name, args, at: edge.time }]);
      };
      this.edge.acts?.push(run);
      await run(this.edge);
    }
  }

  private rootSees(): Seen {
    const records = [...this.edge.inputs().records.values()];
    return {
      rows: (entity) => records.filter((record) => record.entity === entity && !record.deleted).map(({ row }) => row),
      deleted: records.filter(({ deleted }) => deleted).map(({ row }) => row.id),
    };
  }
  sees(device: Device): Seen {
    return {
      rows: (entity) => [...device.replica.records(entity)].sort((a, b) => (a.id < b.id ? -1 : 1)),
      deleted: this.rootSees().deleted,
    };
  }

  private newAccount(random: Random): Proposal {
    const id = idOf(random, "acc");
    const fields = {
      name: `Account ${random.below(1000)}`,
      owner: random.pick(this.members),
      team: random.pick(this.teams),
      region: random.pick(this.regions),
      restricted: random.chance(0.15),
    };
    return { name: "account.create@1", args: { id, anchor: id, fields } };
  }
  proposeWork(random: Random, seen: Seen): Proposal | null {
    const word = (): string => `w${random.below(1_000_000)}`;
    const account = random.pick(seen.rows("account"));
    const kind =
      random.pick(["contact", "contact", "account", "opportunity", "opportunity", "activity", "section"] as const) ??
      "contact";
    const one = random.next();
    if (one < 0.35) {
      if (!account || kind === "account") return one < 0.05 ? this.newAccount(random) : null;
      const id = idOf(random, entities[kind].kind);
      const compartment = kind === "activity" ? { compartment: random.chance(0.5) ? "core" : "sales" } : {};
      const stage = random.pick(seen.rows("stage"));
      const fields: Record<string, unknown> =
        kind === "section"
          ? { title: word(), sectionKind: "shared", group: random.chance(0.5) ? "shared" : "internal" }
          : kind === "opportunity"
            ? {
                name: word(),
                discountPct: random.below(50),
                need: word(),
                ...(stage ? { stage: stage.id, pipeline: stage["pipeline"] } : {}),
              }
            : kind === "contact"
              ? { name: word(), title: word(), mobile: word(), marketingConsent: "given" }
              : { name: word(), body: word(), internalNote: word() };
      return { name: `${kind}.create@1`, args: { id, anchor: account.id, ...compartment, fields } };
    }
    if (one < 0.42) {
      const id = random.pick(seen.deleted);
      const entity = id === undefined ? null : entityOfId(id);
      return id && entity && entity !== "account" ? { name: `${entity}.restore@1`, args: { id } } : null;
    }
    const row = random.pick(seen.rows(kind));
    if (!row) return null;
    if (one < 0.52 && kind !== "account") return { name: `${kind}.delete@1`, args: { id: row.id } };
    if (one < 0.68 && kind === "opportunity") {
      const to = random.pick(seen.rows("stage"));
      return to && row["stage"]
        ? { name: "opportunity.advance@1", args: { id: row.id, from: row["stage"], to: to.id } }
        : null;
    }
    const choices = {
      contact: ["name", "title", "mobile"],
      account: ["name", "industry", "paymentTerms", "internalNote"],
      opportunity: ["name", "nextAction", "need", "discountPct"],
      activity: ["body", "internalNote", "outcome"],
      section: ["title"],
    } as const;
    const names = random.some<string>(choices[kind], 0.6);
    if (names.length === 0) return null;
    const set = Object.fromEntries(names.map((name) => [name, name === "discountPct" ? random.below(50) : word()]));
    const shown = names.filter((name) => row[name] !== undefined);
    return {
      name: `${kind}.edit@1`,
      args: {
        id: row.id,
        set,
        ...(random.chance(0.5) ? { seen: Object.fromEntries(shown.map((name) => [name, row[name]])) } : {}),
      },
    };
  }
  /** A record is let see by name, or no longer, by the product's own act. */
  private proposeShare(random: Random, seen: Seen): Proposal | null {
    const kind = random.pick(["contact", "opportunity", "activity", "section", "account"] as const) ?? "contact";
    const record = random.pick(seen.rows(kind))?.id;
    const to = random.pick([...this.members, ...this.teams]);
    if (record === undefined) return null;
    const known = this.edge
      .inputs()
      .shares.filter((share) => share.record && !share.ended && !share.id.startsWith("share"));
    const old = random.chance(0.4) ? random.pick(known) : undefined;
    if (old) return { name: "share.end@1", args: { record: old.record, to: old.to } };
    const until = random.chance(0.8) ? { until: this.edge.time + 1 + random.below(8_000) } : {};
    return { name: "record.share@1", args: { record, to, ...until } };
  }
  private proposeRights(random: Random, seen: Seen): Proposal | null {
    if (random.chance(0.12)) return this.proposeShare(random, seen);
    const account = random.pick(seen.rows("account"));
    const one = random.next();
    if (one < 0.07) {
      const id = random.pick(seen.deleted.filter((deleted) => entityOfId(deleted) === "account"));
      return id ? { name: "account.restore@1", args: { id } } : null;
    }
    if (!account) return null;
    if (one < 0.14) return { name: "account.delete@1", args: { id: account.id } };
    if (one < 0.45) {
      const place = {
        ...(random.chance(0.5) ? { team: random.pick(this.teams) } : {}),
        ...(random.chance(0.5) ? { region: random.pick(this.regions) } : {}),
      };
      return {
        name: "account.reassign@1",
        args: { id: account.id, from: account["owner"] ?? null, to: random.pick(this.members), ...place },
      };
    }
    if (one < 0.55)
      return { name: "account.restrict@1", args: { id: account.id, restricted: account["restricted"] !== true } };
    const teamRow = random.pick(seen.rows("account_team"));
    if (one < 0.68 && teamRow) return { name: "account_team.delete@1", args: { id: teamRow.id } };
    const from = random.chance(0.3) ? { from: this.edge.time + random.below(4_000) } : {};
    const until = random.chance(0.6) ? { until: this.edge.time + 1 + random.below(15_000) } : {};
    return {
      name: "account_team.create@1",
      args: {
        id: idOf(random, "atm"),
        anchor: account.id,
        fields: { member: random.pick(this.members), role: "helper", ...from, ...until },
      },
    };
  }

  // --- traffic

  private async pull(device: Device, random: Random, faults: Faults): Promise<"more" | "done" | "failed" | "killed"> {
    device.faults = faults;
    device.page = null;
    if (random.chance(faults.lose > 0 ? 0.15 : 0))
      device.onActBetween = () =>
        this.elsewhere(random, random.pick(["root", "root", "rights", "facts"] as const) ?? "root");
    const before = { cursor: device.replica.sync.cursor, seen: device.replica.sync.seen };
    const outbox = new Map(device.replica.table("outbox"));
    const result = await device.pull();
    device.onActBetween = null;
    this.stats.pulls += 1;
    const page = device.page as PageSeen | null; // set by the stream while it ran
    if (page) await this.checkReset(device, before.cursor, page);
    if (page && page.delivered > 0) await this.checkPage(device, page, result);
    await this.checkCursor(device, before.cursor, page);
    this.checkLeft(device, outbox, page, result);
    return result;
  }
  /** `raced`: how often someone else acts between the push's reading and its writing. */
  private async push(
    device: Device,
    random: Random,
    faults: Faults,
    raced: number,
  ): Promise<"more" | "done" | "failed" | "killed"> {
    device.faults = faults;
    if (random.chance(raced) && device.replica.unsent(1, 1e9).length > 0)
      this.edge.race = () => this.against(random, device);
    const outbox = new Map(device.replica.table("outbox"));
    const result = await device.push();
    this.edge.race = null;
    this.stats.pushes += 1;
    this.checkLeft(device, outbox, null, result);
    return result;
  }
  private async settle(device: Device, random: Random, rounds: number, raced = 0): Promise<void> {
    for (let round = 0; round < rounds; round += 1) {
      const pushed = await this.push(device, random, noFaults, raced);
      const pulled = await this.pull(device, random, noFaults);
      const { replica } = device;
      const waits =
        replica.unsent(1, 1e9).length > 0 ||
        replica.table("want").size > 0 ||
        replica.table("ask").size > 0 ||
        replica.table("outbox").size > 0;
      if (pushed === "done" && pulled === "done" && !waits) return;
      if (pulled === "failed" && !this.edge.actor(device.member)) return;
    }
  }

  // --- checks

  private fail(what: string, device: Device, more = ""): never {
    throw new Violation(`${what} (${device.id}${more === "" ? "" : `: ${more}`})`);
  }
  private async checkPage(
    device: Device,
    page: PageSeen,
    result: "more" | "done" | "failed" | "killed",
  ): Promise<void> {
    const whole = result === "more" || result === "done";
    const removals = page.lines.findIndex((line) => !isRemoval(line));
    // All removals come first: once anything else has come, nothing that the page's instant forbids is held.
    if (!whole) device.complete = null; // a page that was stored just before the power went counts as well
    if (!whole && (page.delivered <= removals || result === "killed")) return;
    const last = page.lines.at(-1);
    const full = whole && last?.t === "page" && last.lmid !== null && !page.earlier;
    const wanted = new Set((await this.edge.keysOf(device.id, device.replica.table("want").keys())).values());
    // Its own timer may have dropped what ends within the skew of its clock; that comes back by `ask`.
    for (const key of (await this.edge.keysOf(device.id, device.replica.table("ask").keys())).values()) wanted.add(key);
    this.compare(
      device,
      page.expected,
      page.earlier,
      full ? wanted : null,
      whole ? "after a page" : "after a broken-off page",
    );
    if (whole) device.complete = full ? page : null;
    if (device.drift > 0) this.fail("a patch found no row", device);
  }

  /** Nothing forbidden is held; and where `unless` is given, everything else is, with its values, but for those keys. */
  private compare(
    device: Device,
    expected: ReadonlyMap<string, Expected>,
    also: ReadonlyMap<string, Expected> | null,
    unless: ReadonlySet<string> | null,
    when: string,
  ): void {
    this.stats.comparisons += 1;
    for (const [, blob] of device.replica.table("keys")) {
      for (const [id, { row }] of blob.rows) {
        const allowed = expected.get(id);
        const other = also?.get(id);
        if (!allowed && !other) this.fail(`a forbidden record is held ${when}`, device, id);
        for (const name of Object.keys(row))
          if (!(name in (allowed?.fields ?? {})) && !(name in (other?.fields ?? {})))
            this.fail(`a forbidden field is held ${when}`, device, `${id} ${name}`);
      }
    }
    if (!unless) return;
    for (const [id, { key, fields }] of expected) {
      if (unless.has(key)) continue;
      const row = device.replica.confirmed(id)?.row;
      if (!row) this.fail(`a record is missing ${when}`, device, id);
      const wrong = Object.keys(fields).filter((name) => JSON.stringify(row[name]) !== JSON.stringify(fields[name]));
      if (wrong.length > 0)
        this.fail(
          `a field differs ${when}`,
          device,
          `${id} ${wrong.join()} ${JSON.stringify(wrong.map((name) => [row[name], fields[name]]))}`,
        );
    }
  }

  /** Without a network each group stays until its end and not longer, by the rules as they were at the last page. */
  private checkOffline(device: Device): void {
    const page = device.complete;
    if (!page || device.skew !== 0) return;
    const now = device.clock.now();
    if (now < page.at) return;
    const then = mustHold(page.inputs, device.id, device.member, now, page.at);
    this.stats.comparisons += 1;
    for (const [, blob] of device.replica.table("keys")) {
      for (const [id, { row }] of blob.rows) {
        const allowed = then.get(id);
        if (!allowed) this.fail("a record is held beyond its end", device, id);
        for (const name of Object.keys(row))
          if (!(name in allowed.fields)) this.fail("a field is held beyond its end", device, `${id} ${name}`);
      }
    }
  }

  /** A device starts anew for reasons that have nothing to do with how busy others are (SYNC-T6). */
  private async checkReset(device: Device, before: string | null, page: PageSeen): Promise<void> {
    const opened = before === null ? null : await this.edge.cursor(device.id, before);
    if (!opened) return;
    const shape = Number(this.edge.sql("select v from meta where k = 'shape'")[0]?.["v"]);
    const due = opened.epoch !== this.edge.epoch || opened.shape !== shape || opened.tp < this.edge.time - limits.hotMs;
    const told = page.lines.some((line) => line.t === "reset");
    if (due !== told && this.edge.bug !== "no_reset")
      this.fail(due ? "a cursor below the floor goes on" : "a reset without a reason", device);
  }

  private async checkCursor(device: Device, before: string | null, page: PageSeen | null): Promise<void> {
    const { cursor } = device.replica.sync;
    if (cursor === null || cursor === before) return;
    const opened = await this.edge.cursor(device.id, cursor);
    if (!opened) this.fail("a cursor that its cell can't read", device);
    const known = this.cursors.get(device.id);
    const anew = before === null || page?.lines.some((line) => line.t === "reset");
    if (known && !anew && (opened.p < known.p || opened.a < known.a || opened.t < known.t))
      this.fail("the cursor went back", device);
    this.cursors.set(device.id, opened);
  }

  /** An entry leaves the outbox only with a complete page whose watermark passes it. */
  private checkLeft(
    device: Device,
    before: ReadonlyMap<string, { readonly client: string; readonly n: number }>,
    page: PageSeen | null,
    result: string,
  ): void {
    const last = page?.lines.at(-1);
    const passed = last?.t === "page" && page?.delivered === page?.lines.length ? (last.lmid ?? 0) : 0;
    this.lastPassed.set(device, Math.max(passed, this.lastPassed.get(device) ?? 0));
    const { replica } = device;
    for (const [key, entry] of before) {
      if (replica.table("outbox").has(key)) continue;
      const renewed = entry.client !== replica.client?.id;
      if (!renewed && entry.n > passed)
        this.fail("an entry left the queue without its page", device, `${key} ${result}`);
    }
  }

  judge({ actor, client, answer, writes }: PushedAt): void {
    for (const result of answer.results) {
      const key = `${client}:${result.n}`;
      if (!this.decided.has(key)) this.decided.set(key, result.ok ? "ok" : "refused");
      else if (this.decided.get(key) !== (result.ok ? "ok" : "refused"))
        throw new Violation(`a replayed mutation answers otherwise (${key})`);
    }
    if (writes.length === 0) return;
    this.checkRight(actor.member, writes);
  }
  /**
   * Every write has its right in the state in which it was committed: the present tables, with this push taken back. What
   * is deleted ends the shares that it is the cause of, so those were still there.
   */
  private checkRight(member: string, writes: PushedAt["writes"]): void {
    if (member === this.root) return;
    const inputs = this.edge.inputs();
    const facts = inputs.members.get(member);
    if (!facts || facts.employment !== "active") throw new Violation(`a write of someone who is out (${member})`);
    if (writes.some(movesRights)) return; // judged on a state that this push has replaced
    const gone = new Set(writes.flatMap((write) => (write.op === "delete" ? [write.id] : [])));
    const shares = inputs.shares.map((share) =>
      share.endedAt === this.edge.time && gone.has(share.cause) ? { ...share, ended: false } : share,
    );
    for (const write of writes) {
      const place = placeFor({ ...inputs, shares }, facts, write.after.anchor);
      if (!place) throw new Violation(`a write under an account that is not there (${write.id})`);
      const state = (row: Row): State => ({ compartment: row.compartment, place, row });
      const acts: readonly Action[] =
        write.op === "create"
          ? ["create"]
          : write.op === "delete"
            ? ["delete"]
            : write.op === "restore"
              ? ["restore"]
              : write.changed.includes("stage")
                ? ["advance", "edit"]
                : ["edit"];
      const may = acts.some(
        (action) =>
        writable(
          { policy: inputs.policy, facts, entity: write.entity, compartment: write.after.compartment, place, at: this.edge.time, row: write.before ?? write.after },
          action, write.before && state(write.before), state(write.after), write.changed,
        ), // prettier-ignore
      );
      if (!may)
        throw new Violation(`a write without its right (${member} ${write.op} ${write.id} ${write.changed.join()})`);
    }
  }

  /** Every mutation that was made has exactly one effect or one card. */
  private checkAccounts(device: Device): void {
    const cards = new Set(device.replica.table("attention").keys());
    let known = 0;
    for (const [key, decision] of this.decided) {
      const cut = key.lastIndexOf(":");
      const [client, n] = [key.slice(0, cut), Number(key.slice(cut + 1))];
      if (!device.names.includes(client)) continue;
      known += 1;
      const card = cards.has(`${client}:${String(n).padStart(12, "0")}`);
      if (decision === "refused" && !card) this.fail("a refused mutation has no card", device, key);
      if (decision === "ok" && card && device.names.length === 1)
        this.fail("a mutation with effect has a card", device, key);
    }
    if (device.names.length === 1 && known !== device.made)
      this.fail("a mutation vanished", device, `${known} of ${device.made}`);
    const marks = this.edge.sql("select id, n from client where device = ?", device.id);
    const most = marks.reduce((sum, row) => sum + Number(row["n"]), 0);
    if (most > device.made) this.fail("a mutation took effect twice", device, `${most} of ${device.made}`);
  }

  /**
   * Each change begins where the one before it ended: no write was planned on a state that had moved on. A share that
   * ended, by hand or by the clock, may have been swept since, and then begins anew.
   */
  private checkHistory(): void {
    const values = new Map<string, Record<string, unknown>>();
    for (const row of this.edge.sql(
      "select entity, record, op, at, patch from change where patch is not null or entity = 'share' order by seq",
    )) {
      const record = String(row["record"]);
      const last = values.get(record) ?? {};
      const { until } = last;
      const over =
        row["op"] === "del" || (row["op"] === "in" && typeof until === "number" && until <= Number(row["at"]));
      const known = row["entity"] === "share" && over ? {} : last;
      const patch = JSON.parse(String(row["patch"] ?? "{}")) as Record<string, readonly [unknown, unknown]>;
      for (const [name, [before, after]] of Object.entries(patch)) {
        if (name in known && JSON.stringify(known[name]) !== JSON.stringify(before))
          throw new Violation(`a write on a state that had moved on (${record} ${name})`);
        known[name] = after;
      }
      values.set(record, known);
    }
  }
}

const isRemoval = (line: PullLine): boolean =>
  line.t === "reset" || line.t === "rights" || line.t === "gone" || line.t === "moved";
const movesRights = (write: PushedAt["writes"][number]): boolean =>
  write.entity === "account_team" ||
  (write.entity === "account" &&
    (write.op !== "edit" || write.changed.some((name) => ["owner", "team", "region", "restricted"].includes(name))));
/** Half of the time the network is fair. */
function chanceOf(random: Random): Faults {
  return random.chance(0.4)
    ? { lose: 0, cut: 0, twice: 0, kill: 0 }
    : { lose: 0.18, cut: 0.25, twice: 0.15, kill: 0.12 };
}
