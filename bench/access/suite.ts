import { shippedPolicy } from "../../shared/access/templates.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { installPeers } from "../lib/peers.ts";
import { one, rowsOf, say, type BenchRow, type Figure, type SuiteResult } from "../lib/report.ts";
import type { Options } from "../run.ts";
import { decisions, making, maskRecords, masks, type Measured } from "./decisions.ts";
import { edge } from "./edge.ts";
import { preview } from "./preview.ts";
import { caslParameters, engineBytes, sliceBytes, whereSizes } from "./sizes.ts";
import { crowdedRules, crowdedWorld, shippedWorld } from "./world.ts";

/** What the product promises of its access engine. Limits that stand in shared/kernel/limits.ts are read from there. */
const targets = { toCasl: 0.5, maskNs: 2e6, rowsToPage: 3, engineBytes: 8_000, previewNs: 2e9, rowsToKey: 2 };

const atMost = (name: string, value: number, most: number, show: (value: number) => string, more = ""): Figure => ({
  name,
  target: `at most ${show(most)}`,
  measured: more === "" ? show(value) : `${show(value)} (${more})`,
  met: value <= most,
});
const times = (value: number): string => say(value, "ratio");
const bytes = (value: number): string => say(value, "bytes");
const size = (
  name: string,
  value: number,
  unit: BenchRow["unit"],
  peers: readonly (readonly [string, number])[] = [],
): BenchRow[] =>
  rowsOf(name, "", unit, new Map([["baton", one(value)], ...peers.map(([peer, its]) => [peer, one(its)] as const)]));

export async function accessSuite({ full, progress }: Options): Promise<SuiteResult> {
  const peers = installPeers("access");
  const rounds = full ? 200 : 40;
  const each = full ? 1_000 : 300;
  progress("decisions under the shipped policy");
  const shipped = decisions("shipped policy", shippedWorld(each), 25, rounds);
  progress(`decisions under ${crowdedRules} rules on one entity`);
  const crowded = decisions(`${crowdedRules} rules on one entity`, crowdedWorld(each), 5, rounds);
  progress("masks");
  const masked = masks(shippedWorld(maskRecords, { actions: ["read"] }), rounds);
  const made = making(shippedPolicy, shippedWorld(1), rounds);
  progress("bytes and parameters");
  const [slice, where, theirs, engine] = [sliceBytes(), whereSizes(), caslParameters(), await engineBytes()];
  progress("preview of a publish");
  const previewed = preview(full ? 10 : 3, full ? 50 : 8);
  const members = full ? 200 : 40;
  progress(`lists of 100,000 records and a publish to ${members} members, in workerd`);
  const read = await edge(members);

  const ratio = ({ times: by }: Measured): number =>
    (by.get("baton")?.median ?? Number.NaN) / (by.get("casl")?.median ?? 0);
  const maskNs = masked.times.get("baton")?.median ?? Number.NaN;
  const figures: Figure[] = [
    atMost("decision, shipped policy, of CASL's time", ratio(shipped), targets.toCasl, times),
    atMost(`decision, ${crowdedRules} rules on one entity, of CASL's time`, ratio(crowded), targets.toCasl, times),
    atMost(`mask of ${maskRecords} records`, maskNs, targets.maskNs, (ns) => say(ns, "ns")),
    atMost(
      "parameters of a list's condition, widest member",
      where.parameters,
      limits.whereParametersMax,
      String,
      `CASL: ${theirs.most}`,
    ),
    atMost("list, narrow member: D1 rows read to rows shown", read.list.narrow, targets.rowsToPage, times),
    atMost("list, wide member: D1 rows read to rows shown", read.list.wide, targets.rowsToPage, times),
    atMost("slice of the policy, widest member", slice.most, limits.sliceBytesMax, bytes, slice.who),
    atMost("engine in the client without the table of records, gzip", engine, targets.engineBytes, bytes),
    atMost("preview of a publish, 50 members, 20,000 records", previewed.ns, targets.previewNs, (ns) => say(ns, "ns")),
    atMost("publish: D1 rows read to keys held", read.publish, targets.rowsToKey, times),
  ];
  return {
    suite: "access",
    rounds,
    peers,
    rows: [
      ...shipped.rows,
      ...crowded.rows,
      ...masked.rows,
      ...made,
      ...size("parameters of a list's condition, widest member", where.parameters, "count", [["casl", theirs.most]]),
      ...size("text of a list's condition, widest member", where.textBytes, "bytes"),
      ...size("slice of the policy, widest member", slice.most, "bytes"),
      ...size("engine in the client without the table of records, gzip", engine, "bytes"),
      ...previewed.rows,
      ...read.rows,
    ],
    figures,
    checks: [...shipped.checks, ...crowded.checks, ...masked.checks, ...previewed.checks, ...read.checks],
    notes: [
      "Every subject starts from the same rules with the member's facts already in them. Peers get flat documents in which what hangs on the clock (live shares, account team) is worked out beforehand; the engine does that within its time.",
      "floor: for each action and entity the one expression that a programmer would write by hand, made by `new Function`.",
      "Cedar is asked fewer questions, one at a time, with its policies parsed beforehand (`statefulIsAuthorized`).",
      `CASL's condition for the ${theirs.entity} list is counted as the values in \`rulesToAST\`: each is a parameter of the statement, and D1 allows 100.`,
      "D1 rows are those of the whole request, session and policy version included, as `meta.rows_read` says in workerd.",
      `Two pages of each list are compared with the engine's answer over all ${"100,000"} keys; of a publish, every key told anew was held and has changed.`,
    ],
  };
}
