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

/** The promise; where the signal aborts first, a rejection with its reason, and nobody hears of the promise's end any more. */
export async function orAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let onAbort = (): void => {};
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort);
    if (signal.aborted) onAbort();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** One combined signal: it aborts when its relay is told to. */
type Relay = AbortController;

/**
 * What keeps a combined signal working: its relay, and the signals that it follows in the end. AbortSignal.any() holds its
 * sources weakly, and so does the timer of AbortSignal.timeout(): without this reference, garbage collection removes such a
 * signal before its time is over, and the combined signal never aborts (measured with Node 20).
 */
const followed = new WeakMap<AbortSignal, { relay: Relay; sources: readonly AbortSignal[] }>();

/** The combined signals that follow a signal, and the removal of the listener that they share. */
interface Followers {
  source: WeakRef<AbortSignal>;
  relays: Set<WeakRef<Relay>>;
  leave: () => void;
}

const followers = new WeakMap<AbortSignal, Followers>();

/** Takes a relay out of the set of each source when nobody has its combined signal any more. */
const forgotten = new FinalizationRegistry<{ own: WeakRef<Relay>; sources: readonly WeakRef<AbortSignal>[] }>(
  ({ own, sources }) => {
    for (const reference of sources) {
      const source = reference.deref();
      if (source !== undefined) unfollow(source, own);
    }
  },
);

function unfollow(source: AbortSignal, relay: WeakRef<Relay>): void {
  const known = followers.get(source);
  known?.relays.delete(relay);
  if (known === undefined || known.relays.size > 0) return;
  known.leave();
  followers.delete(source);
}

function follow(source: AbortSignal, relay: WeakRef<Relay>): WeakRef<AbortSignal> {
  const known = followers.get(source);
  if (known !== undefined) {
    known.relays.add(relay);
    return known.source;
  }
  const relays = new Set([relay]);
  const onAbort = (): void => {
    followers.delete(source);
    for (const reference of relays) reference.deref()?.abort(source.reason);
  };
  source.addEventListener('abort', onAbort, { once: true });
  const reference = new WeakRef(source);
  followers.set(source, {
    source: reference,
    relays,
    leave: () => source.removeEventListener('abort', onAbort),
  });
  return reference;
}

/**
 * Returns a signal that aborts when the first of several does. It may have any number of listeners; for the caller's own
 * signals, Node warns of a leak after ten.
 *
 * A signal that lives as long as the process may be combined any number of times. AbortSignal.any() of Node 20 leaves 64 to
 * 200 octets in such a signal for each call, for ever (measured); here a source has one listener, and a set that the
 * garbage collector empties.
 */
export function anyOf(...signals: (AbortSignal | undefined)[]): AbortSignal {
  const given = signals.filter((signal) => signal !== undefined);
  const aborted = given.find((signal) => signal.aborted);
  const relay = new AbortController();
  // Node keeps a signal of AbortSignal.any() alive while it has listeners, and the relay's own signal it does not.
  const combined = AbortSignal.any([relay.signal]);
  setMaxListeners(0, combined);
  if (aborted !== undefined) {
    relay.abort(aborted.reason);
    return combined;
  }
  // The sources of a combined signal, and not that signal: it can be collected although others were made of it.
  const sources = [...new Set(given.flatMap((signal) => followed.get(signal)?.sources ?? [signal]))];
  const own = new WeakRef(relay);
  followed.set(combined, { relay, sources });
  forgotten.register(relay, { own, sources: sources.map((source) => follow(source, own)) });
  return combined;
}
