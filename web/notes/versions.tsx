import { createMemo, createResource, createSignal, For, Match, Show, Switch, type JSX } from "solid-js";
import type { RecordOf } from "../../shared/records/entities.ts";
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
import { difference } from "./difference.ts";
import css from "./versions.module.css";

const nameMax = 80; // as the edge has it
interface Version {
  readonly id: string;
  readonly gen: number;
  readonly at: number;
  readonly by: string | null;
  readonly why: "hand" | "idle" | "restore" | "squash" | "raise" | "loss" | "flood";
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
}

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
  const [against, setAgainst] = createSignal<"now" | "before">("now");
  const [texts] = createResource(
    () => ({ chosen: chosen()?.id, before: against() === "before" ? earlier()?.id : undefined }),
    async ({ chosen: id, before }) => {
      if (id === undefined) return null;
      const [one, other] = await Promise.all([
        ask<Text>(`/versions/${id}`),
        before === undefined ? null : ask<Text>(`/versions/${before}`),
      ]);
      return { one: one.text, other: other?.text ?? "" };
    },
  );
  const runs = createMemo(() => {
    const got = texts.state === "ready" ? texts.latest : null;
    if (!got) return null;
    return against() === "before"
      ? difference(got.other, got.one, locale())
      : difference(got.one, textOf(props.section.doc, props.row.sectionKind ?? "shared"), locale());
  });

  const who = (version: Version): string =>
    (version.by ? [version.by] : version.writers)
      .map((id) => session.memberName(id))
      .filter(Boolean)
      .join(", ");
  const when = (version: Version): string =>
    instant(version.at, { locale: locale(), zone: session.data.me.zone, now: now() });
  const why = (version: Version): string => t(`versions.why.${version.why}`);

  const failed = (error: unknown): void => {
    const code = error instanceof Failed ? error.code : "unavailable";
    const words =
      code === "version_conflict"
        ? t("versions.moved")
        : code === "denied"
          ? t("versions.denied")
          : code === "invalid"
            ? t("versions.nothing")
            : t("versions.failed");
    toast({ text: words, bad: true });
  };
  const [name, setName] = createSignal("");
  const keep = async (event: Event): Promise<void> => {
    event.preventDefault();
    const named = name().trim();
    try {
      await ask("/versions", named === "" ? {} : { name: named });
      setName("");
      toast({ text: t("versions.kept") });
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
      toast({ text: t("versions.restored", when(version)) });
      props.onClose();
    } catch (error) {
      failed(error);
      await refetch();
    }
  };

  return (
    <section
      class={css.panel}
      aria-label={t("versions.title")}
      onKeyDown={(event) => event.key === "Escape" && !asking() && props.onClose()}
    >
      <header class={css.head}>
        <h2 class={css.title}>{t("versions.title")}</h2>
        <Button
          small
          look="quiet"
          onClick={() => props.onClose()}
          ref={(button) => queueMicrotask(() => button.focus())}
        >
          {t("versions.back")}
        </Button>
      </header>
      <Switch>
        <Match when={list.error}>
          <Empty act={<Button onClick={() => void refetch()}>{t("act.retry")}</Button>}>
            {session.offline() ? t("versions.offline") : t("versions.hidden")}
          </Empty>
        </Match>
        <Match when={list.state === "pending"}>
          <div class={css.waiting} aria-busy="true" aria-label={t("versions.loading")}>
            <Bone of={5} />
            <Bone of={4} />
          </div>
        </Match>
        <Match when={list.latest}>
          <Show when={list.latest?.writes}>
            <form class={css.keep} onSubmit={(event) => void keep(event)}>
              <input
                class={css.name}
                aria-label={t("versions.name")}
                placeholder={t("versions.name")}
                maxLength={nameMax}
                value={name()}
                onInput={(event) => setName(event.currentTarget.value)}
              />
              <Button small type="submit">
                {t("versions.keep")}
              </Button>
            </form>
          </Show>
          <Show when={items().length > 0} fallback={<Empty>{t("versions.none")}</Empty>}>
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
              <div class={css.switch} role="group" aria-label={t("versions.compare")}>
                <Button small look="quiet" aria-pressed={against() === "now"} onClick={() => setAgainst("now")}>
                  {t("versions.sinceThen")}
                </Button>
                <Button small look="quiet" aria-pressed={against() === "before"} onClick={() => setAgainst("before")}>
                  {t("versions.inIt")}
                </Button>
              </div>
              <Show when={list.latest?.restores}>
                <Button small onClick={() => setAsking(true)}>
                  {t("versions.restore")}
                </Button>
              </Show>
            </div>
            <Show
              when={runs()}
              fallback={
                <Show when={!texts.error} fallback={<Empty>{t("versions.failed")}</Empty>}>
                  <div class={css.waiting} aria-busy="true" aria-label={t("versions.loading")}>
                    <Bone of={6} />
                    <Bone of={5} />
                  </div>
                </Show>
              }
            >
              {(all) => (
                <>
                  <Show when={all().every(({ kind }) => kind === "same")}>
                    <p class="meta">{t("versions.same")}</p>
                  </Show>
                  <div class={css.text} lang={locale()} tabIndex={0} role="region" aria-label={t("versions.text")}>
                    <For each={all()}>
                      {({ text, kind }) =>
                        kind === "added" ? (
                          <ins class={css.added}>{text}</ins>
                        ) : kind === "removed" ? (
                          <del class={css.removed}>{text}</del>
                        ) : (
                          text
                        )
                      }
                    </For>
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
        title={t("versions.askTitle")}
        actions={
          <>
            <Button look="primary" onClick={() => void restore()}>
              {t("versions.restore")}
            </Button>
            <Button onClick={() => setAsking(false)}>{t("act.cancel")}</Button>
          </>
        }
      >
        {t("versions.askBody", chosen() ? when(chosen() as Version) : "")}
      </Dialog>
    </section>
  );
}

class Failed extends Error {
  readonly code: string;
  constructor(code: string) {
    super(code);
    this.code = code;
  }
}
