import { setMaxListeners } from 'node:events';
import { systemClock } from './clock.js';

/** What ends a measurement that has not ended by itself. */
export interface Limits {
  timeoutMs: number;
  /** Throw everything away. */
  signal?: AbortSignal | undefined;
  /** Finish now, with what is known. */
  stop?: AbortSignal | undefined;
}

export interface GiveUpHandlers {
  onTimeout: () => void;
  onStop: () => void;
  /** Needed where `signal` is given; gets its reason. */
  onAbort?: (reason: unknown) => void;
}

/**
 * Calls the handler of each limit that is reached, until the result is called: then nothing is left that
 * could call one, or keep the process alive. Of a limit that has been reached before, soon after this returns.
 */
export function giveUpAt({ timeoutMs, signal, stop }: Limits, handlers: GiveUpHandlers): () => void {
  const onAbort = () => handlers.onAbort?.(signal?.reason);
  const stopDeadline = systemClock.after(timeoutMs, handlers.onTimeout);
  signal?.addEventListener('abort', onAbort);
  stop?.addEventListener('abort', handlers.onStop);
  let isOver = false;
  // A signal that has aborted fires no more. Whoever called needs the result first.
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
 * A signal of our own that aborts with the first of several, for any number of listeners: on the caller's, Node takes more
 * than ten for a leak and warns.
 */
export function anyOf(...signals: (AbortSignal | undefined)[]): AbortSignal {
  const own = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(0, own);
  return own;
}
