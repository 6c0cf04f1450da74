/** From files on disk to what is to be imported. Every bad file gets a sentence with its name. */
import { createReadStream, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { readCsv } from "../../shared/exchange/csv.ts";
import type { ImportRow } from "../../shared/exchange/import-plan.ts";
import { incidentRows } from "../../shared/exchange/incidents.ts";
import type { Job } from "../../shared/exchange/job.ts";
import { guessAs, inOrder, isKnownEntity, layouts, mappingOf, recognise } from "../../shared/exchange/layouts.ts";
import { importable, type Mapping } from "../../shared/exchange/mapping.ts";
import { openFile, Unreadable } from "../../shared/exchange/read/open.ts";
import type { Bytes } from "../../shared/exchange/read/rows.ts";
import { encodings, type Encoding } from "../../shared/exchange/read/text.ts";
import { Refused } from "./api.ts";

export interface Asked {
  readonly as: string | undefined;
  readonly entity: string | undefined;
  readonly under: string | undefined;
  readonly encoding: string | undefined;
  readonly dates: string | undefined;
  readonly decimal: string | undefined;
}
export interface Source {
  readonly jobs: readonly Job[] | readonly ImportRow[];
  readonly name: string;
  /** Another one for other files, or the same ones changed. */
  readonly print: string;
  /** What each table was taken for, for the person at the keyboard. */
  readonly told: readonly string[];
}

export const forms = (): string[] => ["incidents", ...layouts.map(({ id }) => id)];

export async function readSource(paths: readonly string[], asked: Asked): Promise<Source> {
  const files = paths.flatMap(filesOf);
  const name = paths.map((path) => basename(path)).join(", ").slice(0, 200); // prettier-ignore
  const print = files.map((path) => `${path} ${statSync(path).size} ${Math.trunc(statSync(path).mtimeMs)}`).join("\n");
  if (asked.as === "incidents") return { jobs: files.flatMap((path) => incidents(path, asked.under)), name, print, told: [] }; // prettier-ignore
  if (asked.as !== undefined && !layouts.some(({ id }) => id === asked.as))
    throw new Refused(`There is no layout "${asked.as}". There are: ${forms().join(", ")}.`);
  const entity = asked.entity === undefined ? null : isKnownEntity(asked.entity);
  if (asked.entity !== undefined && (!entity || !importable.includes(entity)))
    throw new Refused(`--entity needs a kind of record, such as contacts; there is no "${asked.entity}".`);
  const encoding = encodings.find((one) => one === asked.encoding);
  if (asked.encoding !== undefined && !encoding) throw new Refused(`--encoding is one of ${encodings.join(", ")}.`);

  const jobs: (Job & { readonly entity: Mapping["entity"] })[] = [];
  const told: string[] = [];
  for (const path of files) {
    for (const table of await tablesOf(path, encoding, told)) {
      const layout = layouts.find(({ id }) => id === asked.as);
      const found = layout ? { layout, mapping: mappingOf(layout, table.columns) } : entity ? { layout: null, mapping: guessAs(table, entity) } : recognise(table); // prettier-ignore
      const lacking = (layout?.needs ?? []).filter((column) => !table.columns.includes(column));
      if (lacking.length > 0) throw new Refused(`${path} has no column ${lacking.join(", ")}; it names ${table.columns.join(", ")}.`); // prettier-ignore
      const mapping: Mapping = {
        ...found.mapping,
        ...(asked.under === undefined ? {} : { under: asked.under }),
        ...(asked.dates === "dmy" || asked.dates === "mdy" || asked.dates === "ymd" ? { dates: asked.dates } : {}),
        ...(asked.decimal === "." || asked.decimal === "," ? { decimal: asked.decimal } : {}),
      };
      jobs.push({ table, mapping, entity: mapping.entity });
      told.push(`${basename(path)}${files.length > 1 || table.name !== basename(path).replace(/\.[^.]*$/, "") ? ` · ${table.name}` : ""}: ${found.layout?.label ?? `columns guessed as ${mapping.entity}`}${said(mapping)}`); // prettier-ignore
    }
  }
  if (jobs.length === 0) throw new Refused(`${name} holds nothing to import.`);
  return { jobs: inOrder(jobs), name, print: `${print}\n${JSON.stringify(jobs.map(({ mapping }) => mapping))}`, told };
}

/** What has no field of its own, and what is left out. */
function said({ columns }: Mapping): string {
  const to = (kind: string): string[] => Object.entries(columns).filter(([, targets]) => targets.every((target) => target.to === kind)).map(([column]) => column); // prettier-ignore
  const [own, left] = [to("own"), to("leave")];
  return `${own.length > 0 ? `; kept under their own names: ${own.join(", ")}` : ""}${left.length > 0 ? `; left out: ${left.join(", ")}` : ""}`;
}

async function tablesOf(path: string, encoding: Encoding | undefined, told: string[]) {
  const bytes: Bytes = {
    name: basename(path),
    size: statSync(path).size,
    read: () => createReadStream(path) as AsyncIterable<Uint8Array>,
  };
  try {
    const file = await openFile(bytes, encoding);
    if (!file.sure)
      told.push(`${basename(path)} is not UTF-8; it is read as ${file.encoding}. Look at its accents before you commit, or say --encoding.`); // prettier-ignore
    return file.tables;
  } catch (error) {
    if (error instanceof Unreadable) throw new Refused(`${path}: ${error.message}`);
    throw error;
  }
}

function filesOf(path: string): string[] {
  let isFolder: boolean;
  try {
    isFolder = statSync(path).isDirectory();
  } catch {
    throw new Refused(`There is no file ${path}.`);
  }
  if (!isFolder) return [path];
  const found = readdirSync(path).filter((name) => /\.(csv|tsv|txt|xlsx|vcf|json|ndjson|eml)$/i.test(name)).sort(); // prettier-ignore
  if (found.length === 0) throw new Refused(`${path} holds no CSV, XLSX, vCard, JSON or mail.`);
  return found.map((name) => join(path, name));
}

/** A log of events is read as a whole: what happened is between its rows. */
function incidents(path: string, under: string | undefined): ImportRow[] {
  const table = readCsv(readFileSync(path, "utf8"));
  if (!table.ok) throw new Refused(`${path}: ${table.error.detail}`);
  const { header, rows } = table.value;
  const lacking = ["number", "sys_updated_at", "assignment_group"].filter((column) => !header.includes(column));
  if (lacking.length > 0)
    throw new Refused(`${path} has no column ${lacking.join(", ")}; it names ${header.join(", ")}.`);
  if (!under)
    throw new Refused("An incident log names no accounts: say --under and the id or source of the account that the cases belong to."); // prettier-ignore
  return incidentRows(rows.map(({ cells }) => cells), () => under); // prettier-ignore
}
