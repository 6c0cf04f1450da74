import { groupOf, kindOf, type Listed } from "../../shared/lists/query.ts";
import { hasGroup } from "../../shared/records/groups.ts";
import type { Data } from "../data/types.ts";

/** Fields that this member may filter, sort and group by, or see as a column: others are not offered (LIST-3). */
export function isKnown(data: Pick<Data, "sees">, name: Listed, field: string, online: boolean): boolean {
  const sees = data.sees(name);
  return kindOf(name, field) !== null && hasGroup(online ? sees.online : sees.here, groupOf(name, field));
}
