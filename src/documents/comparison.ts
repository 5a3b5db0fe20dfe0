import type { Cause, VerdictClass } from './causes.js';
import type { DocumentHeader, Tool } from './header.js';
import type { Confidence, Remedy, ReportId } from './report.js';
import type { Count, Instant, IpAddress, Text } from './scalars.js';

/** An observation of one of the reports: `reports[1]`, `tcp[0]`. */
export interface ComparedEvidence {
  /** The position in the array given to `compareReports`, from 0. */
  report: Count;
  /** As in the evidence of a verdict: `dns[0]`; or `verdict` for the verdict of the report as a whole. */
  observation: Text;
  /** A part of a sentence without full stop. It does not name the report. */
  text: Text;
}

/** The summary of one report, for the head of a table. */
export interface ComparedReport {
  /** Unique among the reports: the hostname; with the address where two reports share it; with a number where they share both. */
  label: Text;
  /** null where the report is of version 0.1.0 or older. */
  reportId: ReportId | null;
  hostname: string;
  /** The address of this host that the target sees, as far as known. */
  address: IpAddress | null;
  startedAt: Instant;
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  summary: Text;
  /** The version of pprobe that measured. An older one may measure less, so two hosts can differ by it alone. */
  toolVersion?: Tool['version'];
}

/**
 * What the reports have in common or differ in.
 *
 * `other-targets`: the reports are about different targets, and nothing else is compared; `all-reachable`; `same-fault`: every
 * host sees the same cause, so the fault is on the endpoint's side; `works-in-some`: some hosts reach the target and others do
 * not, with the same addresses; `other-fault`: all hosts fail, for different causes; `dns-differs`: resolvers give the hosts
 * different answers; `address-differs`: one address works from one host and not from another; `address-fails-everywhere`: no
 * host reaches an address while others of the same name open; `path-differs`: the paths separate at a hop, and one ends there;
 * `tls-differs`: the hosts receive different certificates; `answer-differs`: the same request gets different HTTP answers;
 * `changed`: the same host saw something else at another time; `local-only`: the fault is one host's own; `other-times`: the
 * reports are too far apart in time to show one moment; `single`: one report is left, so there is nothing to compare.
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
  | 'local-only'
  | 'other-times'
  | 'single';

/** One difference between the compared reports, and what it suggests. */
export interface ComparisonFinding {
  kind: ComparisonKind;
  /** The causes it points at, the likeliest first; empty where nothing is wrong or no cause can be named. */
  suspects: Cause[];
  confidence: Confidence;
  /** One sentence with labels, names and addresses. */
  summary: Text;
  /** What it means, in one sentence; null where the summary says it. */
  meaning: Text | null;
  evidence: ComparedEvidence[];
  remedies: Remedy[];
  /** The check that would decide where the finding leaves a question; null where it leaves none. */
  check: Text | null;
}

/** A text among those given that has no report which could be compared. */
export interface NotCompared {
  /** The file, with the number of the line where it has several reports; or the agent that sent it. */
  name: Text;
  /** A part of a sentence without full stop. */
  reason: Text;
}

/** Several reports side by side. */
export interface Comparison {
  /** The target of all reports as typed; null where they differ. @minLength 1 @maxLength 16384 */
  target: string | null;
  /** Each report once, in the order in which they were first given. @minItems 1 */
  reports: ComparedReport[];
  /** How many copies of these reports were given beside them: a carrier may deliver a report twice. */
  repeated: Count;
  notCompared: NotCompared[];
  /** The most important first. @minItems 1 */
  findings: ComparisonFinding[];
}

/** `pprobe explain A B … --json`. Positions in its findings count the reports in the order given, from 0. */
export interface ComparisonDocument extends DocumentHeader<'comparison'>, Comparison {}
