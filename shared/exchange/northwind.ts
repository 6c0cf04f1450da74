/** Rows of the Northwind customer table: one company and its one contact each. */
import type { ImportRow } from "./import-plan.ts";
import { layouts, mappingOf } from "./layouts.ts";
import { mapRow } from "./mapping.ts";
import type { Cells } from "./read/rows.ts";

export function northwindRows(cells: Cells): ImportRow[] {
  const layout = layouts.find(({ id }) => id === "northwind");
  if (!layout) throw new Error("no layout of Northwind");
  return mapRow(mappingOf(layout, Object.keys(cells)), cells, 0).rows.map(({ line: _line, ...row }) => row);
}
