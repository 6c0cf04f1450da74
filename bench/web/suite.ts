/** What a member feels in the browser: a real cell, a real Chromium, and far more on the device than a seller has. */
import { cpus, loadavg } from "node:os";
import { buildWeb } from "../../scripts/lib/build.mjs";
import { weights } from "../../scripts/lib/budgets.mjs";
import { installPeers } from "../lib/peers.ts";
import type { SuiteResult } from "../lib/report.ts";
import type { Options } from "../run.ts";
import { accountsHere, Device } from "./device.ts";
import { killed, twoMembers } from "./kept.ts";
import { atMost, row, type Part, type Run } from "./parts.ts";
import { lighthouse, shifts } from "./screens.ts";
import { board, cold, keys, lists, routes } from "./speed.ts";
import { followed, startWorld } from "./world.ts";

/** Of the build, by what its own budgets are checked with. */
function bytes(): Part {
  const { parts } = weights();
  const most = (kind: string): number => Math.max(...parts.filter(({ what }) => what.startsWith(kind)).map((part) => part.bytes)); // prettier-ignore
  const asked = [["shell JS", 60_000], ["route", 40_000], ["editor", 165_000], ["CSS", 15_000]] as const; // prettier-ignore
  return {
    rows: [...asked.map(([kind]) => kind), "engine", "Latin font", "precache"].flatMap((kind) =>
      row(kind === "route" || kind === "editor" ? `the largest ${kind}` : kind, "bytes", [most(kind)]),
    ),
    figures: asked.map(([kind, target]) => atMost(kind === "route" ? "the largest route" : kind, most(kind), target, "bytes")), // prettier-ignore
    checks: [],
    notes: [],
  };
}

// Lighthouse last: it clears what the service worker keeps.
const parts: readonly ((run: Run) => Promise<Part>)[] = [
  keys,
  routes,
  lists,
  board,
  shifts,
  killed,
  twoMembers,
  cold,
  lighthouse,
];

export async function webSuite({ full, progress }: Options): Promise<SuiteResult> {
  const peers = installPeers("web");
  progress("the build");
  const failed = await buildWeb();
  if (failed !== null) throw new Error(`The web client does not build:\n${failed}`);
  progress("a cell with the demo organisation");
  const world = await startWorld();
  try {
    progress("a device with its copy");
    const device = await Device.start(world);
    try {
      const done: Part[] = [bytes()];
      for (const part of parts) done.push(await part({ device, full, progress }));
      return {
        suite: "web",
        rounds: full ? 9 : 3,
        peers,
        rows: done.flatMap((part) => part.rows),
        figures: done.flatMap((part) => part.figures),
        checks: done.flatMap((part) => part.checks),
        notes: [
          `One device of a seller: the demo organisation, ${followed.accounts.toLocaleString("en")} accounts of her own with ${followed.opportunities.toLocaleString("en")} opportunities by the sync, and accounts put on its disk up to ${accountsHere.toLocaleString("en")} (a device follows at most 5,000). Headless Chromium without a graphics card, 1360 x 900, the board at 1920 x 900.`,
          "To paint: from the event's own stamp until a frame that shows the answer has been drawn; the clock is read after it, so that one frame (16.7 ms) is the least. Throttle: Chromium's own, the thread at a quarter of its speed.",
          "Keys: arrows in the list of accounts and on the board, the palette, a letter in a field. Routes: clicks from one screen to the next with everything in memory, the first round not counted; there when the rows are.",
          "Sort and search: each round a page just opened. The first text sort is by country, which nobody asked for before; the order by name is the one that the list opens with.",
          "Board: a column is scrolled 6,000 points at 3,000 a second by the browser's own gesture; the time between frames. A place without a card: in the middle of the column, when the frame is drawn.",
          "A dropped card: from letting go until it is in the other column; then the cell, the counts and what was pushed are looked at.",
          "Cold and offline: the whole browser is closed and started again without a network, from the beginning of the navigation.",
          "Killed: the page's process ends 0.3 s after Enter; the value is looked for on the screen of a new page, and in the cell. Two members: the colleague writes over the wire. His close day comes while she is offline, and her card must name both; his city goes over hers unseen, and the field must show his and say hers.",
          "Layout shift as the metric counts it, from opening until a second after the screen is there, at 1360 and 390 points; what lies on the device is the same.",
          "Lighthouse: its own phone and its own simulated throttle, on the same device, the worst of its rounds; scripts and styles are fetched anew each time, as it does by default. It notices no empty table: rows are looked for by the other parts.",
          "No product is measured beside: the open CRMs that could be can't be installed from npm. For reading only, from the study before this product, on another machine and with a data engine of its own left out: Lighthouse on a phone 99 on Today, 91 on Accounts with 50,000 rows, 98 on Pipeline; 50,000 rows with solid-table, and with an index of its own: back to the list 112-114 and 56-69 ms, sort by name 247-296 and 94-103 ms, at 4x throttle back 266-349 and 197-273 ms.",
          `The machine's load was ${loadavg()[0]?.toFixed(1)} at the end, on ${cpus().length} cores. All times are those of a clock on the wall: what else the machine does is in them.`,
          ...done.flatMap((part) => part.notes),
        ],
      };
    } finally {
      await device.stop();
    }
  } finally {
    await world.stop();
  }
}
