/**
 * When a device hears of a change: soon, and not once for each. A device in front waits a quarter of a second at most,
 * one in the background five seconds; while changes keep coming the pauses grow up to five seconds, so that an import
 * of a hundred thousand rows is some hundred pulls for each of its readers. Spread by chance, so that all who follow one
 * record do not pull in one moment. Pure: the clock and chance come in.
 */
import { limits } from "../../../shared/kernel/limits.ts";

export class Waiting {
  private readonly due = new Map<string, number>();
  private readonly last = new Map<string, { readonly at: number; readonly pause: number }>();

  add(device: string, front: boolean, now: number, chance: number): void {
    if (this.due.has(device)) return;
    const before = this.last.get(device);
    const pause = front ? (before?.pause ?? limits.pokeCoalesceMs) : limits.pokeBackgroundMs;
    const jitter = chance * Math.min(pause, front ? limits.pokeCoalesceMs : limits.pokeBackgroundMs);
    this.due.set(device, Math.max(now, (before?.at ?? -Infinity) + pause) + jitter);
  }
  /** Told by another way. */
  drop(device: string): void {
    this.due.delete(device);
  }
  get next(): number | null {
    return this.due.size === 0 ? null : Math.min(...this.due.values());
  }
  /** Those whose moment has come; or the one that asks, whose it is now. */
  take(now: number, only?: string): string[] {
    const out = [...this.due].flatMap(([device, at]) => (only === undefined ? at <= now : device === only) ? [device] : []); // prettier-ignore
    for (const device of out) {
      this.due.delete(device);
      const before = this.last.get(device);
      const busy = before !== undefined && now - before.at < 2 * before.pause;
      const pause = busy ? Math.min(2 * before.pause, limits.pokeBackgroundMs) : limits.pokeCoalesceMs;
      this.last.set(device, { at: now, pause });
    }
    for (const [device, { at, pause }] of this.last) if (now - at > 4 * pause) this.last.delete(device);
    return out;
  }
}
