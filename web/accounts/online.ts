import { QueryClient, useInfiniteQuery, useQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import type { CellLink } from "../data/wire.ts";
import { http, type HttpError } from "../http.ts";
import type { EntityName, RecordOf } from "../../shared/records/entities.ts";
import type { Account } from "./columns.ts";

/** For what only the server has. In memory alone: nothing of it is kept on the device. */
const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, gcTime: 300_000, retry: 1 } },
});

interface Page {
  readonly items: readonly Account[];
  readonly nextCursor: string | null;
}
const pageRows = 100;

class RequestFailed extends Error {
  readonly error: HttpError;
  constructor(error: HttpError) {
    super(error.code);
    this.error = error;
  }
}

/** All accounts that the member may see, page by page from the server. */
export function onlineAccounts(
  query: Accessor<{ readonly q: string; readonly sort: string; readonly enabled: boolean }>,
) {
  return useInfiniteQuery(
    () => ({
      queryKey: ["accounts", query().q, query().sort],
      enabled: query().enabled,
      initialPageParam: null as string | null,
      queryFn: async ({ pageParam, signal }: { pageParam: string | null; signal: AbortSignal }) => {
        const params = new URLSearchParams({ limit: String(pageRows), sort: query().sort });
        if (query().q) params.set("q", query().q);
        if (pageParam) params.set("cursor", pageParam);
        const answer = await http<Page>(`/api/accounts?${params}`, undefined, signal);
        if (!answer.ok) throw new RequestFailed(answer.error);
        return answer.value;
      },
      getNextPageParam: (page: Page) => page.nextCursor,
    }),
    () => queryClient,
  );
}

/** What is asked about a record or an account, and the way to its cell. */
interface Asked {
  readonly plural: string;
  readonly link: CellLink | undefined;
  readonly enabled: boolean;
}

/** One record as the server shows it to this member: with what may not stay on a device. */
export function onlineRecord<E extends EntityName>(query: Accessor<Asked & { readonly id: string }>) {
  return useQuery(
    () => ({
      queryKey: [query().plural, query().id],
      enabled: query().enabled,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const { plural, id, link } = query();
        const answer = await http<RecordOf<E>>(`/api/${plural}/${id}`, undefined, signal, link);
        if (!answer.ok) throw new RequestFailed(answer.error);
        return answer.value;
      },
    }),
    () => queryClient,
  );
}

/** Records of an entity under one account as the server shows them, by id. */
export function onlineUnder<E extends EntityName>(query: Accessor<Asked & { readonly account: string }>) {
  return useQuery(
    () => ({
      queryKey: [query().plural, "under", query().account],
      enabled: query().enabled,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const params = new URLSearchParams({ limit: "200", "filter[anchor][eq]": query().account });
        const answer = await http<{ items: readonly RecordOf<E>[] }>(
          `/api/${query().plural}?${params}`,
          undefined,
          signal,
          query().link,
        );
        if (!answer.ok) throw new RequestFailed(answer.error);
        return new Map(answer.value.items.map((row) => [row.id, row]));
      },
    }),
    () => queryClient,
  );
}

/** What a "yes" about rights would do, for those who are asked: by approval. */
export interface Lends {
  readonly groups: readonly string[];
  readonly until: number;
}
interface Waits {
  readonly id: string;
  readonly does?: {
    readonly kind: string;
    readonly body?: { readonly groups: readonly string[] };
    readonly until?: number;
  };
}
export function onlineLends(query: Accessor<{ readonly enabled: boolean }>) {
  return useQuery(
    () => ({
      queryKey: ["access", "requests"],
      enabled: query().enabled,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const answer = await http<{ items: readonly Waits[] }>("/api/access/requests", undefined, signal);
        if (!answer.ok) throw new RequestFailed(answer.error);
        return new Map(
          answer.value.items.flatMap(({ id, does }): [string, Lends][] =>
            does?.kind === "grant" && does.body && does.until !== undefined
              ? [[id, { groups: does.body.groups, until: does.until }]]
              : [],
          ),
        );
      },
    }),
    () => queryClient,
  );
}
