import type { Clock } from '../../src/core/clock.js';

interface Alarm {
  atMs: number;
  order: number;
  callback: () => void;
}

/** Virtual time: it passes only in runUntil(), so traces take no real time and have the same times in every run. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  #order = 0;
  #alarms: Alarm[] = [];

  now(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const alarm = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback };
    this.#alarms.push(alarm);
    return () => {
      this.#alarms = this.#alarms.filter((other) => other !== alarm);
    };
  }

  /**
   * Advances the time from alarm to alarm until `promise` settles. Rejects when no alarm is left before that: in real time
   * it would hang.
   */
  async runUntil<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false;
    const settled = () => {
      isSettled = true;
    };
    promise.then(settled, settled);
    for (;;) {
      // All promises that depend on the last alarm settle before the time advances.
      await new Promise((resolve) => setImmediate(resolve));
      if (isSettled) return promise;
      if (!this.#fireNext())
        throw new Error(`nothing is left to happen at ${this.#nowMs} ms of virtual time`);
    }
  }

  #fireNext(): boolean {
    const next = this.#alarms.reduce<Alarm | null>((first, alarm) => {
      if (first === null || alarm.atMs < first.atMs) return alarm;
      return alarm.atMs === first.atMs && alarm.order < first.order ? alarm : first;
    }, null);
    if (next === null) return false;
    this.#alarms = this.#alarms.filter((alarm) => alarm !== next);
    this.#nowMs = next.atMs;
    next.callback();
    return true;
  }
}
