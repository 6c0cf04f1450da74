import { useSearchParams } from "@solidjs/router";
import { lazy, Show, Suspense, type JSX } from "solid-js";
import { Reminders } from "../notices/bell.tsx";
import { useSession } from "./context.ts";

const TaskSheet = lazy(async () => ({ default: (await import("../tasks/sheet.tsx")).TaskSheet }));
const NoticePanel = lazy(async () => ({ default: (await import("../notices/bell.tsx")).NoticePanel }));

/** What opens beside any screen, by its address: a task, what the bell tells; and what is told without being asked. */
export function Asides(): JSX.Element {
  const { data } = useSession();
  const [params, setParams] = useSearchParams<{ task?: string; for?: string; notices?: string }>();
  return (
    <Suspense>
      <Reminders />
      <Show when={!data.locked() && params.notices}>
        <NoticePanel onClose={() => setParams({ notices: undefined }, { replace: true })} />
      </Show>
      <Show when={!data.locked() && params.task}>
        {(id) => (
          <TaskSheet
            id={id()}
            account={params.for}
            onClose={() => setParams({ task: undefined, for: undefined }, { replace: true })}
          />
        )}
      </Show>
    </Suspense>
  );
}
