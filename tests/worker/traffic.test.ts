/** Today's client against today's edge, as the older versions were recorded. */
import { env } from "cloudflare:workers";
import { beforeAll, expect, it } from "vitest";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import recorded from "../fixtures/sync-1.json";
import { record, traffickedWorld, untimed, type Traffic } from "./traffic.ts";

beforeAll(traffickedWorld, 60_000);

it("[SYNC-L5] a day in today's protocol leaves the rows that it left in the version before", async () => {
  const today = await record(protocolVersion);
  expect(untimed(today.rows)).toEqual(untimed((recorded as unknown as Traffic).rows));
  // Kept before the protocol changes: `RECORD=1 vitest run --project worker tests/worker/traffic.test.ts`.
  if ("RECORD" in env) console.log(`RECORDED ${JSON.stringify(today)}`);
});
