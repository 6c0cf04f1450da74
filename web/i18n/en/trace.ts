/** What rules did, as sentences. */
export const traceEn = {
  "trace.keptBy": (rule: string, who: string) => `Rule: ${rule} · kept by ${who}`,
  "trace.hidden": "Something was done by a rule",
  "trace.aRule": "a rule",
  "trace.somebody": "Somebody",
  "trace.why": "Why did this happen?",
  "trace.sight": (to: string, cause: string, by: string) =>
    `${to} got sight of this account: case ${cause} was escalated by ${by}`,
  "trace.sightEnded": (to: string, cause: string) =>
    `${to} lost sight of this account: case ${cause} is escalated no longer`,
  "trace.notAnswered": (cause: string) => `Case ${cause} was not answered in time`,
  "trace.notSolved": (cause: string) => `Case ${cause} was not solved in time`,
  "trace.offerLate": (cause: string, to: string) => `Nobody answered “${cause}”: ${to} was told`,
  "trace.offerEnded": (cause: string) => `The offer “${cause}” ended: nobody answered it`,
  "trace.sightKept": (by: string, cause: string) => `${by} reads on after handing over: ${cause}`,
  "trace.carriedOut": (cause: string, by: string) => `${cause}: done, since ${by} agreed`,
  "trace.rule.escalation": (until: string) =>
    `whoever is called in sees the account's history until the case is solved, until ${until} at the latest`,
  "trace.rule.escalationEnded": "what an escalation lets somebody see ends with it",
  "trace.rule.level": (level: string) => `service level ${level}`,
  "trace.rule.anyLevel": "service level for all regions",
  "trace.rule.late": "an offer that waits for a working day is shown to who answers for its receiver",
  "trace.rule.silence": "an offer that nobody answers ends after three working days",
  "trace.rule.sender": (until: string) => `who handed over reads on until ${until}`,
  "trace.rule.approval": "what needs a second person is done once that person agrees",
};
