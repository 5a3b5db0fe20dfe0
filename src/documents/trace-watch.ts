import type { DocumentHeader } from './header.js';
import type { Count, IpAddress, IpAddresses, Ms, Ordinal, Percent, Ttl } from './scalars.js';
import type { TraceOutcome, TraceResult } from './trace.js';

/** The statistics of one hop over many rounds. Times are null until an answer came. */
export interface HopStatistics {
  ttl: Ttl;
  /** Every address that answered, the latest first. */
  addresses: IpAddresses;
  /** SYNs that left this host. */
  sent: Count;
  /** Of these, how many were answered. */
  received: Count;
  /** The share of unanswered SYNs; null when none was sent. */
  lossPercent: Percent | null;
  lastMs: Ms | null;
  averageMs: Ms | null;
  bestMs: Ms | null;
  worstMs: Ms | null;
  /** Of the sample (n - 1); null until two answers came. */
  standardDeviationMs: Ms | null;
  /** Answers are missing here, but no hop behind lost any: the router limits its ICMP errors and loses no traffic. */
  rateLimited: boolean;
}

/** A change of the path between two rounds. @discriminator what */
export type PathChange =
  | {
      what: 'router';
      ttl: Ttl;
      /** @minItems 1 */
      from: IpAddress[];
      /** @minItems 1 */
      to: IpAddress[];
    }
  /** Of the TTL at which the path ends. */
  | { what: 'length'; ttl: null; from: Ttl; to: Ttl }
  | { what: 'outcome'; ttl: null; from: TraceOutcome; to: TraceOutcome };

/** One round of `pprobe trace --watch --json`: its trace, and the statistics of all rounds so far. */
export interface WatchRound extends DocumentHeader<'trace-watch'>, TraceResult {
  round: Ordinal;
  /** Over all rounds, in order of TTL, up to the current end of the path. */
  statistics: HopStatistics[];
  /** Since the round before. */
  changes: PathChange[];
  /** `outcome`, except where a single round had no answer: one lost packet is not a filter. */
  settledOutcome: TraceOutcome;
}
