import { createEffect, createMemo, createSignal, on, onCleanup, type Accessor } from "solid-js";
import { kindOfTwins, twinOf, type TwinEntity } from "../../shared/duplicates/rows.ts";
import type { TwinRow } from "../../shared/duplicates/score.ts";
import { TwinIndex, type Near } from "../../shared/duplicates/twins.ts";
import type { RecordOf } from "../../shared/records/entities.ts";
import type { Steps } from "../data/sorted.ts";
import { browserJobs, type Jobs } from "../data/jobs.ts";
import { useSession } from "../shell/context.ts";

/** A record of this device that is like what is being made, with the reasons. */
export type Found<E extends TwinEntity> = Near & { readonly row: RecordOf<E> };

/**
 * What this device holds that is like what is asked for; with and without a network. The index is made in slices when it
 * is first asked for and lives as long as whoever asks; only rows that came or changed are read again (DUP-4).
 */
export function nearby<E extends TwinEntity>(
  name: E,
  asked: Accessor<Omit<TwinRow, "id"> | undefined>,
  jobs: Jobs = browserJobs(),
): Accessor<readonly Found<E>[]> {
  const { data } = useSession();
  const rows = data.list(name, () => ({}));
  const accounts = data.list("account", () => ({}));
  const index = new TwinIndex(kindOfTwins(name));
  const held = new Map<string, RecordOf<E>>();
  const [moved, move] = createSignal(undefined, { equals: false });
  let stop = (): void => undefined;
  onCleanup(() => stop());
  const feed = function* (now: readonly RecordOf<E>[]): Steps<void> {
    const companies = new Map(name === "contact" ? accounts().map((row) => [row.id, row.name]) : []);
    const live = new Set<string>();
    for (const [at, row] of now.entries()) {
      live.add(row.id);
      if (held.get(row.id) !== row) index.put(twinOf(name, row as RecordOf<TwinEntity>, companies.get(row.anchor)));
      held.set(row.id, row);
      if (at % 50 === 49) yield;
    }
    for (const id of held.keys())
      if (!live.has(id)) {
        index.drop(id);
        held.delete(id);
      }
  };
  const wanted = createMemo(() => asked() !== undefined);
  createEffect(
    on([rows, wanted], ([now, isWanted]) => {
      if (!isWanted) return;
      stop();
      stop = jobs.run(feed(now), () => move(undefined));
    }),
  );
  return createMemo(() => {
    moved();
    const one = asked();
    if (!one) return [];
    return index.near({ id: "", ...one }).flatMap((near) => {
      const row = held.get(near.id);
      return row ? [{ ...near, row }] : [];
    });
  });
}
