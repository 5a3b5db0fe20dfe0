import {
  abortSignal,
  boolean,
  callback,
  nested,
  type OptionChecks,
  portBound,
  string,
  waitBound,
  within,
} from '../core/check-options.js';
import type { KnownEnds } from '../documents/known-ends.js';
import { type ResolveOptions, resolveChecks } from '../probe/dns/options.js';
import { type TraceOptions, traceChecks } from '../probe/trace/options.js';
import type { Permit } from '../target/allow-list.js';
import { checkHost, sourceAddress } from '../target/host.js';
import type { HostAndPort } from '../target/host-port.js';
import { type GivenHeaders, readHeaders } from '../target/request-headers.js';
import { parseGivenServer } from '../target/server.js';
import { addressFamily } from './host-addresses.js';

/** What probes that are asked for from elsewhere do where the request does not say it. */
export type ProbeDefaults = Pick<ObserveOptions, 'family' | 'source' | 'timeoutMs'>;

/** What the numbers of an observation may be. A wait has a default for each step. */
export const observeBounds = { timeoutMs: waitBound(null) };

/**
 * How long to wait for each connection, by default. Linux sends SYNs after 0, 1 and 3 s: two of them have been without
 * an answer for 1.5 s by then, and the verdict is there within three seconds.
 */
export const connectTimeoutMs = 2500;

/** Options of `observe`. */
export interface ObserveOptions {
  /** Only addresses of this family. */
  family?: 4 | 6 | undefined;
  /** Address to measure from. */
  source?: string | undefined;
  /** Per TCP connection, TLS handshake and HTTP answer, milliseconds. Default 2500, 3000 and 5000. */
  timeoutMs?: number | undefined;
  /** The DNS client's servers, timeouts and tries. */
  dns?: ResolveOptions | undefined;
  /**
   * Also ask this resolver, the VPC's own. Default: 169.254.169.253 on an EC2 instance whose configured resolvers are
   * others, elsewhere none.
   */
  vpcResolver?: string | undefined;
  /** Connected to for contrast; something in the same VPC that should answer. */
  control?: HostAndPort | undefined;
  /** Authorities to trust besides the system's own, PEM. */
  ca?: string | undefined;
  /**
   * Sent with the request, by name or as lines `NAME: VALUE`, so that it is the request of the user's client. The values of
   * Host and x-apigw-api-id are kept; every other value is in no document and no message.
   */
  headers?: GivenHeaders | undefined;
  /** Default true. */
  http?: boolean | undefined;
  /** Sent with the URL's path, from its `?` on; kept out of every document unless `keepQuery`. */
  query?: string | undefined;
  /** Default false: a query string may hold secrets. */
  keepQuery?: boolean | undefined;
  /**
   * true: trace every address; false: none. Default: those that do not open, with one that does for contrast; none where
   * all open.
   */
  trace?: boolean | undefined;
  /** Which trace engine. Default `auto`. */
  method?: TraceOptions['method'];
  /** The last TTL of each trace, 1 to 255. Default 30. */
  maxTtl?: number | undefined;
  /** Default true: on an EC2 instance, ask its metadata service for the interface, its VPC and its security groups. */
  imds?: boolean | undefined;
  /**
   * Asked before packets go to an address and port of the target, of `control`, or of a resolver that the options name. An address
   * that is not permitted gets none of any kind and is in `skipped`: `refused: address 127.0.0.1`. The metadata service and the VPC's
   * own resolver are asked too only where permitted. The resolvers that this host is configured with are used in any case. Default: all.
   */
  permit?: Permit | undefined;
  /** Called once, when the addresses of the target are known and before they are connected to. */
  onEnds?: ((ends: Promise<KnownEnds>) => void) | undefined;
  /** Called with what is being measured, for a line of progress. */
  onProgress?: ((message: string) => void) | undefined;
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Aborting ends every measurement with what it has. */
  stop?: AbortSignal | undefined;
}

export const observeChecks: OptionChecks<ObserveOptions> = {
  family: addressFamily,
  source: sourceAddress,
  timeoutMs: within(observeBounds.timeoutMs),
  dns: nested(resolveChecks),
  vpcResolver: parseGivenServer,
  control: nested<HostAndPort>({ host: checkHost, port: within(portBound) }),
  ca: string('give certificates in PEM'),
  headers: (value, argument) => {
    readHeaders(value, argument);
  },
  http: boolean,
  query: string('give what follows the path, from its ? on'),
  keepQuery: boolean,
  trace: boolean,
  method: traceChecks.method,
  maxTtl: traceChecks.maxTtl,
  imds: boolean,
  permit: callback,
  onEnds: callback,
  onProgress: callback,
  signal: abortSignal,
  stop: abortSignal,
};
