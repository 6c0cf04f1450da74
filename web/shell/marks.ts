import type { AttentionCard, Data, PendingState } from "../data/types.ts";
import type { MarkState } from "../ui/mark.tsx";
import { idOf } from "./id-of.ts";
import { isBoth } from "./sync-words.ts";

/** Cards that name a record, those within an act too. */
export const cardsOf = (data: Pick<Data, "attention">, id: string): readonly AttentionCard[] =>
  data
    .attention()
    .flatMap((card) => [card, ...(card.with ?? [])])
    .filter((card) => idOf(card.args) === id);

const worst: readonly PendingState[] = ["sending", "saved", "waiting"];

/** What became of the changes of a record, as one mark: what needs me, then what is not confirmed. */
export function markOf(data: Pick<Data, "attention" | "pendingFields">, id: string): MarkState | undefined {
  const cards = cardsOf(data, id);
  if (cards.some((card) => !isBoth(card))) return "refused";
  if (cards.length > 0) return "both";
  const states = new Set(
    data
      .pendingFields(() => id)()
      .values(),
  );
  return worst.find((state) => states.has(state));
}
