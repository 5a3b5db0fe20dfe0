import type { Cause } from './causes.js';
import type { Denial } from './gateway-answer.js';
import type { Confidence, VerdictClass } from './report.js';

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
