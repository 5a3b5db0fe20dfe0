import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openConnectWire } from '../../../src/net/wire/connect-wire.js';
import { noLibc as skip } from '../libc/libc-here.js';

/** In another process, so that it continues while this one is busy. */
const closer = `
const { writeFileSync } = require('node:fs');
const server = require('node:net').createServer((socket) => {
  socket.on('error', () => {});
  socket.end(() => writeFileSync(process.argv[1], ''));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

t.test(
  'a target that accepts and closes the connection is open, however late the result is read',
  { skip },
  async (t) => {
    const closed = join(t.testdir(), 'closed');
    const child = spawn(process.execPath, ['-e', closer, closed], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.teardown(() => child.kill());
    const [line] = await once(child.stdout, 'data');
    const told: string[] = [];
    const wire = await openConnectWire(
      { address: '127.0.0.1', port: Number(line), source: null, paris: false },
      {
        onReply: ({ kind }) => told.push(kind),
        onSendError: (_, errno) => told.push(errno),
        onDiscard: () => {},
      },
    );
    t.teardown(() => wire.close());
    wire.send({ id: 0, ttl: 64 });
    // Busy until the target has sent its FIN, but not longer: the wire closes a probe after 950 ms.
    while (!existsSync(closed));
    wire.receive();
    t.same(told, ['syn-ack']);
  },
);
