/**
 * A cell as `npm start` runs it, with the demo organisation and so much more of Ana's own as a device may follow: its
 * rows are made by SQL while the cell stands still, and come to her by the sync.
 */
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { demoSignIn } from "../../scripts/crm/api.ts";
import { migrate, startCell, type Cell } from "../../scripts/lib/cell.mjs";
import { freePort } from "../../scripts/lib/ports.mjs";
import { protocolVersion } from "../../shared/sync/protocol.ts";

/** Of these many the cell makes Ana the owner. A device follows at most 5,000 accounts. */
export const followed = { accounts: 4_000, opportunities: 10_000 } as const;

export interface World {
  readonly url: string;
  readonly ana: Client;
  readonly marcus: Client;
  /** One of the accounts that were made, and one of its opportunities. */
  readonly account: (number: number) => string;
  readonly opportunity: (number: number) => string;
  readonly stop: () => Promise<void>;
}

export async function startWorld(): Promise<World> {
  const stateDir = mkdtempSync(join(tmpdir(), "baton-web-"));
  const error = await migrate(stateDir);
  if (error) throw new Error(`The migrations failed:\n${error}`);
  const port = await freePort();
  const begin = async (): Promise<Cell> => {
    const cell = await startCell({ stateDir, port, demo: true, readyMs: 60_000 });
    if (cell.health.ok) return cell;
    await cell.stop();
    throw new Error(`The cell is not healthy: ${cell.health.body}\n${cell.log()}`);
  };
  let cell = await begin();
  const load = fileURLToPath(new URL("../../scripts/load-demo.mjs", import.meta.url));
  await promisify(execFile)(process.execPath, [load, "--url", cell.url]);
  await cell.stop();
  fill(stateDir);
  cell = await begin();
  const { url } = cell;
  return {
    url,
    ana: await Client.signIn(url, "ana"),
    marcus: await Client.signIn(url, "marcus"),
    account: (number) => idOf("acc", number),
    opportunity: (number) => idOf("opp", number),
    stop: async () => {
      await cell.stop();
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

const digits = 20;
const idOf = (kind: string, number: number): string => `local_${kind}_${String(number).padStart(digits, "0")}`;

function fill(stateDir: string): void {
  const folder = join(stateDir, "v3/d1/miniflare-D1DatabaseObject");
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".sqlite"))) {
    const db = new DatabaseSync(join(folder, name));
    try {
      if (!db.prepare("select 1 from sqlite_master where name = 'd1_migrations'").get()) continue;
      const numbers = (n: number): string => `with recursive n(i) as (select 0 union all select i + 1 from n where i < ${n - 1})`; // prettier-ignore
      const id = (kind: string, i: string): string => `'local_${kind}_' || printf('%0${digits}d', ${i})`;
      const anchor = id("acc", `(i * ${followed.accounts} / ${followed.opportunities})`);
      const stamps = "1, 0, (select id from member where handle = 'ana'), 0";
      const made = "ver, created_at, created_by, updated_at";
      const pipeline = `(select id from pipeline order by "order" limit 1)`;
      /** Its open stages, numbered. */
      const stages = `(select id, row_number() over (order by "order") - 1 as at, count(*) over () as all_of from stage where outcome = 'open' and pipeline = ${pipeline})`;
      db.exec(`begin;
        insert into anchor (id, owner, team, region, restricted, ver) ${numbers(followed.accounts)}
          select ${id("acc", "i")}, m.id, m.teams ->> 0, m.regions ->> 0, 0, 1 from n, member m where m.handle = 'ana';
        insert into account (id, anchor, compartment, name, country, city, health, ${made}) ${numbers(followed.accounts)}
          select ${id("acc", "i")}, ${id("acc", "i")}, 'core', 'Followed ' || printf('%05d', i), iif(i % 3, 'DE', 'PT'), 'City ' || (i % 300), 'good', ${stamps} from n;
        insert into opportunity (id, anchor, compartment, name, pipeline, stage, stage_since, close_day, close_zone, amount_minor, currency, ${made}) ${numbers(followed.opportunities)}
          select ${id("opp", "i")}, ${anchor}, 'sales', 'Opportunity ' || printf('%05d', i), ${pipeline}, s.id, unixepoch() * 1000, date('now', '+' || (30 + i % 300) || ' days'), 'Europe/Lisbon', 100000 + i * 7919 % 900000, 'USD', ${stamps} from n join ${stages} s on s.at = i % s.all_of;
        commit;`);
      return;
    } finally {
      db.close();
    }
  }
  throw new Error("no database of the cell");
}

/** A member without a browser. */
class Client {
  private readonly url: string;
  private readonly cookie: string;
  private readonly id = randomUUID();
  private sent = 0;
  private constructor(url: string, cookie: string) {
    this.url = url;
    this.cookie = cookie;
  }
  static async signIn(url: string, handle: string): Promise<Client> {
    return new Client(url, (await demoSignIn(url, handle)).cookie ?? "");
  }
  private async ask<T>(path: string, body?: unknown): Promise<T> {
    const answer = await fetch(this.url + path, {
      method: body === undefined ? "GET" : "POST",
      headers: { cookie: this.cookie, origin: this.url, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }
  record(path: string): Promise<Readonly<Record<string, unknown>>> {
    return this.ask(path);
  }
  /** Changes a record as one who saw it with `base`. */
  async mutate(name: string, id: string, set: object, base: object): Promise<void> {
    this.sent += 1;
    const mutation = { n: this.sent, name, args: { id, set }, base: { [id]: base }, at: Date.now() };
    const request = { v: protocolVersion, device: this.id, client: this.id, seen: 0, muts: [mutation] };
    const { results } = await this.ask<{ results: readonly { ok: boolean }[] }>("/sync/push", request);
    if (results.length !== 1 || results[0]?.ok !== true) throw new Error(`${name}: ${JSON.stringify(results)}`);
  }
}
