import * as z from "zod/mini";
import { fail, ok } from "../kernel/result.ts";
import { defineMutation, type Fields } from "./mutation.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));
const list = z.array(z.string().check(z.minLength(1), z.maxLength(80))).check(z.maxLength(32));

/** Facts about a member, from which rights follow; moved by those who manage members, never by an edit. */
const factsArgs = z.strictObject({
  id,
  teams: z.optional(list),
  regions: z.optional(list),
  employment: z.optional(z.enum(["active", "suspended", "left"])),
});
export const setMemberFacts = defineMutation<z.infer<typeof factsArgs>>({
  name: "member.set_facts@1",
  args: factsArgs,
  reads: (a) => [a.id],
  run: (tx, { id: member, ...set }) => {
    if (!tx.get(member)) return fail("missing");
    tx.edit(member, given(set), "manage_member");
    return ok(undefined);
  },
});

const dutiesArgs = z.strictObject({
  id,
  base: z.optional(z.string().check(z.minLength(1), z.maxLength(40))),
  duties: z.optional(list),
});
export const assignDuties = defineMutation<z.infer<typeof dutiesArgs>>({
  name: "member.assign@1",
  args: dutiesArgs,
  reads: (a) => [a.id],
  run: (tx, { id: member, ...set }) => {
    if (!tx.get(member)) return fail("missing");
    if (member === tx.actor.member) return fail("denied", { detail: "Nobody changes their own duties." });
    tx.edit(member, given(set), "assign_duty");
    return ok(undefined);
  },
});

const emailArgs = z.strictObject({
  id,
  email: z.string().check(z.trim(), z.toLowerCase(), z.maxLength(254), z.regex(/^[^\s@]+@[^\s@]+\.[^\s@]+$/u)),
});
/** The address is how somebody signs in, so it is moved by two persons, and ends their sessions. */
export const setMemberEmail = defineMutation<z.infer<typeof emailArgs>>({
  name: "member.set_email@1",
  args: emailArgs,
  reads: (a) => [a.id],
  run: (tx, { id: member, email }) => {
    if (!tx.get(member)) return fail("missing");
    tx.edit(member, { email }, "manage_member");
    return ok(undefined);
  },
});

const given = (set: Fields): Fields =>
  Object.fromEntries(Object.entries(set).filter(([, value]) => value !== undefined));
