import { InvalidInputError } from '../../core/errors.js';
import type { MethodChoice } from '../../net/wire/engines.js';
import type { PacketChoice } from '../../net/wire/wire.js';
import type { EngineOptions } from './strategy.js';

/** How to trace. Every field may be left out. */
export interface TraceOptions {
  /** Probes per hop, 1 to 10. Default 3. */
  queries?: number | undefined;
  /** Default 1. */
  firstTtl?: number | undefined;
  /** Default 30. */
  maxTtl?: number | undefined;
  /** Silent hops in a row that end the trace; 0 for no limit. Default 5. */
  gapLimit?: number | undefined;
  /** The longest wait for one reply, milliseconds; the engine usually waits far less. Default 3000. */
  waitMs?: number | undefined;
  /** Probes in flight. Default 16. */
  parallel?: number | undefined;
  /** Default `auto`: `syn` where this host can, else `connect`. */
  method?: MethodChoice | undefined;
  /**
   * One 5-tuple for all probes, so that a load balancer sends them all the same way: TTLs upward, repeats at the target
   * one round trip apart. Default false: a source port for each probe, which is faster.
   */
  paris?: boolean | undefined;
  /** What `syn` sends through. Default: `libc` where koffi has a binary, else `raw-socket`. */
  packets?: PacketChoice | undefined;
  /** Address to send from; by the routing table when left out. */
  source?: string | undefined;
  /** Aborting rejects with the signal's reason and closes every socket. */
  signal?: AbortSignal | undefined;
  /** Aborting ends the trace with what was measured: outcome `interrupted`. */
  stop?: AbortSignal | undefined;
}

/** The options that shape the engine, every one given. */
export type CheckedTraceOptions = Omit<EngineOptions, 'family'>;

/** Fills in defaults and checks ranges; throws InvalidInputError naming the option. */
export function checkTraceOptions(options: TraceOptions): CheckedTraceOptions {
  const checked = {
    queries: inRange('queries', options.queries ?? 3, 1, 10),
    firstTtl: inRange('firstTtl', options.firstTtl ?? 1, 1, 255),
    maxTtl: inRange('maxTtl', options.maxTtl ?? 30, 1, 255),
    gapLimit: inRange('gapLimit', options.gapLimit ?? 5, 0, 255),
    parallel: inRange('parallel', options.parallel ?? 16, 1, 1000),
    maxWaitMs: inRange('waitMs', options.waitMs ?? 3000, 1, 600_000),
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

function inRange(name: string, value: number, from: number, to: number): number {
  if (Number.isInteger(value) && value >= from && value <= to) return value;
  throw new InvalidInputError(name, `${name} is ${value}; give a whole number from ${from} to ${to}`);
}
