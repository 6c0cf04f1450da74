/** The only place that names bindings. Set in wrangler.toml, equal in every cell (tests/tidy.test.ts). */
import type { AccountRoom } from "./rooms/account-room.ts";
import type { Hub } from "./sync/hub.ts";

export interface Env {
  readonly DB: D1Database;
  readonly ROOM: DurableObjectNamespace<AccountRoom>;
  readonly HUB: DurableObjectNamespace<Hub>;
  /** The cell's bucket: under `segments/` changes older than what devices are told from, under `files/` what files hold. */
  readonly SEGMENTS: R2Bucket;
  readonly ASSETS: Fetcher;
  /** Name of this cell, two to eight letters; every id made here starts with it. */
  readonly CELL: string;
  /** Restore generation; raised by the restore runbook, nothing else. */
  readonly EPOCH: string;
  /** Name of the home cell, which owns the directory. */
  readonly HOME: string;
  /** `eu=https://eu.example.org,us=https://...`: the organisation's cells. Empty: this one alone. */
  readonly CELLS: string;
  /** D1 and Durable Object jurisdiction; empty locally, where asking for one throws. */
  readonly JURISDICTION: string;
  /** Only set by `npm start` and tests; no deployable cell has it (tests/tidy.test.ts). */
  readonly DEMO?: string;
  // Secrets
  readonly AUTH_SECRET: string;
  readonly CURSOR_KEY: string; // 32 bytes, base64
  readonly SIGNING_KEY: string; // ES256 private key as JWK text; home cell only
  readonly MAIL_URL?: string; // HTTP mail sender, with its secret
  readonly MAIL_TOKEN?: string;
  readonly OIDC_ISSUER?: string;
  readonly OIDC_CLIENT_ID?: string;
  readonly OIDC_CLIENT_SECRET?: string;
}
/**
 * The cell's Durable Objects, in its jurisdiction. A jurisdiction is part of an object's identity and an object never
 * moves, so nothing may reach one by another way. Locally it is empty: workerd throws when one is asked for.
 */
function within<T extends Rpc.DurableObjectBranded | undefined>(objects: DurableObjectNamespace<T>, env: Env) {
  return env.JURISDICTION ? objects.jurisdiction(env.JURISDICTION as DurableObjectJurisdiction) : objects;
}
/** The cell's one hub. */
export const hubOf = (env: Env) => within(env.HUB, env).getByName("hub");
/** The room of an account. */
export const roomOf = (env: Env, account: string) => within(env.ROOM, env).getByName(account);
