import { useSearchParams } from "@solidjs/router";
import { useInfiniteQuery, useQuery } from "@tanstack/solid-query";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { auditClasses, eventKinds, type AuditClass, type EventKind } from "../../shared/audit/kinds.ts";
import type { Finding } from "../../shared/audit/seal.ts";
import { isEntity } from "../../shared/records/entities.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import { bind, got, queryClient } from "../accounts/online.ts";
import { lineFetch } from "../data/line.ts";
import { http } from "../http.ts";
import { actNames, kindNames } from "../i18n/fields.ts";
import { clock, instant } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { fieldLabel, pick, type Words } from "../i18n/labels.ts";
import { now, useSession } from "../shell/context.ts";
import { nameOf } from "../shell/name-of.ts";
import { valueWords } from "../shell/words.ts";
import { Chip, Empty } from "../ui/bits.tsx";
import { Button } from "../ui/button.tsx";
import { FilterMenu } from "../ui/split.tsx";
import split from "../ui/split.module.css";
import { toast } from "../ui/toast.tsx";
import css from "./audit.module.css";
import { a } from "./words.ts";

interface Field {
  readonly field: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly hidden?: true;
}
interface Item {
  readonly id: string;
  readonly at: number;
  readonly actor: string;
  readonly class: AuditClass;
  readonly kind: EventKind | "change";
  readonly mutation?: string;
  readonly entity?: string;
  readonly record?: string;
  readonly title?: string;
  readonly fields?: readonly Field[];
  readonly subject?: string;
  readonly what?: string;
  readonly n?: number;
  readonly detail?: Readonly<Record<string, unknown>> | null;
  readonly sealedAt: number | null;
}
interface Page {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
  readonly sealedAt: number | null;
  readonly ranges: number;
  readonly waiting: number;
}
interface Alarm {
  readonly id: string;
  readonly at: number;
  readonly kind: "bulk_read" | "many_denials" | "export_burst" | "off_hours";
  readonly member: string;
  readonly n: number;
  readonly usual: number;
  readonly seen: { readonly by: string; readonly at: number; readonly why: string } | null;
}
type Search = { [name in "who" | "class" | "kind" | "days" | "record"]?: string | undefined };

/** Acts that no list of a member's own changes has. */
const verbs: Readonly<Record<string, Words>> = {
  import: ["imported", "导入"],
  create: ["made", "新建"],
  delete: ["deleted", "删除"],
  restore: ["restored", "恢复"],
  reassign: ["gave away", "转交"],
  decide: ["decided", "决定"],
  ask: ["asked for approval of", "请求审批"],
  "policy.publish": ["published the policy", "发布策略"],
  "glass.break": ["broke the glass", "紧急访问"],
  "glass.review": ["reviewed broken glass", "审查紧急访问"],
  "grant.end": ["ended a grant", "结束临时授权"],
  "cover.end": ["ended a cover", "结束代班"],
  "access.view_as": ["looked as somebody else", "以他人视角查看"],
};
const daysBack = ["0", "1", "7", "30"] as const;

/** What was done, by whom, and that it still says what it said. Server-side: nothing of it stays on the device. */
export default function Audit(): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  bind();
  const [search, setSearch] = useSearchParams<Search>();
  const set = (change: Search) => setSearch(change, { replace: true });
  const filter = () => {
    const from = Number(search.days ?? 0) > 0 ? Math.floor(now() / 3_600_000) * 3_600_000 - Number(search.days) * dayMs : 0; // prettier-ignore
    const params = new URLSearchParams();
    for (const [name, value] of [["actor", search.who], ["class", search.class], ["kind", search.kind], ["record", search.record], ["from", from ? String(from) : ""]] as const)
      if (value) params.set(name, value); // prettier-ignore
    return params;
  };
  const pages = useInfiniteQuery(
    () => ({
      queryKey: ["audit", filter().toString()],
      enabled: !session.offline(),
      initialPageParam: "",
      queryFn: ({ pageParam, signal }: { pageParam: string; signal: AbortSignal }) => {
        const params = filter();
        if (pageParam) params.set("cursor", pageParam);
        return got<Page>(`/api/audit?${params}`, signal);
      },
      getNextPageParam: (last: Page) => last.nextCursor ?? undefined,
    }),
    () => queryClient,
  );
  const items = createMemo(() => (pages.isSuccess ? pages.data.pages.flatMap((page) => page.items) : []));
  const head = () => (pages.isSuccess ? pages.data.pages[0] : undefined);
  const members = data.list("member", () => ({ sort: "name" }));
  const who = createMemo(() => [{ id: "", text: a("audit.anyone") }, ...members().map(({ id }) => ({ id, text: memberName(id) }))]); // prettier-ignore
  const narrowed = () => Boolean(search.who || search.class || search.kind || search.days || search.record);
  const at = (value: number) => instant(value, { locale: locale(), zone: data.me.zone, now: now() });

  const [exporting, setExporting] = createSignal(false);
  const takeOut = async (): Promise<void> => {
    setExporting(true);
    try {
      const answer = await lineFetch(`/api/audit/export?${filter()}`, { credentials: "same-origin", cache: "no-store" }); // prettier-ignore
      if (!answer.ok) throw new Error(String(answer.status));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(await answer.blob());
      link.download = `audit-${new Date().toISOString().slice(0, 10)}.csv`;
      link.click();
      URL.revokeObjectURL(link.href);
      toast({ text: a("audit.exported") });
      void pages.refetch();
    } catch {
      toast({ text: a("audit.exportFailed") });
    }
    setExporting(false);
  };

  return (
    <>
      <div class={split.filters} role="group" aria-label={a("audit.class")}>
        <FilterMenu
          label={a("audit.who")}
          usual=""
          value={search.who ?? ""}
          choices={who()}
          onChoose={(id) => set({ who: id || undefined })}
        />
        <FilterMenu
          label={a("audit.class")}
          usual=""
          value={search.class ?? ""}
          choices={[
            { id: "", text: a("audit.class.all") },
            ...auditClasses.map((id) => ({ id, text: a(`audit.class.${id}`) })),
          ]}
          onChoose={(id) => set({ class: id || undefined, kind: undefined })}
        />
        <FilterMenu
          label={a("audit.kind")}
          usual=""
          value={search.kind ?? ""}
          choices={[
            { id: "", text: a("audit.kind.all") },
            ...(["change", ...eventKinds] as const).map((id) => ({ id, text: a(`audit.event.${id}`) })),
          ]}
          onChoose={(id) => set({ kind: id || undefined, class: undefined })}
        />
        <FilterMenu
          label={a("audit.when")}
          usual="0"
          value={search.days ?? "0"}
          choices={daysBack.map((id) => ({ id, text: a(`audit.when.${id}`) }))}
          onChoose={(id) => set({ days: id === "0" ? undefined : id })}
        />
        <Show when={search.record}>
          {(id) => (
            <button type="button" class={`${split.filter} ${split.set}`} onClick={() => set({ record: undefined })}>
              {a("audit.record", nameOf(data, id()) || id())} ×
            </button>
          )}
        </Show>
        <Show when={narrowed()}>
          <Button
            small
            look="quiet"
            onClick={() =>
              set({ who: undefined, class: undefined, kind: undefined, days: undefined, record: undefined })
            }
          >
            {a("audit.clear")}
          </Button>
        </Show>
<Button
 small
          disabledReason={session.offline() ? a("audit.offline") : undefined}
          aria-busy={exporting()}
          onClick={() => void takeOut()}
        >
          {exporting() ? a("audit.exporting") : a("audit.export")}
        </Button>
        <Show when={head()}>
          {(page) => (
            <p class={`${split.note} num`}>
              {page().sealedAt === null
                ? a("audit.neverSealed")
                : a("audit.sealed", at(page().sealedAt ?? 0), page().ranges)}
              {" · "}
              {a("audit.waiting", page().waiting)} <Verify />
            </p>
          )}
        </Show>
      </div>
      <div class={css.page}>
        <Alarms onLook={(member) => set({ who: member, days: "7", class: undefined, kind: undefined })} />
        <Show when={!(session.offline() && items().length === 0)} fallback={<Empty>{a("audit.offline")}</Empty>}>
          <Show
            when={!pages.isError}
            fallback={
              <Empty act={<Button onClick={() => void pages.refetch()}>{t("act.retry")}</Button>}>
                {a("audit.failed")}
              </Empty>
            }
          >
            <Show when={items().length > 0} fallback={<Fallback busy={pages.isPending || pages.hasNextPage} none={narrowed() ? a("audit.none") : a("audit.nothing")} />}>
              <ol>
                <For each={items()}>{(item) => <Line item={item} onRecord={(record) => set({ record })} />}</For>
              </ol>
            </Show>
            <Show when={pages.hasNextPage}>
              <button type="button" class={split.more} aria-busy={pages.isFetchingNextPage} onClick={() => void pages.fetchNextPage()}>
                {pages.isFetchingNextPage ? a("audit.looking") : items().length > 0 ? a("audit.more") : a("audit.further")}
              </button>
            </Show>
          </Show>
        </Show>
      </div>
    </>
  );
} // prettier-ignore
const Fallback = (props: { readonly busy: boolean; readonly none: string }): JSX.Element => (
  <Show when={!props.busy} fallback={<div aria-busy="true" />}>
    <Empty>{props.none}</Empty>
  </Show>
);

/** One act as a sentence: who, what, on what, with what it was before. */
function Line(props: { readonly item: Item; readonly onRecord: (record: string) => void }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const of = () => (isEntity(props.item.entity ?? "") ? (props.item.entity as Parameters<typeof valueWords>[1]) : null);
  const kindName = (name: string | undefined) => (name === undefined ? "" : (pick(kindNames[name]) ?? name.replaceAll("_", " "))); // prettier-ignore
  const did = () => {
    const { kind, mutation, what } = props.item;
    if (kind !== "change") return a("audit.did", a(`audit.event.${kind}`), kind === "alarm" || kind === "alarm_seen" ? "" : kindName(what)); // prettier-ignore
    const [name = "", verb = ""] = (mutation ?? "").replace(/@\d+$/, "").split(".");
    if (verb === "edit") return a("audit.verb.edit");
    return (
      pick(verbs[`${name}.${verb}`] ?? verbs[verb] ?? actNames[`${name}.${verb}`] ?? actNames[verb]) ??
      verb.replaceAll("_", " ")
    );
  };
  const about = () => props.item.title ?? (props.item.record ? nameOf(data, props.item.record) || memberName(props.item.record) || a("audit.a", kindName(props.item.entity)) : memberName(props.item.subject)); // prettier-ignore
  const value = (field: string, one: unknown) => (one === null || one === undefined || one === "" ? a("audit.empty") : valueWords(session, of(), field, one as Parameters<typeof valueWords>[3])); // prettier-ignore
  const more = () =>
    Object.entries(props.item.detail ?? {}).flatMap(([name, one]) => {
      if (one === null || one === undefined || name === "kinds" || name === "alarm" || name === "usual") return [];
      const pair = Array.isArray(one) && props.item.kind === "change";
      const words = pair ? (one as unknown[]).slice(0, 2).map((each) => value(name, each)).join(" → ") : value(name, one);
      return [`${fieldLabel(name)}: ${words}`];
    }); // prettier-ignore
  const when = () => clock(props.item.at, locale(), data.me.zone);
  return (
    <li class={css.line} data-audit={props.item.kind}>
      <span class={`${css.when} num`} title={new Date(props.item.at).toISOString()}>
        {instant(props.item.at, { locale: locale(), zone: data.me.zone, now: now() })}
        <span class="sr"> {when()}</span>
      </span>
      <div class={css.said}>
        <p>
          <strong class={css.actor}>{memberName(props.item.actor) || props.item.actor}</strong> {did()}{" "}
          <Show when={about()}>
            <Show when={props.item.record} fallback={<span>{about()}</span>}>
              {(record) => (
                <button type="button" class={css.about} onClick={() => props.onRecord(record())}>
                  {about()}
                </button>
              )}
            </Show>
          </Show>{" "}
          <Show when={props.item.n !== undefined}>
            <span class="num">
              {props.item.kind === "denied" ? a("audit.tries", props.item.n ?? 0) : a("audit.rows", props.item.n ?? 0)}
            </span>
          </Show>
          <Show when={props.item.class === "access"}>
            {" "}
            <Chip>{a("audit.class.access")}</Chip>
          </Show>
          <Show when={props.item.sealedAt === null}>
            {" "}
            <span class={css.soft}>{a("audit.unsealed")}</span>
          </Show>
        </p>
        <For each={props.item.fields ?? []}>
          {(one) => (
            <p class={css.field}>
              <span class={css.soft}>{fieldLabel(one.field)}</span>{" "}
              <Show when={!one.hidden} fallback={<Chip>{a("audit.hidden")}</Chip>}>
                <span class={css.before}>{value(one.field, one.before)}</span> →{" "}
                <span>{value(one.field, one.after)}</span>
              </Show>
            </p>
          )}
        </For>
        <Show when={more().length > 0}>
          <p class={`${css.field} ${css.soft}`}>{more().join(" · ")}</p>
        </Show>
      </div>
    </li>
  );
}

interface Verified {
  readonly findings: readonly Finding[];
  readonly seals: readonly { readonly n: number; readonly lines: number }[];
  readonly more: boolean;
}
/** Range by range; what is wrong is said by its place. */
function Verify(): JSX.Element {
  const [state, setState] = createSignal<{ ranges: number; lines: number; findings: readonly Finding[]; done: boolean } | null>(null); // prettier-ignore
  const run = async (): Promise<void> => {
    let [after, ranges, lines] = [0, 0, 0];
    const findings: Finding[] = [];
    setState({ ranges, lines, findings, done: false });
    for (;;) {
      const answer = await http<Verified>(`/api/audit/verify?after=${after}`);
      if (!answer.ok) {
        toast({ text: a("audit.failed") });
        setState(null);
        return;
      }
      findings.push(...answer.value.findings);
      ranges += answer.value.seals.length;
      lines += answer.value.seals.reduce((sum, seal) => sum + seal.lines, 0);
      const last = answer.value.seals.at(-1)?.n;
      const done = !answer.value.more || last === undefined;
      setState({ ranges, lines, findings: [...findings], done });
      if (done) return;
      after = last;
    }
  };
  return (
    <>
      <Button small look="quiet" aria-busy={state()?.done === false} onClick={() => void run()}>
        {a("audit.verify")}
      </Button>
      <span role="status">
        <Show when={state()}>
          {(now) => (
            <Show when={now().done} fallback={a("audit.verifying", now().ranges)}>
              <Show
                when={now().findings.length > 0}
                fallback={<span class={css.whole}>{a("audit.whole", now().lines)}</span>}
              >
                <span class={css.bent}>
                  {a("audit.bent", now().findings.length)}{" "}
                  {now()
                    .findings.slice(0, 10)
                    .map(
                      ({ fault, range, at }) =>
                        `${a("audit.range", range)}${at ? `, ${at}` : ""} ${a(`audit.fault.${fault}`)}`,
                    ) // prettier-ignore
                    .join("; ")}
                </span>
              </Show>
            </Show>
          )}
        </Show>
      </span>
    </>
  );
}

/** What somebody should look at; what was found is said by somebody else. */
function Alarms(props: { readonly onLook: (member: string) => void }): JSX.Element {
  const session = useSession();
  const { data, memberName } = session;
  const alarms = useQuery(
    () => ({
      queryKey: ["audit", "alarms"],
      enabled: !session.offline(),
      queryFn: ({ signal }: { signal: AbortSignal }) => got<{ items: readonly Alarm[] }>("/api/audit/alarms", signal),
    }),
    () => queryClient,
  );
  const open = createMemo(() => (alarms.isSuccess ? alarms.data.items.filter(({ seen }) => seen === null) : []));
  const [answering, answer] = createSignal<string>();
  const [why, setWhy] = createSignal("");
  const save = async (id: string): Promise<void> => {
    const done = await http<null>(`/api/audit/alarms/${id}/seen`, { why: why().trim() });
    toast({ text: done.ok ? a("audit.alarm.done") : t("field.invalid") });
    if (!done.ok) return;
    answer(undefined);
    setWhy("");
    void queryClient.invalidateQueries({ queryKey: ["audit"] });
  };
  return (
    <Show when={open().length > 0}>
      <section class={css.alarms} aria-label={a("audit.alarms", open().length)}>
        <h2>{a("audit.alarms", open().length)}</h2>
        <ul>
          <For each={open()}>
            {(one) => (
              <li>
                <p>
                  <span>{a(`audit.alarm.${one.kind}`, memberName(one.member) || one.member, one.n, one.usual)}</span>{" "}
                  <span class={`${css.soft} num`}>
                    {instant(one.at, { locale: locale(), zone: data.me.zone, now: now() })}
                  </span>
                </p>
                <p class={css.acts}>
                  <Button small onClick={() => props.onLook(one.member)}>
                    {a("audit.alarm.look")}
                  </Button>
                  <Button
                    small
                    look="quiet"
                    aria-expanded={answering() === one.id}
                    disabledReason={one.member === data.me.member ? a("audit.alarm.mine") : undefined}
                    onClick={() => answer((now) => (now === one.id ? undefined : one.id))}
                  >
                    {a("audit.alarm.seen")}
                  </Button>
                </p>
                <Show when={answering() === one.id}>
                  <form
                    class={css.acts}
                    onSubmit={(event) => {
                      event.preventDefault();
                      void save(one.id);
                    }}
                  >
                    <label class={css.why}>
                      <span class="sr">{a("audit.alarm.why")}</span>
                      <input
                        class={css.input}
                        maxlength={500}
                        placeholder={a("audit.alarm.why")}
                        value={why()}
                        onInput={(event) => setWhy(event.currentTarget.value)}
                      />
                    </label>
                    <Button small look="primary" type="submit">
                      {a("audit.alarm.save")}
                    </Button>
                  </form>
                </Show>
              </li>
            )}
          </For>
        </ul>
      </section>
    </Show>
  );
}
