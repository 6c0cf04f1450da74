import type { MiddlewareHandler } from "hono";
import type { AppEnv } from "../context.ts";

/**
 * Nothing that the API answers may be kept by anyone in between (caches key on the URL, rights hang on the member), be
 * read as another type, or run. Pages get theirs from `_headers`, which vite.config.ts writes.
 */
const answerHeaders: Readonly<Record<string, string>> = {
  "cache-control": "private, no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** For every answer of the Worker. A route that needs another content security policy sets its own. */
export const answerHeadersFor: MiddlewareHandler<AppEnv> = async (c, next) => {
  await next();
  if (c.res.status === 101) return; // a socket's answer takes no headers
  // better-auth's answers come with headers that can't be changed: copy before writing.
  const headers = new Headers(c.res.headers);
  for (const [name, value] of Object.entries(answerHeaders)) {
    if (name !== "content-security-policy" || !headers.has(name)) headers.set(name, value);
  }
  if (headers.has("access-control-allow-origin")) headers.set("cross-origin-resource-policy", "cross-origin");
  c.res = new Response(c.res.body, { status: c.res.status, headers });
};
