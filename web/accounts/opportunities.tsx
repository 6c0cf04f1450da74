import ChevronDown from "lucide-solid/icons/chevron-down";
import { createMemo, createSignal, For, lazy, Show, Suspense, type JSX } from "solid-js";
import type { Unmet } from "../../shared/kernel/result.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { bandOf } from "../../shared/records/masked.ts";
import { amountBand, day, dayIn, money } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { HiddenField } from "../approvals/request.tsx";
import { toUse } from "../approvals/model.ts";
import { now, useSession } from "../shell/context.ts";
import { idOf } from "../shell/id-of.ts";
import { whyWords } from "../shell/sync-words.ts";
import { markOf } from "../shell/marks.ts";
import { Dot, OnlineChip, Person } from "../ui/bits.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import { accountList } from "./part.tsx";
import css from "./records.module.css";

type Opportunity = RecordOf<"opportunity">;
type Stage = RecordOf<"stage">;
const hues = 8;
// Few moves are held back: fetched when one is.
const Missing = lazy(async () => ({ default: (await import("../approvals/missing.tsx")).Missing }));

/** Opportunities of one account, each with its stage. */
export function Opportunities(props: { readonly account: string }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const { rows, fetched, frame } = accountList("opportunity", "opportunities", () => props.account, "closeDay");
  const closes = (row: Opportunity, zone: { readonly zone?: string | null; readonly mine?: string }): string =>
    row.closeDay ? day(row.closeDay, { locale: locale(), today: dayIn(now(), data.me.zone), ...zone }) : "";
  const allStages = data.list("stage", () => ({ sort: "order" }));
  const stages = createMemo(() => {
    const by = new Map<string, Stage[]>();
    for (const stage of allStages()) by.set(stage.pipeline ?? "", [...(by.get(stage.pipeline ?? "") ?? []), stage]);
    return by;
  });
  return (
    <>
      {frame(t("opps.empty"), () => (
        <table class={css.table}>
          <thead>
            <tr>
              <th scope="col">{t("opps.name")}</th>
              <th scope="col">{t("opps.stage")}</th>
              <th scope="col" class={css.right}>
                {t("opps.amount")}
              </th>
              <th scope="col" class={css.right}>
                {t("opps.close")}
              </th>
              <th scope="col" class={css.wide}>
                {t("account.owner")}
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={rows()}>
              {(row) => (
                <tr>
                  <th scope="row" class={css.name}>
                    {row.name}
                    <ChangeMark state={markOf(data, row.id)} />
                  </th>
                  <td>
                    <Show
                      when={data.record("opportunity", () => row.id)()}
                      fallback={
                        stages()
                          .get(row.pipeline ?? "")
                          ?.find(({ id }) => id === row.stage)?.name
                      }
                    >
                      {(held) => (
                        <StageMenu
                          row={held()}
                          online={fetched()?.get(row.id)}
                          stages={stages().get(row.pipeline ?? "") ?? []}
                        />
                      )}
                    </Show>
                  </td>
                  <td class={`${css.right} num`}>
                    <Amount row={row} online={fetched()?.get(row.id)} />
                  </td>
                  <td
                    class={`${css.right} num`}
                    title={closes(row, { zone: row.closeZone ?? null, mine: data.me.zone })}
                  >
                    {closes(row, {})}
                  </td>
                  <td class={css.wide}>
                    <Show when={session.memberName(row.owner)}>
                      {(name) => <Person id={row.owner ?? ""} name={name()} />}
                    </Show>
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      ))}
    </>
  );
}

/** Present but empty says nothing; hidden says so, or in which band it lies; what may not stay on a device says that. */
function Amount(props: { readonly row: Opportunity; readonly online: Opportunity | undefined }): JSX.Element {
  const from = () => (props.row.amountMinor === undefined ? props.online : props.row);
  const band = () => bandOf((props.online ?? props.row) as Row, "amountMinor");
  const shown = () => {
    const ends = band();
    return ends ? amountBand(ends, locale()) : undefined;
  };
  return (
    <Show
      when={from()?.amountMinor !== undefined || band() === null}
      fallback={
        props.online ? (
          <HiddenField
            group={t("group.terms")}
            entity="opportunity"
            id={props.row.id}
            field="amountMinor"
            shown={shown()}
          />
        ) : (
          <OnlineChip group={t("group.terms")} shown={shown()} />
        )
      }
    >
      {typeof from()?.amountMinor === "number"
        ? money(from()?.amountMinor ?? 0, from()?.currency ?? "USD", locale())
        : ""}
    </Show>
  );
}

/** All stages of its pipeline; the ones that do not follow say why. The edge decides. */
function StageMenu(props: {
  readonly row: Opportunity;
  readonly online: Opportunity | undefined;
  readonly stages: readonly Stage[];
}): JSX.Element {
  const { data } = useSession();
  const [gate, setGate] = createSignal<{ readonly to: string; readonly unmet: readonly Unmet[] }>();
  const approvals = data.list("approval", () => ({
    anchor: props.row.anchor,
    where: (row) => row.about === props.row.id,
    sort: "-createdAt",
  }));
  /** What the edge refused later, when this device could not tell by itself. */
  const card = () =>
    data
      .attention()
      .find((one) => one.unmet && one.name === "opportunity.advance@1" && idOf(one.args) === props.row.id);
  const late = () => {
    const found = card();
    return found && { to: (found.args as { to: string }).to, unmet: found.unmet ?? [] };
  };
  const shut = (): { readonly to: string; readonly unmet: readonly Unmet[] } | undefined => gate() ?? late();
  const [opened, setOpened] = createSignal(false);
  const at = () => props.stages.findIndex((stage) => stage.id === props.row.stage);
  const present = () => props.stages[at()];
  const hue = () => `var(--c-${(Math.max(0, at()) % hues) + 1})`;
  const choices = () => {
    const may = data.can("advance", props.row as Row);
    const next = present()?.next ?? [];
    return props.stages.map((stage) => {
      const follows = next.length === 0 || next.includes(stage.id) || stage.id === props.row.stage;
      const reason = may.allowed
        ? follows
          ? undefined
          : whyWords("transition_unknown")
        : (may.why ?? whyWords("denied"));
      return { id: stage.id, text: stage.name ?? "", reason: stage.id === props.row.stage ? undefined : reason };
    });
  };
  const move = async (to: string) => {
    const from = props.row.stage;
    const approval = toUse(approvals(), props.row.id, data.me.member, now())?.id;
    const done = await data.mutate("opportunity.advance@1", {
      id: props.row.id,
      from,
      to,
      ...(approval ? { approval } : {}),
    });
    if (!done.ok && done.unmet) {
      setGate({ to, unmet: done.unmet });
      return void setOpened(true);
    }
    setGate(undefined);
    setOpened(false);
    const refused = card();
    if (refused && done.ok) void data.dismiss(refused);
    if (!done.ok) return toast({ text: t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    const back = props.stages.find((stage) => stage.id === to);
    const returns = !back?.next?.length || back.next.includes(from ?? "");
    toast({
      text: t("opps.moved", back?.name ?? ""),
      ...(returns
        ? { undo: () => void data.mutate("opportunity.advance@1", { id: props.row.id, from: to, to: from }) }
        : {}),
    });
  };
  const named = (id: string | undefined) => props.stages.find((stage) => stage.id === id)?.name ?? "";
  return (
    <>
      <Menu
        label={`${t("opps.stage")}: ${present()?.name ?? t("opps.unknownStage")}`}
        triggerClass={css.stage}
        trigger={
          <>
            <Dot color={hue()} />
            <span class="clip">{present()?.name ?? t("opps.unknownStage")}</span>
            <ChevronDown size={14} />
          </>
        }
        parts={[{ value: props.row.stage, choices: choices(), onChoose: (to) => void move(to) }]}
      />
      <Show when={shut()}>
        {(found) => (
          <>
            <button type="button" class={css.missing} onClick={() => setOpened(true)}>
              {t("missing.open")}
            </button>
            <Suspense>
              <Missing
                open={opened()}
                onClose={() => setOpened(false)}
                row={props.row}
                online={props.online}
                to={named(found().to)}
                unmet={found().unmet}
                onRetry={() => void move(found().to)}
              />
            </Suspense>
          </>
        )}
      </Show>
    </>
  );
}
