import type { Cause } from '../documents/causes.js';
import type { Denial } from '../documents/gateway-answer.js';
import type { LogEvidence } from '../documents/log.js';
import type { Confidence } from '../documents/report.js';

/** A sentence of API Gateway that names a fault. */
export interface LogFault {
  cause: Cause;
  confidence: Confidence;
  denial: Denial | null;
  /** In words, where the text says more than its cause: `the quota of a usage plan`. */
  detail: string | null;
}

/** What the lines of one request say. A member that no line states is null. */
export interface RequestFacts {
  id: string;
  /** The line of the log that names it first, counted from 1. */
  line: number;
  /** The header `x-amz-apigw-id` of the answer. */
  extendedId: string | null;
  apiId: string | null;
  stage: string | null;
  method: string | null;
  /** The path of the API's resource, without query. */
  path: string | null;
  status: number | null;
  fromMs: number | null;
  toMs: number | null;
  lines: number;
  /** The log contains its first line. */
  began: boolean;
  /** The host of the backend; null where no request was sent to it. */
  sentTo: string | null;
  backendStatus: number | null;
  backendMs: number | null;
  /** API Gateway cut one of its lines at 1024 octets. */
  truncated: boolean;
  faults: LogFault[];
  evidence: LogEvidence[];
}
