import ArrowDown from "lucide-solid/icons/arrow-down";
import ArrowUp from "lucide-solid/icons/arrow-up";
import { createMemo, For, Show, type JSX } from "solid-js";
import { fieldsOf, listLimits, type ListColumn } from "../../shared/lists/query.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { useSession } from "../shell/context.ts";
import { Button, buttonClass } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { columnOf } from "./columns.tsx";
import { say } from "./phrases.ts";
import css from "./filter-editor.module.css";
import type { ListKind } from "./kind.ts";
import type { ListState } from "./state.ts";
import { isKnown } from "./known.ts";

/** Which columns, in which order, how wide: every step shows at once. */
export function ColumnsEditor(props: { readonly kind: ListKind; readonly state: ListState; readonly onClose: () => void }): JSX.Element {
  const { data } = useSession();
  const known = (field: string): boolean => isKnown(data, props.kind.entity, field, props.state.online()) && columnOf(props.kind, field) !== undefined;
  const chosen = createMemo<readonly ListColumn[]>(() => {
    const columns = props.state.query().columns;
    return columns && columns.length > 0 ? columns : props.kind.start.filter(known).map((field) => ({ field }));
  });
  const change = (columns: readonly ListColumn[]): void => props.state.change({ columns });
  const others = createMemo(() => {
    const here = new Set(chosen().map(({ field }) => field));
    return fieldsOf(props.kind.entity).filter((field) => known(field) && !here.has(field));
  });
  const move = (at: number, by: number): void => {
    const next = [...chosen()];
    const [one] = next.splice(at, 1);
    if (one) next.splice(at + by, 0, one);
    change(next);
  };
  const widen = (at: number, by: number): void =>
    change(
      chosen().map((one, index) => {
        if (index !== at) return one;
        const now = one.width ?? columnOf(props.kind, one.field)?.min ?? 96;
        return { ...one, width: Math.min(listLimits.widthMax, Math.max(listLimits.widthMin, now + by)) };
      }),
    );
  return (
    <Dialog
      open
      onClose={props.onClose}
      title={say("columns.title")}
      actions={
        <Show when={props.state.address.cols !== undefined}>
          <Button look="quiet" onClick={() => props.state.set({ cols: undefined })}>
            {say("columns.reset")}
          </Button>
        </Show>
      }
    >
      <ul class={css.columns}>
        <For each={chosen()}>
          {(column, at) => (
            <li class={css.column}>
              <label class={css.check}>
                <input
                  type="checkbox"
                  checked
                  disabled={column.field === "name"}
                  onChange={() => change(chosen().filter((one) => one.field !== column.field))}
                />
                <span class="clip">{fieldLabel(column.field)}</span>
              </label>
              <Show when={column.width}>{(width) => <span class={`${css.width} num`}>{width()}</span>}</Show>
              <Small label={say("columns.narrower", fieldLabel(column.field))} onClick={() => widen(at(), -24)}>−</Small>
              <Small label={say("columns.wider", fieldLabel(column.field))} onClick={() => widen(at(), 24)}>+</Small>
              <Small label={say("columns.up", fieldLabel(column.field))} off={at() === 0} onClick={() => move(at(), -1)}>
                <ArrowUp size={14} />
              </Small>
              <Small label={say("columns.down", fieldLabel(column.field))} off={at() === chosen().length - 1} onClick={() => move(at(), 1)}>
                <ArrowDown size={14} />
              </Small>
            </li>
          )}
        </For>
      </ul>
      <h3 class={css.heading}>{say("columns.more")}</h3>
      <ul class={css.two}>
        <For each={others()}>
          {(field) => (
            <li>
              <label class={css.check}>
                <input type="checkbox" checked={false} onChange={() => change([...chosen(), { field }])} />
                <span class="clip">{fieldLabel(field)}</span>
              </label>
            </li>
          )}
        </For>
      </ul>
    </Dialog>
  );
} // prettier-ignore

const Small = (props: {
  readonly label: string;
  readonly off?: boolean;
  readonly onClick: () => void;
  readonly children: JSX.Element;
}): JSX.Element => (
  <button
    type="button"
    class={buttonClass({ look: "quiet", small: true, square: true })}
    aria-label={props.label}
    title={props.label}
    aria-disabled={props.off ? "true" : undefined}
    onClick={() => !props.off && props.onClick()}
  >
    {props.children}
  </button>
);
