import { useQuery } from "@tanstack/solid-query";
import { createMemo, type Accessor } from "solid-js";
import { findingsOf, type Finding, type Looked } from "../../shared/quality/findings.ts";
import { measured, type Measured } from "../../shared/quality/standards.ts";
import { entity, type RecordOf, type Row } from "../../shared/records/entities.ts";
import { bind, got, queryClient } from "../accounts/online.ts";
import type { CellLink } from "../data/wire.ts";
import { now, useSession } from "../shell/context.ts";

const pages = 100; // of two hundred rows, of each kind and cell: past it the screen says so
type Rows = { readonly [E in Measured]: readonly RecordOf<E>[] };
interface Fetched {
  readonly rows: Rows;
  readonly more: boolean;
}

/** All records of the kinds that are measured: of this device, or all that the member may see, through the same door as lists. */
export function qualityRows(online: Accessor<boolean>) {
  const session = useSession();
  const data = bind();
  const lists = Object.fromEntries(measured.map((name) => [name, data.list(name, () => ({}))])) as unknown as { readonly [E in Measured]: Accessor<readonly RecordOf<E>[]> }; // prettier-ignore
  const links = [...data.allSources()].map(({ link }) => link);
  const remote = useQuery(
    () => ({
      queryKey: ["quality"],
      enabled: online(),
      refetchInterval: false as const,
      queryFn: async ({ signal }: { signal: AbortSignal }): Promise<Fetched> => {
        let more = false;
        const rows: Record<string, Row[]> = {};
        for (const name of measured) {
          rows[name] = [];
          for (const link of links) more = (await allOf(name, rows[name], signal, link)) || more;
        }
        return { rows: rows as unknown as Rows, more };
      },
    }),
    () => queryClient,
  );
  const rows = createMemo<Rows>(() => {
    if (online()) return remote.isSuccess ? remote.data.rows : none;
    return Object.fromEntries(measured.map((name) => [name, lists[name]()])) as unknown as Rows;
  });
  const members = data.list("member", () => ({}));
  const stages = data.list("stage", () => ({}));
  const touches = data.tally("activity", () => ({ by: "anchor", latest: (row) => row.at ?? row.createdAt }));
  const hour = createMemo(() => Math.floor(now() / 3_600_000) * 3_600_000);
  const looked = createMemo((): Looked => ({
    rows: rows(),
    outcomes: new Map(stages().map((row) => [row.id, row.outcome ?? "open"])),
    left: new Set(members().flatMap((row) => (row.employment === "left" ? [row.id] : []))),
    ...(online() ? {} : { touched: (account: string) => touches(account).latest }),
    now: hour(),
    zone: data.me.zone,
  }));
  const findings = createMemo((): readonly Finding[] => findingsOf(looked()));
  const byId = createMemo(() => new Map<string, Row>(measured.flatMap((name) => (rows()[name] as readonly Row[]).map((row) => [row.id, row] as const)))); // prettier-ignore
  return {
    rows,
    findings,
    /** As it is now: what was just put right on this device is shown so. */
    row: (id: string): Row | undefined => byId().get(id),
    members,
    here: () => measured.reduce((sum, name) => sum + lists[name]().length, 0),
    waiting: () => online() && remote.isPending && !session.offline(),
    failed: () => online() && remote.isError,
    more: () => online() && remote.isSuccess && remote.data.more,
    again: () => void remote.refetch(),
  };
}
const none = Object.fromEntries(measured.map((name) => [name, []])) as unknown as Rows;

async function allOf(name: Measured, into: Row[], signal: AbortSignal, link: CellLink): Promise<boolean> {
  let cursor: string | null = null;
  for (let page = 0; page < pages && (page === 0 || cursor !== null); page += 1) {
    const params = new URLSearchParams({ limit: "200", ...(cursor ? { cursor } : {}) });
    const answer: { items: readonly Row[]; nextCursor: string | null } = await got(`/api/${entity(name).plural}?${params}`, signal, link); // prettier-ignore
    into.push(...answer.items);
    cursor = answer.nextCursor;
  }
  return cursor !== null;
}
