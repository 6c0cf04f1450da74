/** Live counts of records by a field ("open opportunities of each account"), and the latest of a moment in each group. */
import type { EntityName, Row } from "../../shared/records/entities.ts";
import type { Jobs } from "./jobs.ts";
import type { Steps } from "./sorted.ts";
import type { Count, TallyQuery } from "./types.ts";

interface Group {
  /** Members of the group with their moments. */
  readonly rows: Map<string, number | null>;
  /** Null: to be looked for, since the latest one left. */
  latest: number | null | undefined;
}
const none: Count = { count: 0, latest: null };

export class Tally {
  readonly entity: EntityName;
  ready = false;
  private readonly source: {
    record(id: string): Row | undefined;
    records(e: EntityName, anchor?: string): Iterable<Row>;
  };
  private readonly query: TallyQuery;
  private readonly onChange: (groups: ReadonlySet<string>) => void;
  private readonly onMoved: () => void;
  private readonly over: () => void;
  private readonly groups = new Map<string, Group>();
  private readonly groupOf = new Map<string, string>();
  private readonly late = new Set<string>();
  private moved = false;
  private stop: () => void = () => undefined;

  constructor(
    source: Tally["source"],
    entity: EntityName,
    query: TallyQuery,
    onChange: (groups: ReadonlySet<string>) => void,
    onMoved: () => void,
    over: () => void,
  ) {
    this.source = source;
    this.entity = entity;
    this.query = query;
    this.onChange = onChange;
    this.onMoved = onMoved;
    this.over = over;
  }
  start(jobs: Jobs): void {
    this.stop = jobs.run(this.build(), () => {
      this.ready = true;
      this.onChange(new Set(this.groups.keys()));
      this.onMoved();
      this.apply([...this.late]);
      this.late.clear();
    });
  }
  close(): void {
    this.stop();
    this.over();
  }
  get(group: string): Count {
    const found = this.ready ? this.groups.get(group) : undefined;
    if (!found) return none;
    if (found.latest === undefined) {
      found.latest = null;
      for (const at of found.rows.values())
        if (at !== null && (found.latest === null || at > found.latest)) found.latest = at;
    }
    return { count: found.rows.size, latest: found.latest };
  }
  /** Tells who reads all groups of what came part by part. */
  settle(): void {
    if (this.moved) this.onMoved();
    this.moved = false;
  }
  /** `part`: of a copy that is being read; who reads all groups hears of it at its end. */
  apply(ids: readonly string[], part = false): void {
    if (!this.ready) {
      for (const id of ids) this.late.add(id);
      return;
    }
    const touched = new Set<string>();
    for (const id of ids) {
      const row = this.source.record(id);
      const before = this.groupOf.get(id);
      if (before !== undefined) this.leave(id, before);
      const after = row && this.enter(row);
      if (before !== undefined) touched.add(before);
      if (after !== undefined) touched.add(after);
    }
    if (touched.size === 0) return;
    this.onChange(touched);
    this.moved = true;
    if (!part) this.settle();
  }
  private *build(): Steps<void> {
    let count = 0;
    for (const row of [...this.source.records(this.entity, this.query.anchor)]) {
      this.enter(row);
      if ((count += 1) % 1024 === 0) yield;
    }
  }
  private enter(row: Row): string | undefined {
    const { by, anchor, where, latest } = this.query;
    if ((anchor !== undefined && row.anchor !== anchor) || (where && !where(row))) return undefined;
    const name = by === undefined ? "" : String(row[by] ?? "");
    let group = this.groups.get(name);
    if (!group) this.groups.set(name, (group = { rows: new Map(), latest: null }));
    const at = latest?.(row) ?? null;
    group.rows.set(row.id, at);
    if (at !== null && group.latest !== undefined && (group.latest === null || at > group.latest)) group.latest = at;
    this.groupOf.set(row.id, name);
    return name;
  }
  private leave(id: string, name: string): void {
    const group = this.groups.get(name);
    const at = group?.rows.get(id) ?? null;
    group?.rows.delete(id);
    this.groupOf.delete(id);
    if (group?.rows.size === 0) this.groups.delete(name);
    else if (group && at !== null && at === group.latest) group.latest = undefined;
  }
}
