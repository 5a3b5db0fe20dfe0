import fc from 'fast-check';
import { test } from 'tap';
import { editDistance, nearest } from '../../src/core/nearest.js';

const commands = ['diagnose', 'dns', 'tcp', 'trace', 'explain', 'doctor'];

test('a mistyped word finds the nearest candidate', async (t) => {
  t.equal(nearest('dsn', commands), 'dns');
  t.equal(nearest('tarce', commands), 'trace');
  t.equal(nearest('diagnoze', commands), 'diagnose');
  t.equal(nearest('TCP', commands), 'tcp');
  t.equal(nearest('timout', ['timeout', 'tries', 'type']), 'timeout');
});

test('the beginning of a candidate is enough', async (t) => {
  t.equal(nearest('diag', commands), 'diagnose');
  t.equal(nearest('first', ['port', 'first-ttl']), 'first-ttl');
});

test('a word that is not similar to any candidate finds none', async (t) => {
  t.equal(nearest('ping', commands), undefined);
  t.equal(nearest('x', commands), undefined);
  t.equal(nearest('', commands), undefined);
});

test('a swap of neighbours is one edit', async (t) => {
  t.equal(editDistance('dsn', 'dns'), 1);
  t.equal(editDistance('kitten', 'sitting'), 3);
  t.equal(editDistance('', 'abc'), 3);
});

test('the distance is 0 for equal words only, symmetric, and at most the longer length', async (t) => {
  fc.assert(
    fc.property(fc.string({ maxLength: 8 }), fc.string({ maxLength: 8 }), (a, b) => {
      const distance = editDistance(a, b);
      return (
        (distance === 0) === (a === b) &&
        distance === editDistance(b, a) &&
        distance <= Math.max(a.length, b.length)
      );
    }),
  );
  t.pass();
});
