import { describe, expect, it } from "vitest";
import { quickSubtle, slowSubtle } from "./quick-crypto.ts";
import { runActs, runSeed } from "./simulate.ts";
import { seeds } from "./suite.ts";

// Titles stand in suite.ts: [SYNC-1] [SYNC-2] [SYNC-3] [SYNC-4] [SYNC-5] [LEAK-24] [LEAK-60].
seeds(0, 150);

describe("the harness", () => {
  it("the same seed gives the same world", async () => {
    expect(await runSeed(7)).toEqual(await runSeed(7));
    expect((await runActs(7, [])).violation).toBe(null);
  });

  it("the quick cipher gives the bytes of WebCrypto", async () => {
    const raw = Uint8Array.from({ length: 32 }, (_, index) => index);
    for (const [name, ivBytes] of [
      ["AES-GCM", 12],
      ["AES-CBC", 16],
    ] as const) {
      for (const length of [0, 15, 56]) {
        const data = Uint8Array.from({ length }, (_, index) => index * 7);
        const options = {
          name,
          iv: new Uint8Array(ivBytes).fill(3),
          ...(name === "AES-GCM" ? { additionalData: new Uint8Array([1, 2]) } : {}),
        };
        const slow = await slowSubtle.encrypt(
          options,
          await slowSubtle.importKey("raw", raw, name, false, ["encrypt"]),
          data,
        );
        const key = await quickSubtle.importKey("raw", raw);
        const quick = await quickSubtle.encrypt(options, key, data);
        expect(new Uint8Array(quick)).toEqual(new Uint8Array(slow));
        expect(new Uint8Array(await quickSubtle.decrypt(options, key, quick))).toEqual(data);
      }
    }
  });
});
