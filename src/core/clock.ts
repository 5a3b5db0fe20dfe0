/**
 * Monotonic milliseconds since an arbitrary point (process.hrtime). Differences are durations; the value itself
 * means nothing, and `Date` is never used to measure.
 */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Milliseconds since `startMs`, rounded to a microsecond: below that, user space has nothing true to say. */
export function elapsedMs(startMs: number, endMs: number = nowMs()): number {
  return roundMs(endMs - startMs);
}

/** Rounds a duration to whole microseconds. */
export function roundMs(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}

/** Time as code that waits sees it. Tests and the simulated network put a virtual one in its place. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back once after `delayMs`; the result cancels. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: nowMs,
  after(delayMs, callback) {
    // Node's timers count whole milliseconds and round down: one that fires early would find nothing due yet. The
    // immediate lets packets that have already arrived be read first: timers come before polling in the event loop.
    let immediate: NodeJS.Immediate | undefined;
    const timer = setTimeout(
      () => {
        immediate = setImmediate(callback);
      },
      Math.max(0, Math.ceil(delayMs)),
    );
    return () => {
      clearTimeout(timer);
      clearImmediate(immediate);
    };
  },
};
