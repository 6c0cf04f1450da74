/**
 * The edge speaks today's protocol and the one before (SYNC-L5): what an older device says is put into today's form
 * here, and what it is told into its own. Inside there is one form. History: shared/sync/protocol.ts; recorded traffic
 * of each version that is still spoken: tests/fixtures/sync-<version>.json, replayed by tests/worker/versions.test.ts.
 */
import * as z from "zod/mini";
import { fail, type Result } from "../../shared/kernel/result.ts";
import { wireLines } from "../../shared/sync/columns.ts";
import { protocolVersion, pullRequest, pushRequest, type PullLine, type PullRequest, type PushRequest } from "../../shared/sync/protocol.ts"; // prettier-ignore
import { readBody } from "../http/body.ts";

// --- version 1: snapshots as objects, no digests

const pullRequest1 = z.strictObject({ ...z.omit(pullRequest, { check: true, drift: true }).shape, v: z.literal(1) });
const pushRequest1 = z.strictObject({ ...pushRequest.shape, v: z.literal(1) });

// --- what both have

const anyPull = z.discriminatedUnion("v", [pullRequest, pullRequest1]);
const anyPush = z.discriminatedUnion("v", [pushRequest, pushRequest1]);

/** A pull in today's form, with how its answer is written. */
export async function readPull(
  request: Request,
): Promise<Result<{ readonly body: PullRequest; readonly write: (lines: readonly PullLine[]) => string }>> {
  const read = await readBody(request, anyPull);
  if (!read.ok) return versionFirst(read);
  const wanted = read.value.want.map(({ h }) => h);
  return {
    ok: true,
    value: {
      body: { ...read.value, v: protocolVersion },
      write: (lines) => inLines(read.value.v === 1 ? lines : wireLines(lines, wanted)),
    },
  };
}
const inLines = (lines: readonly unknown[]): string => lines.map((line) => `${JSON.stringify(line)}\n`).join("");

export async function readPush(request: Request): Promise<Result<PushRequest>> {
  const read = await readBody(request, anyPush);
  return read.ok ? { ok: true, value: { ...read.value, v: protocolVersion } } : versionFirst(read);
}

/** A version that is not spoken is told apart from a malformed request: the device keeps its queue and says what to do. */
function versionFirst<T>(refused: Result<T> & { readonly ok: false }): Result<never> {
  return refused.error.code === "invalid" && refused.error.fields?.includes("v")
    ? fail("unsupported_version", {
        detail: "This app and the server are of different versions. Load the app anew when it suits you; what waits here is kept.",
      }) // prettier-ignore
    : refused;
}
