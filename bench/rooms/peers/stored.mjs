/** Where the peers' documents are kept: the object's own SQLite, whole, as their docs have it with other databases. */
import * as Y from "yjs";

const rowBytes = 1_000_000; // a row may have 2 MB

export function prepare(storage) {
  storage.sql.exec("CREATE TABLE IF NOT EXISTS doc(k INTEGER PRIMARY KEY, d BLOB NOT NULL)");
}
export async function load(storage, document) {
  const parts = storage.sql.exec("SELECT d FROM doc ORDER BY k").toArray();
  if (parts.length > 0) Y.applyUpdate(document, new Uint8Array(await new Blob(parts.map(({ d }) => d)).arrayBuffer()));
}
export function save(storage, document) {
  const state = Y.encodeStateAsUpdate(document);
  storage.transactionSync(() => {
    storage.sql.exec("DELETE FROM doc");
    for (let at = 0; at < state.byteLength; at += rowBytes)
      storage.sql.exec("INSERT INTO doc(d) VALUES (?)", state.slice(at, at + rowBytes));
  });
}
