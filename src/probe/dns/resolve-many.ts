import { setMaxListeners } from 'node:events';
import { checkItems, checkOptions } from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import { type Items, mapOrdered } from '../../core/ordered-map.js';
import { checkRuntime } from '../../core/runtime.js';
import type { DnsDocument } from '../../documents/dns.js';
import { type ResolveManyOptions, type ResolveOptions, resolveBounds, resolveManyChecks } from './options.js';
import { makePlan } from './plan.js';
import { resolveWith } from './resolve.js';
import { datagramSocketsOfHost } from './transport/udp.js';
import { UdpPool } from './transport/udp-pool.js';

/** The result for one of many names: its document, or the error if the name is invalid. */
export type NameOutcome =
  | { ok: true; name: string; document: DnsDocument }
  | { ok: false; name: string; error: InvalidInputError };

/**
 * resolve() for many names: several at a time, with the outcomes in the order of the names. An invalid name is an
 * outcome, not an error. A slow reader slows the lookups down; leaving the loop closes every socket.
 *
 * ```ts
 * for await (const outcome of resolveMany(names, { types: ['A'] })) {
 *   if (outcome.ok) console.log(outcome.name, outcome.document.status);
 * }
 * ```
 *
 * @throws InvalidInputError and CapabilityError as resolve() does, except for invalid names
 * @throws the reason of `options.signal` when it aborts; `options.stop` ends the iteration with what is known
 */
export async function* resolveMany(
  names: Items<string>,
  options: ResolveManyOptions = {},
): AsyncGenerator<NameOutcome, void, undefined> {
  checkRuntime();
  checkOptions(resolveManyChecks, options);
  checkItems('names', names);
  const { concurrency = resolveBounds.concurrency.default, signal, stop } = options;
  signal?.throwIfAborted();
  const resolver = await openResolver(options);
  const lookUp = async (name: string, leaving: AbortSignal): Promise<NameOutcome> => {
    try {
      return { ok: true, name, document: await resolver.resolve(name, leaving) };
    } catch (error) {
      // An InvalidInputError about the source, for example, is not about the name.
      if (error instanceof InvalidInputError && error.argument === 'name') return { ok: false, name, error };
      throw error;
    }
  };
  try {
    yield* mapOrdered(names, lookUp, { concurrency, signal, stop });
  } finally {
    resolver.close();
  }
}

/** Looks up names by one plan and over shared sockets, any number of them at the same time. */
export interface Resolver {
  /** `leaving` must be the same signal in all calls: when it aborts, all lookups under way end as ECANCELED. */
  resolve(name: string, leaving: AbortSignal): Promise<DnsDocument>;
  close(): void;
}

/** The errors are those of makePlan(). */
export async function openResolver(options: ResolveOptions): Promise<Resolver> {
  const plan = await makePlan(options);
  const pool = new UdpPool(await datagramSocketsOfHost({ timestamps: false }));
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const close = (): void => {
    stopping.abort();
    pool.close();
  };
  const shared = { ...plan, send: { ...plan.send, udp: pool.send } };
  const signals = { signal: undefined, stop: stopping.signal };
  let listenedTo: AbortSignal | null = null;
  return {
    resolve(name, leaving) {
      if (leaving !== listenedTo) leaving.addEventListener('abort', close, { once: true });
      listenedTo = leaving;
      return resolveWith(shared, name, signals);
    },
    close,
  };
}
