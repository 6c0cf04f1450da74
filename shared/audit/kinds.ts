import { dayMs, edgeLimits } from "../kernel/limits.ts";

/**
 * The one stream of what was done (docs/spec/audit.md). Changes of records and of rights are rows of `change` already;
 * what leaves none there is an event of one of these kinds. No event ever holds a value of a record.
 */
export const eventClasses = {
  denied: "read",
  read: "read",
  pull: "read",
  export: "exit",
  import: "exit",
  token_made: "access",
  token_ended: "access",
  view_as: "access",
  alarm: "access",
  alarm_seen: "access",
  review: "access",
  left: "access",
  erase: "access",
} as const satisfies Record<string, AuditClass>;
export type EventKind = keyof typeof eventClasses;
export const eventKinds = Object.keys(eventClasses) as [EventKind, ...EventKind[]];
export const isEventKind = (text: string): text is EventKind => Object.hasOwn(eventClasses, text);

/** What is kept together, and for how long: reads, what left the organisation, rights, work. */
export const auditClasses = ["access", "work", "exit", "read"] as const;
export type AuditClass = (typeof auditClasses)[number];

/** For how long lines of a class are kept, in ms. Null: as long as the history of records is. */
export const keepMs: Readonly<Record<AuditClass, number | null>> = {
  access: null,
  work: null,
  exit: edgeLimits.auditExitDays * dayMs,
  read: edgeLimits.auditReadDays * dayMs,
};

/** Kinds of rows of `change` that are about who may do what; the others are work. */
const aboutRights: ReadonlySet<string> = new Set([
  "member", "team", "region", "account_team", "share", "grant", "cover", "policy", "pipeline", "stage",
]); // prettier-ignore
const rightsMutation = /^(account\.restrict|account\.reassign|section\.tighten|glass\.)/;
export const classOfChange = ({
  entity,
  mutation,
}: {
  readonly entity: string;
  readonly mutation: string;
}): AuditClass => (aboutRights.has(entity) || rightsMutation.test(mutation) ? "access" : "work");

/** As routes hand it over. `detail`: ids, names of fields, numbers; never a value of a record. */
export interface AuditEvent {
  readonly kind: EventKind;
  readonly actor: string;
  /** The member or record that it is about. */
  readonly subject?: string | null;
  /** A route, a kind of record, an alarm. */
  readonly what?: string | null;
  /** Rows that were read, left or came in; tries. */
  readonly n?: number | null;
  readonly detail?: Readonly<Record<string, string | number | boolean | null | readonly string[]>>;
  /** It is written once however often it is said. */
  readonly once?: string;
}
