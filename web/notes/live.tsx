/** What records say in a note: tasks behind items of checklists, and the names of today in mentions. */
import CalendarPlus from "lucide-solid/icons/calendar-plus";
import CircleDashed from "lucide-solid/icons/circle-dashed";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  lazy,
  on,
  onCleanup,
  onMount,
  Show,
  Suspense,
  untrack,
  type JSX,
} from "solid-js";
import { insert } from "solid-js/web";
import type { Node } from "@tiptap/pm/model";
import type { Transaction } from "@tiptap/pm/state";
import { ySyncPluginKey } from "@tiptap/y-tiptap";
import { limits } from "../../shared/kernel/limits.ts";
import { entityOfId, type RecordOf, type Row } from "../../shared/records/entities.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { titleOf } from "../search/text.ts";
import { now, useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { whyWords } from "../shell/sync-words.ts";
import { Avatar } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { toast } from "../ui/toast.tsx";
import { itemAround, livesOf, type Live as LiveOne } from "./lives.ts";
import css from "./live.module.css";
import type { Shown } from "./overlay.ts";
import { isFromRoom } from "./raise.ts";
import { itemsIn, taskOf } from "./task-items.ts";

const Card = lazy(() => import("./cards.tsx"));
/** A pause in which the record gets the words of its item. */
const pauseMs = 1_500;

type Task = RecordOf<"task">;
/** What an item says of its task: its own line, without what hangs under it. */
const wordsOf = (item: Node): string =>
  (item.firstChild?.textBetween(0, item.firstChild.content.size, " ", (leaf) => `@${String(leaf.attrs["label"] ?? "")}`) ?? "")
    .trim()
    .slice(0, limits.textMax); // prettier-ignore

export default function Live(props: {
  readonly row: RecordOf<"section">;
  readonly shown: Shown;
  readonly writes: boolean;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const { editor } = props.shown;
  const lives = livesOf(editor);
  const section = props.row.id;
  const account = props.row.anchor;
  const [opened, open] = createSignal<LiveOne>();
  // The right goes by records that come and go: asked again with each change.
  const [moved, move] = createSignal(0);
  onCleanup(data.onChange(() => move((n) => n + 1)));

  /** The task that an item stands for: of this note, or none. */
  const bound = (id: string | null): Task | undefined => {
    const row = data.record("task", () => id ?? undefined)();
    return row?.about === section ? row : undefined;
  };
  const untracked = (id: string): Task | undefined => {
    const row = data.copy.record(id);
    return row?.["about"] === section ? (row as Task) : undefined;
  };
  const say = (done: Awaited<ReturnType<typeof data.mutate>>): boolean => {
    if (!done.ok) toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    return done.ok;
  };

  // --- the words of items, for their records

  /** Tasks whose items were changed here since their records had the words. */
  const touched = new Set<string>();
  /** Made in this editor, and of these, taken back by undo. */
  const made = new Set<string>();
  const undone = new Set<string>();
  let timer = 0;
  let within: string | null = null;

  const settle = (ids: readonly string[]): void => {
    const items = new Map<string, Node>();
    for (const { node } of itemsIn(editor.state.doc))
      if (!items.has(taskOf(node) ?? "")) items.set(taskOf(node) ?? "", node);
    for (const id of ids) {
      touched.delete(id);
      const item = items.get(id);
      const name = item ? wordsOf(item) : "";
      if (name !== "") void write(id, name);
    }
  };
  const write = async (id: string, name: string): Promise<void> => {
    const row = untracked(id);
    if (row) {
      if (row.name !== name && data.can("edit", row as Row).allowed)
        say(await data.mutate("task.edit@1", { id, set: { name } }));
      return;
    }
    if (!lives.mine.delete(id)) return;
    made.add(id);
    say(await data.mutate("section.add_task@1", { id, section, name }));
  };
  const later = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => settle([...touched]), pauseMs);
  };

  const typed = ({ transaction }: { readonly transaction: Transaction }): void => {
    const isUndo =
      (transaction.getMeta(ySyncPluginKey) as { isUndoRedoOperation?: boolean } | undefined)?.isUndoRedoOperation ===
      true;
    if (transaction.docChanged && isUndo) takeBack();
    else if (transaction.docChanged && !isFromRoom(transaction)) {
      for (const id of itemsTouched(transaction)) touched.add(id);
      if (touched.size > 0) later();
    }
    const around = itemAround(editor.state);
    const here = around && taskOf(around.node);
    if (within !== null && within !== here && touched.has(within)) settle([within]);
    within = here;
  };
  /** Undone, a task that was just made goes with its item, and comes back with it. */
  const takeBack = (): void => {
    const there = new Set(itemsIn(editor.state.doc).map(({ node }) => taskOf(node)));
    for (const id of made) {
      if (there.has(id)) continue;
      made.delete(id);
      undone.add(id);
      const row = untracked(id);
      if (row && data.can("delete", row as Row).allowed) void data.mutate("task.delete@1", { id });
    }
    for (const id of undone) {
      if (!there.has(id)) continue;
      undone.delete(id);
      lives.mine.add(id);
      touched.add(id);
      later();
    }
  };
  const flush = (): void => {
    clearTimeout(timer);
    settle([...touched, ...lives.mine]);
  };
  onMount(() => {
    if (!props.writes) return;
    // What was written before this was fetched.
    for (const id of lives.mine) touched.add(id);
    if (touched.size > 0) later();
    editor.on("transaction", typed);
    editor.on("blur", flush);
    window.addEventListener("pagehide", flush);
    onCleanup(() => {
      editor.off("transaction", typed);
      editor.off("blur", flush);
      window.removeEventListener("pagehide", flush);
      flush();
    });
  });

  // --- what is done to them

  const tick = async (live: LiveOne, done: boolean): Promise<void> => {
    const id = taskOf(live.node());
    if (id === null) return;
    const row = untracked(id);
    const why = whyNoTick(row, lives.mine.has(id));
    if (why !== undefined) return toast({ text: why });
    if (lives.mine.has(id)) {
      const name = wordsOf(live.node());
      if (name === "") return;
      await write(id, name);
    }
    say(await data.mutate("task.complete@1", { id, done, ...(row?.repeat ? { due: row.dueDay ?? null } : {}) }));
  };
  const whyNoTick = (row: Task | undefined, isMine: boolean): string | undefined => {
    if (!row) return isMine ? undefined : t("task.absent");
    const may = data.can("edit", row as Row);
    return may.allowed ? undefined : (may.why ?? whyWords("denied"));
  };
  lives.watcher = { open, tick: (live, done) => void tick(live, done), isOurs: (id) => untracked(id) !== undefined };
  onCleanup(() => (lives.watcher = null));
  createEffect(on(lives.all, (all) => all.includes(opened() as LiveOne) || open(undefined), { defer: true }));

  function Item(own: { readonly live: LiveOne }): JSX.Element {
    const { live } = own;
    const id = createMemo(() => taskOf(live.node()));
    const row = createMemo(() => bound(id()));
    const isMine = (): boolean => row() === undefined && moved() >= 0 && lives.mine.has(id() ?? "");
    createEffect(() => {
      if (id() === null) return live.show?.(undefined);
      const [task, at] = [row(), moved()];
      const why = at >= 0 ? untrack(() => whyNoTick(task, isMine())) : undefined;
      live.show?.({ done: task?.done === true, why });
    });
    if (live.facts)
      insert(
        live.facts,
        <Show when={id() !== null}>
          <Show when={!isMine()} fallback={<span class={`${css.facts} meta`}>{t("block.task")}</span>}>
            <button
              type="button"
              tabIndex={props.writes ? -1 : undefined}
              aria-haspopup="dialog"
              onClick={() => open(live)}
            >
              <span class="sr">
                {row() ? t("task.facts", ownerOf(row() as Task), dueOf(row() as Task)) : t("task.absent")}
              </span>
              <span class={`${css.facts} meta`} aria-hidden="true">
                <Show when={row()} fallback={<CircleDashed size={14} />}>
                  {(task) => <Facts task={task()} />}
                </Show>
              </span>
            </button>
          </Show>
        </Show>,
      );
    onCleanup(() => {
      live.show?.(undefined);
      if (live.facts) live.facts.textContent = "";
    });
    return null;
  }
  const ownerIdOf = (task: Task): string => task.owner ?? data.record("account", () => account)()?.owner ?? "";
  const ownerOf = (task: Task): string => session.memberName(ownerIdOf(task));
  const today = createMemo(() => dayIn(now(), data.me.zone));
  const dueOf = (task: Task): string =>
    task.dueDay
      ? day(task.dueDay, { locale: locale(), today: today(), zone: task.dueZone ?? null, mine: data.me.zone })
      : "";
  function Facts(own: { readonly task: Task }): JSX.Element {
    return (
      <>
        <ChangeMark state={markOf(data, own.task.id)} />
        <Show when={dueOf(own.task)} fallback={<CalendarPlus size={14} />}>
          <span class="num" classList={{ [css.late ?? ""]: !own.task.done && (own.task.dueDay ?? "9") < today() }}>
            {dueOf(own.task)}
          </span>
        </Show>
        <Show when={ownerOf(own.task)}>{(name) => <Avatar id={ownerIdOf(own.task)} name={name()} quiet />}</Show>
      </>
    );
  }

  function Mention(own: { readonly live: LiveOne }): JSX.Element {
    const { live } = own;
    createEffect(() => {
      const { kind, id, label } = live.node().attrs as Record<string, unknown>;
      const name = nameNow(String(kind), typeof id === "string" ? id : "");
      live.dom.textContent = `@${name || String(label)}`;
    });
    return null;
  }
  const nameNow = (kind: string, id: string): string => {
    if (kind === "member") return session.memberName(id);
    const entity = entityOfId(id);
    const row = entity && data.record(entity, () => id)();
    return entity && row ? titleOf(entity, row as Row) : "";
  };

  const close = (): void => {
    const live = opened();
    open(undefined);
    if (editor.isDestroyed) return;
    if (props.writes) editor.commands.focus(undefined, { scrollIntoView: false });
    else (live?.facts?.querySelector("button") ?? live?.dom)?.focus();
  };
  /** An item that is no task any more: done stays done. */
  const unlink = (live: LiveOne, id: string | null, done: boolean): void => {
    const at = live.at();
    if (at === undefined || !props.writes || editor.isDestroyed) return;
    editor.view.dispatch(editor.state.tr.setNodeAttribute(at, "task", id).setNodeAttribute(at, "checked", done));
  };
  return (
    <>
      <For each={lives.all()}>{(live) => (live.facts ? <Item live={live} /> : <Mention live={live} />)}</For>
      <Show when={opened()} keyed>
        {(live) => (
          <Suspense>
            <Card
              anchor={live.facts ?? live.dom}
              title={
                live.facts ? wordsOf(live.node()) || t("block.task") : (live.dom.textContent ?? "").replace(/^@/, "")
              }
              of={live.facts ? "task" : "mention"}
              id={String(live.node().attrs[live.facts ? "task" : "id"] ?? "")}
              task={live.facts ? bound(taskOf(live.node())) : undefined}
              account={account}
              narrow={props.row.group !== "shared"}
              onClose={close}
              {...(props.writes
                ? {
                    onPlain: (done: boolean) => unlink(live, null, done),
                    onTask: (id: string) => unlink(live, id, false),
                  }
                : {})}
            />
          </Suspense>
        )}
      </Show>
    </>
  );
}

/** Tasks whose items a change goes through. */
function itemsTouched(change: Transaction): Set<string> {
  const ids = new Set<string>();
  for (const [at, map] of change.mapping.maps.entries())
    map.forEach((_oldFrom, _oldTo, from, to) => {
      const rest = change.mapping.slice(at + 1);
      const size = change.doc.content.size;
      const [start, end] = [Math.min(rest.map(from, -1), size), Math.min(rest.map(to, 1), size)];
      change.doc.nodesBetween(Math.max(0, start - 1), Math.min(size, end + 1), (node) => {
        const id = node.type.name === "taskItem" ? taskOf(node) : null;
        if (id) ids.add(id);
      });
    });
  for (const { node } of attributed(change)) if (taskOf(node)) ids.add(taskOf(node) ?? "");
  return ids;
}
/** A step on an attribute maps nothing: it is how an item becomes a task. */
function attributed(change: Transaction): { readonly node: Node }[] {
  return change.steps.flatMap((step) => {
    const at = "pos" in step && typeof step.pos === "number" ? change.doc.nodeAt(step.pos) : null;
    return at?.type.name === "taskItem" ? [{ node: at }] : [];
  });
}
