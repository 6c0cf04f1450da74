/** Sends rows in portions and adds up the reports. */
import { chunksOf } from "../../shared/exchange/chunks.ts";
import type { ImportError, ImportReport, ImportRow, Unresolved } from "../../shared/exchange/import-plan.ts";
import { call, type Credentials } from "./api.ts";

export async function sendRows(
  url: string,
  credentials: Credentials,
  rows: readonly ImportRow[],
  commit: boolean,
  progress: (sent: number) => void,
): Promise<Sent> {
  const approvals: string[] = [];
  const errors: ImportError[] = [];
  const unresolved: Unresolved[] = [];
  const total = { created: 0, updated: 0, skipped: 0 };
  let sent = 0;
  for (const chunk of chunksOf(rows)) {
    const { body } = await call<ImportReport>(url, credentials, "POST", "/api/imports", { rows: chunk, commit });
    total.created += body.created;
    total.updated += body.updated;
    total.skipped += body.skipped;
    errors.push(...body.errors);
    unresolved.push(...body.unresolved);
    if (body.approval) approvals.push(body.approval);
    progress((sent += chunk.length));
  }
  const report = { ...total, errors, unresolved };
  return { ...(commit ? report : foreseen(rows, report)), approvals };
}
/** The reports of all portions, and the approvals that some of their rows wait for. */
export interface Sent extends ImportReport {
  readonly approvals: readonly string[];
}

/**
 * A dry run leaves nothing behind for the portions after it. What they miss only for that reason, because it stands in
 * these same rows and was found good, would be there in a real import.
 */
function foreseen(rows: readonly ImportRow[], report: ImportReport): ImportReport {
  const refused = new Map(report.errors.map((error) => [error.source, error]));
  const bySource = new Map(rows.map((row) => [row.source, row]));
  const comes = (source: string, depth = 0): boolean => {
    const row = bySource.get(source);
    if (!row || depth > 8) return false; // a chain that long is a circle
    const error = refused.get(source);
    return (
      !error ||
      (error.code === "missing" && error.fields.length > 0 && missed(row, error).every((ref) => comes(ref, depth + 1)))
    );
  };
  const errors = report.errors.filter(({ source }) => !comes(source));
  return {
    ...report,
    created: report.created + report.errors.length - errors.length,
    errors,
    unresolved: report.unresolved.filter(({ ref }) => !comes(ref)),
  };
}
const missed = (row: ImportRow, { fields }: ImportError): string[] =>
  fields.flatMap((field) => (field === "anchor" ? (row.anchor ?? "") : (row.refs?.[field] ?? "")));

/** Progress on stderr, once a second at most and not at all for what takes less. */
export function progressOf(total: number): (what: string, sent: number) => void {
  const start = Date.now();
  let told = start;
  return (what, sent) => {
    if (Date.now() - told < 1_000) return;
    told = Date.now();
    const leftMs = sent > 0 ? ((told - start) / sent) * (total - sent) : 0;
    process.stderr.write(`${what}: ${sent} of ${total} rows, about ${Math.ceil(leftMs / 1_000)} s left\n`);
  };
}
