import { isMac } from "./secrets.ts";

/**
 * `__Host-` binds the cookie to this very origin: no sister domain can set or read it. Chromium and Firefox take it,
 * with Secure, from http://localhost and http://127.0.0.1 as well, so the demo needs no second name.
 */
export const sessionCookie = "__Host-baton";

function cookieOf(request: Request, name: string): string | null {
  for (const pair of (request.headers.get("cookie") ?? "").split(";")) {
    const cut = pair.indexOf("=");
    if (cut > 0 && pair.slice(0, cut).trim() === name) return pair.slice(cut + 1).trim();
  }
  return null;
}

/**
 * The session's secret out of the cookie that better-auth signed (`<token>.<base64 HMAC-SHA256>`). The signature keeps
 * garbage away from the database, and makes a stolen copy of the table worthless without AUTH_SECRET.
 */
export async function sessionTokenOf(request: Request, authSecret: string): Promise<string | null> {
  const cookie = cookieOf(request, sessionCookie);
  if (cookie === null || cookie.length > 300) return null;
  let value: string;
  try {
    value = decodeURIComponent(cookie);
  } catch {
    return null; // not what was set
  }
  const cut = value.lastIndexOf(".");
  if (cut < 1) return null;
  const token = value.slice(0, cut);
  return (await isMac(authSecret, token, value.slice(cut + 1))) ? token : null;
}
