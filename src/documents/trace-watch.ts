import type { DocumentHeader } from './header.js';
import type { TraceDocument, TraceOutcome } from './trace.js';

/** What many rounds saw of one hop. Times are null until something answered. */
export interface HopStatistics {
  ttl: number;
  /** Every address that answered, the latest first. */
  addresses: string[];
  /** SYNs that left this host. */
  sent: number;
  /** Of these, how many were answered. */
  received: number;
  /** Unanswered of those sent, 0 to 100; null when none was sent. */
  lossPercent: number | null;
  lastMs: number | null;
  averageMs: number | null;
  bestMs: number | null;
  worstMs: number | null;
  /** Of the sample (n - 1); null until two answers came. */
  standardDeviationMs: number | null;
  /** Answers are missing here and none behind it: the router limits its ICMP errors, it loses no traffic. */
  rateLimited: boolean;
}

/** What became of the path between two rounds. */
export type PathChange =
  | { what: 'router'; ttl: number; from: string[]; to: string[] }
  /** The TTL at which the path ends. */
  | { what: 'length'; ttl: null; from: number; to: number }
  | { what: 'outcome'; ttl: null; from: TraceOutcome; to: TraceOutcome };

/** One round of a watch, `pprobe trace --watch --json`: its trace, and what all rounds so far came to. */
export interface WatchRound extends DocumentHeader<'trace-watch'>, Omit<TraceDocument, 'kind'> {
  kind: 'trace-watch';
  /** From 1. */
  round: number;
  /** Over all rounds, in order of TTL, up to where the path ends now. */
  statistics: HopStatistics[];
  /** What became of the path since the round before. */
  changes: PathChange[];
  /** `outcome`, a single round without an answer left out of account: one lost packet is no filter. */
  settledOutcome: TraceOutcome;
}
