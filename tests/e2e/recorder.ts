/**
 * A wire between one browser and the cell that keeps every byte that came down it: bodies, headers and socket frames,
 * also those of service workers, of streams that were broken off and of pages that have gone. It can be cut.
 */
import { createServer, request, type IncomingMessage, type Server as HttpServer } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

export class Recorder {
  private readonly port: number;
  private readonly server: HttpServer;
  private readonly lines = new Set<Socket>();
  private readonly answers: Uint8Array[][] = [];
  private readonly frames: Uint8Array[][] = [];
  private isUp = true;

  private constructor(server: HttpServer, port: number) {
    this.server = server;
    this.port = port;
  }

  static async start(cellPort: number): Promise<Recorder> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const recorder = new Recorder(server, (server.address() as AddressInfo).port);
    server.on("connection", (line) => recorder.hold(line));
    server.on("request", (asked, answer) => {
      const { "accept-encoding": _, ...headers } = asked.headers; // what is compressed could not be searched
      const ask = { host: "127.0.0.1", port: cellPort, method: asked.method, path: asked.url, headers, agent: false };
      const forward = request(ask, (from) => {
        const kept: Uint8Array[] = [Buffer.from(from.rawHeaders.join("\n"))];
        recorder.answers.push(kept);
        answer.writeHead(from.statusCode ?? 502, from.rawHeaders);
        from.on("data", (bytes: Buffer) => kept.push(bytes));
        from.on("error", () => answer.destroy());
        from.pipe(answer);
      });
      forward.on("error", () => answer.destroy());
      answer.on("close", () => forward.destroy());
      asked.pipe(forward);
    });
    server.on("upgrade", (asked: IncomingMessage, line: Socket) => {
      const kept: Uint8Array[] = [];
      recorder.frames.push(kept);
      const onward = connect(cellPort, "127.0.0.1");
      recorder.hold(onward);
      const pairs: [Socket, Socket][] = [[line, onward], [onward, line]]; // prettier-ignore
      for (const [end, other] of pairs) {
        end.on("error", () => other.destroy());
        end.on("close", () => other.destroy());
      }
      const head = [`GET ${asked.url} HTTP/1.1`];
      for (let n = 0; n < asked.rawHeaders.length; n += 2)
        if (asked.rawHeaders[n]?.toLowerCase() !== "sec-websocket-extensions") head.push(`${asked.rawHeaders[n]}: ${asked.rawHeaders[n + 1]}`); // prettier-ignore
      onward.write(`${head.join("\r\n")}\r\n\r\n`, "latin1");
      onward.on("data", (bytes: Buffer) => kept.push(bytes));
      line.pipe(onward);
      onward.pipe(line);
    });
    return recorder;
  }
  private hold(line: Socket): void {
    if (!this.isUp) return void line.destroy();
    this.lines.add(line);
    line.on("close", () => this.lines.delete(line));
  }

  /** The cell's address for this browser alone. */
  get url(): string {
    return `http://localhost:${this.port}`;
  }
  /** The cable is out: what is open breaks, what is new is refused. */
  cut(): void {
    this.isUp = false;
    for (const line of this.lines) line.destroy();
  }
  join(): void {
    this.isUp = true;
  }
  http(): Buffer {
    return together(this.answers);
  }
  sockets(): Buffer {
    return together(this.frames);
  }
  async stop(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
const together = (streams: readonly (readonly Uint8Array[])[]): Buffer =>
  Buffer.concat(streams.flatMap((stream) => [...stream, Buffer.from("\0")]));

/** Every form in which a text can lie in bytes: UTF-8, UTF-16, hex, and base64 at each of the three offsets. */
export function formsOf(text: string): Buffer[] {
  const bytes = Buffer.from(text);
  const wide = Buffer.from(text, "utf16le");
  const texts = [bytes.toString("hex")];
  for (const offset of [0, 1, 2]) {
    const coded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString("base64")
      .replace(/=+$/, "");
    const sure = coded.slice(offset === 0 ? 0 : offset + 1, (offset + bytes.length) % 3 === 0 ? undefined : -1);
    texts.push(sure, sure.replaceAll("+", "-").replaceAll("/", "_"));
  }
  return [bytes, wide, Buffer.from(wide).swap16(), ...texts.map((one) => Buffer.from(one))];
}
export const holds = (bytes: Buffer, text: string): boolean => formsOf(text).some((form) => bytes.includes(form));
