/** Every address of the product, in one place. */
export const paths = {
  today: "/",
  accounts: "/accounts",
  accountsOnline: "/accounts?part=online",
  accountsView: (view: string) => `/accounts?view=${view}`,
  account: (id: string, tab?: AccountTab, part?: string) => ["/accounts", id, tab, part].filter(Boolean).join("/"),
  pipeline: "/pipeline",
  cases: "/cases",
  case: (id: string) => `/cases/${id}`,
  handoffs: "/handoffs",
  handoff: (id: string) => `/handoffs/${id}`,
  leads: "/leads",
  /** A task opens beside the screen that one is on. */
  task: (id: string) => `?task=${id}`,
  contacts: "/contacts",
  contact: (id: string) => `/contacts/${id}`,
  quality: (pile?: string) => ["/quality", pile].filter(Boolean).join("/"),
  settings: "/settings",
  access: (part: string) => `/access/${part}`,
  signIn: "/sign-in",
  claim: (code: string) => `/claim/${code}`,
} as const;

export const accountTabs = ["timeline", "notes", "opportunities", "cases", "handoffs", "files"] as const;
export type AccountTab = (typeof accountTabs)[number];
export const isAccountTab = (text: string | undefined): text is AccountTab =>
  (accountTabs as readonly string[]).includes(text ?? "");

export type AccessPart = "audit" | "roles" | "explain" | "compare" | "view" | "lent" | "policy" | "reviews" | "leavers";

/** After signing in, back to where one was; only ever inside the product. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith(paths.signIn) ? next : paths.today;
}
