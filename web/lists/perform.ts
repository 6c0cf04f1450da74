import type { Row } from "../../shared/records/entities.ts";
import { bulkEn } from "../i18n/en/bulk.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { partOf } from "../i18n/part.ts";
import { bulkZh } from "../i18n/zh-CN/bulk.ts";
import type { Session } from "../shell/context.ts";
import { peek, whyInAll } from "../shell/words.ts";
import { toast } from "../ui/toast.tsx";
import { runActs, undoActs, type Act, type Host, type Not, type Plan, type Ran } from "./acts.ts";
import type { Desk } from "./desk.ts";
import type { ListKind } from "./kind.ts";

export const b = partOf(bulkEn, bulkZh);

/** The local copy as acts on many rows see it. */
export const hostOf = ({ data }: Session): Host => ({
  zone: data.me.zone,
  row: (id) => data.copy.record(id),
  may: (action, row, field) => data.can(action, row, field),
  would: (name, args) => data.would(name, args),
  mutate: (name, args) => data.mutate(name, args),
  takeOut: async (act) => {
    const said = JSON.stringify(act.args);
    const line = data.outbox().findLast((one) => one.name === act.name && JSON.stringify(one.args) === said);
    return line?.state === "saved" && data.discard(line);
  },
});

export function whyNot(session: Session, { row, why }: Not): string {
  if (why.kind === "refused") return peek(() => (why.answer.ok ? "" : whyInAll(session, { ...why.answer, args: { id: row.id } })));
  if (why.kind === "wrong") return b("wrong", why.text.length > 40 ? `${why.text.slice(0, 40)}…` : why.text, b(`wrong.${why.wrong}`));
  return b(`why.${why.kind}`);
} // prettier-ignore
export const aboutNot = (kind: ListKind, { row, field }: Not): string =>
  field === undefined ? kind.title(row) : b("edit", fieldLabel(field), kind.title(row));

export const rowsOf = (acts: readonly Act[]): number => new Set(acts.map(({ row }) => row.id)).size;
/** A zone that goes with a day is no cell of its own. */
export const cellsOf = (acts: readonly Act[]): number =>
  acts.reduce((sum, { set }) => sum + Object.keys(set ?? {}).filter((field) => !field.endsWith("Zone")).length, 0);

const namedInToast = 2;
function tell(session: Session, kind: ListKind, did: string, not: readonly Not[], left: number, more: readonly string[]): string {
  const named = not.slice(0, namedInToast).map((one) => `${aboutNot(kind, one)} (${whyNot(session, one)})`);
  const rest = not.length > namedInToast ? [b("more", not.length - namedInToast)] : [];
  const lacks = not.length > 0 ? [`${b("not", not.length)}: ${[...named, ...rest].join(", ")}`] : [];
  return [did, ...(left > 0 ? [b("stopped", left)] : []), ...more, ...lacks].join(" · ");
} // prettier-ignore

const shownFrom = 20; // fewer acts are done before anybody could read how many
/** With its progress on the desk, and a way to stop it. */
async function worked(desk: Desk, all: number, back: boolean, run: (go: (done: number) => boolean) => Promise<Ran>): Promise<Ran> {
  let isWanted = true;
  const show = (done: number): unknown => desk.setWork({ done, all, back, stop: () => (isWanted = false) });
  desk.setLeft([]);
  if (all >= shownFrom) show(0);
  try {
    return await run((done) => {
      if (all >= shownFrom && done % 5 === 0) show(done);
      return isWanted;
    });
  } finally {
    desk.setWork(undefined);
  }
} // prettier-ignore

export interface Said {
  /** What was done, of how many: the acts say how they are counted. */
  readonly did: (acts: readonly Act[]) => string;
  /** What else there is to be said. */
  readonly more?: readonly string[];
}
/** Does what was planned and says what became of it; one Undo takes all of it back (LIST-7). */
export async function perform(session: Session, desk: Desk, kind: ListKind, plan: Plan, { did, more = [] }: Said): Promise<Ran | undefined> {
  const nothing = plan.acts.length === 0 && plan.not.length === 0;
  if (desk.work() || nothing) {
    toast(nothing ? { text: [b("none"), ...more].join(" · ") } : { text: b("busy"), bad: true });
    return undefined;
  }
  const host = hostOf(session);
  const ran = await worked(desk, plan.acts.length, false, (go) => runActs(host, plan.acts, go));
  const not = [...plan.not, ...ran.not];
  desk.setLeft(not);
  toast({
    text: tell(session, kind, did(ran.done), not, ran.left, more),
    bad: ran.done.length === 0,
    ...(ran.done.length > 0 ? { undo: () => void takeBack(session, desk, kind, ran.done) } : {}),
  });
  return ran;
} // prettier-ignore
/** Says what could be taken back, and what not. */
export async function takeBack(session: Session, desk: Desk, kind: ListKind, acts: readonly Act[]): Promise<void> {
  const host = hostOf(session);
  const ran = await worked(desk, acts.length, true, (go) => undoActs(host, acts, go));
  desk.setLeft(ran.not);
  const text = tell(session, kind, b("takenBack", rowsOf(ran.done)), ran.not, ran.left, []);
  toast({ text, bad: ran.done.length === 0 });
}

/** Ids of the records that this device holds under a name. Who left is nobody to give anything to. */
export function namesHere({ data }: Session, nameOf: (row: Row) => string, fold: (text: string) => string) {
  const known = new Map<string, Map<string, string[]>>();
  return (to: Parameters<typeof data.copy.records>[0], name: string): readonly string[] => {
    let names = known.get(to);
    if (!names) {
      names = new Map();
      for (const row of data.copy.records(to)) {
        if (to === "member" && row["employment"] !== "active") continue;
        const key = fold(nameOf(row));
        names.set(key, [...(names.get(key) ?? []), row.id]);
      }
      known.set(to, names);
    }
    return names.get(fold(name)) ?? [];
  };
}
