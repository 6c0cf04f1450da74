import { A } from "@solidjs/router";
import { For, Show, type JSX } from "solid-js";
import { entityOfId, type Row } from "../../shared/records/entities.ts";
import { isTwinEntity, type TwinEntity } from "../../shared/duplicates/rows.ts";
import css from "../handoffs/handoffs.module.css";
import { t } from "../i18n/i18n.ts";
import { http } from "../http.ts";
import { paths } from "../paths.ts";
import { q } from "../quality/words.ts";
import { useSession, type Session } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import { toast } from "../ui/toast.tsx";

type Done = { readonly ok: boolean; readonly code?: string };

/**
 * By the outbox where this device holds all that it is about, with and without a network; else by the cell at once. Either
 * way the same mutation, decided at the edge.
 */
export async function act(
  session: Session,
  mutation: string,
  route: "merge" | "apart",
  args: Readonly<Record<string, unknown>>,
  rows: readonly Row[],
): Promise<Done> {
  const { data } = session;
  if (rows.every((row) => data.copy.record(row.id) !== undefined)) return data.mutate(mutation, args);
  const { under: _device, ...body } = args;
  const sent = await http(`/api/duplicates/${route}`, body, undefined, data.source(String(args["id"]))?.link);
  return sent.ok ? { ok: true } : { ok: false, code: sent.error.code };
}
/** Two again: what the merge wrote is known to the cell alone. */
export async function undoMerge(session: Session, id: string): Promise<void> {
  const sent = await http("/api/duplicates/undo", { id }, undefined, session.data.source(id)?.link);
  toast({ text: sent.ok ? q("undone") : t("list.failed") });
  if (sent.ok) session.data.syncNow();
}

/** Of a record: which one stands for it, where that is seen here; and which ones it stands for. */
export function Merged(props: { readonly row: Row }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const name = (): TwinEntity => {
    const of = entityOfId(props.row.id);
    return isTwinEntity(of) ? of : "account";
  };
  const into = data.record(name(), () => (typeof props.row["mergedInto"] === "string" ? props.row["mergedInto"] : undefined)); // prettier-ignore
  const others = data.list(name(), () => ({ where: (row) => row.mergedInto === props.row.id, sort: "name" }));
  const path = (row: Pick<Row, "id">) => (name() === "account" ? paths.account(row.id) : name() === "contact" ? paths.contact(row.id) : `${paths.leads}?lead=${row.id}`); // prettier-ignore
  const undo = (row: Row) => (
    <Show when={data.can("merge", row).allowed && !session.offline()}>
      {" "}
      <Button small look="quiet" onClick={() => void undoMerge(session, row.id)}>
        {q("undo")}
      </Button>
    </Show>
  );
  return (
    <>
      <Show when={into()}>
        {(row) => (
          <p class={css.soft} data-merged={row().id}>
            {q("sameAs")} <A href={path(row())}>{row().name}</A>
            {undo(props.row)}
          </p>
        )}
      </Show>
      <Show when={others().length > 0}>
        <p class={css.soft}>
          {q("standsFor")}{" "}
          <For each={others()}>
            {(row) => (
              <>
                <A href={path(row)}>{row.name}</A>
                {undo(row as Row)}{" "}
              </>
            )}
          </For>
        </p>
      </Show>
    </>
  );
}
