import { createMemo, For, lazy, Show, Suspense, type JSX } from "solid-js";
import { noticeKinds, noticeModes } from "../../shared/notices/kinds.ts";
import { ignoredOf } from "../../shared/notices/quiet.ts";
import { now, useSession } from "../shell/context.ts";
import { taken } from "../tasks/act.ts";
import tasks from "../tasks/tasks.module.css";
import { clockOf, minutesOf } from "../tasks/words.ts";
import { Part } from "../settings/part.tsx";
import { mayGovern } from "../access/may.ts";
import { said } from "../today/words.ts";
import { Button } from "../ui/button.tsx";
import css from "./notices.module.css";
import { noticesOf } from "./notices.ts";

const HeededNotices = lazy(() => import("./heeded.tsx"));

/** How I want to hear of each kind, and when not at all. Mine on all my devices, and nobody else's to see. */
export function NoticeSettings(): JSX.Element {
  const session = useSession();
  const { data } = session;
  const notices = noticesOf(session);
  const rates = createMemo(() => ignoredOf(notices.kept(), now()));
  const set = (change: object) =>
    void data.mutate("preference.set@1", { anchor: data.me.member, ...change }).then(taken);
  const time = (minutes: number | null | undefined) => (typeof minutes === "number" ? clockOf(minutes) : "");
  const hours = () => notices.preference();
  const isSet = () => typeof hours()?.quietFrom === "number" && typeof hours()?.quietTo === "number";
  return (
    <Part title={said("settings")} why={said("settingsWhy")}>
      <div class={css.kinds}>
        <For each={noticeKinds}>
          {(kind) => (
            <div class={css.kind}>
              <span>
                {said(`kind.${kind}`)}{" "}
                <Show when={rates().get(kind)}>
                  {(rate) => <span class={css.note}>{said("ignored", rate().ignored, rate().shown)}</span>}
                </Show>
              </span>
              <span class={tasks.chips} role="group" aria-label={said(`kind.${kind}`)}>
                <For each={noticeModes}>
                  {(mode) => (
                    <button
                      type="button"
                      class={tasks.chip}
                      aria-pressed={notices.mode(kind) === mode}
                      onClick={() => set({ modes: { [kind]: mode } })}
                    >
                      {said(`mode.${mode}`)}
                    </button>
                  )}
                </For>
              </span>
            </div>
          )}
        </For>
      </div>
      <div class={css.hours}>
        <strong>{said("quiet")}</strong>
        <label class={tasks.wrap}>
          {said("quietFrom")}
          <input
            class={`${tasks.date} num`}
            type="time"
            value={time(hours()?.quietFrom)}
            onChange={(event) => {
              const from = minutesOf(event.currentTarget.value);
              set({ quietFrom: from, quietTo: from === null ? null : (hours()?.quietTo ?? 7 * 60) });
            }}
          />
        </label>
        <label class={tasks.wrap}>
          {said("quietTo")}
          <input
            class={`${tasks.date} num`}
            type="time"
            value={time(hours()?.quietTo)}
            onChange={(event) => {
              const to = minutesOf(event.currentTarget.value);
              set({ quietTo: to, quietFrom: to === null ? null : (hours()?.quietFrom ?? 20 * 60) });
            }}
          />
        </label>
        <Show when={isSet()}>
          <Button small look="quiet" onClick={() => set({ quietFrom: null, quietTo: null })}>
            {said("quietOff")}
          </Button>
        </Show>
        <Show when={notices.isQuiet()}>
          <span class={css.note}>{said("quietNow")}</span>
        </Show>
        <p class={css.note}>{said("quietWhy")}</p>
      </div>
      <label class={css.counted}>
        <input
          type="checkbox"
          checked={notices.preference()?.steps?.["counted"] === true}
          onChange={(event) => set({ steps: { counted: event.currentTarget.checked } })}
        />
        <span>
          {said("counted")} <span class={css.note}>{said("countedWhy")}</span>
        </span>
      </label>
      <Show when={mayGovern(data, "manage_member")}>
        <Suspense>
          <HeededNotices />
        </Suspense>
      </Show>
    </Part>
  );
}
