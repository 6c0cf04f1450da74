import type { KeyRights } from "../../shared/sync/protocol.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { empty, put, type KeyBlob } from "../../web/data/disk.ts";
import { atOnce, type Jobs } from "../../web/data/jobs.ts";
import { Replica, type Change } from "../../web/data/replica.ts";
import type { ListQuery } from "../../web/data/types.ts";
import { Windows } from "../../web/data/windows.ts";
import { asPeople, id, shownRows, type Ask, type Opportunity } from "./data.ts";
import type { Subject } from "./subject.ts";

const g: KeyRights = { opportunity: { identity: null, shared: null, terms: null } };
const handle = (anchor: string): string => `h${anchor.slice(-20)}`;

/** As the disk gives it: a blob for each key. */
export function blobsOf(rows: readonly Opportunity[]): Map<string, KeyBlob> {
  const blobs = new Map<string, { g: KeyRights; rows: Map<string, { e: "opportunity"; row: Opportunity }> }>();
  for (const row of rows) {
    const h = handle(row.anchor);
    let blob = blobs.get(h);
    if (!blob) blobs.set(h, (blob = { g, rows: new Map() }));
    blob.rows.set(row.id, { e: "opportunity", row });
  }
  return blobs;
}
export const queryOf = ({ stage, by, down }: Ask): ListQuery<"opportunity"> => ({
  sort: `${down ? "-" : ""}${by}`,
  limit: shownRows,
  ...(stage === null ? {} : { where: (row) => row.stage === stage }),
});
function replica(): Replica {
  return new Replica({ cell: "local", actor: { member: id("mem", 1), teams: [], regions: [] }, mutations });
}
export class Local {
  readonly copy = replica();
  readonly windows: Windows;

  constructor(jobs: Jobs, keys: ReadonlyMap<string, KeyBlob>) {
    this.windows = new Windows(
      { record: (one) => this.copy.record(one), records: (entity, anchor) => this.copy.records(entity, anchor) },
      jobs,
    );
    this.tell(this.copy.load(1, { ...empty(), keys }));
  }
  tell(changes: readonly Change[]): void {
    this.windows.changed(changes);
  }
}

/** Its windows alone, over a table in memory: no keys, rights or pending edits, as the peers have none. */
export const bare: Subject = {
  name: "bare",
  compareText: asPeople,
  prepare: (rows) => () => {
    const table = new Map(rows.map((row) => [row.id, row]));
    const windows = new Windows({ record: (one) => table.get(one), records: () => table.values() }, atOnce);
    return {
      open(ask) {
        const window = windows.open("opportunity", queryOf(ask), "en", () => undefined);
        return { ids: () => window.rows.map((row) => row.id), close: () => window.close() };
      },
      edit(edits) {
        const changes: Change[] = [];
        for (const edit of edits) {
          const before = table.get(edit.id) as Opportunity;
          table.set(edit.id, { ...before, ...edit.set } as Opportunity);
          changes.push({ id: edit.id, entity: "opportunity", before });
        }
        windows.changed(changes);
      },
      close: () => undefined,
    };
  },
};

/** The product's copy and windows, as the screens have them; rows change as a page from the edge changes them. */
export const baton: Subject = {
  name: "baton",
  compareText: asPeople,
  prepare(rows) {
    const keys = blobsOf(rows);
    return () => {
      const local = new Local(atOnce, keys);
      return {
        open(ask) {
          const window = local.windows.open("opportunity", queryOf(ask), "en", () => undefined);
          return { ids: () => window.rows.map((row) => row.id), close: () => window.close() };
        },
        edit(edits) {
          const blobs = new Map<string, { g: KeyRights; rows: Map<string, { e: "opportunity"; row: Opportunity }> }>();
          for (const edit of edits) {
            const h = local.copy.keyOf(edit.id) ?? "";
            const held = (blobs.get(h) ?? local.copy.table("keys").get(h)) as KeyBlob;
            const blob = blobs.get(h) ?? { g: held.g, rows: new Map(held.rows) as never };
            blobs.set(h, blob as never);
            const before = blob.rows.get(edit.id) as unknown as { row: Opportunity };
            blob.rows.set(edit.id, { e: "opportunity", row: { ...before.row, ...edit.set } as Opportunity } as never);
          }
          local.tell(local.copy.absorb([...blobs].map(([h, blob]) => put("keys", h, blob as KeyBlob))));
        },
        close: () => undefined,
      };
    };
  },
};
