import { drizzleAdapter } from "better-auth/adapters/drizzle";
import { APIError, createAuthEndpoint } from "better-auth/api";
import { setSessionCookie } from "better-auth/cookies";
import { betterAuth } from "better-auth/minimal";
import { emailOTP, genericOAuth } from "better-auth/plugins";
import type { BetterAuthPlugin } from "better-auth";
import * as z from "zod";
import { limits } from "../../shared/kernel/limits.ts";
import type { Env } from "../env.ts";
import { sessionCookie } from "./cookie.ts";
import type { SendMail } from "./mail.ts";
import { authDatabase, isInOffice, personByEmail, readyToSignIn, schema } from "./store.ts";

/** Said of everyone who proved who they are and still may not come in. */
export const notAMember = "not_a_member";

/** Name of the identity provider in better-auth's tables and in its callback's path. */
export const oidcProvider = "oidc";
export const hasOidc = (env: Env): boolean => Boolean(env.OIDC_ISSUER && env.OIDC_CLIENT_ID && env.OIDC_CLIENT_SECRET);

/**
 * Signs in a member who was proven in another way (the demo's choice, the claim link). Only the Worker can call it: it
 * has no path.
 */
const signInMember = () =>
  ({
    id: "sign-in-member",
    endpoints: {
      signInMember: createAuthEndpoint.serverOnly(
        { method: "POST", body: z.object({ member: z.string() }) },
        async (ctx) => {
          const user = await ctx.context.internalAdapter.findUserById(ctx.body.member);
          if (!user) throw ctx.error("UNAUTHORIZED");
          const session = await ctx.context.internalAdapter.createSession(user.id);
          await setSessionCookie(ctx, { session, user });
          return ctx.json({ session: session.id });
        },
      ),
    },
  }) satisfies BetterAuthPlugin;

/**
 * better-auth, made for one request: signing in is rare, and nothing that waits on one request's I/O may outlive it.
 * It writes sessions and cookies and is never asked who somebody is (auth/actor.ts reads that in its own batch), so its
 * cookie cache, under which a cut session would live on, is off.
 */
export function identity(env: Env, origin: string, sendMail: SendMail | null, oidc = false) {
  return betterAuth({
    baseURL: origin,
    basePath: "/api/auth",
    secret: env.AUTH_SECRET,
    trustedOrigins: [origin],
    database: drizzleAdapter(authDatabase(env.DB), { provider: "sqlite", schema, transaction: false }),
    session: { expiresIn: limits.sessionMs / 1000, disableSessionRefresh: true, cookieCache: { enabled: false } },
    account: { accountLinking: { enabled: true, requireLocalEmailVerified: true } },
    advanced: {
      useSecureCookies: false, // would prefix __Secure-; the attributes below say Secure, the name __Host-
      cookies: { session_token: { name: sessionCookie } },
      cookiePrefix: "__Host-baton",
      defaultCookieAttributes: { httpOnly: true, secure: true, sameSite: "lax", path: "/" },
      ipAddress: { disableIpTracking: true },
    },
    telemetry: { enabled: false },
    rateLimit: { enabled: false }, // codes are bounded in our own table; the rest has nothing to guess
    logger: { level: "error" },
    onAPIError: { errorURL: `${origin}/sign-in` },
    databaseHooks: {
      session: {
        // The last gate of every way in: whoever is not in office gets no session.
        create: {
          before: async (session) => {
            if (!(await isInOffice(env.DB, session.userId)))
              throw new APIError("UNAUTHORIZED", { code: notAMember, message: "not in office" });
          },
        },
      },
    },
    plugins: [
      signInMember(),
      emailOTP({
        otpLength: 6,
        expiresIn: limits.codeMs / 1000,
        allowedAttempts: 3,
        disableSignUp: true,
        storeOTP: "hashed",
        sendVerificationOTP: async ({ email, otp }) => {
          await sendMail?.({
            to: email,
            subject: `${otp} is your code`,
            text: `Your code to sign in is ${otp}.\nIt works once and for ten minutes. If you did not ask for it, nothing happened.`,
          });
        },
      }),
      ...(oidc
        ? [
            genericOAuth({
              config: [
                {
                  providerId: oidcProvider,
                  discoveryUrl: `${env.OIDC_ISSUER?.replace(/\/$/, "")}/.well-known/openid-configuration`,
                  clientId: env.OIDC_CLIENT_ID ?? "",
                  clientSecret: env.OIDC_CLIENT_SECRET ?? "",
                  scopes: ["openid", "email", "profile"],
                  pkce: true,
                  requireIdTokenVerification: true,
                  disableSignUp: true, // only who is a member already comes in
                  mapProfileToUser: async (profile) => {
                    // A verified address is what ties the provider's account to a member; an unverified one is a claim.
                    const email =
                      profile["email_verified"] === true && typeof profile["email"] === "string"
                        ? profile["email"]
                        : null;
                    const person = email === null ? null : await personByEmail(env.DB, email);
                    if (person) await readyToSignIn(env.DB, person, Date.now());
                    return {};
                  },
                },
              ],
            }),
          ]
        : []),
    ],
  });
}
