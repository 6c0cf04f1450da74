import { A, useNavigate } from "@solidjs/router";
import X from "lucide-solid/icons/x";
import { createMemo, For, lazy, Show, Suspense, type JSX } from "solid-js";
import { reasonsFor, isClosing } from "../../shared/pipeline/reasons.ts";
import { paceOf } from "../../shared/pipeline/pace.ts";
import type { Row } from "../../shared/records/entities.ts";
import { editing } from "../accounts/edit.ts";
import { startHandoff } from "../handoffs/start.ts";
import { day, dayIn } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { paths } from "../paths.ts";
import { isPhone, now, useSession } from "../shell/context.ts";
import { Person } from "../ui/bits.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Field } from "../ui/field.tsx";
import { d, dutyWords } from "./duty-words.ts";
import type { Opportunity } from "./filter.ts";
import type { Moving } from "./moving.tsx";
import base from "../accounts/peek.module.css";
import css from "./peek.module.css";
import { StageMenu } from "./stage-menu.tsx";
import { codeWords, p, paceWords } from "./words.ts";

const Files = lazy(() => import("../files/files.tsx"));
const Lines = lazy(async () => ({ default: (await import("./lines.tsx")).Lines }));

/** A look at one opportunity beside the others: what it is, how it gets on, what it sells. */
export function Peek(props: {
  readonly id: string;
  /** As the list has it, if it is not on this device. */
  readonly row: Opportunity | undefined;
  readonly online: Opportunity | undefined;
  readonly moving: Moving;
  readonly accountName: (anchor: string) => string;
  readonly onOpen: () => void;
  readonly onClose: () => void;
}): JSX.Element {
  const { data } = useSession();
  const held = data.record("opportunity", () => props.id);
  const row = () => held() ?? props.row;
  return (
    <Show when={row() !== undefined}>
      <Show
        when={!isPhone()}
        fallback={
          <Dialog open onClose={props.onClose} title={row()?.name ?? ""} actions={<OpenLink {...props} row={row()} />}>
            <Facts {...props} row={row() as Opportunity} />
          </Dialog>
        }
      >
        <aside class={base.peek} aria-label={p("peek")}>
          <header class={base.head}>
            <h2 class={`${base.name} clip`}>{row()?.name}</h2>
            <OpenLink {...props} row={row()} />
            <Button look="quiet" square small aria-label={t("act.close")} title="Esc" onClick={() => props.onClose()}>
              <X size={16} />
            </Button>
          </header>
          <div class={css.scroll}>
            <Facts {...props} row={row() as Opportunity} />
          </div>
        </aside>
      </Show>
    </Show>
  );
}

const OpenLink = (props: {
  readonly id: string;
  readonly row: Opportunity | undefined;
  readonly onOpen: () => void;
}) => (
  <A
    class={buttonClass({ small: true })}
    href={paths.account(props.row?.anchor ?? "", "opportunities", props.id)}
    onClick={() => props.onOpen()}
  >
    {isPhone() ? p("openAccount") : p("open")}
  </A>
);

/** `accountName`: where it is not said above already. */
export function Facts(props: {
  readonly row: Opportunity;
  readonly online: Opportunity | undefined;
  readonly moving: Moving;
  readonly accountName?: (anchor: string) => string;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const today = () => dayIn(now(), data.me.zone);
  const stage = () => props.moving.stagesOf(props.row.pipeline).find(({ id }) => id === props.row.stage);
  const pace = createMemo(() => paceOf(props.row, stage(), now(), today()));
  const account = data.record("account", () => props.row.anchor);
  const owner = () => props.row.owner ?? account()?.owner ?? "";
  const shownDay = (value: string | null | undefined, zone?: string | null) =>
    value ? day(value, { locale: locale(), today: today(), zone: zone ?? null, mine: data.me.zone }) : null;
  const isHeld = () => data.record("opportunity", () => props.row.id)() !== undefined;
  const field = (name: string, more: Record<string, string> = {}) => {
    const edit = editing(session, "opportunity", props.row as Row, name, more);
    return {
      label: fieldLabel(name),
      get value() {
        return edit.value;
      },
      get mark() {
        return edit.mark;
      },
      get trouble() {
        return edit.trouble;
      },
      get onCommit() {
        return isHeld() ? edit.onCommit : undefined;
      },
    };
  };
  const outcome = () => stage()?.outcome;
  const navigate = useNavigate();
  const handOver = async () => {
    const { anchor, id, name } = props.row;
    const made = await startHandoff(session, { anchor, about: id, name: name ?? "" });
    if (made) navigate(`${paths.handoff(made)}?box=from`);
  };
  return (
    <>
      <div class={css.group}>
        <Show when={props.accountName}>
          <div class={css.fact}>
            <span class={css.label}>{t("opps.stage")}</span>
            <span class={css.stage}>
              <StageMenu row={props.row} moving={props.moving} />
            </span>
          </div>
        </Show>
        <Show when={dutyWords(session, stage(), owner() || null)}>
          {(said) => <p class={css.pace}>{d("here", said())}</p>}
        </Show>
        <For each={paceWords(pace(), stage()?.name ?? "")}>{(words) => <p class={css.pace}>{words}</p>}</For>
        <Show when={props.accountName}>
          {(name) => (
            <div class={css.fact}>
              <span class={css.label}>{p("account")}</span>
              <span class={`${css.value} clip`}>{name()(props.row.anchor)}</span>
            </div>
          )}
        </Show>
        <div class={css.fact}>
          <span class={css.label}>{p("owner")}</span>
          <span class={css.value}>
            <Show when={session.memberName(owner())} fallback={p("noOwner")}>
              {(name) => <Person id={owner()} name={name()} />}
            </Show>
          </span>
        </div>
      </div>
      <div class={css.group}>
        <Suspense>
          <Lines row={props.row} online={props.online} />
        </Suspense>
      </div>
      <div class={css.group}>
        <Field
          kind="day"
          show={shownDay(props.row.closeDay, props.row.closeZone)}
          {...field("closeDay", { closeZone: data.me.zone })}
        />
        <Field {...field("nextAction")} />
        <Field
          kind="day"
          show={shownDay(props.row.nextActionDay, props.row.nextActionZone)}
          {...field("nextActionDay", { nextActionZone: data.me.zone })}
        />
        <Field {...field("need")} />
        <Field {...field("blockers")} />
        <Show when={isClosing(outcome())}>
          <Field
            {...field("outcomeCode")}
            label={p("why")}
            show={props.row.outcomeCode ? codeWords(props.row.outcomeCode) : null}
            choices={
              isClosing(outcome())
                ? reasonsFor[outcome() as "won" | "lost"].map((id) => ({ id, text: codeWords(id) }))
                : []
            }
          />
          <Field {...field("outcomeReason")} label={p("whyWords")} />
        </Show>
      </div>
      <Show when={isHeld()}>
        <div class={css.group}>
          <Suspense>
            <Files subject={props.row as Row} />
          </Suspense>
        </div>
      </Show>
      <Show when={isHeld() && !isClosing(outcome()) && owner() === data.me.member}>
        <div class={css.group}>
          <Button small onClick={() => void handOver()}>
            {t("handoff.start")}
          </Button>
        </div>
      </Show>
    </>
  );
}
