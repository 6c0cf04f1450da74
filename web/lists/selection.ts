import { createSignal, type Accessor } from "solid-js";

/** Which rows are selected, by id: what arrives or moves does not change it. */
export interface Selection {
  readonly ids: Accessor<ReadonlySet<string>>;
  has(id: string): boolean;
  toggle(id: string): void;
  /** From the last one that was touched to this one, in the order of the list. */
  extend(id: string, between: (from: string, to: string) => readonly string[]): void;
  set(ids: Iterable<string>): void;
  clear(): void;
}

export function createSelection(): Selection {
  const [ids, setIds] = createSignal<ReadonlySet<string>>(new Set());
  let last: string | undefined;
  return {
    ids,
    has: (id) => ids().has(id),
    toggle: (id) => {
      last = id;
      setIds((now) => {
        const next = new Set(now);
        if (!next.delete(id)) next.add(id);
        return next;
      });
    },
    extend: (id, between) => {
      const all = between(last ?? id, id);
      last = id;
      setIds((now) => new Set([...now, ...all]));
    },
    set: (all) => void setIds(new Set(all)),
    clear: () => {
      last = undefined;
      setIds(new Set<string>());
    },
  };
}
