import { setMaxListeners } from 'node:events';
import { systemClock } from './clock.js';

/** The limits of a measurement. */
export interface Limits {
  timeoutMs: number;
  /** Ends the measurement without a result. */
  signal?: AbortSignal | undefined;
  /** Ends the measurement early, with a result of what is known. */
  stop?: AbortSignal | undefined;
}

export interface LimitHandlers {
  onTimeout: () => void;
  onStop: () => void;
  /** Required if `signal` is given. Receives its reason. */
  onAbort?: (reason: unknown) => void;
}

/**
 * Calls a handler when its limit is reached. Returns a function that cancels all limits and releases their timer and
 * listeners. If a signal has aborted already, its handler is called in a microtask, after this function has returned.
 */
export function startLimits({ timeoutMs, signal, stop }: Limits, handlers: LimitHandlers): () => void {
  const onAbort = () => handlers.onAbort?.(signal?.reason);
  const stopDeadline = systemClock.after(timeoutMs, handlers.onTimeout);
  signal?.addEventListener('abort', onAbort);
  stop?.addEventListener('abort', handlers.onStop);
  let isOver = false;
  // A signal that has aborted dispatches no further event. The caller needs the returned function first.
  if (signal?.aborted) queueMicrotask(() => isOver || onAbort());
  else if (stop?.aborted) queueMicrotask(() => isOver || handlers.onStop());
  return () => {
    isOver = true;
    stopDeadline();
    signal?.removeEventListener('abort', onAbort);
    stop?.removeEventListener('abort', handlers.onStop);
  };
}

/**
 * The signals that each signal of `anyOf` follows. AbortSignal.any() holds them weakly, and so does the timer of
 * AbortSignal.timeout(): without this reference, garbage collection removes such a signal before its time is over, and the
 * combined signal never aborts (measured with Node 20).
 */
const followed = new WeakMap<AbortSignal, readonly AbortSignal[]>();

/**
 * Returns a signal that aborts when the first of several does. It may have any number of listeners; for the caller's own
 * signals, Node warns of a leak after ten.
 */
export function anyOf(...signals: (AbortSignal | undefined)[]): AbortSignal {
  const sources = signals.filter((signal) => signal !== undefined);
  const own = AbortSignal.any(sources);
  followed.set(own, sources);
  setMaxListeners(0, own);
  return own;
}
