import { classOfChange, eventClasses, isEventKind, type AuditClass, type EventKind } from "../../shared/audit/kinds.ts";
import type { ChangeRow, EventRow, Seal } from "../../shared/audit/seal.ts";
import { edgeLimits } from "../../shared/kernel/limits.ts";
import { entity, entityOfId, isEntity, type EntityName, type Row } from "../../shared/records/entities.ts";
import type { Field, Value } from "../../shared/records/field.ts";
import { groupDefaults, hasGroup, type Mask } from "../../shared/records/groups.ts";
import { isVisible, project } from "../../shared/records/record.ts";
import type { DoorContext } from "../db/door.ts";
import { namesOf } from "../db/lent.ts";
import { loadPlaces, loadRows } from "../db/rows.ts";
import { policyFrom } from "../governance/gate.ts";
import { historyMask, thenOf } from "../history/changes.ts";
import { teamSince } from "../history/store.ts";
import * as store from "./store.ts";

/**
 * The stream as one reader may have it (AUDIT-5): every act with who, when and what on; of its fields those that the
 * reader may look into, now and when it was made. A field that is hidden from them is named without its values where its
 * group may be known, and is absent where it is secret. Titles are those of records that they see.
 */
interface StreamField {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly hidden?: true;
}
export interface StreamItem {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly class: AuditClass;
  readonly kind: EventKind | "change";
  readonly mutation?: string;
  readonly op?: string;
  readonly entity?: string;
  readonly record?: string;
  readonly title?: string;
  readonly fields?: readonly StreamField[];
  readonly subject?: string;
  readonly what?: string;
  readonly n?: number;
  readonly detail?: unknown;
  /** When it was sealed; null: not yet. */
  readonly sealedAt: number | null;
}
export interface Filter {
  readonly actor: string | null;
  readonly record: string | null;
  readonly entity: string | null;
  readonly mutation: string | null;
  readonly class: AuditClass | null;
  readonly kind: EventKind | "change" | null;
  readonly from: number;
  readonly until: number;
}
export interface StreamPage {
  readonly items: readonly StreamItem[];
  readonly nextCursor: string | null;
}

function wantedOf(filter: Filter): store.Wanted {
  const { class: of, kind } = filter;
  const kinds = kind === "change" ? [] : kind !== null ? [kind] : of === null ? null : Object.entries(eventClasses).flatMap(([name, its]) => (its === of ? [name] : [])); // prettier-ignore
  const changes = kind !== null && kind !== "change" ? null : of === null ? ("all" as const) : of === "access" || of === "work" ? of : null; // prettier-ignore
  // A mutation is said of changes alone.
  return { ...filter, changes, kinds: filter.mutation === null ? kinds : [] };
}

const cursorForm = /^(\d{1,15})\.(\d{1,15})$/;
/** A place in both sources; null: none of ours. */
function placeOf(cursor: string | null): { change: number; event: number } | null {
  if (cursor === null) return { change: Number.MAX_SAFE_INTEGER, event: Number.MAX_SAFE_INTEGER };
  const found = cursorForm.exec(cursor);
  return found ? { change: Number(found[1]), event: Number(found[2]) } : null;
}

/** A page, newest first. Bounded by rows looked at too: one that is short may have a next one. Null: a broken cursor. */
export async function streamPage(
  door: DoorContext,
  filter: Filter,
  cursor: string | null,
  limit: number,
): Promise<StreamPage | null> {
  const { db } = door;
  const start = placeOf(cursor);
  if (!start) return null;
  const wanted = wantedOf(filter);
  const found = await store.pageOf(db, wanted, start, limit, edgeLimits.auditScanRows);
  const taken: ({ readonly change: ChangeRow } | { readonly event: EventRow })[] = [];
  const place = { ...found.end };
  const [changes, events] = [[...found.changes], [...found.events]];
  while (taken.length < limit && changes.length + events.length > 0) {
    const [change, event] = [changes[0], events[0]];
    if (change && (!event || change.at >= event.at)) taken.push({ change: changes.shift() ?? change });
    else if (event) taken.push({ event: events.shift() ?? event });
  }
  // Of what was not taken the next page begins.
  if (changes[0]) place.change = changes[0].seq + 1;
  if (events[0]) place.event = events[0].seq + 1;
  const done = changes.length + events.length === 0 && found.ended;
  const seals = await store.newestSeals(db, 2_000);
  const shown = await shownOf(door, taken.flatMap((one) => ("change" in one ? [one.change] : []))); // prettier-ignore
  return {
    items: taken.map((one) => ("change" in one ? changeItem(one.change, shown, seals) : eventItem(one.event, seals))),
    nextCursor: done ? null : `${place.change}.${place.event}`,
  };
}

interface Shown {
  /** The record as the reader sees it, and the groups of a change into which they may look. */
  readonly rows: ReadonlyMap<string, Row>;
  readonly maskOf: (change: ChangeRow) => Mask;
  readonly isKnown: (field: Field) => boolean;
}
async function shownOf(door: DoorContext, changes: readonly ChangeRow[]): Promise<Shown> {
  const { db, actor, now } = door;
  const stored = await loadRows(db, [...new Set(changes.map(({ record }) => record))]);
  const anchors = [...new Set([...stored.values()].map(({ row }) => row.anchor))];
  const [, ...names] = namesOf(actor.facts);
  const places = await loadPlaces(db, anchors, actor.member, names);
  const teams = await teamSince(db, [...places.values()].flatMap(({ accountTeam }) => accountTeam.map(({ id }) => id))); // prettier-ignore
  const rows = new Map<string, Row>();
  for (const [id, { entity: name, row, deletedAt }] of stored) {
    const place = places.get(row.anchor);
    if (!place || deletedAt !== null) continue;
    const mask = actor.bound.recordMask(name, row, place, now);
    const seen = isVisible(name, row, mask) ? project(name, row, mask, actor.bound.rules.masks ?? {}) : null;
    if (seen) rows.set(id, seen);
  }
  const settings = policyFrom(actor.policyBody)?.groups;
  return {
    rows,
    isKnown: ({ group }) => (settings?.[group] ?? groupDefaults[group]).existence === "shown",
    maskOf: ({ record, compartment, at }) => {
      const held = stored.get(record);
      const place = held && places.get(held.row.anchor);
      if (!held || !place || !rows.has(record)) return 0;
      return historyMask(door, { name: held.entity, row: held.row, compartment, at }, place, thenOf(place, teams, now));
    },
  };
}

const sealedBy = (seals: readonly Seal[], of: (seal: Seal) => boolean): number | null => seals.find(of)?.at ?? null;
const titleOf = (row: Row | undefined): string | undefined => {
  const title = row?.["name"] ?? row?.["title"];
  return typeof title === "string" && title !== "" ? title : undefined;
};
const plainPatches = new Set(["share", "grant", "cover", "policy"]);

function changeItem(row: ChangeRow, shown: Shown, seals: readonly Seal[]): StreamItem {
  const { seq, at, actor, mutation, op, entity: of, record, patch } = row;
  const title = titleOf(shown.rows.get(record));
  const base = {
    id: `c${seq}`, at, actor, class: classOfChange(row), kind: "change" as const, mutation, op, entity: of, record,
    ...(title === undefined ? {} : { title }), sealedAt: sealedBy(seals, (seal) => seq >= seal.changeFrom && seq <= seal.changeTo),
  }; // prettier-ignore
  if (plainPatches.has(of)) return { ...base, detail: patch ?? null };
  const name: EntityName | null = isEntity(of) ? of : entityOfId(record);
  const fields = name ? fieldsOf(name, patch, shown, row) : [];
  return fields.length > 0 ? { ...base, fields } : base;
}
function fieldsOf(name: EntityName, patch: unknown, shown: Shown, change: ChangeRow): StreamField[] {
  if (typeof patch !== "object" || patch === null) return [];
  const declared: Readonly<Record<string, Field>> = entity(name).fields;
  const mask = shown.maskOf(change);
  const own = shown.rows.get(change.record);
  return Object.entries(patch as Readonly<Record<string, unknown>>).flatMap(([field, value]): StreamField[] => {
    const about = Object.hasOwn(declared, field) ? declared[field] : undefined;
    if (!about) return [];
    if (!hasGroup(mask, about.group) || !own || !Object.hasOwn(own, field)) return shown.isKnown(about) ? [{ field, hidden: true }] : []; // prettier-ignore
    if (!Array.isArray(value)) return [{ field, hidden: true }]; // erased
    const [before, after] = value as [Value | null, Value | null];
    return [{ field, before, after }];
  });
}

function eventItem(row: EventRow, seals: readonly Seal[]): StreamItem {
  const { seq, at, actor, kind, subject, what, n, detail } = row;
  const known: EventKind = isEventKind(kind) ? kind : "alarm";
  return {
    id: `e${seq}`, at, actor, class: eventClasses[known], kind: known,
    ...(subject === null ? {} : { subject }), ...(what === null ? {} : { what }), ...(n === null ? {} : { n }),
    ...(detail === null ? {} : { detail: JSON.parse(detail) as unknown }),
    sealedAt: sealedBy(seals, (seal) => seq >= seal.eventFrom && seq <= seal.eventTo),
  }; // prettier-ignore
}
