import { limits } from "../kernel/limits.ts";
import { importRowsMax, type ImportRow } from "./import-plan.ts";

/** Rows in the portions of one request each, by number and by size. */
export function* chunksOf(rows: readonly ImportRow[]): Generator<readonly ImportRow[]> {
  let chunk: ImportRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    const size = utf8Bytes(JSON.stringify(row)) + 1;
    if (chunk.length === importRowsMax || bytes + size > bytesMax) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(row);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}
export const bytesMax = limits.bodyBytesMax - 1_000; // room for what stands round the rows

/** Bytes of well-formed text in UTF-8; a lone surrogate is escaped by JSON and never gets here. */
export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit <= 0xdfff) ? 2 : 3;
  }
  return bytes;
}
