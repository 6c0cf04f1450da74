import { Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { useSession } from "./context.ts";
import css from "./layout.module.css";

/** What the browser did to this device's copy, and what that means for work that is not sent. */
export function DiskBanner(): JSX.Element {
  const { data } = useSession();
  return (
    <>
      <Show when={data.lostCopy() !== null}>
        <p class={css.banner} role="alert">
          {t("disk.lost", data.lostCopy() ?? 0)}{" "}
          <button type="button" class={css.again} onClick={() => data.dismissLostCopy()}>
            {t("act.close")}
          </button>
        </p>
      </Show>
      <Show when={data.sync().disk}>
        {(fault) => (
          <p class={css.banner} role="alert">
            {t(`disk.${fault()}`)}{" "}
            <Show when={fault() !== "refused"}>
              <button type="button" class={css.again} onClick={() => location.reload()}>
                {t("app.reload")}
              </button>
            </Show>
          </p>
        )}
      </Show>
    </>
  );
}
