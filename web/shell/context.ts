import { type Accessor, batch, createContext, createMemo, createRoot, createSignal, useContext } from "solid-js";
import type { Rooms } from "../data/rooms.ts";
import { mayReachCell } from "../data/network.ts";
import type { LocalData } from "../data/store.ts";
import { displayName } from "../i18n/person.ts";

/** What to log: of which account, or which activity to fill in. Nothing: the account is suggested. */
export interface LogAsk {
  readonly account?: string | undefined;
  readonly activity?: string | undefined;
}
/** What every screen has: the local copy and names for the ids in it. */
export interface Session {
  readonly data: LocalData;
  /** Filled when the first note is opened. */
  readonly rooms: { current?: Rooms };
  /** Set while this tab itself signs out: it must stay until that is done. */
  leaving: boolean;
  readonly offline: Accessor<boolean>;
  /** *Needs attention* is open; any screen may open it. */
  readonly tray: Accessor<boolean>;
  readonly showTray: (open: boolean) => void;
  /** Something is being logged; any screen may begin. */
  readonly log: Accessor<LogAsk | null>;
  readonly showLog: (ask: LogAsk | null) => void;
  /** Notices that were not looked at: told by what works them out, once that is here. */
  readonly newNotices: Accessor<number>;
  /** Comments that name this member and wait for an answer; known with the notices. */
  readonly mentions: Accessor<number>;
  readonly tellNew: (fresh: number, mentions: number) => void;
  readonly memberName: (id: string | null | undefined) => string;
  readonly regionName: (id: string | null | undefined) => string;
}
export const SessionContext = createContext<Session>();

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("a screen outside the session");
  return session;
}

export function makeSession(data: LocalData): Session {
  const memberRows = data.list("member", () => ({}));
  const regionRows = data.list("region", () => ({}));
  const members = createMemo(() => new Map(memberRows().map((row) => [row.id, displayName(row)])));
  const regions = createMemo(() => new Map(regionRows().map((row) => [row.id, row.name ?? ""])));
  const [tray, setTray] = createSignal(false);
  const [newNotices, setNew] = createSignal(0);
  const [mentions, setMentions] = createSignal(0);
  const [log, setLog] = createSignal<LogAsk | null>(null);
  return {
    data,
    tray,
    showTray: (open) => void setTray(open),
    log,
    newNotices,
    mentions,
    tellNew: (fresh, named) =>
      batch(() => {
        setNew(fresh);
        setMentions(named);
      }),
    showLog: (ask) => void setLog(ask),
    rooms: {},
    leaving: false,
    offline: createMemo(() => data.sync().state === "offline" || !networkIsUp()),
    memberName: (id) => (id ? (members().get(id) ?? (id === data.me.member ? data.me.name : "")) : ""),
    regionName: (id) => (id ? (regions().get(id) ?? "") : ""),
  };
}

export { now } from "./clock.ts";
export const networkIsUp = createRoot(() => {
  const [value, set] = createSignal(mayReachCell());
  addEventListener("online", () => set(true));
  addEventListener("offline", () => set(false));
  return value;
});
/** Phone width: other bars, other rows. */
export const isPhone = createRoot(() => {
  const query = matchMedia("(max-width: 45rem)");
  const [value, set] = createSignal(query.matches);
  query.addEventListener("change", () => set(query.matches));
  return value;
});
