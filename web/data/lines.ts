/** Reads pull answers: NDJSON, cut anywhere by the network. A line that is not understood ends the page unapplied. */
import * as z from "zod/mini";
import { packedSnaps, unpackSnaps } from "../../shared/sync/columns.ts";
import type { PullLine } from "../../shared/sync/protocol.ts";
import { WireError } from "./wire-error.ts";

const rights = z.record(z.string(), z.record(z.string(), z.nullable(z.number())));
const row = z.looseObject({ id: z.string(), anchor: z.string(), compartment: z.string() });
const line = z.discriminatedUnion("t", [
  z.object({ t: z.literal("reset") }),
  z.object({ t: z.literal("rights"), h: z.string(), g: rights }),
  z.object({ t: z.literal("gone"), id: z.string() }),
  z.object({ t: z.literal("moved"), e: z.string(), h: z.string(), row }),
  z.object({ t: z.literal("set"), e: z.string(), h: z.string(), row }),
  z.object({
    t: z.literal("patch"),
    e: z.string(),
    h: z.string(),
    id: z.string(),
    set: z.record(z.string(), z.unknown()),
    lost: z.optional(z.record(z.string(), z.object({ mine: z.unknown(), by: z.string(), at: z.number() }))),
  }),
  z.object({
    t: z.literal("snap"),
    h: z.string(),
    from: z.string(),
    to: z.nullable(z.string()),
    rows: z.array(z.tuple([z.string(), row])),
  }),
  packedSnaps,
  z.object({
    t: z.literal("page"),
    cursor: z.string(),
    more: z.boolean(),
    lmid: z.nullable(z.number()),
    outcomes: z.array(z.looseObject({ n: z.number(), code: z.string() })),
    now: z.number(),
    lease: z.number(),
    checks: z.optional(z.record(z.string(), z.object({ count: z.number(), hash: z.string() }))),
  }),
]);

function parseLine(text: string, wanted: readonly string[]): readonly PullLine[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new WireError("retry", "a line that is not JSON");
  }
  const parsed = line.safeParse(json);
  if (!parsed.success) throw new WireError("retry", "not a line of this protocol");
  if (parsed.data.t !== "cols") return [json as PullLine]; // checked above; values of fields are cut by rights, not by type
  const snaps = unpackSnaps(parsed.data, wanted);
  if (!snaps) throw new WireError("retry", "columns that do not fit");
  return snaps;
}

/**
 * Lines as they become whole, one group for each chunk that arrived: what a group brings can be stored together.
 * `wanted`: the keys of the request, in its order, for columns name them by it.
 */
export async function* lineGroups(
  chunks: AsyncIterable<string>,
  wanted: readonly string[],
): AsyncGenerator<PullLine[]> {
  let rest = "";
  for await (const chunk of chunks) {
    const parts = (rest + chunk).split("\n");
    rest = parts.pop() ?? "";
    const group = parts.filter((part) => part !== "").flatMap((part) => parseLine(part, wanted));
    if (group.length > 0) yield group;
  }
  if (rest !== "") yield [...parseLine(rest, wanted)];
}
