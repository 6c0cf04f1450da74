import { derived, kindOf, type Listed } from "../../shared/lists/query.ts";
import { entity, type Row } from "../../shared/records/entities.ts";
import type { Value } from "../../shared/records/field.ts";
import type { Mutated } from "../data/types.ts";
import type { Wrong } from "./values.ts";

/**
 * Acts on many rows (LIST-7): what is to be done as mutations, one a row, each with its way back. What may not be done is
 * told apart before; what was refused, after. Pure but for the host, which is the local copy.
 */
type Fields = Readonly<Record<string, Value>>;
interface Mutation {
  readonly name: string;
  readonly args: { readonly id: string } & Readonly<Record<string, unknown>>;
}
export interface Act extends Mutation {
  readonly row: Row;
  /** What it makes of the row; absent: it deletes it. */
  readonly set?: Fields;
  readonly back: Mutation | undefined;
}
type Why =
  | { readonly kind: "refused"; readonly answer: Mutated }
  | { readonly kind: "wrong"; readonly wrong: Wrong; readonly text: string }
  /** Not on this device; hidden; moved by another act alone; changed by somebody since; no way back is known. */
  | { readonly kind: "absent" | "hidden" | "fixed" | "moved" | "gone" };
export interface Not {
  readonly row: Row;
  readonly field?: string | undefined;
  readonly why: Why;
}
export interface Change {
  readonly row: Row;
  readonly field: string;
  readonly value: Value;
}
export interface Plan {
  readonly acts: readonly Act[];
  /** Fields that are already so. */
  readonly same: number;
  readonly not: readonly Not[];
}
export interface Ran {
  readonly done: readonly Act[];
  readonly not: readonly Not[];
  /** Acts that were not begun: it was stopped. */
  readonly left: number;
}
export interface Host {
  readonly zone: string;
  row(id: string): Row | undefined;
  /** By the rights that this device knows of; the edge decides again. */
  may(
    action: "edit" | "reassign" | "delete",
    row: Row,
    field?: string,
  ): { readonly allowed: boolean; readonly why?: string };
  would(name: string, args: unknown): Mutated;
  mutate(name: string, args: unknown): Promise<Mutated>;
  /** Takes an act out of what is not sent yet. False: it may have left. */
  takeOut(act: Act): Promise<boolean>;
}

/** By which act a list changes a field; undefined: by none. */
export function wayOf(name: Listed, field: string): "edit" | "reassign" | undefined {
  const about = entity(name).fields[field];
  if (!about || Object.hasOwn(derived[name], field) || kindOf(name, field) === null || about.apart) return undefined;
  if (about.type === "instant") return undefined;
  if (!about.act) return "edit";
  return name === "account" && about.act === "reassign" ? "reassign" : undefined;
}

/** Why an act is not begun: no right to it, or something that has to be met first. */
function barred(host: Host, action: "edit" | "reassign" | "delete", act: Act, field?: string): Why | undefined {
  const may = host.may(action, act.row, field);
  const answer: Mutated = may.allowed
    ? host.would(act.name, act.args)
    : { ok: false, code: "denied", ...(may.why ? { detail: may.why } : {}) };
  return answer.ok ? undefined : { kind: "refused", answer };
}
/** Why a list does not change a field of a row that is here; undefined: it does, or tries. */
export function closed(host: Host, name: Listed, row: Row | undefined, field: string): Why | undefined {
  const way = wayOf(name, field);
  if (!row) return { kind: "absent" };
  if (!way) return { kind: "fixed" };
  if (row[field] === undefined) return { kind: "hidden" };
  const [act] = changeActs(name, row, { [field]: row[field] }, host.zone);
  return act && barred(host, way, act, field);
}

/** A day is of a zone: whoever writes it says it in their own. */
function withZone(name: Listed, set: Fields, zone: string): Fields {
  const zones = Object.keys(set).flatMap((field) => {
    const beside = field.replace(/Day$/, "Zone");
    return beside !== field && entity(name).fields[beside]
      ? [[beside, set[field] === null ? null : zone] as const]
      : [];
  });
  return { ...set, ...Object.fromEntries(zones) };
}
const pick = (row: Row, fields: readonly string[]): Fields =>
  Object.fromEntries(fields.map((field) => [field, row[field] ?? null]));

/** New values of a row as its acts: an edit first, for who gives a record away may not edit it any more. */
export function changeActs(name: Listed, row: Row, wanted: Fields, zone: string): Act[] {
  const { id } = row;
  const of = (way: string) =>
    Object.fromEntries(Object.entries(wanted).filter(([field]) => wayOf(name, field) === way));
  const [edits, given] = [withZone(name, of("edit"), zone), of("reassign")];
  const acts: Act[] = [];
  if (Object.keys(edits).length > 0)
    acts.push({
      row,
      set: edits,
      name: `${name}.edit@1`,
      args: { id, set: edits },
      back: { name: `${name}.edit@1`, args: { id, set: pick(row, Object.keys(edits)) } },
    });
  if (Object.keys(given).length > 0) {
    const { owner: to = row["owner"] ?? null, ...places } = given;
    const from = row["owner"] ?? null;
    const before = pick(row, Object.keys(places));
    acts.push({
      row,
      set: given,
      name: `${name}.reassign@1`,
      args: { id, from, to, ...places },
      back: from === null ? undefined : { name: `${name}.reassign@1`, args: { id, from: to, to: from, ...before } },
    });
  }
  return acts;
}
const deleteAct = (name: Listed, row: Row): Act => ({
  row,
  name: `${name}.delete@1`,
  args: { id: row.id },
  back: { name: `${name}.restore@1`, args: { id: row.id } },
});

/** Field by field, so that a bad one holds back no good one; a step a row. */
export function* planChanges(host: Host, name: Listed, changes: readonly Change[]): Generator<undefined, Plan> {
  const rows = new Map<string, Change[]>();
  for (const change of changes) rows.set(change.row.id, [...(rows.get(change.row.id) ?? []), change]);
  const acts: Act[] = [];
  const not: Not[] = [];
  let same = 0;
  for (const [id, all] of rows) {
    const row = host.row(id);
    const good: Record<string, Value> = {};
    for (const { row: shown, field, value } of all) {
      const way = wayOf(name, field);
      const [act] = row ? changeActs(name, row, { [field]: value }, host.zone) : [];
      const isSame = row !== undefined && way !== undefined && row[field] === value;
      const open = row !== undefined && way !== undefined && row[field] !== undefined && act;
      const why = open ? (isSame ? undefined : barred(host, way, act, field)) : closed(host, name, row, field);
      if (why) not.push({ row: row ?? shown, field, why });
      else if (isSame) same += 1;
      else good[field] = value;
    }
    if (row) acts.push(...changeActs(name, row, good, host.zone));
    yield;
  }
  return { acts, same, not };
}
export function* planDeletes(host: Host, name: Listed, rows: readonly Row[]): Generator<undefined, Plan> {
  const acts: Act[] = [];
  const not: Not[] = [];
  for (const shown of rows) {
    const row = host.row(shown.id);
    const act = row && deleteAct(name, row);
    const why: Why | undefined = act ? barred(host, "delete", act) : { kind: "absent" };
    if (why) not.push({ row: row ?? shown, why });
    else if (act) acts.push(act);
    yield;
  }
  return { acts, same: 0, not };
}

/** One after the other, so that each is on the disk before the next. `go` is told how many are done, and may say no more. */
export async function runActs(host: Host, acts: readonly Act[], go: (done: number) => boolean): Promise<Ran> {
  const done: Act[] = [];
  const not: Not[] = [];
  let at = 0;
  for (const act of acts) {
    if (!go(at)) break;
    at += 1;
    const answer = await host.mutate(act.name, act.args);
    if (answer.ok) done.push(act);
    else not.push({ row: act.row, why: { kind: "refused", answer } });
  }
  return { done, not, left: acts.length - at };
}

/** Takes acts back, the last first, where nobody came in between. */
export async function undoActs(host: Host, acts: readonly Act[], go: (done: number) => boolean): Promise<Ran> {
  const done: Act[] = [];
  const not: Not[] = [];
  let at = 0;
  for (const act of acts.toReversed()) {
    if (!go(at)) break;
    at += 1;
    const { id } = act.row;
    const row = host.row(id);
    const { set, back } = act;
    const no = (why: Why): unknown => not.push({ row: act.row, why });
    const isEdit = act.name.includes(".edit@");
    if (set && row && Object.entries(set).some(([field, value]) => (row[field] ?? null) !== value))
      no({ kind: "moved" });
    // What was never sent needs no right to take it back, and no answer: one deleted is there again only when the edge says so.
    else if (!isEdit && (await host.takeOut(act))) done.push(act);
    else if (set && !row) no({ kind: "absent" });
    else if (!back) no({ kind: "gone" });
    else {
      const way = isEdit ? "edit" : act.name.includes(".reassign@") ? "reassign" : undefined; // what was deleted is not here to be judged
      const why = row && way && barred(host, way, { ...act, row, ...back });
      if (why) {
        no(why);
        continue;
      }
      const answer = await host.mutate(back.name, back.args);
      if (answer.ok) done.push(act);
      else no({ kind: "refused", answer });
    }
  }
  return { done, not, left: acts.length - at };
}

/** Work in small pieces, so that keys and the screen are served in between. Undefined: nobody wants it any more. */
export async function slowly<T>(steps: Generator<undefined, T>, isWanted: () => boolean): Promise<T | undefined> {
  for (;;) {
    const until = performance.now() + 8;
    while (performance.now() < until) {
      const step = steps.next();
      if (step.done) return step.value;
    }
    await new Promise((resolve) => setTimeout(resolve));
    if (!isWanted()) return undefined;
  }
}
