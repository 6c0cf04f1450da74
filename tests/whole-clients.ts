/**
 * The product's own clients, whole, against whatever answers `send`: the command line with every verb, and a device's
 * copy with the IndexedDB under it. In a file of its own, since types of Node and the DOM contradict those of workerd.
 */
import "fake-indexeddb/auto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { parseArgs } from "node:util";
import type { Policy } from "../shared/access/rules.ts";
import { mutations } from "../shared/sync/registry.ts";
import { run } from "../scripts/crm/run.ts";
import { EdgeClock } from "../web/data/clock.ts";
import { always, entryKey, put, stores, type Entry, type Write } from "../web/data/disk.ts";
import { pullOnce, pushOnce } from "../web/data/exchange.ts";
import { diskName, openDisk, removeDisk } from "../web/data/idb-disk.ts";
import { Replica } from "../web/data/replica.ts";
import { fetchWire } from "../web/data/wire.ts";
import { openDB } from "idb";

type Send = (url: string, init: RequestInit) => Promise<Response>;
export interface Told {
  readonly verb: string;
  readonly code: number;
  /** Of stdout and stderr. */
  readonly said: string;
}

/** Node's reader of arguments, which workerd lacks, for what is used here: `--name value`, and `--flag` where one is declared. */
const parse = (({ args = [], options = {} }: { args?: string[]; options?: Record<string, { type: string }> }) => {
  const values: Record<string, string | boolean> = {};
  const positionals: string[] = [];
  for (let at = 0; at < args.length; at++) {
    const name = /^--(.+)$/.exec(args[at] ?? "")?.[1];
    if (name === undefined) positionals.push(args[at] ?? "");
    else values[name] = options[name]?.type === "boolean" ? true : (args[(at += 1)] ?? "");
  }
  return { values, positionals };
}) as unknown as typeof parseArgs;

/** What is asked of each verb: `records` are explained, `rows` are imported over; `policy` is what is in force. */
export interface Errands {
  readonly member: string;
  readonly policy: Policy;
  readonly records: readonly { readonly entity: string; readonly id: string; readonly fields: readonly string[] }[];
  readonly rows: readonly { readonly entity: string; readonly csv: string }[];
  readonly others: readonly string[];
}
/** Every verb of the command line, as `member`, in the same process: a person's terminal would show `said`. */
export async function useCommandLine(url: string, send: Send, errands: Errands): Promise<Told[]> {
  const folder = `/tmp/crm-${errands.member}`;
  mkdirSync(folder, { recursive: true });
  const before = { fetch: globalThis.fetch, write: process.stdout.write.bind(process.stdout), complain: process.stderr.write.bind(process.stderr) }; // prettier-ignore
  const env = { CRM_URL: process.env["CRM_URL"], XDG_CONFIG_HOME: process.env["XDG_CONFIG_HOME"] };
  const told: Told[] = [];
  let said = "";
  const hear = (text: unknown): boolean => {
    said += String(text);
    return true;
  };
  const crm = async (...args: readonly string[]): Promise<string> => {
    said = "";
    const code = await run(args, parse);
    told.push({
      verb: args[0] === "policy" || args[0] === "audit" ? `${args[0]} ${args[1]}` : (args[0] ?? ""),
      code,
      said,
    });
    return said;
  };
  const file = (name: string, content: string): string => {
    writeFileSync(`${folder}/${name}`, content);
    return `${folder}/${name}`;
  };
  globalThis.fetch = (to, init) => send(String(to instanceof Request ? to.url : to), init ?? {});
  process.stdout.write = hear as typeof process.stdout.write;
  process.stderr.write = hear as typeof process.stderr.write;
  Object.assign(process.env, { CRM_URL: url, XDG_CONFIG_HOME: folder });
  try {
    await crm("--help");
    await crm("login", "--member", errands.member);
    const made = await crm("token", "--name", "errands", "--allow", "import", "--json");
    const { token } = JSON.parse(made) as { token: string };
    for (const form of [[], ["--json"], ["--csv"]]) await crm("members", ...form);
    await crm("policy", "show");
    for (const form of [[], ["--json"]]) await crm("audit", "verify", ...form);
    const { allow } = errands.policy;
    const same = file("same.json", JSON.stringify(errands.policy));
    const [first, ...rest] = allow;
    const groups = [...new Set(allow.flatMap((rule) => rule.groups))];
    const wide = file("wide.json", JSON.stringify({ ...errands.policy, allow: [{ ...first, groups }, ...rest] }));
    const faulty = file("faulty.json", JSON.stringify({ ...errands.policy, allow: [{ ...first, groups: ["no"] }] }));
    for (const one of [same, wide, faulty]) {
      await crm("policy", "check", one);
      await crm("policy", "diff", one, ...(one === wide ? ["--json"] : []));
      if (one !== same) await crm("policy", "publish", one, "--why", "A try");
    }
    for (const { entity, id, fields } of errands.records) {
      for (const action of ["read", "edit"]) await crm("explain", "--action", action, "--entity", entity, "--id", id);
      for (const field of fields)
        await crm("explain", "--action", "read", "--entity", entity, "--id", id, "--field", field);
      for (const other of errands.others)
        await crm("explain", "--action", "read", "--entity", entity, "--id", id, "--member", other, "--json");
    }
    for (const { entity, csv } of errands.rows) {
      const path = file(`${entity}.csv`, csv);
      for (const how of [["--json"], ["--token", token], ["--commit"]])
        await crm("import", path, "--entity", entity, ...how);
    }
    for (const { entity } of errands.rows) {
      const path = `${folder}/out-${entity}`;
      for (const form of ["csv", "json"]) {
        await crm("export", entity, "--out", path, "--as", form);
        if (existsSync(path)) said += readFileSync(path, "utf8");
        told.push({ verb: "export", code: told.at(-1)?.code ?? 1, said });
      }
    }
    const { items } = JSON.parse(await crm("imports", "--json")) as { items: { id: string }[] };
    for (const { id } of items) await crm("undo", id);
    await crm("undo", "local_imp_00000000000000000000");
  } finally {
    globalThis.fetch = before.fetch;
    process.stdout.write = before.write;
    process.stderr.write = before.complain;
    Object.assign(process.env, env);
  }
  return told;
}

/** Follows `anchors`, exchanges until nothing is left to ask, and answers every byte of the database, as text. */
export async function fillDisk(
  link: { url: string; send: Send },
  member: string,
  anchors: readonly string[],
  drafts: readonly { name: string; args: unknown }[],
): Promise<string> {
  const cell = "local";
  const name = diskName(cell, member);
  const disk = await openDisk(name);
  const replica = new Replica({ cell, actor: { member, teams: [], regions: [] }, mutations });
  const client = `client-${crypto.randomUUID()}`;
  const followed = anchors.map((anchor, n) => put("follow", String(n + 1).padStart(9, "0"), { anchor, kind: "open" }));
  const queued = drafts.map(({ name: mutation, args }, n) =>
    put("outbox", entryKey(client, n + 1), { client, n: n + 1, name: mutation, args, base: {}, mine: {}, at: Date.now() } satisfies Entry),
  ); // prettier-ignore
  await disk.write(
    always([
      put("meta", "device", crypto.randomUUID()),
      put("meta", "client", { id: client, next: drafts.length + 1 }),
      ...followed,
      ...queued,
    ]),
  );
  const { rev, contents } = await disk.load();
  replica.load(rev, contents);
  const store = async (writes: readonly Write[]): Promise<void> => {
    replica.absorb((await disk.write(always(writes))).writes);
  };
  const exchange = {
    replica, store,
    clock: new EdgeClock({ wall: () => Date.now(), mono: () => performance.now() }),
    wire: fetchWire({ cell, url: link.url, fetch: (to, init) => link.send(String(to), init ?? {}) }),
    wall: () => Date.now(),
    transact: async (plan: Parameters<typeof disk.write<void>>[0]) => {
      replica.absorb((await disk.write(plan)).writes);
    },
    newClient: () => `client-${crypto.randomUUID()}`,
  }; // prettier-ignore
  for (let pages = 0; pages < 30 && (await pullOnce(exchange)); pages++);
  while (await pushOnce(exchange));
  for (let pages = 0; pages < 30 && (await pullOnce(exchange)); pages++);
  disk.close();
  const db = await openDB(name);
  const kept = await Promise.all(stores.map(async (one) => [one, await db.getAllKeys(one), await db.getAll(one)]));
  db.close();
  await removeDisk(name);
  return JSON.stringify(kept, (_key, value: unknown) => {
    if (value instanceof Map) return [...value];
    return value instanceof Uint8Array ? String.fromCharCode(...value) : value;
  });
}
