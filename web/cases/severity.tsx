import { Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { Chip } from "../ui/bits.tsx";
import type { Case } from "./model.ts";

/** Only what is severe has colour. */
export const Severity = (props: { readonly value: Case["severity"] }): JSX.Element => (
  <Show when={props.value}>
    {(value) => (
      <Show when={value() === "critical" || value() === "high"} fallback={<span>{t(`severity.${value()}`)}</span>}>
        <Chip tone={value() === "critical" ? "bad" : "warn"}>{t(`severity.${value()}`)}</Chip>
      </Show>
    )}
  </Show>
);
