import { sql } from "drizzle-orm";
import { limits } from "../../shared/kernel/limits.ts";
import type { Counted } from "../../shared/notices/heeded.ts";
import type { Db } from "../db/db.ts";

/** One line a member who agreed and a kind, without who it is: nothing of what a notice is about is read. */
export async function countedLines(db: Db, from: number, until: number): Promise<readonly Counted[]> {
  const done = sql`opened_at is not null or (gone_at is not null and gone_at - shown_at < ${limits.noticeIgnoredMs} and snooze_day is null)`;
  return db.all<Counted>(sql`select notice_kind as kind, count(*) as shown, sum(case when ${done} then 1 else 0 end) as acted,
      sum(case when opened_at is null and snooze_day is not null then 1 else 0 end) as putOff
    from notice where deleted_at is null and shown_at >= ${from} and shown_at < ${until} and anchor in (
      select anchor from preference where deleted_at is null and json_extract(steps, '$.counted') = 1)
    group by anchor, notice_kind`);
}
