import { isForecast } from "../../shared/pipeline/forecast.ts";
import { paceOf } from "../../shared/pipeline/pace.ts";
import type { RecordOf } from "../../shared/records/entities.ts";

export type Opportunity = RecordOf<"opportunity">;
export type Stage = RecordOf<"stage">;

/** What the address says of the screen: everything, so that it can be sent and gone back to. */
export interface Search {
  readonly pipeline?: string;
  readonly view?: string;
  readonly from?: string;
  readonly who?: string;
  readonly owner?: string;
  readonly stage?: string;
  readonly month?: string;
  readonly only?: string;
  readonly counted?: string;
  readonly amount?: string;
  readonly sort?: string;
  readonly by?: string;
  readonly as?: string;
  readonly peek?: string;
}
export const filterKeys = ["who", "owner", "stage", "month", "only", "counted", "amount"] as const;
/** In an address: those that have none. */
export const none = "none";

export interface Around {
  readonly me: string;
  readonly teams: readonly string[];
  readonly account: (anchor: string) => { readonly owner?: string | null; readonly team?: string | null } | undefined;
  readonly stageOf: (row: Opportunity) => Stage | undefined;
  readonly at: number;
  readonly today: string;
}

/** Who answers for it: its own owner, else the account's. */
export const ownerOf = (row: Opportunity, account: ReturnType<Around["account"]>): string =>
  row.owner ?? account?.owner ?? "";
/** By close day, what is open first; of what is over the latest comes first. */
export const closing = (row: Opportunity, stage: Stage | undefined): number | null => {
  const isOver = stage?.outcome === "won" || stage?.outcome === "lost";
  const day = row.closeDay ? Math.round(Date.parse(`${row.closeDay}T00:00:00Z`) / 86_400_000) : null;
  return isOver ? 2e6 - (day ?? 0) : day === null ? 1e6 : day;
};
export const monthOf = (row: Opportunity): string => row.closeDay?.slice(0, 7) ?? "";

/** All but the stage and the amount, which not every view asks for, and not every row can tell. */
export function passes(row: Opportunity, search: Search, around: Around): boolean {
  const { who, owner, month, only, counted } = search;
  if (who !== undefined || owner !== undefined) {
    const account = around.account(row.anchor);
    const own = ownerOf(row, account);
    if (who === "mine" && own !== around.me) return false;
    if (who === "team" && !around.teams.includes(account?.team ?? "")) return false;
    if (owner !== undefined && (own || none) !== owner) return false;
  }
  if (month !== undefined && (monthOf(row) || none) !== month) return false;
  if (only === undefined && counted === undefined) return true;
  const stage = around.stageOf(row);
  if (counted !== undefined && !isForecast(row, stage, around.today)) return false;
  const pace = paceOf(row, stage, around.at, around.today);
  return (only !== "stuck" || pace.stuck !== null) && (only !== "slipping" || pace.slipping !== null);
}

export interface Column {
  /** Undefined: the stage is gone, or not to be seen. */
  readonly stage: Stage | undefined;
  readonly rows: readonly Opportunity[];
}
/** In the order of the stages; a column whose rows are the same is the same array as before. */
export function columnsOf(
  rows: readonly Opportunity[],
  stages: readonly Stage[],
  before: readonly Column[] = [],
): readonly Column[] {
  const by = new Map<string, Opportunity[]>(stages.map(({ id }) => [id, []]));
  const lost: Opportunity[] = [];
  for (const row of rows) (by.get(row.stage ?? "") ?? lost).push(row);
  const known = new Map(before.map((column) => [column.stage, column]));
  const column = (stage: Stage | undefined, own: readonly Opportunity[]): Column => {
    const was = known.get(stage);
    const same = was?.rows.length === own.length && own.every((row, at) => was.rows[at] === row);
    return same && was ? was : { stage, rows: own };
  };
  const columns = stages.map((stage) => column(stage, by.get(stage.id) ?? []));
  return lost.length > 0 ? [column(undefined, lost), ...columns] : columns;
}
