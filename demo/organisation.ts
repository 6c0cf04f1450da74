/**
 * The demo organisation as rows to import, in the order in which they should arrive. Imported rows come from the
 * sources unchanged; what the demo adds (owners at cut-over, region, team, health, pictures, opportunities) is laid over
 * them here. Pure: the same files and the same day give the same rows.
 */
import { readCsv } from "../shared/exchange/csv.ts";
import type { ImportRow } from "../shared/exchange/import-plan.ts";
import { incidentRows } from "../shared/exchange/incidents.ts";
import { northwindRows } from "../shared/exchange/northwind.ts";
import { type SalesforceObject, salesforceRow } from "../shared/exchange/salesforce.ts";
import { priceOf } from "../shared/pipeline/lines.ts";
import { said } from "../shared/exchange/values.ts";
import type { Line, Value } from "../shared/records/field.ts";
import type { Fields } from "../shared/records/mutation.ts";
import { memberSource, peopleRows, regionSource, teamSource } from "./people.ts";
import { seeded, type Random } from "./random.ts";
import * as content from "./showcase.ts";
import { ownerOf, type Region, regionOf, teamOf } from "./territory.ts";

export interface DemoFiles {
  readonly salesforce: Readonly<Record<SalesforceObject, string>>;
  readonly incidents: string;
  readonly northwind: string;
  readonly names: string;
}
export interface Batch {
  readonly name: string;
  readonly rows: readonly ImportRow[];
}

const seed = 20_261_124;
const dayMs = 86_400_000;
const hourMs = 3_600_000;

/** An account row with what the demo knows of it while it builds the rest. */
interface Home {
  readonly row: ImportRow;
  readonly region: Region;
  readonly team: string;
  readonly owner: string; // source
  readonly sourceOwner: string | undefined;
}

export function demoOrganisation(files: DemoFiles, today: string): Batch[] {
  const start = Date.parse(`${today}T00:00:00Z`);
  const day = (offset: number): string => new Date(start + offset * dayMs).toISOString().slice(0, 10);
  const sheet = (object: SalesforceObject): ImportRow[] =>
    table(files.salesforce[object]).map((cells) => salesforceRow(object, cells));
  const northwind = table(files.northwind).flatMap(northwindRows);

  const accountRows = [...sheet("Account"), ...northwind.filter(({ entity }) => entity === "account")];
  const homes = accountRows.map(homeOf);
  const homeBySource = new Map(homes.map((home) => [home.row.source, home]));
  const working = homes.filter(({ owner }) => owner.startsWith("demo:"));
  const contacts = [
    ...sheet("Contact").map((row) => withoutDefaultOwner(row, homeBySource)),
    ...northwind.filter(({ entity }) => entity === "contact"),
    ...nameContacts(
      files.names,
      homes.filter(({ region }) => region === "apac"),
    ),
  ];
  const customers = homes.filter(({ row }) => String(row.fields["type"] ?? "Customer").startsWith("Customer"));
  // A stride that shares no factor with the number of customers, so that the cases spread over all of them.
  const incidents = incidentRows(table(files.incidents), (_number, index) => at(customers, index * 7919).row.source);
  const of = (entity: string): ImportRow[] => incidents.filter((row) => row.entity === entity);

  return [
    { name: "people", rows: peopleRows() },
    { name: "colleagues", rows: sheet("User").map((row) => colleague(row, homes)) },
    { name: "pipelines", rows: [...pipelineRows(), ...productRows()] },
    { name: "service", rows: serviceRows() },
    { name: "accounts", rows: accountsWithContent(homes, day) },
    { name: "contacts", rows: contacts },
    { name: "opportunities", rows: opportunityRows(homes, contacts, start, day) },
    { name: "leads", rows: leadRows(homes.filter(({ region }) => region === "apac")) },
    { name: "cases", rows: [...of("case"), ...openCaseRows(start, day)] },
    { name: "handoffs", rows: [...of("handoff"), ...openHandoffRows(start, day)] },
    { name: "tasks", rows: [...sheet("Task"), ...taskRows(homeBySource, day)] },
    { name: "activities", rows: [...sheet("Event"), ...of("activity"), ...recentActivities(working, start)] },
    { name: "sections", rows: sectionRows(working) },
    { name: "account teams", rows: accountTeamRows() },
  ];
}

/** The sources are part of this repository, so a bad one is a bug and not an answer. */
function table(text: string): Readonly<Record<string, string>>[] {
  const read = readCsv(text);
  if (!read.ok) throw new Error(read.error.detail);
  return read.value.rows.map(({ cells }) => cells);
}

function homeOf(row: ImportRow): Home {
  const { country, state } = row.fields;
  const region = regionOf(country, state);
  const sourceOwner = single(row.refs?.["owner"]);
  return {
    row,
    region,
    team: teamOf(region, state, row.source),
    sourceOwner,
    owner: ownerOf(sourceOwner, region, country),
  };
}

function colleague(row: ImportRow, homes: readonly Home[]): ImportRow {
  const works = homes.some(({ sourceOwner }) => sourceOwner === row.source);
  const zone = String(row.fields["zone"]);
  const region: Region = zone.startsWith("Asia/") ? "apac" : zone.startsWith("Etc/") ? "europe" : "americas";
  return {
    ...row,
    fields: { ...row.fields, ...(works ? { base: "seller" } : {}), duties: [] },
    refs: { ...row.refs, teams: [teamSource(teamOf(region, undefined, row.source))], regions: [regionSource(region)] },
  };
}

/** Key, name, what it is for, chance, days that are long in it, where it goes on. */
const stages = [
  ["lead", "Lead generation", "open", 10, 21, ["qualification", "lost"]],
  ["qualification", "Qualification", "open", 25, 21, ["lead", "proposal", "lost"]],
  ["proposal", "Proposal", "open", 50, 14, ["qualification", "negotiation", "lost"]],
  ["negotiation", "Negotiation", "open", 70, 21, ["proposal", "closing", "lost"]],
  ["closing", "Closing", "open", 90, 10, ["negotiation", "won", "lost"]],
  ["won", "Won", "won", 100, undefined, []],
  ["lost", "Lost", "lost", 0, undefined, []],
] as const;
const renewalStages = [
  ["due", "Coming up", "open", 60, 45, ["review", "ended"]],
  ["review", "In review", "open", 70, 21, ["due", "offered", "ended"]],
  ["offered", "Offered", "open", 80, 14, ["review", "agreed", "ended"]],
  ["agreed", "Agreed", "open", 95, 10, ["offered", "renewed", "ended"]],
  ["renewed", "Renewed", "won", 100, undefined, []],
  ["ended", "Not renewed", "lost", 0, undefined, []],
] as const;
type StageKey = (typeof stages)[number][0] | (typeof renewalStages)[number][0];
const pipelines = [
  { key: "new-business", name: "New business", order: "a1", stages },
  { key: "renewals", name: "Renewals", order: "a2", stages: renewalStages },
] as const;
const pipelineSource = (key: string): string => `demo:pipeline:${key}`;
const stageSource = (pipeline: string, key: string): string => `demo:stage:${pipeline}-${key}`;
/** Where a renewal stands whose sale would stand there. */
const renewalOf: Readonly<Record<(typeof stages)[number][0], StageKey>> = {
  lead: "due",
  qualification: "review",
  proposal: "offered",
  negotiation: "agreed",
  closing: "agreed",
  won: "renewed",
  lost: "ended",
};
const renewed: ReadonlySet<string> = new Set(["Renewal", "Service plan", "Framework"]);

function pipelineRows(): ImportRow[] {
  return pipelines.flatMap(({ key: pipeline, name: called, order, stages: own }) => [
    { entity: "pipeline", source: pipelineSource(pipeline), fields: { name: called, order } },
    ...own.map(([key, name, outcome, probabilityPct, limitDays, next], index): ImportRow => ({
      entity: "stage",
      source: stageSource(pipeline, key),
      fields: said({ name, order: `a${index + 1}`, outcome, probabilityPct, limitDays, duties: content.duties[key] }),
      refs: { pipeline: pipelineSource(pipeline), next: next.map((to) => stageSource(pipeline, to)) },
    })),
  ]);
}

const productSource = (code: string): string => `demo:product:${code}`;
function productRows(): ImportRow[] {
  return content.products.map(({ code, name, unit, price }) => ({
    entity: "product",
    source: productSource(code),
    fields: { name, code, unit, priceMinor: price * 100, currency: "USD", active: true },
  }));
}

function serviceRows(): ImportRow[] {
  return [
    ...content.queues.map(({ key, name, steward, team, intake }): ImportRow => ({
      entity: "queue",
      source: `demo:queue:${key}`,
      fields: { name, ...(intake ? { intake } : {}) },
      refs: { steward: memberSource(steward), team: teamSource(team) },
    })),
    ...content.leadRules.map(({ key, name, keeper, where, to }, index): ImportRow => ({
      entity: "lead_rule",
      source: `demo:lead_rule:${key}`,
      fields: { name, order: `a${index + 1}`, where: JSON.stringify(where) },
      refs: {
        keeper: memberSource(keeper),
        ...("member" in to ? { toMember: memberSource(to.member) } : { toTeam: teamSource(to.team) }),
      },
    })),
    ...content.serviceLevels.map(({ region, ...fields }): ImportRow => ({
      entity: "service_level",
      source: `demo:service_level:${region}`,
      fields,
      refs: { region: regionSource(region) },
    })),
  ];
}

const currencyOf: Readonly<Record<Region, string>> = { americas: "USD", europe: "EUR", apac: "USD" };

function accountsWithContent(homes: readonly Home[], day: (offset: number) => string): ImportRow[] {
  const random = seeded(seed);
  const shown = new Map(content.showcase.map((card) => [card.account, card]));
  return homes.map(({ row, region, team, owner, sourceOwner }) => {
    const card = shown.get(row.source);
    const extra: Record<string, Value | undefined> = { currency: currencyOf[region] };
    const named = owner.startsWith("demo:");
    const customer = String(row.fields["type"] ?? "Customer").startsWith("Customer");
    if (named || random.chance(60)) {
      const health = random.pick(["good", "good", "good", "watch", "watch", "at_risk"] as const);
      extra["health"] = health;
      extra["healthReason"] = random.pick(content.healthReasons[health]);
    }
    // One account in ten has no next action: that it is missing must be seen.
    if (random.chance(named ? 90 : 50)) {
      extra["nextAction"] = random.pick(content.nextActions);
      extra["nextActionDay"] = day(random.below(40) - 8);
    }
    if (named)
      extra["sharedPicture"] = (
        content.pictures[String(row.fields["industry"] ?? "")] ??
        content.pictures[""] ??
        []
      ).join("\n\n");
    if (customer && random.chance(70)) {
      extra["billingStatus"] = random.pick(["current", "current", "current", "current", "late", "blocked"] as const);
      extra["paymentTerms"] = random.pick(["14 days net", "30 days net", "30 days net", "45 days net"]);
      extra["contractEndDay"] = day(30 + random.below(600));
    }
    if (card) {
      extra["health"] = card.health;
      extra["healthReason"] = card.healthReason;
      extra["sharedPicture"] = card.picture;
      extra["nextAction"] = card.nextAction;
      extra["nextActionDay"] = day(card.nextInDays);
      extra["internalNote"] = card.internalNote;
      extra["billingStatus"] = card.billing?.status;
      extra["paymentTerms"] = card.billing?.terms;
      extra["contractEndDay"] = card.contract && day(card.contract.endsInDays);
      extra["contractTerms"] = card.contract?.terms;
    }
    if (extra["nextActionDay"]) extra["nextActionZone"] = zoneOf[region];
    if (sourceOwner) extra["customShared"] = { ...customOf(row), sourceOwner };
    return {
      ...row,
      fields: { ...said(extra), ...row.fields, ...said({ customShared: extra["customShared"] }) } as Fields,
      refs: { owner, team: teamSource(team), region: regionSource(region) },
    };
  });
}
const customOf = (row: ImportRow): Record<string, string> => ({
  ...(row.fields["customShared"] as Record<string, string> | undefined),
});
const zoneOf: Readonly<Record<Region, string>> = {
  americas: "America/New_York",
  europe: "Europe/Berlin",
  apac: "Asia/Singapore",
};

/** A contact of the account's own owner names no owner, so that it goes along when the account changes hands. */
function withoutDefaultOwner(row: ImportRow, homes: ReadonlyMap<string, Home>): ImportRow {
  const home = row.anchor === undefined ? undefined : homes.get(row.anchor);
  if (!home || single(row.refs?.["owner"]) !== home.sourceOwner) return row;
  const { owner: _same, ...refs } = row.refs ?? {};
  return { ...row, refs };
}

interface NameCase {
  readonly set: string;
  readonly nameLocale: string;
  readonly given: string;
  readonly surname?: string;
  readonly full: string;
  readonly sorting?: string;
  readonly monogram: string;
}
function nameContacts(json: string, homes: readonly Home[]): ImportRow[] {
  const cases = JSON.parse(json) as NameCase[]; // a file of this repository
  return cases.map((name, index) => ({
    entity: "contact",
    source: `cldr:contact:${name.set}-${index + 1}`,
    anchor: at(homes, index).row.source,
    fields: said({
      name: name.full,
      given: name.given,
      family: name.surname,
      locale: name.nameLocale,
      marketingConsent: "unknown",
      customShared: said({ sorting: name.sorting, monogram: name.monogram }),
    }),
  }));
}

function opportunityRows(
  homes: readonly Home[],
  contacts: readonly ImportRow[],
  start: number,
  day: (offset: number) => string,
): ImportRow[] {
  const random = seeded(seed + 1);
  const pace = seeded(seed + 3);
  const sold = seeded(seed + 4);
  const people = new Map<string, string[]>();
  for (const { anchor, source } of contacts) if (anchor) people.set(anchor, [...(people.get(anchor) ?? []), source]);
  const rows: ImportRow[] = [];
  for (const { row, region, owner } of homes) {
    const type = String(row.fields["type"] ?? "Customer");
    if (!["Customer", "Prospect", "Integrator", "Partner"].some((kind) => type.startsWith(kind))) continue;
    const count = owner.startsWith("demo:") ? 1 + random.below(3) : random.chance(55) ? 1 : 0;
    for (let n = 1; n <= count; n++) {
      const [stage, , outcome, , limitDays = 0] = random.pick([...stages, ...stages.slice(0, 5)]);
      const what = random.pick([
        "Renewal",
        "Extension",
        "Pilot",
        "Second site",
        "Service plan",
        "Migration",
        "Training",
        "Framework",
      ]);
      const amountMinor = (10 + random.below(390)) * 50_000;
      const decider = people.get(row.source);
      const open = outcome === "open";
      const pipeline = renewed.has(what) ? "renewals" : "new-business";
      const closeIn = open ? random.below(130) - 10 : -10 - random.below(300);
      // One in five is stuck, one in ten was put off again and again.
      const stuck = pace.chance(20);
      const inStage = open ? (stuck ? limitDays + 25 + pace.below(30) : pace.below(Math.min(limitDays, 10))) : -closeIn;
      const closeMoves = pace.chance(10) ? 2 + pace.below(2) : pace.chance(15) ? 1 : 0;
      rows.push({
        entity: "opportunity",
        source: `demo:opportunity:${row.source}-${n}`,
        anchor: row.source,
        compartment: "sales",
        fields: said({
          name: `${what} · ${String(row.fields["name"])}`.slice(0, 200),
          order: `a${String(rows.length).padStart(4, "0")}V`, // the V leaves room on both sides
          amountMinor,
          currency: currencyOf[region],
          stageSince: start - inStage * dayMs + (7 + pace.below(9)) * hourMs - dayMs,
          closeMoves: open ? closeMoves : 0,
          closeDay: day(closeIn),
          closeZone: zoneOf[region],
          discountPct: random.chance(25) ? 5 * (1 + random.below(5)) : undefined,
          need: random.chance(60)
            ? random.pick([
                "Fewer handovers by mail",
                "One view for all sites",
                "Answers within the hour",
                "Work without a signal",
              ])
            : undefined,
          nextAction: open && random.chance(80) ? random.pick(content.nextActions) : undefined,
          nextActionDay: open ? day(random.below(21)) : undefined,
          nextActionZone: open ? zoneOf[region] : undefined,
          blockers:
            open && random.chance(15)
              ? random.pick(["Security review", "No budget until next quarter", "Waiting for their lawyer"])
              : undefined,
          ...(open
            ? {}
            : outcome === "won"
              ? { outcomeCode: "fit", outcomeReason: "Best answer on handovers" }
              : random.pick([
                  { outcomeCode: "price", outcomeReason: "Price" },
                  { outcomeCode: "no_decision", outcomeReason: "No decision" },
                  { outcomeCode: "competitor", outcomeReason: "Chose another" },
                ])),
        }),
        refs: {
          pipeline: pipelineSource(pipeline),
          stage: stageSource(pipeline, pipeline === "renewals" ? renewalOf[stage] : stage),
          ...(decider ? { decisionMaker: random.pick(decider) } : {}),
        },
      });
      const fields = rows.at(-1)?.fields;
      const lines =
        owner.startsWith("demo:") && sold.chance(60) ? soldLines(sold, Number(fields?.["discountPct"] ?? 0)) : [];
      const priced = lines.length > 0 ? priceOf(lines) : null;
      if (fields && priced)
        Object.assign(fields, { lines, amountMinor: priced.amountMinor, discountPct: priced.discountPct });
    }
  }
  return rows;
}

/** One to three products, each once, with the discount of the whole. */
function soldLines(random: Random, discountPct: number): Line[] {
  const from = random.below(content.products.length);
  return Array.from({ length: 1 + random.below(3) }, (_, index): Line => {
    const { code, name, price } = at(content.products, from + index);
    return {
      product: productSource(code),
      name,
      quantity: price > 2_000 ? 1 + random.below(3) : 5 * (1 + random.below(12)),
      unitMinor: price * 100,
      discountPct,
    };
  });
}

function leadRows(homes: readonly Home[]): ImportRow[] {
  return content.leads.map(({ budget, ...lead }, index) => ({
    entity: "lead",
    source: `demo:lead:${index + 1}`,
    anchor: at(homes, index).row.source,
    compartment: "sales",
    fields: {
      ...lead,
      budgetMinor: budget * 100,
      currency: "USD",
      leadSource: index % 2 ? "Web" : "Trade Show",
      marketingConsent: index % 3 ? "unknown" : "given",
    },
    refs: { owner: memberSource("lina") },
  }));
}

function openCaseRows(start: number, day: (offset: number) => string): ImportRow[] {
  return content.openCases.map(({ key, account, owner, openedDaysAgo, ...fields }) => ({
    entity: "case",
    source: `demo:case:${key}`,
    anchor: account,
    compartment: "service",
    fields: {
      ...fields,
      number: `CS-${1000 + Number(key)}`,
      openedAt: start - openedDaysAgo * dayMs + 9 * hourMs,
      ...(fields.nextAction ? { nextActionDay: day(Number(key) - 1), nextActionZone: "Europe/London" } : {}),
      // Taken, and looked at within the hour.
      ...(fields.status === "new" ? {} : { respondedAt: start - openedDaysAgo * dayMs + 10 * hourMs }),
      ...(fields.status === "waiting" ? { waits: { [start - dayMs + 12 * hourMs]: null } } : {}),
    },
    refs: owner === undefined ? {} : { owner: memberSource(owner) },
  }));
}

function openHandoffRows(start: number, day: (offset: number) => string): ImportRow[] {
  return content.openHandoffs.map(({ key, account, kind, from, to, offeredHoursAgo, ...fields }) => {
    const offeredAt = start - (offeredHoursAgo ?? 0) * hourMs;
    const isDraft = fields.state === "draft";
    return {
      entity: "handoff",
      source: handoffSource(key),
      anchor: account,
      compartment: "handoff",
      fields: {
        ...fields,
        handoffKind: kind,
        ...(isDraft ? {} : { offeredAt, acceptedAt: offeredAt + 5 * hourMs, lagMs: 5 * hourMs }),
        nextActionDay: day(1),
        nextActionZone: "Europe/Berlin",
      },
      refs: { about: account, fromMember: memberSource(from), ...(isDraft ? {} : { toMember: memberSource(to) }) },
    };
  });
}
export const handoffSource = (key: string): string => `demo:handoff:${key}`;

/** Real work for the named members: what the shown accounts wait for, on the day on which it is due. */
function taskRows(homes: ReadonlyMap<string, Home>, day: (offset: number) => string): ImportRow[] {
  const mine: [handle: string, account: string, name: string, due: number, priority: string][] = [
    ...content.showcase.map((card): [string, string, string, number, string] => [
      handleOf(homes.get(card.account)?.owner), card.account, card.nextAction, card.nextInDays, card.health === "good" ? "normal" : "high",
    ]),
    ["ana", "salesforce:Account:0018a00001uyzhvAAA", "Ask IT security for the date of the review", -1, "high"],
    ["ana", "northwind:account:RATTC", "Return Paula Wilson's call", 0, "normal"],
    ["ana", "northwind:account:SAVEA", "Prepare the yearly review", 4, "normal"],
    ["bo", "northwind:account:FRANK", "Send the München price list", 0, "normal"],
    ["bo", "northwind:account:SANTG", "Agree a date for Stavern", 2, "low"],
    ["marcus", "salesforce:Account:0018a00001uyzhvAAA", "Review the renewal with Ana", 0, "high"],
    ["lina", "salesforce:Account:0018a00001uyzhvAAA", "与新加坡团队确认联系人", 0, "normal"],
    ["sofia", "northwind:account:GREAL", "Check the Monday report with Howard", 0, "normal"],
    ["priya", "northwind:account:BERGS", "Write the cause of the mix-up", 0, "high"],
    ["femi", "northwind:account:BERGS", "Lift the invoice hold when the cause is accepted", 3, "normal"],
    ["tomas", "northwind:account:BERGS", "Call Christina Berglund after the visit", 2, "normal"],
  ]; // prettier-ignore
  return mine.map(([handle, account, name, due, priority], index) => ({
    entity: "task",
    source: `demo:task:${index + 1}`,
    anchor: account,
    compartment: "core",
    fields: { name, done: false, dueDay: day(due), dueZone: "Europe/Berlin", priority },
    refs: {
      about: account,
      ...(memberSource(handle) === homes.get(account)?.owner ? {} : { owner: memberSource(handle) }),
    },
  }));
}

function recentActivities(homes: readonly Home[], start: number): ImportRow[] {
  const random = seeded(seed + 2);
  const kinds = [
    [
      "call",
      "Call about the order",
      ["Reached; they decide next week", "No answer, left a message", "Asked for a visit"],
    ],
    [
      "visit",
      "Visit on site",
      ["Walked the floor, three questions noted", "Met the new contact", "Showed the phone view"],
    ],
    [
      "email",
      "Mail about the offer",
      ["Offer sent", "They ask for the terms in writing", "Thanks for the quick answer"],
    ],
    ["meeting", "Quarterly review", ["Two open points, both ours", "All goals met", "Moved by a week"]],
  ] as const;
  return homes.flatMap(({ row }) =>
    Array.from({ length: 1 + random.below(3) }, (_, index): ImportRow => {
      const [activityKind, name, outcomes] = random.pick(kinds);
      return {
        entity: "activity",
        source: `demo:activity:${row.source}-${index + 1}`,
        anchor: row.source,
        compartment: "core",
        fields: {
          name,
          activityKind,
          outcome: random.pick(outcomes),
          at: start - (1 + random.below(60)) * dayMs + (8 + random.below(9)) * hourMs,
          durationMin: 15 * (1 + random.below(6)),
        },
        refs: { about: row.source },
      };
    }),
  );
}

function sectionRows(homes: readonly Home[]): ImportRow[] {
  const section = (account: string, key: string, compartment: "core" | "service", fields: Fields): ImportRow => ({
    entity: "section",
    source: `demo:section:${account}-${key}`,
    anchor: account,
    compartment,
    fields: { gen: 1, schema: 1, ...fields },
    refs: { about: account },
  });
  const withCase = new Set(content.openCases.map(({ account }) => account));
  return homes.flatMap(({ row: { source } }, index) => [
    section(source, "shared", "core", { title: "Shared notes", sectionKind: "shared", group: "shared" }),
    ...(withCase.has(source) || index % 5 === 0
      ? [
          section(source, "support", "service", {
            title: "Support: internal",
            sectionKind: "internal:service",
            group: "internal",
          }),
        ]
      : []),
    ...(index === 0
      ? [section(source, "scratch", "core", { title: "Scratch", sectionKind: "scratch", group: "shared" })]
      : []),
  ]);
}

function accountTeamRows(): ImportRow[] {
  return content.accountTeams.map(({ account, member, role }) => ({
    entity: "account_team",
    source: `demo:account_team:${account}-${member}`,
    anchor: account,
    fields: { role },
    refs: { member: memberSource(member) },
  }));
}

const single = (ref: string | readonly string[] | undefined): string | undefined =>
  typeof ref === "string" ? ref : undefined;
const handleOf = (source: string | undefined): string => source?.split(":")[2] ?? "ana";
function at<T>(list: readonly T[], index: number): T {
  const found = list[index % list.length];
  if (found === undefined) throw new Error("the list is empty");
  return found;
}
