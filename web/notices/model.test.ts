import { describe, expect, test } from "vitest";
import type { RecordOf } from "../../shared/records/entities.ts";
import { dueRows, hasCome, isMeeting, isPutOff, isUnfinished, mentions, mentionsOf } from "./model.ts";

const at = (text: string) => Date.parse(text);
const now = at("2026-11-24T12:00:00Z");
const base = { anchor: "eu_acc_1", compartment: "core", createdAt: now, createdBy: "other" };

describe("[TASK-9] what is due", () => {
  const task = (id: string, more: Partial<RecordOf<"task">>): RecordOf<"task"> => ({ ...base, id, name: id, ...more });
  const account = { ...base, id: "acc", nextAction: "Call", nextActionDay: "2026-11-23", nextActionZone: "UTC" };
  const opportunity = {
    ...base,
    id: "opp",
    nextAction: "Send the offer",
    nextActionDay: "2026-11-24",
    nextActionZone: "UTC",
  };
  const tasks = [
    task("noon", { dueDay: "2026-11-24", dueMin: 720, dueZone: "UTC" }),
    task("nine in Tokyo", { dueDay: "2026-11-25", dueMin: 540, dueZone: "Asia/Tokyo" }), // 00:00 UTC
    task("some time", { dueDay: "2026-11-24", dueZone: "UTC" }),
    task("long ago", { dueDay: "2026-11-01", dueZone: "UTC" }),
  ];
  test("stands by day and time of its reader, tasks and next actions in one row, the latest first", () => {
    const rows = dueRows({ tasks, accounts: [account], opportunities: [opportunity] }, "UTC");
    expect(rows.map(({ id }) => id)).toEqual(["long ago", "acc", "noon", "opp", "some time", "nine in Tokyo"]);
    expect(dueRows({ tasks, accounts: [], opportunities: [] }, "America/Los_Angeles").map(({ id }) => id)).toEqual(["long ago", "noon", "nine in Tokyo", "some time"]); // prettier-ignore
  });
  test("is told from the morning of its day, or from its reminder if that is earlier", () => {
    const told = (more: Partial<RecordOf<"task">>, when: string) => {
      const one = task("t", { dueZone: "UTC", ...more });
      const [row] = dueRows({ tasks: [one], accounts: [], opportunities: [] }, "UTC");
      return row !== undefined && hasCome(row, one, "UTC", at(when));
    };
    expect([told({ dueDay: "2026-11-25" }, "2026-11-24T23:59:00Z"), told({ dueDay: "2026-11-25" }, "2026-11-25T00:00:00Z")]).toEqual([false, true]); // prettier-ignore
    const early = { dueDay: "2026-11-25", dueMin: 480, remindMin: 1440 };
    expect([told(early, "2026-11-24T07:59:00Z"), told(early, "2026-11-24T08:00:00Z")]).toEqual([false, true]);
  });
});

test("[NOTICE-7] a row is put off up to and without its day", () => {
  expect([isPutOff(undefined, "2026-11-24"), isPutOff({ snoozeDay: null }, "2026-11-24"), isPutOff({ snoozeDay: "2026-11-25" }, "2026-11-24"), isPutOff({ snoozeDay: "2026-11-25" }, "2026-11-25")]).toEqual([false, false, true, false]); // prettier-ignore
});

describe("[NOTICE-1] mentions", () => {
  const names = ["Ana Ribeiro", "ana"];
  test.each([
    ["@ana have a look", true],
    ["ask @Ana Ribeiro, please", true],
    ["(@ana)", true],
    ["@anabel has it", false],
    ["mail ana@example.test", false],
    ["me@ana.example", false],
    ["ana, have a look", false],
    ["", false],
  ])("%j", (body, expected) => expect(mentions(body, names)).toBe(expected));
  test("a name in Chinese ends where it ends", () => {
    expect([mentions("请@李娜看一下", ["李娜", "lina"]), mentions("李娜看一下", ["李娜", "lina"])]).toEqual([
      true,
      false,
    ]);
  });
  const comment = (id: string, more: Partial<RecordOf<"comment">>): RecordOf<"comment"> => ({ ...base, id: `eu_com_${id}`, about: "eu_acc_1", body: "@ana?", at: now, ...more }); // prettier-ignore
  const inNote = (id: string, more: Partial<RecordOf<"section_comment">>): RecordOf<"section_comment"> => ({ ...base, id: `eu_sco_${id}`, section: "eu_sec_1", parent: null, body: "@ana?", at: now, ...more }); // prettier-ignore
  const found = (...comments: Parameters<typeof mentionsOf>[0][number][]) => mentionsOf(comments, { member: "me", names }, now).map((one) => one.comment.id); // prettier-ignore
  test("ask until they are answered, settled or a month old; nobody mentions themselves", () => {
    expect(found(comment("1", {}))).toEqual(["eu_com_1"]);
    expect(found(comment("1", { createdBy: "me" }))).toEqual([]);
    expect(found(comment("1", { at: now - 31 * 86_400_000 }))).toEqual([]);
    expect(found(comment("1", { at: now - 10 }), comment("2", { createdBy: "me", body: "Done", at: now }))).toEqual([]);
    expect(found(comment("1", {}), comment("2", { createdBy: "me", body: "Done", at: now - 10 }))).toEqual([
      "eu_com_1",
    ]);
    expect(found(comment("1", {}), comment("2", { createdBy: "me", about: "eu_opp_1", at: now }))).toEqual([
      "eu_com_1",
    ]);
  });
  test("in a note go by their thread", () => {
    expect(found(inNote("1", {}), inNote("2", { parent: "eu_sco_1", body: "and @ana again", at: now + 1 }))).toEqual(["eu_sco_1", "eu_sco_2"]); // prettier-ignore
    expect(
      found(inNote("1", {}), inNote("2", { parent: "eu_sco_1", createdBy: "me", body: "Yes", at: now + 1 })),
    ).toEqual([]);
    expect(found(inNote("1", { resolvedAt: now }), inNote("2", { parent: "eu_sco_1", at: now + 1 }))).toEqual([]);
    expect(found(inNote("1", { body: null }))).toEqual([]);
  });
});

describe("[TASK-7] what was left out", () => {
  const activity = (more: Partial<RecordOf<"activity">>): RecordOf<"activity"> => ({ ...base, id: "act", at: now, left: ["note"], ...more }); // prettier-ignore
  test("is asked for until it is filled in or fourteen days old; of a meeting once it is over", () => {
    const asked = (more: Partial<RecordOf<"activity">>) => isUnfinished(activity(more), now);
    const days = (count: number) => now - count * 86_400_000;
    expect([asked({}), asked({ left: [] }), asked({ left: null })]).toEqual([true, false, false]);
    expect([asked({ at: days(14), createdAt: days(14) }), asked({ at: days(15), createdAt: days(15) })]).toEqual([true, false]); // prettier-ignore
    expect(asked({ at: now + 1, left: ["outcome"] })).toBe(false);
  });
  test("a meeting stands ahead from seven days before until it ends", () => {
    const ahead = (when: string, more: Partial<RecordOf<"activity">> = {}) => isMeeting(activity({ at: at(when), left: ["outcome"], ...more }), now, "UTC"); // prettier-ignore
    expect([ahead("2026-11-24T11:45:00Z"), ahead("2026-11-24T11:15:00Z"), ahead("2026-11-24T11:15:00Z", { durationMin: 60 })]).toEqual([true, false, true]); // prettier-ignore
    expect([ahead("2026-12-01T23:00:00Z"), ahead("2026-12-02T01:00:00Z"), ahead("2026-11-25T09:00:00Z", { left: [] })]).toEqual([true, false, false]); // prettier-ignore
  });
});
