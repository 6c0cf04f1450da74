import { describe, expect, test } from "vitest";
import {
  bind,
  type Bound,
  type Cover,
  type Facts,
  type Grant,
  type KeyShare,
  type Place,
} from "../../shared/access/engine.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import type { Row } from "../../shared/records/entities.ts";
import { groupsIn, maskOf, type Group } from "../../shared/records/groups.ts";

const ana: Facts = {
  member: "ana",
  base: "seller",
  duties: [],
  teams: ["west"],
  regions: ["americas"],
  employment: "active",
};
const place: Place = {
  anchor: { id: "acc_bo", owner: "bo", team: "europe", region: "europe", restricted: false },
  accountTeam: [],
  shares: [],
};
const closed: Place = { ...place, anchor: { ...place.anchor, restricted: true } };
const deal: Row = {
  id: "opp_1",
  anchor: "acc_bo",
  compartment: "sales",
  createdAt: 0,
  createdBy: "bo",
  owner: null,
  name: "Deal",
};
const [from, until] = [100, 200];
const inside = 150;
const seen = (bound: Bound, at: number, there: Place = place): Group[] =>
  groupsIn(bound.readMask("opportunity", "sales", there, at));

describe("[ACCESS-R27] a grant is one more allow, for as long as it runs", () => {
  const grant: Grant = {
    id: "g",
    kind: "grant",
    actions: ["find", "read", "edit"],
    entities: ["opportunity"],
    to: { anchors: ["acc_bo"] },
    groups: ["identity", "shared", "terms"],
    keep: "online",
    why: "A second look.",
    from,
    until,
  };
  const granted = (more: Partial<Grant>): Bound => bind(shippedPolicy, { ...ana, grants: [{ ...grant, ...more }] });
  test("from the first instant to the last, by the clock of each call", () => {
    const bound = granted({});
    expect([from - 1, from, until - 1, until].map((at) => seen(bound, at).length)).toEqual([0, 3, 3, 0]);
    expect(bound.granted(inside).anchors).toEqual(["acc_bo"]);
    expect(bound.grantedAnchors(until)).toEqual([]);
    expect(bound.decide("edit", "opportunity", "sales", place, inside, deal).allowed).toBe(true);
    expect(bound.decide("edit", "opportunity", "sales", place, until, deal).allowed).toBe(false);
    expect(bound.decide("advance", "opportunity", "sales", place, inside, deal).allowed).toBe(false);
  });
  test("nothing of it stays on a device unless it says so, and then it ends there at the same instant", () => {
    expect(granted({}).holdMask("opportunity", "sales", place, inside)).toBe(0);
    expect(granted({ keep: "device" }).holdRights("opportunity", "sales", place, inside)).toEqual({
      identity: until,
      shared: until,
      terms: until,
    });
  });
  test("it reaches what it names: anchors, a region, a team, or single records", () => {
    expect(seen(granted({ to: { region: "europe" } }), inside)).toHaveLength(3);
    expect(seen(granted({ to: { region: "apac" } }), inside)).toEqual([]);
    expect(seen(granted({ to: { team: "europe" } }), inside)).toHaveLength(3);
    const one = granted({ to: { records: ["opp_1"] } });
    expect(seen(one, inside)).toEqual([]);
    expect(groupsIn(one.recordMask("opportunity", deal, place, inside))).toEqual(["identity", "shared", "terms"]);
    expect(one.recordMask("opportunity", { ...deal, id: "opp_2" }, place, inside)).toBe(0);
    expect(
      one.decideWrite(
        "edit",
        "opportunity",
        { compartment: "sales", place, row: deal },
        { compartment: "sales", place, row: deal },
        ["name"],
        inside,
      ).allowed,
    ).toBe(true);
  });
  test("guardrails beat it; a broken glass lifts those that may be broken, keeps nothing and exports nothing", () => {
    const pay = ["identity", "compensation"] as const;
    expect(seen(granted({}), inside, closed)).toEqual([]);
    const glass = granted({
      kind: "break_glass",
      groups: pay,
      keep: "device",
      actions: ["find", "read", "export", "approve_policy"],
    });
    expect(seen(glass, inside, closed)).toEqual(["identity"]); // pay stays behind an unbreakable one
    expect(glass.holdMask("opportunity", "sales", closed, inside)).toBe(0);
    for (const action of ["export", "approve_policy"] as const)
      expect(glass.decide(action, "opportunity", "sales", closed, inside, deal).allowed, action).toBe(false);
  });
  test("unclassified fields are granted to nobody", () => {
    expect(seen(granted({ groups: ["identity", "unclassified"] }), inside)).toEqual(["identity"]);
  });
});

describe("[ACCESS-R28] a cover lends what is somebody's own, and shares to them", () => {
  const cover: Cover = { id: "c", of: "bo", from, until };
  const standing = (more: Partial<Facts> = {}): Bound => bind(shippedPolicy, { ...ana, covers: [cover], ...more });
  test("for its days, under the stand-in's own name, and never further than they themselves may", () => {
    const bound = standing();
    expect(seen(bound, inside)).toEqual(["identity", "shared", "qualification", "terms"]);
    expect(seen(bound, until)).toEqual([]);
    expect(bound.member).toBe("ana");
    expect(bound.ownNames(inside)).toEqual(["ana", "bo"]);
    expect(bound.ownNames(until)).toEqual(["ana"]);
    expect(bound.decide("advance", "opportunity", "sales", place, inside, deal).allowed).toBe(true);
    expect(seen(standing({ base: "marketing" }), inside)).toEqual([]); // what Bo's role may is not lent
    expect(bound.holdRights("opportunity", "sales", place, inside)["terms"]).toBe(until);
  });
  test("not chained: who stands in for Ana has nothing of Bo's", () => {
    const cy = bind(shippedPolicy, { ...ana, member: "cy", covers: [{ ...cover, of: "ana" }] });
    expect(seen(cy, inside)).toEqual([]);
  });
  test("no pay, no private notes, no other member's record, and no yes that must be somebody's own", () => {
    const share = (groups: readonly Group[], recipe: string, to: string): KeyShare => ({
      id: "s",
      anchor: "acc_bo",
      compartment: "sales",
      groups: maskOf(groups),
      recipe,
      from: null,
      until: null,
      to,
    });
    const paid: Place = { ...place, shares: [share(["identity", "compensation"], "sh.commission", "bo")] };
    expect(seen(standing(), inside, paid)).not.toContain("compensation");
    expect(seen(bind(shippedPolicy, { ...ana, member: "bo" }), inside, paid)).toContain("compensation");
    const home: Place = { ...place, anchor: { ...place.anchor, id: "mem_bo" } };
    expect(standing().readMask("section", "private", home, inside)).toBe(0);
    const member: Row = { ...deal, id: "bo", compartment: "core" };
    expect(standing().decide("edit", "member", "core", place, inside, member).allowed).toBe(false);
    const decider = { ...ana, base: "seller", covers: [cover] };
    const own = {
      ...shippedPolicy,
      allow: [
        {
          id: "x.approve",
          to: ["seller"],
          entity: "opportunity",
          actions: ["approve_stage", "decide", "edit"],
          when: { reach: "own" },
          groups: ["identity"],
          why: "For the test.",
        },
      ],
    } as const;
    const may = (action: "approve_stage" | "decide" | "edit"): boolean =>
      bind({ ...own, forbid: [] }, decider).decide(action, "opportunity", "sales", place, inside, deal).allowed;
    expect([may("edit"), may("decide"), may("approve_stage")]).toEqual([true, false, false]);
  });
  test("shares to the one stood in for count, those to others never", () => {
    const key: KeyShare = {
      id: "s",
      anchor: "acc_x",
      compartment: "sales",
      groups: maskOf(["identity", "shared"]),
      recipe: "sh.hand_key",
      from: null,
      until: null,
    };
    const there = (to: string): Place => ({
      ...place,
      anchor: { ...place.anchor, id: "acc_x", owner: "dee" },
      shares: [{ ...key, to }],
    });
    expect(seen(standing(), inside, there("bo"))).toEqual(["identity", "shared"]);
    expect(seen(standing(), inside, there("ana"))).toEqual(["identity", "shared"]);
    expect(seen(standing(), inside, there("cy"))).toEqual([]);
    expect(seen(standing(), until, there("bo"))).toEqual([]);
  });
});

describe("[ACCESS-R29] what is shared by one record is seen on that record", () => {
  const shared: Place = {
    ...place,
    shares: [
      {
        id: "s",
        anchor: "acc_bo",
        compartment: "sales",
        record: "opp_1",
        groups: maskOf(["identity", "terms"]),
        recipe: "sh.approval",
        from: null,
        until,
      },
    ],
  };
  const bound = bind(shippedPolicy, ana);
  test("there and nowhere else in the key, for as long as the share runs", () => {
    expect(groupsIn(bound.recordMask("opportunity", deal, shared, inside))).toEqual(["identity", "terms"]);
    expect(bound.recordMask("opportunity", { ...deal, id: "opp_2" }, shared, inside)).toBe(0);
    expect(seen(bound, inside, shared)).toEqual([]);
    expect(bound.recordMask("opportunity", deal, shared, until)).toBe(0);
    expect(
      bound.recordMask("opportunity", deal, { ...shared, anchor: { ...shared.anchor, restricted: true } }, inside),
    ).toBe(0);
  });
  test("where nothing names the record it is what its key gives", () => {
    const mine: Place = { ...place, anchor: { ...place.anchor, owner: "ana" } };
    expect(bound.recordMask("opportunity", deal, mine, inside)).toBe(
      bound.readMask("opportunity", "sales", mine, inside),
    );
  });
});
