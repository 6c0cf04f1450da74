import type { Env } from "../env.ts";
import { cellBearer, homeUrl, isHome } from "./cells.ts";
import { applyFeed, copyVersion, feedPage, sweepCuts } from "./store.ts";

const pagesMax = 50;

/**
 * Brings this cell's copy of the directory up to the home cell's: by cron, on a poke, and when somebody shows a token
 * of a version that the copy has not reached. Sessions cut there lose their sockets here. Says whether it got through;
 * if it never does, the copy grows stale and `actorOf` denies everyone.
 */
export async function pull(env: Env): Promise<boolean> {
  const home = homeUrl(env);
  if (isHome(env) || home === null) return false;
  try {
    const authorization = `Bearer ${await cellBearer(env)}`;
    for (let pages = 0; pages < pagesMax; pages += 1) {
      const { version } = await copyVersion(env.DB);
      const askedAt = Date.now(); // what happens while we ask is not in the answer
      const answer = await fetch(`${home}/api/directory/feed?after=${version}`, {
        headers: { authorization },
        signal: AbortSignal.timeout(10_000),
      });
      if (!answer.ok) throw new Error(`the home cell answered ${answer.status}`);
      const page = feedPage.parse(await answer.json());
      if (!(await applyFeed(env.DB, version, page, askedAt))) continue;
      const cut = page.entries.filter((entry) => entry.kind === "cut").map((entry) => entry.subject);
      if (cut.length > 0) await env.HUB.getByName("hub").cutSessions(cut);
      if (!page.more) {
        await sweepCuts(env.DB, askedAt);
        return true;
      }
    }
    return false;
  } catch (error) {
    console.warn("directory_pull_failed", String(error));
    return false;
  }
}
