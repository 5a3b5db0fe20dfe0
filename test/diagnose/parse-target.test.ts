import fc from 'fast-check';
import { test } from 'tap';
import { formatTarget } from '../../src/diagnose/format-target.js';
import { type ParseTargetOptions, parseTarget } from '../../src/diagnose/parse-target.js';
import { InvalidInputError } from '../../src/errors.js';
import { anyText } from './any-text.js';

const VPCE = 'vpce-0123456789abcdef0';
const VPCE_NAME = `${VPCE}-abcd1234.execute-api.us-east-1.vpce.amazonaws.com`;

test('what is read from each way to write a target', (t) => {
  const rows: [string, string, number, string | null][] = [
    ['https://api.example.com/v1/x', 'api.example.com', 443, 'https://api.example.com/v1/x'],
    ['HTTPS://API.Example.com', 'api.example.com', 443, 'https://api.example.com/'],
    ['https://api.example.com:8443/x', 'api.example.com', 8443, 'https://api.example.com:8443/x'],
    ['https://api.example.com:443/x', 'api.example.com', 443, 'https://api.example.com/x'],
    ['https://10.0.1.5/prod', '10.0.1.5', 443, 'https://10.0.1.5/prod'],
    ['https://[FD00:0::5]/prod', 'fd00::5', 443, 'https://[fd00::5]/prod'],
    ['https://api.example.com/a/../b', 'api.example.com', 443, 'https://api.example.com/b'],
    ['api.example.com', 'api.example.com', 443, 'https://api.example.com/'],
    ['api.example.com.', 'api.example.com', 443, 'https://api.example.com/'],
    ['api.example.com:443', 'api.example.com', 443, 'https://api.example.com/'],
    ['api.example.com/prod', 'api.example.com', 443, 'https://api.example.com/prod'],
    ['  api.example.com  ', 'api.example.com', 443, 'https://api.example.com/'],
    ['db.internal:5432', 'db.internal', 5432, null],
    ['localhost', 'localhost', 443, 'https://localhost/'],
    ['_sip.example.com:5060', '_sip.example.com', 5060, null],
    ['bücher.example', 'xn--bcher-kva.example', 443, 'https://xn--bcher-kva.example/'],
    ['10.0.1.5', '10.0.1.5', 443, null],
    ['10.0.1.5:443', '10.0.1.5', 443, null],
    ['10.0.1.5:22', '10.0.1.5', 22, null],
    ['fd00:0:0::5', 'fd00::5', 443, null],
    ['[fd00::5]', 'fd00::5', 443, null],
    ['[fd00::5]:8443', 'fd00::5', 8443, null],
    ['::ffff:10.0.1.5', '10.0.1.5', 443, null],
  ];
  for (const [input, host, port, url] of rows) {
    const target = parseTarget(input);
    t.same([target.host, target.port, target.url], [host, port, url], input);
  }
  t.end();
});

test('a port may be given beside the target, but not against it', (t) => {
  t.equal(parseTarget('db.internal', { port: 5432 }).port, 5432);
  t.equal(parseTarget('https://api.example.com/x', { port: 8443 }).url, 'https://api.example.com:8443/x');
  t.equal(parseTarget('db.internal:5432', { port: 5432 }).port, 5432);
  t.throws(() => parseTarget('db.internal:5432', { port: 443 }), {
    code: 'invalid-input',
    argument: 'port',
    message: /5432/,
  });
  t.throws(() => parseTarget('db.internal', { port: 0 }), { argument: 'port', message: /1 to 65535/ });
  t.end();
});

test('secrets are neither stored nor repeated', (t) => {
  const target = parseTarget('https://api.example.com/prod?key=hunter2#hunter2');
  t.notMatch(JSON.stringify(target), /hunter2/);
  t.equal(target.input, 'https://api.example.com/prod');
  for (const input of [
    'https://me:hunter2@api.example.com/',
    'me:hunter2@api.example.com',
    'http://me:hunter2@h/?key=hunter2',
  ]) {
    t.throws(() => parseTarget(input), InvalidInputError);
    t.notMatch(messageOf(input), /hunter2/, input);
  }
  t.match(messageOf('https://me:hunter2@api.example.com/'), /credentials/);
  t.end();
});

test('what is wrong is said in one line, with what would be right', (t) => {
  const rows: [string, string, RegExp][] = [
    ['', 'target', /nothing given/],
    ['   ', 'target', /nothing given/],
    ['http://api.example.com/', 'target', /https:\/\//],
    ['ftp://api.example.com/', 'target', /https/],
    ['https:/api.example.com', 'target', /two slashes/],
    ['https://', 'target', /no host/],
    [':443', 'target', /no host/],
    ['two words', 'target', /space/],
    ['a\nb', 'target', /control character/],
    ['db.internal:0', 'port', /1 to 65535/],
    ['db.internal:65536', 'port', /1 to 65535/],
    ['db.internal:https', 'port', /1 to 65535/],
    ['db.internal:', 'port', /1 to 65535/],
    ['fd00::5:443:x', 'target', /\[2001:db8::1\]:443/],
    ['[fd00::5', 'target', /\[2001:db8::1\]:443/],
    ['[db.internal]:443', 'target', /IPv6/],
    ['fe80::1%eth0', 'target', /zone/],
    ['10.0.1.256', 'target', /IPv4/],
    ['443', 'target', /IPv4/],
    ['0x7f.1', 'target', /IPv4/],
    [`${'a'.repeat(64)}.example`, 'target', /64 characters.*at most 63/],
    [`${'a.'.repeat(127)}aa`, 'target', /at most 253/],
    ['a..b', 'target', /empty label/],
    ['.a', 'target', /empty label/],
    ['.', 'target', /not a host name/],
    ['a!b.example', 'target', /letters, digits/],
  ];
  for (const [input, argument, message] of rows) {
    t.throws(() => parseTarget(input), { code: 'invalid-input', argument, message }, JSON.stringify(input));
    t.notMatch(messageOf(input), /[\r\n\u2028\u2029]/, 'one line');
  }
  t.doesNotThrow(() => parseTarget(`${'a'.repeat(63)}.example`), '63 are allowed');
  t.end();
});

test('the names of a private API', (t) => {
  const nothing = { apiId: null, vpceId: null, endpointName: null };
  const api = { apiId: 'a1b2c3d4e5' };
  const rows: [string, ParseTargetOptions, object][] = [
    [
      'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod/orders',
      {},
      { ...nothing, ...api, form: 'default', region: 'us-east-1', stage: 'prod', partition: 'aws' },
    ],
    [
      'a1b2c3d4e5.execute-api.eu-central-1.amazonaws.com',
      {},
      { ...nothing, ...api, form: 'default', region: 'eu-central-1', stage: null, partition: 'aws' },
    ],
    [
      `https://a1b2c3d4e5-${VPCE}.execute-api.us-east-1.amazonaws.com/dev`,
      {},
      {
        ...nothing,
        ...api,
        form: 'alias',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: 'dev',
        partition: 'aws',
      },
    ],
    [
      'https://a1b2c3d4e5-vpce-1a2b3c4d.execute-api.us-east-1.amazonaws.com/dev',
      {},
      {
        ...nothing,
        ...api,
        form: 'alias',
        vpceId: 'vpce-1a2b3c4d',
        region: 'us-east-1',
        stage: 'dev',
        partition: 'aws',
      },
    ],
    [
      `https://${VPCE_NAME}/prod`,
      api,
      {
        ...nothing,
        ...api,
        form: 'vpce',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: 'prod',
        partition: 'aws',
      },
    ],
    [
      `${VPCE}-abcd1234-us-east-1a.execute-api.us-east-1.vpce.amazonaws.com`,
      {},
      { ...nothing, form: 'zonal', vpceId: VPCE, region: 'us-east-1', stage: null, partition: 'aws' },
    ],
    [
      `${VPCE}-abcd1234-use1-az2.execute-api.us-east-1.vpce.amazonaws.com`,
      {},
      { ...nothing, form: 'zonal', vpceId: VPCE, region: 'us-east-1', stage: null, partition: 'aws' },
    ],
    [
      'https://execute-api.us-east-1.amazonaws.com/prod',
      api,
      { ...nothing, ...api, form: 'service', region: 'us-east-1', stage: 'prod', partition: 'aws' },
    ],
    [
      'https://orders.corp.example/v1/x',
      api,
      { ...nothing, ...api, form: 'custom', region: null, stage: null, partition: null },
    ],
    [
      'https://orders.corp.example/v1/x',
      { vpce: VPCE_NAME },
      {
        ...nothing,
        form: 'custom',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: null,
        partition: 'aws',
        endpointName: VPCE_NAME,
      },
    ],
    [
      'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod',
      { vpce: VPCE_NAME.toUpperCase() },
      {
        ...api,
        form: 'default',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: 'prod',
        partition: 'aws',
        endpointName: VPCE_NAME,
      },
    ],
    [
      'https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod',
      { vpce: VPCE },
      {
        ...api,
        form: 'default',
        vpceId: VPCE,
        region: 'us-east-1',
        stage: 'prod',
        partition: 'aws',
        endpointName: `a1b2c3d4e5-${VPCE}.execute-api.us-east-1.amazonaws.com`,
      },
    ],
    [
      'a1b2c3d4e5.execute-api.cn-northwest-1.amazonaws.com.cn',
      {},
      { ...nothing, ...api, form: 'default', region: 'cn-northwest-1', stage: null, partition: 'aws-cn' },
    ],
    [
      `${VPCE}-abcd1234.execute-api.cn-north-1.vpce.amazonaws.com.cn`,
      {},
      { ...nothing, form: 'vpce', vpceId: VPCE, region: 'cn-north-1', stage: null, partition: 'aws-cn' },
    ],
  ];
  for (const [input, options, expected] of rows)
    t.same(parseTarget(input, options).privateApi, expected, input);
  t.equal(parseTarget('https://api.example.com/prod').privateApi, null);
  t.equal(parseTarget('a1b2c3d4e5.execute-api.us-east-1.example.com').privateApi, null);
  t.end();
});

test('the first path segment is a stage only where it can be one', (t) => {
  const stageOf = (path: string) =>
    parseTarget(`https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com${path}`).privateApi?.stage;
  t.equal(stageOf('/'), null);
  t.equal(stageOf('/prod'), 'prod');
  t.equal(stageOf('/pre-prod_2/x'), 'pre-prod_2');
  t.equal(stageOf('/index.html'), null);
  t.equal(stageOf('/%20/x'), null);
  t.end();
});

test('options that are malformed or contradict the name are refused', (t) => {
  const name = 'a1b2c3d4e5.execute-api.us-east-1.amazonaws.com';
  const rows: [ParseTargetOptions, string, RegExp][] = [
    [{ apiId: 'not an id' }, '--api-id', /ten lower-case/],
    [{ apiId: 'zzzzzzzzzz' }, '--api-id', /contradicts.*a1b2c3d4e5/],
    [{ vpce: 'vpce-xyz' }, '--vpce', /17 or 8 hexadecimal/],
    [{ vpce: 'endpoint.example.com' }, '--vpce', /DNS name/],
    [{ vpce: name }, '--vpce', /DNS name/],
    [{ vpce: 'a..b' }, '--vpce', /empty label/],
  ];
  for (const [options, argument, message] of rows) {
    t.throws(() => parseTarget(name, options), { code: 'invalid-input', argument, message });
  }
  t.throws(() => parseTarget(VPCE_NAME, { vpce: 'vpce-1a2b3c4d' }), {
    argument: '--vpce',
    message: /contradicts/,
  });
  t.end();
});

test('no text makes the parser throw anything but InvalidInputError', (t) => {
  const pieces = fc.constantFrom(
    'https://',
    'http:',
    '/',
    '@',
    ':',
    '[',
    ']',
    '::1',
    '443',
    'a.b',
    '.',
    '%',
    '\\',
    '?',
    '#',
    ' ',
    'ü',
    '\u202e',
    '\0',
  );
  const text = fc.oneof(
    anyText(),
    fc.array(pieces).map((parts) => parts.join('')),
    fc.webUrl(),
  );
  const option = fc.option(text, { nil: undefined });
  fc.assert(
    fc.property(
      text,
      option,
      option,
      fc.option(fc.integer(), { nil: undefined }),
      (input, vpce, apiId, port) => {
        try {
          const target = parseTarget(input, { vpce, apiId, port });
          return target.port >= 1 && target.port <= 65535 && target.host !== '' && !/[?#@]/.test(target.host);
        } catch (error) {
          return error instanceof InvalidInputError && !/[\r\n\u2028\u2029]/.test(error.message);
        }
      },
    ),
    { numRuns: 2000 },
  );
  t.end();
});

test('a target that is written out reads as the same target', (t) => {
  const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join('.')}.example`);
  const host = fc.oneof(
    name,
    fc.ipV4(),
    fc.ipV6().map((address) => `[${address}]`),
    fc.constantFrom(VPCE_NAME),
  );
  const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: null });
  const path = fc.option(fc.webPath(), { nil: null });
  fc.assert(
    fc.property(fc.boolean(), host, port, path, (scheme, where, at, rest) => {
      const written = `${scheme ? 'https://' : ''}${where}${at === null ? '' : `:${at}`}${rest === null ? '' : rest.startsWith('/') ? rest : `/${rest}`}`;
      const { input, ...target } = parseTarget(written);
      const { input: again, ...reread } = parseTarget(formatTarget(target));
      t.same(reread, target, `${input} -> ${again}`);
    }),
  );
  t.end();
});

function messageOf(input: string): string {
  try {
    parseTarget(input);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}
