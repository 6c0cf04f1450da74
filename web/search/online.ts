import { useQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import type { Row } from "../../shared/records/entities.ts";
import { bind, got, queryClient } from "../accounts/online.ts";
import type { Result } from "./search.ts";

interface Page {
  readonly items: readonly Row[];
  readonly excerpts?: Readonly<Record<string, string>>;
}
const asked = { section: "sections", account: "accounts", contact: "contacts" } as const;
const most = 6; // of a kind and a cell

/** What has these words online, of all cells: notes by their texts, accounts and people by name. Empty: nothing is asked for. */
export function foundOnline(words: Accessor<string>) {
  const data = bind();
  const cells = [...data.allSources()].map(({ link }) => link);
  return useQuery(
    () => ({
      queryKey: ["search", words()],
      enabled: words() !== "",
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<readonly Result[]> => {
        const params = new URLSearchParams({ limit: String(most), q: words() });
        const ways = Object.entries(asked).flatMap(([kind, plural]) => cells.map((link) => ({ kind: kind as keyof typeof asked, plural, link }))); // prettier-ignore
        const pages = await Promise.all(
          ways.map(async ({ kind, plural, link }) => ({
            kind,
            page: await got<Page>(`/api/${plural}?${params}`, signal, link),
          })),
        );
        return pages.flatMap(({ kind, page }) =>
          page.items.map((row) => ({ kind, row, excerpt: page.excerpts?.[row.id] ?? "" })),
        );
      },
    }),
    () => queryClient,
  );
}
