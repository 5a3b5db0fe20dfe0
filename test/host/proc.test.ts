import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'tap';
import { sendQueueIn, unacknowledgedBytes } from '../../src/host/proc.js';
import { listen } from '../probe/tcp/listeners.js';

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
