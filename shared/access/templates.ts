import type { Action } from "../kernel/actions.ts";
import type { Compartment } from "../records/compartments.ts";
import type { EntityName } from "../records/entities.ts";
import type { Group } from "../records/groups.ts";
import type {
  AllowRule,
  ApprovalRule,
  Cond,
  ForbidRule,
  Policy,
  Reach,
  Role,
  ShareRecipe,
  StageRule,
} from "./rules.ts";

/**
 * The policy that an organisation starts with: eight bases (one per member), six duties (added), each with its reason.
 * Who of the demo organisation may do what is a readable table in tests/policy/templates.test.ts.
 */
const review = "2027-02-01";
const base = (why: string): Role => ({ kind: "base", owner: "policy_admin", review, why });
const duty = (why: string): Role => ({
  kind: "duty",
  owner: "policy_admin",
  review,
  why,
  assignableBy: ["policy_admin"],
});

const roles = {
  qualifier: base(
    "Finds out whether a lead is worth a seller's time: own leads, the shared picture of the region, no terms.",
  ),
  seller: base("Works own accounts and opportunities with their terms, and sees the shared picture of the team's."),
  sales_manager: base(
    "Coaches the team and steps in: the team's records with terms and compensation, never on a device.",
  ),
  support: base("Solves the region's cases, with the shared picture of the accounts around them."),
  finance: base("Bills the region: billing and contract, no notes from before the sale."),
  marketing: base("Learns from the region's leads: outcome and consent, no opportunities."),
  exec_viewer: base("Sees pipeline and health everywhere, online, and changes nothing."),
  ops_admin: base("Keeps pipelines and their stages, without reading the business in them."),
  discount_approver: duty("The second pair of eyes on a discount, for the deal around it and nothing more."),
  escalation_lead: duty("Helps across regions while a case is escalated; ends by itself, because it comes by share."),
  handoff_coordinator: duty("Sees both sides of the region's handoffs, or they get stuck between."),
  data_steward: duty("Imports and merges records and keeps their standards; reads no terms."),
  auditor: duty("Reads the audit and the policy and changes nothing."),
  policy_admin: duty("Keeps members, teams and the policy; reads no business data by this duty."),
} as const satisfies Record<string, Role>;
type RoleName = keyof typeof roles;

const everyone: readonly RoleName[] = [
  "qualifier",
  "seller",
  "sales_manager",
  "support",
  "finance",
  "marketing",
  "exec_viewer",
  "ops_admin",
];
const sales: readonly RoleName[] = ["seller", "sales_manager"];
const workers: readonly RoleName[] = ["seller", "sales_manager", "qualifier", "support"];

const see: readonly Action[] = ["find", "read", "read_history", "report_on"];
const seeSection: readonly Action[] = ["find", "read", "read_history", "see_presence"];
const change: readonly Action[] = ["create", "edit", "comment", "link"];
const remove: readonly Action[] = ["archive", "delete", "restore"];
const writeSection: readonly Action[] = ["create", "edit", "comment", "write", "raise_schema"];

/** What is written down around a record. */
const notes: readonly EntityName[] = ["activity", "task", "comment", "file"];
const picture: readonly EntityName[] = ["account", "account_team", "contact", ...notes];

const reach = (to: Reach): Cond => ({ reach: to });
const anyOf = (...to: readonly Reach[]): Cond => ({ any: to.map(reach) });
const me = { $m: "member" } as const;
const discounted: Cond = { gte: ["discountPct", 10] };

/** Records that a grant may open; what is written around them goes with it by name only. */
const lendable: readonly EntityName[] = ["account", "contact", "opportunity", "lead", "case", "section"];
/** Approvals of these kinds, asked for by somebody else. */
const askedBy = (...kinds: readonly string[]): Cond => ({
  all: [{ in: ["approvalKind", kinds] }, { present: "requester" }, { not: { eq: ["requester", me] } }],
});

interface More {
  readonly in?: readonly Compartment[];
  readonly keep?: "online" | "device";
  readonly askTo?: RoleName;
  readonly state?: "before";
}
function allow(
  id: string,
  to: readonly RoleName[],
  entity: EntityName | readonly EntityName[],
  actions: readonly Action[],
  when: Cond,
  groups: readonly Group[],
  why: string,
  more: More = {},
): AllowRule {
  return { id, to, entity, actions, when, groups, why, ...more };
}

// One rule, two or three lines: read as a table.
// prettier-ignore
const allows: readonly AllowRule[] = [
  // --- everyone
  allow("org.read", everyone, ["member", "team", "region", "pipeline", "stage", "product", "queue", "lead_rule", "service_level"], see, reach("all"), ["identity", "shared"],
    "Everyone knows who is who and how work moves.", { keep: "device" }),
  allow("member.self", everyone, "member", ["edit"], reach("own"), ["identity", "shared"], "Everyone keeps their own settings."),
  allow("private.section", everyone, "section", [...seeSection, ...writeSection, "delete", "restore", "regen"], reach("own"), ["identity", "private"],
    "Private notes are their author's.", { in: ["private"] }),
  allow("private.own", everyone, ["notice", "preference", "task"], ["find", "read", ...change, "delete", "restore"], reach("own"), ["identity", "shared"],
    "What one put off or chose is one's own.", { in: ["private"] }),
  allow("own.task", everyone, ["task", "activity", "comment"], [...see, ...change, ...remove], reach("own"), ["identity", "shared", "internal"],
    "Everyone keeps their own list.", { in: ["core"] }),
  allow("task.assigned", everyone, "task", ["edit", "reassign"], anyOf("own", "participant"), ["identity", "shared", "internal"],
    "Whoever does the next act says when it is done.", { state: "before" }),

  allow("view.own", everyone, "view", [...see, "create", "edit", "share", "delete", "restore"], reach("own"),
    ["identity", "qualification", "terms", "billing", "contract", "personal", "consent", "resolution", "internal"],
    "Your lists are yours.", { keep: "device" }),
  allow("view.team", everyone, "view", see, reach("team"), ["identity"], "Teams share their views."),

  // --- sellers and their managers
  allow("account.own", sales, picture, [...see, "edit", "comment", "link", "archive", "share"], reach("own"),
    ["identity", "shared", "contract", "internal", "personal", "consent"], "You answer for it.", { in: ["core"], askTo: "sales_manager" }),
  allow("account.create", [...sales, "qualifier"], "account", ["create"], reach("own"), ["identity", "shared", "contract", "internal"],
    "Whoever meets it first opens the account."),
  allow("sales.own", sales, "opportunity", [...see, ...change, ...remove, "advance", "reopen", "share"], reach("own"),
    ["identity", "shared", "qualification", "terms"], "A sale is worked by its owner.", { keep: "device", askTo: "sales_manager" }),
  allow("lead.own", sales, "lead", [...see, ...change, ...remove, "qualify", "disqualify"], reach("own"),
    ["identity", "shared", "qualification", "personal", "consent"], "You follow up what came to you.", { askTo: "sales_manager" }),
  allow("sales.notes", sales, notes, [...see, ...change, ...remove], anyOf("own", "account_team"), ["identity", "shared", "internal"],
    "Written down where the deal is.", { in: ["sales"], askTo: "sales_manager" }),
  allow("account.team", sales, picture, see, reach("team"), ["identity", "shared"], "One picture for the team.", { in: ["core"], askTo: "sales_manager" }),
  allow("sales.team", sales, ["opportunity", ...notes], see, reach("team"), ["identity", "shared"], "One picture for the team.",
    { in: ["sales"], askTo: "sales_manager" }),
  allow("account.crew", sales, [...picture, "opportunity"], see, reach("account_team"), ["identity", "shared", "qualification", "internal", "consent"],
    "You are on its account team.", { in: ["core", "sales"], askTo: "sales_manager" }),
  allow("around.work", sales, ["contact", ...notes], [...change, ...remove], anyOf("own", "team", "account_team"), ["identity", "shared", "personal", "consent"],
    "The team writes down what it learns.", { in: ["core"] }),
  allow("account.share", sales, "account", ["edit", "comment"], anyOf("team", "account_team"), ["shared"],
    "Kept by those who share it.", { askTo: "sales_manager" }),
  allow("own.reassign", [...sales, "qualifier"], ["account", "contact", "opportunity", "lead"], ["reassign"], reach("own"), ["identity", "shared"],
    "You may pass on what is yours.", { state: "before", askTo: "sales_manager" }),
  allow("own.crew", sales, "account_team", ["create", "edit", "delete", "restore", "manage_account_team"], reach("own"), ["identity"],
    "Whoever answers for an account picks its team.", { askTo: "sales_manager" }),
  allow("own.restrict", sales, "account", ["restrict", "delete", "restore"], reach("own"), ["shared"], "Whoever answers for an account may close it.", { askTo: "sales_manager" }),
  allow("case.around", sales, "case", see, anyOf("own", "team", "account_team"), ["identity", "shared"], "Know what burns before you call."),

  allow("view.sales", sales, "view", see, reach("team"), ["qualification", "consent", "internal"], "Teams share their views."),

  // --- sales managers
  allow("view.manager", ["sales_manager"], "view", [...see, "edit", "delete", "restore"], reach("team"), ["identity", "terms", "contract"],
    "Managers tidy views."),
  allow("manager.read", ["sales_manager"], ["opportunity", "account", "contact", "lead", ...notes], [...see, "export"], reach("team"),
    ["identity", "shared", "qualification", "terms", "compensation", "contract", "internal", "consent"], "A manager coaches with the whole deal in sight.",
    { in: ["core", "sales"], keep: "online" }),
  allow("manager.work", ["sales_manager"], ["account", "opportunity", "contact", "lead"], ["edit", "comment", "advance", "reopen", "archive", "restore", "approve_stage"],
    reach("team"), ["identity", "shared", "qualification", "terms"], "A manager steps in for the team."),
  allow("manager.reassign", ["sales_manager"], ["account", "contact", "opportunity", "lead", "task"], ["reassign", "bulk_edit"], reach("team"), ["identity", "shared"],
    "A manager spreads the team's work.", { state: "before" }),
  allow("lead.rules", ["sales_manager", "marketing"], "lead_rule", ["create", "edit", "delete", "restore"], reach("all"), ["identity"],
    "Who spreads leads says how."),
  allow("manager.crew", ["sales_manager"], "account_team", ["create", "edit", "delete", "restore", "manage_account_team"], reach("team"), ["identity"],
    "A manager picks who works on the team's accounts."),

  // --- qualifier
  allow("qualifier.lead", ["qualifier"], "lead", [...see, ...change, "qualify", "disqualify", "hand_off"], anyOf("own", "team"),
    ["identity", "shared", "qualification", "personal", "consent"], "Leads are asked before they are sold to."),
  allow("qualifier.region", ["qualifier"], picture, see, reach("region"), ["identity", "shared"], "See what was talked about before.", { in: ["core"] }),
  allow("qualifier.work", ["qualifier"], ["contact", ...notes], ["create", "edit", "comment"], reach("region"), ["identity", "shared"],
    "New people and calls are written down at once.", { in: ["core"] }),

  // --- support
  allow("support.case", ["support"], ["case", ...notes], [...see, ...change, "resolve", "reopen", "escalate", "reassign", "share", ...remove], reach("region"),
    ["identity", "shared", "resolution", "internal"], "Support solves the region's cases.", { in: ["service"], askTo: "escalation_lead" }),
  allow("support.picture", ["support"], picture, see, anyOf("region", "account_team"), ["identity", "shared"], "Know who is calling.", { in: ["core"] }),
  allow("view.support", ["support"], "view", see, reach("team"), ["resolution", "internal"], "Teams share their views."),
  allow("support.notes", ["support"], notes, ["create", "edit", "comment"], anyOf("region", "account_team"), ["identity", "shared"],
    "Calls are written down where all see them.", { in: ["core"] }),

  // --- finance, marketing, executives, operations
  allow("finance.account", ["finance"], ["account", "contact"], [...see, "export"], reach("region"), ["identity", "shared", "billing", "contract"],
    "Finance bills the region.", { in: ["core"], keep: "online" }),
  allow("finance.edit", ["finance"], "account", ["edit"], reach("region"), ["billing", "contract"], "Finance keeps billing and contract."),
  allow("view.finance", ["finance"], "view", see, reach("team"), ["billing", "contract"], "Teams share their views."),
  allow("marketing.lead", ["marketing"], "lead", see, reach("region"), ["identity", "shared", "consent"], "Campaigns are judged by what became of their leads."),
  allow("marketing.region", ["marketing"], ["account", "contact"], see, reach("region"), ["identity", "shared", "consent"],
    "Whom to invite, and who agreed to it.", { in: ["core"] }),
  allow("exec.read", ["exec_viewer"], ["account", "opportunity", "case", "handoff"], see, reach("all"), ["identity", "shared", "terms"],
    "Pipeline and health of the whole, online."),
  allow("ops.pipeline", ["ops_admin"], ["pipeline", "stage", "product", "queue", "lead_rule", "service_level"], ["create", "edit", "edit_policy", "import", ...remove], reach("all"), ["identity", "shared"],
    "Operations keeps pipelines, products, queues and what was promised."),

  // --- handoffs and approvals
  allow("handoff.read", workers, ["handoff", ...notes], see, anyOf("own", "team", "account_team"), ["identity", "shared", "handoff"],
    "Both sides see what was promised.", { in: ["handoff"], askTo: "handoff_coordinator" }),
  allow("handoff.region", ["support", "qualifier", "handoff_coordinator"], ["handoff", ...notes], see, reach("region"), ["identity", "shared", "handoff"],
    "What was promised arrives with the customer.", { in: ["handoff"] }),
  allow("handoff.offer", workers, ["handoff", ...notes], ["create", "edit", "comment", "hand_off"], anyOf("own", "account_team"), ["identity", "shared", "handoff"],
    "Whoever holds it may offer it.", { in: ["handoff"], askTo: "handoff_coordinator" }),
  allow("handoff.service", ["support"], ["handoff", "task"], ["create", "edit", "comment", "hand_off"], reach("region"), ["identity", "shared", "handoff"],
    "Whoever works a case may hand it over.", { in: ["handoff"], askTo: "handoff_coordinator" }),
  allow("handoff.accept", workers, "handoff", ["accept_handoff", "comment"],
    { any: [{ eq: ["toMember", me] }, { eq: ["late", me] }, { in: ["toTeam", { $m: "teams" }] }] }, ["identity", "shared", "handoff"], "It was offered to you or yours."),
  allow("handoff.take", workers, ["account", "opportunity", "lead", "case", "task", "contact", "section"], ["accept_handoff"], reach("participant"), ["identity", "shared"],
    "Whoever takes it answers for it from then on.", { state: "before" }),
  allow("approval.own", sales, "approval", see, anyOf("own", "team"), ["identity", "shared"], "Whoever asks follows the answer.", { in: ["core", "sales"] }),
  allow("approval.terms", sales, "approval", see, reach("own"), ["identity", "shared", "terms"], "The numbers are your own.", { in: ["sales"] }),
  allow("approval.contract", sales, "approval", see, reach("own"), ["identity", "shared", "contract"], "The contract is your own account's.", { in: ["core"] }),
  allow("approval.manager", ["sales_manager"], "approval", see, reach("team"), ["identity", "shared", "terms", "contract"], "A manager decides with the numbers in sight.",
    { in: ["core", "sales"], keep: "online" }),
  allow("approval.finance", ["finance"], "approval", see, reach("region"), ["identity", "shared", "billing", "contract"], "Finance asks about what it bills.",
    { in: ["core"], keep: "online" }),
  allow("approval.region", ["discount_approver"], "approval", see, reach("region"), ["identity", "shared"], "A role is asked, so any holder can answer.", { in: ["sales"] }),
  allow("approval.ask", [...sales, "finance"], "approval", ["create", "ask"], { all: [{ present: "requester" }, { eq: ["requester", me] }] },
    ["identity", "shared", "terms", "billing", "contract"], "Whoever asks follows the answer.", { in: ["core", "sales"] }),
  allow("approval.decide", ["discount_approver"], "approval", ["approve_discount"], { all: [reach("region"), askedBy("discount")] }, ["identity", "shared"],
    "Nobody approves their own request."),
  allow("approval.stage", ["sales_manager"], "approval", ["approve_stage"], { all: [reach("team"), askedBy("stage")] }, ["identity", "shared"],
    "Nobody approves their own request."),
  allow("approval.change", ["sales_manager"], "approval", ["approve_change"], { all: [reach("team"), askedBy("protected_change", "delete_protected")] },
    ["identity", "shared"], "A customer's contract is changed by two."),
  allow("case.given", ["support"], "case", ["edit", "comment", "resolve", "reopen", "escalate"], reach("own"), ["identity", "shared", "resolution"],
    "Whoever answers for a case works on it.", { in: ["service"] }),
  allow("escalation.help", ["escalation_lead"], ["case", ...notes], ["edit", "comment", "resolve", "escalate"], reach("participant"),
    ["identity", "shared", "resolution"], "Called in to help, for as long as it burns.", { in: ["service"] }),

  // --- sections
  allow("section.read", workers, "section", seeSection, anyOf("own", "team", "account_team"), ["identity", "shared"], "One account, written together.", { in: ["core"] }),
  allow("section.region", ["support", "qualifier"], "section", seeSection, reach("region"), ["identity", "shared"], "Know the story before you call.", { in: ["core"] }),
  allow("section.comment", ["support", "qualifier"], "section", ["comment"], reach("region"), ["identity", "shared"], "Who knows better says so beside the text.", { in: ["core"] }),
  allow("section.write", workers, "section", writeSection,
    { all: [anyOf("own", "team", "account_team"), { in: ["sectionKind", ["shared", "scratch"]] }] }, ["identity", "shared"], "One account, written together.", { in: ["core"] }),
  allow("section.sales", sales, "section", [...seeSection, ...writeSection], anyOf("own", "team", "account_team"), ["identity", "shared", "internal"],
    "Sales thinks aloud among itself.", { in: ["sales"] }),
  allow("section.narrowed", sales, "section", seeSection, anyOf("own", "team", "account_team"), ["identity", "shared", "internal"],
    "What was made a note of sales alone.", { in: ["core"] }),
  allow("section.narrowed.write", sales, "section", writeSection,
    { all: [anyOf("own", "team", "account_team"), { in: ["sectionKind", ["shared"]] }] }, ["identity", "shared", "internal"],
    "What was made a note of sales alone.", { in: ["core"] }),
  allow("section.service", ["support"], "section", [...seeSection, ...writeSection, "regen"], reach("region"), ["identity", "shared", "internal"],
    "Support notes are written together.", { in: ["service"] }),
  allow("section.finance", ["finance"], "section", [...seeSection, ...writeSection, "regen"], reach("region"), ["identity", "shared", "internal"],
    "Finance keeps its own notes.", { in: ["finance"], keep: "online" }),
  allow("section.handoff", workers, "section", [...seeSection, "comment"], anyOf("own", "account_team", "participant"), ["identity", "shared", "handoff"],
    "Both sides see what was promised.", { in: ["handoff"] }),
  allow("section.brief_region", ["support"], "section", seeSection, reach("region"), ["identity", "shared", "handoff"],
    "What was promised arrives with the customer.", { in: ["handoff"] }),
  allow("section.brief", workers, "section", [...writeSection, "regen"], reach("own"), ["identity", "shared", "handoff"],
    "The giver writes the brief, then the receiver.", { in: ["handoff"] }),
  allow("section.keep", sales, "section", ["delete", "restore", "regen", "tighten"], reach("own"), ["identity", "shared", "internal"],
    "Whoever answers for the account tidies its notes.", { in: ["core", "sales"] }),

  // --- stewards, auditors, policy admins
  allow("steward.read", ["data_steward"], [...picture, "lead", "opportunity", "case", "handoff", "approval", "section"], [...see, "export"], reach("all"), ["identity", "shared"],
    "Standards are kept over all records.", { in: ["core", "sales", "service", "handoff"] }),
  allow("steward.import", ["data_steward"], [...picture, "lead", "opportunity", "case", "handoff", "approval", "section"], ["import"], reach("all"),
    ["identity", "shared", "qualification", "terms", "billing", "contract", "personal", "consent", "resolution", "handoff", "internal"],
    "To write is not to read."),
  allow("steward.merge", ["data_steward"], ["account", "contact", "lead"], ["edit", "merge", "link", "bulk_edit", "archive", "restore"], reach("all"), ["identity", "shared"],
    "Twins are merged by one who knows the rules."),
  allow("twin.match", ["seller", "qualifier", "support"], ["account", "contact"], ["match"], reach("all"), ["identity", "shared"], "No customer is worked twice unknown."),
  allow("audit.read", ["auditor", "policy_admin"], ["member", "team", "region"], ["read_audit"], reach("all"), ["identity", "shared"], "Somebody watches."),
  allow("admin.member", ["policy_admin"], "member", ["find", "read", "read_history"], reach("all"), ["identity", "shared", "personal"],
    "Few people keep members.", { keep: "online" }),
  allow("admin.others", ["policy_admin"], "member", ["create", "edit", "import", "manage_member", "assign_duty", "archive"],
    { not: reach("own") }, ["identity", "shared", "personal"], "Nobody changes their own rights."),
  allow("admin.teams", ["policy_admin"], ["team", "region"], ["create", "edit", "import", "manage_member", ...remove], reach("all"), ["identity", "shared"],
    "Teams say where people work."),
  // --- a second person about rights, and who may lend what for a while
  allow("rights.ask", everyone, "approval", ["ask"], { eq: ["requester", me] }, ["identity", "shared"], "Whoever asked may take it back."),
  allow("rights.policy", ["policy_admin"], "approval", ["approve_policy", "approve_export"], askedBy("widen", "email", "policy", "export"), ["identity", "shared"],
    "Nobody widens rights alone."),
  allow("rights.grant", ["policy_admin", "sales_manager", "escalation_lead", "finance"], "approval", ["approve_grant"], askedBy("grant", "cover"),
    ["identity", "shared"], "What is lent, somebody else lends."),
  allow("rights.cover", everyone, "approval", ["approve_grant"], { all: [{ eq: ["approvalKind", "cover"] }, { eq: ["asked", me] }] }, ["identity", "shared"],
    "You were asked to stand in."),
  allow("lend.team", ["sales_manager"], lendable, ["approve_grant"], reach("team"),
    ["identity", "shared", "qualification", "terms", "contract", "internal", "consent"], "A manager lends what the team holds."),
  allow("lend.service", ["escalation_lead"], ["account", "contact", "case", "section"], ["approve_grant"], reach("region"), ["identity", "shared", "resolution", "internal"],
    "Help is let in where it burns.", { in: ["core", "service"] }),
  allow("lend.finance", ["finance"], ["account", "contact"], ["approve_grant"], reach("region"), ["identity", "shared", "billing", "contract"],
    "Finance lends a look at its own fields."),
  allow("lend.any", ["policy_admin"], lendable, ["approve_grant"], reach("all"), ["identity", "shared"], "The shared picture can be lent."),
  allow("admin.policy", ["policy_admin"], "member", ["edit_policy", "approve_policy", "approve_grant", "simulate", "attest_access"], reach("all"), ["identity"],
    "Two people change the policy."),
];

const forbids: readonly ForbidRule[] = [
  {
    id: "g.restricted",
    entity: "*",
    actions: ["*"],
    when: { eq: ["restricted", true] },
    except: anyOf("own", "account_team"),
    unbreakable: false,
    why: "Restricted accounts belong to those who work on them.",
  },
  {
    id: "g.compensation",
    entity: "opportunity",
    actions: ["find", "read", "read_history", "export", "report_on"],
    groups: ["compensation"],
    when: { not: reach("participant") },
    except: { all: [reach("team"), { holds: "sales_manager" }] },
    unbreakable: true,
    why: "Pay is private.",
  },
  {
    id: "g.private",
    entity: "*",
    in: ["private"],
    actions: ["*"],
    when: { not: reach("own") },
    unbreakable: true,
    why: "Private notes are their author's.",
  },
];

// prettier-ignore
const shares: readonly ShareRecipe[] = [
  { id: "sh.offer", on: "handoff.offer", give: "key", in: ["core", "sales", "service", "handoff"], groups: ["identity", "shared", "handoff"],
    to: { column: "toMember" }, ends: ["handoff.accept", "handoff.return", "handoff.withdraw"], maxDays: 7, why: "Whoever is offered something sees what it is." },
  { id: "sh.offer_record", on: "handoff.offer", give: "record", in: ["sales", "service"], groups: ["identity", "shared", "qualification", "resolution"],
    to: { column: "toMember" }, ends: ["handoff.accept", "handoff.return", "handoff.withdraw"], maxDays: 7, why: "One record is judged by what was found out about it." },
  { id: "sh.offer_team", on: "handoff.offer", give: "key", in: ["core", "sales", "service", "handoff"], groups: ["identity", "shared", "handoff"],
    to: { column: "toTeam" }, ends: ["handoff.accept", "handoff.return", "handoff.withdraw"], maxDays: 7, why: "Whoever is offered something sees what it is." },
  { id: "sh.offer_team_record", on: "handoff.offer", give: "record", in: ["sales", "service"], groups: ["identity", "shared", "qualification", "resolution"],
    to: { column: "toTeam" }, ends: ["handoff.accept", "handoff.return", "handoff.withdraw"], maxDays: 7, why: "One record is judged by what was found out about it." },
  { id: "sh.offer_late", on: "handoff.offer", give: "record", in: ["handoff"], groups: ["identity", "shared", "handoff"],
    to: { column: "late" }, ends: ["handoff.accept", "handoff.return", "handoff.withdraw"], maxDays: 7, why: "Silence goes to whoever answers for the receiver." },
  { id: "sh.taken_team", on: "handoff.accept", give: "record", in: ["handoff"], groups: ["identity", "shared"], to: { column: "toTeam" }, ends: [], maxDays: 7,
    why: "Who was asked too sees who took it." },
  { id: "sh.taken", on: "handoff.accept", give: "record", in: ["sales", "service", "core", "handoff"], groups: ["identity", "shared", "qualification", "resolution", "handoff"],
    to: { column: "toMember" }, ends: ["opportunity.assign", "task.assign", "case.assign", "handoff.accept"], why: "Whoever took it goes on seeing it." },
  { id: "sh.taken_key", on: "handoff.accept", give: "key", in: ["core"], groups: ["identity", "shared"],
    to: { column: "toMember" }, ends: ["opportunity.assign", "task.assign", "case.assign", "handoff.accept"], why: "A record is worked on with its account in sight." },
  { id: "sh.sender", on: "handoff.accept", give: "key", in: ["core", "sales", "service", "handoff"], groups: ["identity", "shared", "handoff"],
    to: { column: "fromMember" }, ends: [], maxDays: 30, why: "Questions come back to the one who knew." },
  { id: "sh.rights", on: "approval.ask", give: "record", in: ["core"], groups: ["identity", "shared"], to: { column: "requester" }, ends: [], maxDays: 45,
    why: "Who asks about rights and who is asked see the question." },
  { id: "sh.escalate", on: "case.escalate", give: "key", in: ["core", "service", "sales"], beyond: true, groups: ["identity", "shared", "resolution"],
    to: { holds: "escalation_lead" }, ends: ["case.resolve", "case.deescalate"], maxDays: 14, why: "History while a case is escalated, no longer." },
  { id: "sh.case", on: "case.assign", give: "record", in: ["service"], groups: ["identity", "shared", "resolution"], to: { column: "owner" },
    ends: ["case.assign", "handoff.accept"], why: "Whoever answers for a case sees it." },
  { id: "sh.case_key", on: "case.assign", give: "key", in: ["core"], groups: ["identity", "shared"], to: { column: "owner" },
    ends: ["case.assign", "handoff.accept"], why: "A case is worked on with its account in sight." },
  { id: "sh.approval", on: "approval.ask", give: "record", in: ["sales"], beyond: true, groups: ["identity", "shared", "terms"],
    to: { holds: "discount_approver" }, ends: ["approval.decide", "approval.withdraw"], maxDays: 14, why: "Nobody can judge a discount without the deal." },
  { id: "sh.passed", on: "approval.decide", give: "record", in: ["sales"], beyond: true, groups: ["identity", "shared", "terms"],
    to: { holds: "discount_approver" }, ends: ["approval.decide", "approval.withdraw"], maxDays: 14, why: "Who is asked instead sees as much." },
  { id: "sh.task", on: "task.assign", give: "record", groups: ["identity", "shared"], to: { column: "owner" }, ends: ["task.assign", "task.complete", "handoff.accept"],
    why: "Whoever does the next act sees what it is about." },
  { id: "sh.task_made", on: "task.create", give: "record", groups: ["identity", "shared"], to: { column: "owner" }, ends: ["task.assign", "task.complete", "handoff.accept"],
    why: "Whoever does the next act sees it." },
  { id: "sh.owner", on: "opportunity.assign", give: "record", groups: ["identity", "shared", "qualification", "terms"], to: { column: "owner" },
    ends: ["opportunity.assign", "handoff.accept"], keep: "device", why: "Whoever answers for a deal sees it, prices too." },
  { id: "sh.owner_key", on: "opportunity.assign", give: "key", in: ["core"], groups: ["identity", "shared"], to: { column: "owner" },
    ends: ["opportunity.assign", "handoff.accept"], why: "Whoever answers for a deal sees the account around it." },
  { id: "sh.lead", on: "lead.assign", give: "record", in: ["sales"], groups: ["identity", "shared", "qualification"], to: { column: "owner" },
    ends: ["lead.assign", "handoff.accept"], why: "Whoever follows up a lead sees what was said." },
  { id: "sh.lead_key", on: "lead.assign", give: "key", in: ["core"], groups: ["identity", "shared"], to: { column: "owner" },
    ends: ["lead.assign", "handoff.accept"], why: "A lead is followed up with its account in sight." },
  { id: "sh.won", on: "opportunity.advance", give: "record", groups: ["identity", "shared", "terms"], to: { holds: "finance" }, ends: ["opportunity.advance"],
    why: "What was won is billed." },
  { id: "sh.commission", on: "opportunity.set_commission", give: "record", groups: ["identity", "compensation"], to: { column: "owner" }, ends: [], why: "Pay follows the person." },
  { id: "sh.hand", on: "record.share", give: "record", groups: ["identity", "shared"], to: { member: true }, ends: ["share.end"], maxDays: 30, why: "Letting somebody in by name, for a while." },
  { id: "sh.hand_key", on: "account.share", give: "key", in: ["core"], groups: ["identity", "shared"], to: { member: true }, ends: ["share.end"], maxDays: 30,
    why: "Letting somebody in by name, for a while." },
  { id: "sh.mention", on: "comment.add", give: "record", groups: ["identity", "shared"], to: { member: true }, ends: ["share.end"], maxDays: 30,
    why: "Somebody is asked to look." },
];

/** Who may move what where, by what a stage is for; organisations write their own for their own pipelines. */
// prettier-ignore
const stages: readonly StageRule[] = [
  { id: "st.out", pipeline: "*", roles: sales, reach: "all", from: ["*"], why: "Whoever works a sale moves it." },
  { id: "st.open", pipeline: "*", roles: sales, reach: "all", to: ["outcome:open"], why: "Whoever works a sale moves it." },
  { id: "st.lost", pipeline: "*", roles: sales, reach: "all", to: ["outcome:lost"], gates: { require: ["outcomeCode"] },
    why: "Why it was lost is said at once." },
  { id: "st.won", pipeline: "*", roles: sales, reach: "all", to: ["outcome:won"],
    gates: { require: ["closeDay", "amountMinor", "outcomeCode"], approval: { kind: "discount", when: discounted } }, askTo: "sales_manager",
    why: "What is won has a day, an amount and a reason, and no large discount by one alone." },
];
// prettier-ignore
const approvals: readonly ApprovalRule[] = [
  { kind: "discount", on: "opportunity", asked: { holds: "discount_approver", reach: "region" }, sees: ["identity", "shared", "terms"],
    binds: ["amountMinor", "currency", "discountPct"], when: discounted, why: "A large discount needs a second pair of eyes." },
  { kind: "stage", on: "opportunity", asked: { holds: "sales_manager", reach: "team" }, sees: ["identity", "shared", "terms"],
    binds: ["amountMinor", "currency", "closeDay"], why: "A step that the manager wants to see first." },
  { kind: "protected_change", on: "account", asked: { holds: "sales_manager", reach: "team" }, sees: ["identity", "shared", "contract", "billing"],
    binds: ["contractEndDay", "contractTerms", "paymentTerms", "currency"], when: { present: "contractEndDay" }, why: "What was signed changes only with a second person." },
  { kind: "delete_protected", on: "account", asked: { holds: "sales_manager", reach: "team" }, sees: ["identity", "shared"],
    binds: [], why: "An account takes its history with it." },
];

export const shippedPolicy: Policy = {
  $schema: "policy/v1",
  version: 1,
  parent: null,
  author: "policy_admin",
  approver: null,
  effectiveAt: "2026-11-01T00:00:00Z",
  why: "What an organisation starts with.",
  roles,
  allow: allows,
  forbid: forbids,
  shares,
  stages,
  approvals,
  masks: {
    opportunity: {
      amountMinor: {
        kind: "band",
        steps: [10_000_00, 50_000_00, 250_000_00],
        group: "shared",
        why: "Who works around a deal knows its size, not its price.",
      },
    },
  },
  breakGlass: [
    {
      id: "bg.outage",
      to: ["support"],
      reach: "region",
      in: ["core", "service"],
      groups: ["identity", "shared", "resolution"],
      why: "Customers are down and nobody who may help can be reached.",
    },
  ],
};
