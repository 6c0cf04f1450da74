/** Any CSV whose columns are named like our fields, with a column `key` that names the row in its own system. */
import { isId } from "../kernel/id.ts";
import { fail, ok, type Result } from "../kernel/result.ts";
import { isCompartment } from "../records/compartments.ts";
import { entity, type EntityName } from "../records/entities.ts";
import type { Field, Value } from "../records/field.ts";
import type { CsvRow, Table } from "./csv.ts";
import { entityOfSource, type ImportRow } from "./import-plan.ts";
import { instant, number, present } from "./values.ts";

const placing = ["key", "anchor", "compartment"];

/** A reference is an id, or a source such as `salesforce:Account:001…`; lists are parted by `;`. */
export function fieldRows(name: EntityName, table: Table): Result<ImportRow[]> {
  const shape: Readonly<Record<string, Field>> = entity(name).fields;
  const settable = Object.keys(shape).filter(
    (field) => !["custom", "lines"].includes(shape[field]?.type ?? "") && field !== "source",
  );
  if (!table.header.includes("key"))
    return fail("invalid", {
      fields: ["key"],
      detail: 'A column "key" is needed: it names each row in its own system.',
    });
  const strange = table.header.filter((column) => !settable.includes(column) && !placing.includes(column));
  if (strange.length > 0) {
    return fail("invalid", {
      fields: strange,
      detail: `No field of ${name} is called ${strange.join(", ")}. There are: ${settable.join(", ")}.`,
    });
  }
  const rows: ImportRow[] = [];
  for (const row of table.rows) {
    const made = fieldRow(name, shape, row);
    if (!made.ok) return made;
    rows.push(made.value);
  }
  return ok(rows);
}

function fieldRow(
  name: EntityName,
  shape: Readonly<Record<string, Field>>,
  { line, cells }: CsvRow,
): Result<ImportRow> {
  const key = present(cells["key"]);
  if (!key) return fail("invalid", { fields: ["key"], detail: `Line ${line} has an empty key.` });
  const compartment = present(cells["compartment"]);
  if (compartment !== undefined && !isCompartment(compartment)) {
    return fail("invalid", {
      fields: ["compartment"],
      detail: `Line ${line}: there is no compartment "${compartment}".`,
    });
  }
  const fields: Record<string, Value> = {};
  const refs: Record<string, string> = {};
  for (const [column, text] of Object.entries(cells)) {
    const field = shape[column];
    if (!field || present(text) === undefined) continue;
    if (field.type === "ref") {
      if (!isId(text) && !entityOfSource(text)) {
        return fail("invalid", {
          fields: [column],
          detail: `Line ${line}: "${column}" must be an id or a source such as salesforce:Account:001…`,
        });
      }
      refs[column] = text;
      continue;
    }
    const value = valueOf(field, text);
    if (value === undefined)
      return fail("invalid", { fields: [column], detail: `Line ${line}: "${column}" can't be read as ${field.type}.` });
    fields[column] = value;
  }
  const anchor = present(cells["anchor"]);
  return ok({
    entity: name,
    source: entityOfSource(key) === name ? key : `csv:${name}:${key}`,
    fields,
    refs,
    ...(anchor === undefined ? {} : { anchor }),
    ...(compartment === undefined ? {} : { compartment }),
  });
}

function valueOf(field: Field, text: string): Value | undefined {
  switch (field.type) {
    case "int":
    case "money": {
      const value = number(text);
      return value === undefined || Number.isNaN(value) ? undefined : value;
    }
    case "instant": {
      const value = /^\d+$/.test(text) ? Number(text) : instant(text);
      return value === undefined || Number.isNaN(value) ? undefined : value;
    }
    case "bool":
      return text === "true" ? true : text === "false" ? false : undefined;
    case "list":
      return text.split(";").map((part) => part.trim());
    default:
      return text;
  }
}
