import type { HttpDocument, HttpFailure } from '../../probe/http/types.js';
import type { Cause } from '../causes.js';
import { type Denial, readDenial } from './denial.js';

/** The exception of `x-amzn-errortype` without what some services append: `AccessDeniedException:http://…`. */
export function exceptionOf({ errorType }: HttpDocument): string | null {
  const name = errorType?.split(/[:#,;\s]/, 1)[0] ?? '';
  return name === '' ? null : name;
}

/** Whether API Gateway's own front end answered, by the headers that only it sets. */
export function fromGateway(doc: HttpDocument): boolean {
  return doc.gatewayId !== null || (doc.requestId !== null && exceptionOf(doc) !== null);
}

/** A whole answer that is no error: 2xx or 3xx, and no exception behind it that a gateway response rewrote. */
export function worked(doc: HttpDocument): boolean {
  const whole = doc.failure === null || doc.failure === 'canceled';
  return whole && doc.status !== null && doc.status >= 200 && doc.status < 400 && exceptionOf(doc) === null;
}

/**
 * What an answer blames, null for one that is no error or was cut short by an interrupt.
 *
 * `x-amzn-errortype` is read first: the owner of an API can rewrite status and body, a customised 404 was seen that still
 * carried MissingAuthenticationTokenException. Types from the developer guide's "Gateway response types" and from
 * recorded answers; where an emulator contradicts a recording, the recording wins.
 */
export function causeOf(doc: HttpDocument): Cause | null {
  if (worked(doc)) return null;
  if (doc.status === null) return causeOfFailure(doc.failure);
  const exception = exceptionOf(doc);
  if (exception !== null) return causeOfException(exception, doc);
  return causeOfStatus(doc);
}

/** The denial an answer carries in its text; null when it has none. */
export function denialOf(doc: HttpDocument): Denial | null {
  return doc.message === null ? null : readDenial(doc.message);
}

function causeOfFailure(failure: HttpFailure | null): Cause | null {
  if (failure === null || failure === 'canceled') return null;
  return failure === 'timeout' ? 'backend.timeout' : 'http.error';
}

function causeOfException(exception: string, doc: HttpDocument): Cause {
  switch (exception) {
    case 'AccessDeniedException':
      return causeOfAccessDenied(doc);
    case 'ForbiddenException':
      return causeOfForbidden(doc);
    case 'MissingAuthenticationTokenException':
      return 'api.path-unknown';
    case 'UnauthorizedException':
    case 'InvalidSignatureException':
    case 'IncompleteSignatureException':
    case 'ExpiredTokenException':
    case 'UnrecognizedClientException':
      return 'api.authentication';
    case 'TooManyRequestsException':
    case 'LimitExceededException':
    case 'ThrottlingException':
      return 'api.throttled';
    case 'InternalServerErrorException':
      return causeOfServerError(doc);
    default:
      return 'http.error';
  }
}

function causeOfStatus(doc: HttpDocument): Cause {
  const { status, message } = doc;
  // A denial's sentence is API Gateway's own, with or without its headers: a proxy on the way may strip them.
  if (denialOf(doc) !== null) return causeOfAccessDenied(doc);
  if (status === null || !fromGateway(doc)) return 'http.error';
  if (status === 403 && message === 'Forbidden') return 'api.not-matched';
  if (status === 403 && message === 'Missing Authentication Token') return 'api.path-unknown';
  if (status === 401) return 'api.authentication';
  if (status === 429) return 'api.throttled';
  return status >= 500 ? causeOfServerError(doc) : 'http.error';
}

function causeOfForbidden({ message }: HttpDocument): Cause {
  if (message !== null && /api[ _-]?key/i.test(message)) return 'api.key';
  if (message !== null && /\bwaf/i.test(message)) return 'api.waf';
  return 'api.not-matched';
}

function causeOfAccessDenied(doc: HttpDocument): Cause {
  const denial = denialOf(doc);
  if (denial !== null) return causeOfDenial(denial);
  return doc.message !== null && /security token/i.test(doc.message) ? 'api.authentication' : 'policy.denied';
}

/** The policy that a denial's sentence blames, wherever it was read. */
export function causeOfDenial({ layer, explicit }: Denial): Cause {
  switch (layer) {
    case 'resource':
      return explicit ? 'policy.resource-explicit' : 'policy.resource-implicit';
    case 'endpoint':
      return explicit ? 'policy.endpoint-explicit' : 'policy.endpoint-implicit';
    case 'identity':
      return 'policy.identity';
    case 'organization':
      return 'policy.organization';
    case 'unknown':
      return 'policy.denied';
  }
}

function causeOfServerError({ status, message }: HttpDocument): Cause {
  if (message !== null && /network error communicating/i.test(message)) return 'backend.network';
  if (message !== null && /request timed out/i.test(message)) return 'backend.timeout';
  return status === 504 ? 'backend.timeout' : 'backend.error';
}
