import { createContext, createMemo, createRoot, createSignal, useContext, type Accessor } from "solid-js";
import type { Rooms } from "../data/rooms.ts";
import { mayReachCell } from "../data/network.ts";
import type { LocalData } from "../data/store.ts";
import { displayName } from "../i18n/person.ts";

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
  return {
    data,
    tray,
    showTray: (open) => void setTray(open),
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

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** Guards a shortcut: never while typing, never during an input method, never under a dialog or menu. */
export function quietly(run: (event: KeyboardEvent) => void): (event: KeyboardEvent) => void {
  return (event) => {
    if (event.defaultPrevented || event.isComposing || typing(event.target)) return;
    if (document.querySelector('[role="dialog"],[role="menu"]')) return;
    run(event);
  };
}
