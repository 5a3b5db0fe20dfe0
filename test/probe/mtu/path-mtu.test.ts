import t from 'tap';
import { measurePathMtu } from '../../../src/probe/mtu/path-mtu.js';
import { noLibc as skip } from '../../net/libc/libc-here.js';
import { listen } from '../tcp/listeners.js';

t.test(
  'over loopback, where segments are larger than a record, all sizes up to a record arrive',
  { skip },
  async (t) => {
    const { port } = await listen(t, (socket) => void socket.resume());
    const found = await measurePathMtu({ address: '127.0.0.1', port }, { timeoutMs: 60_000 });
    t.match(found, { address: '127.0.0.1', port, announced: null, smallestUnacknowledged: null });
    t.ok(Number(found.largestAcknowledged) > 16_384);
  },
);
