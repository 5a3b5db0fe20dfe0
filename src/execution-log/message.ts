import type { Cause } from '../documents/causes.js';
import { causeOfDenial, readDenial } from '../documents/gateway-answer.js';
import type { Confidence } from '../documents/report.js';
import type { LogFault } from './request-facts.js';
import { faultOfResponseType, meaningOfResponseType, type ResponseType } from './response-type.js';

/** What the text of one event states about its request. */
export type Reading =
  | { kind: 'start'; requestId: string | null; apiId: string | null; stage: string | null }
  | { kind: 'extended-id'; extendedId: string }
  | { kind: 'method'; method: string; path: string }
  | { kind: 'sent'; host: string }
  | { kind: 'received'; status: number | null; latencyMs: number | null }
  | { kind: 'completed'; status: number }
  | { kind: 'fault'; fault: LogFault };

/** A sentence of API Gateway's about a fault. */
interface Sentence {
  pattern: RegExp;
  cause: Cause;
  confidence: Confidence;
  detail?: string;
}

/**
 * API Gateway's sentences about faults, from its developer guide, its knowledge centre and published logs. Each begins a line;
 * the same words in a body or a header are not API Gateway's.
 */
const SENTENCES: readonly Sentence[] = [
  sentence(/^Execution failed due to a timeout error/, 'backend.timeout'),
  sentence(/^Execution failed due to a network error/, 'backend.network'),
  sentence(
    /^Execution failed due to configuration error: Invalid endpoint address/,
    'backend.error',
    'API Gateway cannot resolve the name of the backend',
  ),
  sentence(
    /^Execution failed due to configuration error: Host name '.*' does not match/,
    'backend.error',
    "the backend's certificate is for another name",
  ),
  sentence(
    /^Execution failed due to configuration error: Malformed Lambda proxy response/,
    'backend.error',
    'the function returns something that is not a proxy response',
  ),
  sentence(
    /^Execution failed due to configuration error: Invalid permissions on Lambda function/,
    'backend.error',
    'the permissions of the function do not let this API invoke it',
  ),
  sentence(
    /^Execution failed due to configuration error: Rate Exceeded|^Lambda invocation failed with status: 429/i,
    'backend.error',
    'the function is throttled',
  ),
  stating(
    /^Execution failed due to configuration error: (?:Authorizer error|Invalid (?:JSON|policy|response) in authorizer)/i,
    'AUTHORIZER_CONFIGURATION_ERROR',
  ),
  sentence(
    /^Execution failed due to configuration error: API Gateway does not have permission to assume/,
    'backend.error',
    'API Gateway may not assume the role of the integration',
  ),
  stating(/^Execution failed due to (?:a )?configuration error/, 'API_CONFIGURATION_ERROR'),
  sentence(
    /^Lambda execution failed with status \d+ due to customer function error/,
    'backend.error',
    'the function threw an error',
  ),
  sentence(
    /^Lambda invocation failed with status: \d+/,
    'backend.error',
    'the function could not be invoked',
  ),
  {
    pattern: /^Execution failed due to an internal error/,
    cause: 'backend.error',
    confidence: 'medium',
    detail: 'API Gateway failed inside, before or after the call to the backend',
  },
  sentence(/^Execution failed\b/, 'backend.error'),
  stating(/^Request body does not match model schema/, 'BAD_REQUEST_BODY'),
  stating(/^Missing required request parameters/, 'BAD_REQUEST_PARAMETERS'),
  stating(/^(?:API Key \S* ?exceeded quota limit|Key quota exhausted)/, 'QUOTA_EXCEEDED'),
  stating(/^(?:API Key \S* ?exceeded throttle limit|Key throttle limit exceeded)/, 'THROTTLED'),
  { pattern: /^API Key\b.{0,80}\bnot authorized\b/, cause: 'api.key', confidence: 'high' },
  stating(/^Unauthorized request: /, 'UNAUTHORIZED'),
  sentence(
    /^Access denied\. Reason: .*(?:certificate|issuer|truststore)/i,
    'api.authentication',
    "the client's certificate is not in the truststore (mutual TLS)",
  ),
];

function sentence(pattern: RegExp, cause: Cause, detail?: string): Sentence {
  return { pattern, cause, confidence: 'certain', ...(detail === undefined ? {} : { detail }) };
}

/** A sentence that says what a gateway response type says. */
function stating(pattern: RegExp, type: ResponseType): Sentence {
  const { cause, detail } = meaningOfResponseType(type);
  return sentence(pattern, cause, detail ?? undefined);
}

/** Reads the text of an event; null where it states nothing about the request. */
export function readMessage(message: string): Reading | null {
  // By the first letter, because most lines are headers and bodies that need no search.
  switch (message.charCodeAt(0)) {
    case 77: // M
      // Most lines with this letter are headers and bodies of the method.
      return completed(message) ?? (message.startsWith('Missing ') ? fault(message) : null);
    case 72: // H
      return method(message);
    case 83: // S
      return started(message) ?? sent(message);
    case 86: // V
      return usagePlan(message);
    case 82: // R
      return received(message) ?? (message.startsWith('Request body ') ? fault(message) : null);
    case 69: // E
      return extendedId(message) ?? started(message) ?? fault(message);
    case 71: // G
      return gatewayResponse(message);
    default:
      return fault(message);
  }
}

function fault(message: string): Reading | null {
  const denial = message.includes('not authorized to') ? readDenial(message) : null;
  if (denial !== null && /^(?:User|Access|Authorization|Execution|Policy)\b/i.test(message)) {
    return {
      kind: 'fault',
      fault: { cause: causeOfDenial(denial), confidence: 'certain', denial, detail: null },
    };
  }
  const said = SENTENCES.find(({ pattern }) => pattern.test(message));
  if (said === undefined) return null;
  const { cause, confidence, detail = null } = said;
  return { kind: 'fault', fault: { cause, confidence, denial: null, detail } };
}

/** API Gateway's own answer. Its other lines that begin with the same letter are the answer's headers and body. */
function gatewayResponse(message: string): Reading | null {
  const type = /^Gateway response type: ([A-Z\d_]{3,40})\b/.exec(message)?.[1];
  const fault = type === undefined ? null : faultOfResponseType(type);
  return fault === null ? null : { kind: 'fault', fault };
}

function completed(message: string): Reading | null {
  const status = /^Method completed with status: (\d{3})/.exec(message)?.[1];
  return status === undefined ? null : { kind: 'completed', status: Number(status) };
}

function method(message: string): Reading | null {
  const [, name, path] = /^HTTP Method: ([A-Z]{1,20}), Resource Path: ([^\s?]{0,500})/.exec(message) ?? [];
  return name === undefined || path === undefined ? null : { kind: 'method', method: name, path };
}

function started(message: string): Reading | null {
  const id =
    /^(?:Starting execution for request: |Starting authorizer: .{0,80} for request: |Execution log for request )([0-9a-f-]{36})/i.exec(
      message,
    )?.[1];
  return id === undefined ? null : { kind: 'start', requestId: id.toLowerCase(), apiId: null, stage: null };
}

function usagePlan(message: string): Reading | null {
  const [, id, apiId, stage] =
    /^Verifying Usage Plan for request: ([0-9a-f-]{36})\. API Key:.{0,120}?API Stage: ([a-z0-9]{1,32})\/([\w-]{1,128})/i.exec(
      message,
    ) ?? [];
  if (id === undefined || apiId === undefined || stage === undefined) return null;
  return { kind: 'start', requestId: id.toLowerCase(), apiId, stage };
}

/** The host only, because a path or a query may contain secrets. */
function sent(message: string): Reading | null {
  const host = /^Sending request to https?:\/\/(?:[^\s/@?]*@)?([^\s/?#]{1,253})/.exec(message)?.[1];
  return host === undefined ? null : { kind: 'sent', host };
}

function received(message: string): Reading | null {
  const [whole, status, latency] =
    /^Received response\.(?: Status: (\d{3}),)?(?: Integration latency: (\d{1,9}) ms)?/.exec(message) ?? [];
  if (whole === undefined) return null;
  return {
    kind: 'received',
    status: status === undefined ? null : Number(status),
    latencyMs: latency === undefined ? null : Number(latency),
  };
}

function extendedId(message: string): Reading | null {
  const id = /^Extended Request Id: ([\w+/=-]{4,64})/.exec(message)?.[1];
  return id === undefined ? null : { kind: 'extended-id', extendedId: id };
}
