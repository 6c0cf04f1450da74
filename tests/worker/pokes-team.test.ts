/**
 * What a commit costs the others: an organisation of 200 members in teams of nine, with the demo's roles and policy, the
 * real hub, sockets and pulls. Everybody of two teams is open, and one of each other; each poke is a pull.
 */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { demoMembers, memberSource, peopleRows, teamSource } from "../../demo/people.ts";
import type { ImportRow } from "../../shared/exchange/import-plan.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { bootstrapDemo } from "../../worker/demo/store.ts";
import { account, accountSource, ask, bring, device, idOf, listen, pull, pullBody } from "./app-rig.ts";

const members = 200;
const pullsMax = 10;
const teamSize = 9;
const teams = Math.floor((members - demoMembers.length) / teamSize);
const handle = (team: number, n: number): string => `t${team}m${n}`;
const mine = (team: number, n: number): string => `of-${handle(team, n)}`;

/** One manager and eight sellers a team. */
const people: readonly ImportRow[] = Array.from({ length: teams }, (_, team) => [
  { entity: "team" as const, source: teamSource(`t${team}`), fields: { name: `Team ${team}` } },
  ...Array.from({ length: teamSize }, (__, n) => ({
    entity: "member" as const,
    source: memberSource(handle(team, n)),
    fields: { handle: handle(team, n), name: `Member ${team} ${n}`, base: n === 0 ? "sales_manager" : "seller", duties: [], locale: "en", zone: "UTC", email: `${handle(team, n)}@baton.example`, employment: "active" },
    refs: { teams: [teamSource(`t${team}`)], regions: ["demo:region:americas"] },
  })),
]).flat(); // prettier-ignore

beforeAll(async () => {
  const all = [...peopleRows(), ...people];
  expect(await bootstrapDemo(env.DB, env.CELL, all, Date.now())).toBe(true);
  for (const team of [0, 1])
    await bring(
      Array.from({ length: teamSize - 1 }, (_, n) => account(mine(team, n + 1), handle(team, n + 1), `t${team}`, "americas")), // prettier-ignore
    );
}, 120_000);

it(`[SYNC-U1] of ${members} members at most ${pullsMax} pull for a commit, and none who does not see it`, async () => {
  const open = [
    ...[0, 1].flatMap((team) => Array.from({ length: teamSize }, (_, n) => handle(team, n))),
    ...Array.from({ length: teams - 2 }, (_, team) => handle(team + 2, 1)),
    ...demoMembers.map((one) => one.handle),
  ];
  const sockets = new Map<string, { readonly heard: readonly string[]; close(): void }>();
  for (const as of open) {
    const dev = device();
    await pull(as, pullBody(dev));
    sockets.set(as, await listen(as, dev));
  }
  let commits = 0;
  for (const team of [0, 1])
    for (let n = 1; n < teamSize; n += 1) {
      const id = await idOf(accountSource(mine(team, n)));
      const done = await ask(`/api/accounts/${id}`, { as: handle(team, n), method: "PATCH", body: { nextAction: `Call ${n}` } }); // prettier-ignore
      expect(done.status).toBe(200);
      commits += 1;
      await new Promise((later) => setTimeout(later, 2 * limits.pokeCoalesceMs)); // a commit in 1.4 s, all over the day: nothing to gather
    }
  const pokes = (of: (as: string) => boolean): number =>
    [...sockets].filter(([as]) => of(as)).reduce((sum, [, { heard }]) => sum + heard.length, 0);
  const isIn = (as: string): boolean => /^t[01]m/.test(as);
  console.info(`${members} members: ${(pokes(() => true) / commits).toFixed(1)} pulls for a commit`);
  expect(pokes(() => true) / commits).toBeLessThanOrEqual(pullsMax);
  for (const [as, { heard }] of sockets) expect([as, heard.length > 0]).toEqual([as, isIn(as)]); // each of the two teams, and nobody else
  for (const socket of sockets.values()) socket.close();
}, 180_000);
