import { anyOf } from '../core/deadline.js';
import { CapabilityError } from '../core/errors.js';
import type { SkippedStep } from '../documents/report.js';

/** The signals that measurements of one `observe` listen to: its own, so that the caller's gain one listener each. */
export interface Signals {
  /** Everything is thrown away. */
  signal: AbortSignal;
  /** Everything ends with what it has. */
  stop: AbortSignal;
}

/** Measurements that run at the same time and end together. */
export interface Branches {
  readonly signals: Signals;
  /** What this host could not measure. */
  readonly skipped: SkippedStep[];
  /**
   * Runs one measurement of `step`. What this host cannot do, or its system refuses, is noted in `skipped`, and the
   * others go on. Any other error (bad input, a bug) ends all of them and is what `throwIfFailed` throws. Never rejects.
   */
  run(step: SkippedStep['step'], work: () => Promise<void>): Promise<void>;
  /** Throws the reason of the caller's signal, or the first error that is no result. */
  throwIfFailed(): void;
}

/**
 * Branches under the caller's signals. None is left running behind another's error: the error aborts the others, and
 * whoever awaits them all finds every socket closed.
 */
export function startBranches(signal: AbortSignal | undefined, stop: AbortSignal | undefined): Branches {
  const failure = new AbortController();
  const signals = { signal: anyOf(failure.signal, signal), stop: anyOf(stop) };
  const skipped: SkippedStep[] = [];
  return {
    signals,
    skipped,
    async run(step, work) {
      try {
        await work();
      } catch (error) {
        const skip = signals.signal.aborted ? null : skippedBy(step, error);
        if (skip === null) failure.abort(error);
        else if (!skipped.some((each) => each.step === skip.step && each.reason === skip.reason))
          skipped.push(skip);
      }
    },
    throwIfFailed() {
      signals.signal.throwIfAborted();
    },
  };
}

/** What a step that this host cannot do leaves behind; null for an error that is none of the host's. */
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
