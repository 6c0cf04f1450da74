/** What happened around an account. */
export const pastEn = {
  aRecord: "a record",
  theAccount: "this account",
  shared: (who: string, what: string, to: string, until: string) =>
    `${who} let ${to} see ${what}${until ? ` until ${until}` : ""}`,
  shareEnded: (what: string, to: string) => `${to} no longer sees ${what} by name`,
  grantEnded: (to: string) => `Access that was lent to ${to} ended`,
  imported: (count: number, who: string) =>
    `An import by ${who} brought or changed ${count.toLocaleString("en")} ${count === 1 ? "record" : "records"}`,
};
