import { backendAnswer, type CannedAnswer, foreignAnswer, gatewayAnswer } from '../endpoint/canned.js';
import { accountId, apiId, region, stage } from '../facts.js';
import { type Fault, fault } from './fault.js';

const invoke = `execute-api:Invoke on resource: arn:aws:execute-api:${region}:********${accountId.slice(-4)}:${apiId}/${stage}/GET/`;

function answering(
  name: string,
  sentence: string,
  cause: string,
  exitCode: number,
  canned: CannedAnswer,
): Fault {
  return fault(name, sentence, cause, exitCode, { endpoint: { canned } });
}

function denied(reason: string): CannedAnswer {
  const message = `User: anonymous is not authorized to perform: ${invoke} ${reason}`;
  return gatewayAnswer(403, 'AccessDeniedException', message, 'Message');
}

/** Faults in which the request arrives and the answer is an error. */
export const answerFaults: Fault[] = [
  answering(
    'identity-policy',
    "The caller's own policy, or the API's Lambda authorizer, allows nothing that matches.",
    'policy.identity',
    12,
    denied('because no identity-based policy allows the execute-api:Invoke action'),
  ),
  answering(
    'organization-policy',
    "A service control policy of the caller's organization denies the call.",
    'policy.organization',
    12,
    denied('with an explicit deny in a service control policy'),
  ),
  answering(
    'unsigned',
    'The method requires requests signed for IAM, and this request is not signed.',
    'api.path-unknown',
    16,
    gatewayAnswer(403, 'MissingAuthenticationTokenException', 'Missing Authentication Token'),
  ),
  answering(
    'signature',
    'The request was signed with a key that the account does not know.',
    'api.authentication',
    16,
    gatewayAnswer(403, 'InvalidSignatureException', 'The request signature we calculated does not match'),
  ),
  answering(
    'forbidden',
    'The API requires a key, or AWS WAF blocks the request: both answer Forbidden, as for an API that does not exist.',
    'api.not-matched',
    16,
    gatewayAnswer(403, 'ForbiddenException', 'Forbidden'),
  ),
  answering(
    'throttled',
    'There are more requests than the stage allows.',
    'api.throttled',
    16,
    gatewayAnswer(429, 'TooManyRequestsException', 'Too Many Requests'),
  ),
  answering(
    'quota',
    "The usage plan's quota is used up.",
    'api.throttled',
    16,
    gatewayAnswer(429, 'LimitExceededException', 'Limit Exceeded'),
  ),
  answering(
    'backend-timeout',
    'The backend takes longer than the integration waits.',
    'backend.timeout',
    16,
    gatewayAnswer(504, 'InternalServerErrorException', 'Endpoint request timed out'),
  ),
  answering(
    'backend-network',
    'API Gateway cannot reach the backend through its VPC link.',
    'backend.network',
    16,
    gatewayAnswer(504, 'InternalServerErrorException', 'Network error communicating with endpoint'),
  ),
  answering(
    'backend-error',
    'The Lambda function behind the API answers in a form that the integration does not accept.',
    'backend.error',
    16,
    backendAnswer(502, 'Internal server error'),
  ),
  answering(
    'foreign-error',
    'A load balancer without a healthy target answers.',
    'backend.error',
    16,
    foreignAnswer(503, { server: 'awselb/2.0', 'content-type': 'text/html' }, '<html>503</html>'),
  ),
  answering(
    'proxy-login',
    'A proxy on the path requires authentication.',
    'policy.proxy',
    12,
    foreignAnswer(407, {
      via: '1.1 proxy.corp.example (squid/6.6)',
      'proxy-authenticate': 'Basic realm="corp"',
      server: 'squid/6.6',
    }),
  ),
];
