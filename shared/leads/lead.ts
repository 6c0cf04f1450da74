import { entities } from "../records/entities.ts";

/** What a lead may be, and why it came to nothing. */
export const lostReasons = entities.lead.fields.lostReason.values;

/** `type` of an account that is here for its lead's sake alone, until that is converted (decision 0030). */
export const prospect = "prospect";

const openStates: ReadonlySet<unknown> = new Set(["new", "working", "qualified"]);
export const isOpenLead = (status: unknown): boolean => openStates.has(status);
