import type { Unmet } from "../../shared/kernel/result.ts";
import type { Key } from "../i18n/en.ts";
import { detailsZh } from "../i18n/fields.ts";
import { locale, roleName, t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";

/** What a gate asks for first, one line each. */
export function unmetWords(refused: { readonly unmet?: readonly Unmet[] }): string[] {
  return (refused.unmet ?? []).map((one) => {
    const why = one.why && locale() === "zh-CN" ? (detailsZh[one.why] ?? one.why) : one.why;
    if (one.kind === "field") return t("unmet.field", fieldLabel(one.field ?? ""));
    if (one.kind === "hidden")
      return t("missing.hidden", one.count ?? 1, one.heldBy ? roleName(one.heldBy) : t("missing.somebody"));
    if (one.kind === "handoff") return t("missing.handoff");
    if (one.kind === "approval") {
      const kind = (t(`approval.kind.${one.approval}` as Key & "approval.kind.discount") as string | undefined) ?? "";
      return t("missing.approval", kind || t("approval.one"));
    }
    return why ?? t("why.gate_unmet");
  });
}
