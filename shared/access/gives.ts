import type { Policy, ShareRecipe } from "./rules.ts";
import type { Gives, Slice } from "./slice.ts";

/** Acts that show beforehand who would gain sight of what, by the action that allows them. */
const announced: { readonly [action: string]: readonly string[] } = {
  escalate: ["case.escalate"],
  hand_off: ["handoff.offer", "handoff.accept"],
  accept_handoff: ["handoff.accept"],
};

/** A member's slice with what the policy's recipes say of their own acts: whom those would let in, to what, how long. */
export function withGives(policy: Policy, slice: Slice): Slice {
  const acts = new Set(slice.allow.flatMap(({ actions }) => actions.flatMap((action) => announced[action] ?? [])));
  const recipes = new Map((policy.shares ?? []).map((recipe) => [recipe.id, recipe]));
  const shares = slice.shares.map((share) => {
    const recipe = recipes.get(share.id);
    return recipe && acts.has(recipe.on) ? { ...share, gives: givesOf(recipe) } : share;
  });
  return { ...slice, shares };
}
const givesOf = ({ on, give, in: where, to, maxDays }: ShareRecipe): Gives => ({
  on,
  give,
  ...(where ? { in: where } : {}),
  ...("holds" in to ? { holds: to.holds } : {}),
  ...(maxDays === undefined ? {} : { maxDays }),
});
