import { createEffect, createSignal, For, Match, on, onCleanup, onMount, Switch, type JSX } from "solid-js";
import { onlineRecord } from "../accounts/online.ts";
import { t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";
import { Bone, Empty } from "../ui/bits.tsx";
import splitCss from "../ui/split.module.css";
import { h } from "./words.ts";

const patienceMs = 8_000;

/** A handoff that was opened from a link and is not on this device: its account is followed, and with it comes the handoff. */
export function Away(props: { readonly id: string }): JSX.Element {
  const session = useSession();
  const { data } = session;
  const asked = onlineRecord<"handoff">(() => ({
    plural: "handoffs",
    id: props.id,
    link: data.source(props.id)?.link,
    enabled: !session.offline(),
  }));
  const [patient, setPatient] = createSignal(true);
  onMount(() => {
    const timer = setTimeout(() => setPatient(false), patienceMs);
    onCleanup(() => clearTimeout(timer));
  });
  createEffect(on(() => (asked.isSuccess ? asked.data.anchor : undefined), (anchor) => anchor && data.open(anchor))); // prettier-ignore
  return (
    <Switch fallback={<Empty>{h("handoffs.gone")}</Empty>}>
      <Match when={session.offline()}>
        <Empty>{h("handoffs.notHere")}</Empty>
      </Match>
      <Match when={(patient() && !asked.isError) || asked.isSuccess}>
        <div class={splitCss.waiting} role="status" aria-busy="true" aria-label={t("account.opening")}>
          <For each={[5, 3, 6]}>{(of) => <Bone of={of} />}</For>
        </div>
      </Match>
    </Switch>
  );
}
