import { Show, type JSX } from "solid-js";
import { Gate } from "../auth/gate.tsx";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import css from "./lock.module.css";
import { lockWords } from "./words.ts";

/** The lease is over: nothing of the copy is shown until the edge has answered; what is not sent is still here. */
export default function LeaseOver(): JSX.Element {
  const { data, offline } = useSession();
  const here = () => location.pathname + location.search;
  return (
    <Gate title={t("sync.lockedLong")} why={lockWords("leaseWhy")}>
      <Show when={data.sync().waiting + data.sync().attention}>
        {(count) => <p class={`${css.unsent} num`}>{lockWords("unsent", count())}</p>}
      </Show>
      <Show when={offline()}>
        <p class={css.why}>{lockWords("needsNetwork")}</p>
      </Show>
      <div class={css.acts}>
        <a class={buttonClass({ look: "primary" })} href={`${paths.signIn}?next=${encodeURIComponent(here())}`}>
          {t("signin.title")}
        </a>
        <Button onClick={() => data.syncNow()}>{t("act.retry")}</Button>
      </div>
    </Gate>
  );
}
