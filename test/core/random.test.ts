import fc from 'fast-check';
import t from 'tap';
import { randomBelow, randomOctets, randomUuid } from '../../src/core/random.js';

t.test('octets are as many as asked for, and never the same twice', async (t) => {
  fc.assert(
    fc.property(fc.nat(3000), (count) => randomOctets(count).length === count),
    { numRuns: 100 },
  );
  const seen = Array.from({ length: 2000 }, () => randomOctets(16).toString('hex'));
  t.equal(new Set(seen).size, seen.length);
});

t.test('integers are below the limit, and reach all values', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 32 }), (limit) => {
      const value = randomBelow(limit);
      return Number.isInteger(value) && value >= 0 && value < limit;
    }),
    { numRuns: 200 },
  );
  t.equal(new Set(Array.from({ length: 1000 }, () => randomBelow(6))).size, 6);
});

t.test('a UUID is of version 4 and is never the same twice', async (t) => {
  const seen = Array.from({ length: 200 }, randomUuid);
  t.equal(new Set(seen).size, seen.length);
  const isUuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  for (const uuid of seen) t.match(uuid, isUuid);
});
