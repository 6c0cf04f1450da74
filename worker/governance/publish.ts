import { limits } from "../../shared/kernel/limits.ts";
import { orgAnchor } from "../../shared/kernel/id.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { differences, type Differences } from "../../shared/access/differences.ts";
import type { Facts } from "../../shared/access/engine.ts";
import { entity as entityOf, type EntityName } from "../../shared/records/entities.ts";
import type { Group } from "../../shared/records/groups.ts";
import type { Policy, Problem } from "../../shared/access/policy.ts";
import { widens, type Widening } from "../../shared/access/widen.ts";
import { policyFrom } from "./gate.ts";
import { actOf, write } from "./http.ts";
import { peopleMax, problemsOf } from "./problems.ts";
import { instantText, paused, waitFor, type Context, type Waiting } from "./second.ts";
import * as store from "./store.ts";

/** Comparing and publishing policies. A published version is never changed; the newest one rules. */
/** Those whose roles differ come first, so that a part of the members stands for as many as it can. */
function varied(people: readonly store.Person[]): store.Person[] {
  const seen = new Set<string>();
  const isNew = ({ facts }: store.Person): boolean => {
    const key = JSON.stringify([facts.base, facts.duties, facts.teams]);
    return !seen.has(key) && seen.add(key) !== undefined;
  };
  const first = people.filter(isNew);
  return [...first, ...people.filter((person) => !first.includes(person))];
}
/**
 * Would this policy give anybody more? Asked of one member of each kind that there is, for equal facts have equal rules,
 * and of somebody with each role, held or not: who is given the role later is given it as it is then.
 */
async function verdictOn({ db, now }: Context, policy: Policy, next: Policy): Promise<Widening> {
  const there = await store.kindsOfPeople(db, now, peopleMax);
  if (there.length === peopleMax) return "unknown";
  const facts = [...there.map((person) => person.facts), ...inEachRole(policy), ...inEachRole(next)];
  return widens({ policy, facts }, { policy: next, facts });
}
function inEachRole({ roles }: Policy): Facts[] {
  const names = Object.keys(roles);
  const plain = names.find((name) => roles[name]?.kind === "base") ?? "";
  return names.map((name) => {
    const isBase = roles[name]?.kind === "base";
    const held = { base: isBase ? name : plain, duties: isBase ? [] : [name] };
    return { ...held, member: `in ${name}`, teams: ["a team"], regions: ["a region"], employment: "active" };
  });
}

export interface Preview {
  readonly widening: Widening;
  /** The names of those who are in the changes; what they are is no secret to whoever may edit the policy. */
  readonly members: readonly { readonly id: string; readonly name: string }[];
  readonly differences: Differences;
  /** Of which part of the records the numbers are. */
  readonly counted: { readonly members: number; readonly records: number; readonly all: boolean };
}
const recordsMax = 20_000;
const membersMax = 50;

/** What a policy would change for the members and records that there are. */
export async function preview(context: Context, next: Policy): Promise<Result<Preview>> {
  const { db, actor, now } = context;
  const policy = policyFrom(actor.policyBody);
  if (!policy) return fail("unavailable");
  const people = await store.allPeople(db, now, peopleMax);
  const counted = varied(people).slice(0, membersMax);
  const world = await store.worldOf(db, counted, recordsMax);
  const facts = counted.map((person) => person.facts);
  const found = differences({ policy, facts }, { policy: next, facts }, world, now);
  // A group that records of this kind have no field in is no difference to anybody.
  const real = ({ entity, group }: { readonly entity: EntityName; readonly group: Group }): boolean =>
    Object.values(entityOf(entity).fields).some((field) => field.group === group);
  const changes = found.changes.filter(real);
  const named = new Set(changes.map(({ member }) => member));
  // Records are named only as far as whoever asks can open them.
  const mine = new Set(
    world.records
      .filter(({ id, entity, compartment, anchor }) => {
        const place = world.place(actor.member, anchor);
        const row = { id, anchor, compartment, createdAt: 0, createdBy: "" };
        return place !== null && actor.bound.recordMask(entity, row, place, now) !== 0;
      })
      .map(({ id }) => id),
  );
  const seen = (ids: readonly string[]): string[] => ids.filter((id) => mine.has(id));
  return ok({
    widening: await verdictOn(context, policy, next),
    members: counted.flatMap(({ name, facts: { member } }) => (named.has(member) ? [{ id: member, name }] : [])),
    differences: {
      summary: found.summary.filter(real),
      changes: changes.map((change) => ({ ...change, gained: seen(change.gained), lost: seen(change.lost) })),
      masks: found.masks,
    },
    counted: {
      members: counted.length,
      records: world.records.length,
      all: counted.length === people.length && world.records.length < recordsMax,
    },
  });
}

export type Published = { readonly version: number } | { readonly waiting: Result<Waiting> };

/** Publishes at once what widens nothing; else it waits for a second person. */
export async function publish(
  context: Context,
  json: unknown,
  why: string,
): Promise<Result<Published> | { problems: Problem[] }> {
  const { db, actor, now, cell } = context;
  const current = policyFrom(actor.policyBody);
  if (!current) return fail("unavailable");
  const { policy, problems } = await problemsOf(context, json);
  if (!policy || problems.length > 0) return { problems };
  if (policy.version !== current.version)
    return fail("version_conflict", { fields: ["version"], detail: "Another version was published meanwhile." });
  if (await store.addressMoved(db, [actor.member], now - limits.emailPauseMs)) return paused;
  const verdict = await verdictOn(context, current, policy);
  if (verdict === "same" || verdict === "narrower") {
    const next: Policy = {
      ...policy, why, version: current.version + 1, parent: current.version, author: actor.member, approver: null, effectiveAt: instantText(now),
    }; // prettier-ignore
    const act = actOf(context, "policy.publish@1");
    return (await write(context, act, store.writePolicy(db, next, act))) ? ok({ version: next.version }) : fail("busy");
  }
  const waiting = await waitFor(context, {
    proposal: { kind: "policy", policy: { ...policy, why }, parent: current.version },
    name: `Policy, version ${current.version + 1}`,
    reason: why,
    about: orgAnchor(cell),
    beneficiary: null,
    parties: [],
    restsOn: current.version,
  });
  return ok({ waiting });
}
