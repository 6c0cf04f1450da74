import { useSearchParams } from "@solidjs/router";
import { useQuery } from "@tanstack/solid-query";
import { createMemo, For, Show, type JSX } from "solid-js";
import { coverage, roleTable, stageMatrix, type Right } from "../../shared/access/readable.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { got, queryClient } from "../accounts/online.ts";
import { locale, roleName } from "../i18n/i18n.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { useSession } from "../shell/context.ts";
import { Button } from "../ui/button.tsx";
import split from "../ui/split.module.css";
import table from "../handoffs/handoffs.module.css";
import css from "../audit/audit.module.css";
import { groupWords, permissionDocument, reachWords, saveText } from "./document.ts";
import type { Current } from "./page.tsx";
import { driftWords, kindName, whyWords, x } from "./words.ts";

interface Drift {
  readonly items: readonly { readonly path: string; readonly says: string }[];
  readonly held: Readonly<Record<string, number>>;
}

/** Roles as tables with their whys, who covers what, stages, and what drifts. */
export function Roles(props: { readonly current: Current }): JSX.Element {
  const { data, memberName } = useSession();
  const [search, setSearch] = useSearchParams<{ role?: string }>();
  const policy = () => props.current.policy;
  const drift = useQuery(
    () => ({
      queryKey: ["access", "drift"],
      queryFn: ({ signal }: { signal: AbortSignal }) => got<Drift>("/api/access/drift", signal),
    }),
    () => queryClient,
  );
  const held = () => drift.data?.held ?? {};
  const roles = createMemo(() => Object.entries(policy().roles));
  const name = () => (search.role && policy().roles[search.role] ? search.role : (roles()[0]?.[0] ?? ""));
  const role = () => policy().roles[name()];
  const rows = createMemo(() => roleTable(policy(), name()));
  const covers = createMemo(() => coverage(policy(), new Map(Object.entries(held()))));
  const pipelines = data.list("pipeline", () => ({ sort: "order" }));
  const stages = data.list("stage", () => ({ sort: "order" }));
  /** `roles.seller.review` and the like: the parts that are names, in words. */
  const place = (path: string) => path.split(".").filter((part) => !["roles", "duties", "grants", "allow", "review"].includes(part)).map((part) => memberName(part) || (policy().roles[part] ? roleName(part) : part)).join(", "); // prettier-ignore

  return (
    <>
      <div class={css.acts}>
        <span class="num">{x("access.count", roles().length, limits.rolesSoft)}</span>
        <Button
          small
          onClick={() => saveText(permissionDocument(policy(), held()), `permissions-v${policy().version}-${locale()}.md`, "text/markdown")}
        >
          {x("access.document")}
        </Button>
      </div>
      <Show when={drift.isSuccess && drift.data.items.length > 0}>
        <section class={css.alarms}>
          <h2>{x("access.drift", drift.data?.items.length ?? 0)}</h2>
          <ul>
            <For each={drift.data?.items ?? []}>
              {({ path, says }) => (
                <li>
                  <Show when={place(path)}>
                    <strong>{place(path)}</strong>{" "}
                  </Show>
                  {driftWords(says)}
                </li>
              )}
            </For>
          </ul>
        </section>
      </Show>
      <div class={`${split.filters} ${css.flush}`} role="group" aria-label={x("access.part.roles")}>
        <For each={roles()}>
          {([id, { kind }]) => (
            <button type="button" class={split.filter} aria-pressed={id === name()} onClick={() => setSearch({ role: id }, { replace: true })}>
              {roleName(id)}
              <Show when={kind === "duty"}>
                <span class={css.soft}>{x("access.duty")}</span>
              </Show>
            </button>
          )}
        </For>
      </div>
      <Show when={role()} fallback={<p>{x("access.pick")}</p>}>
        {(one) => (
          <section data-role={name()}>
            <h2 class={table.reportHead}>{roleName(name())}</h2>
            <p>{whyWords(one().why)}</p>
            <p class={css.soft}>
              {[x(`access.${one().kind}`), x("access.held", held()[name()] ?? 0), x("access.reviewBy", one().review)].join(" · ")}
            </p>
            <div class={table.scroll}>
              <table class={table.table}>
                <thead>
                  <tr>
                    <For each={["record", "see", "change", "approve"] as const}>{(head) => <th scope="col">{x(`access.col.${head}`)}</th>}</For>
                    <th scope="col">{x("access.why")}</th>
                  </tr>
                </thead>
                <tbody>
                  <For each={rows()}>
                    {({ entity, rights }) => (
                      <tr>
                        <th scope="row">{kindName(entity)}</th>
                        <For each={["see", "change", "approve"] as const}>
                          {(column) => <td class={css.wrap}>{rights[column] ? <Cell right={rights[column]} /> : <span class={css.soft}>–</span>}</td>}
                        </For>
                        <td class={css.wrap}>
                          {[...new Set(Object.values(rights).flatMap(({ rules }) => rules.map(({ why }) => whyWords(why))))].join(" ")}
                        </td>
                      </tr>
                    )}
                  </For>
                </tbody>
              </table>
            </div>
          </section>
        )}
      </Show>
      <h2 class={table.reportHead}>{x("access.coverage")}</h2>
      <p class={css.soft}>{x("access.coverageWhy")}</p>
      <div class={table.scroll}>
        <table class={table.table}>
          <thead>
            <tr>
              <th scope="col">{x("access.col.record")}</th>
              <For each={roles()}>{([id]) => <th scope="col">{roleName(id)}</th>}</For>
              <th scope="col" />
            </tr>
          </thead>
          <tbody>
            <For each={covers()}>
              {({ entity, cells, gap, changedBy }) => (
                <tr>
                  <th scope="row">{kindName(entity)}</th>
                  <For each={cells}>
                    {({ level }) => (
                      <td title={x(`access.level.${level || "none"}`)}>
                        <span class={`${css.level} ${level ? css[level] : ""}`} aria-hidden="true" />
                        <span class="sr">{x(`access.level.${level || "none"}`)}</span>
                      </td>
                    )}
                  </For>
                  <td class={gap ? css.bent : css.soft}>
                    {gap ? x(`access.gap.${gap}`) : changedBy >= manyRoles ? x("access.many", changedBy) : ""}
                  </td>
                </tr>
              )}
            </For>
          </tbody>
        </table>
      </div>
      <h2 class={table.reportHead}>{x("access.stages")}</h2>
      <p class={css.soft}>{x("access.stagesWhy")}</p>
      <For each={pipelines()}>
        {(pipeline) => {
          const matrix = createMemo(() => stageMatrix(policy().stages ?? [], { id: pipeline.id, name: pipeline.name ?? "" }, stages().filter((one) => one.pipeline === pipeline.id).map(({ id, name: called, outcome }) => ({ id, name: called ?? "", outcome: outcome ?? "" })))); // prettier-ignore
          return (
            <Show when={matrix().length > 0}>
              <div class={table.scroll}>
                <table class={table.table}>
                  <caption class={css.soft}>{pipeline.name}</caption>
                  <thead>
                    <tr>
                      <th scope="col">{x("access.stage")}</th>
                      <For each={matrix()[0]?.cells ?? []}>{({ role: id }) => <th scope="col">{roleName(id)}</th>}</For>
                    </tr>
                  </thead>
                  <tbody>
                    <For each={matrix()}>
                      {({ stage, cells }) => (
                        <tr>
                          <th scope="row">{stage.name}</th>
                          <For each={cells}>
                            {(cell) => (
                              <td title={cell.why.map(whyWords).join(" ")}>
                                {[cell.out && x("access.out"), cell.into && x("access.in")].filter(Boolean).join(" · ") || "–"}
                                <Show when={cell.gates.length > 0}>
                                  {" "}
                                  <span class={css.soft}>{x("access.asks", cell.gates.map(fieldLabel).join(", "))}</span>
                                </Show>
                              </td>
                            )}
                          </For>
                        </tr>
                      )}
                    </For>
                  </tbody>
                </table>
              </div>
            </Show>
          );
        }}
      </For>
    </>
  );
} // prettier-ignore
const manyRoles = 5;

const Cell = (props: { readonly right: Right }): JSX.Element => (
  <span title={props.right.actions.join(", ").replaceAll("_", " ")}>
    {reachWords(props.right)}
    <br />
    <span class={css.soft}>{groupWords(props.right)}</span>
  </span>
);
