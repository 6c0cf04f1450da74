import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { entities, entityNames, type EntityName } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";

/**
 * The tables of a cell. Record tables are derived from shared/records/entities.ts, so that a field is declared once;
 * tests/worker/schema.test.ts compares them with what the migrations made.
 */
export const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function column(name: string, field: Field) {
  switch (field.type) {
    case "int":
    case "money":
    case "instant":
      return integer(snake(name));
    case "bool":
      return integer(snake(name), { mode: "boolean" });
    case "custom":
    case "list":
    case "lines":
      return text(snake(name), { mode: "json" });
    default:
      return text(snake(name));
  }
}

/** Columns that every record has. Soft delete: a record is gone for everyone when `deletedAt` is set. */
const base = () => ({
  id: text("id").primaryKey(),
  anchor: text("anchor").notNull(),
  compartment: text("compartment").notNull(),
  ver: integer("ver").notNull(), // never leaves the cell
  createdAt: integer("created_at").notNull(),
  createdBy: text("created_by").notNull(),
  updatedAt: integer("updated_at").notNull(), // cell-internal: it would tell of hidden edits
  deletedAt: integer("deleted_at"),
});

function recordTable(name: EntityName) {
  const own = Object.entries<Field>(entities[name].fields).filter(([, field]) => field.of === undefined);
  const columns = Object.fromEntries(own.map(([key, field]) => [key, column(key, field)]));
  return sqliteTable(name, { ...columns, ...base() }, (table) => [index(`${name}_anchor`).on(table.anchor, table.id)]);
}
// An account team is asked for by member as well ("what do I work on?"): migrations make account_team_member for it.
export type RecordTable = ReturnType<typeof recordTable>;
export const recordTables = Object.fromEntries(entityNames.map((name) => [name, recordTable(name)])) as Record<
  EntityName,
  RecordTable
>;

/** What visibility hangs on: one row an anchor, shared by its compartments. `no` is what handles are made of. */
export const anchor = sqliteTable(
  "anchor",
  {
    no: integer("no").primaryKey(),
    id: text("id").notNull(),
    owner: text("owner"),
    team: text("team"),
    region: text("region"),
    restricted: integer("restricted", { mode: "boolean" }).notNull(),
    /** Set with the account's: everything under a deleted anchor is visible to nobody. */
    deletedAt: integer("deleted_at"),
    /** Raised by every change of the row, of its account team and of its shares: the right-guard of a push. */
    ver: integer("ver").notNull(),
  },
  (table) => [
    uniqueIndex("anchor_id").on(table.id),
    index("anchor_owner").on(table.owner, table.id),
    index("anchor_team").on(table.team, table.id),
    index("anchor_region").on(table.region, table.id),
  ],
);

/** Lets a member or team in by name: a key (compartment) of an anchor, or one record of it. */
export const share = sqliteTable(
  "share",
  {
    id: text("id").primaryKey(),
    anchor: text("anchor").notNull(),
    compartment: text("compartment").notNull(),
    record: text("record"), // null: the whole key
    toKind: text("to_kind").notNull(), // member | team
    toId: text("to_id").notNull(),
    groups: integer("groups").notNull(), // mask
    recipe: text("recipe").notNull(),
    from: integer("from_t"),
    until: integer("until_t"),
    endedAt: integer("ended_at"),
    cause: text("cause").notNull(),
  },
  (table) => [index("share_to").on(table.toId, table.anchor), index("share_anchor").on(table.anchor)],
);

/** One row per committed change: feed, timeline, field history and audit tail in one. `seq` is commit order. */
export const change = sqliteTable(
  "change",
  {
    seq: integer("seq").primaryKey(),
    anchor: text("anchor").notNull(),
    compartment: text("compartment").notNull(),
    entity: text("entity").notNull(),
    record: text("record").notNull(),
    op: text("op").notNull(), // in | out | edit | del
    actor: text("actor").notNull(),
    client: text("client").notNull(),
    n: integer("n").notNull(),
    at: integer("at").notNull(),
    mutation: text("mutation").notNull(),
    patch: text("patch", { mode: "json" }), // {field: [before, after]}
  },
  (table) => [index("change_key").on(table.anchor, table.compartment, table.seq)],
);

/** Until `seq`, the rights input `id` of `kind` was `before`. What then-versus-now is computed from (SYNC-T1). */
export const was = sqliteTable(
  "was",
  {
    seq: integer("seq").notNull(),
    kind: text("kind").notNull(), // anchor | account_team | share | member | policy
    id: text("id").notNull(),
    anchor: text("anchor"), // the anchor that it is about, if any
    member: text("member"), // the member or team that it is about, if any
    before: text("before", { mode: "json" }),
  },
  (table) => [primaryKey({ columns: [table.seq, table.kind, table.id] })],
);

/** Watermark of a client: the guard of every push. `ok` must be 1, or the whole batch rolls back (SYNC-W3). */
export const client = sqliteTable("client", {
  id: text("id").primaryKey(),
  member: text("member").notNull(),
  device: text("device").notNull(),
  n: integer("n").notNull(),
  ok: integer("ok").notNull(),
  at: integer("at").notNull(), // when n last moved
});
export const outcome = sqliteTable(
  "outcome",
  { client: text("client").notNull(), n: integer("n").notNull(), body: text("body", { mode: "json" }).notNull() },
  (table) => [primaryKey({ columns: [table.client, table.n] })],
);
export const device = sqliteTable("device", {
  id: text("id").primaryKey(),
  member: text("member").notNull(),
  secret: text("secret").notNull(), // base64, of the handles
  seenAt: integer("seen_at").notNull(),
});
/** Append-only choices of a device; its own counter `v`, because a choice makes no change row (SYNC-T3). */
export const follow = sqliteTable(
  "follow",
  {
    device: text("device").notNull(),
    v: integer("v").notNull(),
    anchor: text("anchor").notNull(),
    kind: text("kind").notNull(),
  },
  (table) => [primaryKey({ columns: [table.device, table.v] }), index("follow_anchor").on(table.device, table.anchor)],
);
/** How far a sweep has come that reads a little of a table at a time. */
export const sweep = sqliteTable("sweep", { k: text("k").primaryKey(), past: text("past").notNull() });

/** Accounts that a member gave to others on a day (UTC) without a second person (ACCESS-R58). */
export const reassigned = sqliteTable(
  "reassigned",
  { actor: text("actor").notNull(), day: integer("day").notNull(), n: integer("n").notNull() },
  (table) => [primaryKey({ columns: [table.actor, table.day] })],
);

/** Whose turn a rule for leads has reached: how often it dealt one out, and to whom last. The guard of fair turns. */
export const leadTurn = sqliteTable("lead_turn", {
  rule: text("rule").primaryKey(),
  n: integer("n").notNull(),
  last: text("last"),
});
/** An import: whose it is, how far it has come, and what came of it (docs/spec/exchange.md). */
export const importRun = sqliteTable(
  "import_run",
  {
    id: text("id").primaryKey(),
    member: text("member").notNull(),
    name: text("name").notNull(),
    print: text("print").notNull(), // of file and mapping: the same import is gone on with
    mapping: text("mapping").notNull(),
    state: text("state", { enum: ["open", "done", "undoing", "undone"] }).notNull(),
    at: integer("at").notNull(),
    endedAt: integer("ended_at"),
    parts: integer("parts").notNull(),
    settled: integer("settled").notNull(), // parts whose references were looked at once more
    undone: integer("undone"), // the part that an undo takes next; null: no undo
    created: integer("created").notNull(),
    updated: integer("updated").notNull(),
    same: integer("same").notNull(),
    refused: integer("refused").notNull(),
    waits: integer("waits").notNull(),
    taken: integer("taken").notNull(),
    kept: integer("kept").notNull(),
  },
  (table) => [index("import_run_member").on(table.member, table.at)],
);
/** A portion: its changes are the last `changes` up to `upto`; `body` is what it was answered; `kept` what an undo left. */
export const importPart = sqliteTable(
  "import_part",
  {
    run: text("run").notNull(),
    n: integer("n").notNull(),
    upto: integer("upto").notNull(),
    changes: integer("changes").notNull(),
    body: text("body", { mode: "json" }).notNull(),
    kept: text("kept", { mode: "json" }),
  },
  (table) => [primaryKey({ columns: [table.run, table.n] })],
);
export const sourceAgain = sqliteTable("source_again", { id: text("id").primaryKey(), n: integer("n").notNull() });
/** An export: what somebody took out, and until when they may fetch it. */
export const exportRun = sqliteTable(
  "export_run",
  {
    id: text("id").primaryKey(),
    member: text("member").notNull(),
    what: text("what").notNull(),
    format: text("format").notNull(),
    rows: integer("rows").notNull(),
    sent: integer("sent").notNull(),
    approval: text("approval"),
    at: integer("at").notNull(),
    until: integer("until").notNull(),
  },
  (table) => [index("export_run_member").on(table.member, table.at)],
);

/** The last restore or squash of a section: which generation it led to, and the version that the room follows with. */
export const regen = sqliteTable("regen", {
  section: text("section").primaryKey(),
  gen: integer("gen").notNull(),
  why: text("why", { enum: ["restore", "squash", "quarantine"] }).notNull(),
  version: text("version"),
  by: text("by").notNull(),
  at: integer("at").notNull(),
});

/** Published policies are immutable; the newest one rules. */
export const policy = sqliteTable("policy", {
  version: integer("version").primaryKey(),
  body: text("body").notNull(),
  author: text("author").notNull(),
  approver: text("approver"),
  why: text("why").notNull(),
  at: integer("at").notNull(),
});
/** `directory`: version of members, teams and policy. `shape`: generation of the key shape. */
export const meta = sqliteTable("meta", { k: text("k").primaryKey(), v: integer("v").notNull() });
