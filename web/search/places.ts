import { kindOf } from "../../shared/kernel/id.ts";
import type { Row } from "../../shared/records/entities.ts";
import { filtersText } from "../lists/address.ts";
import { paths } from "../paths.ts";
import type { Searched } from "./text.ts";

/** Where a record is looked at. */
export function placeOf(kind: Searched, row: Row): string {
  switch (kind) {
    case "account":
      return paths.account(row.id);
    case "contact":
      return paths.contact(row.id);
    case "case":
      return paths.case(row.id);
    case "handoff":
      return paths.handoff(row.id);
    case "lead":
      return `${paths.leads}?lead=${row.id}`;
    case "opportunity":
      return paths.account(row.anchor, "opportunities", row.id);
    case "section":
      return paths.account(row.anchor, "notes", row.id);
    case "member":
      return `${paths.accounts}?f=${encodeURIComponent(filtersText([{ field: "owner", op: "is", values: [row.id] }]))}`;
    case "task":
      // A task of one's own lies under no account.
      return `${kindOf(row.anchor) === "acc" ? paths.account(row.anchor) : paths.today}${paths.task(row.id)}`;
    default:
      return paths.account(row.anchor);
  }
}
