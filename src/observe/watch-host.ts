import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../core/clock.js';
import { anyOf } from '../core/deadline.js';
import { InvalidInputError } from '../core/errors.js';
import { startDocument } from '../documents/header.js';
import type { TraceDocument, TraceHop } from '../documents/trace.js';
import type { WatchRound } from '../documents/trace-watch.js';
import { checkTraceOptions } from '../probe/trace/options.js';
import { traceAddress } from '../probe/trace/trace.js';
import { WatchedPath } from '../probe/trace/watch-path.js';
import { addressesOf } from './addresses-of.js';
import { HopNames, ptrOver } from './hop-names.js';
import { chooseAddress, namePatienceMs, nowhere, type TraceHostOptions } from './trace-host.js';

export interface WatchHostOptions extends TraceHostOptions {
  /** From the start of one round to the start of the next, milliseconds, 1 to 3600000. Default 1000. */
  intervalMs?: number | undefined;
  /** Rounds after which the watch ends. Default: it goes on until it is stopped. */
  rounds?: number | undefined;
  /** Called with each hop of a round as soon as it is known. */
  onHop?: ((hop: TraceHop) => void) | undefined;
}

/** How a watch takes its rounds: tests put a simulated network here. */
export type TraceOnce = (options: {
  maxTtl: number | undefined;
  onHop: (hop: TraceHop) => void;
}) => Promise<TraceDocument>;

const defaultIntervalMs = 1000;
const longestIntervalMs = 3_600_000;

/**
 * Traces the path to `host` round after round, as mtr does, one probe per hop and round unless `queries` says otherwise,
 * and gives each round with the statistics of all so far. The name is resolved once. A round begins when it is asked
 * for and its time has come: who reads slowly slows the watch down, and leaving the loop ends it.
 *
 * Once the target has answered, a round asks no hop behind it; when it does not answer there, the next round looks
 * further. `stop` ends the round under way and gives what it measured as the last one; `signal` throws its reason.
 * Also throws InvalidInputError and CapabilityError, all from the first step of the iteration.
 */
export async function* watchHost(
  host: string,
  options: WatchHostOptions = {},
): AsyncGenerator<WatchRound, void, undefined> {
  const { port = 443, signal, stop } = options;
  const traceOptions = { ...options, queries: options.queries ?? 1 };
  checkTraceOptions(traceOptions);
  checkWatchOptions(options);
  const header = startDocument('trace');
  const found = await addressesOf(host, options);
  const address = chooseAddress(found, options.source);
  if (address === null) {
    yield new WatchedPath().add({ ...header(), ...nowhere(host, port, found, options) });
    return;
  }
  const names = options.resolve === true ? new HopNames(ptrOver(options.dns), options.onName) : null;
  let resolution = found.resolution;
  const traceOnce: TraceOnce = async ({ maxTtl, onHop }) => {
    const input = { host, address, port, resolution };
    // What DNS said is said once.
    resolution = null;
    return traceAddress(input, { ...traceOptions, maxTtl: maxTtl ?? traceOptions.maxTtl }, onHop);
  };
  try {
    for await (const round of watchRounds(traceOnce, options, (hop) => {
      names?.want(hop.probes.map(({ from }) => from));
      options.onHop?.(hop);
    })) {
      if (round.round === options.rounds) await names?.settle(namePatienceMs, anyOf(signal, stop));
      yield { ...round, names: names?.known() ?? null };
    }
  } finally {
    names?.close();
  }
}

/** The rounds themselves, over anything that traces. */
export async function* watchRounds(
  traceOnce: TraceOnce,
  {
    intervalMs = defaultIntervalMs,
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
    yield path.add(trace);
    if (round >= rounds) return;
    await pause(startMs + intervalMs - nowMs(), anyOf(signal, stop));
    signal?.throwIfAborted();
    if (stop?.aborted === true) return;
  }
}

/** Waits; less where the signal aborts. */
async function pause(delayMs: number, signal: AbortSignal): Promise<void> {
  if (delayMs <= 0 || signal.aborted) return;
  // The only way for it to reject is the signal, which the caller looks at.
  await sleep(delayMs, undefined, { signal }).catch(() => {});
}

function checkWatchOptions({ intervalMs = defaultIntervalMs, rounds = 1 }: WatchHostOptions): void {
  if (!Number.isInteger(intervalMs) || intervalMs < 1 || intervalMs > longestIntervalMs) {
    throw new InvalidInputError(
      'intervalMs',
      `intervalMs is ${intervalMs}; give milliseconds from 1 to ${longestIntervalMs}`,
    );
  }
  if (!Number.isInteger(rounds) || rounds < 1) {
    throw new InvalidInputError('rounds', `rounds is ${rounds}; give a whole number from 1 up`);
  }
}
