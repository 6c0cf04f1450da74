import type { ChangeRow, Line, Salt, Seal } from "../../shared/audit/seal.ts";
import type { Env } from "../env.ts";

/**
 * What lies in R2 of a range: its lines, and beside them the salts of its values. Named by number and hash, so that two
 * runs that close the same range never write over one another. And changes that left the database, where they lie.
 */
type Bucket = Env["SEGMENTS"];
type Named = Pick<Seal, "n" | "hash">;

export const linesName = ({ n, hash }: Named): string => `audit/${String(n).padStart(12, "0")}-${hash.slice(0, 24)}.ndjson.gz`; // prettier-ignore
export const saltsName = (seal: Named): string => `salts/${linesName(seal).slice("audit/".length)}`;

const zip = async (rows: readonly unknown[]): Promise<ArrayBuffer> => {
  const text = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"))).arrayBuffer();
};
export const putRows = async (bucket: Bucket, name: string, rows: readonly unknown[]): Promise<unknown> =>
  bucket.put(name, await zip(rows));
/** Null: it is not there, or is none of ours any more. */
export async function getRows<T>(bucket: Bucket, name: string): Promise<T[] | null> {
  const object = await bucket.get(name);
  if (!object) return null;
  try {
    const text = await new Response(object.body.pipeThrough(new DecompressionStream("gzip"))).text();
    return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as T]));
  } catch {
    return null; // cut short or written over: as good as gone, and said so
  }
}
export const readLines = (bucket: Bucket, seal: Named): Promise<Line[] | null> => getRows<Line>(bucket, linesName(seal)); // prettier-ignore
export const readSalts = (bucket: Bucket, seal: Named): Promise<Salt[] | null> => getRows<Salt>(bucket, saltsName(seal)); // prettier-ignore

/** Changes of these numbers out of the pieces that left the database (SYNC-D3). */
export async function prunedChanges(bucket: Bucket, from: number, to: number): Promise<ChangeRow[]> {
  const found: ChangeRow[] = [];
  let cursor: string | undefined;
  do {
    const page = await bucket.list({ prefix: "segments/", ...(cursor === undefined ? {} : { cursor }) });
    for (const { key } of page.objects) {
      const [first, last] = [...key.matchAll(/\d{16}/g)].map(([digits]) => Number(digits));
      if (first === undefined || last === undefined || last < from || first > to) continue;
      const rows = (await getRows<ChangeRow & { readonly t: string }>(bucket, key)) ?? [];
      found.push(...rows.filter(({ t, seq }) => t === "change" && seq >= from && seq <= to));
    }
    cursor = page.truncated ? page.cursor : undefined;
  } while (cursor !== undefined);
  return found;
}
