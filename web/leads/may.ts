import { emptyFields } from "../../shared/records/generic.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { LocalData } from "../data/store.ts";

/** Whether this member may capture a lead of an organisation that is not known yet: an account of their own, and a lead in it. */
export function mayCapture(data: LocalData): { readonly allowed: boolean; readonly why?: string } {
  const id = data.newId("account");
  return data.can("create", {
    ...emptyFields("account"),
    ...{ id, anchor: id, compartment: "core", owner: data.me.member, createdAt: 0, createdBy: data.me.member },
  } as Row);
}
