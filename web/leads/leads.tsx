import { A, useParams, useSearchParams } from "@solidjs/router";
import { createMemo, For, lazy, Show, Suspense, type JSX } from "solid-js";
import { stands } from "../duplicates/standing.ts";
import { held, useCommands } from "../commands/registry.ts";
import { isOpenLead } from "../../shared/leads/lead.ts";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { ago } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { paths } from "../paths.ts";
import { PageBar } from "../shell/layout.tsx";
import { markOf } from "../shell/marks.ts";
import { Bone, Chip, Person } from "../ui/bits.tsx";
import { Button, buttonClass } from "../ui/button.tsx";
import { ChangeMark } from "../ui/mark.tsx";
import { Nothing } from "../ui/nothing.tsx";
import { toast } from "../ui/toast.tsx";
import { seesAny, whyEmpty } from "../ui/why-empty.ts";
import records from "../accounts/records.module.css";
import { mayCapture } from "./may.ts";
import css from "./leads.module.css";
import { l } from "./words.ts";

const Rules = lazy(async () => ({ default: (await import("../assignment/rules.tsx")).Rules }));
const Capture = lazy(async () => ({ default: (await import("./capture.tsx")).Capture }));
const Sheet = lazy(async () => ({ default: (await import("./sheet.tsx")).Sheet }));

type Lead = RecordOf<"lead">;
const states = ["open", "converted", "disqualified"] as const;
const shownMost = 500;
const stateOf = (row: Lead): string => (isOpenLead(row.status) ? "open" : (row.status ?? "open"));

/** Leads; below their address the rules that give new ones to somebody. */
export default function Leads(): JSX.Element {
  const params = useParams<{ part?: string }>();
  return (
    <Show when={params.part === "rules"} fallback={<List />}>
      <Suspense>
        <Rules />
      </Suspense>
    </Show>
  );
}

/** Leads of this device, by what became of them. One opens at the side; its address can be passed on. */
function List(): JSX.Element {
  const { data, memberName } = useSession();
  const [search, setSearch] = useSearchParams<{ state?: string; mine?: string; lead?: string; new?: string }>();
  const state = () => states.find((one) => one === search.state) ?? "open";
  const isMine = () => search.mine === "1";
  const passes = (row: Lead) => !isMine() || row.owner === data.me.member;
  const all = data.count("lead", () => ({}));
  const rows = data.list("lead", () => {
    const [wanted, mine] = [state(), isMine()];
    return {
      where: (row, look) => stateOf(row) === wanted && (!mine || passes(row)) && stands(row, look),
      refs: ["mergedInto"],
      sort: "-createdAt",
      limit: shownMost,
    };
  });
  const counts = Object.fromEntries(
    states.map((one) => [one, data.count("lead", () => ({ where: (row) => stateOf(row) === one && passes(row) }))]),
  ) as Record<(typeof states)[number], () => number>;
  const opened = data.record("lead", () => search.lead);
  const arriving = createMemo<boolean>(
    (before) => before && ((data.sync().state === "first_sync" && data.sync().records === 0) || !data.settled()),
    true,
  );
  const may = () => mayCapture(data);
  const capture = (open: boolean) => setSearch({ new: open ? "1" : undefined });

  let list: HTMLTableElement | undefined;
  const step = (by: number) => {
    const found = [...(list?.querySelectorAll<HTMLElement>("[data-lead]") ?? [])];
    const at = found.indexOf(document.activeElement as HTMLElement);
    found[Math.min(found.length - 1, Math.max(0, at + by))]?.focus();
  };
  useCommands({
    "row.next": () => step(1),
    "row.previous": () => step(-1),
    "row.open": held,
    "lead.new": {
      run: () => (may().allowed ? capture(true) : toast({ text: may().why ?? l("mayNot"), bad: true })),
      when: () => may().allowed,
    },
  });

  return (
    <>
      <PageBar title={t("nav.leads")} count={counts.open()}>
        <A class={buttonClass({})} href={`${paths.leads}/rules`}>
          {l("rules")}
        </A>
        <Button
          look="primary"
          kbd="C"
          disabledReason={may().allowed ? undefined : (may().why ?? l("mayNot"))}
          onClick={() => capture(true)}
        >
          {l("new")}
        </Button>
      </PageBar>
      <div class={css.page}>
        <div class={css.filters}>
          <div class={css.states} role="group" aria-label={l("states")}>
            <For each={states}>
              {(one) => (
                <button
                  type="button"
                  class={css.state}
                  aria-pressed={state() === one}
                  onClick={() => setSearch({ state: one === "open" ? undefined : one })}
                >
                  {l(`state.${one}`)} <span class="num">{counts[one]()}</span>
                </button>
              )}
            </For>
          </div>
          <button
            type="button"
            class={css.state}
            aria-pressed={isMine()}
            onClick={() => setSearch({ mine: isMine() ? undefined : "1" })}
          >
            {l("mine")}
          </button>
          <span class={css.part}>{l("here")}</span>
        </div>
        <Show
          when={rows().length > 0}
          fallback={
            <Show
              when={!arriving()}
              fallback={
                <p class={css.bones} aria-busy="true">
                  <Bone of={5} />
                  <Bone of={4} />
                  <Bone of={6} />
                </p>
              }
            >
              <Nothing
                list="leads"
                why={whyEmpty({
                  sees: seesAny(data, "lead"),
                  filtered: all() > 0,
                  partial: !data.whole(),
                })}
                onClear={
                  isMine() || state() !== "open" ? () => setSearch({ mine: undefined, state: undefined }) : undefined
                }
                make={
                  <Show when={may().allowed}>
                    <Button onClick={() => capture(true)}>{l("new")}</Button>
                  </Show>
                }
              />
            </Show>
          }
        >
          <table class={records.table} ref={(element) => (list = element)}>
            <thead>
              <tr>
                <th scope="col">{l("name")}</th>
                <th scope="col">{l("status")}</th>
                <th scope="col">{l("source")}</th>
                <th scope="col" class={records.right}>
                  {l("age")}
                </th>
                <th scope="col" class={records.wide}>
                  {t("account.owner")}
                </th>
              </tr>
            </thead>
            <tbody>
              <For each={rows()}>
                {(row) => (
                  <tr class={css.row} classList={{ [css.chosen ?? ""]: search.lead === row.id }}>
                    <th scope="row" class={records.name}>
                      <button
                        type="button"
                        class={css.open}
                        data-lead={row.id}
                        aria-haspopup="dialog"
                        onClick={() => setSearch({ lead: row.id })}
                      >
                        <span class="clip">{row.name}</span>
                        <span class={css.company}>{row.company ?? ""}</span>
                      </button>
                      <ChangeMark state={markOf(data, row.id)} />
                    </th>
                    <td>
                      <Status value={row.status} />
                    </td>
                    <td>{row.leadSource ?? ""}</td>
                    <td class={`${records.right} num`}>{ago(row.createdAt, now(), locale())}</td>
                    <td class={records.wide}>
                      <Show when={memberName(row.owner)}>
                        {(name) => <Person id={row.owner ?? ""} name={name()} />}
                      </Show>
                    </td>
                  </tr>
                )}
              </For>
            </tbody>
          </table>
          <Show when={rows().length === shownMost}>
            <p class={css.more}>{l("most", shownMost)}</p>
          </Show>
        </Show>
      </div>
      <Suspense>
        <Show when={search.new === "1" && may().allowed}>
          <Capture onClose={() => capture(false)} onDone={(lead) => setSearch({ new: undefined, lead })} />
        </Show>
        <Show when={search.new !== "1" && opened()}>
          {(lead) => <Sheet lead={lead() as Lead & Row} onClose={() => setSearch({ lead: undefined })} />}
        </Show>
      </Suspense>
    </>
  );
}

/** Colour is for what is decided; what is on its way is plain. */
function Status(props: { readonly value: Lead["status"] }): JSX.Element {
  return (
    <Show when={props.value === "qualified"} fallback={props.value ? l(`status.${props.value}`) : ""}>
      <Chip tone="ok">{l("status.qualified")}</Chip>
    </Show>
  );
}
