import type { Cause } from '../documents/causes.js';
import type { LogFault } from './request-facts.js';

/** Why API Gateway answers by itself, by its gateway response type, and in words where these say more than the cause. */
const RESPONSE_TYPES = {
  ACCESS_DENIED: ['policy.denied'],
  INVALID_API_KEY: ['api.key'],
  WAF_FILTERED: ['api.waf'],
  MISSING_AUTHENTICATION_TOKEN: ['api.path-unknown'],
  RESOURCE_NOT_FOUND: ['api.path-unknown'],
  INVALID_SIGNATURE: ['api.authentication', 'the signature of the request is not valid'],
  EXPIRED_TOKEN: ['api.authentication', 'the token of the request has expired'],
  UNAUTHORIZED: ['api.authentication', 'the authorizer rejected the request'],
  AUTHORIZER_FAILURE: ['api.authentication', 'the authorizer could not be asked, or failed'],
  AUTHORIZER_CONFIGURATION_ERROR: [
    'api.authentication',
    'the authorizer cannot be invoked, or returned something that is not a policy',
  ],
  THROTTLED: ['api.throttled', 'the rate limit is exceeded'],
  QUOTA_EXCEEDED: ['api.throttled', 'the quota of a usage plan is used up'],
  INTEGRATION_FAILURE: ['backend.network'],
  INTEGRATION_TIMEOUT: ['backend.timeout'],
  API_CONFIGURATION_ERROR: ['backend.error', 'the integration is configured incorrectly'],
  BAD_REQUEST_PARAMETERS: ['http.error', 'a parameter that the method requires is missing or not valid'],
  BAD_REQUEST_BODY: ['http.error', 'the body of the request does not match the model of the method'],
  UNSUPPORTED_MEDIA_TYPE: ['http.error', 'the method does not take this content type'],
  REQUEST_TOO_LARGE: ['http.error', 'the request is larger than 10 MB'],
} satisfies Readonly<Record<string, readonly [cause: Cause, detail?: string]>>;

/** The gateway response types that name a cause. */
export type ResponseType = keyof typeof RESPONSE_TYPES;

/** The cause of a gateway response type, and the words for it; null where the cause says it all. */
export function meaningOfResponseType(type: ResponseType): { cause: Cause; detail: string | null } {
  const [cause, detail]: readonly [Cause, string?] = RESPONSE_TYPES[type];
  return { cause, detail: detail ?? null };
}

/**
 * The fault that a gateway response type stands for, as `$context.error.responseType` has it in access logs and the line "Gateway
 * response type" in execution logs (developer guide, "Gateway response types"). null for DEFAULT_4XX, DEFAULT_5XX and
 * unknown ones, which name no cause.
 */
export function faultOfResponseType(type: string): LogFault | null {
  return isResponseType(type) ? { ...meaningOfResponseType(type), confidence: 'high', denial: null } : null;
}

function isResponseType(text: string): text is ResponseType {
  return Object.hasOwn(RESPONSE_TYPES, text);
}
