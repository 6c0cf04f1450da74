import type { Env } from "../env.ts";

/** What files hold, in the cell's bucket: one object each, by the id of its record. It is written whole or not at all. */
type Bucket = Env["SEGMENTS"];
const keyOf = (file: string): string => `files/${file}`;

/**
 * Takes the bytes as they come; false if they are not what was announced: too few, too many, or others. The bucket counts
 * the hash itself and keeps nothing of what does not fit.
 */
export async function keepBytes(
  bucket: Bucket,
  file: string,
  body: ReadableStream,
  announced: { readonly bytes: number; readonly sha256: string },
): Promise<boolean> {
  const { readable, writable } = new FixedLengthStream(announced.bytes);
  const ended = new AbortController(); // of a bucket that reads no further
  const through = body.pipeTo(writable, { signal: ended.signal }).then(
    () => null,
    (error: unknown) => error,
  );
  try {
    await bucket.put(keyOf(file), readable, { sha256: announced.sha256 });
  } catch (error) {
    ended.abort();
    if (isWrong(error) || isWrong(await through)) return false;
    throw error;
  }
  return (await through) === null;
}
const isWrong = (error: unknown): boolean =>
  error instanceof Error && /FixedLengthStream|sha-?256|checksum|digest/i.test(error.message);

export interface Part {
  readonly offset: number;
  readonly length: number;
}
/** How many bytes there are; null: none came yet. */
export const sizeOf = async (bucket: Bucket, file: string): Promise<number | null> =>
  (await bucket.head(keyOf(file)))?.size ?? null;
export async function readBytes(bucket: Bucket, file: string, part: Part | null): Promise<ReadableStream | null> {
  return (await bucket.get(keyOf(file), part ? { range: part } : {}))?.body ?? null;
}
