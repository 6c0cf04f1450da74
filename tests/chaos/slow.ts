/**
 * A reader that stops reading. One socket of four is a plain TCP connection that nobody reads from; the others go on
 * writing megabytes. What the room keeps for it must be bounded, and it has everything when it comes back.
 */
import { randomBytes } from "node:crypto";
import { request } from "node:http";
import type { Socket } from "node:net";
import * as decoding from "lib0/decoding";
import * as Y from "yjs";
import { edgeLimits } from "../../shared/kernel/limits.ts";
import { authFrame, isPing, Line, plainCopy, pong, type Copy, type Member } from "./wire.ts";

const pieceBytes = 90_000;
const piecesMax = 5; // in the document; the oldest goes, or the section would be full
const bytesPerLine = 3_900_000; // a socket may send four megabytes at once

export interface Slow {
  /** Bytes that were written while one did not read. */
  flooded: number;
  /** Bytes that had been sent to it when it read again, and the code that it was closed with. */
  came: number;
  code: number;
  /** No more than a socket may have unread, and the frame that was one too many. */
  bounded: boolean;
  /** It came back and has the text of the others. */
  equal: boolean;
  ms: number;
}

/** A client's side of a WebSocket, on the bare connection: what is not taken from it stays in the room. */
class Bare {
  bytes = 0;
  readonly copy: Copy;
  readonly closed: Promise<number>;
  private readonly socket: Socket;
  private rest = new Uint8Array();
  private constructor(socket: Socket, copy: Copy) {
    this.socket = socket;
    this.copy = copy;
    this.closed = new Promise((resolve) => {
      socket.on("data", (data: Uint8Array) => this.read(data, resolve));
      socket.on("error", () => resolve(0));
      socket.on("close", () => resolve(0));
    });
  }
  static open(member: Member, account: string, copy: Copy): Promise<Bare> {
    const headers = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": randomBytes(16).toString("base64"),
      cookie: member.cookie,
      origin: member.url,
    };
    return new Promise((resolve, reject) =>
      request(`${member.url}/rooms/${account}`, { headers })
        .on("upgrade", (_answer, socket) => resolve(new Bare(socket as Socket, copy)))
        .on("response", ({ statusCode }) => reject(new Error(`no socket: ${statusCode}`)))
        .on("error", reject)
        .end(),
    );
  }
  /** Short binary frames only. */
  send(payload: Uint8Array): void {
    const mask = randomBytes(4);
    const head = [0x82, 0x80 | payload.length, ...mask];
    this.socket.write(Uint8Array.from([...head, ...payload.map((byte, at) => byte ^ (mask[at % 4] ?? 0))]));
  }
  pause(): void {
    this.socket.pause();
  }
  resume(): void {
    this.socket.resume();
  }
  destroy(): void {
    this.socket.destroy();
  }

  private read(data: Uint8Array, close: (code: number) => void): void {
    this.bytes += data.length;
    const all = Buffer.concat([this.rest, data]);
    let at = 0;
    while (all.length >= at + 2) {
      const short = (all[at + 1] ?? 0) & 127;
      const from = at + (short === 126 ? 4 : short === 127 ? 10 : 2);
      if (all.length < from) break;
      const length = short === 126 ? all.readUInt16BE(at + 2) : short === 127 ? all.readUInt32BE(at + 6) : short;
      if (all.length < from + length) break;
      const payload = all.subarray(from, from + length);
      if (((all[at] ?? 0) & 15) === 8) close(payload.readUInt16BE(0));
      else if (isPing(payload)) this.send(pong);
      else if (((all[at] ?? 0) & 15) === 2) this.take(payload);
      at = from + length;
    }
    this.rest = all.subarray(at);
  }
  private take(frame: Uint8Array): void {
    const from = decoding.createDecoder(frame);
    decoding.readVarString(from);
    if (decoding.readVarUint(from) === 0 && decoding.readVarUint(from) > 0)
      Y.applyUpdate(this.copy.doc, decoding.readVarUint8Array(from));
  }
}

class Writer implements Copy {
  readonly section: string;
  readonly doc = new Y.Doc();
  written = 0;
  private edits = 0;
  private acked = 0;
  private told: () => void = () => undefined;
  constructor(section: string) {
    this.section = section;
  }
  mark(): number {
    return this.edits;
  }
  stored(mark: number): void {
    this.acked = Math.max(this.acked, mark);
    if (this.acked === this.edits) this.told();
  }
  async write(bytes: number): Promise<void> {
    const plain = this.doc.getText("plain");
    while (this.written < bytes) {
      this.edits++;
      plain.insert(0, randomBytes(pieceBytes / 2).toString("hex"));
      this.written += pieceBytes;
      if (this.acked < this.edits) await new Promise<void>((done) => (this.told = done));
      const over = plain.length - piecesMax * pieceBytes;
      if (over > 0) plain.delete(plain.length - over, over);
    }
  }
}
const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export async function readSlowly(member: Member, { megabytes }: { readonly megabytes: number }): Promise<Slow> {
  const startedAt = Date.now();
  const account = await member.makeAccount();
  const section = await member.makeSection(account, "scratch");
  const back = plainCopy(section);
  const deaf = await Bare.open(member, account, back);
  deaf.send(authFrame(`${section}.1`));
  while (deaf.bytes === 0) await pause(10); // it is let in
  deaf.pause();

  const before = deaf.bytes;
  let flooded = 0;
  let text = "";
  while (flooded < megabytes * 1_000_000) {
    const writers = [new Writer(section), new Writer(section), new Writer(section)];
    const lines = writers.map((writer) => new Line(member, account, [writer]));
    await Promise.all(lines.map((line) => line.open()));
    await Promise.all(writers.map((writer) => writer.write(bytesPerLine)));
    flooded += writers.reduce((sum, { written }) => sum + written, 0);
    const texts = () => writers.map(({ doc }) => doc.getText("plain").toString());
    while (new Set(texts()).size > 1) await pause(20); // none of the writers waits for the one who does not read
    text = texts()[0] ?? "";
    for (const line of lines) line.close();
  }

  deaf.resume();
  const code = await Promise.race([deaf.closed, pause(20_000).then(() => 0)]);
  const came = deaf.bytes - before;
  deaf.destroy();
  const line = new Line(member, account, [back]);
  await line.open();
  line.close();
  const equal = text.length > 0 && back.doc.getText("plain").toString() === text;
  const bounded = came <= edgeLimits.sendCloseBytes + 2 * pieceBytes;
  return { flooded, came, code, bounded, equal, ms: Date.now() - startedAt };
}
