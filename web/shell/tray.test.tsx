import "fake-indexeddb/auto";
import { cleanup, configure, fireEvent, render, screen, waitFor, within } from "@solidjs/testing-library";
import axe from "axe-core";
import type { JSX } from "solid-js";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { slice } from "../../shared/access/slice.ts";
import { shippedPolicy } from "../../shared/access/templates.ts";
import { limits, dayMs } from "../../shared/kernel/limits.ts";
import type { ErrorCode } from "../../shared/kernel/result.ts";
import type { EntityName, Row } from "../../shared/records/entities.ts";
import { always, entryKey, put, type Entry, type Write } from "../data/disk.ts";
import { diskName, openDisk } from "../data/idb-disk.ts";
import type { LocalData } from "../data/store.ts";
import { account, contact, idOf, me } from "../data/testing/bench.ts";
import type { AttentionCard } from "../data/types.ts";
import { setLocale } from "../i18n/i18n.ts";

// What jsdom lacks; the components read it when they load.
beforeAll(() => {
  configure({ asyncUtilTimeout: 15_000 }); // both languages are loaded, beside other work
  globalThis.matchMedia = () => ({ matches: false, addEventListener: () => undefined }) as unknown as MediaQueryList;
  globalThis.fetch = () => Promise.reject(new TypeError("no network"));
});

const member = { member: me, base: "seller", duties: [], teams: [], regions: [], employment: "active" as const };
const ana = idOf("mem", 2);
const row = (id: string, more: Record<string, unknown>): Row =>
  ({ id, anchor: account().id, compartment: "core", createdAt: 1, createdBy: me, ...more }) as Row;
const opportunity = row(idOf("opp", 1), {
  compartment: "sales", name: "Orchard", owner: null, pipeline: idOf("pip", 1), stage: idOf("stg", 2),
  amountMinor: 41_000_00, currency: "USD", closeDay: "2030-12-01", discountPct: 5,
}); // prettier-ignore
const held: readonly (readonly [EntityName, Row])[] = [
  ["account", account()],
  ["contact", contact(1, { owner: null })],
  ["contact", contact(2, { owner: null })],
  ["opportunity", opportunity],
  ["member", row(me, { name: "Me", employment: "active" })],
  ["member", row(ana, { name: "Ana Silva", employment: "active" })],
  ...[1, 2, 3].map((n) => ["stage", row(idOf("stg", n), { name: ["Open", "Priced", "Won"][n - 1], pipeline: idOf("pip", 1), order: `a${n}`, next: null, outcome: n === 3 ? "won" : "open" })] as const),
]; // prettier-ignore
const groups = { identity: null, shared: null, terms: null };
const g = Object.fromEntries(held.map(([name]) => [name, groups]));
const refused = (n: number, more: Partial<AttentionCard> & Pick<AttentionCard, "code" | "args" | "mine">): AttentionCard => ({
  key: entryKey("cli", n), name: "contact.edit@1", at: Date.now(), since: Date.now(), ...more,
}); // prettier-ignore
const edit = (n: number, set: Record<string, unknown>) => ({
  args: { id: contact(n).id, set },
  mine: set as AttentionCard["mine"],
});

let data: LocalData | undefined;
let copied = "";
beforeEach(() => {
  copied = "";
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: (text: string) => Promise.resolve(void (copied = text)) } }); // prettier-ignore
});
afterEach(async () => {
  cleanup();
  data?.close();
  data = undefined;
  await setLocale("en");
  indexedDB.deleteDatabase(diskName("local", me));
  await new Promise((done) => setTimeout(done, 20));
});

/** The real local copy, without a network, over a disk that holds this. */
async function seeded(writes: readonly Write[]): Promise<LocalData> {
  const disk = await openDisk(diskName("local", me));
  const rows = new Map(held.map(([e, one]) => [one.id, { e, row: one }]));
  await disk.write(
    always([
      put("keys", "h1", { g, rows }),
      put("meta", "client", { id: "cli", next: 50 }),
      put("meta", "device", "dev"),
      put("meta", "ready", 1),
      put("meta", "sync", {
        cursor: "c",
        seen: 0,
        now: Date.now(),
        wall: Date.now(),
        lease: Date.now() + dayMs,
        round: 1,
      }),
      ...writes,
    ]),
  );
  disk.close();
  const { createData } = await import("../data/store.ts");
  const session = {
    me: { ...member, name: "Me", locale: "en" as const, zone: "UTC", cell: "local", cells: [] },
    slice: slice(shippedPolicy, member),
    policyId: 1,
  };
  data = await createData(session, () => "en");
  await vi.waitFor(() => expect(data?.record("account", () => account().id)()).toBeDefined());
  return data;
}
async function show(local: LocalData, what: () => Promise<() => JSX.Element>): Promise<HTMLElement> {
  const { makeSession, SessionContext } = await import("./context.ts");
  const Part = await what();
  const { baseElement } = render(() => (
    <SessionContext.Provider value={makeSession(local)}>
      <Part />
    </SessionContext.Provider>
  ));
  return baseElement as HTMLElement;
}
const tray = async () => {
  const { Tray } = await import("./tray.tsx");
  return () => <Tray open onClose={() => undefined} />;
};
const cardOf = (name: string): Promise<HTMLElement> =>
  waitFor(() => {
    const found = screen
      .getAllByRole("listitem")
      .find((one) => within(one).queryAllByText(name, { exact: false }).length > 0);
    if (!found) throw new Error(`no card about ${name}`);
    return found;
  });
const stored = async (store: "attention" | "outbox"): Promise<unknown[]> => {
  const disk = await openDisk(diskName("local", me));
  const { contents } = await disk.load();
  disk.close();
  return [...contents[store].values()];
};

describe("needs attention", () => {
  test("[SYNC-L6] every code has a sentence of its own in both languages, with the words that were typed", async () => {
    const codes: readonly ErrorCode[] = [
      "missing", "denied", "invalid", "version_conflict", "deleted", "needs_approval", "gate_unmet", "transition_unknown",
      "unauthenticated", "origin_refused", "not_json", "too_large", "too_many_requests", "unsupported_version",
      "client_unknown", "out_of_order", "busy", "unavailable",
    ]; // prettier-ignore
    const local = await seeded(
      codes.map((code, n) =>
        put("attention", entryKey("cli", n), refused(n, { code, ...edit(1, { title: `Words ${code}` }) })),
      ),
    );
    const said: string[][] = [];
    for (const locale of ["en", "zh-CN"] as const) {
      await setLocale(locale);
      const base = await show(local, tray);
      await waitFor(() => expect(within(base).getAllByText(/Words /).length).toBeGreaterThanOrEqual(codes.length));
      const sentences = [...base.querySelectorAll("li > p:nth-of-type(2)")].map((one) => one.textContent ?? "");
      expect(new Set(sentences).size, locale).toBe(codes.length);
      for (const code of codes.filter((one) => one.includes("_")))
        expect(sentences.join(" "), locale).not.toContain(code);
      said.push(sentences);
      cleanup();
    }
    expect(said[1]?.every((sentence) => /\p{Script=Han}/u.test(sentence))).toBe(true);
  }, 30_000);

  test("[SYNC-L6] a conflict shows mine and what stands there as fields show it, by whom; use mine sends it over what is there now", async () => {
    const local = await seeded([
      put("attention", entryKey("cli", 1), refused(1, {
        name: "opportunity.edit@1", code: "version_conflict", fields: ["amountMinor"], by: ana, when: Date.now(),
        args: { id: opportunity.id, set: { amountMinor: 52_000_00 }, seen: { amountMinor: 40_000_00 } },
        mine: { amountMinor: 52_000_00 }, theirs: { amountMinor: 41_000_00 },
      })),
    ]); // prettier-ignore
    const base = await show(local, tray);
    const card = await cardOf("Orchard");
    for (const words of ["Both changed", "Amount", "$52,000", "$41,000", "Ana Silva"])
      expect(card.textContent).toContain(words);
    expect(card.textContent).not.toMatch(/local_|\{|5200000/);
    const found = await axe.run(base, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
    expect(found.violations.map((one) => one.id)).toEqual([]);
    within(card).getByRole("button", { name: "Use mine" }).focus();
    fireEvent.click(within(card).getByRole("button", { name: "Use mine" }));
    await screen.findByText(/Nothing needs you/);
    await waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Close")); // and not lost
    expect(await stored("outbox")).toMatchObject([
      { args: { set: { amountMinor: 52_000_00 }, seen: { amountMinor: 41_000_00 } } },
    ]);
    expect(await stored("attention")).toEqual([]);
  });

  test("[SYNC-L6] a stage that moved: the steps from where it is now, and the one chosen goes on from there", async () => {
    const args = { id: opportunity.id, from: idOf("stg", 1), to: idOf("stg", 2) };
    const local = await seeded([put("attention", entryKey("cli", 1), refused(1, { name: "opportunity.advance@1", code: "version_conflict", fields: ["stage"], args, mine: { stage: idOf("stg", 2) }, theirs: { stage: idOf("stg", 2) } }))]); // prettier-ignore
    await show(local, tray);
    const card = await cardOf("Orchard");
    await within(card).findByText("From Priced it can go to");
    fireEvent.click(within(card).getByRole("button", { name: "Open" }));
    await screen.findByText(/Nothing needs you/);
    expect(await stored("outbox")).toMatchObject([{ args: { from: idOf("stg", 2), to: idOf("stg", 1) } }]);
  });

  test("[SYNC-L6] access that ended: only what was typed, no name and no value of what was there, and a way to ask", async () => {
    const gone = idOf("con", 77);
    const local = await seeded([
      put(
        "attention",
        entryKey("cli", 1),
        refused(1, { code: "missing", args: { id: gone, set: { title: "My words" } }, mine: { title: "My words" } }),
      ),
    ]);
    await show(local, tray);
    const card = await cardOf("Contact");
    expect(card.textContent).toContain("your access to this contact ended");
    expect(card.textContent).toContain("My words");
    expect(within(card).queryByRole("button", { name: "Send again" })).toBeNull();
    fireEvent.click(within(card).getByRole("button", { name: "Copy" }));
    await waitFor(() => expect(copied).toContain("Title: My words"));
    expect(copied).not.toContain(gone);
    fireEvent.click(within(card).getByRole("button", { name: "Request access" }));
    expect(await within(card).findByRole("textbox", { name: /What for/ })).toBeDefined();
  });

  test("[SYNC-L6] what was refused because of it is in the same card, and goes again with it; unmet gates are a list", async () => {
    const made = idOf("con", 9);
    const local = await seeded([
      put("attention", entryKey("cli", 1), refused(1, { name: "contact.create@1", code: "gate_unmet", makes: [made], args: { id: made, anchor: account().id, fields: { name: "Noor" } }, mine: { name: "Noor" },
        unmet: [{ kind: "field", field: "closeDay" }, { kind: "hidden", count: 2, heldBy: "finance" }, { kind: "handoff" }] })),
      put("attention", entryKey("cli", 2), refused(2, { code: "missing", root: entryKey("cli", 1), args: { id: made, set: { title: "Lead" } }, mine: { title: "Lead" } })),
    ]); // prettier-ignore
    await show(local, tray);
    const card = await cardOf("Noor");
    for (const words of [
      "Refused with it",
      "Lead",
      "Close date is missing",
      "2 more fields, held by Finance, are missing.",
      "A handoff has to be accepted first.",
    ])
      expect(card.textContent).toContain(words);
    expect(local.attention()).toHaveLength(1);
    fireEvent.click(within(card).getByRole("button", { name: "Send again" }));
    await screen.findByText(/Nothing needs you/);
    expect(await stored("outbox")).toMatchObject([
      { n: 50, name: "contact.create@1" },
      { n: 51, name: "contact.edit@1" },
    ]);
  });

  test("[SYNC-L6] edit sends other words; words that do not fit are said and nothing is lost", async () => {
    const local = await seeded([
      put(
        "attention",
        entryKey("cli", 1),
        refused(1, { code: "invalid", fields: ["email"], ...edit(1, { email: "not an address" }) }),
      ),
    ]);
    await show(local, tray);
    const card = await cardOf("Contact 1");
    expect(card.textContent).toContain("does not fit: E-mail");
    fireEvent.click(within(card).getByRole("button", { name: "Edit" }));
    const box = within(card).getByRole("textbox", { name: "E-mail" });
    fireEvent.input(box, { target: { value: "still wrong" } });
    fireEvent.click(within(card).getByRole("button", { name: "Send" }));
    expect(await within(card).findByText("That value does not fit")).toBeDefined();
    expect(await stored("attention")).toHaveLength(1);
    fireEvent.input(box, { target: { value: "noor@acme.example" } });
    fireEvent.click(within(card).getByRole("button", { name: "Send" }));
    await screen.findByText(/Nothing needs you/);
    expect(await stored("outbox")).toMatchObject([{ args: { set: { email: "noor@acme.example" } } }]);
  });

  test("[SYNC-W9] what was deleted is put back together with the change", async () => {
    const gone = idOf("con", 78);
    const local = await seeded([
      put(
        "attention",
        entryKey("cli", 1),
        refused(1, {
          code: "deleted",
          restore: gone,
          by: ana,
          args: { id: gone, set: { title: "Mine" } },
          mine: { title: "Mine" },
        }),
      ),
    ]);
    await show(local, tray);
    fireEvent.click(within(await cardOf("deleted")).getByRole("button", { name: "Restore it with my change" }));
    await screen.findByText(/Nothing needs you/);
    expect(await stored("outbox")).toMatchObject([
      { name: "contact.restore@1", args: { id: gone } },
      { name: "contact.edit@1" },
    ]);
  });

  test("[SYNC-L6] words older than seven days go, and it is said", async () => {
    const old = Date.now() - (limits.refusedWordsDays * dayMs + 1_000);
    const local = await seeded([
      put("attention", entryKey("cli", 1), {
        ...refused(1, { code: "denied", ...edit(1, { title: "Old" }) }),
        since: old,
      }),
      put("attention", entryKey("cli", 2), {
        ...refused(2, { code: "denied", ...edit(2, { title: "Young" }) }),
        since: old + 60_000,
      }),
    ]);
    await show(local, tray);
    expect(await screen.findByText("1 refused change was older than seven days and is gone.")).toBeDefined();
    expect((await cardOf("Contact 2")).textContent).toContain("Young");
    expect(screen.queryByText("Old")).toBeNull();
    expect(await stored("attention")).toHaveLength(1);
  });
});

describe("the outbox", () => {
  const waiting = (n: number, set: Record<string, unknown>): Entry => ({
    client: "cli", n, name: "contact.edit@1", args: { id: contact(1).id, set }, base: {}, mine: set as Entry["mine"], at: Date.now(),
  }); // prettier-ignore
  const outbox = async () => {
    const { Outbox } = await import("./outbox.tsx");
    return () => <Outbox onTray={() => undefined} />;
  };

  test("[SYNC-L6] every change has its line, old and new in words; what may have left can't be taken back, the rest can", async () => {
    const titles = Array.from({ length: 20 }, (_, index) => `T${index + 1}`);
    const local = await seeded([
      ...titles.map((title, index) => put("outbox", entryKey("cli", 30 + index), waiting(30 + index, { title }))),
      put("meta", "sent", 31),
    ]);
    await show(local, outbox);
    const lines = await waitFor(() => {
      const found = screen.getAllByRole("listitem");
      expect(found).toHaveLength(20);
      return found;
    });
    const line = (title: string): HTMLElement => {
      const found = lines.find((one) => one.querySelector("p")?.textContent?.endsWith(title));
      if (!found) throw new Error(title);
      return found;
    };
    expect(line("T20").textContent).toMatch(/Contact 1.*Title T19 → T20.*saved here/);
    expect(line("T1").textContent).toMatch(/Title Buyer → T1.*sent, not confirmed yet/);
    expect(within(line("T2")).queryByRole("button", { name: /^Take back/ })).toBeNull();
    fireEvent.click(within(line("T20")).getByRole("button", { name: "Take back: Contact 1" }));
    await waitFor(() => expect(screen.getAllByRole("listitem")).toHaveLength(19));
    expect(local.record("contact", () => contact(1).id)()?.title).toBe("T19");
    expect(local.sync().waiting).toBe(19);
    expect(await stored("outbox")).toHaveLength(20); // its place is kept
    fireEvent.click(screen.getByRole("button", { name: "Copy all" }));
    await waitFor(() => expect(copied.split("\n\n")).toHaveLength(19));
    expect(copied).toContain("Title: Buyer → T1");
  });

  test("[SYNC-L6] signing out with unsent work lists it; staying loses nothing", async () => {
    const local = await seeded([
      put("outbox", entryKey("cli", 40), waiting(40, { title: "Unsent" })),
      put("attention", entryKey("cli", 2), refused(2, { code: "denied", ...edit(2, { title: "Refused" }) })),
    ]);
    expect(await local.signOut(false)).toBe(false);
    let stayed = false;
    await show(local, async () => {
      const { SignOutDialog } = await import("./sign-out.tsx");
      return () => <SignOutDialog onStay={() => (stayed = true)} onLeave={() => undefined} />;
    });
    const dialog = await screen.findByRole("dialog");
    for (const words of ["Unsent", "Refused", "2 changes have not been sent"])
      expect(dialog.textContent).toContain(words);
    fireEvent.click(within(dialog).getByRole("button", { name: "Copy all" }));
    await waitFor(() => expect(copied).toContain("Refused"));
    fireEvent.click(within(dialog).getByRole("button", { name: "Stay and send" }));
    expect(stayed).toBe(true);
    expect([(await stored("outbox")).length, (await stored("attention")).length]).toEqual([1, 1]);
  });
});

describe("marks on what is edited", () => {
  test("[SYNC-L6] refused: what I tried and why, with ways out; both changed: use mine or keep theirs; saved here: a hollow dot", async () => {
    const local = await seeded([
      put("attention", entryKey("cli", 1), refused(1, { code: "denied", ...edit(1, { title: "Chief" }) })),
      put("attention", "over:1", {
        ...refused(1, { code: "overwritten", by: ana, ...edit(1, { department: "Mine" }) }),
        key: "over:1",
      }),
      put("outbox", entryKey("cli", 40), {
        client: "cli",
        n: 40,
        name: "contact.edit@1",
        args: { id: contact(1).id, set: { role: "Boss" } },
        base: {},
        mine: { role: "Boss" },
        at: 1,
      }),
    ]);
    await show(local, async () => {
      const { Field } = await import("../ui/field.tsx");
      const { editing } = await import("../accounts/edit.ts");
      const { useSession } = await import("./context.ts");
      return () => {
        const session = useSession();
        const of = () => local.record("contact", () => contact(1).id)() as Row;
        return (
          <>
            {["title", "department", "role"].map((field) => (
              <Field label={field} {...editing(session, "contact", of(), field)} />
            ))}
          </>
        );
      };
    });
    expect(await screen.findByText("You tried “Chief” — not accepted: you may not do this")).toBeDefined();
    expect(screen.getByRole("img", { name: "Saved on this device, not sent yet" })).toBeDefined();
    fireEvent.click(screen.getByRole("button", { name: "Fix" }));
    expect(((await screen.findByRole("textbox", { name: "title" })) as HTMLInputElement).value).toBe("Chief");
    const leaving = new Event("beforeunload", { cancelable: true });
    dispatchEvent(leaving);
    expect(leaving.defaultPrevented).toBe(true); // words that are typed and not saved keep the tab
    fireEvent.keyDown(screen.getByRole("textbox", { name: "title" }), { key: "Escape" });
    const free = new Event("beforeunload", { cancelable: true });
    dispatchEvent(free);
    expect(free.defaultPrevented).toBe(false);
    fireEvent.click(screen.getByRole("button", { name: "Discard" }));
    await waitFor(() => expect(screen.queryByText(/You tried/)).toBeNull());
    fireEvent.click(screen.getByRole("button", { name: "Restore mine" }));
    await waitFor(() => expect(local.record("contact", () => contact(1).id)()?.department).toBe("Mine"));
    await waitFor(() => expect(local.attention()).toEqual([]));
  });
});
