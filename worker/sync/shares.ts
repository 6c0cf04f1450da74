import type { Policy, ShareRecipe } from "../../shared/access/policy.ts";
import { dayMs } from "../../shared/kernel/limits.ts";
import { fail, ok, type Result } from "../../shared/kernel/result.ts";
import { compartments, type Compartment } from "../../shared/records/compartments.ts";
import { entitiesAt, entity as entityOf, type Row } from "../../shared/records/entities.ts";
import { allGroups, groupBit, hasGroup, maskOf, type Mask } from "../../shared/records/groups.ts";
import type { ShareAsk, ShareEnd } from "../../shared/records/mutation.ts";
import type { Actor } from "../context.ts";
import type { HeldShare, Stored, StoredPlace } from "../db/rows.ts";

/**
 * Who is let in by name, by which act. An act asks; the policy's recipes for that act say what is given, to whom, how
 * long and until when. Nothing is given to the actor, nor what the actor can't read, unless the recipe says `beyond`, and
 * then only to holders of a duty (ACCESS-R33). Pure.
 */
export interface ShareWrite {
  readonly before: HeldShare | null;
  /** Null: it ends now. */
  readonly after: HeldShare | null;
}
export interface ShareScene {
  readonly actor: Actor;
  readonly policy: Policy | null;
  /** `noun.verb` of the mutation. */
  readonly act: string;
  readonly now: number;
  /** Records and places as the mutation leaves them, and as it found them. */
  readonly present: (id: string) => Stored | undefined;
  readonly found: (id: string) => Stored | undefined;
  readonly place: (anchor: string) => StoredPlace | undefined;
}

export function endShares(
  scene: ShareScene,
  shares: ReadonlyMap<string, HeldShare>,
  cause: string,
  end: ShareEnd,
): ShareWrite[] {
  const recipes = new Map((scene.policy?.shares ?? []).map((recipe) => [recipe.id, recipe]));
  return [...shares.values()].flatMap((share): ShareWrite[] => {
    if (share.cause !== cause || (end.to !== undefined && share.to !== end.to)) return [];
    const recipe = recipes.get(share.recipe);
    if (!end.all && recipe && !recipe.ends.includes(scene.act)) return []; // of a recipe that is gone nothing is left
    if (end.at === undefined) return [{ before: share, after: null }];
    const sooner = share.until === null || share.until > end.at;
    return sooner ? [{ before: share, after: { ...share, until: end.at } }] : [];
  });
}

export function giveShares(scene: ShareScene, shares: ReadonlyMap<string, HeldShare>, ask: ShareAsk): Result<ShareWrite[]> {
  const record = scene.present(ask.record);
  const place = record && scene.place(record.row.anchor);
  if (!record || !place || !scene.present(ask.cause)) return fail("missing");
  const to = addressee(scene, ask, place);
  if (to === null) return fail("invalid", { fields: ["to"] });
  const writes: ShareWrite[] = [];
  for (const recipe of scene.policy?.shares ?? []) {
    if (recipe.on !== scene.act || to === "" || !isFor(scene, recipe, ask, to, place)) continue;
    for (const { compartment, mine } of targets(scene, recipe, record, place)) {
      const wanted = maskOf(recipe.groups) & (ask.groups ? maskOf(ask.groups) : allGroups) & ~groupBit("unclassified");
      const groups = isBeyond(scene, recipe) ? wanted : wanted & mine;
      if (!hasGroup(groups, "identity")) continue;
      const until = earlier(recipe.maxDays === undefined ? null : scene.now + recipe.maxDays * dayMs, ask.until ?? null);
      if (until !== null && until <= (ask.from ?? scene.now)) continue;
      const one = recipe.give === "record" ? record.row.id : null;
      const id = [recipe.id, ask.cause, to, one ?? `${place.anchor.id}:${compartment}`].join("|");
      const before = shares.get(id) ?? null;
      const after = { id, anchor: place.anchor.id, compartment, record: one, to, groups, recipe: recipe.id, from: ask.from ?? null, until, cause: ask.cause };
      writes.push({ before, after });
    }
  }
  if (ask.needed && writes.length === 0 && to !== "")
    return fail("denied", { detail: "There is no rule by which this could be shared with them." });
  return ok(writes);
} // prettier-ignore

const earlier = (left: number | null, right: number | null): number | null =>
  left === null ? right : right === null ? left : Math.min(left, right);

/** Whom a share names; "": nobody to be told, as where a region has none; null: nobody that there is. */
function addressee({ present, actor }: ShareScene, { to }: ShareAsk, place: StoredPlace): string | null {
  if (typeof to !== "string") return place.anchor.region === null ? "" : `${to.role}@${place.anchor.region}`;
  if (to === actor.member) return to;
  const known = present(to);
  if (!known || known.deletedAt !== null) return null;
  if (known.entity === "team") return to;
  return known.entity === "member" && known.row["employment"] === "active" ? to : null;
}

function isFor(scene: ShareScene, recipe: ShareRecipe, ask: ShareAsk, to: string, place: StoredPlace): boolean {
  const rule = recipe.to;
  const mine = to === scene.actor.member;
  if ("column" in rule) {
    const by = ask.named ?? ask.cause;
    const cause = scene.present(by)?.row;
    const named = (row: Row | undefined): boolean =>
      row !== undefined && (row[rule.column] ?? (rule.column === "owner" ? place.anchor.owner : null)) === to;
    // What somebody else has offered by name may be taken: nobody names themselves and takes it in one act.
    const before = scene.found(by)?.row;
    const giver = before?.["fromMember"];
    const asked = rule.column === "toMember" && scene.actor.facts.teams.some((team) => team === before?.["toTeam"]);
    if (mine) return typeof giver === "string" && giver !== to && (named(before) || asked);
    return named(cause) || named(scene.present(ask.record)?.row);
  }
  if (mine) return false;
  if ("member" in rule) return !to.includes("@");
  if (typeof ask.to !== "string") return ask.to.role === rule.holds;
  const row = scene.present(to)?.row;
  const duties = row?.["duties"];
  return row?.["base"] === rule.holds || (Array.isArray(duties) && duties.includes(rule.holds));
}

/** More than the actor sees is given to holders of a duty alone. */
const isBeyond = ({ policy }: ShareScene, recipe: ShareRecipe): boolean =>
  recipe.beyond === true &&
  "holds" in recipe.to &&
  Object.hasOwn(policy?.roles ?? {}, recipe.to.holds) &&
  policy?.roles[recipe.to.holds]?.kind === "duty";

/** What a recipe gives there, each with what the actor reads of all that it would open. */
function targets(
  { actor, now }: ShareScene,
  recipe: ShareRecipe,
  { entity, row }: Stored,
  place: StoredPlace,
): { compartment: Compartment; mine: Mask }[] {
  if (recipe.give === "record") {
    const compartment = compartments.find((name) => name === row.compartment);
    const part = entityOf(entity).part !== undefined; // nobody gets a part without the whole
    const inside = compartment && !part && (!recipe.in || recipe.in.includes(compartment));
    return inside ? [{ compartment, mine: actor.bound.recordMask(entity, row, place, now) }] : [];
  }
  return (recipe.in ?? compartments).map((compartment) => ({
    compartment,
    mine: entitiesAt(place.anchor.id, compartment)
      .filter((name) => name !== "approval") // a share of a key opens none
      .reduce((mask, name) => mask & actor.bound.readMask(name, compartment, place, now), allGroups),
  }));
}

/** The place as it is after a share was given or ended, for who comes next in the same push. */
export function placeWith(place: StoredPlace, { before, after }: ShareWrite, names: ReadonlySet<string>): StoredPlace {
  const kept = place.shares.filter(({ id }) => id !== (before ?? after)?.id);
  const shares = after && names.has(after.to) ? [...kept, after] : kept;
  return { ...place, shares, ver: before ? place.ver + 1 : place.ver };
}
