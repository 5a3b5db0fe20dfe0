import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Bound,
  callback,
  checkOptions,
  type OptionChecks,
  portBound,
  waitBound,
  within,
} from '../core/check-options.js';
import { nowMs } from '../core/clock.js';
import { anyOf } from '../core/deadline.js';
import { checkRuntime } from '../core/runtime.js';
import { startDocument, stoppedMember } from '../documents/header.js';
import type { TraceDocument, TraceHop } from '../documents/trace.js';
import type { WatchRound } from '../documents/trace-watch.js';
import { checkTraceOptions } from '../probe/trace/options.js';
import { traceAddress } from '../probe/trace/trace.js';
import { WatchedPath } from '../probe/trace/watch-path.js';
import { checkHost } from '../target/host.js';
import { HopNames, ptrOver } from './hop-names.js';
import { findAddresses } from './host-addresses.js';
import {
  chooseAddress,
  nameWaitMs,
  type TraceHostOptions,
  traceHostChecks,
  traceWithoutAddress,
} from './trace-host.js';

/** Options of `watchTrace`. */
export interface WatchHostOptions extends TraceHostOptions {
  /** From the start of one round to the start of the next, milliseconds, 1 to 3600000. Default 1000. */
  intervalMs?: number | undefined;
  /** Rounds after which the watch ends. Default: it goes on until it is stopped. */
  rounds?: number | undefined;
  /** Called with each hop of a round as soon as it is known. */
  onHop?: ((hop: TraceHop) => void) | undefined;
}

/** Makes one round of a watch; tests put a simulated network here. */
export type TraceOnce = (options: {
  maxTtl: number | undefined;
  onHop: (hop: TraceHop) => void;
}) => Promise<TraceDocument>;

/** What the numbers of a watch may be. Without `rounds` it goes on until it is stopped. */
export const watchBounds = {
  intervalMs: waitBound(1000, 3_600_000),
  rounds: { noun: 'a number of rounds', unit: null, min: 1, max: 999_999_999, default: null },
} as const satisfies Record<string, Bound>;

const watchHostChecks: OptionChecks<WatchHostOptions> = {
  ...traceHostChecks,
  intervalMs: within(watchBounds.intervalMs),
  rounds: within(watchBounds.rounds),
  onHop: callback,
};

/**
 * Traces the path to `host` round after round, as mtr does, one probe per hop and round unless `queries` says otherwise,
 * and gives each round with the statistics of all so far. The name is resolved once. A round starts when it is asked
 * for and its interval has passed: a slow reader slows the watch down, and leaving the loop ends it.
 *
 * Once the target has answered, a round probes no hop behind it; when it does not answer there, the next round probes
 * further. `stop` ends the round under way and gives what it measured as the last one; `signal` throws its reason.
 * Also throws InvalidInputError and CapabilityError, all from the first step of the iteration.
 */
export async function* watchHost(
  host: string,
  options: WatchHostOptions = {},
): AsyncGenerator<WatchRound, void, undefined> {
  checkRuntime();
  checkOptions(watchHostChecks, options);
  const { port = portBound.default, signal, stop } = options;
  const traceOptions = { ...options, queries: options.queries ?? 1 };
  checkTraceOptions(traceOptions);
  const name = checkHost(host);
  const header = startDocument('trace');
  const found = await findAddresses(name, options);
  const address = await chooseAddress(found, options.source);
  if (address === null) {
    const head = header();
    const trace = { ...head, ...traceWithoutAddress(name, port, found, options) };
    yield { ...new WatchedPath().add(trace), ...stoppedMember(stop, head.durationMs) };
    return;
  }
  const names = options.resolve === true ? new HopNames(ptrOver(options.dns), options.onName) : null;
  let resolution = found.resolution;
  const traceOnce: TraceOnce = async ({ maxTtl, onHop }) => {
    const input = { host: name, address, port, resolution };
    // Only the first round contains the DNS document.
    resolution = null;
    return traceAddress(input, { ...traceOptions, maxTtl: maxTtl ?? traceOptions.maxTtl }, onHop);
  };
  try {
    for await (const round of watchRounds(traceOnce, options, (hop) => {
      names?.want(hop.probes.map(({ from }) => from));
      options.onHop?.(hop);
    })) {
      if (round.round === options.rounds) await names?.settle(nameWaitMs, anyOf(signal, stop));
      yield { ...round, names: names?.known() ?? null };
    }
  } finally {
    names?.close();
  }
}

/** The rounds of a watch, each made by `traceOnce`. */
export async function* watchRounds(
  traceOnce: TraceOnce,
  {
    intervalMs = watchBounds.intervalMs.default,
    rounds = Number.POSITIVE_INFINITY,
    signal,
    stop,
  }: Pick<WatchHostOptions, 'intervalMs' | 'rounds' | 'signal' | 'stop'>,
  onHop: (hop: TraceHop) => void = () => {},
): AsyncGenerator<WatchRound, void, undefined> {
  const path = new WatchedPath();
  let maxTtl: number | undefined;
  for (let round = 1; round <= rounds; round += 1) {
    const startMs = nowMs();
    const trace = await traceOnce({ maxTtl, onHop });
    signal?.throwIfAborted();
    maxTtl = trace.destinationTtl ?? undefined;
    const added = path.add(trace);
    yield added.outcome === 'interrupted' ? { ...added, ...stoppedMember(stop, trace.durationMs) } : added;
    if (round >= rounds) return;
    await pause(startMs + intervalMs - nowMs(), anyOf(signal, stop));
    signal?.throwIfAborted();
    if (stop?.aborted === true) return;
  }
}

/** Waits for `delayMs`, or until the signal aborts. */
async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal.aborted) return;
  // It rejects only when the signal aborts, which the caller checks.
  await sleep(delayMs, undefined, { signal }).catch(() => {});
}
