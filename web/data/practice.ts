/**
 * Weak-signal practice: the product's own requests and sockets over a line as bad as in the field, so that a team can
 * rehearse before it goes there (docs/spec/sync.md, SYNC-Q1). Nothing else is replaced: what holds here holds outside.
 * Of this browser profile only; all its tabs follow, because any of them may be the one that sends.
 */
import { setLine, type LineSocket, type Practised } from "./line.ts";

export const lines = ["slow", "flaky", "pretend", "cut"] as const;
/** `slow`: delay and little throughput. `flaky`: requests and answers get lost, sockets break off. `pretend`: connects
 * and never answers. `cut`: no network. `off`: no practice. */
export type Line = "off" | (typeof lines)[number];

const practiceMs = 30 * 60_000;
const delayMs = 400;
const bytesPerMs = 6.25; // 50 kbit/s
const lossPct = 30;
const socketLifeMs = 20_000;

interface State {
  readonly line: Line;
  readonly until: number; // device clock, UTC ms
}
const none: State = { line: "off", until: 0 };
let state = none;
let ending: ReturnType<typeof setTimeout> | null = null;
let acts = 0;
let kept = 0;
const listeners = new Set<(line: Line) => void>();
/** What hangs on a line that never answers, to be let go of when the line changes. */
const hanging = new Set<() => void>();

export const line = (): Line => state.line;
export function onLine(listener: (line: Line) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
/** What this tab's member did since the practice began, and how much of it this device kept. */
export const tally = (): { readonly acts: number; readonly kept: number } => ({ acts, kept });

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("baton-practice");
if (channel) {
  channel.onmessage = ({ data }: MessageEvent<unknown>) => {
    if (data === "which") {
      if (state.line !== "off") channel.postMessage(state);
    } else if (isState(data)) take(data);
  };
  channel.postMessage("which"); // a tab that opens, or reloads, beside one that practises
}
const isState = (data: unknown): data is State =>
  typeof data === "object" &&
  data !== null &&
  "line" in data &&
  (data.line === "off" || (lines as readonly unknown[]).includes(data.line)) &&
  "until" in data &&
  typeof data.until === "number";

/** Begins, changes or ends the practice, in every tab. It ends by itself after half an hour. */
export function practise(next: Line): void {
  const said = next === "off" ? none : { line: next, until: Date.now() + practiceMs };
  channel?.postMessage(said);
  take(said);
}
function take(next: State): void {
  if (next.line === state.line && next.until === state.until) return; // told twice
  if (next.line !== "off" && next.until <= Date.now()) return;
  if (state.line === "off") acts = kept = 0;
  state = next;
  if (ending) clearTimeout(ending);
  ending = next.line === "off" ? null : setTimeout(() => take(none), next.until - Date.now());
  for (const letGo of [...hanging]) letGo();
  setLine(next.line === "off" ? null : practised(next.line));
  for (const listener of listeners) listener(state.line);
}

const wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const noNetwork = (): TypeError => new TypeError("No network (practice)");

const practised = (now: Exclude<Line, "off">): Practised => ({
  fetch: (input, init) => ways[now](input, init),
  socket: (socket) => roughen(socket, now),
  act: (isKept) => {
    acts += 1;
    if (isKept) kept += 1;
  },
});

type Way = (input: string, init: RequestInit) => Promise<Response>;
const ways: Record<Exclude<Line, "off">, Way> = {
  cut: () => Promise.reject(noNetwork()),
  /** A request that hangs ends with its own signal, or with the practice. */
  pretend: (_input, { signal }) =>
    new Promise((_, reject) => {
      const letGo = (): void => {
        hanging.delete(letGo);
        reject(signal?.aborted ? (signal.reason as Error) : noNetwork());
      };
      hanging.add(letGo);
      if (signal?.aborted) letGo();
      signal?.addEventListener("abort", letGo, { once: true });
    }),
  flaky: async (input, init) => {
    const fate = Math.random() * 100;
    if (fate < lossPct / 2) throw noNetwork(); // it never arrived
    const answer = await fetch(input, init);
    if (fate >= lossPct) return answer;
    await answer.body?.cancel(); // it took effect, and nobody was told
    throw noNetwork();
  },
  slow: async (input, init) => {
    const sent = typeof init.body === "string" ? init.body.length : 0;
    await wait(delayMs + sent / bytesPerMs);
    const answer = await fetch(input, init);
    const body = answer.body?.pipeThrough(
      new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
        transform: async (chunk, to) => {
          if (state.line === "slow") await wait(chunk.byteLength / bytesPerMs);
          to.enqueue(chunk);
        },
      }),
    );
    const { status, statusText, headers } = answer;
    return new Response(body ?? null, { status, statusText, headers });
  },
};

/** A socket over the line: its messages come late or never, or it breaks off. */
function roughen(socket: LineSocket, now: Exclude<Line, "off">): (send: () => void) => void {
  const late = new WeakSet<Event>();
  const isOpen = (): boolean => socket.readyState === WebSocket.OPEN;
  if (now === "cut") socket.close();
  if (now === "flaky") {
    const ending = setTimeout(() => socket.close(), socketLifeMs);
    socket.addEventListener("close", () => clearTimeout(ending));
  }
  if (now === "slow" || now === "pretend")
    socket.addEventListener("message", (event) => {
      if (late.has(event)) return;
      event.stopImmediatePropagation();
      if (now === "pretend") return;
      setTimeout(() => {
        const again = new MessageEvent("message", { data: event.data as unknown });
        late.add(again);
        if (isOpen()) socket.dispatchEvent(again);
      }, delayMs);
    });
  return (send) => {
    if (now === "pretend") return;
    if (now === "slow") setTimeout(() => isOpen() && send(), delayMs);
    else send();
  };
}
