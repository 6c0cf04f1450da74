import { bindsOf, unfolded, type Scalar } from "../../shared/approvals/bound.ts";
import { holdersOf } from "../../shared/approvals/holders.ts";
import { isApprovalState, stateAt, type ApprovalState } from "../../shared/approvals/state.ts";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import type { Data, Me } from "../data/types.ts";

export type Approval = RecordOf<"approval">;
type Mine = Pick<Me, "member" | "base" | "duties">;

/** The state as it is now: an end by the clock is nowhere written. */
export function stateNow(row: Approval, now: number): ApprovalState {
  const written = isApprovalState(row.state) ? row.state : "draft";
  return stateAt(written, row.expiresAt ?? null, false, now);
}
/** Whom I stand in for, and where the policy asks for a yes: who decides while the one who was asked is away. */
export type Instead = Pick<Data, "standsFor" | "asks">;
/**
 * Open, asked of me, of a role that I hold, or of somebody for whom I stand in if my own role would have been asked; and
 * neither by nor for any of us. The edge decides again.
 */
export function waitsForMe(row: Approval, me: Mine, now: number, { standsFor, asks }: Instead): boolean {
  const us = [me.member, ...standsFor];
  if (stateNow(row, now) !== "open" || [row.requester ?? "", ...(row.parties ?? [])].some((one) => us.includes(one)))
    return false;
  const holds = (role: string): boolean => role === me.base || me.duties.includes(role);
  const asked = row.asked ?? "";
  if (asked === me.member || holds(asked)) return true;
  const kind = row.approvalKind;
  return standsFor.includes(asked) && asks.some((rule) => rule.kind === kind && holds(rule.asked.holds));
}
/** When it reminds whoever decides, once: a while before it ends. Null: it ends by no clock. */
export const remindsAt = (row: Pick<Approval, "expiresAt">): number | null =>
  typeof row.expiresAt === "number" ? row.expiresAt - limits.approvalRemindDays * dayMs : null;

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
