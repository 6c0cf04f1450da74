/**
 * The one way out of this tab: every request and socket of pull, push, rooms, uploads and online lists goes through
 * here, so that a bad line can be practised with the real code (SYNC-Q1). The practice itself comes on demand
 * (practice.ts); without it this adds nothing.
 */
type Data = Parameters<WebSocket["send"]>[0];
/** A line that is practised, as what goes over it meets it. */
export interface Practised {
  fetch(input: string, init: RequestInit): Promise<Response>;
  /** A socket that opens under it; answers how its sends go out. */
  socket(socket: LineSocket): (send: () => void) => void;
  /** An act of the member: whether this device kept it. */
  act(kept: boolean): void;
}
let practised: Practised | null = null;
const sockets = new Set<LineSocket>();

/** Puts a practised line under everything, or takes it away. What is open breaks off: a line does not change quietly. */
export function setLine(next: Practised | null): void {
  practised = next;
  for (const socket of sockets) socket.close();
}
export const lineFetch = (input: string, init: RequestInit = {}): Promise<Response> =>
  practised ? practised.fetch(input, init) : fetch(input, init);
export const isPractised = (): boolean => practised !== null;
export const noteAct = (kept: boolean): void => practised?.act(kept);

export class LineSocket extends WebSocket {
  private readonly pass: ((send: () => void) => void) | undefined;

  constructor(url: string | URL, protocols: string[] = []) {
    super(url, protocols);
    sockets.add(this);
    this.addEventListener("close", () => sockets.delete(this));
    this.pass = practised?.socket(this);
  }
  override send(data: Data): void {
    if (this.pass) this.pass(() => super.send(data));
    else super.send(data);
  }
}
