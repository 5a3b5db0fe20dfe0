import type { ResolveOptions } from '../probe/dns/options.js';
import type { TraceOptions } from '../probe/trace/options.js';

/**
 * Linux sends SYNs after 0, 1 and 3 s. Two of them unanswered are as good as it gets before the third, and half a second
 * sooner is a verdict within three.
 */
export const connectTimeoutMs = 2500;

/** What `observe` is doing right now, for a line of progress. */
export type Progress = (message: string) => void;

/** A place to connect to for contrast. */
export interface ControlTarget {
  host: string;
  port: number;
}

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
  control?: ControlTarget | undefined;
  /** Trusted besides the system's own authorities, PEM. */
  ca?: string | undefined;
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
  onProgress?: Progress | undefined;
  /** Aborting rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Aborting ends every measurement with what it has. */
  stop?: AbortSignal | undefined;
}
