import { constants } from 'node:os';
import fc from 'fast-check';
import { test } from 'tap';
import type { TcpStatus } from '../../src/documents/tcp.js';
import { statusOfErrno } from '../../src/documents/terms/errno.js';

test('the status of each errno of connect(2) over IPv4', async (t) => {
  const rows: [cause: string, errno: string, local: boolean, status: TcpStatus][] = [
    ['an RST, or an ICMP port-unreachable', 'ECONNREFUSED', false, 'refused'],
    ['a listener that accepts and resets', 'ECONNRESET', false, 'reset'],
    ['the kernel gave up', 'ETIMEDOUT', false, 'timeout'],
    ['ICMP host-unreachable, admin-prohibited or a silent neighbour', 'EHOSTUNREACH', false, 'unreachable'],
    ['ICMP net-unreachable', 'ENETUNREACH', false, 'unreachable'],
    ['ICMP protocol-unreachable', 'ENOPROTOOPT', false, 'unreachable'],
    ['no route', 'ENETUNREACH', true, 'unreachable'],
    ['an `unreachable` route', 'EHOSTUNREACH', true, 'unreachable'],
    ['a `blackhole` route', 'EINVAL', true, 'unreachable'],
    ['a `prohibit` route', 'EACCES', true, 'denied'],
    ['a BPF program of the cgroup', 'EPERM', true, 'denied'],
    ['no port is free', 'EADDRNOTAVAIL', true, 'error'],
    ['no file descriptor is free', 'EMFILE', true, 'error'],
    ['the caller gave up', 'ECANCELED', false, 'error'],
  ];
  for (const [cause, errno, local, status] of rows) t.equal(statusOfErrno(errno, 4, local), status, cause);
});

test('over IPv6, EACCES from the network is a prohibition', async (t) => {
  t.equal(statusOfErrno('EACCES', 6, false), 'prohibited', 'ICMPv6 administratively prohibited');
  t.equal(statusOfErrno('EACCES', 6, true), 'denied', 'a `prohibit` route of this host');
  t.equal(statusOfErrno('EADDRNOTAVAIL', 6, true), 'unreachable', 'no source address for it');
  t.equal(statusOfErrno('EINVAL', 6, true), 'unreachable', 'a link-local address without its interface');
});

test('no errno of this system, and no other text, has the status open', async (t) => {
  const errnos = fc.oneof(
    fc.constantFrom(...Object.keys(constants.errno)),
    fc.string(),
    fc.constant('constructor'),
  );
  fc.assert(
    fc.property(errnos, fc.constantFrom<4 | 6>(4, 6), fc.boolean(), (errno, family, local) => {
      const status = statusOfErrno(errno, family, local);
      return typeof status === 'string' && status !== 'open';
    }),
  );
  t.pass('tried');
});
