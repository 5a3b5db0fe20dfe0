import { familyOf } from '../../address/family.js';
import { type Clock, systemClock } from '../../clock.js';
import { startDocument } from '../../document.js';
import { InvalidInputError } from '../../errors.js';
import { openWire } from '../../wire/engines.js';
import type { DiscardReason, Wire, WireListener } from '../../wire/wire.js';
import type { DnsDocument } from '../dns/types.js';
import { refusalOutcome, TraceEngine } from './engine.js';
import { checkTraceOptions, type TraceOptions } from './options.js';
import { pathMtu, routingLoop, withRateLimits } from './path-facts.js';
import { unsentHop } from './probe-result.js';
import { runTrace } from './run.js';
import type { AddressTrace, TraceHop } from './types.js';

/** What to trace, once the name has become an address. */
export interface TraceInput {
  host: string;
  address: string;
  /** TCP port, 1 to 65535. */
  port: number;
  resolution: DnsDocument | null;
}

/** Where probes go and what time it is; tests put the simulated network here. */
export interface TraceWorld {
  openWire(listener: WireListener): Promise<Wire>;
  clock: Clock;
}

/**
 * Traces the path to one address with TCP SYNs of rising TTL. Calls `onHop` with each hop, in order of TTL, as soon as
 * nothing more is awaited from it or those before it. Resolves with the document whatever the network does; throws
 * InvalidInputError, CapabilityError (no engine can work here) or the signal's reason.
 */
export async function traceAddress(
  input: TraceInput,
  options: TraceOptions = {},
  onHop: (hop: TraceHop) => void = () => {},
  world: TraceWorld = realWorld(input, options),
): Promise<AddressTrace> {
  const checked = checkTraceOptions(options);
  const family = familyOf(input.address);
  if (family === null) throw new InvalidInputError('address', `"${input.address}" is not an IP address`);
  if (!Number.isInteger(input.port) || input.port < 1 || input.port > 65535) {
    throw new InvalidInputError('port', `port ${input.port} is out of range; give one from 1 to 65535`);
  }
  options.signal?.throwIfAborted();

  const finishHeader = startDocument('trace');
  const engine = new TraceEngine({ ...checked, family });
  const discarded: Partial<Record<DiscardReason, number>> = {};
  let shownTtl = checked.firstTtl - 1;
  const running = runTrace(engine, {
    ...world,
    onChange() {
      const last = engine.hops().at(-1)?.ttl ?? 0;
      while (shownTtl < last && engine.isSettled(shownTtl + 1)) onHop(engine.hop(++shownTtl));
    },
    onDiscard(reason) {
      discarded[reason] = (discarded[reason] ?? 0) + 1;
    },
  });

  const stop = () => running.stop();
  options.signal?.addEventListener('abort', stop);
  options.stop?.addEventListener('abort', stop);
  if (options.stop?.aborted) stop();
  try {
    const wire = await running.finished;
    options.signal?.throwIfAborted();
    const hops = engine.hops();
    for (const hop of hops) if (hop.ttl > shownTtl) onHop(hop);
    return {
      ...finishHeader(),
      ...input,
      source: wire.source,
      method: wire.method,
      ...engine.end(),
      hops: withRateLimits(hops),
      loop: routingLoop(hops),
      pathMtu: pathMtu(hops),
      discarded: { ...discarded },
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    const errno = routeErrno(error);
    if (errno === null) throw error;
    const hop = unsentHop(checked.firstTtl, checked.queries, errno);
    onHop(hop);
    return {
      ...finishHeader(),
      ...input,
      source: null,
      method: options.method === 'connect' ? 'connect' : 'syn',
      outcome: refusalOutcome(errno),
      stoppedBy: 'unreachable',
      destinationTtl: null,
      hops: [hop],
      loop: null,
      pathMtu: null,
      discarded: {},
    };
  } finally {
    options.signal?.removeEventListener('abort', stop);
    options.stop?.removeEventListener('abort', stop);
  }
}

function realWorld(input: TraceInput, options: TraceOptions): TraceWorld {
  const { source = null, packets } = options;
  const target = { address: input.address, port: input.port, source, packets };
  return {
    openWire: (listener) => openWire(options.method ?? 'auto', target, listener),
    clock: systemClock,
  };
}

const routeErrnos = [
  'ENETUNREACH',
  'EHOSTUNREACH',
  'EACCES',
  'EPERM',
  'EINVAL',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
];

/** The errno of a host that has no way to the target, which is a finding; null for every other error. */
function routeErrno(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return routeErrnos.includes(error.code) ? error.code : null;
}
