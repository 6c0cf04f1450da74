import { minuteIn } from "../kernel/clock.ts";
import { limits } from "../kernel/limits.ts";
import type { RecordOf } from "../records/entities.ts";

/** Whether it is quiet now, by the clock of the member's zone; the hours may go over midnight (NOTICE-5). */
export function isQuiet(
  hours: Partial<Pick<RecordOf<"preference">, "quietFrom" | "quietTo">> | undefined,
  zone: string,
  now: number,
): boolean {
  const { quietFrom: from, quietTo: to } = hours ?? {};
  if (typeof from !== "number" || typeof to !== "number" || from === to) return false;
  const minute = minuteIn(now, zone);
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

/** Moments of one kind about one record that lie close together are one notice; the newest of them stands for all. */
export function merged<T extends { readonly about: string; readonly at: number }>(
  found: readonly T[],
): readonly (T & { readonly count: number })[] {
  const out: (T & { readonly count: number })[] = [];
  const last = new Map<string, number>();
  for (const one of [...found].sort((a, b) => a.at - b.at)) {
    const at = last.get(one.about);
    const held = at === undefined ? undefined : out[at];
    if (at !== undefined && held && one.at - held.at <= limits.noticeMergeMs)
      out[at] = { ...one, count: held.count + 1 };
    else last.set(one.about, out.push({ ...one, count: 1 }) - 1);
  }
  return out.sort((a, b) => b.at - a.at);
}

type Kept = RecordOf<"notice">;
/** Shown for days, and its member neither acted, nor put it off, nor opened it (NOTICE-6). */
export function isIgnored({ shownAt, openedAt, snoozeDay, goneAt }: Kept, now: number): boolean {
  if (typeof shownAt !== "number" || typeof openedAt === "number" || snoozeDay) return false;
  return (goneAt ?? now) - shownAt >= limits.noticeIgnoredMs;
}
/** Of the last thirty days, by kind: how many were shown long enough to tell, and how many of them were ignored. */
export function ignoredOf(
  kept: readonly Kept[],
  now: number,
): ReadonlyMap<string, { readonly shown: number; readonly ignored: number }> {
  const rates = new Map<string, { readonly shown: number; readonly ignored: number }>();
  for (const one of kept) {
    if (typeof one.shownAt !== "number" || now - one.shownAt > limits.noticeWindowMs) continue;
    const before = rates.get(one.noticeKind ?? "") ?? { shown: 0, ignored: 0 };
    rates.set(one.noticeKind ?? "", { shown: before.shown + 1, ignored: before.ignored + Number(isIgnored(one, now)) });
  }
  return rates;
}
/** Ignored so often that its member is asked whether they want it at all. */
export const isNoise = ({ shown, ignored }: { readonly shown: number; readonly ignored: number }): boolean =>
  shown >= limits.noticeNoiseShown && ignored * 100 >= shown * limits.noticeNoisePct;
