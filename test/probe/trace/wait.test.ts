import fc from 'fast-check';
import t from 'tap';
import { waitMs } from '../../../src/probe/trace/wait.js';

const seen = (...rtts: [number, number][]) => new Map(rtts);

t.test('without round trips, the initial retransmission timeout of TCP', async (t) => {
  t.equal(waitMs(3, seen(), 3000), 1000);
});

t.test('round trips of the same hop decide', async (t) => {
  t.equal(waitMs(3, seen([3, 40], [9, 500]), 3000), 123);
});

t.test('a later hop bounds a silent one, and a far one is not multiplied by ten', async (t) => {
  t.equal(waitMs(3, seen([5, 9]), 3000), 100);
  t.equal(waitMs(3, seen([5, 200]), 3000), 500);
});

t.test('silent hops behind fast ones still get the timeout of TCP', async (t) => {
  t.equal(waitMs(9, seen([1, 0.2], [2, 0.3]), 3000), 1000);
});

t.test('no wait is shorter than 50 ms, because a reply can stay unread in the socket', async (t) => {
  t.equal(waitMs(1, seen([1, 0.05]), 3000), 50);
});

t.test('never longer than allowed, never negative, and never shorter for a slower path', async () => {
  const rtts = fc.array(
    fc.tuple(fc.integer({ min: 1, max: 30 }), fc.double({ min: 0, max: 5000, noNaN: true })),
  );
  fc.assert(
    fc.property(
      rtts,
      fc.integer({ min: 1, max: 30 }),
      fc.integer({ min: 1, max: 5000 }),
      (pairs, ttl, max) => {
        const wait = waitMs(ttl, new Map(pairs), max);
        const slower = waitMs(ttl, new Map(pairs.map(([hop, rtt]) => [hop, rtt * 2])), max);
        return wait > 0 && wait <= max && slower >= wait;
      },
    ),
  );
});
