/** What can end the wait for permits. `signal` is read only when the caller has to wait. */
export interface Cancelation {
  readonly isCanceled: boolean;
  readonly signal: AbortSignal;
}

interface Waiting {
  permits: number;
  enter: () => void;
}

/** A counting semaphore. Callers that have to wait get their permits in the order of their calls. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<Waiting>();

  constructor(permits: number) {
    this.#free = permits;
  }

  /**
   * Takes one permit, or as many as `permits`, which release() gives back. Returns null if they were free, otherwise a
   * promise that resolves when the caller has them. A small request does not overtake a large one. A canceled caller gets
   * its permits at once, even if that exceeds the limit, so that it can report that it was canceled.
   */
  acquire(cancelation?: Cancelation, permits = 1): Promise<void> | null {
    const isFree = this.#waiting.size === 0 && permits <= this.#free;
    if (isFree || cancelation?.isCanceled) {
      this.#free -= permits;
      return null;
    }
    const signal = cancelation?.signal;
    return new Promise((resolve) => {
      const enter = (): void => {
        this.#waiting.delete(waiting);
        signal?.removeEventListener('abort', enter);
        this.#free -= permits;
        resolve();
      };
      const waiting = { permits, enter };
      this.#waiting.add(waiting);
      signal?.addEventListener('abort', enter);
    });
  }

  /** Gives permits back and admits the callers that have waited longest. */
  release(permits = 1): void {
    this.#free += permits;
    for (const { permits: needed, enter } of this.#waiting) {
      if (needed > this.#free) return;
      enter();
    }
  }
}
