import { once } from "node:events";
import { createWriteStream } from "node:fs";

/** The public API, as the command line and the demo loader call it. */
export interface Credentials {
  readonly cookie?: string | undefined;
  readonly token?: string | undefined;
}
export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly cookies: readonly string[];
}
/** Something that the person at the keyboard can mend; its message is a whole sentence. */
export class Refused extends Error {}
/** Nothing answered: trying again may help. */
export class Gone extends Refused {}

interface Problem {
  readonly code?: string;
  readonly title?: string;
  readonly detail?: string;
  readonly fields?: readonly string[];
  readonly problems?: readonly { readonly path: string; readonly says: string }[];
}

export async function call<T>(
  url: string,
  credentials: Credentials,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<Answer<T>> {
  const headers = new Headers({ accept: "application/json" });
  if (credentials.token) headers.set("authorization", `Bearer ${credentials.token}`);
  else if (credentials.cookie) headers.set("cookie", credentials.cookie);
  if (method === "POST") {
    headers.set("content-type", "application/json");
    headers.set("origin", new URL(url).origin);
  }
  let answer: Response;
  try {
    answer = await fetch(new URL(path, url), {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  } catch {
    throw new Gone(`Nothing answers at ${url}. Is it running (npm start), and is the address right?`);
  }
  const text = await answer.text();
  const json = parse(text);
  if (!answer.ok) throw new Refused(sentence(answer.status, (json ?? {}) as Problem));
  if (json === undefined)
    throw new Refused(`${url} does not speak this API: it answered ${path} with something that is not JSON.`);
  return { status: answer.status, body: json as T, cookies: answer.headers.getSetCookie() };
}

function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function sentence(status: number, { code, title, detail, fields, problems }: Problem): string {
  if (code === "unauthenticated")
    return detail ?? "You are not signed in, or the sign-in has ended. Use: npm run crm -- login";
  if (problems && problems.length > 0)
    return [detail ?? "Refused.", ...problems.map(({ path, says }) => `  ${path}: ${says}`)].join("\n");
  const about = fields && fields.length > 0 ? ` (${fields.join(", ")})` : "";
  return `${detail ?? `${title ?? "Refused"}.`}${about} [${code ?? status}]`;
}

/** A file, as it comes; answers how many bytes. */
export async function download(url: string, credentials: Credentials, path: string, file: string): Promise<number> {
  const headers = new Headers();
  if (credentials.token) headers.set("authorization", `Bearer ${credentials.token}`);
  else if (credentials.cookie) headers.set("cookie", credentials.cookie);
  const answer = await fetch(new URL(path, url), { headers });
  if (!answer.ok || !answer.body)
    throw new Refused(sentence(answer.status, (parse(await answer.text()) ?? {}) as Problem));
  let bytes = 0;
  const out = createWriteStream(file, { mode: 0o600 });
  for await (const part of answer.body as AsyncIterable<Uint8Array>) {
    bytes += part.length;
    if (!out.write(part)) await once(out, "drain");
  }
  await new Promise<void>((resolve) => out.end(resolve));
  return bytes;
}

/** The cookie header for later requests, from a sign-in's answer. */
export const cookieOf = (cookies: readonly string[]): string =>
  cookies.map((cookie) => cookie.split(";", 1)[0] ?? "").join("; ");

export async function demoSignIn(url: string, member: string): Promise<Credentials> {
  const { cookies } = await call(url, {}, "POST", "/api/auth/demo", { member });
  return { cookie: cookieOf(cookies) };
}
