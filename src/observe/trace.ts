import type { Observations } from '../documents/report.js';
import type { Target } from '../documents/target.js';
import type { TcpAttempt } from '../documents/tcp.js';
import type { AddressTrace } from '../documents/trace.js';
import { familyOf } from '../net/address/address.js';
import { traceAddress } from '../probe/trace/trace.js';
import type { Branches } from './branches.js';
import type { ObserveOptions } from './options.js';

/** More addresses than this are connected to but not traced: the paths to one service differ by subnet, not by host. */
const mostTraces = 4;

/**
 * A connection that takes longer is traced while it is waited for: what would be known only when the wait is over costs no
 * time then. Round trips within a Region take 2 ms, around the world 300.
 */
const patienceMs = 400;

/** Decides, as connections end or keep silent, which addresses to trace. */
export interface Tracing {
  /** An attempt has ended. */
  onAttempt(attempt: TcpAttempt): void;
  /** Every attempt has ended: resolves when the traces that explain them have, too. */
  finish(): Promise<void>;
}

/**
 * Traces the addresses that do not open and, for contrast, one that does; where all open, none. With `trace: true` all of
 * them at once. One trace that fails does not end the others.
 */
export function startTracing(
  target: Target,
  addresses: readonly string[],
  options: ObserveOptions,
  branches: Branches,
  observations: Observations,
): Tracing {
  const { host, port } = target;
  const { method, source, trace } = options;
  const traceable = addresses.filter((each) => source === undefined || familyOf(each) === familyOf(source));
  const running = new Map<string, Promise<void>>();
  const opened: string[] = [];
  const found: AddressTrace[] = [];

  const start = (address: string): void => {
    if (running.has(address) || !traceable.includes(address)) return;
    const work = async () => {
      const input = { host, address, port, resolution: null };
      found.push(await traceAddress(input, { method, source, ...branches.signals }));
    };
    running.set(address, branches.run('trace', work));
  };
  const startFailing = (address: string): void => {
    if (running.size < mostTraces) start(address);
    contrast();
  };
  const contrast = (): void => {
    const [open] = opened;
    if (open !== undefined && running.size > 0) start(open);
  };

  if (trace === true) traceable.slice(0, mostTraces).forEach(start);
  const waiting = new Set(trace === undefined ? traceable : []);
  const patience = setTimeout(() => waiting.forEach(startFailing), patienceMs);
  return {
    onAttempt({ address, status, errno }) {
      const wasWaiting = waiting.delete(address);
      if (!wasWaiting || errno === 'ECANCELED') return;
      if (status === 'open') {
        opened.push(address);
        contrast();
      } else startFailing(address);
    },
    async finish() {
      clearTimeout(patience);
      await Promise.all(running.values());
      // In any order they ended; a report that lists them by address can be laid beside another one.
      found.sort((first, second) => addresses.indexOf(first.address) - addresses.indexOf(second.address));
      observations.trace.push(...found);
      if (trace === false) branches.skipped.push({ step: 'trace', reason: 'switched off' });
      else if (running.size === 0 && opened.length > 0) {
        const reason = 'every address opened, so no path is in doubt; --trace traces them all the same';
        branches.skipped.push({ step: 'trace', reason });
      }
    },
  };
}
