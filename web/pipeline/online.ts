import { useQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import { limits } from "../../shared/kernel/limits.ts";
import type { EntityName, RecordOf } from "../../shared/records/entities.ts";
import { bind, got, queryClient } from "../accounts/online.ts";

/** Rows of all cells; a cell that does not answer is left out, and named. */
export interface All<E extends EntityName> {
  readonly rows: ReadonlyMap<string, RecordOf<E>>;
  readonly away: readonly string[];
  /** There are more, and they were not asked for. */
  readonly more: boolean;
}

/** Everything of a kind that the member may see, up to a bound: for what is summed, half a list is none. */
export function onlineAll<E extends EntityName>(
  query: Accessor<{
    readonly plural: string;
    readonly filters: readonly (readonly [field: string, op: string, value: string])[];
    readonly enabled: boolean;
  }>,
) {
  const data = bind();
  const cells = [...data.allSources()].map(({ link }) => link);
  return useQuery(
    () => ({
      queryKey: [query().plural, "all", query().filters],
      enabled: query().enabled,
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<All<E>> => {
        const rows = new Map<string, RecordOf<E>>();
        const away: string[] = [];
        let more = false;
        for (const link of cells) {
          let cursor: string | null = null;
          try {
            do {
              if (rows.size >= limits.boardRowsMax) {
                more = true;
                break;
              }
              const params = new URLSearchParams({ limit: String(limits.listMax) });
              if (cursor) params.set("cursor", cursor);
              for (const [field, op, value] of query().filters) params.set(`filter[${field}][${op}]`, value);
              const path: string = `/api/${query().plural}?${params}`;
              const page: { items: readonly RecordOf<E>[]; nextCursor: string | null } = await got(path, signal, link);
              for (const row of page.items) rows.set(row.id, row);
              cursor = page.nextCursor;
            } while (cursor !== null);
          } catch (error) {
            away.push(link.cell);
            if (away.length === cells.length) throw error;
          }
        }
        return { rows, away, more };
      },
    }),
    () => queryClient,
  );
}
