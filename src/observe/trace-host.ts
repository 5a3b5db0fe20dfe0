import { anyOf } from '../core/deadline.js';
import { startDocument } from '../documents/header.js';
import type { TraceDocument } from '../documents/trace.js';
import { checkSource, checkZone } from '../host/source.js';
import { familyOf } from '../net/address/address.js';
import { checkTraceOptions, type TraceOptions } from '../probe/trace/options.js';
import { traceAddress } from '../probe/trace/trace.js';
import { startTraceRun, type TraceRun } from '../probe/trace/trace-run.js';
import { addressesOf, type HostAddresses, type HostOptions } from './addresses-of.js';
import { HopNames, ptrOver } from './hop-names.js';

export interface TraceHostOptions extends HostOptions, TraceOptions {
  /** TCP port. Default 443. */
  port?: number | undefined;
  /** Ask DNS for the names of the hops, in the background: `names` of the document. Default false. */
  resolve?: boolean | undefined;
  /** With `resolve`: called with each name as it becomes known. */
  onName?: ((address: string, name: string) => void) | undefined;
}

/** What is asked for last comes from a resolver that has just answered; who has no name after this long has none. */
export const namePatienceMs = 500;

/**
 * Traces the path to `host` with TCP SYNs. The result is a promise of the document and an async iterable of its hops.
 * Of several addresses the first is traced, IPv4 before IPv6 as traceroute(8) does. Throws InvalidInputError,
 * CapabilityError or the signal's reason, all through the promise and the iterator.
 */
export function traceHost(host: string, options: TraceHostOptions = {}): TraceRun {
  return startTraceRun(async (onHop) => {
    const { port = 443, signal, stop } = options;
    checkTraceOptions(options);
    const header = startDocument('trace');
    const found = await addressesOf(host, options);
    const address = chooseAddress(found, options.source);
    if (address === null) return { ...header(), ...nowhere(host, port, found, options) };
    const names = options.resolve === true ? new HopNames(ptrOver(options.dns), options.onName) : null;
    try {
      const input = { host, address, port, resolution: found.resolution };
      const document = await traceAddress(input, options, (hop) => {
        names?.want(hop.probes.map(({ from }) => from));
        onHop(hop);
      });
      await names?.settle(namePatienceMs, anyOf(signal, stop));
      signal?.throwIfAborted();
      return { ...document, names: names?.known() ?? null };
    } finally {
      names?.close();
    }
  });
}

/**
 * Of several addresses the one to trace: the first of the family of `source`, else the first, IPv4 before IPv6; null where
 * there is none. Throws InvalidInputError for a source that reaches none of them and for a link-local host whose zone is
 * missing or unknown.
 */
export function chooseAddress(
  { addresses, source: origin }: HostAddresses,
  source: string | undefined,
): string | null {
  const [first = null] = addresses;
  if (first !== null && origin === 'literal') checkZone('host', first);
  const family = source === undefined ? 4 : checkSource(source, addresses);
  return addresses.find((each) => familyOf(each) === family) ?? first;
}

/** What a trace says that had no address to go to; `resolution` tells why. */
export function nowhere(
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
