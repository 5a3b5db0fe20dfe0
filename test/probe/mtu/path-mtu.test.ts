import t from 'tap';
import { measurePathMtu } from '../../../src/probe/mtu/path-mtu.js';
import { noLibc as skip } from '../../net/libc/libc-here.js';
import { listen } from '../tcp/listeners.js';

t.test(
  'over loopback, whose segments hold more than a record: the sizes up to that arrive',
  { skip },
  async (t) => {
    const { port } = await listen(t, (socket) => void socket.resume());
    const found = await measurePathMtu({ address: '127.0.0.1', port }, { timeoutMs: 60_000 });
    t.match(found, { address: '127.0.0.1', port, announced: null, smallestUnacknowledged: null });
    t.ok(Number(found.largestAcknowledged) > 16_384);
  },
);
