/** [SYNC-L5] What was said in older versions of the protocol is still understood, and answered as it was. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { protocolVersion } from "../../shared/sync/protocol.ts";
import { Handles } from "../../worker/sync/cursor.ts";
import recorded from "../fixtures/sync-1.json";
import { ask, device, pull, pullBody } from "./app-rig.ts";
import { OldDevice } from "./reader-1.ts";
import { traffickedWorld, untimed, type Traffic } from "./traffic.ts";

const traffic = recorded as unknown as Traffic;
beforeAll(traffickedWorld, 60_000);

/** The edge gives a device its secret and its cursors; the recorded ones stand for those of now. */
class Stand {
  private handles: Handles | null = null;
  readonly cursors = new Map<string, string>();

  async text(body: unknown): Promise<string> {
    let text = JSON.stringify(body);
    for (const [then, now] of this.cursors) text = text.replaceAll(JSON.stringify(then), JSON.stringify(now));
    for (const [then, [anchor, compartment]] of Object.entries(traffic.keys)) {
      if (!text.includes(JSON.stringify(then))) continue;
      const no = await env.DB.prepare("select no from anchor where id = ?").bind(anchor).first<{ no: number }>();
      this.handles ??= await this.open();
      text = text.replaceAll(JSON.stringify(then), JSON.stringify(await this.handles.seal(no?.no ?? 0, compartment as "core"))); // prettier-ignore
    }
    return text;
  }
  private async open(): Promise<Handles> {
    const row = await env.DB.prepare("select secret from device where id = 'dev-of-the-recording'").first<{ secret: string }>(); // prettier-ignore
    return Handles.of(row?.secret ?? "");
  }
}
describe("version 1", () => {
  it("[case 27] [SYNC-L5] recorded traffic is answered in its own form, and the old device ends with the same rows", async () => {
    expect([traffic.version, traffic.steps.length > 20, traffic.rows.length > 30]).toEqual([1, true, true]);
    const old = new OldDevice();
    const stand = new Stand();
    const kinds = new Set<string>();
    for (const { as, method, path, body, status, answer } of traffic.steps) {
      const sent = body === undefined ? {} : { body: await stand.text(body) };
      const got = await ask(path, { as, method, ...sent });
      expect([path, got.status]).toEqual([path, status]);
      if (answer === undefined) continue;
      const text = new TextDecoder().decode(await got.arrayBuffer());
      if (path === "/sync/push") expect(JSON.parse(text)).toMatchObject(JSON.parse(answer) as object); // more may be said than then
      else {
        for (const kind of old.read(text)) kinds.add(kind);
        const then = /"cursor":"([^"]+)"/.exec(answer)?.[1] ?? "";
        stand.cursors.set(then, old.cursor);
      }
    }
    expect([...kinds].sort()).toEqual(["gone", "page", "patch", "rights", "set", "snap"]);
    expect([old.lmid, old.outcomes]).toEqual([5, [expect.objectContaining({ n: 4, code: "version_conflict", theirs: { amountMinor: 15_000 } })]]); // prettier-ignore
    expect(untimed(old.rows())).toEqual(untimed(traffic.rows));
  });

  it("[SYNC-L5] an older version and a newer one are told so, kindly, before anything else", async () => {
    const dev = device();
    for (const v of [0, protocolVersion - 2, protocolVersion + 1, "2", null]) {
      for (const path of ["/sync/pull", "/sync/push"]) {
        const answer = await ask(path, { as: "ana", body: { v, device: dev, seen: 0, what: "else" } });
        const { code, detail } = await answer.json<{ code: string; detail: string }>();
        expect([v, answer.status, code]).toEqual([v, 400, "unsupported_version"]);
        expect(detail).toContain("what waits here is kept");
      }
    }
    expect(await env.DB.prepare("select id from device where id = ?").bind(dev).first()).toBeNull();
  });
});

describe("today's version", () => {
  it("[SYNC-P6] sends all snapshots of a page in one line of columns, as the old form had them line by line", async () => {
    const dev = device();
    const first = await pull("ana", pullBody(dev));
    const want = first.flatMap((line) => (line["t"] === "rights" ? [{ h: String(line["h"]) }] : []));
    const cursor = first.at(-1)?.["cursor"];
    const lines = async (v: number): Promise<Record<string, unknown>[]> => {
      const answer = await ask("/sync/pull", { as: "ana", body: { ...pullBody(dev, { cursor, want }), v } });
      const text = new TextDecoder().decode(await answer.arrayBuffer()).trim();
      return text.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
    };
    expect((await lines(protocolVersion)).map(({ t }) => t)).toEqual(["cols", "page"]);
    const snapsOf = (all: readonly Record<string, unknown>[]): unknown =>
      all
        .filter(({ t }) => t === "snap")
        .map((line) => ({ ...line, rows: (line["rows"] as [string, { id: string }][]).toSorted(([, a], [, b]) => (a.id < b.id ? -1 : 1)) })); // prettier-ignore
    expect(snapsOf(await pull("ana", pullBody(dev, { cursor, want })))).toEqual(snapsOf(await lines(1)));
  });
});
