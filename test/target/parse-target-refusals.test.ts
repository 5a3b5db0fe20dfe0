import { test } from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { type ParseTargetOptions, parseTarget } from '../../src/target/parse-target.js';
import { VPCE_NAME } from '../diagnose/evidence.js';

test('the error is one line with the fault and the correct form', (t) => {
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
    ['db.internal:nosuch', 'port', /1 to 65535/],
    ['db.internal:', 'port', /1 to 65535/],
    ['fd00::5:443:x', 'target', /\[2001:db8::1\]:443/],
    ['[fd00::5', 'target', /\[2001:db8::1\]:443/],
    ['[db.internal]:443', 'target', /IPv6/],
    ['fe80::1', 'target', /is link-local .*add the interface, as in fe80::1%/],
    ['https://fe80::1%eth0', 'target', /without brackets/],
    ['fd00::5%eth0', 'target', /zone/],
    ['10.0.1.256', 'target', /IPv4/],
    ['443', 'target', /IPv4/],
    ['0x7f.1', 'target', /IPv4/],
    [`${'a'.repeat(64)}.example`, 'target', /label of 64 octets.*63 at most/],
    [`${'a.'.repeat(127)}aa`, 'target', /255 at most, 253 characters/],
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

function messageOf(input: string): string {
  try {
    parseTarget(input);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}
