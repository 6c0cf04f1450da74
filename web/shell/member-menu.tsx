import { useNavigate } from "@solidjs/router";
import LogOut from "lucide-solid/icons/log-out";
import SettingsIcon from "lucide-solid/icons/settings";
import { createSignal, lazy, Show, Suspense, type JSX } from "solid-js";
import { chooseLocale, locale, locales, roleName, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { Avatar } from "../ui/bits.tsx";
import { Menu } from "../ui/menu.tsx";
import { useSession } from "./context.ts";
import layout from "./layout.module.css";
import css from "./member-menu.module.css";
import { forgetRecent } from "./recent.ts";
import { chooseTheme, theme, themes } from "./theme.ts";

// Asked rarely: fetched when it is.
const SignOutDialog = lazy(async () => ({ default: (await import("./sign-out.tsx")).SignOutDialog }));

/** Who I am here, my language and theme, and the way out. */
export function MemberMenu(props: { readonly phone?: JSX.Element }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();
  const [asking, ask] = createSignal(false);

  const leave = async (force: boolean) => {
    if (!force && session.rooms.current?.unsent()) return void ask(true);
    session.leaving = true;
    if (!(await data.signOut(force))) {
      session.leaving = false;
      return void ask(true);
    }
    forgetRecent();
    window.location.assign(paths.signIn); // a full load: nothing of the former member stays in memory
  };
  return (
    <>
      <Menu
        placement={props.phone ? "top-end" : "top-start"}
        triggerClass={props.phone ? layout.tab : css.member}
        trigger={
          props.phone ?? (
            <>
              <Avatar id={data.me.member} name={data.me.name} />
              <span class={css.name}>
                <span class="clip">{data.me.name}</span>
                <span class="sr">{t("menu.member")}</span>
              </span>
            </>
          )
        }
        parts={[
          {
            text: (
              <>
                <strong class={css.who}>{data.me.name}</strong>
                <span class="meta">{[data.me.base, ...data.me.duties].map(roleName).join(" · ")}</span>
              </>
            ),
          },
          {
            label: t("menu.language"),
            value: locale(),
            choices: locales.map((one) => ({ id: one.id, text: one.name })),
            onChoose: (id) => void chooseLocale(id === "zh-CN" ? "zh-CN" : "en"),
          },
          {
            label: t("menu.theme"),
            value: theme(),
            choices: themes.map((id) => ({ id, text: t(`menu.${id}`) })),
            onChoose: (id) => chooseTheme(themes.find((one) => one === id) ?? "system"),
          },
          { icon: <SettingsIcon size={16} />, words: t("settings.title"), onSelect: () => navigate(paths.settings) },
          { icon: <LogOut size={16} />, words: t("menu.signOut"), onSelect: () => void leave(false) },
        ]}
      />
      <Show when={asking()}>
        <Suspense>
          <SignOutDialog onStay={() => ask(false)} onLeave={() => void leave(true)} />
        </Suspense>
      </Show>
    </>
  );
}
