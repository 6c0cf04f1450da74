/**
 * Who may move what where under the shipped policy, on the demo's pipelines, as one table: judged as the edge judges,
 * with the sentence that the member reads. `CRM_WRITE=1` writes the table anew; its difference is for review.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readDemoFiles } from "../../demo/files.ts";
import { demoOrganisation } from "../../demo/organisation.ts";
import { bind, type Place } from "../../shared/access/engine.ts";
import { examples } from "../../shared/access/examples.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { judge, type Drafted } from "../../shared/approvals/gates.ts";
import type { DomainError } from "../../shared/kernel/result.ts";
import type { Row } from "../../shared/records/entities.ts";
import { emptyFields } from "../../shared/records/generic.ts";
import type { Fields, Tx } from "../../shared/records/mutation.ts";
import { project } from "../../shared/records/record.ts";
import { reasonsFor } from "../../shared/pipeline/reasons.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { unmetWords } from "../../web/shell/unmet-words.ts";
import { whyWords } from "../../web/shell/sync-words.ts";

const file = fileURLToPath(new URL("stage-table.txt", import.meta.url));
const now = Date.parse("2026-11-24T10:00:00Z");
const advance = mutations.get("opportunity.advance@1");
const under = { anchor: "org", compartment: "core", createdAt: 0, createdBy: "m" };

/** The demo's own, with their sources for ids. */
const config = demoOrganisation(readDemoFiles(), "2026-11-24")
  .flatMap(({ rows }) => rows)
  .filter(({ entity }) => entity === "pipeline" || entity === "stage")
  .map(({ entity, source, fields, refs }) => ({ entity, row: { ...under, ...fields, ...refs, id: source } as Row }));
const of = (entity: string): Row[] => config.filter((one) => one.entity === entity).map(({ row }) => row);
const stagesOf = (pipeline: string): Row[] => of("stage").filter((stage) => stage["pipeline"] === pipeline);

const sound: Fields = { closeDay: "2026-12-01", amountMinor: 4_000_00, currency: "EUR", discountPct: 5 };
const states: readonly (readonly [string, Fields])[] = [
  ["with a day, an amount and a discount of 5 %", sound],
  ["without a close day, with a discount of 18 %", { ...sound, closeDay: null, discountPct: 18 }],
];
const me = (facts: { readonly member: string }): string => facts.member;

type Outcome = "yes" | "unseen" | { readonly why: string };
/** As the edge judges (worker/sync/plan.ts): the mutation over what is seen, rights before and after, then the gates. */
function outcome(person: (typeof examples)[number], place: Place, fields: Fields, from: Row, to: Row): Outcome {
  const bound = bind(shippedPolicy, person.facts);
  const before = { ...emptyFields("opportunity"), ...under, ...fields, id: "local_opp_1", anchor: "acc", compartment: "sales",
    name: "Renewal", pipeline: from["pipeline"], stage: from.id, stageSince: 0 } as Row; // prettier-ignore
  const mask = bound.recordMask("opportunity", before, place, now);
  const seen = project("opportunity", before, mask);
  if (!seen) return "unseen";
  const rows = new Map<string, Row>([...config.map(({ row }) => [row.id, row] as const), [before.id, seen]]);
  let set: Fields = {};
  const reasons = (reasonsFor as Readonly<Record<string, readonly string[]>>)[String(to["outcome"])];
  const tx: Partial<Tx> = {
    now,
    edge: true,
    actor: { member: me(person.facts), teams: [], regions: [] },
    get: (id) => rows.get(id) ?? null,
    edit: (_id, more) => void (set = { ...set, ...more }),
    share: () => undefined,
    endShares: () => undefined,
  };
  // The reason is asked in the same sheet: what else is missing is the question here.
  const args = { id: before.id, from: from.id, to: to.id, ...(reasons ? { outcomeCode: reasons[0] } : {}) };
  const ran = advance?.run(tx as Tx, args);
  if (!ran?.ok) return { why: words(ran?.error ?? { code: "missing" }) };
  const after = { ...before, ...set } as Row;
  const state = (row: Row) => ({ compartment: "sales" as const, place, row });
  const decision = bound.decideWrite("advance", "opportunity", state(before), state(after), Object.keys(set), now);
  if (!decision.allowed) return { why: decision.why };
  const draft: Drafted = { op: "edit", entity: "opportunity", id: before.id, before, after, named: Object.keys(set) };
  const judged = judge([draft], { bound, mutation: "opportunity.advance@1", now, edge: true, place: () => place, whole: (id) => (id === before.id ? after : rows.get(id)), reads: [] }); // prettier-ignore
  return judged.ok ? "yes" : { why: words(judged.error) };
}
const words = (error: DomainError): string => unmetWords(error).join(" · ") || error.detail || whyWords(error.code);

function table(): string {
  const out = [
    "Who may move what where under the shipped policy, on the demo's pipelines.",
    "Rows: where it is; columns: where it would go. + yes, . the same stage, a letter: no, and what the member reads.",
    "The reason for an end is asked in the same sheet as the move, so it is given here.",
  ];
  for (const pipeline of of("pipeline"))
    for (const [name, fields] of states) {
      out.push("", `## ${String(pipeline["name"])}, ${name}`);
      const same = new Map<string, string[]>();
      for (const person of examples)
        for (const [where, owner] of [["own account", person.facts.member], ["account of the team", "somebody"]] as const) {
          const place: Place = {
            anchor: { id: "acc", owner, team: person.facts.teams[0] ?? null, region: person.facts.regions[0] ?? null, restricted: false },
            accountTeam: [],
            shares: [],
          };
          const text = matrix(stagesOf(pipeline.id), (from, to) => outcome(person, place, fields, from, to));
          same.set(text, [...(same.get(text) ?? []), `${person.role}, ${where}`]);
        } // prettier-ignore
      for (const [text, who] of same) out.push("", ...who.map((one) => `# ${one}`), text);
    }
  return `${out.join("\n")}\n`;
}

function matrix(stages: readonly Row[], ask: (from: Row, to: Row) => Outcome): string {
  const cells = stages.map((from) => stages.map((to) => (from === to ? "same" : ask(from, to))));
  const asked = cells.flat().filter((cell) => cell !== "same");
  if (asked.every((cell) => cell === "unseen")) return "does not see it";
  const whys = [...new Set(asked.flatMap((cell) => (typeof cell === "object" ? cell.why : [])))];
  if (whys.length === 1 && asked.every((cell) => typeof cell === "object")) return `never: ${whys[0]}`;
  const letter = (why: string): string => String.fromCodePoint(97 + whys.indexOf(why));
  const sign = (cell: Outcome | "same"): string =>
    cell === "same" ? "." : cell === "yes" ? "+" : cell === "unseen" ? "?" : letter(cell.why);
  const name = (stage: Row): string => String(stage["name"]);
  const wide = Math.max(...stages.map((stage) => name(stage).length));
  const line = (first: string, rest: readonly string[]): string =>
    `${first.padEnd(wide)}  ${rest.map((one, at) => one.padEnd(name(stages[at] as Row).length)).join("  ")}`.trimEnd();
  return [
    line("", stages.map(name)),
    ...stages.map((from, at) => line(name(from), (cells[at] ?? []).map(sign))),
    ...whys.map((why) => `${letter(why)}: ${why}`),
  ].join("\n");
}

test("[PIPE-8] every role, stage and move of the shipped policy is as the table says, in the words of the screen", () => {
  const made = table();
  if (process.env["CRM_WRITE"]) writeFileSync(file, made);
  expect(made).toBe(readFileSync(file, "utf8"));
});
