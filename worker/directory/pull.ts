import { orgAnchor } from "../../shared/kernel/id.ts";
import type { Env } from "../env.ts";
import { cellBearer, homeUrl, isHome } from "./cells.ts";
import { applyFeed, copyVersion, feedPage, sweepCuts, type FeedPage } from "./store.ts";
import { hubOf } from "../env.ts";

const pagesMax = 50;

/**
 * Brings this cell's copy of the directory up to the home cell's: by cron, on a poke, and when somebody shows a token
 * of a version that the copy has not reached. Sessions cut there lose their sockets here, and whoever's rights moved is
 * looked at anew. Says whether it got through; if it never does, the copy grows stale and `actorOf` denies everyone.
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
      const anchors = [orgAnchor(env.HOME), orgAnchor(env.CELL)];
      if (!(await applyFeed(env.DB, anchors, version, page, askedAt))) continue;
      await tellHub(env, page);
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

async function tellHub(env: Env, { entries }: FeedPage): Promise<void> {
  const hub = hubOf(env);
  const subjects = (kind: string): string[] =>
    entries.filter((entry) => entry.kind === kind).map(({ subject }) => subject);
  // A grant's or cover's row says whose rights it moves.
  const lent = entries.filter(({ kind }) => kind === "grant" || kind === "cover");
  const cut = subjects("cut");
  const members = [...new Set([...subjects("member"), ...lent.map(({ body }) => String(body["member"]))])];
  if (cut.length > 0) await hub.cutSessions(cut);
  const everyone = subjects("policy").length > 0;
  if (members.length > 0 || everyone)
    await hub.announce(
      { keys: [], rights: { anchors: [], to: [], members }, rooms: [], directory: true, everyone },
      null,
    );
  for (const { body } of lent) {
    const turns = [body["from_t"], body["until_t"]].filter((turn) => typeof turn === "number");
    await hub.remind({ member: String(body["member"]), at: turns });
  }
}
