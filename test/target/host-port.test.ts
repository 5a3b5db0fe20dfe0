import { test } from 'tap';
import { hostWithPort, parseTargetLine } from '../../src/target/host-port.js';

test('a line names a host and perhaps a port, an IPv6 address with or without brackets', async (t) => {
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

test('what is no port, or more than a host and a port, is refused with what was given', async (t) => {
  for (const text of ['a.test:', 'a.test:http', 'a.test:0', 'a.test 65536', 'a.test 1 2', 'a.test:22 23']) {
    t.throws(() => parseTargetLine(text, 443), { code: 'invalid-input' }, text);
  }
});

test('a port in the host and one beside it must be the same', async (t) => {
  t.same(hostWithPort('a.test:22', undefined), { host: 'a.test', port: 22 });
  t.same(hostWithPort('a.test', 22), { host: 'a.test', port: 22 });
  t.same(hostWithPort('a.test:22', 22), { host: 'a.test', port: 22 });
  t.same(hostWithPort('a.test', undefined), { host: 'a.test', port: 443 });
  t.throws(() => hostWithPort('a.test:22', 23), { message: /says 22; leave one of them out/ });
});
