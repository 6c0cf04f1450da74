import { entity, entityNames, type EntityName } from "./entities.ts";

/** Entities whose records are anchors themselves: owner and team stand in the anchor's row. */
export const ownAnchors: ReadonlySet<EntityName> = new Set(
  entityNames.filter((name) => Object.values(entity(name).fields).some((field) => field.of === "anchor")),
);
