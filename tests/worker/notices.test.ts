/** A member's own: notices, choices and tasks without an account. Whom it reaches, and what it tells of what it is about. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { idBytes, makeId } from "../../shared/kernel/id.ts";
import { heededSpan } from "../../shared/notices/heeded.ts";
import { noticeId, preferenceId } from "../../shared/notices/kinds.ts";
import type { Row } from "../../shared/records/entities.ts";
import { account, accountSource, ask, boot, bring, bytesOf, device, handles, idOf, json, memberId, pull, pullBody, pushBody, under, type Page } from "./app-rig.ts"; // prettier-ignore

const who: Record<string, string> = {};
const at: Record<string, string> = {};
const fresh = (kind: string, cell: string = env.CELL): string => makeId(cell, kind, crypto.getRandomValues(new Uint8Array(idBytes))); // prettier-ignore
const list = async (as: string, plural: string): Promise<readonly Row[]> => (await json<Page>(ask(`/api/${plural}?limit=200`, { as }))).items; // prettier-ignore

/** What a new device of the member holds, and all that it heard on the way. */
async function copyOf(as: string): Promise<string> {
  const dev = device();
  const first = await pull(as, pullBody(dev, { follow: [{ anchor: at["west"], kind: "open" }] }));
  const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
  return JSON.stringify([first, await pull(as, pullBody(dev, { cursor: first.at(-1)?.["cursor"], want }))]);
}
interface Outcomes {
  readonly results: readonly { readonly ok: boolean; readonly code?: string }[];
}
async function push(as: string, dev: string, n: number, name: string, args: object): Promise<string> {
  const { results } = await json<Outcomes>(ask("/sync/push", { as, body: pushBody(dev, [{ n, name, args }]) }));
  return results[0]?.ok ? "ok" : (results[0]?.code ?? "nothing");
}

beforeAll(async () => {
  await boot();
  await bring([
    account("lent", "ana", "west", "americas"),
    under("task", "seen", "west", { fields: { name: "Seen" } }),
  ]);
  for (const handle of handles) who[handle] = await memberId(handle);
  for (const key of ["west", "east", "closed", "europe", "lent"]) at[key] = await idOf(accountSource(key));
}, 60_000);

describe("[NOTICE-2] a member's own", () => {
  it("is in nobody else's list, record, search, copy or reach, whatever their role, and not in a cover's", async () => {
    const about = at["west"] ?? "";
    const snoozed = await ask("/api/notices", { as: "ana", body: { kind: "stale", about, until: "2026-12-01" } });
    expect(await snoozed.json()).toMatchObject({
      id: noticeId(who["ana"] ?? "", "stale", about),
      snoozeDay: "2026-12-01",
    });
    const chosen = await ask("/api/preferences", { as: "ana", body: { modes: { stale: "off" }, quietFrom: 1320, quietTo: 420 } }); // prettier-ignore
    expect(await chosen.json()).toMatchObject({ id: preferenceId(who["ana"] ?? ""), modes: { stale: "off" } });
    const dev = device();
    const own = { anchor: who["ana"], compartment: "private", fields: { name: "Buy flowers" } };
    const task = fresh("tas");
    expect(await push("ana", dev, 1, "task.create@1", { id: task, ...own })).toBe("ok");

    // Tomás agrees that Marcus stands in for Ana: what is hers he sees, but not this.
    const cover = await json<{ approval: string }>(ask("/api/covers", { as: "ana", body: { member: who["marcus"], reason: "Holiday", days: 7 } })); // prettier-ignore
    const decided = await ask(`/api/approvals/${cover.approval}/decide`, {
      as: "marcus",
      body: { decision: "approve" },
    });
    expect(((await decided.json()) as Row)["state"]).toBe("used");

    const mine = [noticeId(who["ana"] ?? "", "stale", about), preferenceId(who["ana"] ?? ""), task];
    for (const handle of handles) {
      const heard = [
        await (await ask("/api/notices?limit=200", { as: handle })).text(),
        await (await ask("/api/preferences?limit=200", { as: handle })).text(),
        await (await ask("/api/tasks?limit=200&q=flowers", { as: handle })).text(),
        await copyOf(handle),
      ];
      const found = mine.map((id) => heard.some((text) => text.includes(id)));
      const read = await Promise.all(["notices", "preferences", "tasks"].map(async (plural, index) => (await ask(`/api/${plural}/${mine[index]}`, { as: handle })).status)); // prettier-ignore
      const [there, status] = handle === "ana" ? [true, 200] : [false, 404];
      expect([handle, found, read]).toEqual([handle, mine.map(() => there), mine.map(() => status)]);
    }
  });
  it("is moved by its member alone: an act in another's name, an id of theirs, a create, an edit or an import is none", async () => {
    const ana = who["ana"] ?? "";
    const about = at["west"] ?? "";
    const theirs = noticeId(ana, "due", about);
    const dev = device();
    const acts: readonly (readonly [string, object, string])[] = [
      ["notice.snooze@1", { anchor: ana, kind: "due", about, until: "2026-12-24" }, "missing"],
      ["notice.mark@1", { anchor: ana, marks: [{ kind: "due", about, shown: 1 }] }, "missing"],
      ["preference.set@1", { anchor: ana, modes: { due: "off" } }, "missing"],
      ["notice.create@1", { id: theirs, anchor: who["greta"], fields: {} }, "unsupported_version"],
      ["notice.edit@1", { id: theirs, set: { snoozeDay: "2026-12-24" } }, "unsupported_version"],
      ["task.create@1", { id: fresh("tas"), anchor: ana, compartment: "private", fields: { name: "For Ana" } }, "missing"],
      ["contact.create@1", { id: fresh("con"), anchor: who["greta"], fields: { name: "Nobody" } }, "invalid"],
      ["task.create@1", { id: fresh("tas"), anchor: who["greta"], compartment: "core", fields: { name: "Open" } }, "invalid"],
    ]; // prettier-ignore
    const got: string[] = [];
    for (const [index, [name, args]] of acts.entries()) got.push(await push("greta", dev, index + 1, name, args));
    expect(got).toEqual(acts.map(([, , code]) => code));
    const rows = [
      { entity: "notice", source: "test:notice:1", anchor: accountSource("west"), fields: { noticeKind: "due" } },
    ];
    const report = await ask("/api/imports", { as: "greta", body: { rows, commit: true } });
    expect(report.ok ? ((await report.json()) as { errors: unknown[] }).errors.length : "refused").not.toBe(0);
    expect((await list("greta", "notices")).concat(await list("greta", "preferences"))).toEqual([]);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM notice WHERE anchor <> ?").bind(ana).first("n")).toBe(0);
  });
});

it("[NOTICE-3] the answer is the same whether what it is about is in sight, hidden, in another cell or was never", async () => {
  const abouts = [at["europe"] ?? "", at["closed"] ?? "", at["west"] ?? "", fresh("acc"), fresh("han", "apac")];
  const answers = new Set<string>();
  for (const about of abouts) {
    const id = noticeId(who["bo"] ?? "", "stale", about);
    const same = (text: string): string =>
      text
        .replaceAll(about, "ABOUT")
        .replaceAll(id, "ID")
        .replaceAll(/"createdAt":\d+/g, "");
    const calls = [
      await bytesOf(ask("/api/notices", { as: "bo", body: { kind: "stale", about, until: "2026-12-01" } })),
      await bytesOf(ask("/api/notices", { as: "bo", body: { kind: "stale", about, shown: 1 } })),
      await bytesOf(ask(`/api/notices/${id}`, { as: "bo" })),
    ];
    answers.add(same(calls.join("\n")));
  }
  expect(answers.size).toBe(1);
  expect([...answers][0]).toContain("200");
});

it("[NOTICE-1] [NOTICE-4] what was taken out of sight after it was put off is told no more, and what is said of it late tells nothing", async () => {
  const lent = at["lent"] ?? "";
  const canary = `c4n${crypto.randomUUID().slice(0, 13)}`;
  await ask(`/api/accounts/${lent}`, { as: "ana", method: "PATCH", body: { name: canary, nextAction: canary } });
  expect((await ask("/api/shares", { as: "ana", body: { record: lent, to: who["bo"] } })).ok).toBe(true);
  const dev = device();
  const first = await pull("bo", pullBody(dev));
  const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: line["h"] }] : []));
  const held = await pull("bo", pullBody(dev, { cursor: first.at(-1)?.["cursor"], want }));
  expect(JSON.stringify(held)).toContain(canary); // he has it, and puts it off
  expect(await push("bo", dev, 1, "notice.snooze@1", { anchor: who["bo"], kind: "due", about: lent, until: "2027-01-01" })).toBe("ok"); // prettier-ignore

  expect((await ask("/api/shares/end", { as: "ana", body: { record: lent, to: who["bo"] } })).ok).toBe(true);
  // His phone was away: what it had queued about the account comes now, and is answered as ever.
  const marks = [{ kind: "stale", about: lent, shown: 1 }, { kind: "due", about: lent, opened: 2 }]; // prettier-ignore
  const heard: string[] = [];
  heard.push(await (await ask("/sync/push", { as: "bo", body: pushBody(dev, [{ n: 2, name: "notice.mark@1", args: { anchor: who["bo"], marks } }]) })).text()); // prettier-ignore
  expect((JSON.parse(heard[0] ?? "") as Outcomes).results[0]?.ok).toBe(true);
  const after = await pull("bo", pullBody(dev, { cursor: held.at(-1)?.["cursor"] }));
  heard.push(JSON.stringify(after), await copyOf("bo"));
  for (const path of [
    "/api/notices?limit=200",
    `/api/notices/${noticeId(who["bo"] ?? "", "due", lent)}`,
    `/api/accounts/${lent}`,
    "/api/accounts?limit=200",
    `/api/shares?record=${lent}`,
  ])
    // prettier-ignore
    heard.push(await (await ask(path, { as: "bo" })).text());
  expect(heard.filter((text) => text.includes(canary))).toEqual([]);
  expect(after.some((line) => line["t"] === "rights" && JSON.stringify(line["g"]) === "{}")).toBe(true); // its key goes
  const mine = (await list("bo", "notices")).filter((row) => row["about"] === lent);
  expect(mine.map((row) => Object.keys(row).sort())).toEqual(mine.map(() => ["about", "anchor", "compartment", "createdAt", "createdBy", "goneAt", "id", "noticeKind", "openedAt", "shownAt", "snoozeDay"])); // prettier-ignore
});

it("[NOTICE-6] [NOTICE-7] two devices keep one notice: the first showing counts, a snooze is taken back, what was forgotten comes again", async () => {
  const [phone, desk] = [device(), device()];
  const about = at["east"] ?? "";
  const anchor = who["marcus"] ?? "";
  const id = noticeId(anchor, "stale", about);
  const mark = (dev: string, n: number, more: object) => push("marcus", dev, n, "notice.mark@1", { anchor, marks: [{ kind: "stale", about, ...more }] }); // prettier-ignore
  const row = async () => json<Row>(ask(`/api/notices/${id}`, { as: "marcus" }));
  expect([await mark(phone, 1, { shown: 2_000 }), await mark(desk, 1, { shown: 1_000 }), await mark(phone, 2, { shown: 5_000, opened: 6_000 })]).toEqual(["ok", "ok", "ok"]); // prettier-ignore
  expect(await row()).toMatchObject({ shownAt: 1_000, openedAt: 6_000, snoozeDay: null });
  expect(await mark(desk, 2, { shown: Date.now() + 9e9 })).toBe("ok"); // a clock that is ahead
  expect((await row())["shownAt"]).toBe(1_000);
  const until = (dev: string, n: number, day: string | null) => push("marcus", dev, n, "notice.snooze@1", { anchor, kind: "stale", about, until: day }); // prettier-ignore
  expect([await until(phone, 3, "2026-12-01"), (await row())["snoozeDay"], await until(desk, 3, null), (await row())["snoozeDay"]]).toEqual(["ok", "2026-12-01", "ok", null]); // prettier-ignore
  expect(await mark(phone, 4, { forget: true })).toBe("ok");
  expect((await ask(`/api/notices/${id}`, { as: "marcus" })).status).toBe(404);
  expect(await mark(phone, 5, { shown: 9_000 })).toBe("ok");
  expect(await row()).toMatchObject({ shownAt: 9_000, openedAt: null });
  // Choices of two devices are joined, not written over one another.
  await push("marcus", phone, 6, "preference.set@1", { anchor, modes: { due: "off" }, steps: { log: true } });
  await push("marcus", desk, 4, "preference.set@1", { anchor, modes: { stale: "now" }, steps: { tick: true } });
  const [choices] = await list("marcus", "preferences");
  expect([choices?.["modes"], choices?.["steps"]]).toEqual([
    { due: "off", stale: "now" },
    { log: true, tick: true },
  ]);
});

describe("[NOTICE-9] how notices are heeded by all together", () => {
  const crowd = ["ana", "bo", "lina", "sofia", "priya"] as const;
  const devices = new Map(handles.map((handle) => [handle, { dev: device(), n: 0 }]));
  const does = (handle: string, name: string, args: object): Promise<string> => {
    const own = devices.get(handle) ?? { dev: device(), n: 0 };
    return push(handle, own.dev, (own.n += 1), name, { anchor: who[handle], ...args });
  };
  const agrees = (handle: string, counted: boolean) => does(handle, "preference.set@1", { steps: { counted } });
  const meets = async (handle: string, kind: string, more: object = {}): Promise<void> => {
    const { from } = heededSpan(Date.now());
    const marks = Array.from({ length: 4 }, () => ({ kind, about: fresh("acc"), shown: from + 1, ...more }));
    expect(await does(handle, "notice.mark@1", { marks })).toBe("ok");
  };
  const told = async (as = "greta") => bytesOf(ask("/api/notices/heeded", { as }));

  it("tells numbers of five who agreed, no fewer, and not a byte of who did not", async () => {
    const empty = await told();
    expect(empty).toContain('"items":[]');
    for (const handle of [...crowd, "marcus", "tomas"]) await meets(handle, "mention", { opened: Date.now() });
    for (const handle of crowd.slice(0, 4)) expect(await agrees(handle, true)).toBe("ok");
    expect(await told()).toBe(empty); // four
    await agrees("priya", true);
    const five = await told();
    expect(JSON.parse(five.slice(five.indexOf('{"from')))).toMatchObject({
      items: [{ kind: "mention", shown: 20, acted: 20, putOff: 0, ignored: 0 }],
    });
    await meets("marcus", "mention"); // did not agree
    await meets("tomas", "stale");
    expect(await told()).toBe(five);
    await agrees("priya", false);
    expect(await told()).toBe(empty);
    await agrees("priya", true);
    expect(
      Object.values(who)
        .concat(Object.values(at))
        .filter((id) => five.includes(id)),
    ).toEqual([]);
  });
  it("is missing for whoever does not look after members, byte for byte like what never was", async () => {
    const never = async (as: string) => bytesOf(ask(`/api/notices/${fresh("ntc")}`, { as }));
    for (const handle of handles.filter((one) => one !== "greta" && one !== "omar")) expect([handle, await told(handle)]).toEqual([handle, await never(handle)]); // prettier-ignore
    expect(await told("omar")).toContain("200");
  });
});

describe("[TASK-3] a task that comes again", () => {
  const make = async (fields: object, owner?: string): Promise<string> => {
    const made = await ask("/api/tasks", { as: "ana", body: { anchor: at["west"], name: "Weekly call", ...fields, ...(owner ? { owner } : {}) } }); // prettier-ignore
    expect(made.status).toBe(201);
    return (await json<Row>(made)).id;
  };
  const far = { dueDay: "2099-01-05", dueZone: "Europe/Berlin", dueMin: 540, repeat: "FREQ=WEEKLY;BYDAY=MO" };
  const read = (id: string, as = "ana") => json<Row>(ask(`/api/tasks/${id}`, { as }));

  it("goes on by one tick, its steps open again; of two who tick the same one at once it goes on once", async () => {
    const id = await make({ ...far, checklist: "- [x] Numbers\n- [ ] Minutes" });
    const [ana, marcus] = [device(), device()];
    expect(await push("ana", ana, 1, "task.complete@1", { id, done: true, due: "2099-01-05" })).toBe("ok");
    expect(await push("marcus", marcus, 1, "task.complete@1", { id, done: true, due: "2099-01-05" })).toBe("ok"); // of the team
    expect(await push("ana", device(), 1, "task.complete@1", { id, done: true, due: "2099-01-05" })).toBe("ok"); // her other device
    expect(await read(id)).toMatchObject({ done: false, dueDay: "2099-01-12", dueMin: 540, doneDays: ["2099-01-05"], checklist: "- [ ] Numbers\n- [ ] Minutes" }); // prettier-ignore
    expect(await push("ana", ana, 2, "task.complete@1", { id, done: false, due: "2099-01-05" })).toBe("ok");
    expect(await read(id)).toMatchObject({ dueDay: "2099-01-05", doneDays: [] });
  });
  it("is ticked by whoever was given it alone, and stays theirs", async () => {
    const id = await make(far, who["lina"]);
    expect((await ask(`/api/accounts/${at["west"]}`, { as: "lina" })).status).toBe(404);
    expect((await ask(`/api/tasks/${id}/complete`, { as: "lina", body: { done: true } })).status).toBe(200);
    expect(await read(id, "lina")).toMatchObject({ dueDay: "2099-01-12", done: false });
  });
  it("what was missed is not made up for; without a rule or a day a tick is a tick", async () => {
    const missed = await make({ ...far, dueDay: "2020-01-06" });
    await ask(`/api/tasks/${missed}/complete`, { as: "ana", body: { done: true } });
    const { dueDay } = await read(missed);
    expect(Date.parse(`${String(dueDay)}T23:59:59Z`)).toBeGreaterThan(Date.now() - 86_400_000);
    for (const fields of [{ repeat: "FREQ=WEEKLY" }, { dueDay: "2099-01-05", repeat: "sometimes" }]) {
      const id = await make(fields);
      await ask(`/api/tasks/${id}/complete`, { as: "ana", body: { done: true } });
      expect(await read(id)).toMatchObject({ done: true, doneDays: null });
    }
  });
  it("[TASK-5] steps that two tick at once are both ticked, also while one is added", async () => {
    const id = await make({ checklist: "- [ ] One\n- [ ] Two" });
    const check = (as: string, n: number, dev: string, item: number, text: string) => push(as, dev, n, "task.check@1", { id, at: item, text, done: true }); // prettier-ignore
    const [phone, desk] = [device(), device()];
    expect(await check("ana", 1, phone, 1, "Two")).toBe("ok");
    await ask(`/api/tasks/${id}`, {
      as: "ana",
      method: "PATCH",
      body: { checklist: "- [ ] Zero\n- [ ] One\n- [x] Two" },
    });
    expect([await check("ana", 1, desk, 0, "One"), await check("ana", 2, desk, 0, "Nine")]).toEqual(["ok", "missing"]);
    expect((await read(id))["checklist"]).toBe("- [ ] Zero\n- [x] One\n- [x] Two");
  });
});

it("[TASK-6] a private task is edited, ticked and deleted by its member, and counts for nobody else", async () => {
  const dev = device();
  const id = fresh("tas");
  const fields = { name: "Renew passport", dueDay: "2026-12-01", dueZone: "Europe/Stockholm" };
  const before = (await list("greta", "tasks")).length;
  expect(await push("bo", dev, 1, "task.create@1", { id, anchor: who["bo"], compartment: "private", fields })).toBe(
    "ok",
  );
  expect(await push("bo", dev, 2, "task.edit@1", { id, set: { priority: "high" } })).toBe("ok");
  expect(await push("bo", dev, 3, "task.complete@1", { id, done: true })).toBe("ok");
  expect(await json<Row>(ask(`/api/tasks/${id}`, { as: "bo" }))).toMatchObject({
    ...fields,
    priority: "high",
    done: true,
  });
  expect((await list("greta", "tasks")).length).toBe(before); // the steward reads all tasks but these
  expect(await push("bo", dev, 4, "task.delete@1", { id })).toBe("ok");
});
