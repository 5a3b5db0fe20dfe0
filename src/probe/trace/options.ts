import { InvalidInputError } from '../../core/errors.js';
import type { MethodChoice } from '../../net/wire/engines.js';
import type { PacketChoice } from '../../net/wire/wire.js';
import type { StrategyOptions } from './strategy.js';

/** What each numeric option may be, whole numbers only. `waitMs` is in milliseconds. */
export const traceBounds = {
  queries: { min: 1, max: 10, default: 3 },
  firstTtl: { min: 1, max: 255, default: 1 },
  maxTtl: { min: 1, max: 255, default: 30 },
  gapLimit: { min: 0, max: 255, default: 5 },
  waitMs: { min: 1, max: 600_000, default: 3000 },
  parallel: { min: 1, max: 1000, default: 16 },
} as const;

/** How to trace. Every field is optional; `traceBounds` has the limits and defaults of the numbers. */
export interface TraceOptions {
  /** Probes per hop, 1 to 10. Default 3. */
  queries?: number | undefined;
  /** TTL of the first hop, 1 to 255. Default 1. */
  firstTtl?: number | undefined;
  /** TTL of the last hop, 1 to 255. Default 30. */
  maxTtl?: number | undefined;
  /** Number of consecutive silent hops that ends the trace, up to 255; 0 for no limit. Default 5. */
  gapLimit?: number | undefined;
  /** The longest wait for one reply, 1 to 600000 milliseconds. Most waits are far shorter. Default 3000. */
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
  /** What the `syn` engine sends through. Default: `libc` where koffi has a binary, else `raw-socket`. */
  packets?: PacketChoice | undefined;
  /** Address to send from. Default: the one that the routing table chooses. */
  source?: string | undefined;
  /** When aborted, the trace rejects with the signal's reason and closes every socket. */
  signal?: AbortSignal | undefined;
  /** When aborted, the trace ends with what is known: outcome `interrupted`. */
  stop?: AbortSignal | undefined;
}

/** The checked options of the strategy, with defaults. */
export type CheckedTraceOptions = Omit<StrategyOptions, 'family'>;

/** Fills in defaults and checks ranges. Throws InvalidInputError that names the option. */
export function checkTraceOptions(options: TraceOptions): CheckedTraceOptions {
  const checked = {
    queries: inBounds('queries', options.queries),
    firstTtl: inBounds('firstTtl', options.firstTtl),
    maxTtl: inBounds('maxTtl', options.maxTtl),
    gapLimit: inBounds('gapLimit', options.gapLimit),
    parallel: inBounds('parallel', options.parallel),
    maxWaitMs: inBounds('waitMs', options.waitMs),
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

function inBounds(name: keyof typeof traceBounds, given: number | undefined): number {
  const { min, max, default: value } = traceBounds[name];
  const chosen = given ?? value;
  if (Number.isInteger(chosen) && chosen >= min && chosen <= max) return chosen;
  throw new InvalidInputError(name, `${name} is ${chosen}; give a whole number from ${min} to ${max}`);
}
