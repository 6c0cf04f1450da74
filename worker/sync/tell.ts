import type { AppContext } from "../context.ts";
import { spread } from "../directory/spread.ts";
import type { Env } from "../env.ts";
import type { Announcement } from "./push.ts";
import { hubOf } from "../env.ts";

/**
 * After a commit: the hub pokes whoever follows what changed. Rights that moved go before the answer, so that when the
 * actor hears "done" the cut has reached the open sockets and rooms; the rest goes behind it. A lost word costs a poll.
 */
export async function tell(c: AppContext, announcement: Announcement, from?: string): Promise<void> {
  const told = announceTo(c.env, announcement, from);
  const rights = announcement.everyone || announcement.rooms.length + announcement.rights.members.length > 0;
  if (rights) await told;
  else c.executionCtx.waitUntil(told);
}

export async function announceTo(env: Env, announcement: Announcement, from?: string): Promise<void> {
  try {
    await hubOf(env).announce(announcement, from ?? null);
    if (announcement.directory) await spread(env);
  } catch (error) {
    console.warn("hub_not_told", String(error)); // devices poll, rooms read again
  }
}
