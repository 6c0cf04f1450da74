import { useQuery } from "@tanstack/solid-query";
import type { Accessor } from "solid-js";
import { bind, got, queryClient } from "../accounts/online.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import type { CellLink } from "../data/wire.ts";
import type { Case } from "./model.ts";

type Account = RecordOf<"account">;
interface Found {
  readonly cases: readonly Case[];
  readonly accounts: ReadonlyMap<string, Account>;
  /** There are more than were fetched. */
  readonly more: boolean;
}
interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}
const pages = 5;

/**
 * Cases that the member may see, of all cells, with their accounts: when a promise breaks is computed here, so they are
 * fetched before they are sorted, a thousand of each cell at most.
 */
export function onlineCases(query: Accessor<{ readonly statuses: string; readonly enabled: boolean }>) {
  const data = bind();
  const links = [...data.allSources()].map(({ link }) => link);
  return useQuery(
    () => ({
      queryKey: ["cases", query().statuses],
      enabled: query().enabled,
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Found> => {
        const { statuses } = query();
        const found = await Promise.all(links.map((link) => ofCell(link, statuses, signal)));
        return {
          cases: found.flatMap((one) => one.cases),
          accounts: new Map(found.flatMap((one) => [...one.accounts])),
          more: found.some((one) => one.more),
        };
      },
    }),
    () => queryClient,
  );
}
async function ofCell(link: CellLink, statuses: string, signal: AbortSignal): Promise<Found> {
  const cases: Case[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pages && (page === 0 || cursor !== null); page += 1) {
    const params = new URLSearchParams({ limit: "200", "filter[status][in]": statuses });
    if (cursor) params.set("cursor", cursor);
    const answer: Page<Case> = await got(`/api/cases?${params}`, signal, link);
    cases.push(...answer.items);
    cursor = answer.nextCursor;
  }
  const anchors = [...new Set(cases.map(({ anchor }) => anchor))];
  const accounts = new Map<string, Account>();
  for (let at = 0; at < anchors.length; at += 50) {
    const ids = anchors.slice(at, at + 50).join(",");
    const params = new URLSearchParams({ limit: "200", "filter[id][in]": ids });
    const answer: Page<Account> = await got(`/api/accounts?${params}`, signal, link);
    for (const row of answer.items) accounts.set(row.id, row);
  }
  return { cases, accounts, more: cursor !== null };
}
