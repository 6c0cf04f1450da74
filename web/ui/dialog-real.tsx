import { Dialog as Base } from "@kobalte/core/dialog";
import X from "lucide-solid/icons/x";
import { Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { buttonClass } from "./button.tsx";
import type { DialogProps } from "./dialog.tsx";
import css from "./overlay.module.css";

export function RealDialog(props: DialogProps): JSX.Element {
  let content: HTMLElement | undefined;
  // Nothing here is a trigger that the dialog knows of: it goes back to what had the focus, unless that went meanwhile.
  const before = document.activeElement;
  return (
    <Base open={props.open} onOpenChange={(open) => !open && props.onClose()}>
      <Base.Portal>
        <Base.Overlay class={css.scrim} />
        <div
          class={[css.place, props.side && css.side, props.wide && css.wide, props.full && css.full]
            .filter(Boolean)
            .join(" ")}
        >
          <Base.Content
            class={css.dialog}
            ref={(element) => (content = element)}
            onOpenAutoFocus={(event) => {
              const first = content?.querySelector<HTMLElement>("[data-autofocus]");
              if (!first) return;
              event.preventDefault();
              first.focus();
            }}
            onCloseAutoFocus={(event) => {
              event.preventDefault();
              if (before instanceof HTMLElement && document.activeElement === document.body) before.focus();
            }}
          >
            <div class={css.head}>
              <Base.Title class={css.title}>{props.title}</Base.Title>
              <Base.CloseButton
                class={buttonClass({ look: "quiet", square: true, small: true })}
                aria-label={t("act.close")}
              >
                <X size={16} />
              </Base.CloseButton>
            </div>
            <div class={css.body}>{props.children}</div>
            <Show when={props.actions}>
              <div class={css.actions}>{props.actions}</div>
            </Show>
          </Base.Content>
        </div>
      </Base.Portal>
    </Base>
  );
}
