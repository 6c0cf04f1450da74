import { cellOf } from "../kernel/id.ts";

/**
 * What a member is told of (NOTICE-1). What waits is worked out from the records that they hold; only what became of a
 * notice for its member is kept: one small record for a kind and a record, without a word of what it is about.
 */
export const noticeKinds = ["asked", "handed", "mention", "due", "stale", "finish", "moved"] as const;
export type NoticeKind = (typeof noticeKinds)[number];
export const noticeModes = ["now", "digest", "off"] as const;
export type NoticeMode = (typeof noticeModes)[number];
/** What nobody chose: people who wait come at once, what only lies there stands in Today. */
export const modeOf = (kind: NoticeKind, chosen: Readonly<Record<string, unknown>> | null | undefined): NoticeMode =>
  noticeModes.find((mode) => mode === chosen?.[kind]) ?? (kind === "stale" || kind === "finish" ? "digest" : "now");

const alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
const randomPart = (id: string): string => id.slice(id.lastIndexOf("_") + 1);

/**
 * The same on each device of the member, so that two of them keep one record. It tells nobody anything: no mutation but
 * its member's own touches an id like this.
 */
export function noticeId(member: string, kind: NoticeKind, about: string): string {
  const [own, other] = [randomPart(member), randomPart(about)];
  let text = "";
  for (let at = 0; at < 20; at += 1) {
    const salt = at === 0 ? noticeKinds.indexOf(kind) : 0;
    text += alphabet[(alphabet.indexOf(own[at] ?? "0") ^ alphabet.indexOf(other[at] ?? "0") ^ salt) & 31];
  }
  return `${cellOf(member)}_ntc_${text}`;
}
/** A member has one record of choices. */
export const preferenceId = (member: string): string => `${cellOf(member)}_prf_${randomPart(member)}`;
