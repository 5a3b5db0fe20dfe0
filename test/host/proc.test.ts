import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { test } from 'tap';
import {
  atLeast,
  parseKernelRelease,
  readKernel,
  sendQueueIn,
  unacknowledgedBytes,
} from '../../src/host/proc.js';
import { listen } from '../probe/tcp/listeners.js';

test('the kernel releases of distributions are parsed', async (t) => {
  const releases = {
    '6.1.0-18-cloud-amd64': { major: 6, minor: 1 },
    '5.10.219-208.866.amzn2.x86_64': { major: 5, minor: 10 },
    '6.18.44': { major: 6, minor: 18 },
    '5.15.153.1-microsoft-standard-WSL2': { major: 5, minor: 15 },
    '4.4': { major: 4, minor: 4 },
  };
  for (const [text, version] of Object.entries(releases)) t.same(parseKernelRelease(text), version, text);
  for (const text of ['', 'generic', '6', 'v6.1']) t.equal(parseKernelRelease(text), null, text);
});

test('5.10 is later than 5.8, and an unknown kernel is not later than any', async (t) => {
  t.ok(atLeast({ major: 5, minor: 10 }, 5, 8));
  t.ok(atLeast({ major: 5, minor: 8 }, 5, 8));
  t.ok(atLeast({ major: 6, minor: 0 }, 5, 8));
  t.notOk(atLeast({ major: 5, minor: 7 }, 5, 8));
  t.notOk(atLeast({ major: 4, minor: 20 }, 5, 8));
  t.notOk(atLeast(null, 5, 8));
});

test('the running kernel is the one in /proc', { skip: process.platform !== 'linux' }, async (t) => {
  const release = (await readFile('/proc/sys/kernel/osrelease', 'utf8')).trim();
  t.same(readKernel(), parseKernelRelease(release));
});

const header =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const local = { address: '10.0.1.10', port: 40000 };
const remote = { address: '10.0.2.20', port: 443 };

test('the send queue of a connection is found among other connections', async (t) => {
  const row = (ports: string, queue: string) =>
    `   0: 0A01000A:${ports.split(' ')[0]} 1402000A:${ports.split(' ')[1]} 01 ${queue}:00000000 00:00000000 00000000     0        0 1 1\n`;
  const text = header + row('9C41 01BB', '00000007') + row('9C40 01BB', '000001A3');
  t.equal(sendQueueIn(text, local, remote), 419);
  t.equal(sendQueueIn(text, { ...local, port: 1 }, remote), null);
  t.equal(sendQueueIn('', local, remote), null);
  t.equal(sendQueueIn('nonsense\n: : :\n', local, remote), null);
});

test('acknowledged octets are not in the send queue', async (t) => {
  const { port } = await listen(t, (socket) => socket.resume());
  const socket = connect({ host: '127.0.0.1', port });
  await once(socket, 'connect');
  t.teardown(() => socket.destroy());
  const here = { address: '127.0.0.1', port: socket.localPort ?? 0 };
  t.equal(await unacknowledgedBytes(here, { address: '127.0.0.1', port }), 0);
  t.equal(await unacknowledgedBytes(here, { address: '::1', port }), null);
});
