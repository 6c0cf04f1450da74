import type { Compartment } from "./compartments.ts";
import type { Base, Field, FieldsOf, FieldsShape, Value } from "./field.ts";
import type { Group } from "./groups.ts";

/**
 * The records of the product, declared once. Every field has a field group; `keep` and existence come from the group
 * unless the field says otherwise. Source: docs/spec/access.md, table of records.
 */
export interface Entity {
  readonly kind: string; // three letters inside ids
  readonly plural: string; // table and route
  readonly compartments: readonly Compartment[] | "subject"; // subject: where the record that it is about lives
  /**
   * The entity that its records are part of, and the field that names which one. They are read by who reads the whole,
   * and are in no rule of a policy, no share and no import of their own.
   */
  readonly part?: "section";
  readonly fields: FieldsShape;
}

const name = { type: "name", group: "identity", required: true } as const satisfies Field;
const title = { type: "text", group: "identity", required: true } as const satisfies Field;
/** Where an imported record came from, for example `salesforce:Account:001x`; and references that could not be resolved, kept as they were. */
const source = { type: "text", group: "shared" } as const satisfies Field;
const unresolved = { type: "custom", group: "shared" } as const satisfies Field;
const custom = (group: Group) => ({ type: "custom", group }) as const satisfies Field;
const text = (group: Group) => ({ type: "text", group }) as const satisfies Field;
const long = (group: Group) => ({ type: "long", group }) as const satisfies Field;
const day = (group: Group) => ({ type: "day", group }) as const satisfies Field;
const zone = (group: Group) => ({ type: "zone", group }) as const satisfies Field;
const ref = <T extends string>(to: T, group: Group) => ({ type: "ref", to, group }) as const satisfies Field;
const choice = <const V extends readonly string[]>(values: V, group: Group) =>
  ({ type: "enum", values, group }) as const satisfies Field;
/** Who answers for a record; empty means the owner of its key. Moves only by `reassign`. */
const owner = { type: "ref", to: "member", group: "shared", act: "reassign" } as const satisfies Field;

/** Of a record that is one with another of its kind: which one stands for it, since when, and which ones it is not (shared/duplicates). */
const merging = <T extends string>(to: T) =>
  ({
    mergedInto: { type: "ref", to, group: "identity", act: "merge" },
    mergedAt: { type: "instant", group: "identity", act: "merge" },
    apart: { type: "list", group: "identity", act: "merge" },
  }) as const satisfies FieldsShape;

/** Why something was won or lost (shared/pipeline/reasons.ts says which goes with what). */
export const outcomeCodes = [
  "fit",
  "price",
  "relationship",
  "speed",
  "references",
  "no_budget",
  "no_decision",
  "timing",
  "competitor",
  "missing_feature",
  "other",
] as const;

const inSections = ["core", "sales", "service", "finance", "handoff", "private"] as const;

export const entities = {
  // --- configuration, under the organisation's anchor
  member: {
    kind: "mem",
    plural: "members",
    compartments: ["core"],
    fields: {
      name,
      handle: { type: "text", group: "identity" },
      email: { type: "email", group: "personal", act: "manage_member" },
      base: { type: "text", group: "shared", act: "assign_duty" },
      duties: { type: "list", group: "shared", act: "assign_duty" },
      teams: { type: "list", group: "identity", act: "manage_member" },
      regions: { type: "list", group: "identity", act: "manage_member" },
      locale: choice(["en", "zh-CN"], "shared"),
      zone: zone("shared"),
      employment: { type: "enum", values: ["active", "suspended", "left"], group: "shared", act: "manage_member" },
      cohort: { type: "text", group: "personal", act: "manage_member" },
      manager: ref("member", "shared"),
      source,
    },
  },
  team: {
    kind: "tea",
    plural: "teams",
    compartments: ["core"],
    fields: { name, parent: ref("team", "shared"), source },
  },
  region: { kind: "reg", plural: "regions", compartments: ["core"], fields: { name, zone: zone("shared"), source } },
  pipeline: {
    kind: "pip",
    plural: "pipelines",
    compartments: ["core"],
    fields: { name, order: { type: "order", group: "identity" }, source },
  },
  stage: {
    kind: "stg",
    plural: "stages",
    compartments: ["core"],
    fields: {
      name,
      pipeline: ref("pipeline", "identity"),
      order: { type: "order", group: "identity" },
      outcome: choice(["open", "won", "lost"], "identity"),
      probabilityPct: { type: "int", group: "shared", max: 100 },
      limitDays: { type: "int", group: "shared", max: 3_650 }, // longer here is stuck
      next: { type: "list", group: "shared" },
      duties: custom("shared"), // who does, decides, is asked and is told there, by role
      source,
    },
  },
  product: {
    kind: "prd",
    plural: "products",
    compartments: ["core"],
    fields: {
      name,
      code: text("identity"),
      unit: text("identity"),
      priceMinor: { type: "money", group: "shared" },
      currency: { type: "currency", group: "shared" },
      active: { type: "bool", group: "identity" },
      source,
    },
  },
  /** Where cases wait that nobody has taken: by its name on the case. Its steward answers for what lies there. */
  queue: {
    kind: "que",
    plural: "queues",
    compartments: ["core"],
    fields: {
      name,
      steward: ref("member", "identity"),
      team: ref("team", "identity"),
      intake: { type: "bool", group: "identity" }, // leads wait here that no rule fits
      source,
    },
  },
  /** To whom a new lead goes that nobody owns, if it is as the rule says (shared/assignment). */
  lead_rule: {
    kind: "lrl",
    plural: "lead_rules",
    compartments: ["core"],
    fields: {
      name,
      keeper: { type: "ref", to: "member", group: "identity", act: "create" },
      order: { type: "order", group: "identity" },
      paused: { type: "bool", group: "identity" },
      where: long("identity"), // conditions as lists have them, as JSON
      toMember: ref("member", "identity"),
      toTeam: ref("team", "identity"),
      toQueue: ref("queue", "identity"),
      source,
    },
  },
  /** What was promised about cases of a region, and the hours in which it counts. */
  service_level: {
    kind: "svl",
    plural: "service_levels",
    compartments: ["core"],
    fields: {
      name,
      region: ref("region", "identity"), // empty: of all regions that have none of their own
      zone: zone("shared"), // empty: the region's
      days: { type: "list", group: "shared" }, // 1 is Monday
      opens: text("shared"), // 09:00
      closes: text("shared"),
      holidays: { type: "list", group: "shared" }, // 2026-12-25
      responseMinutes: custom("shared"), // business minutes, by severity
      resolutionMinutes: custom("shared"),
      source,
    },
  },
  // --- the work
  account: {
    kind: "acc",
    plural: "accounts",
    compartments: ["core"],
    fields: {
      name,
      owner: { type: "ref", to: "member", group: "shared", act: "reassign", of: "anchor" },
      team: { type: "ref", to: "team", group: "shared", act: "reassign", of: "anchor" },
      region: { type: "ref", to: "region", group: "shared", act: "reassign", of: "anchor" },
      restricted: { type: "bool", group: "shared", act: "restrict", of: "anchor" },
      type: text("shared"),
      industry: text("shared"),
      health: choice(["good", "watch", "at_risk"], "shared"),
      healthReason: text("shared"),
      nextAction: text("shared"),
      nextActionDay: day("shared"),
      nextActionZone: zone("shared"),
      website: { type: "text", group: "shared" },
      phone: { type: "phone", group: "shared" },
      street: text("shared"),
      city: text("shared"),
      state: text("shared"),
      postcode: text("shared"),
      country: text("shared"),
      employees: { type: "int", group: "shared" },
      description: long("shared"),
      sharedPicture: long("shared"),
      annualRevenueMinor: { type: "money", group: "billing" },
      currency: { type: "currency", group: "shared" },
      billingStatus: choice(["current", "late", "blocked"], "billing"),
      paymentTerms: text("billing"),
      contractEndDay: day("contract"),
      contractTerms: { type: "long", group: "contract" },
      internalNote: long("internal"),
      customShared: custom("shared"),
      customBilling: custom("billing"),
      customContract: custom("contract"),
      customInternal: custom("internal"),
      customUnclassified: custom("unclassified"),
      ...merging("account"),
      source,
      unresolved,
    },
  },
  account_team: {
    kind: "atm",
    plural: "account_teams",
    compartments: ["core"],
    fields: {
      member: { type: "ref", to: "member", group: "identity", required: true, act: "manage_account_team" },
      role: { type: "text", group: "identity", act: "manage_account_team" },
      from: { type: "instant", group: "identity", act: "manage_account_team" },
      until: { type: "instant", group: "identity", act: "manage_account_team" },
    },
  },
  contact: {
    kind: "con",
    plural: "contacts",
    compartments: ["core"],
    fields: {
      name,
      reportsTo: ref("contact", "shared"),
      buyerRole: choice(["decision_maker", "sponsor", "user", "blocker"], "shared"),
      given: text("identity"),
      family: text("identity"),
      title: text("shared"),
      department: text("shared"),
      email: { type: "email", group: "shared" },
      phone: { type: "phone", group: "shared" },
      role: text("shared"),
      mobile: { type: "phone", group: "personal" },
      birthday: day("personal"),
      homeAddress: text("personal"),
      assistant: text("personal"),
      marketingConsent: choice(["given", "refused", "unknown"], "consent"),
      locale: text("shared"),
      leadSource: text("shared"),
      description: long("shared"),
      owner,
      customShared: custom("shared"),
      customPersonal: custom("personal"),
      customUnclassified: custom("unclassified"),
      ...merging("contact"),
      source,
      unresolved,
    },
  },
  lead: {
    kind: "lea",
    plural: "leads",
    compartments: ["sales"],
    fields: {
      name,
      company: text("identity"),
      status: {
        type: "enum",
        values: ["new", "working", "qualified", "disqualified", "converted"],
        group: "shared",
        act: "qualify",
      },
      leadSource: text("shared"),
      country: text("shared"),
      region: ref("region", "shared"),
      industry: text("shared"),
      employees: { type: "int", group: "shared" },
      lostReason: {
        type: "enum",
        values: ["no_need", "no_budget", "no_answer", "not_a_customer", "competitor", "duplicate", "other"],
        group: "shared",
        act: "qualify",
      },
      outcomeReason: { type: "text", group: "shared", act: "qualify" }, // in words
      becameAccount: { type: "ref", to: "account", group: "shared", act: "qualify" },
      becameContact: { type: "ref", to: "contact", group: "shared", act: "qualify" },
      becameOpportunity: { type: "ref", to: "opportunity", group: "shared", act: "qualify" },
      need: text("qualification"),
      budgetMinor: { type: "money", group: "qualification" },
      currency: { type: "currency", group: "qualification" },
      timeline: text("qualification"),
      email: { type: "email", group: "personal" },
      phone: { type: "phone", group: "personal" },
      marketingConsent: choice(["given", "refused", "unknown"], "consent"),
      owner,
      queue: { type: "ref", to: "queue", group: "shared", act: "reassign" }, // where it waits, with its steward
      assigned: { type: "custom", group: "shared", act: "reassign" }, // which rule gave it to whom, and why: shared/leads/assigned.ts
      customShared: custom("shared"),
      customQualification: custom("qualification"),
      customUnclassified: custom("unclassified"),
      ...merging("lead"),
      source,
      unresolved,
    },
  },
  opportunity: {
    kind: "opp",
    plural: "opportunities",
    compartments: ["sales"],
    fields: {
      name,
      pipeline: { type: "ref", to: "pipeline", group: "identity", act: "advance" },
      stage: { type: "ref", to: "stage", group: "identity", act: "advance" },
      stageSince: { type: "instant", group: "identity", act: "advance" },
      cameFrom: { type: "custom", group: "identity", act: "advance" }, // the stage before, and since when it was there: a step back at once was none
      order: { type: "order", group: "identity" },
      closeDay: { type: "day", group: "shared", careful: true },
      closeZone: zone("shared"),
      closeMoves: { type: "int", group: "shared", apart: true }, // how often the close day went back, less how often it came nearer
      nextAction: text("shared"),
      nextActionDay: day("shared"),
      nextActionZone: zone("shared"),
      blockers: text("shared"),
      decisionMaker: ref("contact", "shared"),
      outcomeCode: choice(outcomeCodes, "shared"),
      outcomeReason: text("shared"),
      need: text("qualification"),
      amountMinor: { type: "money", group: "terms", careful: true },
      currency: { type: "currency", group: "terms" },
      discountPct: { type: "int", group: "terms", max: 100, careful: true },
      lines: { type: "lines", group: "terms", apart: true }, // what is sold; amount and discount follow from it
      legalNote: long("legal"),
      commissionMinor: { type: "money", group: "compensation" },
      owner,
      customShared: custom("shared"),
      customTerms: custom("terms"),
      customUnclassified: custom("unclassified"),
      source,
      unresolved,
    },
  },
  case: {
    kind: "cas",
    plural: "cases",
    compartments: ["service"],
    fields: {
      number: { type: "text", group: "identity", required: true },
      name: title,
      status: {
        type: "enum",
        values: ["new", "open", "waiting", "resolved", "closed"],
        group: "identity",
        act: "resolve",
      },
      severity: choice(["critical", "high", "moderate", "low"], "shared"),
      nextAction: text("shared"),
      nextActionDay: day("shared"),
      nextActionZone: zone("shared"),
      category: text("shared"),
      queue: text("shared"),
      openedAt: { type: "instant", group: "shared" },
      respondedAt: { type: "instant", group: "shared", act: "resolve" }, // when somebody first did something about it
      resolvedAt: { type: "instant", group: "shared" },
      waits: { type: "custom", group: "shared", act: "resolve" }, // when it waited for the customer: shared/cases/waits.ts
      slaMet: { type: "bool", group: "shared" }, // as the system that it came from measured it
      reopened: { type: "int", group: "shared" },
      escalatedTo: { type: "ref", to: "member", group: "shared", act: "escalate" },
      escalations: { type: "custom", group: "shared", act: "escalate" }, // who was called in, by whom, until when
      cause: { type: "long", group: "resolution" },
      fix: { type: "long", group: "resolution" },
      internalNote: long("internal"),
      owner,
      customShared: custom("shared"),
      customUnclassified: custom("unclassified"),
      source,
      unresolved,
    },
  },
  task: {
    kind: "tas",
    plural: "tasks",
    compartments: "subject",
    fields: {
      name: title,
      about: ref("record", "identity"),
      done: { type: "bool", group: "identity" },
      doneAt: { type: "instant", group: "identity" },
      dueDay: day("identity"),
      dueMin: { type: "int", group: "identity", max: 1439 }, // of the day, by the clock of dueZone; null: whenever
      dueZone: zone("identity"),
      repeat: { type: "text", group: "shared", max: 120 }, // a part of RRULE (shared/tasks/repeat.ts)
      doneDays: { type: "list", group: "identity" }, // of one that repeats: the last days that were done
      remindMin: { type: "int", group: "shared", max: 40_320 }, // before it is due; four weeks at most
      checklist: { type: "long", group: "shared" }, // lines: - [x] Send the quote
      priority: choice(["high", "normal", "low"], "shared"),
      status: text("shared"),
      description: long("shared"),
      internalNote: long("internal"),
      owner,
      group: { type: "text", group: "identity", act: "create" }, // of a narrower note: for the readers of this group alone
      customShared: custom("shared"),
      source,
      unresolved,
    },
  },
  handoff: {
    kind: "han",
    plural: "handoffs",
    compartments: ["handoff"],
    fields: {
      name: title,
      about: ref("record", "identity"),
      state: {
        type: "enum",
        values: ["draft", "offered", "accepted", "returned", "done"],
        group: "identity",
        act: "hand_off",
      },
      handoffKind: choice(
        [
          "lead_to_opportunity",
          "sales_to_onboarding",
          "sales_to_support",
          "region_to_region",
          "cover",
          "queue_to_queue",
        ],
        "identity",
      ),
      fromMember: { type: "ref", to: "member", group: "identity", act: "hand_off" },
      toMember: { type: "ref", to: "member", group: "identity", act: "hand_off" },
      fromQueue: text("identity"),
      toQueue: text("identity"),
      toTeam: { type: "ref", to: "team", group: "identity", act: "hand_off" }, // any of it takes it: the queue's
      late: { type: "ref", to: "member", group: "identity", act: "hand_off" }, // whom silence goes to
      moves: { type: "list", group: "shared", act: "hand_off" }, // kinds of the giver's own records that go along
      doneAt: { type: "instant", group: "shared", act: "hand_off" },
      offeredAt: { type: "instant", group: "shared" },
      acceptedAt: { type: "instant", group: "shared" },
      lagMs: { type: "int", group: "shared" },
      promised: long("handoff"),
      risks: long("handoff"),
      returnReason: text("handoff"),
      nextAction: text("shared"),
      nextActionDay: day("shared"),
      nextActionZone: zone("shared"),
      source,
      unresolved,
    },
  },
  activity: {
    kind: "act",
    plural: "activities",
    compartments: "subject",
    fields: {
      name: title,
      activityKind: choice(["call", "visit", "meeting", "email", "letter", "note", "other"], "identity"),
      about: ref("record", "identity"),
      at: { type: "instant", group: "identity" },
      durationMin: { type: "int", group: "shared" },
      outcome: text("shared"),
      left: { type: "list", group: "identity" }, // what was left out when it was logged, for its owner to finish: note, next, outcome
      body: long("shared"),
      internalNote: long("internal"),
      owner,
      customShared: custom("shared"),
      source,
      unresolved,
    },
  },
  comment: {
    kind: "com",
    plural: "comments",
    compartments: "subject",
    fields: {
      body: { type: "long", group: "shared", required: true },
      about: ref("record", "identity"),
      section: ref("section", "identity"),
      gen: { type: "int", group: "identity" },
      position: { type: "text", group: "shared" },
      quote: { type: "text", group: "shared", max: 120 },
      group: { type: "text", group: "identity", act: "create" },
      at: { type: "instant", group: "identity" },
    },
  },
  // Moves by its own mutations alone (shared/approvals). Values that the yes is bound to stay in the groups of their
  // fields, so that an approval tells nobody more than its subject does.
  approval: {
    kind: "apr",
    plural: "approvals",
    compartments: "subject",
    fields: {
      name: { ...title, act: "ask" },
      about: { type: "ref", to: "record", group: "identity", act: "ask" },
      approvalKind: { type: "text", group: "identity", act: "ask" },
      asked: { type: "text", group: "identity", act: "ask" }, // a role, or one member by id
      state: {
        type: "enum",
        values: ["draft", "open", "returned", "approved", "refused", "withdrawn", "expired", "stale", "used"],
        group: "identity",
        act: "ask",
      },
      requester: { type: "ref", to: "member", group: "identity", act: "ask" },
      parties: { type: "list", group: "identity", act: "ask" }, // all who may not decide: the requester, whom it is for, whom they stand in for
      reason: { type: "long", group: "shared", act: "ask" },
      question: { type: "long", group: "shared", act: "ask" },
      answer: { type: "long", group: "shared", act: "ask" },
      decidedBy: { type: "ref", to: "member", group: "shared", act: "ask" },
      decidedAt: { type: "instant", group: "shared", act: "ask" },
      note: { type: "long", group: "shared", act: "ask" }, // why it was decided so
      path: { type: "list", group: "shared", act: "ask" }, // who was asked before it was passed on
      expiresAt: { type: "instant", group: "shared", act: "ask" },
      usedAt: { type: "instant", group: "shared", act: "ask" },
      again: { type: "ref", to: "approval", group: "shared", act: "ask" },
      binds: { type: "text", group: "shared", act: "ask" }, // names of the fields
      boundShared: { type: "custom", group: "shared", act: "ask" },
      boundTerms: { type: "custom", group: "terms", act: "ask" },
      boundBilling: { type: "custom", group: "billing", act: "ask" },
      boundContract: { type: "custom", group: "contract", act: "ask" },
      proposedShared: { type: "custom", group: "shared", act: "ask" },
      proposedTerms: { type: "custom", group: "terms", act: "ask" },
      proposedBilling: { type: "custom", group: "billing", act: "ask" },
      proposedContract: { type: "custom", group: "contract", act: "ask" },
    },
  },
  // What it holds lies outside of the database (worker/files) and never changes; its name alone is edited.
  file: {
    kind: "fil",
    plural: "files",
    compartments: "subject",
    fields: {
      name,
      about: { type: "ref", to: "record", group: "identity", act: "create" },
      mediaType: { type: "text", group: "shared", act: "create" },
      bytes: { type: "int", group: "shared", act: "create" },
      sha256: { type: "text", group: "shared", act: "create" },
      state: { type: "enum", values: ["expected", "here", "failed"], group: "identity", act: "create" },
      group: { type: "text", group: "identity", act: "create" },
    },
  },
  // A saved view of a list: whose it is decides who reads it, so it is an anchor of its own. What it is narrowed by stands
  // in the groups of the fields that it names. Written by shared/lists alone.
  view: {
    kind: "vie",
    plural: "views",
    compartments: ["core"],
    fields: {
      name,
      of: {
        type: "enum",
        values: ["account", "contact", "lead", "opportunity", "case"],
        group: "identity",
        required: true,
        act: "create",
      },
      owner: { type: "ref", to: "member", group: "identity", act: "create", of: "anchor" },
      team: { type: "ref", to: "team", group: "identity", act: "share", of: "anchor" }, // whose view it is too; null: its owner's alone
      layout: long("identity"),
      where: long("identity"),
      whereQualification: long("qualification"),
      whereTerms: long("terms"),
      whereBilling: long("billing"),
      whereContract: long("contract"),
      wherePersonal: long("personal"),
      whereConsent: long("consent"),
      whereResolution: long("resolution"),
      whereInternal: long("internal"),
    },
  },
  // Words about a place in a section's text. Written by mutations of its own alone (shared/sections/comments.ts).
  section_comment: {
    kind: "sco",
    plural: "section_comments",
    compartments: inSections,
    part: "section",
    fields: {
      section: ref("section", "identity"),
      parent: ref("section_comment", "identity"), // the comment that it answers; the rest of the place is that one's
      body: { type: "long", group: "identity" }, // null: taken back by its author, kept for its answers
      gen: { type: "int", group: "identity" }, // the section's, in which the range was taken
      rangeStart: { type: "text", group: "identity", max: 88 }, // a Yjs relative position, base64; bounds as in limits.ts
      rangeEnd: { type: "text", group: "identity", max: 88 },
      quote: { type: "text", group: "identity", max: 120 },
      group: { type: "text", group: "identity", act: "tighten" }, // the section's
      at: { type: "instant", group: "identity" },
      editedAt: { type: "instant", group: "identity" },
      resolvedAt: { type: "instant", group: "identity" },
      resolvedBy: ref("member", "identity"),
    },
  },
  section: {
    kind: "sec",
    plural: "sections",
    compartments: inSections,
    fields: {
      title: { type: "text", group: "identity", required: true },
      sectionKind: { type: "text", group: "identity", required: true, act: "create" }, // shared, internal:<function>, handoff, private, scratch
      about: ref("record", "identity"),
      gen: { type: "int", group: "identity", act: "regen" },
      schema: { type: "int", group: "identity", act: "raise_schema" },
      group: { type: "text", group: "identity", required: true, act: "tighten" },
      owner: { ...owner, group: "identity" }, // who writes the brief of a single record's handoff; null: the owner of its key. Known to all readers: rights go by it
    },
  },
  // --- a member's own, under the member as anchor, read by nobody else. Moved by mutations of their own (shared/notices).
  notice: {
    kind: "ntc",
    plural: "notices",
    compartments: ["private"],
    fields: {
      noticeKind: text("identity"), // one of shared/notices/kinds.ts
      about: ref("record", "identity"),
      shownAt: { type: "instant", group: "identity" },
      openedAt: { type: "instant", group: "identity" },
      snoozeDay: day("identity"), // put off until then, by the member's own calendar
      goneAt: { type: "instant", group: "identity" }, // since then it asks for nothing
    },
  },
  preference: {
    kind: "prf",
    plural: "preferences",
    compartments: ["private"],
    fields: {
      modes: custom("identity"), // by kind of notice: now, digest, off
      quietFrom: { type: "int", group: "identity", max: 1439 }, // minutes of the day in the member's zone
      quietTo: { type: "int", group: "identity", max: 1439 },
      steps: custom("identity"), // the first steps: which were done
    },
  },
} as const satisfies Record<string, Entity>;

export type EntityName = keyof typeof entities;
export const entityNames = Object.keys(entities) as EntityName[];
export const entity = (name: EntityName): Entity => entities[name];
/** Entities that rules, grants and imports may name: all but parts of another one. */
export const wholeEntities = entityNames.filter((name) => entity(name).part === undefined);

export function isEntity(text: string): text is EntityName {
  return Object.hasOwn(entities, text);
}
export function entityOfPlural(plural: string): EntityName | null {
  return entityNames.find((name) => entities[name].plural === plural) ?? null;
}
const byKind = new Map<string, EntityName>(entityNames.map((name) => [entities[name].kind, name]));
/** The entity that an id is of, by its three letters. */
export function entityOfId(id: string): EntityName | null {
  const at = id.indexOf("_") + 1; // each reading of a record passes here: no array of parts is made
  const end = id.indexOf("_", at);
  return at === 0 ? null : (byKind.get(end < 0 ? id.slice(at) : id.slice(at, end)) ?? null);
}

/** A record of an entity as this member or this cell holds it: fields that are hidden are absent. */
export type RecordOf<E extends EntityName> = Base & Partial<FieldsOf<(typeof entities)[E]["fields"]>>;
/** A record of any entity. Absent: hidden (or not loaded). Null: empty. */
export type Row = Base & { readonly [field: string]: Value | undefined };

/** Compartments in which records of an entity may live; `subject` ones may live in any. */
export function compartmentsOf(name: EntityName): readonly Compartment[] {
  const own = entity(name).compartments;
  return own === "subject" ? ["core", "sales", "service", "finance", "legal", "handoff", "private"] : own;
}
/** Configuration: known to all, and kept under the organisation's own anchor, where nothing else is. */
export const configuration: ReadonlySet<EntityName> = new Set([
  "member",
  "team",
  "region",
  "pipeline",
  "stage",
  "queue",
  "lead_rule",
  "service_level",
  "product",
]);

/** What only its own member sees and moves, kept under that member as anchor: no route, rule on import or act of others has it. */
export const personal: ReadonlySet<EntityName> = new Set(["notice", "preference"]);
export const isPersonal = (anchor: string): boolean => anchor.includes("_mem_");

/** A saved view is an anchor of itself alone. */
export const isView = (anchor: string): boolean => anchor.includes("_vie_");

/** Entities that can have records in a compartment of an anchor: an account, the organisation, a member, or a view. */
export function entitiesAt(anchor: string, compartment: Compartment): EntityName[] {
  const isOrganisation = anchor.includes("_org_");
  const isAt = (name: EntityName): boolean => {
    if (isPersonal(anchor)) return compartment === "private" && (personal.has(name) || name === "task");
    if (isView(anchor)) return name === "view";
    return configuration.has(name) === isOrganisation && !personal.has(name) && name !== "view";
  };
  return entityNames.filter((name) => isAt(name) && compartmentsOf(name).includes(compartment));
}
