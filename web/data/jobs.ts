/**
 * Work on the screen's thread that never holds up a frame: what fits into the budget is done at once, so that a small
 * list is there in the same turn; the rest goes on in slices, between which input and painting have their turn.
 */
import type { Steps } from "./sorted.ts";

export interface Jobs {
  /** Answers how to stop it. `done` is called in the same turn if the work fits. */
  run(steps: Steps<void>, done: () => void): () => void;
}
/** All at once, for tests and for small things. */
export const atOnce: Jobs = {
  run(steps, done) {
    while (!steps.next().done);
    done();
    return () => undefined;
  },
};

/** Half a frame, so that the rest of the frame has the other half. */
export const sliceMs = 8;

interface Job {
  /** Null when it is over: what it went through may be forgotten by then, and whoever can stop it keeps the job. */
  steps: Steps<void> | null;
  readonly done: () => void;
  over: boolean;
}
export class Slices implements Jobs {
  private readonly now: () => number;
  private readonly later: (run: () => void) => void;
  private readonly queue: Job[] = [];
  private scheduled = false;
  /** When this turn's budget is used up. */
  private until: number | null = null;

  constructor(now: () => number, later: (run: () => void) => void) {
    this.now = now;
    this.later = later;
  }
  run(steps: Steps<void>, done: () => void): () => void {
    const job: Job = { steps, done, over: false };
    if (this.queue.length > 0 || !this.advance(job)) {
      this.queue.push(job);
      this.schedule();
    }
    return () => {
      job.over = true;
      job.steps = null;
    };
  }
  private advance(job: Job): boolean {
    if (this.until === null) {
      this.until = this.now() + sliceMs;
      this.schedule();
    }
    while (!job.over) {
      let ended = true; // also by an error: it must not stop those behind it
      try {
        ended = job.steps?.next().done !== false;
      } finally {
        job.over = ended;
        if (ended) job.steps = null;
      }
      if (ended) job.done();
      else if (this.now() >= this.until) return false;
    }
    return true;
  }
  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.later(() => {
      this.scheduled = false;
      this.until = null;
      for (let job = this.queue[0]; job; job = this.queue[0]) {
        if (!job.over && !this.advance(job)) break;
        this.queue.shift();
      }
      if (this.queue.length > 0) this.schedule();
    });
  }
}

/** The browser's own queue for work that the member waits for; input goes before it. */
export const browserJobs = (): Jobs =>
  new Slices(
    () => performance.now(),
    (run) => {
      const { scheduler } = globalThis as { scheduler?: { postTask(run: () => void): Promise<void> } };
      if (scheduler) void scheduler.postTask(run);
      else setTimeout(run, 0);
    },
  );
