import { A, useParams } from "@solidjs/router";
import { useQuery } from "@tanstack/solid-query";
import { createMemo, For, lazy, Match, Show, Suspense, Switch, type JSX } from "solid-js";
import type { Policy } from "../../shared/access/rules.ts";
import { bind, got, queryClient } from "../accounts/online.ts";
import { t } from "../i18n/i18n.ts";
import { paths, type AccessPart } from "../paths.ts";
import { useSession } from "../shell/context.ts";
import { PageBar } from "../shell/layout.tsx";
import { Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import split from "../ui/split.module.css";
import css from "../audit/audit.module.css";
import { mayGovern, type Governs } from "./may.ts";
import { x } from "./words.ts";

const Audit = lazy(() => import("../audit/page.tsx"));
const Reviews = lazy(async () => ({ default: (await import("../reviews/reviews.tsx")).Reviews }));
const Leavers = lazy(async () => ({ default: (await import("../reviews/leavers.tsx")).Leavers }));
const Roles = lazy(async () => ({ default: (await import("./roles.tsx")).Roles }));
const Explain = lazy(async () => ({ default: (await import("./explain.tsx")).Explain }));
const Compare = lazy(async () => ({ default: (await import("./compare.tsx")).Compare }));
const ViewAs = lazy(async () => ({ default: (await import("./view-as.tsx")).ViewAs }));
const Lent = lazy(async () => ({ default: (await import("./lent.tsx")).Lent }));
const PolicyPart = lazy(async () => ({ default: (await import("./policy.tsx")).PolicyPart }));

/** What each part needs of whoever opens it; the edge decides again. */
const parts: readonly { readonly id: AccessPart; readonly for: readonly Governs[] }[] = [
  { id: "roles", for: ["edit_policy", "approve_policy", "read_audit", "simulate"] },
  { id: "explain", for: ["simulate", "read_audit"] },
  { id: "compare", for: ["simulate", "read_audit"] },
  { id: "view", for: ["simulate"] },
  { id: "lent", for: ["read_audit", "manage_member"] },
  { id: "policy", for: ["edit_policy", "approve_policy"] },
  { id: "reviews", for: ["attest_access", "read_audit"] },
  { id: "leavers", for: ["manage_member", "read_audit"] },
  { id: "audit", for: ["read_audit"] },
];
export interface Current {
  readonly whole: boolean;
  readonly version: number;
  readonly policy: Policy;
  readonly oneAdmin: { readonly now: boolean };
}

/** Who may do what here and why: for those who keep or watch the policy. Online only; nothing of it stays on the device. */
export default function Access(): JSX.Element {
  const params = useParams<{ part?: string }>();
  const session = useSession();
  bind();
  const mine = createMemo(() => parts.filter((one) => one.for.some((action) => mayGovern(session.data, action))));
  const part = () => mine().find(({ id }) => id === params.part)?.id ?? mine()[0]?.id;
  const current = useQuery(
    () => ({
      queryKey: ["policy", "current"],
      enabled: !session.offline() && mine().length > 0,
      queryFn: ({ signal }: { signal: AbortSignal }) => got<Current>("/api/policy/current", signal),
    }),
    () => queryClient,
  );
  return (
    <>
      <PageBar title={x("access.title")} />
      <Show when={mine().length > 0} fallback={<Empty>{x("access.notYours")}</Empty>}>
        <nav class={split.filters} aria-label={x("access.parts")}>
          <For each={mine()}>
            {({ id }) => (
              <A class={split.filter} classList={{ [split.set ?? ""]: part() === id }} href={paths.access(id)} aria-current={part() === id ? "page" : undefined} activeClass="" inactiveClass="">
                {x(`access.part.${id}`)}
              </A>
            )}
          </For>
          <Show when={current.isSuccess && current.data.whole}>
            <p class={`${split.note} num`}>{x("access.version", current.data?.version ?? 0)}</p>
          </Show>
        </nav>
        <Show when={part() !== "audit"} fallback={<Suspense fallback={<div aria-busy="true" />}><Audit /></Suspense>}>
        <div class={css.page}>
          <Show when={current.isSuccess && current.data.whole && current.data.oneAdmin.now}>
            <p class={css.alarms}>{x("access.oneAdmin")}</p>
          </Show>
          <Show when={!(session.offline() && !current.data)} fallback={<Empty>{x("access.offline")}</Empty>}>
            <Show
              when={!current.isError}
              fallback={<Empty act={<Button onClick={() => void current.refetch()}>{t("act.retry")}</Button>}>{x("access.failed")}</Empty>}
            >
              <Suspense fallback={<div aria-busy="true" />}>
                <Show when={current.data}>
                  {(now) => (
                    <Switch>
                      <Match when={part() === "roles"}>
                        <Roles current={now()} />
                      </Match>
                      <Match when={part() === "explain"}>
                        <Explain />
                      </Match>
                      <Match when={part() === "compare"}>
                        <Compare />
                      </Match>
                      <Match when={part() === "view"}>
                        <ViewAs />
                      </Match>
                      <Match when={part() === "lent"}>
                        <Lent />
                      </Match>
                      <Match when={part() === "policy"}>
                        <PolicyPart current={now()} />
                      </Match>
                    <Match when={part() === "reviews"}>
                        <Reviews />
                      </Match>
                      <Match when={part() === "leavers"}>
                        <Leavers />
                      </Match>
                    </Switch>
                  )}
                </Show>
              </Suspense>
            </Show>
          </Show>
        </div>
        </Show>
      </Show>
    </>
  );
} // prettier-ignore
