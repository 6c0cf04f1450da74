import { createMemo, type Accessor } from "solid-js";
import type { QueueRow } from "../../shared/cases/answers.ts";
import { levelFor, type Clock, type ServiceLevel } from "../../shared/cases/service.ts";
import { locale, t } from "../i18n/i18n.ts";
import { useSession } from "../shell/context.ts";

export interface Service {
  readonly levelOf: (region: string | null | undefined) => ServiceLevel;
  readonly queueOf: (name: string | null | undefined) => QueueRow | undefined;
  /** Another one whenever the terms change: orders that hang on them are made anew. */
  readonly version: string;
}
/** Service levels and queues of the organisation, as this device has them. */
export function service(): Accessor<Service> {
  const { data } = useSession();
  const levels = data.list("service_level", () => ({}));
  const regions = data.list("region", () => ({}));
  const queues = data.list("queue", () => ({ sort: "name" }));
  return createMemo(() => {
    const [rows, places] = [levels(), new Map(regions().map((row) => [row.id, row]))];
    const made = new Map<string, ServiceLevel>(); // calendars remember their days
    const byName = new Map(queues().map((row) => [row.name ?? "", row]));
    return {
      version: JSON.stringify([rows, [...places.values()].map(({ id, zone }) => [id, zone])]),
      queueOf: (name) => byName.get(name ?? ""),
      levelOf: (region) => {
        const known = made.get(region ?? "") ?? levelFor(rows, places.get(region ?? ""));
        made.set(region ?? "", known);
        return known;
      },
    };
  });
}

/** Business time in words: minutes, or hours however many, for a business day is no day. */
export function businessWords(ms: number): string {
  const minutes = Math.max(1, Math.round(Math.abs(ms) / 60_000));
  const hours = minutes >= 120;
  return new Intl.NumberFormat(locale(), { style: "unit", unit: hours ? "hour" : "minute", unitDisplay: "short", maximumFractionDigits: hours && minutes < 600 ? 1 : 0 }).format(hours ? minutes / 60 : minutes); // prettier-ignore
}
/** How a promise stands, in a few words. */
export function clockWords(clock: Clock): string {
  if (clock.state === "met") return t("cases.met");
  if (clock.state === "missed") return t("cases.missed");
  if (clock.state === "paused") return t("cases.paused", businessWords(clock.leftMs));
  return clock.missedAt !== null ? t("cases.late", businessWords(clock.leftMs)) : t("cases.left", businessWords(clock.leftMs)); // prettier-ignore
}
