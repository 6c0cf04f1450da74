import type { Finding } from "../../shared/quality/findings.ts";
import type { Row } from "../../shared/records/entities.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { paths } from "../paths.ts";
import { q } from "./words.ts";

export interface Those {
  readonly of: readonly Finding[];
  readonly row: (id: string) => Row | undefined;
  readonly account: (id: string) => Row | undefined;
}
export const nameOf = (row: Row | undefined): string => String(row?.["name"] ?? row?.["company"] ?? "");
export const says = ({ rule, fields }: Finding): string =>
  rule === "missing" ? q("rule.missing", fields.map((field) => fieldLabel(field)).join(", ")) : q(`rule.${rule}`);
/** Where it is put right: its own page, or its account's. */
export function pathOf({ entity: name, id, account }: Finding): string {
  if (name === "account") return paths.account(id);
  if (name === "contact") return paths.contact(id);
  if (name === "case") return paths.case(id);
  return name === "lead" ? `${paths.leads}?lead=${id}` : paths.account(account, "opportunities");
}
