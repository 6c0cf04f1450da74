/**
 * The reference facts about the demo's sources, as independent scripts computed them from the files (the data folder's
 * README), and the same numbers computed from records of this product: of the plan, or as loaded from the database.
 */
import type { EntityName, Row } from "../shared/records/entities.ts";

export type Records = ReadonlyMap<EntityName, readonly Row[]>;

export const salesforceFacts = {
  accounts: 420,
  annualRevenue: 8_351_981_930,
  blankRevenue: 2,
  employees: 293_763,
  types: { "Customer - Channel": 231, "Customer - Direct": 139, Competitor: 11 },
  countries: { USA: 364, Canada: 27, Germany: 15, Japan: 13, NL: 1 },
  sameNames: [["customer-las vegas", 2], ["customer-newyork city", 2]],
  cellsWithLineBreak: 2,
  contacts: 2_530,
  accountsWithContacts: 367,
  mostContacts: 10,
  distinctEmails: 2_526,
  emailsShared: 4,
  tasks: 1_305,
  taskStatus: { "Not Started": 835, "In Progress": 466, "Waiting on someone else": 3, Deferred: 1 },
  taskPriority: { High: 468, Medium: 419, Normal: 418 },
  taskAccounts: [829, 476],
  tasksOverdue: 1_305,
  events: 3_012,
  eventSubjects: { Meeting: 761, Call: 613, Email: 587, "Send Letter/Quote": 539, Other: 512 },
  eventAccounts: 77,
  eventOwners: 31,
  eventMedianMinutes: 1_500,
  busiestEventAccount: 86,
  users: 123,
  activeUsers: 111,
  usersWithManager: 63,
  managers: 4,
  deepestChain: 1,
  ownersUnknown: 0,
  ownersInactive: 0,
}; // prettier-ignore

export const incidentFacts = {
  events: 5_998,
  cases: 890,
  groups: 61,
  eventsWithoutGroup: 145,
  handovers: 834,
  casesWithHandover: 381,
  mostInOneCase: 18,
  pingPongs: 150,
  casesByHandovers: [509, 201, 89, 34, 17, 10, 12, 7],
  lagHours: { median: 5.275, mean: 29.8667, p90: 53.25, zero: 92 },
  mostFrequent: [["Group 70 to Group 20", 58], ["Group 70 to Group 25", 43], ["Group 54 to Group 70", 23], ["Group 70 to Group 23", 23]],
  handOverMost: [["Group 70", 320], ["Group 20", 78], ["Group 25", 62]],
  receiveMost: [["Group 70", 155], ["Group 25", 78], ["Group 20", 77]],
  ownerChanges: 215,
  ownerLagMedianHours: 23.2667,
  eventsWithoutOwner: 1_707,
  owners: 122,
  spanHours: { median: 173.85, mean: 485.7448 },
  resolveHours: { median: 54.4667, mean: 315.8668, without: 29 },
  resolveMedianBySeverity: { critical: 351.5167, high: 26.7833, moderate: 53.7833, low: 170.7167 },
  firstSeverity: { moderate: 770, low: 78, high: 23, critical: 19 },
  slaMet: 495,
  slaMissed: 395,
  reopened: 10,
  eventsByState: {
    New: 1_638, Active: 1_544, Resolved: 929, "Awaiting User Info": 910, Closed: 897, "Awaiting Problem": 71,
    "Awaiting Vendor": 7, "Awaiting Evidence": 2,
  },
  busiestDay: ["2016-03-02", 1_285],
  reassignmentsCounted: 877,
}; // prettier-ignore

export const northwindFacts = {
  rows: 91,
  countries: 21,
  most: { USA: 13, Germany: 11, France: 11, Brazil: 9, UK: 7, Mexico: 5 },
  rowsNotAscii: 40,
  withoutFax: 22,
  withoutRegion: 60,
  phoneEqualsFax: ["WARTH", "WILMK", "WOLZA"],
  doubleBlank: ["ANTON", "BERGS", "CONSH", "WOLZA"],
  leadingZeros: ["05021", "01307"],
};

const hourMs = 3_600_000;
const dayBefore = "2023-01-01";
const round = (value: number): number => Math.round(value * 10_000) / 10_000;
const custom = (row: Row): Record<string, string | number | boolean | null> => ({
  ...(row["customShared"] as Record<string, string | number | boolean | null> | null | undefined),
});
const text = (value: unknown): string => (typeof value === "string" ? value : "");
const from = (records: Records, entity: EntityName, system: string): Row[] =>
  (records.get(entity) ?? []).filter((row) => text(row["source"]).startsWith(system));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2
    ? (sorted[half] ?? Number.NaN)
    : ((sorted[half - 1] ?? Number.NaN) + (sorted[half] ?? Number.NaN)) / 2;
}
function count<T>(values: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
}
const pick = (counts: ReadonlyMap<unknown, number>, like: object): Record<string, number> =>
  Object.fromEntries(Object.keys(like).map((name) => [name, counts.get(name) ?? 0]));
const top = (counts: ReadonlyMap<string, number>, length: number): [string, number][] =>
  [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).slice(0, length);

export function salesforceFactsOf(records: Records): typeof salesforceFacts {
  const accounts = from(records, "account", "salesforce:");
  const contacts = from(records, "contact", "salesforce:");
  const tasks = from(records, "task", "salesforce:");
  const events = from(records, "activity", "salesforce:");
  const users = from(records, "member", "salesforce:");
  const userById = new Map(users.map((user) => [user.id, user]));
  const userBySource = new Map(users.map((user) => [text(user["source"]), user]));
  const ownerInSource = new Map(
    // The demo has owners of its own; brought in as it is, a record has its own one.
    accounts.map((account) => [account.id, userBySource.get(text(custom(account)["sourceOwner"])) ?? userById.get(text(account["owner"]))]), // prettier-ignore
  );
  // A contact without an owner of its own had its account's owner.
  const owners = [
    ...accounts.map((account) => ownerInSource.get(account.id)),
    ...contacts.map((row) => (row["owner"] ? userById.get(text(row["owner"])) : ownerInSource.get(row.anchor))),
    ...tasks.map((row) => userById.get(text(row["owner"]))),
  ];
  const emails = count(contacts.map((row) => text(row["email"]).toLowerCase()));
  const perAccount = (rows: readonly Row[]): number[] =>
    [...count(rows.map((row) => row.anchor)).values()].sort((a, b) => b - a);
  const managers = users.flatMap((user) => (user["manager"] ? [text(user["manager"])] : []));
  const depth = (user: Row | undefined): number =>
    user?.["manager"] ? 1 + depth(userById.get(text(user["manager"]))) : 0;
  return {
    accounts: accounts.length,
    annualRevenue: sum(accounts.map((row) => Number(row["annualRevenueMinor"] ?? 0))) / 100,
    blankRevenue: accounts.filter((row) => (row["annualRevenueMinor"] ?? null) === null).length,
    employees: sum(accounts.map((row) => Number(row["employees"] ?? 0))),
    types: pick(count(accounts.map((row) => row["type"])), salesforceFacts.types) as typeof salesforceFacts.types,
    countries: pick(
      count(accounts.map((row) => row["country"])),
      salesforceFacts.countries,
    ) as typeof salesforceFacts.countries,
    sameNames: [...count(accounts.map((row) => text(row["name"]).toLowerCase()))]
      .filter(([, times]) => times > 1)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
    cellsWithLineBreak: sum(
      accounts.map(
        (row) =>
          ["name", "type", "street", "city", "state", "phone", "website"].filter((field) =>
            text(row[field]).includes("\n"),
          ).length,
      ),
    ),
    contacts: contacts.length,
    accountsWithContacts: perAccount(contacts).length,
    mostContacts: perAccount(contacts)[0] ?? 0,
    distinctEmails: emails.size,
    emailsShared: [...emails.values()].filter((times) => times === 2).length,
    tasks: tasks.length,
    taskStatus: pick(
      count(tasks.map((row) => row["status"])),
      salesforceFacts.taskStatus,
    ) as typeof salesforceFacts.taskStatus,
    taskPriority: pick(
      count(tasks.map((row) => custom(row)["priorityInSource"])),
      salesforceFacts.taskPriority,
    ) as typeof salesforceFacts.taskPriority,
    taskAccounts: perAccount(tasks),
    tasksOverdue: tasks.filter((row) => row["done"] === false && text(row["dueDay"]) < dayBefore).length,
    events: events.length,
    eventSubjects: pick(
      count(events.map((row) => row["name"])),
      salesforceFacts.eventSubjects,
    ) as typeof salesforceFacts.eventSubjects,
    eventAccounts: perAccount(events).length,
    eventOwners: new Set(events.map((row) => row["owner"])).size,
    eventMedianMinutes: median(events.map((row) => Number(row["durationMin"]))),
    busiestEventAccount: perAccount(events)[0] ?? 0,
    users: users.length,
    activeUsers: users.filter((user) => user["employment"] === "active").length,
    usersWithManager: managers.length,
    managers: new Set(managers).size,
    deepestChain: Math.max(...users.map(depth)),
    ownersUnknown: owners.filter((owner) => owner === undefined).length,
    ownersInactive: accounts.filter((row) => ownerInSource.get(row.id)?.["employment"] !== "active").length,
  };
}

/** `Active 2, Closed 1` -> pairs. */
const untally = (value: unknown): [string, number][] =>
  text(value).split(", ").map((part) => [part.slice(0, part.lastIndexOf(" ")), Number(part.slice(part.lastIndexOf(" ") + 1))]); // prettier-ignore
function addUp(rows: readonly Row[], field: string): Map<string, number> {
  const total = new Map<string, number>();
  for (const row of rows)
    for (const [name, times] of untally(custom(row)[field])) total.set(name, (total.get(name) ?? 0) + times);
  return total;
}

export function incidentFactsOf(records: Records): typeof incidentFacts {
  const cases = from(records, "case", "incidents:");
  const handoffs = from(records, "handoff", "incidents:").toSorted((a, b) =>
    text(a["source"]) < text(b["source"]) ? -1 : 1,
  );
  const changes = from(records, "activity", "incidents:");
  const perCase = new Map<string, Row[]>(cases.map((row) => [row.id, []]));
  for (const row of handoffs) perCase.get(text(row["about"]))?.push(row);
  const counts = [...perCase.values()].map((rows) => rows.length);
  const lags = handoffs.map((row) => Number(row["acceptedAt"]) - Number(row["offeredAt"])).sort((a, b) => a - b);
  const span = cases.map((row) => (Number(custom(row)["lastEventAt"]) - Number(custom(row)["firstEventAt"])) / hourMs);
  const resolved = cases.filter((row) => (row["resolvedAt"] ?? null) !== null);
  const hours = (row: Row): number => (Number(row["resolvedAt"]) - Number(row["openedAt"])) / hourMs;
  const medianOf = (severity: string): number =>
    round(median(resolved.filter((row) => row["severity"] === severity).map(hours)));
  const firsts = count(cases.map((row) => custom(row)["firstSeverity"]));
  const total = (field: string): number => sum(cases.map((row) => Number(custom(row)[field])));
  return {
    events: total("events"),
    cases: cases.length,
    groups: new Set([
      ...cases.flatMap((row) => (row["queue"] ? [row["queue"]] : [])),
      ...handoffs.flatMap((row) => [row["fromQueue"], row["toQueue"]]),
    ]).size,
    eventsWithoutGroup: total("eventsWithoutQueue"),
    handovers: handoffs.length,
    casesWithHandover: counts.filter((times) => times > 0).length,
    mostInOneCase: Math.max(...counts),
    // Neighbours in a case: the second goes back to where the first came from.
    pingPongs: sum(
      [...perCase.values()].map(
        (rows) => rows.filter((row, index) => index > 0 && row["toQueue"] === rows[index - 1]?.["fromQueue"]).length,
      ),
    ),
    casesByHandovers: Array.from({ length: 8 }, (_, times) => counts.filter((each) => each === times).length),
    lagHours: {
      median: round(median(lags) / hourMs),
      mean: round(mean(lags) / hourMs),
      p90: round((lags[Math.floor(0.9 * lags.length)] ?? Number.NaN) / hourMs),
      zero: lags.filter((lag) => lag === 0).length,
    },
    mostFrequent: top(count(handoffs.map((row) => `${text(row["fromQueue"])} to ${text(row["toQueue"])}`)), 4),
    handOverMost: top(count(handoffs.map((row) => text(row["fromQueue"]))), 3),
    receiveMost: top(count(handoffs.map((row) => text(row["toQueue"]))), 3),
    ownerChanges: changes.length,
    ownerLagMedianHours: round(median(changes.map((row) => Number(row["durationMin"]))) / 60),
    eventsWithoutOwner: total("eventsWithoutResolver"),
    owners: new Set(
      [
        ...cases.map((row) => custom(row)["resolver"]),
        ...changes.flatMap((row) => [custom(row)["from"], custom(row)["to"]]),
      ].filter(Boolean),
    ).size,
    spanHours: { median: round(median(span)), mean: round(mean(span)) },
    resolveHours: {
      median: round(median(resolved.map(hours))),
      mean: round(mean(resolved.map(hours))),
      without: cases.length - resolved.length,
    },
    resolveMedianBySeverity: {
      critical: medianOf("critical"),
      high: medianOf("high"),
      moderate: medianOf("moderate"),
      low: medianOf("low"),
    },
    firstSeverity: pick(firsts, incidentFacts.firstSeverity) as typeof incidentFacts.firstSeverity,
    slaMet: cases.filter((row) => row["slaMet"] === true).length,
    slaMissed: cases.filter((row) => row["slaMet"] === false).length,
    reopened: cases.filter((row) => Number(row["reopened"]) > 0).length,
    eventsByState: pick(
      addUp(cases, "eventsByState"),
      incidentFacts.eventsByState,
    ) as typeof incidentFacts.eventsByState,
    busiestDay: top(addUp(cases, "eventsByDay"), 1)[0] ?? [],
    reassignmentsCounted: total("reassignmentsCounted"),
  };
}

export function northwindFactsOf(records: Records): typeof northwindFacts {
  const accounts = from(records, "account", "northwind:").toSorted((a, b) =>
    text(a["source"]) < text(b["source"]) ? -1 : 1,
  );
  const contacts = new Map(from(records, "contact", "northwind:").map((row) => [row.anchor, row]));
  const key = (row: Row): string => text(row["source"]).slice("northwind:account:".length);
  const cells = (row: Row): string[] =>
    [...["name", "street", "city", "state", "postcode", "country", "phone"].map((field) => text(row[field])), text(custom(row)["fax"]),
      text(contacts.get(row.id)?.["name"]), text(contacts.get(row.id)?.["title"])]; // prettier-ignore
  const postcodes = new Set(accounts.map((row) => row["postcode"]));
  const countries = count(accounts.map((row) => row["country"]));
  return {
    rows: accounts.length,
    countries: countries.size,
    most: pick(countries, northwindFacts.most) as typeof northwindFacts.most,
    rowsNotAscii: accounts.filter((row) => cells(row).some((cell) => /\P{ASCII}/u.test(cell))).length,
    withoutFax: accounts.filter((row) => !custom(row)["fax"]).length,
    withoutRegion: accounts.filter((row) => !row["state"]).length,
    phoneEqualsFax: accounts.filter((row) => row["phone"] && row["phone"] === custom(row)["fax"]).map(key),
    doubleBlank: accounts.filter((row) => cells(row).some((cell) => cell.includes("  "))).map(key),
    leadingZeros: northwindFacts.leadingZeros.filter((postcode) => postcodes.has(postcode)),
  };
}
