/** What must not be lost: an edit when its page is killed, and either value when two write one field. */
import type { Locator } from "playwright-core";
import type { Figure } from "../lib/report.ts";
import { chip, field, patience, sent, type } from "./device.ts";
import { check, type Part, type Run } from "./parts.ts";

const always = (name: string, wrong: readonly string[]): Figure => ({
  name, target: "always", measured: wrong.length === 0 ? "always" : `not always (${wrong.length})`, met: wrong.length === 0,
}); // prettier-ignore
const there = (what: Locator): Promise<boolean> => what.waitFor(patience).then(() => true, () => false); // prettier-ignore

export async function killed({ device, full, progress }: Run): Promise<Part> {
  const wrong = { online: [] as string[], offline: [] as string[] };
  const rounds = full ? 10 : 3;
  for (let round = 0; round < rounds; round += 1)
    for (const network of ["online", "offline"] as const) {
      progress(`a page is killed ${network}, round ${round + 1}`);
      const id = device.world.account(100 + round);
      const value = `Kept ${network} ${round}`;
      const page = await device.open(`/accounts/${id}`);
      if (network === "offline") await device.offline(true);
      await type(page, "City", value);
      await page.waitForTimeout(300);
      const crashed = new Promise((resolve) => page.once("crash", resolve));
      void (await device.cdp(page)).send("Page.crash").catch(() => undefined);
      await crashed;
      await page.close();
      const again = await device.open(`/accounts/${id}`);
      if (!(await there(field(again, "City", value)))) wrong[network].push(`round ${round}: not on the device`);
      await device.offline(false);
      await sent(again);
      const city = (await device.world.ana.record(`/api/accounts/${id}`))["city"];
      if (city !== value) wrong[network].push(`round ${round}: the cell has ${String(city)}`);
      await again.close();
      await device.sleep(); // Chromium ends by itself some time after a crash of its only page
      await device.wake();
    }
  return {
    rows: [],
    figures: (["online", "offline"] as const).map((network) => always(`an edit survives a kill of its page 0.3 s after it, ${network}`, wrong[network])), // prettier-ignore
    checks: (["online", "offline"] as const).map((network) => check("what was typed", `device and cell after a kill, ${network}`, rounds * 2, wrong[network])), // prettier-ignore
    notes: [],
  };
}

export async function twoMembers({ device, full, progress }: Run): Promise<Part> {
  const { world } = device;
  const wrong: string[] = [];
  const rounds = full ? 6 : 3;
  const page = await device.open("/accounts");
  for (let round = 0; round < rounds; round += 1) {
    progress(`two members on one field, round ${round + 1}`);
    // A field that asks: both wrote the close day, she without a network.
    const id = world.opportunity(200 + round);
    await page.goto(`${world.url}/pipeline?peek=${id}`);
    await device.isWhole(page);
    const peek = page.getByRole("complementary", { name: "Opportunity" });
    await peek.waitFor();
    const base = (await world.ana.record(`/api/opportunities/${id}`))["closeDay"];
    await device.offline(true);
    await field(page, "Close date").click();
    await peek.locator('input[type="date"]').fill("2028-03-05");
    await page.keyboard.press("Enter");
    await chip(page, /saved on this device/i).waitFor(patience);
    await world.marcus.mutate("opportunity.edit@1", id, { closeDay: "2028-04-07" }, { closeDay: base });
    await device.offline(false);
    const both = peek.getByText(/^Both changed\. Yours: “Mar 5, 2028”/);
    if (!(await there(both))) wrong.push(`close day, round ${round}: hers is not said`);
    if (!(await there(field(page, "Close date", "Apr 7, 2028"))))
      wrong.push(`close day, round ${round}: his is not shown`);
    const stored = (await world.ana.record(`/api/opportunities/${id}`))["closeDay"];
    if (stored !== "2028-04-07") wrong.push(`the cell has ${String(stored)}`);
    await peek.getByRole("button", { name: "Keep theirs" }).click();
    await both.waitFor({ state: "detached" });

    // A field in which the last one stays: he wrote over hers without having seen it.
    const account = world.account(200 + round);
    await page.goto(`${world.url}/accounts/${account}`);
    await device.isWhole(page);
    const city = (await world.ana.record(`/api/accounts/${account}`))["city"];
    await type(page, "City", `Hers ${round}`);
    await field(page, "City", `Hers ${round}`).waitFor();
    await sent(page);
    await world.marcus.mutate("account.edit@1", account, { city: `His ${round}` }, { city });
    const told = page.getByText(new RegExp(`^Marcus .* changed this without having seen yours: “Hers ${round}”$`));
    if (!(await there(told))) wrong.push(`city, round ${round}: hers is not said`);
    if (!(await there(field(page, "City", `His ${round}`)))) wrong.push(`city, round ${round}: his is not shown`);
    await page.getByRole("button", { name: "Keep theirs" }).click();
    await told.waitFor({ state: "detached" });
  }
  await page.close();
  return {
    rows: [],
    figures: [always("two members on one field: both values are kept and said", wrong)],
    checks: [check("what both typed", "screen and cell after two wrote one field", rounds * 6, wrong)],
    notes: [],
  };
}
