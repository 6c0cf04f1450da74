import { expect, test } from "vitest";
import { judgeFrames } from "./chaos/frames.ts";

test("[ROOM-2] [SECTION-3] [case 14] 5,000 frames that no client makes: none throws, and a document takes a whole update or none of it", () => {
  const so = judgeFrames({ frames: 5_000, seed: 1 });
  expect(so).toMatchObject({ frames: 5_000, thrown: 0, partly: 0 });
  for (const kind of ["malformed", "refused", "taken"] as const) expect(so[kind]).toBeGreaterThan(50);
});
