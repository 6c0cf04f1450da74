import { Find, type Doc, type Hit } from "./find.ts";

export type ToWorker =
  | { readonly t: "put"; readonly docs: readonly Doc[] }
  | { readonly t: "drop"; readonly ids: readonly string[] }
  | { readonly t: "find"; readonly n: number; readonly query: string };
export interface FromWorker {
  readonly n: number;
  readonly hits: readonly Hit[];
}
const hitsMax = 60;

/** What the worker does with a message, in their order: a question sees all that was told before it. */
export function serve(answer: (message: FromWorker) => void): (message: ToWorker) => void {
  const find = new Find();
  return (message) => {
    if (message.t === "put") find.put(message.docs);
    else if (message.t === "drop") find.drop(message.ids);
    else answer({ n: message.n, hits: find.find(message.query, hitsMax) });
  };
}
