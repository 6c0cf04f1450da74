import type { MiddlewareHandler } from "hono";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import type { AppEnv } from "../context.ts";
import type { Env } from "../env.ts";
import { isBytes, isJson } from "./body.ts";
import { problem } from "./problem.ts";

/** The organisation's cells by name, this one left out. */
export function otherCells(env: Pick<Env, "CELLS" | "CELL">): Map<string, string> {
  const pairs = env.CELLS.split(",").flatMap((pair) => {
    const [cell, url] = pair.split("=");
    return cell && url && cell.trim() !== env.CELL ? [[cell.trim(), new URL(url.trim()).origin] as const] : [];
  });
  return new Map(pairs);
}

const reads = new Set(["GET", "HEAD", "OPTIONS"]);
const ownOrigin = (request: Request): string => new URL(request.url).origin;

/**
 * A browser adds cookies by itself, so a request that came with one proves nothing about who made it: when it writes,
 * or opens a socket, it must come from our own page. A bearer token is never added by itself.
 */
function checkOrigin(request: Request): Result<void> {
  const socket = request.headers.get("upgrade")?.toLowerCase() === "websocket";
  if (reads.has(request.method) && !socket) return ok(undefined);
  const bearer = request.headers.has("authorization");
  const origin = request.headers.get("origin");
  if (!bearer && origin !== null && origin !== ownOrigin(request)) return fail("origin_refused");
  if (bearer || !request.headers.has("cookie")) return ok(undefined);
  if (origin === null) return fail("origin_refused");
  // No form can PUT: a page of another origin would have to ask first, as it has to for JSON.
  return socket || isJson(request) || (request.method === "PUT" && isBytes(request)) ? ok(undefined) : fail("not_json");
}

/** In front of every route: wrong origins are refused, and nobody outside can say who acts. */
export const guardOrigin: MiddlewareHandler<AppEnv> = async (c, next) => {
  const forged = [...c.req.raw.headers.keys()].filter((name) => name.startsWith("x-principal"));
  if (forged.length > 0) {
    const headers = new Headers(c.req.raw.headers);
    for (const name of forged) headers.delete(name);
    c.req.raw = new Request(c.req.raw, { headers });
  }
  const peer = peerOrigin(c.req.raw, c.env);
  if (peer && c.req.method === "OPTIONS") return new Response(null, { status: 204, headers: corsHeaders(peer, true) });
  if (!peer) {
    const checked = checkOrigin(c.req.raw);
    if (!checked.ok) return problem(checked.error);
  }
  await next();
  if (peer && c.res.status !== 101) {
    const headers = new Headers(c.res.headers);
    for (const [name, value] of Object.entries(corsHeaders(peer, false))) headers.set(name, value);
    c.res = new Response(c.res.body, { status: c.res.status, headers });
  }
  return undefined;
};

/**
 * A page of one of our other cells, which speaks to this one with a session token or a room ticket. Never with a
 * cookie: a request that brings one from there is judged like any stranger's.
 */
function peerOrigin(request: Request, env: Env): string | null {
  const origin = request.headers.get("origin");
  if (origin === null || request.headers.has("cookie") || origin === ownOrigin(request)) return null;
  return [...otherCells(env).values()].includes(origin) ? origin : null;
}

function corsHeaders(origin: string, preflight: boolean): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    vary: "origin",
    ...(preflight
      ? {
          "access-control-allow-methods": "GET, POST, PATCH, PUT, DELETE",
          "access-control-allow-headers": "authorization, content-type, if-match, idempotency-key",
          "access-control-max-age": "600",
        }
      : { "access-control-expose-headers": "etag" }),
  };
}
