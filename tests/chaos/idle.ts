/** Sockets that say nothing: the room sleeps, and the first edit wakes it once and reaches each of them once. */
import type { Cell } from "./cell.ts";
import { Line, plainCopy, type Member } from "./wire.ts";

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export interface Idle {
  /** Frames that came to anyone in the quiet time. */
  readonly between: number;
  /** Whether the room's object went meanwhile, though pinged. */
  readonly slept: boolean;
  /** Frames to each other socket, for the one edit after it. */
  readonly after: readonly number[];
  /** And to its writer: the acknowledgement. */
  readonly toWriter: number;
}

export async function idle(
  cell: Cell,
  member: Member,
  { sockets, ms, pingMs = 25_000 }: { sockets: number; ms: number; pingMs?: number },
): Promise<Idle> {
  const account = await member.makeAccount();
  const section = await member.makeSection(account, "scratch");
  const copies = Array.from({ length: sockets }, () => plainCopy(section));
  const lines = copies.map((copy) => new Line(member, account, [copy]));
  try {
    await Promise.all(lines.map((line) => line.open()));
    await pause(500); // answers to the last opening
    const total = () => lines.reduce((sum, { heard }) => sum + heard, 0);
    const [heard, made] = [total(), cell.roomsMade()];
    for (let left = ms; left > 0; left -= pingMs) {
      for (const line of lines) line.ping();
      await pause(Math.min(left, pingMs));
    }
    const between = total() - heard;
    const before = lines.map((line) => line.heard);
    copies[0]?.doc.getText("plain").insert(0, "good morning");
    for (let tries = 0; tries < 200 && total() < heard + sockets; tries++) await pause(20);
    await pause(500); // for a second frame, should one come
    const [toWriter, ...after] = lines.map((line, at) => line.heard - (before[at] ?? 0));
    return { between, slept: cell.roomsMade() > made, after, toWriter: toWriter ?? 0 };
  } finally {
    for (const line of lines) line.close();
  }
}
