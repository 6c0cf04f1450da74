import ChevronDown from "lucide-solid/icons/chevron-down";
import { Show, type JSX } from "solid-js";
import { t } from "../i18n/i18n.ts";
import { Dot } from "../ui/bits.tsx";
import { Menu } from "../ui/menu.tsx";
import { useSession } from "../shell/context.ts";
import type { Opportunity } from "./filter.ts";
import type { Moving } from "./moving.tsx";
import css from "./stage-menu.module.css";

const hues = 8;
export const hueOfStage = (at: number): string => `var(--c-${(Math.max(0, at) % hues) + 1})`;

/** All stages of its pipeline; the ones that can't be reached say why. The edge decides. */
export function StageMenu(props: { readonly row: Opportunity; readonly moving: Moving }): JSX.Element {
  const { data } = useSession();
  const stages = () => props.moving.stagesOf(props.row.pipeline);
  const at = () => stages().findIndex((stage) => stage.id === props.row.stage);
  const name = () => stages()[at()]?.name ?? t("opps.unknownStage");
  const isHeld = () => data.record("opportunity", () => props.row.id)() !== undefined;
  const choices = () =>
    stages().map((stage) => {
      const verdict = props.moving.verdict(props.row, stage);
      return {
        id: stage.id,
        text: stage.name ?? "",
        reason: verdict.state === "shut" ? verdict.why : undefined,
      };
    });
  const late = () => props.moving.late(props.row.id);
  return (
    <Show when={isHeld()} fallback={name()}>
      <Menu
        label={`${t("opps.stage")}: ${name()}`}
        triggerClass={css.stage}
        trigger={
          <>
            <Dot color={hueOfStage(at())} />
            <span class="clip">{name()}</span>
            <ChevronDown size={14} />
          </>
        }
        parts={[
          { value: props.row.stage, choices: choices(), onChoose: (to) => void props.moving.move(props.row, to) },
        ]}
      />
      <Show when={late()}>
        {(asked) => (
          <button type="button" class={css.missing} onClick={() => props.moving.ask(asked())}>
            {t("missing.open")}
          </button>
        )}
      </Show>
    </Show>
  );
}
