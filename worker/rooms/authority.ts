/**
 * What a room knows of rights, and whom it asks. The database is first, always: the room denies until it has been
 * told, and what it was told holds until the next read, the next word from the hub, or the next end of a right.
 */
import type { Bound, Interval, Place } from "../../shared/access/engine.ts";
import { entity, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { hasGroup, type Group } from "../../shared/records/groups.ts";
import { modeOf } from "../../shared/sections/mode.ts";
import type { Env } from "../env.ts";
import type { Regen } from "./log.ts";
import type { Mode } from "./protocol.ts";
import { readRoom } from "./store.ts";

export interface SectionFacts {
  readonly gen: number;
  readonly schema: number;
  readonly kind: string;
  readonly group: string;
  readonly compartment: string;
  readonly title: string;
  readonly regen: Regen | null;
  /** The last handoff that was offered or taken and concerns it; null: none since there is the section. */
  readonly handed: Handed | null;
  /** How far the database has its words; null: it has none. */
  readonly projected: Projected | null;
}
export interface Handed {
  readonly at: number;
  readonly by: string;
}
export interface Projected {
  readonly gen: number;
  readonly upto: number;
}
export interface RoomRights {
  /** Version of the directory that this was read at. */
  readonly directory: number;
  /** The account's sections that are there; who may see which is said by `modes`. */
  readonly sections: ReadonlyMap<string, SectionFacts>;
  nameOf(member: string): string;
  /** Whether there is anything here for this member; if not, the account can't be told from one that is missing. */
  sees(member: string): boolean;
  modes(member: string): ReadonlyMap<string, Mode>;
  seesPresence(member: string, section: string): boolean;
  /**
   * Fields of the account that they read, if they may know who is here: whoever would see that in a shared note of the
   * account. Null: they may not, or there is no such account for them.
   */
  seesEditors(member: string): ReadonlySet<string> | null;
  /**
   * Whether they may see what the section was at an instant: they may look into its history now, and by every right
   * of theirs that has a beginning they might have then. Who was let in later sees nothing that was deleted before.
   */
  readsHistory(member: string, section: string, when: number): boolean;
  /** Whether they may know of the account's handoffs. */
  seesHandoffs(member: string): boolean;
  /** Whether they may take the section back to a version. */
  restores(member: string, section: string): boolean;
  /** Of the sessions asked about, those that are not cut. */
  readonly liveSessions: ReadonlySet<string>;
  /** The next instant at which a right begins or ends with no write; null: none does. */
  readonly nextEnd: number | null;
}
export interface Attendee {
  readonly member: string;
  readonly session: string;
}
export interface Authority {
  /** Null: it can't be read now. Then nobody may do anything. */
  read(account: string, attendees: readonly Attendee[], at: number): Promise<RoomRights | null>;
}

/** One member as a read found them: where they stand to the account, and what the policy gives them there. */
export interface MemberFacts {
  readonly name: string;
  readonly bound: Bound;
  readonly place: Place;
  /** Since when they are on the account's team, for certain. */
  readonly since: readonly Interval[];
  /** When what is lent to them begins and ends. */
  readonly turns: readonly number[];
}
export interface RoomRead {
  readonly directory: number;
  /** The account's section records that are not deleted; none for an account that is not there. */
  readonly sections: readonly Row[];
  readonly projected: ReadonlyMap<string, Projected>;
  readonly regens: ReadonlyMap<string, Regen>;
  /** Handoffs of the account that were offered, by the id of their brief. */
  readonly handed: ReadonlyMap<string, Handed>;
  /** Those asked about who are in office. */
  readonly members: ReadonlyMap<string, MemberFacts>;
  readonly liveSessions: ReadonlySet<string>;
}

/** Pure: what a read at this instant says about every member and section. */
function rightsFrom(read: RoomRead, at: number): RoomRights {
  const rows = new Map(read.sections.map((row) => [row.id, row]));
  const modes = new Map<string, ReadonlyMap<string, Mode>>();
  const turns: number[] = [];
  for (const [member, { bound, place, turns: lent }] of read.members) {
    const own = new Map<string, Mode>();
    for (const row of rows.values()) {
      const mode = modeOf(bound, row, place, at);
      if (mode !== "none") own.set(row.id, mode);
    }
    modes.set(member, own);
    const intervals = [...place.accountTeam, ...place.shares].flatMap(({ from, until }) => [from, until]);
    for (const turn of [...intervals, ...lent]) if (turn !== null && turn > at) turns.push(turn);
  }
  return {
    directory: read.directory,
    sections: new Map(
      [...rows].map(([id, row]) => [
        id,
        factsOf(row, read.projected.get(id) ?? null, read.regens.get(id) ?? null, handedOf(row, read.handed)),
      ]),
    ),
    liveSessions: read.liveSessions,
    nextEnd: turns.length > 0 ? Math.min(...turns) : null,
    modes: (member) => modes.get(member) ?? nothing,
    sees(member) {
      const who = read.members.get(member);
      if (!who) return false;
      return (modes.get(member)?.size ?? 0) > 0 || who.bound.readMask("account", "core", who.place, at) !== 0;
    },
    nameOf: (member) => read.members.get(member)?.name ?? "",
    seesPresence(member, section) {
      const who = read.members.get(member);
      const row = rows.get(section);
      if (!who || !row || !modes.get(member)?.has(section)) return false;
      return who.bound.decide("see_presence", "section", row.compartment, who.place, at, row).allowed;
    },
    seesEditors(member) {
      const who = read.members.get(member);
      if (!who) return null;
      const note: Row = { id: "", anchor: who.place.anchor.id, compartment: "core", createdAt: at, createdBy: "", sectionKind: "shared", group: "shared" }; // prettier-ignore
      const knows = who.bound.decide("see_presence", "section", "core", who.place, at, note);
      const mask = who.bound.readMask("account", "core", who.place, at);
      if (mask === 0 || !knows.allowed || !hasGroup(knows.groups, "shared")) return null;
      const fields = Object.entries<Field>(entity("account").fields);
      return new Set(fields.filter(([, { group }]) => hasGroup(mask, group)).map(([name]) => name));
    },
    readsHistory(member, section, when) {
      const who = read.members.get(member);
      const row = rows.get(section);
      if (!who || !row || !modes.get(member)?.has(section)) return false;
      const reads = (place: Place, then: number) => {
        const decision = who.bound.decide("read_history", "section", row.compartment, place, then, row);
        return decision.allowed && hasGroup(decision.groups, row["group"] as Group);
      };
      return reads(who.place, at) && reads({ ...who.place, accountTeam: who.since }, Math.min(when, at));
    },
    seesHandoffs(member) {
      const who = read.members.get(member);
      return who !== undefined && who.bound.readMask("handoff", "handoff", who.place, at) !== 0;
    },
    restores(member, section) {
      const who = read.members.get(member);
      const row = rows.get(section);
      if (!who || !row || modes.get(member)?.get(section) !== "write") return false;
      return who.bound.decide("regen", "section", row.compartment, who.place, at, row).allowed;
    },
  };
}
const nothing: ReadonlyMap<string, Mode> = new Map();

/** A brief goes with its handoff; the account's shared notes are what anybody takes over. */
function handedOf(row: Row, handed: RoomRead["handed"]): Handed | null {
  const concern = row["sectionKind"] === "shared" ? [...handed.values()] : [handed.get(row.id)];
  const last = concern.reduce((one, other) => ((other?.at ?? 0) > (one?.at ?? 0) ? other : one), undefined);
  return last && last.at >= (row.createdAt ?? 0) ? last : null;
}

function factsOf(row: Row, projected: Projected | null, regen: Regen | null, handed: Handed | null): SectionFacts {
  const text = (value: unknown): string => (typeof value === "string" ? value : "");
  const number = (value: unknown): number => (typeof value === "number" ? value : 0);
  return {
    gen: number(row["gen"]),
    schema: number(row["schema"]),
    kind: text(row["sectionKind"]),
    group: text(row["group"]),
    compartment: row.compartment,
    title: text(row["title"]),
    projected,
    regen,
    handed,
  };
}

export const databaseAuthority = (env: Env): Authority => ({
  async read(account, attendees, at) {
    const read = await readRoom(env, account, attendees, at);
    return read && rightsFrom(read, at);
  },
});
