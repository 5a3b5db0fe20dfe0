import fc from 'fast-check';
import t from 'tap';
import { routingLoop, silentProbe, type TraceHop, type TraceProbe } from '../../src/documents/trace.js';

const answer = (from: string): TraceProbe => ({ ...silentProbe, reply: 'time-exceeded', from, rttMs: 1 });

/** Hops from texts: one address per probe, `*` for silence. */
function path(...hops: string[]): TraceHop[] {
  return hops.map((text, index) => ({
    ttl: index + 1,
    probes: text.split(' ').map((from) => (from === '*' ? silentProbe : answer(from))),
    rateLimited: false,
  }));
}

t.test('two or more routers that answer in turn, in two turns', async (t) => {
  t.same(routingLoop(path('a', 'b', 'c', 'b', 'c')), { firstTtl: 2, members: ['b', 'c'] });
  t.same(routingLoop(path('x', 'a', 'b', 'c', 'a', 'b', 'c')), { firstTtl: 2, members: ['a', 'b', 'c'] });
  t.equal(routingLoop(path('a', 'b', 'c', 'b')), null, 'once back is a detour, not yet a loop');
  t.equal(routingLoop(path('a', 'a', 'a', 'a', 'a', 'a')), null, 'a NAT answers for all hops behind it');
  t.equal(routingLoop(path('a', '*', 'a', '*', 'a', '*')), null, 'one router and silence');
  t.equal(
    routingLoop(path('a b', 'c', 'a b', 'c')),
    null,
    'hops with several addresses belong to several paths',
  );
});

t.test('with silent hops, three turns are needed', async (t) => {
  t.same(routingLoop(path('x', 'a', '*', 'b', 'a', '*', 'b', 'a', '*', 'b')), {
    firstTtl: 2,
    members: ['a', 'b'],
  });
  t.equal(routingLoop(path('x', 'a', '*', 'b', 'a', '*', 'b')), null);
});

t.test('a large loop behind a long path', async (t) => {
  const way = Array.from({ length: 16 }, (_, index) => `way${index}`);
  const ring = Array.from({ length: 7 }, (_, index) => `ring${index}`);
  t.same(routingLoop(path(...way, ...ring, ...ring)), { firstTtl: 17, members: ring });
});

t.test('routers of a loop may be silent in some of the turns', async (t) => {
  const loop = { firstTtl: 2, members: ['a', 'b', 'c'] };
  t.same(routingLoop(path('x', 'a', 'b', '*', 'a', '*', 'c', 'a', 'b', 'c')), loop);
  t.same(routingLoop(path('x', 'a', 'b', '*', '*', '*', '*', 'a', '*', 'c', '*', 'b', 'c')), loop);
  t.same(
    routingLoop(path('x', '*', 'b', 'c', 'a', 'b', '*', 'a', 'b', 'c', 'a')),
    { firstTtl: 3, members: ['b', 'c', 'a'] },
    'the loop begins at the first router that answers',
  );
  t.same(
    routingLoop(path('a', 'b', '*', '*', 'a', 'b', 'c', 'd', 'a', 'b', 'c', 'd', 'a', 'b', 'c', 'd')),
    { firstTtl: 1, members: ['a', 'b', 'c', 'd'] },
    'not a ring of a and b, which only the first six hops would follow',
  );
});

t.test('silent hops do not make a loop of a path without one', async (t) => {
  t.equal(
    routingLoop(path('a', '*', 'a', 'b', '*', 'b')),
    null,
    'two addresses, each of which answers for several hops',
  );
  t.equal(routingLoop(path('a', 'b', '*', 'a', 'b', '*', '*', '*', '*')), null, 'two turns, then silence');
  t.equal(routingLoop(path('a', 'b', '*', 'a', '*', '*', 'a', '*', '*')), null, 'b answers only once');
});

const silenceAt = (length: number) => fc.array(fc.boolean(), { minLength: length, maxLength: length });

t.test('property: no loop where no address answers again after another', async () => {
  // The number of hops for which each address answers: 1 for a router, more for a NAT.
  const paths = fc
    .array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 30 })
    .map((runs) => runs.flatMap((length, index) => Array.from({ length }, () => `router${index}`)));
  fc.assert(
    fc.property(
      paths.chain((routers) => fc.tuple(fc.constant(routers), silenceAt(routers.length))),
      ([routers, silent]) =>
        routingLoop(path(...routers.map((router, index) => (silent[index] ? '*' : router)))) === null,
    ),
  );
});

t.test(
  'property: a ring is found if each of its routers is silent in at most one of four turns',
  async (t) => {
    const cases = fc.integer({ min: 2, max: 7 }).chain((size) =>
      fc.record({
        way: fc.integer({ min: 0, max: 5 }),
        silentTurns: fc.array(fc.integer({ min: 0, max: 4 }), { minLength: size, maxLength: size }),
      }),
    );
    fc.assert(
      fc.property(cases, ({ way, silentTurns }) => {
        const ring = silentTurns.map((_, index) => `ring${index}`);
        const turns = [0, 1, 2, 3].flatMap((turn) =>
          ring.map((router, index) => (silentTurns[index] === turn ? '*' : router)),
        );
        const hops = path(...Array.from({ length: way }, (_, index) => `way${index}`), ...turns);
        const first = turns.findIndex((router) => router !== '*');
        const begin = first % ring.length;
        const members = [...ring.slice(begin), ...ring.slice(0, begin)];
        t.strictSame(routingLoop(hops), { firstTtl: way + first + 1, members });
      }),
    );
  },
);
