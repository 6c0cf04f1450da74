import Bell from "lucide-solid/icons/bell";
import BellOff from "lucide-solid/icons/bell-off";
import { createEffect, createMemo, For, onCleanup, onMount, Show, untrack, type JSX } from "solid-js";
import { limits } from "../../shared/kernel/limits.ts";
import { noticeKinds, type NoticeKind } from "../../shared/notices/kinds.ts";
import { ignoredOf, isNoise } from "../../shared/notices/quiet.ts";
import { remindAt } from "../../shared/tasks/due.ts";
import { remindsAt } from "../approvals/model.ts";
import { now, useSession } from "../shell/context.ts";
import layout from "../shell/layout.module.css";
import { say } from "../tasks/words.ts";
import { taken } from "../tasks/act.ts";
import { keepFocus } from "../today/keep-focus.ts";
import { ItemRow } from "../today/rows.tsx";
import rows from "../today/today.module.css";
import { said } from "../today/words.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./notices.module.css";
import { markOpened, noticesOf, settle, type Item } from "./notices.ts";

/** The bell in the sidebar: how many were not looked at. */
export function NoticeBell(props: { readonly onOpen: () => void }): JSX.Element {
  const notices = noticesOf(useSession());
  return (
    <button type="button" class={layout.link} onClick={() => props.onOpen()}>
      <Show when={notices.isQuiet()} fallback={<Bell size={16} />}>
        <BellOff size={16} />
      </Show>
      <span>{said("notices")}</span>{" "}
      <Show when={notices.fresh() > 0}>
        <span class={`${layout.count} ${layout.countOn} num`}>
          {notices.fresh() > 99 ? "99+" : notices.fresh()}
          <span class="sr"> {said("fresh")}</span>
        </span>
      </Show>
    </button>
  );
} // prettier-ignore

/** Tells the shell how much is new, and says reminders of tasks whose moment comes while this page is open. */
export function Reminders(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const mine = data.list("task", () => ({
    where: (row, look) =>
      row.done !== true &&
      typeof row.remindMin === "number" &&
      (row.owner || (row.anchor === data.me.member ? data.me.member : look(row.anchor)?.["owner"])) === data.me.member,
    refs: ["anchor"],
  }));
  const notices = noticesOf(session);
  createEffect(() => session.tellNew(notices.fresh(), notices.of("mention").length));
  let before = untrack(now);
  createEffect(() => {
    const at = now();
    const from = before;
    before = at;
    if (at === from || untrack(notices.isQuiet)) return;
    if (untrack(() => notices.mode("asked")) === "now")
      for (const { row } of untrack(() => notices.of("asked"))) {
        const moment = remindsAt(row);
        if (moment !== null && moment > from && moment <= at) toast({ text: say("reminder", row.name ?? "") });
      }
    if (untrack(() => notices.mode("due")) === "off") return;
    for (const task of untrack(mine)) {
      const moment = remindAt(task, data.me.zone);
      if (moment !== null && moment > from && moment <= at) toast({ text: say("reminder", task.name ?? "") });
    }
  });
  return null;
}

/** What the bell tells, by account, each with its act; and which kinds their member never heeds. */
export function NoticePanel(props: { readonly onClose: () => void }): JSX.Element {
  return (
    <Dialog open side title={said("notices")} onClose={props.onClose}>
      <Inside />
    </Dialog>
  );
}

function Inside(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const notices = noticesOf(session);
  // Fifty of a kind are looked through by nobody: the rest is one line.
  const shown = createMemo(() =>
    noticeKinds.flatMap((kind) =>
      notices
        .told()
        .filter((item) => item.kind === kind)
        .slice(0, limits.noticesOpenMax),
    ),
  );
  const beyond = createMemo(() =>
    noticeKinds.flatMap((kind) => {
      const n = notices.told().filter((item) => item.kind === kind).length - limits.noticesOpenMax;
      return n > 0 ? [{ kind, n }] : [];
    }),
  );
  const keyOf = ({ kind, about }: Item) => `${kind} ${about}`;
  const byKey = createMemo(() => new Map(shown().map((item) => [keyOf(item), item])));
  const groups = createMemo(() => {
    const by = Map.groupBy(shown(), (item) => item.anchor);
    return [...by].map(([anchor, items]) => ({ anchor, key: `${anchor} ${items.map(keyOf).join()}`, keys: items.map(keyOf) }));
  });
  const name = (anchor: string) =>
    data.record("account", () => anchor)()?.name ?? (anchor === data.me.member ? said("mine") : said("organisation"));
  /** Of one thing its row says the account; of several their heading does. */
  const isGroup = (anchor: string) => (groups().find((group) => group.anchor === anchor)?.keys.length ?? 0) > 1;
  const noisy = createMemo(() =>
    [...ignoredOf(notices.kept(), now())].filter(([kind, rate]) => isNoise(rate) && notices.mode(kind as NoticeKind) === "now"),
  );
  // What was told since the panel opened was looked at, also if its act was done at once.
  const seen = new Map<string, Item>();
  const tell = () => {
    settle(session, untrack(shown));
    markOpened(session, [...seen.values()]);
  };
  createEffect(() => {
    for (const item of shown()) seen.set(keyOf(item), item);
    const timer = window.setTimeout(tell, 1_000);
    onCleanup(() => window.clearTimeout(timer));
  });
  onCleanup(tell);
  const choose = (kind: string, mode: string) =>
    void data.mutate("preference.set@1", { anchor: data.me.member, modes: { [kind]: mode } }).then(taken);
  let panel: HTMLDivElement | undefined;
  onMount(() => panel && onCleanup(keepFocus(panel)));
  return (
    <div class={css.panel} tabindex="-1" ref={(element) => (panel = element)}>
      <Show when={notices.isQuiet()}>
        <p class={css.note}>{said("noneQuiet")}</p>
      </Show>
      <For each={noisy()}>
        {([kind, rate]) => (
          <div class={css.noise}>
            <p>{said("noise", rate.ignored, rate.shown, said(`kind.${kind as NoticeKind}`))}</p>
            <p class={css.acts}>
              <Button small onClick={() => choose(kind, "digest")}>
                {said("inToday")}
              </Button>
              <Button small look="quiet" onClick={() => choose(kind, "off")}>
                {said("turnOff")}
              </Button>
            </p>
          </div>
        )}
      </For>
      <Show when={shown().length > 0} fallback={<p class={css.note}>{said("none")}</p>}>
        <For each={groups().map(({ anchor }) => anchor)}>
          {(anchor) => (
            <section>
              <Show when={isGroup(anchor)}>
                <h3 class={css.head}>{name(anchor)}</h3>
              </Show>
              <ul class={isGroup(anchor) ? rows.grouped : undefined}>
                <For each={groups().find((group) => group.anchor === anchor)?.keys ?? []}>
                  {(key) => {
                    const item = createMemo<Item | undefined>((before) => byKey().get(key) ?? before);
                    return <Show when={item()}>{(one) => <ItemRow item={one()} />}</Show>;
                  }}
                </For>
              </ul>
            </section>
          )}
        </For>
        <For each={beyond()}>{({ kind, n }) => <p class={css.note}>{said("moreOf", n, said(`kind.${kind}`))}</p>}</For>
      </Show>
    </div>
  );
} // prettier-ignore
