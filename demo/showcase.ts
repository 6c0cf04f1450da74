/** Hand-written content: what makes the demo read like work, laid over imported accounts. Days count from the day of loading. */
import type { Filter } from "../shared/lists/query.ts";
import type { Custom } from "../shared/records/field.ts";

export interface Showcase {
  readonly account: string; // source
  readonly health: "good" | "watch" | "at_risk";
  readonly healthReason: string;
  readonly picture: string;
  readonly nextAction: string;
  readonly nextInDays: number;
  readonly internalNote?: string;
  readonly contract?: { readonly endsInDays: number; readonly terms: string };
  readonly billing?: { readonly status: "current" | "late" | "blocked"; readonly terms: string };
}

export const showcase: readonly Showcase[] = [
  {
    account: "salesforce:Account:0018a00001uyzhvAAA", // United Oil & Gas Corp.
    health: "watch",
    healthReason: "Two open incidents at the Houston terminal while the renewal is being priced",
    picture:
      "Runs our dispatch at eleven terminals. Renewal is due this winter; procurement wants one global contract, and the Singapore unit buys on its own until then.\n\nWho decides: the head of terminal operations. Who can stop it: IT security, who ask for a new review every year.\n\nWhat they value: that one person answers for an incident from start to end.",
    nextAction: "Send the renewal draft with the terminal pricing to procurement",
    nextInDays: 0,
    internalNote:
      "They told support they would accept a price rise if the Houston incidents are closed first. Do not open with the price.",
    contract: {
      endsInDays: 64,
      terms: "Three years, price review each January, 90 days' notice. Data stays in the region of the terminal.",
    },
    billing: { status: "current", terms: "30 days net" },
  },
  {
    account: "salesforce:Account:0018a00001uyzi3AAA", // Dickenson plc
    health: "good",
    healthReason: "Weekly use grows, no open cases",
    picture:
      "A consulting house of 120 people that resells us inside its own projects. They bring two or three new names a year.\n\nKeep them close to the product: they ask good questions and answer them for their customers.",
    nextAction: "Agree the referral terms for next year",
    nextInDays: 2,
    contract: { endsInDays: 210, terms: "One year, renews by itself, referral fee 8 %." },
    billing: { status: "current", terms: "14 days net" },
  },
  {
    account: "northwind:account:ALFKI",
    health: "good",
    healthReason: "Second site went live without a case",
    picture:
      "Feed producer near Berlin, family-owned. Orders follow the harvest: quiet until March, then daily.\n\nMaria Anders signs everything herself. She reads mail in the evening and prefers one page to a deck.",
    nextAction: "Call Maria Anders about the third site",
    nextInDays: 0,
    contract: {
      endsInDays: 320,
      terms: "Two years, fixed price, two sites. A third site at the same unit price until June.",
    },
    billing: { status: "current", terms: "14 days net, 2 % within 7 days" },
  },
  {
    account: "northwind:account:BERGS",
    health: "at_risk",
    healthReason: "Invoices blocked since the delivery mix-up; no answer to two mails",
    picture:
      "Grocery chain with nine shops round Luleå. The delivery of last month went to the wrong shop; Christina Berglund wants to know how it could happen, not a discount.\n\nThey have asked a competitor for an offer.",
    nextAction: "Visit Luleå with the written cause and the fix",
    nextInDays: 1,
    internalNote: "Our warehouse swapped two labels. Say so plainly. Support has the photos.",
    contract: { endsInDays: 45, terms: "One year, monthly cancellation after the first six months." },
    billing: { status: "blocked", terms: "30 days net; invoices on hold since the mix-up" },
  },
  {
    account: "northwind:account:BOLID",
    health: "watch",
    healthReason: "New head of purchasing has not met us yet",
    picture:
      "Prepared meals, Madrid. Grew by a third this year; their own systems lag behind and they know it.\n\nMartín Sommer left in spring. His successor starts this month.",
    nextAction: "Introduce ourselves to the new head of purchasing",
    nextInDays: 3,
    billing: { status: "late", terms: "45 days net" },
  },
  {
    account: "northwind:account:ERNSH",
    health: "good",
    healthReason: "Largest order of the year confirmed",
    picture:
      "Wholesale in Graz; the largest of the European companies by volume. Roland Mendel plans a year ahead and keeps his word.",
    nextAction: "Plan the spring volumes with Roland Mendel",
    nextInDays: 6,
    contract: { endsInDays: 410, terms: "Framework of two years, volumes fixed each quarter." },
    billing: { status: "current", terms: "30 days net" },
  },
  {
    account: "northwind:account:GREAL",
    health: "watch",
    healthReason: "Asked twice for the same report",
    picture:
      "Food market in Eugene, Oregon. Howard Snyder runs the shop floor and the buying; he wants to see stock on his phone and nothing else.",
    nextAction: "Show the phone view on the shop floor",
    nextInDays: 1,
    billing: { status: "current", terms: "30 days net" },
  },
];

/** Accounts that only their owner and account team see. Their owners restrict them when all else is loaded. */
export const restrictedAccounts: readonly { readonly account: string; readonly by: string }[] = [
  { account: "northwind:account:WARTH", by: "bo" },
  { account: "northwind:account:LAZYK", by: "ana" },
];

/** Who works an account besides its owner. */
export const accountTeams: readonly { readonly account: string; readonly member: string; readonly role: string }[] = [
  { account: "salesforce:Account:0018a00001uyzhvAAA", member: "bo", role: "Europe terminals" },
  { account: "salesforce:Account:0018a00001uyzhvAAA", member: "sofia", role: "Support contact" },
  { account: "salesforce:Account:0018a00001uyzhvAAA", member: "femi", role: "Contract" },
  { account: "northwind:account:ALFKI", member: "tomas", role: "Sponsor" },
  { account: "northwind:account:BERGS", member: "priya", role: "Escalation" },
  { account: "northwind:account:BERGS", member: "tomas", role: "Sponsor" },
  { account: "northwind:account:WARTH", member: "tomas", role: "Sponsor" },
  { account: "northwind:account:LAZYK", member: "marcus", role: "Sponsor" },
  { account: "northwind:account:GREAL", member: "marcus", role: "Coach" },
];

export const openCases: readonly {
  readonly key: string;
  readonly account: string;
  readonly name: string;
  readonly severity: "critical" | "high" | "moderate" | "low";
  readonly status: "new" | "open" | "waiting";
  /** Absent: it lies in its queue. */
  readonly owner?: string;
  readonly queue: string;
  readonly nextAction?: string;
  readonly openedDaysAgo: number;
  readonly internalNote?: string;
}[] = [
  {
    key: "1",
    account: "salesforce:Account:0018a00001uyzhvAAA",
    name: "Terminal Houston: dispatch screen freezes at shift change",
    severity: "critical",
    status: "open",
    owner: "sofia",
    queue: "Terminals",
    nextAction: "Read the log of last night's freeze",
    openedDaysAgo: 2,
    internalNote: "Happens only with more than 40 open orders. Engineering has a trace.",
  },
  {
    key: "2",
    account: "salesforce:Account:0018a00001uyzhvAAA",
    name: "Gate badge not recognised after the update",
    severity: "high",
    status: "waiting",
    owner: "sofia",
    queue: "Terminals",
    nextAction: "Wait for the badge firmware number",
    openedDaysAgo: 5,
  },
  {
    key: "3",
    account: "northwind:account:BERGS",
    name: "Delivery went to the wrong shop",
    severity: "high",
    status: "open",
    owner: "priya",
    queue: "Deliveries",
    nextAction: "Send the written cause to Bo before the visit",
    openedDaysAgo: 9,
    internalNote: "Two labels were swapped at our dock. Photos are in the folder.",
  },
  {
    key: "4",
    account: "northwind:account:GREAL",
    name: "Stock report arrives empty on Mondays",
    severity: "moderate",
    status: "open",
    owner: "sofia",
    queue: "Reports",
    nextAction: "Check the time zone of the Monday run",
    openedDaysAgo: 3,
  },
  {
    key: "5",
    account: "northwind:account:BOLID",
    name: "Invoice copy asked for the third time",
    severity: "low",
    status: "new",
    owner: "priya",
    queue: "Billing",
    nextAction: "Send the copies and note whom they go to",
    openedDaysAgo: 1,
  },
  {
    key: "6",
    account: "northwind:account:GREAL",
    name: "Phone view shows yesterday's stock",
    severity: "high",
    status: "new",
    queue: "Reports",
    openedDaysAgo: 0,
  },
  {
    key: "7",
    account: "salesforce:Account:0018a00001uyzhvAAA",
    name: "Gate 4 prints each label twice",
    severity: "moderate",
    status: "new",
    queue: "Terminals",
    openedDaysAgo: 1,
  },
];

/** Where cases wait, and who answers for what lies there. */
export const queues: readonly { readonly key: string; readonly name: string; readonly steward: string; readonly team: string; readonly intake?: true }[] = [
  { key: "terminals", name: "Terminals", steward: "sofia", team: "service" },
  { key: "reports", name: "Reports", steward: "sofia", team: "service" },
  { key: "deliveries", name: "Deliveries", steward: "priya", team: "service" },
  { key: "billing", name: "Billing", steward: "femi", team: "finance" },
  { key: "new-leads", name: "New leads", steward: "marcus", team: "west", intake: true },
]; // prettier-ignore

/** Who does, decides, is asked and is told in a stage, by role. */
export const duties: Readonly<Record<string, Custom>> = {
  lead: { responsible: "qualifier", accountable: "sales_manager" },
  qualification: { responsible: "seller", accountable: "sales_manager", consulted: "qualifier" },
  proposal: { responsible: "seller", accountable: "sales_manager" },
  negotiation: { responsible: "seller", accountable: "sales_manager", consulted: "discount_approver,finance" },
  closing: { responsible: "seller", accountable: "sales_manager", consulted: "finance" },
  won: { responsible: "support", accountable: "seller", informed: "finance" },
  review: { responsible: "seller", accountable: "sales_manager", consulted: "support" },
  offered: { responsible: "seller", accountable: "sales_manager", consulted: "finance" },
  renewed: { responsible: "support", accountable: "seller", informed: "finance" },
};

/** To whom new leads go that nobody owns, in this order; the rest waits in the intake queue. */
export const leadRules: readonly {
  readonly key: string;
  readonly name: string;
  readonly keeper: string;
  readonly where: readonly Filter[];
  readonly to: { readonly member: string } | { readonly team: string };
}[] = [
  {
    key: "nordics",
    name: "Nordics",
    keeper: "tomas",
    where: [{ field: "country", op: "is", values: ["Sweden", "Norway", "Denmark", "Finland"] }],
    to: { member: "bo" },
  },
  {
    key: "europe",
    name: "Europe in turns",
    keeper: "tomas",
    where: [{ field: "country", op: "is", values: ["Germany", "France", "Spain", "Italy", "UK", "Austria"] }],
    to: { team: "europe" },
  },
  {
    key: "large",
    name: "Large organisations",
    keeper: "marcus",
    where: [{ field: "employees", op: "gt", values: ["5000"] }],
    to: { member: "marcus" },
  },
  {
    key: "apac",
    name: "亚太",
    keeper: "yuki",
    where: [{ field: "country", op: "is", values: ["China", "中国", "Japan", "Singapore"] }],
    to: { team: "apac" },
  },
];

/** What is promised about cases of a region, and in which hours: the zone is the region's. */
export const serviceLevels: readonly {
  readonly region: "americas" | "europe" | "apac";
  readonly name: string;
  readonly opens: string;
  readonly closes: string;
  readonly holidays: readonly string[];
  readonly responseMinutes: Readonly<Record<string, number>>;
  readonly resolutionMinutes: Readonly<Record<string, number>>;
}[] = [
  {
    region: "americas",
    name: "Americas, 8 to 8",
    opens: "08:00",
    closes: "20:00",
    holidays: ["2026-11-26", "2026-12-25", "2027-01-01"],
    responseMinutes: { critical: 30, high: 60, moderate: 240, low: 720 },
    resolutionMinutes: { critical: 480, high: 1_440, moderate: 3_600, low: 7_200 },
  },
  {
    region: "europe",
    name: "Europe, 9 to 6",
    opens: "09:00",
    closes: "18:00",
    holidays: ["2026-12-25", "2026-12-26", "2027-01-01"],
    responseMinutes: { critical: 30, high: 120, moderate: 540, low: 1_080 },
    resolutionMinutes: { critical: 540, high: 1_620, moderate: 4_320, low: 8_100 },
  },
];

/** What is offered comes in as a draft, and its giver offers it when all is there: an offer lets its receiver in. */
export const openHandoffs: readonly {
  readonly key: string;
  readonly account: string;
  readonly name: string;
  readonly kind: "sales_to_support" | "region_to_region" | "cover" | "lead_to_opportunity" | "sales_to_onboarding";
  readonly from: string;
  readonly to: string;
  readonly state: "draft" | "accepted";
  readonly promised: string;
  readonly risks: string;
  readonly nextAction: string;
  readonly offeredHoursAgo?: number;
}[] = [
  {
    key: "1",
    account: "salesforce:Account:0018a00001uyzhvAAA",
    name: "Rotterdam and Hamburg terminals to Europe",
    kind: "region_to_region",
    from: "ana",
    to: "bo",
    state: "draft",
    promised: "The Houston price list holds for both terminals until the renewal is signed.",
    risks: "Hamburg has its own works council and must be asked first.",
    nextAction: "Call the Hamburg terminal manager",
  },
  {
    key: "2",
    account: "northwind:account:BERGS",
    name: "Delivery mix-up to escalation",
    kind: "sales_to_support",
    from: "bo",
    to: "priya",
    state: "accepted",
    promised: "A written cause within ten days.",
    risks: "They have asked a competitor for an offer.",
    nextAction: "Write down the cause",
    offeredHoursAgo: 190,
  },
  {
    key: "3",
    account: "northwind:account:GREAL",
    name: "Cover while Ana is away next week",
    kind: "cover",
    from: "ana",
    to: "marcus",
    state: "draft",
    promised: "The phone demonstration takes place as planned.",
    risks: "Howard Snyder decides on the spot.",
    nextAction: "Confirm the appointment",
  },
];

/** Sentences for the other accounts of the named sellers, by industry. */
export const pictures: Readonly<Record<string, readonly string[]>> = {
  Energy: [
    "Supplies power and fuel; sites are remote and phones lose their signal.",
    "Safety reviews come before every change.",
    "One contract for all sites is the aim for next year.",
  ],
  Retail: [
    "Shops with thin margins: every minute at the till counts.",
    "Decisions are made by the regional lead, quickly.",
    "Nothing goes live between November and January.",
  ],
  Transportation: [
    "Moves goods at night, so calls before ten are unwelcome.",
    "Dispatch is the heart; if it stops, everything stops.",
    "Compares us with two others each spring.",
  ],
  Biotechnology: [
    "Validated systems: each change needs a paper.",
    "The quality lead reads everything.",
    "Grows by one laboratory a year.",
  ],
  Consulting: ["Resells us inside its own projects.", "Wants early sight of what we plan.", "Pays late but always."],
  Electronics: [
    "Two product lines a year, two peaks of work.",
    "Purchasing sits in another country.",
    "Technical people decide.",
  ],
  "": [
    "Buys for its own kitchen and for resale.",
    "Orders by phone, confirms by mail.",
    "Asks for the same person every time.",
  ],
};
export const nextActions = [
  "Agree the next call",
  "Send the offer",
  "Ask who decides",
  "Check the open invoice",
  "Confirm the visit",
  "Review the shared picture",
  "Propose a pilot",
  "Introduce support",
];
export const healthReasons = {
  good: ["Use grows", "Renewed early", "No open cases"],
  watch: ["Slower answers than usual", "Contact has changed", "Budget not confirmed"],
  at_risk: ["Unpaid invoice and no answer", "Talks to a competitor", "Case open for weeks"],
} as const;

/** Leads of the qualifier. They lie under accounts of the region that they would extend. */
export const leads: readonly {
  readonly name: string;
  readonly company: string;
  readonly need: string;
  readonly timeline: string;
  readonly status: "new" | "working" | "qualified";
  readonly budget: number;
}[] = [
  { name: "王芳", company: "上海海联物流", need: "冷链追踪", timeline: "Q1", status: "working", budget: 120_000 },
  { name: "陈志强", company: "深圳南方电子", need: "售后工单", timeline: "Q2", status: "new", budget: 80_000 },
  {
    name: "佐藤 健",
    company: "関西エネルギー",
    need: "拠点間の引き継ぎ",
    timeline: "Q1",
    status: "working",
    budget: 240_000,
  },
  {
    name: "Nurul Aisyah",
    company: "Putra Retail",
    need: "One view of forty shops",
    timeline: "This year",
    status: "new",
    budget: 60_000,
  },
  {
    name: "Arjun Mehta",
    company: "Deccan Freight",
    need: "Night dispatch",
    timeline: "Q1",
    status: "qualified",
    budget: 150_000,
  },
  {
    name: "Lan Nguyen",
    company: "Saigon Foods",
    need: "Cases by shop",
    timeline: "Open",
    status: "new",
    budget: 40_000,
  },
  {
    name: "Grace Wilson",
    company: "Harbour Utilities",
    need: "Crews offline at sea",
    timeline: "Q3",
    status: "working",
    budget: 310_000,
  },
  {
    name: "Jun Park",
    company: "Hanbit Devices",
    need: "Handover between shifts",
    timeline: "Q2",
    status: "new",
    budget: 95_000,
  },
];

/** What the demo sells, at list price in whole euros. */
export const products = [
  { code: "SEAT", name: "Baton seat, yearly", unit: "seat", price: 240 },
  { code: "FIELD", name: "Field pack, yearly", unit: "seat", price: 90 },
  { code: "SITE", name: "Site set-up", unit: "site", price: 4_800 },
  { code: "MIGR", name: "Migration", unit: "project", price: 12_500 },
  { code: "TRAIN", name: "Training day", unit: "day", price: 1_450 },
  { code: "CARE", name: "Priority care, yearly", unit: "contract", price: 9_600 },
  { code: "LINK", name: "Connection to accounting", unit: "connection", price: 3_200 },
  { code: "BOOK", name: "Printed field guide", unit: "piece", price: 18 },
] as const;
