/** What the engine may cost wherever it runs. Times are measured by `npm run bench -- access`. */
import { describe, expect, test } from "vitest";
import { engineBytes, sliceBytes, whereSizes } from "../../bench/access/sizes.ts";
import { limits } from "../../shared/kernel/limits.ts";

describe("budgets of the engine", () => {
  test("[ACCESS-R18] the slice of every base with any three duties is below the limit", () => {
    const { most, who } = sliceBytes();
    expect(most, who).toBeLessThanOrEqual(limits.sliceBytesMax);
    expect(who.split(", ")).toHaveLength(4);
  });
  test("no list's condition takes more parameters or text than D1 has room for, whoever asks and by whatever field", () => {
    const { parameters, textBytes } = whereSizes();
    expect(parameters).toBeGreaterThan(0);
    expect(parameters).toBeLessThanOrEqual(limits.whereParametersMax);
    expect(textBytes).toBeLessThan(50_000); // a statement may have 100 kB, and sorting by a field takes two conditions
  });
  test("the engine adds less than 6 kB to a client, compressed; what records there are, the client knows without it", async () => {
    const bytes = await engineBytes();
    expect(bytes).toBeGreaterThan(2_000);
    expect(bytes).toBeLessThan(6_000);
  });
});
