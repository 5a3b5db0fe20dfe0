import {
  abortSignal,
  type Bound,
  boolean,
  checkNumber,
  type OptionChecks,
  oneOf,
  waitBound,
  within,
} from '../../core/check-options.js';
import { InvalidInputError } from '../../core/errors.js';
import type { MethodChoice } from '../../net/wire/engines.js';
import type { PacketChoice } from '../../net/wire/wire.js';
import { sourceAddress } from '../../target/host.js';

const probeCount = { noun: 'a number of probes', unit: null, min: 1 } as const;
const ttl = { noun: 'a TTL', unit: null, min: 1, max: 255 } as const;

/** The ranges and defaults of the numeric options. A TTL is one octet (RFC 791 section 3.1). */
export const traceBounds = {
  queries: { ...probeCount, max: 10, default: 3 },
  firstTtl: { ...ttl, default: 1 },
  maxTtl: { ...ttl, default: 30 },
  gapLimit: { noun: 'a number of hops', unit: null, min: 0, max: 255, default: 5 },
  parallel: { ...probeCount, max: 1000, default: 16 },
  waitMs: waitBound(3000),
} as const satisfies Record<string, Bound>;

/** How to trace. Every field may be left out. */
export interface TraceOptions {
  /** Probes per hop, 1 to 10. Default 3. */
  queries?: number | undefined;
  /** TTL of the first hop, 1 to 255. Default 1. */
  firstTtl?: number | undefined;
  /** TTL of the last hop, 1 to 255. Default 30. */
  maxTtl?: number | undefined;
  /** Number of consecutive silent hops that ends the trace, up to 255; 0 for no limit. Default 5. */
  gapLimit?: number | undefined;
  /**
   * The longest wait for one reply, 1 to 600000 milliseconds. Most waits are far shorter, because round trips of the same
   * trace bound them; where none does, a wait that is given lasts as long as it says. Default 3000, and 1000 where no round
   * trip bounds it.
   */
  waitMs?: number | undefined;
  /** The most probes in flight, 1 to 1000. Default 16. */
  parallel?: number | undefined;
  /** Which engine sends the probes. Default `auto`: `syn` where this host allows it, else `connect`. */
  method?: MethodChoice | undefined;
  /**
   * Send all probes on one 5-tuple, so that a load balancer forwards them all along one path. Repeats at the target then
   * follow one round trip apart. Default false: a source port per probe, which is faster.
   */
  paris?: boolean | undefined;
  /** The raw sockets of the `syn` engine. Default: `libc` where koffi has a binary, else `raw-socket`. */
  packets?: PacketChoice | undefined;
  /** Address to send from. Default: the one that the routing table chooses. */
  source?: string | undefined;
  /** When aborted, the trace rejects with the signal's reason and closes every socket. */
  signal?: AbortSignal | undefined;
  /** When aborted, the trace ends with what is known: outcome `interrupted`. */
  stop?: AbortSignal | undefined;
}

export const traceChecks: OptionChecks<TraceOptions> = {
  queries: within(traceBounds.queries),
  firstTtl: within(traceBounds.firstTtl),
  maxTtl: within(traceBounds.maxTtl),
  gapLimit: within(traceBounds.gapLimit),
  waitMs: within(traceBounds.waitMs),
  parallel: within(traceBounds.parallel),
  method: oneOf('auto', 'syn', 'connect'),
  paris: boolean,
  packets: oneOf('libc', 'raw-socket'),
  source: sourceAddress,
  signal: abortSignal,
  stop: abortSignal,
};

/** The options of one trace's state machine. */
export interface StrategyOptions {
  family: 4 | 6;
  firstTtl: number;
  maxTtl: number;
  /** Probes per hop. */
  queries: number;
  /** The most packets in flight. */
  parallel: number;
  /** Number of consecutive silent hops that ends the trace; 0 for no limit. */
  gapLimit: number;
  /** The longest wait for one reply. */
  maxWaitMs: number;
  /** The user gave `maxWaitMs`: where no round trip bounds a wait, it lasts that long. */
  isWaitGiven?: boolean;
  /** The target is in the private network of this host, whose round trips are known to be short. */
  isNear?: boolean;
  /** The longest round trip that the wire sees of an ordinary probe, milliseconds. Default: no limit. */
  longestRttMs?: number | undefined;
  /** How long a packet may wait to leave this host, milliseconds. Default 2000. */
  longestQueueMs?: number | undefined;
  /** All probes share one 5-tuple, so two of them at the target at the same time would hide each other. */
  paris: boolean;
}

/** The checked options of the strategy, with defaults. */
export type CheckedTraceOptions = Omit<
  StrategyOptions,
  'family' | 'longestRttMs' | 'longestQueueMs' | 'isNear'
>;

/** Fills in defaults and checks ranges. Throws InvalidInputError, naming the option. */
export function checkTraceOptions(options: TraceOptions): CheckedTraceOptions {
  const checked = {
    queries: inRange('queries', options.queries),
    firstTtl: inRange('firstTtl', options.firstTtl),
    maxTtl: inRange('maxTtl', options.maxTtl),
    gapLimit: inRange('gapLimit', options.gapLimit),
    parallel: inRange('parallel', options.parallel),
    maxWaitMs: inRange('waitMs', options.waitMs),
    isWaitGiven: options.waitMs !== undefined,
    paris: options.paris ?? false,
  };
  if (checked.firstTtl > checked.maxTtl) {
    throw new InvalidInputError(
      'firstTtl',
      `the first TTL ${checked.firstTtl} is above the last, ${checked.maxTtl}; give a first TTL from 1 to ${checked.maxTtl}`,
    );
  }
  return checked;
}

function inRange(name: keyof typeof traceBounds, given: number | undefined): number {
  const bound = traceBounds[name];
  const value = given ?? bound.default;
  checkNumber(name, value, bound);
  return value;
}
