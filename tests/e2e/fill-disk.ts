/** Runs in a page, beside the app: puts many accounts with contacts on a member's disk, through the product's own disk. */
import { makeId, idBytes } from "../../shared/kernel/id.ts";
import type { Row } from "../../shared/records/entities.ts";
import { always, put, type Held, type Write } from "../../web/data/disk.ts";
import { openDisk } from "../../web/data/idb-disk.ts";

const everything = Object.fromEntries(
  ["identity", "shared", "qualification", "billing", "personal", "consent", "internal"].map((group) => [group, null]),
);
const batch = 250; // keys a transaction

export async function fillDisk(name: string, owner: string, accounts: number, contacts: number): Promise<void> {
  const disk = await openDisk(name);
  const id = (kind: string): string => makeId("local", kind, crypto.getRandomValues(new Uint8Array(idBytes)));
  const row = (made: string, anchor: string, fields: object): Row =>
    ({ id: made, anchor, compartment: "core", createdAt: 1, createdBy: owner, ...fields }) as Row;
  for (let from = 0; from < accounts; from += batch) {
    const writes: Write[] = [];
    for (let number = from; number < Math.min(accounts, from + batch); number += 1) {
      const anchor = id("acc");
      const rows = new Map<string, Held>([
        [anchor, { e: "account", row: row(anchor, anchor, { name: `Bulk ${String(number).padStart(5, "0")}`, country: number % 3 === 0 ? "PT" : "DE", owner, health: "ok" }) }],
      ]); // prettier-ignore
      for (let person = 0; person < contacts; person += 1) {
        const made = id("con");
        rows.set(made, { e: "contact", row: row(made, anchor, { name: `Person ${number}-${person}`, title: "Buyer", email: `p${person}@bulk${number}.example` }) }); // prettier-ignore
      }
      writes.push(put("keys", `bulk-${number}`, { g: { account: everything, contact: everything }, rows }));
    }
    await disk.write(always(writes));
  }
  disk.close();
}
