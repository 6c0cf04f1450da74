export const approvalsEn = {
  ends: (when: string) => `Open until ${when}`,
  since: (when: string) => `asked ${when}`,
  limitUp: "Needs a yes from",
  limitBelow: "Needs a yes below",
};
