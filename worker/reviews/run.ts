import { idBytes, makeId } from "../../shared/kernel/id.ts";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import type { Policy } from "../../shared/access/policy.ts";
import { validatePolicy } from "../../shared/access/policy.ts";
import { dueScope, heldNow, unanswered, type Scope } from "../../shared/reviews/plan.ts";
import { recorded } from "../audit/record.ts";
import { batch, openDb, type Db } from "../db/db.ts";
import { isHome } from "../directory/cells.ts";
import type { Env } from "../env.ts";
import * as governance from "../governance/store.ts";
import { announceTo } from "../sync/tell.ts";
import * as store from "./store.ts";

/** Reviews open by the schedule, and what nobody answered in time has its consequence (ADMIN-6, ADMIN-7). */
const peopleMax = 1_000;
const usesMax = 20_000;
const lateMax = 200;

/** Opens a review of what is held now. */
export async function openReview(db: Db, cell: string, policy: Policy, scope: Scope, by: string | null, now: number): Promise<store.Review> {
  const [people, grants, uses] = await Promise.all([governance.allPeople(db, now, peopleMax), governance.listGrants(db, null), store.lastUses(db, usesMax)]);
  const live = grants.filter(({ kind, until, endedAt }) => kind === "grant" && endedAt === null && until > now);
  const newId = (): string => makeId(cell, "rev", crypto.getRandomValues(new Uint8Array(idBytes)));
  const review: store.Review = { id: newId(), scope, by, at: now, due: now + limits.reviewAnswerDays * dayMs, closedAt: null };
  const items = heldNow(policy, people.map(({ facts }) => facts), live, scope).map((one) => ({ ...one, id: newId(), lastUse: uses.get(one.member) ?? null }));
  const told = recorded(db, { kind: "review", actor: by ?? "schedule", what: scope, n: items.length }, now);
  await store.openReview(db, review, items, [told]);
  return review;
} // prettier-ignore

/** By cron, at the home cell. */
export async function keepReviews(env: Env, now = Date.now()): Promise<void> {
  if (!isHome(env)) return;
  const db = openDb(env.DB);
  const body = await store.newestPolicy(db);
  const valid = body === null ? null : validatePolicy(JSON.parse(body));
  if (!valid?.ok) return;
  const past = await store.reviews(db, 50);
  const last = (scope: Scope): number | null => past.find((one) => one.scope === scope)?.at ?? null;
  const scope = dueScope(valid.value, { all: last("all"), sharp: last("sharp") }, now);
  if (scope && !past.some(({ closedAt }) => closedAt === null)) await openReview(db, env.CELL, valid.value, scope, null, now); // prettier-ignore
  const ended: string[] = [];
  for (const item of await store.lateItems(db, now, lateMax)) {
    const consequence = unanswered(item.kind);
    const grant = item.kind === "grant" ? await governance.readGrant(db, item.what) : null;
    const act = { actor: "schedule", client: `review_${item.id}`, n: 1, mutation: "review.ended@1", at: now };
    const live = grant && grant.endedAt === null && grant.until > now;
    await batch(db, [
      ...(live ? governance.writeGrant(db, { ...grant, endedAt: now }, act) : []),
      ...store.decide(db, item, consequence, "", null, now),
      recorded(db, { kind: "review", actor: "schedule", subject: item.member, what: item.what, detail: { decision: consequence } }, now), // prettier-ignore
    ]);
    if (live) ended.push(item.member);
  }
  if (ended.length > 0)
    await announceTo(env, { keys: [], rights: { anchors: [], to: [], members: ended }, rooms: [], directory: true });
}
