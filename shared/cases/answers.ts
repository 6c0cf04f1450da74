import type { RecordOf } from "../records/entities.ts";

export type QueueRow = Pick<RecordOf<"queue">, "id" | "name" | "steward" | "team">;

/** Who answers for a case: its owner, the steward of its queue, the owner of its account (CASE-1). */
export const answersFor = (
  row: Pick<RecordOf<"case">, "owner" | "queue">,
  queue: QueueRow | undefined,
  accountOwner: string | null | undefined,
): string | null => row.owner ?? (row.queue ? queue?.steward : null) ?? accountOwner ?? null;
