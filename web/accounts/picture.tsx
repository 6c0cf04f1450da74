import Globe from "lucide-solid/icons/globe";
import Mail from "lucide-solid/icons/mail";
import Phone from "lucide-solid/icons/phone";
import { createSignal, For, Show, type JSX } from "solid-js";
import type { RecordOf, Row } from "../../shared/records/entities.ts";
import { under } from "../duplicates/standing.ts";
import { day, dayIn, instant, number } from "../i18n/format.ts";
import { locale, t } from "../i18n/i18n.ts";
import { displayName } from "../i18n/person.ts";
import { now, useSession } from "../shell/context.ts";
import { Avatar, Health, Person } from "../ui/bits.tsx";
import { Field } from "../ui/field.tsx";
import type { Account } from "./columns.ts";
import { editing } from "./edit.ts";
import css from "./picture.module.css";

const healths = () => (["good", "watch", "at_risk"] as const).map((id) => ({ id, text: t(`health.${id}`) }));
const facts = ["type", "industry", "city", "country", "phone", "website", "employees"] as const;
const firstPeople = 4;

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
  const there = under(data, () => props.account);
  const people = data.list("contact", () => ({ ...there(), sort: "name" }));
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
