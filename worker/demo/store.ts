import { shippedPolicy } from "../../shared/access/templates.ts";
import { type ImportRow, planImport, sourcesIn } from "../../shared/exchange/import-plan.ts";
import { orgAnchor } from "../../shared/kernel/id.ts";
import type { Row } from "../../shared/records/entities.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import { commit, GuardFailed } from "../db/commit.ts";
import { openDb } from "../db/db.ts";
import { idsOf } from "../exchange/import.ts";
import type { Write } from "../sync/plan.ts";

const client = "demo-bootstrap";

/**
 * The organisation, its first policy, and the demo's teams, regions and named members: what must be there before anyone
 * can sign in and import the rest. Only an organisation without members takes them; false: it had some, or they did not
 * fit, and nothing was changed.
 */
export async function bootstrapDemo(
  d1: D1Database,
  cell: string,
  rows: readonly ImportRow[],
  now: number,
): Promise<boolean> {
  const ids = await idsOf(cell, sourcesIn(rows));
  const { writes: planned, errors } = planImport(rows, cell, ids, new Map());
  const admin = rows.find(
    ({ entity, fields }) =>
      entity === "member" && Array.isArray(fields["duties"]) && fields["duties"].includes("policy_admin"),
  );
  const author = ids.get(admin?.source ?? "");
  if (!author || errors.length > 0) return false;
  const [, , , members, directory] = await d1.batch<{ n: number }>([
    d1
      .prepare(
        `INSERT INTO "organisation" ("cell", "name", "created_at") VALUES (?1, 'Baton Demo', ?2) ON CONFLICT DO NOTHING`,
      )
      .bind(cell, now),
    d1
      .prepare(`INSERT INTO "anchor" ("id", "restricted", "ver") VALUES (?1, 0, 1) ON CONFLICT DO NOTHING`)
      .bind(orgAnchor(cell)),
    d1
      .prepare(
        `INSERT INTO "policy" ("version", "body", "author", "why", "at") SELECT 1, ?1, ?2, 'The shipped policy', ?3 WHERE NOT EXISTS (SELECT 1 FROM "policy")`,
      )
      .bind(JSON.stringify({ ...shippedPolicy, author }), author, now),
    d1.prepare(`SELECT COUNT(*) AS "n" FROM "member"`),
    d1.prepare(`SELECT "v" AS "n" FROM "meta" WHERE "k" = 'directory'`),
  ]);
  if ((members?.results[0]?.n ?? 0) > 0) return false;

  const writes = planned.flatMap((one, index): Write[] => {
    if (one.act !== "create") return [];
    // A millisecond apart, so that the sign-in page keeps their order.
    const after: Row = {
      ...emptyFields(one.entity),
      ...one.row,
      createdAt: now - planned.length + index,
      createdBy: author,
    };
    return [
      { op: "create", entity: one.entity, id: after.id, before: null, after, changed: Object.keys(one.row), ver: 0 },
    ];
  });
  const nothing = new Map<string, number>();
  try {
    await commit(
      openDb(d1),
      [
        {
          client,
          device: client,
          member: author,
          n: 1,
          mutation: "demo.bootstrap@1",
          planned: { writes, guards: nothing, anchors: nothing },
          directory: directory?.results[0]?.n ?? 0,
        },
      ],
      now,
    );
    return true;
  } catch (error) {
    if (error instanceof GuardFailed) return false; // another request was first
    throw error;
  }
}

export interface DemoState {
  readonly cell: string;
  readonly members: number;
  readonly accounts: number;
  /** Everything has arrived once; what members changed since then is theirs. */
  readonly loaded: boolean;
}
export async function demoState(d1: D1Database, cell: string): Promise<DemoState> {
  const found = await d1
    .prepare(
      `SELECT (SELECT COUNT(*) FROM "member") AS "members", (SELECT COUNT(*) FROM "account") AS "accounts",
         EXISTS (SELECT 1 FROM "meta" WHERE "k" = 'demo_loaded') AS "loaded"`,
    )
    .first<{ members: number; accounts: number; loaded: number }>();
  return { cell, members: found?.members ?? 0, accounts: found?.accounts ?? 0, loaded: found?.loaded === 1 };
}

export async function markLoaded(d1: D1Database, now: number): Promise<void> {
  await d1.prepare(`INSERT INTO "meta" ("k", "v") VALUES ('demo_loaded', ?1) ON CONFLICT DO NOTHING`).bind(now).run();
}
