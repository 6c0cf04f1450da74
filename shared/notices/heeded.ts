import { dayMs, edgeLimits, limits } from "../kernel/limits.ts";
import { noticeKinds, type NoticeKind } from "./kinds.ts";

/** How one member who agreed to be counted met one kind of notice, over closed weeks (NOTICE-9). */
export interface Counted {
  readonly kind: string;
  readonly shown: number;
  /** Opened, or what it asked for was done in time. */
  readonly acted: number;
  /** Put off, and not opened. */
  readonly putOff: number;
}
export interface Heeded {
  readonly kind: NoticeKind;
  readonly shown: number;
  readonly acted: number;
  readonly putOff: number;
  readonly ignored: number;
}
const rounded = (count: number): number => Math.round(count / edgeLimits.heededStep) * edgeLimits.heededStep;

/**
 * By kind, of all together: one line a member in, none out. A kind that fewer than `heededMembersMin` met, or of which one
 * member met more than half, is left out; all numbers are rounded, so that one more or one less does not show.
 */
export function heeded(lines: readonly Counted[]): readonly Heeded[] {
  return noticeKinds.flatMap((kind) => {
    const of = lines.filter((line) => line.kind === kind && line.shown > 0);
    const sum = (count: (line: Counted) => number): number => of.reduce((total, line) => total + count(line), 0);
    const shown = sum((line) => line.shown);
    if (of.length < edgeLimits.heededMembersMin || of.some((line) => line.shown * 2 > shown)) return [];
    const [acted, putOff] = [sum((line) => line.acted), sum((line) => line.putOff)];
    return [{ kind, shown: rounded(shown), acted: rounded(acted), putOff: rounded(putOff), ignored: rounded(shown - acted - putOff) }]; // prettier-ignore
  });
}
/** Weeks that are over for long enough to tell what was ignored in them; from and until in ms. The same all week. */
export function heededSpan(now: number): { readonly from: number; readonly until: number } {
  const week = 7 * dayMs;
  const until = Math.floor((now - limits.noticeIgnoredMs) / week) * week;
  return { from: until - edgeLimits.heededWeeks * week, until };
}
