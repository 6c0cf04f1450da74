import type { Row } from "../../../shared/records/entities.ts";
import type { Span } from "../../db/commit.ts";
import type { Env } from "../../env.ts";
import type { Write } from "../plan.ts";
import { announce, type Announcement } from "../push.ts";
import { readUntold, type Untold } from "./store.ts";

/** The word of changes that never came (the Worker died behind its commit), made anew from what the commit left. */
export async function untold(env: Env, span: Span): Promise<Announcement> {
  return announcementOf(await readUntold(env, span));
}

function announcementOf({ changes, was, rows, masks }: Untold): Announcement {
  const writes = changes.flatMap(({ record, op, patch }): Write[] => {
    const stored = rows.get(record);
    if (!stored) return []; // a share, or another cell's entry: its `was` row speaks
    const after = stored.row;
    const before = {
      ...after,
      ...Object.fromEntries(Object.entries(patch ?? {}).map(([name, [old]]) => [name, old])),
    } as Row;
    const act = op === "edit" ? "edit" : op === "del" ? "delete" : "restore";
    return [
      { op: act, entity: stored.entity, id: record, before, after, changed: Object.keys(patch ?? {}), ver: stored.ver },
    ];
  });
  const what = announce(writes, masks);
  const shares = was.filter(({ kind }) => kind === "share");
  const lent = was.filter(({ kind }) => kind === "grant" || kind === "cover" || kind === "member");
  const names = (list: Untold["was"]): string[] => list.flatMap(({ member }) => member ?? []);
  const places = shares.flatMap(({ anchor }) => anchor ?? []);
  return {
    ...what,
    rights: {
      ...what.rights,
      shared: [...new Set([...(what.rights.shared ?? []), ...places])],
      to: [...new Set([...what.rights.to, ...names(shares)])],
      members: [...new Set([...what.rights.members, ...names(lent)])],
    },
    rooms: [...new Set([...what.rooms, ...places])],
    directory: what.directory || lent.length > 0,
    everyone: was.some(({ kind }) => kind === "policy"),
  };
}
