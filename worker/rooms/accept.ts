/**
 * May this update enter the document? Judged without touching the document, then applied; one synchronous turn.
 * These checks guard against accidents, loss and denial of service. They are no permissions inside a document:
 * whoever may write a section may write all of it.
 */
import * as Y from "yjs";
import { edgeLimits } from "../../shared/kernel/limits.ts";
import { markName, schemaOf } from "../../shared/sections/schema.ts";
import { scanUpdate, type Scan } from "./scan.ts";

type Refusal =
  | "too_large"
  | "malformed"
  | "foreign"
  | "client_taken"
  | "too_many_clients"
  | "gap"
  | "anomaly"
  | "keep_first"
  | "full";
export interface Writer {
  readonly member: string;
  /** Who owns a Yjs client id in this section: its first writer, or the socket whose presence announced it. */
  ownerOf(client: number): string | undefined;
  /** How many more client ids this socket may bring. */
  readonly clientsLeft: number;
  /** Whether the section can't grow any more: then only deletions are taken. */
  isFull?(): boolean;
  /** Whether the document is to be kept as it is before this is applied: how many clocks it adds, what it deletes. */
  keepsFirst?(adds: number, deletes: Scan["deletes"]): boolean;
}
export type Accepted =
  | {
      readonly ok: true;
      /** What the document took, to be stored and relayed; null when it knew all of it. */
      readonly change: Uint8Array | null;
      /** What Yjs tidied on top, which the writer's own copy does not have. */
      readonly echo: Uint8Array | null;
      readonly newClients: readonly number[];
    }
  | { readonly ok: false; readonly why: Refusal };
const refused = (why: Refusal): Accepted => ({ ok: false, why });

/** `schema` is the section's number; null for a section that no editor opens. After `anomaly` the document is not to be used again. */
export function acceptUpdate(doc: Y.Doc, update: Uint8Array, schema: number | null, writer: Writer): Accepted {
  if (update.byteLength > edgeLimits.updateBytesMax) return refused("too_large");
  const scan = scanUpdate(update);
  if (!scan) return refused("malformed");
  if (schema !== null && isForeign(scan, schema)) return refused("foreign");

  const reach = new Map<number, number>();
  const newClients: number[] = [];
  let adds = 0;
  for (const { client, from, to } of scan.brings) {
    const clock = Y.getState(doc.store, client);
    if (from > clock) return refused("gap");
    reach.set(client, Math.max(to, clock));
    if (to <= clock) continue; // adds nothing: a step 2 repeats what others wrote
    const owner = writer.ownerOf(client);
    if (owner !== undefined && owner !== writer.member) return refused("client_taken");
    adds += to - clock;
    if (clock === 0) newClients.push(client);
  }
  if (newClients.length > writer.clientsLeft) return refused("too_many_clients");
  const known = (client: number) => reach.get(client) ?? Y.getState(doc.store, client);
  if (scan.needs.some(({ client, clock }) => clock >= known(client))) return refused("gap");
  if (scan.deletes.some(({ client, to }) => to > known(client))) return refused("gap");
  if (adds > 0 && writer.isFull?.()) return refused("full");
  if (writer.keepsFirst?.(adds, scan.deletes)) return refused("keep_first");

  const changes = apply(doc, update);
  if (!changes || !settled(doc, scan)) return refused("anomaly");
  const [first, ...rest] = changes;
  return {
    ok: true,
    change: first ? (rest.length > 0 ? Y.mergeUpdates(changes) : first) : null,
    echo: rest.length > 0 ? Y.mergeUpdates(rest) : null,
    newClients,
  };
}

function isForeign(scan: Scan, number: number): boolean {
  const schema = schemaOf(number);
  if (!schema || scan.exotic) return true;
  const outside = (names: ReadonlySet<string>, allowed: (name: string) => boolean) =>
    [...names].some((name) => !allowed(name));
  return (
    outside(scan.roots, (name) => name === "default") ||
    outside(scan.nodes, (name) => schema.nodes.has(name)) ||
    outside(scan.marks, (name) => schema.marks.has(markName(name))) ||
    outside(scan.attributes, (name) => schema.attributes.has(name))
  );
}

/** The updates that the document itself made of it; more than one when Yjs removes formatting that had become void. */
function apply(doc: Y.Doc, update: Uint8Array): Uint8Array[] | null {
  const changes: Uint8Array[] = [];
  const gather = (change: Uint8Array) => changes.push(change);
  doc.on("update", gather);
  try {
    Y.applyUpdate(doc, update);
    return changes;
  } catch {
    return null;
  } finally {
    doc.off("update", gather);
  }
}

function settled(doc: Y.Doc, scan: Scan): boolean {
  if (doc.store.pendingStructs !== null || doc.store.pendingDs !== null) return false;
  if (scan.brings.some(({ client, to }) => Y.getState(doc.store, client) < to)) return false;
  return scan.types.every((point) => depthOf(doc, point) <= edgeLimits.nestingMax);
}
function depthOf(doc: Y.Doc, { client, clock }: { client: number; clock: number }): number {
  let depth = 0;
  let item: unknown = Y.getItem(doc.store, Y.createID(client, clock));
  while (item instanceof Y.Item && depth <= edgeLimits.nestingMax) {
    depth++;
    item = item.parent instanceof Y.AbstractType ? item.parent._item : null;
  }
  return depth;
}
