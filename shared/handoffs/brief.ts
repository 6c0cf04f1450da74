import { emptyFields } from "../records/generic.ts";
import { defineMutation, type Mutation, type Tx } from "../records/mutation.ts";
import type { Row } from "../records/entities.ts";

/**
 * The brief of a handoff: a section of kind `handoff` that is written by who answers for what changes hands, the giver
 * until it is taken, then the receiver (SHARE-9): of an account whoever owns that, so nobody is named; of a single record
 * its `owner`. Its id is the handoff's with another kind, so that it is known to
 * every act and made on a device, offline too.
 */
export const briefOf = (handoff: string): string => handoff.replace("_han_", "_sec_");

/** The brief as the actor sees it; null: there is none, or another section took its id. */
export function findBrief(tx: Tx, handoff: Pick<Row, "id" | "anchor">): Row | null {
  const brief = tx.get(briefOf(handoff.id));
  const isIt = brief?.["about"] === handoff.id && brief["sectionKind"] === "handoff" && brief.anchor === handoff.anchor;
  return isIt ? brief : null;
}

export function createBrief(
  tx: Tx,
  { id, anchor, about, name }: { id: string; anchor: string; about: unknown; name: unknown },
): void {
  const { member } = tx.actor;
  const isMyAccount = (about ?? anchor) === anchor && tx.get(anchor)?.["owner"] === member;
  tx.create("section", {
    ...emptyFields("section"),
    id: briefOf(id),
    anchor,
    compartment: "handoff",
    title: String(name),
    sectionKind: "handoff",
    group: "handoff",
    about: id,
    owner: isMyAccount ? null : member,
    gen: 1,
    schema: 1,
  });
}

/** A handoff is made together with its brief, or not at all. */
export function withBrief(create: Mutation): Mutation {
  interface Args {
    readonly id: string;
    readonly anchor: string;
    readonly fields: { readonly name: string; readonly about?: unknown };
  }
  const base = create as unknown as Mutation<Args>;
  return defineMutation<Args>({
    ...base,
    reads: (a) => [...base.reads(a), a.anchor, briefOf(a.id)],
    run(tx, a) {
      const made = base.run(tx, a);
      if (made.ok) createBrief(tx, { id: a.id, anchor: a.anchor, about: a.fields.about, name: a.fields.name });
      return made;
    },
  });
}
