const plural = (n: number, one: string, other: string) => `${n.toLocaleString("en")} ${n === 1 ? one : other}`;

/** What this device keeps, as Settings says it. */
export const settingsEn = {
  "copy.title": "What this device keeps",
  "copy.why": "These accounts work offline. Everything else you may see is looked up online and never stored here.",
  "copy.by.pinned": "Kept by you",
  "copy.by.own": "Yours",
  "copy.by.shared": "Shared with you",
  "copy.by.account_team": "You are on the account team",
  "copy.by.opened": "Opened here",
  "copy.by.team": "Your team's",
  "copy.accounts": "Accounts",
  "copy.over": "Accounts without a place here",
  "copy.records": "Records of all kinds",
  "copy.room": "Room on disk, with the app itself",
  "copy.mayGo":
    "The browser may clear this copy when it needs room. Installing the app, or opening it often, makes that unlikely. Unsent changes are safest sent.",
  "copy.remove": "Remove local copy",
  "copy.removeWhy": "You stay signed in. What is yours and your team's is fetched again.",
  "copy.askTitle": "Remove the copy with unsent work?",
  "copy.askBody": (n: number) =>
    `${plural(n, "change has", "changes have")} not been sent or not been accepted. Removing the copy removes them too.`,
  "copy.askForce": "Discard and remove",
  "practice.title": "Weak-signal practice",
  "practice.why":
    "Rehearse the field before you go there. This browser's own traffic goes over a bad line until you stop, reload, or half an hour has passed.",
  "practice.line": "Line",
  "practice.off": "Off",
  "practice.offIs": "The network as it is.",
  "practice.slow": "Slow",
  "practice.slowIs": "Everything comes late and slowly: 0.4 seconds, 50 kbit/s.",
  "practice.flaky": "Flaky",
  "practice.flakyIs": "A third of what is sent or answered gets lost; live connections last 20 seconds.",
  "practice.pretend": "Pretends",
  "practice.pretendIs": "Connects and never answers, as the Wi-Fi of some hotels does.",
  "practice.cut": "Cut",
  "practice.cutIs": "No network at all.",
  "practice.on": (line: string) => `Practising weak signal: ${line}`,
  "practice.stop": "Stop",
  "practice.over": "The practice is over. Nothing was changed during it.",
  "practice.told": (acts: number, kept: number, seconds: number, back: number) =>
    `${plural(acts, "act", "acts")}, ${kept} kept, sent ${seconds} s after return${back > 0 ? `; ${back} needed you` : ""}.`,
};
