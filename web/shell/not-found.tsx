import { A } from "@solidjs/router";
import type { JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { Empty } from "../ui/bits.tsx";
import { buttonClass } from "../ui/button.tsx";

export const NotFound = (): JSX.Element => (
  <Empty
    big
    title={t("app.missing")}
    act={
      <A class={buttonClass({})} href={paths.today}>
        {t("app.home")}
      </A>
    }
  >
    {t("app.missingWhy")}
  </Empty>
);
