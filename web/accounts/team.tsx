import { createMemo, For, lazy, Show, Suspense, type JSX } from "solid-js";
import { entity, type Row } from "../../shared/records/entities.ts";
import { groupDefaults, type Group } from "../../shared/records/groups.ts";
import { day, dayIn, instant, money, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { now, useSession } from "../shell/context.ts";
import { fieldLabel } from "../i18n/labels.ts";
import { HiddenField } from "../approvals/request.tsx";
import { Chip, OnlineChip } from "../ui/bits.tsx";
import { Field } from "../ui/field.tsx";
import type { Account } from "./columns.ts";
import { onlineRecord } from "./online.ts";
import css from "./picture.module.css";

// Few fields need somebody else's yes: fetched where one does.
const GuardedField = lazy(async () => ({ default: (await import("../approvals/guarded.tsx")).GuardedField }));

type Team = "sales" | "support" | "finance";

/** Which function a base role works in: its section of the account stands open. */
export function teamOf(base: string): Team {
  if (/financ|billing/.test(base)) return "finance";
  if (/support|service|escalation|case/.test(base)) return "support";
  return "sales";
}

/** The own team's detail on top of the shared picture, and what exists but is hidden: one line a field group. */
export function TeamSection(props: { readonly account: Account }): JSX.Element {
  const { data, memberName } = useSession();
  const team = () => teamOf(data.me.base);
  return (
    <section class={css.part} aria-labelledby="team-title">
      <h2 class={css.title} id="team-title">
        {t(`team.${team()}`)}
        <Show when={team() === "sales" && memberName(props.account.owner)}>
          {(who) => <span class={css.kept}>{t("team.maintained", who())}</span>}
        </Show>
      </h2>
      <div class={css.facts}>
        <Show when={team() === "sales"}>
          <SalesFacts account={props.account.id} />
        </Show>
        <Show when={team() === "support"}>
          <SupportFacts account={props.account.id} />
        </Show>
        <Groups account={props.account} />
      </div>
    </section>
  );
}

function SalesFacts(props: { readonly account: string }): JSX.Element {
  const { data } = useSession();
  const stages = data.list("stage", () => ({}));
  const open = createMemo(
    () =>
      new Set(
        stages()
          .filter((stage) => stage.outcome !== "won" && stage.outcome !== "lost")
          .map((stage) => stage.id),
      ),
  );
  const rows = data.list("opportunity", () => {
    const live = open();
    return { anchor: props.account, where: (row) => live.has(row.stage ?? ""), sort: "closeDay" };
  });
  const next = () => rows().find((row) => row.closeDay)?.closeDay;
  return (
    <>
      <Field
        label={t("team.openOpportunities")}
        value={String(rows().length)}
        show={<span class="num">{number(rows().length, locale())}</span>}
      />
      <Show when={next()}>
        {(value) => (
          <Field
            label={t("team.nextClose")}
            value={value()}
            show={<span class="num">{day(value(), { locale: locale(), today: dayIn(now(), data.me.zone) })}</span>}
          />
        )}
      </Show>
    </>
  );
}

function SupportFacts(props: { readonly account: string }): JSX.Element {
  const { data } = useSession();
  const rows = data.list("case", () => ({
    anchor: props.account,
    where: (row) => row.status !== "resolved" && row.status !== "closed",
    sort: "openedAt",
  }));
  const worst = () =>
    (["critical", "high", "moderate", "low"] as const).find((severity) =>
      rows().some((row) => row.severity === severity),
    );
  return (
    <>
      <Field
        label={t("team.openCases")}
        value={String(rows().length)}
        show={<span class="num">{number(rows().length, locale())}</span>}
      />
      <Show when={worst()}>
        {(severity) => (
          <Field
            label={t("team.worst")}
            value={severity()}
            show={
              <Show when={severity() === "critical" || severity() === "high"} fallback={t(`severity.${severity()}`)}>
                {<Chip tone={severity() === "critical" ? "bad" : "warn"}>{t(`severity.${severity()}`)}</Chip>}
              </Show>
            }
          />
        )}
      </Show>
      <Show when={rows()[0]?.openedAt}>
        {(at) => (
          <Field
            label={t("team.oldest")}
            value={String(at())}
            show={<span class="num">{instant(at(), { locale: locale(), zone: data.me.zone, now: now() })}</span>}
          />
        )}
      </Show>
    </>
  );
}

/** Field groups of an account besides identity and shared whose existence everyone may know. */
const extraGroups = (["billing", "contract"] as const satisfies readonly Group[]).filter(
  (group) => groupDefaults[group].existence === "shown",
);

function Groups(props: { readonly account: Account }): JSX.Element {
  const session = useSession();
  const online = onlineRecord<"account">(() => ({
    plural: "accounts",
    id: props.account.id,
    link: session.data.source(props.account.id)?.link,
    enabled: !session.offline(),
  }));
  const guarded = new Set(
    session.data.asks
      .filter((one) => one.kind === "protected_change" && one.on === "account")
      .flatMap((one) => one.binds),
  );
  /** These values are looked at online: they show once the change has arrived there. */
  const settled = () => session.data.source(props.account.id)?.settle() ?? Promise.resolve();
  const fieldsOf = (group: Group) =>
    Object.entries(entity("account").fields)
      .filter(([, field]) => field.group === group && field.type !== "custom")
      .map(([name]) => name);
  const row = (): Row | undefined => (online.isSuccess ? (online.data as Row) : undefined);
  const state = (group: Group): "mine" | "hidden" | "online" => {
    const from = row();
    if (!from) return "online";
    return fieldsOf(group).some((field) => from[field] !== undefined) ? "mine" : "hidden";
  };
  const show = (field: string, value: unknown): string | null => {
    if (value === null || value === undefined) return null;
    if (field === "annualRevenueMinor") return money(Number(value), String(row()?.["currency"] ?? "USD"), locale());
    if (field === "billingStatus") return t(`billing.${value as "current" | "late" | "blocked"}`);
    if (field.endsWith("Day"))
      return day(String(value), { locale: locale(), today: dayIn(now(), session.data.me.zone) });
    return String(value);
  };
  return (
    <For each={extraGroups}>
      {(group) => (
        <Show
          when={state(group) === "mine"}
          fallback={
            <Show when={!(online.isLoading && !session.offline())}>
              <div class={css.shut}>
                <span class={css.shutLabel}>{t(`group.${group}`)}</span>
                <Show when={state(group) === "hidden"} fallback={<OnlineChip group={t(`group.${group}`)} />}>
                  <HiddenField
                    group={t(`group.${group}`)}
                    entity="account"
                    id={props.account.id}
                    field={fieldsOf(group)[0] ?? ""}
                  />
                </Show>
              </div>
            </Show>
          }
        >
          <For each={fieldsOf(group)}>
            {(field) => (
              <Show
                when={guarded.has(field) && row()}
                fallback={<Field label={fieldLabel(field)} value={show(field, row()?.[field])} />}
              >
                {(from) => (
                  <Suspense>
                    <GuardedField
                      account={props.account}
                      row={from()}
                      field={field}
                      show={show(field, from()[field])}
                      onDone={() => void settled().then(() => online.refetch())}
                    />
                  </Suspense>
                )}
              </Show>
            )}
          </For>
        </Show>
      )}
    </For>
  );
}
