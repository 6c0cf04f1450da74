import { sweep } from "../auth/store.ts";
import type { Env } from "../env.ts";
import { isHome } from "./cells.ts";
import { pull } from "./pull.ts";
import { spread } from "./spread.ts";

/** By cron, in every cell: what a lost poke or a crash left undone, and what ran out. */
export async function keepDirectory(env: Env): Promise<void> {
  await sweep(env.DB, Date.now());
  await (isHome(env) ? spread(env) : pull(env));
}
