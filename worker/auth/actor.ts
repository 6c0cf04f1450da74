import type { MiddlewareHandler } from "hono";
import type { Action } from "../../shared/kernel/actions.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { bind, type Bound, type Facts } from "../../shared/access/engine.ts";
import { validatePolicy, type Policy } from "../../shared/access/policy.ts";
import type { Actor, AppEnv, Cost } from "../context.ts";
import { lentOf, withLent } from "../db/lent.ts";
import { pull } from "../directory/pull.ts";
import { verifySessionToken } from "../directory/session-token.ts";
import type { Env } from "../env.ts";
import { problem } from "../http/problem.ts";
import { isApiToken } from "./capabilities.ts";
import { sessionTokenOf } from "./cookie.ts";
import { sha256 } from "./secrets.ts";
import { readList, readWho, type Credential, type Held, type MemberRow } from "./store.ts";

/** What a request shows to say who acts, with what only its bearer can know. */
interface Shown {
  readonly credential: Credential;
  /** Of a session token: the directory version that it was made under, and what the home cell said of the session. */
  readonly made?: {
    readonly version: number;
    readonly freshAt: number;
    readonly capabilities: readonly string[] | null;
  };
}

async function shownBy(request: Request, env: Env, now: number): Promise<Result<Shown>> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) {
    const bearer = /^Bearer ([\w.~+/=-]{20,4096})$/i.exec(authorization)?.[1];
    if (bearer === undefined) return fail("unauthenticated");
    if (isApiToken(bearer)) return ok({ credential: { kind: "api", hash: await sha256(bearer) } });
    const claims = await verifySessionToken(env, bearer, now);
    if (!claims.ok) return claims;
    const { member, session, ...made } = claims.value;
    return ok({ credential: { kind: "cell", member, session }, made });
  }
  const token = await sessionTokenOf(request, env.AUTH_SECRET);
  return token === null ? fail("unauthenticated") : ok({ credential: { kind: "cookie", token } });
}

/** Says who acts, from one read of session, member, directory and policy. Nothing else in the request is believed. */
export async function actorOf(request: Request, env: Env, cost?: Cost): Promise<Result<Actor>> {
  const now = Date.now();
  const shown = await shownBy(request, env, now);
  if (!shown.ok) return shown;
  const { credential, made } = shown.value;

  let read = await readWho(env.DB, credential, heldPolicy, now, cost);
  // Another cell's copy of the directory must have reached the version that the token was made under, and be fresh.
  const behind = (): boolean =>
    env.CELL !== env.HOME &&
    ((made !== undefined && made.version > read.state.home) || now - read.state.checked_at > limits.directoryStaleMs);
  if (behind()) {
    await pull(env);
    read = await readWho(env.DB, credential, heldPolicy, now, cost);
    if (behind()) return fail("unavailable", { detail: "This cell has not heard from the home cell yet." });
  }
  const { who, state } = read;
  if (!who) return fail("unauthenticated");
  const capabilities = who.capabilities === null ? (made?.capabilities ?? null) : readList(who.capabilities);
  const policy = policyOf(state);
  const { facts, bound } = boundFor(who, policy?.policy ?? null);
  return ok({
    member: who.id,
    session: who.session,
    facts,
    bound: capabilities === null ? bound : limitTo(bound, new Set(capabilities)),
    policyBody: policy?.body ?? "",
    directory: state.directory,
    capabilities: capabilities === null ? null : new Set(capabilities),
    freshAt: made?.freshAt ?? who.fresh_at,
  });
}

/** In front of every route that is not for strangers. */
export const requireActor: MiddlewareHandler<AppEnv> = async (c, next) => {
  const actor = await actorOf(c.req.raw, c.env, c.get("cost"));
  if (!actor.ok) return problem(actor.error);
  c.set("actor", actor.value);
  return next();
};

/** A person at a screen, not a token: for acts that hand out power. `fresh`: signed in a few minutes ago. */
export function inPerson(actor: Actor, fresh: boolean): Result<void> {
  if (actor.capabilities !== null) return fail("denied", { detail: "A token can't do this. Sign in." });
  if (fresh && Date.now() - actor.freshAt > limits.freshMs)
    return fail("denied", { detail: "Sign in again first: this needs a fresh sign-in." });
  return ok(undefined);
}

// --- policy and rights, kept between requests of an isolate

interface HeldPolicy extends Held {
  readonly body: string;
  /** Null: it can't be read, so it gives nobody anything. */
  readonly policy: Policy | null;
}
let heldPolicy: HeldPolicy | null = null;

function policyOf({
  policy: version,
  policy_at: at,
  policy_body: body,
}: Awaited<ReturnType<typeof readWho>>["state"]): HeldPolicy | null {
  if (version === null || at === null) return null;
  if (body === null) return heldPolicy;
  const valid = validatePolicy(JSON.parse(body));
  if (!valid.ok) console.error("policy_unreadable", version, valid.error.fields);
  heldPolicy = { version, at, body, policy: valid.ok ? valid.value : null };
  bounds.clear();
  return heldPolicy;
}

/**
 * By facts, not by version: what is equal gives equal rights. A grant or cover is a fact with its interval, which the
 * engine asks the clock about at each decision, so nothing here grows stale when one ends. Emptied when the policy changes.
 */
const bounds = new Map<string, { readonly facts: Facts; readonly bound: Bound }>();
const boundsMax = 500;

function boundFor(who: MemberRow, policy: Policy | null): { readonly facts: Facts; readonly bound: Bound } {
  const { id, base, duties, teams, regions, grants, covers } = who;
  const key = [policy?.version ?? 0, id, base, duties, teams, regions, grants, covers].join("|");
  const known = bounds.get(key);
  if (known) return known;
  const own: Facts = {
    member: id,
    base: base ?? "",
    duties: readList(duties),
    teams: readList(teams),
    regions: readList(regions),
    employment: "active", // the read found nobody else
  };
  const facts = withLent(own, lentOf(who));
  const made = { facts, bound: bind(policy, facts, (fact) => console.error("rights_input_broken", fact)) };
  if (bounds.size >= boundsMax) bounds.clear();
  bounds.set(key, made);
  return made;
}

const tokenSees: ReadonlySet<Action> = new Set(["find", "read", "read_history", "see_label"]);
const notForToken = { allowed: false, why: "This token does not include this." } as const;

/** Member ∩ capabilities: a token sees what its member sees and does only what it was made for. */
function limitTo(bound: Bound, capabilities: ReadonlySet<string>): Bound {
  const may = (action: Action): boolean => tokenSees.has(action) || capabilities.has(action);
  return {
    ...bound,
    decide: (action, ...rest) => (may(action) ? bound.decide(action, ...rest) : notForToken),
    decideWrite: (action, ...rest) => (may(action) ? bound.decideWrite(action, ...rest) : notForToken),
  };
}
