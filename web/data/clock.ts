/**
 * The edge's time as this device knows it: the last page's, plus what has passed since. Monotonic time carries it, so
 * that a wall clock set back changes nothing; the wall clock counts where it is ahead (sleep, a closed app), so that
 * one set forward only drops and locks early. A page is the edge's own word: it puts right what the wall clock made of
 * the time (SYNC-E1, SYNC-E2).
 */
export interface DeviceClock {
  readonly wall: () => number;
  readonly mono: () => number;
}
export class EdgeClock {
  private readonly device: DeviceClock;
  private known = 0;
  private wallAt: number;
  private monoAt: number;
  /** What the edge said last in this tab's life, and when by monotonic time: no wall clock has part in it. */
  private heard: { readonly now: number; readonly mono: number } | null = null;

  constructor(device: DeviceClock) {
    this.device = device;
    this.wallAt = device.wall();
    this.monoAt = device.mono();
  }
  /** From the disk: the edge's time at the last page with this device's wall clock then, and the highest time stored. */
  restore(now: number, wall: number, highest: number): void {
    const past = now === 0 ? 0 : now + Math.max(0, this.device.wall() - wall);
    this.set(Math.max(this.known, past, highest));
  }
  /** A page came. Time never goes back behind an earlier page and what has passed since. */
  hear(now: number): void {
    const mono = this.device.mono();
    const least = this.heard ? this.heard.now + Math.max(0, mono - this.heard.mono) : 0;
    this.set(Math.max(now, least));
    this.heard = { now: this.known, mono };
  }
  now(): number {
    const passed = Math.max(this.device.mono() - this.monoAt, this.device.wall() - this.wallAt, 0);
    return this.known + passed;
  }
  private set(known: number): void {
    this.known = known;
    this.wallAt = this.device.wall();
    this.monoAt = this.device.mono();
  }
}
