/** What can end the wait for a permit. `signal` is read only when the caller has to wait. */
export interface Cancelation {
  readonly isCanceled: boolean;
  readonly signal: AbortSignal;
}

/** A counting semaphore. Callers that find no free permit wait, and are served in the order of their calls. */
export class Semaphore {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(permits: number) {
    this.#free = permits;
  }

  /**
   * Takes a permit, which release() gives back. Returns null if one was free, otherwise a promise that resolves when the
   * caller has one. A canceled caller gets a permit at once, even if that exceeds the limit, so that it can report that
   * it was canceled.
   */
  acquire(cancelation?: Cancelation): Promise<void> | null {
    if (this.#free > 0 || cancelation?.isCanceled) {
      this.#free -= 1;
      return null;
    }
    const signal = cancelation?.signal;
    return new Promise((resolve) => {
      const enter = (): void => {
        this.#waiting.delete(enter);
        signal?.removeEventListener('abort', enter);
        this.#free -= 1;
        resolve();
      };
      this.#waiting.add(enter);
      signal?.addEventListener('abort', enter);
    });
  }

  /** Gives a permit back and wakes the caller that has waited longest. */
  release(): void {
    this.#free += 1;
    if (this.#free <= 0) return;
    const [next] = this.#waiting;
    next?.();
  }
}
