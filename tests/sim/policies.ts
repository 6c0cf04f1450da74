/** Random policies that the product would publish: few roles, any reach, groups, keep and guardrail. */
import { limits } from "../../shared/kernel/limits.ts";
import { governActions, seeActions, workActions } from "../../shared/kernel/actions.ts";
import { validatePolicy, type AllowRule, type Cond, type ForbidRule, type Policy } from "../../shared/access/policy.ts";
import type { EntityName } from "../../shared/records/entities.ts";
import type { Group } from "../../shared/records/groups.ts";
import type { MaskRule, Masks } from "../../shared/records/masked.ts";
import { Random } from "./random.ts";

const why = "For the simulation.";
const configuration: readonly EntityName[] = [
  "member",
  "team",
  "region",
  "pipeline",
  "stage",
  "queue",
  "lead_rule",
  "service_level",
];
const work: readonly EntityName[] = ["account", "account_team", "contact", "opportunity", "activity", "section"];
const groups: readonly Group[] = ["shared", "qualification", "terms", "billing", "personal", "consent", "internal"];
const reaches = ["own", "team", "region", "account_team", "participant", "all"] as const;

export function randomPolicy(random: Random, version: number): Policy {
  const role = (kind: "base" | "duty") => ({ kind, owner: "policy_admin", review: "2027-02-01", why });
  const condition = (): Cond => {
    const reach = (): Cond => ({ reach: random.pick(reaches) ?? "own" });
    const one = random.next();
    if (one < 0.6) return reach();
    if (one < 0.85) return { any: [reach(), reach()] };
    return { all: [reach(), random.chance(0.5) ? { eq: ["restricted", false] } : { in: ["team", { $m: "teams" }] }] };
  };
  const given = (share: number): Group[] => ["identity", ...random.some(groups, share)];
  const keep = (): Pick<AllowRule, "keep"> =>
    random.chance(0.45) ? { keep: "device" } : random.chance(0.15) ? { keep: "online" } : {};
  const allow: AllowRule[] = [
    {
      id: "root",
      to: ["root"],
      entity: [...configuration, ...work],
      actions: [...seeActions, ...workActions, ...governActions],
      when: { reach: "all" },
      groups: ["identity", ...groups],
      why,
    },
    {
      id: "org",
      to: ["seller", "support"],
      entity: configuration,
      actions: ["find", "read"],
      when: { reach: "all" },
      groups: ["identity", "shared"],
      keep: "device",
      why,
    },
  ];
  for (const to of ["seller", "support", "lead"]) {
    for (const entity of work) {
      const rules = random.chance(to === "lead" ? 0.3 : 0.85) ? 1 + random.below(2) : 0;
      for (let number = 0; number < rules; number += 1) {
        const within =
          entity === "activity" && random.chance(0.3)
            ? { in: [random.chance(0.5) ? ("core" as const) : ("sales" as const)] }
            : {};
        allow.push({
          id: `${to}.${entity}.${number}`,
          to: [to],
          entity,
          ...within,
          actions: ["find", "read"],
          when: condition(),
          groups: given(0.55),
          ...keep(),
          why,
        });
      }
    }
    const acts = random.some(workActions, 0.95);
    if (acts.length > 0)
      allow.push({
        id: `${to}.work`,
        to: [to],
        entity: work,
        actions: acts,
        when: random.chance(0.5) ? { reach: "all" } : condition(),
        groups: given(0.9),
        why,
      });
    if (random.chance(0.6))
      allow.push({
        id: `${to}.pass_on`,
        to: [to],
        entity: ["account"],
        actions: ["reassign"],
        when: condition(),
        groups: ["identity", "shared"],
        state: "before",
        why,
      });
  }
  const forbid: ForbidRule[] = [];
  if (random.chance(0.5)) {
    forbid.push({
      id: "guard", entity: random.chance(0.5) ? "*" : ["account", "opportunity", "contact"], actions: ["*"], when: { eq: ["restricted", true] },
      except: { any: [{ reach: random.chance(0.5) ? "own" : "account_team" }, { holds: "root" }] }, unbreakable: false, why,
      ...(random.chance(0.4) ? { groups: random.some(groups, 0.5).concat("terms") } : {}),
    }); // prettier-ignore
  }
  const policy: Policy = {
    $schema: "policy/v1",
    version,
    parent: version - 1,
    author: "root",
    approver: null,
    effectiveAt: "2026-11-24T00:00:00Z",
    why,
    ...(random.chance(0.4)
      ? {
          groups: {
            terms: { keep: "device" as const, existence: "shown" as const },
            internal: {
              keep: random.chance(0.5) ? ("online" as const) : ("device" as const),
              existence: "secret" as const,
            },
          },
        }
      : {}),
    ...(limits.followAccounts < 500 && version % 3 === 0
      ? { lower: { followAccounts: limits.followAccounts - (version % 2), followRecent: 1 } }
      : {}),
    roles: { root: role("base"), seller: role("base"), support: role("base"), lead: role("duty") },
    allow,
    forbid,
    masks: randomMasks(new Random(JSON.stringify(allow).length * 31 + version)),
    shares: (["key", "record"] as const).map((give) => ({
      id: give === "key" ? "hand" : "hand_record",
      on: give === "key" ? "account.share" : "record.share",
      give,
      groups: given(0.5),
      to: { member: true } as const,
      ends: ["share.end"],
      maxDays: 30,
      why,
      ...(random.chance(0.3) ? { keep: "device" as const } : {}),
    })),
  };
  const valid = validatePolicy(policy);
  if (!valid.ok) throw new Error(`not a policy: ${valid.error.fields?.join("; ")}`);
  return policy;
}

/** Of fields that the world edits; drawn apart, so that worlds are what they were without masks. */
function randomMasks(random: Random): Masks {
  const masks: Record<string, Record<string, MaskRule>> = {};
  const mask = (name: string, field: string, rule: Omit<MaskRule, "group" | "why">): void => {
    if (random.chance(0.4)) return;
    const group = random.pick(["identity", "shared", "shared", "qualification"] as const) ?? "shared";
    (masks[name] ??= {})[field] = { ...rule, group, why };
  };
  mask("opportunity", "discountPct", { kind: "band", steps: random.chance(0.5) ? [10, 25] : [10, 25, 40] });
  mask("contact", "mobile", { kind: "last", count: 1 + random.below(2) });
  mask("account", "paymentTerms", { kind: "set" });
  mask("activity", "internalNote", { kind: "set" });
  return masks as Masks;
}
