import type { Action } from "../kernel/actions.ts";
import type { Compartment } from "../records/compartments.ts";
import { entityNames, type EntityName } from "../records/entities.ts";
import type { Group, Keep } from "../records/groups.ts";
import type { Masks } from "../records/masked.ts";

/**
 * The policy as data. It is validated whole before anything is bound to it: an unknown name, key or operator is an
 * error at publish and never a skipped condition at run time. Rules with their ids: docs/spec/access.md.
 */
export const reaches = ["own", "team", "region", "account_team", "participant", "all"] as const;
export type Reach = (typeof reaches)[number];

/** Facts that a literal may stand for: `{"$m": "member"}`. */
export const factNames = ["member", "base", "duties", "teams", "regions"] as const;
export type FactName = (typeof factNames)[number];
export type Literal = string | number | boolean;
export type FactRef = { readonly $m: FactName };

export type Cond =
  | { readonly all: readonly Cond[] }
  | { readonly any: readonly Cond[] }
  | { readonly not: Cond }
  | { readonly reach: Reach }
  | { readonly holds: string }
  | { readonly eq: readonly [string, Literal | FactRef] }
  | { readonly in: readonly [string, readonly Literal[] | FactRef] }
  | { readonly gte: readonly [string, Literal] }
  | { readonly lt: readonly [string, Literal] }
  | { readonly present: string };

export interface AllowRule {
  readonly id: string;
  readonly to: readonly string[];
  readonly entity: EntityName | readonly EntityName[];
  /** Compartments; absent: all in which the entity lives. */
  readonly in?: readonly Compartment[] | undefined;
  readonly actions: readonly Action[];
  readonly when: Cond;
  /**
   * Of which state a write rule asks; absent: of both. `before` is for giving away: whoever passes a record on holds it
   * before and not after. Guardrails are asked of both states all the same.
   */
  readonly state?: "before" | undefined;
  readonly groups: readonly Group[];
  /** How far what this rule gives may travel; absent: the group's default, and `online` where the rule has no bounded reach. */
  readonly keep?: "online" | "device" | undefined;
  /** Told to members: names no record, role or threshold. */
  readonly why: string;
  /** The role whose holder can help when this rule does not match. */
  readonly askTo?: string | undefined;
  /** What a write rule tells about a value that its roles can't read. */
  readonly discloses?: string | undefined;
}

export interface ForbidRule {
  readonly id: string;
  readonly entity: EntityName | readonly EntityName[] | "*";
  readonly in?: readonly Compartment[] | undefined;
  readonly actions: readonly Action[] | readonly ["*"];
  /** Absent: all groups. */
  readonly groups?: readonly Group[] | undefined;
  readonly when: Cond;
  readonly except?: Cond | undefined;
  readonly unbreakable: boolean;
  readonly why: string;
  readonly discloses?: string | undefined;
}

export interface Role {
  readonly kind: "base" | "duty";
  readonly owner: string;
  readonly review: string;
  readonly why: string;
  readonly assignableBy?: readonly string[] | undefined;
}

/** What a mutation may give to whom by name. A share counts for its groups ∩ those of its recipe today. */
export interface ShareRecipe {
  readonly id: string;
  readonly on: string;
  readonly give: "record" | "key";
  readonly in?: readonly Compartment[] | undefined;
  readonly beyond?: boolean | undefined;
  readonly groups: readonly Group[];
  readonly keep?: "online" | "device" | undefined;
  readonly to: { readonly column: string } | { readonly holds: string } | { readonly member: true };
  readonly ends: readonly string[];
  readonly maxDays?: number | undefined;
  readonly why: string;
}

/** Stages by id, by name, as `outcome:open` `outcome:won` `outcome:lost`, or `*`. Ids survive a renaming. */
export type StageNames = readonly string[];

/**
 * Rights in and between stages. A pipeline that no rule names moves by its allow rules alone; else a move needs, besides
 * them, a rule that lets out of X (`from`) and one that lets into Y (`to`), with the gates of both met.
 */
export interface StageRule {
  readonly id: string;
  /** By id or name, or `*`. */
  readonly pipeline: string;
  readonly roles: readonly string[];
  readonly reach: Reach;
  readonly from?: StageNames | undefined;
  readonly to?: StageNames | undefined;
  readonly gates?:
    | {
        /** Fields that must hold a value in the state after. */
        readonly require?: readonly string[] | undefined;
        /** Somebody else has said yes to just this state; `when` asks of the state after, absent: always. */
        readonly approval?: { readonly kind: string; readonly when?: Cond | undefined } | undefined;
        readonly handoff?: "none" | "accepted" | undefined;
      }
    | undefined;
  /** In the stages of `to`: roles that only read, and fields that nobody edits. */
  readonly after?:
    | { readonly readOnlyFor?: readonly string[] | undefined; readonly locks?: readonly string[] | undefined }
    | undefined;
  /** Stages in which the roles may only do what follows; once any rule names a stage for a role, what it leaves out is not allowed. */
  readonly in?: StageNames | undefined;
  readonly edit?: readonly Group[] | undefined;
  readonly create?: boolean | undefined;
  readonly delete?: boolean | undefined;
  readonly why: string;
  readonly askTo?: string | undefined;
  /** What a gate tells about a value that its roles can't read. */
  readonly discloses?: string | undefined;
}

/** Who is asked when somebody else must say yes, what they see of the subject, and which values the yes is bound to. */
export interface ApprovalRule {
  readonly kind: string;
  /** `organisation`: about rights, not about a record. */
  readonly on: EntityName | "organisation";
  readonly asked: { readonly holds: string; readonly reach: Reach };
  readonly sees: readonly Group[];
  readonly binds: readonly string[];
  /** When it is needed at all, of the state after; absent: always. */
  readonly when?: Cond | undefined;
  readonly expiresDays?: number | undefined;
  readonly why: string;
}

/** What somebody may open alone in an emergency, for a short while and in sight of all whom it concerns. */
export interface BreakGlassRule {
  readonly id: string;
  readonly to?: readonly string[] | undefined;
  readonly reach: "region" | "team" | "all";
  readonly in: readonly Compartment[];
  readonly groups: readonly Group[];
  readonly why: string;
}

/** Numbers that a policy may set lower than `limits`, never higher. */
export const lowerable = {
  grantDefaultDays: "grantDefaultDays",
  grantMaxDays: "grantMaxDays",
  grantRenewals: "grantRenewalsMax",
  senderKeepsDays: "senderKeepsDays",
  shareDays: "shareDays",
  escalationShareDays: "escalationShareDays",
  doneTaskShareDays: "doneTaskShareDays",
  coverDays: "coverDaysMax",
  breakGlassMinutes: "breakGlassMinutes",
  approvalOpenDays: "approvalOpenDays",
  approvalUnusedDays: "approvalUnusedDays",
  exportRows: "exportRowsAlone",
  reassignPerDay: "reassignPerDayAlone",
  reviewDays: "reviewDays",
  leaseHours: "leaseHours",
  followAccounts: "followAccounts",
  followRecent: "followRecent",
  followPinned: "followPinned",
  lockMinutes: "lockIdleMinutes",
} as const;
export type Lowerable = keyof typeof lowerable;

interface SectionRule {
  readonly kind: string;
  readonly compartment: Compartment;
  readonly group: Group;
}

export interface Policy {
  readonly $schema: "policy/v1";
  readonly version: number;
  readonly parent: number | null;
  readonly author: string;
  readonly approver: string | null;
  readonly effectiveAt: string;
  readonly why: string;
  readonly compartments?: Partial<Record<Compartment, { readonly queue?: string | undefined }>> | undefined;
  readonly groups?: Partial<Record<Group, { readonly keep: Keep; readonly existence: "shown" | "secret" }>> | undefined;
  readonly roles: { readonly [name: string]: Role };
  readonly allow: readonly AllowRule[];
  readonly forbid: readonly ForbidRule[];
  readonly shares?: readonly ShareRecipe[] | undefined;
  readonly stages?: readonly StageRule[] | undefined;
  readonly approvals?: readonly ApprovalRule[] | undefined;
  readonly breakGlass?: readonly BreakGlassRule[] | undefined;
  readonly sections?: readonly SectionRule[] | undefined;
  /** The only way in which a value crosses into a wider group: as a band, by its last characters, or as there or not. */
  readonly masks?: Masks | undefined;
  readonly lower?: Partial<Record<Lowerable, number>> | undefined;
}

/** Columns of the anchor's row: the only ones that a rule on reading may compare, so that one key decides for all its records. */
export const anchorColumns = ["restricted", "region", "team"] as const;
export const isAnchorColumn = (name: string): name is (typeof anchorColumns)[number] =>
  (anchorColumns as readonly string[]).includes(name);

export const entitiesOf = (rule: {
  readonly entity: EntityName | readonly EntityName[] | "*";
}): readonly EntityName[] =>
  rule.entity === "*" ? entityNames : typeof rule.entity === "string" ? [rule.entity] : rule.entity;
