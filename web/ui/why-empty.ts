import type { EntityName } from "../../shared/records/entities.ts";
import type { Data } from "../data/types.ts";

/** Why nothing stands in a list. The first that holds: each leads on in another way. */
export const whys = ["failed", "denied", "filtered", "away", "none"] as const;
export type Why = (typeof whys)[number];
/**
 * `sees`: the policy lets this member see such records at all, which is no secret; `filtered`: something is asked that may
 * hide what is there; `online`: the list is the server's, who knows all; `partial`: this device may lack some of it (it
 * holds what its member follows, or what it holds is still coming).
 */
export function whyEmpty(of: {
  readonly sees: boolean;
  readonly failed?: boolean;
  readonly filtered?: boolean;
  readonly online?: boolean;
  readonly partial?: boolean;
}): Why {
  if (!of.sees) return "denied";
  if (of.failed) return "failed";
  if (of.filtered) return "filtered";
  return of.partial && !of.online ? "away" : "none";
}
/** Whether a role sees such records anywhere. What was let in to it by name alone stands in the list, which then is not empty. */
export const seesAny = (data: Pick<Data, "sees">, entity: EntityName): boolean => {
  const { here, online } = data.sees(entity);
  return (here | online) !== 0;
};
