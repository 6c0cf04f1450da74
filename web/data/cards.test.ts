import "fake-indexeddb/auto";
import { afterEach, describe, expect, it } from "vitest";
import type { ErrorCode } from "../../shared/kernel/result.ts";
import { dayMs, limits } from "../../shared/kernel/limits.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { grouped, isSkip, discardPlan } from "./cards.ts";
import { keptUntil } from "./kept.ts";
import { put } from "./disk.ts";
import { pullOnce, pushOnce } from "./exchange.ts";
import { diskName, openDisk } from "./idb-disk.ts";
import { Source } from "./source.ts";
import type { AttentionCard } from "./types.ts";
import { account, all, contact, Device, idOf, me, page, rights, snap, start } from "./testing/bench.ts";
import { refusalOf, WireError } from "./wire-error.ts";

const wide = {
  ...all,
  opportunity: { identity: null, shared: null, terms: null },
  task: { identity: null, shared: null },
};
const opportunity = {
  id: idOf("opp", 1), anchor: account().id, compartment: "sales", createdAt: 1, createdBy: me, name: "Orchard",
  pipeline: idOf("pip", 1), stage: idOf("stg", 1), amountMinor: 40_000_00, currency: "USD", closeDay: "2026-12-01",
}; // prettier-ignore
async function settled(): Promise<Device> {
  const device = await new Device().boot();
  device.pages = [
    [rights("h1", wide), page()],
    [snap("h1", [["account", account()], ["contact", contact(1)], ["contact", contact(2)], ["opportunity", opportunity]]), page({ cursor: "c2" })],
  ]; // prettier-ignore
  await pullOnce(device.exchange);
  await pullOnce(device.exchange);
  return device;
}
const cards = (device: Device): AttentionCard[] => grouped(device.replica.table("attention").values());
/** The edge answers all that waits, and the page passes it. */
async function answered(
  device: Device,
  refused: Readonly<Record<number, { code: ErrorCode; fields?: string[] }>>,
): Promise<void> {
  const waiting = device.replica.unsent(50, 1e6);
  device.answers = [
    { results: waiting.map(({ n }) => (refused[n] ? { ok: false, n, ...refused[n] } : { ok: true, n })) },
  ];
  await pushOnce(device.exchange);
  device.pages = [[page({ cursor: "c9", lmid: waiting.at(-1)?.n ?? 0 })]];
  await pullOnce(device.exchange);
}
const create = (n: number, kind = "con"): { id: string; anchor: string; fields: { name: string } } => ({
  id: idOf(kind, n), anchor: account().id, fields: { name: `New ${n}` },
}); // prettier-ignore

describe("cards", () => {
  it("[SYNC-L6] refusing a create takes what was made on it into one card, and leaves what was not", async () => {
    const device = await settled();
    await device.mutate("contact.create@1", create(5));
    await device.mutate("contact.edit@1", { id: idOf("con", 5), set: { title: "Lead" } });
    await device.mutate("task.create@1", { ...create(6, "tas"), fields: { name: "Call", about: idOf("con", 5) } });
    await device.mutate("task.complete@1", { id: idOf("tas", 6), done: true });
    await device.mutate("contact.edit@1", { id: contact(1).id, set: { title: "Other" } });
    const refused = { code: "missing" as const };
    await answered(device, {
      1: { code: "denied" },
      2: refused,
      3: { code: "invalid", fields: ["about"] },
      4: refused,
      5: { code: "denied" },
    });
    expect(cards(device).map((card) => [card.name, (card.with ?? []).map(({ name }) => name)])).toEqual([
      ["contact.edit@1", []],
      ["contact.create@1", ["contact.edit@1", "task.create@1", "task.complete@1"]],
    ]);
    expect(cards(await device.reopened()).length).toBe(2);
  });

  it("[SYNC-L6] what goes on from a refused value is refused with it and shown with it; another field stands alone", async () => {
    const device = await settled();
    const edit = (set: object, seen: object) => device.mutate("opportunity.edit@1", { id: opportunity.id, set, seen });
    await edit({ amountMinor: 1 }, { amountMinor: 40_000_00 });
    await edit({ amountMinor: 2 }, { amountMinor: 1 });
    await edit({ closeDay: "2027-01-01" }, { closeDay: "2026-12-01" });
    const conflict = (field: string) => ({ code: "version_conflict" as const, fields: [field] });
    await answered(device, { 1: conflict("amountMinor"), 2: conflict("amountMinor"), 3: conflict("closeDay") });
    expect(cards(device).map((card) => [card.mine, (card.with ?? []).map(({ mine }) => mine)])).toEqual([
      [{ closeDay: "2027-01-01" }, []],
      [{ amountMinor: 1 }, [{ amountMinor: 2 }]],
    ]);
  });

  it("[SYNC-W6] failure case 19: every code that the edge can answer becomes a card with the text", async () => {
    const codes: readonly ErrorCode[] = [
      "missing", "denied", "invalid", "version_conflict", "deleted", "needs_approval", "gate_unmet", "transition_unknown",
      "unauthenticated", "origin_refused", "not_json", "too_large", "too_many_requests", "unsupported_version",
      "client_unknown", "out_of_order", "busy", "unavailable",
    ]; // prettier-ignore
    for (const code of codes) {
      const device = await settled();
      await device.mutate("contact.edit@1", { id: contact(1).id, set: { title: "My words" } });
      await answered(device, { 1: { code } });
      const [card] = cards(await device.reopened());
      expect([card?.code, card?.mine, device.replica.table("outbox").size], code).toEqual([
        code,
        { title: "My words" },
        0,
      ]);
      expect(card && keptUntil(card)).toBe(start + limits.refusedWordsDays * dayMs);
    }
  });

  it("[SYNC-W5] failure case 14: whatever the network or an odd server says, the outbox stays as long as it was", async () => {
    const device = await settled();
    for (const title of ["a", "b", "c"]) await device.mutate("contact.edit@1", { id: contact(1).id, set: { title } });
    for (const status of [0, 200, 301, 400, 401, 403, 404, 408, 410, 418, 422, 429, 500, 502, 503, 504, 520, 599])
      for (const text of [
        "",
        "401 Unauthorized",
        "unauthenticated",
        "deleted",
        "denied",
        "invalid",
        "<html>",
        "\u0000",
        "quota",
      ]) {
        device.answers = [new WireError(refusalOf(status, text), text)];
        await pushOnce(device.exchange).catch(() => undefined);
        const { replica } = await device.reopened();
        expect(
          [...replica.table("outbox").values()].map(({ mine }) => mine["title"]),
          `${status} ${text}`,
        ).toEqual(["a", "b", "c"]);
      }
    device.answers = [new TypeError("Failed to fetch")];
    await pushOnce(device.exchange).catch(() => undefined);
    expect(device.replica.table("outbox").size).toBe(3);
  });

  it("[SYNC-W8] words that somebody wrote over unseen are offered back, unless they are being written anew", async () => {
    const device = await settled();
    const ana = idOf("mem", 2);
    const over = { t: "patch", e: "contact", h: "h1", id: contact(1).id, set: { title: "Hers" }, lost: { title: { mine: "Mine", by: ana, at: start } } } as const; // prettier-ignore
    device.pages = [[over, page({ cursor: "c3" })]];
    await pullOnce(device.exchange);
    expect(cards(device)).toMatchObject([
      { code: "overwritten", name: "contact.edit@1", args: { id: contact(1).id, set: { title: "Mine" } }, by: ana },
    ]);
    await device.store([{ store: "attention", key: `over:${contact(1).id}:title` }]);
    await device.mutate("contact.edit@1", { id: contact(1).id, set: { title: "Newer" } });
    device.pages = [[over, page({ cursor: "c4" })]];
    await pullOnce(device.exchange);
    expect(cards(device)).toEqual([]);
  });

  it("[SYNC-E3] when access ends, a card keeps the words and loses all that was seen; the same refusal twice is one card", async () => {
    const device = await settled();
    await device.mutate("opportunity.edit@1", {
      id: opportunity.id,
      set: { amountMinor: 52_000_00 },
      seen: { amountMinor: 40_000_00 },
    });
    const theirs = { amountMinor: 41_000_00 };
    device.answers = [
      { results: [{ ok: false, n: 1, code: "version_conflict", fields: ["amountMinor"], theirs, by: idOf("mem", 7) }] },
    ];
    await pushOnce(device.exchange);
    device.pages = [[page({ cursor: "c3", lmid: 1 })]];
    await pullOnce(device.exchange);
    expect(cards(device)).toMatchObject([{ theirs }]);
    device.pages = [[rights("h1", {}), page({ cursor: "c4", lmid: 1 })]];
    await pullOnce(device.exchange);
    const text = JSON.stringify([...(await device.disk.load()).contents.attention.values()]);
    expect(text).toContain("5200000");
    for (const seen of ["4000000", "4100000", idOf("mem", 7), "Orchard"]) expect(text, seen).not.toContain(seen);
  });
});

describe("taking back what has not left", () => {
  const take = async (device: Device, n: number): Promise<boolean> => {
    let done = false;
    await device.exchange.transact(async (read) => {
      const plan = await discardPlan(mutations, `cli1:${String(n).padStart(12, "0")}`)(read);
      done = plan.value;
      return { writes: plan.writes, value: undefined };
    });
    return done;
  };
  const title = (device: Device, n: number): unknown => device.replica.record(idOf("con", n))?.["title"];

  it("[SYNC-W1] an entry goes with its dependants, the others keep their numbers, and no number is missing", async () => {
    const device = await settled();
    await device.mutate("contact.edit@1", { id: contact(1).id, set: { title: "First" } });
    await device.mutate("contact.create@1", create(5));
    await device.mutate("contact.edit@1", { id: idOf("con", 5), set: { title: "Lead" } });
    await device.mutate("contact.edit@1", { id: contact(2).id, set: { title: "Last" } });
    expect(await take(device, 2)).toBe(true);
    expect(device.replica.record(idOf("con", 5))).toBeUndefined();
    expect([title(device, 1), title(device, 2)]).toEqual(["First", "Last"]);
    const entries = [...(await device.reopened()).replica.table("outbox").values()];
    expect(entries.map((entry) => [entry.n, isSkip(entry)])).toEqual([[1, false], [2, true], [3, true], [4, false]]); // prettier-ignore
    expect(JSON.stringify(entries)).not.toContain("Lead");
    await answered(device, {});
    expect(device.pushed.at(-1)?.muts.map(({ n, name }) => [n, name])).toEqual([
      [1, "contact.edit@1"], [2, "outbox.skip@1"], [3, "outbox.skip@1"], [4, "contact.edit@1"],
    ]); // prettier-ignore
    expect([device.replica.table("outbox").size, device.replica.table("attention").size]).toEqual([0, 0]);
  });

  it("[SYNC-W1] what may have left can't be taken back, and what was taken back while a push was made is not sent", async () => {
    const device = await settled();
    await device.mutate("contact.edit@1", { id: contact(1).id, set: { title: "Sent" } });
    device.answers = [new WireError("retry", "lost")];
    await expect(pushOnce(device.exchange)).rejects.toThrow();
    expect(await take(device, 1)).toBe(false);
    await device.mutate("contact.edit@1", { id: contact(2).id, set: { title: "Taken" } });
    const { exchange } = device;
    let raced = false;
    const racing = {
      ...exchange,
      transact: async (plan: Parameters<typeof exchange.transact>[0]) => {
        // Another tab takes it back after this one looked at what is to go, and before it marks it.
        if (!raced) {
          raced = true;
          expect(await take(device, 2)).toBe(true);
        }
        await exchange.transact(plan);
      },
    };
    device.answers = [
      {
        results: [
          { ok: true, n: 1 },
          { ok: true, n: 2 },
        ],
      },
    ];
    await pushOnce(racing);
    expect(raced).toBe(true);
    expect(JSON.stringify(device.pushed.at(-1))).not.toContain("Taken");
  });

  it("an edit made on a value that was taken back is said to be made on the one before", async () => {
    const device = await settled();
    await device.mutate("contact.edit@1", { id: contact(1).id, set: { title: "One" } });
    await device.mutate("contact.edit@1", { id: contact(1).id, set: { title: "Two" } });
    expect(await take(device, 1)).toBe(true);
    expect(title(device, 1)).toBe("Two");
    const last = device.replica.pending().at(-1);
    expect(last?.base).toEqual({ [contact(1).id]: { title: "Buyer" } });
    // one that is compared with a value goes with it
    const edit = (amountMinor: number, seen: number) =>
      device.mutate("opportunity.edit@1", { id: opportunity.id, set: { amountMinor }, seen: { amountMinor: seen } });
    await edit(1, 40_000_00);
    await edit(2, 1);
    expect(await take(device, 3)).toBe(true);
    expect(device.replica.record(opportunity.id)?.["amountMinor"]).toBe(40_000_00);
  });
});

describe("sending again", () => {
  const opened: Source[] = [];
  afterEach(() => {
    for (const source of opened.splice(0)) source.close();
  });
  async function tab(name: string): Promise<Source> {
    const source = await Source.open({
      cell: "local", actor: { member: me, teams: [], regions: [] }, mutations, link: { cell: "local", url: "" },
      disk: await openDisk(name), name,
      onChange: () => undefined, onState: () => undefined, onCut: () => undefined, onBug: (error) => { throw error; },
    }); // prettier-ignore
    opened.push(source);
    return source;
  }
  const refused = (key: string, name: string, args: unknown, mine: AttentionCard["mine"]): AttentionCard => ({
    key, name, args, mine, at: 1, since: 1, code: "denied",
  }); // prettier-ignore

  it("[SYNC-L6] all of an act goes again in one transaction and its cards go; if it can't even be made here, they stay", async () => {
    const source = await tab(diskName("local", "resend"));
    const made = refused("c:1", "contact.create@1", create(5), { name: "New 5" });
    const edit = refused("c:2", "contact.edit@1", { id: idOf("con", 5), set: { title: "Lead" } }, { title: "Lead" });
    const rows = new Map([[account().id, { e: "account" as const, row: account() }]]);
    await source.write([
      put("keys", "h1", { g: all, rows }),
      put("attention", "c:1", made),
      put("attention", "c:2", edit),
    ]);
    const drops = [made, edit].map(({ key }) => ({ store: "attention", key }) as const);
    const bad = { ...edit, args: { id: idOf("con", 5), set: { nonsense: 1 } } };
    expect(await source.resend([made, bad], drops)).toMatchObject({ ok: false, error: { code: "invalid" } });
    expect([source.replica.table("attention").size, source.replica.table("outbox").size]).toEqual([2, 0]);
    expect(source.replica.record(idOf("con", 5))).toBeUndefined();
    expect(await source.resend([made, edit], drops)).toEqual({ ok: true, value: undefined });
    expect(source.replica.record(idOf("con", 5))).toMatchObject({ name: "New 5", title: "Lead" });
    const { contents } = await (await openDisk(diskName("local", "resend"))).load();
    expect([...contents.outbox.values()].map(({ n, name }) => [n, name])).toEqual([[1, "contact.create@1"], [2, "contact.edit@1"]]); // prettier-ignore
    expect(contents.attention.size).toBe(0);
  });
  it("[SYNC-L6] an act on a record that is not here goes as it is, with the words", async () => {
    const source = await tab(diskName("local", "blind"));
    const act = {
      name: "contact.edit@1",
      args: { id: idOf("con", 9), set: { title: "Kept" } },
      mine: { title: "Kept" },
    };
    expect(
      (await source.resend([{ name: "contact.restore@1", args: { id: idOf("con", 9) }, mine: {} }, act], [])).ok,
    ).toBe(true);
    expect([...source.replica.table("outbox").values()].map(({ name, mine }) => [name, mine])).toEqual([
      ["contact.restore@1", {}],
      ["contact.edit@1", { title: "Kept" }],
    ]);
  });
});
