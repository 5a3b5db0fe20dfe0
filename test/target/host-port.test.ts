import { test } from 'tap';
import { parseTcpTarget, tcpTarget } from '../../src/target/host-port.js';

test('a line names a host and perhaps a port, an IPv6 address with or without brackets', async (t) => {
  for (const [text, host, port] of [
    ['a.test', 'a.test', 443],
    ['a.test:8443', 'a.test', 8443],
    ['a.test 8443', 'a.test', 8443],
    ['::1', '::1', 443],
    ['[::1]', '::1', 443],
    ['[fe80::1%eth0]:22', 'fe80::1%eth0', 22],
    ['::1 22', '::1', 22],
    // No port: said to be a URL by whoever reads the name.
    ['https://a.test/x', 'https://a.test/x', 443],
  ] as const) {
    t.same(parseTcpTarget(text, 443), { host, port }, text);
  }
});

test('what is no port, or more than a host and a port, is refused with what was given', async (t) => {
  for (const text of ['a.test:', 'a.test:http', 'a.test:0', 'a.test 65536', 'a.test 1 2']) {
    t.throws(() => parseTcpTarget(text, 443), { code: 'invalid-input' }, text);
  }
});

test('a port in the host and one beside it must be the same', async (t) => {
  t.same(tcpTarget('a.test:22', undefined, 443), { host: 'a.test', port: 22 });
  t.same(tcpTarget('a.test', 22, 443), { host: 'a.test', port: 22 });
  t.same(tcpTarget('a.test:22', 22, 443), { host: 'a.test', port: 22 });
  t.throws(() => tcpTarget('a.test:22', 23, 443), { message: /names port 22, and 23 is given, too/ });
});
