/** The account's page in its room (ROOM-24): who edits which field, while the page is looked at and there is a network. */
import * as decoding from "lib0/decoding";
import * as encoding from "lib0/encoding";
import { limits } from "../../shared/kernel/limits.ts";
import { LineSocket } from "../data/line.ts";
import { mayReachCell } from "../data/network.ts";
import type { LocalData } from "../data/store.ts";
import { send } from "../data/wire.ts";
import { setEditors, type Editor } from "./here.ts";

const kinds = { auth: 2, stateless: 5 } as const;
const [retryMs, retryMostMs] = [2_000, 60_000];

/** Takes nothing of the page along: what a socket's end and its timers hold on to outlives the page by a while (SYNC-E3). */
export function joinPage(
  data: LocalData,
  account: string,
): { readonly say: (field: string) => void; readonly leave: () => void } {
  let socket: LineSocket | null = null;
  let isIn = false;
  let over = false;
  let field = "";
  let tries = 0;
  let again: ReturnType<typeof setTimeout> | undefined;
  let ping: ReturnType<typeof setInterval> | undefined;
  const onEditors = (of: readonly Editor[]): unknown => setEditors({ account, of });

  const frame = (kind: number, body: (to: encoding.Encoder) => void) => {
    socket?.send(
      encoding.encode((to) => {
        encoding.writeVarString(to, account);
        encoding.writeVarUint(to, kind);
        body(to);
      }),
    );
  };
  const tell = () => frame(kinds.stateless, (to) => encoding.writeVarString(to, field));
  const source = data.source(account);
  const token = async (): Promise<string> => {
    if (!source || source.link.url === "") return "";
    const response = await send(source.link, "/api/rooms/ticket", { accountId: account });
    if (!response.ok) throw new Error(`ticket ${response.status}`);
    return ((await response.json()) as { readonly ticket: string }).ticket;
  };
  const heard = (bytes: Uint8Array): void => {
    if (bytes.length === 1) return bytes[0] === 9 ? socket?.send(new Uint8Array([10])) : undefined;
    const from = decoding.createDecoder(bytes);
    if (decoding.readVarString(from) !== account) return;
    const kind = decoding.readVarUint(from);
    if (kind === kinds.auth) {
      isIn = decoding.readVarUint(from) === 2;
      tries = 0;
      if (!isIn) return leaveSocket(); // who is here is not for this member
      if (field) tell();
    } else if (kind === kinds.stateless) {
      const said = JSON.parse(decoding.readVarString(from)) as { readonly type?: string; readonly of?: readonly Editor[] };
      if (said.type === "editors") onEditors(said.of ?? []);
    }
  }; // prettier-ignore
  const leaveSocket = (): void => {
    clearTimeout(again);
    clearInterval(ping);
    const open = socket;
    socket = null;
    isIn = false;
    open?.close();
    onEditors([]);
  };
  const connect = (): void => {
    clearTimeout(again);
    if (over || socket || !source || !mayReachCell() || document.visibilityState !== "visible") return;
    const url = new URL(`${source.link.url}/rooms/${account}`, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const mine = (socket = new LineSocket(url));
    mine.binaryType = "arraybuffer";
    ping = setInterval(() => mine.readyState === WebSocket.OPEN && mine.send("ping"), limits.roomPingMs);
    mine.addEventListener("open", () => {
      void token().then(
        (ticket) =>
          socket === mine &&
          frame(kinds.auth, (to) => {
            encoding.writeVarUint(to, 0);
            encoding.writeVarString(to, ticket);
          }),
        () => mine.close(),
      );
    });
    mine.addEventListener("message", ({ data: said }) => {
      if (socket === mine && said instanceof ArrayBuffer) heard(new Uint8Array(said));
    });
    mine.addEventListener("close", ({ code }) => {
      if (socket !== mine) return;
      leaveSocket();
      if (code >= 4400 && code < 4500) return; // not to come back
      tries += 1;
      again = setTimeout(connect, Math.min(retryMostMs, retryMs * 2 ** tries));
    });
  };
  const look = (): void => (document.visibilityState === "visible" ? connect() : leaveSocket());
  document.addEventListener("visibilitychange", look);
  addEventListener("online", connect);
  connect();
  return {
    say: (next) => {
      field = next;
      if (isIn) tell();
    },
    leave: () => {
      over = true;
      document.removeEventListener("visibilitychange", look);
      removeEventListener("online", connect);
      leaveSocket();
    },
  };
}
