import { Hono } from "hono";
import { matchedRoutes } from "hono/route";
import * as z from "zod";
import { slice } from "../shared/access/engine.ts";
import { withGives } from "../shared/access/gives.ts";
import { validatePolicy } from "../shared/access/policy.ts";
import { project } from "../shared/records/record.ts";
import { allGroups } from "../shared/records/groups.ts";
import { requireActor } from "./auth/actor.ts";
import { authBodies, authRoutes } from "./auth/routes.ts";
import { sha256 } from "./auth/secrets.ts";
import { tokenBodies, tokenRoutes } from "./auth/token-routes.ts";
import { countDenied } from "./audit/record.ts";
import { auditBodies, auditRoutes } from "./audit/routes.ts";
import type { Actor, AppContext, AppEnv } from "./context.ts";
import { openDb } from "./db/db.ts";
import { loadRows } from "./db/rows.ts";
import { demoRoutes } from "./demo/routes.ts";
import { directoryRoutes } from "./directory/routes.ts";
import { duplicateBodies, duplicateRoutes } from "./duplicates/routes.ts";
import { exchangeBodies, exchangeRoutes } from "./exchange/routes.ts";
import { fileBodies, fileRoutes } from "./files/routes.ts";
import { answerHeadersFor } from "./http/headers.ts";
import { guardOrigin, otherCells } from "./http/origin.ts";
import { missing, problem } from "./http/problem.ts";
import { accessBodies, accessRoutes } from "./governance/access-routes.ts";
import { adminBodies, adminRoutes } from "./governance/admin-routes.ts";
import { policyBodies, policyRoutes } from "./governance/policy-routes.ts";
import { historyRoutes } from "./history/routes.ts";
import { noticeRoutes } from "./notices/routes.ts";
import { healthRoutes, version } from "./observability/health.ts";
import { recordBodies, recordRoutes } from "./records/routes.ts";
import { reviewBodies, reviewRoutes } from "./reviews/routes.ts";
import { roomBodies, roomRoutes, roomSockets } from "./rooms/routes.ts";
import { shareBodies, shareRoutes } from "./shares/routes.ts";
import { syncRoutes } from "./sync/routes.ts";
import { announceTo } from "./sync/tell.ts";

/** Every route of the Worker, in the order in which a request meets them. Pages are assets and never come here. */
export const app = new Hono<AppEnv>();

app.use(async (c, next) => {
  c.set("cost", { rowsRead: 0, rowsWritten: 0, queries: 0 });
  await next();
  if (!c.env.DEMO || c.req.header("x-measure") !== "1" || c.res.status === 101) return;
  const { rowsRead, rowsWritten, queries } = c.get("cost");
  const headers = new Headers(c.res.headers);
  headers.set("x-d1-rows-read", String(rowsRead));
  headers.set("x-d1-rows-written", String(rowsWritten));
  headers.set("x-d1-queries", String(queries));
  c.res = new Response(c.res.body, { status: c.res.status, headers });
});
app.use(answerHeadersFor);
app.use(guardOrigin);
// Whoever is signed in and asks for what is not theirs, or is not there, is counted (AUDIT-3).
app.use(async (c, next) => {
  await next();
  const { status } = c.res;
  if ((status === 403 || status === 404) && (c.get("actor") as Actor | undefined)) countDenied(c, routeOf(c));
});

app.route("/api", healthRoutes);
app.route("/api", authRoutes);
app.route("/api", tokenRoutes);
app.route("/api", directoryRoutes);
app.route("/api", demoRoutes);
app.route("/api", policyRoutes);
app.route("/api", accessRoutes);
app.route("/api", adminRoutes);
app.route("/api", reviewRoutes);
app.route("/api", roomRoutes);
app.route("/api", exchangeRoutes(announceTo));
app.route("/api", shareRoutes);
app.route("/api", fileRoutes);
app.route("/api", duplicateRoutes);
app.route("/api", historyRoutes);
app.route("/api", noticeRoutes);
app.route("/api", auditRoutes);
app.route("/api", recordRoutes);
app.route("/sync", syncRoutes);
app.route("/", roomSockets);

/** Who is signed in, and their own part of the policy: what the device decides by while it is offline. */
app.get("/api/me", requireActor, async (c) => {
  const actor = c.get("actor");
  const stored = (await loadRows(openDb(c.env.DB, c.get("cost")), [actor.member])).get(actor.member);
  const policy = validatePolicy(JSON.parse(actor.policyBody || "null"));
  if (!stored || !policy.ok) return missing();
  const mine = withGives(policy.value, slice(policy.value, actor.facts));
  const own = project("member", stored.row, allGroups);
  const me = {
    member: actor.member,
    name: own?.["name"],
    base: actor.facts.base,
    duties: actor.facts.duties,
    teams: actor.facts.teams,
    regions: actor.facts.regions,
    locale: own?.["locale"] ?? "en",
    zone: own?.["zone"] ?? "UTC",
    cell: c.env.CELL,
    cells: [...otherCells(c.env)].map(([cell, url]) => ({ cell, url })),
  };
  return c.json({ me, slice: mine, policyId: (await sha256(JSON.stringify(mine))).slice(0, 16) });
});

/** OpenAPI 3.1 of every /api route, from the schemas that validate (contract.md). */
app.get("/openapi.json", (c) => {
  const bodies: Readonly<Record<string, unknown>> = {
    ...recordBodies,
    ...fileBodies,
    ...duplicateBodies,
    ...shareBodies,
    ...authBodies,
    ...tokenBodies,
    ...roomBodies,
    ...exchangeBodies,
    ...policyBodies,
    ...accessBodies,
    ...auditBodies,
    ...adminBodies,
    ...reviewBodies,
  };
  const paths: Record<string, Record<string, unknown>> = {};
  for (const { method, path } of app.routes) {
    if (!path.startsWith("/api/") || path.includes("*") || method === "ALL" || (!c.env.DEMO && path.includes("/demo")))
      continue;
    const open = path.replaceAll(/:(\w+)/g, "{$1}");
    const parameters = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string" },
    }));
    const body = bodies[`${method} ${path}`];
    paths[open] ??= {};
    paths[open][method.toLowerCase()] = {
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(body
        ? { requestBody: { required: true, content: { "application/json": { schema: jsonSchema(body) } } } }
        : {}),
      responses: {
        "200": { description: "Done" },
        default: {
          description: "RFC 9457",
          content: { "application/problem+json": { schema: { type: "object", required: ["code", "status"] } } },
        },
      },
    };
  }
  return c.json({ openapi: "3.1.0", info: { title: "Baton", version, license: { name: "MIT" } }, paths });
});
/** The pattern that a request met, never what was asked for by it. */
function routeOf(c: AppContext): string {
  const pattern = matchedRoutes(c).findLast(({ path }) => path.startsWith("/api/") && !path.includes("*"))?.path;
  return `${c.req.method} ${pattern ?? "elsewhere"}`;
}
const jsonSchema = (schema: unknown): unknown =>
  z.toJSONSchema(schema as z.ZodType, { unrepresentable: "any", io: "input" });

app.notFound(missing);
app.onError((error, c) => {
  console.error(
    "bug",
    c.req.method,
    new URL(c.req.url).pathname.split("/").slice(0, 3).join("/"),
    error.stack ?? String(error),
  ); // ids of routes, never contents
  return problem({ code: "unavailable" });
});
