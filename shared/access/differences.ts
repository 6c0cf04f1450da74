import { isCompartment } from "../records/compartments.ts";
import { entity, type EntityName } from "../records/entities.ts";
import { groupsIn, type Group, type Mask } from "../records/groups.ts";
import type { MaskRule } from "../records/masked.ts";
import { bind, bindNothing, type Bound, type Interval, type Place } from "./engine.ts";
import type { Policy } from "./rules.ts";
import type { Rights } from "./widen.ts";

/**
 * What a change of rights does to real records, for people who are to agree to it: who gains or loses which groups of how
 * many, with examples. It works over keys and classes of places, not over records, so that it is a preview and no job.
 */
export interface Located {
  readonly id: string;
  readonly entity: EntityName;
  readonly compartment: string;
  readonly anchor: string;
}
export interface World {
  /** The place of an anchor as one member has it: their account team intervals and shares. */
  readonly place: (member: string, anchor: string) => Place | null;
  readonly records: readonly Located[];
}
interface Change {
  readonly member: string;
  readonly entity: EntityName;
  readonly group: Group;
  readonly gains: number;
  readonly losses: number;
  /** Ids of a few records. */
  readonly gained: readonly string[];
  readonly lost: readonly string[];
}
interface Summary {
  readonly kind: "gain" | "loss";
  readonly entity: EntityName;
  readonly group: Group;
  readonly members: number;
  /** Records that at least one of them gains or loses. */
  readonly records: number;
  readonly says: string;
}
export interface Differences {
  readonly changes: readonly Change[];
  readonly summary: readonly Summary[];
  /** Masked values that are new, another, or no more, each in a sentence. */
  readonly masks: readonly string[];
}
const examplesMax = 3;

interface Heap {
  readonly entity: EntityName;
  readonly compartment: string;
  readonly ids: string[];
}
interface Tally {
  gains: number;
  losses: number;
  readonly gained: string[];
  readonly lost: string[];
}
interface Total {
  readonly members: Set<string>;
  readonly heaps: Map<Heap, ReadonlySet<string> | null>;
}

export function differences(before: Rights, after: Rights, world: World, at: number): Differences {
  const anchors = heapsOf(world.records);
  const was = new Map(before.facts.map((facts) => [facts.member, bind(before.policy, facts)]));
  const now = new Map(after.facts.map((facts) => [facts.member, bind(after.policy, facts)]));
  const changes: Change[] = [];
  const totals = new Map<string, Total>();

  for (const member of new Set([...was.keys(), ...now.keys()])) {
    const [old, fresh] = [was.get(member) ?? bindNothing, now.get(member) ?? bindNothing];
    if (JSON.stringify(old.rules) === JSON.stringify(fresh.rules)) continue;
    const tallies = new Map<string, Tally>();
    const note = (kind: "gain" | "loss", heap: Heap, groups: Mask, ids: readonly string[], some: boolean): void => {
      for (const group of groups === 0 ? [] : groupsIn(groups)) {
        const key = `${heap.entity} ${group}`;
        const tally = tallies.get(key) ?? { gains: 0, losses: 0, gained: [], lost: [] };
        tallies.set(key, tally);
        tally[kind === "gain" ? "gains" : "losses"] += ids.length;
        const examples = kind === "gain" ? tally.gained : tally.lost;
        for (const id of ids) if (examples.length < examplesMax) examples.push(id);
        const total = totals.get(`${kind} ${key}`) ?? { members: new Set(), heaps: new Map() };
        totals.set(`${kind} ${key}`, total);
        total.members.add(member);
        const known = total.heaps.get(heap);
        if (!some) total.heaps.set(heap, null);
        else if (known !== null) total.heaps.set(heap, new Set([...(known ?? []), ...ids]));
      }
    };
    const compare = (heap: Heap, left: Mask, right: Mask, ids: readonly string[], some = false): void => {
      if (left === right || ids.length === 0) return;
      note("gain", heap, right & ~left, ids, some);
      note("loss", heap, left & ~right, ids, some);
    };
    const kinds = new Map<string, Map<string, readonly [Mask, Mask]>>();
    const named = new Set([...old.granted(at).records, ...fresh.granted(at).records]);
    for (const [anchor, heaps] of anchors) {
      const place = world.place(member, anchor);
      if (!place) continue;
      const apart = new Set([...named, ...place.shares.flatMap(({ record }) => record ?? [])]);
      const key = classOf(place, [old, fresh], at);
      const masks = kinds.get(key) ?? new Map<string, readonly [Mask, Mask]>();
      kinds.set(key, masks);
      for (const heap of heaps) {
        const { entity: name, compartment, ids } = heap;
        const kind = `${name} ${compartment}`;
        const known = masks.get(kind);
        const pair = known ?? ([old, fresh].map((one) => one.readMask(name, compartment, place, at)) as [Mask, Mask]);
        if (!known) masks.set(kind, pair);
        const single = apart.size === 0 ? [] : ids.filter((id) => apart.has(id));
        compare(
          heap,
          pair[0],
          pair[1],
          single.length === 0 ? ids : ids.filter((id) => !apart.has(id)),
          single.length > 0,
        );
        for (const id of single) {
          const row = { id, anchor, compartment, createdAt: 0, createdBy: "" };
          compare(heap, old.recordMask(name, row, place, at), fresh.recordMask(name, row, place, at), [id], true);
        }
      }
    }
    for (const [key, tally] of tallies) {
      const [name, group] = key.split(" ") as [EntityName, Group];
      changes.push({ member, entity: name, group, ...tally });
    }
  }
  return {
    changes,
    summary: [...totals].map(([key, total]) => summaryOf(key, total)),
    masks: maskChanges(before.policy, after.policy),
  };
}

function maskChanges(before: Policy | null, after: Policy | null): string[] {
  const rulesOf = (policy: Policy | null): Map<string, MaskRule> =>
    new Map(
      Object.entries(policy?.masks ?? {}).flatMap(([name, rules]) =>
        Object.entries(rules ?? {}).map(([field, rule]) => [`${field} of ${name.replace("_", " ")}`, rule] as const),
      ),
    );
  const [was, now] = [rulesOf(before), rulesOf(after)];
  return [...new Set([...was.keys(), ...now.keys()])].flatMap((what) => {
    const [old, fresh] = [was.get(what), now.get(what)].map((rule) => rule && maskInWords(rule));
    if (old === fresh) return [];
    if (fresh === undefined) return [`${what}: no longer ${old}`];
    return [old === undefined ? `${what}: now ${fresh}` : `${what}: now ${fresh}, before ${old}`];
  });
}
function maskInWords({ kind, steps = [], count = 0, group }: MaskRule): string {
  const what = {
    band: `the band between ${steps.join(", ")}`,
    last: `the last ${count} character${count === 1 ? "" : "s"}`,
    set: "whether there is any",
  };
  return `${what[kind]} for readers of ${group}`;
}

/** Records by anchor, and there by entity and compartment: what lies in one heap is seen alike. */
function heapsOf(records: readonly Located[]): Map<string, Heap[]> {
  const anchors = new Map<string, Map<string, Heap>>();
  for (const { id, entity: name, compartment, anchor } of records) {
    const heaps = anchors.get(anchor) ?? new Map<string, Heap>();
    if (heaps.size === 0) anchors.set(anchor, heaps);
    const key = `${name} ${compartment}`;
    const heap = heaps.get(key);
    if (heap) heap.ids.push(id);
    else heaps.set(key, { entity: name, compartment, ids: [id] });
  }
  return new Map([...anchors].map(([anchor, heaps]) => [anchor, [...heaps.values()]]));
}

/** All that reading asks of a place: places of one class are answered alike. */
function classOf({ anchor, accountTeam, shares }: Place, bounds: readonly Bound[], at: number): string {
  const live = ({ from, until }: Interval): boolean => (from === null || from <= at) && (until === null || at < until);
  const names = bounds.flatMap((bound) => bound.ownNames(at));
  const granted = bounds.some((bound) => bound.granted(at).anchors.includes(anchor.id));
  const shared = shares
    .filter((share) => live(share) && !share.record && isCompartment(share.compartment))
    .map((share) => [share.anchor === anchor.id, share.compartment, share.groups, share.recipe, share.to]);
  return JSON.stringify([
    anchor.owner !== null && names.includes(anchor.owner) ? anchor.owner : null,
    anchor.team,
    anchor.region,
    anchor.restricted,
    accountTeam.some(live),
    shared,
    granted ? anchor.id : null,
  ]);
}

function summaryOf(key: string, { members, heaps }: Total): Summary {
  const [kind, name, group] = key.split(" ") as ["gain" | "loss", EntityName, Group];
  let records = 0;
  for (const [heap, some] of heaps) records += some?.size ?? heap.ids.length;
  const who = members.size === 1 ? "1 member" : `${members.size} members`;
  const does = kind === "gain" ? (members.size === 1 ? "gains" : "gain") : members.size === 1 ? "loses" : "lose";
  const what = `${records} ${records === 1 ? name.replace("_", " ") : entity(name).plural.replace("_", " ")}`;
  return { kind, entity: name, group, members: members.size, records, says: `${who} ${does} ${group} of ${what}` };
}
