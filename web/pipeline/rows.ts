import { createEffect, createMemo, on } from "solid-js";
import { amountOf, type AmountOf } from "../../shared/pipeline/sums.ts";
import { edgeOrder } from "../accounts/merge.ts";
import { dayIn } from "../i18n/format.ts";
import { now, useSession } from "../shell/context.ts";
import type { Look } from "../data/types.ts";
import {
  closing,
  filterKeys,
  ownerOf,
  passes,
  type Around,
  type Opportunity,
  type Search,
  type Stage,
} from "./filter.ts";
import { onlineAll } from "./online.ts";

export const sorts = ["closeDay", "-amountMinor", "stageSince", "name"] as const;
const none = new Map<string, never>();

/** The rows of a pipeline in one order and filter, of this device or of the server, and what is known of each. */
export function pipelineRows(search: Search) {
  const session = useSession();
  const { data } = session;
  const pipelines = data.list("pipeline", () => ({ sort: "order" }));
  const allStages = data.list("stage", () => ({ sort: "order" }));
  const pipeline = createMemo(() => pipelines().find(({ id }) => id === search.pipeline) ?? pipelines()[0]);
  const stages = createMemo<readonly Stage[]>(() => allStages().filter((one) => one.pipeline === pipeline()?.id));
  const byId = createMemo(() => new Map(stages().map((one) => [one.id, one])));
  const stageOf = (row: Opportunity): Stage | undefined => byId().get(row.stage ?? "");
  const today = createMemo(() => dayIn(now(), data.me.zone));
  /** By the day, not by the minute: nobody waits for a card to turn red. */
  const at = createMemo(() => {
    today();
    return now();
  });

  const wantsOnline = () => search.from === "online" && !session.offline();
  const sort = () => (sorts.some((one) => one === search.sort) ? (search.sort as string) : "closeDay");
  const around = (account: Around["account"]): Around => ({
    me: data.me.member,
    teams: data.me.teams,
    account,
    stageOf,
    at: at(),
    today: today(),
  });

  const held = data.count("opportunity", () => {
    const id = pipeline()?.id;
    return { where: (row) => row.pipeline === id };
  });
  const here = data.window("opportunity", () => {
    const id = pipeline()?.id;
    const asked = { ...search };
    const context = around(() => undefined);
    const byClosing = {
      key: "closing",
      of: (row: Opportunity, look: Look) => closing(row, look(row.stage ?? "") as Stage | undefined),
      refs: ["stage"],
    };
    return {
      // An amount may be known by the server alone: it is sorted by below.
      sort: sort() === "closeDay" || sort() === "-amountMinor" ? [byClosing] : sort(),
      refs: ["anchor"],
      where: (row, look) =>
        row.pipeline === id && passes(row, asked, { ...context, account: (anchor) => look(anchor) as never }),
    };
  });
  const local = createMemo(() => here.slice(0, here.length()));
  const lacking = createMemo(() => local().some((row) => amountOf(row, undefined) === "away"));
  const online = onlineAll<"opportunity">(() => ({
    plural: "opportunities",
    filters: [["pipeline", "eq", pipeline()?.id ?? ""]],
    enabled: pipeline() !== undefined && !session.offline() && (wantsOnline() || lacking()),
  }));
  const accounts = onlineAll<"account">(() => ({ plural: "accounts", filters: [], enabled: wantsOnline() }));
  // Reading `data` before it is there would suspend the whole screen.
  const fetched = createMemo(() => (online.isSuccess ? online.data.rows : (none as ReadonlyMap<string, Opportunity>)));
  const fetchedAccounts = createMemo(() => (wantsOnline() && accounts.isSuccess ? accounts.data.rows : none));
  // What was sent may have moved what only the server shows.
  createEffect(
    on(
      () => data.sync().waiting,
      (waiting, before) => {
        if (waiting === 0 && (before ?? 0) > 0 && (wantsOnline() || lacking())) void online.refetch();
      },
    ),
  );

  const account: Around["account"] = (anchor) =>
    (data.source(anchor)?.replica.record(anchor) as ReturnType<Around["account"]>) ?? fetchedAccounts().get(anchor);
  const accountName = (anchor: string): string =>
    data.record("account", () => anchor)()?.name ??
    (fetchedAccounts() as ReadonlyMap<string, { readonly name?: string | null }>).get(anchor)?.name ??
    "";
  const onlineOf = (id: string): Opportunity | undefined => fetched().get(id);
  const amount: AmountOf = (row) => amountOf(row, onlineOf(row.id));

  const rows = createMemo<readonly Opportunity[]>(() => {
    const key = sort();
    let found: readonly Opportunity[] = local();
    if (wantsOnline()) {
      const context = around(account);
      // What is pending here stands over what the server had.
      const shown = [...fetched().values()].map(
        (row) => (data.source(row.id)?.replica.record(row.id) as Opportunity | undefined) ?? row,
      );
      const edge = edgeOrder<Opportunity>(key);
      const before = (a: Opportunity, b: Opportunity): boolean =>
        key === "closeDay" ? Number(closing(a, stageOf(a))) < Number(closing(b, stageOf(b))) : edge(a, b);
      found = shown.filter((row) => row.pipeline === pipeline()?.id && passes(row, search, context));
      if (key !== "-amountMinor") found = found.toSorted((a, b) => (before(a, b) ? -1 : 1));
    }
    if (search.amount !== undefined) found = found.filter((row) => ["hidden", "away"].includes(amount(row) as string));
    if (search.view !== undefined && search.stage !== undefined)
      found = found.filter((row) => (row.stage ?? "none") === search.stage);
    if (key !== "-amountMinor") return found;
    const size = new Map(found.map((row) => [row.id, amount(row)]));
    const minor = (row: Opportunity): number => {
      const known = size.get(row.id);
      return typeof known === "object" ? known.minor : -1;
    };
    return found.toSorted((a, b) => minor(b) - minor(a));
  });

  return {
    pipelines,
    pipeline,
    stages,
    stageOf,
    rows,
    held,
    today,
    at,
    sort,
    amount,
    onlineOf,
    accountName,
    ownerOf: (row: Opportunity): string => ownerOf(row, account(row.anchor)),
    online: wantsOnline,
    failed: () => wantsOnline() && online.isError,
    more: () => wantsOnline() && online.isSuccess && online.data.more,
    away: () => (wantsOnline() && online.isSuccess ? online.data.away : []),
    retry: () => void online.refetch(),
    filtered: () =>
      filterKeys.some((key) => search[key] !== undefined && !(key === "stage" && search.view === undefined)),
    arriving: () =>
      wantsOnline() ? online.isPending : !here.ready() || (data.sync().state === "first_sync" && held() === 0),
  };
}
export type Rows = ReturnType<typeof pipelineRows>;
