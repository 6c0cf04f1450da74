/**
 * Reads one pull page. Removals are planned as soon as they are read and may be stored alone; all else waits for the
 * `page` line and goes into one transaction with the cursor (SYNC-P2, SYNC-P7). So a page may break off anywhere.
 */
import { isEntity, type EntityName, type Row } from "../../shared/records/entities.ts";
import { hasGroup } from "../../shared/records/groups.ts";
import { groupOf } from "../../shared/records/masked.ts";
import type { Fields, Mutation } from "../../shared/records/mutation.ts";
import { digestOf } from "../../shared/sync/digest.ts";
import type { KeyRights, Lost, Outcome, PullLine, PullRequest } from "../../shared/sync/protocol.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { isSkip, underRoot } from "./cards.ts";
import { entryKey, type Entry, type SyncMeta, type Write } from "./disk.ts";
import { Draft, type Replica } from "./replica.ts";
import { alive, equalRights, isNothing, maskIn, narrow, widens } from "./rights.ts";
import type { AttentionCard } from "./types.ts";

type Page = Extract<PullLine, { t: "page" }>;

/** What was asked, with what it takes to settle exactly that when the page is complete. */
export interface Asked {
  readonly body: PullRequest;
  readonly ask: ReadonlyMap<string, number>;
  readonly follow: readonly string[];
}

export function ask(replica: Replica, device: string, client: string): Asked {
  const wanted = [...replica.table("want")].sort(([, a], [, b]) => b.round - a.round); // newest wishes first; sort is stable
  const asked = [...replica.table("ask")].slice(0, limits.wantMax);
  const follow = [...replica.table("follow")].sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, 200);
  const check = sample(replica);
  const drift = Number(replica.table("meta").get("drift") ?? 0);
  return {
    body: {
      v: protocolVersion,
      device,
      client,
      cursor: replica.sync.cursor,
      want: wanted.slice(0, limits.wantMax).map(([h, { after }]) => (after === "" ? { h } : { h, after })),
      ask: asked.map(([h]) => h),
      follow: follow.map(([, choice]) => choice),
      seen: replica.sync.seen,
      ...(check.length > 0 ? { check } : {}),
      ...(drift > 0 ? { drift: Math.min(drift, limits.driftMax) } : {}),
    },
    ask: new Map(asked),
    follow: follow.map(([key]) => key),
  };
}

/**
 * Keys to compare with the edge: a seventh of them a day, in turn, and the first when a first sync or a reset is through.
 * Only while nothing is known to be on its way (SYNC-K1).
 */
function sample(replica: Replica): string[] {
  const meta = replica.table("meta");
  if (!meta.has("ready") || replica.table("want").size > 0 || replica.table("ask").size > 0) return [];
  const at = Number(meta.get("checkedAt") ?? 0);
  if (at > 0 && replica.sync.now - at < limits.checkEveryMs) return [];
  const keys = [...replica.table("keys").keys()].sort();
  const count = Math.max(limits.checkKeysMin, Math.ceil(keys.length / limits.checkPart));
  const last = String(meta.get("checkedTo") ?? "");
  const from = Math.max(0, keys.findIndex((h) => h > last)); // prettier-ignore
  return [...keys.slice(from), ...keys.slice(0, from)].slice(0, Math.min(count, limits.checkKeysMax));
}

export class PageReader {
  /** Keys that are not as they should be: repaired by a snapshot, and reported with the next pull. */
  drift = 0;
  private readonly replica: Replica;
  private readonly asked: Asked;
  private draft: Draft;
  private readonly later: PullLine[] = [];
  /** Keys that this page's removals touched, with the number of their question. */
  private readonly taken = new Map<string, number>();
  /** Keys with groups that have ended by this device's clock, if not yet by the edge's. */
  private readonly early = new Set<string>();

  constructor(replica: Replica, asked: Asked) {
    this.replica = replica;
    this.asked = asked;
    this.draft = new Draft(replica);
    // A first sync that broke off may have left something: the edge believes that this device holds nothing.
    if (asked.body.cursor === null && replica.table("keys").size > 0) this.wipe();
  }

  /** Plans the removals that a line brings, keeps the rest for the end. */
  read(line: Exclude<PullLine, Page>): void {
    switch (line.t) {
      case "reset":
        this.wipe();
        return;
      case "rights": {
        const blob = this.draft.key(line.h);
        if (blob && this.draft.narrow(line.h, narrow(blob.g, line.g))) this.question(line.h);
        break;
      }
      case "gone":
        this.remove(line.id);
        return;
      case "moved":
        if (this.draft.keyOf(line.row.id) !== line.h) this.remove(line.row.id);
        break;
      default:
        break;
    }
    this.later.push(line);
  }

  /** Removals read so far, to be stored at once. The caller absorbs them before it goes on. */
  takeRemovals(): Write[] {
    const writes = this.draft.writes();
    this.draft = new Draft(this.replica);
    return writes;
  }

  /** The whole page, with its cursor: one transaction. `wall`: this device's clock, `now`: the edge's as known here. */
  finish(page: Page, wall: number, now: number): Write[] {
    const { draft } = this;
    const round = this.replica.sync.round + 1;
    const widened = new Set<string>();
    const time = Math.max(page.now, now);
    for (const line of this.later) {
      if (line.t !== "rights") continue;
      const left = alive(line.g, time);
      if (!equalRights(left, line.g)) this.early.add(line.h);
      this.grant(line.h, left, round, widened);
    }
    for (const line of this.later) {
      switch (line.t) {
        case "moved":
        case "set":
          this.place(line.h, line.e, line.row);
          break;
        case "patch":
          this.patch(line.h, line.id, line.set);
          if (line.lost) this.writtenOver(line.e, line.id, line.lost);
          break;
        case "snap":
          this.snapshot(line, widened);
          break;
        default:
          break;
      }
    }
    for (const [h, number] of [...this.asked.ask, ...this.taken]) {
      if (draft.get("ask", h) === number) draft.set("ask", h, undefined);
    }
    for (const h of this.early) draft.ask(h);
    for (const key of this.asked.follow) draft.set("follow", key, undefined);
    settle(draft, this.asked.body.client, page.outcomes, page.lmid, page.now, this.replica.options.mutations);
    const sync: SyncMeta = {
      cursor: page.cursor,
      seen: page.lmid === null ? this.replica.sync.seen : Math.max(this.replica.sync.seen, page.lmid),
      now: page.now,
      wall,
      lease: page.lease,
      round,
      ...(page.over ? { over: page.over } : {}),
    };
    draft.set("meta", "sync", sync);
    if (Number(draft.get("meta", "time") ?? 0) > time) draft.set("meta", "time", time); // a wall clock was ahead
    if (page.checks) this.check(page.checks, page.now);
    const reported = Number(draft.get("meta", "drift") ?? 0) - (this.asked.body.drift ?? 0);
    if (reported + this.drift !== Number(draft.get("meta", "drift") ?? 0))
      draft.set("meta", "drift", reported + this.drift);
    if (draft.names("want").length === 0) draft.set("meta", "ready", 1); // everything that was allowed then is here
    draft.expire(time); // what ended while the page was on its way is not shown even once
    return draft.writes();
  }

  /** What the edge would send of these keys against what is here, now that the page is in. A difference: it comes anew. */
  private check(checks: NonNullable<Page["checks"]>, now: number): void {
    const { draft } = this;
    // What is on its way may still move a record from one key to another: another time.
    if (draft.names("want").length > 0 || draft.names("ask").length > 0) return;
    for (const [h, digest] of Object.entries(checks)) {
      const blob = draft.key(h);
      if (!blob) continue;
      const here = digestOf([...blob.rows.values()].map(({ e, row }) => [e, row] as const));
      if (here.count === digest.count && here.hash === digest.hash) continue;
      this.drift += 1;
      draft.set("want", h, { after: "", round: this.replica.sync.round + 1 });
    }
    draft.set("meta", "checkedAt", now);
    draft.set("meta", "checkedTo", this.asked.body.check?.at(-1) ?? "");
  }

  private wipe(): void {
    for (const h of this.draft.held()) this.draft.dropKey(h, false);
    for (const store of ["want", "ask"] as const)
      for (const key of this.draft.names(store)) this.draft.set(store, key, undefined);
    this.draft.set("meta", "sync", { ...this.replica.sync, cursor: null });
    for (const key of ["ready", "checkedAt"]) this.draft.set("meta", key, undefined);
  }
  private question(h: string): void {
    this.draft.ask(h);
    this.taken.set(h, this.draft.get("ask", h) ?? 0);
  }
  private remove(id: string): void {
    const h = this.draft.removeRow(id);
    if (h !== undefined) this.question(h);
  }

  private grant(h: string, g: KeyRights, round: number, widened: Set<string>): void {
    const { draft } = this;
    if (isNothing(g)) return draft.dropKey(h);
    if (widens(draft.key(h)?.g ?? {}, g)) {
      widened.add(h);
      draft.set("want", h, { after: "", round });
    }
    draft.grant(h, g);
  }

  private place(h: string, e: string, row: Row): void {
    if (this.draft.key(h) && isEntity(e)) this.draft.place(h, { e, row });
    else this.wonder(h);
  }
  private patch(h: string, id: string, set: Fields): void {
    const blob = this.draft.key(h);
    const held = blob?.rows.get(id);
    if (!blob || !held) return this.wonder(h);
    this.draft.place(h, { e: held.e, row: { ...held.row, ...visibleFields(blob.g, held.e, set) } });
  }
  /** My words that somebody wrote over unseen: offered back, unless I am writing them anew (SYNC-W8). */
  private writtenOver(e: string, id: string, lost: Lost): void {
    for (const [field, { mine, by, at }] of Object.entries(lost)) {
      const again = this.replica
        .pending()
        .some((entry) => this.replica.changes(entry).some((change) => change.id === id && field in change.after));
      if (again) continue;
      const set = { [field]: mine };
      const card = { name: `${e}.edit@1`, args: { id, set }, at, since: at, code: "overwritten", mine: set, by, when: at } as const; // prettier-ignore
      const key = `over:${id}:${field}`; // one a field: the newest
      this.draft.set("attention", key, { ...card, key });
    }
  }
  /** Never build a row from a patch (SYNC-P9). If the key is on its way anyway, the snapshot brings the row. */
  private wonder(h: string): void {
    if (!this.draft.key(h)) return this.draft.ask(h);
    if (this.draft.get("want", h)) return;
    if (this.early.has(h) || this.draft.get("ask", h) !== undefined) return; // known to hold less than the edge believes
    this.drift += 1;
    this.draft.set("want", h, { after: "", round: this.replica.sync.round + 1 });
  }

  private snapshot(line: Extract<PullLine, { t: "snap" }>, widened: ReadonlySet<string>): void {
    const { draft } = this;
    const blob = draft.key(line.h);
    if (!blob) return;
    const here = new Set(line.rows.map(([, row]) => row.id));
    for (const id of [...blob.rows.keys()]) {
      const covered = id > line.from && (line.to === null || id <= line.to);
      if (covered && !here.has(id)) draft.removeRow(id);
    }
    for (const [e, row] of line.rows) this.place(line.h, e, row);
    const want = draft.get("want", line.h);
    if (!want || want.after !== line.from || (widened.has(line.h) && line.from !== "")) return; // its groups widened meanwhile: it starts again
    draft.set("want", line.h, line.to === null ? undefined : { ...want, after: line.to });
  }
}

const visibleFields = (g: KeyRights, e: EntityName, set: Fields): Fields => {
  const mask = maskIn(g, e);
  return Object.fromEntries(
    Object.entries(set).filter(([name]) => {
      const group = groupOf(e, name);
      return group !== undefined && hasGroup(mask, group);
    }),
  );
};

/**
 * Refusals become cards, and what the page's watermark passes leaves the outbox, in the same transaction: the watermark
 * alone also passes a refusal whose answer was lost, and the words would vanish (SYNC-W6).
 */
function settle(
  draft: Draft,
  client: string,
  outcomes: readonly Outcome[],
  lmid: number | null,
  now: number,
  known: ReadonlyMap<string, Mutation>,
): void {
  const refused = new Map(outcomes.map(({ n, ...outcome }) => [n, outcome]));
  for (const key of draft.names("outbox").sort()) {
    const entry = draft.get("outbox", key);
    if (!entry || entry.client !== client) continue;
    const outcome = refused.get(entry.n) ?? entry.outcome;
    if (lmid !== null && entry.n <= lmid) {
      if (outcome && !isSkip(entry)) {
        const there = draft.names("attention").flatMap((name) => draft.get("attention", name) ?? []);
        const decided = { ...entry, outcome };
        draft.set("attention", key, underRoot(known, decided, cardOf(decided, now), there));
      }
      draft.set("outbox", key, undefined);
    } else if (outcome && !entry.outcome) draft.set("outbox", key, { ...entry, outcome });
  }
}
/** A card shows what its member wrote, why it was refused, and of the present values only those still visible. */
export function cardOf(entry: Entry & { outcome: NonNullable<Entry["outcome"]> }, since: number): AttentionCard {
  const { outcome } = entry;
  return {
    key: entryKey(entry.client, entry.n),
    name: entry.name,
    args: entry.args,
    at: entry.at,
    since,
    code: outcome.code,
    ...(outcome.detail === undefined ? {} : { detail: outcome.detail }),
    ...(outcome.fields === undefined ? {} : { fields: outcome.fields }),
    ...(outcome.unmet === undefined ? {} : { unmet: outcome.unmet }),
    mine: entry.mine,
    ...(entry.makes === undefined ? {} : { makes: entry.makes }),
    ...(outcome.theirs === undefined ? {} : { theirs: outcome.theirs }),
    ...(outcome.by === undefined ? {} : { by: outcome.by }),
    ...(outcome.when === undefined ? {} : { when: outcome.when }),
    ...(outcome.restore === undefined ? {} : { restore: outcome.restore }),
  };
}
