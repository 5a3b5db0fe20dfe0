import { test } from 'tap';
import { causeOf, exceptionOf, fromGateway, worked } from '../../src/documents/gateway-answer.js';
import type { HttpDocument } from '../../src/documents/http.js';
import { http } from '../diagnose/evidence.js';

test('the exception is stronger than status and body', (t) => {
  t.equal(
    causeOf(http(404, { errorType: 'MissingAuthenticationTokenException', message: 'no such page' })),
    'api.path-unknown',
  );
  t.equal(causeOf(http(200, { errorType: 'ForbiddenException', message: 'fine' })), 'api.not-matched');
  t.equal(causeOf(http(500, { errorType: 'TooManyRequestsException' })), 'api.throttled');
  t.notOk(worked(http(200, { errorType: 'AccessDeniedException' })));
  t.end();
});

test('the cause of each answer of API Gateway', (t) => {
  const rows: [number, string | null, string | null, string | null][] = [
    [403, 'ForbiddenException', 'Forbidden', 'api.not-matched'],
    [403, null, 'Forbidden', 'api.not-matched'],
    [403, null, 'Missing Authentication Token', 'api.path-unknown'],
    [403, 'InvalidSignatureException', 'Signature expired', 'api.authentication'],
    [403, 'IncompleteSignatureException', null, 'api.authentication'],
    [403, 'ExpiredTokenException', null, 'api.authentication'],
    [
      403,
      'AccessDeniedException',
      'The security token included in the request is invalid.',
      'api.authentication',
    ],
    [403, 'AccessDeniedException', 'User is not authorized to access this resource', 'policy.identity'],
    [403, 'AccessDeniedException', null, 'policy.denied'],
    [401, 'UnauthorizedException', 'Unauthorized', 'api.authentication'],
    [401, null, 'Unauthorized', 'api.authentication'],
    [500, 'AuthorizerConfigurationException', null, 'api.authentication'],
    [429, 'LimitExceededException', 'Limit Exceeded', 'api.throttled'],
    [429, null, null, 'api.throttled'],
    [504, 'InternalServerErrorException', 'Network error communicating with endpoint', 'backend.network'],
    [504, 'InternalServerErrorException', 'Endpoint request timed out', 'backend.timeout'],
    [504, null, null, 'backend.timeout'],
    [500, 'InternalServerErrorException', 'Internal server error', 'backend.error'],
    [503, null, null, 'backend.error'],
    [400, 'BadRequestException', 'Invalid request body', 'http.error'],
    [404, null, null, 'http.error'],
    [301, null, null, null],
    [200, null, null, null],
  ];
  for (const [status, errorType, message, cause] of rows) {
    t.equal(causeOf(http(status, { errorType, message })), cause, `${status} ${errorType} ${message}`);
  }
  t.end();
});

test('a server that is not API Gateway is not read as one', (t) => {
  const other: Partial<HttpDocument> = { requestId: null, gatewayId: null };
  for (const status of [401, 403, 429, 500, 504])
    t.equal(causeOf(http(status, { ...other, message: 'Forbidden' })), 'http.error', `${status}`);
  t.notOk(fromGateway(http(403, other)));
  t.notOk(
    fromGateway(http(403, { ...other, requestId: 'x' })),
    'other services of AWS send a request id too',
  );
  t.ok(fromGateway(http(403)));
  t.end();
});

test('an exchange that failed', (t) => {
  t.equal(causeOf(http(null, { failure: 'timeout' })), 'backend.timeout');
  t.equal(causeOf(http(null, { failure: 'reset' })), 'http.error');
  t.equal(causeOf(http(null, { failure: 'canceled' })), null, 'an interrupt has no cause');
  t.equal(causeOf(http(200, { failure: 'timeout' })), 'http.error', 'a body that never came');
  t.equal(causeOf(http(200, { failure: 'canceled' })), null);
  t.end();
});

test('an exception with a suffix', (t) => {
  t.equal(
    exceptionOf(http(403, { errorType: 'AccessDeniedException:http://internal.amazon.com/coral/' })),
    'AccessDeniedException',
  );
  t.equal(exceptionOf(http(403, { errorType: '' })), null);
  t.end();
});
