import fc from 'fast-check';
import { test } from 'tap';
import { responseFacts } from '../../../src/probe/http/response-facts.js';

test('CloudFront is recognized by any of its three headers', async (t) => {
  const marks = [
    { via: '1.1 0123456789abcdef.cloudfront.net (CloudFront)' },
    { 'x-amz-cf-id': 'abc==' },
    { 'x-cache': 'Error from cloudfront' },
  ];
  for (const headers of marks)
    t.equal(responseFacts(403, headers, '').viaCloudFront, true, JSON.stringify(headers));
  t.match(responseFacts(403, { via: '1.1 proxy.corp (squid/6.6)' }, ''), {
    viaCloudFront: false,
    via: '1.1 proxy.corp (squid/6.6)',
  });
});

test('the message of a body is read from either member', async (t) => {
  const message = (body: string) => responseFacts(403, {}, body).message;
  t.equal(message('{"message":"Forbidden"}'), 'Forbidden');
  t.equal(message('{"Message":"User: anonymous"}'), 'User: anonymous');
  t.equal(message('{"message":null,"Message":"User: anonymous"}'), 'User: anonymous');
  t.equal(message('\uFEFF {"message":"with a mark"}'), 'with a mark');
  for (const body of [
    '',
    '<html>',
    '[]',
    '"message"',
    'null',
    '{"message":{"a":1}}',
    '{"message":"cut',
    '{"Error":"x"}',
  ]) {
    t.equal(message(body), null, body);
  }
  t.equal(message(`${'['.repeat(60_000)}`), null, 'a deep body does not fail');
});

test('a message is limited, and no character is split', async (t) => {
  const { message } = responseFacts(500, {}, JSON.stringify({ message: '😀'.repeat(2000) }));
  t.equal(message, '😀'.repeat(1000));
});

test('the error type has no namespace, and is the first of several', async (t) => {
  const errorType = (value: string) => responseFacts(403, { 'x-amzn-errortype': value }, '').errorType;
  t.equal(errorType('AccessDeniedException:http://internal.example/'), 'AccessDeniedException');
  t.equal(errorType('AccessDeniedException, Other'), 'AccessDeniedException');
  t.equal(errorType(''), null);
});

test('without a response every member is null', async (t) => {
  t.same(responseFacts(null, {}, ''), {
    status: null,
    errorType: null,
    requestId: null,
    gatewayId: null,
    httpApiRequestId: null,
    headers: {},
    title: null,
    viaCloudFront: false,
    via: null,
    server: null,
    location: null,
    message: null,
  });
});

test('no body makes it throw', async (t) => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json()), (body) => {
      const { message } = responseFacts(200, {}, body);
      return message === null || message.length <= 2000;
    }),
  );
  t.pass('tried');
});
