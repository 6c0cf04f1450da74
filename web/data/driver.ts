/**
 * When to push and pull: after a mutation, a poke, coming online or back to the tab, and every minute; one at a time, so
 * that two pulls of a device never overlap. Whatever fails is tried again later and removes nothing.
 */
import { limits } from "../../shared/kernel/limits.ts";
import { TermPassed } from "./disk.ts";
import { pullOnce, pushOnce, type Exchange } from "./exchange.ts";
import { WireError } from "./wire-error.ts";
import type { Net } from "./messages.ts";
import { backoffMs } from "./wire.ts";

export interface DriverHooks {
  readonly onNet: (net: Net) => void;
  /** True: the hub says that nothing came since its last poke, so that this minute needs no pull. */
  readonly quiet?: () => Promise<boolean>;
  readonly onTermPassed: () => void;
  readonly onBug: (error: unknown) => void;
}

export class Driver {
  private readonly x: Exchange;
  private readonly hooks: DriverHooks;
  private running: Promise<void> | null = null;
  private again = false;
  private stopped = false;
  /** The edge answered the last time. */
  private heard = false;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(x: Exchange, hooks: DriverHooks) {
    this.x = x;
    this.hooks = hooks;
  }
  /** Does what there is to do now; joins a run under way and follows it with another. Resolves when all is done or failed. */
  kick(): Promise<void> {
    if (this.stopped) return Promise.resolve();
    this.again = true;
    this.running ??= this.run().finally(() => {
      this.running = null;
      this.schedule();
    });
    return this.running;
  }
  stop(): void {
    this.stopped = true;
    if (this.timer) clearTimeout(this.timer);
  }

  private async run(): Promise<void> {
    while (this.again && !this.stopped) {
      this.again = false;
      const error = this.heard && navigator.onLine !== false ? await this.exchangeAll() : await this.askFirst();
      this.heard = !error;
      if (error) {
        this.fail(error);
        return;
      }
      this.tries = 0;
      this.hooks.onNet("idle");
      // What was queued during the pull goes out now; it is not new work that a timer has to find.
      if (this.x.replica.unsent(1, limits.bodyBytesMax).length > 0) this.again = true;
    }
  }
  private async exchangeAll(): Promise<unknown> {
    const failure = await this.attempt(this.pushAll);
    const second = await this.attempt(this.pullAll); // a stuck write never delays a revocation
    return failure ?? second;
  }
  /** Until the edge answers, nothing leaves: what is queued meanwhile can still be taken back (SYNC-W1). */
  private async askFirst(): Promise<unknown> {
    const away = await this.attempt(this.pullAll);
    if (away || this.x.replica.unsent(1, limits.bodyBytesMax).length === 0) return away;
    return this.exchangeAll();
  }
  private async attempt(work: () => Promise<void>): Promise<unknown> {
    try {
      await work();
      return null;
    } catch (error) {
      return error;
    }
  }
  private readonly pushAll = async (): Promise<void> => {
    if (this.x.replica.unsent(1, limits.bodyBytesMax).length > 0) this.hooks.onNet("sending");
    while (!this.stopped && (await pushOnce(this.x)));
  };
  private readonly pullAll = async (): Promise<void> => {
    while (!this.stopped && (await pullOnce(this.x)));
  };

  private fail(error: unknown): void {
    this.again = false;
    if (error instanceof TermPassed) {
      this.stop();
      this.hooks.onTermPassed();
      return;
    }
    this.tries += 1;
    if (!(error instanceof WireError)) this.hooks.onBug(error);
    const refusal = error instanceof WireError ? error.refusal : "retry";
    this.hooks.onNet(refusal === "signed_out" || refusal === "update_needed" ? refusal : "offline");
  }
  private schedule(): void {
    if (this.stopped) return;
    if (this.timer) clearTimeout(this.timer);
    const waitMs = this.tries > 0 ? Math.min(limits.pollMs, backoffMs(this.tries)) : limits.pollMs;
    this.timer = setTimeout(() => void this.poll(), waitMs);
  }
  /** The minute's poll: a question to the hub, and a pull only if there is something, or it can't tell. */
  private async poll(): Promise<void> {
    const { replica, clock } = this.x;
    const wishes = (["want", "ask", "follow", "outbox"] as const).some((name) => replica.table(name).size > 0);
    const recent = clock.now() - replica.sync.now < limits.pullAtLeastMs; // the lease and the clock live by pages
    if (this.tries === 0 && !wishes && recent && (await this.hooks.quiet?.())) {
      if (!this.running) this.schedule();
    } else await this.kick();
  }
}
