/** `npm run chaos -- [--kills N] [--seed S]`: see kills.ts. Ends with 1 when anything acknowledged is not there. */
import { startCell } from "./cell.ts";
import { runKills } from "./kills.ts";
import { Member } from "./wire.ts";

const option = (name: string): string | undefined => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? undefined : process.argv[at + 1];
};
const kills = Number(option("kills") ?? 20);
const seed = Number(option("seed") ?? 1);

const cell = await startCell();
let failed = false;
try {
  const member = await Member.first(cell.url);
  const said = (so: object) => Object.entries(so).map(([name, value]) => `${name} ${value}`).join(", "); // prettier-ignore
  const so = await runKills(cell, member, {
    kills,
    seed,
    tell: (so, wrong) => {
      if (wrong.length > 0) console.log(`kill ${so.kills}: ${wrong.slice(0, 10).join("; ")}`);
      else if (so.kills % 10 === 0) console.log(said(so));
    },
  });
  failed = so.lost + so.doubled + so.shut > 0;
  console.log(`seed ${seed}: ${said(so)}`);
  if (failed) console.log(cell.log());
} finally {
  await cell.stop();
}
process.exit(failed ? 1 : 0);
