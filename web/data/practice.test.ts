import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { limits } from "../../shared/kernel/limits.ts";
import { lineFetch, noteAct } from "./line.ts";
import { line, onLine, practise, tally } from "./practice.ts";
import { WireError } from "./wire-error.ts";
import { fetchWire, send } from "./wire.ts";

let server: Server;
let url: string;
let asked = 0;
let answer: (write: (text: string) => void, end: () => void) => void;
beforeAll(async () => {
  server = createServer((_request, response) => {
    asked += 1;
    answer(
      (text) => void response.write(text),
      () => void response.end(),
    );
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
afterEach(() => {
  practise("off");
  vi.restoreAllMocks();
  vi.useRealTimers();
});
const atOnce = (): void => {
  asked = 0;
  answer = (write, end) => (write("{}"), end());
};

describe("a line that is practised", () => {
  it("[SYNC-Q1] that is cut lets nothing out", async () => {
    atOnce();
    practise("cut");
    await expect(lineFetch(url)).rejects.toThrow(TypeError);
    expect(asked).toBe(0);
    practise("off");
    expect((await lineFetch(url)).status).toBe(200);
  });

  it("[SYNC-Q1] that is flaky loses requests on the way there, and answers on the way back", async () => {
    atOnce();
    practise("flaky");
    const fates = vi.spyOn(Math, "random");
    fates.mockReturnValueOnce(0.14); // never arrived
    await expect(lineFetch(url)).rejects.toThrow(TypeError);
    expect(asked).toBe(0);
    fates.mockReturnValueOnce(0.29); // took effect, and nobody was told
    await expect(lineFetch(url)).rejects.toThrow(TypeError);
    expect(asked).toBe(1);
    fates.mockReturnValueOnce(0.3);
    expect(await (await lineFetch(url)).text()).toBe("{}");
  });

  it("[SYNC-Q1] that pretends hangs until the caller or the practice ends it", async () => {
    atOnce();
    practise("pretend");
    const end = new AbortController();
    const given = lineFetch(url, { signal: end.signal });
    end.abort();
    await expect(given).rejects.toMatchObject({ name: "AbortError" });
    const stopped = lineFetch(url);
    practise("off");
    await expect(stopped).rejects.toThrow(TypeError);
    expect(asked).toBe(0);
  });

  it("[SYNC-Q1] that is slow delays what goes out and what comes back, and loses none of it", async () => {
    answer = (write, end) => (write("x".repeat(1_000)), end());
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    practise("slow");
    asked = 0;
    const got = lineFetch(url, { method: "POST", body: "y".repeat(625) }).then((response) => response.text());
    await vi.advanceTimersByTimeAsync(499);
    expect(asked).toBe(0); // 400 ms, and 625 bytes at 6.25 a millisecond
    const done = vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(50);
      expect((await Promise.race([got, Promise.resolve("")])).length).toBe(1_000);
    });
    await done;
  });

  it("[SYNC-Q1] ends by itself after half an hour", async () => {
    vi.useFakeTimers();
    const seen: string[] = [];
    const off = onLine((now) => seen.push(now));
    practise("cut");
    await vi.advanceTimersByTimeAsync(30 * 60_000 - 1);
    expect(line()).toBe("cut");
    await vi.advanceTimersByTimeAsync(1);
    expect([line(), seen]).toEqual(["off", ["cut", "off"]]);
    off();
  });

  it("[SYNC-Q3] counts acts and what was kept of them, from its beginning to its end", () => {
    noteAct(true); // before it
    practise("cut");
    noteAct(true);
    practise("flaky"); // another line, the same practice
    noteAct(false);
    practise("off");
    noteAct(true);
    expect(tally()).toEqual({ acts: 2, kept: 1 });
    practise("slow");
    expect(tally()).toEqual({ acts: 0, kept: 0 });
  });
});

describe("a line that says nothing", () => {
  const link = () => ({ cell: "local", url });
  const pull = async (): Promise<string> => {
    let text = "";
    for await (const part of fetchWire(link()).pull({} as never)) text += part;
    return text;
  };
  const silence = { toFake: ["setTimeout", "clearTimeout"] as ("setTimeout" | "clearTimeout")[] };
  const retry = expect.objectContaining({ refusal: "retry" });
  const outcome = (work: Promise<unknown>): Promise<unknown> => work.then(() => "answered", (error: WireError) => error); // prettier-ignore

  it("[SYNC-Q2] is given up after a while, before it answers and in the middle of it", async () => {
    vi.useFakeTimers(silence);
    practise("pretend");
    const before = outcome(pull());
    await vi.advanceTimersByTimeAsync(limits.silenceMs + 1_000);
    expect(await before).toEqual(retry);
    practise("off");

    let begun = (): void => undefined;
    const middle = new Promise<void>((resolve) => (begun = resolve));
    answer = (write) => (write("half"), begun());
    const half = outcome(pull());
    await middle;
    await vi.waitFor(async () => {
      await vi.advanceTimersByTimeAsync(limits.silenceMs);
      expect(await Promise.race([half, Promise.resolve("waiting")])).toEqual(retry);
    });
  });

  it("[SYNC-Q2] is not what trickles: an answer may take long as long as it goes on", async () => {
    vi.useFakeTimers(silence);
    let write: (text: string) => void = () => undefined;
    let end = (): void => undefined;
    const begun = new Promise<void>((resolve) => {
      answer = (...both) => {
        [write, end] = both;
        resolve();
      };
    });
    const parts = fetchWire(link())
      .pull({} as never)
      [Symbol.asyncIterator]();
    let text = "";
    for (let round = 0; round < 5; round += 1) {
      const next = parts.next();
      await begun;
      await vi.advanceTimersByTimeAsync(limits.silenceMs * 0.6);
      write("part ");
      text += (await next).value as string;
    }
    end();
    expect([text, (await parts.next()).done]).toEqual(["part ".repeat(5), true]);
  });

  it("[SYNC-Q2] holds up nothing that is asked once: a whole answer is waited for part by part too", async () => {
    answer = (write, end) => (write("a"), setImmediate(() => (write("b"), end())));
    expect(await (await send(link(), "/", {})).text()).toBe("ab");
  });
});
