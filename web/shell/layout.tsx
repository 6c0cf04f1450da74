import { A, useLocation, useNavigate, type RouteSectionProps } from "@solidjs/router";
import Ellipsis from "lucide-solid/icons/ellipsis";
import PanelLeft from "lucide-solid/icons/panel-left";
import Plus from "lucide-solid/icons/plus";
import SearchIcon from "lucide-solid/icons/search";
import {
  createMemo,
  createSignal,
  ErrorBoundary,
  For,
  lazy,
  mapArray,
  Show,
  Suspense,
  type JSX,
  type ParentProps,
} from "solid-js";
import "../commands/early.ts";
import { number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { waitsForMe } from "../approvals/model.ts";
import { paths } from "../paths.ts";
import { buttonClass } from "../ui/button.tsx";
import { Empty } from "../ui/bits.tsx";
import { ToastRegion } from "../ui/toast.tsx";
import { isPhone, now, useSession } from "./context.ts";
import css from "./layout.module.css";
import { Mark } from "./mark.tsx";
import { MemberMenu } from "./member-menu.tsx";
import { places, type Place } from "./nav.tsx";
import { recent } from "./recent.ts";
import { SyncChip } from "./sync-chip.tsx";
import { AsOf, StaleNote } from "./freshness.tsx";
import { isBoth, syncWords } from "./sync-words.ts";
import { applyUpdate, updateReady } from "./update.ts";

// What opens on demand comes on demand.
const Tray = lazy(async () => ({ default: (await import("./tray.tsx")).Tray }));
const PracticeBar = lazy(async () => ({ default: (await import("../settings/practice.tsx")).PracticeBar }));
const Outbox = lazy(async () => ({ default: (await import("./outbox.tsx")).Outbox }));
const SearchDialog = lazy(async () => ({ default: (await import("../search/dialog.tsx")).SearchDialog }));
const DiskBanner = lazy(async () => ({ default: (await import("./disk-banner.tsx")).DiskBanner }));
const Asides = lazy(async () => ({ default: (await import("./asides.tsx")).Asides }));
const General = lazy(async () => ({ default: (await import("../commands/general.tsx")).General }));
const NoticeBell = lazy(async () => ({ default: (await import("../notices/bell.tsx")).NoticeBell }));
const GovernLinks = lazy(async () => ({ default: (await import("../access/links.tsx")).GovernLinks }));
const LogSheet = lazy(async () => ({ default: (await import("./log-sheet.tsx")).LogSheet }));

const shortcut = navigator.platform.startsWith("Mac") ? "⌘ K" : "Ctrl K";
const [collapsed, setCollapsed] = createSignal(false);

/** What stands round every screen: navigation, the state of sync, what needs attention, and messages. */
export function Layout(props: RouteSectionProps): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const location = useLocation();
  const [search, setSearch] = createSignal(false);

  const accounts = data.count("account", () => ({}));
  const offered = data.count("handoff", () => ({
    where: ({ state, toTeam, toMember }) =>
      state === "offered" && (toTeam ? data.me.teams.includes(toTeam) : toMember === data.me.member),
  }));
  const deciding = data.count("approval", () => {
    const at = now();
    return { where: (row) => waitsForMe(row, data.me, at, data) };
  });
  const waiting = () => offered() + deciding() + session.mentions();
  /** How many stand at a screen's name; `on`: they wait for somebody. */
  const counts: { readonly [id in Place["id"]]?: { readonly of: () => number; readonly on?: boolean } } = {
    today: { of: waiting, on: true },
    accounts: { of: accounts },
  };
  /** The account that one looks at, or whose row has the focus. */
  const here = () =>
    location.pathname.startsWith("/accounts/")
      ? location.pathname.split("/")[2]
      : document.activeElement?.closest<HTMLElement>("[data-account]")?.dataset["account"] || undefined;

  const showNotices = () => navigate(`${location.pathname}?notices=open`);
  const bothCount = () => data.attention().filter(isBoth).length;
  const chip = (bare: boolean) => (
    <SyncChip bare={bare} sync={data.sync()} both={bothCount()} zone={data.me.zone}>
      <Suspense>
        <Outbox onTray={() => session.showTray(true)} />
      </Suspense>
    </SyncChip>
  );

  return (
    <div class={css.shell} classList={{ [css.collapsed ?? ""]: collapsed() }}>
      <a class={css.skip} href="#main">
        {t("app.skip")}
      </a>
      <Show when={!isPhone() && !collapsed()}>
        <aside class={css.sidebar}>
          <div class={css.brand}>
            <Mark />
            <span class={css.word}>{t("app.name")}</span>
            <button
              type="button"
              class={buttonClass({ look: "quiet", square: true, small: true })}
              aria-label={t("nav.collapse")}
              title="["
              onClick={() => setCollapsed(true)}
            >
              <PanelLeft size={16} />
            </button>
          </div>
          <nav class={css.nav} aria-label={t("nav.label")}>
            <button type="button" class={css.link} aria-keyshortcuts="Control+K Meta+K" onClick={() => setSearch(true)}>
              <SearchIcon size={16} />
              <span>{t("search.title")}</span>
              <kbd class={css.count}>{shortcut}</kbd>
            </button>
            <For each={places}>
              {(place) => (
                <A class={css.link} href={place.path} end={place.end}>
                  <place.icon size={16} />
                  <span>{t(`nav.${place.id}`)}</span>
                  <Show when={counts[place.id]?.of()}>
                    {(count) => (
                      <span class={css.count} classList={{ num: true, [css.countOn ?? ""]: counts[place.id]?.on }}>
                        {number(count(), locale())}
                      </span>
                    )}
                  </Show>
                </A>
              )}
            </For>
            <Suspense>
              <GovernLinks />
            </Suspense>
          </nav>
          <Recent />
          <div class={css.foot}>
            <Suspense>
              <NoticeBell onOpen={showNotices} />
            </Suspense>
            <Show when={updateReady()}>
              <button
                type="button"
                class={`${css.update} ${buttonClass({ small: true, wide: true })}`}
                title={t("update.body")}
                onClick={() => applyUpdate()}
              >
                {t("update.ready")}
              </button>
            </Show>
            {chip(false)}
            <MemberMenu />
          </div>
        </aside>
      </Show>
      <div class={css.body}>
        <Suspense>
          <PracticeBar />
        </Suspense>
        <Show when={data.sync().disk !== undefined || data.lostCopy() !== null}>
          <Suspense>
            <DiskBanner />
          </Suspense>
        </Show>
        <OfflineBanner />
        <main id="main" class={css.main} tabindex="-1">
          <ErrorBoundary fallback={(error: unknown) => <Stopped error={error} />}>
            <Suspense fallback={<div class={css.main} aria-busy="true" />}>{props.children}</Suspense>
          </ErrorBoundary>
        </main>
        <Show when={isPhone()}>
          <nav class={css.phoneBar} aria-label={t("nav.label")}>
            <For each={places.filter(({ inBar }) => inBar).slice(0, 2)}>
              {(place) => (
                <A class={css.tab} href={place.path} end={place.end}>
                  <place.icon size={20} />
                  {t(`nav.${place.id}`)}
                </A>
              )}
            </For>
            <button type="button" class={css.tab} onClick={() => session.showLog({ account: here() })}>
              <span class={css.plus}>
                <Plus size={20} />
              </span>
              <span class="sr">{t("nav.log")}</span>
            </button>
            <For
              each={places.filter(({ inBar }) => inBar).slice(2)}
              fallback={
                <button type="button" class={css.tab} onClick={() => setSearch(true)}>
                  <SearchIcon size={20} />
                  {t("search.title")}
                </button>
              }
            >
              {(place) => (
                <A class={css.tab} href={place.path} end={place.end}>
                  <place.icon size={20} />
                  {t(`nav.${place.id}`)}
                </A>
              )}
            </For>
            <MemberMenu
              onNotices={showNotices}
              onSearch={places.filter(({ inBar }) => inBar).length > 2 ? () => setSearch(true) : undefined}
              phone={
                <>
                  <Ellipsis size={20} />
                  {t("nav.more")}
                  <span
                    class={css.more}
                    classList={{
                      [css[syncWords(data.sync(), "", bothCount()).tone] ?? ""]: session.newNotices() === 0,
                      [css.fresh ?? ""]: session.newNotices() > 0,
                    }}
                  />
                </>
              }
            />
          </nav>
        </Show>
      </div>
      <Show when={isPhone() || collapsed()}>
        <div class={css.corner}>{chip(true)}</div>
      </Show>
      <Suspense>
        <Asides />
        <General here={here} onSearch={() => setSearch(true)} onSidebar={() => setCollapsed((now) => !now)} />
      </Suspense>
      <Suspense>
        <Show when={session.tray()}>
          <Tray open onClose={() => session.showTray(false)} />
        </Show>
        <Show when={search() && !data.locked()}>
          <SearchDialog onClose={() => setSearch(false)} />
        </Show>
        <Show when={session.log()}>{(ask) => <LogSheet ask={ask()} onClose={() => session.showLog(null)} />}</Show>
      </Suspense>
      <ToastRegion />
    </div>
  );
}

function Recent(): JSX.Element {
  const { data } = useSession();
  const ids = createMemo(recent);
  const rows = mapArray(ids, (id) => data.record("account", () => id));
  const shown = createMemo(() => rows().flatMap((row) => row() ?? []));
  return (
    <Show when={shown().length > 0} fallback={<div class={css.recent} />}>
      <nav class={css.recent} aria-label={t("nav.recent")}>
        <h2 class={css.heading}>{t("nav.recent")}</h2>
        <For each={shown()}>
          {(row) => (
            <A class={css.link} href={paths.account(row.id)}>
              <span class="clip">{row.name}</span>
            </A>
          )}
        </For>
      </nav>
    </Show>
  );
}

function OfflineBanner(): JSX.Element {
  const session = useSession();
  const ended = () => session.data.sync().state === "signed_out";
  return (
    <Show when={ended() || session.offline()}>
      <p class={css.banner} role="status">
        <Show
          when={ended()}
          fallback={
            <>
              {t("sync.offlineLong")} <StaleNote />
            </>
          }
        >
          {t("sync.signedOutLong")}{" "}
          <A class={css.again} href={paths.signIn}>
            {t("signin.title")}
          </A>
        </Show>
      </p>
    </Show>
  );
}
function Stopped(props: { readonly error: unknown }): JSX.Element {
  console.error(props.error);
  return (
    <Empty
      big
      act={
        <button type="button" class={buttonClass({})} onClick={() => location.reload()}>
          {t("app.reload")}
        </button>
      }
    >
      {t("app.failed")}
    </Empty>
  );
}

/** The bar on top of a screen: title, how many, tools; on a phone a way back. */
export function PageBar(
  props: ParentProps<{
    readonly title?: string;
    readonly count?: number | undefined;
    readonly start?: JSX.Element;
    readonly after?: JSX.Element;
  }>,
): JSX.Element {
  return (
    <header class={css.bar}>
      <Show when={collapsed() && !isPhone()}>
        <button
          type="button"
          class={buttonClass({ look: "quiet", square: true, small: true })}
          aria-label={t("nav.expand")}
          title="["
          onClick={() => setCollapsed(false)}
        >
          <PanelLeft size={16} />
        </button>
      </Show>
      {props.start}
      <Show when={props.title}>
        <h1 class={css.title}>{props.title}</h1>
      </Show>
      <Show when={props.count !== undefined}>
        <span class={`${css.titleCount} num`}>{number(props.count ?? 0, locale())}</span>
      </Show>
      {props.after}
      <AsOf />
      <div class={css.tools}>{props.children}</div>
    </header>
  );
}
