import type { Thread } from "./search.ts";
// oxlint-disable-next-line import/default -- the build answers with the address of the worker
import url from "./worker.ts?worker&url";

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { readonly createScriptURL: (url: string) => string },
  ): { createScriptURL(url: string): string };
}
const { trustedTypes } = globalThis as { readonly trustedTypes?: TrustedTypes };
// The page policy forbids plain strings as script addresses; this one is a constant of the build.
const policy = trustedTypes?.createPolicy("search-worker", { createScriptURL: () => url });

export function makeThread(): Thread {
  const worker = new Worker(policy?.createScriptURL(url) ?? url, { type: "module", name: "search" });
  return worker as Thread;
}
