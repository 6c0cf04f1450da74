/** A member of a team with five thousand accounts, on the real D1: no statement meets its bounds, no page grows. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import { accountSource, boot, device, idOf, memberId, pull, pullBody } from "./app-rig.ts";

type Line = Record<string, unknown>;
const pageOf = (lines: readonly Line[]): Line => lines.find((line) => line["t"] === "page") ?? {};
const accounts = 5_000;
let ana = "";

beforeAll(async () => {
  await boot();
  ana = await memberId("ana");
  const west = await idOf(accountSource("west"));
  const id = west.slice(0, -8); // so many more, as the one that is there
  await env.DB.batch([
    env.DB.prepare(
      `insert into anchor (id, owner, team, region, restricted, ver) with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
       select ? || printf('%08d', i), ?, team, region, 0, 1 from n, anchor where anchor.id = ?`,
    ).bind(accounts, id, ana, west),
    env.DB.prepare(
      `insert into account (id, anchor, compartment, ver, created_at, created_by, updated_at, name)
       with recursive n(i) as (select 1 union all select i + 1 from n where i < ?)
       select ? || printf('%08d', i), ? || printf('%08d', i), 'core', 1, 1, ?, 1, 'Account ' || i from n`,
    ).bind(accounts, id, id, ana),
  ]);
}, 120_000);

it("[case 28] [SYNC-P5] a first sync of 5,000 accounts, their rows page by page, and the pull after a change of all of them", async () => {
  const dev = device();
  const first = await pull("ana", pullBody(dev));
  const handles = first.flatMap((line) =>
    line["t"] === "rights" && JSON.stringify(line["g"]).includes("account") ? [String(line["h"])] : [],
  );
  expect(handles.length).toBeGreaterThan(limits.removalsMax / 100);
  let cursor = pageOf(first)["cursor"];
  const got = new Set<string>();
  const wanted = handles.slice(0, limits.wantMax);
  const lines = await pull("ana", pullBody(dev, { cursor, want: wanted.map((h) => ({ h })) }));
  for (const line of lines) if (line["t"] === "snap") got.add(String(line["h"]));
  expect(got.size).toBeGreaterThan(100);
  cursor = pageOf(lines)["cursor"];
  // All that it holds is asked about at once: five hundred handles are opened in one statement.
  const asked = await pull("ana", pullBody(dev, { cursor, ask: wanted }));
  expect(asked.filter((line) => line["t"] === "rights")).toHaveLength(wanted.length);
  // And another policy-bearing fact of hers touches each of them.
  const teams = JSON.stringify([]);
  await env.DB.batch([env.DB.prepare("update member set teams = ?, ver = ver + 1 where id = ?").bind(teams, ana)]);
  expect((await pull("ana", pullBody(dev, { cursor: pageOf(asked)["cursor"] }))).at(-1)?.["t"]).toBe("page");
}, 120_000);
