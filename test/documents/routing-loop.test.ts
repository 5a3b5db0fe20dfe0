import t from 'tap';
import { routingLoop, type TraceHop, type TraceProbe } from '../../src/documents/trace.js';
import { silentProbe } from '../../src/probe/trace/probe-result.js';

const answer = (from: string): TraceProbe => ({ ...silentProbe, reply: 'time-exceeded', from, rttMs: 1 });

/** Hops from texts: one address per probe, `*` for silence. */
function path(...hops: string[]): TraceHop[] {
  return hops.map((text, index) => ({
    ttl: index + 1,
    probes: text.split(' ').map((from) => (from === '*' ? silentProbe : answer(from))),
    rateLimited: false,
  }));
}

t.test('a loop is two routers or more that answer in turn, twice round', async (t) => {
  t.same(routingLoop(path('a', 'b', 'c', 'b', 'c')), { firstTtl: 2, members: ['b', 'c'] });
  t.same(routingLoop(path('x', 'a', 'b', 'c', 'a', 'b', 'c')), { firstTtl: 2, members: ['a', 'b', 'c'] });
  t.equal(routingLoop(path('a', 'b', 'c', 'b')), null, 'once back is a detour, not yet a loop');
  t.equal(
    routingLoop(path('a', 'a', 'a', 'a', 'a', 'a')),
    null,
    'an address translator answers for all behind it',
  );
  t.equal(routingLoop(path('a', '*', 'a', '*', 'a', '*')), null, 'silence is nobody');
  t.equal(routingLoop(path('a b', 'c', 'a b', 'c')), null, 'several paths are not one that goes in circles');
});

t.test('a loop with silent hops is one that is walked three times', async (t) => {
  t.same(routingLoop(path('x', 'a', '*', 'b', 'a', '*', 'b', 'a', '*', 'b')), {
    firstTtl: 2,
    members: ['a', 'b'],
  });
  t.equal(routingLoop(path('x', 'a', '*', 'b', 'a', '*', 'b')), null);
});

t.test('a long way to a large loop', async (t) => {
  const way = Array.from({ length: 16 }, (_, index) => `way${index}`);
  const ring = Array.from({ length: 7 }, (_, index) => `ring${index}`);
  t.same(routingLoop(path(...way, ...ring, ...ring)), { firstTtl: 17, members: ring });
});
