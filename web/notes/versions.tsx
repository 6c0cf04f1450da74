import ChevronDown from "lucide-solid/icons/chevron-down";
import ChevronUp from "lucide-solid/icons/chevron-up";
import type { JSONContent } from "@tiptap/core";
import { createMemo, createResource, createSignal, For, Match, Show, Switch, type JSX } from "solid-js";
import type { RecordOf } from "../../shared/records/entities.ts";
import { richOf, type RichNode } from "../../shared/sections/json.ts";
import { hasSchema } from "../../shared/sections/kinds.ts";
import { textOf } from "../../shared/sections/text.ts";
import type { OpenSection } from "../data/rooms.ts";
import { http } from "../http.ts";
import { instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { Bone, Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { toast } from "../ui/toast.tsx";
import { difference, isSame, unchanged } from "./difference.ts";
import paper from "./editor.module.css";
import { readableOf, readingSchema } from "./schema.ts";
import { draw, type Drawn } from "./version-page.ts";
import css from "./versions.module.css";
import { vw } from "./words.ts";

const nameMax = 80; // as the edge has it
interface Version {
  readonly id: string;
  readonly gen: number;
  readonly at: number;
  readonly by: string | null;
  readonly why: "hand" | "idle" | "handoff" | "restore" | "squash" | "raise" | "loss" | "flood";
  readonly name: string | null;
  readonly writers: readonly string[];
}
interface Versions {
  readonly gen: number;
  readonly writes: boolean;
  readonly restores: boolean;
  readonly items: readonly Version[];
}
interface Text extends Version {
  readonly text: string;
  readonly rich: RichNode | null;
}
/** What is compared with it. */
type Against = "nothing" | "now" | "before";

/** In the shape that the editor's schema allows, whatever came; words without formatting are a paragraph a line. */
const blocksOf = ({ text, rich }: Pick<Text, "text" | "rich">): readonly JSONContent[] =>
  rich
    ? readableOf(rich)
    : text.split("\n").map((line) => ({
        type: "paragraph",
        ...(line === "" ? {} : { content: [{ type: "text", text: line }] }),
      }));

/** What a note was: its versions, what changed, and the way back (SECTION-10). Needs a network; nothing is kept here. */
export default function Versions(props: {
  readonly row: RecordOf<"section">;
  readonly section: OpenSection;
  readonly onClose: () => void;
}): JSX.Element {
  const session = useSession();
  const link = session.data.source(props.row.id)?.link;
  const base = `/api/accounts/${props.row.anchor}/sections/${props.row.id}`;
  const ask = async <T,>(path: string, body?: unknown): Promise<T> => {
    const answer = await http<T>(base + path, body, undefined, link);
    if (!answer.ok) throw new Failed(answer.error.code);
    return answer.value;
  };
  const [list, { refetch }] = createResource(() => ask<Versions>("/versions"));
  const items = () => (list.state === "ready" || list.state === "refreshing" ? (list.latest?.items ?? []) : []);
  const [picked, pick] = createSignal<string>();
  const chosen = createMemo(() => items().find(({ id }) => id === (picked() ?? items()[0]?.id)));
  const earlier = createMemo(() => items()[items().findIndex(({ id }) => id === chosen()?.id) + 1]);
  const [against, setAgainst] = createSignal<Against>("now");
  const [texts] = createResource(
    () => ({ chosen: chosen()?.id, before: against() === "before" ? earlier()?.id : undefined }),
    async ({ chosen: id, before }) => {
      if (id === undefined) return null;
      const [one, other] = await Promise.all([
        ask<Text>(`/versions/${id}`),
        before === undefined ? null : ask<Text>(`/versions/${before}`),
      ]);
      return { one: blocksOf(one), other: other ? blocksOf(other) : [] };
    },
  );
  const present = (): readonly JSONContent[] => {
    const { doc } = props.section;
    const kind = props.row.sectionKind ?? "shared";
    return blocksOf({ text: textOf(doc, kind), rich: hasSchema(kind) ? richOf(doc) : null });
  };
  const pieces = createMemo(() => {
    const got = texts.state === "ready" ? texts.latest : null;
    if (!got) return null;
    if (against() === "nothing") return unchanged(got.one);
    return against() === "before" ? difference(got.other, got.one, locale()) : difference(got.one, present(), locale());
  });
  const drawn = createMemo(() => {
    const all = pieces();
    return (
      all &&
      draw(all, readingSchema(), {
        added: vw("added"),
        removed: vw("removed"),
        restyled: vw("restyled"),
        ticked: vw("ticked"),
        unticked: vw("unticked"),
        task: t("block.task"),
        item: t("notes.checkItem"),
        newer: t("notes.newerBlock"),
      })
    );
  });

  const who = (version: Version): string =>
    (version.by ? [version.by] : version.writers)
      .map((id) => session.memberName(id))
      .filter(Boolean)
      .join(", ");
  const when = (version: Version): string =>
    instant(version.at, { locale: locale(), zone: session.data.me.zone, now: now() });
  const why = (version: Version): string => vw(`why.${version.why}`);

  const failed = (error: unknown): void => {
    const code = error instanceof Failed ? error.code : "unavailable";
    const words =
      code === "version_conflict"
        ? vw("moved")
        : code === "denied"
          ? vw("denied")
          : code === "invalid"
            ? vw("nothing")
            : vw("failed");
    toast({ text: words, bad: true });
  };
  const [name, setName] = createSignal("");
  const keep = async (event: Event): Promise<void> => {
    event.preventDefault();
    const named = name().trim();
    try {
      await ask("/versions", named === "" ? {} : { name: named });
      setName("");
      toast({ text: vw("kept") });
    } catch (error) {
      failed(error);
    }
    await refetch();
  };
  const [asking, setAsking] = createSignal(false);
  const restore = async (): Promise<void> => {
    const version = chosen();
    const gen = list.latest?.gen;
    setAsking(false);
    if (!version || gen === undefined) return;
    try {
      await ask(`/versions/${version.id}/restore`, { gen });
      session.data.syncNow();
      toast({ text: vw("restored", when(version)) });
      props.onClose();
    } catch (error) {
      failed(error);
      await refetch();
    }
  };

  return (
    <section
      class={css.panel}
      aria-label={vw("title")}
      onKeyDown={(event) => event.key === "Escape" && !asking() && props.onClose()}
    >
      <header class={css.head}>
        <h2 class={css.title}>{vw("title")}</h2>
        <Button
          small
          look="quiet"
          onClick={() => props.onClose()}
          ref={(button) => queueMicrotask(() => button.focus())}
        >
          {vw("back")}
        </Button>
      </header>
      <Switch>
        <Match when={list.error}>
          <Empty act={<Button onClick={() => void refetch()}>{t("act.retry")}</Button>}>
            {session.offline() ? vw("offline") : vw("hidden")}
          </Empty>
        </Match>
        <Match when={list.state === "pending"}>
          <div class={css.waiting} role="status" aria-busy="true" aria-label={vw("loading")}>
            <Bone of={5} />
            <Bone of={4} />
          </div>
        </Match>
        <Match when={list.latest}>
          <Show when={list.latest?.writes}>
            <form class={css.keep} onSubmit={(event) => void keep(event)}>
              <input
                class={css.name}
                aria-label={vw("name")}
                placeholder={vw("name")}
                maxLength={nameMax}
                value={name()}
                onInput={(event) => setName(event.currentTarget.value)}
              />
              <Button small type="submit">
                {vw("keep")}
              </Button>
            </form>
          </Show>
          <Show when={items().length > 0} fallback={<Empty>{vw("none")}</Empty>}>
            <ul class={css.list}>
              <For each={items()}>
                {(version) => (
                  <li>
                    <button
                      type="button"
                      class={css.version}
                      aria-pressed={version.id === chosen()?.id}
                      onClick={() => pick(version.id)}
                    >
                      <span class={`${css.when} num`}>{when(version)}</span>
                      <span class={`${css.what} clip`}>
                        {version.name ? <b>{version.name}</b> : why(version)}
                        <Show when={who(version)}>{` · ${who(version)}`}</Show>
                      </span>
                    </button>
                  </li>
                )}
              </For>
            </ul>
            <div class={css.acts}>
              <div class={css.switch} role="group" aria-label={vw("compare")}>
                <For each={["nothing", "now", "before"] as const}>
                  {(one) => (
                    <Button small look="quiet" aria-pressed={against() === one} onClick={() => setAgainst(one)}>
                      {vw(`against.${one}`)}
                    </Button>
                  )}
                </For>
              </div>
              <Show when={list.latest?.restores}>
                <Button small onClick={() => setAsking(true)}>
                  {vw("restore")}
                </Button>
              </Show>
            </div>
            <Show
              when={drawn()}
              keyed
              fallback={
                <Show when={!texts.error} fallback={<Empty>{vw("failed")}</Empty>}>
                  <div class={css.waiting} role="status" aria-busy="true" aria-label={vw("loading")}>
                    <Bone of={6} />
                    <Bone of={5} />
                  </div>
                </Show>
              }
            >
              {(page) => (
                <>
                  <Show when={against() !== "nothing"}>
                    <Show when={!isSame(pieces() ?? [])} fallback={<p class="meta">{vw("same")}</p>}>
                      <Steps page={page} />
                    </Show>
                  </Show>
                  <div class={paper.paper}>
                    <div
                      class={`${paper.text} ${css.text}`}
                      lang={locale()}
                      tabIndex={0}
                      role="region"
                      aria-label={against() === "nothing" ? vw("text") : vw("difference")}
                      ref={(element) => element.append(page.content)}
                    />
                  </div>
                </>
              )}
            </Show>
          </Show>
        </Match>
      </Switch>
      <Dialog
        open={asking()}
        onClose={() => setAsking(false)}
        title={vw("askTitle")}
        actions={
          <>
            <Button look="primary" onClick={() => void restore()}>
              {vw("restore")}
            </Button>
            <Button onClick={() => setAsking(false)}>{t("act.cancel")}</Button>
          </>
        }
      >
        {vw("askBody", chosen() ? when(chosen() as Version) : "")}
      </Dialog>
    </section>
  );
}

const signs = ["added", "removed", "restyled"] as const;

/** How many changes there are and what their signs mean; the way from one to the next. */
function Steps(props: { readonly page: Drawn }): JSX.Element {
  const [at, setAt] = createSignal(-1);
  const count = () => props.page.stops.length;
  const step = (by: number): void => {
    const next = at() < 0 ? (by > 0 ? 0 : count() - 1) : (at() + by + count()) % count();
    setAt(next);
    const stop = props.page.stops[next];
    stop?.focus({ preventScroll: true });
    stop?.scrollIntoView({ block: "center" });
  };
  return (
    <div class={css.steps} role="group" aria-label={vw("changes")}>
      <p class={css.what}>
        {vw("count", count())}
        <For each={signs.filter((change) => props.page.changes.has(change))}>
          {(change) => (
            <>
              {" · "}
              <span data-sign={change} aria-hidden="true">
                {vw(`${change}`)}
              </span>
            </>
          )}
        </For>
      </p>
      <span class="meta num" role="status">
        {at() < 0 ? "" : vw("at", at() + 1, count())}
      </span>
      <Button small square look="quiet" aria-label={vw("earlier")} onClick={() => step(-1)}>
        <ChevronUp size={15} />
      </Button>
      <Button small square look="quiet" aria-label={vw("later")} onClick={() => step(1)}>
        <ChevronDown size={15} />
      </Button>
    </div>
  );
}

class Failed extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}
