export const heededEn = {
  title: "How notices are heeded here",
  why: (from: string, until: string) =>
    `Of members who agreed to be counted, ${from} to ${until}. Rounded to fives; a kind that fewer than five of them met is left out.`,
  few: "Too few members agreed, or met notices, for a number that is about nobody.",
  offline: "Shown when you are online.",
  kind: "Kind",
  shown: "Shown",
  acted: "Acted on",
  putOff: "Put off",
  ignored: "Ignored",
};
