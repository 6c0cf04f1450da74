/** What the platform starts: the routes, the cron, and the two Durable Objects. */
import { app } from "./app.ts";
import { keepAudit } from "./audit/seal.ts";
import { keepDirectory } from "./directory/upkeep.ts";
import type { Env } from "./env.ts";
import { keepReviews } from "./reviews/run.ts";
import { keepHistory } from "./history/prune.ts";

export { AccountRoom } from "./rooms/account-room.ts";
export { Hub } from "./sync/hub.ts";

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
  scheduled: (_controller, env, ctx) => {
    ctx.waitUntil(keepDirectory(env));
    ctx.waitUntil(keepReviews(env));
    // One after the other: what leaves the database was sealed before.
    ctx.waitUntil(keepAudit(env).then(() => keepHistory(env)));
  },
} satisfies ExportedHandler<Env>;
