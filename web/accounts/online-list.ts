import { useInfiniteQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import type { Account } from "./columns.ts";
import { begun, edgeOrder, nextPage, type CellPage, type CellPart, type MergedPage } from "./merge.ts";
import { bind, got, queryClient } from "./online.ts";

const pageRows = 100;
/** All accounts that the member may see, of all cells, page by page. */
export function onlineAccounts(
  query: Accessor<{
    readonly q: string;
    readonly sort: string;
    /** Conditions as the door takes them: `[field, operator, value]`. */
    readonly filters: readonly (readonly [string, string, string])[];
    readonly enabled: boolean;
  }>,
) {
  const data = bind();
  const cells = [...data.allSources()].map(({ link }) => link);
  return useInfiniteQuery(
    () => ({
      queryKey: ["accounts", query().q, query().sort, query().filters],
      enabled: query().enabled,
      initialPageParam: begun<Account>(cells.map(({ cell }) => cell)) as readonly CellPart<Account>[],
      queryFn: ({ pageParam, signal }: { pageParam: readonly CellPart<Account>[]; signal: AbortSignal }) => {
        const { q, sort, filters } = query();
        const ask = (cell: string, cursor: string | null): Promise<CellPage<Account>> => {
          const params = new URLSearchParams({ limit: String(pageRows), sort });
          if (q) params.set("q", q);
          if (cursor) params.set("cursor", cursor);
          for (const [field, op, value] of filters) params.set(`filter[${field}][${op}]`, value);
          return got(`/api/accounts?${params}`, signal, cells.find((link) => link.cell === cell)); // prettier-ignore
        };
        return nextPage(pageParam, ask, edgeOrder(sort));
      },
      getNextPageParam: (page: MergedPage<Account>) => page.parts,
    }),
    () => queryClient,
  );
}
