import { Navigate, useLocation, type RouteSectionProps } from "@solidjs/router";
import { createResource, lazy, Match, onCleanup, Show, Suspense, Switch, type JSX } from "solid-js";
import type { Session } from "../data/session.ts";
import type { LocalData } from "../data/store.ts";
import { locale, localeIsChosen, setLocale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { makeSession, SessionContext } from "./context.ts";
import { Layout } from "./layout.tsx";
import { keepRecent } from "./recent.ts";
import { dropToasts } from "../ui/toast.tsx";

const LeaseOver = lazy(() => import("../lock/lease-over.tsx"));

const Unlock = lazy(() => import("../lock/unlock.tsx"));

type Opened =
  | { readonly state: "signed_out" | "unreachable" }
  /** Sealed on this device, or to be sealed before anything comes. */
  | { readonly state: "closed"; readonly session: Session }
  | { readonly state: "signed_in"; readonly data: LocalData };

/** Of the member who opened the lock; gone with the page. */
let opened: { readonly member: string; readonly key: CryptoKey } | undefined;

async function open(): Promise<Opened> {
  // The engine of the local copy is fetched beside the first paint, not before it.
  const [{ loadSession, lockMark }, { createData }] = await Promise.all([
    import("../data/session.ts"),
    import("../data/store.ts"),
  ]);
  const loaded = await loadSession();
  if (loaded.state !== "signed_in") return loaded;
  const { session } = loaded;
  if (!localeIsChosen()) await setLocale(session.me.locale);
  const { me, slice } = session;
  if (slice.lockMinutes === undefined && localStorage.getItem(lockMark(me.member)) === null)
    return { state: "signed_in", data: await createData(session, locale) };
  const { keyOfOtherTab, sealed, stayOpen } = await import("../lock/open.ts");
  const key = opened?.member === me.member ? opened.key : await keyOfOtherTab(me.member);
  if (!key) return { state: "closed", session };
  const data = await createData(session, locale, (disk) => sealed(disk, key), key);
  stayOpen(me.member, key, slice.lockMinutes);
  return { state: "signed_in", data };
}

/** Everything behind the sign-in: opens the local copy, with or without a network, then the screens. */
export function Inside(props: RouteSectionProps): JSX.Element {
  const location = useLocation();
  const [state, { refetch }] = createResource(open);
  const closed = () => {
    const now = state();
    return now?.state === "closed" ? now.session : undefined;
  };
  const data = () => {
    const now = state();
    return now?.state === "signed_in" ? now.data : undefined;
  };
  return (
    <Switch>
      <Match when={state.error !== undefined || state()?.state === "unreachable"}>
        <Empty big title={t("app.name")} act={<Button onClick={() => void refetch()}>{t("act.retry")}</Button>}>
          {state.error === undefined ? t("signin.unreachable") : t("app.failed")}
        </Empty>
      </Match>
      <Match when={state()?.state === "signed_out"}>
        <Navigate href={`${paths.signIn}?next=${encodeURIComponent(location.pathname + location.search)}`} />
      </Match>
      <Match when={closed()}>
        {(session) => (
          <Suspense>
            <Unlock
              session={session()}
              onOpen={(key) => {
                opened = { member: session().me.member, key };
                void refetch();
              }}
            />
          </Suspense>
        )}
      </Match>
      <Match when={data()}>{(local) => <Present {...props} data={local()} />}</Match>
    </Switch>
  );
}

function Present(props: RouteSectionProps & { readonly data: LocalData }): JSX.Element {
  const session = makeSession(props.data);
  onCleanup(() => {
    session.rooms.current?.close();
    props.data.close();
  });
  // What was said about a record, or is listed as opened lately, goes with it (SYNC-E3).
  props.data.onForget(() => {
    dropToasts();
    if (props.data.sync().state !== "first_sync")
      keepRecent((id) => props.data.source(id)?.replica.record(id) !== undefined);
  });
  props.data.onEnd(() => {
    if (!session.leaving) window.location.assign(paths.signIn);
  });
  return (
    <SessionContext.Provider value={session}>
      {/* Instead of the screens, not over them: nothing of the copy stays in the page. */}
      <Show
        when={!props.data.locked()}
        fallback={
          <Suspense>
            <LeaseOver />
          </Suspense>
        }
      >
        <Layout {...props} />
      </Show>
    </SessionContext.Provider>
  );
}
