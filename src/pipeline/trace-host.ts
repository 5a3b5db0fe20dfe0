import { familyOf } from '../address/family.js';
import { startDocument } from '../document.js';
import { checkTraceOptions, type TraceOptions } from '../probe/trace/options.js';
import { traceAddress } from '../probe/trace/trace.js';
import { startTraceRun, type TraceRun } from '../probe/trace/trace-run.js';
import type { TraceDocument } from '../probe/trace/types.js';
import { addressesOf, type HostAddresses, type HostOptions } from './addresses-of.js';

export interface TraceHostOptions extends HostOptions, TraceOptions {
  /** TCP port. Default 443. */
  port?: number | undefined;
}

/**
 * Traces the path to `host` with TCP SYNs. The result is a promise of the document and an async iterable of its hops.
 * Of several addresses the first is traced, IPv4 before IPv6 as traceroute(8) does. Throws InvalidInputError,
 * CapabilityError or the signal's reason, all through the promise and the iterator.
 */
export function traceHost(host: string, options: TraceHostOptions = {}): TraceRun {
  return startTraceRun(async (onHop) => {
    const { port = 443 } = options;
    checkTraceOptions(options);
    const header = startDocument('trace');
    const found = await addressesOf(host, options);
    const address = found.addresses.find((each) => familyOf(each) === 4) ?? found.addresses[0];
    if (address === undefined) return { ...header(), ...nowhere(host, port, found, options) };
    return traceAddress({ host, address, port, resolution: found.resolution }, options, onHop);
  });
}

/** What a trace says that had no address to go to; `resolution` tells why. */
function nowhere(
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
