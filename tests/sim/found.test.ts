/** What the simulation found, each as the shortest story that shows it. They stay, whatever becomes of its seeds. */
import { expect, it } from "vitest";
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
