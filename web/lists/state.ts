import { useNavigate, useSearchParams } from "@solidjs/router";
import { createMemo, type Accessor } from "solid-js";
import { kindOf, type Filter, type ListQuery } from "../../shared/lists/query.ts";
import type { Row } from "../../shared/records/entities.ts";
import { dayIn } from "../i18n/format.ts";
import { now, useSession } from "../shell/context.ts";
import { touchedAt } from "../today/stale.ts";
import { isChanged, queryFrom, saidOver, type Address } from "./address.ts";
import type { ListKind } from "./kind.ts";
import { startOf, type Looker } from "./match.ts";
import { addDays } from "../i18n/format.ts";
import { isKnown } from "./known.ts";

/** A view as the list offers it: one that it comes with, or a saved one. */
export interface View {
  readonly id: string;
  readonly name: string;
  readonly query: ListQuery;
  readonly only?: ((row: Row) => boolean) | undefined;
  /** The record, if it is a saved one. */
  readonly saved?: Row | undefined;
  /** Of the team, if it is. */
  readonly team?: string | undefined;
  /** Parts of it may be hidden from this member. */
  readonly partly?: boolean | undefined;
}
export interface ListState {
  readonly address: Address;
  readonly views: Accessor<readonly View[]>;
  readonly view: Accessor<View>;
  readonly query: Accessor<ListQuery>;
  /** The address says something over the view. */
  readonly changed: Accessor<boolean>;
  readonly online: Accessor<boolean>;
  readonly text: Accessor<string>;
  readonly looker: Accessor<Looker>;
  /** Conditions that are judged, and those that are not: of fields that are not here, or that this member does not see. */
  readonly filters: Accessor<{
    readonly applied: readonly Filter[];
    readonly elsewhere: readonly Filter[];
    readonly hidden: readonly Filter[];
  }>;
  /** Changes the query; what is as in the view leaves the address. */
  readonly change: (part: Partial<ListQuery>) => void;
  readonly set: (part: Record<string, string | undefined>) => void;
  readonly go: (view: string | undefined) => void;
  readonly href: (view: View) => string;
}

export function createListState(kind: ListKind, views: Accessor<readonly View[]>): ListState {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const [address, setSearch] = useSearchParams<{ [K in keyof Address]: string }>();
  const first = () => kind.views[0]?.id ?? "";
  const view = createMemo<View>(() => {
    const all = views();
    const found = all.find(({ id }) => id === (address.view ?? first())) ?? all[0];
    return found ?? { id: "", name: "", query: { where: [] } };
  });
  const query = createMemo(() => queryFrom(kind.entity, view().query, address));
  const online = () => address.part === "online" && !session.offline();
  const today = createMemo(() => dayIn(now(), data.me.zone));
  const filters = createMemo(() => {
    const known = (field: string, everywhere: boolean): boolean => isKnown(data, kind.entity, field, everywhere);
    const { where } = query();
    return {
      applied: where.filter(({ field }) => known(field, online())),
      elsewhere: where.filter(({ field }) => !known(field, online()) && known(field, true)),
      hidden: where.filter(({ field }) => !known(field, true)),
    };
  });
  // Who was touched lately is asked of all activities here: only where a condition wants to know.
  const quiet = createMemo(() => {
    const asked = filters().applied.filter(({ field }) => kindOf(kind.entity, field) === "quiet");
    return Math.max(0, ...asked.map(({ values }) => Number(values[0])));
  }, undefined);
  const touches = createMemo(() => {
    const most = quiet();
    if (most === 0) return () => [];
    const from = startOf(addDays(today(), -most), data.me.zone);
    return data.list("activity", () => ({ where: (row) => (touchedAt(row, Date.now()) ?? 0) >= from }));
  });
  const looker = createMemo<Looker>(() => {
    const rows = touches()();
    const [day, zone] = [today(), data.me.zone];
    return {
      me: data.me.member,
      teams: data.me.teams,
      today: day,
      zone,
      touchedWithin: (days) => {
        const from = startOf(addDays(day, -days), zone);
        return new Set(rows.flatMap((row) => ((row.at ?? row.createdAt) >= from ? [row.anchor] : [])));
      },
    };
  });

  const set = (part: Record<string, string | undefined>) => setSearch(part, { replace: true });
  const href = (one: View): string => {
    const params = new URLSearchParams();
    if (one.id !== first()) params.set("view", one.id);
    if (address.part === "online") params.set("part", "online");
    const text = params.toString();
    return text ? `${kind.path}?${text}` : kind.path;
  };
  return {
    address,
    views,
    view,
    query,
    changed: () => isChanged(address),
    online,
    text: () => address.q ?? "",
    looker,
    filters,
    change: (part) => set({ ...saidOver(view().query, { ...query(), ...part }), peek: undefined }),
    set,
    go: (id) => {
      const next = views().find((one) => one.id === id);
      navigate(next ? href(next) : kind.path);
    },
    href,
  };
}
