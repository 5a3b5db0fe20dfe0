import { type Clock, systemClock } from '../core/clock.js';
import { anyOf } from '../core/deadline.js';
import type { FactsDocument } from '../documents/facts.js';
import type { HttpDocument } from '../documents/http.js';
import type { KnownEnds } from '../documents/known-ends.js';
import type { Target } from '../documents/target.js';

/**
 * Reads the configuration around a target while packets are under way. `ends` resolves when the addresses of the target are
 * known. Aborting `stop` ends reading with what is known. Resolves with null where nothing could be read.
 */
export type ReadFacts = (
  target: Target,
  ends: Promise<KnownEnds>,
  stop: AbortSignal,
  /** Resolves with the requests when all measurements are over. */
  requests: Promise<readonly HttpDocument[]>,
  /**
   * To be called at each sign of progress, such as an answer of AWS. After the last packet, reading goes on for a moment from
   * then, and for `moreMs` where it is known that the next sign takes longer.
   */
  onProgress: (moreMs: number) => void,
) => Promise<FactsDocument | null>;

/**
 * How long reading may go on without progress after the last packet, in milliseconds. It began before the first one, so that AWS
 * has usually answered by then.
 */
const graceMs = 1500;

/** How much longer one step of it may take. */
const longestStepMs = 5000;

/** How long all of it may take after the last packet, whatever progress it makes. */
const longestMs = 10_000;

/** How long a reader that was told to stop may take to give what it knows. */
const stopGraceMs = 1000;

/** Reading that runs beside the measurements. */
export interface ReadingBeside {
  /** For `ObserveOptions.onEnds`. */
  onEnds(ends: Promise<KnownEnds>): void;
  /** What was read, a moment after the measurements at the latest; null where the reader does not stop when it is told to. */
  finish(requests: readonly HttpDocument[]): Promise<FactsDocument | null>;
  /** Ends it without a result. */
  abandon(): void;
}

export function startReading(
  read: ReadFacts,
  target: Target,
  stop: AbortSignal | undefined,
  clock: Clock = systemClock,
): ReadingBeside {
  const over = new AbortController();
  let onEnds: (ends: Promise<KnownEnds>) => void = () => {};
  const ends = new Promise<KnownEnds>((resolve) => {
    onEnds = resolve;
  });
  let onRequests: (requests: readonly HttpDocument[]) => void = () => {};
  const requests = new Promise<readonly HttpDocument[]>((resolve) => {
    onRequests = resolve;
  });
  let cancel = (): void => {};
  const endAfter = (ms: number): void => {
    cancel();
    cancel = clock.after(ms, () => over.abort());
  };
  let isFinishing = false;
  let stepEndMs = 0;
  const onProgress = (moreMs: number): void => {
    stepEndMs = clock.now() + Math.min(moreMs, longestStepMs);
    if (isFinishing) endAfter(stepEndMs - clock.now() + graceMs);
  };
  const told = anyOf(over.signal, stop);
  const reading = read(target, ends, told, requests, onProgress);
  reading.catch(() => {});
  return {
    onEnds,
    async finish(sent) {
      isFinishing = true;
      onRequests(sent);
      endAfter(Math.max(0, stepEndMs - clock.now()) + graceMs);
      const cancelLast = clock.after(longestMs, () => over.abort());
      const ignored = ignoring(told, clock);
      try {
        return await Promise.race([reading, ignored.promise]);
      } finally {
        isFinishing = false;
        cancel();
        cancelLast();
        ignored.cancel();
      }
    },
    abandon() {
      // Whoever reads waits for the ends, too.
      onEnds(Promise.resolve({ addresses: [], own: [], identities: [] }));
      onRequests([]);
      over.abort();
    },
  };
}

/** Resolves with null when a reader has had its moment after `told` and has not ended. */
function ignoring(told: AbortSignal, clock: Clock): { promise: Promise<null>; cancel: () => void } {
  let cancel = (): void => {};
  const promise = new Promise<null>((resolve) => {
    let cancelTimer = (): void => {};
    const start = (): void => {
      cancelTimer = clock.after(stopGraceMs, () => resolve(null));
    };
    if (told.aborted) start();
    else told.addEventListener('abort', start, { once: true });
    cancel = () => {
      told.removeEventListener('abort', start);
      cancelTimer();
    };
  });
  return { promise, cancel };
}
