/** Imports over HTTP, as the command line and the demo loader do them. */
import { printOf } from "../../shared/exchange/hash.ts";
import type { ImportRow } from "../../shared/exchange/import-plan.ts";
import { carryOut, type Job, type Outcome, type PortionAnswer, type Progress, type RunState, type Transport } from "../../shared/exchange/job.ts"; // prettier-ignore
import { call, Gone, type Credentials } from "./api.ts";

const triesMax = 40;
const waitMs = 1_500;
/** A cell that does not answer for a moment is asked again: a portion counts once, however often it is sent. */
async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await act();
    } catch (error) {
      if (!(error instanceof Gone) || tries === triesMax) throw error;
      if (tries === 1) process.stderr.write("The cell does not answer; trying again …\n");
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }
}
function transportTo(url: string, credentials: Credentials): Transport {
  const post = <T>(path: string, body: unknown): Promise<T> =>
    patiently(async () => (await call<T>(url, credentials, "POST", path, body)).body);
  return {
    start: (body) => post<RunState>("/api/imports/start", body),
    send: (body) => post<PortionAnswer>("/api/imports", body),
    finish: (id) => post<RunState & { left: number }>(`/api/imports/${id}/finish`, {}),
  };
}

export interface What {
  readonly name: string;
  readonly print: string;
  readonly jobs: readonly Job[] | readonly ImportRow[];
}
export const send = (
  url: string,
  credentials: Credentials,
  { name, print, jobs }: What,
  commit: boolean,
  told: (progress: Progress) => void,
): Promise<Outcome> =>
  carryOut(jobs, { name, print: printOf(print), commit, shown: 10_000 }, transportTo(url, credentials), told);

/** Rows that are made here, such as the demo's: the same ones are gone on with by their name. */
export const sendRows = (
  url: string,
  credentials: Credentials,
  name: string,
  rows: readonly ImportRow[],
  progress: (sent: number) => void,
): Promise<Outcome> =>
  send(url, credentials, { name, print: JSON.stringify(rows), jobs: rows }, true, ({ rows: sent }) => progress(sent));

export async function undo(url: string, credentials: Credentials, id: string, told: (left: number) => void): Promise<RunState> {
  for (;;) {
    const { body } = await patiently(() => call<RunState & { left: number }>(url, credentials, "POST", `/api/imports/${id}/undo`, {}));
    if (body.left === 0) return body;
    told(body.left);
  }
} // prettier-ignore

/** Progress on stderr, once a second at most and not at all for what takes less. `total`: if it is known. */
export function progressOf(total: number | null): (what: string, sent: number) => void {
  const start = Date.now();
  let told = start;
  return (what, sent) => {
    if (Date.now() - told < 1_000) return;
    told = Date.now();
    const leftMs = sent > 0 && total !== null ? ((told - start) / sent) * (total - sent) : 0;
    const rest = total === null ? "" : ` of ${total}`;
    process.stderr.write(`${what}: ${sent}${rest} rows${total === null ? "" : `, about ${Math.ceil(leftMs / 1_000)} s left`}\n`); // prettier-ignore
  };
}
