import { systemClock } from '../core/clock.js';
import type { SkippedStep } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import type { TcpAttempt } from '../documents/tcp.js';
import type { AddressTrace, TraceHop } from '../documents/trace.js';
import { familyOf } from '../net/address/address.js';
import { traceAddress } from '../probe/trace/trace.js';
import { type Branches, type Outcome, resultsOf, skippedOf } from './branches.js';
import type { ObserveOptions } from './options.js';
import type { SilenceEvidence } from './silence.js';

/** More addresses than this are connected to but not traced: the paths to one service differ by subnet, not by host. */
const mostTraces = 4;

/**
 * A connection that takes longer, in milliseconds, is traced while it is still waited for, so that the trace costs no time
 * of its own. Round trips within a Region take 2 ms, around the world 300.
 */
const slowConnectMs = 400;

/**
 * The same for an address of the private network whose round trips this run has seen, so that the trace is over when the
 * silence of such an address counts.
 */
const slowNearMs = 200;

/** The traces of one target. */
export interface TargetTraces {
  /** In the order of the target's addresses. */
  traces: AddressTrace[];
  skipped: SkippedStep[];
}

/** Decides, while connections end or keep silent, which addresses to trace. */
export interface Tracing {
  /** An attempt has ended. */
  onAttempt(attempt: TcpAttempt): void;
  /** Every attempt has ended: resolves when the traces that explain them have ended as well. */
  finish(): Promise<TargetTraces>;
}

/**
 * Traces the addresses that do not open and, for contrast, one that does; where all open, none. With `trace: true`, all of
 * them at the same time. One trace that fails does not end the others.
 */
export function startTracing(
  { host, port }: Target,
  addresses: readonly string[],
  { method, maxTtl, source, trace }: ObserveOptions,
  branches: Branches,
  silence: SilenceEvidence,
): Tracing {
  const traceable = addresses.filter((each) => source === undefined || familyOf(each) === familyOf(source));
  const running = new Map<string, Promise<Outcome<AddressTrace>>>();
  /** Traced with the short waits of a near target, which did not answer the trace. */
  const isCutShort = new Set<string>();
  const opened: string[] = [];

  const start = (address: string): void => {
    if (running.has(address) || !traceable.includes(address)) return;
    running.set(address, traced(address, silence.isNear(address)));
  };
  const traced = async (address: string, isNear: boolean): Promise<Outcome<AddressTrace>> => {
    silence.noteTracing(address);
    const input = { host, address, port, resolution: null };
    const options = { method, maxTtl, source, isNear, ...branches.signals };
    const onHop = (hop: TraceHop): void => silence.noteHop(address, hop);
    const outcome = await branches.run('trace', () => traceAddress(input, options, onHop));
    const isReached = silence.noteTraced(address, outcome.result);
    if (isNear && !isReached) isCutShort.add(address);
    return outcome;
  };
  const startFailing = (address: string): void => {
    if (running.size < mostTraces) start(address);
    startContrast();
  };
  const startContrast = (): void => {
    const [open] = opened;
    if (open !== undefined && running.size > 0) start(open);
  };
  const nothingTraced = (): SkippedStep[] => {
    if (trace === false) return [traceSwitchedOff];
    if (running.size > 0 || opened.length === 0) return [];
    const reason = 'every address opened, so no path is in doubt; --trace traces them all the same';
    return [{ step: 'trace', reason }];
  };

  if (trace === true) traceable.slice(0, mostTraces).forEach(start);
  const waiting = new Set(trace === undefined ? traceable : []);
  const cancelSlowNear = systemClock.after(slowNearMs, () => {
    for (const address of waiting) if (silence.isNear(address)) startFailing(address);
  });
  const cancelSlowConnect = systemClock.after(slowConnectMs, () => waiting.forEach(startFailing));
  return {
    onAttempt({ address, status, errno }) {
      const wasWaiting = waiting.delete(address);
      if (!wasWaiting || errno === 'ECANCELED') return;
      if (status === 'open') {
        opened.push(address);
        // The answer came later than the trace waited for it.
        if (isCutShort.delete(address)) running.set(address, traced(address, false));
        startContrast();
      } else startFailing(address);
    },
    async finish() {
      cancelSlowNear();
      cancelSlowConnect();
      const started = addresses.flatMap((address) => running.get(address) ?? []);
      const outcomes = await Promise.all(started);
      return { traces: resultsOf(outcomes), skipped: [...skippedOf(outcomes), ...nothingTraced()] };
    },
  };
}

export const traceSwitchedOff: SkippedStep = { step: 'trace', reason: 'switched off' };
