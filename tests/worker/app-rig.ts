/** The whole app in workerd with the demo's people and a handful of accounts, brought in by the product's own import. */
import { createExecutionContext, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { demoMembers, loader, memberSource, peopleRows, regionSource, teamSource } from "../../demo/people.ts";
import type { ImportReport, ImportRow } from "../../shared/exchange/import-plan.ts";
import type { Row } from "../../shared/records/entities.ts";
import { packedSnaps, unpackSnaps } from "../../shared/sync/columns.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { app } from "../../worker/app.ts";
import type { Env } from "../../worker/env.ts";
import { idsOf } from "../../worker/exchange/import.ts";

export const origin = "https://baton.test";
export const handles: readonly string[] = demoMembers.map(({ handle }) => handle);

export interface Ask {
  readonly method?: string;
  /** Handle of the member who asks; absent: nobody. */
  readonly as?: string;
  /** A text goes out as it is. */
  readonly body?: unknown;
  /** Over the usual ones; an empty value takes a header away. */
  readonly headers?: Readonly<Record<string, string>>;
}
/** One request through every middleware. Waits for what goes on behind the answer, so that pokes have left. */
export async function ask(path: string, { method, as, body, headers = {} }: Ask = {}): Promise<Response> {
  const verb = method ?? (body === undefined ? "GET" : "POST");
  const all = new Headers(verb === "GET" ? {} : { origin, "content-type": "application/json" });
  if (as !== undefined) all.set("cookie", await cookieOf(as));
  for (const [name, value] of Object.entries(headers)) {
    if (value === "") all.delete(name);
    else all.set(name, value);
  }
  const init: RequestInit = { method: verb, headers: all };
  if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
  const context = createExecutionContext();
  const answer = await app.fetch(new Request(origin + path, init), env as Env, context);
  if (answer.status !== 101) await waitOnExecutionContext(context);
  return answer;
}

/** The answer's JSON, in the form that the test expects and then checks. */
export async function json<T>(answer: Response | Promise<Response>): Promise<T> {
  return (await answer).json<T>();
}
export interface Page {
  readonly items: readonly Row[];
  readonly nextCursor: string | null;
  readonly note: string;
}
/** Status and bytes: what two answers are compared by. */
export async function bytesOf(answer: Response | Promise<Response>): Promise<string> {
  const got = await answer;
  return `${got.status} ${got.headers.get("content-type")} ${await got.text()}`;
}

const cookies = new Map<string, string>();
async function cookieOf(handle: string): Promise<string> {
  const known = cookies.get(handle) ?? (await signIn(handle));
  cookies.set(handle, known);
  return known;
}
/** Who asks from now on signs in again. */
export const forgetSessions = (): void => cookies.clear();
/** A session of its own. */
export async function signIn(handle: string): Promise<string> {
  const answer = await ask("/api/auth/demo", { body: { member: handle } });
  const cookie = answer.headers.getSetCookie()[0]?.split(";")[0];
  if (!answer.ok || !cookie) throw new Error(`${handle} can't sign in: ${answer.status}`);
  return cookie;
}

export async function bring(rows: readonly ImportRow[]): Promise<void> {
  const report = await json<ImportReport>(ask("/api/imports", { as: loader, body: { rows, commit: true } }));
  if (report.errors.length > 0 || report.unresolved.length > 0) throw new Error(JSON.stringify(report));
}
export async function idOf(source: string): Promise<string> {
  return (await idsOf(env.CELL, [source])).get(source) ?? "";
}
export const memberId = (handle: string): Promise<string> => idOf(memberSource(handle));

export const accountSource = (key: string): string => `test:account:${key}`;
export const under = (
  entity: ImportRow["entity"],
  key: string,
  account: string,
  more: Partial<ImportRow>,
): ImportRow => ({
  entity,
  source: `test:${entity}:${key}`,
  anchor: accountSource(account),
  fields: {},
  ...more,
});
export const account = (
  key: string,
  owner: string,
  team: string,
  region: string,
  fields: ImportRow["fields"] = {},
): ImportRow => ({
  entity: "account",
  source: accountSource(key),
  fields: { name: `Account ${key}`, ...fields },
  refs: { owner: memberSource(owner), team: teamSource(team), region: regionSource(region) },
});
export const opportunity = (key: string, at: string, fields: ImportRow["fields"] = {}): ImportRow =>
  under("opportunity", key, at, {
    fields: { name: `Opportunity ${key}`, ...fields },
    refs: { pipeline: "test:pipeline:1", stage: "test:stage:open" },
  });

/** The twelve members, a pipeline of three stages, and accounts that lie differently to each of the members. */
export async function boot(): Promise<void> {
  const made = await ask("/api/demo/bootstrap", { body: { people: peopleRows() } });
  if (!(await made.json<{ made: boolean }>()).made) throw new Error("the organisation was there already");
  const stage = (key: string, order: string, outcome: string): ImportRow => ({
    entity: "stage",
    source: `test:stage:${key}`,
    fields: { name: key, order, outcome },
    refs: { pipeline: "test:pipeline:1" },
  });
  await bring([
    { entity: "pipeline", source: "test:pipeline:1", fields: { name: "Sales", order: "a" } },
    stage("open", "a", "open"),
    stage("priced", "b", "open"),
    stage("won", "c", "won"),
    account("west", "ana", "west", "americas", { website: "west.example" }),
    account("closed", "ana", "west", "americas"),
    account("east", "marcus", "east", "americas"),
    account("europe", "bo", "europe", "europe"),
    account("apac", "lina", "apac", "apac"),
  ]);
  const closed = await ask(`/api/accounts/${await idOf(accountSource("closed"))}/restrict`, {
    as: "ana",
    body: { restricted: true },
  });
  if (!closed.ok) throw new Error(await closed.text());
}

/** A poke socket that keeps every byte. */
export async function listen(
  as: string,
  device: string,
  cookie?: string,
): Promise<{ readonly heard: string[]; readonly closed: () => number | null; say(word: string): void; close(): void }> {
  const headers = { upgrade: "websocket", origin, ...(cookie === undefined ? {} : { cookie }) };
  const answer = await ask(`/sync/hub?device=${device}`, { ...(cookie === undefined ? { as } : {}), headers });
  const { webSocket } = answer;
  if (!webSocket) throw new Error(`no socket: ${answer.status} ${await answer.text()}`);
  const heard: string[] = [];
  let code: number | null = null;
  webSocket.addEventListener("message", ({ data }) => {
    heard.push(String(data));
  });
  webSocket.addEventListener("close", (event) => {
    code = event.code;
  });
  webSocket.accept();
  return { heard, closed: () => code, say: (word) => webSocket.send(word), close: () => webSocket.close(1000) };
}
/** Waits until it holds; frames take a moment to arrive. */
export async function eventually(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (holds()) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error("it never came");
}

export const device = (): string => crypto.randomUUID();
/** A pull of a device that holds nothing yet, or goes on from `cursor`. */
export const pullBody = (dev: string, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> => ({
  v: protocolVersion, device: dev, client: `${dev}-c`, cursor: null, want: [], ask: [], follow: [], seen: 0, ...more,
}); // prettier-ignore
export const pushBody = (dev: string, muts: readonly { n: number; name: string; args: unknown }[]): Record<string, unknown> => ({
  v: protocolVersion, device: dev, client: `${dev}-c`, seen: 0, muts: muts.map((mut) => ({ ...mut, at: 1 })),
}); // prettier-ignore
/** The lines of a pull's answer, its snapshots each by itself. */
export async function pull(as: string, body: unknown): Promise<readonly Record<string, unknown>[]> {
  const answer = await ask("/sync/pull", { as, body });
  if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
  const text = new TextDecoder().decode(await answer.arrayBuffer());
  const wanted = (body as { want: { h: string }[] }).want.map(({ h }) => h);
  return text
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => {
      const parsed = JSON.parse(line) as Record<string, unknown>;
      const snaps = parsed["t"] === "cols" ? unpackSnaps(packedSnaps.parse(parsed), wanted) : [parsed];
      if (!snaps) throw new Error("columns that do not fit");
      return snaps as Record<string, unknown>[];
    });
}
