import * as z from "zod/mini";
import { limits } from "../kernel/limits.ts";
import { fail, ok } from "../kernel/result.ts";
import { entityOfId, type EntityName, type Row } from "../records/entities.ts";
import { emptyFields } from "../records/generic.ts";
import { defineMutation, type Fields, type Mutation, type Tx } from "../records/mutation.ts";
import { fieldsSchema } from "../records/record.ts";
import { isOpenLead, lostReasons, prospect } from "./lead.ts";

/**
 * A lead from its capture to what becomes of it. It lies under an account from the first: one that is there, or a prospect
 * that is made with it (decision 0030), so that calls, notes and tasks about it have a place and none has to move later.
 */
const id = z.string().check(z.minLength(1), z.maxLength(64));
const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(limits.textMax));
const leadOf = (tx: Tx, record: string): Row | null => (entityOfId(record) === "lead" ? tx.get(record) : null);
const isNewId = (record: string, name: EntityName): boolean => entityOfId(record) === name;

/** What is said of the organisation stands on both: the lead is told apart by it, the account keeps it. */
const known = (fields: Fields): Fields =>
  Object.fromEntries(["country", "industry", "employees"].map((key) => [key, fields[key] ?? null]));

/** LEAD-1. `company` is there when the account is to be made; then its id is new. */
const captureArgs = z.strictObject({
  id,
  account: id,
  company: z.optional(words),
  fields: fieldsSchema("lead", "create"),
});
const captureLead = defineMutation<z.infer<typeof captureArgs>>({
  name: "lead.capture@1",
  args: captureArgs,
  reads: (a) => [
    a.id,
    a.account,
    ...["owner", "region"].flatMap((key) => (typeof a.fields[key] === "string" ? [a.fields[key]] : [])),
  ],
  run: (tx, a) => {
    if (!isNewId(a.id, "lead")) return fail("invalid", { fields: ["id"] });
    if (!isNewId(a.account, "account")) return fail("invalid", { fields: ["account"] });
    const lost = ["owner", "region"].find((key) => typeof a.fields[key] === "string" && !tx.get(a.fields[key]));
    if (lost) return fail("invalid", { fields: [lost] });
    if (a.company === undefined) {
      if (!tx.get(a.account)) return fail("missing");
    } else
      tx.create("account", {
        ...emptyFields("account"),
        id: a.account,
        anchor: a.account,
        compartment: "core",
        name: a.company,
        type: prospect,
        ...known(a.fields),
        owner: tx.actor.member,
        team: tx.actor.teams[0] ?? null,
        region: tx.actor.regions[0] ?? null,
        restricted: false,
      });
    tx.create("lead", {
      ...emptyFields("lead"),
      ...(a.company === undefined ? {} : { company: a.company }),
      ...a.fields,
      ...{ status: "new", mergedInto: null, mergedAt: null, apart: null, queue: null, assigned: null },
      id: a.id,
      anchor: a.account,
      compartment: "sales",
    });
    return ok(undefined);
  },
});

/** LEAD-2: from new to working to qualified; qualified with what is needed, and by when. */
const qualifyArgs = z.strictObject({
  id,
  to: z.enum(["working", "qualified"]),
  need: z.optional(words),
  timeline: z.optional(words),
});
const qualifyLead = defineMutation<z.infer<typeof qualifyArgs>>({
  name: "lead.qualify@1",
  args: qualifyArgs,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const lead = leadOf(tx, a.id);
    if (!lead) return fail("missing");
    if (!isOpenLead(lead["status"]) || lead["status"] === a.to) return fail("version_conflict", { fields: ["status"] });
    const said = {
      ...(a.need === undefined ? {} : { need: a.need }),
      ...(a.timeline === undefined ? {} : { timeline: a.timeline }),
    };
    const after: Partial<Row> = { ...lead, ...said };
    // Hidden, or on no device: the edge knows, or nobody here may say it.
    const lacks = (["need", "timeline"] as const).filter((key) => after[key] === null || after[key] === "");
    if (a.to === "qualified" && lacks.length > 0)
      return fail("invalid", { fields: lacks, detail: "Say what they need, and by when." });
    tx.edit(a.id, { ...said, status: a.to, outcomeReason: null }, "qualify");
    return ok(undefined);
  },
});

const disqualifyArgs = z.strictObject({ id, reason: z.enum(lostReasons), words: z.optional(words) });
const disqualifyLead = defineMutation<z.infer<typeof disqualifyArgs>>({
  name: "lead.disqualify@1",
  args: disqualifyArgs,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const lead = leadOf(tx, a.id);
    if (!lead) return fail("missing");
    if (!isOpenLead(lead["status"])) return fail("version_conflict", { fields: ["status"] });
    const set = { status: "disqualified", lostReason: a.reason, outcomeReason: a.words ?? null };
    tx.edit(a.id, set, "disqualify");
    return ok(undefined);
  },
});

const reopenArgs = z.strictObject({ id });
const reopenLead = defineMutation<z.infer<typeof reopenArgs>>({
  name: "lead.reopen@1",
  args: reopenArgs,
  reads: (a) => [a.id],
  run: (tx, a) => {
    const lead = leadOf(tx, a.id);
    if (!lead) return fail("missing");
    if (lead["status"] !== "disqualified") return fail("version_conflict", { fields: ["status"] });
    tx.edit(a.id, { status: "working", lostReason: null, outcomeReason: null }, "qualify");
    return ok(undefined);
  },
});

/**
 * LEAD-3: what a qualified lead becomes, in one batch: an account that is no prospect any more, or another that was there
 * all along (`into`), a contact in it, made or found, and an opportunity in the first stage of its pipeline.
 */
const convertArgs = z.strictObject({
  id,
  account: id, // whose lead it is
  into: id, // the same, or the account that it turned out to be
  contact: z.optional(z.strictObject({ id, name: z.optional(words), title: z.optional(words) })), // a name: it is made
  opportunity: z.optional(
    z.strictObject({ id, name: words, pipeline: id, stage: id, closeDay: z.optional(z.string()) }),
  ),
});
const convertLead = defineMutation<z.infer<typeof convertArgs>>({
  name: "lead.convert@1",
  args: convertArgs,
  reads: (a) => [
    a.id,
    a.account,
    a.into,
    ...(a.contact ? [a.contact.id] : []),
    ...(a.opportunity ? [a.opportunity.id, a.opportunity.pipeline, a.opportunity.stage] : []),
  ],
  run: (tx, a) => {
    const lead = leadOf(tx, a.id);
    const into = isNewId(a.into, "account") ? tx.get(a.into) : null;
    if (lead?.anchor !== a.account || !into) return fail("missing");
    if (lead["status"] !== "qualified") return fail("version_conflict", { fields: ["status"] });
    if (a.contact) {
      if (!isNewId(a.contact.id, "contact")) return fail("invalid", { fields: ["contact"] });
      if (a.contact.name === undefined) {
        if (tx.get(a.contact.id)?.anchor !== a.into) return fail("invalid", { fields: ["contact"] });
      } else
        tx.create("contact", {
          ...emptyFields("contact"),
          id: a.contact.id,
          anchor: a.into,
          compartment: "core",
          name: a.contact.name,
          title: a.contact.title ?? null,
          email: lead["email"] ?? null,
          phone: lead["phone"] ?? null,
          leadSource: lead["leadSource"] ?? null,
          marketingConsent: lead["marketingConsent"] ?? null,
        });
    }
    if (a.opportunity) {
      const stage = tx.get(a.opportunity.stage);
      if (!isNewId(a.opportunity.id, "opportunity")) return fail("invalid", { fields: ["opportunity"] });
      if (stage?.["pipeline"] !== a.opportunity.pipeline || stage["outcome"] !== "open")
        return fail("invalid", { fields: ["stage"] });
      tx.create("opportunity", {
        ...emptyFields("opportunity"),
        id: a.opportunity.id,
        anchor: a.into,
        compartment: "sales",
        name: a.opportunity.name,
        pipeline: a.opportunity.pipeline,
        stage: a.opportunity.stage,
        closeDay: a.opportunity.closeDay ?? null,
        need: lead["need"] ?? null,
        decisionMaker: a.contact?.id ?? null,
        ...(into["owner"] === tx.actor.member ? {} : { owner: tx.actor.member }),
      });
    }
    const became = {
      becameAccount: a.into,
      becameContact: a.contact?.id ?? null,
      becameOpportunity: a.opportunity?.id ?? null,
    };
    tx.edit(a.id, { status: "converted", ...became }, "qualify");
    if (into["type"] === prospect) tx.edit(a.into, { type: null });
    return ok(undefined);
  },
});

export const leadMutations: readonly Mutation[] = [captureLead, qualifyLead, disqualifyLead, reopenLead, convertLead];
