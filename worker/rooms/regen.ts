/**
 * `section.regen@1`: a section goes into its next generation, at the edge alone. D1 is written first, with the reason
 * and the version to go back to, in one batch; the room follows (ROOM-8).
 */
import * as z from "zod/mini";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { defineMutation } from "../../shared/records/mutation.ts";
import type { Actor } from "../context.ts";
import { commit, GuardFailed, type CommitItem } from "../db/commit.ts";
import { openDb, type Db } from "../db/db.ts";
import { loadRows } from "../db/rows.ts";
import type { Env } from "../env.ts";
import { planMutation, type Planned } from "../sync/plan.ts";
import { announce, type Announcement } from "../sync/push.ts";
import { announceTo } from "../sync/tell.ts";
import { loadWorld } from "../sync/world.ts";
import type { Regen } from "./log.ts";
import { readDirectory, regenQuery } from "./store.ts";
import { roomMember } from "./versions.ts";

const args = z.strictObject({ id: z.string(), gen: z.int() });
/** Not among the mutations that a device may push: a generation without its reason would lose the version. */
const regenSection = defineMutation<z.infer<typeof args>>({
  name: "section.regen@1",
  args,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const row = tx.get(a.id);
    if (!row) return fail("missing");
    if (row["gen"] !== a.gen) return fail("version_conflict", { fields: ["gen"] });
    tx.edit(a.id, { gen: a.gen + 1 }, "regen");
    return ok(undefined);
  },
});

interface Raise {
  readonly section: string;
  /** The generation that is left. */
  readonly gen: number;
  readonly why: Regen["why"];
  readonly version: string | null;
}
export interface Raised {
  readonly regen: Regen;
  readonly announcement: Announcement;
}

/** By a member, who must be allowed to. */
export async function raiseAs(db: Db, actor: Actor, raise: Raise, cell: string, now: number): Promise<Result<Raised>> {
  for (let tries = 0; tries < limits.guardTries; tries++) {
    const world = await loadWorld(db, actor, [raise.section]);
    const planned = planMutation(actor, world, regenSection, { id: raise.section, gen: raise.gen }, now, cell);
    if (!planned.ok) return planned;
    const raised = await write(db, raise, planned.value, actor.member, actor.directory, now);
    if (raised) return ok(raised);
  }
  return fail("busy");
}

/** By the room itself: a squash, which changes no word. Null: the section is another by now, or D1 is busy. */
export async function raiseByRoom(env: Env, raise: Raise, now: number): Promise<Regen | null> {
  const db = openDb(env.DB);
  const stored = (await loadRows(db, [raise.section])).get(raise.section);
  if (!stored || stored.deletedAt !== null || stored.row["gen"] !== raise.gen) return null;
  const { row, ver } = stored;
  const after = { ...row, gen: raise.gen + 1 };
  const planned: Planned = {
    writes: [{ op: "edit", entity: "section", id: raise.section, before: row, after, changed: ["gen"], ver }],
    guards: new Map([[raise.section, ver]]),
    anchors: new Map(),
  };
  const raised = await write(db, raise, planned, roomMember, await readDirectory(db), now);
  if (raised) await announceTo(env, raised.announcement);
  return raised && raised.regen;
}

async function write(
  db: Db,
  { section, gen, why, version }: Raise,
  planned: Planned,
  by: string,
  directory: number,
  now: number,
): Promise<Raised | null> {
  const regen: Regen = { gen: gen + 1, why, version, by };
  const client = `${by === roomMember ? "room" : "http"}_${crypto.randomUUID()}`;
  const item: CommitItem = {
    client, device: client, member: by, n: 1, mutation: regenSection.name, directory, planned,
    also: [regenQuery(db, section, regen, now)],
  }; // prettier-ignore
  try {
    const span = await commit(db, [item], now);
    return { regen, announcement: { ...announce(planned.writes, undefined), span } };
  } catch (error) {
    if (error instanceof GuardFailed) return null;
    throw error;
  }
}
