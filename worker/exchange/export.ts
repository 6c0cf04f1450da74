import { columnsOf, csvPiece, isField, jsonOf, markOf, type ExportFormat } from "../../shared/exchange/export.ts";
import { idBytes, makeId } from "../../shared/kernel/id.ts";
import { dayMs, edgeLimits, limits } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { type EntityName, type Row } from "../../shared/records/entities.ts";
import { recorded } from "../audit/record.ts";
import { listRecords, readRecords, type DoorContext } from "../db/door.ts";
import { loadRows } from "../db/rows.ts";
import { policyFrom } from "../governance/gate.ts";
import { waitFor, type Waiting } from "../governance/second.ts";
import * as store from "./store.ts";

/**
 * Exports: what a member may take out of the cell, which is a right of its own over what they may read (the action
 * `export`). They are asked for, counted against what one person may take in a day, agreed to by a second person above it,
 * written down when they leave, and read anew at that instant.
 */
export interface ExportAsk {
  readonly of: EntityName;
  readonly format: ExportFormat;
  readonly why: string;
}
interface What {
  readonly of: EntityName;
  readonly columns: readonly string[];
}

const page = 200; // as a list has at most

/** All that this member may take of a kind, page by page. */
async function* rowsOut(context: DoorContext, name: EntityName): AsyncGenerator<readonly Row[]> {
  let cursor: string | null = null;
  do {
    const found: Awaited<ReturnType<typeof listRecords>> = await listRecords(context, name, { limit: page, cursor, sort: null, q: null, filters: [], out: true }); // prettier-ignore
    if (!found.ok) return;
    yield found.value.items;
    cursor = found.value.nextCursor;
  } while (cursor !== null);
}

export interface Asked {
  readonly run: store.Export;
  readonly waiting: Waiting | null;
}
export async function askExport(context: DoorContext, ask: ExportAsk): Promise<Result<Asked>> {
  const { db, actor, now, cell } = context;
  // A token is somebody's program: what leaves, leaves by a person.
  if (actor.capabilities) return fail("denied", { detail: "Exports are made by people, not by tokens." });
  const present = new Set<string>();
  let rows = 0;
  for await (const items of rowsOut(context, ask.of)) {
    rows += items.length;
    if (rows > edgeLimits.exportRowsMax) return fail("too_large", { detail: `An export may have ${edgeLimits.exportRowsMax.toLocaleString("en")} rows at most.` }); // prettier-ignore
    for (const row of items) for (const key of Object.keys(row)) if (isField(ask.of, key)) present.add(key);
  }
  if (rows === 0) return fail("denied", { detail: "There is nothing of this kind that you may export." });
  const what = JSON.stringify({ of: ask.of, columns: columnsOf(ask.of, present) } satisfies What);
  const own = policyFrom(actor.policyBody)?.lower?.exportRows ?? limits.exportRowsAlone;
  const alone = Math.min(own, limits.exportRowsAlone);
  const before = await store.exportedSince(db, actor.member, now - dayMs);
  const needs = before + rows > alone;
  const run: store.Export = {
    id: makeId(cell, "exp", crypto.getRandomValues(new Uint8Array(idBytes))),
    member: actor.member,
    what,
    format: ask.format,
    rows,
    sent: 0,
    approval: null,
    at: now,
    until: now + (needs ? (limits.approvalOpenDays + limits.approvalUnusedDays) * dayMs : edgeLimits.exportLinkMs),
  };
  if (!needs) {
    await store.writeRuns(db, [store.newExport(db, run)]);
    return ok({ run, waiting: null });
  }
  const waiting = await waitFor(context, {
    proposal: { kind: "export", what: ask.of, format: ask.format, rows },
    name: `Export of ${rows} ${ask.of.replaceAll("_", " ")} records`,
    reason: ask.why || "Export",
    about: actor.member,
    beneficiary: actor.member,
    parties: [actor.member],
    restsOn: null,
  });
  if (!waiting.ok) return waiting;
  const held = { ...run, approval: waiting.value.approval };
  const also = waiting.value.also.length > 0 ? [...waiting.value.also, store.newExport(db, held)] : [];
  return ok({ run: held, waiting: { ...waiting.value, also } });
}

/** The file, if it may leave now. Whatever stands against it for others is *missing*. */
export async function sendExport(context: DoorContext, id: string): Promise<Result<Response>> {
  const { db, actor, now } = context;
  const run = await store.readExport(db, actor.member, id);
  if (!run || now >= run.until || actor.capabilities) return fail("missing");
  if (run.approval !== null) {
    const approval = (await loadRows(db, [run.approval])).get(run.approval)?.row;
    const ends = approval?.["expiresAt"];
    const isOpen = approval?.["state"] === "approved" && typeof ends === "number" && now < ends;
    if (!isOpen) return fail("gate_unmet", { detail: "A second person has not agreed to this export, or did too long ago." }); // prettier-ignore
  }
  const { of, columns } = JSON.parse(run.what) as What;
  const event = { kind: "export" as const, actor: actor.member, what: of, n: run.rows, detail: { export: id, format: run.format, ...(run.approval === null ? {} : { approval: run.approval }) } }; // prettier-ignore
  // Written down before the first byte leaves; from then on it can be fetched for an hour.
  await store.writeRuns(db, [store.sentExport(db, id, Math.min(run.until, now + edgeLimits.exportLinkMs)), recorded(db, event, now)]); // prettier-ignore
  const [me] = await readRecords(context, "member", [actor.member]);
  const mark = markOf(typeof me?.["name"] === "string" ? me["name"] : actor.member, now, id);
  const isCsv = run.format === "csv";
  return ok(
    new Response(piecesOf(context, of, columns, run.rows, mark, isCsv), {
      headers: {
        "content-type": isCsv ? "text/csv; charset=utf-8" : "application/json",
        "content-disposition": `attachment; filename="${of}s-${new Date(now).toISOString().slice(0, 10)}.${run.format}"`,
        "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
      },
    }),
  );
}

/** Never more rows than were counted and agreed to; columns that came since are not in it. */
function piecesOf(context: DoorContext, of: EntityName, columns: readonly string[], most: number, mark: string, isCsv: boolean): ReadableStream {
  const encoder = new TextEncoder();
  const pages = rowsOut(context, of);
  let sent = 0;
  let isFirst = true;
  return new ReadableStream({
    async pull(controller) {
      const next = sent >= most ? { done: true as const, value: undefined } : await pages.next();
      if (next.done) {
        controller.enqueue(encoder.encode(isCsv ? (isFirst ? csvPiece(of, columns, [], new Map(), mark, true) : "") : `${isFirst ? headOf(mark) : ""}\n]}\n`));
        controller.close();
        return;
      }
      const rows = next.value.slice(0, most - sent);
      const anchors = [...new Set(rows.map(({ anchor }) => anchor))];
      const accounts = of === "account" ? [] : await readRecords(context, "account", anchors, true);
      const names = new Map(accounts.map((row) => [row.id, typeof row["name"] === "string" ? row["name"] : ""]));
      const json = (row: Row, at: number): string => `${sent + at === 0 ? "" : ","}\n${JSON.stringify(jsonOf(of, row))}`;
      const text = isCsv ? csvPiece(of, columns, rows, names, mark, isFirst) : (isFirst ? headOf(mark) : "") + rows.map(json).join("");
      sent += rows.length;
      isFirst = false;
      controller.enqueue(encoder.encode(text));
    },
  });
} // prettier-ignore
const headOf = (mark: string): string => `{"exportedFor":${JSON.stringify(mark)},"records":[`;
