import { nowMs } from '../../core/clock.js';

/** How often it is looked whether this process ran, milliseconds. */
const tickMs = 500;

/** What was buffered while the process stood still is read within this time, milliseconds. */
const catchUpMs = 1000;

/** Notices that this process did not run for a while: SIGSTOP, a suspended virtual machine, a host without processor time. */
export class StandstillWatch {
  #timer: NodeJS.Timeout | undefined;
  #tick = { atMs: nowMs(), wokeMs: Number.NEGATIVE_INFINITY, gapMs: 0 };

  start(): void {
    this.#tick = { ...this.#tick, atMs: nowMs() };
    this.#timer = setInterval(() => this.#note(), tickMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #note(): void {
    const atMs = nowMs();
    const gapMs = atMs - this.#tick.atMs - tickMs;
    this.#tick = gapMs > tickMs ? { atMs, wokeMs: atMs, gapMs } : { ...this.#tick, atMs };
  }

  /** For how long a message that is read now may have waited because this process did not run, milliseconds. */
  beforeMs(atMs: number): number {
    const sinceTick = atMs - this.#tick.atMs - tickMs;
    const isJustAwake = atMs - this.#tick.wokeMs < catchUpMs;
    return Math.max(0, sinceTick, isJustAwake ? this.#tick.gapMs : 0);
  }
}
