import { Hono, type MiddlewareHandler } from "hono";
import * as z from "zod/mini";
import { isZone } from "../../shared/kernel/clock.ts";
import { idBytes, makeId } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type { AppContext, AppEnv } from "../context.ts";
import { isHome } from "../directory/cells.ts";
import { spread } from "../directory/spread.ts";
import { readBody } from "../http/body.ts";
import { missing, problem } from "../http/problem.ts";
import { inPerson, requireActor } from "./actor.ts";
import { sessionCookie } from "./cookie.ts";
import { hasOidc, identity, notAMember, oidcProvider } from "./identity.ts";
import { mailer, mailPage } from "./mail.ts";
import { isMac, randomSecret, sha256 } from "./secrets.ts";
import {
  addClaim,
  demoMail,
  demoMembers,
  endSession,
  mayAskCode,
  personByEmail,
  personByHandle,
  readList,
  readyToSignIn,
  sessionsOf,
  useClaim,
} from "./store.ts";

const text = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));
const email = z.string().check(z.trim(), z.toLowerCase(), z.maxLength(254), z.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/u));

/** Bodies of these routes, for validation here and for openapi.json. */
export const authBodies = {
  "POST /api/auth/demo": z.strictObject({ member: text(80) }),
  "POST /api/auth/code": z.strictObject({ email }),
  "POST /api/auth/code/verify": z.strictObject({ email, code: z.string().check(z.regex(/^\d{6}$/)) }),
  "POST /api/auth/oidc": z.strictObject({}),
  "POST /api/auth/sign-out": z.strictObject({}),
  "POST /api/claim/new": z.strictObject({}),
  "POST /api/claim": z.strictObject({
    code: text(64),
    secret: text(128),
    name: text(limits.nameMax),
    email,
    organisation: text(limits.nameMax),
    locale: z.enum(["en", "zh-CN"]),
    zone: z.string().check(z.maxLength(64), z.refine(isZone, "not a time zone")),
  }),
} as const;

const originOf = (c: AppContext): string => new URL(c.req.url).origin;
/** Only the cookies of better-auth's answer: its body would carry the session's secret into script. */
function withCookies(answer: Response, body: unknown, status = 200): Response {
  const headers = new Headers({ "content-type": "application/json" });
  for (const cookie of answer.headers.getSetCookie()) headers.append("set-cookie", cookie);
  return new Response(JSON.stringify(body), { status, headers });
}

/** Members sign in at the home cell, which can cut them everywhere; other cells take its session tokens. */
const homeOnly: MiddlewareHandler<AppEnv> = async (c, next) => (isHome(c.env) ? next() : missing());

/** Ways in and out. Mounted at /api. */
export const authRoutes = new Hono<AppEnv>();
for (const path of ["/auth/*", "/demo/*", "/claim", "/claim/*"]) authRoutes.use(path, homeOnly);

// --- the demo: exists only with the binding DEMO, else these are unknown routes

authRoutes.get("/demo/members", async (c) => {
  if (!c.env.DEMO) return missing();
  const members = await demoMembers(c.env.DB);
  const items = members.map(({ handle, name, base, duties, teams, regions, locale }) => ({
    handle, name, base, duties: readList(duties), teams: readList(teams), region: readList(regions)[0] ?? null, locale,
  })); // prettier-ignore
  return c.json({ items });
});

authRoutes.get("/demo/mail", async (c) => {
  if (!c.env.DEMO) return missing();
  const mails = await demoMail(c.env.DB);
  return c.req.header("accept")?.includes("application/json") ? c.json({ items: mails }) : mailPage(mails);
});

authRoutes.post("/auth/demo", async (c) => {
  if (!c.env.DEMO) return missing();
  const body = await readBody(c.req.raw, authBodies["POST /api/auth/demo"]);
  if (!body.ok) return problem(body.error);
  const person = await personByHandle(c.env.DB, body.value.member);
  if (!person) return missing();
  await readyToSignIn(c.env.DB, person, Date.now());
  return signIn(c, person.id, 200);
});

/** Signs in a member who has been proven already. */
async function signIn(c: AppContext, member: string, status: number): Promise<Response> {
  const answer = await identity(c.env, originOf(c), null).api.signInMember({
    body: { member },
    headers: c.req.raw.headers,
    asResponse: true,
  });
  return answer.ok ? withCookies(answer, { member }, status) : problem({ code: "unauthenticated" });
}

// --- one-time codes by e-mail

authRoutes.post("/auth/code", async (c) => {
  const body = await readBody(c.req.raw, authBodies["POST /api/auth/code"]);
  if (!body.ok) return problem(body.error);
  // Answered before the address is looked up: neither words nor time say whether it is anybody's.
  c.executionCtx.waitUntil(sendCode(c, body.value.email));
  return c.json({ sent: true }, 202);
});

async function sendCode(c: AppContext, address: string): Promise<void> {
  try {
    const send = mailer(c.env);
    if (!(await mayAskCode(c.env.DB, await sha256(address), Date.now()))) return;
    const person = await personByEmail(c.env.DB, address);
    if (!person || !send) return;
    const known = await readyToSignIn(c.env.DB, person, Date.now());
    await identity(c.env, originOf(c), send).api.sendVerificationOTP({ body: { email: known, type: "sign-in" } });
  } catch (error) {
    console.error("code_not_sent", String(error));
  }
}

authRoutes.post("/auth/code/verify", async (c) => {
  const body = await readBody(c.req.raw, authBodies["POST /api/auth/code/verify"]);
  if (!body.ok) return problem(body.error);
  const answer = await identity(c.env, originOf(c), null).api.signInEmailOTP({
    body: { email: body.value.email, otp: body.value.code },
    headers: c.req.raw.headers,
    asResponse: true,
  });
  if (!answer.ok) return problem({ code: "unauthenticated", detail: "This code does not work. Ask for a new one." });
  return withCookies(answer, { signedIn: true });
});

// --- single sign-on

authRoutes.get("/auth/ways", (c) =>
  c.json({ demo: Boolean(c.env.DEMO), code: mailer(c.env) !== null, oidc: hasOidc(c.env) }),
);

authRoutes.post("/auth/oidc", async (c) => {
  if (!hasOidc(c.env)) return missing();
  const body = await readBody(c.req.raw, authBodies["POST /api/auth/oidc"]);
  if (!body.ok) return problem(body.error);
  const answer = await identity(c.env, originOf(c), null, true).api.signInSocial({
    body: { provider: oidcProvider, callbackURL: "/", errorCallbackURL: "/sign-in", disableRedirect: true },
    headers: c.req.raw.headers,
    asResponse: true,
  });
  const found = z.object({ url: z.string() }).safeParse(answer.ok ? await answer.json() : null);
  if (!found.success) return problem({ code: "unavailable", detail: "The identity provider does not answer." });
  return withCookies(answer, { url: found.data.url });
});

/** What better-auth calls a person whom the provider knows and this organisation does not. */
const unknownPerson = new Set(["signup_disabled", "account_not_linked", "email_not_found", notAMember]);

authRoutes.get(`/auth/callback/${oidcProvider}`, async (c) => {
  if (!hasOidc(c.env)) return missing();
  const answer = await identity(c.env, originOf(c), null, true).handler(c.req.raw);
  const target = URL.parse(answer.headers.get("location") ?? "", originOf(c));
  if (!target) return problem({ code: "unauthenticated" });
  const error = target.searchParams.get("error");
  if (error === null) return answer;
  // The page gets one of two words: why exactly is for the log, not for who may be guessing.
  console.warn("sign_on_refused", error);
  return c.redirect(`/sign-in?error=${unknownPerson.has(error) ? notAMember : "sign_on_failed"}`);
});

// --- sessions

authRoutes.post("/auth/sign-out", requireActor, async (c) => {
  const actor = c.get("actor");
  const own = inPerson(actor, false);
  if (!own.ok) return problem(own.error);
  await endSession(c.env.DB, actor.session, actor.member);
  await spread(c.env);
  return new Response(null, {
    status: 204,
    headers: { "set-cookie": `${sessionCookie}=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Lax` },
  });
});

authRoutes.get("/sessions", requireActor, async (c) => {
  const actor = c.get("actor");
  const rows = await sessionsOf(c.env.DB, actor.member, Date.now());
  const items = rows.map((row) => ({
    id: row.id,
    signedInAt: row.created_at,
    endsAt: row.expires_at,
    device: row.user_agent,
    current: row.id === actor.session,
  }));
  return c.json({ items });
});

authRoutes.post("/sessions/:id/end", requireActor, async (c) => {
  const actor = c.get("actor");
  const own = inPerson(actor, false);
  if (!own.ok) return problem(own.error);
  if (!(await endSession(c.env.DB, c.req.param("id"), actor.member))) return missing();
  await spread(c.env);
  return c.body(null, 204);
});

// --- the first admin

/** What the deploy proves itself with: only who set AUTH_SECRET can make it. */
export const deployProof = "baton deploy: claim link";

authRoutes.post("/claim/new", async (c) => {
  const proof = c.req.header("x-deploy-secret") ?? "";
  if (!(await isMac(c.env.AUTH_SECRET, deployProof, proof))) return missing();
  const code = randomSecret().slice(0, 16);
  const secret = randomSecret();
  const expiresAt = Date.now() + limits.claimLinkMs;
  if (!(await addClaim(c.env.DB, code, await sha256(secret), expiresAt)))
    return problem({ code: "denied", detail: "This organisation has an admin already." });
  return c.json({ url: `${originOf(c)}/claim/${code}#${secret}`, expiresAt }, 201);
});

authRoutes.post("/claim", async (c) => {
  const body = await readBody(c.req.raw, authBodies["POST /api/claim"]);
  if (!body.ok) return problem(body.error);
  const { code, secret, ...first } = body.value;
  const member = makeId(c.env.CELL, "mem", crypto.getRandomValues(new Uint8Array(idBytes)));
  const made = { ...first, cell: c.env.CELL, member, policy: JSON.stringify({ ...shippedPolicy, author: member }) };
  if (!(await useClaim(c.env.DB, code, await sha256(secret), made, Date.now()))) return missing();
  await readyToSignIn(c.env.DB, { id: member, name: first.name, email: first.email }, Date.now());
  return signIn(c, member, 201);
});
