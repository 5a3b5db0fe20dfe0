import { setMaxListeners } from 'node:events';
import { familyOf } from '../address/family.js';
import type { Evidence, Observations, SkippedStep } from '../diagnose/observations.js';
import type { Target } from '../diagnose/target.js';
import { CapabilityError } from '../errors.js';
import { readVantage } from '../host/vantage.js';
import type { ResolveOptions } from '../probe/dns/options.js';
import { resolve } from '../probe/dns/resolve.js';
import { connectAddresses } from '../probe/tcp/connect-addresses.js';
import type { TcpAttempt } from '../probe/tcp/types.js';
import type { TraceOptions } from '../probe/trace/options.js';
import { traceAddress } from '../probe/trace/trace.js';
import { addressesOf, type HostAddresses } from './addresses-of.js';
import { askAddress } from './ask-address.js';
import { prepare } from './prepare.js';

/** What `observe` is doing right now, for a line of progress. */
export type Progress = (message: string) => void;

export interface ObserveOptions {
  /** Only addresses of this family. */
  family?: 4 | 6 | undefined;
  /** Address to measure from. */
  source?: string | undefined;
  /** Per TCP connection, TLS handshake and HTTP answer, milliseconds. Default 2500, 3000 and 5000. */
  timeoutMs?: number | undefined;
  /** The DNS client's servers, timeouts and tries. */
  dns?: ResolveOptions | undefined;
  /** Trusted besides the system's own authorities, PEM. */
  ca?: string | undefined;
  /** Default true. */
  http?: boolean | undefined;
  /** Default true. */
  trace?: boolean | undefined;
  /** Which trace engine. Default `auto`. */
  method?: TraceOptions['method'];
  onProgress?: Progress | undefined;
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Aborting ends every measurement with what it has. */
  stop?: AbortSignal | undefined;
}

/**
 * Linux sends SYNs after 0, 1 and 3 s. Two of them unanswered are as good as it gets before the third, and half a second
 * sooner is a verdict within three.
 */
const connectTimeoutMs = 2500;

/** More addresses than this are connected to but not traced: the paths to one service differ by subnet, not by host. */
const mostTraces = 4;

/**
 * Measures and does not judge. DNS comes first; then every address is connected to and traced at the same time, and
 * the moment one opens it is shaken hands with and asked, without waiting for the others' timeouts. Throws
 * InvalidInputError or the signal's reason; what this host cannot measure is listed in `skipped`.
 */
export async function observe(target: Target, options: ObserveOptions = {}): Promise<Evidence> {
  const observations: Observations = { dns: [], tcp: [], tls: [], http: [], trace: [] };
  const skipped: SkippedStep[] = [];
  for (const signal of [options.signal, options.stop]) {
    // Every measurement of every address listens; Node takes more than ten for a leak and warns.
    if (signal !== undefined) setMaxListeners(0, signal);
  }
  await prepare(options);
  const vantage = readVantage();
  options.onProgress?.(`resolving ${target.host}`);
  const [found, comparison] = await Promise.all([
    lookUp(target, options, skipped),
    lookUpEndpoint(target, options),
  ]);
  if (found.resolution !== null) observations.dns.push(found.resolution);
  if (comparison !== null) observations.dns.push(comparison);
  if (found.addresses.length > 0) {
    await Promise.all([
      connectAndAsk(target, found.addresses, options, observations),
      traceAll(target, found.addresses, options, observations, skipped),
    ]);
  }
  if (target.url === null) {
    skipped.push({
      step: 'tls',
      reason: 'nothing is known of the protocol; give an https:// URL to speak TLS and HTTP',
    });
  } else if (options.http === false) {
    skipped.push({ step: 'http', reason: 'switched off' });
  }
  return { target, vantage: await vantage, observations, skipped };
}

async function lookUp(
  target: Target,
  options: ObserveOptions,
  skipped: SkippedStep[],
): Promise<HostAddresses> {
  try {
    const found = await addressesOf(target.host, options);
    if (found.source === 'hosts-file') {
      const list = found.addresses.join(', ');
      skipped.push({ step: 'dns', reason: `this host's /etc/hosts says that ${target.host} is ${list}` });
    }
    return found;
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    skipped.push({ step: 'dns', reason: error.message });
    return { addresses: [], source: 'dns', resolution: null };
  }
}

/** The endpoint's own name, whose addresses the target's must equal. */
async function lookUpEndpoint({ host, privateApi }: Target, options: ObserveOptions) {
  const name = privateApi?.endpointName ?? null;
  if (name === null || name === host) return null;
  const { signal, stop } = options;
  try {
    return await resolve(name, { search: false, ...options.dns, signal, stop });
  } catch (error) {
    // The look-up of the target itself says what this host lacks.
    if (error instanceof CapabilityError) return null;
    throw error;
  }
}

async function connectAndAsk(
  target: Target,
  addresses: string[],
  options: ObserveOptions,
  observations: Observations,
): Promise<void> {
  const { host, port } = target;
  const { timeoutMs = connectTimeoutMs, source, signal, stop } = options;
  const asked: Promise<void>[] = [];
  options.onProgress?.(
    `connecting to ${addresses.length === 1 ? addresses[0] : `${addresses.length} addresses`}`,
  );
  const onAttempt = ({ address, status }: TcpAttempt) => {
    if (status !== 'open' || target.url === null) return;
    const asking = askAddress(target, address, options, observations);
    // It is awaited below, after the other addresses' connections; a failure before that must not count as unhandled.
    asking.catch(() => {});
    asked.push(asking);
  };
  const document = await connectAddresses(
    { host, port, addresses, resolution: null },
    { timeoutMs, source, signal, stop, onAttempt },
  );
  observations.tcp.push(document);
  await Promise.all(asked);
  // Answers come in any order; a report that lists them by address can be laid beside another one.
  const place = ({ address }: { address: string }) => addresses.indexOf(address);
  observations.tls.sort((first, second) => place(first) - place(second));
  observations.http.sort((first, second) => place(first) - place(second));
}

async function traceAll(
  target: Target,
  addresses: string[],
  options: ObserveOptions,
  observations: Observations,
  skipped: SkippedStep[],
): Promise<void> {
  if (options.trace === false) {
    skipped.push({ step: 'trace', reason: 'switched off' });
    return;
  }
  const { host, port } = target;
  const { method, source, signal, stop } = options;
  const traceable = addresses.filter((each) => source === undefined || familyOf(each) === familyOf(source));
  try {
    observations.trace = await Promise.all(
      traceable
        .slice(0, mostTraces)
        .map((address) =>
          traceAddress({ host, address, port, resolution: null }, { method, source, signal, stop }),
        ),
    );
  } catch (error) {
    if (!(error instanceof CapabilityError)) throw error;
    skipped.push({ step: 'trace', reason: error.message });
  }
}
