/** The SQL of identity: sessions, API tokens, claim links, codes asked for, and the member behind each. */
import { drizzle } from "drizzle-orm/d1";
import * as z from "zod/mini";
import { orgAnchor } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { Cost } from "../context.ts";
import { lentColumns } from "../db/lent.ts";
import * as schema from "./schema.ts";

export const authDatabase = (d1: D1Database) => drizzle(d1, { schema });
export { schema };

/** What came with a request to say who acts. */
export type Credential =
  | { readonly kind: "cookie"; readonly token: string }
  | { readonly kind: "api"; readonly hash: string }
  | { readonly kind: "cell"; readonly member: string; readonly session: string };

const list = z.array(z.string());
export function readList(text: string | null): readonly string[] {
  const parsed = list.safeParse(JSON.parse(text ?? "[]"));
  return parsed.success ? parsed.data : []; // a fact that can't be read gives nothing
}

export interface MemberRow {
  readonly id: string;
  readonly base: string | null;
  readonly duties: string | null;
  readonly teams: string | null;
  readonly regions: string | null;
  readonly cohort: string | null;
  /** JSON of what is lent to them and has not ended (worker/db/lent.ts). */
  readonly grants: string | null;
  readonly covers: string | null;
}
interface WhoRow extends MemberRow {
  readonly session: string;
  readonly fresh_at: number;
  readonly capabilities: string | null;
}
interface StateRow {
  readonly directory: number;
  readonly home: number;
  readonly checked_at: number;
  readonly policy: number | null;
  readonly policy_at: number | null;
  readonly policy_body: string | null;
}
export interface Held {
  readonly version: number;
  readonly at: number;
}

const memberColumns = (now: string): string =>
  `m."id", m."base", m."duties", m."teams", m."regions", m."cohort", ${lentColumns(now)}`;
const inOffice = `m."employment" = 'active' AND m."deleted_at" IS NULL`;

function whoQuery(d1: D1Database, credential: Credential, now: number): D1PreparedStatement {
  switch (credential.kind) {
    case "cookie":
      return d1
        .prepare(
          `SELECT s."id" AS "session", s."created_at" AS "fresh_at", NULL AS "capabilities", ${memberColumns("?2")}
           FROM "auth_session" s JOIN "member" m ON m."id" = s."user_id"
           WHERE s."token" = ?1 AND s."expires_at" > ?2 AND ${inOffice}`,
        )
        .bind(credential.token, now);
    case "api":
      return d1
        .prepare(
          `SELECT t."id" AS "session", 0 AS "fresh_at", t."capabilities", ${memberColumns("?2")}
           FROM "api_token" t JOIN "member" m ON m."id" = t."member"
           WHERE t."hash" = ?1 AND t."expires_at" > ?2 AND ${inOffice}`,
        )
        .bind(credential.hash, now);
    case "cell":
      return d1
        .prepare(
          `SELECT ?2 AS "session", 0 AS "fresh_at", NULL AS "capabilities", ${memberColumns("?3")} FROM "member" m
           WHERE m."id" = ?1 AND ${inOffice} AND NOT EXISTS (SELECT 1 FROM "directory_cut" WHERE "session" = ?2)`,
        )
        .bind(credential.member, credential.session, now);
  }
}

/**
 * Session, member, directory version and policy in one batch: one instant, so nobody acts with the rights of one
 * version under the policy of another. The policy's text comes only when it is not the one already held.
 */
export async function readWho(
  d1: D1Database,
  credential: Credential,
  held: Held | null,
  now: number,
  cost?: Cost,
): Promise<{ who: WhoRow | null; state: StateRow }> {
  const [who, state] = await d1.batch<WhoRow | StateRow>([
    whoQuery(d1, credential, now),
    d1
      .prepare(
        `SELECT (SELECT "v" FROM "meta" WHERE "k" = 'directory') AS "directory",
                (SELECT "v" FROM "meta" WHERE "k" = 'directory_home') AS "home",
                (SELECT "v" FROM "meta" WHERE "k" = 'directory_at') AS "checked_at",
                p."version" AS "policy", p."at" AS "policy_at",
                CASE WHEN p."version" = ?1 AND p."at" = ?2 THEN NULL ELSE p."body" END AS "policy_body"
         FROM (SELECT 1) LEFT JOIN (SELECT * FROM "policy" ORDER BY "version" DESC LIMIT 1) p`,
      )
      .bind(held?.version ?? null, held?.at ?? null),
  ]);
  if (cost) {
    cost.queries += 1;
    for (const result of [who, state]) {
      cost.rowsRead += result?.meta.rows_read ?? 0;
      cost.rowsWritten += result?.meta.rows_written ?? 0;
    }
  }
  const found = state?.results[0] as StateRow | undefined;
  if (!found) throw new Error("the directory has no version: migrations are missing");
  return { who: (who?.results[0] as WhoRow | undefined) ?? null, state: found };
}

// --- signing in

export interface Person {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
}
const personColumns = `m."id", m."name", m."email"`;

export const personByHandle = (d1: D1Database, handle: string): Promise<Person | null> =>
  d1
    .prepare(`SELECT ${personColumns} FROM "member" m WHERE m."handle" = ?1 AND ${inOffice} LIMIT 1`)
    .bind(handle)
    .first<Person>();

/** The one member in office with this address. An address that two share signs in neither of them. */
export async function personByEmail(d1: D1Database, email: string): Promise<Person | null> {
  const query = `SELECT ${personColumns} FROM "member" m WHERE m."email" = ?1 COLLATE NOCASE AND ${inOffice} LIMIT 2`;
  const { results } = await d1.prepare(query).bind(email).all<Person>();
  return results.length === 1 ? (results[0] ?? null) : null;
}

export async function isInOffice(d1: D1Database, member: string): Promise<boolean> {
  return (await d1.prepare(`SELECT 1 FROM "member" m WHERE m."id" = ?1 AND ${inOffice}`).bind(member).first()) !== null;
}

/**
 * Gives a member the row that better-auth signs in. An older owner of the address (who left, or got another one) loses
 * it, and with it every session and linked identity: the address is the person.
 */
export async function readyToSignIn(d1: D1Database, person: Person, now: number): Promise<string> {
  const email = person.email?.toLowerCase() ?? `${person.id}@no-address.invalid`;
  await d1.batch([
    d1.prepare(`DELETE FROM "auth_user" WHERE "email" = ?1 AND "id" <> ?2`).bind(email, person.id),
    d1
      .prepare(
        `INSERT INTO "auth_user" ("id", "name", "email", "email_verified", "created_at", "updated_at") VALUES (?1, ?2, ?3, 1, ?4, ?4)
         ON CONFLICT ("id") DO UPDATE SET "name" = excluded."name", "email" = excluded."email", "updated_at" = excluded."updated_at"`,
      )
      .bind(person.id, person.name ?? "", email, now),
  ]);
  return email;
}

/** Notes that a code was asked for and says whether one may be sent. */
export async function mayAskCode(d1: D1Database, addressHash: string, now: number): Promise<boolean> {
  const since = now - 3_600_000;
  const [, counted] = await d1.batch<{ n: number }>([
    d1.prepare(`DELETE FROM "auth_code_ask" WHERE "address" = ?1 AND "at" <= ?2`).bind(addressHash, since),
    d1.prepare(`SELECT COUNT(*) AS "n" FROM "auth_code_ask" WHERE "address" = ?1`).bind(addressHash),
    d1
      .prepare(
        `INSERT INTO "auth_code_ask" SELECT ?1, ?2 WHERE (SELECT COUNT(*) FROM "auth_code_ask" WHERE "address" = ?1) < ?3`,
      )
      .bind(addressHash, now, codesAnHour),
  ]);
  return (counted?.results[0]?.n ?? codesAnHour) < codesAnHour;
}
/** Each code bears three wrong tries, so an hour of guessing has fifteen in a million chances. */
const codesAnHour = 5;

export interface DemoMember {
  readonly handle: string;
  readonly name: string | null;
  readonly base: string | null;
  readonly duties: string | null;
  readonly teams: string;
  readonly regions: string;
  readonly locale: string | null;
}
/** The named members of the demo, with the names of their teams and regions. */
export async function demoMembers(d1: D1Database): Promise<readonly DemoMember[]> {
  const names = (table: "team" | "region"): string =>
    `(SELECT json_group_array(t."name") FROM json_each(m."${table}s") e JOIN "${table}" t ON t."id" = e."value")`;
  const query = `SELECT m."handle", m."name", m."base", m."duties", ${names("team")} AS "teams", ${names("region")} AS "regions", m."locale"
    FROM "member" m WHERE m."handle" IS NOT NULL AND ${inOffice} ORDER BY m."created_at", m."id" LIMIT 50`;
  return (await d1.prepare(query).all<DemoMember>()).results;
}

// --- sessions

export interface SessionRow {
  readonly id: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly user_agent: string | null;
}
export async function sessionsOf(d1: D1Database, member: string, now: number): Promise<readonly SessionRow[]> {
  const query = `SELECT "id", "created_at", "expires_at", "user_agent" FROM "auth_session"
    WHERE "user_id" = ?1 AND "expires_at" > ?2 ORDER BY "created_at" DESC LIMIT 200`;
  return (await d1.prepare(query).bind(member, now).all<SessionRow>()).results;
}
/** True when the member had such a session: it is gone now. */
export async function endSession(d1: D1Database, id: string, member: string): Promise<boolean> {
  const query = `DELETE FROM "auth_session" WHERE "id" = ?1 AND "user_id" = ?2 RETURNING "id"`;
  return (await d1.prepare(query).bind(id, member).first()) !== null;
}
/** Sessions, codes and links that ran out. The triggers tell other cells of the sessions, which costs little and harms nothing. */
export async function sweep(d1: D1Database, now: number): Promise<void> {
  await d1.batch([
    d1.prepare(`DELETE FROM "auth_session" WHERE "expires_at" <= ?1`).bind(now),
    d1.prepare(`DELETE FROM "api_token" WHERE "expires_at" <= ?1`).bind(now),
    d1.prepare(`DELETE FROM "auth_verification" WHERE "expires_at" <= ?1`).bind(now),
    d1.prepare(`DELETE FROM "auth_code_ask" WHERE "at" <= ?1`).bind(now - 3_600_000),
    d1.prepare(`DELETE FROM "claim" WHERE "expires_at" <= ?1 AND "used_by" IS NULL`).bind(now),
  ]);
}

// --- API tokens

export interface TokenRow {
  readonly id: string;
  readonly name: string;
  readonly capabilities: string;
  readonly created_at: number;
  readonly expires_at: number;
}
export async function addToken(
  d1: D1Database,
  token: TokenRow & { readonly member: string; readonly hash: string },
): Promise<void> {
  await d1
    .prepare(
      `INSERT INTO "api_token" ("id", "member", "name", "hash", "capabilities", "created_at", "expires_at") VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
    )
    .bind(token.id, token.member, token.name, token.hash, token.capabilities, token.created_at, token.expires_at)
    .run();
}
export async function tokensOf(d1: D1Database, member: string, now: number): Promise<readonly TokenRow[]> {
  const query = `SELECT "id", "name", "capabilities", "created_at", "expires_at" FROM "api_token"
    WHERE "member" = ?1 AND "expires_at" > ?2 ORDER BY "created_at" DESC LIMIT 200`;
  return (await d1.prepare(query).bind(member, now).all<TokenRow>()).results;
}
export async function dropToken(d1: D1Database, id: string, member: string): Promise<boolean> {
  return (
    (await d1
      .prepare(`DELETE FROM "api_token" WHERE "id" = ?1 AND "member" = ?2 RETURNING "id"`)
      .bind(id, member)
      .first()) !== null
  );
}

// --- the first admin

const hasAdmin = `EXISTS (SELECT 1 FROM "member" m, json_each(m."duties") d WHERE d."value" = 'policy_admin' AND ${inOffice})`;

/** Keeps a new link, unless somebody is policy admin already. Older unused links end. */
export async function addClaim(d1: D1Database, code: string, hash: string, expiresAt: number): Promise<boolean> {
  const [, added] = await d1.batch([
    d1.prepare(`DELETE FROM "claim" WHERE "used_by" IS NULL`),
    d1
      .prepare(
        `INSERT INTO "claim" ("code", "hash", "expires_at") SELECT ?1, ?2, ?3 WHERE NOT ${hasAdmin} RETURNING "code"`,
      )
      .bind(code, hash, expiresAt),
  ]);
  return (added?.results.length ?? 0) === 1;
}

export interface FirstAdmin {
  readonly cell: string;
  readonly member: string;
  readonly name: string;
  readonly email: string;
  readonly organisation: string;
  readonly locale: string;
  readonly zone: string;
  readonly policy: string;
}

/**
 * Uses the link and makes organisation, first policy and first member, all or nothing: each statement looks whether the
 * first one took the link for this very member. True when it did.
 */
export async function useClaim(
  d1: D1Database,
  code: string,
  hash: string,
  first: FirstAdmin,
  now: number,
): Promise<boolean> {
  const taken = `EXISTS (SELECT 1 FROM "claim" WHERE "code" = ?1 AND "used_by" = ?2)`;
  const anchor = orgAnchor(first.cell);
  const [used] = await d1.batch([
    d1
      .prepare(
        `UPDATE "claim" SET "used_by" = ?2 WHERE "code" = ?1 AND "hash" = ?3 AND "used_by" IS NULL AND "expires_at" > ?4 AND NOT ${hasAdmin} RETURNING "code"`,
      )
      .bind(code, first.member, hash, now),
    d1
      .prepare(
        `INSERT INTO "organisation" ("cell", "name", "created_at") SELECT ?3, ?4, ?5 WHERE ${taken} ON CONFLICT DO UPDATE SET "name" = excluded."name"`,
      )
      .bind(code, first.member, first.cell, first.organisation, now),
    d1
      .prepare(`INSERT INTO "anchor" ("id", "restricted", "ver") SELECT ?3, 0, 1 WHERE ${taken} ON CONFLICT DO NOTHING`)
      .bind(code, first.member, anchor),
    d1
      .prepare(
        `INSERT INTO "policy" ("version", "body", "author", "why", "at") SELECT 1, ?3, ?2, 'The shipped policy', ?4 WHERE ${taken} AND NOT EXISTS (SELECT 1 FROM "policy")`,
      )
      .bind(code, first.member, first.policy, now),
    d1
      .prepare(
        `INSERT INTO "member" ("id", "anchor", "compartment", "ver", "created_at", "created_by", "updated_at", "name", "email", "base", "duties", "teams", "regions", "locale", "zone", "employment")
         SELECT ?2, ?3, 'core', COALESCE((SELECT MAX("seq") FROM "change"), 0) + 1, ?4, ?2, ?4, ?5, ?6, 'ops_admin', '["policy_admin"]', '[]', '[]', ?7, ?8, 'active' WHERE ${taken}`,
      )
      .bind(code, first.member, anchor, now, first.name, first.email, first.locale, first.zone),
    d1
      .prepare(
        `INSERT INTO "change" ("seq", "anchor", "compartment", "entity", "record", "op", "actor", "client", "n", "at", "mutation")
         SELECT COALESCE((SELECT MAX("seq") FROM "change"), 0) + 1, ?3, 'core', 'member', ?2, 'in', ?2, 'claim', 1, ?4, 'organisation.claim@1' WHERE ${taken}`,
      )
      .bind(code, first.member, anchor, now),
  ]);
  return (used?.results.length ?? 0) === 1;
}

// --- the demo's mail page

export interface Mail {
  readonly at: number;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}
export async function keepDemoMail(d1: D1Database, mail: Mail): Promise<void> {
  await d1
    .prepare(`INSERT INTO "demo_mail" ("at", "to", "subject", "text") VALUES (?1, ?2, ?3, ?4)`)
    .bind(mail.at, mail.to, mail.subject, mail.text)
    .run();
}
export async function demoMail(d1: D1Database): Promise<readonly Mail[]> {
  const query = `SELECT "at", "to", "subject", "text" FROM "demo_mail" ORDER BY "no" DESC LIMIT ${limits.listDefault}`;
  return (await d1.prepare(query).all<Mail>()).results;
}
