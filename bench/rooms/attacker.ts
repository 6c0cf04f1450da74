/** A thread that sends garbage to a room, and comes back when it is closed. Answers with how often it connected. */
import { parentPort, workerData } from "node:worker_threads";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import { seeded, type Random } from "../lib/measure.ts";
import { documentWire, Line } from "./wire.ts";

export interface Orders {
  readonly place: { readonly url: string; readonly headers: Readonly<Record<string, string>> };
  readonly address: string;
  /** The document as it is, to tell garbage from what would be taken. */
  readonly state: Uint8Array;
  readonly frames: number;
  readonly perSecond: number;
}
const attackers = 4;

/** Frames that no client makes: noise, cut and altered ones, promises of more than there is, holes and strangers' words. */
class Garbage {
  private readonly random: Random;
  private readonly address: string;
  private readonly base: readonly Uint8Array[];
  private readonly state: Uint8Array;
  constructor(random: Random, address: string, state: Uint8Array) {
    this.random = random;
    this.address = address;
    this.state = state;
    const doc = new Y.Doc();
    const made: Uint8Array[] = [];
    doc.on("update", (update: Uint8Array) => made.push(update));
    for (let edit = 0; edit < 40; edit += 1) {
      doc.getText("plain").insert(random.int(doc.getText("plain").length + 1), `word ${edit} `);
      if (edit % 3 === 0) doc.getText("plain").delete(0, 2);
    }
    this.base = made.slice(1); // none leans on nothing
  }
  private framed(kind: number, body: (to: encoding.Encoder) => void, address = this.address): Uint8Array {
    return encoding.encode((to) => {
      encoding.writeVarString(to, address);
      encoding.writeVarUint(to, kind);
      body(to);
    });
  }
  private update(update: Uint8Array): Uint8Array {
    return this.framed(0, (to) => {
      encoding.writeVarUint(to, 2);
      encoding.writeVarUint8Array(to, update);
    });
  }
  private bytes(most: number): Uint8Array {
    return Uint8Array.from({ length: 1 + this.random.int(most) }, () => this.random.int(256));
  }
  private altered(): Uint8Array {
    const update = Uint8Array.from(this.random.pick(this.base));
    for (let times = 1 + this.random.int(3); times > 0; times -= 1)
      update[this.random.int(update.length)] = this.random.int(256);
    return update;
  }
  /** What is said of an update here is said by Yjs: one that it takes is no garbage. */
  private isTaken(update: Uint8Array): boolean {
    const copy = new Y.Doc();
    Y.applyUpdate(copy, this.state);
    let changed = false;
    copy.on("update", () => (changed = true));
    try {
      Y.applyUpdate(copy, update);
    } catch {
      return false;
    }
    return changed && copy.store.pendingStructs === null && copy.store.pendingDs === null;
  }
  next(): Uint8Array {
    const { random } = this;
    switch (random.int(6)) {
      case 0:
        return this.bytes(200);
      case 1: {
        const whole = this.update(random.pick(this.base));
        return whole.slice(0, 1 + random.int(whole.length - 1));
      }
      case 2: {
        const update = this.altered();
        return this.isTaken(update) ? this.bytes(50) : this.update(update);
      }
      case 3:
        return this.update(random.pick(this.base)); // what it leans on is not there
      case 4:
        return this.framed(random.int(14), (to) => encoding.writeUint8Array(to, this.bytes(60)));
      default:
        return this.framed(0, (to) => {
          encoding.writeVarUint(to, random.int(3));
          encoding.writeVarUint(to, 2 ** 31 + random.int(1_000_000));
          encoding.writeUint8Array(to, this.bytes(20));
        });
    }
  }
}

/** False once it was closed by the other side. */
function answers(line: Line): Promise<boolean> {
  return new Promise((resolve) => {
    line.hear = (frame) => {
      if (frame.length === 1) resolve(true);
    };
    line.ws.addEventListener("close", () => resolve(false), { once: true });
    line.send(new Uint8Array([9]));
  });
}

async function run({ place, address, state, frames, perSecond }: Orders): Promise<number> {
  const garbage = new Garbage(seeded(11), address, state);
  const ready = Array.from({ length: frames }, () => garbage.next());
  const at = { ...place, wire: documentWire.hocuspocus(address), evict: () => Promise.resolve() };
  let [done, connections] = [0, 0];
  const start = performance.now();
  /** Three of the bad ones close a socket, so after each three it is asked whether it still answers: none is sent in vain. */
  const attacker = async (): Promise<void> => {
    let line: Line | null = null;
    while (done < frames) {
      if (!line) {
        line = await Line.open(at);
        connections += 1;
      }
      const some = ready.slice(done, done + 3);
      done += some.length;
      for (const frame of some) line.send(frame);
      if (!(await answers(line))) line = null;
      const early = start + (done / perSecond) * 1_000 - performance.now();
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, early)));
    }
    line?.close();
  };
  await Promise.all(Array.from({ length: attackers }, attacker));
  return connections;
}
parentPort?.postMessage(await run(workerData as Orders));
