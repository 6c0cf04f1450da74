import Globe from "lucide-solid/icons/globe";
import Mail from "lucide-solid/icons/mail";
import Phone from "lucide-solid/icons/phone";
import { createMemo, createSignal, For, Show, type JSX } from "solid-js";
import { entity, type RecordOf, type Row } from "../../shared/records/entities.ts";
import { groupDefaults, type Group } from "../../shared/records/groups.ts";
import { day, dayIn, instant, money, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { displayName } from "../i18n/person.ts";
import { now, useSession } from "../shell/context.ts";
import { fieldLabel } from "../shell/sync-words.ts";
import { Avatar, Chip, Health, HiddenChip, OnlineChip, Person } from "../ui/bits.tsx";
import { Field } from "../ui/field.tsx";
import type { Account } from "./columns.ts";
import { editing } from "./edit.ts";
import { onlineRecord } from "./online.ts";
import css from "./picture.module.css";

const healths = () => (["good", "watch", "at_risk"] as const).map((id) => ({ id, text: t(`health.${id}`) }));
const facts = ["type", "industry", "city", "country", "phone", "website", "employees"] as const;
const firstPeople = 4;
const teams = ["sales", "support", "finance"] as const;
type Team = (typeof teams)[number];

/** The facts that everyone on the account sees in the same way: always first. */
export function SharedPicture(props: { readonly account: Account; readonly brief?: boolean }): JSX.Element {
  const session = useSession();
  const [all, setAll] = createSignal(false);
  const { data } = session;
  const edit = (field: string) => editing(session, "account", props.account as Row, field);
  const today = () => dayIn(now(), data.me.zone);
  const touches = data.list("activity", () => ({ anchor: props.account.id, sort: "-at", limit: 1 }));
  const touch = () => touches()[0]?.at;
  return (
    <section class={css.part} aria-labelledby="picture-title">
      <h2 class={css.title} id="picture-title">
        {t("account.picture")}
      </h2>
      <Field
        label={t("account.sharedPicture")}
        kind="long"
        look="bare"
        placeholder={t("account.sharedPictureEmpty")}
        {...edit("sharedPicture")}
      />
      <div class={css.facts}>
        <Field
          label={t("account.health")}
          choices={healths()}
          show={props.account.health ? <Health value={props.account.health} /> : undefined}
          {...edit("health")}
        />
        <Show when={props.account.health === "watch" || props.account.health === "at_risk"}>
          <Field label={t("account.healthReason")} {...edit("healthReason")} />
        </Show>
        <Field label={t("account.next")} placeholder={t("account.noNext")} {...edit("nextAction")} />
        <Show when={props.account.nextAction}>
          <Field
            label={t("account.nextDay")}
            kind="day"
            show={
              props.account.nextActionDay ? (
                <span class={`num ${props.account.nextActionDay < today() ? css.late : ""}`}>
                  {day(props.account.nextActionDay, {
                    locale: locale(),
                    today: today(),
                    zone: props.account.nextActionZone ?? null,
                    mine: data.me.zone,
                  })}
                </span>
              ) : undefined
            }
            {...editing(session, "account", props.account as Row, "nextActionDay", { nextActionZone: data.me.zone })}
          />
        </Show>
        <Field
          label={t("account.owner")}
          value={props.account.owner}
          show={
            <Person
              id={props.account.owner ?? ""}
              name={session.memberName(props.account.owner) || t("account.noOwner")}
            />
          }
        />
        <Field label={t("account.region")} value={session.regionName(props.account.region)} />
        <For each={props.brief && !all() ? [] : facts}>
          {(field) => (
            <Field
              label={t(`account.${field}`)}
              kind={field === "employees" ? "number" : "text"}
              show={
                field === "employees" && typeof props.account.employees === "number" ? (
                  <span class="num">{number(props.account.employees, locale())}</span>
                ) : undefined
              }
              {...edit(field)}
            />
          )}
        </For>
        <Field
          label={t("account.lastTouch")}
          value={
            touch() === undefined ? null : instant(touch() ?? 0, { locale: locale(), zone: data.me.zone, now: now() })
          }
        />
      </div>
      <Show when={props.brief && !all()}>
        <button type="button" class={css.more} onClick={() => setAll(true)}>
          {t("account.allFacts")}
        </button>
      </Show>
      <Links account={props.account} />
    </section>
  );
}

/** Only addresses that are safe to open: web pages and telephone numbers. */
function Links(props: { readonly account: Account }): JSX.Element {
  const site = () => {
    const text = props.account.website?.trim();
    if (!text) return null;
    try {
      const url = new URL(/^https?:\/\//i.test(text) ? text : `https://${text}`);
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
    } catch {
      return null; // typed by people: not every text is an address
    }
  };
  return (
    <Show when={site() || props.account.phone}>
      <p class={css.links}>
        <Show when={props.account.phone}>
          {(phone) => (
            <a class={css.go} href={`tel:${phone().replaceAll(/[^\d+]/g, "")}`}>
              <Phone size={14} />
              {t("kind.call")}
            </a>
          )}
        </Show>
        <Show when={site()}>
          {(href) => (
            <a class={css.go} href={href()} target="_blank" rel="noreferrer noopener">
              <Globe size={14} />
              {t("account.website")}
            </a>
          )}
        </Show>
      </p>
    </Show>
  );
}

export function People(props: { readonly account: string }): JSX.Element {
  const { data } = useSession();
  const [all, setAll] = createSignal(false);
  const people = data.list("contact", () => ({ anchor: props.account, sort: "name" }));
  const shown = () => (all() ? people() : people().slice(0, firstPeople));
  return (
    <section class={css.part} aria-labelledby="people-title">
      <h2 class={css.title} id="people-title">
        {t("account.people")}
        <span class={`${css.count} num`}>{people().length || ""}</span>
      </h2>
      <Show when={people().length > 0} fallback={<p class={css.none}>{t("account.noPeople")}</p>}>
        <ul class={css.people}>
          <For each={shown()}>{(person) => <OnePerson person={person} />}</For>
        </ul>
        <Show when={!all() && people().length > firstPeople}>
          <button type="button" class={css.more} onClick={() => setAll(true)}>
            {t("account.morePeople", people().length - firstPeople)}
          </button>
        </Show>
      </Show>
    </section>
  );
}
function OnePerson(props: { readonly person: RecordOf<"contact"> }): JSX.Element {
  const name = () => displayName(props.person);
  return (
    <li class={css.person}>
      <Avatar id={props.person.id} name={name()} quiet />
      <span class={css.personText}>
        <span class={`${css.personName} clip`}>{name()}</span>
        <span class="meta clip">{[props.person.title, props.person.department].filter(Boolean).join(" · ")}</span>
      </span>
      <Show when={props.person.email}>
        {(email) => (
          <a
            class={css.icon}
            href={`mailto:${encodeURIComponent(email()).replaceAll("%40", "@")}`}
            aria-label={`${t("kind.email")}: ${name()}`}
            title={email()}
          >
            <Mail size={15} />
          </a>
        )}
      </Show>
      <Show when={props.person.phone}>
        {(phone) => (
          <a
            class={css.icon}
            href={`tel:${phone().replaceAll(/[^\d+]/g, "")}`}
            aria-label={`${t("kind.call")}: ${name()}`}
            title={phone()}
          >
            <Phone size={15} />
          </a>
        )}
      </Show>
    </li>
  );
}

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
    enabled: !session.offline(),
  }));
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
                  <HiddenChip group={t(`group.${group}`)} />
                </Show>
              </div>
            </Show>
          }
        >
          <For each={fieldsOf(group)}>
            {(field) => <Field label={fieldLabel(field)} value={show(field, row()?.[field])} />}
          </For>
        </Show>
      )}
    </For>
  );
}
