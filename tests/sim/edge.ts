/** One cell of the edge: the worker's own pull, push and commit over SQLite, with the world's clock and members. */
import "./quick-crypto.ts";
import { bind, type Bound, type Facts } from "../../shared/access/engine.ts";
import { orgAnchor } from "../../shared/kernel/id.ts";
import type { Policy } from "../../shared/access/policy.ts";
import type { Compartment } from "../../shared/records/compartments.ts";
import { entityOfId, type EntityName } from "../../shared/records/entities.ts";
import type { Mask } from "../../shared/records/groups.ts";
import {
  pullRequest,
  pushRequest,
  type KeyRights,
  type PullLine,
  type PullRequest,
  type PushAnswer,
  type PushRequest,
} from "../../shared/sync/protocol.ts";
import type { Actor } from "../../worker/context.ts";
import { openDb, type Db } from "../../worker/db/db.ts";
import { prune } from "../../worker/history/prune.ts";
import { cursorKey, Handles, openCursor, type Cursor } from "../../worker/sync/cursor.ts";
import { pull, type Pulled } from "../../worker/sync/pull.ts";
import { push, type Announcement } from "../../worker/sync/push.ts";
import type { Write } from "../../worker/sync/plan.ts";
import { refusalOf, WireError } from "../../web/data/wire-error.ts";
import { SimD1 } from "./d1.ts";
import { placeFor, readInputs, type Inputs } from "./oracle.ts";

export const cell = "local";
const key = await cursorKey("dGVzdC1jdXJzb3Ita2V5LTAxMjM0NTY3ODlhYmNkZWY=");

export interface PushedAt {
  readonly actor: Actor;
  readonly client: string;
  readonly answer: PushAnswer;
  readonly writes: readonly Write[];
}

export class Edge {
  d1 = new SimD1();
  db: Db = openDb(this.d1 as unknown as D1Database);
  time = 1_800_000_000_000;
  epoch = 1;
  /** Repairs that devices reported. */
  drift = 0;
  bug: string | undefined;
  /** What others do between this request's reading and writing. */
  race: (() => Promise<void>) | null = null;
  onPush: ((pushed: PushedAt) => void) | null = null;
  /** What the hub is told, by whose device. */
  onAnnounce: ((what: Announcement, from: string | null) => void) | null = null;
  onInterest: ((device: string, told: Pulled["interest"]) => Promise<void>) | null = null;
  /** What left the database, by name. */
  readonly segments = new Map<string, Uint8Array>();
  /** What others did at this edge, to be done at another one as well (pair.ts). Null: nobody asks. */
  acts: ((edge: Edge) => Promise<void> | void)[] | null = null;
  private read: { readonly writes: number; readonly inputs: Inputs } | null = null;
  private readonly bounds = new Map<string, Bound>();

  /** Another database stands in: one that lags behind, or one that was restored. */
  use(d1: SimD1): void {
    this.d1 = d1;
    this.db = openDb(d1 as unknown as D1Database);
    this.read = null;
  }
  inputs(): Inputs {
    const writes = Number(this.sql("select total_changes() as n")[0]?.["n"]);
    if (this.read?.writes !== writes) this.read = { writes, inputs: readInputs(this.d1) };
    return this.read.inputs;
  }
  /** What is done from here on can be taken back. */
  hold(): void {
    this.d1.sqlite.exec("savepoint held");
  }
  settle(keep: boolean): void {
    this.d1.sqlite.exec(keep ? "release held" : "rollback to held; release held");
    if (!keep) this.read = null;
  }
  sql(text: string, ...values: (string | number | null)[]): Record<string, unknown>[] {
    return this.d1.statement(text).all(...values) as Record<string, unknown>[];
  }

  /** Null: signed out, for the session of a member who is not active is cut. */
  actor(member: string): Actor | null {
    const row = this.sql("select * from member where id = ? and deleted_at is null", member)[0];
    const policy = this.sql("select version, body from policy order by version desc limit 1")[0];
    const directory = Number(this.sql("select v from meta where k = 'directory'")[0]?.["v"]);
    if (!row || !policy || row["employment"] !== "active") return null;
    const list = (value: unknown): string[] => JSON.parse(String(value ?? "[]")) as string[];
    const facts: Facts = {
      member,
      base: String(row["base"]),
      duties: list(row["duties"]),
      teams: list(row["teams"]),
      regions: list(row["regions"]),
      employment: "active",
    };
    const body = String(policy["body"]);
    const text = `${String(policy["version"])}|${JSON.stringify(facts)}`;
    let bound = this.bounds.get(text);
    if (!bound) this.bounds.set(text, (bound = bind(JSON.parse(body) as Policy, facts)));
    return {
      member,
      session: "s",
      facts,
      bound: this.seeded(bound),
      policyBody: body,
      seconded: true, // what waits for a second person is tests/worker/governance.test.ts; here rights move at once
      directory,
      capabilities: null,
      freshAt: this.time,
    };
  }
  /** Seeded bugs of the binding. */
  private seeded(bound: Bound): Bound {
    if (this.bug === "keep_ignored") {
      const names = (mask: Mask) => mask;
      return {
        ...bound,
        holdRights: (entity, compartment, place, at) => {
          const seen = names(bound.readMask(entity, compartment, place, at));
          const all = [
            "identity",
            "shared",
            "qualification",
            "terms",
            "billing",
            "contract",
            "personal",
            "consent",
            "resolution",
            "handoff",
            "internal",
          ];
          return seen === 0
            ? {}
            : Object.fromEntries(all.filter((_, bit) => seen & (1 << bit)).map((group) => [group, null]));
        },
      };
    }
    if (this.bug === "one_until") {
      return {
        ...bound,
        holdRights: (...args) => {
          const groups = bound.holdRights(...args);
          const ends = Object.values(groups);
          const last = ends.includes(null) ? null : Math.max(...ends.map(Number));
          return Object.fromEntries(Object.keys(groups).map((group) => [group, last]));
        },
      };
    }
    if (this.bug === "no_until") {
      return {
        ...bound,
        holdRights: (...args) =>
          Object.fromEntries(Object.keys(bound.holdRights(...args)).map((group) => [group, null])),
      };
    }
    return bound;
  }

  async pull(member: string, body: PullRequest): Promise<readonly PullLine[]> {
    const actor = this.actor(member);
    if (!actor) throw new WireError("signed_out", "401");
    const request = pullRequest.parse(JSON.parse(JSON.stringify(body)));
    this.drift += request.drift ?? 0;
    if (this.bug === "sweep_early") this.sql("delete from share where until_t <= ?", this.time);
    const pulled = await pull(
      {
        db: this.db,
        actor,
        now: this.time,
        cell,
        epoch: this.epoch,
        cursorKey: key,
        ...(this.bug === undefined ? {} : { bug: this.bug }),
      },
      request,
    );
    if (!pulled.ok) throw new WireError(refusalOf(503, pulled.error.code), pulled.error.code);
    const { interest } = pulled.value;
    if (interest.reset || interest.keys.length > 0) await this.onInterest?.(`${member}/${request.device}`, interest);
    if (this.bug === "no_follow_end") return this.withoutFollowEnds(actor, request.device, pulled.value.lines);
    return pulled.value.lines;
  }
  /** A seeded bug: rights are told to last as long as the policy gives them, though following ends before. */
  private async withoutFollowEnds(actor: Actor, device: string, lines: readonly PullLine[]): Promise<PullLine[]> {
    const inputs = this.inputs();
    const keys = await this.keysOf(
      device,
      lines.flatMap((line) => (line.t === "rights" ? [line.h] : [])),
    );
    return lines.map((line) => {
      const [anchor = "", compartment] = (line.t === "rights" ? (keys.get(line.h) ?? "") : "").split("|");
      const place = compartment === undefined ? null : placeFor(inputs, actor.facts, anchor);
      if (line.t !== "rights" || !place) return line;
      const g = Object.keys(line.g).map((name) => [
        name,
        actor.bound.holdRights(name as EntityName, compartment as Compartment, place, this.time),
      ]);
      return { ...line, g: Object.fromEntries(g) as KeyRights };
    });
  }
  async push(member: string, body: PushRequest): Promise<PushAnswer> {
    const actor = this.actor(member);
    if (!actor) throw new WireError("signed_out", "401");
    const request = pushRequest.parse(JSON.parse(JSON.stringify(body)));
    return this.apply(actor, request.client, request.device, request.muts);
  }
  async apply(actor: Actor, client: string, device: string, muts: PushRequest["muts"]): Promise<PushAnswer> {
    const race = this.race;
    this.race = null;
    const pushed = await push(
      {
        db: this.db, actor, now: this.time, cell,
        ...(this.bug === undefined ? {} : { bug: this.bug }),
        ...(race ? { betweenReadAndWrite: once(race) } : {}),
      },
      { client, device, muts },
    ); // prettier-ignore
    if (!pushed.ok) throw new WireError(refusalOf(503, pushed.error.code), pushed.error.code);
    const { announcement } = pushed.value;
    if (announcement) this.onAnnounce?.(announcement, `${actor.member}/${device}`);
    this.onPush?.({ actor, client, answer: pushed.value.answer, writes: pushed.value.writes });
    if (this.bug === "no_was_row") this.d1.sqlite.exec("delete from was");
    if (this.bug === "newest_was") this.keepNewestWas();
    if (this.bug === "outcome_not_kept") this.d1.sqlite.exec("delete from outcome");
    return JSON.parse(JSON.stringify(pushed.value.answer)) as PushAnswer;
  }

  cursor(device: string, text: string): Promise<Cursor | null> {
    return openCursor(key, device, text);
  }
  /** The keys that handles of a device stand for. */
  async keysOf(device: string, handles: Iterable<string>): Promise<Map<string, string>> {
    const secret = this.sql("select secret from device where id = ?", device)[0]?.["secret"];
    const out = new Map<string, string>();
    if (typeof secret !== "string") return out;
    const known = await Handles.of(secret);
    for (const handle of handles) {
      if (entityOfId(handle) !== null) out.set(handle, handle); // a record let in by name: a key of its own
      const opened = await known.open(handle);
      const id = opened && this.sql("select id from anchor where no = ?", opened.no)[0]?.["id"];
      if (opened && typeof id === "string") out.set(handle, `${id}|${opened.compartment}`);
    }
    return out;
  }

  /** The cron. `killed`: after an object was written and before anything was deleted. */
  async prune(killed = false): Promise<void> {
    const segments = {
      put: async (name: string, body: Uint8Array) => {
        this.segments.set(name, body);
        if (killed) throw new Error("killed");
      },
    };
    const bug = this.bug === undefined ? {} : { bug: this.bug };
    await prune({ db: this.db, segments, now: this.time, ...bug }).catch((error: unknown) => {
      if (!killed) throw error;
    });
  }

  // --- what no mutation does yet: written as the routes that come later will, with its change and was rows

  publish(policy: Policy): void {
    this.acts?.push((edge) => edge.publish(policy));
    const before = this.sql("select max(version) as v from policy")[0]?.["v"] ?? null;
    this.sql(
      "insert into policy (version, body, author, approver, why, at) values (?, ?, 'root', null, 'why', ?)",
      policy.version,
      JSON.stringify(policy),
      this.time,
    );
    if (before !== null) this.input("policy", "policy", null, null, { version: before });
    const nobody = { anchors: [], to: [], members: [] };
    this.onAnnounce?.({ keys: [], rights: nobody, rooms: [], directory: true, everyone: true }, null);
  }
  share(
    id: string,
    anchor: string,
    compartment: string,
    to: string,
    groups: number,
    from: number | null,
    until: number | null,
    record: string | null = null,
  ): void {
    this.acts?.push((edge) => edge.share(id, anchor, compartment, to, groups, from, until, record));
    this.sql(
      "insert into share (id, anchor, compartment, record, to_kind, to_id, groups, recipe, from_t, until_t, ended_at, cause) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, null, 'hand')",
      id, anchor, compartment, record, to.includes("_tea_") ? "team" : "member", to, groups, record ? "hand_record" : "hand", from, until,
    ); // prettier-ignore
    this.sql("update anchor set ver = ver + 1 where id = ?", anchor);
    this.input("share", id, anchor, to, null);
    this.shared(anchor, to, [from, until]);
  }
  private shared(anchor: string, to: string, turns: readonly (number | null)[]): void {
    const at = turns.filter((turn) => turn !== null);
    this.onAnnounce?.(
      {
        keys: [],
        rights: { anchors: [], shared: [anchor], to: [to], members: [] },
        rooms: [anchor],
        directory: false,
        turns: at.length > 0 ? [{ member: to, anchor, at }] : [],
      },
      null,
    );
  }
  endShare(id: string): void {
    const row = this.sql("select * from share where id = ? and ended_at is null", id)[0];
    if (!row) return;
    this.acts?.push((edge) => edge.endShare(id));
    const { anchor, compartment, record, groups, recipe, from_t: from, until_t: until, to_id: toId } = row;
    this.sql("update share set ended_at = ? where id = ?", this.time, id);
    this.sql("update anchor set ver = ver + 1 where id = ?", String(anchor));
    this.input("share", id, String(anchor), String(toId), {
      id,
      anchor,
      compartment,
      record,
      groups,
      recipe,
      from,
      until,
      toId,
    });
    this.shared(String(anchor), String(toId), []);
  }
  private input(kind: string, id: string, anchor: string | null, member: string | null, before: object | null): void {
    this.sql(
      "insert into change (anchor, compartment, entity, record, op, actor, client, n, at, mutation, patch) values (?, 'core', ?, ?, 'edit', 'root', 'rights', 1, ?, 'rights.change@1', null)",
      anchor ?? orgAnchor(cell), kind, id, this.time,
    ); // prettier-ignore
    if (this.bug === "no_was_row") return;
    this.sql(
      "insert into was (seq, kind, id, anchor, member, before) values ((select max(seq) from change), ?, ?, ?, ?, ?)",
      kind,
      id,
      anchor,
      member,
      before && JSON.stringify(before),
    );
    if (this.bug === "newest_was") this.keepNewestWas();
  }
  private keepNewestWas(): void {
    this.d1.sqlite.exec(
      "delete from was where exists (select 1 from was newer where newer.kind = was.kind and newer.id = was.id and newer.seq > was.seq)",
    );
  }
}

function once(run: () => Promise<void>): () => Promise<void> {
  let left = true;
  return async () => {
    if (left) {
      left = false;
      await run();
    }
  };
}
