import { anyOf } from '../core/deadline.js';
import { CapabilityError } from '../core/errors.js';
import type { SkippedStep } from '../documents/report.js';

/** The signals that the measurements of one `observe` listen to: its own, so that the caller's get one listener each. */
export interface Signals {
  /** Ends them; their results are dropped. */
  signal: AbortSignal;
  /** Ends them; they resolve with what they have measured. */
  stop: AbortSignal;
}

/** The outcome of one measurement. */
export interface Outcome<Result> {
  /** null where it could not be made, or was ended by the error of another one. */
  result: Result | null;
  /** Why this host could not make it. */
  skipped: SkippedStep[];
}

/** Measurements that run at the same time and are aborted together. */
export interface Branches {
  readonly signals: Signals;
  /**
   * Runs one measurement of `step`. A CapabilityError, and a system call that failed, make it a skipped step; the others
   * go on. Any other error (bad input, a bug) ends all of them, and throwIfFailed() throws it. Never rejects.
   */
  run<Result>(step: SkippedStep['step'], work: () => Promise<Result>): Promise<Outcome<Result>>;
  /**
   * The caller's callback, whose error ends all of them and is thrown by throwIfFailed(). It is no result of the measurement
   * that calls it, whatever its class. From then on the callback is not called, and `otherwise` is returned in its place.
   */
  guard<Given extends unknown[], Result>(
    callback: (...given: Given) => Result,
    otherwise: Result,
  ): (...given: Given) => Result;
  /** Throws the reason of the caller's signal, or the first error that is not a result. */
  throwIfFailed(): void;
}

/** Starts branches under the caller's signals. An error of one aborts the others, and each closes its sockets as it ends. */
export function startBranches(signal: AbortSignal | undefined, stop: AbortSignal | undefined): Branches {
  const failure = new AbortController();
  const signals = { signal: anyOf(failure.signal, signal), stop: anyOf(stop) };
  return {
    signals,
    async run(step, work) {
      try {
        return { result: await work(), skipped: [] };
      } catch (error) {
        const skip = signals.signal.aborted ? null : skippedBy(step, error);
        if (skip === null) failure.abort(error);
        return { result: null, skipped: skip === null ? [] : [skip] };
      }
    },
    guard(callback, otherwise) {
      return (...given) => {
        if (failure.signal.aborted) return otherwise;
        try {
          return callback(...given);
        } catch (error) {
          failure.abort(error);
          return otherwise;
        }
      };
    },
    throwIfFailed() {
      signals.signal.throwIfAborted();
    },
  };
}

/** The results of several measurements, without those that could not be made. */
export function resultsOf<Result>(outcomes: readonly Outcome<Result>[]): Result[] {
  return outcomes.flatMap(({ result }) => (result === null ? [] : [result]));
}

/** The skipped steps of several measurements, each reason once per step. */
export function skippedOf(outcomes: readonly Pick<Outcome<unknown>, 'skipped'>[]): SkippedStep[] {
  const all = outcomes.flatMap(({ skipped }) => skipped);
  const keys = all.map(({ step, reason }) => `${step} ${reason}`);
  return all.filter((_, index) => keys.indexOf(keys[index] ?? '') === index);
}

/** The skipped step of an error; null for an error that does not come from this host's limits. */
function skippedBy(step: SkippedStep['step'], error: unknown): SkippedStep | null {
  if (error instanceof CapabilityError) {
    const { message, missing, remedy } = error;
    return { step, reason: message, missing, ...(remedy === null ? {} : { remedy }) };
  }
  // A system call that failed: no descriptors left, no memory for a socket.
  if (error instanceof Error && 'syscall' in error && 'code' in error) {
    return { step, reason: `${error.message} (${String(error.code)})` };
  }
  return null;
}
