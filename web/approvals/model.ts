import { bindsOf, unfolded, type Scalar } from "../../shared/approvals/bound.ts";
import { holdersOf } from "../../shared/approvals/holders.ts";
import { isApprovalState, stateAt, type ApprovalState } from "../../shared/approvals/state.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import type { Data, Me } from "../data/types.ts";

export type Approval = RecordOf<"approval">;
type Mine = Pick<Me, "member" | "base" | "duties">;

/** The state as it is now: an end by the clock is nowhere written. */
export function stateNow(row: Approval, now: number): ApprovalState {
  const written = isApprovalState(row.state) ? row.state : "draft";
  return stateAt(written, row.expiresAt ?? null, false, now);
}
/** Open, asked of me or of a role that I hold, and neither by me nor for me. The edge decides again. */
export const waitsForMe = (row: Approval, me: Mine, now: number): boolean =>
  stateNow(row, now) === "open" &&
  row.requester !== me.member &&
  !(row.parties ?? []).includes(me.member) &&
  (row.asked === me.member || row.asked === me.base || me.duties.includes(row.asked ?? ""));

const shownDays = 3;
/** What I asked for and is not over, or was answered lately. */
export function concernsMe(row: Approval, me: Mine, now: number): boolean {
  if (row.requester !== me.member) return false;
  const state = stateNow(row, now);
  if (state === "open" || state === "returned" || state === "approved") return true;
  return state === "refused" && (row.decidedAt ?? 0) > now - shownDays * 86_400_000;
}

/** The approval to name when I act on a record: one that is open to be used, else one that was used and may still stand. */
export function toUse(rows: readonly Approval[], about: string, me: string, now: number): Approval | undefined {
  const own = rows.filter((row) => row.about === about && row.requester === me);
  return own.find((row) => stateNow(row, now) === "approved") ?? own.find((row) => row.state === "used");
}
/** The newest that still waits for an answer. */
export const waiting = (rows: readonly Approval[], about: string, kind: string, now: number): Approval | undefined =>
  rows.find(
    (row) => row.about === about && row.approvalKind === kind && ["open", "returned"].includes(stateNow(row, now)),
  );

export interface Value {
  readonly field: string;
  readonly now: Scalar;
  /** What it would become; absent: it stays. */
  readonly next?: Scalar;
}
/** What is asked about, old and new, as far as it is here. */
export function valuesOf(row: Approval): { readonly values: readonly Value[]; readonly lacking: boolean } {
  const bound = unfolded(row as Row, "bound");
  const proposed = unfolded(row as Row, "proposed");
  const values = bindsOf(row as Row)
    .filter((field) => field in bound)
    .map((field) => ({
      field,
      now: bound[field] ?? null,
      ...(field in proposed ? { next: proposed[field] ?? null } : {}),
    }));
  return { values, lacking: values.length < bindsOf(row as Row).length };
}

/** Whom a request about this record would go to. */
export function holdersFor(
  data: Pick<Data, "asks" | "me">,
  members: Iterable<Row>,
  kind: string,
  on: string,
  account: RecordOf<"account"> | undefined,
  owner: string | null | undefined,
): readonly Row[] {
  const rule = data.asks.find((one) => one.kind === kind && one.on === on);
  if (!rule) return [];
  const place = { team: account?.team ?? null, region: account?.region ?? null };
  return holdersOf(members, rule.asked, place, [data.me.member, owner ?? account?.owner ?? ""]);
}
