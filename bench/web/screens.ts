/** Every screen by itself: what moves while it comes, and what Lighthouse says of it on a phone. */
import { loadPeer } from "../lib/peers.ts";
import type { BenchRow, Figure } from "../lib/report.ts";
import type { Device } from "./device.ts";
import { atMost, check, row, type Part, type Run } from "./parts.ts";

interface Screen {
  readonly name: string;
  readonly path: string;
  /** What it has when it is there. */
  readonly ready: string;
}
async function screensOf({ world }: Device): Promise<readonly Screen[]> {
  const { items } = (await world.ana.record("/api/accounts?limit=1&sort=name")) as unknown as { items: readonly { id: string }[] }; // prettier-ignore
  const account = `/accounts/${items[0]?.id ?? ""}`;
  return [
    { name: "Today", path: "/", ready: "main [data-row]" },
    { name: "Accounts", path: "/accounts", ready: "[role=row][aria-rowindex]" },
    { name: "Pipeline", path: "/pipeline", ready: "[data-card]" },
    { name: "an account", path: account, ready: "#main :is(h1, h2, button)" },
    { name: "its notes", path: `${account}/notes`, ready: "#main :is(h1, h2, button)" },
    { name: "its opportunities", path: `${account}/opportunities`, ready: "#main :is(h1, h2, button)" },
    { name: "People", path: "/contacts", ready: "#main :is(h1, h2, button)" },
    { name: "Leads", path: "/leads", ready: "#main :is(h1, h2, button)" },
    { name: "Cases", path: "/cases", ready: "#main :is(h1, h2, button)" },
    { name: "Handoffs", path: "/handoffs", ready: "#main :is(h1, h2, button)" },
    { name: "Settings", path: "/settings", ready: "#main :is(h1, h2, button)" },
  ];
}
const whole = ["Today", "Accounts", "Pipeline"];

export async function shifts({ device, progress }: Run): Promise<Part> {
  const found: { readonly name: string; readonly moved: number }[] = [];
  const wrong: string[] = [];
  for (const [size, width, height] of [
    ["desk", 1360, 900],
    ["phone", 390, 844],
  ] as const)
    // prettier-ignore
    for (const { name, path, ready } of await screensOf(device)) {
      progress(`what moves on ${name}, ${size}`);
      const page = await device.blank();
      await page.setViewportSize({ width, height });
      await page.addInitScript(() => {
        const state = { moved: 0, by: [] as string[] };
        Object.assign(globalThis, { shift: state });
        interface Shift extends PerformanceEntry {
          readonly value: number;
          readonly hadRecentInput: boolean;
          readonly sources: readonly { readonly node: Node | null }[];
        }
        // Windows as the metric has them: at most a second between two shifts, and five in all.
        let [sum, start, last] = [0, 0, 0];
        new PerformanceObserver((list) => {
          for (const entry of list.getEntries() as Shift[]) {
            if (entry.hadRecentInput) continue;
            if (entry.startTime - last > 1_000 || entry.startTime - start > 5_000) [sum, start] = [0, entry.startTime];
            last = entry.startTime;
            sum += entry.value;
            state.moved = Math.max(state.moved, sum);
          }
        }).observe({ type: "layout-shift", buffered: true });
      });
      await page.goto(device.world.url + path);
      await page
        .locator(ready)
        .first()
        .waitFor()
        .catch(() => wrong.push(`${name}, ${size}: not there`));
      await page.waitForTimeout(1_000);
      const { moved } = await page.evaluate(() => (globalThis as unknown as { shift: { moved: number } }).shift);
      found.push({ name: `${name}, ${size}`, moved });
      await page.close();
    }
  const most = found.toSorted((a, b) => b.moved - a.moved)[0] ?? { name: "", moved: 0 };
  return {
    rows: found.flatMap(({ name, moved }) => row(`layout shift: ${name}`, "count", [moved])),
    figures: [{ ...atMost("layout shift, the most of all screens", most.moved, 0.02, "count"), measured: `${most.moved.toFixed(3)} (${most.name})` }], // prettier-ignore
    checks: [check("what the screen has", "screens opened", found.length, wrong)],
    notes: [],
  };
}

interface Report {
  readonly finalDisplayedUrl: string;
  readonly runtimeError?: { readonly message: string };
  readonly categories: { readonly [name: string]: { readonly score: number | null; readonly auditRefs: readonly { readonly id: string; readonly weight: number }[] } };
  readonly audits: { readonly [name: string]: { readonly score: number | null; readonly numericValue?: number } };
} // prettier-ignore
type Lighthouse = (url: string, flags: object) => Promise<{ readonly lhr: Report } | undefined>;

export async function lighthouse({ device, full, progress }: Run): Promise<Part> {
  const { default: measure } = loadPeer<{ default: Lighthouse }>("web", "lighthouse");
  const rows: BenchRow[] = [];
  const figures: Figure[] = [];
  const wrong: string[] = [];
  const notes: string[] = [];
  let runs = 0;
  const least = { name: "", score: 100 };
  const access = { name: "", score: 100 };
  for (const { name, path } of await screensOf(device)) {
    const scores: number[] = [];
    const values = { "first large paint": [] as number[], "thread blocked": [] as number[] };
    for (let round = 0; round < (whole.includes(name) ? (full ? 5 : 2) : 1); round += 1) {
      progress(`Lighthouse on ${name}, round ${round + 1}`);
      const url = device.world.url + path;
      const result = await measure(url, { port: device.port, logLevel: "silent", onlyCategories: ["performance", "accessibility"], disableFullPageScreenshot: true }); // prettier-ignore
      if (!result) throw new Error("Lighthouse gives no report");
      const { lhr } = result;
      runs += 1;
      if (lhr.runtimeError) wrong.push(`${name}: ${lhr.runtimeError.message}`);
      if (new URL(lhr.finalDisplayedUrl).pathname !== path) wrong.push(`${name}: ended at ${lhr.finalDisplayedUrl}`);
      const score = (category: string): number => Math.round((lhr.categories[category]?.score ?? 0) * 100);
      scores.push(score("performance"));
      values["first large paint"].push(lhr.audits["largest-contentful-paint"]?.numericValue ?? Number.NaN);
      values["thread blocked"].push(lhr.audits["total-blocking-time"]?.numericValue ?? Number.NaN);
      if (score("accessibility") < access.score) Object.assign(access, { name, score: score("accessibility") });
      const faults = (lhr.categories["accessibility"]?.auditRefs ?? []).filter(({ id, weight }) => weight > 0 && lhr.audits[id]?.score === 0); // prettier-ignore
      if (faults.length > 0 && round === 0) notes.push(`Accessibility of ${name}: ${faults.map(({ id }) => id).join(", ")}.`); // prettier-ignore
    }
    rows.push(...row(`Lighthouse, phone: ${name}`, "count", scores));
    for (const [what, ms] of Object.entries(values)) rows.push(...row(`Lighthouse, phone: ${name}: ${what}`, "ms", ms));
    const score = Math.min(...scores);
    if (whole.includes(name))
      figures.push({ name: `Lighthouse, phone: ${name}`, target: "at least 95", measured: String(score), met: score >= 95 }); // prettier-ignore
    else if (score < least.score) Object.assign(least, { name, score });
  }
  figures.push(
    { name: "Lighthouse, phone: the least of the others", target: "at least 90", measured: `${least.score} (${least.name})`, met: least.score >= 90 },
    { name: "Lighthouse: accessibility, the least of all", target: "100", measured: access.score === 100 ? "100" : `${access.score} (${access.name})`, met: access.score === 100 },
  ); // prettier-ignore
  return { rows, figures, checks: [check("the address asked for", "runs of Lighthouse", runs, wrong)], notes };
}
