import * as z from "zod/mini";
import { fail, ok, type Result } from "../kernel/result.ts";
import type { Action } from "../kernel/actions.ts";
import { orgAnchor } from "../kernel/id.ts";
import { ownAnchors } from "./anchors.ts";
import {
  compartmentsOf,
  configuration,
  entity,
  entityOfId,
  isPersonal,
  type EntityName,
  type Row,
} from "./entities.ts";
import type { Value } from "./field.ts";
import { defineMutation, type Fields, type Mutation, type Tx } from "./mutation.ts";
import { fieldsSchema } from "./record.ts";

/** The mutations that every entity has: create, edit, delete, restore. */
const id = z.string().check(z.minLength(1), z.maxLength(64));

/** Entities that are configuration or rights are made by their own act, not by `create`. */
const makingAct: Partial<Record<EntityName, Action>> = {
  member: "manage_member",
  team: "manage_member",
  region: "manage_member",
  pipeline: "edit_policy",
  stage: "edit_policy",
  queue: "edit_policy",
  service_level: "edit_policy",
  product: "edit_policy",
  account_team: "manage_account_team",
};
const createAction = (name: EntityName): Action => makingAct[name] ?? "create";

/** `<entity>.create@1`: a record with the id that the device made, under an account (or other anchor) and compartment. */
export function createMutation(name: EntityName): Mutation {
  const args = z.strictObject({
    id,
    anchor: id,
    compartment: z.optional(z.enum(compartmentsOf(name) as [string, ...string[]])),
    fields: fieldsSchema(name, "create"),
  });
  return defineMutation<z.infer<typeof args>>({
    name: `${name}.create@1`,
    args,
    reads: (a) => [a.id, a.anchor, ...refsOf(name, a.fields)],
    causes: (a) => (name === "task" ? [a.id] : []),
    run: (tx, a) => {
      if (a.id.split("_")[1] !== entity(name).kind) return fail("invalid", { fields: ["id"] });
      // Whoever works here is on record where all see it; and this says nothing of what else may be there.
      if (configuration.has(name) && a.anchor !== orgAnchor(tx.cell)) return fail("invalid", { fields: ["anchor"] });
      // Of a member's own there are tasks, in private; all else is somewhere that others may be let into.
      if (isPersonal(a.anchor) && !(name === "task" && a.compartment === "private"))
        return fail("invalid", { fields: ["anchor"] });
      const made = ownAnchors.has(name) ? ownAnchor(tx, name, a.id, a.anchor, a.fields) : ok(a.fields);
      if (!made.ok) return made;
      const lost = lostRef(tx, name, a.fields);
      if (lost) return fail("invalid", { fields: [lost] });
      tx.create(
        name,
        {
          ...emptyFields(name),
          ...defaults(name, tx),
          ...made.value,
          ...first(name, tx),
          id: a.id,
          anchor: a.anchor,
          compartment: a.compartment ?? compartmentsOf(name)[0] ?? "core",
        },
        createAction(name),
      );
      const { owner } = a.fields;
      // A task that is somebody else's from the start is seen by them from the start.
      if (name === "task" && typeof owner === "string") tx.share({ record: a.id, cause: a.id, to: owner });
      return ok(undefined);
    },
  });
}

/** An account, and a view, is its own anchor, and is never without an owner. */
function ownAnchor(tx: Tx, name: EntityName, id: string, anchor: string, fields: Fields): Result<Fields> {
  if (anchor !== id) return fail("invalid", { fields: ["anchor"] });
  if (name === "view") return ok({ ...fields, owner: tx.actor.member });
  return ok({
    ...fields,
    owner: fields["owner"] ?? tx.actor.member,
    team: fields["team"] ?? tx.actor.teams[0] ?? null,
    region: fields["region"] ?? tx.actor.regions[0] ?? null,
    restricted: fields["restricted"] ?? false,
  });
}

/** Every field of a new record is there, so that absent always means hidden. */
export function emptyFields(name: EntityName): Fields {
  return Object.fromEntries(Object.keys(entity(name).fields).map((key) => [key, null]));
}

/** What a record starts with if nothing is said: a first state, no one's time but the edge's. */
function defaults(name: EntityName, tx: Tx): Fields {
  switch (name) {
    case "lead":
      return { status: "new" };
    case "case":
      return { status: "new", openedAt: tx.now };
    case "task":
      return { done: false };
    case "section":
      return { gen: 1, schema: 1 };
    case "activity":
    case "comment":
      return { at: tx.now };
    case "member":
      return { employment: "active" };
    default:
      return {};
  }
}

/** What nobody says of a new record, because only its acts move it: who offers what to whom, who was called in. */
function first(name: EntityName, tx: Tx): Fields {
  switch (name) {
    case "handoff":
      return {
        ...{ state: "draft", fromMember: tx.actor.member, toMember: null, toTeam: null, late: null, moves: null },
        ...{ offeredAt: null, acceptedAt: null, lagMs: null, doneAt: null },
      };
    case "lead_rule":
      return { keeper: tx.actor.member };
    case "case":
      return { escalatedTo: null, escalations: null, waits: null, respondedAt: null };
    case "section":
      return { owner: null };
    case "account":
    case "contact":
    case "lead":
      return { mergedInto: null, mergedAt: null, apart: null, queue: null, assigned: null };
    case "opportunity":
      return { stageSince: tx.now, cameFrom: null, closeMoves: 0 };
    default:
      return {};
  }
}

/** `<entity>.edit@1`: fields that are free to edit; those with an act of their own are refused by the schema. */
export function editMutation(name: EntityName): Mutation {
  const args = z.strictObject({
    id,
    set: fieldsSchema(name, "edit"),
    /** Values that the member saw, for fields that are never overwritten unseen. */
    seen: z.optional(z.record(z.string(), z.any())),
  });
  return defineMutation<z.infer<typeof args>>({
    name: `${name}.edit@1`,
    args,
    reads: (a) => [a.id, ...refsOf(name, a.set)],
    run: (tx, a) => {
      const row = own(name, tx, a.id);
      if (!row) return fail("missing");
      const moved = movedUnseen(name, row, a.set, a.seen ?? {});
      if (moved.length > 0) return fail("version_conflict", { fields: moved });
      const lost = lostRef(tx, name, a.set);
      if (lost) return fail("invalid", { fields: [lost] });
      tx.edit(a.id, a.set);
      return ok(undefined);
    },
  });
}

/** A record of this entity: one of another kind has other fields, and is not there under this name. */
const own = (name: EntityName, tx: Tx, record: string): Row | null =>
  entityOfId(record) === name ? tx.get(record) : null;

function movedUnseen(name: EntityName, row: Row, set: Fields, seen: Fields): string[] {
  return Object.keys(set).filter((key) => {
    const field = entity(name).fields[key];
    if (!field?.careful || !(key in seen) || row[key] === undefined) return false;
    return (row[key] ?? null) !== (seen[key] ?? null) && (row[key] ?? null) !== (set[key] ?? null);
  });
}

/** References to records that the member may not see are refused as if the record were not there. */
function lostRef(tx: Tx, name: EntityName, fields: Fields): string | null {
  for (const [key, value] of refEntries(name, fields)) {
    // Who acts is there, also on a device whose list of members is still on its way.
    if (value !== tx.actor.member && tx.get(value) === null) return key;
  }
  return null;
}
function refsOf(name: EntityName, fields: Fields): string[] {
  return refEntries(name, fields).map(([, value]) => value);
}
function refEntries(name: EntityName, fields: Fields): [string, string][] {
  return Object.entries(fields).filter((entry): entry is [string, string] => isRef(name, entry[0], entry[1]));
}
const isRef = (name: EntityName, key: string, value: Value | undefined): boolean =>
  entity(name).fields[key]?.type === "ref" && typeof value === "string";

export function removeMutation(name: EntityName): Mutation {
  const args = z.strictObject({ id });
  return defineMutation<z.infer<typeof args>>({
    name: `${name}.delete@1`,
    args,
    reads: (a) => [a.id],
    causes: (a) => [a.id],
    run: (tx, a) => {
      if (!own(name, tx, a.id)) return fail("missing");
      tx.remove(a.id);
      tx.endShares(a.id, { all: true }); // who was let in for its sake
      return ok(undefined);
    },
  });
}
export function restoreMutation(name: EntityName): Mutation {
  const args = z.strictObject({ id });
  return defineMutation<z.infer<typeof args>>({
    name: `${name}.restore@1`,
    args,
    reads: (a) => [a.id],
    run: (tx, a) => (entityOfId(a.id) === name && tx.restore(a.id) ? ok(undefined) : fail("missing")),
  });
}
