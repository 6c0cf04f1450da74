/** What the fields of the account that is open show of others: who edits them now, and what changed since one looked. */
import { createSignal } from "solid-js";

export interface Editor {
  readonly member: string;
  readonly name: string;
  readonly field: string;
}
const [editors, setEditors] = createSignal<{ readonly account: string; readonly of: readonly Editor[] }>();
const [moved, setMoved] = createSignal<ReadonlySet<string>>(new Set());
export { setEditors };
export const showMoved = (fields: ReadonlySet<string>): unknown => setMoved(fields);
/** Said by what fills the signals above, which is fetched later than the fields. */
export const hereWords = { edits: (names: string): string => names, changed: (): string => "" };
let say: { readonly account: string; readonly run: (field: string) => void } | undefined;
export const onEditing = (next: typeof say): unknown => (say = next);

export const editorsOf = (
  account: string,
  field: string,
): readonly { readonly id: string; readonly name: string }[] => {
  const now = editors();
  if (now?.account !== account) return [];
  return now.of.filter((one) => one.field === field).map(({ member: id, name }) => ({ id, name }));
};
export const movedKey = (record: string, field: string): string => `${record} ${field}`;
export const hasMoved = (record: string, field: string): boolean => moved().has(movedKey(record, field));
export function sayEditing(account: string, field: string): void {
  if (say?.account === account) say.run(field);
}
