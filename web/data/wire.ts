/** The real wire: fetch and the poke socket of one cell. */
import { hubMessage } from "./messages.ts";
import type { Wire } from "./exchange.ts";
import { refusalOf, WireError } from "./wire-error.ts";
import type { PushAnswer } from "../../shared/sync/protocol.ts";

/** How to reach a cell. Ours by cookie; another one by the token that the home cell signs. */
export interface CellLink {
  readonly cell: string;
  readonly url: string; // origin; empty: this page's own
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  readonly fetch?: typeof fetch;
}

export async function send(link: CellLink, path: string, body: unknown, signal?: AbortSignal): Promise<Response> {
  const headers = { "content-type": "application/json", ...(await link.headers?.()) };
  try {
    return await (link.fetch ?? fetch)(link.url + path, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      credentials: link.url === "" ? "same-origin" : "omit", // another cell takes the token alone
      ...(signal ? { signal } : {}),
    });
  } catch (error) {
    throw new WireError("retry", String(error));
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
        throw new WireError("retry", String(error)); // the answer was cut: asking again is safe
      }
    },
    pull: async function* (body) {
      const response = await send(link, "/sync/pull", body);
      if (!response.ok || !response.body) throw await refusal(response);
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) return;
          yield value;
        }
      } catch (error) {
        throw new WireError("retry", String(error));
      } finally {
        void reader.cancel().catch(() => undefined); // it ended, or nobody reads on
      }
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
  close(): void;
}
/** Content-free pokes; reconnects with backoff and jitter, because a deploy drops all sockets at once. */
export function openHub(link: CellLink, device: string, on: (what: "poke" | "cut" | "open") => void): HubSocket {
  let socket: WebSocket | null = null;
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | null = null;
  let closed = false;
  const connect = (): void => {
    const url = new URL(`${link.url}/sync/hub`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    url.searchParams.set("device", device);
    const opened = new WebSocket(url);
    socket = opened;
    opened.addEventListener("open", () => {
      tries = 0;
      on("open");
    });
    opened.addEventListener("message", ({ data }) => {
      const message = hubMessage(data);
      if (message) on(message.t);
    });
    opened.addEventListener("close", () => {
      if (closed || socket !== opened) return;
      timer = setTimeout(connect, backoffMs((tries += 1)));
    });
  };
  connect();
  return {
    close: () => {
      closed = true;
      if (timer) clearTimeout(timer);
      socket?.close();
    },
  };
}
/** 0.5 to 15 s, spread evenly so that thousands of devices do not come back in one second. */
export const backoffMs = (tries: number, random: () => number = Math.random): number =>
  500 + random() * Math.min(14_500, 500 * 2 ** Math.min(tries, 10));
