/**
 * Of a member's tabs one leads: it pushes, pulls and keeps the copy. A Web Lock chooses it; its term, checked inside
 * each of its transactions, makes sure that one that was frozen and overtaken writes nothing when it wakes.
 */
export interface Lead {
  /** Ends leadership, or the waiting for it. */
  resign(): void;
  /** The leader does not answer: take over. */
  steal(): void;
}

/** `onLead` runs when this tab leads, and its signal aborts when it does no more. */
export function campaign(name: string, locks: LockManager | undefined, onLead: (lost: AbortSignal) => void): Lead {
  let current = new AbortController(); // of the lead, or of the waiting
  let over = false;
  const run = (steal: boolean): void => {
    const own = new AbortController();
    current = own;
    const lead = (): Promise<void> => {
      onLead(own.signal);
      return new Promise((resolve) => own.signal.addEventListener("abort", () => resolve(), { once: true }));
    };
    if (!locks) {
      void lead(); // no Web Locks on this origin: each tab leads, fenced by its term
      return;
    }
    const options: LockOptions = steal ? { steal: true } : { signal: own.signal };
    locks.request(name, options, lead).catch(() => {
      own.abort(); // stolen, or no longer wanted
      if (!over && current === own) run(false);
    });
  };
  run(false);
  return {
    resign: () => {
      over = true;
      current.abort();
    },
    steal: () => {
      const waiting = current;
      run(true);
      waiting.abort();
    },
  };
}
