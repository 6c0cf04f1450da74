/**
 * `npm run chaos -- [kills|trace|idle|slow|frames] [--kills N] [--frames N] [--seed S]`: see the file of each name; all
 * unless one is said.
 * Ends with 1 when anything that was acknowledged is not there.
 */
import { startCell } from "./cell.ts";
import { judgeFrames } from "./frames.ts";
import { idle } from "./idle.ts";
import { runKills } from "./kills.ts";
import { readSlowly } from "./slow.ts";
import { replayUntil } from "./trace.ts";
import { Member } from "./wire.ts";

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const only = ["kills", "trace", "idle", "slow", "frames"].find((part) => process.argv[2] === part);
const does = (part: string): boolean => only === undefined || only === part;
const kills = Number(option("kills") ?? 20);
const seed = Number(option("seed") ?? 1);
const said = (so: object): string => Object.entries(so).map(([name, value]) => `${name} ${value}`).join(", "); // prettier-ignore

let failed = false;
if (does("frames")) {
  const so = judgeFrames({ frames: Number(option("frames") ?? 100_000), seed });
  failed ||= so.thrown + so.partly > 0;
  console.log(`frames, seed ${seed}: ${said(so)}`);
}
if (only === "frames") process.exit(failed ? 1 : 0);

const cell = await startCell();
try {
  const member = await Member.first(cell.url);
  if (does("kills")) {
    const so = await runKills(cell, member, {
      kills,
      seed,
      tell: (so, wrong) => {
        if (wrong.length > 0) console.log(`kill ${so.kills}: ${wrong.slice(0, 10).join("; ")}`);
        else if (so.kills % 10 === 0) console.log(said(so));
      },
    });
    failed ||= so.lost + so.doubled + so.shut > 0;
    console.log(`kills, seed ${seed}: ${said(so)}`);
  }
  if (does("trace")) {
    const startedAt = Date.now();
    const { texts, expected, slept } = await replayUntil(cell, member, Infinity);
    const equal = texts.filter((text) => text === expected).length;
    failed ||= equal !== texts.length || !slept;
    console.log(`trace: ${equal} of ${texts.length} texts equal its end, slept ${slept}, ms ${Date.now() - startedAt}`);
  }
  if (does("idle")) {
    const { between, slept, after, toWriter } = await idle(cell, member, { sockets: 20, ms: 60_000 });
    failed ||= between !== 0 || !slept || toWriter !== 1 || after.some((frames) => frames !== 1);
    console.log(
      `idle: frames in a quiet minute ${between}, slept ${slept}, frames after an edit ${[toWriter, ...after].join(" ")}`,
    );
  }
  if (does("slow")) {
    const so = await readSlowly(member, { megabytes: 40 });
    failed ||= so.code !== 4513 || !so.bounded || !so.equal;
    console.log(`slow: ${said(so)}`);
  }
  if (failed) console.log(cell.log());
} finally {
  await cell.stop();
}
process.exit(failed ? 1 : 0);
