/**
 * ACCESS-3 by comparison: two worlds that differ only in what a member cannot see give that member's devices the same
 * bytes. Both run the same acts; the second one runs more: each is done, looked at with the member's own eyes, now and
 * at every instant at which a right of theirs begins or ends, and taken back if it shows. What the member then asks for
 * is answered by both, and must be equal but for sealed texts, which are only as long.
 */
import { readable, holdable, allowed } from "../policy/oracle.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { compartments } from "../../shared/records/compartments.ts";
import { entities, entitiesAt, entityOfId, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Group } from "../../shared/records/groups.ts";
import type { Place } from "../../shared/access/engine.ts";
import type { Field } from "../../shared/records/field.ts";
import type { PullLine } from "../../shared/sync/protocol.ts";
import { namesOf } from "../../worker/db/lent.ts";
import type { Announcement } from "../../worker/sync/push.ts";
import { noFaults, type Device, type PageSeen } from "./device.ts";
import { cell, type Edge } from "./edge.ts";
import { SimHub } from "./hub.ts";
import { isFollowed, maskedOf, orderOf, placeFor, type Inputs } from "./oracle.ts";
import { Random } from "./random.ts";
import { shorten, type Failure, type Outcome } from "./simulate.ts";
import { Violation, World, type Act, type Stats } from "./world.ts";

interface PairStats extends Stats {
  /** Acts in the second world alone that its member could not see. */
  hidden: number;
}
const weights = { hidden: 40, common: 20, edit: 8, follow: 5, clock: 6, pull: 20, push: 8 } as const;
type Kind = keyof typeof weights;
const actsPerPair = 60;

function planPair(seed: number): Act[] {
  const random = new Random(seed ^ 0x2f6e2b1);
  const total = Object.values(weights).reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: actsPerPair }, () => {
    let left = random.next() * total;
    const kind = (Object.keys(weights) as Kind[]).find((name) => (left -= weights[name]) < 0) ?? "pull";
    return { kind, r: Math.floor(random.next() * 2 ** 32) } as unknown as Act;
  });
}

class Pair {
  readonly stats: PairStats = { pulls: 0, pushes: 0, comparisons: 0, hidden: 0 };
  private readonly left: World;
  private readonly right: World;
  private readonly hubs: readonly Ear[];
  private readonly seed: number;
  /** Devices are never full. The hub does not count places: near the cap it pokes by what it last knew (docs/deltas.md). */
  private readonly roomy: boolean;

  constructor(seed: number, bug?: string) {
    this.seed = seed;
    const secret = btoa(String.fromCharCode(...new Random(seed).bytes(32)))
      .replaceAll("+", "-")
      .replaceAll("/", "_");
    this.left = new World(seed, bug, "", secret);
    this.right = new World(seed, bug, "b", secret);
    this.roomy = seed % 4 !== 3;
    if (this.roomy) Object.assign(limits, { followAccounts: 5_000, followAccountsWide: 500, followRecent: 200, followPinned: 100 }); // prettier-ignore
    // Each pair has days of its own: the hub remembers a policy by its number and instant.
    for (const { edge } of this.both) edge.time += seed * 1_000_000;
    this.hubs = this.both.map(({ edge }) => new Ear(edge, bug));
    Date.now = () => this.left.edge.time; // the hub's clock
  }
  private get both(): readonly World[] {
    return [this.left, this.right];
  }
  async start(): Promise<void> {
    for (const world of this.both) await world.start();
    for (const [index, ear] of this.hubs.entries()) await ear.open(this.both[index]?.devices ?? []);
    if (!this.alike()) throw new Error("the worlds do not begin alike");
  }
  close(): void {
    Date.now = wallClock;
    for (const world of this.both) world.edge.d1.sqlite.close();
    for (const ear of this.hubs) ear.close();
  }
  /** What was done is told, and the clock has moved: the devices of this member hear the same. */
  private async listen(): Promise<void> {
    let anew = false;
    for (const ear of this.hubs) anew = (await ear.listen()) || anew;
    const heard = this.hubs.map((ear) => `${ear.heard().join()} pokes, pair ${this.seed}`);
    if (this.roomy) this.compare("a poke tells of what is hidden", heard);
    // A policy or own facts are poked without a comparison (docs/deltas.md): a device pulls at that, as it does.
    if (anew) for (let pages = 20; pages > 0 && (await this.pull(0));) pages -= 1;
  }

  async act({ kind, r }: { readonly kind: string; readonly r: number }): Promise<void> {
    const random = new Random(r);
    const step = 1 + random.below(20);
    for (const world of this.both) world.edge.time += step;
    await this.listen();
    switch (kind as Kind) {
      case "hidden": {
        const one = random.pick(["root", "root", "root", "rights", "rights", "facts"] as const) ?? "root";
        this.right.edge.hold();
        await this.right.elsewhere(random, one);
        this.number();
        const hidden = this.alike();
        this.right.edge.settle(hidden);
        if (!hidden) for (const ear of this.hubs) ear.unheard();
        if (hidden) this.stats.hidden += 1;
        break;
      }
      case "common": {
        const one = random.pick(["root", "root", "root", "rights", "rights", "facts", "policy"] as const) ?? "root";
        await this.common((world) => world.elsewhere(random, one));
        break;
      }
      case "edit": {
        const device = this.left.devices[0];
        const proposal = device && this.left.proposeWork(random, this.left.sees(device));
        if (proposal) for (const world of this.both) await world.devices[0]?.mutate(proposal.name, proposal.args);
        break;
      }
      case "follow": {
        const account = random.pick(accountsOf(this.left.edge.inputs()));
        const choice = random.pick(["open", "open", "pin", "unfollow"] as const) ?? "open";
        if (account) for (const world of this.both) await world.devices[0]?.follow(account, choice);
        break;
      }
      case "clock": {
        const far = random.chance(0.3) ? 40_000 : random.below(3_000);
        for (const world of this.both) world.edge.time += far;
        break;
      }
      case "pull":
        for (let pages = random.chance(0.4) ? 12 : 1; pages > 0; pages -= 1)
          if (!(await this.pull(random.chance(0.2) ? 0.6 : 0))) break;
        break;
      case "push":
        await this.push();
        break;
    }
    await this.listen();
    for (const world of this.both) for (const device of world.devices) await device.tick();
  }
  async finish(): Promise<void> {
    for (let round = 0; round < 30; round += 1) {
      await this.push();
      if (!(await this.pull(0)) && round > 2) return;
    }
  }

  /**
   * Anchors of both have the same numbers, and with them the same handles: which keys a device samples for a digest goes
   * by the order of handles, which is chance, and would differ here though it tells nothing.
   */
  private number(): void {
    const known = new Map(
      this.left.edge.sql("select id, no from anchor").map(({ id, no }) => [String(id), Number(no)]),
    );
    const { edge } = this.right;
    const wrong = edge.sql("select id, no from anchor").filter(({ id, no }) => known.get(String(id)) !== no && Number(no) < apart); // prettier-ignore
    for (const { id } of wrong) edge.sql("update anchor set no = no + ? where id = ?", apart, String(id));
    for (const { id } of wrong) edge.sql("update anchor set no = ? where id = ?", known.get(String(id)) ?? nextApart(), String(id)); // prettier-ignore
  }
  /** The same in both; taken back if they would differ to the member's eyes afterwards. */
  private async common(act: (world: World) => Promise<void>): Promise<void> {
    const acts: NonNullable<Edge["acts"]> = [];
    const { left, right } = this;
    for (const { edge } of this.both) edge.hold();
    left.edge.acts = acts;
    await act(left);
    left.edge.acts = null;
    for (const one of acts) await one(right.edge);
    this.number();
    const alike = this.alike();
    for (const { edge } of this.both) edge.settle(alike);
    if (!alike) for (const ear of this.hubs) ear.unheard();
  }

  private async pull(cut: number, index = 0): Promise<boolean> {
    const asked = await Promise.all(
      this.both.map(async (world, side) => {
        const device = theirs(world, index);
        const ear = this.hubs[side];
        const { replica } = device;
        const waits = (): boolean => (["want", "ask", "follow", "outbox"] as const).some((table) => replica.table(table).size > 0); // prettier-ignore
        const unasked = !waits() && ear?.isSilent(device);
        device.faults = { ...noFaults, cut };
        device.page = null;
        const result = await device.pull();
        const page = device.page as PageSeen | null; // set by the stream while it ran
        const brought = (page?.lines ?? []).filter((line) => line.t !== "page");
        if (unasked && this.roomy && brought.length > 0)
          throw new Violation(
            `a change came without a poke (${device.id}: ${JSON.stringify(brought[0]).slice(0, 200)})`,
          );
        ear?.settle(device, result === "done" && !waits());
        return { result, lines: await plain(world.edge, device, page?.lines ?? []) };
      }),
    );
    this.stats.pulls += 1;
    this.compare(
      "a pull is answered otherwise",
      asked.map((one) => JSON.stringify(one, null, 1)),
    );
    return asked[0]?.result === "more";
  }
  private async push(): Promise<void> {
    const answers: string[] = [];
    for (const world of this.both) {
      const told: unknown[] = [];
      world.edge.onPush = ({ answer }) => told.push(answer);
      const result = await theirs(world).push();
      world.edge.onPush = null;
      answers.push(JSON.stringify([result, told], null, 1));
    }
    this.stats.pushes += 1;
    this.compare("a push is answered otherwise", answers);
    if (!this.alike()) throw new Parted();
  }
  private compare(what: string, [left = "", right = ""]: readonly string[]): void {
    this.stats.comparisons += 1;
    if (left === right) return;
    const [a, b] = [left.split("\n"), right.split("\n")];
    const at = a.findIndex((line, index) => line !== b[index]);
    throw new Violation(
      `${what} (${a.slice(Math.max(0, at - 4), at + 3).join("")} <> ${b.slice(Math.max(0, at - 4), at + 3).join("")})`,
    );
  }

  // --- with the member's eyes

  /** The member may know the same of both, now and at each instant at which an interval of theirs begins or ends. */
  private alike(): boolean {
    const turns = new Set(this.both.flatMap((world) => turnsOf(world)));
    for (const at of [this.left.edge.time, ...turns]) {
      const [left, right] = this.both.map(({ edge, devices }) => look(edge, edge.inputs(), devices[0], at));
      if (left !== right) return false;
    }
    return true;
  }
}
const wallClock = Date.now.bind(Date);

/** The hub of one world, with the poke sockets of the member's devices. */
class Ear {
  private readonly hub: SimHub;
  private readonly edge: Edge;
  private told: { what: Announcement; from: string | null }[] = [];
  private readonly sockets = new Map<string, () => number>();
  private member = "";
  /** What each device had heard when it was last up to date. */
  private readonly settled = new Map<string, number>();

  constructor(edge: Edge, bug?: string) {
    this.edge = edge;
    this.hub = new SimHub(edge.d1, cell, bug);
    edge.onInterest = (device, told) => this.hub.interest(device, told);
    edge.onAnnounce = (what, from) => this.told.push({ what, from });
  }
  async open(devices: readonly Device[]): Promise<void> {
    this.member = devices[0]?.member ?? "";
    const mine = devices.slice(0, 1); // another device of the member follows by choices of its own
    for (const { id, member } of mine) {
      const facts = this.edge.inputs().members.get(member);
      const teams = facts ? namesOf(facts).slice(1) : [];
      this.sockets.set(id, this.hub.connect({ device: `${member}/${id}`, member, session: "s", teams }));
    }
    this.unheard();
    await this.hub.turn(this.edge.time);
  }
  unheard(): void {
    this.told = [];
  }
  /** True: the member's rights are all to be looked at anew. */
  async listen(): Promise<boolean> {
    const told = this.told.splice(0);
    for (const { what, from } of told) await this.hub.announce(what, from);
    await this.hub.turn(this.edge.time);
    return told.some(({ what }) => what.everyone || what.rights.members.includes(this.member));
  }
  heard(): number[] {
    return [...this.sockets.values()].map((count) => count());
  }
  /** Nothing was said to this device since it was up to date, and nothing is on its way. */
  isSilent({ id, member }: Device): boolean {
    const heard = this.sockets.get(id)?.() ?? 0;
    return this.settled.get(id) === heard && !this.hub.owes(`${member}/${id}`);
  }
  settle({ id }: Device, upToDate: boolean): void {
    if (upToDate) this.settled.set(id, this.sockets.get(id)?.() ?? 0);
    else this.settled.delete(id);
  }
  close(): void {
    this.hub.close();
  }
}
function turnsOf({ edge, devices }: World): number[] {
  const inputs = edge.inputs();
  const facts = inputs.members.get(devices[0]?.member ?? "");
  const names = [facts?.member ?? "", ...(facts?.teams ?? [])];
  const intervals = [
    ...inputs.shares.filter((share) => !share.ended && names.includes(share.to)),
    ...[...inputs.records.values()]
      .filter(({ entity, row, deleted }) => entity === "account_team" && !deleted && row["member"] === facts?.member)
      .map(({ row }) => ({ from: row["from"] as number | null, until: row["until"] as number | null })),
  ];
  return intervals
    .flatMap(({ from, until }) => [from, until])
    .filter((at) => at !== null && at > edge.time) as number[];
}
const apart = 1_000_000_000;
let lastApart = 2 * apart;
const nextApart = (): number => (lastApart += 1);

/** The member's own act had another effect in one of the worlds: what was compared until then counts. */
class Parted extends Error {}

const theirs = (world: World, index = 0): Device => {
  const device = world.devices[index];
  if (!device) throw new Error("a world without devices");
  return device;
};
const accountsOf = (inputs: Inputs): string[] =>
  [...inputs.records.values()].filter(({ entity }) => entity === "account").map(({ row }) => row.id);

const doing = ["create", "edit", "delete", "restore", "advance"] as const;

/** All that the member may know at an instant: rights, records, and what was done to them. */
function look(edge: Edge, inputs: Inputs, device: Device | undefined, at: number): string {
  const facts = inputs.members.get(device?.member ?? "");
  if (!device || !facts || facts.employment !== "active") return "out";
  const who = `${inputs.policy.version} ${JSON.stringify(facts)}`;
  const places = new Map<string, { readonly place: Place; readonly text: string }>();
  const lines: string[] = [];
  for (const anchor of inputs.anchors.values()) {
    const now = placeFor(inputs, facts, anchor.id);
    if (!now) continue;
    const live = (x: Interval): boolean => (x.from === null || x.from <= at) && (x.until === null || at < x.until);
    const place = { ...now, accountTeam: now.accountTeam.filter(live), shares: now.shares.filter(live) };
    const { owner, team, region, restricted } = anchor;
    const shares = place.shares.map(({ compartment, record, groups, recipe, to }) => [compartment, record, groups, recipe, to]); // prettier-ignore
    const follows = isFollowed(inputs, device.id, facts, place, at, null);
    const text = `${who} ${JSON.stringify([anchor.id, owner, team, region, restricted, shares, place.accountTeam.length > 0, follows])}`; // prettier-ignore
    places.set(anchor.id, { place, text });
    const rights = known(text, () => rightsIn({ policy: inputs.policy, facts, place, at }, follows));
    lines.push(rights);
    // How one stands to an account of which one sees something: places on the device go by it.
    if (rights !== "") lines.push(`${anchor.id} ${orderOf(inputs, device.id, facts, place, anchor.no, at)?.[0]}`);
  }
  const seen = new Map<string, Seen>();
  const all = [...inputs.records.values()].sort((a, b) => (a.row.id < b.row.id ? -1 : 1));
  for (const { entity, row, deleted } of all) {
    const found = places.get(row.anchor);
    if (!found) continue;
    const { place, text } = found;
    const about = `${text} ${deleted} ${JSON.stringify(row)}`;
    const asked = { policy: inputs.policy, facts, entity, compartment: row.compartment, place, at, row: null, record: row.id }; // prettier-ignore
    const follows = isFollowed(inputs, device.id, facts, place, at, row.id);
    const sight = knownRecord(`${about} ${follows}`, () => {
      const read = readable(asked);
      const gate = "group" in entities[entity].fields ? row["group"] : null;
      if (read.size === 0 || (typeof gate === "string" && !read.has(gate as Group))) return null;
      const held = follows ? [...holdable(asked)].sort().join() : "";
      const may = doing.map((action) => [...allowed({ ...asked, row }, action)].sort().join());
      const shown = JSON.stringify({ ...fieldsOf(entity, row, read), ...maskedOf(inputs.policy, entity, row, read) });
      return { read, line: `${row.id} ${deleted} ${held} ${may.join(" ")} ${shown}` };
    });
    if (!sight) continue;
    seen.set(row.id, sight);
    lines.push(sight.line);
  }
  for (const change of edge.sql("select record, entity, op, patch from change order by seq")) {
    const sight = seen.get(String(change["record"]));
    if (!sight) continue;
    const fields: Record<string, Field> = entities[String(change["entity"]) as EntityName].fields;
    const patch = Object.entries(JSON.parse(String(change["patch"] ?? "{}")) as Record<string, unknown>);
    const shown = patch.filter(([name]) => sight.read.has(fields[name]?.group as Group));
    const side = (at: 0 | 1): string => {
      const row = Object.fromEntries(patch.map(([name, sides]) => [name, (sides as unknown[])[at] ?? null]));
      const told = maskedOf(inputs.policy, change["entity"] as EntityName, row, sight.read);
      return JSON.stringify(Object.entries(told).filter(([name]) => name.slice(0, name.indexOf("_")) in row));
    };
    if (side(0) !== side(1)) shown.push([side(0), side(1)]);
    if (change["op"] !== "edit" || shown.length > 0)
      lines.push(`${String(change["record"])} ${String(change["op"])} ${JSON.stringify(shown)}`);
  }
  return lines.join("\n");
}
interface Interval {
  readonly from: number | null;
  readonly until: number | null;
}
/** What may be read, held and done of each kind of record in each key of an anchor. */
function rightsIn(who: Pick<Asked, "policy" | "facts" | "place" | "at">, follows: boolean): string {
  const lines: string[] = [];
  const { anchor } = who.place;
  for (const compartment of compartments) {
    for (const entity of entitiesAt(anchor.id, compartment)) {
      const asked = { ...who, entity, compartment, row: null };
      const read = readable(asked);
      if (read.size === 0) continue;
      const held = follows ? [...holdable(asked)].sort() : [];
      const may = doing.map((action) => [...allowed(asked, action)].sort().join());
      lines.push(`${anchor.id}|${compartment} ${entity}: ${[...read].sort().join()} ${held.join()} ${may.join(" ")}`);
    }
  }
  // What is let in by name is told by its name, whatever of it can be seen.
  for (const { record, compartment } of who.place.shares) {
    const entity = record ? entityOfId(record) : null;
    const read = record && entity ? readable({ ...who, entity, compartment, row: null, record }) : null;
    if (read) lines.push(`${record}: ${[...read].sort().join()}`);
  }
  return lines.join("\n");
}
type Asked = Parameters<typeof readable>[0];
interface Seen {
  readonly read: ReadonlySet<Group>;
  readonly line: string;
}
/** Both worlds ask the same of mostly the same things, act after act. */
const remembered = <T>(): ((name: string, make: () => T) => T) => {
  const answers = new Map<string, T>();
  return (name, make) => {
    if (answers.has(name)) return answers.get(name) as T;
    if (answers.size > 20_000) answers.clear();
    const answer = make();
    answers.set(name, answer);
    return answer;
  };
};
const known = remembered<string>();
const knownRecord = remembered<Seen | null>();

const fieldsOf = (entity: EntityName, row: Row, read: ReadonlySet<Group>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries<Field>(entities[entity].fields).flatMap(([name, { group }]) =>
      read.has(group) ? [[name, row[name]]] : [],
    ),
  );

/** What is random or sealed is written as what it stands for, or as its length. */
async function plain(edge: Edge, device: Device, lines: readonly PullLine[]): Promise<unknown[]> {
  const last = lines.at(-1);
  const checks = Object.entries((last?.t === "page" && last.checks) || {});
  const handles = lines.flatMap((line) => ("h" in line ? [line.h] : []));
  const keys = await edge.keysOf(device.id, [...handles, ...checks.map(([h]) => h)]);
  const checked = checks.map(([h, digest]) => `${keys.get(h)} ${JSON.stringify(digest)}`).sort();
  return lines.map((line) => {
    if ("h" in line) return { ...line, h: `${line.h.length} ${keys.get(line.h)}` };
    return line.t === "page" ? { ...line, cursor: line.cursor.length, checks: checked } : line;
  });
}

interface PairOutcome extends Outcome {
  readonly stats: PairStats;
}
async function runPairActs(seed: number, acts: readonly Act[], bug?: string): Promise<PairOutcome> {
  const pair = new Pair(seed, bug);
  try {
    await pair.start();
    for (const act of acts) await pair.act(act);
    await pair.finish();
    return { seed, stats: pair.stats, violation: null };
  } catch (error) {
    if (error instanceof Parted) return { seed, stats: pair.stats, violation: null };
    if (!(error instanceof Violation)) throw new Error(`pair ${seed}`, { cause: error });
    return { seed, stats: pair.stats, violation: error.message };
  } finally {
    pair.close();
  }
}
export const runPair = (seed: number, bug?: string): Promise<PairOutcome> => runPairActs(seed, planPair(seed), bug);
export const shrinkPair = (seed: number, bug?: string): Promise<Failure> =>
  shorten(runPairActs, seed, planPair(seed), bug);
