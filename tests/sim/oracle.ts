/**
 * What a device must hold, by brute force: all tables of the cell are read, and each record and field is asked about
 * one by one. Written from SYNC-H1 to H5 of the spec; shares no code with the pull. Rights come from the second
 * evaluator of tests/policy.
 */
import type { Anchor, Facts, KeyShare, Place } from "../../shared/access/engine.ts";
import type { Cond, Policy } from "../../shared/access/policy.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { compartments } from "../../shared/records/compartments.ts";
import { entities, entitiesAt, entityNames, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import { holdable } from "../policy/oracle.ts";
import type { SimD1 } from "./d1.ts";

type Raw = Record<string, string | number | null>;
interface StoredRecord {
  readonly entity: EntityName;
  readonly row: Row;
  readonly deleted: boolean;
}
interface AnchorState extends Anchor {
  readonly no: number;
  readonly deleted: boolean;
}
/** Everything in the cell at one instant. */
export interface Inputs {
  readonly policy: Policy;
  readonly members: ReadonlyMap<string, Facts>;
  readonly anchors: ReadonlyMap<string, AnchorState>;
  readonly shares: readonly (KeyShare & {
    readonly to: string;
    readonly ended: boolean;
    readonly endedAt: number | null;
    readonly cause: string;
  })[];
  readonly records: ReadonlyMap<string, StoredRecord>;
  /** By device: its choices, oldest first. */
  readonly follow: ReadonlyMap<string, readonly { readonly anchor: string; readonly kind: string }[]>;
}
export interface Expected {
  readonly entity: EntityName;
  readonly key: string; // anchor|compartment, or the id of a record that is shared by itself
  readonly fields: { readonly [name: string]: unknown };
}

const columns = new Map<EntityName, readonly (readonly [string, string, Field])[]>();
function columnsOf(name: EntityName): readonly (readonly [string, string, Field])[] {
  let known = columns.get(name);
  if (!known)
    columns.set(
      name,
      (known = Object.entries<Field>(entities[name].fields).map(([key, field]) => [key, under(key), field])),
    );
  return known;
}
const under = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Immutable parts are kept between reads: a policy by its version. */
const policies = new Map<string, Policy>();

export function readInputs(d1: SimD1): Inputs {
  const all = (sql: string): Raw[] => d1.statement(sql).all() as Raw[];
  const body = String(all("select body from policy order by version desc limit 1")[0]?.["body"]);
  let policy = policies.get(body);
  if (!policy) policies.set(body, (policy = JSON.parse(body) as Policy));
  const anchors = new Map<string, AnchorState>();
  for (const raw of all("select * from anchor")) {
    anchors.set(String(raw["id"]), {
      id: String(raw["id"]), no: Number(raw["no"]), owner: raw["owner"] as string | null, team: raw["team"] as string | null,
      region: raw["region"] as string | null, restricted: raw["restricted"] === 1, deleted: raw["deleted_at"] !== null,
    }); // prettier-ignore
  }
  const records = new Map<string, StoredRecord>();
  for (const name of entityNames) {
    if (!simulated.has(name)) continue;
    for (const raw of all(`select * from "${name}"`)) {
      const row: Record<string, unknown> = {
        id: raw["id"],
        anchor: raw["anchor"],
        compartment: raw["compartment"],
        createdAt: raw["created_at"],
        createdBy: raw["created_by"],
      };
      for (const [key, column, field] of columnsOf(name)) {
        if (field.of === "anchor") row[key] = anchors.get(String(raw["id"]))?.[key as "owner"];
        else row[key] = decode(field, raw[column] ?? null);
      }
      records.set(String(raw["id"]), { entity: name, row: row as Row, deleted: raw["deleted_at"] !== null });
    }
  }
  const members = new Map<string, Facts>();
  for (const { entity, row, deleted } of records.values()) {
    if (entity !== "member" || deleted) continue;
    members.set(row.id, {
      member: row.id, base: String(row["base"]), duties: (row["duties"] as string[] | null) ?? [], teams: (row["teams"] as string[] | null) ?? [],
      regions: (row["regions"] as string[] | null) ?? [], employment: row["employment"] as Facts["employment"],
    }); // prettier-ignore
  }
  const shares = all("select * from share").map((raw) => ({
    id: String(raw["id"]), anchor: String(raw["anchor"]), compartment: String(raw["compartment"]), record: raw["record"] as string | null, groups: Number(raw["groups"]), recipe: String(raw["recipe"]),
    from: raw["from_t"] as number | null, until: raw["until_t"] as number | null, to: String(raw["to_id"]), ended: raw["ended_at"] !== null, endedAt: raw["ended_at"] as number | null, cause: String(raw["cause"]),
  })); // prettier-ignore
  const follow = new Map<string, { anchor: string; kind: string }[]>();
  for (const raw of all("select * from follow order by v")) {
    const device = String(raw["device"]);
    follow.set(device, [...(follow.get(device) ?? []), { anchor: String(raw["anchor"]), kind: String(raw["kind"]) }]);
  }
  return { policy, members, anchors, shares, records, follow };
}
/** Records that the world makes; the others' tables stay empty. */
const simulated: ReadonlySet<EntityName> = new Set([
  "member",
  "team",
  "region",
  "pipeline",
  "stage",
  "account",
  "account_team",
  "contact",
  "opportunity",
  "activity",
  "section",
]);

function decode(field: Field, value: string | number | null): unknown {
  if (value === null) return null;
  if (field.type === "bool") return value === 1;
  return field.type === "custom" || field.type === "list" ? JSON.parse(String(value)) : value;
}

const lives = (x: { readonly from: number | null; readonly until: number | null }, at: number): boolean =>
  (x.from === null || x.from <= at) && (x.until === null || at < x.until);

export function placeFor(inputs: Inputs, facts: Facts, anchor: string): Place | null {
  const found = inputs.anchors.get(anchor);
  if (!found || found.deleted) return null;
  const accountTeam = [...inputs.records.values()]
    .filter(
      ({ entity, row, deleted }) =>
        entity === "account_team" && !deleted && row.anchor === anchor && row["member"] === facts.member,
    )
    .map(({ row }) => ({ from: row["from"] as number | null, until: row["until"] as number | null }));
  const shares = inputs.shares.filter(
    (share) => share.anchor === anchor && !share.ended && (share.to === facts.member || facts.teams.includes(share.to)),
  );
  return { anchor: found, accountTeam, shares };
}

/**
 * policy ∩ keep ∩ follow set, record by record, field by field. `since`: when accounts were given their places, for what
 * is held offline until a page gives them anew.
 */
export function mustHold(
  inputs: Inputs,
  device: string,
  member: string,
  at: number,
  since: number = at,
): Map<string, Expected> {
  const out = new Map<string, Expected>();
  const facts = inputs.members.get(member);
  if (!facts || facts.employment !== "active") return out;
  const seats = seated(inputs, device, facts, since);
  const places = new Map<string, Place | null>();
  const groups = new Map<string, ReadonlySet<string>>();
  for (const { entity, row, deleted } of inputs.records.values()) {
    if (deleted) continue;
    let place = places.get(row.anchor);
    if (place === undefined) places.set(row.anchor, (place = placeFor(inputs, facts, row.anchor)));
    const byName = place?.shares.some(
      (share) => share.record === row.id && share.compartment === row.compartment && lives(share, at),
    );
    if (!place || !isFollowed(inputs, device, facts, place, at, byName ? row.id : null)) continue;
    if (!byName && !seats(row.anchor)) continue;
    const key = byName ? row.id : `${row.anchor}|${row.compartment}`;
    let held = groups.get(`${key}|${entity}`);
    if (!held) {
      const { compartment } = row;
      const asked = { policy: inputs.policy, facts, entity, compartment, place, at, row: null };
      groups.set(`${key}|${entity}`, (held = holdable(byName ? { ...asked, record: row.id } : asked)));
    }
    if (!held.has("identity")) continue;
    const gate = "group" in entities[entity].fields ? row["group"] : null;
    if (typeof gate === "string" && !held.has(gate)) continue;
    const fields: Record<string, unknown> = {
      id: row.id,
      anchor: row.anchor,
      compartment: row.compartment,
      createdAt: row.createdAt,
      createdBy: row.createdBy,
    };
    for (const [name, , field] of columnsOf(entity)) if (held.has(field.group)) fields[name] = row[name];
    Object.assign(fields, maskedOf(inputs.policy, entity, row, held));
    out.set(row.id, { entity, key, fields });
  }
  return out;
}

/** What the device's choices come to: of pins and of opened accounts only the newest count. */
const meant = new WeakMap<Inputs, Map<string, ReadonlyMap<string, readonly [kind: string, age: number]>>>();
function choicesOf(inputs: Inputs, device: string): ReadonlyMap<string, readonly [kind: string, age: number]> {
  const known = meant.get(inputs) ?? new Map<string, ReadonlyMap<string, readonly [string, number]>>();
  meant.set(inputs, known);
  const before = known.get(device);
  if (before) return before;
  const out = new Map<string, readonly [string, number]>();
  const left = { pin: bound(inputs, "followPinned"), open: bound(inputs, "followRecent") };
  const seen = new Set<string>();
  const late: (readonly [string, number])[] = [];
  for (const [age, { anchor, kind }] of (inputs.follow.get(device) ?? []).toReversed().entries()) {
    if (seen.has(anchor)) continue;
    seen.add(anchor);
    if (kind === "unfollow") out.set(anchor, [kind, age]);
    else if (kind === "pin" && left.pin > 0) {
      left.pin -= 1;
      out.set(anchor, [kind, age]);
    } else late.push([anchor, age]);
  }
  for (const [anchor, age] of late.slice(0, left.open)) out.set(anchor, ["open", age]);
  known.set(device, out);
  return out;
}
const bound = (inputs: Inputs, name: "followAccounts" | "followRecent" | "followPinned"): number =>
  Math.min(limits[name], inputs.policy.lower?.[name] ?? limits[name]);

/** Accounts of which something may be held stand in line by reason; as many as fit have a place. */
function seated(inputs: Inputs, device: string, facts: Facts, at: number): (anchor: string) => boolean {
  const roles = [facts.base, ...facts.duties];
  const readsAll = inputs.policy.allow.some(
    (rule) =>
      rule.to.some((name) => roles.includes(name)) &&
      [rule.entity].flat().includes("account") &&
      rule.actions.includes("read") &&
      saysAll(rule.when, facts),
  );
  const most = Math.min(bound(inputs, "followAccounts"), readsAll ? limits.followAccountsWide : Infinity);
  const line: { readonly id: string; readonly order: readonly [number, number] }[] = [];
  for (const anchor of inputs.anchors.values()) {
    const place = inputs.records.has(anchor.id) ? placeFor(inputs, facts, anchor.id) : null;
    const order = place && orderOf(inputs, device, facts, place, anchor.no, at);
    if (order) line.push({ id: anchor.id, order });
  }
  if (line.length <= most) return () => true;
  const shown = line.filter(({ id }) => {
    const place = placeFor(inputs, facts, id);
    const { policy } = inputs;
    return compartments.some((compartment) =>
      entitiesAt(id, compartment).some(
        (entity) => place && holdable({ policy, facts, entity, compartment, place, at, row: null }).has("identity"),
      ),
    );
  });
  shown.sort((left, right) => left.order[0] - right.order[0] || left.order[1] - right.order[1]);
  const seats = new Set(shown.slice(0, most).map(({ id }) => id));
  return (anchor) => !inputs.records.has(anchor) || seats.has(anchor);
}
/** Whether a rule may hold of an account of nobody's whom the member knows: no reach but `all` stands in its way. */
function saysAll(when: Cond, facts: Facts): boolean {
  if ("reach" in when) return when.reach === "all";
  if ("any" in when) return when.any.some((one) => saysAll(one, facts));
  if ("all" in when) return when.all.every((one) => saysAll(one, facts));
  return !("in" in when) || facts.teams.length > 0; // the world's policies ask for teams alone
}

/** Where an account stands in line: its reason, and its order among those of the same. */
export function orderOf(
  inputs: Inputs,
  device: string,
  facts: Facts,
  place: Place,
  no: number,
  at: number,
): readonly [number, number] | null {
  const [kind, age] = choicesOf(inputs, device).get(place.anchor.id) ?? ["", 0];
  if (kind === "unfollow") return null;
  if (kind === "pin") return [1, age];
  if (place.anchor.owner === facts.member) return [2, no];
  if (place.shares.some((share) => !share.record && lives(share, at))) return [3, no];
  if (place.accountTeam.some((interval) => lives(interval, at))) return [4, no];
  if (kind === "open") return [5, age];
  return place.anchor.team !== null && facts.teams.includes(place.anchor.team) ? [6, no] : null;
}

/** What the masks of a policy let through of a record, written from ACCESS-R39. */
export function maskedOf(
  policy: Policy,
  name: EntityName,
  row: Readonly<Record<string, unknown>>,
  groups: ReadonlySet<string>,
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [field, { kind, group, steps = [], count = 0 }] of Object.entries(policy.masks?.[name] ?? {})) {
    if (!groups.has(group)) continue;
    const value = row[field];
    const text = typeof value === "string" ? value : "";
    const ends = [null, ...steps, null];
    const passed = steps.filter((step) => Number(value) >= step).length;
    out[`${field}_${group}`] =
      kind === "set"
        ? value !== null && value !== ""
        : value === null || value === ""
          ? null
          : kind === "band"
            ? { from: ends[passed], to: ends[passed + 1] }
            : text.length >= 2 * count
              ? text.slice(-count)
              : "";
  }
  return out;
}

/** `record`: one that is shared by itself, and followed by that alone. */
export function isFollowed(
  inputs: Inputs,
  device: string,
  facts: Facts,
  place: Place,
  at: number,
  record: string | null,
): boolean {
  if (!inputs.records.has(place.anchor.id)) return true; // the organisation's own anchor is no account
  const choice = choicesOf(inputs, device).get(place.anchor.id)?.[0];
  if (choice !== undefined) return choice !== "unfollow";
  const { owner, team } = place.anchor;
  const shares = place.shares.filter((share) => !share.record || share.record === record);
  return (
    owner === facts.member ||
    (team !== null && facts.teams.includes(team)) ||
    [...place.accountTeam, ...shares].some((x) => lives(x, at))
  );
}
