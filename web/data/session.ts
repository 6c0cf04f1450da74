/** Who is signed in, kept so that the app opens offline within the lease; and the way out, which leaves nothing here. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Slice } from "../../shared/access/slice.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { diskName, removeDisk } from "./idb-disk.ts";
import { lineFetch } from "./line.ts";
import type { Me } from "./types.ts";

export interface Session {
  readonly me: Me;
  /** The member's own part of the policy: what `can` answers by. */
  readonly slice: Slice;
  readonly policyId: string | number;
}
export type Opened =
  | { readonly state: "signed_in"; readonly session: Session; readonly offline: boolean }
  | { readonly state: "signed_out" }
  /** No network, and nobody has signed in on this device. */
  | { readonly state: "unreachable" };

type Schema = DBSchema & { session: { key: string; value: Session } };
const open = (): Promise<IDBPDatabase<Schema>> =>
  openDB<Schema>("baton-session", 1, { upgrade: (db) => void db.createObjectStore("session") });

async function kept<T>(work: (db: IDBPDatabase<Schema>) => Promise<T>): Promise<T | null> {
  try {
    const db = await open();
    try {
      return await work(db);
    } finally {
      db.close();
    }
  } catch (error) {
    console.warn("session store", error); // private mode, or full: signing in still works, only opening offline does not
    return null;
  }
}

export async function loadSession(): Promise<Opened> {
  const before = await kept((db) => db.get("session", "now"));
  let response: Response | null = null;
  try {
    // On a line that is up and answers nothing the kept one opens soon; what has ended since, the first pull says.
    const signal = AbortSignal.timeout(before ? limits.openMs : limits.silenceMs);
    response = await lineFetch("/api/me", { headers: { accept: "application/json" }, signal });
  } catch {
    // no network: the kept one speaks
  }
  if (response?.ok) {
    const session = (await response.json()) as Session;
    if (before && before.me.member !== session.me.member) await leaveMember(before.me); // another member on this device
    await kept((db) => db.put("session", session, "now"));
    return { state: "signed_in", session, offline: false };
  }
  if (response?.status === 401) {
    if (before && (await isOurs(response))) await leaveMember(before.me);
    return { state: "signed_out" };
  }
  return before ? { state: "signed_in", session: before, offline: true } : { state: "unreachable" };
}

/** "Nobody is signed in" in the edge's own words: a proxy's page that says 401 ends nothing. */
const isOurs = async (response: Response): Promise<boolean> => {
  const problem: unknown = await response.json().catch(() => null);
  return typeof problem === "object" && problem !== null && "code" in problem && problem.code === "unauthenticated";
};
/** Whether this member's session has really ended here: asked of the home cell, which alone knows. */
export async function hasEnded(me: Me): Promise<boolean> {
  try {
    const response = await lineFetch("/api/me", { headers: { accept: "application/json" } });
    if (response.status === 401) return await isOurs(response);
    return response.ok && ((await response.json()) as Session).me.member !== me.member;
  } catch {
    return false; // no network: nobody said so
  }
}
/** The session ended elsewhere: what was seen goes, words that were never sent wait for their member (SYNC-E3). */
export async function leaveMember(me: Me): Promise<void> {
  const { leaveCopies } = await import("./leave.ts");
  await leaveCopies(me);
  await kept(async (db) => {
    if ((await db.get("session", "now"))?.me.member === me.member) await db.delete("session", "now");
  });
  forgetNames(me, lockMark(me.member)); // words may wait under it
}
function forgetNames(me: Me, but?: string): void {
  for (const key of Object.keys(localStorage))
    if (key === but) continue;
    else if (key.includes(me.member) || key === "baton.recent") localStorage.removeItem(key);
  sessionStorage.clear();
}

/** Beside a copy: how much of it is unsent. */
export const copyMark = (member: string): string => `baton.copy:${member}`;
/** Where the lock of a copy lies, wrapped. */
export const lockMark = (member: string): string => `baton.lock:${member}`;

export async function removeCopies(me: Me): Promise<void> {
  localStorage.removeItem(copyMark(me.member)); // not the browser's doing
  const cells = new Set([me.cell, ...me.cells.map(({ cell }) => cell)]);
  await Promise.all([...cells].map((cell) => removeDisk(diskName(cell, me.member)).catch(() => undefined))); // blocked by a dying tab: it lets go
}
/** Removes what this device holds of a member: copies of all cells, cached answers, what screens remembered. */
export async function forgetMember(me: Me): Promise<void> {
  await kept((db) => db.delete("session", "now"));
  await removeCopies(me);
  if (typeof caches !== "undefined")
    for (const name of await caches.keys()) if (!name.includes("precache")) await caches.delete(name);
  forgetNames(me);
}
