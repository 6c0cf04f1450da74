import { A } from "@solidjs/router";
import ScrollText from "lucide-solid/icons/scroll-text";
import ShieldCheck from "lucide-solid/icons/shield-check";
import { createMemo, Show, type JSX } from "solid-js";
import { paths } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import layout from "../shell/layout.module.css";
import { mayGovern } from "./may.ts";
import { link } from "./link-words.ts";

/** Ways to administration, for those who have a part in it; nobody else has them. */
export function GovernLinks(): JSX.Element {
  const { data } = useSession();
  const watches = createMemo(() => mayGovern(data, "read_audit"));
  const keeps = createMemo(() => watches() || mayGovern(data, "edit_policy") || mayGovern(data, "simulate"));
  return (
    <>
      <Show when={keeps()}>
        <A class={layout.link} href={paths.access("roles")}>
          <ShieldCheck size={16} />
          <span>{link("link.access")}</span>
        </A>
      </Show>
      <Show when={watches()}>
        <A class={layout.link} href={paths.access("audit")}>
          <ScrollText size={16} />
          <span>{link("link.audit")}</span>
        </A>
      </Show>
    </>
  );
}
