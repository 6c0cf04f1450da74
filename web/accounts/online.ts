import { QueryClient, useQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import type { EntityName, RecordOf } from "../../shared/records/entities.ts";
import type { LocalData } from "../data/store.ts";
import type { CellLink } from "../data/wire.ts";
import { http, type HttpError } from "../http.ts";
import { useSession } from "../shell/context.ts";

/**
 * For what only the server has. In memory alone: nothing of it is kept on the device (SYNC-H2). What is shown is asked
 * again every minute, since nobody pokes for what a device does not hold.
 */
export const queryClient = new QueryClient({
  defaultOptions: { queries: { staleTime: 30_000, gcTime: 300_000, retry: 1, refetchInterval: 60_000 } },
});
const bound = new WeakSet<LocalData>();
/** Rights that went take what was fetched under them along; what is on the screen is asked anew. */
export function bind(data: LocalData = useSession().data): LocalData {
  if (!bound.has(data)) {
    bound.add(data);
    data.onForget(() => {
      void queryClient.resetQueries();
      // When the screens that asked are gone as well: with each question goes what it was asked about.
      setTimeout(() => queryClient.removeQueries({ type: "inactive" }));
    });
    data.onEnd(() => queryClient.clear());
  }
  return data;
}

class RequestFailed extends Error {
  readonly error: HttpError;
  constructor(error: HttpError) {
    super(error.code);
    this.error = error;
  }
}
export async function got<T>(path: string, signal: AbortSignal, link?: CellLink): Promise<T> {
  const answer = await http<T>(path, undefined, signal, link);
  if (!answer.ok) throw new RequestFailed(answer.error);
  return answer.value;
}

/** What is asked about a record or an account, and the way to its cell. */
interface Asked {
  readonly plural: string;
  readonly link: CellLink | undefined;
  readonly enabled: boolean;
}

/** One record as the server shows it to this member: with what may not stay on a device. */
export function onlineRecord<E extends EntityName>(query: Accessor<Asked & { readonly id: string }>) {
  bind();
  return useQuery(
    () => ({
      queryKey: [query().plural, query().id],
      enabled: query().enabled,
      queryFn: ({ signal }: { signal: AbortSignal }) => {
        const { plural, id, link } = query();
        return got<RecordOf<E>>(`/api/${plural}/${id}`, signal, link);
      },
    }),
    () => queryClient,
  );
}

/** Records of an entity under one account as the server shows them, by id. */
export function onlineUnder<E extends EntityName>(query: Accessor<Asked & { readonly account: string }>) {
  bind();
  return useQuery(
    () => ({
      queryKey: [query().plural, "under", query().account],
      enabled: query().enabled,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const params = new URLSearchParams({ limit: "200", "filter[anchor][eq]": query().account });
        const path = `/api/${query().plural}?${params}`;
        const { items } = await got<{ items: readonly RecordOf<E>[] }>(path, signal, query().link);
        return new Map(items.map((row) => [row.id, row]));
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
  bind();
  return useQuery(
    () => ({
      queryKey: ["access", "requests"],
      enabled: query().enabled,
      queryFn: async ({ signal }: { signal: AbortSignal }) => {
        const { items } = await got<{ items: readonly Waits[] }>("/api/access/requests", signal);
        return new Map(
          items.flatMap(({ id, does }): [string, Lends][] =>
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
