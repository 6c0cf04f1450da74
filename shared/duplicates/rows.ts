import type { RecordOf } from "../records/entities.ts";
import type { TwinKind, TwinRow } from "./score.ts";

/** Records as they are compared: what is hidden from who compares is not there, and says nothing. */
export const twinEntities = ["account", "contact", "lead"] as const;
export type TwinEntity = (typeof twinEntities)[number];
export const isTwinEntity = (name: string | null): name is TwinEntity =>
  (twinEntities as readonly (string | null)[]).includes(name);
export const kindOfTwins = (name: TwinEntity): TwinKind => (name === "account" ? "organisation" : "person");

/** `company`: of a person the name of their account. */
export function twinOf(name: TwinEntity, row: RecordOf<TwinEntity>, company?: string | null): TwinRow {
  if (name === "account") {
    const { id, name: called, phone, website, street, city, postcode, state } = row as RecordOf<"account">;
    return { id, name: called, phones: [phone], website, street, city, postcode, state };
  }
  if (name === "lead") {
    const { id, name: called, company: at, email, phone } = row as RecordOf<"lead">;
    return { id, name: called, company: at ?? company, emails: [email], phones: [phone] };
  }
  const { id, name: called, given, family, email, phone, mobile, birthday, homeAddress } = row as RecordOf<"contact">;
  return { id, name: called, given: family ? given : null, family: given ? family : null, company, emails: [email], phones: [phone, mobile], birthday, street: homeAddress }; // prettier-ignore
}
