import t from 'tap';
import type { TraceHop, TraceProbe } from '../../../src/documents/trace.js';
import { silentProbe } from '../../../src/documents/trace.js';
import { pathMtu, withRateLimits } from '../../../src/probe/trace/path-facts.js';

const answer = (from: string): TraceProbe => ({ ...silentProbe, reply: 'time-exceeded', from, rttMs: 1 });

/** Hops from texts: one address per probe, `*` for no reply. */
function path(...hops: string[]): TraceHop[] {
  return hops.map((text, index) => ({
    ttl: index + 1,
    probes: text.split(' ').map((from) => (from === '*' ? silentProbe : answer(from))),
    rateLimited: false,
  }));
}

t.test('the path MTU is the smallest one reported', async (t) => {
  const [hop] = path('a');
  t.equal(pathMtu(path('a', 'b')), null);
  const probes = [1400, null, 1300].map((mtu) => ({ ...answer('a'), mtu }));
  t.equal(pathMtu([{ ...(hop ?? { ttl: 1, rateLimited: false }), probes }]), 1300);
});

t.test('missing replies are a rate limit only if no hop behind lost any', async (t) => {
  const limited = (...hops: string[]) => withRateLimits(path(...hops)).map(({ rateLimited }) => rateLimited);
  t.same(limited('a a a', 'b * *', 'c c c'), [false, true, false]);
  t.same(limited('a * a', 'b * *', 'c c c'), [true, true, false], 'two limiters on one path');
  t.same(limited('a a a', 'b * *', 'c c *'), [false, false, false], 'the loss continues behind it');
  t.same(limited('a a a', 'b * *', '* * *'), [false, false, false], 'no hop behind it replies');
  t.same(
    limited('a a a', '* * *', 'c c c'),
    [false, false, false],
    'a router that never answers is not rate limited',
  );
  t.same(limited('a a a', 'b * *', '* * *', 'd d d'), [false, true, false, false]);
});
