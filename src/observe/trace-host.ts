import {
  boolean,
  callback,
  checkOptions,
  type OptionChecks,
  portBound,
  within,
} from '../core/check-options.js';
import { anyOf } from '../core/deadline.js';
import { checkRuntime } from '../core/runtime.js';
import { startDocument, stoppedMember } from '../documents/header.js';
import type { TraceDocument } from '../documents/trace.js';
import { familyOf, whereSent } from '../net/address/address.js';
import { hasRoute } from '../net/wire/engines.js';
import { checkTraceOptions, type TraceOptions, traceChecks } from '../probe/trace/options.js';
import { traceAddress } from '../probe/trace/trace.js';
import { startTraceRun, type TraceRun } from '../probe/trace/trace-run.js';
import { checkHost, checkSource } from '../target/host.js';
import { HopNames, ptrOver } from './hop-names.js';
import { findAddresses, type HostAddresses, type HostOptions, hostChecks } from './host-addresses.js';

/** Options of `trace`. */
export interface TraceHostOptions extends HostOptions, TraceOptions {
  /** TCP port. Default 443. */
  port?: number | undefined;
  /** Ask DNS for the names of the hops, in the background: `names` of the document. Default false. */
  resolve?: boolean | undefined;
  /** With `resolve`: called with each name as it becomes known. */
  onName?: ((address: string, name: string) => void) | undefined;
}

export const traceHostChecks: OptionChecks<TraceHostOptions> = {
  ...hostChecks,
  ...traceChecks,
  port: within(portBound),
  resolve: boolean,
  onName: callback,
};

/** How long the trace waits at its end for names of hops: the lookups run beside it, over a resolver that has just answered. */
export const nameWaitMs = 500;

/**
 * Traces the path to `host` with TCP SYNs. The result is a promise of the document and an async iterable of its hops.
 * Of several addresses the first that this host can reach is traced, IPv4 before IPv6 as traceroute(8) does. Throws InvalidInputError,
 * CapabilityError or the signal's reason, all through the promise and the iterator.
 */
export function traceHost(host: string, options: TraceHostOptions = {}): TraceRun {
  return startTraceRun(async (onHop) => {
    checkRuntime();
    checkOptions(traceHostChecks, options);
    checkTraceOptions(options);
    const { port = portBound.default, signal, stop } = options;
    const name = checkHost(host);
    const header = startDocument('trace');
    const found = await findAddresses(name, options);
    const address = await chooseAddress(found, options.source);
    if (address === null) {
      const head = header();
      const stopped = stoppedMember(stop, head.durationMs);
      return { ...head, ...traceWithoutAddress(name, port, found, options), ...stopped };
    }
    const names = options.resolve === true ? new HopNames(ptrOver(options.dns), options.onName) : null;
    try {
      const input = { host: name, address, port, resolution: found.resolution };
      const document = await traceAddress(input, options, (hop) => {
        names?.want(hop.probes.map(({ from }) => from));
        onHop(hop);
      });
      await names?.settle(nameWaitMs, anyOf(signal, stop));
      signal?.throwIfAborted();
      return { ...document, names: names?.known() ?? null, ...stoppedMember(stop, document.durationMs) };
    } finally {
      names?.close();
    }
  });
}

/**
 * The address to trace, out of several: the first of the family of `source`, else the first that this host has a route to
 * (RFC 6724 section 6, rule 1), IPv4 before IPv6; null where there are no addresses. Throws InvalidInputError for a source
 * that cannot reach any of them.
 */
export async function chooseAddress(
  { addresses }: HostAddresses,
  source: string | undefined,
): Promise<string | null> {
  const family = source === undefined ? 4 : checkSource(source, addresses);
  const ofFamily = (each: string) => familyOf(each) === family;
  const ordered = [...addresses.filter(ofFamily), ...addresses.filter((each) => !ofFamily(each))];
  const [first] = ordered;
  if (first === undefined) return null;
  if (ordered.length < 2 || source !== undefined) return whereSent(first);
  for (const address of ordered) if (await hasRoute(address)) return whereSent(address);
  return whereSent(first);
}

/** The members of a trace document for a name that has no address; `resolution` has the reason. */
export function traceWithoutAddress(
  host: string,
  port: number,
  { resolution }: HostAddresses,
  options: TraceOptions,
): Omit<TraceDocument, 'kind' | 'version' | 'tool' | 'startedAt' | 'durationMs'> {
  const isInterrupted = options.stop?.aborted === true;
  return {
    host,
    address: null,
    port,
    source: null,
    method: options.method === 'connect' ? 'connect' : 'syn',
    outcome: isInterrupted ? 'interrupted' : 'unreachable',
    stoppedBy: isInterrupted ? 'abort' : 'unreachable',
    destinationTtl: null,
    hops: [],
    loop: null,
    pathMtu: null,
    discarded: {},
    names: null,
    resolution,
  };
}
