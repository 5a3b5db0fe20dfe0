import fc from 'fast-check';
import { test } from 'tap';
import { parseAltNames } from '../../../src/probe/tls/certificate.js';

test('DNS names and addresses are kept in order, other kinds are not', async (t) => {
  const text =
    'DNS:*.a.test, IP Address:192.0.2.1, URI:https://b.test/, email:x@c.test, IP Address:2001:DB8:0:0:0:0:0:1, DNS:d.test';
  t.same(parseAltNames(text), ['*.a.test', '192.0.2.1', '2001:DB8:0:0:0:0:0:1', 'd.test']);
  t.same(parseAltNames(''), []);
});

test('a quoted name is one name, whatever it contains', async (t) => {
  t.same(parseAltNames('DNS:"evil.test, DNS:good.test", DNS:last.test'), [
    'evil.test, DNS:good.test',
    'last.test',
  ]);
  t.same(parseAltNames('DNS:"quote\\" and \\\\ and \\u0000"'), ['quote" and \\ and \u0000']);
  t.same(parseAltNames('othername:<unsupported>, DirName:"CN=a, O=b", DNS:a.test'), ['a.test']);
});

test('unreadable text adds no name', async (t) => {
  t.same(parseAltNames('DNS:a.test, DNS:"never closed, DNS:b.test'), ['a.test']);
  t.same(parseAltNames('DNS:a"b'), []);
});

test('every list of names is parsed as it was written', async (t) => {
  const quoted = fc.string({ unit: 'binary' }).map((name) => ({ name, text: `DNS:${JSON.stringify(name)}` }));
  const plain = fc.stringMatching(/^[a-z0-9*.-]+$/).map((name) => ({ name, text: `DNS:${name}` }));
  fc.assert(
    fc.property(fc.array(fc.oneof(quoted, plain), { minLength: 1 }), (names) => {
      const parsed = parseAltNames(names.map(({ text }) => text).join(', '));
      return JSON.stringify(parsed) === JSON.stringify(names.map(({ name }) => name));
    }),
  );
  t.pass('tried');
});

test('no text makes it throw or take long', async (t) => {
  const pieces = fc.constantFrom('DNS:', 'IP Address:', '"', '\\', ', ', 'a', ':', '\n');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((list) => list.join('')),
      ),
      (text) => Array.isArray(parseAltNames(text)),
    ),
  );
  t.same(parseAltNames(`DNS:"${'\\'.repeat(200_001)}`), []);
});
