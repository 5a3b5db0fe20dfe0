import { answeredWith, forbidden, http } from '../evidence.js';
import type { Row } from './row.js';

export const serviceRows: Row[] = [
  {
    name: 'a path that the API does not know',
    given: answeredWith([
      http(403, {
        errorType: 'MissingAuthenticationTokenException',
        message: 'Missing Authentication Token',
      }),
    ]),
    class: 'service',
    cause: 'api.path-unknown',
    confidence: 'medium',
    summary: ['/orders', 'stage prod'],
    alternatives: ['api.authentication'],
  },
  {
    name: 'a missing API key, where the API says so',
    given: answeredWith([forbidden({ message: 'Invalid API Key identifier specified' })]),
    class: 'service',
    cause: 'api.key',
    confidence: 'medium',
  },
  {
    name: 'a request that WAF blocks, where the API says so',
    given: answeredWith([forbidden({ message: 'blocked: WAF_FILTERED' })]),
    class: 'service',
    cause: 'api.waf',
    confidence: 'medium',
  },
  {
    name: 'a request without the token the API wants',
    given: answeredWith([http(401, { errorType: 'UnauthorizedException', message: 'Unauthorized' })]),
    class: 'service',
    cause: 'api.authentication',
    confidence: 'certain',
  },
  {
    name: 'an authorizer that fails',
    given: answeredWith([http(500, { errorType: 'AuthorizerConfigurationException' })]),
    class: 'service',
    cause: 'api.authentication',
    confidence: 'certain',
    summary: ['authorizer fails'],
    remedy: [/lambda:InvokeFunction/],
  },
  {
    name: 'a request over the rate',
    given: answeredWith([http(429, { errorType: 'TooManyRequestsException', message: 'Too Many Requests' })]),
    class: 'service',
    cause: 'api.throttled',
    confidence: 'certain',
  },
  {
    name: 'a backend that is too slow',
    given: answeredWith([
      http(504, { errorType: 'InternalServerErrorException', message: 'Endpoint request timed out' }),
    ]),
    class: 'service',
    cause: 'backend.timeout',
    confidence: 'certain',
  },
  {
    name: 'no answer to the request',
    given: answeredWith([http(null, { failure: 'timeout', durationMs: 5000 })]),
    class: 'service',
    cause: 'backend.timeout',
    confidence: 'low',
    summary: ['5 s'],
  },
  ...(
    [
      ['no final response', 'timeout', null, 1, 'backend.timeout', 'sent the interim response HTTP 103'],
      [
        'without end',
        'malformed',
        'ENDLESS',
        1800,
        'http.error',
        'interim responses (HTTP 103) without pause',
      ],
      [
        'too long a header',
        'malformed',
        'HPE_HEADER_OVERFLOW',
        0,
        'http.error',
        'a header of more than 16 KB',
      ],
      ['in HTTP/2', 'malformed', 'HTTP2', 0, 'http.error', 'answered in HTTP/2'],
    ] as const
  ).map(
    ([name, failure, errorCode, interim, cause, words]): Row => ({
      name: `a request that gets interim responses or headers, and is not silent: ${name}`,
      given: answeredWith([
        http(null, {
          failure,
          errorCode,
          durationMs: 5000,
          received: { octets: 1 + interim * 40, interim, lastInterim: interim === 0 ? null : 103 },
        }),
      ]),
      class: 'service',
      cause,
      confidence: cause === 'http.error' ? 'medium' : 'low',
      summary: [words],
    }),
  ),
  {
    name: 'a backend that API Gateway cannot reach',
    given: answeredWith([
      http(504, {
        errorType: 'InternalServerErrorException',
        message: 'Network error communicating with endpoint',
      }),
    ]),
    class: 'service',
    cause: 'backend.network',
    confidence: 'certain',
  },
  {
    name: 'a backend that fails',
    given: answeredWith([
      http(502, { errorType: 'InternalServerErrorException', message: 'Internal server error' }),
    ]),
    class: 'service',
    cause: 'backend.error',
    confidence: 'high',
  },
  {
    name: 'the backend’s own 404',
    given: answeredWith([http(404)]),
    class: 'service',
    cause: 'http.error',
    confidence: 'high',
    summary: ['404'],
  },
  {
    name: 'a 502 of something that is not API Gateway',
    given: answeredWith([http(502, { requestId: null, gatewayId: null, server: 'nginx' })]),
    class: 'service',
    cause: 'http.error',
    confidence: 'high',
    alternatives: ['policy.proxy'],
  },
];
