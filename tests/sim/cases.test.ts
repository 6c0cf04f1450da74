/**
 * What can go wrong, case by case: each failure of the design note as the shortest story that would show it, run over
 * the product's own pull, push, copy and disk. The numbers are those of docs/spec/sync.md, "What can go wrong".
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { entities, type EntityName } from "../../shared/records/entities.ts";
import type { Field } from "../../shared/records/field.ts";
import type { Group } from "../../shared/records/groups.ts";
import { WireError } from "../../web/data/wire-error.ts";
import { noFaults } from "./device.ts";
import { idOf, north, pagesOf, south, Story, storyPolicy } from "./story.ts";

async function followed(contacts = 1): Promise<{ story: Story; ids: string[] }> {
  const story = await new Story().begin();
  const ids: string[] = [];
  for (let number = 0; number < contacts; number += 1) ids.push(await story.contact(`Noor ${number}`));
  await story.device.follow(story.account, "open");
  await story.sync();
  expect(story.holds).toBe(true);
  story.exact();
  return { story, ids };
}
const rename = (story: Story, id: string, name: string) => story.act("contact.edit@1", { id, set: { name } });

it("[case 2] [SYNC-4] what is written between two pages arrives", () =>
  pagesOf(2, async () => {
    const { story, ids } = await followed(6);
    for (const id of ids) await rename(story, id, "Before");
    expect(await story.device.pull()).toBe("more");
    for (const id of ids) await rename(story, id, "Between");
    await story.contact("New");
    await story.sync();
    story.exact();
  }));

it("[case 3] [SYNC-5] a record that was let in by name leaves with its share", async () => {
  const { story, ids } = await followed();
  await story.region(south);
  story.edge.share("s1", story.account, "core", story.ana, 3, null, null, ids[0]);
  await story.sync();
  expect([story.holds, story.device.replica.confirmed(ids[0] ?? "") !== undefined]).toEqual([false, true]);
  story.edge.endShare("s1");
  await story.sync();
  expect(story.device.replica.size).toBe(0);
});

it("[case 4] [SYNC-2] what comes into sight comes whole, whatever was edited before", async () => {
  const { story, ids } = await followed(2);
  await story.region(south);
  await story.sync();
  expect(story.holds).toBe(false);
  for (const id of ids) await story.act("contact.edit@1", { id, set: { title: "Since" } });
  await story.region(north);
  for (const id of ids) await rename(story, id, "Last");
  await story.sync();
  expect(story.device.replica.confirmed(ids[0] ?? "")?.row).toMatchObject({ name: "Last", title: "Since" });
  story.exact();
});

it("[case 5] [SYNC-P2] a record that moves between two keys which are both held is held once, there and back", async () => {
  const { story, ids } = await followed(2);
  for (const share of ["s1", "s2"]) {
    story.edge.share(share, story.account, "core", story.ana, 3, null, null, ids[0]);
    await story.sync();
    story.exact();
    story.edge.endShare(share);
    await story.device.pull(); // what leaves one key stands in the other after one page
    story.exact();
  }
});

it("[case 7] [SYNC-5] with each policy the fields of its groups are there, and no others", async () => {
  const { story } = await followed(2);
  const sets: readonly (readonly Group[])[] = [
    ["identity"], ["identity", "personal"], ["identity", "shared", "consent"], ["identity", "shared", "personal", "consent"], ["identity", "shared"],
  ]; // prettier-ignore
  for (const [index, see] of sets.entries()) {
    story.edge.publish(storyPolicy(index + 2, see));
    await story.sync();
    story.exact();
  }
});

it("[case 10] a read that lags behind serves a member whose right has ended: that is why none may", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-sim-"));
  try {
    const { story } = await followed();
    const primary = story.edge.d1;
    const replica = primary.copy(join(folder, "lagging.sqlite"));
    await story.region(south);
    story.edge.use(replica);
    await story.device.pull();
    story.edge.use(primary);
    expect(() => story.exact()).toThrow(); // the harness sees it
    await story.sync();
    story.exact();
    replica.sqlite.close();
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("[case 11] [SYNC-W3] a right that ends between reading and writing writes nothing, and the words become a card", async () => {
  const { story, ids } = await followed();
  await story.device.mutate("contact.edit@1", { id: ids[0], set: { name: "Too late" } });
  story.edge.race = () => story.region(south);
  await story.sync();
  expect(story.edge.sql("select name from contact")).toEqual([{ name: "Noor 0" }]);
  expect([...story.device.replica.table("attention").values()]).toMatchObject([{ mine: { name: "Too late" } }]);
});

it("[case 12] [SYNC-1] every answer to a push is lost once, and each mutation takes effect once", async () => {
  const { story } = await followed(0);
  for (let number = 0; number < 10; number += 1)
    await story.device.mutate("contact.create@1", {
      id: idOf("con"),
      anchor: story.account,
      fields: { name: `N${number}` },
    });
  const push = story.edge.push.bind(story.edge);
  let lost = 0;
  story.edge.push = async (member, body) => {
    const answer = await push(member, { ...body, muts: body.muts.slice(0, 3) });
    if ((lost += 1) % 2 === 1) throw new WireError("retry", "answer lost");
    return answer;
  };
  await story.sync();
  expect(lost).toBeGreaterThan(3);
  expect(story.edge.sql("select count(*) as n from contact")).toEqual([{ n: 10 }]);
  expect(story.edge.sql("select count(*) as n from change where entity = 'contact'")).toEqual([{ n: 10 }]);
  expect(story.device.replica.table("outbox").size).toBe(0);
  story.exact();
});

it("[case 22] [ACCESS-1] who is given no group of a field writes none of its fields, whatever else may be written", async () => {
  const { story, ids } = await followed();
  const values: Record<string, unknown> = {
    name: "x",
    industry: "x",
    mobile: "x",
    title: "x",
    marketingConsent: "given",
  };
  let version = 1;
  let refused = 0;
  for (const [entity, id] of [
    ["contact", ids[0]],
    ["account", story.account],
  ] as const) {
    const fields = Object.entries<Field>(entities[entity as EntityName].fields).filter(
      ([name, field]) => name in values && field.of === undefined,
    );
    for (const [name, { group }] of fields) {
      const groups: readonly Group[] = ["identity", "shared", "personal", "consent"];
      for (const hidden of [group, groups.find((one) => one !== group && one !== "identity")]) {
        if (hidden === "identity") continue; // then the record itself is not there
        const see = groups.filter((one) => one !== hidden);
        const policy = storyPolicy((version += 1), see);
        const all = policy.allow.map((rule) =>
          rule.id === "work" ? { ...rule, entity: [entity as EntityName], groups: see } : rule,
        );
        story.edge.publish({ ...policy, allow: all });
        const actor = story.edge.actor(story.ana);
        if (!actor) throw new Error("Ana is active");
        const args = { id, set: { [name]: values[name] } };
        const answer = await story.edge.apply(actor, `c${version}`, "d", [
          { n: 1, name: `${entity}.edit@1`, args, at: 1 },
        ]);
        expect([entity, name, hidden, answer.results[0]?.ok]).toEqual([entity, name, hidden, hidden !== group]);
        if (hidden === group) refused += 1;
      }
    }
  }
  expect(refused).toBeGreaterThan(3);
});

it("[case 24] [SYNC-C1] a cell that was restored to yesterday starts its devices again by a new epoch, and not without", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-sim-"));
  try {
    for (const raised of [false, true]) {
      const { story, ids } = await followed(2);
      const yesterday = story.edge.d1.copy(join(folder, `${raised}.sqlite`));
      for (const id of ids) await rename(story, id, "Lost with the day");
      await story.sync();
      story.edge.use(yesterday);
      for (const id of ids) await story.act("contact.edit@1", { id, set: { title: "Today" } });
      for (let more = 0; more < 3; more += 1) await story.contact("Today");
      if (raised) story.edge.epoch += 1;
      await story.sync();
      if (raised) story.exact();
      else expect(() => story.exact()).toThrow();
      yesterday.sqlite.close();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it("[case 31] [SYNC-T1] a right that flips twice between two pulls is told as the difference that it makes", async () => {
  const { story } = await followed(2);
  for (const flips of [[south, north, south], [north], [south, north], [south, north, south, north, south]]) {
    for (const to of flips) await story.region(to);
    story.edge.share(`s${flips.length}`, story.account, "core", story.ana, 3, null, null);
    story.edge.endShare(`s${flips.length}`);
    await story.device.pull();
    for (const _ of [1, 2, 3]) await story.device.pull();
    expect(story.holds).toBe(flips.at(-1) === north);
    story.exact();
  }
});

it("[case 32] [SYNC-5] with an account everything below it leaves its holders, and comes back with it", async () => {
  const { story } = await followed(3);
  await story.act("account.delete@1", { id: story.account });
  await story.device.pull();
  expect(story.device.replica.size).toBe(0);
  await story.act("account.restore@1", { id: story.account });
  await story.sync();
  expect(story.holds).toBe(true);
  story.exact();
});

it("[case 35] [SYNC-5] a right that ends between two pages of a long pull ends on the next page", () =>
  pagesOf(2, async () => {
    const { story, ids } = await followed(6);
    for (const id of ids) await rename(story, id, "Long");
    expect(await story.device.pull()).toBe("more");
    await story.region(south);
    await story.device.pull();
    expect(story.device.replica.size).toBe(0);
  }));

it("[case 37] [SYNC-2] a right lost and regained between two pages leaves the same as before", () =>
  pagesOf(2, async () => {
    for (const between of [true, false]) {
      const { story, ids } = await followed(6);
      for (const id of ids) await rename(story, id, "Long");
      await story.device.pull();
      await story.region(south);
      if (between) await story.device.pull();
      await rename(story, ids[0] ?? "", "While it was away");
      await story.region(north);
      await story.sync();
      expect(story.holds).toBe(true);
      story.exact();
    }
  }));

it("[case 38] [SYNC-P8] what a broken-off page stripped comes back, though the right is again as the cursor says", async () => {
  const { story } = await followed(2);
  let stripped = 0;
  for (let round = 0; round < 12; round += 1) {
    story.edge.publish(storyPolicy(2 * round + 2, ["identity"]));
    story.device.faults = { ...noFaults, cut: 1 };
    await story.device.pull();
    const held = story.device.replica.confirmed(story.account)?.row;
    if (held && !("industry" in held)) stripped += 1;
    await story.device.boot(); // the power goes as well
    story.edge.publish(storyPolicy(2 * round + 3));
    story.device.faults = noFaults;
    await story.sync();
    story.exact();
  }
  expect(stripped).toBeGreaterThan(0);
});

it("[case 39] [SYNC-P10] a first sync that is killed and begun again leaves nothing of the rights of its first try", () =>
  pagesOf(2, async () => {
    const story = await new Story().begin();
    for (let number = 0; number < 5; number += 1) await story.contact();
    await story.device.follow(story.account, "open");
    for (let pages = 0; pages < 3; pages += 1) await story.device.pull();
    expect(story.device.replica.size).toBeGreaterThan(0);
    await story.region(south);
    story.edge.epoch += 1; // so that it has to begin again
    story.device.faults = { ...noFaults, kill: 1 };
    await story.device.pull();
    story.device.faults = noFaults;
    await story.sync();
    expect(story.device.replica.size).toBe(0);
    story.exact();
  }));

it("[case 41] [SYNC-T6] another key shape, also one that was changed and changed back, starts devices again", async () => {
  const { story, ids } = await followed(2);
  for (const _ of ["in", "out again"]) {
    story.edge.sql("update meta set v = v + 1 where k = 'shape'");
    await rename(story, ids[0] ?? "", "Between two shapes");
  }
  await story.device.pull();
  expect(story.device.page?.lines[0]).toEqual({ t: "reset" });
  await story.sync();
  story.exact();
});

it.each([undefined, "patch_before_in"])(
  "[case 43] [SYNC-P4] a record edited, deleted and restored across a page's cut is sent whole, not as a patch (mistake: %s)",
  (mistake) =>
    pagesOf(2, async () => {
      const { story, ids } = await followed(7);
      for (const id of ids) await rename(story, id, "Long");
      const last = ids.at(-1) ?? "";
      expect(await story.device.pull()).toBe("more");
      await story.act("contact.delete@1", { id: last });
      expect(await story.device.pull()).toBe("more");
      await story.act("contact.restore@1", { id: last });
      story.edge.bug = mistake; // a field of a record is sent before the row that it belongs to
      await story.sync();
      expect(story.device.drift > 0).toBe(mistake !== undefined); // the harness sees it
      if (mistake === undefined) story.exact();
    }),
);
