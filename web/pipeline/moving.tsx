import { createMemo, createSignal, lazy, Show, Suspense, type Accessor, type JSX } from "solid-js";
import type { Unmet } from "../../shared/kernel/result.ts";
import { isTold } from "../../shared/pipeline/told.ts";
import { isClosing } from "../../shared/pipeline/reasons.ts";
import { toUse } from "../approvals/model.ts";
import { t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { idOf } from "../shell/id-of.ts";
import { whyWords } from "../shell/sync-words.ts";
import { toast } from "../ui/toast.tsx";
import type { Opportunity, Stage } from "./filter.ts";
import { moveArgs, verdictOf, type Verdict, type Why } from "./verdict.ts";

const MoveSheet = lazy(async () => ({ default: (await import("./move-sheet.tsx")).MoveSheet }));

/** What the sheet is open for: all stages to choose from, or one with what it asks first. */
export interface Asked {
  readonly id: string;
  readonly to?: string | undefined;
  /** What the edge said was missing, when this device could not tell. */
  readonly unmet?: readonly Unmet[];
}
export interface Moving {
  readonly stagesOf: (pipeline: string | null | undefined) => readonly Stage[];
  readonly verdict: (row: Opportunity, to: Stage) => Verdict;
  /** Moves it, or asks first for what is missing. */
  readonly move: (row: Opportunity, to: string, why?: Why) => Promise<void>;
  /** All stages, each with what is in the way. */
  readonly choose: (row: Opportunity) => void;
  readonly ask: (asked: Asked) => void;
  /** A move that the edge refused, because of what this device could not know. */
  readonly late: (id: string) => Asked | undefined;
  readonly sheet: () => JSX.Element;
}

/**
 * Moving opportunities from stage to stage, wherever they are shown: one mutation a move, what is missing in a sheet, undo
 * in the toast. `online`: the record as the server shows it. `onMoved`: whoever moved it by keyboard stays with it.
 */
export function createMoving(more: {
  readonly online: (id: string) => Opportunity | undefined;
  readonly onMoved?: (id: string) => void;
  readonly onClosed?: (id: string) => void;
}): Moving {
  const session = useSession();
  const { data } = session;
  const [asked, ask] = createSignal<Asked>();
  const allStages = data.list("stage", () => ({ sort: "order" }));
  const byPipeline = createMemo(() => Map.groupBy(allStages(), (stage) => stage.pipeline ?? ""));
  const stagesOf = (pipeline: string | null | undefined) => byPipeline().get(pipeline ?? "") ?? [];
  const stage = (id: string | null | undefined) => allStages().find((one) => one.id === id);
  const mine = data.list("approval", () => ({ where: (row) => row.requester === data.me.member, sort: "-createdAt" }));
  const approvalFor = (id: string): string | undefined => toUse(mine(), id, data.me.member, now())?.id;
  const held = (id: string): Opportunity | undefined => data.source(id)?.replica.record(id) as Opportunity | undefined;

  const verdict = (row: Opportunity, to: Stage): Verdict =>
    verdictOf(data, data.record("opportunity", () => row.id)(), to, approvalFor(row.id));
  const refusedCard = (id: string) =>
    data.attention().find((one) => one.unmet && one.name === "opportunity.advance@1" && idOf(one.args) === id);

  const own = data.record("member", () => data.me.member);
  const roles = () => [own()?.base ?? "", ...(own()?.duties ?? [])];
  const close = () => {
    const id = asked()?.id;
    ask(undefined);
    if (id) more.onClosed?.(id);
  };
  const move = async (shown: Opportunity, to: string, why: Why = {}) => {
    const row = held(shown.id);
    const target = stage(to);
    if (!row || !target) return toast({ text: t("why.missing"), bad: true });
    if (isClosing(target.outcome) && why.code === undefined) {
      // Whoever may not move it there is not asked why it was lost.
      const said = verdict(row, target);
      if (said.state === "shut") return toast({ text: said.why, bad: true });
      return void ask({ id: row.id, to });
    }
    const [from, code, words] = [row.stage ?? "", row.outcomeCode ?? undefined, row.outcomeReason ?? undefined];
    const done = await data.mutate(
      "opportunity.advance@1",
      moveArgs(row, to, { ...why, approval: why.approval ?? approvalFor(row.id) }),
    );
    if (!done.ok) {
      const rule = done.unmet?.find(({ kind }) => kind === "move");
      if (done.unmet && !rule) return void ask({ id: row.id, to, unmet: done.unmet });
      return toast({ text: rule?.why ?? t("tray.notAccepted", done.detail ?? whyWords(done.code)), bad: true });
    }
    const refused = refusedCard(row.id);
    if (refused) void data.dismiss(refused);
    ask(undefined);
    more.onMoved?.(row.id);
    if (isTold(target.duties, roles()))
      void data.mutate("notice.mark@1", { anchor: data.me.member, marks: [{ kind: "moved", about: row.id, gone: now() }] }); // prettier-ignore
    const returns = !target.next?.length || target.next.includes(from);
    const back = () =>
      void data
        .mutate("opportunity.advance@1", { ...moveArgs({ ...row, stage: to }, from, { code, words }) })
        .then(() => more.onMoved?.(row.id));
    toast({ text: t("opps.moved", target.name ?? ""), ...(returns ? { undo: back } : {}) });
  };

  const shown: Accessor<Opportunity | undefined> = data.record("opportunity", () => asked()?.id);
  return {
    stagesOf,
    verdict,
    move,
    ask,
    choose: (row) => ask({ id: row.id }),
    late: (id) => {
      const card = refusedCard(id);
      return card && { id, to: (card.args as { to: string }).to, unmet: card.unmet ?? [] };
    },
    sheet: () => (
      <Show when={asked() && shown()}>
        <Suspense>
          <MoveSheet
            row={shown() as Opportunity}
            online={more.online(asked()?.id ?? "")}
            asked={asked() as Asked}
            stages={stagesOf(shown()?.pipeline)}
            verdict={verdict}
            onChoose={(to) => void move(shown() as Opportunity, to)}
            onMove={(to, why) => void move(shown() as Opportunity, to, why)}
            onClose={close}
          />
        </Suspense>
      </Show>
    ),
  };
}
