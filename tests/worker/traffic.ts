/**
 * Traffic of a real device, recorded and played again. `tests/fixtures/sync-1.json` was recorded by the client of protocol
 * version 1 against the edge of its day; every later edge must still answer it (SYNC-L5). Before the protocol changes
 * again, today's version is recorded in the same way: traffic.test.ts.
 */
import { env } from "cloudflare:workers";
import { memberSource } from "../../demo/people.ts";
import type { ImportRow } from "../../shared/exchange/import-plan.ts";
import type { Row } from "../../shared/records/entities.ts";
import { mutations } from "../../shared/sync/registry.ts";
import { EdgeClock } from "../../web/data/clock.ts";
import { always, entryKey, MemoryDisk, put, type ClientMeta } from "../../web/data/disk.ts";
import { pullOnce, pushOnce, type Exchange } from "../../web/data/exchange.ts";
import { Replica } from "../../web/data/replica.ts";
import { Handles } from "../../worker/sync/cursor.ts";
import { account, accountSource, ask, boot, bring, idOf, memberId, opportunity, under } from "./app-rig.ts";

interface Step {
  readonly as: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly status: number;
  /** Of the device's own requests. */
  readonly answer?: string;
}
export interface Traffic {
  readonly version: number;
  /** What the handles of the recorded device stood for. */
  readonly keys: Readonly<Record<string, readonly [anchor: string, compartment: string]>>;
  readonly steps: readonly Step[];
  /** What the device held in the end. */
  readonly rows: readonly Row[];
}

/**
 * When a record was made is another time in each run. Masked values and some fields came after the recording: a device of
 * that day stores no masked field, and what nobody filled in yet is not compared.
 */
export const untimed = (rows: readonly object[]): unknown =>
  rows.map((row) => {
    const known = Object.entries(row).filter(([name, value]) => !name.includes("_") && value !== null);
    return { ...Object.fromEntries(known), createdAt: 0 };
  });

/** Accounts that lie differently to Ana, with something of every kind below. The same ids each time. */
export async function traffickedWorld(): Promise<void> {
  await boot();
  await bring([
    account("given", "ana", "west", "americas", { city: "Portland", employees: 40 }),
    opportunity("1", "west", { amountMinor: 100_00, currency: "USD", discountPct: 5, closeDay: "2026-12-01" }),
    ownedBy("bo", opportunity("2", "europe", { amountMinor: 7_700 })),
    under("contact", "1", "west", { fields: { name: "Ada Lovelace", given: "Ada", family: "Lovelace", mobile: "+1 555" } }),
    under("contact", "2", "west", { fields: { name: "Ödön \"Öcsi\" Varga", email: "varga@west.example" } }),
    under("contact", "3", "given", { fields: { name: "李娜", phone: "+86 10 5555" } }),
    under("task", "1", "west", { fields: { name: "Call them", done: false } }),
    under("activity", "1", "west", { fields: { name: "Old call", body: "Line one\nline two\t^a" } }),
  ]); // prettier-ignore
}

const ownedBy = (handle: string, row: ImportRow): ImportRow => ({
  ...row,
  refs: { ...row.refs, owner: memberSource(handle) },
});

/** A day of Ana's device: a first sync, others' work, her own offline and refused, rights that come and go. */
export async function record(version: number): Promise<Traffic> {
  const steps: Step[] = [];
  const device = "dev-of-the-recording";
  const other = async (as: string, method: string, path: string, body: unknown): Promise<Response> => {
    const answer = await ask(path, { as, method, body });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    steps.push({ as, method, path, body, status: answer.status });
    return answer;
  };
  const own = async (path: string, body: unknown): Promise<string> => {
    const answer = await ask(path, { as: "ana", body });
    const text = new TextDecoder().decode(await answer.arrayBuffer());
    steps.push({ as: "ana", method: "POST", path, body, status: answer.status, answer: text });
    return text;
  };
  const disk = new MemoryDisk();
  const actor = {
    member: await memberId("ana"),
    teams: [await idOf("demo:team:west")],
    regions: [await idOf("demo:region:americas")],
  };
  const replica = new Replica({ cell: env.CELL, actor, mutations });
  await disk.write(always([put("meta", "device", device), put("meta", "client", { id: `${device}-1`, next: 1 })]));
  replica.load(1, (await disk.load()).contents);
  const x: Exchange = {
    replica,
    clock: new EdgeClock({ wall: () => Date.now(), mono: () => Date.now() }),
    wall: () => Date.now(),
    store: async (writes) => void replica.absorb((await disk.write(always(writes))).writes),
    transact: async (plan) => void replica.absorb((await disk.write(plan)).writes),
    newClient: () => `${device}-2`,
    wire: {
      push: async (body) => JSON.parse(await own("/sync/push", body)) as never,
      pull: async function* (body) {
        yield await own("/sync/pull", body);
      },
    },
  };
  const pull = async (): Promise<void> => {
    while (await pullOnce(x));
  };
  const mutate = async (name: string, args: unknown): Promise<void> => {
    const drafted = replica.draft(name, args, 1_800_000_000_000);
    if (!drafted.ok) throw new Error(`${name}: ${drafted.error.code}`);
    const { id, next } = replica.client as ClientMeta;
    const entry = { ...drafted.value, client: id, n: next };
    await x.store([put("outbox", entryKey(id, next), entry), put("meta", "client", { id, next: next + 1 })]);
  };

  const [west, given] = (await Promise.all(["west", "given"].map((key) => idOf(accountSource(key))))) as [string, string]; // prettier-ignore
  const [deal, theirs, ada, varga] = (await Promise.all(["opportunity:1", "opportunity:2", "contact:1", "contact:2"].map((key) => idOf(`test:${key}`)))) as [string, string, string, string]; // prettier-ignore
  const [ana, bo] = [actor.member, await memberId("bo")];
  const made = (kind: string, text: string): string => `${env.CELL}_${kind}_${text.padEnd(20, "0")}`;

  await pull();
  // Others work: an edit, a new record, one that goes.
  await other("marcus", "PATCH", `/api/accounts/${west}`, { city: "Salem", website: "west.example/new" });
  const created = { id: made("con", "b"), anchor: west, compartment: "core", fields: { name: "Brand New" } };
  const muts = [{ n: 1, name: "contact.create@1", args: created, at: 1_800_000_000_000 }];
  await other("marcus", "POST", "/sync/push", {
    v: version,
    device: "dev-of-marcus",
    client: "of-marcus",
    seen: 0,
    muts,
  });
  await other("ana", "DELETE", `/api/contacts/${varga}`, undefined);
  await pull();
  // Offline work: two edits, a new record with an edit on top, and one that will meet another's.
  await mutate("account.edit@1", { id: west, set: { nextAction: "Send the draft", nextActionDay: "2026-12-14" } });
  await mutate("contact.create@1", {
    id: made("con", "c"),
    anchor: west,
    compartment: "core",
    fields: { name: "Grace" },
  });
  await mutate("contact.edit@1", { id: made("con", "c"), set: { title: "Admiral" } });
  await mutate("opportunity.edit@1", { id: deal, set: { amountMinor: 200_00 }, seen: { amountMinor: 100_00 } });
  await mutate("contact.delete@1", { id: ada });
  await other("marcus", "PATCH", `/api/opportunities/${deal}`, { amountMinor: 150_00 });
  await pushOnce(x);
  await pull();
  // An account leaves and comes back; another is opened, looked at and left; a record is shared by itself for a while.
  await other("ana", "POST", `/api/accounts/${given}/reassign`, {
    to: bo,
    team: await idOf("demo:team:europe"),
    region: await idOf("demo:region:europe"),
  });
  await pull();
  await other("bo", "POST", `/api/accounts/${given}/reassign`, {
    to: ana,
    team: actor.teams[0],
    region: actor.regions[0],
  });
  await pull();
  await x.store([put("follow", "000000001", { anchor: given, kind: "unfollow" })]);
  await pull();
  await x.store([put("follow", "000000002", { anchor: given, kind: "pin" })]);
  await pull();
  await other("bo", "POST", `/api/opportunities/${theirs}/assign`, { to: ana });
  await pull();
  await other("ana", "POST", `/api/opportunities/${theirs}/assign`, { to: bo });
  await pull();

  const secret = await env.DB.prepare("select secret from device where id = ?")
    .bind(device)
    .first<{ secret: string }>();
  const handles = await Handles.of(secret?.secret ?? "");
  const keys: Record<string, readonly [string, string]> = {};
  const named = steps.flatMap(({ answer }) => [...(answer ?? "").matchAll(/"h":"([^"]+)"/g)].map(([, h]) => h ?? ""));
  for (const h of new Set(named)) {
    const key = await handles.open(h);
    if (!key) continue; // a record that is shared by itself is named by its id
    const anchor = await env.DB.prepare("select id from anchor where no = ?").bind(key.no).first<{ id: string }>();
    keys[h] = [anchor?.id ?? "", key.compartment];
  }
  const rows = [...replica.table("keys").values()].flatMap((blob) => [...blob.rows.values()].map(({ row }) => row));
  return { version, keys, steps, rows: rows.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}
