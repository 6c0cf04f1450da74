import { useLocation, useNavigate, useSearchParams } from "@solidjs/router";
import { createSignal, lazy, onCleanup, onMount, Show, Suspense, type JSX } from "solid-js";
import { emptyFields } from "../../shared/records/generic.ts";
import { compartmentsOf, type Row } from "../../shared/records/entities.ts";
import { chooseLocale, locale } from "../i18n/i18n.ts";
import { mayGovern } from "../access/may.ts";
import { mayCapture } from "../leads/may.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { places } from "../shell/nav.tsx";
import { forgetRecent, recent } from "../shell/recent.ts";
import { SignOutDialog } from "../shell/sign-out.tsx";
import { chooseTheme, theme, themes } from "../shell/theme.ts";
import { applyUpdate, updateReady } from "../shell/update.ts";
import { undoLast } from "../ui/toast.tsx";
import { replayEarly } from "./early.ts";
import { listen } from "./keys.ts";
import { standing, useCommands, type Standing } from "./registry.ts";

const Help = lazy(async () => ({ default: (await import("./help.tsx")).Help }));
const NewAccount = lazy(async () => ({ default: (await import("../accounts/new-account.tsx")).NewAccount }));

/** Rights follow from place: this many accounts show whether there is one where it may be done. */
const accountsAsked = 50;

/** What can be done wherever one is, the keys for it, and the dialogs that it opens. */
export function General(props: {
  readonly here: () => string | undefined;
  readonly onSearch: () => void;
  readonly onSidebar: () => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const location = useLocation();
  const [, setParams] = useSearchParams<{ task?: string; for?: string }>();
  const [leaving, askLeave] = createSignal(false);
  const [help, showHelp] = createSignal<readonly Standing[]>();
  const [making, make] = createSignal(false);

  const leave = async (force: boolean) => {
    if (!force && session.rooms.current?.unsent()) return void askLeave(true);
    session.leaving = true;
    if (!(await data.signOut(force))) {
      session.leaving = false;
      return void askLeave(true);
    }
    forgetRecent();
    window.location.assign(paths.signIn); // a full load: nothing of the former member stays in memory
  };
  const stands = (id: Standing["id"]) => standing().some((one) => one.id === id);
  /** Whether this member may make one of these under the account here, or under some account of this device. */
  const mayMake = (entity: "activity" | "case"): boolean => {
    const here = props.here();
    const those: string[] = here ? [here] : [...recent()];
    if (!here)
      for (const { id } of data.copy.records("account")) if (those.push(id) >= accountsAsked) break;
    const compartment = compartmentsOf(entity)[0] ?? "core";
    const mine = { ...emptyFields(entity), compartment, owner: data.me.member, createdAt: 0, createdBy: data.me.member };
    return those.some((anchor) => data.can("create", { ...mine, id: data.newId(entity, anchor), anchor } as Row).allowed);
  }; // prettier-ignore

  useCommands({
    ...Object.fromEntries(places.map(({ id, path }) => [`go.${id}`, () => navigate(path)])),
    "go.notices": () => navigate(`${location.pathname}?notices=open`),
    "go.quality": () => navigate(paths.quality()),
    "go.settings": () => navigate(paths.settings),
    "go.access": { run: () => navigate(paths.access("roles")), when: () => mayGovern(data, "read_audit") || mayGovern(data, "edit_policy") },
    "go.audit": { run: () => navigate(paths.access("audit")), when: () => mayGovern(data, "read_audit") },
    "task.new": () => setParams({ task: "new", for: props.here() }),
    "visit.log": { run: () => session.showLog({ account: props.here() }), when: () => mayMake("activity") },
    "lead.add": { run: () => navigate(`${paths.leads}?new=1`), when: () => !stands("lead.new") && mayCapture(data).allowed },
    "case.add": { run: () => navigate(`${paths.cases}?new=1`), when: () => !stands("case.new") && mayMake("case") },
    "account.add": { run: () => make(true), when: () => mayCapture(data).allowed },
    "app.palette": () => void (document.querySelector('[role="dialog"]') ?? props.onSearch()),
    "app.find": props.onSearch,
    "app.help": () => void showHelp(standing()),
    "app.undo": () => void undoLast(),
    "app.sidebar": props.onSidebar,
    "app.attention": { run: () => session.showTray(true), when: () => data.attention().length > 0 },
    "app.sync": { run: () => data.syncNow(), when: () => !session.offline() },
    ...Object.fromEntries(themes.map((one) => [`theme.${one}`, { run: () => chooseTheme(one), when: () => theme() !== one }])),
    "language.en": { run: () => void chooseLocale("en"), when: () => locale() !== "en" },
    "language.zh-CN": { run: () => void chooseLocale("zh-CN"), when: () => locale() !== "zh-CN" },
    "app.update": { run: () => applyUpdate(), when: () => Boolean(updateReady()) },
    "app.signOut": () => void leave(false),
  }); // prettier-ignore
  onMount(() => {
    onCleanup(listen());
    replayEarly();
  });

  return (
    <Suspense>
      <Show when={help()}>{(those) => <Help standing={those()} onClose={() => showHelp()} />}</Show>
      <Show when={making()}>
        <NewAccount
          onClose={() => make(false)}
          onMade={(id) => {
            make(false);
            navigate(paths.account(id));
          }}
        />
      </Show>
      <Show when={leaving()}>
        <SignOutDialog onStay={() => askLeave(false)} onLeave={() => void leave(true)} />
      </Show>
    </Suspense>
  );
}
