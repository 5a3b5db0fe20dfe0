import type { Cause } from './causes.js';
import type { DocumentHeader } from './header.js';
import type { Confidence, Remedy, VerdictClass } from './report.js';

/** Which observation of which report: `reports[1]`, `tcp[0]`. */
export interface ComparedEvidence {
  /** Position in the array given to `compareReports`. */
  report: number;
  /** As in a verdict's own evidence: `dns[0]`, or `verdict` where the report's verdict as a whole is meant. */
  observation: string;
  /** One sentence part without a final stop; names no report, the reader prints whose it is. */
  text: string;
}

/** One report in short, for the head of a table. */
export interface ComparedReport {
  /** Unique among the reports: the hostname, with the address behind it where two share one, numbered where even that is shared. */
  label: string;
  hostname: string;
  /** The address the target sees of this host, as far as known. */
  address: string | null;
  startedAt: string;
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  summary: string;
}

/**
 * What the reports have in common or differ in.
 *
 * `other-targets`: they are not about the same target, nothing else is compared; `all-reachable`; `same-fault`: every host
 * sees the same cause, so it is at the endpoint's side; `works-in-some`: some hosts reach it, others do not, with the
 * same addresses; `other-fault`: all fail, for different causes; `dns-differs`: resolvers give the hosts different answers;
 * `address-differs`: one address works from one host and not from another; `address-fails-everywhere`: an address that no
 * host reaches while its siblings open; `path-differs`: the paths part at a hop, and one ends there; `tls-differs`:
 * the hosts are shown different certificates; `answer-differs`: the same request gets other HTTP answers;
 * `changed`: the same host saw other things at another time; `local-only`: what one host sees is that host's own
 * affair.
 */
export type ComparisonKind =
  | 'other-targets'
  | 'all-reachable'
  | 'same-fault'
  | 'works-in-some'
  | 'other-fault'
  | 'dns-differs'
  | 'address-differs'
  | 'address-fails-everywhere'
  | 'path-differs'
  | 'tls-differs'
  | 'answer-differs'
  | 'changed'
  | 'local-only';

export interface ComparisonFinding {
  kind: ComparisonKind;
  /** What it points at, the likeliest first; empty where nothing is wrong or nothing can be said. */
  suspects: Cause[];
  confidence: Confidence;
  /** One sentence with labels, names and addresses. */
  summary: string;
  /** What it means, one sentence; null where the summary says it all. */
  meaning: string | null;
  evidence: ComparedEvidence[];
  remedies: Remedy[];
  /** What would decide, where the finding leaves something open; null where it does not. */
  check: string | null;
}

/** Reports side by side. */
export interface Comparison {
  /** The target all are about; null where they differ. */
  target: string | null;
  /** In the order given. */
  reports: ComparedReport[];
  /** The most telling first; never empty. */
  findings: ComparisonFinding[];
}

/** `pprobe explain A B … --json`. Positions in its findings count the reports in the order given, from 0. */
export interface ComparisonDocument extends DocumentHeader<'comparison'>, Comparison {}
