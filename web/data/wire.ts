/** The real wire: fetch and the poke socket of one cell. */
import { hubMessage } from "./messages.ts";
import type { Wire } from "./exchange.ts";
import { lineFetch, LineSocket } from "./line.ts";
import { refusalOf, WireError } from "./wire-error.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { hubProtocol, type PushAnswer } from "../../shared/sync/protocol.ts";

/** How to reach a cell. Ours by cookie; another one by the token that the home cell signs. */
export interface CellLink {
  readonly cell: string;
  readonly url: string; // origin; empty: this page's own
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  readonly fetch?: typeof fetch;
}

/**
 * A line that is up and says nothing would hold everything that waits behind this request (SYNC-Q2): it is given up, and
 * asking again is safe. What goes out counts too, since nobody sees how far it got.
 */
class Patience {
  private readonly end = new AbortController();
  private timer: ReturnType<typeof setTimeout> | null = null;
  get signal(): AbortSignal {
    return this.end.signal;
  }
  wait(bytesOut = 0): void {
    this.stop();
    const ms = limits.silenceMs + bytesOut / limits.slowestBytesPerMs;
    this.timer = setTimeout(() => this.end.abort(new DOMException("silence", "TimeoutError")), ms);
  }
  stop(): void {
    if (this.timer) clearTimeout(this.timer);
  }
}

async function post(link: CellLink, path: string, body: unknown, patience: Patience): Promise<Response> {
  const text = JSON.stringify(body);
  patience.wait(text.length);
  const headers = { "content-type": "application/json", ...(await link.headers?.()) };
  try {
    return await (link.fetch ?? lineFetch)(link.url + path, {
      method: "POST",
      headers,
      body: text,
      credentials: link.url === "" ? "same-origin" : "omit", // another cell takes the token alone
      signal: patience.signal,
    });
  } catch (error) {
    patience.stop();
    throw new WireError("retry", String(error));
  }
}
/** One whole answer. Throws `WireError` when the line gives none. */
export async function send(link: CellLink, path: string, body: unknown): Promise<Response> {
  const patience = new Patience();
  const response = await post(link, path, body, patience);
  const { status, statusText, headers } = response;
  const parts: BlobPart[] = [];
  for await (const part of chunks(response, patience)) parts.push(part);
  return new Response(parts.length > 0 ? new Blob(parts) : null, { status, statusText, headers });
}
/** An answer as it arrives; it is given up when it stops arriving. */
async function* chunks(response: Response, patience: Patience): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader();
  if (!reader) return patience.stop();
  try {
    for (;;) {
      patience.wait();
      const { done, value } = await reader.read();
      patience.stop(); // how long a page takes to be stored is not the line's fault
      if (done) return;
      yield value;
    }
  } catch (error) {
    throw new WireError("retry", String(error)); // cut: asking again is safe
  } finally {
    patience.stop();
    void reader.cancel().catch(() => undefined); // it ended, or nobody reads on
  }
}

export function fetchWire(link: CellLink): Wire {
  return {
    push: async (body) => {
      const response = await send(link, "/sync/push", body);
      if (!response.ok) throw await refusal(response);
      try {
        return (await response.json()) as PushAnswer;
      } catch (error) {
        throw new WireError("retry", String(error)); // some box on the way answered
      }
    },
    pull: async function* (body) {
      const patience = new Patience();
      const response = await post(link, "/sync/pull", body, patience);
      if (!response.ok) {
        patience.stop();
        throw await refusal(response);
      }
      const text = new TextDecoder();
      for await (const part of chunks(response, patience)) yield text.decode(part, { stream: true });
    },
  };
}

/** Only a code from the closed list means something; any other text is a fault to try again after. */
async function refusal(response: Response): Promise<WireError> {
  let code = "";
  try {
    const problem: unknown = await response.json();
    if (typeof problem === "object" && problem !== null && "code" in problem) code = String(problem.code);
  } catch {
    // a proxy's page, or nothing: the status alone speaks
  }
  return new WireError(refusalOf(response.status, code), `${response.status} ${code}`);
}
export interface HubSocket {
  /** Whether somebody looks at this device: else it hears of changes a little later. */
  look(seen: boolean): void;
  /** True: the hub says that there was nothing since its last poke. False: there was, or it does not say. */
  quiet(): Promise<boolean>;
  close(): void;
}
/**
 * Content-free pokes; reconnects with backoff and jitter, because a deploy drops all sockets at once. Another cell is
 * shown a ticket, as the socket's protocol: addresses get into logs.
 */
export function openHub(link: CellLink, device: string, on: (what: "poke" | "cut" | "open") => void): HubSocket {
  let socket: LineSocket | null = null;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let closed = false;
  let looked = true;
  let asking: ((quiet: boolean) => void) | null = null;
  const again = (): void => {
    asking?.(false);
    if (!closed) timer = setTimeout(connect, backoffMs((tries += 1)));
  };
  const address = (): URL => {
    const url = new URL(`${link.url}/sync/hub`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (!link.headers) url.searchParams.set("device", device);
    return url;
  };
  const protocols = async (): Promise<string[]> => {
    if (!link.headers) return [];
    const answer = await send(link, "/sync/hub/ticket", { device });
    if (!answer.ok) throw new WireError("retry", `ticket ${answer.status}`);
    return [hubProtocol, ((await answer.json()) as { readonly ticket: string }).ticket];
  };
  const connect = (): void => void protocols().then(join, again);
  const join = (shown: string[]): void => {
    if (closed) return;
    const opened = new LineSocket(address(), shown);
    socket = opened;
    opened.addEventListener("open", () => {
      tries = 0;
      if (!looked) opened.send("back");
      on("open");
    });
    opened.addEventListener("message", ({ data }) => {
      const message = hubMessage(data);
      asking?.(message?.t === "none");
      if (message && message.t !== "none") on(message.t);
    });
    opened.addEventListener("close", () => {
      if (socket !== opened) return;
      socket = null;
      again();
    });
  };
  connect();
  return {
    look: (seen) => {
      if (seen === looked) return;
      looked = seen;
      if (socket?.readyState === WebSocket.OPEN) socket.send(seen ? "front" : "back");
    },
    quiet: () =>
      new Promise((resolve) => {
        if (socket?.readyState !== WebSocket.OPEN) return resolve(false);
        const asked = socket;
        const late = setTimeout(() => {
          answer(false);
          asked.close(); // nobody at the other end
        }, limits.askHubMs);
        const answer = (quiet: boolean): void => {
          clearTimeout(late);
          if (asking === answer) asking = null;
          resolve(quiet);
        };
        asking = answer;
        asked.send("?");
      }),
    close: () => {
      closed = true;
      asking?.(false);
      if (timer) clearTimeout(timer);
      socket?.close();
    },
  };
}
/** 0.5 to 15 s, spread evenly so that thousands of devices do not come back in one second. */
export const backoffMs = (tries: number, random: () => number = Math.random): number =>
  500 + random() * Math.min(14_500, 500 * 2 ** Math.min(tries, 10));
