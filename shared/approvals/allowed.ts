import * as z from "zod/mini";
import { fail, ok, type Result } from "../kernel/result.ts";
import { defineMutation, type Mutation, type Tx } from "../records/mutation.ts";
import { isApprovalState, stateAt, step } from "./state.ts";

const id = z.string().check(z.minLength(1), z.maxLength(64));
const more = { approval: z.optional(id), handoff: z.optional(id) };
interface More {
  readonly id: string;
  readonly approval?: string;
  readonly handoff?: string;
}

/**
 * A mutation that may need somebody else's yes. Its arguments can name the approval, which it uses up in its own batch,
 * and a handoff that was accepted. Whether they are needed and fit is judged over what it did (`gates.ts`).
 */
export function allowedBy(mutation: Mutation): Mutation {
  const args = z.extend(mutation.args as unknown as z.ZodMiniObject, more) as unknown as z.ZodMiniType<More>;
  return defineMutation<More>({
    name: mutation.name,
    args,
    ...(mutation.causes ? { causes: mutation.causes } : {}),
    reads: (a) => [...mutation.reads(a), ...(a.approval ? [a.approval] : []), ...(a.handoff ? [a.handoff] : [])],
    run: (tx, { approval, handoff: _named, ...a }) => {
      const used = approval === undefined ? ok(undefined) : use(tx, approval, a.id);
      return used.ok ? mutation.run(tx, a) : used;
    },
  });
}

/** Uses an approval up. One that was used stands for what it was bound to, and only for that: the gates compare. */
function use(tx: Tx, id: string, about: string): Result<void> {
  const approval = tx.get(id);
  if (!approval || approval["about"] !== about) return fail("missing");
  const written = approval["state"];
  if (!isApprovalState(written)) return fail("missing");
  if (written === "used") return ok(undefined);
  const expiresAt = typeof approval["expiresAt"] === "number" ? approval["expiresAt"] : null;
  const next = step(stateAt(written, expiresAt, false, tx.now), "use", "mutation");
  if (!next) return fail("gate_unmet", { fields: ["approval"], detail: "That approval is not open to be used." });
  if (approval["requester"] !== tx.actor.member) return fail("denied", { detail: "Only who asked may use it." });
  tx.edit(id, { state: next, usedAt: tx.now }, "ask");
  return ok(undefined);
}
