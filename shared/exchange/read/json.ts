/**
 * JSON: a list of records, an object of lists (`{"companies": […], "contacts": […]}`), Salesforce's data tree
 * (`{"records": [{"attributes": …}]}`), and one record a line (NDJSON), which is read in pieces.
 */
import { Unreadable } from "./xlsx.ts";
import { isBad, type Bytes, type Cells, type ReadRow, type ReadTable } from "./rows.ts";
import { textOf, wholeText, type Encoding } from "./text.ts";

const wholeMax = 64_000_000;

/** What a record holds as texts: objects inside by `outer.inner`, lists of plain values by lines, others as JSON. */
function flatten(record: Readonly<Record<string, unknown>>, prefix = ""): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(record)) {
    const name = `${prefix}${key}`;
    if (value === null || value === undefined) continue;
    if (Array.isArray(value)) {
      const plain = value.every((one) => typeof one !== "object" || one === null);
      if (plain) out[name] = value.map(String).join("\n");
      else
        for (const [index, one] of value.entries())
          Object.assign(out, isObject(one) ? flatten(one, `${name}.${index + 1}.`) : { [`${name}.${index + 1}`]: String(one) });
    } else if (isObject(value)) Object.assign(out, flatten(value, `${name}.`));
    else out[name] = typeof value === "string" ? value : String(value);
  } // prettier-ignore
  return out;
}
const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function rowOf(record: unknown, line: number): ReadRow {
  if (!isObject(record)) return { line, bad: "This is no record: an object with names and values is needed." };
  return { line, cells: flatten(record) };
}

function tableOf(name: string, records: readonly unknown[]): ReadTable {
  const columns = new Set<string>();
  for (const record of records.slice(0, 1_000)) if (isObject(record)) for (const key of Object.keys(flatten(record))) columns.add(key);
  const rows = async function* (): AsyncGenerator<ReadRow> {
    for (const [index, record] of records.entries()) yield rowOf(record, index + 1);
  };
  return { name, columns: [...columns], rows };
} // prettier-ignore

/** Salesforce's data tree names the object of each record. */
function treeTables(records: readonly unknown[]): ReadTable[] {
  const byType = new Map<string, unknown[]>();
  for (const record of records) {
    const about = isObject(record) && isObject(record["attributes"]) ? record["attributes"] : {};
    const { attributes: _, ...fields } = record as Record<string, unknown>;
    const type = typeof about["type"] === "string" ? about["type"] : "records";
    const named = { ...(typeof about["referenceId"] === "string" ? { referenceId: about["referenceId"] } : {}), ...fields };
    byType.set(type, [...(byType.get(type) ?? []), named]);
  }
  return [...byType].map(([type, some]) => tableOf(type, some));
} // prettier-ignore

/** One record a line: the first line is a whole record, and there are more. */
function linesTable(bytes: Bytes, encoding: Encoding, columns: readonly string[], name: string): ReadTable {
  const rows = async function* (): AsyncGenerator<ReadRow> {
    let [rest, line] = ["", 0];
    function* take(text: string): Generator<ReadRow> {
      line++;
      if (text.trim() === "") return;
      try {
        yield rowOf(JSON.parse(text), line);
      } catch {
        yield { line, bad: "This line is no JSON." };
      }
    }
    for await (const piece of textOf(bytes, encoding)) {
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      for (const text of lines) yield* take(text);
    }
    yield* take(rest);
  };
  return { name, columns, rows };
}

export async function jsonTables(bytes: Bytes, encoding: Encoding, name: string): Promise<ReadTable[]> {
  const columns = new Set<string>();
  let seen = 0;
  for await (const row of linesTable(bytes, encoding, [], name).rows()) {
    if (isBad(row)) break;
    for (const key of Object.keys(row.cells as Cells)) columns.add(key);
    if (++seen >= 200) break;
  }
  if (seen > 1) return [linesTable(bytes, encoding, [...columns], name)];
  if (bytes.size > wholeMax)
    throw new Unreadable("A JSON of more than 64 MB is read only with one record a line (NDJSON).");
  let json: unknown;
  try {
    json = JSON.parse(await wholeText(bytes, encoding));
  } catch (error) {
    throw new Unreadable(`This is no JSON: ${error instanceof Error ? error.message : "it can't be read"}.`);
  }
  if (Array.isArray(json)) return [tableOf(name, json)];
  if (!isObject(json)) throw new Unreadable("This JSON holds no records: a list of them is needed.");
  if (Array.isArray(json["records"])) return treeTables(json["records"]);
  const lists = Object.entries(json).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  if (lists.length === 0) return [tableOf(name, [json])];
  return lists.map(([list, records]) => tableOf(list, records));
}
