import type { Cause } from './causes.js';
import { isRejectedByFirewall, wafAction } from './firewall-answer.js';
import type { HttpDocument, HttpFailure } from './http.js';
import { isFixedResponse, isHttpApi, isRestApi, responderOf } from './responder.js';

/** The exception in `x-amzn-errortype`, without the URL that some services append: `AccessDeniedException:http://…`. */
export function exceptionOf({ errorType }: HttpDocument): string | null {
  const name = errorType?.split(/[:#,;\s]/, 1)[0] ?? '';
  return name === '' ? null : name;
}

/** Whether the front end of API Gateway answered, by the headers that only it sets. */
export function fromGateway(doc: HttpDocument): boolean {
  return isRestApi(doc) || isHttpApi(doc);
}

/** Whether a whole answer came that is not an error: 2xx or 3xx, without an exception that a gateway response rewrote. */
export function worked(doc: HttpDocument): boolean {
  const whole = doc.failure === null || doc.failure === 'canceled';
  if (!whole || doc.status === null || isRejectedByFirewall(doc)) return false;
  return doc.status >= 200 && doc.status < 400 && exceptionOf(doc) === null;
}

/**
 * The cause of an error in an answer; null for an answer that is not an error, and for an exchange that was interrupted.
 *
 * `x-amzn-errortype` decides first, because the owner of an API can rewrite status and body: customised 404 answers still have
 * MissingAuthenticationTokenException there. The types are those of
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html and of recorded answers.
 */
export function causeOf(doc: HttpDocument): Cause | null {
  if (worked(doc)) return null;
  if (doc.status === null) return causeOfFailure(doc.failure);
  if (wafAction(doc) !== null) return 'api.waf';
  const exception = exceptionOf(doc);
  const { kind } = responderOf({ doc, certificate: null });
  switch (kind) {
    case 'http-api':
      return causeOfHttpApi(doc.status);
    case 'load-balancer':
      return isFixedResponse(doc) ? 'http.error' : causeOfLoadBalancer(doc.status);
    case 'cdn':
    case 'reverse-proxy':
      return causeInFront(doc.status, kind, doc.title ?? '');
    case 'aws-service':
      return causeOfService(exception, doc);
    default:
      return exception === null ? causeOfStatus(doc) : causeOfException(exception, doc);
  }
}

/**
 * HTTP APIs have no `x-amzn-errortype`. 404 is an unknown route or stage, 403 an authorizer or IAM that denies, 503 an
 * integration that cannot be reached or does not answer within 30 s
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-troubleshooting.html,
 * https://repost.aws/knowledge-center/api-gateway-5xx-error).
 */
function causeOfHttpApi(status: number): Cause {
  if (status === 404) return 'api.path-unknown';
  if (status === 401 || status === 403) return 'api.authentication';
  if (status === 429) return 'api.throttled';
  if (status === 503) return 'backend.network';
  if (status === 504) return 'backend.timeout';
  return status >= 500 ? 'backend.error' : 'http.error';
}

/**
 * What stands in front of the server says that it has no answer of it. 502 is a gateway's word for a server behind it that
 * refuses, closes or answers with something else than HTTP (RFC 9110 section 15.6.3). 503 is a server's own word for overload
 * or maintenance, such as nginx's limit_req, and about what is behind it only where the text says so. CloudFront sends 502 where it cannot connect to the
 * origin or agree with it on TLS, and 504 where the origin does not answer
 * (https://repost.aws/knowledge-center/cloudfront-502-errors,
 * https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/http-504-gateway-timeout.html). Cloudflare: 521 refused, 522 no
 * answer to the SYN, 523 no route, 524 no answer in time, 525 and 526 TLS.
 */
function causeInFront(status: number, kind: 'cdn' | 'reverse-proxy', title: string): Cause {
  if (status === 504 || status === 522 || status === 524) return 'backend.timeout';
  if (status === 521 || status === 523 || status === 525 || status === 526) return 'backend.network';
  if (/upstream connect error/i.test(title)) return 'backend.network';
  if (/no healthy upstream/i.test(title)) return 'backend.error';
  if (status !== 502) return 'http.error';
  return kind === 'cdn' ? 'backend.network' : 'backend.error';
}

/**
 * 504: the target took no connection within 10 s, or sent no answer in time. 502: the target resets, closes, or sends no valid
 * answer. 503: no target is registered in the target group. Nothing else has its page with these statuses; the answer of a
 * target, and a fixed response, are told apart before. 401 and 561: the identity provider
 * (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html).
 */
function causeOfLoadBalancer(status: number): Cause {
  if (status === 504) return 'backend.timeout';
  if (status === 502 || status === 503) return 'backend.error';
  return status === 401 || status === 561 ? 'api.authentication' : 'http.error';
}

/** pprobe signs nothing, so that a service of AWS which answers wants a signature first of all. */
function causeOfService(exception: string | null, doc: HttpDocument): Cause {
  const code = exception ?? /^\w+(?=: )/.exec(doc.message ?? '')?.[0] ?? '';
  if (
    /Authentication|Signature|UnrecognizedClient|ExpiredToken|InvalidClientTokenId|InvalidAccessKeyId/.test(
      code,
    )
  )
    return 'api.authentication';
  if (doc.status === 429 || /Throttl|TooManyRequests|SlowDown/.test(code)) return 'api.throttled';
  return 'http.error';
}

/** Whether the method's authorizer itself fails, so that credentials are never judged; the caller gets 500. */
export function isAuthorizerBroken(doc: HttpDocument): boolean {
  return /^Authorizer(?:Configuration|Failure)Exception$/.test(exceptionOf(doc) ?? '');
}

/** The denial in the text of an answer, or null. */
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
    case 'AuthorizerConfigurationException':
    case 'AuthorizerFailureException':
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
  // Only API Gateway writes this sentence; a proxy on the path can remove its headers.
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

/** The cause of a denial, from an answer or from a log. */
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

/** The policy that a denial names. `unknown`: the older wording, which names none. */
export type DenialLayer = 'resource' | 'endpoint' | 'identity' | 'organization' | 'unknown';

/** The content of a denial, from an AccessDenied answer or an execution log. */
export interface Denial {
  layer: DenialLayer;
  /** true: a Deny statement matched; false: no Allow statement matched. */
  explicit: boolean;
  /** The policy as the text names it: `VPC endpoint policy`, `permissions boundary`; null when it names none. */
  policy: string | null;
  /** `anonymous`, or an ARN; null in the sentence of a Lambda authorizer. */
  who: string | null;
  resource: DeniedResource | null;
}

/** The parts of the ARN in the text. AWS masks all but the last four digits of the account. */
export interface DeniedResource {
  arn: string;
  region: string;
  account: string;
  apiId: string;
  stage: string | null;
}

const ARN =
  '(?<arn>arn:[\\w-]+:execute-api:(?<region>[\\w-]+):(?<account>[\\d*]{12}):(?<api>[a-z0-9]+)(?:/(?<stage>[^\\s/"]*))?[^\\s"]*)';
// "Access denied error messages" of the IAM guide: `with an explicit deny in a(n) <policy>`, `because no <policy> allows
// the <action> action`; texts from before 2021 end after the ARN or after `explicit deny`.
const REASON =
  '(?<explicit>,? with an explicit deny(?: in an? (?<denying>[\\w -]{1,60}?(?:policy|boundary)))?)?(?:,? because no (?<silent>[\\w -]{1,60}?) allows the [\\w:*-]+ action)?';

const ON_RESOURCE = new RegExp(
  `User: (?<who>\\S+) is not authorized to perform: execute-api:\\w+ on resource: ?(?:${ARN})?${REASON}`,
);
const AUTHORIZER = new RegExp(`User is not authorized to access this resource${REASON}`);

/** Reads the sentence of a denial in a response body or an execution log; null when the text has none. */
export function readDenial(text: string): Denial | null {
  const named = ON_RESOURCE.exec(text)?.groups;
  const parts = named ?? AUTHORIZER.exec(text)?.groups;
  if (parts === undefined) return null;
  const policy = parts.denying ?? parts.silent ?? null;
  return {
    // The sentence of a Lambda authorizer is about the caller's identity and names no policy.
    layer: policy === null && named === undefined ? 'identity' : layerOf(policy),
    explicit: parts.explicit !== undefined,
    policy,
    who: parts.who ?? null,
    resource: resourceOf(parts),
  };
}

function resourceOf(parts: Record<string, string | undefined>): DeniedResource | null {
  const { arn, region, account, api, stage } = parts;
  if (arn === undefined || region === undefined || account === undefined || api === undefined) return null;
  return { arn, region, account, apiId: api, stage: stage || null };
}

function layerOf(policy: string | null): DenialLayer {
  if (policy === null) return 'unknown';
  if (/resource-based/i.test(policy)) return 'resource';
  if (/endpoint/i.test(policy)) return 'endpoint';
  if (/service control|resource control/i.test(policy)) return 'organization';
  // Permissions boundaries and session policies limit the caller's own role.
  if (/identity-based|boundary|session/i.test(policy)) return 'identity';
  return 'unknown';
}
