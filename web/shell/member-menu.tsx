import { useNavigate } from "@solidjs/router";
import BellIcon from "lucide-solid/icons/bell";
import SearchIcon from "lucide-solid/icons/search";
import LogOut from "lucide-solid/icons/log-out";
import SettingsIcon from "lucide-solid/icons/settings";
import type { JSX } from "solid-js";
import { runCommand } from "../commands/registry.ts";
import { chooseLocale, locale, locales, roleName, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { Avatar } from "../ui/bits.tsx";
import { Menu } from "../ui/menu.tsx";
import { useSession } from "./context.ts";
import layout from "./layout.module.css";
import css from "./member-menu.module.css";
import { places } from "./nav.tsx";
import { chooseTheme, theme, themes } from "./theme.ts";

/** Who I am here, my language and theme, and the way out; on a phone also the screens that its bar has no room for. */
export function MemberMenu(props: {
  readonly phone?: JSX.Element;
  readonly onSearch?: (() => void) | undefined;
  readonly onNotices?: (() => void) | undefined;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const navigate = useNavigate();

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
          ...places
            .filter(({ inBar }) => props.phone && !inBar)
            .map((place) => ({
              icon: <place.icon size={16} />,
              words: t(`nav.${place.id}`),
              onSelect: () => navigate(place.path),
            })),
          ...(props.onNotices
            ? [
                {
                  icon: <BellIcon size={16} />,
                  words: [t("nav.notices"), session.newNotices() || ""].join(" ").trim(),
                  onSelect: props.onNotices,
                },
              ]
            : []),
          ...(props.onSearch
            ? [{ icon: <SearchIcon size={16} />, words: t("search.title"), onSelect: props.onSearch }]
            : []),
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
          { words: t("nav.quality"), onSelect: () => navigate(paths.quality()) },
          { icon: <SettingsIcon size={16} />, words: t("settings.title"), onSelect: () => navigate(paths.settings) },
          { icon: <LogOut size={16} />, words: t("menu.signOut"), onSelect: () => runCommand("app.signOut") },
        ]}
      />
    </>
  );
}
