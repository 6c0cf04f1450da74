import { cleanup, render, screen } from "@solidjs/testing-library";
import axe from "axe-core";
import { afterEach, expect, test } from "vitest";
import type { SyncState } from "../data/types.ts";
import { setLocale } from "../i18n/i18n.ts";
import { SyncChip } from "./sync-chip.tsx";
import { syncWords } from "./sync-words.ts";

afterEach(cleanup);

const at = (state: SyncState["state"], waiting = 0, attention = 0): SyncState => ({
  state,
  waiting,
  attention,
  at: 0,
  records: 12,
});
const states: readonly SyncState["state"][] = [
  "synced",
  "saved_here",
  "sending",
  "offline",
  "attention",
  "locked",
  "first_sync",
  "signed_out",
  "update_needed",
  "memory_only",
];

test.each([
  [at("synced"), "All changes sent", "10:42", "All changes sent"],
  [at("saved_here", 3), "Saved on this device", "3 waiting", "3 changes are saved on this device, not sent yet"],
  [at("saved_here", 1), "Saved on this device", "1 waiting", "1 change is saved on this device, not sent yet"],
  [at("sending", 2), "Sending…", "2 waiting", "2 changes are saved on this device, not sent yet"],
  [at("offline"), "Offline since 10:42", "", "You are offline."],
  [
    at("offline", 2),
    "Offline since 10:42",
    "2 waiting",
    "2 changes are saved on this device, not sent yet. You are offline.",
  ],
  [at("attention", 0, 1), "1 needs you", "", "1 change was not accepted and waits for you"],
  [at("locked", 12), "Locked", "12 unsent", "Sign in to unlock this device"],
])("%o reads %s · %s", (sync, short, note, long) => {
  const words = syncWords(sync, "10:42");
  expect([words.short, words.note]).toEqual([short, note]);
  expect(words.long).toContain(long);
});
test("[SYNC-L6] in Chinese too, and a conflict is told from a refusal", async () => {
  await setLocale("zh-CN");
  expect(syncWords(at("saved_here", 3), "10:42")).toMatchObject({ short: "已存本机", note: "3 项待发" });
  expect(syncWords(at("offline", 0), "09:15").short).toBe("09:15 起离线");
  expect(syncWords(at("synced"), "10:42")).toMatchObject({ short: "所有更改已送达", note: "10:42" });
  await setLocale("en");
  expect([syncWords(at("attention", 0, 2), "", 2).tone, syncWords(at("attention", 0, 2), "", 1).tone]).toEqual([
    "both",
    "bad",
  ]);
});

test("what needs the member is said before everything else, in every state", () => {
  for (const state of states) expect(syncWords(at(state, 4, 2)).short).toBe("2 need you");
});

test("the chip is never more than four short words, in either language", async () => {
  for (const locale of ["en", "zh-CN"] as const) {
    await setLocale(locale);
    for (const state of states) {
      const { short } = syncWords(at(state, 3), "10:42");
      expect(short.length, short).toBeGreaterThan(0);
      expect(short.length, short).toBeLessThanOrEqual(20);
    }
  }
  await setLocale("en");
});

test("the chip's name says the whole sentence and it has no accessibility violation", async () => {
  const { container } = render(() => <SyncChip sync={at("saved_here", 3)} both={0} zone="UTC" />);
  expect(
    screen.getByRole("button", {
      name: "Sync: Saved on this device. 3 waiting. 3 changes are saved on this device, not sent yet",
    }).textContent,
  ).toBe("Saved on this device 3 waiting");
  const found = await axe.run(container, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(found.violations.map((one) => one.id)).toEqual([]);
});
