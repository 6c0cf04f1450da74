import { createMemo, type Accessor } from "solid-js";
import { queryOfView } from "../../shared/lists/parts.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { useSession } from "../shell/context.ts";
import type { ListKind } from "./kind.ts";
import type { View } from "./state.ts";

export type SavedView = RecordOf<"view">;

/** The views that a list comes with, then the saved ones: one's own, and those of one's teams. */
export function createViews(kind: ListKind): Accessor<readonly View[]> {
  const session = useSession();
  const { data } = session;
  const rows = data.list("view", () => ({ where: (row) => row.of === kind.entity, sort: "name" }));
  return createMemo(() => {
    const builtIn = kind.views.map(({ id, name, query, only }): View => ({ id, name: name(), query, only }));
    const saved = rows().map((row): View => {
      const { query, partly } = queryOfView(kind.entity, row as Row);
      const mine = isMine(row, data.me.member);
      return {
        id: row.id,
        name: row.name ?? "",
        query,
        saved: row as Row,
        team: row.team ? (data.record("team", () => row.team ?? undefined)()?.name ?? "") : undefined,
        // One's own words are on each of one's devices; of others' views parts may be in groups that are not.
        partly: partly && !mine,
      };
    });
    return [...builtIn, ...saved];
  });
}
export const isMine = (row: SavedView, me: string): boolean => row.owner === me;
