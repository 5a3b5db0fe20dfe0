import fc from 'fast-check';
import t from 'tap';
import { randomBelow, randomOctets } from '../../src/core/random.js';

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
