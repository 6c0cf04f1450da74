import type { Unmet } from "../../shared/kernel/result.ts";
import { isClosing, reasonsFor } from "../../shared/pipeline/reasons.ts";
import type { Row } from "../../shared/records/entities.ts";
import type { Data } from "../data/types.ts";
import { unmetWords } from "../shell/unmet-words.ts";
import { whyWords } from "../shell/sync-words.ts";
import type { Opportunity, Stage } from "./filter.ts";
import { p } from "./words.ts";

/** What would become of a move, before it is made (PIPE-7). */
export type Verdict =
  | { readonly state: "here" | "open" }
  /** Something has to be met first, and there is a way to it. */
  | { readonly state: "ask"; readonly unmet: readonly Unmet[] }
  | { readonly state: "shut"; readonly why: string };

/** `held`: the record as this device has it; only what is here can be moved. */
export function verdictOf(
  data: Pick<Data, "can" | "would">,
  held: Opportunity | undefined,
  to: Stage,
  approval: string | undefined,
): Verdict {
  if (!held) return { state: "shut", why: p("notHeld") };
  if (held.stage === to.id) return { state: "here" };
  const may = data.can("advance", held as Row);
  if (!may.allowed) return { state: "shut", why: may.why ?? whyWords("denied") };
  // The reason of an end is asked in the same sheet as the move.
  const [code] = isClosing(to.outcome) ? reasonsFor[to.outcome] : [];
  const done = data.would("opportunity.advance@1", moveArgs(held, to.id, { approval, code }));
  if (done.ok) return { state: "open" };
  const { unmet = [] } = done;
  const rule = unmet.find(({ kind }) => kind === "move");
  if (unmet.length > 0 && !rule) return { state: "ask", unmet };
  return { state: "shut", why: rule ? (unmetWords({ unmet: [rule] })[0] ?? "") : (done.detail ?? whyWords(done.code)) };
}
/** The first thing in the way, in words; undefined: nothing is. */
export const firstWords = (verdict: Verdict): string | undefined =>
  verdict.state === "shut" ? verdict.why : verdict.state === "ask" ? unmetWords(verdict)[0] : undefined;

export interface Why {
  readonly code?: string | undefined;
  readonly words?: string | undefined;
  readonly approval?: string | undefined;
}
export const moveArgs = (row: Opportunity, to: string, { code, words, approval }: Why) => ({
  id: row.id,
  from: row.stage,
  to,
  ...(approval === undefined ? {} : { approval }),
  ...(code === undefined ? {} : { outcomeCode: code }),
  ...(words === undefined ? {} : { outcomeReason: words }),
});
