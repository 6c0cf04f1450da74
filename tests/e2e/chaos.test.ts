/** A short part of `npm run chaos`, so that it is known to work; the figure that counts is its thousand kills. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { startCell, type Cell } from "../chaos/cell.ts";
import { runKills } from "../chaos/kills.ts";
import { Member } from "../chaos/wire.ts";
import { emptyState } from "./server.ts";

let cell: Cell;
beforeAll(async () => {
  cell = await startCell(await emptyState(undefined));
});
afterAll(() => cell?.stop());

test("[SECTION-1] [ROOM-10] [case 19] workerd dies while three write: every edit that was acknowledged is there, once, and the rest comes with its writer", async () => {
  const wrong: string[] = [];
  const member = await Member.first(cell.url);
  const so = await runKills(cell, member, { kills: 2, seed: 3, tell: (_so, found) => wrong.push(...found) });
  expect(wrong, cell.log()).toEqual([]);
  expect(so).toMatchObject({ kills: 2, lost: 0, doubled: 0, shut: 0 });
  expect(so.acked).toBeGreaterThan(20);
});
