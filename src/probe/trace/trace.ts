import { release } from 'node:os';
import { checkPort } from '../../core/check-options.js';
import { type Clock, systemClock } from '../../core/clock.js';
import { anyOf } from '../../core/deadline.js';
import { Semaphore } from '../../core/semaphore.js';
import type { DnsDocument } from '../../documents/dns.js';
import { startDocument } from '../../documents/header.js';
import type { TcpCause } from '../../documents/tcp.js';
import {
  type AddressTrace,
  routingLoop,
  type TraceHop,
  type TraceRoute,
  unsentCause,
} from '../../documents/trace.js';
import { isEc2Instance } from '../../host/ec2.js';
import { isAwsKernel } from '../../host/vantage.js';
import { checkAddress } from '../../net/address/address.js';
import { noPortError, resourceError } from '../../net/wire/capability.js';
import { openWire } from '../../net/wire/engines.js';
import { PacedWire, packetPace } from '../../net/wire/pace.js';
import type { SegmentDiscard, Wire, WireListener } from '../../net/wire/wire.js';
import { checkSource } from '../../target/host.js';
import { driveTrace } from './driver.js';
import { refusalOutcome } from './hop-state.js';
import { type CheckedTraceOptions, checkTraceOptions, type TraceOptions } from './options.js';
import { pathMtu, withRateLimits } from './path-facts.js';
import { unsentHop } from './probe-result.js';
import { TraceStrategy } from './strategy.js';

/** An address to trace. */
export interface TraceInput {
  /** The name or address as given by the user. It is only reported. */
  host: string;
  address: string;
  /** TCP port, 1 to 65535. */
  port: number;
  /** How `host` was resolved to `address`; null if no DNS lookup was needed. */
  resolution: DnsDocument | null;
}

/** The network and the clock of a trace. Tests pass simulated ones. */
export interface TraceWorld {
  openWire(listener: WireListener): Promise<Wire>;
  clock: Clock;
}

/** With what only the code of this package gives. */
export interface TraceStepOptions extends TraceOptions {
  /** The target is in the private network of this host, whose round trips are known to be short. */
  isNear?: boolean | undefined;
}

const mostProbes = 1024;

/**
 * Limits the probes that all traces of the process have in flight, so that a thousand traces that start together do not
 * overflow the receive buffers or, with the `connect` engine, open sixteen thousand sockets. For tests.
 */
export const probesInFlight = new Semaphore(mostProbes);

/**
 * Traces the path to one address with TCP SYNs of rising TTL. Calls `onHop` with each hop in order of TTL, as soon as it
 * and all hops before it are settled, and again when a later reply changes the hop. If very many traces are started
 * together, some wait until others have ended. Resolves with the document whatever the network does. Throws
 * InvalidInputError, CapabilityError if no engine works on this host, or the signal's reason.
 */
export async function traceAddress(
  input: TraceInput,
  options: TraceStepOptions = {},
  onHop: (hop: TraceHop) => void = () => {},
  world: TraceWorld = realWorld(input, options),
): Promise<AddressTrace> {
  const checked = checkTraceOptions(options);
  const family = checkAddress(input.address);
  checkPort(input.port);
  if (options.source !== undefined) checkSource(options.source, [input.address]);
  options.signal?.throwIfAborted();
  const stop = anyOf(options.signal, options.stop);
  const share = Math.min(checked.parallel, mostProbes);
  await probesInFlight.acquire({ isCanceled: stop.aborted, signal: stop }, share);

  const finishHeader = startDocument('trace');
  const discarded: Partial<Record<SegmentDiscard, number>> = {};
  const feed = new HopFeed(checked.firstTtl, onHop);
  const nextHop = new NextHop(checked.firstTtl);
  try {
    options.signal?.throwIfAborted();
    const { wire, strategy } = await driveTrace(
      {
        ...world,
        createStrategy(wire) {
          nextHop.wire = wire;
          const { longestRttMs, longestQueueMs } = wire;
          return new TraceStrategy({
            ...forMethod(checked, wire.method),
            family,
            longestRttMs,
            longestQueueMs,
            isNear: options.isNear ?? false,
          });
        },
        onChange(strategy, halt) {
          // This check comes first, so that no hop is reported when no packet left this host.
          if (nextHop.isSilent(strategy)) halt();
          else feed.update(strategy);
        },
        onDiscard(reason) {
          discarded[reason] = (discarded[reason] ?? 0) + 1;
        },
      },
      stop,
    );
    options.signal?.throwIfAborted();
    if (nextHop.isSilent(strategy)) return refused('EHOSTUNREACH', 'silent-neighbour', wire);
    const hops = withRateLimits(strategy.hops());
    const missing = missingResource(hops, family);
    if (missing !== null) throw missing;
    feed.finish(strategy, hops);
    return {
      ...finishHeader(),
      ...input,
      source: wire.source,
      method: wire.method,
      ...strategy.end(),
      hops,
      loop: routingLoop(hops),
      route: await routeWithTtl(wire.route ?? null),
      unsent: unsentCause(hops),
      pathMtu: pathMtu(hops),
      discarded: { ...discarded },
      names: null,
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    const errno = routeErrno(error);
    if (errno === null) throw error;
    // No packet was sent yet, so EHOSTUNREACH comes from a route of type `unreachable` and not from neighbour discovery.
    const cause = errno === 'EHOSTUNREACH' ? 'unreachable-route' : null;
    return refused(errno, cause, {
      source: null,
      method: options.method === 'connect' ? 'connect' : 'syn',
    });
  } finally {
    probesInFlight.release(share);
  }

  /** The document of a trace whose packets did not leave this host. */
  function refused(
    errno: string,
    known: TcpCause | null,
    { source, method, route }: Pick<AddressTrace, 'source' | 'method' | 'route'>,
  ): AddressTrace {
    const hop = unsentHop(checked.firstTtl, checked.queries, errno);
    const cause = known ?? unsentCause([hop]);
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
      unsent: cause,
      pathMtu: null,
      discarded: {},
      names: null,
      target: null,
      route: route ?? null,
    };
  }
}

/** The route, and whether its gateway may leave the TTL as it is. */
async function routeWithTtl(route: TraceRoute | null): Promise<TraceRoute | null> {
  if (route?.gateway == null) return route;
  return { ...route, keepsTtl: isAwsKernel(release()) || (await isEc2Instance()) };
}

function realWorld(input: TraceInput, options: TraceOptions): TraceWorld {
  const { source = null, paris = false, packets } = options;
  const target = { address: input.address, port: input.port, source, paris, packets };
  return {
    async openWire(listener) {
      const wire = await openWire(options.method ?? 'auto', target, listener);
      return packetPace.isLimited ? new PacedWire(wire, listener, packetPace) : wire;
    },
    clock: systemClock,
  };
}

/** The kernel allows one connect() per 5-tuple at a time, so `paris` allows one probe in flight with `connect`. */
function forMethod(checked: CheckedTraceOptions, method: Wire['method']): CheckedTraceOptions {
  return checked.paris && method === 'connect' ? { ...checked, parallel: 1 } : checked;
}

/** Finds out whether the next hop, the first neighbour on the path, does not answer ARP or neighbour discovery. */
class NextHop {
  wire: Wire | null = null;
  readonly #firstTtl: number;
  #isSilent: boolean | null = null;

  constructor(firstTtl: number) {
    this.#firstTtl = firstTtl;
  }

  /** False until the first hop is settled. The neighbour is looked up once, and only if nothing has answered. */
  isSilent(strategy: TraceStrategy): boolean {
    if (this.#isSilent === null && strategy.isSettled(this.#firstTtl)) {
      // The kernel's own ICMP error, three seconds after the first packet for the neighbour, whichever program sent it.
      const isReported = strategy.hop(this.#firstTtl).probes.some(({ errno }) => errno === 'EHOSTUNREACH');
      this.#isSilent = !strategy.isAnyAnswered() && (isReported || this.wire?.silentNeighbour() != null);
    }
    return this.#isSilent ?? false;
  }
}

/**
 * The CapabilityError of a trace in which every send failed for lack of descriptors or memory; null for other traces.
 */
function missingResource(hops: readonly TraceHop[], family: 4 | 6): Error | null {
  const probes = hops.flatMap((hop) => hop.probes);
  const errnos = new Set(probes.map(({ reply, errno }) => (reply === 'send-error' ? errno : null)));
  const [errno = null] = errnos;
  if (errno === null || errnos.size !== 1) return null;
  // Over IPv6 it says that no source address fits the target.
  if (errno === 'EADDRNOTAVAIL') return family === 4 ? noPortError(errno) : null;
  return resourceError(Object.assign(new Error(`send: ${errno}`), { code: errno }));
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

/** The errno of an error that means that this host has no route to the target, which is a finding; null for other errors. */
function routeErrno(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return routeErrnos.includes(error.code) ? error.code : null;
}

/** Reports hops in order of TTL: each when it and all hops before it are settled, and again after a change. */
class HopFeed {
  readonly #onHop: (hop: TraceHop) => void;
  /** Of each hop reported, by TTL, the strategy's number of changes at that time. */
  readonly #reported = new Map<number, number>();
  #lastTtl: number;

  constructor(firstTtl: number, onHop: (hop: TraceHop) => void) {
    this.#onHop = onHop;
    this.#lastTtl = firstTtl - 1;
  }

  /** Must be called after every event. */
  update(strategy: TraceStrategy): void {
    const end = strategy.lastTtl();
    while (this.#lastTtl < end && strategy.isSettled(this.#lastTtl + 1)) {
      this.#lastTtl += 1;
      this.#report(strategy.hop(this.#lastTtl), strategy.changesOf(this.#lastTtl));
    }
    for (const [ttl, changes] of this.#reported) {
      const latest = strategy.changesOf(ttl);
      if (ttl <= end && latest !== changes) this.#report(strategy.hop(ttl), latest);
    }
  }

  /** The trace is over with these hops: reports those not reported yet, changed, or found to be rate limited. */
  finish(strategy: TraceStrategy, hops: readonly TraceHop[]): void {
    for (const hop of hops) {
      const changes = strategy.changesOf(hop.ttl);
      if (hop.rateLimited || this.#reported.get(hop.ttl) !== changes) this.#report(hop, changes);
    }
  }

  #report(hop: TraceHop, changes: number): void {
    this.#reported.set(hop.ttl, changes);
    this.#onHop(hop);
  }
}
