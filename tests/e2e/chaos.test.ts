/** Short parts of `npm run chaos`, so that it is known to work; what counts is its thousand kills and its whole trace. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCell, type Cell } from "../chaos/cell.ts";
import { idle, type Idle } from "../chaos/idle.ts";
import { runKills } from "../chaos/kills.ts";
import { readSlowly } from "../chaos/slow.ts";
import { replayUntil } from "../chaos/trace.ts";
import { Member } from "../chaos/wire.ts";
import { emptyState } from "./server.ts";

let cell: Cell;
let member: Member;
beforeAll(async () => {
  cell = await startCell(await emptyState(undefined));
  member = await Member.first(cell.url);
}, 180_000);
afterAll(() => cell?.stop());

test("[SECTION-1] [ROOM-10] [case 19] workerd dies while three write: every edit that was acknowledged is there, once, and the rest comes with its writer", async () => {
  const wrong: string[] = [];
  const so = await runKills(cell, member, { kills: 2, seed: 3, tell: (_so, found) => wrong.push(...found) });
  expect(wrong, cell.log()).toEqual([]);
  expect(so).toMatchObject({ kills: 2, lost: 0, doubled: 0, shut: 0 });
  expect(so.acked).toBeGreaterThan(20);
}, 180_000);

const part = 1600; // transactions of the trace, of 26,078

test("[SECTION-1] [ROOM-1] [ROOM-11] [case 17] [case 18] two who typed at once end with one text, over a kill and a sleep; fifty others sleep too, and one edit is one frame to each", async () => {
  let quiet: Idle | null = null;
  const sleep = async () => {
    // Its words go to the database five seconds after an edit; ten seconds after that it sleeps.
    quiet = await idle(cell, member, { sockets: 50, ms: 17_000, pingMs: 5_000 });
  };
  const { texts, expected, slept } = await replayUntil(cell, member, part, sleep);
  expect(expected.length).toBeGreaterThan(1000);
  expect(texts).toEqual([expected, expected, expected, expected]);
  expect(slept).toBe(true);
  expect(quiet).toEqual({ between: 0, slept: true, after: Array.from({ length: 49 }, () => 1), toWriter: 1 });
}, 180_000);

test("[ROOM-22] [case 21] a socket that stops reading is closed with 4513 after four megabytes, the others write on, and it has all when it comes back", async () => {
  const so = await readSlowly(member, { megabytes: 12 });
  expect(so, cell.log()).toMatchObject({ code: 4513, bounded: true, equal: true });
  expect(so.flooded).toBeGreaterThan(12_000_000);
}, 180_000);
