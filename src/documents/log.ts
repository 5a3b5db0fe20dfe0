import type { Cause } from './causes.js';
import type { DocumentHeader } from './header.js';
import type { Confidence, Verdict, VerdictClass } from './report.js';
import type { Count, Instant, Ms, Ordinal, StatusCode, Text } from './scalars.js';

/** A line of the log as evidence, without secrets. */
export interface LogEvidence {
  /** Counted over all sources. */
  line: Ordinal;
  text: Text;
}

/** One request and its outcome. */
export interface JudgedRequest {
  id: Text;
  /** The line that names it first. */
  line: Ordinal;
  /** The header `x-amz-apigw-id` of the answer. */
  extendedId: Text | null;
  apiId: Text | null;
  stage: Text | null;
  method: Text | null;
  /** @minLength 1 @maxLength 16384 */
  path: string | null;
  status: StatusCode | null;
  /** The time of its first line; null where lines have no time. */
  startedAt: Instant | null;
  /** From its first to its last line. */
  durationMs: Ms | null;
  backendMs: Ms | null;
  /** The log contains its first and its last line. */
  complete: boolean;
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  summary: Text;
  evidence: LogEvidence[];
}

/** How many requests had one cause. */
export interface CauseCount {
  class: VerdictClass;
  cause: Cause;
  /** @asType integer @minimum 1 */
  requests: number;
  /** The id of the last of them. */
  last: Text;
}

/** An API and stage that the log names. */
export interface LoggedApi {
  apiId: Text;
  stage: Text | null;
  /** @asType integer @minimum 1 */
  requests: number;
}

/** The verdict on a log: like that of a report, with lines as evidence. */
export interface LogVerdict extends Omit<Verdict, 'evidence' | 'warnings'> {
  evidence: LogEvidence[];
}

/** A reason why a request can be missing from a log, and the check that decides. */
export interface AbsenceReason {
  text: Text;
  check: Text;
  /** A shell command for the check, or null. */
  command: Text | null;
}

/** The lines read. */
export interface LogCounts {
  lines: Count;
  /** Lines that belong to a request. */
  used: Count;
  /** Lines with octets that are not text. */
  binary: Count;
  /** Lines or JSON objects longer than the limit, which were cut. */
  overlong: Count;
}

/** `pprobe explain --log … --json`. */
export interface LogDocument extends DocumentHeader<'log'> {
  /** The files in the order read; `-` is standard input. */
  sources: Text[];
  lines: LogCounts;
  /** Why a source was not read to its end. */
  problems: Text[];
  /** How many requests the log contains. */
  requests: Count;
  /** The time of the first line; null where lines have no time. */
  from: Instant | null;
  /** The time of the last line. */
  to: Instant | null;
  apis: LoggedApi[];
  /** Over all requests, the worst first. */
  causes: CauseCount[];
  /** How many requests are listed one by one. @asType integer @minimum 1 */
  limit: number;
  /** The last `limit` requests; those that failed take precedence. */
  details: JudgedRequest[];
  /** The one request that was asked for; null where none was. */
  asked: {
    id: Text;
    found: boolean;
    /** Why it can be missing, the likeliest reason first. */
    absence: AbsenceReason[];
  } | null;
  verdict: LogVerdict;
}
