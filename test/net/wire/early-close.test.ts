import { spawn } from 'node:child_process';
import { once } from 'node:events';
import t from 'tap';
import { openConnectWire } from '../../../src/net/wire/connect-wire.js';
import { noLibc as skip } from '../libc/libc-here.js';

/** In a process of its own, so that it goes on while this one is busy. */
const closer = `
const server = require('node:net').createServer((socket) => socket.end());
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

t.test(
  'a target that closes what it has accepted has answered, however late that is read',
  { skip },
  async (t) => {
    const child = spawn(process.execPath, ['-e', closer], { stdio: ['ignore', 'pipe', 'inherit'] });
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
    // Until its FIN has come. A probe is forgotten after 950 ms.
    const end = performance.now() + 300;
    while (performance.now() < end);
    wire.receive();
    t.same(told, ['syn-ack']);
  },
);
