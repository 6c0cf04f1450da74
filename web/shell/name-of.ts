import { kindOf } from "../../shared/kernel/id.ts";
import type { EntityName } from "../../shared/records/entities.ts";
import type { Data } from "../data/types.ts";

/** Records that people change by hand, by the kind in their id. */
const named: Readonly<Record<string, EntityName>> = {
  acc: "account", opp: "opportunity", tas: "task", act: "activity", con: "contact", cas: "case", sec: "section", han: "handoff", lea: "lead", fil: "file",
}; // prettier-ignore

/** What a record is called, for lists of changes; empty when it is not on this device. */
export function nameOf(data: Data, id: string): string {
  const entity = named[kindOf(id) ?? ""];
  const row = entity ? data.record(entity, () => id)() : undefined;
  const record = row as { readonly name?: unknown; readonly title?: unknown } | undefined;
  return String(record?.name ?? record?.title ?? "");
}
