import { createMemo, createSignal, Show, type Accessor, type JSX } from "solid-js";
import type { RecordOf } from "../../shared/records/entities.ts";
import { under } from "../duplicates/standing.ts";
import { useSession } from "../shell/context.ts";
import { Which } from "../shell/which.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import { edgeOrder } from "./merge.ts";
import { onlineUnder } from "./online.ts";
import css from "./records.module.css";

/** A list under one account: of this device, or as the server has it, and it says which. */
export function accountList<E extends "opportunity" | "case" | "file">(
  name: E,
  plural: "opportunities" | "cases" | "files",
  account: Accessor<string>,
  sort: string,
) {
  const session = useSession();
  const [wished, wish] = createSignal(false);
  const isOnline = () => wished() && !session.offline();
  const there = under(session.data, account);
  const here = session.data.list(name, () => ({ ...there(), sort }));
  const online = onlineUnder<E>(() => ({
    plural,
    account: account(),
    link: session.data.source(account())?.link,
    enabled: !session.offline() && (isOnline() || here().length > 0),
  }));
  // Reading `data` before it is there would suspend the whole screen.
  const fetched = () => (online.isSuccess ? online.data : undefined);
  const rows = createMemo<readonly RecordOf<E>[]>(() => {
    if (!isOnline()) return here();
    const before = edgeOrder<RecordOf<E>>(sort);
    return [...(fetched()?.values() ?? [])].sort((a, b) => (before(a, b) ? -1 : 1));
  });
  /** The switch, the rows, or why there are none. */
  const frame = (table: () => JSX.Element): JSX.Element => (
    <>
      <div class={css.which}>
        <Which here={here().length} online={isOnline()} onChoose={wish} />
      </div>
      <Show
        when={rows().length > 0}
        fallback={
          <Show when={!isOnline() || !online.isPending} fallback={<div aria-busy="true" />}>
            <Nothing
              list={`account.${plural}`}
              why={whyEmpty({
                sees: seesAny(session.data, name),
                failed: isOnline() && online.isError,
                online: isOnline(),
                partial: !session.data.whole() || session.data.record("account", account)() === undefined,
              })}
              online={isOnline()}
              onRetry={() => void online.refetch()}
              onOnline={session.offline() ? undefined : () => wish(true)}
            />
          </Show>
        }
      >
        {table()}
      </Show>
    </>
  );
  return { rows, fetched, frame };
}
