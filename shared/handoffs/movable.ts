/** Records of the giver's own that may go along, by kind. */
export const movable = ["contact", "task", "opportunity", "case"] as const;
export type Movable = (typeof movable)[number];
