import { limits } from "../../shared/kernel/limits.ts";
import { readRecords, type DoorContext } from "../db/door.ts";
import { namingSections } from "./store.ts";

export interface MentionedIn {
  readonly section: string;
  readonly anchor: string;
  readonly title: string;
  readonly at: number;
  readonly by: string | null;
}
const most = 50;
const page = 100;

/**
 * Notes that this member may read now and whose text names them, by another's hand, within a month; the newest first, at
 * most fifty. What they may not read is passed over, and takes no place.
 */
export async function mentionsOf(door: DoorContext): Promise<readonly MentionedIn[]> {
  const { actor, db, now } = door;
  const since = now - limits.noticeWindowMs;
  const found: MentionedIn[] = [];
  for (let from = 0; found.length < most; from += page) {
    const named = await namingSections(db, actor.member, since, { from, count: page });
    const ids = named.map(({ section }) => section);
    const rows = new Map((await readRecords(door, "section", ids)).map((row) => [row.id, row]));
    for (const { section, at, by } of named) {
      const row = rows.get(section);
      if (row && found.length < most)
        found.push({ section, anchor: row.anchor, title: String(row["title"] ?? ""), at, by });
    }
    if (named.length < page) break;
  }
  return found;
}
