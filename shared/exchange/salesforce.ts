/** Rows of a Salesforce export (the standard objects, by their API names) as the demo organisation takes them. */
import type { ImportRow } from "./import-plan.ts";
import { layouts, mappingOf } from "./layouts.ts";
import { mapRow, type Mapping } from "./mapping.ts";
import type { Cells } from "./read/rows.ts";

const salesforceObjects = ["User", "Account", "Contact", "Task", "Event"] as const;
export type SalesforceObject = (typeof salesforceObjects)[number];

/** When a record was changed last is nobody's news here, and its birth is not the demo's. */
const leftOut = ["LastModifiedDate", "EndDateTime", "IsAllDayEvent"];
const mappings = new Map<string, Mapping>();

export function salesforceRow(object: SalesforceObject, cells: Cells): ImportRow {
  const columns = Object.keys(cells);
  const known = mappings.get(`${object}:${columns.join()}`) ?? plainMapping(object, columns);
  mappings.set(`${object}:${columns.join()}`, known);
  const [row] = mapRow(known, cells, 0).rows.slice(-1);
  if (!row) throw new Error(`a ${object} without what every ${object} has`);
  const { line: _line, origin: _origin, ...plain } = row;
  return plain;
}
function plainMapping(object: SalesforceObject, columns: readonly string[]): Mapping {
  const layout = layouts.find(({ id }) => id === `salesforce-${object.toLowerCase()}`);
  if (!layout) throw new Error(`no layout of ${object}`);
  const mapping = mappingOf(layout, columns);
  return {
    ...mapping,
    columns: { ...mapping.columns, ...Object.fromEntries(leftOut.map((name) => [name, [{ to: "leave" }]])) },
  };
}
