import { useQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import type { LocalData } from "../data/store.ts";
import { bind, got, queryClient } from "../accounts/online.ts";

/** A note whose text names this member, by another's hand. */
export interface MentionedIn {
  readonly section: string;
  readonly anchor: string;
  readonly title: string;
  readonly at: number;
  /** Null: not known any more. */
  readonly by: string | null;
}

/** Of all cells, asked each minute (NOTICE-8). In memory alone, and gone with any right. */
export function onlineMentions(data: LocalData, enabled: Accessor<boolean>): Accessor<readonly MentionedIn[]> {
  const links = [...bind(data).allSources()].map(({ link }) => link);
  const query = useQuery(
    () => ({
      queryKey: ["mentions"],
      enabled: enabled(),
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<readonly MentionedIn[]> =>
        (
          await Promise.all(
            links.map((link) => got<{ readonly items: readonly MentionedIn[] }>("/api/mentions", signal, link)),
          )
        ).flatMap(({ items }) => items),
    }),
    () => queryClient,
  );
  return () => (query.isSuccess ? query.data : []);
}
