import { useInfiniteQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import type { Row } from "../../shared/records/entities.ts";
import { begun, edgeOrder, nextPage, type CellPage, type CellPart, type MergedPage } from "../accounts/merge.ts";
import { bind, got, queryClient } from "../accounts/online.ts";
import type { Condition } from "./match.ts";

const pageRows = 100;
/** All records that the member may see, of all cells, page by page. */
export function onlineRows(
  plural: string,
  query: Accessor<{
    readonly q: string;
    readonly sort: string;
    readonly filters: readonly Condition[];
    readonly enabled: boolean;
  }>,
) {
  const data = bind();
  const cells = [...data.allSources()].map(({ link }) => link);
  return useInfiniteQuery(
    () => ({
      queryKey: [plural, "list", query().q, query().sort, query().filters],
      enabled: query().enabled,
      initialPageParam: begun<Row>(cells.map(({ cell }) => cell)) as readonly CellPart<Row>[],
      queryFn: ({ pageParam, signal }: { pageParam: readonly CellPart<Row>[]; signal: AbortSignal }) => {
        const { q, sort, filters } = query();
        const ask = (cell: string, cursor: string | null): Promise<CellPage<Row>> => {
          const params = new URLSearchParams({ limit: String(pageRows), sort });
          if (q) params.set("q", q);
          if (cursor) params.set("cursor", cursor);
          for (const [field, op, value] of filters) params.append(`filter[${field}][${op}]`, value);
          return got(`/api/${plural}?${params}`, signal, cells.find((link) => link.cell === cell)); // prettier-ignore
        };
        return nextPage(pageParam, ask, edgeOrder(sort));
      },
      getNextPageParam: (page: MergedPage<Row>) => page.parts,
    }),
    () => queryClient,
  );
}
