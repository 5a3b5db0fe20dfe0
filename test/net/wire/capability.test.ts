import t from 'tap';
import { errorQueueError, rawSocketError } from '../../../src/net/wire/capability.js';

t.test('a refused raw socket names what is missing, and no capability that the process has', async (t) => {
  for (const code of ['EPERM', 'EACCES']) {
    const plain = rawSocketError(code, null, () => false);
    t.match(plain, { missing: 'CAP_NET_RAW', remedy: /setcap cap_net_raw/ });
    const filtered = rawSocketError(code, null, () => true);
    t.match(filtered, { missing: 'raw sockets', remedy: null });
    t.match(filtered?.message, `refused (${code}) although this process has CAP_NET_RAW`);
    t.match(filtered?.message, /seccomp/);
  }
  for (const isCapable of [true, false]) {
    t.match(
      rawSocketError('ENOSYS', null, () => isCapable),
      { missing: 'raw sockets', message: /no raw sockets for TCP and ICMP \(ENOSYS\)/ },
    );
    t.equal(
      rawSocketError('EADDRNOTAVAIL', null, () => isCapable),
      null,
    );
  }
});

t.test('calls that the method connect needs and that are refused', async (t) => {
  for (const code of ['EPERM', 'ENOPROTOOPT', 'ENOSYS'])
    t.match(errorQueueError(code, null), { missing: 'error queue', message: new RegExp(`\\(${code}\\)`) });
  t.equal(errorQueueError('ECONNREFUSED', null), null);
});
