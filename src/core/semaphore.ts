import type { Cancel } from '../probe/tcp/cancel.js';

/** Room for so many at a time; those that come when there is none wait in line. */
export class Slots {
  #free: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#free = count;
  }

  /**
   * Takes a slot, which `give` returns: null where it was free, else a promise of it. A waiter that is canceled goes on
   * at once, over the count, so that it can say that it was stopped.
   */
  take(cancel?: Cancel): Promise<void> | null {
    if (this.#free > 0 || cancel?.isCanceled) {
      this.#free -= 1;
      return null;
    }
    const signal = cancel?.signal;
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

  give(): void {
    this.#free += 1;
    if (this.#free <= 0) return;
    const [next] = this.#waiting;
    next?.();
  }
}
