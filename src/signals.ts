import { setMaxListeners } from 'node:events';

/**
 * A signal of our own that aborts with the first of several, for any number of listeners: on the caller's, Node takes more
 * than ten for a leak and warns.
 */
export function anyOf(...signals: (AbortSignal | undefined)[]): AbortSignal {
  const own = AbortSignal.any(signals.filter((signal) => signal !== undefined));
  setMaxListeners(0, own);
  return own;
}
