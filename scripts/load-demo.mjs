/**
 * Loads the demo organisation into a running cell: `node scripts/load-demo.mjs --url http://localhost:8787`.
 * Answers at once when it is there already; loading again after an interruption goes on where it stopped.
 * `CRM_DEMO_DAY` (2026-11-24) fixes the day from which the demo's days count.
 */
import { createHash, randomUUID } from "node:crypto";
import { parseArgs } from "node:util";
import { readDemoFiles } from "../demo/files.ts";
import { demoOrganisation, handoffSource } from "../demo/organisation.ts";
import { loader, managerOf, memberSource, peopleRows, seconder } from "../demo/people.ts";
import { openHandoffs, restrictedAccounts } from "../demo/showcase.ts";
import { idOfSource, seedOf } from "../shared/exchange/import-plan.ts";
import { movable } from "../shared/handoffs/movable.ts";
import { isDay } from "../shared/kernel/clock.ts";
import { protocolVersion } from "../shared/sync/protocol.ts";
import { call, demoSignIn, Refused } from "./crm/api.ts";
import { progressOf, sendRows } from "./crm/send.ts";

const { values } = parseArgs({ options: { url: { type: "string", default: "http://localhost:8787" } } });
try {
  await load(values.url, process.env.CRM_DEMO_DAY || new Date().toISOString().slice(0, 10));
} catch (error) {
  if (!(error instanceof Refused)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function load(url, day) {
  if (!isDay(day)) throw new Refused(`CRM_DEMO_DAY must be a day such as 2026-11-24, not "${day}".`);
  const state = await call(url, {}, "GET", "/api/demo/state");
  if (state.body.loaded) return;
  const { cell } = state.body;

  await call(url, {}, "POST", "/api/demo/bootstrap", { people: peopleRows() });
  const steward = await demoSignIn(url, loader);
  const batches = demoOrganisation(readDemoFiles(), day);
  const total = batches.reduce((sum, { rows }) => sum + rows.length, 0);
  const start = Date.now();
  const tell = progressOf(total);
  let done = 0;
  for (const { name, rows } of batches) {
    const send = () =>
      sendRows(url, steward, `Demo: ${name}`, rows, (sent) => tell(`Loading the demo, ${name}`, done + sent));
    let report = await send();
    if (report.approvals.length > 0) {
      // Colleagues with a role wait for a second person here too. What was named before it was there is found now.
      const second = await demoSignIn(url, seconder);
      for (const id of report.approvals)
        await call(url, second, "POST", `/api/approvals/${id}/decide`, { decision: "approve" });
      report = await send();
    }
    const [first] = report.errors;
    if (first)
      throw new Refused(
        `The demo's ${name} were refused, first ${first.source}: ${first.code} ${first.fields.join(", ")}`,
      );
    done += rows.length;
  }
  for (const one of openHandoffs) if (one.state === "draft") await offer(url, cell, one);
  for (const { account, by } of restrictedAccounts) await restrict(url, cell, account, by);
  await call(url, {}, "POST", "/api/demo/loaded", {});
  process.stderr.write(
    `The demo organisation is loaded: ${done} records in ${((Date.now() - start) / 1_000).toFixed(1)} s.\n`,
  );
}

/** Restricting is the owner's own act, and comes last: afterwards the steward can't see the account any more. */
async function restrict(url, cell, account, by) {
  await act(url, by, "account.restrict@1", { id: idOf(cell, account), restricted: true });
}
/** So is offering, which lets the receiver in. */
async function offer(url, cell, { key, account, from, to }) {
  const manager = managerOf(to);
  await act(url, from, "handoff.offer@1", {
    id: idOf(cell, handoffSource(key)),
    account: idOf(cell, account),
    about: idOf(cell, account),
    to: idOf(cell, memberSource(to)),
    ...(manager ? { late: idOf(cell, memberSource(manager)) } : {}),
    moves: [...movable],
  });
}
function idOf(cell, source) {
  return idOfSource(cell, source, createHash("sha256").update(seedOf(cell, source)).digest().subarray(0, 13));
}
async function act(url, by, name, args) {
  const { body } = await call(url, await demoSignIn(url, by), "POST", "/sync/push", {
    v: protocolVersion,
    device: randomUUID(),
    client: randomUUID(),
    seen: 0,
    muts: [{ n: 1, name, args, at: Date.now() }],
  });
  const [result] = body.results;
  if (!result?.ok) throw new Refused(`${name} by ${by} was refused: ${result?.code} ${result?.detail ?? ""}`);
}
