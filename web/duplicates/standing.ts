import { createMemo, type Accessor } from "solid-js";
import type { TwinEntity } from "../../shared/duplicates/rows.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { LocalData } from "../data/store.ts";
import type { Look } from "../data/types.ts";

/** False for what another one stands for, where that one is on this device too (DUP-7). */
export function stands(row: Pick<Row, "id"> & { readonly mergedInto?: unknown }, look: Look): boolean {
  const { mergedInto } = row;
  return typeof mergedInto !== "string" || look(mergedInto) === undefined;
}

/** Whether anything here is merged at all: lists of the others stay as quick as they are. */
export const anyMerged = (data: LocalData, name: TwinEntity): Accessor<boolean> => {
  const count = data.count(name, () => ({ where: (row) => (row.mergedInto ?? null) !== null }));
  return () => count() > 0;
};

/** What lies under an account and under those that it stands for, as a query. */
export function under(data: LocalData, account: Accessor<string>) {
  const others = data.list("account", () => ({ where: (row) => row.mergedInto === account() }));
  return createMemo((): { readonly anchor: string } | { readonly where: (row: Pick<Row, "anchor">) => boolean } => {
    const anchors = new Set([account(), ...others().map(({ id }) => id)]);
    return anchors.size === 1 ? { anchor: account() } : { where: ({ anchor }) => anchors.has(anchor) };
  });
}
