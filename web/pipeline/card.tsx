import Ellipsis from "lucide-solid/icons/ellipsis";
import { createMemo, Match, Show, Switch, type JSX } from "solid-js";
import { paceOf } from "../../shared/pipeline/pace.ts";
import { day } from "../i18n/format.ts";
import { locale } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { markOf } from "../shell/marks.ts";
import { Avatar } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { AmountText } from "./amount.tsx";
import css from "./card.module.css";
import type { Opportunity } from "./filter.ts";
import type { Rows } from "./rows.ts";
import { p, paceWords, slipWords } from "./words.ts";

/** One opportunity on the board. Colour is for what is stuck, and for nothing else. */
export function Card(props: {
  readonly row: Opportunity;
  readonly of: Rows;
  readonly tabStop: boolean;
  readonly peeked: boolean;
  readonly onOpen: () => void;
  readonly onActs: () => void;
}): JSX.Element {
  const session = useSession();
  const stage = () => props.of.stageOf(props.row);
  const pace = createMemo(() => paceOf(props.row, stage(), props.of.at(), props.of.today()));
  const mark = () => markOf(session.data, props.row.id);
  const owner = () => props.of.ownerOf(props.row);
  const ownerName = () => session.memberName(owner());
  const why = () => paceWords(pace(), stage()?.name ?? "").join(". ");
  return (
    <div
      class={css.card}
      classList={{ [css.stuck ?? ""]: pace().stuck !== null, [css.peeked ?? ""]: props.peeked }}
      data-card={props.row.id}
      title={why() || undefined}
    >
      <div class={css.head}>
        {/* Covers the card. In a new tab it is the opportunity on its account. */}
        <a
          class={`${css.name} clip`}
          href={paths.account(props.row.anchor, "opportunities", props.row.id)}
          draggable={false}
          tabindex={props.tabStop ? "0" : "-1"}
          onClick={(event) => {
            if (event.metaKey || event.ctrlKey || event.shiftKey) return;
            event.preventDefault();
            props.onOpen();
          }}
        >
          {props.row.name}
        </a>
        <ChangeMark state={mark()} />
        <button
          type="button"
          class={css.more}
          tabindex="-1"
          aria-label={p("acts", props.row.name ?? "")}
          title="M"
          onClick={() => props.onActs()}
        >
          <Ellipsis size={16} />
        </button>
      </div>
      <p class={`${css.account} clip`}>{props.of.accountName(props.row.anchor)}</p>
      <p class={`${css.amount} num`}>
        <AmountText row={props.row} online={props.of.onlineOf(props.row.id)} />
        <Show when={ownerName()}>
          <span class={css.owner}>
            <Avatar id={owner()} name={ownerName()} quiet />
            <span class="sr">{ownerName()}</span>
          </span>
        </Show>
      </p>
      <p class={`${css.next} clip`}>
        <Switch fallback={p("days", pace().days)}>
          <Match when={mark() === "refused"}>
            <span class={css.bad}>{p("refused")}</span>
          </Match>
          <Match when={pace().stuck}>
            {(stuck) => <span class={css.bad}>{p("stuckShort", stuck().days, stuck().limit)}</span>}
          </Match>
          <Match when={pace().slipping}>{(slipping) => slipWords(slipping())}</Match>
          <Match when={props.row.nextAction}>
            {props.row.nextAction}
            <Show when={props.row.nextActionDay}>
              {(due) => <span class="num"> · {day(due(), { locale: locale(), today: props.of.today() })}</span>}
            </Show>
          </Match>
        </Switch>
      </p>
    </div>
  );
}
