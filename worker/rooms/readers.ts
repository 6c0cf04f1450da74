import { listRecords, type DoorContext } from "../db/door.ts";
import type { Env } from "../env.ts";
import { databaseAuthority } from "./authority.ts";

const readersMax = 8; // what a menu shows
const pageOfMembers = 100;
const pagesMax = 3;

export interface NamedMember {
  readonly id: string;
  readonly name: string;
}

/**
 * Members in office who may read a section now, of those whom the asker may see: whom a note can name. At most eight, of
 * the first three hundred that fit; more words find the rest. The asker's own right to the section is the caller's to ask.
 */
export async function readersOf(
  env: Env,
  door: DoorContext,
  account: string,
  section: string,
  words: string,
): Promise<readonly NamedMember[]> {
  const found: NamedMember[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < pagesMax && found.length < readersMax; page++) {
    const listed = await listRecords(door, "member", {
      limit: pageOfMembers,
      cursor,
      sort: null,
      q: words === "" ? null : words,
      filters: [],
    });
    if (!listed.ok) break;
    const named = listed.value.items.flatMap(({ id, name }) => (typeof name === "string" ? [{ id, name }] : []));
    const attendees = named.map(({ id }) => ({ member: id, session: "" }));
    const rights = attendees.length > 0 ? await databaseAuthority(env).read(account, attendees, door.now) : null;
    found.push(...named.filter(({ id }) => rights?.modes(id).has(section)));
    cursor = listed.value.nextCursor;
    if (cursor === null) break;
  }
  return found.slice(0, readersMax).sort((a, b) => a.name.localeCompare(b.name));
}
