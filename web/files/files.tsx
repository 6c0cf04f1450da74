import Camera from "lucide-solid/icons/camera";
import Ellipsis from "lucide-solid/icons/ellipsis";
import FileText from "lucide-solid/icons/file-text";
import Image from "lucide-solid/icons/image";
import Mail from "lucide-solid/icons/mail";
import Plus from "lucide-solid/icons/plus";
import Presentation from "lucide-solid/icons/presentation";
import Table from "lucide-solid/icons/table";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  on,
  onCleanup,
  onMount,
  Show,
  type Accessor,
  type JSX,
} from "solid-js";
import { Dynamic } from "solid-js/web";
import { cleanFileName, fileTypes } from "../../shared/files/types.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import records from "../accounts/records.module.css";
import { bytes as sizeWords, instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { displayName } from "../i18n/person.ts";
import form from "../leads/leads.module.css";
import { Text } from "../leads/text.tsx";
import { isPhone, now, useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { whyWords } from "../shell/sync-words.ts";
import { fetchWords } from "../shell/words-later.ts";
import { Person } from "../ui/bits.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import css from "./files.module.css";
import { filesOf, type NotTaken } from "./queue.ts";
import { blobOf, bytesFor, save } from "./save.ts";
import { StateWords, WaitingActs } from "./waiting.tsx";
import { f } from "./words.ts";

type FileRow = RecordOf<"file">;
/** Where files are taken on this page, the newest last: what is dropped or pasted goes to that one alone. */
const places: symbol[] = [];
const icons = { picture: Image, page: FileText, table: Table, slides: Presentation, mail: Mail } as const;
const lookOf = (file: FileRow) => (file.mediaType ? (fileTypes[file.mediaType]?.look ?? "page") : "page");
const accepted = Object.entries(fileTypes).flatMap(([type, { endings }]) => [type, ...endings.map((one) => `.${one}`)]);
const pictures = Object.keys(fileTypes).filter((type) => fileTypes[type]?.look === "picture");

/** Files of an account, or of one of its records: added by choosing, dropping, pasting or the camera, with or without a network. */
export default function Files(props: {
  readonly subject: Row;
  /** Of a whole account: its list, with what stands there where it is empty. */
  readonly all?: {
    readonly rows: Accessor<readonly FileRow[]>;
    readonly frame: (table: () => JSX.Element) => JSX.Element;
  };
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const queue = filesOf(data);
  const isAll = () => props.all !== undefined;
  const own = data.list("file", () => ({ anchor: props.subject.anchor, where: (row) => row.about === props.subject.id, sort: "-createdAt" })); // prettier-ignore
  const isThere = (about: string | null | undefined) =>
    !about || data.source(about)?.replica.record(about) !== undefined;
  /** Of the whole account those whose record is here: what a file is about may be gone, and takes it along. */
  const shown = createMemo(() => props.all?.rows().filter(({ about }) => isThere(about)) ?? own());
  const may = createMemo(() => {
    const { anchor, compartment, id } = props.subject;
    const made = { ...emptyFields("file"), id: data.newId("file", id), anchor, compartment, about: id };
    return data.can("create", { ...made, createdAt: 0, createdBy: data.me.member } as Row);
  });
  const why = () => (may().allowed ? undefined : (may().why ?? whyWords("denied")));

  let chooser: HTMLInputElement | undefined;
  let camera: HTMLInputElement | undefined;
  const [over, setOver] = createSignal(false);
  const place = Symbol("files");
  const [busy, setBusy] = createSignal(false);
  const [open, setOpen] = createSignal<{ readonly file: FileRow; readonly url: string }>();
  const [naming, setNaming] = createSignal<FileRow>();
  /** A picture that is shown is a copy of what was fetched: it goes with the screen, and with the right to it. */
  const close = () => {
    const shut = open();
    if (shut) URL.revokeObjectURL(shut.url);
    setOpen(undefined);
  };
  onCleanup(data.onForget(close));
  onCleanup(close);
  createEffect(on(() => props.subject.id, close, { defer: true }));

  const add = async (files: readonly File[]) => {
    const reason = why();
    if (files.length === 0) return;
    if (reason) return toast({ text: reason, bad: true });
    setBusy(true);
    const not = await queue.add(files, props.subject).finally(() => setBusy(false));
    for (const one of not) toast({ text: await notWords(one), bad: true });
    if (not.length < files.length) toast({ text: f("added", files.length - not.length) });
  };
  const notWords = async ({ name, why: reason }: NotTaken): Promise<string> =>
    typeof reason === "string" ? f(`not.${reason}`, name) : f("notAccepted", name, (await fetchWords()).refusalWords(session, reason)); // prettier-ignore
  const show = async (file: FileRow) => {
    const found = await bytesFor(session, file);
    if (!found) return;
    if (lookOf(file) !== "picture") return save(found, file);
    close();
    setOpen({ file, url: URL.createObjectURL(blobOf(found, file.mediaType)) });
  };
  const download = async (file: FileRow) => {
    const found = await bytesFor(session, file);
    if (found) save(found, file);
  };
  const remove = async (file: FileRow) => {
    const waits = queue.waiting().some(({ id }) => id === file.id);
    const done = await data.mutate("file.delete@1", { id: file.id });
    if (!done.ok) return toast({ text: (await fetchWords()).refusalWords(session, done), bad: true });
    if (waits) await queue.drop(file.id);
    toast({ text: f("deleted"), plain: true, undo: () => void putBack(file.id) });
  };
  /** What has not left yet is taken back: a device without a network can't bring a record again otherwise. */
  const putBack = async (id: string) => {
    const line = data.outbox().findLast(({ name, args }) => name === "file.delete@1" && (args as { id?: string }).id === id);
    if (!line || !(await data.discard(line))) await data.mutate("file.restore@1", { id });
    await queue.undrop(id);
  }; // prettier-ignore

  const onPaste = (event: ClipboardEvent) => {
    const { target, clipboardData } = event;
    if (places.at(-1) !== place) return;
    const typing = target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(target.tagName)); // prettier-ignore
    if (typing || !clipboardData || clipboardData.files.length === 0) return;
    event.preventDefault();
    void add([...clipboardData.files]);
  };
  const isMine = (event: DragEvent) =>
    places.at(-1) === place && (event.dataTransfer?.types.includes("Files") ?? false);
  // Anywhere on the page; a browser that is not told otherwise leaves the page for what is dropped on it.
  const onDrag = (event: DragEvent) => {
    if (!isMine(event)) return;
    event.preventDefault();
    if (event.dataTransfer) event.dataTransfer.dropEffect = why() ? "none" : "copy";
    setOver(true);
  };
  const onLeave = (event: DragEvent) => event.relatedTarget === null && setOver(false);
  const onDrop = (event: DragEvent) => {
    setOver(false);
    if (!isMine(event)) return;
    event.preventDefault();
    void add([...(event.dataTransfer?.files ?? [])]);
  };
  onMount(() => {
    places.push(place);
    const heard = { paste: onPaste, dragover: onDrag, dragleave: onLeave, drop: onDrop };
    for (const [name, hear] of Object.entries(heard)) window.addEventListener(name, hear as EventListener);
    onCleanup(() => {
      places.splice(places.indexOf(place), 1);
      for (const [name, hear] of Object.entries(heard)) window.removeEventListener(name, hear as EventListener);
    });
  });
  const subjectName = () => displayName(props.subject as { readonly name?: string | null }) || f("thisRecord");
  const input = (accept: readonly string[], take: (element: HTMLInputElement) => void, capture?: "environment") => (
    <input
      ref={take}
      type="file"
      hidden
      multiple={!capture}
      accept={accept.join(",")}
      {...(capture ? { capture } : {})}
      onChange={({ currentTarget }) => {
        const files = [...(currentTarget.files ?? [])];
        currentTarget.value = ""; // the same one may be chosen again
        void add(files);
      }}
    />
  );

  return (
    <section class={`${css.files} ${isAll() ? "" : css.within}`} aria-label={isAll() ? f("list") : f("listWithin")}>
      <Show when={over()}>
        <p class={css.over} classList={{ [css.not ?? ""]: why() !== undefined }} role="status">
          {why() ?? f("drop", subjectName())}
        </p>
      </Show>
      <div class={css.bar}>
        <Button
          small={!isPhone()}
          look={isAll() ? "primary" : "plain"}
          disabledReason={why()}
          aria-busy={busy()}
          onClick={() => chooser?.click()}
        >
          <Plus size={14} />
          {f("add")}
        </Button>
        <Show when={isPhone() && may().allowed}>
          <Button onClick={() => camera?.click()}>
            <Camera size={16} />
            {f("photo")}
          </Button>
        </Show>
        {input(accepted, (element) => (chooser = element))}
        {input(pictures, (element) => (camera = element), "environment")}
        <Show when={isAll()}>
          <p class="meta">{f("hint")}</p>
        </Show>
      </div>
      <Show when={shown().length > 0 || isAll()} fallback={<p class={`meta ${css.none}`}>{f("emptyWithin")}</p>}>
        {props.all ? props.all.frame(table) : table()}
      </Show>
      <Dialog
        open={open() !== undefined}
        onClose={close}
        title={open()?.file.name ?? ""}
        actions={
          <Show when={open()}>
            {(present) => (
              <Button data-autofocus onClick={() => void download(present().file)}>
                {f("download")}
              </Button>
            )}
          </Show>
        }
      >
        <img class={css.picture} src={open()?.url} alt={open()?.file.name ?? ""} />
      </Dialog>
      <Show when={naming()} keyed>
        {(file) => <Rename file={file} onClose={() => setNaming(undefined)} />}
      </Show>
    </section>
  );

  function table(): JSX.Element {
    return (
      <table class={records.table}>
        <thead>
          <tr>
            <th scope="col">{f("name")}</th>
            <th scope="col" class={`${records.wide} ${css.spare}`}>
              {f("who")}
            </th>
            <th scope="col" class={`${records.right} ${css.spare}`}>
              {f("size")}
            </th>
            <th scope="col" class={records.right}>
              {f("when")}
            </th>
            <th scope="col">
              <span class="sr">{t("act.change")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          <For each={shown()}>{(file) => <Line file={file} />}</For>
        </tbody>
      </table>
    );
  }

  function Line(line: { readonly file: FileRow }): JSX.Element {
    const entry = createMemo(() => queue.waiting().find(({ id }) => id === line.file.id));
    const part = () => queue.part(line.file.id);
    const isMine = () => line.file.createdBy === data.me.member;
    const isHere = () => entry() !== undefined || (line.file.state === "here" && !session.offline());
    const name = () => line.file.name ?? "";
    const can = (act: string) => data.can(act, line.file as Row).allowed;
    return (
      <tr data-file={line.file.id}>
        <th scope="row" class={records.name}>
          <div class={css.line}>
            <button
              type="button"
              class={records.open}
              aria-label={f("open", name())}
              aria-disabled={isHere() ? undefined : "true"}
              onClick={() => void show(line.file)}
            >
              <Dynamic component={icons[lookOf(line.file)]} size={16} aria-hidden="true" />
              {name()}
            </button>
            <ChangeMark state={markOf(data, line.file.id)} />
            <Show
              when={entry()}
              fallback={
                <Show
                  when={line.file.state === "here"}
                  fallback={
                    <span class="meta">
                      {isMine()
                        ? queue.wasSent(line.file.id)
                          ? f("sending", 100)
                          : f("elsewhereMine")
                        : f("elsewhere", session.memberName(line.file.createdBy) || t("tray.somebody"))}
                    </span>
                  }
                >
                  <Show when={session.offline()}>
                    <span class="meta">{f("onlineOnly")}</span>
                  </Show>
                </Show>
              }
            >
              {(one) => (
                <>
                  <Show when={part()}>
                    {(done) => <progress max="1" value={done()} aria-label={f("sending", Math.round(done() * 100))} />}
                  </Show>
                  <span class="meta" classList={{ [css.bad ?? ""]: one().failed !== undefined }} role="status">
                    <StateWords entry={one()} part={part()} />
                  </span>
                  <Show when={one().failed}>
                    <WaitingActs entry={one()} />
                  </Show>
                </>
              )}
            </Show>
          </div>
        </th>
        <td class={`${records.wide} ${css.spare}`}>
          <Person id={line.file.createdBy} name={session.memberName(line.file.createdBy)} />
        </td>
        <td class={`${records.right} ${css.spare} num`}>
          {typeof line.file.bytes === "number" ? sizeWords(line.file.bytes, locale()) : ""}
        </td>
        <td class={`${records.right} num`}>
          {instant(line.file.createdAt, { locale: locale(), zone: data.me.zone, now: now() })}
        </td>
        <td class={records.right}>
          <Menu
            label={f("more", name())}
            trigger={<Ellipsis size={16} />}
            triggerClass={buttonClass({ look: "quiet", square: true, small: !isPhone() })}
            placement="bottom-end"
            parts={[
              { words: f("download"), onSelect: () => void download(line.file) },
              ...(can("edit") ? [{ words: f("rename"), onSelect: () => void setNaming(line.file) }] : []),
              ...(can("delete") ? [{ words: f("remove"), onSelect: () => void remove(line.file) }] : []),
            ]}
          />
        </td>
      </tr>
    );
  }
}

/** The name alone: the ending says what it is, and stays. */
function Rename(props: { readonly file: FileRow; readonly onClose: () => void }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const [name, setName] = createSignal(props.file.name ?? "");
  const [wrong, setWrong] = createSignal<string>();
  const keep = async () => {
    const next = name().trim();
    if (next === "" || next.length > limits.nameMax) return void setWrong(t("field.invalid"));
    const { id, name: before, mediaType } = props.file;
    const set = (to: string | null | undefined) => data.mutate("file.edit@1", { id, set: { name: to } });
    const done = await set(cleanFileName(next, mediaType ?? ""));
    if (!done.ok) return void setWrong((await fetchWords()).refusalWords(session, done));
    toast({ text: f("renamed"), undo: () => void set(before) });
    props.onClose();
  };
  return (
    <Dialog open onClose={props.onClose} title={f("rename")}>
      <form
        class={form.form}
        onSubmit={(event) => {
          event.preventDefault();
          void keep();
        }}
      >
        <Text label={f("name")} value={name()} onInput={setName} required first />
        <Show when={wrong()}>
          <p class={form.wrong} role="alert">
            {wrong()}
          </p>
        </Show>
        <div class={form.acts}>
          <Button look="quiet" onClick={() => props.onClose()}>
            {t("act.cancel")}
          </Button>
          <Button look="primary" type="submit">
            {f("rename")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
