/** What the simulation found, each as the shortest story that shows it. They stay, whatever becomes of its seeds. */
import { expect, it } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import { idOf, north, pagesOf, Story } from "./story.ts";

it("[case 6] [SYNC-E1] what is followed until an end is dropped at that end, though the right to see it goes on", async () => {
  const story = await new Story().begin();
  const until = story.edge.time + 10_000;
  await story.act("account_team.create@1", {
    id: idOf("atm"),
    anchor: story.account,
    fields: { member: story.ana, until },
  });
  await story.sync();
  expect(story.holds).toBe(true);
  story.edge.time = until;
  await story.device.tick();
  expect(story.holds).toBe(false);
});

it("[SYNC-5] a share to a team ends for a member who leaves the team", async () => {
  const story = await new Story().begin();
  story.edge.sql("update member set regions = '[]' where id = ?", story.ana);
  await story.act("member.set_facts@1", { id: story.ana, teams: [story.team] });
  story.edge.share("s1", story.account, "core", story.team, 3, null, null);
  await story.sync();
  expect(story.holds).toBe(true);
  await story.act("member.set_facts@1", { id: story.ana, teams: [] });
  await story.sync();
  expect(story.holds).toBe(false);
});

it("[SYNC-3] nothing is made under a deleted account, and the words become a card", async () => {
  const story = await new Story().begin();
  await story.device.follow(story.account, "open");
  await story.sync();
  const id = idOf("con");
  expect(
    await story.device.mutate("contact.create@1", { id, anchor: story.account, fields: { name: "Noor" } }),
  ).not.toBeNull();
  await story.act("account.delete@1", { id: story.account });
  await story.sync();
  expect(story.edge.sql("select id from contact")).toEqual([]);
  expect([...story.device.replica.table("attention").values()]).toMatchObject([
    { code: "missing", mine: { name: "Noor" } },
  ]);
});

it("[case 23] [SYNC-P8] a device whose clock is ahead drops early, and has it back with the next page", async () => {
  const story = await new Story().begin();
  await story.act("account_team.create@1", {
    id: idOf("atm"),
    anchor: story.account,
    fields: { member: story.ana, until: story.edge.time + 10_000 },
  });
  await story.sync();
  expect(story.holds).toBe(true);
  story.device.skew = 20_000;
  await story.device.boot();
  expect(story.holds).toBe(false);
  await story.sync();
  expect([story.holds, story.device.replica.table("want").size, story.device.replica.table("ask").size]).toEqual([true, 0, 0]); // prettier-ignore
  await story.device.boot(); // nor is it dropped again, though its clock is as wrong as before
  expect(story.holds).toBe(true);
});

it("[SYNC-P5] a full page that leaves no room for a wanted key says that there is more", () =>
  pagesOf(2, async () => {
    const story = await new Story().begin();
    await story.device.follow(story.account, "open");
    const contacts = [await story.contact(), await story.contact()];
    await story.sync();
    const other = idOf("acc");
    const fields = { name: "Other", owner: story.ana, region: north };
    await story.act("account.create@1", { id: other, anchor: other, fields });
    await story.device.pull(); // its key is wanted from here on
    for (const id of contacts) await story.act("contact.edit@1", { id, set: { name: "Nour" } });
    expect(story.device.replica.table("want").size).toBeGreaterThan(0);
    expect(await story.device.pull()).toBe("more");
  }));

/** Somebody writes before the nth round trip of a pull that compares; answers which keys were compared, and the drift. */
async function comparedWhile(nth: number, set: Record<string, string>): Promise<{ checks: unknown; drift: number }> {
  const story = await new Story().begin();
  await story.device.follow(story.account, "open");
  const contact = await story.contact();
  await story.sync();
  story.edge.time += limits.checkEveryMs;
  await story.device.pull(); // from here on a day has passed
  let left = nth;
  story.edge.d1.between = async () => {
    if ((left -= 1) !== 0) return;
    story.edge.d1.between = null;
    await story.act("contact.edit@1", { id: contact, set });
  };
  await story.device.pull();
  story.edge.d1.between = null;
  const last = story.device.page?.lines.at(-1);
  const key = story.device.replica.keyOf(contact) ?? "";
  const { drift } = story.device;
  await story.sync();
  story.exact();
  return { checks: last?.t === "page" && last.checks ? key in last.checks : "none", drift };
}
it("[SYNC-K1] a key that changes before the member's eyes while it is compared is left out, and is no drift", async () => {
  const compared = [];
  for (let nth = 1; nth <= 8; nth += 1) {
    const { checks, drift } = await comparedWhile(nth, { title: "Boss" });
    expect([nth, drift]).toEqual([nth, 0]);
    compared.push(checks);
  }
  expect(compared).toContain(true); // before it was read, or after all was
  expect(compared).toContain(false); // in between
});
it("[SYNC-K1] what is hidden leaves no key out", async () => {
  for (let nth = 1; nth <= 8; nth += 1)
    expect([nth, await comparedWhile(nth, { mobile: "+1 555" })]).toEqual([nth, { checks: true, drift: 0 }]);
});
