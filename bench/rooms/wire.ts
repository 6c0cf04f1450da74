/** What goes over each subject's sockets, and a client that speaks it: as light as can be, and the same for all. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import * as Y from "yjs";
import type { Place } from "./engine.ts";

export interface Wire {
  /** The document's name in a frame; empty where the socket says it. */
  readonly address: string;
  /** Sent when the socket opens; null: nothing has to be said. */
  readonly hello: Uint8Array | null;
  /** Asks for all of the document; null: there is no document. */
  readonly ask: Uint8Array | null;
  readonly update: (update: Uint8Array) => Uint8Array;
  /** The document in an answer to `ask`. */
  readonly answer: (frame: Uint8Array) => Uint8Array | null;
  /** Whether nothing of the document comes after this; null: all of it is in the answer. */
  readonly isEnd: ((frame: Uint8Array) => boolean) | null;
  /** A piece of the document behind the answer. */
  readonly piece: (frame: Uint8Array) => Uint8Array | null;
  readonly isReady: (frame: Uint8Array) => boolean;
  /** Whether this says that an update was taken: true; refused: false. */
  readonly status: (frame: Uint8Array) => boolean | null;
}
const framed = (head: (to: encoding.Encoder) => void) => {
  const sync = (step: number, body: Uint8Array): Uint8Array =>
    encoding.encode((to) => {
      head(to);
      encoding.writeVarUint(to, 0);
      encoding.writeVarUint(to, step);
      encoding.writeVarUint8Array(to, body);
    });
  return { ask: sync(0, new Uint8Array([0])), update: (update: Uint8Array) => sync(2, update) };
};
/** Reads a frame's type and what follows; `named` when the document's name stands before it. */
function read<T>(frame: Uint8Array, named: boolean, then: (type: number, from: decoding.Decoder) => T): T {
  const from = decoding.createDecoder(frame);
  if (named) decoding.readVarString(from);
  return then(decoding.readVarUint(from), from);
}
const syncOf = (step: number, named: boolean) => (frame: Uint8Array) =>
  read(frame, named, (type, from) =>
    (type === 0 || type === 4) && decoding.readVarUint(from) === step ? decoding.readVarUint8Array(from) : null,
  );
/** Our room sends the rest of a document behind the answer, and then asks for what the client has. */
export const isAsked = (frame: Uint8Array): boolean => syncOf(0, true)(frame) !== null;

export const documentWire = {
  raw: {
    address: "",
    isEnd: null,
    piece: () => null,
    hello: null,
    ask: null,
    update: (update) => update,
    answer: () => null,
    isReady: () => false,
    status: () => null,
  },
  party: {
    address: "",
    isEnd: null,
    piece: () => null,
    hello: null,
    ...framed(() => undefined),
    answer: syncOf(1, false),
    isReady: () => true,
    status: () => null,
  },
  hocuspocus: (name, isEnd = null) => ({
    isEnd,
    piece: syncOf(2, true),
    address: name,
    hello: encoding.encode((to) => {
      encoding.writeVarString(to, name);
      encoding.writeVarUint(to, 2);
      encoding.writeVarUint(to, 0);
      encoding.writeVarString(to, "");
      encoding.writeVarString(to, "4.8.0");
    }),
    ...framed((to) => encoding.writeVarString(to, name)),
    answer: syncOf(1, true),
    isReady: (frame) => read(frame, true, (type, from) => type === 2 && decoding.readVarUint(from) === 2),
    status: (frame) => read(frame, true, (type, from) => (type === 8 ? decoding.readVarUint(from) === 1 : null)),
  }),
} satisfies {
  readonly raw: Wire;
  readonly party: Wire;
  readonly hocuspocus: (name: string, isEnd?: Wire["isEnd"]) => Wire;
};

export class Line {
  readonly ws: WebSocket;
  readonly wire: Wire;
  /** Told of every frame. */
  hear: (frame: Uint8Array) => void = () => undefined;
  closedBy: number | null = null;

  private constructor({ url, headers, wire }: Place) {
    this.ws = new WebSocket(url, { headers } as never);
    this.wire = wire;
    this.ws.binaryType = "arraybuffer";
    this.ws.addEventListener("message", ({ data }) => {
      if (typeof data === "string") return;
      const frame = new Uint8Array(data as ArrayBuffer);
      // Our room asks after much whether it was read, and every client says so.
      if (frame.length === 1 && frame[0] === 9) this.send(new Uint8Array([10]));
      else this.hear(frame);
    });
    this.ws.addEventListener("close", ({ code }) => (this.closedBy = code));
  }
  /** Resolves when the socket may be written to. */
  static open(place: Place): Promise<Line> {
    const line = new Line(place);
    const { ws, wire } = line;
    return new Promise((resolve, reject) => {
      const failed = (): void => reject(new Error(`${place.url} does not open (${line.closedBy})`));
      ws.addEventListener("error", failed, { once: true });
      ws.addEventListener("close", failed, { once: true });
      ws.addEventListener("open", () => {
        if (!wire.hello) return resolve(line);
        line.hear = (frame) => {
          if (!wire.isReady(frame)) return;
          line.hear = () => undefined;
          resolve(line);
        };
        ws.send(wire.hello as Uint8Array<ArrayBuffer>);
      });
    });
  }
  send(frame: Uint8Array): void {
    this.ws.send(frame as Uint8Array<ArrayBuffer>);
  }
  close(): void {
    this.ws.close();
  }
}

/** A document as a newcomer gets it: milliseconds from the first byte of the connection to its last, and its updates. */
export async function fetchDocument(
  place: Place,
): Promise<{ readonly ms: number; readonly updates: readonly Uint8Array[] }> {
  const start = performance.now();
  const line = await Line.open(place);
  const { wire, ws } = line;
  const updates: Uint8Array[] = [];
  await new Promise<void>((resolve, reject) => {
    line.hear = (frame) => {
      const found = updates.length === 0 ? wire.answer(frame) : wire.piece(frame);
      if (found) updates.push(found);
      if (updates.length > 0 && (!wire.isEnd || wire.isEnd(frame))) resolve();
    };
    ws.addEventListener("close", () => reject(new Error("closed while the document was asked for")));
    if (wire.ask) line.send(wire.ask);
  });
  const ms = performance.now() - start;
  line.close();
  return { ms, updates };
}
export function documentOf(updates: readonly Uint8Array[]): Y.Doc {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, update);
  return doc;
}
