/** What a pull weighs on the wire of a running cell, byte by byte as a proxy would count. */
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { constants, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, it } from "vitest";
import { demoSignIn } from "../../scripts/crm/api.ts";
import { packedSnaps, unpackSnaps } from "../../shared/sync/columns.ts";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { startServer, type Server } from "./server.ts";

let cell: Server;
beforeAll(async () => {
  cell = await startServer({ loaded: true });
});
afterAll(() => cell?.stop());

interface Raw {
  readonly encoding: string | undefined;
  readonly bytes: Buffer;
}
function post(cookie: string, body: unknown, accept: string): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const headers = { cookie, origin: cell.url, "content-type": "application/json", "accept-encoding": accept };
    const sent = request(`${cell.url}/sync/pull`, { method: "POST", headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("end", () => resolve({ encoding: answer.headers["content-encoding"], bytes: Buffer.concat(chunks) }));
    });
    sent.on("error", reject);
    sent.end(JSON.stringify(body));
  });
}
type Line = Record<string, unknown>;
const linesOf = (text: string): Line[] => text.trim().split("\n").map((line) => JSON.parse(line) as Line); // prettier-ignore

it("[SYNC-P6] a page is compressed on the wire for who can read that, and what it takes away comes first", async () => {
  const { cookie } = await demoSignIn(cell.url, "marcus");
  const device = randomUUID();
  const ask = { v: protocolVersion, device, client: `${device}-c`, cursor: null as unknown, want: [] as { h: string; after?: string }[], ask: [], follow: [], seen: 0 }; // prettier-ignore
  const pull = async (accept: string): Promise<{ raw: Raw; lines: Line[] }> => {
    const raw = await post(cookie ?? "", ask, accept);
    return { raw, lines: linesOf((raw.encoding === "gzip" ? gunzipSync(raw.bytes) : raw.bytes).toString()) };
  };
  const plain = await pull("identity");
  expect(plain.raw.encoding).toBeUndefined();
  const first = await pull("gzip, deflate, br");
  expect(first.raw.encoding).toBe("gzip");
  expect(first.lines.length).toBe(plain.lines.length);
  // Half of the bytes already say what is to go.
  const half = gunzipSync(first.raw.bytes.subarray(0, first.raw.bytes.length / 2), { finishFlush: constants.Z_SYNC_FLUSH }); // prettier-ignore
  expect(linesOf(half.toString().slice(0, half.lastIndexOf("\n")))[0]).toEqual(first.lines[0]);

  ask.cursor = first.lines.at(-1)?.["cursor"];
  ask.want = first.lines.flatMap((line) => (line["t"] === "rights" ? [{ h: String(line["h"]) }] : [])).slice(0, 2_000);
  let [rows, bytes, pages] = [0, 0, 0];
  while (ask.want.length > 0 && pages < 40) {
    const { raw, lines } = await pull("gzip");
    const packed = packedSnaps.parse(lines.find(({ t }) => t === "cols"));
    const wanted = ask.want.map(({ h }) => h);
    const snaps = unpackSnaps(packed, wanted) ?? [];
    rows += snaps.reduce((sum, snap) => sum + snap.rows.length, 0);
    bytes += raw.bytes.length;
    pages += 1;
    const done = new Map(snaps.map(({ h, to }) => [h, to]));
    ask.want = ask.want.flatMap((want) => {
      const to = done.get(want.h);
      return to === null ? [] : to === undefined ? [want] : [{ h: want.h, after: to }];
    });
    ask.cursor = lines.at(-1)?.["cursor"];
  }
  expect(rows).toBeGreaterThan(500);
  expect(bytes / rows).toBeLessThanOrEqual(50); // of all kinds of records, whole pages with their cursors
}, 120_000);
