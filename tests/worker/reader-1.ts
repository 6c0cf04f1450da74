/**
 * How a device of protocol version 1 reads a page: kept as it was when that version was the newest, so that a later edge
 * is tried against it. Not to be mended with the product.
 */
import * as z from "zod/mini";

const rights = z.record(z.string(), z.record(z.string(), z.nullable(z.number())));
const row = z.looseObject({ id: z.string(), anchor: z.string(), compartment: z.string() });
const fields = z.record(z.string(), z.unknown());
const line = z.discriminatedUnion("t", [
  z.object({ t: z.literal("reset") }),
  z.object({ t: z.literal("rights"), h: z.string(), g: rights }),
  z.object({ t: z.literal("gone"), id: z.string() }),
  z.object({ t: z.literal("moved"), e: z.string(), h: z.string(), row }),
  z.object({ t: z.literal("set"), e: z.string(), h: z.string(), row }),
  z.object({ t: z.literal("patch"), e: z.string(), h: z.string(), id: z.string(), set: fields }),
  z.object({
    t: z.literal("snap"),
    h: z.string(),
    from: z.string(),
    to: z.nullable(z.string()),
    rows: z.array(z.tuple([z.string(), row])),
  }),
  z.object({
    t: z.literal("page"),
    cursor: z.string(),
    more: z.boolean(),
    lmid: z.nullable(z.number()),
    outcomes: z.array(z.looseObject({ n: z.number(), code: z.string() })),
    now: z.number(),
    lease: z.number(),
  }),
]);
type OldRow = z.infer<typeof row>;

export class OldDevice {
  readonly keys = new Map<string, Map<string, OldRow>>();
  cursor = "";
  lmid: number | null = null;
  readonly outcomes: unknown[] = [];

  /** Reads a page, and answers what kinds of lines it had. */
  read(text: string): readonly string[] {
    const lines = text.split("\n").filter((part) => part !== "");
    const parsed = lines.map((part) => line.parse(JSON.parse(part)));
    for (const one of parsed) {
      switch (one.t) {
        case "reset":
          this.keys.clear();
          break;
        case "rights":
          if (Object.keys(one.g).length === 0) this.keys.delete(one.h);
          else if (!this.keys.has(one.h)) this.keys.set(one.h, new Map());
          break;
        case "gone":
          this.take(one.id);
          break;
        case "moved":
        case "set":
          this.put(one.h, one.row);
          break;
        case "patch": {
          const held = this.keys.get(one.h)?.get(one.id);
          if (held) this.keys.get(one.h)?.set(one.id, { ...held, ...one.set });
          break;
        }
        case "snap": {
          const rows = this.keys.get(one.h);
          for (const id of rows?.keys() ?? []) if (id > one.from && (one.to === null || id <= one.to)) rows?.delete(id);
          for (const [, each] of one.rows) this.put(one.h, each);
          break;
        }
        case "page":
          this.cursor = one.cursor;
          if (one.lmid !== null) this.lmid = one.lmid;
          this.outcomes.push(...one.outcomes);
          break;
      }
    }
    if (parsed.at(-1)?.t !== "page") throw new Error("a page that breaks off");
    return parsed.map(({ t }) => t);
  }
  private take(id: string): void {
    for (const rows of this.keys.values()) rows.delete(id);
  }
  private put(h: string, one: OldRow): void {
    this.take(one.id);
    this.keys.get(h)?.set(one.id, one);
  }
  rows(): OldRow[] {
    return [...this.keys.values()].flatMap((rows) => [...rows.values()]).sort((a, b) => (a.id < b.id ? -1 : 1));
  }
}
