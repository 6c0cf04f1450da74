import { limits } from "../kernel/limits.ts";
import { compartmentsOf, entityNames } from "../records/entities.ts";
import { policyAdmins } from "./admins.ts";
import { bind, type Facts, type Place } from "./engine.ts";
import { policyWarnings, type Problem } from "./policy.ts";
import { seeActions } from "../kernel/actions.ts";
import type { Policy } from "./rules.ts";

/** Titles say how high somebody sits, not what they do. A manager coaches and a lead is called in: those are work. */
const titles =
  /(^|_)(junior|senior|principal|vp|svp|vice_president|president|director|chief|head|c[efot]o|boss|总监|总裁|主任)(_|$)/u;
const saw = new Set<string>(seeActions);

/**
 * What drifts in a policy while every rule of it is valid: roles that are titles or say the same twice, duties that hang
 * on one person, rights that are lent again and again, reviews gone by. Nothing of it refuses a policy.
 *
 * `people`: the organisation's members. `today`: a day as `YYYY-MM-DD`. The instant of grants is `now`, UTC ms.
 */
export function lint(
  policy: Policy,
  people: readonly Facts[],
  at: { readonly now: number; readonly today: string; readonly organisation: string },
): Problem[] {
  const said = policyWarnings(policy);
  const say = (path: string, says: string): number => said.push({ path, says });
  const names = Object.keys(policy.roles);
  const holders = new Map(names.map((name) => [name, 0]));
  for (const { base, duties } of people)
    for (const name of [base, ...(duties ?? [])])
      if (name !== undefined && name !== null && holders.has(name)) holders.set(name, (holders.get(name) ?? 0) + 1);

  for (const [name, role] of Object.entries(policy.roles)) {
    if (titles.test(name)) say(`roles.${name}`, "This is a title. A role is named for what its holders do.");
    if (role.review < at.today) say(`roles.${name}.review`, `Its review was due on ${role.review}.`);
    if (role.kind === "duty" && holders.get(name) === 1)
      say(`roles.${name}`, "One member holds this duty: nobody does it while they are away.");
  }
  for (const kind of ["base", "duty"] as const) {
    const alike = names.filter((name) => policy.roles[name]?.kind === kind);
    const given = new Map(alike.map((name) => [name, givenBy(policy, name)]));
    for (const [index, left] of alike.entries())
      for (const right of alike.slice(index + 1)) {
        const [one, other] = [given.get(left), given.get(right)];
        if (!one || !other || one.reads.size + one.writes.size === 0) continue;
        const pct = Math.min(overlapPct(one.reads, other.reads), overlapPct(one.writes, other.writes));
        if (pct >= limits.masksAlikePct) say(`roles.${right}`, `This gives nearly what ${left} gives: one would do.`);
      }
  }
  const admins = policyAdmins(policy, people, at.organisation).length;
  if (admins > limits.policyAdminsSoft)
    say("allow", `${admins} members can change the policy and agree to changes: a few are enough.`);

  const lent = new Map<string, Set<string>>();
  for (const { member, grants } of people)
    for (const grant of grants ?? []) {
      if (grant.kind !== "grant" || (grant.until ?? Infinity) <= at.now) continue;
      const what = JSON.stringify([grant.entities, grant.groups]);
      lent.set(what, (lent.get(what) ?? new Set()).add(member));
    }
  for (const [what, members] of lent)
    if (members.size >= limits.grantsAlikeSoft) {
      const [entities, groups] = JSON.parse(what) as [string[] | "*", string[]];
      const of = entities === "*" ? "everything" : entities.join(", ");
      say("allow", `${members.size} members were each lent ${groups.join(", ")} of ${of}: a rule would say it once.`);
    }
  return said;
}

/** What a role alone gives to read, in keys that differ in what rules ask of them; and its rules on writing. */
function givenBy(policy: Policy, role: string): { reads: Set<string>; writes: Set<string> } {
  const kind = policy.roles[role]?.kind;
  const bound = bind(policy, {
    member: "m", base: kind === "base" ? role : "", duties: kind === "duty" ? [role] : [], teams: ["t"], regions: ["r"], employment: "active",
  }); // prettier-ignore
  const [reads, writes] = [new Set<string>(), new Set<string>()];
  const open = { from: null, until: null };
  for (let n = 0; n < 32; n += 1) {
    const is = (bit: number): boolean => (n & bit) !== 0;
    const place: Place = {
      anchor: { id: "a", owner: is(1) ? "m" : null, team: is(2) ? "t" : null, region: is(4) ? "r" : null, restricted: is(8) },
      accountTeam: is(16) ? [open] : [],
      shares: [],
    }; // prettier-ignore
    for (const name of entityNames)
      for (const compartment of compartmentsOf(name)) {
        const mask = bound.readMask(name, compartment, place, 0);
        if (mask !== 0) reads.add(`${n} ${name} ${compartment} ${mask}`);
      }
  }
  for (const rule of policy.allow)
    if (rule.to.includes(role))
      for (const action of rule.actions)
        if (!saw.has(action))
          writes.add(JSON.stringify([action, rule.entity, rule.in ?? null, rule.when, [...rule.groups].sort()]));
  return { reads, writes };
}

function overlapPct(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  const both = [...left].filter((one) => right.has(one)).length;
  const all = left.size + right.size - both;
  return all === 0 ? 100 : (100 * both) / all;
}
