/** The record that a mutation's arguments are about; empty when they name none. */
export const idOf = (args: unknown): string =>
  typeof args === "object" && args !== null && "id" in args && typeof args.id === "string" ? args.id : "";
