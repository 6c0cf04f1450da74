import { useQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import type { Row } from "../../shared/records/entities.ts";
import { bind, got, queryClient } from "../accounts/online.ts";
import type { Result } from "./search.ts";

interface Page {
  readonly items: readonly Row[];
  readonly excerpts?: Readonly<Record<string, string>>;
}
const notesMax = 6;

/** Notes with these words in title or text, of all cells: texts that this device does not hold too. Empty: none are asked for. */
export function onlineNotes(words: Accessor<string>) {
  const data = bind();
  const cells = [...data.allSources()].map(({ link }) => link);
  return useQuery(
    () => ({
      queryKey: ["sections", "search", words()],
      enabled: words() !== "",
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<readonly Result[]> => {
        const path = `/api/sections?${new URLSearchParams({ limit: String(notesMax), q: words() })}`;
        const pages = await Promise.all(cells.map((link) => got<Page>(path, signal, link)));
        return pages.flatMap(({ items, excerpts }) =>
          items.map((row) => ({ kind: "section" as const, row, excerpt: excerpts?.[row.id] ?? "" })),
        );
      },
    }),
    () => queryClient,
  );
}
