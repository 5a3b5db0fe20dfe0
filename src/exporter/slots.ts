import { type Clock, systemClock } from '../core/clock.js';

/**
 * How a request for a slot ended. `busy`: the queue has no room; `late`: no slot became free until a probe could not have ended
 * in time; `gone`: the caller went away.
 */
export type SlotAdmission = 'entered' | 'busy' | 'late' | 'gone';

interface Waiting {
  settle: (admission: SlotAdmission) => void;
}

/** The limits of the slots. */
export interface SlotLimits {
  maxConcurrent: number;
  maxQueue: number;
}

/** The places for probes that run at the same time, and the queue before them, in the order of arrival. */
export class ProbeSlots {
  #limits: SlotLimits;
  readonly #clock: Clock;
  readonly #queue = new Set<Waiting>();
  #running = 0;

  constructor(limits: SlotLimits, clock: Clock = systemClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Probes that run now. */
  get running(): number {
    return this.#running;
  }

  /** Probes that wait now. */
  get waiting(): number {
    return this.#queue.size;
  }

  /** Changes the limits. Probes that run or wait already stay. */
  limit(limits: SlotLimits): void {
    this.#limits = limits;
    this.#admit();
  }

  /**
   * Waits for a slot, which leave() gives back after `entered`. `latestMs` is the time of the clock after which it is too late to
   * begin.
   */
  enter(latestMs: number, signal: AbortSignal): Promise<SlotAdmission> {
    if (signal.aborted) return Promise.resolve('gone');
    const leftMs = latestMs - this.#clock.now();
    if (leftMs < 0) return Promise.resolve('late');
    if (this.#queue.size === 0 && this.#running < this.#limits.maxConcurrent) {
      this.#running += 1;
      return Promise.resolve('entered');
    }
    if (this.#queue.size >= this.#limits.maxQueue) return Promise.resolve('busy');
    return new Promise((resolve) => {
      const settle = (admission: SlotAdmission): void => {
        this.#queue.delete(waiting);
        cancel();
        signal.removeEventListener('abort', leave);
        resolve(admission);
      };
      const waiting: Waiting = { settle };
      const leave = (): void => settle('gone');
      const cancel = this.#clock.after(leftMs, () => settle('late'));
      signal.addEventListener('abort', leave);
      this.#queue.add(waiting);
    });
  }

  /** Gives a slot back, and admits the probe that has waited longest. */
  leave(): void {
    this.#running -= 1;
    this.#admit();
  }

  /** Sends all that wait away as `busy`. */
  close(): void {
    this.#limits = { ...this.#limits, maxQueue: 0 };
    for (const { settle } of this.#queue) settle('busy');
  }

  #admit(): void {
    for (const { settle } of this.#queue) {
      if (this.#running >= this.#limits.maxConcurrent) return;
      this.#running += 1;
      settle('entered');
    }
  }
}
