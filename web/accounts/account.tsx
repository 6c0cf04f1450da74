import { A, useNavigate, useParams } from "@solidjs/router";
import ChevronLeft from "lucide-solid/icons/chevron-left";
import {
  createEffect,
  createMemo,
  createSignal,
  lazy,
  on,
  onCleanup,
  Show,
  Suspense,
  Switch,
  Match,
  For,
  type JSX,
} from "solid-js";
import { useCommands } from "../commands/registry.ts";
import type { CommandId } from "../commands/table.ts";
import type { Row } from "../../shared/records/entities.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { accountTabs, isAccountTab, paths, type AccountTab } from "../paths.ts";
import { startHandoff } from "../handoffs/start.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { remember } from "../shell/recent.ts";
import { Bone, Empty, Health, Person } from "../ui/bits.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { Field } from "../ui/field.tsx";
import css from "./account.module.css";
import type { Account } from "./columns.ts";
import { editing } from "./edit.ts";
import { KeepMenu, togglePin } from "./keep.tsx";
import { focusComposer } from "./composer.ts";
import { People, SharedPicture } from "./picture.tsx";
import { Timeline } from "./timeline.tsx";

const Merged = lazy(async () => ({ default: (await import("../duplicates/merged.tsx")).Merged }));
const Looked = lazy(async () => ({ default: (await import("./looked.tsx")).Looked }));
const Notes = lazy(() => import("../notes/notes.tsx"));
const TeamSection = lazy(async () => ({ default: (await import("./team.tsx")).TeamSection }));
const Opportunities = lazy(async () => ({ default: (await import("./opportunities.tsx")).Opportunities }));
const Handoffs = lazy(() => import("../handoffs/handoffs.tsx"));
const Files = lazy(() => import("../files/account-files.tsx"));
const Cases = lazy(async () => ({ default: (await import("./cases.tsx")).Cases }));
/** An account that one may see comes within this time; after it, missing and forbidden read the same. */
const patienceMs = 8_000;

export default function AccountPage(): JSX.Element {
  const params = useParams<{ id: string; tab?: string; part?: string }>();
  const session = useSession();
  const { data } = session;
  const account = data.record("account", () => params.id);
  const [patient, setPatient] = createSignal(true);

  createEffect(
    on(
      () => params.id,
      (id) => {
        data.open(id);
        setPatient(true);
        const timer = setTimeout(() => setPatient(false), patienceMs);
        onCleanup(() => clearTimeout(timer));
      },
    ),
  );
  createEffect(() => {
    const row = account();
    if (row) remember(row.id);
  });
  createEffect(() => {
    document.title = account()?.name ? `${account()?.name} · Baton` : "Baton";
    onCleanup(() => (document.title = "Baton"));
  });

  return (
    // Not the row itself as the condition: Show would hold on to the first one it saw (SYNC-E3). By its id, so that
    // nothing that is being written on one account is still there on the next.
    <Show
      when={account() !== undefined && params.id}
      keyed
      fallback={
        <>
          <PageBar start={<Back />} />
          <Switch
            fallback={
              <Empty big title={t("account.gone")}>
                {t("account.goneWhy")}
              </Empty>
            }
          >
            <Match when={session.offline()}>
              <Empty big title={t("account.notHere")}>
                {t("account.notHereWhy")}
              </Empty>
            </Match>
            <Match when={patient()}>
              <div class={css.waiting} aria-busy="true" aria-label={t("account.opening")}>
                <Bone of={3} />
                <Bone of={5} />
                <Bone of={4} />
              </div>
            </Match>
          </Switch>
        </>
      }
    >
      <Present
        account={account() as Account}
        tab={isAccountTab(params.tab) ? params.tab : "timeline"}
        part={params.part}
      />
    </Show>
  );
}

const Back = (): JSX.Element => (
  <A class={css.back} href={paths.accounts}>
    <ChevronLeft size={16} />
    {t("accounts.title")}
  </A>
);

function Present(props: {
  readonly account: Account;
  readonly tab: AccountTab;
  readonly part: string | undefined;
}): JSX.Element {
  const session = useSession();
  const navigate = useNavigate();
  const opportunities = session.data.count("opportunity", () => ({ anchor: props.account.id }));
  const cases = session.data.count("case", () => ({ anchor: props.account.id }));
  const handoffs = session.data.count("handoff", () => ({
    anchor: props.account.id,
    where: (row) => row.state !== "draft" || row.fromMember === session.data.me.member,
  }));
  const files = session.data.count("file", () => ({ anchor: props.account.id }));
  const sections = session.data.count("section", () => ({
    anchor: props.account.id,
    where: (row) => row.sectionKind !== "scratch",
  }));
  const counts = createMemo<Partial<Record<AccountTab, number>>>(() => ({
    notes: sections(),
    opportunities: opportunities(),
    cases: cases(),
    handoffs: handoffs(),
    files: files(),
  }));

  let tabs: HTMLElement | undefined;
  createEffect(
    on(
      () => props.tab,
      () => {
        const current = isPhone() && tabs?.querySelector("[aria-current]");
        if (current) current.scrollIntoView({ block: "nearest", inline: "nearest" });
      },
    ),
  );

  /** A draft, with its brief: to whom it goes is said when it is offered. */
  const handOver = async () => {
    const { id, name } = props.account;
    const made = await startHandoff(session, { anchor: id, about: id, name: name ?? "" });
    if (made) navigate(`${paths.handoff(made)}?box=from`);
  };
  const log = () => {
    if (props.tab !== "timeline") navigate(paths.account(props.account.id));
    queueMicrotask(focusComposer);
  };
  const show = (tab: AccountTab) => () =>
    navigate(paths.account(props.account.id, tab === "timeline" ? undefined : tab));
  const mayLog = () => {
    const { id: anchor } = props.account;
    const mine = { owner: session.data.me.member, createdAt: 0, createdBy: session.data.me.member };
    const row = {
      ...mine,
      id: session.data.newId("activity", anchor),
      anchor,
      compartment: "core",
    };
    return session.data.can("create", row as unknown as Row).allowed;
  };
  useCommands({
    "account.log": {
      // In a form or a note these keys are theirs.
      run: (event) =>
        (event?.target as HTMLElement | undefined)?.closest("form,[role=dialog],textarea,[contenteditable]")
          ? false
          : log(),
      when: mayLog,
    },
    "account.handOver": { run: handOver, when: () => props.account.owner === session.data.me.member },
    "account.pin": () => togglePin(session, props.account),
    ...Object.fromEntries(
      accountTabs.map((tab) => [
        `account.${tab}` as const satisfies CommandId,
        { run: show(tab), when: () => props.tab !== tab },
      ]),
    ),
  });

  return (
    <>
      <PageBar start={<Back />}>
        <KeepMenu
          account={props.account}
          triggerClass={buttonClass({ look: "quiet", square: true, small: true })}
          onRemoved={() => navigate(paths.accounts)}
          {...(props.account.owner === session.data.me.member ? { onHandOver: () => void handOver() } : {})}
        />
        <Show when={!isPhone()}>
          <Button look="primary" small kbd={/Mac|iP/.test(navigator.platform) ? "⌘⏎" : "Ctrl ⏎"} onClick={log}>
            {t("account.log")}
          </Button>
        </Show>
      </PageBar>
      <div class={css.split}>
        <div class={css.main}>
          <Header account={props.account} />
          <Suspense>
            <Merged row={props.account as Row} />
            <Looked account={props.account.id} />
          </Suspense>
          <Suspense>
            <Handoffs account={props.account.id} open />
          </Suspense>
          <nav ref={(element) => (tabs = element)} class={css.tabs} aria-label={t("tab.label")}>
            <For each={accountTabs}>
              {(tab) => (
                <A
                  class={css.tab}
                  href={paths.account(props.account.id, tab === "timeline" ? undefined : tab)}
                  aria-current={props.tab === tab ? "page" : undefined}
                  activeClass=""
                  inactiveClass=""
                  replace
                  noScroll
                >
                  {t(`tab.${tab}`)}
                  <Show when={counts()[tab]}>{(count) => <span class={`${css.count} num`}>{count()}</span>}</Show>
                </A>
              )}
            </For>
          </nav>
          <Suspense fallback={<div class={css.waiting} aria-busy="true" />}>
            <Switch>
              <Match when={props.tab === "timeline"}>
                <Show when={isPhone()}>
                  <SharedPicture account={props.account} brief />
                </Show>
                <Timeline account={props.account.id} />
              </Match>
              <Match when={props.tab === "notes"}>
                <Notes account={props.account.id} part={props.part} />
              </Match>
              <Match when={props.tab === "opportunities"}>
                <Opportunities account={props.account.id} part={props.part} />
              </Match>
              <Match when={props.tab === "cases"}>
                <Cases account={props.account.id} />
              </Match>
              <Match when={props.tab === "handoffs"}>
                <Handoffs account={props.account.id} />
              </Match>
              <Match when={props.tab === "files"}>
                <Files account={props.account} />
              </Match>
            </Switch>
          </Suspense>
          <Show when={isPhone() && props.tab === "timeline"}>
            <People account={props.account.id} />
            <Suspense>
              <TeamSection account={props.account} />
            </Suspense>
          </Show>
        </div>
        <Show when={!isPhone()}>
          <aside class={css.side} aria-label={t("account.picture")}>
            <SharedPicture account={props.account} />
            <People account={props.account.id} />
            <Suspense>
              <TeamSection account={props.account} />
            </Suspense>
          </aside>
        </Show>
      </div>
    </>
  );
}

function Header(props: { readonly account: Account }): JSX.Element {
  const session = useSession();
  const today = () => dayIn(now(), session.data.me.zone);
  return (
    <header class={css.header}>
      <h1 class="sr">{props.account.name}</h1>
      <div class={css.name}>
        <Field
          look="title"
          label={t("account.name")}
          required
          maxLength={200}
          {...editing(session, "account", props.account as Row, "name")}
        />
      </div>
      <p class={css.line}>
        <Person id={props.account.owner ?? ""} name={session.memberName(props.account.owner) || t("account.noOwner")} />
        <Show when={session.regionName(props.account.region)}>{(name) => <span>{name()}</span>}</Show>
        <Show when={props.account.health === "watch" || props.account.health === "at_risk"}>
          <Health value={props.account.health} />
        </Show>
        <span class={css.next}>
          <Show when={props.account.nextAction} fallback={<span class={css.noNext}>{t("account.noNext")}</span>}>
            <span class="clip">{props.account.nextAction}</span>
            <Show when={props.account.nextActionDay}>
              {(value) => (
                <span
                  class="num"
                  classList={{ [css.late ?? ""]: value() < today(), [css.soft ?? ""]: value() >= today() }}
                >
                  {day(value(), {
                    locale: locale(),
                    today: today(),
                    zone: props.account.nextActionZone ?? null,
                    mine: session.data.me.zone,
                  })}
                </span>
              )}
            </Show>
          </Show>
        </span>
      </p>
    </header>
  );
}
