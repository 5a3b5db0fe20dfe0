import type { Cause } from '../causes.js';
import { causeOfDenial } from '../private-api/answer.js';
import { readDenial } from '../private-api/denial.js';
import { isRequestId } from './line.js';
import type { LogFault, RequestFacts } from './types.js';

/** Gateway response types of the developer guide, as `$context.error.responseType` writes them. */
const RESPONSE_TYPES: Readonly<Record<string, Cause>> = {
  ACCESS_DENIED: 'policy.denied',
  INVALID_API_KEY: 'api.key',
  WAF_FILTERED: 'api.waf',
  MISSING_AUTHENTICATION_TOKEN: 'api.path-unknown',
  INVALID_SIGNATURE: 'api.authentication',
  EXPIRED_TOKEN: 'api.authentication',
  UNAUTHORIZED: 'api.authentication',
  AUTHORIZER_FAILURE: 'api.authentication',
  THROTTLED: 'api.throttled',
  QUOTA_EXCEEDED: 'api.throttled',
  INTEGRATION_FAILURE: 'backend.network',
  INTEGRATION_TIMEOUT: 'backend.timeout',
  API_CONFIGURATION_ERROR: 'backend.error',
};

/**
 * A line of an access log in JSON, whose members are named after API Gateway's variables, as far as its owner kept to
 * that; null for any other object. Which members there are is the owner's choice: none but the request id is needed.
 */
export function readAccessRecord(record: Record<string, unknown>, line: number): RequestFacts | null {
  const id = text(record, 'requestId', 'request_id');
  if (id === null || !isRequestId(id)) return null;
  const status = number(record, 'status', 'statusCode');
  const error = text(record, 'errorMessage', 'error.message', 'error', 'integrationErrorMessage');
  const type = text(record, 'responseType', 'errorResponseType', 'error.responseType');
  const at = timeOf(record);
  const fault = faultOf(error, type);
  const path = text(record, 'resourcePath', 'path');
  return {
    id: id.toLowerCase(),
    line,
    extendedId: text(record, 'extendedRequestId', 'extended_request_id'),
    apiId: text(record, 'apiId'),
    stage: text(record, 'stage'),
    method: text(record, 'httpMethod', 'method'),
    path: path?.split('?', 1)[0] ?? null,
    status: status !== null && status >= 100 && status <= 999 ? Math.trunc(status) : null,
    fromMs: at,
    toMs: at,
    lines: 1,
    began: true,
    sentTo: null,
    backendStatus: number(record, 'integrationStatus', 'integration.status'),
    backendMs: number(record, 'integrationLatency', 'integration.latency'),
    truncated: false,
    faults: fault === null ? [] : [fault],
    evidence: [{ line, text: said(status, type) }],
  };
}

function faultOf(error: string | null, type: string | null): LogFault | null {
  const denial = error === null ? null : readDenial(error);
  if (denial !== null) return { cause: causeOfDenial(denial), confidence: 'certain', denial, detail: null };
  const cause = type === null || !Object.hasOwn(RESPONSE_TYPES, type) ? undefined : RESPONSE_TYPES[type];
  return cause === undefined ? null : { cause, confidence: 'high', denial: null, detail: null };
}

/** The record itself may hold addresses and names: what is quoted of it is this. */
function said(status: number | null, type: string | null): string {
  const kind = type !== null && /^[A-Z_\d]{3,40}$/.test(type) ? `, response type ${type}` : '';
  return `access log: status ${status ?? 'not logged'}${kind}`;
}

/** In milliseconds; null beyond what a Date can hold. */
function timeOf(record: Record<string, unknown>): number | null {
  const at = number(record, 'requestTimeEpoch');
  return at !== null && at <= 8.64e15 ? at : null;
}

function text(record: Record<string, unknown>, ...names: string[]): string | null {
  for (const name of names) {
    const value = record[name];
    // API Gateway writes `-` for a variable without a value.
    if (typeof value === 'string' && value !== '' && value !== '-') return value.slice(0, 2000);
  }
  return null;
}

function number(record: Record<string, unknown>, ...names: string[]): number | null {
  for (const name of names) {
    const value = record[name];
    const read = typeof value === 'string' && /^\d{1,13}$/.test(value) ? Number(value) : value;
    if (typeof read === 'number' && Number.isFinite(read) && read >= 0) return read;
  }
  return null;
}
