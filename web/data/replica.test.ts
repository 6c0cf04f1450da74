import { describe, expect, it } from "vitest";
import type { PullLine } from "../../shared/sync/protocol.ts";
import { put } from "./disk.ts";
import { pullOnce, pushOnce } from "./exchange.ts";
import { refusalOf, WireError } from "./wire-error.ts";
import { account, all, contact, Device, idOf, me, page, rights, snap, start } from "./testing/bench.ts";

/** A device that holds the account and two contacts under h1. */
async function settled(): Promise<Device> {
  const device = await new Device().boot();
  device.pages = [
    [rights("h1", all), page()],
    [
      snap("h1", [
        ["account", account()],
        ["contact", contact(1)],
        ["contact", contact(2)],
      ]),
      page({ cursor: "c2" }),
    ],
  ];
  await pullOnce(device.exchange);
  await pullOnce(device.exchange);
  device.asked = [];
  return device;
}
const name = (device: Device, number: number): unknown => device.replica.record(idOf("con", number))?.["name"];

describe("pages", () => {
  it("[SYNC-P10] a first sync wants every key that it is given, and holds its rows when the snapshot ends", async () => {
    const device = await new Device().boot();
    device.pages = [[rights("h1", all), page()]];
    expect(await pullOnce(device.exchange)).toBe(true);
    expect(device.asked[0]?.cursor).toBe(null);
    device.pages = [
      [snap("h1", [["contact", contact(1)]], "", contact(1).id), page({ cursor: "c2" })],
      [snap("h1", [["contact", contact(2)]], contact(1).id), page({ cursor: "c3" })],
    ];
    expect(await pullOnce(device.exchange)).toBe(true);
    expect(device.asked[1]?.want).toEqual([{ h: "h1" }]);
    expect(await pullOnce(device.exchange)).toBe(false);
    expect(device.asked[2]?.want).toEqual([{ h: "h1", after: contact(1).id }]);
    expect([name(device, 1), name(device, 2)]).toEqual(["Contact 1", "Contact 2"]);
    expect((await device.reopened()).replica.sync.cursor).toBe("c3");
  });

  it("[SYNC-P7] nothing of a page that breaks off is applied, except its removals, which are stored", async () => {
    const lines: PullLine[] = [
      rights("h1", { contact: { identity: null } }),
      { t: "gone", id: contact(2).id },
      { t: "patch", e: "contact", h: "h1", id: contact(1).id, set: { name: "New" } },
      page({ cursor: "c9" }),
    ];
    for (let cut = 0; cut < lines.length; cut += 1) {
      const device = await settled();
      device.pages = [lines.slice(0, cut)];
      await expect(pullOnce(device.exchange)).rejects.toThrow(WireError);
      for (const seen of [device, await device.reopened()]) {
        expect(seen.replica.sync.cursor).toBe("c2");
        expect(name(seen, 1)).toBe("Contact 1");
        expect(seen.replica.record(contact(1).id)?.["title"]).toBe(cut >= 1 ? undefined : "Buyer");
        expect(seen.replica.record(account().id) === undefined).toBe(cut >= 1);
        expect(name(seen, 2)).toBe(cut >= 2 ? undefined : "Contact 2");
        // [SYNC-P8] the old cursor still says that it is held: ask
        expect([...seen.replica.table("ask").keys()]).toEqual(cut >= 1 ? ["h1"] : []);
      }
    }
  });

  it("[case 9] [SYNC-P7] a device that dies at any commit of a pull has the old page, its removals, or the new page", async () => {
    const lines = [
      rights("h1", { contact: { identity: null, shared: null } }),
      { t: "set", e: "contact", h: "h1", row: contact(3) } as const,
      page({ cursor: "c9" }),
    ];
    for (const commit of [1, 2]) {
      for (const when of ["before", "after"] as const) {
        const device = await settled();
        let count = 0;
        device.disk.fault = () => ((count += 1) === commit ? when : null);
        device.pages = [lines];
        await expect(pullOnce(device.exchange)).rejects.toThrow();
        device.disk.fault = null;
        const seen = await device.reopened();
        const stripped = commit === 2 || when === "after";
        const whole = commit === 2 && when === "after";
        expect(seen.replica.record(account().id) === undefined).toBe(stripped);
        expect(name(seen, 3)).toBe(whole ? "Contact 3" : undefined);
        expect(seen.replica.sync.cursor).toBe(whole ? "c9" : "c2");
        expect(seen.replica.table("ask").has("h1")).toBe(stripped && !whole);
      }
    }
  });

  it("[SYNC-P3] [LEAK-23] a narrower mask strips at once and asks for no data; a wider one wants the key again", async () => {
    const device = await settled();
    device.pages = [[rights("h1", { contact: { identity: null } }), page({ cursor: "c3" })]];
    expect(await pullOnce(device.exchange)).toBe(false);
    expect(device.replica.record(contact(1).id)).not.toHaveProperty("title");
    expect(device.replica.record(account().id)).toBeUndefined();
    expect(device.replica.table("want").size).toBe(0);
    device.pages = [[rights("h1", all), page({ cursor: "c4" })]];
    expect(await pullOnce(device.exchange)).toBe(true);
    expect(device.replica.table("want").get("h1")?.after).toBe("");
  });

  it("[SYNC-P6] a snapshot deletes the others in its range and nothing outside of it", async () => {
    const device = await settled();
    device.pages = [
      [
        rights("h1", { ...all, activity: { identity: null } }),
        snap("h1", [["contact", contact(2)]], "", contact(2).id),
        page({ cursor: "c3" }),
      ],
    ];
    await pullOnce(device.exchange);
    expect([name(device, 1), name(device, 2)]).toEqual([undefined, "Contact 2"]);
    expect(device.replica.record(account().id)).toBeUndefined(); // its id lies before the contacts', inside the range
    device.pages = [[snap("h1", [], contact(2).id, null), page({ cursor: "c4" })]];
    await pullOnce(device.exchange);
    expect(name(device, 2)).toBe("Contact 2");
  });

  it("[SYNC-P6] groups that widen while a key is under way start its snapshot again", async () => {
    const device = await new Device().boot();
    device.pages = [
      [rights("h1", { contact: { identity: null } }), page()],
      [snap("h1", [["contact", contact(1)]], "", contact(1).id), page({ cursor: "c2" })],
    ];
    await pullOnce(device.exchange);
    await pullOnce(device.exchange);
    device.pages = [
      [rights("h1", all), snap("h1", [["contact", contact(2)]], contact(1).id, null), page({ cursor: "c3" })],
    ];
    await pullOnce(device.exchange);
    expect(device.replica.table("want").get("h1")?.after).toBe("");
  });

  it("[SYNC-P9] a patch for a row that is not here builds no row: the key is wanted and the drift reported", async () => {
    const device = await settled();
    device.pages = [
      [{ t: "patch", e: "contact", h: "h1", id: contact(7).id, set: { name: "Ghost" } }, page({ cursor: "c3" })],
    ];
    expect(await pullOnce(device.exchange)).toBe(true);
    expect(name(device, 7)).toBeUndefined();
    expect(device.replica.table("want").has("h1")).toBe(true);
    expect(device.drift).toBe(1);
  });

  it("[SYNC-P3] values of groups that are not held are never stored, whatever a line brings", async () => {
    const device = await settled();
    device.pages = [
      [
        rights("h1", { contact: { identity: null } }),
        { t: "set", e: "contact", h: "h1", row: contact(3) },
        { t: "patch", e: "contact", h: "h1", id: contact(1).id, set: { title: "Chief", name: "Renamed" } },
        page({ cursor: "c3" }),
      ],
    ];
    await pullOnce(device.exchange);
    expect(device.replica.record(contact(3).id)).not.toHaveProperty("title");
    expect(device.replica.record(contact(1).id)).toMatchObject({ name: "Renamed" });
    expect(device.replica.record(contact(1).id)).not.toHaveProperty("title");
  });

  it("[SYNC-P2] a record that moved is held once, under its new key", async () => {
    const device = await settled();
    device.pages = [
      [
        rights("h2", all),
        { t: "moved", e: "contact", h: "h2", row: contact(1, { name: "Moved" }) },
        page({ cursor: "c3" }),
      ],
    ];
    await pullOnce(device.exchange);
    expect(name(device, 1)).toBe("Moved");
    expect(device.replica.table("keys").get("h1")?.rows.has(contact(1).id)).toBe(false);
    device.pages = [[rights("h1", {}), page({ cursor: "c4" })]];
    await pullOnce(device.exchange);
    expect(name(device, 1)).toBe("Moved");
    expect(name(device, 2)).toBeUndefined();
  });

  it("[SYNC-T6] a reset wipes rows before it loads, and keeps what is queued", async () => {
    const device = await settled();
    await device.mutate("contact.edit@1", { id: contact(1).id, set: { title: "Chief" } });
    device.pages = [[{ t: "reset" }, rights("h2", all)]];
    await expect(pullOnce(device.exchange)).rejects.toThrow(WireError);
    const seen = await device.reopened();
    expect([seen.replica.size, seen.replica.sync.cursor, seen.replica.table("outbox").size]).toEqual([0, null, 1]);
  });

  it("[SYNC-P10] what an earlier first sync left is gone when it starts again", async () => {
    const device = await settled();
    await device.store([{ store: "meta", key: "sync", value: { ...device.replica.sync, cursor: null } }]);
    device.pages = [[rights("h2", all), page({ cursor: "n1" })]];
    await pullOnce(device.exchange);
    expect([...device.replica.table("keys").keys()]).toEqual(["h2"]);
    expect(device.replica.size).toBe(0);
  });
});

describe("the timer", () => {
  it("[SYNC-E1] case 6: a group leaves at its end without a network, and the edge is asked", async () => {
    const device = await settled();
    device.pages = [[rights("h1", { contact: { identity: null, shared: start + 1_000 } }), page({ cursor: "c3" })]];
    await pullOnce(device.exchange);
    expect(device.replica.record(contact(1).id)).toHaveProperty("title");
    device.time = start + 999;
    expect(device.replica.expire(device.clock.now())).toEqual([]);
    device.time = start + 1_000;
    await device.store(device.replica.expire(device.clock.now()));
    expect(device.replica.record(contact(1).id)).not.toHaveProperty("title");
    expect([...(await device.reopened()).replica.table("ask").keys()]).toEqual(["h1"]);
  });

  it("[SYNC-P8] a question asked while a page was under way stays open", async () => {
    const device = await settled();
    await device.store([{ store: "ask", key: "h1", value: device.replica.nextQuestion() }]);
    device.pages = [[rights("h1", all), page({ cursor: "c3" })]];
    const pull = pullOnce(device.exchange);
    await device.store([{ store: "ask", key: "h1", value: device.replica.nextQuestion() }]);
    await pull;
    expect(device.replica.table("ask").has("h1")).toBe(true);
    device.pages = [[rights("h1", all), page({ cursor: "c4" })]];
    await pullOnce(device.exchange);
    expect(device.replica.table("ask").has("h1")).toBe(false);
  });

  it("[SYNC-E1] case 23: a wall clock set back gives nothing back, and one set forward only drops early", async () => {
    const { EdgeClock } = await import("./clock.ts");
    let wall = 1_000;
    let mono = 0;
    const clock = new EdgeClock({ wall: () => wall, mono: () => mono });
    clock.hear(50_000);
    mono = 10;
    wall = 500;
    expect(clock.now()).toBe(50_010);
    wall = 90_000;
    expect(clock.now()).toBe(50_000 + 89_000);
    const again = new EdgeClock({ wall: () => 100, mono: () => 0 });
    again.restore(50_000, 1_000, 60_000);
    expect(again.now()).toBe(60_000);
  });

  it("[SYNC-E2] [LEAK-23] the copy is locked from its lease on, until a page comes", async () => {
    const device = await settled();
    expect(device.replica.isLocked(start + 999_999_999)).toBe(false);
    expect(device.replica.isLocked(start + 1_000_000_000)).toBe(true);
    device.time = start + 1_000_000_000;
    expect(device.replica.isLocked(device.clock.now())).toBe(true);
    const later = start + 1_000_000_500;
    device.pages = [[page({ cursor: "c3", now: later, lease: later + 1_000 })]];
    await pullOnce(device.exchange);
    expect(device.replica.isLocked(device.clock.now())).toBe(false);
  });

  it("[SYNC-E2] a wall clock that is days ahead locks early, and the next page opens, now and after a restart", async () => {
    const device = await settled();
    device.time = start + 1_000_000_000; // as that clock has it
    expect(device.replica.isLocked(device.clock.now())).toBe(true);
    await device.store([put("meta", "time", device.clock.now())]);
    // Booted under the wrong clock: what it makes of the time came from the disk and the wall.
    const again = await device.reopened();
    const { now, wall } = again.replica.sync;
    again.clock.restore(now, wall, Number(again.replica.table("meta").get("time")));
    again.pages = [[page({ cursor: "c3", now: start + 60_000, lease: start + 1_000_060_000 })]];
    await pullOnce(again.exchange);
    expect(again.clock.now()).toBe(start + 60_000);
    expect(again.replica.isLocked(again.clock.now())).toBe(false);
    expect(again.replica.table("meta").get("time")).toBe(start + 60_000);
  });

  it("[SYNC-F1] how many accounts had no place is known until a page says that there are none", async () => {
    const device = await settled();
    device.pages = [[page({ cursor: "c3", over: 12 })], [page({ cursor: "c4" })]];
    await pullOnce(device.exchange);
    expect((await device.reopened()).replica.sync.over).toBe(12);
    await pullOnce(device.exchange);
    expect(device.replica.sync.over).toBeUndefined();
  });

  it("[SYNC-E1] a page never sets the time behind an earlier page and what has passed since", async () => {
    const { EdgeClock } = await import("./clock.ts");
    let mono = 0;
    const clock = new EdgeClock({ wall: () => 0, mono: () => mono });
    clock.hear(50_000);
    mono = 3_000;
    clock.hear(51_000); // under way for two seconds
    expect(clock.now()).toBe(53_000);
  });
});

describe("the outbox", () => {
  const edit = { id: contact(1).id, set: { title: "Chief" } };

  it("[case 17] [case 18] [SYNC-W6] an entry leaves only with a complete page whose watermark passes it, and its value never flickers back", async () => {
    const device = await settled();
    await device.mutate("contact.edit@1", edit);
    const title = (): unknown => device.replica.record(contact(1).id)?.["title"];
    expect(title()).toBe("Chief");
    device.answers = [{ results: [{ n: 1, ok: true }] }];
    await pushOnce(device.exchange);
    expect([title(), device.replica.table("outbox").size]).toEqual(["Chief", 1]);
    device.pages = [
      [page({ cursor: "c3", lmid: null, more: true })],
      [
        { t: "patch", e: "contact", h: "h1", id: contact(1).id, set: { title: "Chief" } },
        page({ cursor: "c4", lmid: 1 }),
      ],
    ];
    await pullOnce(device.exchange);
    expect([title(), device.replica.table("outbox").size]).toEqual(["Chief", 1]);
    await pullOnce(device.exchange);
    expect([title(), device.replica.table("outbox").size]).toEqual(["Chief", 0]);
  });

  it("[SYNC-W6] a refusal whose answer was lost becomes a card before the watermark passes it", async () => {
    const device = await settled();
    await device.mutate("contact.edit@1", edit);
    device.answers = [new WireError("retry", "lost")];
    await expect(pushOnce(device.exchange)).rejects.toThrow();
    device.pages = [[page({ cursor: "c3", lmid: 1, outcomes: [{ n: 1, code: "denied" }] })]];
    await pullOnce(device.exchange);
    expect(device.replica.table("outbox").size).toBe(0);
    const [card] = (await device.reopened()).replica.table("attention").values();
    expect(card).toMatchObject({ code: "denied", name: "contact.edit@1", mine: { title: "Chief" } });
    expect(device.replica.record(contact(1).id)?.["title"]).toBe("Buyer");
    expect(device.replica.sync.seen).toBe(1);
  });

  it("[SYNC-E3] a queued edit loses the values seen when its record goes, and keeps the words", async () => {
    const device = await settled();
    await device.mutate("contact.edit@1", { ...edit, seen: { title: "Buyer" } });
    device.pages = [[rights("h1", {}), page({ cursor: "c3" })]];
    await pullOnce(device.exchange);
    const text = JSON.stringify([...(await device.disk.load()).contents.outbox.values()]);
    expect(text).toContain("Chief");
    expect(text).not.toContain("Buyer");
  });

  it("[SYNC-W5] no status and no text of an error removes a queued entry", async () => {
    const statuses = [0, 400, 401, 403, 404, 408, 409, 413, 418, 429, 500, 502, 503, 504];
    const texts = [
      "",
      "401",
      "unauthenticated",
      "denied",
      "out_of_order",
      "client_unknown",
      "unsupported_version",
      "<html>Sign in</html>",
      '{"code":"deleted"}',
    ];
    for (const status of statuses) {
      for (const text of texts) {
        const device = await settled();
        await device.mutate("contact.edit@1", edit);
        device.answers = [new WireError(refusalOf(status, text), text)];
        await pushOnce(device.exchange).catch(() => undefined);
        // Only the edge saying that it does not know this client moves the words, to where their member decides.
        const unknown = status !== 401 && (text === "client_unknown" || text === "out_of_order");
        const after = (await device.reopened()).replica;
        expect([after.table("outbox").size, after.table("attention").size], `${status} ${text}`).toEqual(
          unknown ? [0, 1] : [1, 0],
        );
        expect([...after.table(unknown ? "attention" : "outbox").values()][0]?.mine).toEqual({ title: "Chief" });
      }
    }
  });

  it("[SYNC-W1] an unknown client: what was provably unsent is numbered anew, the rest is shown to its member", async () => {
    const device = await settled();
    await device.mutate("contact.edit@1", edit);
    device.answers = [new WireError("retry", "lost")];
    await expect(pushOnce(device.exchange)).rejects.toThrow();
    await device.mutate("contact.edit@1", { id: contact(2).id, set: { title: "Second" } });
    device.answers = [new WireError("client_unknown", "")];
    // the push takes the second along, so both may have left
    await pushOnce(device.exchange);
    await device.mutate("contact.edit@1", { id: contact(2).id, set: { title: "Third" } });
    expect(
      [...device.replica.table("attention").values()]
        .map((card) => String(card.mine["title"]))
        .sort((a, b) => (a < b ? -1 : 1)),
    ).toEqual(["Chief", "Second"]);
    expect([...device.replica.table("outbox").values()]).toMatchObject([
      { client: "cli2", n: 1, mine: { title: "Third" } },
    ]);
  });

  it("[case 15] [SYNC-L4] tabs that share a disk never give a number twice", async () => {
    const first = await settled();
    const tabs = [first, ...(await Promise.all([1, 2, 3].map(() => first.reopened())))];
    const entries = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        Promise.resolve(tabs[index % 4]?.mutate("contact.edit@1", { id: contact(1).id, set: { title: `T${index}` } })),
      ),
    );
    expect(new Set(entries.map((entry) => `${entry?.client}:${entry?.n}`)).size).toBe(40);
    expect(entries.map((entry) => entry?.n).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 40 }, (_, index) => index + 1),
    );
  });

  it("[case 16] [SYNC-L4] a leader of a passed term writes nothing", async () => {
    const device = await settled();
    await device.disk.write(() =>
      Promise.resolve({ writes: [{ store: "meta", key: "term", value: 2 }], value: undefined }),
    );
    const before = await device.disk.load();
    await expect(
      device.disk.write(
        () => Promise.resolve({ writes: [{ store: "meta", key: "sent", value: 9 }], value: undefined }),
        { term: 1 },
      ),
    ).rejects.toThrow();
    expect(await device.disk.load()).toEqual(before);
  });

  it("a mutation that fails here answers with its code and queues nothing", async () => {
    const device = await settled();
    expect(device.replica.draft("contact.edit@1", { id: contact(9).id, set: { title: "x" } }, 1)).toMatchObject({
      ok: false,
      error: { code: "missing" },
    });
    expect(device.replica.draft("contact.edit@1", { id: contact(1).id, set: { nonsense: "x" } }, 1)).toMatchObject({
      ok: false,
      error: { code: "invalid" },
    });
    expect(device.replica.draft("contact.dance@1", {}, 1)).toMatchObject({
      ok: false,
      error: { code: "unsupported_version" },
    });
  });

  it("who acts is there, also while the list of members is on its way; anybody else has to be", async () => {
    const device = await settled();
    const owned = (owner: string) =>
      device.replica.draft("task.create@1", { id: idOf("tas", 5), anchor: account().id, compartment: "core", fields: { name: "x", owner } }, 1); // prettier-ignore
    expect(owned(me)).toMatchObject({ ok: true });
    expect(owned(idOf("mem", 9))).toMatchObject({ ok: false, error: { code: "invalid", fields: ["owner"] } });
  });

  it("an offline create, an edit of it and its echo show one record throughout", async () => {
    const device = await settled();
    const id = idOf("con", 5);
    await device.mutate("contact.create@1", { id, anchor: account().id, fields: { name: "Noor" } });
    await device.mutate("contact.edit@1", { id, set: { title: "Lead" } });
    expect(device.replica.record(id)).toMatchObject({ name: "Noor", title: "Lead" });
    expect([...device.replica.records("contact", account().id)].length).toBe(3);
    device.pages = [
      [
        { t: "set", e: "contact", h: "h1", row: contact(5, { name: "Noor", title: null }) },
        page({ cursor: "c3", lmid: 1 }),
      ],
    ];
    await pullOnce(device.exchange);
    expect(device.replica.record(id)).toMatchObject({ name: "Noor", title: "Lead" });
  });
});
