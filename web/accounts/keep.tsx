import HandOver from "lucide-solid/icons/arrow-right-left";
import Ellipsis from "lucide-solid/icons/ellipsis";
import Pin from "lucide-solid/icons/pin";
import PinOff from "lucide-solid/icons/pin-off";
import Trash from "lucide-solid/icons/monitor-x";
import { createMemo, Show, type JSX } from "solid-js";
import type { Row } from "../../shared/records/entities.ts";
import { t } from "../i18n/i18n.ts";
import { useSession, type Session } from "../shell/context.ts";
import { Menu } from "../ui/menu.tsx";
import { toast } from "../ui/toast.tsx";
import type { Account } from "./columns.ts";

/** Keeps an account on this device whatever becomes of the other reasons, or no longer. */
export function togglePin({ data }: Session, row: Account): void {
  const before = data.choice(() => row.id)();
  const pin = before !== "pin";
  void data.follow(row.id, pin ? "pin" : "open").then(() =>
    toast({
      text: t(pin ? "keep.pinned" : "keep.unpinned", row.name ?? ""),
      undo: () => void data.follow(row.id, pin ? (before ?? "open") : "pin"),
    }),
  );
}
/** Takes an account off this device, whatever the reason it is here. It stays where it is for everybody else. */
export function removeHere({ data }: Session, row: Account): void {
  const before = data.choice(() => row.id)();
  void data
    .follow(row.id, "unfollow")
    .then(() =>
      toast({ text: t("keep.removed", row.name ?? ""), undo: () => void data.follow(row.id, before ?? "open") }),
    );
}

/** What this device holds of an account and why, with what may be done about it. */
export function KeepMenu(props: {
  readonly account: Account;
  readonly triggerClass?: string | undefined;
  readonly onRemoved?: () => void;
  readonly onHandOver?: () => void;
}): JSX.Element {
  const session = useSession();
  const { data } = session;
  const here = data.record("account", () => props.account.id);
  const choice = data.choice(() => props.account.id);
  const isPinned = () => choice() === "pin";
  const why = createMemo(() => {
    choice();
    const row = here();
    const reason = row && data.reason(row as Row);
    return reason ? t("keep.here", t(`keep.by.${reason}`)) : t("keep.notHere");
  });
  return (
    <Menu
      label={`${props.account.name ?? ""}: ${t(isPinned() ? "keep.isPinned" : "keep.menu")}`}
      placement="bottom-end"
      triggerClass={props.triggerClass}
      trigger={
        <Show when={isPinned()} fallback={<Ellipsis size={16} />}>
          <Pin size={14} />
        </Show>
      }
      parts={[
        { text: why() },
        ...(props.onHandOver
          ? [{ icon: <HandOver size={16} />, words: t("handoff.start"), onSelect: props.onHandOver }]
          : []),
        {
          icon: isPinned() ? <PinOff size={16} /> : <Pin size={16} />,
          words: t(isPinned() ? "keep.unpin" : "keep.pin"),
          onSelect: () => togglePin(session, props.account),
        },
        ...(here()
          ? [
              {
                icon: <Trash size={16} />,
                words: t("keep.remove"),
                onSelect: () => {
                  removeHere(session, props.account);
                  props.onRemoved?.();
                },
              },
            ]
          : []),
      ]}
    />
  );
}
