import { A } from "@solidjs/router";
import Check from "lucide-solid/icons/check";
import { createEffect, createMemo, createSignal, For, Show, untrack, type JSX } from "solid-js";
import { addDays, dayIn } from "../../shared/kernel/clock.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import { removeHere } from "../accounts/keep.tsx";
import { noticesOf } from "../notices/notices.ts";
import { paths } from "../paths.ts";
import { now, useSession } from "../shell/context.ts";
import { taken } from "../tasks/act.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";
import { hasSample, sampleSource, stepsDone, stepsOf } from "./steps.ts";
import css from "./today.module.css";
import { said } from "./words.ts";

/** Who came longer ago is not new any more. */
const newForMs = 30 * dayMs;

/** Four things to try, for who is new: offered once, on the own records or on a sample, and gone when done or not wanted. */
export function FirstSteps(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const me = data.me.member;
  const notices = noticesOf(session);
  const own = data.record("member", () => me);
  const kept = () => notices.preference()?.steps ?? {};
  const since = () => Number(kept()["since"] ?? 0);
  const set = (steps: Readonly<Record<string, boolean | number>>) =>
    data.mutate("preference.set@1", { anchor: me, steps }).then(taken);
  const isNew = () => now() - (own()?.createdAt ?? 0) < newForMs;
  const isOffered = () => notices.mayKeep() && isNew() && !kept()["off"] && since() === 0;
  const isOn = () => since() > 0 && !kept()["off"];
  return (
    <>
      <Show when={isOffered()}>
        <div class={css.offer}>
          <span>{said(hasSample(data.me.base) ? "stepsOffer" : "stepsOfferOwn")}</span>
          <span class={css.rowActs}>
            <Button small look="primary" onClick={() => void set({ since: Date.now() })}>
              {said("start")}
            </Button>
            <Button small look="quiet" onClick={() => void set({ off: true })}>
              {said("noThanks")}
            </Button>
          </span>
        </div>
      </Show>
      <Show when={isOn()}>
        <Steps since={since()} kept={kept()} onSet={(steps) => void set(steps)} />
      </Show>
    </>
  );
}

function Steps(props: {
  readonly since: number;
  readonly kept: Readonly<Record<string, unknown>>;
  readonly onSet: (steps: Readonly<Record<string, boolean>>) => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const me = data.me.member;
  const notices = noticesOf(session);
  const steps = stepsOf(data.me.base);
  const [busy, setBusy] = createSignal(false);
  const samples = data.list("account", () => ({ where: (row) => row.source === sampleSource && row.owner === me }));
  const sample = () => samples()[0];
  const mine = (row: { readonly createdBy: string }) => row.createdBy === me;
  const activities = data.list("activity", () => ({ where: mine, sort: "-createdAt", limit: 20 }));
  const contacts = data.list("contact", () => ({ where: mine, sort: "-createdAt", limit: 5 }));
  const comments = data.list("comment", () => ({ where: mine, sort: "-createdAt", limit: 5 }));
  const noteComments = data.list("section_comment", () => ({ where: mine, sort: "-createdAt", limit: 5 }));
  const tasks = data.list("task", () => ({
    where: (row) => row.createdBy === me || row.owner === me,
    sort: "-createdAt",
    limit: 100,
  }));
  const opportunities = data.list("opportunity", () => ({ anchor: sample()?.id ?? "" }));
  const stages = data.list("stage", () => ({ sort: "order" }));
  const pipelines = data.list("pipeline", () => ({ sort: "order" }));
  const firstOf = (pipeline: string) => stages().find((stage) => stage.pipeline === pipeline && stage.outcome === "open");
  const accounts = data.list("account", () => ({ limit: 500 }));
  const found = createMemo(() =>
    stepsDone(steps, {
      me,
      since: props.since,
      sample: sample(),
      activities: activities(),
      contacts: contacts(),
      comments: [...comments(), ...noteComments()],
      tasks: tasks(),
      opportunities: opportunities(),
      firstStages: new Set(pipelines().flatMap(({ id }) => firstOf(id)?.id ?? [])),
      pinned: steps.includes("pin") && accounts().some(({ id }) => data.choice(() => id)() === "pin"),
      chose: Object.keys(notices.preference()?.modes ?? {}).length > 0,
    }),
  );
  // Done stays done, on all devices, also when the sample has gone.
  createEffect(() => {
    const fresh = [...found()].filter((step) => props.kept[step] !== true);
    if (fresh.length > 0) untrack(() => props.onSet(Object.fromEntries(fresh.map((step) => [step, true]))));
  });
  const isDone = (step: string) => props.kept[step] === true || found().has(step as never);
  const count = () => steps.filter(isDone).length;

  /** Restricted, so that no colleague meets it. */
  const makeSample = async () => {
    if (busy()) return;
    setBusy(true);
    const id = data.newId("account");
    const pipeline = pipelines()[0];
    const stage = pipeline && firstOf(pipeline.id);
    const today = dayIn(now(), data.me.zone);
    const under = { anchor: id };
    const fields = { name: said("sampleName"), source: sampleSource, restricted: true };
    const acts: [string, object][] = [
      ["account.create@1", { id, anchor: id, fields }],
      ["contact.create@1", { id: data.newId("contact", id), ...under, fields: { name: said("sampleContact") } }],
      ["task.create@1", { id: data.newId("task", id), ...under, compartment: "core", fields: { name: said("sampleTask"), about: id, dueDay: today, dueZone: data.me.zone } }],
      ...(pipeline && stage
        ? [["opportunity.create@1", { id: data.newId("opportunity", id), ...under, fields: { name: said("sampleOpportunity"), pipeline: pipeline.id, stage: stage.id, closeDay: addDays(today, 30), closeZone: data.me.zone } }] as [string, object]]
        : []),
    ];
    for (const [name, args] of acts)
      if (!taken(await data.mutate(name, args))) {
        setBusy(false);
        return;
      }
    data.open(id);
    setBusy(false);
    toast({ text: said("sampleMade") });
  };
  const end = () => {
    const row = sample();
    if (row) removeHere(session, row);
    props.onSet({ off: true });
  };
  return (
    <section class={css.section}>
      <h2 class={css.head}>
        {said("steps")}
        <span class={`${css.count} num`}>{said("stepsDone", count(), steps.length)}</span>
      </h2>
      <ul class={css.steps}>
        <For each={steps}>
          {(step) => (
            <li class={css.step} data-step={step} data-done={isDone(step) ? "" : undefined}>
              <span class={css.stepMark} aria-hidden="true">
                <Show when={isDone(step)}>
                  <Check size={12} stroke-width={3} />
                </Show>
              </span>
              <span>
                {said(`step.${step}`)}
                <Show when={isDone(step)}>
                  <span class="sr"> ({said("markDone")})</span>
                </Show>
              </span>
            </li>
          )}
        </For>
      </ul>
      <p class={css.stepActs}>
        <Show when={count() === steps.length}>
          <span class={css.when}>{said("stepsEnd")}</span>
        </Show>
        <Show when={hasSample(data.me.base) && !sample() && count() < steps.length}>
          <Button small look="primary" onClick={() => void makeSample()}>
            {said("makeSample")}
          </Button>
        </Show>
        <Show when={sample()}>
          {(row) => (
            <A class={css.inline} href={paths.account(row().id)}>
              {row().name}
            </A>
          )}
        </Show>
        <Button small look="quiet" onClick={end}>
          {sample() ? said("sampleAway") : said("close")}
        </Button>
      </p>
    </section>
  );
} // prettier-ignore
