import { test } from 'tap';
import { bracketsNote } from '../../src/target/brackets-note.js';
import { hostWithPort, parseTargetLine } from '../../src/target/host-port.js';

test('a line has a host and an optional port; an IPv6 address with or without brackets', async (t) => {
  for (const [text, host, port] of [
    ['a.test', 'a.test', 443],
    ['a.test:8443', 'a.test', 8443],
    ['a.test 8443', 'a.test', 8443],
    ['::1', '::1', 443],
    ['[::1]', '::1', 443],
    ['[fe80::1%eth0]:22', 'fe80::1%eth0', 22],
    ['::1 22', '::1', 22],
    ['a.test:22 22', 'a.test', 22],
  ] as const) {
    t.same(parseTargetLine(text, 443), { host, port }, text);
  }
  t.throws(() => parseTargetLine('https://a.test/x', 443), { message: /is a URL; write only the host name/ });
});

test('an invalid port, and more than a host and a port, are refused and quoted', async (t) => {
  for (const text of ['a.test:', 'a.test:nosuch', 'a.test:0', 'a.test 65536', 'a.test 1 2', 'a.test:22 23']) {
    t.throws(() => parseTargetLine(text, 443), { code: 'invalid-input' }, text);
  }
});

test('the port in the host and the separate port must be equal', async (t) => {
  t.same(hostWithPort('a.test:22', undefined), { host: 'a.test', port: 22 });
  t.same(hostWithPort('a.test', 22), { host: 'a.test', port: 22 });
  t.same(hostWithPort('a.test:22', 22), { host: 'a.test', port: 22 });
  t.same(hostWithPort('a.test', undefined), { host: 'a.test', port: 443 });
  t.throws(() => hostWithPort('a.test:22', 23), { message: /says 22; leave one of them out/ });
});

test('an IPv6 address that ends like a port gets a note, and no other text does', async (t) => {
  t.equal(bracketsNote('::1:443'), '::1:443 is one IPv6 address; with a port it is written [::1]:443');
  t.match(bracketsNote('2001:db8::5:8443'), /\[2001:db8::5\]:8443/);
  for (const text of ['[::1]:443', '::443', 'fd00::1:9999', 'fd00::1', 'a.test:443', '10.0.0.5:443', ''])
    t.equal(bracketsNote(text), null, text);
});
