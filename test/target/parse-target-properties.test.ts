import fc from 'fast-check';
import { test } from 'tap';
import { InvalidInputError } from '../../src/core/errors.js';
import { hostPort } from '../../src/target/host-port.js';
import { parseTarget } from '../../src/target/parse-target.js';
import { anyText } from '../diagnose/any-text.js';
import { VPCE_NAME } from '../diagnose/evidence.js';
import { runs } from '../runs.js';

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
    { numRuns: runs(2000) },
  );
  t.end();
});

const isUnicast = (address: string): boolean =>
  !/^(?:22[4-9]|23\d|255\.255\.255\.255|ff|fe[89ab])/i.test(address);

test('the URL of a target is read as the same target', (t) => {
  const label = fc.stringMatching(/^[a-z0-9_]([a-z0-9_-]{0,20}[a-z0-9_])?$/);
  const name = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => `${labels.join('.')}.example`);
  const host = fc.oneof(
    name,
    fc.ipV4().filter(isUnicast),
    fc
      .ipV6()
      .filter(isUnicast)
      .map((address) => `[${address}]`),
    fc.constantFrom(VPCE_NAME),
  );
  const port = fc.option(fc.integer({ min: 1, max: 65535 }), { nil: null });
  const path = fc.option(fc.webPath(), { nil: null });
  fc.assert(
    fc.property(fc.boolean(), host, port, path, (scheme, where, at, rest) => {
      const written = `${scheme ? 'https://' : ''}${where}${at === null ? '' : `:${at}`}${rest === null ? '' : rest.startsWith('/') ? rest : `/${rest}`}`;
      // 10.0.0.0/8 without a scheme is a block of addresses, and refused.
      fc.pre(!/^[\d.]+\/\d+(?::\d+)?$/.test(written));
      const { input, ...target } = parseTarget(written);
      const { input: again, ...reread } = parseTarget(target.url ?? hostPort(target.host, target.port));
      t.same(reread, target, `${input} -> ${again}`);
    }),
  );
  t.end();
});

test('a path behind an address that begins with a number is no prefix length', (t) => {
  t.match(parseTarget('10.0.0.5/8/users'), { host: '10.0.0.5', url: 'https://10.0.0.5/8/users' });
  t.throws(() => parseTarget('10.0.0.5/8'), { message: /is a block of addresses/ });
  t.end();
});

test('an address with a zone and a port is read as the same target', (t) => {
  fc.assert(
    fc.property(fc.nat(65535), fc.integer({ min: 1, max: 65535 }), (last, port) => {
      const target = parseTarget(`[fe80::${last.toString(16)}%eth0]:${port}`);
      const again = parseTarget(hostPort(target.host, target.port));
      t.same([again.host, again.port, again.url], [target.host, port, null]);
    }),
  );
  t.end();
});
