import type { Env } from "../env.ts";
import { otherCells } from "../http/origin.ts";
import { cellBearer, isHome } from "./cells.ts";
import { markTold, untoldCuts } from "./store.ts";
import { hubOf } from "../env.ts";

/**
 * After anything that may have changed the directory (sign-out, a member's facts, a policy): closes the sockets of cut
 * sessions here and pokes the other cells to pull. What is left undone by a crash, the next call or the cron does.
 * A cell that can't be reached cuts at its next pull, at the latest when the session token runs out.
 */
export async function spread(env: Env): Promise<void> {
  if (!isHome(env)) return;
  const { version, told, sessions } = await untoldCuts(env.DB);
  if (version <= told) return;
  if (sessions.length > 0) await hubOf(env).cutSessions([...sessions]);
  await Promise.all([...otherCells(env)].map(([cell, url]) => poke(env, cell, url)));
  await markTold(env.DB, version);
}

async function poke(env: Env, cell: string, url: string): Promise<void> {
  try {
    const answer = await fetch(`${url}/api/directory/poke`, {
      method: "POST",
      headers: { authorization: `Bearer ${await cellBearer(env)}` },
      signal: AbortSignal.timeout(5_000),
    });
    await answer.body?.cancel();
    if (!answer.ok) console.warn("poke_refused", cell, answer.status);
  } catch (error) {
    console.warn("poke_failed", cell, String(error)); // its cron pulls
  }
}
