import CornerDownRight from "lucide-solid/icons/corner-down-right";
import { createSignal, For, Show, type JSX } from "solid-js";
import { instant } from "../../i18n/format.ts";
import { locale } from "../../i18n/i18n.ts";
import { markOf } from "../../shell/marks.ts";
import { now, useSession } from "../../shell/context.ts";
import { Avatar } from "../../ui/bits.tsx";
import { Button } from "../../ui/button.tsx";
import { ChangeMark } from "../../ui/mark.tsx";
import { toast } from "../../ui/toast.tsx";
import css from "./comments.module.css";
import { Composer } from "./composer.tsx";
import type { Found } from "./place.ts";
import type { Comment, Thread } from "./threads.ts";
import { say, sayResolvedBy, sayThread } from "./words.ts";

/** One comment with its answers. */
export function OneThread(props: {
  readonly thread: Thread;
  readonly section: string;
  readonly found: Found | undefined;
  readonly isCurrent: boolean;
  readonly may: boolean;
  readonly onPick: () => void;
  readonly onJump: () => void;
}): JSX.Element {
  const { data, memberName } = useSession();
  const [answering, setAnswering] = createSignal(false);
  const root = (): Comment => props.thread.root;
  const run = async (name: string, args: object): Promise<boolean> => {
    const done = await data.mutate(`section_comment.${name}@1`, { section: props.section, ...args });
    if (!done.ok) toast({ text: `${say("failed")}: ${done.detail ?? done.code}`, bad: true });
    return done.ok;
  };
  const answer = async (body: string): Promise<boolean> => {
    const sent = await run("reply", { id: data.newId("section_comment", props.section), parent: root().id, body });
    if (sent) setAnswering(false);
    return sent;
  };
  const when = (at: number): string => instant(at, { locale: locale(), zone: data.me.zone, now: now() });
  return (
    <li class={css.thread} classList={{ [css.picked ?? ""]: props.isCurrent }} data-thread={root().id} tabIndex={-1}>
      <article aria-label={sayThread(memberName(root().createdBy), root().quote)} onFocusIn={() => props.onPick()}>
        <Show when={root().quote}>
          {(quote) => (
            <Show
              when={typeof props.found === "object" || props.found === undefined}
              fallback={
                <>
                  <p class={css.lost}>{say(props.found === "unclear" ? "unclear" : "gone")}</p>
                  <blockquote class={css.quoted}>{quote()}</blockquote>
                </>
              }
            >
              <button type="button" class={css.quote} title={say("jump")} onClick={() => props.onJump()}>
                {quote()}
              </button>
            </Show>
          )}
        </Show>
        <Said comment={root()} when={when} run={run} may={props.may} />
        <For each={props.thread.answers}>
          {(one) => <Said comment={one} when={when} run={run} may={props.may} isAnswer />}
        </For>
        <Show when={root().resolvedAt}>
          {(at) => <p class={css.settled}>{sayResolvedBy(memberName(root().resolvedBy), when(at()))}</p>}
        </Show>
        <Show when={props.may}>
          <Show
            when={answering()}
            fallback={
              <div class={css.acts}>
                <Button look="quiet" small onClick={() => setAnswering(true)}>
                  {say("reply")}
                </Button>
                <Button
                  look="quiet"
                  small
                  onClick={() => void run("resolve", { id: root().id, resolved: !root().resolvedAt })}
                >
                  {say(root().resolvedAt ? "reopen" : "resolve")}
                </Button>
              </div>
            }
          >
            <Composer
              of={`reply ${root().id}`}
              label={say("reply")}
              send={say("reply")}
              focus
              onSend={answer}
              onCancel={() => setAnswering(false)}
            />
          </Show>
        </Show>
      </article>
    </li>
  );
}

function Said(props: {
  readonly comment: Comment;
  readonly when: (at: number) => string;
  readonly run: (name: string, args: object) => Promise<boolean>;
  readonly may: boolean;
  readonly isAnswer?: boolean;
}): JSX.Element {
  const { data, memberName } = useSession();
  const [editing, setEditing] = createSignal(false);
  const isMine = (): boolean => props.may && props.comment.createdBy === data.me.member && props.comment.body !== null;
  const name = (): string => memberName(props.comment.createdBy);
  const save = async (body: string): Promise<boolean> => {
    const saved = await props.run("edit", { id: props.comment.id, body });
    if (saved) setEditing(false);
    return saved;
  };
  return (
    <div class={css.said}>
      <p class={css.by}>
        <Show when={props.isAnswer}>
          <CornerDownRight size={12} aria-hidden="true" />
        </Show>
        <Avatar id={props.comment.createdBy} name={name()} quiet />
        <span class={`${css.name} clip`}>{name()}</span>
        <span class={`${css.when} num`}>
          {props.when(props.comment.at ?? 0)}
          {props.comment.editedAt && props.comment.body !== null ? ` · ${say("edited")}` : ""}
        </span>
        <ChangeMark state={markOf(data, props.comment.id)} />
      </p>
      <Show
        when={editing()}
        fallback={
          <Show when={props.comment.body !== null} fallback={<p class={css.hint}>{say("removed")}</p>}>
            <p class={css.body}>{props.comment.body}</p>
          </Show>
        }
      >
        <Composer
          of={`edit ${props.comment.id}`}
          label={say("edit")}
          send={say("save")}
          text={props.comment.body ?? ""}
          focus
          onSend={save}
          onCancel={() => setEditing(false)}
        />
      </Show>
      <Show when={isMine() && !editing()}>
        <div class={css.own}>
          <button type="button" class={css.small} onClick={() => setEditing(true)}>
            {say("edit")}
          </button>
          <button type="button" class={css.small} onClick={() => void props.run("delete", { id: props.comment.id })}>
            {say("remove")}
          </button>
        </div>
      </Show>
    </div>
  );
}
