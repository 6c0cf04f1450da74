/** Every address of the product, in one place. */
export const paths = {
  today: "/",
  accounts: "/accounts",
  accountsOnline: "/accounts?view=online",
  accountsOnly: (only: string) => `/accounts?only=${only}`,
  account: (id: string, tab?: AccountTab, part?: string) => ["/accounts", id, tab, part].filter(Boolean).join("/"),
  settings: "/settings",
  signIn: "/sign-in",
  claim: (code: string) => `/claim/${code}`,
} as const;

export const accountTabs = ["timeline", "notes", "opportunities", "cases"] as const;
export type AccountTab = (typeof accountTabs)[number];
export const isAccountTab = (text: string | undefined): text is AccountTab =>
  (accountTabs as readonly string[]).includes(text ?? "");

/** After signing in, back to where one was; only ever inside the product. */
export function safeNext(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith(paths.signIn) ? next : paths.today;
}
