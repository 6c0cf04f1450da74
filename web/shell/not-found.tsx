import { A } from "@solidjs/router";
import type { JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { Empty } from "../ui/bits.tsx";
import { buttonClass } from "../ui/button.tsx";
import { PageBar } from "./layout.tsx";

export const NotFound = (): JSX.Element => (
  <>
    <PageBar title={t("app.missing")} />
    <Empty
      big
      act={
        <A class={buttonClass({})} href={paths.today}>
          {t("app.home")}
        </A>
      }
    >
      {t("app.missingWhy")}
    </Empty>
  </>
);
