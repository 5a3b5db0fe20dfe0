import fc from 'fast-check';
import { test } from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { responseFacts } from '../../src/probe/http/response-facts.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { keptHeaders, readHeaders, secretValues } from '../../src/target/request-headers.js';

const vpce = 'https://vpce-0123456789abcdef0-abcd1234.execute-api.us-east-1.vpce.amazonaws.com/prod';

test('headers as lines and as an object are the same', (t) => {
  const lines = readHeaders(['x-apigw-api-id: a1b2c3d4e5', 'Authorization:Bearer one, two']);
  t.same(lines, readHeaders({ 'x-apigw-api-id': 'a1b2c3d4e5', Authorization: 'Bearer one, two' }));
  t.same(keptHeaders(lines), [
    { field: 'x-apigw-api-id', value: 'a1b2c3d4e5' },
    { field: 'Authorization', value: null },
  ]);
  t.same(secretValues(lines), ['Bearer one, two']);
  t.end();
});

test('what is no header is refused, and its value is in no message', (t) => {
  const secret = 'tOpSeCrEt';
  const wrong = [
    secret,
    `Bearer ${secret}: x`,
    `x-a: ${secret}\r\nx-b: 1`,
    `x-a: ${secret}\u0000`,
    `x-a: ${secret}\u20ac`,
    `Content-Length: ${secret}`,
    `transfer-encoding: ${secret}`,
    `x-apigw-api-id: ${secret}`,
    'x-a:',
    ': x',
    `@${secret}`,
  ];
  for (const line of wrong) {
    try {
      readHeaders([line], '--header');
      t.fail(`${JSON.stringify(line)} is accepted`);
    } catch (error) {
      t.ok(error instanceof InvalidInputError, JSON.stringify(line));
      t.notMatch(String(error), secret);
    }
  }
  t.throws(() => readHeaders(['x-a: 1', 'X-A: 2']), /given twice/);
  t.throws(() => readHeaders('x-a: 1'), InvalidInputError);
  t.end();
});

test('no text makes it throw anything else, and a secret value is in no message', (t) => {
  fc.assert(
    fc.property(fc.string(), fc.string({ minLength: 8 }), (name, value) => {
      try {
        const [header] = readHeaders([`${name}:${value}`]);
        return header !== undefined;
      } catch (error) {
        return error instanceof InvalidInputError && (name.includes(value) || !error.message.includes(value));
      }
    }),
  );
  t.pass('tried');
  t.end();
});

test('the API of the request is the one that its headers name', (t) => {
  const byId = parseTarget(vpce, { headers: ['x-apigw-api-id: a1b2c3d4e5'] });
  t.match(byId.privateApi, { form: 'vpce', apiId: 'a1b2c3d4e5', stage: 'prod' });
  const byHost = parseTarget(vpce, { headers: { Host: 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com' } });
  t.equal(byHost.privateApi?.apiId, 'a1b2c3d4e5');
  t.equal(byHost.host, new URL(vpce).hostname, 'the name in the handshake stays that of the URL');
  t.throws(
    () => parseTarget(vpce, { apiId: 'zzzzzzzzzz', headers: ['x-apigw-api-id: a1b2c3d4e5'] }),
    /contradicts the header/,
  );
  t.end();
});

test('what a server repeats of a secret value is not kept', (t) => {
  const value = 'Bearer abcdef123456';
  const body = JSON.stringify({
    message: `not a valid key=value pair in Authorization header: '${value}' abcdef123456`,
  });
  const facts = responseFacts(
    403,
    { location: '/login/abcdef123456', 'x-cache': 'abcdef123456', server: value, via: 'x abcdef123456' },
    body,
    [value],
  );
  t.notMatch(JSON.stringify(facts), /abcdef123456/);
  t.match(facts.message, /not a valid key=value pair/);
  t.end();
});
