import type { Result } from "../../shared/kernel/result.ts";
import type { AppContext } from "../context.ts";
import type { CommitItem } from "../db/commit.ts";
import { commit, GuardFailed } from "../db/commit.ts";
import { openDb, type Query } from "../db/db.ts";
import { problem } from "../http/problem.ts";
import type { Planned, Write } from "../sync/plan.ts";
import { announce } from "../sync/push.ts";
import { tell } from "../sync/tell.ts";
import type { Carried, Context, Waiting } from "./second.ts";
import type { Act } from "./store.ts";

/** What the routes of governance have in common: one act, one batch, one word to the hub. */
export const contextOf = (c: AppContext): Context => ({
  db: openDb(c.env.DB, c.get("cost")),
  actor: c.get("actor"),
  now: Date.now(),
  cell: c.env.CELL,
});
const noWrites: Planned = { writes: [], guards: new Map(), anchors: new Map() };

/** An act of the actor, whose client lives for this request. */
export function actOf({ actor, now }: Context, mutation: string): Act {
  return { actor: actor.member, client: `http_${crypto.randomUUID()}`, n: 1, mutation, at: now };
}
/** Writes it. False: what it was planned on has moved, so that it should be tried again. */
export async function write(
  { db, actor, now }: Context,
  act: Act,
  also: readonly Query[],
  writes: readonly Write[] = [],
): Promise<boolean> {
  const item: CommitItem = {
    client: act.client, device: act.client, member: actor.member, n: 1, mutation: act.mutation,
    directory: actor.directory, planned: { ...noWrites, writes }, also,
  }; // prettier-ignore
  try {
    await commit(db, [item], now);
    return true;
  } catch (error) {
    if (error instanceof GuardFailed) return false;
    throw error;
  }
}
export const tellOf = (
  c: AppContext,
  writes: readonly Write[],
  moved: Partial<Omit<Carried, "items">>,
): Promise<void> => {
  const what = announce(writes, c.get("actor").bound.rules.masks);
  return tell(c, {
    ...what,
    rights: { ...what.rights, members: [...what.rights.members, ...(moved.members ?? [])] },
    directory: true,
    everyone: moved.everyone ?? false,
    turns: moved.turns ?? [],
  });
};

/** Keeps what waits, and says where it is decided. */
export async function wait(
  c: AppContext,
  context: Context,
  waiting: Result<Waiting>,
  detail: string,
): Promise<Response> {
  if (!waiting.ok) return problem(waiting.error);
  const { approval, planned, also, told } = waiting.value;
  if (also.length === 0) return problem({ code: "needs_approval", approval, detail: "This waits already." });
  if (!(await write(context, actOf(context, "approval.ask@1"), also, planned.writes))) return problem({ code: "busy" });
  await tellOf(c, planned.writes, { members: told });
  return problem({ code: "needs_approval", approval, detail });
}
