/** What a publish would change, for people, before it is one: every member against every record. */
import { differences, type World } from "../../shared/access/differences.ts";
import { bind, type Facts, type Place } from "../../shared/access/engine.ts";
import type { Policy } from "../../shared/access/rules.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type { EntityName } from "../../shared/records/entities.ts";
import { groupsIn, type Group } from "../../shared/records/groups.ts";
import { seeded, timesOf, type Times } from "../lib/measure.ts";
import { rowsOf, type BenchRow, type Check } from "../lib/report.ts";
import { at } from "./world.ts";

export interface Preview {
  readonly rows: readonly BenchRow[];
  readonly checks: readonly Check[];
  readonly ns: number;
}
const members = 50;
const accounts = 2_000;
/** The records of each account: ten, so that there are 20,000. */
const under: readonly (readonly [EntityName, string])[] = [
  ["account", "core"], ["contact", "core"], ["contact", "core"], ["task", "core"], ["activity", "core"],
  ["opportunity", "sales"], ["opportunity", "sales"], ["comment", "sales"], ["case", "service"], ["handoff", "handoff"],
]; // prettier-ignore

/** Some groups given to one role, some taken from another. */
function changed(policy: Policy): Policy {
  const swap: { readonly [role: string]: (groups: readonly Group[]) => readonly Group[] } = {
    exec_viewer: (groups) => groups.filter((group) => group !== "terms"),
    qualifier: (groups) => [...groups, "consent"],
    support: (groups) => groups.filter((group) => group !== "internal"),
  };
  const allow = policy.allow.map((rule) => {
    const [only, ...others] = rule.to;
    const change = only === undefined || others.length > 0 ? undefined : swap[only];
    return change ? { ...rule, groups: change(rule.groups) } : rule;
  });
  return { ...policy, version: policy.version + 1, parent: policy.version, allow };
}

export function preview(rounds: number, checked: number): Preview {
  const random = seeded(50);
  const teams = Array.from({ length: 12 }, (_, n) => `team_${n}`);
  const regions = ["americas", "europe", "apac"];
  const bases = Object.entries(shippedPolicy.roles).flatMap(([name, role]) => (role.kind === "base" ? [name] : []));
  const facts = Array.from({ length: members }, (_, n): Facts => ({
    member: `m_${n}`,
    base: bases[n % bases.length] ?? "",
    duties: [],
    teams: [random.pick(teams)],
    regions: [random.pick(regions)],
    employment: "active",
  }));
  const places = new Map<string, Place>();
  const crews = new Map<string, Place>();
  for (let n = 0; n < accounts; n += 1) {
    const anchor = {
      id: `acc_${n}`,
      owner: `m_${random.int(members)}`,
      team: random.pick(teams),
      region: random.pick(regions),
      restricted: random.chance(0.03),
    };
    places.set(anchor.id, { anchor, accountTeam: [], shares: [] });
    if (random.chance(0.2))
      crews.set(`m_${random.int(members)} ${anchor.id}`, {
        anchor,
        accountTeam: [{ from: null, until: null }],
        shares: [],
      });
  }
  const records = [...places.keys()].flatMap((anchor) =>
    under.map(([entity, compartment], n) => ({ id: `${anchor}_${n}`, entity, compartment, anchor })),
  );
  const world: World = {
    place: (member, anchor) => crews.get(`${member} ${anchor}`) ?? places.get(anchor) ?? null,
    records,
  };
  const before = { policy: shippedPolicy, facts };
  const after = { policy: changed(shippedPolicy), facts };

  const taken: number[] = [];
  let found = differences(before, after, world, at);
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint();
    found = differences(before, after, world, at);
    taken.push(Number(process.hrtime.bigint() - start));
  }
  // Every record by itself, for some members: who sees which group before and after.
  const line = (member: string, entity: string, group: string, gains: number, losses: number): string =>
    `${member} ${entity} ${group} +${gains} -${losses}`;
  const some = facts.slice(0, checked);
  const expected = some.flatMap((one) => {
    const [was, will] = [bind(before.policy, one), bind(after.policy, one)];
    const counts = new Map<string, [gains: number, losses: number]>();
    for (const { entity, compartment, anchor } of records) {
      const place = world.place(one.member, anchor);
      if (!place) continue;
      const [then, now] = [was.readMask(entity, compartment, place, at), will.readMask(entity, compartment, place, at)];
      for (const group of groupsIn(then ^ now)) {
        const key = `${entity} ${group}`;
        const [gains, losses] = counts.get(key) ?? [0, 0];
        counts.set(key, groupsIn(now).includes(group) ? [gains + 1, losses] : [gains, losses + 1]);
      }
    }
    return [...counts].map(([key, [gains, losses]]) =>
      line(one.member, ...(key.split(" ") as [string, string]), gains, losses),
    );
  });
  const told = new Set(found.changes.map((one) => line(one.member, one.entity, one.group, one.gains, one.losses)));
  const names = new Set(some.map(({ member }) => member));
  const missing = expected.filter((one) => !told.has(one)).length;
  const invented = [...told].filter((one) => names.has(one.split(" ")[0] ?? "") && !expected.includes(one)).length;

  const what = `preview of a publish, ${members} members, ${records.length.toLocaleString("en")} records`;
  const times: Times = timesOf(taken);
  return {
    rows: rowsOf(what, "", "ns", new Map([["baton", times]])),
    checks: [
      {
        peer: "each record by itself",
        what,
        compared: expected.length,
        wrong: missing + invented,
        note: `counts for ${some.length} members`,
      },
    ],
    ns: times.median,
  };
}
