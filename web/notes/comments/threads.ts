import type { RecordOf } from "../../../shared/records/entities.ts";
import type { Found } from "./place.ts";

export type Comment = RecordOf<"section_comment">;
export interface Thread {
  readonly root: Comment;
  readonly answers: readonly Comment[];
}

/** Comments with their answers, oldest first. One that was taken back is shown only for its answers. */
export function threadsOf(comments: readonly Comment[]): Thread[] {
  const answers = Map.groupBy(comments.filter(({ parent }) => parent), ({ parent }) => parent ?? "");
  return comments
    .filter(({ parent }) => !parent)
    .map((root) => ({ root, answers: (answers.get(root.id) ?? []).toSorted(byTime) }))
    .filter((thread) => thread.root.body !== null || thread.answers.length > 0)
    .toSorted((a, b) => byTime(a.root, b.root));
} // prettier-ignore
const byTime = (a: Comment, b: Comment): number => (a.at ?? 0) - (b.at ?? 0) || (a.id < b.id ? -1 : 1);

/** In the order of the text; then those whose text has gone, and those on the whole note. */
export const inOrder = (threads: readonly Thread[], places: ReadonlyMap<string, Found>): Thread[] => {
  const rank = ({ root }: Thread): number => {
    const found = places.get(root.id);
    return typeof found === "object" ? found.from : root.quote ? Number.MAX_SAFE_INTEGER - 1 : Number.MAX_SAFE_INTEGER;
  };
  return threads.toSorted((a, b) => rank(a) - rank(b));
};
