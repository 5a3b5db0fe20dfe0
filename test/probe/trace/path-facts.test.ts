import t from 'tap';
import type { TraceHop, TraceProbe } from '../../../src/documents/trace.js';
import { pathMtu, routingLoop, withRateLimits } from '../../../src/probe/trace/path-facts.js';
import { silentProbe } from '../../../src/probe/trace/probe-result.js';

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

t.test('the path MTU is the smallest that was named', async (t) => {
  const [hop] = path('a');
  t.equal(pathMtu(path('a', 'b')), null);
  const probes = [1400, null, 1300].map((mtu) => ({ ...answer('a'), mtu }));
  t.equal(pathMtu([{ ...(hop ?? { ttl: 1, rateLimited: false }), probes }]), 1300);
});

t.test('missing answers are a rate limit only where nothing behind lost any', async (t) => {
  const limited = (...hops: string[]) => withRateLimits(path(...hops)).map(({ rateLimited }) => rateLimited);
  t.same(limited('a a a', 'b * *', 'c c c'), [false, true, false]);
  t.same(limited('a * a', 'b * *', 'c c c'), [true, true, false], 'two limiters on one path');
  t.same(limited('a a a', 'b * *', 'c c *'), [false, false, false], 'the loss goes on behind it');
  t.same(limited('a a a', 'b * *', '* * *'), [false, false, false], 'nothing behind it tells');
  t.same(
    limited('a a a', '* * *', 'c c c'),
    [false, false, false],
    'a router that never answers limits nothing',
  );
  t.same(limited('a a a', 'b * *', '* * *', 'd d d'), [false, true, false, false]);
});
