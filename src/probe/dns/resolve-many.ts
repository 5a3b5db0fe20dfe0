import { setMaxListeners } from 'node:events';
import { InvalidInputError } from '../../core/errors.js';
import { type Items, mapOrdered } from '../../core/ordered-map.js';
import type { DnsDocument } from '../../documents/dns.js';
import type { ResolveOptions } from './options.js';
import { nextTurn, resolveBy } from './resolve.js';
import { planOf } from './session.js';
import { UdpPool } from './shared-port.js';
import { datagramsHere } from './udp.js';

/** How to ask for many names. */
export interface ResolveManyOptions extends ResolveOptions {
  /** How many names are asked for at the same time. Default 100. */
  concurrency?: number | undefined;
}

/** What became of one of many names: its document, or what is wrong with the name. */
export type NameOutcome =
  | { ok: true; name: string; document: DnsDocument }
  | { ok: false; name: string; error: InvalidInputError };

/** So many are under way with a fast resolver before more of them gain nothing, and a slow one is not overrun. */
export const defaultConcurrency = 100;

/**
 * resolve() for many names: several at a time, the outcomes in the names' order. A name that cannot be asked for is an
 * outcome like any other. Reading slowly slows the asking down; leaving the loop closes every socket.
 *
 * ```ts
 * for await (const outcome of resolveMany(names, { types: ['A'] })) {
 *   if (outcome.ok) console.log(outcome.name, outcome.document.status);
 * }
 * ```
 *
 * @throws InvalidInputError and CapabilityError for what resolve() would throw them for, the names apart
 * @throws the reason of `options.signal` when it aborts; `options.stop` ends the iteration with what is known
 */
export async function* resolveMany(
  names: Items<string>,
  options: ResolveManyOptions = {},
): AsyncGenerator<NameOutcome, void, undefined> {
  const { concurrency = defaultConcurrency, signal, stop } = options;
  if (!Number.isInteger(concurrency) || concurrency < 1) {
    throw new InvalidInputError('concurrency', `concurrency is ${concurrency}: it is a whole number from 1`);
  }
  signal?.throwIfAborted();
  const resolver = await openResolver(options);
  const ask = async (name: string, leaving: AbortSignal): Promise<NameOutcome> => {
    try {
      return { ok: true, name, document: await resolver.resolve(name, leaving) };
    } catch (error) {
      // A source that is not this host's is no fault of the name.
      if (error instanceof InvalidInputError && error.argument === 'name') return { ok: false, name, error };
      throw error;
    }
  };
  try {
    yield* mapOrdered(names, ask, { concurrency, signal, stop });
  } finally {
    resolver.close();
  }
}

/** Looks up one name after the other, or many at once, by one plan and over shared sockets. */
export interface Resolver {
  /** When `leaving` aborts, everything that any call has under way ends as ECANCELED: it is the same for all calls. */
  resolve(name: string, leaving: AbortSignal): Promise<DnsDocument>;
  close(): void;
}

/** Throws as planOf() does. */
export async function openResolver(options: ResolveOptions): Promise<Resolver> {
  const plan = await planOf(options);
  const pool = new UdpPool(await datagramsHere({ exact: false }));
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const close = (): void => {
    stopping.abort();
    pool.close();
  };
  const shared = { ...plan, ask: { ...plan.ask, udp: pool.ask } };
  let known: AbortSignal | null = null;
  return {
    resolve(name, leaving) {
      if (leaving !== known) leaving.addEventListener('abort', close, { once: true });
      known = leaving;
      return resolveBy(shared, name, nextTurn(), { signal: undefined, stop: stopping.signal });
    },
    close,
  };
}
