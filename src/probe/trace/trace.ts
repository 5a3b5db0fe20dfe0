import { checkPort } from '../../core/check-options.js';
import { type Clock, systemClock } from '../../core/clock.js';
import { anyOf } from '../../core/deadline.js';
import { InvalidInputError } from '../../core/errors.js';
import type { DnsDocument } from '../../documents/dns.js';
import { startDocument } from '../../documents/header.js';
import { type AddressTrace, routingLoop, type TraceHop } from '../../documents/trace.js';
import { checkSource } from '../../host/source.js';
import { familyOf } from '../../net/address/address.js';
import { exhaustion } from '../../net/wire/capability.js';
import { openWire } from '../../net/wire/engines.js';
import type { DiscardReason, Wire, WireListener } from '../../net/wire/wire.js';
import { admit, runTrace } from './driver.js';
import { refusalOutcome } from './ending.js';
import { type CheckedTraceOptions, checkTraceOptions, type TraceOptions } from './options.js';
import { pathMtu, withRateLimits } from './path-facts.js';
import { unsentHop } from './probe-result.js';
import { TraceEngine } from './strategy.js';

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
 * nothing more is awaited from it or those before it, and again when a later answer changes it. Of very many traces
 * started together some wait for others to end. Resolves with the document whatever the network does; throws
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
  checkPort(input.port);
  if (options.source !== undefined) checkSource(options.source, [input.address]);
  options.signal?.throwIfAborted();
  const stop = anyOf(options.signal, options.stop);
  const leave = await admitUnlessStopped(checked.parallel, options.signal, options.stop);

  const finishHeader = startDocument('trace');
  const discarded: Partial<Record<DiscardReason, number>> = {};
  const feed = new HopFeed(checked.firstTtl, onHop);
  const nextHop = new NextHop(checked.firstTtl);
  try {
    const { wire, engine } = await runTrace(
      {
        ...world,
        createEngine(wire) {
          nextHop.wire = wire;
          return new TraceEngine({ ...engineOptions(checked, wire.method), family });
        },
        onChange(engine, halt) {
          // Before a hop is told that nothing ever left for.
          if (nextHop.isSilent(engine)) halt();
          else feed.update(engine);
        },
        onDiscard(reason) {
          discarded[reason] = (discarded[reason] ?? 0) + 1;
        },
      },
      stop,
    );
    options.signal?.throwIfAborted();
    if (nextHop.isSilent(engine)) return refused('EHOSTUNREACH', wire);
    const hops = withRateLimits(engine.hops());
    const lacking = lackingHere(hops);
    if (lacking !== null) throw lacking;
    feed.finish(engine, hops);
    return {
      ...finishHeader(),
      ...input,
      source: wire.source,
      method: wire.method,
      ...engine.end(),
      hops,
      loop: routingLoop(hops),
      pathMtu: pathMtu(hops),
      discarded: { ...discarded },
      names: null,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    const errno = routeErrno(error);
    if (errno === null) throw error;
    return refused(errno, { source: null, method: options.method === 'connect' ? 'connect' : 'syn' });
  } finally {
    leave();
  }

  /** What becomes of a trace that got no further than this host. */
  function refused(errno: string, { source, method }: Pick<AddressTrace, 'source' | 'method'>): AddressTrace {
    const hop = unsentHop(checked.firstTtl, checked.queries, errno);
    onHop(hop);
    return {
      ...finishHeader(),
      ...input,
      source,
      method,
      outcome: refusalOutcome(errno),
      stoppedBy: 'unreachable',
      destinationTtl: null,
      hops: [hop],
      loop: null,
      pathMtu: null,
      discarded: {},
      names: null,
    };
  }
}

/** Whether the trace gets no further than the first neighbour on its way, because that one does not answer. */
class NextHop {
  wire: Wire | null = null;
  readonly #firstTtl: number;
  #isSilent: boolean | null = null;

  constructor(firstTtl: number) {
    this.#firstTtl = firstTtl;
  }

  /** Looked at once, when the first hop has been waited for in vain. */
  isSilent(engine: TraceEngine): boolean {
    if (this.#isSilent === null && engine.isSettled(this.#firstTtl)) {
      const isHeard = engine.hop(this.#firstTtl).probes.some(({ reply }) => reply !== 'none');
      this.#isSilent = !isHeard && this.wire?.silentNeighbour() != null;
    }
    return this.#isSilent ?? false;
  }
}

/** The error of a trace for which this host had no room at all; null where a probe got out or was refused otherwise. */
function lackingHere(hops: readonly TraceHop[]): Error | null {
  const probes = hops.flatMap((hop) => hop.probes);
  const errnos = new Set(probes.map(({ reply, errno }) => (reply === 'send-error' ? errno : null)));
  const [errno = null] = errnos;
  if (errno === null || errnos.size !== 1) return null;
  return exhaustion(Object.assign(new Error(`send: ${errno}`), { code: errno }));
}

/** A trace that is stopped while it waits for others goes on at once, to say that it measured nothing. */
async function admitUnlessStopped(
  weight: number,
  signal: AbortSignal | undefined,
  stop: AbortSignal | undefined,
): Promise<() => void> {
  try {
    return await admit(weight, anyOf(signal, stop));
  } catch (reason) {
    signal?.throwIfAborted();
    if (stop?.aborted === true) return () => {};
    throw reason;
  }
}

/** Two connect() of one 5-tuple cannot be under way together, so there one fixed flow means one probe at a time. */
function engineOptions(checked: CheckedTraceOptions, method: Wire['method']): CheckedTraceOptions {
  return checked.paris && method === 'connect' ? { ...checked, parallel: 1 } : checked;
}

function realWorld(input: TraceInput, options: TraceOptions): TraceWorld {
  const { source = null, paris = false, packets } = options;
  const target = { address: input.address, port: input.port, source, paris, packets };
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

/** Hands out hops in order of TTL, each when nothing more is awaited of it or of those before, and again when it changes. */
class HopFeed {
  readonly #onHop: (hop: TraceHop) => void;
  /** By TTL, what the engine's count of changes was when the hop was told. */
  readonly #told = new Map<number, number>();
  #lastTtl: number;

  constructor(firstTtl: number, onHop: (hop: TraceHop) => void) {
    this.#onHop = onHop;
    this.#lastTtl = firstTtl - 1;
  }

  /** Call after every event. */
  update(engine: TraceEngine): void {
    const end = engine.lastTtl();
    while (this.#lastTtl < end && engine.isSettled(this.#lastTtl + 1)) {
      this.#lastTtl += 1;
      this.#tell(engine.hop(this.#lastTtl), engine.changesOf(this.#lastTtl));
    }
    for (const [ttl, changes] of this.#told) {
      if (ttl <= end && engine.changesOf(ttl) !== changes) this.#tell(engine.hop(ttl), engine.changesOf(ttl));
    }
  }

  /** The trace is over and these are its hops: tells those not told yet, and those of which the end says more. */
  finish(engine: TraceEngine, hops: readonly TraceHop[]): void {
    for (const hop of hops) {
      const isNews = hop.rateLimited || this.#told.get(hop.ttl) !== engine.changesOf(hop.ttl);
      if (isNews) this.#tell(hop, engine.changesOf(hop.ttl));
    }
  }

  #tell(hop: TraceHop, changes: number): void {
    this.#told.set(hop.ttl, changes);
    this.#onHop(hop);
  }
}
