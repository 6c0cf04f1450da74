import { sql, type SQL } from "drizzle-orm";
import type { Row } from "../../shared/records/entities.ts";
import type { Write } from "../sync/plan.ts";
import { batch, type Db } from "./db.ts";
import { inIds } from "./rows.ts";

/**
 * The words of sections, which the rooms write (SECTION-7). They have no readers of their own: a query that meets them
 * must have decided before that the section's record, of the same generation, may be read.
 */

const wordsMax = 12;
export const wordsOf = (query: string): string[] => query.split(/\s+/u).filter(Boolean).slice(0, wordsMax);

/** Every word is in the title or in the text of the section `r`. Whoever may not read both has been left out beside this. */
export function saysAll(words: readonly string[]): SQL {
  const text = sql`(select t.text from section_text t where t.section = r.id and t.gen = r.gen)`;
  const said = sql`lower(r.title || char(10) || coalesce(${text}, ''))`;
  return sql`not exists (select 1 from json_each(${JSON.stringify(words)}) word where instr(${said}, lower(word.value)) = 0)`;
}

const moves: ReadonlySet<string> = new Set(["gen", "anchor", "compartment", "group", "sectionKind"]);
/** Words go in the batch that deletes their section, raises its generation or gives it to other readers. */
export function forgetWords(db: Db, writes: readonly Write[]) {
  const gone = writes.filter(
    ({ entity, op, changed }) =>
      entity === "section" && (op === "delete" || (op === "edit" && changed.some((key) => moves.has(key)))),
  );
  const ids = gone.map(({ id }) => id);
  // Who was named stays until the text says otherwise: a note that moves to other readers names nobody anew.
  const deleted = gone.filter(({ op }) => op === "delete").map(({ id }) => id);
  return [
    ...(ids.length > 0 ? [db.run(sql`delete from section_text where ${inIds(sql`section`, ids)}`)] : []),
    ...(deleted.length > 0 ? [db.run(sql`delete from section_mention where ${inIds(sql`section`, deleted)}`)] : []),
  ];
}

const excerptChars = 100;
const charsBefore = 30;

/** A piece of the text round the first of these words that is in it, by id, for sections that the asker may read. */
export async function excerptsOf(
  db: Db,
  rows: readonly Row[],
  words: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  if (rows.length === 0 || words.length === 0) return {};
  // Of the generation that was read with the rights: what became of the section since is not told here.
  const asked = JSON.stringify(rows.map(({ id, gen }) => [id, gen]));
  const at = sql`instr(lower(t.text), lower(word.value))`;
  const [found] = (await batch(db, [
    db.all(sql`select id, start, total, substr(text, start, ${excerptChars}) as piece from (
      select t.section as id, t.text as text, length(t.text) as total,
        (select max(1, ${at} - ${charsBefore}) from json_each(${JSON.stringify(words)}) word where ${at} > 0 limit 1) as start
      from json_each(${asked}) one cross join section_text t on t.section = one.value ->> 0 and t.gen = one.value ->> 1
    ) where start is not null`),
  ])) as [{ id: string; start: number; total: number; piece: string }[]];
  return Object.fromEntries(
    found.map(({ id, start, total, piece }) => {
      const whole = start > 1 ? piece.replace(/^\S{1,20}\s/u, "") : piece; // the word in which it begins; the hit comes later
      const text = whole.replaceAll(/\s+/g, " ").trim();
      return [id, `${start > 1 ? "…" : ""}${text}${start + excerptChars <= total ? "…" : ""}`];
    }),
  );
}

const lineChars = 160;

/** The first line of what each section says, for sections of these generations that the asker may read. */
export async function firstLines(
  db: Db,
  sections: readonly (readonly [id: string, gen: number])[],
): Promise<ReadonlyMap<string, string>> {
  if (sections.length === 0) return new Map();
  const [found] = (await batch(db, [
    db.all(sql`select t.section as id, substr(ltrim(t.text, char(10) || ' '), 1, ${lineChars}) as piece
      from json_each(${JSON.stringify(sections)}) one cross join section_text t on t.section = one.value ->> 0 and t.gen = one.value ->> 1`),
  ])) as [{ id: string; piece: string }[]];
  return new Map(found.map(({ id, piece }) => [id, (piece.split("\n")[0] ?? "").trim()]));
}
