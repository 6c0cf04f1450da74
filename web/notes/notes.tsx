import { A, useNavigate } from "@solidjs/router";
import RotateCcwClock from "lucide-solid/icons/rotate-ccw-clock";
import Lock from "lucide-solid/icons/lock";
import Plus from "lucide-solid/icons/plus";
import UserPen from "lucide-solid/icons/user-pen";
import { createEffect, createMemo, createSignal, For, lazy, on, onCleanup, Show, Suspense, type JSX } from "solid-js";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { currentSchema } from "../../shared/sections/number.ts";
import { sectionKinds } from "../../shared/sections/kinds.ts";
import type { OpenSection } from "../data/rooms.ts";
import { ago } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { whyWords } from "../shell/sync-words.ts";
import { AvatarStack, Empty } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { Button } from "../ui/button.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { toast } from "../ui/toast.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import { livesOf } from "./lives.ts";
import css from "./notes.module.css";
import type { Shown } from "./overlay.ts";
import { Opening, Paper } from "./paper.tsx";
import { useRooms } from "./rooms.ts";
import { vw } from "./words.ts";

const Live = lazy(() => import("./live.tsx"));
const Narrow = lazy(() => import("./narrow.tsx"));
const Drafts = lazy(() => import("./drafts.tsx"));
const Comments = lazy(() => import("./comments/comments.tsx"));
const Away = lazy(() => import("./away.tsx"));
// Not among what is kept for opening offline: without a network they are not there.
const Absentee = (): JSX.Element => <Empty>{vw("offline")}</Empty>;
const Versions = lazy(() => import("./versions.tsx").catch(() => ({ default: Absentee })));
const Wrote = lazy(() => import("./wrote.tsx").catch(() => ({ default: Absentee })));

type SectionRow = RecordOf<"section">;
/** A note that one may read comes within this time. */
const patienceMs = 8_000;

/** The co-edited notes of an account: which there are, and one of them open. */
export default function Notes(props: { readonly account: string; readonly part: string | undefined }): JSX.Element {
  const { data } = useSession();
  const rooms = useRooms();
  const navigate = useNavigate();
  const sections = data.list("section", () => ({
    anchor: props.account,
    where: (row) => row.sectionKind !== "scratch",
    sort: "title",
  }));
  const open = createMemo(() =>
    props.part === undefined ? sections()[0] : sections().find((row) => row.id === props.part),
  );
  /** What was typed was refused: the note is opened anew, in a document without it. */
  const [round, setRound] = createSignal(0);
  const key = createMemo(() => {
    const row = open();
    return row ? `${row.id}.${row.gen ?? 1} ${round()}` : "";
  });
  let here = "";
  createEffect(() => (here = open()?.id ?? here));
  // Notes of this account open offline, too.
  createEffect(() => {
    const wanted = sections().map((row) => ({ id: row.id, gen: row.gen ?? 1 }));
    if (wanted.length > 0 && data.sync().state === "synced") void rooms.prefetch(props.account, wanted);
  });

  const drafts = () => {
    const part = props.part ?? open()?.id;
    return data.attention().filter(({ name, args }) => name === "section.draft@1" && (args as Row).id === part);
  };

  const create = async () => {
    const id = data.newId("section", props.account);
    const kind = sectionKinds.shared;
    const done = await data.mutate("section.create@1", {
      id,
      anchor: props.account,
      compartment: kind.compartment,
      fields: { title: t("notes.newTitle"), sectionKind: "shared", group: kind.group, about: props.account },
    });
    if (done.ok) navigate(paths.account(props.account, "notes", id));
    else toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
  };
  return (
    <div class={css.notes}>
      <div class={css.bar}>
        <nav class={css.list} aria-label={t("notes.label")}>
          <For each={sections()}>
            {(row) => (
              <A
                class={css.link}
                href={paths.account(props.account, "notes", row.id)}
                aria-current={row.id === open()?.id ? "true" : undefined}
                replace
                noScroll
              >
                <Show when={row.group !== "shared"}>
                  <Lock size={12} />
                </Show>
                {row.title}
              </A>
            )}
          </For>
        </nav>
        <Button look="quiet" small onClick={() => void create()}>
          <Plus size={14} />
          {t("notes.new")}
        </Button>
      </div>
      <Show when={drafts().length > 0}>
        <Suspense>
          <Drafts drafts={drafts()} />
        </Suspense>
      </Show>
      <Show
        when={key()}
        keyed
        fallback={
          <Show
            when={props.part}
            keyed
            fallback={
              <Nothing
                list="account.notes"
                why={whyEmpty({ sees: seesAny(data, "section"), partial: !data.whole() })}
              />
            }
          >
            <Absent wasHere={here === props.part} />
          </Show>
        }
      >
        <Show when={open()}>{(row) => <OneNote row={row()} onRefused={() => setRound((n) => n + 1)} />}</Show>
      </Show>
    </div>
  );
}

/** An address of a note that is not on this device: it may be on its way. Missing and forbidden read the same. */
function Absent(props: { readonly wasHere: boolean }): JSX.Element {
  const session = useSession();
  const [patient, setPatient] = createSignal(!props.wasHere);
  const timer = setTimeout(() => setPatient(false), patienceMs);
  onCleanup(() => clearTimeout(timer));
  return (
    <Show
      when={patient() && !session.offline()}
      fallback={<Empty>{session.offline() ? t("notes.notHere") : t("notes.gone")}</Empty>}
    >
      <Opening />
    </Show>
  );
}

const audience = ({ sectionKind: kind, group }: SectionRow): string =>
  kind === "private"
    ? t("notes.private")
    : kind === "handoff"
      ? t("notes.handoff")
      : group === "internal"
        ? t("notes.internal")
        : t("notes.shared");

interface NoteProps {
  readonly row: SectionRow;
  /** What stands above the text. */
  readonly above?: (section: OpenSection) => JSX.Element;
}
/** One note by itself, opened anew where its words were refused. */
export function Note(props: NoteProps): JSX.Element {
  const [round, setRound] = createSignal(0);
  return (
    <Show when={`${props.row.id}.${props.row.gen ?? 1} ${round()}`} keyed>
      <OneNote {...props} onRefused={() => setRound((n) => n + 1)} />
    </Show>
  );
}

function OneNote(props: NoteProps & { readonly onRefused: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const rooms = useRooms();
  const section = rooms.open({ id: props.row.id, gen: props.row.gen ?? 1, account: props.row.anchor }, currentSchema);
  onCleanup(() => section.close());
  createEffect(on(section.state, (state) => state === "refused" && props.onRefused()));

  // The right goes by records that come and go: asked again with each change.
  const [moved, move] = createSignal(0);
  onCleanup(data.onChange(() => move((n) => n + 1)));
  const mayWrite = createMemo(
    () => moved() >= 0 && section.mode() === "write" && data.can("write", props.row as Row).allowed,
  );
  const maySeePast = createMemo(() => moved() >= 0 && data.can("read_history", props.row as Row).allowed);
  const [aside, setAside] = createSignal<"" | "wrote" | "versions">("");
  const toggle = (what: "wrote" | "versions") => setAside((now) => (now === what ? "" : what));
  const [shown, setShown] = createSignal<Shown>();
  return (
    <article class={css.note}>
      <Show when={section.state() !== "closed"} fallback={<Empty>{t("notes.denied")}</Empty>}>
        <header class={css.head}>
          <p class="meta">{audience(props.row)}</p>
          <Status section={section} />
          <Here section={section} />
          <Show when={maySeePast()}>
            <Button
              small
              square
              look="quiet"
              aria-label={t("notes.wrote")}
              disabledReason={session.offline() ? vw("offline") : undefined}
              aria-pressed={aside() === "wrote"}
              onClick={() => toggle("wrote")}
            >
              <UserPen size={15} />
            </Button>
            <Button
              small
              square
              look="quiet"
              aria-label={vw("title")}
              disabledReason={session.offline() ? vw("offline") : undefined}
              aria-pressed={aside() === "versions"}
              onClick={() => toggle("versions")}
            >
              <RotateCcwClock size={15} />
            </Button>
          </Show>
          <Suspense>
            <Narrow row={props.row} />
          </Suspense>
          <Suspense>
            <Comments row={props.row} shown={shown()} />
          </Suspense>
        </header>
        <Show when={shown()} keyed>
          {(at) => <Beside row={props.row} shown={at} />}
        </Show>
        <Show when={mayWrite()}>{props.above?.(section)}</Show>
        <Show when={section.since()}>
          <Suspense>
            <Away section={section} editor={shown()?.editor} />
          </Suspense>
        </Show>
        <Show when={aside() === "wrote"}>
          <Suspense>
            <Wrote row={props.row} section={section} editor={shown()?.editor} />
          </Suspense>
        </Show>
        <Show
          when={aside() === "versions"}
          fallback={
            <Paper
              section={section}
              place={{ id: props.row.id, account: props.row.anchor }}
              schema={currentSchema}
              mayWrite={mayWrite()}
              newer={(props.row.schema ?? 1) > currentSchema}
              me={data.me}
              onShown={setShown}
            />
          }
        >
          <Suspense fallback={<Opening />}>
            <Versions row={props.row} section={section} onClose={() => setAside("")} />
          </Suspense>
        </Show>
      </Show>
    </article>
  );
}

/** What records say in the text, once there is something of theirs in it. */
function Beside(props: { readonly row: SectionRow; readonly shown: Shown }): JSX.Element {
  const { editor } = props.shown;
  const has = createMemo<boolean>((before) => before || livesOf(editor).all().length > 0, false);
  return (
    <Show when={has()}>
      <Suspense>
        <Live row={props.row} shown={props.shown} writes={editor.isEditable} />
      </Suspense>
    </Show>
  );
}

/** Where my words are: on this device, or stored by the room, and since when. */
function Status(props: { readonly section: OpenSection }): JSX.Element {
  const session = useSession();
  const [storedAt, setStoredAt] = createSignal<number>();
  const [second, setSecond] = createSignal(Date.now());
  createEffect(
    on(props.section.unsent, (unsent, before) => {
      if (before === true && !unsent) setStoredAt(Date.now());
    }),
  );
  const timer = setInterval(() => setSecond(Date.now()), 1_000);
  onCleanup(() => clearInterval(timer));
  const words = () => {
    if (props.section.unsent()) return props.section.state() === "live" ? t("sync.sending") : t("notes.savedHere");
    if (props.section.state() !== "live") return session.offline() ? "" : t("notes.connecting");
    const at = storedAt();
    return at === undefined ? "" : t("notes.storedAt", ago(at, Math.max(second(), at), locale()));
  };
  return (
    <p class={`${css.status} num`}>
      <Show when={props.section.unsent()}>
        <ChangeMark state="saved" />
      </Show>
      {words()}
    </p>
  );
}

/** Who has this note open now, by the room's stamp. */
function Here(props: { readonly section: OpenSection }): JSX.Element {
  const [people, setPeople] = createSignal<readonly { readonly id: string; readonly name: string }[]>([]);
  const read = () => {
    const { awareness } = props.section;
    const found = new Map<string, string>();
    for (const [client, state] of awareness.getStates()) {
      const user = (state as { readonly user?: { readonly member?: unknown; readonly name?: unknown } }).user;
      if (client !== awareness.clientID && typeof user?.member === "string")
        found.set(user.member, String(user.name ?? ""));
    }
    setPeople([...found].map(([id, name]) => ({ id, name })));
  };
  props.section.awareness.on("change", read);
  onCleanup(() => props.section.awareness.off("change", read));
  read();
  return (
    <AvatarStack
      people={people()}
      label={t(
        "account.here",
        people()
          .map((person) => person.name)
          .join(", "),
      )}
    />
  );
}
