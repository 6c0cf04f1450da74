/** What the simulation found, each as the shortest story that shows it. They stay, whatever becomes of its seeds. */
import { expect, it } from "vitest";
import type { Policy } from "../../shared/access/policy.ts";
import { governActions, seeActions, workActions } from "../../shared/kernel/actions.ts";
import { limits } from "../../shared/kernel/limits.ts";
import { makeId, orgAnchor } from "../../shared/kernel/id.ts";
import { Device } from "./device.ts";
import { cell, Edge } from "./edge.ts";
import { Random } from "./random.ts";

const random = new Random(1);
const idOf = (kind: string): string => makeId(cell, kind, random.bytes(13));
const why = "For a story.";

class Story {
  readonly edge = new Edge();
  readonly ana = idOf("mem");
  readonly root = idOf("mem");
  readonly team = idOf("tea");
  readonly account = idOf("acc");
  readonly device = new Device(this.edge, "dev", this.ana, new Random(2));
  private acts = 0;

  /** Ana, a seller of one region, may hold and work on what her region has. */
  async begin(): Promise<this> {
    const { edge } = this;
    edge.sql("insert into anchor (id, restricted, ver) values (?, 0, 1)", orgAnchor(cell));
    for (const [id, base, regions] of [
      [this.root, "root", "[]"],
      [this.ana, "seller", '["north"]'],
    ] as const) {
      edge.sql(
        "insert into member (id, anchor, compartment, ver, created_at, created_by, updated_at, name, base, duties, teams, regions, employment) values (?, ?, 'core', 1, 1, ?, 1, ?, ?, '[]', '[]', ?, 'active')",
        id, orgAnchor(cell), this.root, base, base, regions,
      ); // prettier-ignore
    }
    const role = { kind: "base" as const, owner: "root", review: "2027-02-01", why };
    const work = ["account", "account_team", "contact"] as const;
    const policy: Policy = {
      $schema: "policy/v1", version: 1, parent: null, author: "root", approver: null, effectiveAt: "2026-11-24T00:00:00Z", why, roles: { root: role, seller: role }, forbid: [],
      allow: [
        { id: "root", to: ["root"], entity: ["member", "team", ...work], actions: [...seeActions, ...workActions, ...governActions], when: { reach: "all" }, groups: ["identity", "shared"], why },
        { id: "see", to: ["seller"], entity: work, actions: ["find", "read"], when: { reach: "region" }, groups: ["identity", "shared"], keep: "device", why },
        { id: "work", to: ["seller"], entity: ["contact"], actions: ["create", "edit"], when: { reach: "region" }, groups: ["identity", "shared"], why },
      ],
      shares: [{ id: "hand", on: "record.share", give: "key", groups: ["identity", "shared"], to: { member: true }, ends: [], maxDays: 30, why }],
    }; // prettier-ignore
    edge.publish(policy);
    edge.sql(
      "insert into team (id, anchor, compartment, ver, created_at, created_by, updated_at, name) values (?, ?, 'core', 1, 1, ?, 1, 'Red')",
      this.team,
      orgAnchor(cell),
      this.root,
    );
    edge.sql(
      "insert into region (id, anchor, compartment, ver, created_at, created_by, updated_at, name) values ('north', ?, 'core', 1, 1, ?, 1, 'North')",
      orgAnchor(cell),
      this.root,
    );
    await this.act("account.create@1", {
      id: this.account,
      anchor: this.account,
      fields: { name: "Acme", owner: this.root },
    });
    edge.sql("update anchor set region = 'north', ver = ver + 1 where id = ?", this.account);
    await this.device.boot();
    return this;
  }
  async act(name: string, args: Record<string, unknown>): Promise<void> {
    const actor = this.edge.actor(this.root);
    if (!actor) throw new Error("root is active");
    this.edge.time += 1;
    const answer = await this.edge.apply(actor, `root${(this.acts += 1)}`, "root", [
      { n: 1, name, args, at: this.edge.time },
    ]);
    expect(answer.results).toEqual([{ n: 1, ok: true }]);
  }
  async sync(): Promise<void> {
    for (let round = 0; round < 12; round += 1) {
      await this.device.push();
      await this.device.pull();
    }
  }
  get holds(): boolean {
    return this.device.replica.confirmed(this.account) !== undefined;
  }
}

it("[SYNC-E1] what is followed until an end is dropped at that end, though the right to see it goes on", async () => {
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

it("[SYNC-P8] a device whose clock is ahead drops early, and has it back with the next page", async () => {
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

it("[SYNC-P5] a full page that leaves no room for a wanted key says that there is more", async () => {
  const rows = limits.pageRowsMax;
  try {
    Object.assign(limits, { pageRowsMax: 2, snapshotRowsMax: 2 });
    const story = await new Story().begin();
    await story.device.follow(story.account, "open");
    const contacts = [idOf("con"), idOf("con")];
    for (const id of contacts)
      await story.act("contact.create@1", { id, anchor: story.account, fields: { name: "Noor" } });
    await story.sync();
    const other = idOf("acc");
    await story.act("account.create@1", {
      id: other,
      anchor: other,
      fields: { name: "Other", owner: story.ana },
    });
    story.edge.sql("update anchor set region = 'north', ver = ver + 1 where id = ?", other);
    await story.device.pull(); // its key is wanted from here on
    for (const id of contacts) await story.act("contact.edit@1", { id, set: { name: "Nour" } });
    expect(story.device.replica.table("want").size).toBeGreaterThan(0);
    expect(await story.device.pull()).toBe("more");
  } finally {
    (limits as { pageRowsMax: number }).pageRowsMax = rows;
  }
});
