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
  [at("synced"), "All sent", "All changes sent"],
  [at("saved_here", 3), "3 saved here", "3 changes are saved on this device, not sent yet"],
  [at("saved_here", 1), "1 saved here", "1 change is saved on this device, not sent yet"],
  [at("offline"), "Offline", "You are offline."],
  [at("offline", 2), "Offline · 2 waiting", "2 changes are saved on this device, not sent yet. You are offline."],
  [at("attention", 0, 1), "1 need you", "1 change was not accepted and waits for you"],
  [at("locked", 12), "Locked", "Sign in to unlock this device"],
])("%o reads %s", (sync, short, long) => {
  expect(syncWords(sync).short).toBe(short);
  expect(syncWords(sync).long).toContain(long);
});

test("what needs the member is said before everything else, in every state", () => {
  for (const state of states) expect(syncWords(at(state, 4, 2)).short).toBe("2 need you");
});

test("the chip is never more than four short words, in either language", async () => {
  for (const locale of ["en", "zh-CN"] as const) {
    await setLocale(locale);
    for (const state of states) {
      const { short } = syncWords(at(state, 3));
      expect(short.length, short).toBeGreaterThan(0);
      expect(short.length, short).toBeLessThanOrEqual(19);
    }
  }
  await setLocale("en");
});

test("the chip's name says the whole sentence and it has no accessibility violation", async () => {
  const { container } = render(() => (
    <SyncChip sync={at("saved_here", 3)} outbox={[]} zone="UTC" nameOf={() => ""} onSync={() => {}} onTray={() => {}} />
  ));
  expect(
    screen.getByRole("button", { name: "Sync: 3 saved here. 3 changes are saved on this device, not sent yet" })
      .textContent,
  ).toBe("3 saved here");
  const found = await axe.run(container, {
    rules: { "color-contrast": { enabled: false }, region: { enabled: false } },
  });
  expect(found.violations.map((one) => one.id)).toEqual([]);
});
