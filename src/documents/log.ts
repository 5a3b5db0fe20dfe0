import type { Cause } from './causes.js';
import type { Denial } from './gateway-answer.js';
import type { DocumentHeader } from './header.js';
import type { Confidence, Verdict, VerdictClass } from './report.js';

/** One event of a log, wherever it came from. */
export interface LogLine {
  /** Milliseconds since 1970; null where the line has no time. */
  atMs: number | null;
  /** From the `(id)` before the text; null where the line has none. */
  requestId: string | null;
  message: string;
  /** Neither time nor id: more of the event before it, most often of a body with line breaks. */
  bare: boolean;
}

/** A line that says something, without what must stay secret. */
export interface LogEvidence {
  /** Counted from 1 over all that was read. */
  line: number;
  text: string;
}

/** A sentence of API Gateway's own that blames something. */
export interface LogFault {
  cause: Cause;
  confidence: Confidence;
  denial: Denial | null;
  /** In words, where the text says more than its cause: `the quota of a usage plan`. */
  detail: string | null;
}

/** What the lines of one request say, as far as they were there. */
export interface RequestFacts {
  id: string;
  /** Of the log, from 1: where it is first named. */
  line: number;
  /** `x-amz-apigw-id` of the answer. */
  extendedId: string | null;
  apiId: string | null;
  stage: string | null;
  method: string | null;
  /** The resource's path as the API has it, never the query. */
  path: string | null;
  status: number | null;
  fromMs: number | null;
  toMs: number | null;
  lines: number;
  /** The first of its lines was there. */
  began: boolean;
  /** The host of the backend, once a request was sent to it. */
  sentTo: string | null;
  backendStatus: number | null;
  backendMs: number | null;
  /** A line that was cut at 1024 octets, which API Gateway does. */
  truncated: boolean;
  faults: LogFault[];
  evidence: LogEvidence[];
}

/** What happened to one request. */
export interface JudgedRequest {
  id: string;
  /** Of the log, from 1: where it is first named. */
  line: number;
  extendedId: string | null;
  apiId: string | null;
  stage: string | null;
  method: string | null;
  path: string | null;
  status: number | null;
  /** Of its first line, ISO 8601; null where lines have no time. */
  startedAt: string | null;
  /** From its first to its last line. */
  durationMs: number | null;
  backendMs: number | null;
  /** Both ends of its log were there. */
  complete: boolean;
  class: VerdictClass;
  cause: Cause;
  confidence: Confidence;
  summary: string;
  evidence: LogEvidence[];
}

/** How many requests came to one cause. */
export interface CauseCount {
  class: VerdictClass;
  cause: Cause;
  requests: number;
  /** The id of the last of them. */
  last: string;
}

/** An API and stage that lines name. */
export interface LoggedApi {
  apiId: string;
  stage: string | null;
  requests: number;
}

/** A verdict over a log: like that of a report, with lines for evidence. */
export interface LogVerdict extends Omit<Verdict, 'evidence'> {
  evidence: LogEvidence[];
}

/** Why a request may be missing from a log, with what decides it. */
export interface AbsenceReason {
  text: string;
  check: string;
  /** A shell command for the check, where there is one. */
  command: string | null;
}

/** What was read, by how far it could be. */
export interface LogCounts {
  lines: number;
  /** Lines that belong to a request. */
  used: number;
  /** Lines with octets that are no text. */
  binary: number;
  /** Lines, or objects of JSON, longer than what is read of one. */
  overlong: number;
}

/** `pprobe explain --log … --json`. */
export interface LogDocument extends DocumentHeader<'log'> {
  /** The file, or files, in the order read; `-` is standard input. */
  sources: string[];
  lines: LogCounts;
  /** What kept a source from being read whole. */
  problems: string[];
  /** The requests found, all of them. */
  requests: number;
  /** By the clock of the log, ISO 8601; null where lines have no time. */
  from: string | null;
  to: string | null;
  apis: LoggedApi[];
  /** Counts over all requests, worst first. */
  causes: CauseCount[];
  /** So many requests are told one by one. */
  limit: number;
  /** The last `limit` requests, those that failed before those that did not. */
  details: JudgedRequest[];
  /** The one request that was asked for; null where none was. */
  asked: { id: string; found: boolean; absence: AbsenceReason[] } | null;
  verdict: LogVerdict;
}
