/** A small cell for a story: Ana, a seller of one region, one account in it, and her device. */
import { expect } from "vitest";
import type { Policy } from "../../shared/access/policy.ts";
import { governActions, seeActions, workActions } from "../../shared/kernel/actions.ts";
import { makeId, orgAnchor } from "../../shared/kernel/id.ts";
import { limits } from "../../shared/kernel/limits.ts";
import type { Group } from "../../shared/records/groups.ts";
import { Device } from "./device.ts";
import { cell, Edge } from "./edge.ts";
import { mustHold } from "./oracle.ts";
import { Random } from "./random.ts";

const random = new Random(1);
export const idOf = (kind: string): string => makeId(cell, kind, random.bytes(13));
/** Ana's region. */
export const north = idOf("reg");
export const south = idOf("reg");
const why = "For a story.";
const work = ["account", "account_team", "contact"] as const;

/** `see`: the field groups that a seller may read and keep. */
export function storyPolicy(version: number, see: readonly Group[] = ["identity", "shared"]): Policy {
  const role = { kind: "base" as const, owner: "root", review: "2027-02-01", why };
  const given = ["identity", "shared"] as const;
  return {
    $schema: "policy/v1", version, parent: version - 1 || null, author: "root", approver: null, effectiveAt: "2026-11-24T00:00:00Z", why, roles: { root: role, seller: role }, forbid: [],
    allow: [
      { id: "root", to: ["root"], entity: ["member", "team", "region", ...work], actions: [...seeActions, ...workActions, ...governActions], when: { reach: "all" }, groups: ["identity", "shared", "personal", "consent", "terms"], why },
      { id: "see", to: ["seller"], entity: work, actions: ["find", "read"], when: { reach: "region" }, groups: see, keep: "device", why },
      { id: "work", to: ["seller"], entity: ["contact"], actions: ["create", "edit"], when: { reach: "region" }, groups: given, why },
    ],
    shares: [
      { id: "hand", on: "account.share", give: "key", groups: given, to: { member: true }, ends: ["share.end"], maxDays: 30, keep: "device", why },
      { id: "hand_record", on: "record.share", give: "record", groups: given, to: { member: true }, ends: ["share.end"], maxDays: 30, keep: "device", why },
    ],
  }; // prettier-ignore
}

export class Story {
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
      [this.ana, "seller", JSON.stringify([north])],
    ] as const) {
      edge.sql(
        "insert into member (id, anchor, compartment, ver, created_at, created_by, updated_at, name, base, duties, teams, regions, employment) values (?, ?, 'core', 1, 1, ?, 1, ?, ?, '[]', '[]', ?, 'active')",
        id, orgAnchor(cell), this.root, base, base, regions,
      ); // prettier-ignore
    }
    edge.publish(storyPolicy(1));
    edge.sql(
      "insert into team (id, anchor, compartment, ver, created_at, created_by, updated_at, name) values (?, ?, 'core', 1, 1, ?, 1, 'Red')",
      this.team,
      orgAnchor(cell),
      this.root,
    );
    for (const [id, name] of [
      [north, "North"],
      [south, "South"],
    ] as const)
      edge.sql(
        "insert into region (id, anchor, compartment, ver, created_at, created_by, updated_at, name) values (?, ?, 'core', 1, 1, ?, 1, ?)",
        id, orgAnchor(cell), this.root, name,
      ); // prettier-ignore
    await this.act("account.create@1", {
      id: this.account,
      anchor: this.account,
      fields: { name: "Acme", owner: this.root, region: north },
    });
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
  async contact(name = "Noor"): Promise<string> {
    const id = idOf("con");
    await this.act("contact.create@1", { id, anchor: this.account, fields: { name, title: "Chief", mobile: "1" } });
    return id;
  }
  async region(to: string): Promise<void> {
    await this.act("account.reassign@1", { id: this.account, from: this.root, to: this.root, region: to });
  }
  /** The device holds what the oracle says, neither more nor less, with its values. */
  exact(): void {
    const must = mustHold(this.edge.inputs(), this.device.id, this.ana, this.edge.time);
    const held = [...this.device.replica.table("keys").values()].flatMap(({ rows }) => [...rows]);
    const plain = (rows: Iterable<readonly [string, object]>) =>
      Object.fromEntries([...rows].map(([id, row]) => [id, { ...row }]));
    expect(plain(held.map(([id, { row }]) => [id, row]))).toEqual(
      plain([...must].map(([id, { fields }]) => [id, fields])),
    );
    expect(this.device.drift).toBe(0);
  }
  get holds(): boolean {
    return this.device.replica.confirmed(this.account) !== undefined;
  }
}

/** With so many rows a page, so that the cut between two pages is met. */
export async function pagesOf<T>(rows: number, run: () => Promise<T>): Promise<T> {
  const { pageRowsMax, snapshotRowsMax } = limits;
  Object.assign(limits, { pageRowsMax: rows, snapshotRowsMax: rows });
  try {
    return await run();
  } finally {
    Object.assign(limits, { pageRowsMax, snapshotRowsMax });
  }
}
