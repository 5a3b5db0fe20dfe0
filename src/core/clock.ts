/**
 * Monotonic milliseconds since an arbitrary point (process.hrtime). Only differences have a meaning. `Date` is never used
 * to measure durations.
 */
export function nowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}

/** Milliseconds from `startMs` to `endMs`, rounded to a microsecond: user space cannot measure more precisely. */
export function elapsedMs(startMs: number, endMs: number = nowMs()): number {
  return roundMs(endMs - startMs);
}

/** Rounds a duration to whole microseconds. */
export function roundMs(durationMs: number): number {
  return Math.round(durationMs * 1000) / 1000;
}

/** Milliseconds between two looks of watchPauses, and the least pause that it counts. */
const [lookMs, leastPauseMs] = [100, 500];

/**
 * Watches for times in which this process does not run: it is stopped, its host is suspended, or its event loop is held up.
 * Returns a function that ends the watch and returns the sum of the pauses of half a second or more, in milliseconds.
 */
export function watchPauses(): () => number {
  let [lookedMs, pausedMs] = [nowMs(), 0];
  const look = (): void => {
    const pauseMs = elapsedMs(lookedMs) - lookMs;
    if (pauseMs >= leastPauseMs) pausedMs += pauseMs;
    lookedMs = nowMs();
  };
  const timer = setInterval(look, lookMs).unref();
  return () => {
    clearInterval(timer);
    look();
    return roundMs(pausedMs);
  };
}

/** The clock and the timers of code that waits. Tests replace it by a virtual one. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls `callback` once after `delayMs`. Returns a function that cancels the call. */
  after(delayMs: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: nowMs,
  after(delayMs, callback) {
    // Node's timers round down to whole milliseconds, so the delay is rounded up: a timer must not fire early. The
    // immediate lets packets that have arrived be read first, because the event loop runs timers before it polls.
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

/** A limit of time that counts only while this process runs. */
export interface RunningLimit {
  /** Milliseconds; 0 once it is reached. */
  leftMs(): number;
  cancel(): void;
}

/**
 * Calls `callback` once after this process has run for `delayMs`. A pause of half a second or more, as watchPauses() counts it, is
 * not part of that, and once there is half a second after it for what arrived meanwhile: a peer is not silent because nobody here
 * listened. The limit is reached after `delayMs` / 500 + 2 turns of the event loop at most, however long each of them takes.
 */
export function afterRunning(
  delayMs: number,
  callback: () => void,
  clock: Clock = systemClock,
): RunningLimit {
  let leftMs = Math.max(0, delayMs);
  let isExtended = false;
  let startMs = clock.now();
  let cancel = (): void => {};
  const next = (): void => {
    startMs = clock.now();
    const sliceMs = Math.min(leftMs, leastPauseMs);
    cancel = clock.after(sliceMs, () => {
      const takenMs = clock.now() - startMs;
      const isPause = takenMs - sliceMs >= leastPauseMs;
      leftMs -= isPause ? sliceMs : takenMs;
      if (isPause && leftMs < leastPauseMs && !isExtended) {
        isExtended = true;
        leftMs = leastPauseMs;
      }
      if (leftMs > 0) next();
      else callback();
    });
  };
  next();
  return {
    leftMs: () => Math.max(0, leftMs - Math.min(clock.now() - startMs, leastPauseMs)),
    cancel: () => cancel(),
  };
}
