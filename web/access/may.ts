import type { Row } from "../../shared/records/entities.ts";
import type { LocalData } from "../data/store.ts";

/** Rights about rights, asked of the organisation as this device knows them; the edge decides again. */
export type Governs = "edit_policy" | "approve_policy" | "read_audit" | "simulate" | "manage_member" | "attest_access";
export function mayGovern(data: LocalData, action: Governs): boolean {
  // Asked of a member who is somebody else, where the rule is about others (nobody keeps their own facts).
  const anchor = `${data.me.cell}_org_${"0".repeat(20)}`;
  const row = { id: data.newId("member"), anchor, compartment: "core", createdAt: 0, createdBy: "" } as Row;
  return data.can(action, row).allowed;
}
